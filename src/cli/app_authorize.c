/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/memory.h"
#include "base/time.h"
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "wire/signature.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    {.name = "pid",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "PID",
     .text = "the merchant that the application will be able to act for"},
    {.name = "method",
     .kind = KQ_FLAG_LIST,
     .value = "METHOD",
     .text = "only this method (default: all that the application may call)"},
};

static void print_code(bool json, const char *code, int64_t expires_s)
{
    char expires[KQ_TIME_TEXT_SIZE];
    kq_time_format(expires_s, expires);
    if (json) {
        printf("{\"app_auth_code\":\"%s\",\"expires_at\":\"%s\"}\n", code, expires);
    } else {
        printf("%s\n", code);
    }
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_AUTH_CODE_CREATE, .arena = &invocation->arena};
    struct kq_auth_code *auth_code = &operation.auth_code_create.auth_code;
    KQ_TRY(kq_flag_methods(invocation, "method", &auth_code->methods, &auth_code->method_count, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    unsigned char random[KQ_TOKEN_RANDOM_BYTES];
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    char code[KQ_CODE_TEXT_SIZE];
    data.store->clock->random(data.store->clock, random, sizeof(random));
    kq_code_write(random, code);
    KQ_TRY(kq_sha256(kq_slice_of(code), digest, error));
    auth_code->code_digest = (struct kq_slice){.data = (const char *)digest, .size = sizeof(digest)};
    auth_code->app_id = kq_flag_text(invocation, "app-id");
    auth_code->pid = kq_flag_text(invocation, "pid");
    KQ_TRY(kq_data_apply(&data, &operation, error));
    print_code(invocation->json, code, auth_code->expires_s);
    kq_memory_wipe(random, sizeof(random));
    kq_memory_wipe(code, sizeof(code));
    return KQ_OK;
}

const struct kq_command kq_command_app_authorize = {
    .group = "app",
    .name = "authorize",
    .text = "make a code that an application exchanges, once and within 10 minutes, for an app_auth_token",
    .example = "kaquan app authorize --data demo --app-id 2014072300007148 --pid 2088102146225136",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
