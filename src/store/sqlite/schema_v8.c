/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/schema.h"

/* Version 8: the certificate that a key was registered with (NULL: a bare key), and an application's key for
 * content encryption (NULL: none). */
const char kq_schema_v8[] =
    "ALTER TABLE application_key ADD COLUMN certificate BLOB CHECK (length(certificate) > 0);"
    "ALTER TABLE application_key ADD COLUMN certificate_sn TEXT"
    "  CHECK ((certificate_sn IS NULL) = (certificate IS NULL));"
    "ALTER TABLE application_key ADD COLUMN not_before_s INTEGER"
    "  CHECK ((not_before_s IS NULL) = (certificate IS NULL));"
    "ALTER TABLE application_key ADD COLUMN not_after_s INTEGER"
    "  CHECK ((not_after_s IS NULL) = (certificate IS NULL));"
    "ALTER TABLE application ADD COLUMN content_key BLOB CHECK (length(content_key) IN (16, 24, 32));";
