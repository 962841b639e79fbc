/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_BARE_H
#define KQ_BENCH_BARE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "kaquan.h"

/* The client's yardstick: the same calls by what signs a request and what verifies an answer, and by sockets
 * that send and receive their bytes. No HTTP library, no TLS, no time limits, no repeats: what a client would
 * be if all that it does beside a call's own work were free. */

struct kq_bench_bare;

/* So many connections to the client's gateway, "http://ADDRESS:PORT/…"; the client is borrowed and lends its
 * settings. NO_MEMORY, BAD_INPUT, IO. */
KQ_MUST struct kq_result kq_bench_bare_open(struct kq_client *client, size_t connections,
                                            struct kq_bench_bare **bare, struct kq_error *error);
void kq_bench_bare_close(struct kq_bench_bare *bare);

/* A call a connection at a time, the requests again and again from *next on, until that time
 * (kq_bench_now_ns). Sent as many at a time as a loop of the client sends. Adds up in *made. ANSWER where one
 * fails, IO. */
KQ_MUST struct kq_result kq_bench_bare_call(struct kq_bench_bare *bare,
                                            const struct kq_client_request *requests, size_t count,
                                            size_t *next, int64_t end_ns, uint64_t *made,
                                            struct kq_error *error);

#endif
