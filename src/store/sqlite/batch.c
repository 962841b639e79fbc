/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/batch.h"

#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/schema.h"
#include "store/sqlite/tallies.h"
#include "store/sqlite/transaction.h"
#include "store/sqlite/writes.h"

/* Some hundred templates: more than are issued from at a time. */
#define KEPT_TEMPLATES_MAX_BYTES ((size_t)1048576)

static struct kq_result load_ids(struct kq_batch *batch, struct kq_error *error)
{
    static const char select_meta[] = "SELECT node, last_ms, sequence FROM meta";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, select_meta);
    bool found = false;
    KQ_TRY(kq_query_next(&query, &found, error));
    KQ_ENSURE(found, error, KQ_E_STORE, "the store is damaged: it has lost its node id");
    batch->ids.node = (uint32_t)kq_query_take_integer(&query);
    batch->ids.last_ms = kq_query_take_integer(&query);
    batch->ids.sequence = (uint32_t)kq_query_take_integer(&query);
    batch->stored_ids = batch->ids;
    return kq_query_check(&query, error);
}

static struct kq_result save_ids(struct kq_batch *batch, struct kq_error *error)
{
    static const char update_meta[] = "UPDATE meta SET last_ms = ?, sequence = ?";
    if (batch->ids.last_ms == batch->stored_ids.last_ms &&
        batch->ids.sequence == batch->stored_ids.sequence) {
        return KQ_OK;
    }
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_meta);
    kq_query_put_integer(&query, batch->ids.last_ms);
    kq_query_put_integer(&query, batch->ids.sequence);
    return kq_query_run(&query, error);
}

/* So that the batch has something to write, whatever its operations do. */
static void skip_id(struct kq_batch *batch)
{
    char skipped[KQ_ID_TEXT_SIZE];
    kq_id_next(&batch->ids, batch->now_ms, KQ_ID_PRODUCT_VOUCHER, KQ_SLICE_EMPTY, skipped);
}

/* A number that changes with every commit to the file, this connection's too. */
static bool read_data_version(struct kq_batch *batch, unsigned *version)
{
    return sqlite3_file_control(batch->connection->handle, "main", SQLITE_FCNTL_DATA_VERSION, version) ==
           SQLITE_OK;
}

static void forget(struct kq_batch *batch)
{
    batch->is_known = false;
    kq_arena_reset(&batch->template_arena);
    kq_template_map_init(&batch->templates, &batch->template_arena);
}

/* Is the file as this batch's last commit left it? Then so are the schema, the id source and the templates.
 */
static bool is_unchanged(struct kq_batch *batch)
{
    unsigned version = 0;
    bool is_same = batch->is_known && read_data_version(batch, &version) && version == batch->data_version;
    batch->met_others = batch->is_known && !is_same;
    return is_same && batch->template_arena.used_bytes <= KEPT_TEMPLATES_MAX_BYTES;
}

static struct kq_result prepare(struct kq_batch *batch, struct kq_error *error)
{
    if (!is_unchanged(batch)) {
        forget(batch);
        KQ_TRY(kq_schema_check_version(batch->connection, error));
        KQ_TRY(load_ids(batch, error));
    }
    if (batch->is_unsettled) {
        skip_id(batch);
    }
    return KQ_OK;
}

struct kq_result kq_batch_begin(struct kq_batch *batch, int64_t now_ms, struct kq_error *error)
{
    KQ_TRY(kq_transaction_begin(batch->connection, KQ_TRANSACTION_WRITE, error));
    batch->now_ms = now_ms;
    struct kq_result prepared = prepare(batch, error);
    if (!prepared.ok) {
        kq_batch_rollback(batch);
    }
    return prepared;
}

void kq_batch_run(struct kq_batch *batch, struct kq_operation *operation)
{
    operation->error = (struct kq_error){0};
    kq_write_function *write =
        (unsigned)operation->kind < KQ_OPERATION_KIND_COUNT ? kq_writes[operation->kind] : NULL;
    if (write == NULL) {
        KQ_IGNORE(kq_fail(&operation->error, KQ_E_USAGE, "not an operation that writes"));
        return;
    }
    KQ_IGNORE(write(batch, operation, &operation->error));
}

struct kq_result kq_batch_commit(struct kq_batch *batch, struct kq_error *error)
{
    for (struct kq_template_entry *entry = batch->templates.first_changed; entry != NULL;
         entry = entry->next_changed) {
        KQ_TRY(kq_tally_settle(batch, entry, error));
        KQ_TRY(kq_write_template_changes(batch, entry, error));
    }
    KQ_TRY(save_ids(batch, error));
    batch->is_unsettled = !kq_transaction_commit(batch->connection, error).ok;
    if (batch->is_unsettled) {
        return KQ_FAILED;
    }
    kq_template_map_settle(&batch->templates);
    batch->stored_ids = batch->ids;
    batch->is_known = read_data_version(batch, &batch->data_version);
    kq_arena_reset(&batch->arena);
    return KQ_OK;
}

void kq_batch_rollback(struct kq_batch *batch)
{
    kq_transaction_rollback(batch->connection);
    forget(batch);
    kq_arena_reset(&batch->arena);
}

void kq_batch_free(struct kq_batch *batch)
{
    kq_arena_free(&batch->template_arena);
    kq_arena_free(&batch->arena);
}

struct kq_result kq_batch_need_merchant(struct kq_batch *batch, struct kq_slice pid, struct kq_error *error)
{
    static const char insert_merchant[] =
        "INSERT INTO merchant (pid, name, created_s) VALUES (?, '', ?) ON CONFLICT (pid) DO NOTHING";
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_merchant);
    kq_query_put_text(&query, pid);
    kq_query_put_integer(&query, batch->now_ms / 1000);
    return kq_query_run(&query, error);
}
