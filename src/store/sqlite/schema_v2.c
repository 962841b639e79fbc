/* SPDX-License-Identifier: Apache-2.0 */
#include "base/id.h"
#include "store/sqlite/numbers.h"
#include "store/sqlite/schema.h"

/* Version 2 writes short keys where version 1 wrote long ids into every index: an issue touches three trees
 * with some 140 bytes instead of 300. Everything else stays as in version 1: fen, seconds (`_s`), NULL for
 * "no limit", "none" or "never", and the enumerators' numbers.
 *
 * user.user_id: the 16 digits as a number.
 *
 * template.template_no: what vouchers refer to.
 *
 * voucher.voucher_no: the number in its id (base/id.h); the rest of the id is the product, meta.node and the
 * last characters of user_id. Rows are appended. spent_fen: the amount without the balance. active_s NULL:
 * from its issue on. It has no foreign keys: each issue has read both rows in the same transaction, and
 * neither is ever deleted. voucher_by_user is a wallet in its order, and holds all that counting a user's
 * vouchers of a template needs.
 *
 * pass.wallet_no: from the same source as voucher_no. Vouchers and passes of one second stand in the wallet
 * in the order in which they were made, which a pass_id, the operator's choice, does not tell.
 *
 * pass_shop names shops that need not be there: passes are imported from elsewhere, and unknown shops are not
 * shown.
 *
 * application_limit: how many calls a second an application may make; method '': of all methods together. No
 * row: no limit. */
const char kq_schema_v2[] =
    "CREATE TABLE application_limit ("
    "  app_id TEXT NOT NULL REFERENCES application,"
    "  method TEXT NOT NULL,"
    "  per_second INTEGER NOT NULL CHECK (per_second > 0),"
    "  PRIMARY KEY (app_id, method)"
    ") STRICT, WITHOUT ROWID;"

    "DROP INDEX user_login_by_user;"
    "DROP INDEX template_by_merchant;"
    "DROP INDEX voucher_by_out_biz_no;"
    "DROP INDEX voucher_by_user;"
    "DROP INDEX pass_by_user;"
    "ALTER TABLE user RENAME TO user_v1;"
    "ALTER TABLE user_login RENAME TO user_login_v1;"
    "ALTER TABLE template RENAME TO template_v1;"
    "ALTER TABLE voucher RENAME TO voucher_v1;"
    "ALTER TABLE pass RENAME TO pass_v1;"
    "ALTER TABLE pass_shop RENAME TO pass_shop_v1;"

    "CREATE TABLE user ("
    "  user_id INTEGER PRIMARY KEY CHECK (user_id BETWEEN 2088000000000000 AND 2088999999999999),"
    "  taobao_nick TEXT UNIQUE CHECK (taobao_nick <> ''),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),"
    "  created_s INTEGER NOT NULL"
    ") STRICT;"
    "INSERT INTO user SELECT kaquan_user_number(user_id), taobao_nick, state, created_s"
    " FROM user_v1 ORDER BY user_id;"

    "CREATE TABLE user_login ("
    "  login_id TEXT NOT NULL PRIMARY KEY,"
    "  user_id INTEGER NOT NULL REFERENCES user"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO user_login SELECT login_id, kaquan_user_number(user_id)"
    " FROM user_login_v1 ORDER BY login_id;"
    "CREATE INDEX user_login_by_user ON user_login (user_id);"

    "CREATE TABLE template ("
    "  template_no INTEGER PRIMARY KEY,"
    "  template_id TEXT NOT NULL UNIQUE,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 2),"
    "  name TEXT NOT NULL,"
    "  brand_name TEXT NOT NULL,"
    "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
    "  floor_amount_fen INTEGER NOT NULL CHECK (floor_amount_fen >= 0),"
    "  quantity INTEGER CHECK (quantity >= 0),"
    "  total_amount_fen INTEGER CHECK (total_amount_fen >= 0),"
    "  publish_start_s INTEGER NOT NULL,"
    "  publish_end_s INTEGER NOT NULL CHECK (publish_end_s >= publish_start_s),"
    "  period_type INTEGER NOT NULL CHECK (period_type BETWEEN 0 AND 1),"
    "  period_start_s INTEGER CHECK ((period_start_s IS NULL) = (period_type = 1)),"
    "  period_end_s INTEGER CHECK ((period_end_s IS NULL) = (period_type = 1)),"
    "  period_duration INTEGER CHECK ((period_duration IS NULL) = (period_type = 0)),"
    "  period_unit INTEGER CHECK ((period_unit IS NULL) = (period_type = 0) AND period_unit BETWEEN 0 AND 2),"
    "  limit_per_user INTEGER CHECK (limit_per_user >= 0),"
    "  limit_per_user_day INTEGER CHECK (limit_per_user_day >= 0),"
    "  description TEXT NOT NULL,"
    "  created_s INTEGER NOT NULL,"
    "  activated_s INTEGER NOT NULL,"
    "  issued_count INTEGER NOT NULL CHECK (issued_count >= 0),"
    "  issued_amount_fen INTEGER NOT NULL CHECK (issued_amount_fen >= 0),"
    "  used_count INTEGER NOT NULL CHECK (used_count BETWEEN 0 AND issued_count),"
    "  used_amount_fen INTEGER NOT NULL CHECK (used_amount_fen BETWEEN 0 AND issued_amount_fen),"
    "  CHECK (issued_count <= quantity)," /* true where quantity is NULL */
    "  CHECK (issued_amount_fen <= total_amount_fen)"
    ") STRICT;"
    "INSERT INTO template SELECT NULL, template_id, pid, kind, state, name, brand_name, amount_fen,"
    " floor_amount_fen, quantity, total_amount_fen, publish_start_s, publish_end_s, period_type,"
    " period_start_s, period_end_s, period_duration, period_unit, limit_per_user, limit_per_user_day,"
    " description, created_s, activated_s, issued_count, issued_amount_fen, used_count, used_amount_fen"
    " FROM template_v1 ORDER BY template_id;"
    "CREATE INDEX template_by_merchant ON template (pid, template_id);"

    "CREATE TABLE voucher ("
    "  voucher_no INTEGER PRIMARY KEY,"
    "  template_no INTEGER NOT NULL,"
    "  user_id INTEGER NOT NULL,"
    "  out_biz_no TEXT NOT NULL,"
    "  memo TEXT NOT NULL,"
    "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
    "  spent_fen INTEGER NOT NULL CHECK (spent_fen BETWEEN 0 AND amount_fen),"
    "  issued_s INTEGER NOT NULL,"
    "  active_s INTEGER,"
    "  expires_s INTEGER NOT NULL CHECK (expires_s >= coalesce(active_s, issued_s)),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3)"
    ") STRICT;"
    "INSERT INTO voucher SELECT kaquan_id_number(voucher_id, (SELECT node FROM meta), user_id),"
    " (SELECT template_no FROM template WHERE template.template_id = voucher_v1.template_id),"
    " kaquan_user_number(user_id), out_biz_no, memo, amount_fen, amount_fen - balance_fen, issued_s,"
    " nullif(active_s, issued_s), expires_s, state"
    " FROM voucher_v1 ORDER BY voucher_id;"
    "CREATE UNIQUE INDEX voucher_by_out_biz_no ON voucher (template_no, out_biz_no);"
    "CREATE INDEX voucher_by_user ON voucher (user_id, issued_s, voucher_no, template_no);"

    "CREATE TABLE pass ("
    "  pass_id TEXT NOT NULL PRIMARY KEY,"
    "  user_id INTEGER NOT NULL REFERENCES user,"
    "  pid TEXT REFERENCES merchant,"
    "  pass_group INTEGER NOT NULL CHECK (pass_group BETWEEN 0 AND 3),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),"
    "  merchant_name TEXT NOT NULL,"
    "  logo_text TEXT NOT NULL,"
    "  second_logo_text TEXT NOT NULL,"
    "  item_id TEXT NOT NULL,"
    "  start_s INTEGER,"
    "  end_s INTEGER,"
    "  created_s INTEGER NOT NULL,"
    "  wallet_no INTEGER NOT NULL,"
    "  data_info TEXT NOT NULL,"
    "  ext_info TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO pass SELECT pass_id, kaquan_user_number(user_id), pid, pass_group, state, merchant_name,"
    " logo_text, second_logo_text, item_id, start_s, end_s, created_s,"
    " kaquan_id_number(wallet_id, (SELECT node FROM meta), user_id), data_info, ext_info"
    " FROM pass_v1 ORDER BY pass_id;"
    "CREATE INDEX pass_by_user ON pass (user_id, pass_group, created_s, wallet_no, pass_id);"

    "CREATE TABLE pass_shop ("
    "  pass_id TEXT NOT NULL REFERENCES pass,"
    "  shop_id TEXT NOT NULL,"
    "  PRIMARY KEY (pass_id, shop_id)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO pass_shop SELECT pass_id, shop_id FROM pass_shop_v1 ORDER BY pass_id, shop_id;"

    "DROP TABLE voucher_v1;"
    "DROP TABLE pass_shop_v1;"
    "DROP TABLE pass_v1;"
    "DROP TABLE template_v1;"
    "DROP TABLE user_login_v1;"
    "DROP TABLE user_v1;";

static struct kq_slice text_of(sqlite3_value *value)
{
    const char *text = (const char *)sqlite3_value_text(value);
    return (struct kq_slice){.data = text, .size = text == NULL ? 0 : (size_t)sqlite3_value_bytes(value)};
}

/* (user_id) */
static void sql_user_number(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    int64_t number = kq_user_number(text_of(values[0]));
    if (number == KQ_NUMBER_NONE) {
        sqlite3_result_error(context, "a user's id is not 16 digits that begin with 2088", -1);
        return;
    }
    sqlite3_result_int64(context, number);
}

/* (id, node, user_id): the id must be what the number gives again. */
static void sql_id_number(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count;
    int64_t number =
        kq_voucher_number(text_of(values[0]), (uint32_t)sqlite3_value_int(values[1]), text_of(values[2]));
    if (number == KQ_NUMBER_NONE) {
        sqlite3_result_error(context, "a voucher's or pass's id was not made by this store", -1);
        return;
    }
    sqlite3_result_int64(context, number);
}

struct kq_result kq_schema_v2_functions(struct kq_connection *connection, struct kq_error *error)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
    int status = sqlite3_create_function_v2(connection->handle, "kaquan_user_number", 1, flags, NULL,
                                            sql_user_number, NULL, NULL, NULL);
    if (status == SQLITE_OK) {
        status = sqlite3_create_function_v2(connection->handle, "kaquan_id_number", 3, flags, NULL,
                                            sql_id_number, NULL, NULL, NULL);
    }
    return status == SQLITE_OK ? KQ_OK : kq_connection_fail(connection, status, error);
}
