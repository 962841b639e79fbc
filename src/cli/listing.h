/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_LISTING_H
#define KQ_CLI_LISTING_H

#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/data.h"
#include "cli/row.h"
#include "cli/table.h"
#include "domain/operation.h"

/* `kaquan … list`: reads page by page, so that a store of any size can be listed. */

/* Rows that one transaction reads and one table page holds. */
#define KQ_LISTING_PAGE_ROWS ((size_t)500)

/* A list on its way; a command reads what stands above the line and leaves the rest to the functions. */
struct kq_listing {
    struct kq_invocation *invocation; /* borrowed: its flags say what is wanted */
    struct kq_page page;              /* what the next operation asks for */
    int64_t now_s;                    /* when it was answered */
    /* --- */
    struct kq_data data;    /* owned */
    struct kq_arena arena;  /* owned: one page's items and cells */
    struct kq_buffer after; /* owned: the id that page.after shows */
    struct kq_table table;
    struct kq_row *rows; /* in the arena, KQ_LISTING_PAGE_ROWS of them */
    struct kq_slice *cells;
    size_t count; /* rows that stand */
};

/* One page of a list: reads with listing->page, then fills a row for each item. */
typedef struct kq_result kq_listing_function(struct kq_listing *listing, struct kq_error *error);

/* Opens the data directory and prints the whole list. The first column is the id that pages go by. STORE,
 * NO_MEMORY and what kq_data_open says. */
KQ_MUST struct kq_result kq_listing_run(struct kq_invocation *invocation, const struct kq_column *columns,
                                        size_t column_count, kq_listing_function *put_page,
                                        struct kq_error *error);

/* For put_page: the answer, in memory that stays until the page is printed; and an empty row, for each of the
 * at most KQ_LISTING_PAGE_ROWS items. */
KQ_MUST struct kq_result kq_listing_read(struct kq_listing *listing, struct kq_operation *operation,
                                         struct kq_error *error);
struct kq_row *kq_listing_add(struct kq_listing *listing);

#endif
