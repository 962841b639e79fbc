/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 7: the pages on which funding orders of cash-backed templates are confirmed, by the digests of what
 * only whoever pays knows; the newest have the largest page_no. The index over expiries finds what is dead.
 */
const char kq_schema_v7[] = "CREATE TABLE funding_page ("
                            "  page_no INTEGER PRIMARY KEY,"
                            "  page_digest BLOB NOT NULL UNIQUE CHECK (length(page_digest) = 32),"
                            "  template_no INTEGER NOT NULL REFERENCES template,"
                            "  expires_s INTEGER NOT NULL"
                            ") STRICT;"
                            "CREATE INDEX funding_page_by_template ON funding_page (template_no);"
                            "CREATE INDEX funding_page_by_expiry ON funding_page (expires_s);";
