/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/file.h"
#include "cli/keys.h"
#include "cli/result.h"
#include "domain/application_change.h"
#include "wire/base64.h"
#include "wire/content_cipher.h"

/* AES-128, as the platform's console makes them. */
#define GENERATED_BYTES 16

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    {.name = "generate", .kind = KQ_FLAG_SWITCH, .text = "make a key, and print it this once"},
    {.name = "key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "or take the key in this file: the base64 of 16, 24 or 32 bytes; -: standard input"},
    {.name = "replace", .kind = KQ_FLAG_SWITCH, .text = "in the place of the one that it has"},
    {.name = "remove", .kind = KQ_FLAG_SWITCH, .text = "or take the application's key away"},
};

/* The bytes of the key in the file, in the arena, which is wiped. */
static struct kq_result read_key(const char *path, struct kq_arena *arena, struct kq_slice *bytes,
                                 struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    KQ_TRY(kq_key_file_check(path, error));
    KQ_TRY(kq_file_read(path, KQ_KEY_FILE_MAX_BYTES, &text, error));
    if (!kq_content_key_load(kq_buffer_slice(&text), &key, error).ok) {
        return kq_fail_in(error, "%s", path);
    }
    *bytes = kq_arena_copy(arena, kq_content_key_bytes(key));
    KQ_ENSURE_MEMORY(bytes->data, error);
    return KQ_OK;
}

static struct kq_result check_flags(const struct kq_invocation *invocation, struct kq_error *error)
{
    int given = (kq_flag_switch(invocation, "generate") ? 1 : 0) +
                (kq_flag_text(invocation, "key").size > 0 ? 1 : 0) +
                (kq_flag_switch(invocation, "remove") ? 1 : 0);
    KQ_ENSURE(given == 1, error, KQ_E_USAGE, "give --generate, --key FILE or --remove");
    return KQ_OK;
}

/* Whether it is to be expected that the application gets a new key: before that one is shown. */
static struct kq_result check_application(struct kq_data *data, struct kq_arena *arena,
                                          const struct kq_op_application_set_content_key *set,
                                          struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_GET, .arena = arena};
    struct kq_op_application_get *get = &operation.application_get;
    bool changed = false;
    get->app_id = set->app_id;
    KQ_TRY(kq_data_read(data, &operation, error));
    return kq_application_decide_content_key(get->found ? &get->application : NULL, set->content_key,
                                             set->replace, &changed, error);
}

/* So that it has arrived. */
static struct kq_result print_generated(bool json, struct kq_slice app_id, struct kq_slice key,
                                        struct kq_error *error)
{
    struct kq_buffer base64 KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    kq_base64_encode(key, &base64);
    KQ_ENSURE_MEMORY(!base64.failed, error);
    if (json) {
        printf("{\"app_id\":\"%.*s\",\"content_key\":\"%s\"}\n", KQ_SLICE_PRINT(app_id), base64.data);
    } else {
        printf("%s\n", base64.data);
    }
    KQ_ENSURE(fflush(stdout) == 0 && ferror(stdout) == 0, error, KQ_E_IO,
              "the key could not be written, and was not set: %s", strerror(errno));
    return KQ_OK;
}

/* Shown first: a key that is set and that nobody has seen would be of no use, and another one's end. */
static struct kq_result generate(const struct kq_invocation *invocation, struct kq_data *data,
                                 struct kq_operation *operation, struct kq_error *error)
{
    struct kq_op_application_set_content_key *set = &operation->application_set_content_key;
    unsigned char bytes[GENERATED_BYTES];
    data->store->clock->random(data->store->clock, bytes, sizeof(bytes));
    set->content_key = (struct kq_slice){.data = (const char *)bytes, .size = sizeof(bytes)};
    struct kq_result done = check_application(data, operation->arena, set, error);
    if (done.ok) {
        done = print_generated(invocation->json, set->app_id, set->content_key, error);
        if (done.ok && !kq_data_apply(data, operation, error).ok) {
            done = kq_fail_in(error, "the key that was printed was not set");
        }
    }
    set->content_key = KQ_SLICE_EMPTY;
    kq_memory_wipe(bytes, sizeof(bytes));
    return done;
}

static struct kq_result change_key(struct kq_invocation *invocation, struct kq_data *data,
                                   struct kq_operation *operation, struct kq_error *error)
{
    struct kq_op_application_set_content_key *set = &operation->application_set_content_key;
    struct kq_slice path = kq_flag_text(invocation, "key");
    if (kq_flag_switch(invocation, "generate")) {
        return generate(invocation, data, operation, error);
    }
    if (path.size > 0) {
        KQ_TRY(read_key(path.data, &invocation->arena, &set->content_key, error));
    }
    KQ_TRY(kq_data_apply(data, operation, error));
    return kq_print_changed(invocation->json, "application", "app_id", set->app_id,
                            path.size > 0 ? "given its content key" : "without a content key", set->changed,
                            error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_SET_CONTENT_KEY, .arena = &invocation->arena};
    struct kq_op_application_set_content_key *set = &operation.application_set_content_key;
    KQ_TRY(check_flags(invocation, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    set->app_id = kq_flag_text(invocation, "app-id");
    set->replace = kq_flag_switch(invocation, "replace");
    struct kq_result changed = change_key(invocation, &data, &operation, error);
    if (!changed.ok && error->code == KQ_E_CONFLICT) {
        const struct kq_error refusal = *error;
        return kq_fail(error, refusal.code, "%s; --replace gives it this one", kq_error_message(&refusal));
    }
    return changed;
}

const struct kq_command kq_command_app_set_content_key = {
    .group = "app",
    .name = "set-content-key",
    .text = "give an application the AES key of its encrypted calls (encrypt_type=AES)",
    .example = "kaquan app set-content-key --data demo --app-id 2014072300007148 --generate",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
