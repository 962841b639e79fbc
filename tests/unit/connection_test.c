/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "server/address.h"
#include "server/loop.h"
#include "server/server.h"

/* Connections and their loop, with callers on the loopback, a service of the tests' own and a clock that they
 * move. */

#define HEADER_TIMEOUT_MS 10000
#define IDLE_TIMEOUT_MS 60000
#define BODY_MAX_BYTES ((size_t)1 << 20)
#define BIG_BYTES ((size_t)16 << 20)
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
    unsigned refused_count;
    int callers[CALLERS_MAX];
    struct kq_buffer got; /* by the caller that last read */
    char *big;
};

static int64_t now_us;

static int64_t test_monotonic_us(const struct kq_clock *clock)
{
    (void)clock;
    return now_us;
}

static int64_t test_wall_ms(const struct kq_clock *clock)
{
    (void)clock;
    return now_us / US_PER_MS;
}

static const struct kq_clock test_clock = {
    .wall_ms = test_wall_ms,
    .business_ms = test_wall_ms,
    .monotonic_us = test_monotonic_us,
};

/* /now answers with the request's body, /later when the test completes it, /big with a lot. */
static struct kq_result route(void *context, const struct kq_http_head *head, struct kq_http_refusal *refusal)
{
    (void)context;
    static const char *const paths[] = {"/now", "/later", "/big"};
    for (size_t i = 0; i < KQ_COUNT(paths); i++) {
        if (kq_slice_equal(head->path, kq_slice_of(paths[i]))) {
            return KQ_OK;
        }
    }
    return kq_http_refuse(refusal, KQ_HTTP_NOT_FOUND, "Nothing.");
}

static void answer(struct kq_http_connection *connection, struct kq_slice body)
{
    struct kq_http_reply head = {.status = KQ_HTTP_OK, .content_type = "a/b"};
    kq_http_connection_answer(connection, &head, body);
}

static void serve(void *context, struct kq_http_connection *connection)
{
    struct fixture *fixture = context;
    if (kq_slice_equal(connection->head.path, KQ_SLICE("/later"))) {
        fixture->waiting = connection;
        fixture->waiting_count++;
        kq_http_connection_wait(connection);
    } else if (kq_slice_equal(connection->head.path, KQ_SLICE("/big"))) {
        answer(connection, (struct kq_slice){.data = fixture->big, .size = BIG_BYTES});
    } else {
        answer(connection, kq_buffer_slice(&connection->body));
    }
}

static void resume(void *context, struct kq_http_connection *connection)
{
    struct fixture *fixture = context;
    fixture->waiting_count--;
    answer(connection, KQ_SLICE("later"));
}

static void refused(void *context, struct kq_http_connection *connection, enum kq_http_status status,
                    size_t bytes_out)
{
    struct fixture *fixture = context;
    (void)connection;
    (void)status;
    assert_true(bytes_out > 0);
    fixture->refused_count++;
}

static const struct kq_service test_service = {
    .route = route, .serve = serve, .resume = resume, .refused = refused};

static struct fixture fixture;

static int set_up(void **state)
{
    (void)state;
    fixture = (struct fixture){.count = {.maximum = 2}, .callers = {-1, -1, -1, -1}};
    now_us = 1000000;
    int listener = -1;
    assert_true(kq_address_parse("127.0.0.1:0", &fixture.address, NULL).ok);
    assert_true(kq_listen(&fixture.address, &listener, NULL).ok);
    assert_true(kq_metrics_open(&fixture.metrics, NULL).ok);
    struct kq_loop_settings settings = {
        .service = &test_service,
        .context = &fixture,
        .clock = &test_clock,
        .metrics = fixture.metrics,
        .count = &fixture.count,
        .body_max_bytes = BODY_MAX_BYTES,
        .header_timeout_ms = HEADER_TIMEOUT_MS,
        .idle_timeout_ms = IDLE_TIMEOUT_MS,
    };
    assert_true(kq_loop_open(&fixture.loop, &settings, listener, NULL).ok);
    return 0;
}

static void free_rest(void)
{
    for (size_t i = 0; i < CALLERS_MAX; i++) {
        if (fixture.callers[i] >= 0) {
            close(fixture.callers[i]);
        }
    }
    kq_buffer_free(&fixture.got);
    kq_memory_free(fixture.big);
    kq_metrics_close(fixture.metrics);
}

static int tear_down(void **state)
{
    (void)state;
    assert_true(kq_loop_close(&fixture.loop));
    assert_int_equal(fixture.count.open, 0);
    free_rest();
    return 0;
}

/* A round that does not wait for anything. */
static bool turn(void)
{
    kq_loop_wake(&fixture.loop);
    return kq_loop_round(&fixture.loop);
}

static void turn_often(void)
{
    for (size_t i = 0; i < 10; i++) {
        assert_true(turn());
    }
}

static void call(size_t caller)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&fixture.address.storage, fixture.address.size), 0);
    fixture.callers[caller] = fd;
    turn_often();
}

static void hang_up(size_t caller)
{
    close(fixture.callers[caller]);
    fixture.callers[caller] = -1;
    turn_often();
}

static void say(size_t caller, const char *text)
{
    size_t size = strlen(text);
    assert_int_equal(send(fixture.callers[caller], text, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Reads what there is now. False: the connection has ended. */
static bool hear(size_t caller)
{
    char *room = kq_buffer_reserve(&fixture.got, 65536);
    assert_non_null(room);
    ssize_t received = recv(fixture.callers[caller], room, 65536, MSG_DONTWAIT);
    if (received > 0) {
        fixture.got.size += (size_t)received;
        fixture.got.data[fixture.got.size] = '\0';
    }
    return received > 0 || (received < 0 && errno == EAGAIN);
}

/* Turns the loop until the caller has heard exactly `expected`. */
static void expect(size_t caller, const char *expected)
{
    size_t size = strlen(expected);
    kq_buffer_clear(&fixture.got);
    for (size_t i = 0; i < ROUNDS_MAX && fixture.got.size < size; i++) {
        assert_true(turn());
        if (!hear(caller)) {
            break;
        }
    }
    assert_int_equal(fixture.got.size, size);
    assert_string_equal(fixture.got.data, expected);
}

static void expect_end(size_t caller)
{
    bool goes_on = true;
    kq_buffer_clear(&fixture.got);
    for (size_t i = 0; i < ROUNDS_MAX && goes_on; i++) {
        (void)turn();
        goes_on = hear(caller);
    }
    assert_false(goes_on);
    assert_int_equal(fixture.got.size, 0);
}

static void expect_silence(size_t caller)
{
    kq_buffer_clear(&fixture.got);
    turn_often();
    assert_true(hear(caller));
    assert_int_equal(fixture.got.size, 0);
}

/* Moves the clock, and has every connection look at it. */
static void let_pass(int64_t ms)
{
    now_us += ms * US_PER_MS;
    for (struct kq_http_connection *connection = fixture.loop.connections; connection != NULL;
         connection = connection->next) {
        kq_loop_record(connection, KQ_READY_TIMER);
    }
    (void)turn();
}

#define OK_HEAD(size) "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: " #size "\r\n"
#define REFUSAL(status, size)                                                                                \
    "HTTP/1.1 " status "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " #size               \
    "\r\nConnection: close\r\n\r\n"
#define TIMEOUT REFUSAL("408 Request Timeout", 35) "The request took too long to come.\n"

static void a_connection_stays_open_for_the_next_request(void **state)
{
    (void)state;
    call(0);
    for (size_t i = 0; i < 3; i++) {
        say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        expect(0, OK_HEAD(5) "\r\nhello");
    }
    say(0, "GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    expect(0, OK_HEAD(0) "Connection: keep-alive\r\n\r\n");
    say(0, "GET /now HTTP/1.0\r\n\r\n");
    expect(0, OK_HEAD(0) "Connection: close\r\n\r\n");
    expect_end(0);
}

static void an_idle_connection_keeps_no_memory(void **state)
{
    (void)state;
    call(0);
    say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    expect(0, OK_HEAD(5) "\r\nhello");
    const struct kq_http_connection *connection = fixture.loop.connections;
    assert_int_equal(connection->state, KQ_CONNECTION_IDLE);
    assert_null(connection->input.data);
    assert_null(connection->body.data);
    assert_null(connection->output.data);
    assert_null(connection->call.answer.data);
    assert_null(connection->call.arena.newest);
    assert_true(sizeof(*connection) < 4096);
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later") "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx" GET("/later")
               GET("/now"));
    expect_silence(0);
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater" OK_HEAD(1) "\r\nx");
    expect_silence(0);
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater" OK_HEAD(0) "\r\n");
}

/* What has come and is not read yet must not keep a round from ending that has other work to do. */
static void bytes_that_come_while_others_are_left_over_are_kept(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/now") GET("/now"));
    while (fixture.loop.ready == NULL) {
        assert_true(turn());
    }
    say(0, GET("/now"));
    expect(0, OK_HEAD(0) "\r\n" OK_HEAD(0) "\r\n" OK_HEAD(0) "\r\n");
}

static void bytes_that_come_while_a_call_waits_are_kept(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later"));
    turn_often();
    say(0, GET("/now"));
    expect_silence(0);
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater" OK_HEAD(0) "\r\n");
}

static void completed_calls_are_each_answered(void **state)
{
    (void)state;
    call(0);
    call(1);
    say(0, GET("/later"));
    turn_often();
    struct kq_http_connection *first = fixture.waiting;
    say(1, GET("/later"));
    turn_often();
    kq_loop_complete(fixture.waiting);
    kq_loop_complete(first);
    expect(0, OK_HEAD(5) "\r\nlater");
    expect(1, OK_HEAD(5) "\r\nlater");
}

static void a_body_is_asked_for(void **state)
{
    (void)state;
    call(0);
    say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
    expect(0, "HTTP/1.1 100 Continue\r\n\r\n");
    say(0, "hello");
    expect(0, OK_HEAD(5) "\r\nhello");
    say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello");
    expect(0, OK_HEAD(5) "\r\nhello");
}

static void a_refusal_closes_the_connection(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/elsewhere") GET("/now"));
    expect(0, REFUSAL("404 Not Found", 9) "Nothing.\n");
    expect_end(0);
    assert_int_equal(fixture.refused_count, 1);
    hang_up(0);
    call(0);
    say(0, "HEAD /elsewhere HTTP/1.1\r\nHost: a\r\n\r\n");
    expect(0, REFUSAL("404 Not Found", 9));
    expect_end(0);
}

static void what_comes_after_a_refusal_is_dropped_for_a_while(void **state)
{
    (void)state;
    call(0);
    say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
    expect(0, REFUSAL("413 Content Too Large", 43) "The request's body is larger than allowed.\n");
    say(0, "bytes of that body");
    turn_often();
    assert_int_equal(fixture.count.open, 1);
    let_pass(KQ_LINGER_MS);
    assert_int_equal(fixture.count.open, 0);
}

static void a_caller_who_hangs_up_is_forgotten(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "GET /n", GET("/now"),
                                        "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe"};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        call(0);
        say(0, texts[i]);
        hang_up(0);
        assert_int_equal(fixture.count.open, 0);
    }
}

static void a_waiting_call_outlives_its_caller(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later"));
    turn_often();
    hang_up(0);
    assert_int_equal(fixture.count.open, 1);
    kq_loop_complete(fixture.waiting);
    turn_often();
    assert_int_equal(fixture.waiting_count, 0);
    assert_int_equal(fixture.count.open, 0);
}

static void a_half_closed_connection_is_answered(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later"));
    assert_int_equal(shutdown(fixture.callers[0], SHUT_WR), 0);
    turn_often();
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater");
    expect_end(0);
}

static void a_silent_caller_is_cut_off_silently(void **state)
{
    (void)state;
    call(0);
    let_pass(HEADER_TIMEOUT_MS - 1);
    expect_silence(0);
    let_pass(1);
    expect_end(0);
}

static void an_idle_connection_is_closed_silently(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/now"));
    expect(0, OK_HEAD(0) "\r\n");
    let_pass(IDLE_TIMEOUT_MS - 1);
    expect_silence(0);
    let_pass(1);
    expect_end(0);
}

static void a_slow_head_times_out(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/now"));
    expect(0, OK_HEAD(0) "\r\n");
    let_pass(IDLE_TIMEOUT_MS - 1); /* The time begins with the first byte. */
    say(0, "GET /now");
    turn_often();
    let_pass(HEADER_TIMEOUT_MS - 1);
    say(0, "?");
    expect_silence(0);
    let_pass(1);
    expect(0, TIMEOUT);
    expect_end(0);
}

static void a_slow_body_times_out_but_not_an_honest_one(void **state)
{
    (void)state;
    static char piece[KQ_TRANSFER_MIN_BYTES_PER_S + 1];
    memset(piece, 'x', sizeof(piece) - 1);
    call(0);
    say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
    turn_often();
    for (size_t second = 0; second < 100; second++) {
        say(0, piece);
        turn_often();
        let_pass(1000);
        expect_silence(0);
    }
    let_pass(HEADER_TIMEOUT_MS - 1);
    expect_silence(0);
    let_pass(1);
    expect(0, TIMEOUT);
    expect_end(0);
}

static void a_waiting_call_has_no_time_limit(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later"));
    turn_often();
    let_pass(1000 * IDLE_TIMEOUT_MS);
    expect_silence(0);
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater");
}

static void a_large_answer_goes_in_pieces(void **state)
{
    (void)state;
    fixture.big = kq_memory_allocate(BIG_BYTES);
    assert_non_null(fixture.big);
    call(0);
    say(0, GET("/big") GET("/now"));
    turn_often();
    assert_int_equal(fixture.loop.connections->state, KQ_CONNECTION_WRITING);
    kq_buffer_clear(&fixture.got);
    static const char head[] = OK_HEAD(16777216) "\r\n";
    static const char next[] = OK_HEAD(0) "\r\n";
    size_t expected = sizeof(head) - 1 + BIG_BYTES + sizeof(next) - 1;
    for (size_t i = 0; i < ROUNDS_MAX && fixture.got.size < expected; i++) {
        assert_true(turn());
        assert_true(hear(0));
    }
    assert_int_equal(fixture.got.size, expected);
    assert_memory_equal(fixture.got.data, head, sizeof(head) - 1);
    assert_memory_equal(fixture.got.data + sizeof(head) - 1, fixture.big, BIG_BYTES);
    assert_string_equal(fixture.got.data + sizeof(head) - 1 + BIG_BYTES, next);
}

static void a_caller_who_does_not_read_is_cut_off(void **state)
{
    (void)state;
    fixture.big = kq_memory_allocate(BIG_BYTES);
    assert_non_null(fixture.big);
    call(0);
    say(0, GET("/big"));
    turn_often();
    assert_int_equal(fixture.count.open, 1);
    let_pass(HEADER_TIMEOUT_MS + (int64_t)BIG_BYTES * 1000 / KQ_TRANSFER_MIN_BYTES_PER_S);
    assert_int_equal(fixture.count.open, 0);
}

static void one_connection_too_many_is_closed_at_once(void **state)
{
    (void)state;
    call(0);
    call(1);
    call(2);
    expect_end(2);
    say(0, GET("/now"));
    expect(0, OK_HEAD(0) "\r\n");
    hang_up(0);
    call(3);
    say(3, GET("/now"));
    expect(3, OK_HEAD(0) "\r\n");
}

static void stopping_finishes_what_is_in_hand(void **state)
{
    (void)state;
    call(0);
    call(1);
    say(0, GET("/later"));
    turn_often();
    kq_loop_stop(&fixture.loop);
    expect_end(1);
    assert_true(turn());
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "Connection: close\r\n\r\nlater");
    expect_end(0);
    hang_up(1);
    close(fixture.callers[0]);
    fixture.callers[0] = -1;
    bool goes_on = true;
    for (size_t i = 0; i < ROUNDS_MAX && goes_on; i++) {
        goes_on = turn();
    }
    assert_false(goes_on);
}

static void a_request_that_has_come_before_the_stop_is_answered(void **state)
{
    (void)state;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&fixture.address.storage, fixture.address.size), 0);
    fixture.callers[0] = fd; /* not even accepted yet */
    say(0, GET("/now"));
    kq_loop_stop(&fixture.loop);
    bool goes_on = true;
    kq_buffer_clear(&fixture.got);
    for (size_t i = 0; i < ROUNDS_MAX && goes_on; i++) {
        (void)turn();
        goes_on = hear(0);
    }
    assert_false(goes_on);
    assert_true(kq_slice_starts_with(kq_buffer_slice(&fixture.got), KQ_SLICE(OK_HEAD(0))));
}

static void a_store_that_hangs_does_not_hold_up_the_stop_for_ever(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/later"));
    turn_often();
    kq_loop_stop(&fixture.loop);
    assert_true(turn());
    now_us += KQ_STOP_TIMEOUT_MS * US_PER_MS;
    assert_false(turn());
    assert_false(kq_loop_close(&fixture.loop));
    kq_loop_complete(fixture.waiting); /* Late, and harmless. */
    close(fixture.loop.wake_fd);
    close(fixture.waiting->fd);
    kq_http_connection_free(fixture.waiting);
    free_rest();
}

/* The n-th allocation fails, for every n: the caller gets an answer or an end, and the next one is served. */
static void running_out_of_memory_fails_one_request(void **state)
{
    (void)state;
    bool has_failed = true;
    for (unsigned long n = 1; has_failed; n++) {
        assert_true(n < 100);
        kq_memory_fail_at(n);
        call(0);
        say(0, "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        turn_often();
        has_failed = kq_memory_has_failed() != 0;
        kq_memory_fail_at(0);
        kq_buffer_clear(&fixture.got);
        bool is_open = hear(0);
        bool is_answered = fixture.got.size > 0;
        assert_true(is_answered || !is_open);
        assert_true(has_failed || is_answered);
        hang_up(0);
        assert_int_equal(fixture.count.open, 0);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_stays_open_for_the_next_request),
        TEST(an_idle_connection_keeps_no_memory),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(bytes_that_come_while_others_are_left_over_are_kept),
        TEST(bytes_that_come_while_a_call_waits_are_kept),
        TEST(completed_calls_are_each_answered),
        TEST(a_body_is_asked_for),
        TEST(a_refusal_closes_the_connection),
        TEST(what_comes_after_a_refusal_is_dropped_for_a_while),
        TEST(a_caller_who_hangs_up_is_forgotten),
        TEST(a_waiting_call_outlives_its_caller),
        TEST(a_half_closed_connection_is_answered),
        TEST(a_silent_caller_is_cut_off_silently),
        TEST(an_idle_connection_is_closed_silently),
        TEST(a_slow_head_times_out),
        TEST(a_slow_body_times_out_but_not_an_honest_one),
        TEST(a_waiting_call_has_no_time_limit),
        TEST(a_large_answer_goes_in_pieces),
        TEST(a_caller_who_does_not_read_is_cut_off),
        TEST(one_connection_too_many_is_closed_at_once),
        TEST(stopping_finishes_what_is_in_hand),
        TEST(a_request_that_has_come_before_the_stop_is_answered),
        cmocka_unit_test_setup(a_store_that_hangs_does_not_hold_up_the_stop_for_ever, set_up),
        TEST(running_out_of_memory_fails_one_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
