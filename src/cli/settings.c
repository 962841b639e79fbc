/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/settings.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buffer.h"
#include "cli/config.h"
#include "cli/file.h"
#include "cli/flags.h"
#include "cli/nearest.h"
#include "cli/shown.h"

#define VARIABLE_SIZE 80
#define SOURCE_SIZE 160

static void name_variable(const char *flag_name, char variable[VARIABLE_SIZE])
{
    snprintf(variable, VARIABLE_SIZE, "KAQUAN_%s", flag_name);
    for (char *at = variable; *at != '\0'; at++) {
        *at = *at == '-' ? '_' : (char)toupper((unsigned char)*at);
    }
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

/* A path of a profile may begin in the home directory. */
static struct kq_result expand(struct kq_invocation *invocation, struct kq_slice *value,
                               struct kq_error *error)
{
    const char *home = getenv("HOME");
    if (home != NULL && kq_slice_starts_with(*value, KQ_SLICE("~/"))) {
        *value = kq_arena_print(&invocation->arena, "%s%.*s", home, (int)value->size - 1, value->data + 1);
        KQ_ENSURE_MEMORY(value->data != NULL, error);
    }
    return KQ_OK;
}

/* `source` is for refusals of this value, `place` for those that come when it is used. */
static struct kq_result give(struct kq_invocation *invocation, size_t index, enum kq_value_level level,
                             struct kq_slice text, const char *source, const char *place,
                             struct kq_error *error)
{
    struct kq_value *value = &invocation->values[index];
    KQ_TRY(kq_invocation_give(invocation, index, level, text, source, error));
    if (value->level == level) {
        value->place = kq_arena_copy(&invocation->arena, kq_slice_of(place)).data;
        KQ_ENSURE_MEMORY(value->place != NULL, error);
    }
    return KQ_OK;
}

static struct kq_result apply_environment(struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_flag *flag = kq_command_flag(invocation->command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(invocation->command, ++i)) {
        char variable[VARIABLE_SIZE];
        name_variable(flag->name, variable);
        const char *value = getenv(variable);
        if (value != NULL && value[0] != '\0') {
            KQ_TRY(give(invocation, i, KQ_VALUE_ENVIRONMENT, kq_slice_of(value), variable, variable, error));
        }
    }
    return KQ_OK;
}

static struct kq_result give_setting(struct kq_invocation *invocation, const struct kq_config_line *line,
                                     struct kq_error *error)
{
    char source[SOURCE_SIZE];
    snprintf(source, sizeof(source), "%s line %u", line->path, line->number);
    size_t index = kq_command_flag_index(invocation->command, line->name);
    if (kq_command_flag(invocation->command, index) == NULL) {
        return check_known(line->name, source, error);
    }
    struct kq_slice value = line->value;
    enum kq_value_level level = line->profile.size > 0 ? KQ_VALUE_PROFILE : KQ_VALUE_FILE;
    if (level == KQ_VALUE_PROFILE) {
        KQ_TRY(expand(invocation, &value, error));
    }
    char setting[SOURCE_SIZE + VARIABLE_SIZE];
    snprintf(setting, sizeof(setting), "%s: %.*s", source, KQ_SLICE_PRINT(line->name));
    return give(invocation, index, level, value, setting, source, error);
}

/* The lines of one section, or (where `profile` is empty) those above all of them. */
static struct kq_result read_section(struct kq_invocation *invocation, const char *path, struct kq_slice text,
                                     struct kq_slice profile, struct kq_error *error)
{
    struct kq_config_line line = kq_config_begin(path, text);
    bool more = false;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more) {
        if (line.kind == KQ_CONFIG_SETTING && kq_slice_equal(line.profile, profile)) {
            KQ_TRY(give_setting(invocation, &line, error));
        }
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    return KQ_OK;
}

static bool has_flag(const struct kq_invocation *invocation, const char *name)
{
    size_t index = kq_command_flag_index(invocation->command, kq_slice_of(name));
    return kq_command_flag(invocation->command, index) != NULL;
}

/* The profile that could have been chosen: for those who miss what it says. */
static struct kq_result find_unchosen(struct kq_invocation *invocation, const char *path,
                                      struct kq_slice text, struct kq_error *error)
{
    struct kq_config_line line = kq_config_begin(path, text);
    bool more = false;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more && line.kind != KQ_CONFIG_SECTION) {
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    invocation->unchosen_profile = more ? kq_arena_copy(&invocation->arena, line.profile) : KQ_SLICE_EMPTY;
    KQ_ENSURE_MEMORY(!more || invocation->unchosen_profile.data != NULL, error);
    return KQ_OK;
}

static struct kq_result read_profile(struct kq_invocation *invocation, const char *path, struct kq_slice text,
                                     struct kq_error *error)
{
    struct kq_slice profile = kq_flag_text(invocation, "profile");
    bool found = false;
    if (profile.size == 0) {
        KQ_TRY(kq_config_default_profile(path, text, &profile, error));
    }
    KQ_TRY(kq_config_has_profile(path, text, profile, &found, error));
    bool needed = !kq_slice_equal(profile, KQ_SLICE(KQ_CONFIG_DEFAULT_PROFILE));
    KQ_ENSURE(found || !needed, error, KQ_E_USAGE,
              "there is no profile %.*s in %s: `kaquan profile list` lists them", KQ_SLICE_PRINT(profile),
              path);
    return found ? read_section(invocation, path, text, profile, error)
                 : find_unchosen(invocation, path, text, error);
}

struct kq_result kq_settings_read(struct kq_invocation *invocation, const char *path, struct kq_slice text,
                                  struct kq_error *error)
{
    if (has_flag(invocation, "profile")) {
        KQ_TRY(read_profile(invocation, path, text, error));
    }
    return read_section(invocation, path, text, KQ_SLICE_EMPTY, error);
}

/* The file's path; empty where there is no place to look. */
static struct kq_result find_file(const struct kq_invocation *invocation, struct kq_arena *arena,
                                  struct kq_slice *path, bool *must_exist, struct kq_error *error)
{
    *path = kq_flag_text(invocation, "config");
    *must_exist = path->size > 0 && !invocation->command->makes_config;
    if (path->size == 0 && has_flag(invocation, "profile")) {
        return kq_config_home(arena, path, error);
    }
    if (path->size > 0 || !has_flag(invocation, "data") || kq_flag_text(invocation, "data").size == 0) {
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
        bool asked = has_flag(invocation, "profile") && kq_flag_text(invocation, "profile").size > 0;
        KQ_ENSURE(!asked, error, KQ_E_USAGE,
                  "there is no profile %s: `kaquan profile set %s --help` makes one",
                  kq_flag_text(invocation, "profile").data, kq_flag_text(invocation, "profile").data);
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

/* NONE: the command has no such switch, or it is not on. */
static enum kq_value_level level_of_switch(const struct kq_invocation *invocation, const char *name)
{
    if (!has_flag(invocation, name) || !kq_flag_switch(invocation, name)) {
        return KQ_VALUE_NONE;
    }
    return invocation->values[kq_command_flag_index(invocation->command, kq_slice_of(name))].level;
}

static struct kq_result choose_output(struct kq_invocation *invocation, struct kq_error *error)
{
    enum kq_value_level json = level_of_switch(invocation, "json");
    enum kq_value_level table = level_of_switch(invocation, "table");
    KQ_ENSURE(json == KQ_VALUE_NONE || json != table, error, KQ_E_USAGE, "--json or --table, not both");
    invocation->json = json != KQ_VALUE_NONE && (table == KQ_VALUE_NONE || json < table);
    invocation->table = table != KQ_VALUE_NONE && !invocation->json;
    invocation->rows_as_json = invocation->json || (!invocation->table && !kq_is_terminal(STDOUT_FILENO));
    return KQ_OK;
}

struct kq_result kq_settings_apply(struct kq_invocation *invocation, struct kq_error *error)
{
    KQ_TRY(apply_environment(invocation, error));
    KQ_TRY(apply_file(invocation, error));
    KQ_TRY(apply_fallbacks(invocation, error));
    return choose_output(invocation, error);
}
