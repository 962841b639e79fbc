/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/funding_pages.h"

#include "base/macros.h"
#include "domain/operation.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/secrets.h"
#include "store/sqlite/writes.h"

static struct kq_result insert_page(struct kq_batch *batch, int64_t template_no, struct kq_slice digest,
                                    struct kq_error *error)
{
    static const char insert_page[] =
        "INSERT INTO funding_page (page_digest, template_no, expires_s) VALUES (?, ?, ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_page);
    kq_query_put_bytes(&query, digest);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, batch->now_ms / 1000 + KQ_FUNDING_PAGE_LIFETIME_S);
    return kq_query_run(&query, error);
}

/* Only the newest of a template stay. */
static struct kq_result delete_oldest(struct kq_batch *batch, int64_t template_no, struct kq_error *error)
{
    static const char delete_oldest[] =
        "DELETE FROM funding_page WHERE page_no IN (SELECT page_no FROM funding_page"
        " WHERE template_no = ? ORDER BY page_no DESC LIMIT -1 OFFSET ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_oldest);
    kq_query_put_integer(&query, template_no);
    kq_query_put_integer(&query, KQ_FUNDING_PAGES_MAX);
    return kq_query_run(&query, error);
}

static struct kq_result delete_dead(struct kq_batch *batch, struct kq_error *error)
{
    static const char delete_dead[] =
        "DELETE FROM funding_page WHERE page_no IN (SELECT page_no FROM funding_page"
        " WHERE expires_s <= ? ORDER BY expires_s LIMIT ?)";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, delete_dead);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    kq_query_put_integer(&query, KQ_DEAD_ROWS_MAX);
    return kq_query_run(&query, error);
}

struct kq_result kq_funding_page_create(struct kq_batch *batch, struct kq_slice template_id,
                                        char token[KQ_CODE_TEXT_SIZE], struct kq_error *error)
{
    struct kq_template_entry *entry = NULL;
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    token[0] = '\0';
    KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, template_id, &entry, error));
    if (entry == NULL || !kq_funding_is_awaited(&entry->template)) {
        return KQ_OK;
    }
    KQ_TRY(delete_dead(batch, error));
    KQ_TRY(kq_secret_draw(batch->connection->clock, token, digest, error));
    KQ_TRY(insert_page(batch, entry->template_no,
                       (struct kq_slice){.data = (const char *)digest, .size = sizeof(digest)}, error));
    return delete_oldest(batch, entry->template_no, error);
}

/* *found false: there is no page of this digest. */
static struct kq_result find_page(struct kq_connection *connection, struct kq_slice page_digest,
                                  struct kq_arena *arena, struct kq_slice *template_id, int64_t *expires_s,
                                  bool *found, struct kq_error *error)
{
    static const char select_page[] = "SELECT template_id, expires_s FROM funding_page"
                                      " JOIN template USING (template_no) WHERE page_digest = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_page);
    kq_query_put_bytes(&query, page_digest);
    KQ_TRY(kq_query_next(&query, found, error));
    if (*found) {
        *template_id = kq_query_take_text(&query, arena);
        *expires_s = kq_query_take_integer(&query);
    }
    return kq_query_check(&query, error);
}

struct kq_result kq_write_funding_confirm(struct kq_batch *batch, struct kq_operation *operation,
                                          struct kq_error *error)
{
    struct kq_op_funding_confirm *confirm = &operation->funding_confirm;
    struct kq_template_entry *entry = NULL;
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    int64_t expires_s = 0;
    bool has_page = false;
    KQ_TRY(find_page(batch->connection, confirm->page_digest, &batch->arena, &template_id, &expires_s,
                     &has_page, error));
    if (has_page) {
        KQ_TRY(kq_template_map_get(&batch->templates, batch->connection, template_id, &entry, error));
    }
    struct kq_template *template = entry == NULL ? NULL : &entry->template;
    KQ_TRY(kq_funding_decide_confirm(template, expires_s, batch->now_ms / 1000, &confirm->found, error));
    if (confirm->found == KQ_FUNDING_OPEN) {
        kq_template_map_note_change(&batch->templates, entry);
    }
    return kq_row_keep_template(template, operation->arena, &confirm->template, error);
}

struct kq_result kq_read_funding_get(struct kq_connection *connection, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_funding_get *get = &operation->funding_get;
    struct kq_merchant merchant = {0};
    struct kq_slice template_id = KQ_SLICE_EMPTY;
    int64_t expires_s = 0;
    bool found = false;
    KQ_TRY(find_page(connection, get->page_digest, operation->arena, &template_id, &expires_s, &get->found,
                     error));
    get->found = get->found && get->now_s < expires_s;
    if (!get->found) {
        return KQ_OK;
    }
    KQ_TRY(kq_row_template(connection, template_id, operation->arena, &get->template, NULL, &found, error));
    KQ_TRY(kq_row_merchant(connection, get->template.pid, operation->arena, &merchant, &found, error));
    get->merchant_name = merchant.name;
    return KQ_OK;
}
