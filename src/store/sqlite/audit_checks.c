/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/audit_checks.h"

#include <assert.h>

#include "base/id.h"
#include "base/time.h"
#include "domain/voucher.h"
#include "domain/voucher_change.h"

/* What the texts below have as numbers. */
static_assert(KQ_ID_SEQUENCE_COUNT == 16384 && KQ_BEIJING_OFFSET_S == 28800 && KQ_SECONDS_PER_DAY == 86400,
              "written in SQL");
static_assert(KQ_VOUCHER_ENABLED == 0 && KQ_VOUCHER_USED == 1 && KQ_VOUCHER_DELETED == 2 &&
                  KQ_VOUCHER_REFUNDED == 3,
              "written in SQL");
static_assert(KQ_CHANGE_USE == 0 && KQ_CHANGE_REFUND == 1 && KQ_CHANGE_DELETE == 2 && KQ_CHANGE_DELAY == 3,
              "written in SQL");

/* The table is read in its own order: through an index, each row would be looked for, and what an index has
 * lost would not be seen. */
#define VOUCHERS " FROM voucher NOT INDEXED"
#define IN_VOUCHER_RANGE " WHERE voucher.voucher_no > ?1 AND voucher.voucher_no <= ?2"
#define IN_EVENT_RANGE " WHERE voucher_event.voucher_no > ?1 AND voucher_event.voucher_no <= ?2"
#define IN_USER_RANGE " WHERE user_id > ?1 AND user_id <= ?2"
#define LAST_NUMBER "(SELECT last_ms * 16384 + sequence FROM meta)"

static const char file[] = "SELECT integrity_check, NULL, NULL, NULL, NULL, 0, 1"
                           " FROM pragma_integrity_check(1) WHERE integrity_check <> 'ok'";

/* Rows beside entries: their numbers and, where these are the same, a sum over their columns. */
#define INDEX_CHECK(name, columns)                                                                           \
    "SELECT iif(row_count = entry_count, 'sum of ' || '" name "', '" name "'), NULL, NULL, NULL, NULL,"      \
    " iif(row_count = entry_count, entry_sum, entry_count),"                                                 \
    " iif(row_count = entry_count, row_sum, row_count)"                                                      \
    " FROM (SELECT count(*) AS row_count, sum(" columns ") AS row_sum FROM voucher NOT INDEXED),"            \
    " (SELECT count(*) AS entry_count, sum(" columns ") AS entry_sum FROM voucher INDEXED BY " name ")"      \
    " WHERE row_count <> entry_count OR row_sum <> entry_sum"

static const char user_index[] = INDEX_CHECK(
    "voucher_by_user", "voucher_no % 1000003 * 31 + user_id % 1000003 * 17 + issued_s * 7 + template_no");

static const char key_index[] =
    INDEX_CHECK("voucher_by_out_biz_no", "voucher_no % 1000003 * 31 + template_no * 7 + length(out_biz_no)");

static const char numbers[] =
    "SELECT 'voucher_no', template_no, voucher_no, user_id, issued_s, voucher_no, " LAST_NUMBER VOUCHERS
    " WHERE voucher_no > " LAST_NUMBER " LIMIT 1";

static const char owners[] =
    "SELECT iif(template.template_no IS NULL, 'template', 'user'), voucher.template_no, voucher_no,"
    " voucher.user_id, NULL, 1, 0" VOUCHERS
    " LEFT JOIN template ON template.template_no = voucher.template_no"
    " LEFT JOIN user ON user.user_id = voucher.user_id" IN_VOUCHER_RANGE
    " AND (template.template_no IS NULL OR user.user_id IS NULL) LIMIT 1";

#define IS_OVERSPENT "spent_fen NOT BETWEEN 0 AND amount_fen"
#define START_S "coalesce(active_s, issued_s)"
static const char balances[] =
    "SELECT CASE WHEN " IS_OVERSPENT " THEN 'spent_fen' WHEN expires_s < " START_S " THEN 'expires_s'"
    "  ELSE 'used' END, template_no, voucher_no, user_id, NULL,"
    " CASE WHEN " IS_OVERSPENT " THEN spent_fen WHEN expires_s < " START_S " THEN expires_s"
    "  ELSE state = 1 END,"
    " CASE WHEN " IS_OVERSPENT " THEN amount_fen WHEN expires_s < " START_S " THEN " START_S
    "  ELSE spent_fen = amount_fen END" VOUCHERS IN_VOUCHER_RANGE " AND (" IS_OVERSPENT
    "  OR expires_s < " START_S " OR amount_fen > 0 AND (state = 1) <> (spent_fen = amount_fen)) LIMIT 1";

/* What a voucher's events say of it. Nothing could use vouchers before there were events, so one that is
 * spent without any is a finding. Goods have no amount: their uses tell whether they are used. */
#define EVENTS_OF_VOUCHER                                                                                    \
    "SELECT voucher.voucher_no, template_no, user_id, voucher.amount_fen, spent_fen, state,"                 \
    " voucher.expires_s,"                                                                                    \
    " coalesce(sum(iif(kind = 0 AND refund_no IS NULL, event.amount_fen, 0)), 0) AS uses_fen,"               \
    " coalesce(sum(kind = 0 AND refund_no IS NULL), 0) AS use_count,"                                        \
    " coalesce(sum(kind = 1), 0) AS refund_count, coalesce(sum(kind = 2), 0) AS delete_count,"               \
    " coalesce(max(event.expires_s), voucher.expires_s) AS end_s" VOUCHERS                                   \
    " LEFT JOIN voucher_event AS event ON event.voucher_no = voucher.voucher_no" IN_VOUCHER_RANGE            \
    " GROUP BY voucher.voucher_no"
static const char histories[] =
    "SELECT CASE WHEN spent_fen <> uses_fen THEN 'spent_fen'"
    "  WHEN delete_count <> (state = 2) THEN 'deletions' WHEN end_s <> expires_s THEN 'expires_s'"
    "  WHEN state = 3 AND refund_count = 0 THEN 'refunds' ELSE 'uses' END,"
    " template_no, voucher_no, user_id, NULL,"
    " CASE WHEN spent_fen <> uses_fen THEN spent_fen WHEN delete_count <> (state = 2) THEN state = 2"
    "  WHEN end_s <> expires_s THEN expires_s WHEN state = 3 AND refund_count = 0 THEN 1"
    "  ELSE state = 1 END,"
    " CASE WHEN spent_fen <> uses_fen THEN uses_fen WHEN delete_count <> (state = 2) THEN delete_count"
    "  WHEN end_s <> expires_s THEN end_s WHEN state = 3 AND refund_count = 0 THEN 0 ELSE use_count END"
    " FROM (" EVENTS_OF_VOUCHER ") WHERE spent_fen <> uses_fen OR delete_count <> (state = 2)"
    " OR end_s <> expires_s OR state = 3 AND refund_count = 0 OR state = 1 AND use_count = 0"
    " OR state <> 1 AND use_count > 0 AND amount_fen = 0 LIMIT 1";

static const char events[] =
    "SELECT CASE WHEN voucher.voucher_no IS NULL THEN 'voucher of event ' || voucher_event.out_biz_no"
    "  WHEN count(*) > 1 THEN 'events of one number' ELSE 'event_no' END,"
    " template_no, voucher.voucher_no, user_id, made_s,"
    " CASE WHEN voucher.voucher_no IS NULL OR count(*) > 1 THEN 1 ELSE event_no END,"
    " CASE WHEN voucher.voucher_no IS NULL THEN 0 WHEN count(*) > 1 THEN count(*)"
    "  ELSE " LAST_NUMBER " END"
    " FROM voucher_event LEFT JOIN voucher USING (voucher_no)" IN_EVENT_RANGE
    " GROUP BY voucher_event.voucher_no, event_no"
    " HAVING voucher.voucher_no IS NULL OR count(*) > 1 OR event_no > " LAST_NUMBER " LIMIT 1";

static const char refunds[] =
    "SELECT iif(refund.event_no IS NULL, 'refund_no', 'amount_fen'), template_no,"
    " voucher_event.voucher_no, user_id, voucher_event.made_s,"
    " iif(refund.event_no IS NULL, voucher_event.refund_no, voucher_event.amount_fen),"
    " iif(refund.event_no IS NULL, 0, refund.amount_fen)"
    " FROM voucher_event JOIN voucher USING (voucher_no)"
    " LEFT JOIN voucher_event AS refund ON refund.voucher_no = voucher_event.voucher_no"
    "  AND refund.kind = 1 AND refund.event_no = voucher_event.refund_no" IN_EVENT_RANGE
    " AND voucher_event.refund_no IS NOT NULL"
    " AND (refund.event_no IS NULL OR refund.amount_fen <> voucher_event.amount_fen) LIMIT 1";

static const char refunded_uses[] =
    "SELECT 'uses', template_no, voucher_event.voucher_no, user_id, voucher_event.made_s, 1,"
    " count(used.event_no) FROM voucher_event JOIN voucher USING (voucher_no)"
    " LEFT JOIN voucher_event AS used ON used.voucher_no = voucher_event.voucher_no"
    "  AND used.kind = 0 AND used.refund_no = voucher_event.event_no" IN_EVENT_RANGE
    " AND voucher_event.kind = 1 GROUP BY voucher_event.voucher_no, voucher_event.event_no"
    " HAVING count(used.event_no) <> 1 LIMIT 1";

static const char counters[] =
    "WITH rows_of AS MATERIALIZED (SELECT template_no, count(*) AS issued, sum(amount_fen) AS issued_fen,"
    " sum(state = 1) AS used, sum(spent_fen) AS used_fen, sum(state >= 2) AS recycled,"
    " sum(iif(state >= 2, amount_fen - spent_fen, 0)) AS recycled_fen" VOUCHERS " GROUP BY template_no),"
    " beside AS (SELECT * FROM template LEFT JOIN rows_of USING (template_no)),"
    " compared (item, template_no, stated, counted) AS ("
    " SELECT 'issued_count', template_no, issued_count, coalesce(issued, 0) FROM beside"
    " UNION ALL SELECT 'issued_amount_fen', template_no, issued_amount_fen, coalesce(issued_fen, 0)"
    "  FROM beside"
    " UNION ALL SELECT 'used_count', template_no, used_count, coalesce(used, 0) FROM beside"
    " UNION ALL SELECT 'used_amount_fen', template_no, used_amount_fen, coalesce(used_fen, 0) FROM beside"
    " UNION ALL SELECT 'recycled_count', template_no, recycled_count, coalesce(recycled, 0) FROM beside"
    " UNION ALL SELECT 'recycled_amount_fen', template_no, recycled_amount_fen, coalesce(recycled_fen, 0)"
    "  FROM beside)"
    " SELECT item, template_no, NULL, NULL, NULL, stated, counted FROM compared"
    " WHERE stated <> counted LIMIT 1";

static const char stock[] =
    "SELECT iif(issued_count > quantity, 'quantity', 'total_amount_fen'), template_no, NULL, NULL, NULL,"
    " iif(issued_count > quantity, quantity, total_amount_fen),"
    " iif(issued_count > quantity, issued_count, issued_amount_fen) FROM template"
    " WHERE issued_count > quantity OR issued_amount_fen > total_amount_fen LIMIT 1";

static const char shares[] =
    "SELECT iif(issued_count <> pieces, 'issued_count', 'issued_amount_fen'), template_no, NULL, NULL, NULL,"
    " iif(issued_count <> pieces, issued_count, issued_amount_fen), iif(issued_count <> pieces, pieces, fen)"
    " FROM (SELECT template_no, issued_count, issued_amount_fen,"
    "  used_count + recycled_count + coalesce(live, 0) AS pieces,"
    "  used_amount_fen + recycled_amount_fen + coalesce(live_fen, 0) AS fen FROM template"
    "  LEFT JOIN (SELECT template_no, sum(live_count) AS live, sum(live_amount_fen) AS live_fen"
    "   FROM template_expiry GROUP BY template_no) USING (template_no))"
    " WHERE issued_count <> pieces OR issued_amount_fen <> fen LIMIT 1";

/* Both sides together, the sums that stand there and those of the rows; where a group's sides differ is what
 * is looked for. The rows are added up before they are put beside the sums, so that fewer are sorted twice.
 */
#define SIDES_CHECK(count_item, fen_item, time_s, group, sums, rows)                                         \
    "SELECT iif(sum(stated_count) <> sum(counted_count), " count_item ", " fen_item "), template_no,"        \
    " NULL, NULL, " time_s ","                                                                               \
    " iif(sum(stated_count) <> sum(counted_count), sum(stated_count), sum(stated_fen)),"                     \
    " iif(sum(stated_count) <> sum(counted_count), sum(counted_count), sum(counted_fen))"                    \
    " FROM (" sums " UNION ALL " rows ") GROUP BY template_no, " group                                       \
    " HAVING sum(stated_count) <> sum(counted_count) OR sum(stated_fen) <> sum(counted_fen) LIMIT 1"
#define NOT_COUNTED "0 AS counted_count, 0 AS counted_fen"

static const char ends[] =
    SIDES_CHECK("'live_count'", "'live_amount_fen'", "expires_s", "expires_s",
                "SELECT template_no, expires_s, live_count AS stated_count, live_amount_fen AS stated_fen,"
                " " NOT_COUNTED " FROM template_expiry",
                "SELECT template_no, expires_s, 0, 0, count(*), sum(amount_fen - spent_fen)" VOUCHERS
                " WHERE state = 0 GROUP BY template_no, expires_s");

static const char issue_days[] =
    SIDES_CHECK("'issued_count'", "'issued_amount_fen'", "day_s", "day_s",
                "SELECT template_no, day_s, issued_count AS stated_count, issued_amount_fen AS stated_fen,"
                " " NOT_COUNTED " FROM template_day",
                "SELECT template_no, (issued_s + 28800) / 86400 * 86400 - 28800 AS day, 0, 0, count(*),"
                " sum(amount_fen)" VOUCHERS " GROUP BY template_no, day");

static const char event_days[] =
    SIDES_CHECK("CASE kind WHEN 0 THEN 'use_count' WHEN 1 THEN 'refund_count' ELSE 'delete_count' END",
                "CASE kind WHEN 0 THEN 'use_amount_fen' WHEN 1 THEN 'refund_amount_fen'"
                " ELSE 'delete_amount_fen' END",
                "day_s", "day_s, kind",
                "SELECT template_no, day_s, 0 AS kind, use_count AS stated_count,"
                " use_amount_fen AS stated_fen, " NOT_COUNTED " FROM template_day"
                " UNION ALL SELECT template_no, day_s, 1, refund_count, refund_amount_fen, 0, 0"
                " FROM template_day"
                " UNION ALL SELECT template_no, day_s, 2, delete_count, delete_amount_fen, 0, 0"
                " FROM template_day",
                "SELECT template_no, (made_s + 28800) / 86400 * 86400 - 28800 AS day, kind, 0, 0, count(*),"
                " sum(voucher_event.amount_fen) FROM voucher_event CROSS JOIN voucher USING (voucher_no)"
                " WHERE kind < 3 GROUP BY template_no, day, kind");

#define LIMIT_CHECK(limit, groups)                                                                           \
    "SELECT '" limit "', voucher.template_no, NULL, user_id, min(issued_s), " limit ", count(*)"             \
    " FROM voucher INDEXED BY voucher_by_user"                                                               \
    " CROSS JOIN template ON template.template_no = voucher.template_no AND " limit                          \
    " IS NOT NULL" IN_USER_RANGE " GROUP BY " groups " HAVING count(*) > " limit " LIMIT 1"

static const char user_limits[] = LIMIT_CHECK("limit_per_user", "user_id, voucher.template_no");

static const char day_limits[] =
    LIMIT_CHECK("limit_per_user_day", "user_id, voucher.template_no, (issued_s + 28800) / 86400");

/* What has been delivered is forgotten after a while, so that not every event has a notification; but each
 * notification is of an event, of an issue, or of an end. */
#define IN_NOTICE_RANGE " WHERE notice.voucher_no > ?1 AND notice.voucher_no <= ?2"
#define EVENT_OF_NOTICE                                                                                      \
    " LEFT JOIN voucher_event AS event ON event.voucher_no = notice.voucher_no"                              \
    "  AND event.kind = notice.kind - 1 AND event.out_biz_no = notice.out_biz_no"
static const char notices[] =
    "SELECT iif(voucher.voucher_no IS NULL, 'voucher', 'amount_fen'), notice.template_no, notice.voucher_no,"
    " voucher.user_id, notice.event_s, iif(voucher.voucher_no IS NULL, 1, notice.amount_fen),"
    " CASE WHEN voucher.voucher_no IS NULL THEN 0 WHEN notice.kind = 0 THEN voucher.amount_fen"
    "  WHEN notice.kind = 5 THEN voucher.amount_fen ELSE coalesce(event.amount_fen, -1) END"
    " FROM notification AS notice LEFT JOIN voucher ON voucher.voucher_no = notice.voucher_no" EVENT_OF_NOTICE
        IN_NOTICE_RANGE " AND (voucher.voucher_no IS NULL"
    "  OR (notice.kind = 0 AND notice.amount_fen <> voucher.amount_fen)"
    "  OR (notice.kind = 5 AND (notice.amount_fen > voucher.amount_fen"
    "   OR notice.event_s > (SELECT last_ms / 1000 FROM meta)))"
    "  OR (notice.kind BETWEEN 1 AND 4 AND notice.amount_fen IS NOT event.amount_fen)) LIMIT 1";

static const char one_notice[] =
    "SELECT 'notifications', template_no, voucher_no, NULL, event_s, 1, count(*)"
    " FROM notification AS notice" IN_NOTICE_RANGE
    " AND kind < 5 GROUP BY voucher_no, kind, out_biz_no HAVING count(*) > 1 LIMIT 1";

static const char notice_order[] =
    "SELECT 'next_try_s', template_no, voucher_no, NULL, NULL, sum(next_try_s IS NOT NULL),"
    " min(notification_no) IS min(iif(next_try_s IS NULL, NULL, notification_no))"
    " FROM notification AS notice" IN_NOTICE_RANGE " AND state = 0 GROUP BY voucher_no"
    " HAVING sum(next_try_s IS NOT NULL) <> 1"
    "  OR min(notification_no) IS NOT min(iif(next_try_s IS NULL, NULL, notification_no)) LIMIT 1";

/* Behind one that was never tried, none can have been delivered and forgotten. */
static const char lost_notices[] =
    "SELECT 'notification of ' || event.out_biz_no, notice.template_no, notice.voucher_no, NULL,"
    " event.made_s, 1, 0 FROM notification AS notice"
    " JOIN voucher_event AS event ON event.voucher_no = notice.voucher_no"
    "  AND event.event_no > notice.notification_no" IN_NOTICE_RANGE
    " AND notice.state = 0 AND notice.tries = 0 AND notice.last_try_s = 0 AND NOT EXISTS (SELECT 1"
    "  FROM notification AS other WHERE other.voucher_no = event.voucher_no AND other.kind = event.kind + 1"
    "  AND other.out_biz_no = event.out_biz_no) LIMIT 1";

/* The job that tells of ends has numbers of its own, so it has not come further than the last number. */
static const char expiries[] =
    "SELECT 'expiry_due', template_no, voucher_no, user_id, expires_s, awaited, must FROM ("
    "SELECT template_no, voucher_no, user_id, voucher.expires_s,"
    " EXISTS (SELECT 1 FROM expiry_due AS due WHERE due.expires_s = voucher.expires_s"
    "  AND due.voucher_no = voucher.voucher_no) AS awaited,"
    " state = 0 AND voucher.expires_s > (SELECT last_ms / 1000 FROM meta) AS must,"
    " state = 0 AS may" VOUCHERS IN_VOUCHER_RANGE
    " AND template_no IN (SELECT template_no FROM template WHERE notify_uri <> ''))"
    " WHERE (must AND NOT awaited) OR (awaited AND NOT may) LIMIT 1";

static const char ends_to_tell[] =
    "SELECT 'expires_s', voucher.template_no, due.voucher_no, voucher.user_id, due.expires_s, due.expires_s,"
    " coalesce(voucher.expires_s, -1) FROM expiry_due AS due"
    " LEFT JOIN voucher ON voucher.voucher_no = due.voucher_no"
    " LEFT JOIN template ON template.template_no = voucher.template_no"
    " WHERE voucher.expires_s IS NOT due.expires_s OR voucher.state <> 0 OR template.notify_uri = '' LIMIT 1";

const struct kq_audit_query kq_audit_queries[KQ_AUDIT_CHECK_COUNT] = {
    [KQ_AUDIT_FILE] = {KQ_AUDIT_WHOLE, file},
    [KQ_AUDIT_USER_INDEX] = {KQ_AUDIT_WHOLE, user_index},
    [KQ_AUDIT_KEY_INDEX] = {KQ_AUDIT_WHOLE, key_index},
    [KQ_AUDIT_NUMBERS] = {KQ_AUDIT_WHOLE, numbers},
    [KQ_AUDIT_OWNERS] = {KQ_AUDIT_BY_VOUCHER, owners},
    [KQ_AUDIT_BALANCES] = {KQ_AUDIT_BY_VOUCHER, balances},
    [KQ_AUDIT_HISTORIES] = {KQ_AUDIT_BY_VOUCHER, histories},
    [KQ_AUDIT_EVENTS] = {KQ_AUDIT_BY_EVENT, events},
    [KQ_AUDIT_REFUNDS] = {KQ_AUDIT_BY_EVENT, refunds},
    [KQ_AUDIT_REFUNDED_USES] = {KQ_AUDIT_BY_EVENT, refunded_uses},
    [KQ_AUDIT_COUNTERS] = {KQ_AUDIT_WHOLE, counters},
    [KQ_AUDIT_STOCK] = {KQ_AUDIT_WHOLE, stock},
    [KQ_AUDIT_SHARES] = {KQ_AUDIT_WHOLE, shares},
    [KQ_AUDIT_ENDS] = {KQ_AUDIT_WHOLE, ends},
    [KQ_AUDIT_ISSUE_DAYS] = {KQ_AUDIT_WHOLE, issue_days},
    [KQ_AUDIT_EVENT_DAYS] = {KQ_AUDIT_WHOLE, event_days},
    [KQ_AUDIT_USER_LIMITS] = {KQ_AUDIT_BY_USER, user_limits},
    [KQ_AUDIT_DAY_LIMITS] = {KQ_AUDIT_BY_USER, day_limits},
    [KQ_AUDIT_NOTICES] = {KQ_AUDIT_BY_NOTICE, notices},
    [KQ_AUDIT_ONE_NOTICE] = {KQ_AUDIT_BY_NOTICE, one_notice},
    [KQ_AUDIT_NOTICE_ORDER] = {KQ_AUDIT_BY_NOTICE, notice_order},
    [KQ_AUDIT_LOST_NOTICES] = {KQ_AUDIT_BY_NOTICE, lost_notices},
    [KQ_AUDIT_EXPIRIES] = {KQ_AUDIT_BY_VOUCHER, expiries},
    [KQ_AUDIT_ENDS_TO_TELL] = {KQ_AUDIT_WHOLE, ends_to_tell},
};
