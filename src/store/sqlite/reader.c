/* SPDX-License-Identifier: Apache-2.0 */
#include <stdatomic.h>

#include "base/macros.h"
#include "base/memory.h"
#include "store/sqlite/reads.h"
#include "store/sqlite/store_sqlite.h"
#include "store/sqlite/transaction.h"

struct sqlite_reader {
    struct kq_reader reader; /* first: a kq_reader is given where this is meant */
    struct kq_connection connection;
    const void volatile *index; /* the file's shared index; NULL: not looked for yet */
};

struct kq_result kq_sqlite_reader_open(struct kq_store *store, struct kq_reader **reader,
                                       struct kq_error *error)
{
    const struct kq_sqlite_store *own = (const struct kq_sqlite_store *)store;
    struct sqlite_reader *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->reader.functions = store->functions;
    struct kq_result done =
        kq_connection_open(&opened->connection, own->path, KQ_CONNECTION_READER, store->clock, error);
    if (done.ok) {
        done = kq_connection_execute(&opened->connection, "PRAGMA query_only = ON", error);
    }
    if (!done.ok) {
        kq_sqlite_reader_close(&opened->reader);
        return kq_fail_in(error, "%s", own->path);
    }
    *reader = &opened->reader;
    return KQ_OK;
}

void kq_sqlite_reader_close(struct kq_reader *reader)
{
    struct sqlite_reader *own = (struct sqlite_reader *)reader;
    kq_connection_close(&own->connection);
    kq_memory_free(own);
}

/* Those that read by one statement, which is one snapshot by itself, or whose further statements read what
 * never changes. */
static bool needs_transaction(const struct kq_operation *operation)
{
    switch (operation->kind) {
    case KQ_OP_MERCHANT_LIST:
    case KQ_OP_SHOP_LIST:
    case KQ_OP_TEMPLATE_LIST:
        return false;
    case KQ_OP_VOUCHER_GET:
        return operation->voucher_get.with_details;
    default:
        return true;
    }
}

/* All that an operation reads is one snapshot. */
static struct kq_result read_in_snapshot(struct kq_connection *connection, kq_read_function *read,
                                         struct kq_operation *operation, struct kq_error *error)
{
    if (!needs_transaction(operation)) {
        return read(connection, operation, error);
    }
    KQ_TRY(kq_transaction_begin(connection, KQ_TRANSACTION_READ, error));
    struct kq_result done = read(connection, operation, error);
    kq_transaction_rollback(connection);
    return done;
}

void kq_sqlite_read(struct kq_reader *reader, struct kq_operation *operation)
{
    struct sqlite_reader *own = (struct sqlite_reader *)reader;
    operation->error = (struct kq_error){0};
    kq_read_function *read =
        (unsigned)operation->kind < KQ_OPERATION_KIND_COUNT ? kq_reads[operation->kind] : NULL;
    if (read == NULL) {
        KQ_IGNORE(kq_fail(&operation->error, KQ_E_USAGE, "not an operation that reads"));
        return;
    }
    KQ_IGNORE(read_in_snapshot(&own->connection, read, operation, &operation->error));
}

/* The head of the file's shared index (sqlite.org/walformat.html, "The WAL-Index Header"): a commit by any
 * process writes it anew, with a counter, the log's length and a checksum in it. It is looked at where SQLite
 * has it mapped, which is one place for as long as the connection is open, without a lock: what a commit that
 * is under way makes of it is another number again. */
#define INDEX_REGION_BYTES 32768
#define INDEX_HEAD_WORDS 12

/* NULL: it is not mapped yet, which the first read does. */
static const void volatile *find_index(struct sqlite_reader *own)
{
    sqlite3_file *file = NULL;
    void volatile *region = NULL;
    int status = sqlite3_file_control(own->connection.handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
    if (status == SQLITE_OK && file->pMethods != NULL && file->pMethods->iVersion >= 2 &&
        file->pMethods->xShmMap(file, 0, INDEX_REGION_BYTES, 0, &region) == SQLITE_OK) {
        own->index = region;
    }
    return own->index;
}

uint64_t kq_sqlite_revision(struct kq_reader *reader)
{
    struct sqlite_reader *own = (struct sqlite_reader *)reader;
    const _Atomic uint32_t volatile *words = own->index != NULL ? own->index : find_index(own);
    if (words == NULL) {
        return 0;
    }
    uint64_t revision = UINT64_C(14695981039346656037); /* FNV-1a, by words */
    for (size_t i = 0; i < INDEX_HEAD_WORDS; i++) {
        revision =
            (revision ^ atomic_load_explicit(&words[i], memory_order_acquire)) * UINT64_C(1099511628211);
    }
    return revision == 0 ? 1 : revision;
}
