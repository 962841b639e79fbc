/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_COMMANDS_H
#define KQ_BENCH_COMMANDS_H

#include "base/buffer.h"
#include "base/error.h"
#include "bench/options.h"

/* The commands of kaquan-bench: each measures one thing and gives one JSON object. scripts/bench runs them
 * and knows what belongs together. */

/* Requests signed beforehand, played against a server, while the cost of a signature is sampled. */
KQ_MUST struct kq_result kq_bench_load_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                               struct kq_error *error);

/* The client library: calls of one thread against a server, one after the other or so many at a time; or its
 * yardstick (bare.h). */
KQ_MUST struct kq_result kq_bench_client_command(const struct kq_bench_options *options,
                                                 struct kq_buffer *json, struct kq_error *error);

/* The machine alone: signatures and verifications a second with all cores busy, syncs of an append. */
KQ_MUST struct kq_result kq_bench_limit_command(const struct kq_bench_options *options,
                                                struct kq_buffer *json, struct kq_error *error);

/* The store alone: durable issues a second with so many in flight, through store.h. */
KQ_MUST struct kq_result kq_bench_store_command(const struct kq_bench_options *options,
                                                struct kq_buffer *json, struct kq_error *error);

/* Plain SQLite: the rows that a store has more than its copy, inserted into the copy. */
KQ_MUST struct kq_result kq_bench_plain_command(const struct kq_bench_options *options,
                                                struct kq_buffer *json, struct kq_error *error);

/* A receiver of notifications on a free port of 127.0.0.1, which takes each; prints {"port":N} at once, and
 * counts until standard input ends. */
KQ_MUST struct kq_result kq_bench_receive_command(const struct kq_bench_options *options,
                                                  struct kq_buffer *json, struct kq_error *error);

/* The bytes of signed requests, one after the other, instead of JSON. */
KQ_MUST struct kq_result kq_bench_sign_command(const struct kq_bench_options *options,
                                               struct kq_buffer *bytes, struct kq_error *error);

#endif
