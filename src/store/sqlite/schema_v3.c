/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 3: what becomes of a voucher after its issue, and what templates are told over the protocol.
 *
 * template: app_id, the application that made it (NULL: an operator); out_biz_no with request_digest, that
 * application's key and the SHA-256 of what it asked for; rule_pids and rule_shops, one id a line;
 * available_time, the JSON of domain/available_time.h; recycled_…: what came back unused from deleted and
 * refunded vouchers, while what has expired is a matter of the clock and of template_expiry.
 *
 * template_change: the keys of modifications.
 *
 * voucher_event: what happened to a voucher, by its kind and the caller's key. event_no comes from the source
 * of voucher_no, so it orders events. refund_no: the refund of a redemption, if it has one. expires_s: of a
 * delay, the new end.
 *
 * template_day: what happened on a Beijing day, which begins at day_s.
 *
 * template_expiry: of a template's vouchers that end at one second, those that can still be used or could be
 * until then, and what is left of them. So what has expired at any instant is a sum over seconds, not over
 * vouchers, and at every instant issued = used + recycled + the sum of these, in pieces and in fen. */
const char kq_schema_v3[] =
    "ALTER TABLE template ADD COLUMN app_id TEXT;"
    "ALTER TABLE template ADD COLUMN out_biz_no TEXT;"
    "ALTER TABLE template ADD COLUMN request_digest BLOB;"
    "ALTER TABLE template ADD COLUMN available_time TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN rule_pids TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN rule_shops TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN notify_uri TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN extension_info TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN fund_account TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN fund_order_no TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN redirect_uri TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN use_scene TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN use_type TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN slogan TEXT NOT NULL DEFAULT '';"
    "ALTER TABLE template ADD COLUMN recycled_count INTEGER NOT NULL DEFAULT 0"
    "  CHECK (recycled_count BETWEEN 0 AND issued_count - used_count);"
    "ALTER TABLE template ADD COLUMN recycled_amount_fen INTEGER NOT NULL DEFAULT 0"
    "  CHECK (recycled_amount_fen BETWEEN 0 AND issued_amount_fen - used_amount_fen);"
    "CREATE UNIQUE INDEX template_by_out_biz_no ON template (pid, out_biz_no) WHERE out_biz_no IS NOT NULL;"

    "CREATE TABLE template_change ("
    "  template_no INTEGER NOT NULL,"
    "  out_biz_no TEXT NOT NULL,"
    "  made_s INTEGER NOT NULL,"
    "  PRIMARY KEY (template_no, out_biz_no)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE voucher_event ("
    "  voucher_no INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),"
    "  out_biz_no TEXT NOT NULL,"
    "  event_no INTEGER NOT NULL,"
    "  made_s INTEGER NOT NULL,"
    "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
    "  pid TEXT NOT NULL,"
    "  shop_id TEXT NOT NULL,"
    "  refund_no INTEGER CHECK (refund_no IS NULL OR kind = 0),"
    "  expires_s INTEGER CHECK ((expires_s IS NULL) = (kind <> 3)),"
    "  PRIMARY KEY (voucher_no, kind, out_biz_no)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE template_day ("
    "  template_no INTEGER NOT NULL,"
    "  day_s INTEGER NOT NULL,"
    "  issued_count INTEGER NOT NULL CHECK (issued_count >= 0),"
    "  issued_amount_fen INTEGER NOT NULL CHECK (issued_amount_fen >= 0),"
    "  use_count INTEGER NOT NULL CHECK (use_count >= 0),"
    "  use_amount_fen INTEGER NOT NULL CHECK (use_amount_fen >= 0),"
    "  refund_count INTEGER NOT NULL CHECK (refund_count >= 0),"
    "  refund_amount_fen INTEGER NOT NULL CHECK (refund_amount_fen >= 0),"
    "  delete_count INTEGER NOT NULL CHECK (delete_count >= 0),"
    "  delete_amount_fen INTEGER NOT NULL CHECK (delete_amount_fen >= 0),"
    "  PRIMARY KEY (template_no, day_s)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE template_expiry ("
    "  template_no INTEGER NOT NULL,"
    "  expires_s INTEGER NOT NULL,"
    "  live_count INTEGER NOT NULL CHECK (live_count >= 0),"
    "  live_amount_fen INTEGER NOT NULL CHECK (live_amount_fen >= 0),"
    "  PRIMARY KEY (template_no, expires_s)"
    ") STRICT, WITHOUT ROWID;"

    /* Beijing is eight hours ahead. What was used before is in no day: nothing could use vouchers then. */
    "INSERT INTO template_day SELECT template_no, (issued_s + 28800) / 86400 * 86400 - 28800 AS day_s,"
    " count(*), sum(amount_fen), 0, 0, 0, 0, 0, 0 FROM voucher GROUP BY template_no, day_s;"
    "INSERT INTO template_expiry SELECT template_no, expires_s, count(*), sum(amount_fen - spent_fen)"
    " FROM voucher WHERE state = 0 GROUP BY template_no, expires_s;";
