/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/list.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

#define SHOP_COLUMNS "shop_id, pid, name, city_code, created_s"

static void take_shop(struct kq_query *query, struct kq_arena *arena, struct kq_shop *shop)
{
    *shop = (struct kq_shop){.shop_id = kq_query_take_text(query, arena)};
    shop->pid = kq_query_take_text(query, arena);
    shop->name = kq_query_take_text(query, arena);
    shop->city_code = kq_query_take_text(query, arena);
    shop->created_s = kq_query_take_integer(query);
}

static struct kq_result load_shop(struct kq_batch *batch, struct kq_slice shop_id, struct kq_shop *shop,
                                  bool *found, struct kq_error *error)
{
    static const char select_shop[] = "SELECT " SHOP_COLUMNS " FROM shop WHERE shop_id = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_shop);
    kq_query_put_text(&query, shop_id);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        take_shop(&query, &batch->arena, shop);
    }
    return kq_query_check(&query, error);
}

static struct kq_result insert_shop(struct kq_batch *batch, const struct kq_shop *shop,
                                    struct kq_error *error)
{
    static const char insert_shop[] = "INSERT INTO shop (" SHOP_COLUMNS ") VALUES (?, ?, ?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_shop);
    kq_query_put_text(&query, shop->shop_id);
    kq_query_put_text(&query, shop->pid);
    kq_query_put_text(&query, shop->name);
    kq_query_put_text(&query, shop->city_code);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_shop_create(struct kq_batch *batch, struct kq_operation *operation,
                                      struct kq_error *error)
{
    struct kq_op_shop_create *create = &operation->shop_create;
    struct kq_shop same;
    bool exists = false;
    KQ_TRY(load_shop(batch, create->shop.shop_id, &same, &exists, error));
    KQ_TRY(kq_shop_decide_create(&create->shop, exists ? &same : NULL, &create->created, error));
    if (create->created) {
        KQ_TRY(kq_batch_need_merchant(batch, create->shop.pid, error));
        KQ_TRY(insert_shop(batch, &create->shop, error));
    }
    create->shop.created_s = exists ? same.created_s : batch->now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_read_shop_list(struct kq_connection *connection, struct kq_operation *operation,
                                   struct kq_error *error)
{
    static const char select_shops[] = "SELECT " SHOP_COLUMNS " FROM shop WHERE (?1 = '' OR pid = ?1)"
                                       " AND shop_id > ?2 ORDER BY shop_id LIMIT ?3";
    struct kq_op_shop_list *list = &operation->shop_list;
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_shops);
    kq_query_put_text(&query, list->pid);
    kq_query_put_text(&query, list->page.after);
    kq_query_put_integer(&query, kq_page_limit(&list->page));
    list->items = NULL;
    list->count = 0;
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        list->items = kq_list_room(operation->arena, list->items, list->count, sizeof(*list->items));
        KQ_ENSURE_MEMORY(list->items != NULL, error);
        take_shop(&query, operation->arena, &list->items[list->count++]);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}
