/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 6: what is told to the templates' notify_uri, kept with the changes that it tells of.
 *
 * notification.notification_no: of an issue its voucher_no, of another change its event_no, of an expiry a
 * number of their own from the same source, so that it orders those of a voucher. next_try_s: NULL where it
 * waits behind an earlier one of its voucher. So those of one template that can be tried stand in
 * notification_waiting by the time of their next try, however many wait behind them.
 *
 * expiry_due: the vouchers of templates with a notify_uri whose end nobody has been told of and can still
 * come: a row goes when the voucher is used up, deleted or over, and with its notification.
 *
 * Vouchers of a store that had notify_uris before are told of when they expire; what happened to them until
 * now, as the last number that was made tells it, is not. */
const char kq_schema_v6[] =
    "CREATE TABLE notification ("
    "  notification_no INTEGER PRIMARY KEY,"
    "  voucher_no INTEGER NOT NULL,"
    "  template_no INTEGER NOT NULL,"
    "  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 5),"
    "  out_biz_no TEXT NOT NULL,"
    "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
    "  status INTEGER NOT NULL CHECK (status BETWEEN 0 AND 6),"
    "  event_s INTEGER NOT NULL,"
    "  expires_s INTEGER NOT NULL,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"
    "  tries INTEGER NOT NULL CHECK (tries >= 0),"
    "  next_try_s INTEGER CHECK (next_try_s IS NULL OR (state = 0 AND next_try_s >= 0)),"
    "  last_try_s INTEGER NOT NULL,"
    "  last_result TEXT NOT NULL"
    ") STRICT;"
    "CREATE INDEX notification_by_voucher ON notification (voucher_no, state, notification_no);"
    "CREATE INDEX notification_waiting ON notification (template_no, next_try_s, notification_no, state)"
    "  WHERE state = 0;"
    "CREATE INDEX notification_given_up ON notification (notification_no, state) WHERE state = 2;"

    "CREATE TABLE expiry_due ("
    "  expires_s INTEGER NOT NULL,"
    "  voucher_no INTEGER NOT NULL,"
    "  PRIMARY KEY (expires_s, voucher_no)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO expiry_due SELECT expires_s, voucher_no FROM voucher"
    " JOIN template ON template.template_no = voucher.template_no"
    " WHERE notify_uri <> '' AND voucher.state = 0"
    " AND expires_s > (SELECT last_ms / 1000 FROM meta) ORDER BY expires_s, voucher_no;";
