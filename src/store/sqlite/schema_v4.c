/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 4 lets applications exchange codes for grants, and users confirm vouchers.
 *
 * app_grant_method goes with its grant now, which can be revoked.
 *
 * app_auth_code: an unused code of a merchant's; a used one has no row.
 *
 * app_refresh_token: what replaces a grant once; a used one has no row.
 *
 * confirmation: a user's consent, asked for; accepted_s NULL: not given, used_s NULL: no voucher issued yet.
 *
 * confirmation_secret: its pages (kind 0) and codes (kind 1), by the digests of what only users and merchants
 * know; the newest have the largest secret_no.
 *
 * The indexes over expiries find what is dead: some of it goes whenever something new is made. */
const char kq_schema_v4[] =
    "ALTER TABLE app_grant_method RENAME TO app_grant_method_v3;"
    "CREATE TABLE app_grant_method ("
    "  token_digest BLOB NOT NULL REFERENCES app_grant ON DELETE CASCADE,"
    "  method TEXT NOT NULL,"
    "  PRIMARY KEY (token_digest, method)"
    ") STRICT, WITHOUT ROWID;"
    "INSERT INTO app_grant_method SELECT token_digest, method FROM app_grant_method_v3;"
    "DROP TABLE app_grant_method_v3;"

    "CREATE TABLE app_auth_code ("
    "  code_digest BLOB NOT NULL PRIMARY KEY CHECK (length(code_digest) = 32),"
    "  app_id TEXT NOT NULL REFERENCES application,"
    "  pid TEXT NOT NULL REFERENCES merchant,"
    "  expires_s INTEGER NOT NULL,"
    "  created_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"
    "CREATE INDEX app_auth_code_by_expiry ON app_auth_code (expires_s);"
    "CREATE INDEX app_auth_code_by_application ON app_auth_code (app_id, pid);"

    "CREATE TABLE app_auth_code_method ("
    "  code_digest BLOB NOT NULL REFERENCES app_auth_code ON DELETE CASCADE,"
    "  method TEXT NOT NULL,"
    "  PRIMARY KEY (code_digest, method)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE app_refresh_token ("
    "  refresh_digest BLOB NOT NULL PRIMARY KEY CHECK (length(refresh_digest) = 32),"
    "  token_digest BLOB NOT NULL UNIQUE REFERENCES app_grant ON DELETE CASCADE,"
    "  expires_s INTEGER NOT NULL"
    ") STRICT, WITHOUT ROWID;"

    "CREATE INDEX app_grant_by_expiry ON app_grant (expires_s);"
    "CREATE INDEX app_grant_by_application ON app_grant (app_id, pid);"

    "CREATE TABLE confirmation ("
    "  confirmation_no INTEGER PRIMARY KEY,"
    "  template_no INTEGER NOT NULL REFERENCES template,"
    "  user_id INTEGER NOT NULL,"
    "  out_biz_no TEXT NOT NULL,"
    "  need_redirect INTEGER NOT NULL CHECK (need_redirect BETWEEN 0 AND 1),"
    "  redirect_uri TEXT NOT NULL,"
    "  expires_s INTEGER NOT NULL,"
    "  accepted_s INTEGER,"
    "  used_s INTEGER CHECK (used_s IS NULL OR accepted_s IS NOT NULL)"
    ") STRICT;"
    "CREATE UNIQUE INDEX confirmation_by_out_biz_no ON confirmation (template_no, out_biz_no);"
    "CREATE INDEX confirmation_by_expiry ON confirmation (expires_s);"

    "CREATE TABLE confirmation_secret ("
    "  secret_no INTEGER PRIMARY KEY,"
    "  secret_digest BLOB NOT NULL UNIQUE CHECK (length(secret_digest) = 32),"
    "  confirmation_no INTEGER NOT NULL REFERENCES confirmation ON DELETE CASCADE,"
    "  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),"
    "  expires_s INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX confirmation_secret_by_kind ON confirmation_secret (confirmation_no, kind);";
