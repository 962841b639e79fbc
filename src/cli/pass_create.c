/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/time.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/import_flags.h"
#include "cli/import_input.h"
#include "cli/pass_plan.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "user-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "whose wallet it goes into (one pass needs it)"},
    {.name = "group",
     .kind = KQ_FLAG_TEXT,
     .value = "GROUP",
     .text = "card, voucher, ticket or cert (one pass needs it)",
     .choices = (const char *const[]){"card", "voucher", "ticket", "cert", NULL}},
    {.name = "pass-id",
     .kind = KQ_FLAG_TEXT,
     .value = "ID",
     .text = "its id, up to 100 characters (default: a new one)"},
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "the merchant that gives it"},
    {.name = "merchant-name", .kind = KQ_FLAG_TEXT, .value = "NAME", .text = "who people see that gives it"},
    {.name = "logo-text", .kind = KQ_FLAG_TEXT, .value = "TEXT", .text = "first line"},
    {.name = "second-logo-text", .kind = KQ_FLAG_TEXT, .value = "TEXT", .text = "second line"},
    {.name = "item-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "the goods that it is for"},
    {.name = "start", .kind = KQ_FLAG_TIME, .value = "TIME", .text = "valid from then on"},
    {.name = "end", .kind = KQ_FLAG_TIME, .value = "TIME", .text = "until before then (default: for good)"},
    {.name = "created", .kind = KQ_FLAG_TIME, .value = "TIME", .text = "when it was given (default: now)"},
    {.name = "data-info",
     .kind = KQ_FLAG_TEXT,
     .value = "JSON",
     .text = "what the wallet shows, a JSON object"},
    {.name = "ext-info", .kind = KQ_FLAG_TEXT, .value = "JSON", .text = "anything else, a JSON object"},
    {.name = "shop-id", .kind = KQ_FLAG_LIST, .value = "ID", .text = "a shop where it can be used"},
    {.name = "status",
     .kind = KQ_FLAG_TEXT,
     .value = "STATUS",
     .text = "can_use, used, closed or expired (default: can_use)",
     .choices = (const char *const[]){"can_use", "used", "closed", "expired", NULL}},
    KQ_FLAG_FILE,
    KQ_FLAG_FORMAT,
};

#define RANDOM_BYTES 16
#define NEW_ID_TEXT_SIZE (8 + 2 * RANDOM_BYTES + 1)

/* The day, then 128 random bits. */
static void make_id(const struct kq_clock *clock, char id[NEW_ID_TEXT_SIZE])
{
    unsigned char random[RANDOM_BYTES];
    clock->random(clock, random, sizeof(random));
    int head =
        snprintf(id, NEW_ID_TEXT_SIZE, "%08d", (int)kq_time_date_number(clock->business_ms(clock) / 1000));
    for (size_t i = 0; i < sizeof(random); i++) {
        snprintf(id + (size_t)head + 2 * i, 3, "%02x", random[i]);
    }
}

static struct kq_result create_one(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_import_values values[KQ_PASS_PLAN_COLUMN_COUNT];
    struct kq_operation operation = {.arena = &invocation->arena};
    struct kq_pass *pass = &operation.pass_create.pass;
    char new_id[NEW_ID_TEXT_SIZE];
    KQ_ENSURE(kq_flag_text(invocation, "user-id").size > 0 && kq_flag_text(invocation, "group").size > 0,
              error, KQ_E_USAGE, "give --user-id and --group for one pass, or a FILE for many");
    kq_import_row_from_flags(invocation, kq_pass_plan.columns, kq_pass_plan.column_count, values);
    KQ_TRY(kq_pass_plan.prepare(values, &operation, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    if (kq_flag_text(invocation, "pass-id").size == 0) {
        make_id(data.store->clock, new_id);
        pass->pass_id = kq_slice_of(new_id);
    }
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_created(invocation->json, "pass", "pass_id", pass->pass_id,
                            kq_pass_plan.created(&operation), error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_slice path;
    const struct kq_import_column *said =
        kq_import_column_on_command_line(invocation, kq_pass_plan.columns, kq_pass_plan.column_count);
    KQ_TRY(kq_import_path(invocation, &path, error));
    if (path.size == 0 && (said != NULL || kq_flag_is_given(invocation, "user-id"))) {
        return create_one(invocation, error);
    }
    KQ_ENSURE(said == NULL, error, KQ_E_USAGE, "%s has many passes, so no flag can say the %s of one",
              path.data, said->name);
    return kq_import_run(invocation, &kq_pass_plan, error);
}

const struct kq_command kq_command_pass_create = {
    .group = "pass",
    .name = "create",
    .text = "put a pass into a user's wallet, or many from a file",
    .example = "kaquan pass create --data demo --user-id 2088302001456115 --group ticket --logo-text 电影票",
    .more_examples = (const char *const[]){"kaquan pass create --data demo passes.csv",
                                           "kaquan pass create --data demo --file passes.jsonl",
                                           "kaquan pass create --data demo --format json - < passes",
                                           "gunzip < passes.csv.gz | kaquan pass create --data demo", NULL},
    .operand = "FILE",
    .operand_optional = true,
    .rows = &kq_pass_plan,
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
