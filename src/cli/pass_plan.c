/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pass_plan.h"

#include "base/time.h"

enum {
    COLUMN_PASS_ID,
    COLUMN_USER_ID,
    COLUMN_GROUP,
    COLUMN_PID,
    COLUMN_MERCHANT_NAME,
    COLUMN_LOGO_TEXT,
    COLUMN_SECOND_LOGO_TEXT,
    COLUMN_ITEM_ID,
    COLUMN_START,
    COLUMN_END,
    COLUMN_CREATED,
    COLUMN_DATA_INFO,
    COLUMN_EXT_INFO,
    COLUMN_SHOP_ID,
    COLUMN_STATUS,
};

static const struct kq_import_column columns[KQ_PASS_PLAN_COLUMN_COUNT] = {
    [COLUMN_PASS_ID] = {.name = "pass_id", .required = true},
    [COLUMN_USER_ID] = {.name = "user_id", .required = true},
    [COLUMN_GROUP] = {.name = "group", .required = true},
    [COLUMN_PID] = {.name = "pid"},
    [COLUMN_MERCHANT_NAME] = {.name = "merchant_name"},
    [COLUMN_LOGO_TEXT] = {.name = "logo_text"},
    [COLUMN_SECOND_LOGO_TEXT] = {.name = "second_logo_text"},
    [COLUMN_ITEM_ID] = {.name = "item_id"},
    [COLUMN_START] = {.name = "start"},
    [COLUMN_END] = {.name = "end"},
    [COLUMN_CREATED] = {.name = "created"},
    [COLUMN_DATA_INFO] = {.name = "data_info"},
    [COLUMN_EXT_INFO] = {.name = "ext_info"},
    [COLUMN_SHOP_ID] = {.name = "shop_id", .is_list = true},
    [COLUMN_STATUS] = {.name = "status"},
};

static struct kq_result read_time(const struct kq_import_values *values, size_t column, int64_t *time_s,
                                  struct kq_error *error)
{
    struct kq_slice text = kq_import_value(&values[column]);
    *time_s = KQ_TIME_UNSET;
    if (text.size == 0) {
        return KQ_OK;
    }
    return kq_time_parse(text, time_s, error).ok ? KQ_OK : kq_fail_in(error, "%s", columns[column].name);
}

static struct kq_result read_kind(const struct kq_import_values *values, struct kq_pass *pass,
                                  struct kq_error *error)
{
    struct kq_slice status = kq_import_value(&values[COLUMN_STATUS]);
    KQ_ENSURE(kq_pass_group_parse(kq_import_value(&values[COLUMN_GROUP]), &pass->group), error,
              KQ_E_BAD_INPUT, "group is card, voucher, ticket or cert");
    pass->state = KQ_PASS_CAN_USE;
    KQ_ENSURE(status.size == 0 || kq_pass_state_parse(status, &pass->state), error, KQ_E_BAD_INPUT,
              "status is can_use, used, closed or expired");
    return KQ_OK;
}

static struct kq_result prepare(const struct kq_import_values *values, struct kq_operation *operation,
                                struct kq_error *error)
{
    operation->kind = KQ_OP_PASS_CREATE;
    struct kq_pass *pass = &operation->pass_create.pass;
    pass->pass_id = kq_import_value(&values[COLUMN_PASS_ID]);
    pass->user_id = kq_import_value(&values[COLUMN_USER_ID]);
    pass->pid = kq_import_value(&values[COLUMN_PID]);
    pass->merchant_name = kq_import_value(&values[COLUMN_MERCHANT_NAME]);
    pass->logo_text = kq_import_value(&values[COLUMN_LOGO_TEXT]);
    pass->second_logo_text = kq_import_value(&values[COLUMN_SECOND_LOGO_TEXT]);
    pass->item_id = kq_import_value(&values[COLUMN_ITEM_ID]);
    pass->data_info = kq_import_value(&values[COLUMN_DATA_INFO]);
    pass->ext_info = kq_import_value(&values[COLUMN_EXT_INFO]);
    pass->shop_ids = values[COLUMN_SHOP_ID].items;
    pass->shop_id_count = values[COLUMN_SHOP_ID].count;
    KQ_TRY(read_kind(values, pass, error));
    KQ_TRY(read_time(values, COLUMN_START, &pass->start_s, error));
    KQ_TRY(read_time(values, COLUMN_END, &pass->end_s, error));
    return read_time(values, COLUMN_CREATED, &pass->created_s, error);
}

static bool created(const struct kq_operation *operation)
{
    return operation->pass_create.created;
}

const struct kq_import_plan kq_pass_plan = {
    .columns = columns,
    .column_count = KQ_COUNT(columns),
    .prepare = prepare,
    .created = created,
};
