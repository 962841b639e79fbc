/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/pass_plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/time.h"
#include "wire/signature.h"

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
    [COLUMN_PASS_ID] = {.name = "pass_id",
                        .text = "its id (default: made from the row's other columns, so that the same row "
                                "again changes nothing)"},
    [COLUMN_USER_ID] = {.name = "user_id", .text = "whose wallet it goes into", .required = true},
    [COLUMN_GROUP] = {.name = "group", .text = "card, voucher, ticket or cert", .required = true},
    [COLUMN_PID] = {.name = "pid", .text = "the merchant that gives it"},
    [COLUMN_MERCHANT_NAME] = {.name = "merchant_name", .text = "who people see that gives it"},
    [COLUMN_LOGO_TEXT] = {.name = "logo_text", .text = "first line"},
    [COLUMN_SECOND_LOGO_TEXT] = {.name = "second_logo_text", .text = "second line"},
    [COLUMN_ITEM_ID] = {.name = "item_id", .text = "the goods that it is for"},
    [COLUMN_START] = {.name = "start", .text = "valid from then on, like 2026-01-31 08:00:00"},
    [COLUMN_END] = {.name = "end", .text = "until before then (default: for good)"},
    [COLUMN_CREATED] = {.name = "created", .text = "when it was given (default: now)"},
    [COLUMN_DATA_INFO] = {.name = "data_info", .text = "what the wallet shows", .is_json = true},
    [COLUMN_EXT_INFO] = {.name = "ext_info", .text = "anything else", .is_json = true},
    [COLUMN_SHOP_ID] = {.name = "shop_id", .text = "a shop where it can be used", .is_list = true},
    [COLUMN_STATUS] = {.name = "status", .text = "can_use, used, closed or expired (default: can_use)"},
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

static int compare_slices(const void *a, const void *b)
{
    return kq_slice_compare(*(const struct kq_slice *)a, *(const struct kq_slice *)b);
}

/* With its length before it, so that no other fields are written the same. */
static void append_field(struct kq_buffer *text, struct kq_slice field)
{
    kq_buffer_print(text, "%zu:", field.size);
    kq_buffer_append(text, field);
}

/* All of the pass but its id; shops sorted, as their order says nothing. The ids of files imported before
 * depend on it: it never changes. */
static struct kq_result write_canonical(const struct kq_pass *pass, struct kq_arena *arena,
                                        struct kq_buffer *text, struct kq_error *error)
{
    const struct kq_slice fields[] = {
        pass->user_id,   kq_slice_of(kq_pass_group_name(pass->group)),
        pass->pid,       pass->merchant_name,
        pass->logo_text, pass->second_logo_text,
        pass->item_id,   pass->data_info,
        pass->ext_info,
    };
    struct kq_slice *shops = kq_arena_allocate_array(arena, pass->shop_id_count + 1, sizeof(*shops));
    KQ_ENSURE_MEMORY(shops != NULL, error);
    for (size_t i = 0; i < pass->shop_id_count; i++) {
        shops[i] = pass->shop_ids[i];
    }
    qsort(shops, pass->shop_id_count, sizeof(*shops), compare_slices);
    for (size_t i = 0; i < KQ_COUNT(fields); i++) {
        append_field(text, fields[i]);
    }
    kq_buffer_print(text, "%d,%" PRId64 ",%" PRId64 ",%" PRId64 ",", (int)pass->state, pass->start_s,
                    pass->end_s, pass->created_s);
    for (size_t i = 0; i < pass->shop_id_count; i++) {
        append_field(text, shops[i]);
    }
    KQ_ENSURE_MEMORY(!text->failed, error);
    return KQ_OK;
}

/* 128 bits of the content's SHA-256: the same content, the same pass. */
#define CONTENT_ID_BYTES 16

static struct kq_result make_id(struct kq_pass *pass, struct kq_arena *arena, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    unsigned char digest[32];
    char id[2 * CONTENT_ID_BYTES + 1];
    KQ_TRY(write_canonical(pass, arena, &text, error));
    KQ_TRY(kq_sha256(kq_buffer_slice(&text), digest, error));
    for (size_t i = 0; i < CONTENT_ID_BYTES; i++) {
        snprintf(id + 2 * i, 3, "%02x", digest[i]);
    }
    pass->pass_id = kq_arena_copy(arena, kq_slice_of(id));
    KQ_ENSURE_MEMORY(pass->pass_id.data != NULL, error);
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
    KQ_TRY(read_time(values, COLUMN_CREATED, &pass->created_s, error));
    return pass->pass_id.size > 0 ? KQ_OK : make_id(pass, operation->arena, error);
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
