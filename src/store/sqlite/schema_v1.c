/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "domain/application.h"
#include "domain/pass.h"
#include "domain/template.h"
#include "domain/user.h"
#include "domain/voucher.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/schema.h"

/* Money is fen, times are seconds since 1970 (`_s`). NULL stands for "no limit", "none" or "never". The
 * checks are the last line of defence: domain/ decides, and what it lets through fits them.
 *
 * Enumerators are stored as their numbers, which therefore must stay: */
static_assert(KQ_APPLICATION_ACTIVE == 0 && KQ_APPLICATION_DISABLED == 1, "stored");
static_assert(KQ_SIGN_RSA2 == 0 && KQ_SIGN_RSA == 1 && KQ_SIGN_TYPE_COUNT == 2, "stored");
static_assert(KQ_KEY_CURRENT == 0 && KQ_KEY_NEXT == 1 && KQ_KEY_SLOT_COUNT == 2, "stored");
static_assert(KQ_USER_ACTIVE == 0 && KQ_USER_FROZEN == 1, "stored");
static_assert(KQ_TEMPLATE_CASHLESS_FIX == 0 && KQ_TEMPLATE_CASHLESS_RANDOM == 1 &&
                  KQ_TEMPLATE_CASH_FIX == 2 && KQ_TEMPLATE_EXCHANGE == 3 && KQ_TEMPLATE_KIND_COUNT == 4,
              "stored");
static_assert(KQ_TEMPLATE_DRAFT == 0 && KQ_TEMPLATE_EFFECTIVE == 1 && KQ_TEMPLATE_DELETED == 2 &&
                  KQ_TEMPLATE_STATE_COUNT == 3,
              "stored");
static_assert(KQ_PERIOD_ABSOLUTE == 0 && KQ_PERIOD_RELATIVE == 1, "stored");
static_assert(KQ_UNIT_MINUTE == 0 && KQ_UNIT_HOUR == 1 && KQ_UNIT_DAY == 2, "stored");
static_assert(KQ_VOUCHER_ENABLED == 0 && KQ_VOUCHER_USED == 1 && KQ_VOUCHER_DELETED == 2 &&
                  KQ_VOUCHER_REFUNDED == 3 && KQ_VOUCHER_STATE_COUNT == 4,
              "stored");
static_assert(KQ_PASS_CARD == 0 && KQ_PASS_VOUCHER == 1 && KQ_PASS_TICKET == 2 && KQ_PASS_CERT == 3 &&
                  KQ_PASS_GROUP_COUNT == 4,
              "stored");
static_assert(KQ_PASS_CAN_USE == 0 && KQ_PASS_USED == 1 && KQ_PASS_CLOSED == 2 && KQ_PASS_EXPIRED == 3 &&
                  KQ_PASS_STATE_COUNT == 4,
              "stored");

/* meta: one row: which node this store is, and how far its id source has come.
 *
 * voucher: its key increases with time, so rows are appended. voucher_by_user is a wallet in its order, and
 * holds all that counting a user's vouchers of a template needs.
 *
 * pass.wallet_id: an id of a voucher's form from the same source. Vouchers and passes of one second stand in
 * the wallet in the order in which they were made, which a pass_id, the operator's choice, does not tell.
 *
 * pass_shop names shops that need not be there: passes are imported from elsewhere, and unknown shops are not
 * shown. */
const char kq_schema_v1[] =
    "CREATE TABLE meta ("
    "  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),"
    "  node INTEGER NOT NULL CHECK (node BETWEEN 0 AND 1023),"
    "  last_ms INTEGER NOT NULL,"
    "  sequence INTEGER NOT NULL CHECK (sequence BETWEEN 0 AND 16383)"
    ") STRICT;"

    "CREATE TABLE merchant ("
    "  pid TEXT NOT NULL PRIMARY KEY,"
    "  name TEXT NOT NULL,"
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE application ("
    "  app_id TEXT NOT NULL PRIMARY KEY,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  name TEXT NOT NULL,"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),"
    "  revision INTEGER NOT NULL CHECK (revision >= 1),"
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE application_key ("
    "  app_id TEXT NOT NULL REFERENCES application,"
    "  sign_type INTEGER NOT NULL CHECK (sign_type BETWEEN 0 AND 1),"
    "  slot INTEGER NOT NULL CHECK (slot BETWEEN 0 AND 1),"
    "  public_key BLOB NOT NULL CHECK (length(public_key) > 0),"
    "  PRIMARY KEY (app_id, sign_type, slot)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE application_permission ("
    "  app_id TEXT NOT NULL REFERENCES application,"
    "  method TEXT NOT NULL,"
    "  PRIMARY KEY (app_id, method)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE app_grant ("
    "  token_digest BLOB NOT NULL PRIMARY KEY CHECK (length(token_digest) = 32),"
    "  app_id TEXT NOT NULL REFERENCES application,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  expires_s INTEGER," /* NULL: never */
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE app_grant_method ("
    "  token_digest BLOB NOT NULL REFERENCES app_grant,"
    "  method TEXT NOT NULL,"
    "  PRIMARY KEY (token_digest, method)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE user ("
    "  user_id TEXT NOT NULL PRIMARY KEY,"
    "  taobao_nick TEXT UNIQUE CHECK (taobao_nick <> ''),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 1),"
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE user_login ("
    "  login_id TEXT NOT NULL PRIMARY KEY,"
    "  user_id TEXT NOT NULL REFERENCES user"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX user_login_by_user ON user_login (user_id);"

    "CREATE TABLE shop ("
    "  shop_id TEXT NOT NULL PRIMARY KEY,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  name TEXT NOT NULL,"
    "  city_code TEXT NOT NULL,"
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX shop_by_merchant ON shop (pid, city_code, shop_id);"

    "CREATE TABLE template ("
    "  template_id TEXT NOT NULL PRIMARY KEY,"
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
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX template_by_merchant ON template (pid, template_id);"

    "CREATE TABLE voucher ("
    "  voucher_id TEXT NOT NULL PRIMARY KEY,"
    "  template_id TEXT NOT NULL REFERENCES template,"
    "  user_id TEXT NOT NULL REFERENCES user,"
    "  out_biz_no TEXT NOT NULL,"
    "  memo TEXT NOT NULL,"
    "  amount_fen INTEGER NOT NULL CHECK (amount_fen >= 0),"
    "  balance_fen INTEGER NOT NULL CHECK (balance_fen BETWEEN 0 AND amount_fen),"
    "  issued_s INTEGER NOT NULL,"
    "  active_s INTEGER NOT NULL,"
    "  expires_s INTEGER NOT NULL CHECK (expires_s >= active_s),"
    "  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX voucher_by_out_biz_no ON voucher (template_id, out_biz_no);"
    "CREATE INDEX voucher_by_user ON voucher (user_id, issued_s, voucher_id, template_id);"

    "CREATE TABLE pass ("
    "  pass_id TEXT NOT NULL PRIMARY KEY,"
    "  user_id TEXT NOT NULL REFERENCES user,"
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
    "  wallet_id TEXT NOT NULL,"
    "  data_info TEXT NOT NULL,"
    "  ext_info TEXT NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX pass_by_user ON pass (user_id, pass_group, created_s, wallet_id, pass_id);"

    "CREATE TABLE pass_shop ("
    "  pass_id TEXT NOT NULL REFERENCES pass,"
    "  shop_id TEXT NOT NULL,"
    "  PRIMARY KEY (pass_id, shop_id)"
    ") STRICT, WITHOUT ROWID;";
