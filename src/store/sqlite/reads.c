/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/reads.h"

#include <stdint.h>

#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/schema.h"

kq_read_function *const kq_reads[KQ_OPERATION_KIND_COUNT] = {
    [KQ_OP_APPLICATION_GET] = kq_read_application_get,
    [KQ_OP_APPLICATION_LIST] = kq_read_application_list,
    [KQ_OP_GRANT_GET] = kq_read_grant_get,
    [KQ_OP_GRANT_LIST] = kq_read_grant_list,
    [KQ_OP_CONFIRMATION_GET] = kq_read_confirmation_get,
    [KQ_OP_FUNDING_GET] = kq_read_funding_get,
    [KQ_OP_MERCHANT_LIST] = kq_read_merchant_list,
    [KQ_OP_USER_GET] = kq_read_user_get,
    [KQ_OP_USER_LIST] = kq_read_user_list,
    [KQ_OP_SHOP_LIST] = kq_read_shop_list,
    [KQ_OP_TEMPLATE_GET] = kq_read_template_get,
    [KQ_OP_TEMPLATE_LIST] = kq_read_template_list,
    [KQ_OP_TEMPLATE_PAGE] = kq_read_template_page,
    [KQ_OP_VOUCHER_GET] = kq_read_voucher_get,
    [KQ_OP_VOUCHER_LIST] = kq_read_voucher_list,
    [KQ_OP_WALLET] = kq_read_wallet,
    [KQ_OP_NOTIFICATION_DUE] = kq_read_notification_due,
    [KQ_OP_NOTIFICATION_LIST] = kq_read_notification_list,
    [KQ_OP_NOTIFICATION_STATUS] = kq_read_notification_status,
    [KQ_OP_REPORT] = kq_read_report,
    [KQ_OP_AUDIT] = kq_read_audit,
    [KQ_OP_HEALTH] = kq_read_health,
};

int64_t kq_page_limit(const struct kq_page *page)
{
    return page->limit == 0 || page->limit > INT64_MAX ? -1 : (int64_t)page->limit;
}

/* Reads a row, not only the header; and a file that a newer program has migrated meanwhile is none to serve
 * from. */
struct kq_result kq_read_health(struct kq_connection *connection, struct kq_operation *operation,
                                struct kq_error *error)
{
    static const char select_node[] = "SELECT node FROM meta";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(connection, select_node);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: it has lost its node id");
    KQ_TRY(kq_schema_check_version(connection, error));
    operation->health.schema_version = kq_schema_version();
    return KQ_OK;
}
