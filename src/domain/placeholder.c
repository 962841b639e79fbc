/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/placeholder.h"

#include "base/buffer.h"

static bool is_name_byte(int byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_';
}

/* From behind a `$`. What cannot be a name is passed over: it has no other `$` in it. */
static bool take_name(struct kq_cursor *cursor, struct kq_slice *name)
{
    const char *start = cursor->at;
    while (is_name_byte(kq_cursor_peek(cursor))) {
        (void)kq_cursor_take(cursor);
    }
    *name = (struct kq_slice){.data = start, .size = (size_t)(cursor->at - start)};
    bool is_name = name->size > 0 && name->size <= KQ_PLACEHOLDER_NAME_MAX_CHARS;
    return is_name && kq_cursor_take_literal(cursor, KQ_SLICE("$"));
}

bool kq_placeholder_take(struct kq_cursor *cursor, struct kq_slice *before, struct kq_slice *name)
{
    const char *start = cursor->at;
    while (!kq_cursor_at_end(cursor)) {
        const char *at = cursor->at;
        if (kq_cursor_take(cursor) == '$' && take_name(cursor, name)) {
            *before = (struct kq_slice){.data = start, .size = (size_t)(at - start)};
            return true;
        }
    }
    *before = (struct kq_slice){.data = start, .size = (size_t)(cursor->at - start)};
    return false;
}

bool kq_placeholder_stands_in(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    struct kq_slice name;
    return kq_placeholder_take(&cursor, &before, &name);
}

/* The names so far, in an array of KQ_PLACEHOLDERS_MAX. */
struct finding {
    struct kq_slice *names;
    size_t count;
};

static bool is_found(const struct finding *finding, struct kq_slice name)
{
    for (size_t i = 0; i < finding->count; i++) {
        if (kq_slice_equal(finding->names[i], name)) {
            return true;
        }
    }
    return false;
}

static struct kq_result find_in_text(struct kq_slice text, struct finding *finding, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    struct kq_slice name;
    while (kq_placeholder_take(&cursor, &before, &name)) {
        if (is_found(finding, name)) {
            continue;
        }
        KQ_ENSURE(finding->count < KQ_PLACEHOLDERS_MAX, error, KQ_E_PASS_PARAMETER,
                  "tpl_content的变量不能多于%d个", KQ_PLACEHOLDERS_MAX);
        finding->names[finding->count++] = name;
    }
    return KQ_OK;
}

/* Calls itself for what stands in an object or array, at most KQ_JSON_DEPTH_MAX deep. */
static struct kq_result find_in_value(const struct kq_json *value, struct finding *finding,
                                      struct kq_error *error)
{
    if (value->kind == KQ_JSON_STRING) {
        return find_in_text(value->text, finding, error);
    }
    for (const struct kq_json *part = value->first; part != NULL; part = part->next) {
        KQ_TRY(find_in_value(part, finding, error));
    }
    return KQ_OK;
}

struct kq_result kq_placeholders_find(const struct kq_json *value, struct kq_arena *arena,
                                      struct kq_placeholders *found, struct kq_error *error)
{
    struct finding finding = {
        .names = kq_arena_allocate_array(arena, KQ_PLACEHOLDERS_MAX, sizeof(*finding.names))};
    KQ_ENSURE_MEMORY(finding.names != NULL, error);
    KQ_TRY(find_in_value(value, &finding, error));
    *found = (struct kq_placeholders){.names = finding.names, .count = finding.count};
    return KQ_OK;
}

static struct kq_result read_object(const char *what, struct kq_slice json, struct kq_arena *arena,
                                    const struct kq_json **object, struct kq_error *error)
{
    struct kq_error reason = {0};
    if (!kq_json_read(json, arena, object, &reason).ok) {
        KQ_ENSURE_MEMORY(reason.code != KQ_E_NO_MEMORY, error);
        return kq_fail(error, KQ_E_PASS_PARAMETER, "%s不是合法的JSON，%s", what, reason.detail);
    }
    KQ_ENSURE((*object)->kind == KQ_JSON_OBJECT, error, KQ_E_PASS_PARAMETER, "%s不是JSON对象", what);
    return KQ_OK;
}

struct kq_result kq_pass_values_read(const char *what, struct kq_slice json, struct kq_arena *arena,
                                     struct kq_pass_values *values, struct kq_error *error)
{
    const struct kq_json *object = NULL;
    KQ_TRY(read_object(what, json, arena, &object, error));
    KQ_ENSURE(object->count <= KQ_PASS_VALUES_MAX, error, KQ_E_PASS_PARAMETER, "%s不能多于%d项", what,
              KQ_PASS_VALUES_MAX);
    struct kq_pass_value *items = kq_arena_allocate_array(arena, object->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    *values = (struct kq_pass_values){.items = items, .count = object->count};
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        KQ_ENSURE(member->kind == KQ_JSON_STRING || member->kind == KQ_JSON_NUMBER, error,
                  KQ_E_PASS_PARAMETER, "%s的%.*s必须是字符串", what, KQ_SLICE_PRINT(member->name));
        *items++ = (struct kq_pass_value){.name = member->name, .value = member->text};
    }
    return KQ_OK;
}

const struct kq_slice *kq_pass_values_find(const struct kq_pass_values *values, struct kq_slice name)
{
    for (size_t i = 0; i < values->count; i++) {
        if (kq_slice_equal(values->items[i].name, name)) {
            return &values->items[i].value;
        }
    }
    return NULL;
}

/* "a、b", as far as it fits into an error's detail. */
static void join(struct kq_buffer *names, struct kq_slice name)
{
    if (names->size < KQ_ERROR_DETAIL_SIZE) {
        kq_buffer_print(names, "%s%.*s", names->size == 0 ? "" : "、", KQ_SLICE_PRINT(name));
    }
}

struct kq_result kq_pass_values_select(const struct kq_placeholders *names,
                                       const struct kq_pass_values *newer, const struct kq_pass_values *older,
                                       struct kq_arena *arena, struct kq_pass_values *selected,
                                       struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer missing = {0};
    struct kq_pass_value *items = kq_arena_allocate_array(arena, names->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    for (size_t i = 0; i < names->count; i++) {
        const struct kq_slice *value = kq_pass_values_find(newer, names->names[i]);
        value = value != NULL ? value : kq_pass_values_find(older, names->names[i]);
        if (value == NULL) {
            join(&missing, names->names[i]);
            continue;
        }
        items[i] = (struct kq_pass_value){.name = names->names[i], .value = *value};
    }
    KQ_ENSURE_MEMORY(!missing.failed, error);
    KQ_ENSURE(missing.size == 0, error, KQ_E_PASS_PARAMETER, "tpl_params缺少%s", missing.data);
    *selected = (struct kq_pass_values){.items = items, .count = names->count};
    return KQ_OK;
}

struct kq_result kq_pass_values_write(const struct kq_pass_values *values, struct kq_arena *arena,
                                      struct kq_slice *json, struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer text = {0};
    kq_buffer_append_byte(&text, '{');
    for (size_t i = 0; i < values->count; i++) {
        kq_json_append_separator(&text);
        kq_json_append_string(&text, values->items[i].name);
        kq_buffer_append_byte(&text, ':');
        kq_json_append_string(&text, values->items[i].value);
    }
    kq_buffer_append_byte(&text, '}');
    KQ_ENSURE_MEMORY(!text.failed, error);
    *json = kq_arena_copy(arena, kq_buffer_slice(&text));
    KQ_ENSURE_MEMORY(json->data != NULL, error);
    return KQ_OK;
}

/* How long the filled text is, and the text itself where there is room for it. */
static size_t write_filled(struct kq_slice text, const struct kq_pass_values *values, char *room)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    size_t size = 0;
    bool has_name = true;
    while (has_name) {
        struct kq_slice pieces[2] = {KQ_SLICE_EMPTY, KQ_SLICE_EMPTY};
        struct kq_slice name;
        has_name = kq_placeholder_take(&cursor, &pieces[0], &name);
        if (has_name) {
            const struct kq_slice *value = kq_pass_values_find(values, name);
            /* A name without a value stands for itself, with the `$` on both sides. */
            pieces[1] =
                value != NULL ? *value : (struct kq_slice){.data = name.data - 1, .size = name.size + 2};
        }
        for (size_t i = 0; i < KQ_COUNT(pieces); i++) {
            if (room != NULL && pieces[i].size > 0) {
                memcpy(room + size, pieces[i].data, pieces[i].size);
            }
            size += pieces[i].size;
        }
    }
    return size;
}

struct kq_result kq_placeholders_fill(struct kq_slice text, const struct kq_pass_values *values,
                                      struct kq_arena *arena, struct kq_slice *filled, struct kq_error *error)
{
    *filled = text;
    if (!kq_placeholder_stands_in(text)) {
        return KQ_OK;
    }
    bool is_short = text.size <= KQ_FILLED_TEXT_MAX_BYTES;
    size_t size = is_short ? write_filled(text, values, NULL) : 0;
    KQ_ENSURE(is_short && size <= KQ_FILLED_TEXT_MAX_BYTES, error, KQ_E_PASS_PARAMETER,
              "tpl_params填入后内容过长");
    char *room = kq_arena_allocate(arena, size + 1);
    KQ_ENSURE_MEMORY(room != NULL, error);
    (void)write_filled(text, values, room);
    *filled = (struct kq_slice){.data = room, .size = size};
    return KQ_OK;
}
