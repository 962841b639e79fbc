/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "cli/file.h"
#include "cli/flags.h"
#include "cli/nearest.h"

#define VARIABLE_SIZE 80
#define SOURCE_SIZE 160

static void name_variable(const char *flag_name, char variable[VARIABLE_SIZE])
{
    snprintf(variable, VARIABLE_SIZE, "KAQUAN_%s", flag_name);
    for (char *at = variable; *at != '\0'; at++) {
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    }
}

static struct kq_result apply_environment(struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_flag *flag = kq_command_flag(invocation->command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(invocation->command, ++i)) {
        char variable[VARIABLE_SIZE];
        name_variable(flag->name, variable);
        const char *value = getenv(variable);
        if (value != NULL && value[0] != '\0') {
            KQ_TRY(
                kq_invocation_give(invocation, i, KQ_VALUE_ENVIRONMENT, kq_slice_of(value), variable, error));
        }
    }
    return KQ_OK;
}

/* A name that only another command knows is fine: the file is for all of them. */
static struct kq_result check_known(struct kq_slice name, const char *source, struct kq_error *error)
{
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, name);
    for (size_t i = 0; i < kq_command_count; i++) {
        const struct kq_flag *flag = kq_command_flag(kq_commands[i], 0);
        for (size_t j = 0; flag != NULL; flag = kq_command_flag(kq_commands[i], ++j)) {
            kq_nearest_consider(&nearest, flag->name);
        }
    }
    if (nearest.best_distance == 0) {
        return KQ_OK;
    }
    return kq_fail(error, KQ_E_USAGE, "%s: there is no setting %.*s%s%s%s", source, KQ_SLICE_PRINT(name),
                   nearest.best == NULL ? "" : "; did you mean ", nearest.best == NULL ? "" : nearest.best,
                   nearest.best == NULL ? "" : "?");
}

static struct kq_result read_line(struct kq_invocation *invocation, const char *source, struct kq_slice line,
                                  struct kq_error *error)
{
    line = kq_slice_trim(line);
    if (line.size == 0 || line.data[0] == '#') {
        return KQ_OK;
    }
    size_t equals = kq_slice_find(line, '=');
    KQ_ENSURE(equals < line.size, error, KQ_E_USAGE, "%s: not of the form `name = value`", source);
    struct kq_slice name = kq_slice_trim((struct kq_slice){.data = line.data, .size = equals});
    struct kq_slice value =
        kq_slice_trim((struct kq_slice){.data = line.data + equals + 1, .size = line.size - equals - 1});
    size_t index = kq_command_flag_index(invocation->command, name);
    if (kq_command_flag(invocation->command, index) == NULL) {
        return check_known(name, source, error);
    }
    char setting[SOURCE_SIZE + VARIABLE_SIZE];
    snprintf(setting, sizeof(setting), "%s: %.*s", source, KQ_SLICE_PRINT(name));
    return kq_invocation_give(invocation, index, KQ_VALUE_FILE, value, setting, error);
}

struct kq_result kq_settings_read(struct kq_invocation *invocation, const char *path, struct kq_slice text,
                                  struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    kq_cursor_take_literal(&cursor, KQ_SLICE("\xEF\xBB\xBF"));
    struct kq_slice line;
    for (unsigned number = 1; kq_cursor_take_part(&cursor, '\n', &line); number++) {
        char source[SOURCE_SIZE];
        snprintf(source, sizeof(source), "%s line %u", path, number);
        KQ_TRY(read_line(invocation, source, line, error));
    }
    return KQ_OK;
}

/* The file's path; empty where there is no place to look. */
static struct kq_result find_file(const struct kq_invocation *invocation, struct kq_arena *arena,
                                  struct kq_slice *path, bool *must_exist, struct kq_error *error)
{
    *path = kq_flag_text(invocation, "config");
    *must_exist = path->size > 0;
    bool has_data = kq_command_flag(invocation->command,
                                    kq_command_flag_index(invocation->command, KQ_SLICE("data"))) != NULL;
    if (path->size > 0 || !has_data || kq_flag_text(invocation, "data").size == 0) {
        return KQ_OK;
    }
    *path = kq_arena_print(arena, "%s/" KQ_SETTINGS_FILE_NAME, kq_flag_text(invocation, "data").data);
    KQ_ENSURE_MEMORY(path->data != NULL, error);
    return KQ_OK;
}

static struct kq_result apply_file(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_slice path;
    bool must_exist = false;
    KQ_TRY(find_file(invocation, &invocation->arena, &path, &must_exist, error));
    if (path.size == 0 || (!must_exist && !kq_file_exists(path.data))) {
        return KQ_OK;
    }
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0}; /* it may hold the admin token */
    KQ_TRY(kq_file_read(path.data, KQ_SETTINGS_MAX_BYTES, &text, error));
    return kq_settings_read(invocation, path.data, kq_buffer_slice(&text), error);
}

static struct kq_result apply_fallbacks(struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_flag *flag = kq_command_flag(invocation->command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(invocation->command, ++i)) {
        if (flag->fallback != NULL) {
            KQ_TRY(kq_invocation_give(invocation, i, KQ_VALUE_FALLBACK, kq_slice_of(flag->fallback),
                                      flag->name, error));
        }
    }
    return KQ_OK;
}

struct kq_result kq_settings_apply(struct kq_invocation *invocation, struct kq_error *error)
{
    KQ_TRY(apply_environment(invocation, error));
    KQ_TRY(apply_file(invocation, error));
    KQ_TRY(apply_fallbacks(invocation, error));
    invocation->json = kq_flag_switch(invocation, "json");
    return KQ_OK;
}
