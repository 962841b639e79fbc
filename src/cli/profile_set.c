/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/call_plan.h"
#include "cli/commands.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/profile_file.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAGS_OF_A_CALLER(false),
    {.name = "default",
     .kind = KQ_FLAG_SWITCH,
     .text = "the profile where nobody names one; the first one is it"},
};

/* From wherever it is used later. */
static struct kq_result make_absolute(struct kq_invocation *invocation, const char *name,
                                      struct kq_slice *path, struct kq_error *error)
{
    if (path->size == 0) {
        return KQ_OK;
    }
    if (!kq_key_file_check(path->data, error).ok) {
        return kq_fail_in(error, "--%s", name);
    }
    char *absolute = realpath(path->data, NULL);
    KQ_ENSURE(absolute != NULL, error, KQ_E_NOT_FOUND, "--%s: %s: %s", name, path->data, strerror(errno));
    *path = kq_arena_copy(&invocation->arena, kq_slice_of(absolute));
    free(absolute);
    KQ_ENSURE_MEMORY(path->data != NULL, error);
    return KQ_OK;
}

static struct kq_result check_line(const struct kq_profile_setting *setting, struct kq_error *error)
{
    bool one_line =
        setting->value.size == 0 || (memchr(setting->value.data, '\n', setting->value.size) == NULL &&
                                     kq_slice_equal(setting->value, kq_slice_trim(setting->value)));
    KQ_ENSURE(one_line, error, KQ_E_USAGE, "--%s takes one line without spaces at its ends", setting->name);
    return KQ_OK;
}

/* The settings that the line gave; an empty value takes one away. */
static struct kq_result collect(struct kq_invocation *invocation, struct kq_profile_setting *settings,
                                size_t *count, struct kq_error *error)
{
    *count = 0;
    for (size_t i = 0; i < KQ_COUNT(flags); i++) {
        const struct kq_value *value = &invocation->values[i];
        if (flags[i].kind == KQ_FLAG_SWITCH || value->level != KQ_VALUE_COMMAND_LINE) {
            continue;
        }
        struct kq_profile_setting *setting = &settings[(*count)++];
        *setting = (struct kq_profile_setting){.name = flags[i].name, .value = value->text};
        if (strstr(setting->name, "key") != NULL || strstr(setting->name, "certificate") != NULL) {
            KQ_TRY(make_absolute(invocation, setting->name, &setting->value, error));
        }
        KQ_TRY(check_line(setting, error));
        if (setting->value.size > 0) {
            KQ_TRY(kq_call_setting_check(setting->name, setting->value, error));
        }
        setting->value.data = setting->value.size == 0 ? NULL : setting->value.data;
    }
    return KQ_OK;
}

static struct kq_profile_setting *find(struct kq_profile_setting *settings, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(settings[i].name, name) == 0) {
            return &settings[i];
        }
    }
    return NULL;
}

/* A new way to know the gateway takes the other one out of the profile: with both, no call could be made. */
static struct kq_result replace_trust(struct kq_profile_setting *settings, size_t *count,
                                      struct kq_error *error)
{
    static const char *const names[] = {"gateway-public-key", "app-certificate", "gateway-certificate",
                                        "root-certificates"};
    bool has_key = false;
    bool has_certificate = false;
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        const struct kq_profile_setting *setting = find(settings, *count, names[i]);
        bool is_given = setting != NULL && setting->value.size > 0;
        has_key = has_key || (is_given && i == 0);
        has_certificate = has_certificate || (is_given && i > 0);
    }
    KQ_ENSURE(!has_key || !has_certificate, error, KQ_E_USAGE,
              "--gateway-public-key has no place beside certificates: the gateway's certificate has the key");
    for (size_t i = 0; (has_key || has_certificate) && i < KQ_COUNT(names); i++) {
        bool is_other = (i == 0) == has_certificate;
        if (is_other && find(settings, *count, names[i]) == NULL) {
            settings[(*count)++] = (struct kq_profile_setting){.name = names[i]};
        }
    }
    return KQ_OK;
}

/* What the line gave, and what that takes out. */
struct change {
    struct kq_profile_setting settings[KQ_COUNT(flags)];
    size_t count;
};

static struct kq_result edit(struct kq_invocation *invocation, const struct change *change,
                             struct kq_error *error)
{
    struct kq_profile_file file KQ_CLEANUP(kq_profile_file_free) = {0};
    struct kq_buffer edited KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    int folder KQ_CLEANUP(kq_file_close) = -1;
    KQ_TRY(kq_profile_file_lock(invocation, &file, &folder, error));
    bool is_first = file.text.size == 0;
    KQ_TRY(kq_profile_edit(&file, invocation->operand, change->settings, change->count, &edited, error));
    if (is_first || kq_flag_switch(invocation, "default")) {
        const struct kq_profile_setting choice = {.name = "profile", .value = invocation->operand};
        const struct kq_profile_file before = {.path = file.path, .text = edited};
        struct kq_buffer chosen KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
        KQ_TRY(kq_profile_edit(&before, KQ_SLICE_EMPTY, &choice, 1, &chosen, error));
        return kq_profile_file_write(&file, folder, kq_buffer_slice(&chosen), error);
    }
    return kq_profile_file_write(&file, folder, kq_buffer_slice(&edited), error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct change change = {.count = 0};
    KQ_ENSURE(kq_config_is_profile_name(invocation->operand), error, KQ_E_USAGE,
              "a profile's name is letters, digits, dots, dashes and underscores, not %s",
              invocation->operand.data);
    KQ_TRY(collect(invocation, change.settings, &change.count, error));
    KQ_TRY(replace_trust(change.settings, &change.count, error));
    KQ_TRY(edit(invocation, &change, error));
    return kq_print_changed(invocation->json, "profile", "profile", invocation->operand, "written", true,
                            error);
}

const struct kq_command kq_command_profile_set = {
    .group = "profile",
    .name = "set",
    .text = "write who calls which gateway into a profile for `kaquan call`",
    .example = "kaquan profile set demo --gateway http://127.0.0.1:8080/gateway.do --app-id 2014072300007148 "
               "--private-key app_private_key.pem --gateway-public-key demo/gateway_public_key.pem",
    .operand = "NAME",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .makes_config = true,
    .run = run,
};
