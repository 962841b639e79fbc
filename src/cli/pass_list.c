/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/table.h"

/* A wallet as the gateway's method pages through it, all groups of both times. */

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "whose wallet"},
    {.name = "group",
     .kind = KQ_FLAG_TEXT,
     .value = "GROUP",
     .text = "only card, voucher, ticket or cert",
     .choices = (const char *const[]){"card", "voucher", "ticket", "cert", NULL}},
    {.name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID", .text = "only this merchant's"},
};

static const struct kq_column columns[] = {
    {.name = "pass_id"},
    {.name = "user_id", .detail = true},
    {.name = "pid", .detail = true},
    {.name = "group"},
    {.name = "status"},
    {.name = "merchant_name"},
    {.name = "logo_text"},
    {.name = "second_logo_text", .detail = true},
    {.name = "item_id", .detail = true},
    {.name = "start", .detail = true},
    {.name = "end"},
    {.name = "created", .detail = true},
    {.name = "data_info", .detail = true},
    {.name = "ext_info", .detail = true},
};

/* The largest page that the wallet gives. */
#define PAGE_SIZE 100

static void put_time(struct kq_row *row, int64_t time_s)
{
    if (time_s == KQ_TIME_UNSET) {
        kq_row_none(row);
    } else {
        kq_row_time(row, time_s);
    }
}

static void fill(struct kq_row *row, const struct kq_pass *pass, int64_t now_s)
{
    kq_row_text(row, pass->pass_id);
    kq_row_text(row, pass->user_id);
    kq_row_text(row, pass->pid);
    kq_row_name(row, kq_pass_group_name(pass->group));
    kq_row_name(row, kq_pass_status(pass, now_s));
    kq_row_text(row, pass->merchant_name);
    kq_row_text(row, pass->logo_text);
    kq_row_text(row, pass->second_logo_text);
    kq_row_text(row, pass->item_id);
    put_time(row, pass->start_s);
    put_time(row, pass->end_s);
    put_time(row, pass->created_s);
    kq_row_text(row, pass->data_info);
    kq_row_text(row, pass->ext_info);
}

/* Rows wait until there are many, so that the columns of one table agree. */
#define ROWS_MAX ((size_t)(10 * PAGE_SIZE))

struct list {
    const struct kq_invocation *invocation;
    struct kq_data data;   /* owned */
    struct kq_arena arena; /* owned: what the rows point to */
    struct kq_table table;
    struct kq_row *rows; /* in the arena, ROWS_MAX of them; NULL: none yet */
    size_t count;
};

static void close_list(struct list *list)
{
    kq_data_close(&list->data);
    kq_arena_free(&list->arena);
}

static struct kq_result print_rows(struct list *list, struct kq_error *error)
{
    KQ_TRY(kq_table_print(&list->table, list->rows, list->count, error));
    kq_arena_reset(&list->arena);
    list->rows = NULL;
    list->count = 0;
    return KQ_OK;
}

static struct kq_result add_row(struct list *list, const struct kq_pass *pass, int64_t now_s,
                                struct kq_error *error)
{
    if (list->rows == NULL) {
        list->rows = kq_arena_allocate_array(&list->arena, ROWS_MAX, sizeof(*list->rows));
    }
    struct kq_slice *cells = kq_arena_allocate_array(&list->arena, KQ_COUNT(columns), sizeof(*cells));
    KQ_ENSURE_MEMORY(list->rows != NULL && cells != NULL, error);
    struct kq_row *row = &list->rows[list->count++];
    kq_row_init(row, columns, KQ_COUNT(columns), cells, &list->arena);
    fill(row, pass, now_s);
    return KQ_OK;
}

static struct kq_result add_part(struct list *list, enum kq_pass_group group, bool current,
                                 struct kq_error *error)
{
    size_t count = PAGE_SIZE;
    for (int64_t page = 1; count == PAGE_SIZE; page++) {
        struct kq_operation operation = {.kind = KQ_OP_WALLET, .arena = &list->arena};
        struct kq_op_wallet *wallet = &operation.wallet;
        wallet->user_id = kq_flag_text(list->invocation, "user-id");
        wallet->partner_id = kq_flag_text(list->invocation, "pid");
        wallet->group = group;
        wallet->current = current;
        wallet->page_number = page;
        wallet->page_size = PAGE_SIZE;
        wallet->now_s = kq_store_now_s(list->data.store);
        KQ_TRY(kq_data_read(&list->data, &operation, error));
        for (size_t i = 0; i < wallet->count; i++) {
            KQ_TRY(add_row(list, &wallet->items[i], wallet->now_s, error));
        }
        count = wallet->count;
        if (list->count > ROWS_MAX - PAGE_SIZE) {
            KQ_TRY(print_rows(list, error));
        }
    }
    return KQ_OK;
}

static struct kq_result check_user(struct list *list, struct kq_error *error)
{
    struct kq_operation operation = {.kind = KQ_OP_USER_GET, .arena = &list->arena};
    struct kq_op_user_get *get = &operation.user_get;
    get->recipient.value = kq_flag_text(list->invocation, "user-id");
    KQ_TRY(kq_data_read(&list->data, &operation, error));
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "there is no user %.*s: `kaquan user list` shows them",
              KQ_SLICE_PRINT(get->recipient.value));
    return KQ_OK;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct list list KQ_CLEANUP(close_list) = {.invocation = invocation};
    struct kq_slice wanted = kq_flag_text(invocation, "group");
    enum kq_pass_group first = KQ_PASS_CARD;
    KQ_ENSURE(wanted.size == 0 || kq_pass_group_parse(wanted, &first), error, KQ_E_USAGE,
              "--group is card, voucher, ticket or cert");
    enum kq_pass_group last = wanted.size == 0 ? KQ_PASS_CERT : first;
    KQ_TRY(kq_data_open(invocation, &list.data, error));
    KQ_TRY(check_user(&list, error));
    kq_table_begin(&list.table, columns, KQ_COUNT(columns),
                   invocation->rows_as_json ? KQ_TABLE_JSON : KQ_TABLE_ALIGNED, stdout);
    for (enum kq_pass_group group = first; group <= last; group++) {
        KQ_TRY(add_part(&list, group, true, error));
        KQ_TRY(add_part(&list, group, false, error));
    }
    KQ_TRY(print_rows(&list, error));
    kq_table_end(&list.table);
    return KQ_OK;
}

const struct kq_command kq_command_pass_list = {
    .group = "pass",
    .name = "list",
    .text = "list a user's wallet: vouchers and passes, newest first",
    .example = "kaquan pass list --data demo --user-id 2088302001456115",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
