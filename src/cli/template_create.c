/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "base/buffer.h"
#include "base/time.h"
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_PID,
    {.name = "type",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "KIND",
     .text = "CASHLESS_FIX_VOUCHER, CASHLESS_RANDOM_VOUCHER, FIX_VOUCHER or EXCHANGE_VOUCHER",
     .choices = (const char *const[]){"CASHLESS_FIX_VOUCHER", "CASHLESS_RANDOM_VOUCHER", "FIX_VOUCHER",
                                      "EXCHANGE_VOUCHER", NULL}},
    {.name = "brand-name",
     .kind = KQ_FLAG_TEXT,
     .required = true,
     .value = "BRAND",
     .text = "whose vouchers people see, up to 12 characters"},
    {.name = "name",
     .kind = KQ_FLAG_TEXT,
     .value = "NAME",
     .text = "the vouchers' name (default: like 10元代金券)"},
    {.name = "amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "of each voucher; red packets have none"},
    {.name = "floor-amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "the purchase must be at least this",
     .fallback = "0"},
    {.name = "quantity",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "vouchers at most (default: no limit)",
     .minimum = 1,
     .maximum = INT64_C(1000000000000)},
    {.name = "total-amount",
     .kind = KQ_FLAG_MONEY,
     .value = "YUAN",
     .text = "all vouchers together at most; red packets need it"},
    {.name = "publish-start",
     .kind = KQ_FLAG_TIME,
     .value = "TIME",
     .text = "sent from then on (default: now, or a day before an end that has passed)"},
    {.name = "publish-end",
     .kind = KQ_FLAG_TIME,
     .value = "TIME",
     .text = "until before then (default: 365 days after the start)"},
    {.name = "valid-period",
     .kind = KQ_FLAG_TEXT,
     .value = "JSON",
     .text = "how long a voucher can be used",
     .fallback = "{\"type\":\"RELATIVE\",\"duration\":30,\"unit\":\"DAY\"}"},
    {.name = "limit-per-user",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "vouchers a user gets at most (default: no limit)",
     .minimum = 1,
     .maximum = INT64_C(1000000000)},
    {.name = "limit-per-user-day",
     .kind = KQ_FLAG_NUMBER,
     .value = "N",
     .text = "and on one day (default: no limit)",
     .minimum = 1,
     .maximum = INT64_C(1000000000)},
    {.name = "description",
     .kind = KQ_FLAG_LIST,
     .value = "LINE",
     .text = "usage text, up to 10 lines of 50 characters"},
    {.name = "available-time",
     .kind = KQ_FLAG_TEXT,
     .value = "JSON",
     .text = "when in the week, as voucher_available_time on the wire (default: always)"},
    {.name = "rule-pid",
     .kind = KQ_FLAG_LIST,
     .value = "PID",
     .text = "another merchant that may redeem, beside the template's own"},
    {.name = "rule-shop",
     .kind = KQ_FLAG_LIST,
     .value = "ID",
     .text = "a shop that may redeem (default: all)"},
    {.name = "notify-uri",
     .kind = KQ_FLAG_TEXT,
     .value = "URI",
     .text = "where changes of its vouchers are told, http or https"},
    {.name = "slogan",
     .kind = KQ_FLAG_TEXT,
     .value = "TEXT",
     .text = "stands before the amount in a voucher's name, up to 6 characters"},
    {.name = "fund-account",
     .kind = KQ_FLAG_TEXT,
     .value = "LOGIN",
     .text = "whoever pays for a FIX_VOUCHER"},
    {.name = "draft", .kind = KQ_FLAG_SWITCH, .text = "sends nothing until `kaquan template activate`"},
};

static int64_t number_or(const struct kq_invocation *invocation, const char *name, int64_t otherwise)
{
    return kq_flag_is_given(invocation, name) ? kq_flag_number(invocation, name) : otherwise;
}

/* A list's items as lines. */
static struct kq_result join_lines(struct kq_invocation *invocation, const char *name,
                                   struct kq_slice *joined, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    size_t count = 0;
    const struct kq_slice *lines = kq_flag_list(invocation, name, &count);
    for (size_t i = 0; i < count; i++) {
        kq_buffer_append(&text, i == 0 ? KQ_SLICE_EMPTY : KQ_SLICE("\n"));
        kq_buffer_append(&text, lines[i]);
    }
    KQ_ENSURE_MEMORY(!text.failed, error);
    *joined = kq_arena_copy(&invocation->arena, kq_buffer_slice(&text));
    KQ_ENSURE_MEMORY(joined->data != NULL, error);
    return KQ_OK;
}

/* An end that has passed makes a template that has expired; it was open for a day then. */
static void read_publish_times(const struct kq_invocation *invocation, int64_t now_s,
                               struct kq_template *template)
{
    int64_t end_s = number_or(invocation, "publish-end", KQ_TIME_MAX_S);
    int64_t default_start_s = end_s > now_s ? now_s : end_s - KQ_SECONDS_PER_DAY;
    template->publish_start_s = number_or(invocation, "publish-start", default_start_s);
    int64_t default_end_s = template->publish_start_s + KQ_DEFAULT_PUBLISH_DAYS * KQ_SECONDS_PER_DAY;
    template->publish_end_s =
        number_or(invocation, "publish-end", default_end_s > KQ_TIME_MAX_S ? KQ_TIME_MAX_S : default_end_s);
}

static struct kq_result read_terms(struct kq_invocation *invocation, struct kq_template *template,
                                   struct kq_error *error)
{
    KQ_TRY(join_lines(invocation, "description", &template->description, error));
    KQ_TRY(join_lines(invocation, "rule-pid", &template->rule_pids, error));
    KQ_TRY(join_lines(invocation, "rule-shop", &template->rule_shops, error));
    template->available_time = kq_flag_text(invocation, "available-time");
    template->notify_uri = kq_flag_text(invocation, "notify-uri");
    template->slogan = kq_flag_text(invocation, "slogan");
    template->fund_account = kq_flag_text(invocation, "fund-account");
    return KQ_OK;
}

static struct kq_result read_template(struct kq_invocation *invocation, int64_t now_s,
                                      struct kq_template *template, struct kq_error *error)
{
    KQ_TRY(kq_template_kind_parse(kq_flag_text(invocation, "type"), &template->kind, error));
    KQ_TRY(kq_valid_period_parse(kq_flag_text(invocation, "valid-period"), &template->valid_period, error));
    KQ_TRY(read_terms(invocation, template, error));
    template->pid = kq_flag_text(invocation, "pid");
    template->name = kq_flag_text(invocation, "name");
    template->brand_name = kq_flag_text(invocation, "brand-name");
    template->notify_uri = kq_flag_text(invocation, "notify-uri");
    template->amount_fen = number_or(invocation, "amount", 0);
    template->floor_amount_fen = kq_flag_number(invocation, "floor-amount");
    template->quantity = number_or(invocation, "quantity", KQ_UNLIMITED);
    template->total_amount_fen = number_or(invocation, "total-amount", KQ_UNLIMITED);
    read_publish_times(invocation, now_s, template);
    template->limit_per_user = number_or(invocation, "limit-per-user", KQ_UNLIMITED);
    template->limit_per_user_day = number_or(invocation, "limit-per-user-day", KQ_UNLIMITED);
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_CREATE, .arena = &invocation->arena};
    struct kq_op_template_create *create = &operation.template_create;
    create->as_draft = kq_flag_switch(invocation, "draft");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(read_template(invocation, kq_store_now_s(data.store), &create->template, error));
    KQ_TRY(kq_data_apply(&data, &operation, error));
    printf(invocation->json ? "{\"template_id\":\"%.*s\"}\n" : "%.*s\n",
           KQ_SLICE_PRINT(create->template.template_id));
    return KQ_OK;
}

const struct kq_command kq_command_template_create = {
    .group = "template",
    .name = "create",
    .text = "make a template, from which vouchers are sent; prints its id",
    .example = "kaquan template create --data demo --pid 2088102146225135 --type CASHLESS_FIX_VOUCHER "
               "--brand-name 优酷 --amount 10 --floor-amount 100 --quantity 1000",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
