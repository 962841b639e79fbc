/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_VOUCHER_IMPORT_MERCHANTS_H
#define KQ_CLI_VOUCHER_IMPORT_MERCHANTS_H

#include "base/arena.h"
#include "base/error.h"
#include "cli/data.h"

/* For whom an import issues: the operator's file names templates, and each has its merchant, which never
 * changes. So that is looked up once a template, not once a row. */

/* Templates that are remembered: more than a file has, as a rule; two in one place take turns. */
#define KQ_VOUCHER_IMPORT_MERCHANTS ((size_t)256)

/* An id may be as long as it wants in a file; one that is longer than any template's is not there. */
#define KQ_VOUCHER_IMPORT_ID_MAX 32

struct kq_voucher_import_merchant {
    char template_id[KQ_VOUCHER_IMPORT_ID_MAX];
    size_t template_id_size; /* 0: nothing here yet */
    char pid[KQ_VOUCHER_IMPORT_ID_MAX];
    size_t pid_size;
};

struct kq_voucher_import_merchants {
    struct kq_data *data; /* borrowed */
    struct kq_arena arena;
    struct kq_voucher_import_merchant places[KQ_VOUCHER_IMPORT_MERCHANTS];
};

/* `merchants` is zeroed but for its data. TEMPLATE_NOT_EXIST; STORE, BUSY, NO_MEMORY. *pid is good until the
 * next call. */
KQ_MUST struct kq_result kq_voucher_import_pid(struct kq_voucher_import_merchants *merchants,
                                               struct kq_slice template_id, struct kq_slice *pid,
                                               struct kq_error *error);
void kq_voucher_import_merchants_close(struct kq_voucher_import_merchants *merchants);

#endif
