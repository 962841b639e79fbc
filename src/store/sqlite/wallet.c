/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "base/macros.h"
#include "domain/redeem_rules.h"
#include "store/sqlite/list.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/template_map.h"

/* One page of a wallet: first which rows are on it, then each of them, then their shops. */

enum source { SOURCE_VOUCHER, SOURCE_PASS, SOURCE_COUNT };

struct entry {
    enum source source;
    int64_t voucher_no;
    struct kq_slice pass_id;
};

struct merchant_shops {
    struct kq_slice pid;
    const struct kq_slice *shop_ids;
    size_t count;
};

/* What is known while a page is made. All of it lives in the operation's arena. */
struct page {
    struct kq_connection *connection;
    struct kq_op_wallet *wallet;
    struct kq_arena *arena;
    struct entry *entries;
    size_t entry_count;
    struct kq_voucher_rows vouchers;
    struct kq_template_map templates;
    struct merchant_shops *merchants; /* those that have been asked for */
    size_t merchant_count;
};

/* kq_pass_is_current, once for vouchers as kq_pass_of_voucher shows them (states: KQ_VOUCHER_ENABLED), once
 * for passes (KQ_PASS_CAN_USE). Here too, because a page is cut after it. */
#define VOUCHER_IS_CURRENT "(state = 0 AND expires_s > ?2)"
#define PASS_IS_CURRENT "(state = 0 AND (end_s IS NULL OR end_s > ?2))"

/* Both parts come from their index in order and are merged, so that nothing is read behind the page's last
 * row. */
#define SELECT_VOUCHERS                                                                                      \
    "SELECT 0 AS source, voucher_no AS wallet_no, issued_s AS shown_s, NULL AS pass_id"                      \
    " FROM voucher INDEXED BY voucher_by_user"                                                               \
    " WHERE user_id = ?1 AND " VOUCHER_IS_CURRENT " = ?3 AND (?4 = '' OR"                                    \
    " (SELECT pid FROM template WHERE template.template_no = voucher.template_no) = ?4)"
#define SELECT_PASSES                                                                                        \
    "SELECT 1 AS source, wallet_no, created_s AS shown_s, pass_id FROM pass INDEXED BY pass_by_user"         \
    " WHERE user_id = ?1 AND " PASS_IS_CURRENT " = ?3 AND (?4 = '' OR pid = ?4) AND pass_group = ?7"
#define PAGE_ORDER " ORDER BY shown_s DESC, wallet_no DESC LIMIT ?5 OFFSET ?6"

static struct kq_result find_entries(struct page *page, struct kq_error *error)
{
    static const char both[] = SELECT_VOUCHERS " UNION ALL " SELECT_PASSES PAGE_ORDER;
    static const char passes[] = SELECT_PASSES PAGE_ORDER;
    const struct kq_op_wallet *wallet = page->wallet;
    int64_t offset = 0;
    if (__builtin_mul_overflow(wallet->page_number - 1, wallet->page_size, &offset)) {
        return KQ_OK; /* Behind everything. */
    }
    KQ_CLEANUP(kq_query_end)
    struct kq_query query =
        kq_query_begin(page->connection, wallet->group == KQ_PASS_VOUCHER ? both : passes);
    kq_query_put_user(&query, wallet->user_id);
    kq_query_put_integer(&query, wallet->now_s);
    kq_query_put_integer(&query, wallet->current ? 1 : 0);
    kq_query_put_text(&query, wallet->partner_id);
    kq_query_put_integer(&query, wallet->page_size);
    kq_query_put_integer(&query, offset);
    kq_query_put_integer(&query, wallet->group);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    while (has_row) {
        page->entries = kq_list_room(page->arena, page->entries, page->entry_count, sizeof(*page->entries));
        KQ_ENSURE_MEMORY(page->entries != NULL, error);
        struct entry *entry = &page->entries[page->entry_count++];
        entry->source = kq_query_take_choice(&query, SOURCE_COUNT);
        entry->voucher_no = kq_query_take_integer(&query);
        kq_query_skip(&query);
        entry->pass_id = kq_query_take_text(&query, page->arena);
        KQ_TRY(kq_query_next(&query, &has_row, error));
    }
    return KQ_OK;
}

/* The shops of the wallet's city, by a statement that asks for an owner (a merchant or a pass) and a city. */
static struct kq_result find_shops(struct page *page, const char *sql, struct kq_slice owner,
                                   const struct kq_slice **shop_ids, size_t *count, struct kq_error *error)
{
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(page->connection, sql);
    kq_query_put_text(&query, owner);
    kq_query_put_text(&query, page->wallet->city_code);
    kq_query_put_integer(&query, KQ_PASS_SHOPS_MAX);
    return kq_query_take_texts(&query, page->arena, shop_ids, count, error);
}

/* Asked for once a page: many passes of a page are of one merchant. */
static struct kq_result find_merchant_shops(struct page *page, struct kq_slice pid,
                                            struct merchant_shops *shops, struct kq_error *error)
{
    static const char select_shops[] =
        "SELECT shop_id FROM shop WHERE pid = ? AND city_code = ? ORDER BY shop_id LIMIT ?";
    struct merchant_shops *known = NULL;
    for (size_t i = 0; i < page->merchant_count && known == NULL; i++) {
        known = kq_slice_equal(page->merchants[i].pid, pid) ? &page->merchants[i] : NULL;
    }
    if (known == NULL) {
        page->merchants =
            kq_list_room(page->arena, page->merchants, page->merchant_count, sizeof(*page->merchants));
        KQ_ENSURE_MEMORY(page->merchants != NULL, error);
        known = &page->merchants[page->merchant_count++];
        known->pid = pid;
        KQ_TRY(find_shops(page, select_shops, pid, &known->shop_ids, &known->count, error));
    }
    *shops = *known;
    return KQ_OK;
}

/* Those of one merchant where the rule lets the voucher be used. */
static struct kq_result add_merchant_shops(struct page *page, struct kq_slice pid, struct kq_slice rule_shops,
                                           struct kq_pass *pass, struct kq_error *error)
{
    struct merchant_shops shops = {0};
    KQ_TRY(find_merchant_shops(page, pid, &shops, error));
    for (size_t i = 0; i < shops.count && pass->shop_id_count < KQ_PASS_SHOPS_MAX; i++) {
        if (rule_shops.size > 0 && !kq_rule_lists(rule_shops, shops.shop_ids[i])) {
            continue;
        }
        struct kq_slice *ids =
            kq_list_room(page->arena, (void *)pass->shop_ids, pass->shop_id_count, sizeof(*ids));
        KQ_ENSURE_MEMORY(ids != NULL, error);
        ids[pass->shop_id_count++] = shops.shop_ids[i];
        pass->shop_ids = ids;
    }
    return KQ_OK;
}

/* A voucher can be used at its merchant's shops and at those of the merchants of its rule, where the rule
 * does not name the shops. */
static struct kq_result add_voucher_shops(struct page *page, const struct kq_template *template,
                                          struct kq_pass *pass, struct kq_error *error)
{
    struct kq_cursor pids = kq_cursor_of(template->rule_pids);
    struct kq_slice pid;
    KQ_TRY(add_merchant_shops(page, template->pid, template->rule_shops, pass, error));
    while (pass->shop_id_count < KQ_PASS_SHOPS_MAX && kq_cursor_take_part(&pids, '\n', &pid)) {
        KQ_TRY(add_merchant_shops(page, pid, template->rule_shops, pass, error));
    }
    return KQ_OK;
}

static struct kq_result names_shops(struct page *page, struct kq_slice pass_id, bool *does,
                                    struct kq_error *error)
{
    static const char select_any[] = "SELECT 1 FROM pass_shop WHERE pass_id = ? LIMIT 1";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(page->connection, select_any);
    kq_query_put_text(&query, pass_id);
    return kq_query_next(&query, does, error);
}

/* A pass that names shops can be used there alone, any other at its merchant's. */
static struct kq_result add_pass_shops(struct page *page, struct kq_pass *pass, struct kq_error *error)
{
    static const char select_shops[] = "SELECT shop.shop_id FROM pass_shop JOIN shop USING (shop_id)"
                                       " WHERE pass_shop.pass_id = ? AND shop.city_code = ?"
                                       " ORDER BY pass_shop.shop_id LIMIT ?";
    bool has_own = false;
    KQ_TRY(names_shops(page, pass->pass_id, &has_own, error));
    if (!has_own) {
        return add_merchant_shops(page, pass->pid, KQ_SLICE_EMPTY, pass, error);
    }
    return find_shops(page, select_shops, pass->pass_id, &pass->shop_ids, &pass->shop_id_count, error);
}

static struct kq_result load_voucher(struct page *page, int64_t number, struct kq_pass *pass,
                                     struct kq_error *error)
{
    struct kq_voucher voucher;
    struct kq_template_entry *template = NULL;
    bool found = false;
    KQ_TRY(kq_row_voucher_by_number(&page->vouchers, number, &voucher, &found, error));
    if (found) {
        KQ_TRY(
            kq_template_map_get(&page->templates, page->connection, voucher.template_id, &template, error));
    }
    KQ_ENSURE(template != NULL, error, KQ_E_STORE,
              "the store is damaged: a voucher has lost its row or its template");
    KQ_TRY(kq_pass_of_voucher(&voucher, &template->template, page->arena, pass, error));
    return page->wallet->with_shops ? add_voucher_shops(page, &template->template, pass, error) : KQ_OK;
}

static struct kq_result load_pass(struct page *page, struct kq_slice id, struct kq_pass *pass,
                                  struct kq_error *error)
{
    bool found = false;
    KQ_TRY(kq_row_pass(page->connection, id, page->arena, pass, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: a pass has lost its row");
    return page->wallet->with_shops ? add_pass_shops(page, pass, error) : KQ_OK;
}

struct kq_result kq_read_wallet(struct kq_connection *connection, struct kq_operation *operation,
                                struct kq_error *error)
{
    struct kq_op_wallet *wallet = &operation->wallet;
    struct page page = {.connection = connection, .wallet = wallet, .arena = operation->arena};
    KQ_ENSURE(wallet->page_number >= 1 && wallet->page_size >= 1, error, KQ_E_USAGE,
              "pages are counted from 1");
    KQ_TRY(find_entries(&page, error));
    kq_template_map_init(&page.templates, page.arena);
    page.vouchers = (struct kq_voucher_rows){.connection = connection, .arena = page.arena};
    wallet->items = kq_arena_allocate_array(page.arena, page.entry_count, sizeof(*wallet->items));
    KQ_ENSURE_MEMORY(wallet->items != NULL, error);
    wallet->count = page.entry_count;
    for (size_t i = 0; i < page.entry_count; i++) {
        const struct entry *entry = &page.entries[i];
        struct kq_pass *pass = &wallet->items[i];
        KQ_TRY(entry->source == SOURCE_VOUCHER ? load_voucher(&page, entry->voucher_no, pass, error)
                                               : load_pass(&page, entry->pass_id, pass, error));
    }
    return KQ_OK;
}
