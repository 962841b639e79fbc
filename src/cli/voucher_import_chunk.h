/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_VOUCHER_IMPORT_CHUNK_H
#define KQ_CLI_VOUCHER_IMPORT_CHUNK_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/operation.h"
#include "store/store.h"

/* Rows of an import that the store decides as one operation. How many chunks share a commit is the store's to
 * know: it joins what waits, as far as others let it (store/sqlite.h). The importing thread fills chunks
 * while the store has others, so that neither waits for the other's work. */

/* As many as the store's smallest bound of a batch: it can cut what waits as short as it wants to. */
#define KQ_VOUCHER_IMPORT_CHUNK_ROWS ((size_t)1024)

/* It is also full where its texts have taken this much, several times what ordinary rows take: rows may all
 * be as long as a record can be. */
#define KQ_VOUCHER_IMPORT_CHUNK_BYTES ((size_t)256 << 10)

/* A row, in the order of the file. `item` has its outcome, once the chunk is done; NULL: it was refused
 * before it came to an item, for the reason that `refusal` in the arena says. */
struct kq_voucher_import_entry {
    unsigned long long line;
    const struct kq_issue_item *item;
    const struct kq_error *refusal;
};

struct kq_voucher_import_chunk {
    struct kq_submission submission;         /* first: complete gets this and means the whole */
    struct kq_operation operation;           /* its items: owned, as many as there are entries at most */
    struct kq_arena arena;                   /* owned: the rows' texts, and the results */
    struct kq_voucher_import_entry *entries; /* owned */
    size_t entry_count;
    unsigned long long taken_bytes; /* how far in the file it reaches */

    pthread_mutex_t mutex;
    pthread_cond_t done;
    bool is_submitted; /* under the mutex */
};

/* Is it, or is it still zeroed? */
bool kq_voucher_import_chunk_is_open(const struct kq_voucher_import_chunk *chunk);

/* NO_MEMORY. To be closed in any case; a zeroed one too. */
KQ_MUST struct kq_result kq_voucher_import_chunk_open(struct kq_voucher_import_chunk *chunk,
                                                      struct kq_error *error);

/* Waits for what is submitted. */
void kq_voucher_import_chunk_close(struct kq_voucher_import_chunk *chunk);

void kq_voucher_import_chunk_clear(struct kq_voucher_import_chunk *chunk);
bool kq_voucher_import_chunk_is_full(const struct kq_voucher_import_chunk *chunk);

/* Adds a row, and copies its texts. NO_MEMORY. */
KQ_MUST struct kq_result kq_voucher_import_chunk_add(struct kq_voucher_import_chunk *chunk,
                                                     unsigned long long line,
                                                     const struct kq_issue_request *request,
                                                     struct kq_error *error);

/* Adds a row that is refused already. NO_MEMORY. */
KQ_MUST struct kq_result kq_voucher_import_chunk_add_refusal(struct kq_voucher_import_chunk *chunk,
                                                             unsigned long long line,
                                                             const struct kq_error *refusal,
                                                             struct kq_error *error);

/* Hands it to the store, unless there is nothing to decide; until it was waited for it is not to be touched.
 */
void kq_voucher_import_chunk_submit(struct kq_voucher_import_chunk *chunk, struct kq_store *store);
bool kq_voucher_import_chunk_is_done(struct kq_voucher_import_chunk *chunk);
void kq_voucher_import_chunk_wait(struct kq_voucher_import_chunk *chunk);

#endif
