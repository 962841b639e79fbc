/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/audit_checks.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/query.h"
#include "store/sqlite/reads.h"

/* Rows of one piece of a check: a fraction of a second, so that the log can begin anew between two pieces,
 * and so many that what a piece costs by itself does not count. */
#define PIECE_ROWS 65536

/* The piece's last key, and its rows. */
static struct kq_result find_end(struct kq_connection *connection, enum kq_audit_range range,
                                 struct kq_op_audit *audit, struct kq_error *error)
{
    static const char *const ends[KQ_AUDIT_RANGE_COUNT] = {
        [KQ_AUDIT_BY_VOUCHER] = "SELECT max(voucher_no), count(*) FROM (SELECT voucher_no"
                                " FROM voucher NOT INDEXED WHERE voucher_no > ? ORDER BY voucher_no LIMIT ?)",
        [KQ_AUDIT_BY_EVENT] = "SELECT max(voucher_no), count(*) FROM (SELECT voucher_no FROM voucher_event"
                              " WHERE voucher_no > ? ORDER BY voucher_no LIMIT ?)",
        [KQ_AUDIT_BY_USER] = "SELECT max(user_id), count(*) FROM (SELECT user_id FROM voucher"
                             " INDEXED BY voucher_by_user WHERE user_id > ? ORDER BY user_id LIMIT ?)",
        [KQ_AUDIT_BY_NOTICE] = "SELECT max(voucher_no), count(*) FROM (SELECT voucher_no FROM notification"
                               " WHERE voucher_no > ? ORDER BY voucher_no LIMIT ?)",
    };
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, ends[range]);
    kq_query_put_integer(&query, audit->after);
    kq_query_put_integer(&query, PIECE_ROWS);
    bool has_row = false;
    KQ_TRY(kq_query_next(&query, &has_row, error));
    audit->reached = kq_query_take_integer_or(&query, INT64_MAX);
    audit->row_count = kq_query_take_integer(&query);
    audit->is_done = audit->row_count < PIECE_ROWS;
    return kq_query_check(&query, error);
}

static struct kq_result name_template(struct kq_connection *connection, int64_t template_no,
                                      struct kq_arena *arena, struct kq_slice *template_id,
                                      struct kq_error *error)
{
    static const char select_id[] = "SELECT template_id FROM template WHERE template_no = ?";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_id);
    kq_query_put_integer(&query, template_no);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    if (found) {
        *template_id = kq_query_take_text(&query, arena);
    }
    return kq_query_check(&query, error);
}

/* A number that no id can have is a finding too, and then has no id to be shown. */
static struct kq_result name_voucher(struct kq_connection *connection, int64_t number, struct kq_arena *arena,
                                     struct kq_audit_finding *finding, struct kq_error *error)
{
    if (number < 0 || number > KQ_ID_NUMBER_MAX) {
        return KQ_OK;
    }
    uint32_t node = 0;
    KQ_TRY(kq_store_node(connection, &node, error));
    char text[KQ_ID_TEXT_SIZE];
    kq_id_write(number, node, KQ_ID_PRODUCT_VOUCHER, finding->user_id, text);
    finding->voucher_id = kq_arena_copy(arena, (struct kq_slice){text, KQ_ID_SIZE});
    KQ_ENSURE_MEMORY(finding->voucher_id.data != NULL, error);
    return KQ_OK;
}

static struct kq_result take_finding(struct kq_connection *connection, struct kq_query *query,
                                     struct kq_arena *arena, struct kq_audit_finding *finding,
                                     struct kq_error *error)
{
    *finding = (struct kq_audit_finding){.item = kq_query_take_text(query, arena)};
    int64_t template_no = kq_query_take_integer_or(query, KQ_NUMBER_NONE);
    int64_t voucher_no = kq_query_take_integer_or(query, KQ_NUMBER_NONE);
    if (sqlite3_column_type(query->statement, query->column) == SQLITE_NULL) {
        kq_query_skip(query);
    } else {
        finding->user_id = kq_query_take_user(query, arena);
    }
    finding->time_s = kq_query_take_integer_or(query, KQ_AUDIT_NO_TIME);
    finding->stated = kq_query_take_integer(query);
    finding->counted = kq_query_take_integer(query);
    KQ_TRY(kq_query_check(query, error));
    KQ_TRY(name_template(connection, template_no, arena, &finding->template_id, error));
    return name_voucher(connection, voucher_no, arena, finding, error);
}

struct kq_result kq_read_audit(struct kq_connection *connection, struct kq_operation *operation,
                               struct kq_error *error)
{
    struct kq_op_audit *audit = &operation->audit;
    const struct kq_audit_query *check = &kq_audit_queries[audit->check];
    audit->is_done = true;
    audit->row_count = 0;
    if (check->range != KQ_AUDIT_WHOLE) {
        KQ_TRY(find_end(connection, check->range, audit, error));
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, check->sql);
    if (check->range != KQ_AUDIT_WHOLE) {
        kq_query_put_integer(&query, audit->after);
        kq_query_put_integer(&query, audit->is_done ? INT64_MAX : audit->reached);
    }
    KQ_TRY(kq_query_next(&query, &audit->disagrees, error));
    return audit->disagrees ? take_finding(connection, &query, operation->arena, &audit->finding, error)
                            : KQ_OK;
}
