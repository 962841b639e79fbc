/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_VOUCHER_CHANGE_H
#define KQ_CLI_VOUCHER_CHANGE_H

#include "base/error.h"
#include "cli/command.h"
#include "cli/data.h"
#include "domain/operation.h"

/* What the commands that use, refund, delete and delay a voucher have in common. */

/* Rows of their flags. */
#define KQ_FLAG_VOUCHER_ID                                                                                   \
    {                                                                                                        \
        .name = "voucher-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID", .text = "the voucher"   \
    }
#define KQ_FLAG_CHANGE_KEY                                                                                   \
    {                                                                                                        \
        .name = "out-biz-no", .kind = KQ_FLAG_TEXT, .required = true, .value = "KEY",                        \
        .text = "your own number of this business: given twice, it is done once",                            \
        .max_chars = KQ_OUT_BIZ_NO_MAX_CHARS                                                                 \
    }
#define KQ_FLAG_CHANGE_PID                                                                                   \
    {                                                                                                        \
        .name = "pid", .kind = KQ_FLAG_TEXT, .value = "PID",                                                 \
        .text = "the merchant that does it (default: the template's)"                                        \
    }

/* Reads the voucher that --voucher-id names, with what happened to it: into operation->voucher_get, whose
 * memory is the invocation's. NOT_FOUND, STORE, NO_MEMORY. */
KQ_MUST struct kq_result kq_find_voucher(struct kq_invocation *invocation, struct kq_data *data,
                                         struct kq_operation *operation, struct kq_error *error);

/* Changes the voucher that --voucher-id names, for its user, and prints what became of it. `request` has what
 * the kind alone needs. NOT_FOUND and what the decision says; STORE, NO_MEMORY and what kq_data_open says. */
KQ_MUST struct kq_result kq_change_voucher(struct kq_invocation *invocation,
                                           struct kq_voucher_change_request *request, struct kq_error *error);

#endif
