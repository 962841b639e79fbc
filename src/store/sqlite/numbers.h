/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_NUMBERS_H
#define KQ_STORE_SQLITE_NUMBERS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/id.h"
#include "base/slice.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/query.h"

/* Texts outside, numbers in the file (schema_v2.c): one text has one number and the other way round, and what
 * is not exactly a number's text has none. */

/* Of a text without a number. No row has it. */
#define KQ_NUMBER_NONE INT64_C(-1)

/* A user's id, 16 digits that begin with 2088. */
int64_t kq_user_number(struct kq_slice user_id);

/* A voucher's id, as this node makes it for this user. */
int64_t kq_voucher_number(struct kq_slice voucher_id, uint32_t node, struct kq_slice user_id);

/* The file's node, for the ids in it; read once a connection, since it never changes. STORE, BUSY,
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_store_node(struct kq_connection *connection, uint32_t *node,
                                       struct kq_error *error);

/* As parameters and columns of a query. */
void kq_query_put_user(struct kq_query *query, struct kq_slice user_id);
struct kq_slice kq_query_take_user(struct kq_query *query, struct kq_arena *arena);

#endif
