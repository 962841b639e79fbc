/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_CONNECTION_SUPPORT_H
#define KQ_TESTS_UNIT_CONNECTION_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "server/address.h"
#include "server/loop.h"

/* What the tests of connections and their loop share: callers on the loopback, a service of the tests' own
 * and a clock that they move. The service answers /now with the request's body, /later when the test
 * completes it, /big with fixture.big, /work in the loop's phase for that, one a round. Every function fails
 * the running test where something is not as it says. */

#define HEADER_TIMEOUT_MS 10000
#define IDLE_TIMEOUT_MS 60000
#define BODY_MAX_BYTES ((size_t)1 << 20)
#define BIG_BYTES ((size_t)16 << 20)
#define BUFFERED_MAX_BYTES (4 * BIG_BYTES)
#define CALLERS_MAX 4
#define ROUNDS_MAX 20000
#define US_PER_MS INT64_C(1000)

#define GET(path) "GET " path " HTTP/1.1\r\nHost: a\r\n\r\n"

struct fixture {
    struct kq_loop loop;
    struct kq_metrics *metrics;
    struct kq_connection_count count;
    struct kq_address address;
    struct kq_http_connection *waiting; /* the last that the service waits for */
    unsigned waiting_count;
    bool goes_on_waiting;                         /* the next call that is done, once more */
    struct kq_http_connection *work[CALLERS_MAX]; /* whose /work is still to be answered, oldest first */
    size_t work_count;
    unsigned refused_count;
    unsigned trace_count;
    int callers[CALLERS_MAX];
    struct kq_buffer got; /* by the caller that last read */
    char *big;
};

extern struct fixture fixture;
extern int64_t now_us; /* what the clock says */

int set_up(void **state);
int tear_down(void **state); /* every connection has to be gone, with all that it held */
void free_rest(void);        /* the part of it that is not the loop */
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* A round that does not wait for anything. */
bool turn(void);
void turn_often(void);

/* Callers have numbers below CALLERS_MAX. */
void call(size_t caller);
void hang_up(size_t caller);
void say(size_t caller, const char *text);

/* Reads what there is now into fixture.got. False: the connection has ended. */
bool hear(size_t caller);

/* Turns the loop until the caller has heard exactly `expected`. */
void expect(size_t caller, const char *expected);
void expect_end(size_t caller);
void expect_silence(size_t caller);

/* Moves the clock, and has every connection look at it. */
void let_pass(int64_t ms);

#define OK_HEAD(size) "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: " #size "\r\n"
#define REFUSAL_OF(trace_id, status, size)                                                                   \
    "HTTP/1.1 " status "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " #size               \
    "\r\ntrace_id: " trace_id "\r\nConnection: close\r\n\r\n"
#define REFUSAL(status, size) REFUSAL_OF("trace-1", status, size)

#endif
