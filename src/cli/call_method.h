/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_METHOD_H
#define KQ_CLI_CALL_METHOD_H

#include <stdio.h>

#include "api/catalogue.h"
#include "base/error.h"
#include "cli/command.h"

/* The METHOD of `kaquan call`. */

/* Makes the operand a method's full name: an unambiguous end of one ("voucher.send") is enough. What begins
 * with "alipay." or has three dots and is none of the catalogue's stays as it is: another gateway may have
 * it. USAGE where it is the end of several methods, or of none; and for a field that the method does not
 * have. */
KQ_MUST struct kq_result kq_call_method_resolve(struct kq_invocation *invocation, struct kq_error *error);

/* The method of the catalogue whose name this is, or the end of; NULL: none, or several. */
const struct kq_method *kq_call_method_find(struct kq_slice name);

/* The method of the catalogue whose name is the nearest; NULL: none is near. */
const struct kq_method *kq_call_method_nearest(struct kq_slice name);

/* What a method takes, an example first. */
void kq_call_method_help(FILE *out, const struct kq_invocation *invocation);

#endif
