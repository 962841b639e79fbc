/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/listing.h"

#include "cli/data.h"
#include "cli/table.h"

static struct kq_result print_page(const struct kq_listing *listing, const struct kq_operation *operation,
                                   int64_t now_s, struct kq_table *table, struct kq_error *error)
{
    size_t count = listing->count(operation);
    struct kq_row *rows = kq_arena_allocate_array(operation->arena, count, sizeof(*rows));
    struct kq_slice *cells =
        kq_arena_allocate_array(operation->arena, count * listing->column_count, sizeof(*cells));
    KQ_ENSURE_MEMORY(rows != NULL && cells != NULL, error);
    for (size_t i = 0; i < count; i++) {
        kq_row_init(&rows[i], listing->columns, listing->column_count, cells + i * listing->column_count,
                    operation->arena);
        listing->fill(&rows[i], operation, i, now_s);
    }
    return kq_table_print(table, rows, count, error);
}

static struct kq_result print_pages(struct kq_invocation *invocation, const struct kq_listing *listing,
                                    struct kq_data *data, struct kq_table *table, struct kq_error *error)
{
    struct kq_buffer after KQ_CLEANUP(kq_buffer_free) = {0};
    size_t count = 0;
    do {
        struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
        struct kq_operation operation = {.arena = &arena};
        struct kq_page *page = listing->prepare(invocation, &operation);
        page->after = kq_buffer_slice(&after);
        page->limit = KQ_LISTING_PAGE_ROWS;
        KQ_TRY(kq_data_read(data, &operation, error));
        KQ_TRY(print_page(listing, &operation, kq_store_now_s(data->store), table, error));
        count = listing->count(&operation);
        kq_buffer_clear(&after);
        if (count > 0) {
            kq_buffer_append(&after, listing->id(&operation, count - 1));
        }
        KQ_ENSURE_MEMORY(!after.failed, error);
    } while (count == KQ_LISTING_PAGE_ROWS);
    return KQ_OK;
}

struct kq_result kq_listing_run(struct kq_invocation *invocation, const struct kq_listing *listing,
                                struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    KQ_TRY(kq_data_open(invocation, &data, error));
    struct kq_table table;
    kq_table_begin(&table, listing->columns, listing->column_count, invocation->json);
    KQ_TRY(print_pages(invocation, listing, &data, &table, error));
    kq_table_end(&table);
    return KQ_OK;
}
