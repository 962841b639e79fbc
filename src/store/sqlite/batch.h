/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_BATCH_H
#define KQ_STORE_SQLITE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/id.h"
#include "domain/operation.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/template_map.h"

/* One write transaction, in which operations are decided one after the other. Each sees what those before it
 * did: rows are inserted as they are decided, templates are shared through the map. */
struct kq_batch {
    struct kq_connection *connection; /* borrowed */
    struct kq_arena arena;            /* owned: what decisions look at; empty between batches */
    /* What stays from batch to batch, as long as nobody else commits: is_known, as of data_version. */
    bool is_known;
    unsigned data_version;
    bool
        met_others; /* another process has committed between this batch and the one before, as far as known */
    struct kq_arena template_arena; /* owned */
    struct kq_template_map templates;
    struct kq_id_source ids;
    struct kq_id_source stored_ids; /* as they stand in the file */
    int64_t now_ms;
    bool expects_replay; /* the last issue was one (issue.c) */
    /* The last commit failed. What it wrote may stand in the log all the same, complete, and come back when
     * the process dies; the next commit that succeeds is written over it. */
    bool is_unsettled;
};

/* Takes the write lock and, where another process may have moved it, loads the id source. After a failure
 * there is nothing to roll back. BUSY, STORE (also where a newer program has migrated the file meanwhile),
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_batch_begin(struct kq_batch *batch, int64_t now_ms, struct kq_error *error);

/* Decides and writes one operation; what came of it stands in its `error`. An error of category INTERNAL
 * (STORE, …) may have left half of it written: then the batch must be rolled back. Any other refusal has
 * changed nothing. */
void kq_batch_run(struct kq_batch *batch, struct kq_operation *operation);

/* Writes the templates that changed and the id source, commits; says in `is_unsettled` what that came to.
 * After a failure the batch must be rolled back. */
KQ_MUST struct kq_result kq_batch_commit(struct kq_batch *batch, struct kq_error *error);

/* Leaves the file as it was before the batch. */
void kq_batch_rollback(struct kq_batch *batch);

/* Frees what it owns. */
void kq_batch_free(struct kq_batch *batch);

/* For operations: the merchant's row is there afterwards, with an empty name if it is new. */
KQ_MUST struct kq_result kq_batch_need_merchant(struct kq_batch *batch, struct kq_slice pid,
                                                struct kq_error *error);

#endif
