/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_RESULT_H
#define KQ_CLI_RESULT_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"

/* What a command says that made or changed one thing. For people: `user 2088… created`, or `user 2088… was
 * created already; nothing was changed`. For programs: {"user_id":"2088…","created":true}, or with "changed".
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_print_created(bool json, const char *what, const char *id_name,
                                          struct kq_slice id, bool created, struct kq_error *error);
KQ_MUST struct kq_result kq_print_changed(bool json, const char *what, const char *id_name,
                                          struct kq_slice id, const char *verb, bool changed,
                                          struct kq_error *error);

/* A refusal's detail is Chinese, for the gateway's answers; for an operator its English sentence comes first.
 */
void kq_name_refusal(struct kq_error *error);

#endif
