/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_import_row.h"

#include "base/money.h"
#include "wire/charset.h"

enum {
    COLUMN_TEMPLATE_ID,
    COLUMN_USER_ID,
    COLUMN_LOGIN_ID,
    COLUMN_TAOBAO_NICK,
    COLUMN_OUT_BIZ_NO,
    COLUMN_AMOUNT,
    COLUMN_MEMO,
};

static const struct kq_import_column columns[KQ_VOUCHER_IMPORT_COLUMN_COUNT] = {
    [COLUMN_TEMPLATE_ID] = {.name = "template_id",
                            .text = "the template to issue from (default: --template-id)"},
    [COLUMN_USER_ID] = {.name = "user_id", .text = "the user, by the id; of the three it goes first"},
    [COLUMN_LOGIN_ID] = {.name = "login_id", .text = "or by a phone number or an e-mail address"},
    [COLUMN_TAOBAO_NICK] = {.name = "taobao_nick", .text = "or by the Taobao nick"},
    [COLUMN_OUT_BIZ_NO] = {.name = "out_biz_no",
                           .text = "your own number of this business: twice, it is one voucher",
                           .required = true},
    [COLUMN_AMOUNT] = {.name = "amount", .text = "yuan; a red packet's, others have the template's"},
    [COLUMN_MEMO] = {.name = "memo", .text = "a remark"},
};

const struct kq_import_plan kq_voucher_import_plan = {
    .columns = columns,
    .column_count = KQ_COUNT(columns),
};

static struct kq_recipient find_recipient(const struct kq_import_values *values)
{
    static const struct {
        size_t column;
        enum kq_recipient_kind kind;
    } rows[] = {
        {COLUMN_USER_ID, KQ_RECIPIENT_USER_ID},
        {COLUMN_LOGIN_ID, KQ_RECIPIENT_LOGIN_ID},
        {COLUMN_TAOBAO_NICK, KQ_RECIPIENT_TAOBAO_NICK},
    };
    size_t row = 0;
    while (row < KQ_COUNT(rows) - 1 && values[rows[row].column].count == 0) {
        row++;
    }
    return (struct kq_recipient){.kind = rows[row].kind, .value = kq_import_value(&values[rows[row].column])};
}

static struct kq_result check_length(const char *name, struct kq_slice text, size_t max_chars,
                                     struct kq_error *error)
{
    /* A character is a byte at least: most texts need no counting. */
    KQ_ENSURE(text.size <= max_chars || kq_utf8_count(text) <= max_chars, error, KQ_E_BAD_INPUT,
              "%s is longer than %zu characters", name, max_chars);
    return KQ_OK;
}

struct kq_result kq_voucher_import_row_read(const struct kq_import_values *values,
                                            struct kq_slice template_id, struct kq_issue_request *request,
                                            struct kq_error *error)
{
    struct kq_slice own = kq_import_value(&values[COLUMN_TEMPLATE_ID]);
    struct kq_slice amount = kq_import_value(&values[COLUMN_AMOUNT]);
    *request = (struct kq_issue_request){
        .template_id = own.size > 0 ? own : template_id,
        .out_biz_no = kq_import_value(&values[COLUMN_OUT_BIZ_NO]),
        .recipient = find_recipient(values),
        .memo = kq_import_value(&values[COLUMN_MEMO]),
        .has_amount = amount.size > 0,
    };
    KQ_ENSURE(request->template_id.size > 0, error, KQ_E_BAD_INPUT, "template_id is missing");
    KQ_ENSURE(request->recipient.value.size > 0, error, KQ_E_BAD_INPUT,
              "user_id, login_id and taobao_nick are missing: one of them names the user");
    KQ_TRY(check_length("out_biz_no", request->out_biz_no, KQ_OUT_BIZ_NO_MAX_CHARS, error));
    KQ_TRY(check_length("memo", request->memo, KQ_MEMO_MAX_CHARS, error));
    if (request->has_amount && !kq_money_parse(amount, &request->amount_fen, NULL).ok) {
        return kq_fail(error, KQ_E_BAD_INPUT, "amount is not yuan with at most two decimals");
    }
    return KQ_OK;
}
