/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include <assert.h>

static void close_listing(struct kq_listing *listing)
{
    kq_buffer_free(&listing->after);
    kq_arena_free(&listing->arena);
    kq_data_close(&listing->data);
}

struct kq_result kq_listing_read(struct kq_listing *listing, struct kq_operation *operation,
                                 struct kq_error *error)
{
    operation->arena = &listing->arena;
    KQ_TRY(kq_data_read(&listing->data, operation, error));
    listing->now_s = kq_store_now_s(listing->data.store);
    return KQ_OK;
}

struct kq_row *kq_listing_add(struct kq_listing *listing)
{
    assert(listing->count < KQ_LISTING_PAGE_ROWS);
    const struct kq_table *table = &listing->table;
    struct kq_row *row = &listing->rows[listing->count];
    struct kq_slice *cells = listing->cells + listing->count * table->column_count;
    kq_row_init(row, table->columns, table->column_count, cells, &listing->arena);
    listing->count++;
    return row;
}

static struct kq_result print_page(struct kq_listing *listing, kq_listing_function *put_page,
                                   struct kq_error *error)
{
    size_t cell_count = KQ_LISTING_PAGE_ROWS * listing->table.column_count;
    kq_arena_reset(&listing->arena);
    listing->rows = kq_arena_allocate_array(&listing->arena, KQ_LISTING_PAGE_ROWS, sizeof(*listing->rows));
    listing->cells = kq_arena_allocate_array(&listing->arena, cell_count, sizeof(*listing->cells));
    listing->count = 0;
    KQ_ENSURE_MEMORY(listing->rows != NULL && listing->cells != NULL, error);
    listing->page =
        (struct kq_page){.after = kq_buffer_slice(&listing->after), .limit = KQ_LISTING_PAGE_ROWS};
    KQ_TRY(put_page(listing, error));
    KQ_TRY(kq_table_print(&listing->table, listing->rows, listing->count, error));
    kq_buffer_clear(&listing->after);
    if (listing->count > 0) {
        kq_buffer_append(&listing->after, listing->rows[listing->count - 1].cells[0]);
    }
    KQ_ENSURE_MEMORY(!listing->after.failed, error);
    return KQ_OK;
}

struct kq_result kq_listing_run(struct kq_invocation *invocation, const struct kq_column *columns,
                                size_t column_count, kq_listing_function *put_page, struct kq_error *error)
{
    struct kq_listing listing KQ_CLEANUP(close_listing) = {.invocation = invocation};
    KQ_TRY(kq_data_open(invocation, &listing.data, error));
    kq_table_begin(&listing.table, columns, column_count,
                   invocation->rows_as_json ? KQ_TABLE_JSON : KQ_TABLE_ALIGNED, stdout);
    do {
        KQ_TRY(print_page(&listing, put_page, error));
    } while (listing.count == KQ_LISTING_PAGE_ROWS);
    kq_table_end(&listing.table);
    return KQ_OK;
}
