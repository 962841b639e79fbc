/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_FLAGS_H
#define KQ_CLI_FLAGS_H

#include "base/error.h"
#include "cli/command.h"

/* From a command line to an invocation. Settings come from flags, then from KAQUAN_… variables, then from
 * kaquan.conf, then from the flag's fallback. */

/* Makes the invocation's values, none of them given. NO_MEMORY. */
KQ_MUST struct kq_result kq_invocation_init(struct kq_invocation *invocation,
                                            const struct kq_command *command, struct kq_error *error);
void kq_invocation_free(struct kq_invocation *invocation);

/* Gives a flag a value, unless a lower level gave one already; `source` names where it stands, for refusals.
 * USAGE where the value breaks the flag's row, or is not UTF-8, or where the level gave one before and the
 * flag takes one only; NO_MEMORY. */
KQ_MUST struct kq_result kq_invocation_give(struct kq_invocation *invocation, size_t flag_index,
                                            enum kq_value_level level, struct kq_slice text,
                                            const char *source, struct kq_error *error);

/* `--name VALUE`, `--name=VALUE`, `--switch`, -h, `--` (only operands follow), and at most one operand.
 * USAGE. */
KQ_MUST struct kq_result kq_flags_parse(struct kq_invocation *invocation, int count, char *const *arguments,
                                        struct kq_error *error);

/* There is no such flag; names the nearest one. Fails always. USAGE. */
KQ_MUST struct kq_result kq_flags_refuse_unknown(const struct kq_command *command, struct kq_slice name,
                                                 struct kq_error *error);

/* What is required must be there by now. USAGE. */
KQ_MUST struct kq_result kq_flags_check(const struct kq_invocation *invocation, struct kq_error *error);

#endif
