/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/data.h"
#include "wire/signature.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "token", .kind = KQ_FLAG_TEXT, .value = "TOKEN", .text = "the app_auth_token of one grant"},
    {.name = "app-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "with --pid, instead of --token: all grants to this application"},
    {.name = "pid",
     .kind = KQ_FLAG_TEXT,
     .value = "PID",
     .text = "and of this merchant, with its unused codes"},
};

static struct kq_result check_flags(const struct kq_invocation *invocation, struct kq_error *error)
{
    bool has_token = kq_flag_is_given(invocation, "token");
    bool has_app_id = kq_flag_is_given(invocation, "app-id");
    bool has_pid = kq_flag_is_given(invocation, "pid");
    KQ_ENSURE(has_app_id == has_pid && has_token != has_pid, error, KQ_E_USAGE,
              "give --token TOKEN, or --app-id ID and --pid PID");
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_GRANT_REVOKE, .arena = &invocation->arena};
    struct kq_op_grant_revoke *revoke = &operation.grant_revoke;
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    KQ_TRY(check_flags(invocation, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    if (kq_flag_is_given(invocation, "token")) {
        KQ_TRY(kq_sha256(kq_flag_text(invocation, "token"), digest, error));
        revoke->token_digest = (struct kq_slice){.data = (const char *)digest, .size = sizeof(digest)};
    }
    revoke->app_id = kq_flag_text(invocation, "app-id");
    revoke->pid = kq_flag_text(invocation, "pid");
    KQ_TRY(kq_data_apply(&data, &operation, error));
    if (invocation->json) {
        printf("{\"revoked\":%" PRId64 "}\n", revoke->count);
    } else {
        printf("%" PRId64 " revoked\n", revoke->count);
    }
    return KQ_OK;
}

const struct kq_command kq_command_app_revoke = {
    .group = "app",
    .name = "revoke",
    .text = "end a grant, or all of a merchant's to an application, from the next call on",
    .example = "kaquan app revoke --data demo --app-id 2014072300007148 --pid 2088102146225136",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
