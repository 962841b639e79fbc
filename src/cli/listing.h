/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_LISTING_H
#define KQ_CLI_LISTING_H

#include "base/error.h"
#include "cli/command.h"
#include "cli/row.h"
#include "domain/operation.h"

/* `kaquan … list`: reads page by page, so that a store of any size can be listed. */

/* Rows that one transaction reads and one table page holds. */
#define KQ_LISTING_PAGE_ROWS ((size_t)500)

/* What tells one list from another. */
struct kq_listing {
    const struct kq_column *columns;
    size_t column_count;

    /* Makes the reading operation, zeroed but for its arena, and gives the place of its page. */
    struct kq_page *(*prepare)(const struct kq_invocation *invocation, struct kq_operation *operation);

    /* How many items came; the id of one, behind which the next page starts; its cells. */
    size_t (*count)(const struct kq_operation *operation);
    struct kq_slice (*id)(const struct kq_operation *operation, size_t index);
    void (*fill)(struct kq_row *row, const struct kq_operation *operation, size_t index, int64_t now_s);
};

/* Opens the data directory and prints the whole list. STORE, NO_MEMORY and what kq_data_open says. */
KQ_MUST struct kq_result kq_listing_run(struct kq_invocation *invocation, const struct kq_listing *listing,
                                        struct kq_error *error);

#endif
