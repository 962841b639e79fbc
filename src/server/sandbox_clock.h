/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_SANDBOX_CLOCK_H
#define KQ_SERVER_SANDBOX_CLOCK_H

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "store/store.h"

/* A sandbox's business clock, as the admin address shows and moves it: what a template's window or a
 * voucher's expiry would do tomorrow can be seen today. Signatures' timestamps are not concerned: they are
 * checked against the machine's clock. Any thread. */

/* Moves the clock as a JSON object says: {"offset_s":N}, seconds ahead of the machine's clock, may be
 * negative, or {"now":"yyyy-MM-dd HH:mm:ss"}; with "stopped":true it stands still at that second until it is
 * moved again, else it runs. BAD_INPUT (and nothing is moved) for anything else, or a time that the protocol
 * cannot carry. */
KQ_MUST struct kq_result kq_sandbox_clock_move(struct kq_system_clock *clock, struct kq_slice json,
                                               struct kq_error *error);

/* Appends {"now":"yyyy-MM-dd HH:mm:ss","offset_s":N,"stopped":false} and a line end. While it is stopped,
 * offset_s is how far it was ahead when it stopped. */
void kq_sandbox_clock_append(const struct kq_system_clock *clock, struct kq_buffer *json);

#endif
