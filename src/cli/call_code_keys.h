/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_CODE_KEYS_H
#define KQ_CLI_CALL_CODE_KEYS_H

#include "base/error.h"
#include "cli/call_code.h"
#include "cli/call_plan.h"

/* `kaquan call` takes keys in many forms; openssl, PHP and the official libraries take fewer, and some of
 * them find out only when the answer is there: the call was made, and nobody knows what became of it. So a
 * program is printed only for files that it reads. */

/* USAGE, NOT_FOUND, IO, BAD_KEY (with a command that makes such a file of this one), NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_code_check_files(const struct kq_code_form *form, const struct kq_call_plan *plan,
                                             struct kq_error *error);

#endif
