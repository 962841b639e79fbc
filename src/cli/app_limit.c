/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    {.name = "per-second",
     .kind = KQ_FLAG_NUMBER,
     .required = true,
     .value = "N",
     .text = "calls a second at most; 0: take the limit away, so that the server's own holds",
     .maximum = KQ_CALLS_PER_SECOND_MAX},
    {.name = "method",
     .kind = KQ_FLAG_TEXT,
     .value = "METHOD",
     .text = "only calls of this method (default: all calls together)"},
};

/* What has been done, after "the application …". */
static struct kq_slice describe(const struct kq_op_application_limit *limit, struct kq_arena *arena)
{
    if (limit->per_second == 0) {
        return KQ_SLICE("freed of that limit");
    }
    return kq_arena_print(arena, "limited to %" PRId64 " calls%s%.*s a second", limit->per_second,
                          limit->method.size == 0 ? "" : " of ", KQ_SLICE_PRINT(limit->method));
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_LIMIT, .arena = &invocation->arena};
    struct kq_op_application_limit *limit = &operation.application_limit;
    limit->app_id = kq_flag_text(invocation, "app-id");
    limit->per_second = kq_flag_number(invocation, "per-second");
    KQ_TRY(kq_flag_method(invocation, "method", &limit->method, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    struct kq_slice done = describe(limit, &invocation->arena);
    KQ_ENSURE_MEMORY(done.data != NULL, error);
    return kq_print_changed(invocation->json, "application", "app_id", limit->app_id, done.data,
                            limit->changed, error);
}

const struct kq_command kq_command_app_limit = {
    .group = "app",
    .name = "limit",
    .text = "limit how many calls a second an application may make, all together or of one method",
    .example = "kaquan app limit --data demo --app-id 2014072300007148 "
               "--method alipay.marketing.voucher.send --per-second 200",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
