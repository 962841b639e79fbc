/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
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
     .text = "the merchant that the application may act for"},
    {.name = "expires-in",
     .kind = KQ_FLAG_NUMBER,
     .value = "SECONDS",
     .text = "how long the grant holds; 0: it has expired (default: for good)",
     .minimum = 0,
     .maximum = INT64_C(3155760000)},
    {.name = "permission",
     .kind = KQ_FLAG_LIST,
     .value = "METHOD",
     .text = "only this method (default: all that the application may call)"},
};

static void make_token(const struct kq_clock *clock, int64_t now_s, char token[KQ_TOKEN_TEXT_SIZE])
{
    unsigned char random[KQ_TOKEN_RANDOM_BYTES];
    clock->random(clock, random, sizeof(random));
    kq_token_write(now_s, random, token);
    kq_memory_wipe(random, sizeof(random));
}

static void print_token(bool json, const char *token, int64_t expires_s)
{
    char expires[KQ_TIME_TEXT_SIZE];
    kq_time_format(expires_s, expires);
    if (!json) {
        printf("%s\n", token);
    } else if (expires_s == INT64_MAX) {
        printf("{\"app_auth_token\":\"%s\",\"expires_at\":null}\n", token);
    } else {
        printf("{\"app_auth_token\":\"%s\",\"expires_at\":\"%s\"}\n", token, expires);
    }
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_GRANT_CREATE, .arena = &invocation->arena};
    struct kq_grant *grant = &operation.grant_create.grant;
    KQ_TRY(kq_flag_methods(invocation, "permission", &grant->methods, &grant->method_count, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    int64_t now_s = kq_store_now_s(data.store);
    char token[KQ_TOKEN_TEXT_SIZE];
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    make_token(data.store->clock, now_s, token);
    KQ_TRY(kq_sha256(kq_slice_of(token), digest, error));
    grant->token_digest = (struct kq_slice){.data = (const char *)digest, .size = sizeof(digest)};
    grant->app_id = kq_flag_text(invocation, "app-id");
    grant->pid = kq_flag_text(invocation, "pid");
    grant->expires_s = kq_flag_is_given(invocation, "expires-in")
                           ? now_s + kq_flag_number(invocation, "expires-in")
                           : INT64_MAX;
    KQ_TRY(kq_data_apply(&data, &operation, error));
    print_token(invocation->json, token, grant->expires_s);
    kq_memory_wipe(token, sizeof(token));
    return KQ_OK;
}

const struct kq_command kq_command_app_grant = {
    .group = "app",
    .name = "grant",
    .text = "let an application act for another merchant; prints the app_auth_token, which is stored nowhere",
    .example =
        "kaquan app grant --data demo --app-id 2014072300007148 --pid 2088102146225136 --expires-in 31536000",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
