/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>

#include "cli/commands.h"
#include "cli/data.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "the one of this notify_id"},
    {.name = "template-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "all of this template's vouchers that wait no more"},
    {.name = "all-failed",
     .kind = KQ_FLAG_SWITCH,
     .text = "all that were given up; with --template-id, only those of this template"},
};

static struct kq_result read_wish(const struct kq_invocation *invocation,
                                  struct kq_op_notification_repeat *repeat, struct kq_error *error)
{
    repeat->notify_id = kq_flag_text(invocation, "id");
    repeat->template_id = kq_flag_text(invocation, "template-id");
    repeat->only_given_up = kq_flag_switch(invocation, "all-failed");
    bool names_many = repeat->template_id.size > 0 || repeat->only_given_up;
    KQ_ENSURE((repeat->notify_id.size > 0) != names_many, error, KQ_E_USAGE,
              "say which: --id, or --template-id, --all-failed or both");
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_NOTIFICATION_REPEAT, .arena = &invocation->arena};
    struct kq_op_notification_repeat *repeat = &operation.notification_repeat;
    int64_t count = 0;
    KQ_TRY(read_wish(invocation, repeat, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    while (!repeat->is_done) {
        KQ_TRY(kq_data_apply(&data, &operation, error));
        count += (int64_t)repeat->count;
        repeat->after = repeat->reached;
    }
    printf(invocation->json ? "{\"count\":%" PRId64 "}\n" : "%" PRId64 " to be told again\n", count);
    return KQ_OK;
}

const struct kq_command kq_command_notification_retry = {
    .group = "notification",
    .name = "retry",
    .text = "tell again what was told or given up, with all its tries before it",
    .example = "kaquan notification retry --data demo --all-failed",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
