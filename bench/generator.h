/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_GENERATOR_H
#define KQ_BENCH_GENERATOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "bench/answer.h"
#include "bench/histogram.h"

/* The load generator: one thread, one epoll, keep-alive connections to 127.0.0.1, requests that are bytes
 * already. Per request it makes one send and one recv and allocates nothing, because the server has to share
 * the machine with it. */

/* Requests under way on one connection at most (HTTP pipelining). */
#define KQ_BENCH_DEPTH_MAX 16U
/* Whole answers; longer than any that the workloads ask for. */
#define KQ_BENCH_ANSWER_MAX_BYTES ((size_t)65536)
/* How much of the first answer that is not good is kept, for people. */
#define KQ_BENCH_ODD_BYTES 400

struct kq_bench_load {
    const struct kq_slice *requests; /* sent in this order */
    size_t request_count;
    bool cycle; /* begin anew behind the last; else the run ends there */
    uint16_t port;
    unsigned connections;
    unsigned depth; /* 1 to KQ_BENCH_DEPTH_MAX */

    /* 0: closed loop, each connection sends its next request when it has an answer. Else open loop: so many a
     * second are due, evenly spaced, whatever becomes of those before; one that is due while all connections
     * are taken waits for one, and its latency counts from when it was due. With a depth of 1 only. */
    double rate_per_s;

    int64_t warm_up_ns; /* before the window that counts */
    int64_t window_ns;

    /* Called when the window begins and when it ends. */
    void (*edge)(void *context, bool begins);
    void *context;
};

struct kq_bench_load_result {
    int64_t window_begin_ns;
    int64_t window_ns;                            /* shorter where the requests did not last */
    uint64_t answers[KQ_BENCH_ANSWER_KIND_COUNT]; /* that came in the window */
    struct kq_bench_histogram latency;            /* of good answers that came in the window; open loop: of
                                                   * those that were due in it */
    struct kq_bench_histogram lateness;           /* open loop: from when a request was due until it was sent;
                                                   * what of the latency is the generator's own, or the wait
                                                   * for a connection */
    uint64_t unsent;     /* open loop: due, and no connection was free to the end. Their wait so far
                          * stands in `latency`, which would look better without them */
    uint64_t unanswered; /* sent, and no answer came within five more seconds */
    uint64_t lost_connections;
    uint64_t answer_bytes; /* in the window */
    char odd[KQ_BENCH_ODD_BYTES + 1];
};

/* Opens the connections, runs, closes them. `result` is zeroed before. IO (cannot connect), NO_MEMORY. */
KQ_MUST struct kq_result kq_bench_generate(const struct kq_bench_load *load,
                                           struct kq_bench_load_result *result, struct kq_error *error);

#endif
