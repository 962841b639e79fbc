/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_SCHEMA_H
#define KQ_STORE_SQLITE_SCHEMA_H

#include <stdint.h>

#include "base/error.h"
#include "store/sqlite/connection.h"

/* The schema and its versions. Version n is made from n - 1 by the n-th migration, in a transaction of its
 * own; a migration that has been released is never changed. The version stands in the file's header (PRAGMA
 * user_version), and so does that the file is ours (PRAGMA application_id). */

/* "kaqn" in ASCII. */
#define KQ_SQLITE_APPLICATION_ID INT64_C(0x6B61716E)

/* The newest version: what this program reads and writes. */
int64_t kq_schema_version(void);

/* Is the file still of the newest version? A newer program may have migrated it since it was opened: then
 * STORE, with what to do. BUSY, NO_MEMORY. */
KQ_MUST struct kq_result kq_schema_check_version(struct kq_connection *connection, struct kq_error *error);

/* Brings the file to WAL mode and to the newest version. A file of another program, and one of a newer
 * version, are refused and left as they are. STORE, BUSY, NO_MEMORY. */
KQ_MUST struct kq_result kq_schema_prepare(struct kq_connection *connection, struct kq_error *error);

/* The SQL of each version. */
extern const char kq_schema_v1[];
extern const char kq_schema_v2[];
extern const char kq_schema_v3[];
extern const char kq_schema_v4[];
extern const char kq_schema_v5[];
extern const char kq_schema_v6[];
extern const char kq_schema_v7[];
extern const char kq_schema_v8[];

/* The SQL functions with which version 2 turns ids into numbers; the connection keeps them. */
KQ_MUST struct kq_result kq_schema_v2_functions(struct kq_connection *connection, struct kq_error *error);

#endif
