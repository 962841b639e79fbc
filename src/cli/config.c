/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/config.h"

#include <stdlib.h>
#include <string.h>

#define SECTION_WORD "profile"

struct kq_config_line kq_config_begin(const char *path, struct kq_slice text)
{
    struct kq_config_line line = {.cursor = kq_cursor_of(text), .path = path};
    kq_cursor_take_literal(&line.cursor, KQ_SLICE("\xEF\xBB\xBF"));
    return line;
}

bool kq_config_is_profile_name(struct kq_slice name)
{
    bool valid = name.size > 0 && name.size <= KQ_PROFILE_NAME_MAX;
    for (size_t i = 0; valid && i < name.size; i++) {
        char byte = name.data[i];
        valid = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                (byte >= '0' && byte <= '9') || byte == '.' || byte == '_' || byte == '-';
    }
    return valid;
}

static struct kq_result read_section(struct kq_config_line *line, struct kq_slice text,
                                     struct kq_error *error)
{
    struct kq_slice word = KQ_SLICE(SECTION_WORD);
    struct kq_slice inner = {.data = text.data + 1, .size = text.size - 1};
    size_t end = kq_slice_find(inner, ']');
    bool closed = end + 1 == inner.size;
    inner.size = end;
    inner = kq_slice_trim(inner);
    bool named = closed && kq_slice_starts_with(inner, word);
    struct kq_slice name = KQ_SLICE_EMPTY;
    if (named) {
        name = (struct kq_slice){.data = inner.data + word.size, .size = inner.size - word.size};
        named = name.size > 0 && (name.data[0] == ' ' || name.data[0] == '\t');
        name = kq_slice_trim(name);
    }
    KQ_ENSURE(named && kq_config_is_profile_name(name), error, KQ_E_USAGE,
              "%s line %u: a section is [profile NAME]", line->path, line->number);
    line->kind = KQ_CONFIG_SECTION;
    line->profile = name;
    return KQ_OK;
}

struct kq_result kq_config_next(struct kq_config_line *line, bool *more, struct kq_error *error)
{
    *more = kq_cursor_take_part(&line->cursor, '\n', &line->text);
    if (!*more) {
        return KQ_OK;
    }
    line->number++;
    line->kind = KQ_CONFIG_NOTHING;
    struct kq_slice text = kq_slice_trim(line->text);
    if (text.size == 0 || text.data[0] == '#') {
        return KQ_OK;
    }
    if (text.data[0] == '[') {
        return read_section(line, text, error);
    }
    size_t equals = kq_slice_find(text, '=');
    KQ_ENSURE(equals < text.size, error, KQ_E_USAGE, "%s line %u: not of the form `name = value`", line->path,
              line->number);
    line->kind = KQ_CONFIG_SETTING;
    line->name = kq_slice_trim((struct kq_slice){.data = text.data, .size = equals});
    line->value =
        kq_slice_trim((struct kq_slice){.data = text.data + equals + 1, .size = text.size - equals - 1});
    return KQ_OK;
}

struct kq_result kq_config_default_profile(const char *path, struct kq_slice text, struct kq_slice *profile,
                                           struct kq_error *error)
{
    *profile = KQ_SLICE(KQ_CONFIG_DEFAULT_PROFILE);
    struct kq_config_line line = kq_config_begin(path, text);
    bool more = false;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more && line.kind != KQ_CONFIG_SECTION) {
        if (line.kind == KQ_CONFIG_SETTING && kq_slice_equal(line.name, KQ_SLICE("profile"))) {
            *profile = line.value;
        }
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    return KQ_OK;
}

struct kq_result kq_config_has_profile(const char *path, struct kq_slice text, struct kq_slice profile,
                                       bool *found, struct kq_error *error)
{
    *found = false;
    struct kq_config_line line = kq_config_begin(path, text);
    bool more = false;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more) {
        *found = *found || (line.kind == KQ_CONFIG_SECTION && kq_slice_equal(line.profile, profile));
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    return KQ_OK;
}

struct kq_result kq_config_home(struct kq_arena *arena, struct kq_slice *path, struct kq_error *error)
{
    const char *directory = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    *path = KQ_SLICE_EMPTY;
    if (directory != NULL && directory[0] == '/') {
        *path = kq_arena_print(arena, "%s/kaquan/config", directory);
    } else if (home != NULL && home[0] != '\0') {
        *path = kq_arena_print(arena, "%s/.config/kaquan/config", home);
    } else {
        return KQ_OK;
    }
    KQ_ENSURE_MEMORY(path->data != NULL, error);
    return KQ_OK;
}
