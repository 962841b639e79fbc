/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_ANSWER_H
#define KQ_BENCH_ANSWER_H

#include <stddef.h>

#include "base/slice.h"

/* A glance at an answer, as cheap as can be: the load generator shares its machine with the server. It knows
 * the server's own way of writing and believes no more of it than this needs; signatures are not verified. */

enum kq_bench_answer {
    KQ_BENCH_ANSWER_GOOD,    /* HTTP 200, code 10000 */
    KQ_BENCH_ANSWER_BUSY,    /* HTTP 200, code 20000: refused for its load */
    KQ_BENCH_ANSWER_LIMITED, /* HTTP 200, code 40005: refused for its caller's */
    KQ_BENCH_ANSWER_REFUSED, /* HTTP 200, any other code */
    KQ_BENCH_ANSWER_HTTP,    /* any other status */
    KQ_BENCH_ANSWER_KIND_COUNT
};

/* Bytes that the first answer in `bytes` takes, and what it is; 0: it is not complete yet. SIZE_MAX: it is no
 * HTTP/1.1 answer with a Content-Length. */
size_t kq_bench_answer_read(struct kq_slice bytes, enum kq_bench_answer *kind);

#endif
