/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 4 lets applications exchange codes for grants.
 *
 * app_grant_method goes with its grant now, which can be revoked.
 *
 * app_auth_code: an unused code of a merchant's; a used one has no row.
 *
 * app_refresh_token: what replaces a grant once; a used one has no row.
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
    "CREATE INDEX app_grant_by_application ON app_grant (app_id, pid);";
