/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_STORE_SQLITE_H
#define KQ_STORE_SQLITE_STORE_SQLITE_H

#include "store/sqlite/writer.h"
#include "store/store.h"

/* What a kq_store is, where functions->name is "sqlite". */
struct kq_sqlite_store {
    struct kq_store store; /* first: a kq_store is given where this is meant */
    char *path;            /* owned; of the file */
    struct kq_writer writer;
};

/* The table's entries that reader.c has. */
KQ_MUST struct kq_result kq_sqlite_reader_open(struct kq_store *store, struct kq_reader **reader,
                                               struct kq_error *error);
void kq_sqlite_reader_close(struct kq_reader *reader);
void kq_sqlite_read(struct kq_reader *reader, struct kq_operation *operation);
uint64_t kq_sqlite_revision(struct kq_reader *reader);

#endif
