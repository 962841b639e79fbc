/* SPDX-License-Identifier: Apache-2.0 */
#include "connection_support.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

/* Connections and their loop: requests, answers, times, ends. What they hold: connection_memory_test. */

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

/* Without news from anywhere: the loop does not sleep while the service has something to do. */
static void a_service_goes_on_working_though_nothing_comes(void **state)
{
    (void)state;
    call(0);
    call(1);
    say(0, GET("/work") GET("/now"));
    say(1, GET("/work"));
    for (size_t i = 0; i < ROUNDS_MAX && fixture.work_count < 2; i++) {
        assert_true(turn());
        assert_in_range(fixture.work_count, 0, 2);
    }
    while (fixture.work_count > 0) {
        assert_true(kq_loop_round(&fixture.loop)); /* Nobody wakes it. */
    }
    expect(0, OK_HEAD(6) "\r\nworked" OK_HEAD(0) "\r\n");
    expect(1, OK_HEAD(6) "\r\nworked");
}

/* An orderly stop waits for it. */
static void what_is_in_work_is_answered_before_the_loop_ends(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/work"));
    kq_loop_stop(&fixture.loop);
    for (size_t i = 0; i < ROUNDS_MAX && fixture.got.size == 0; i++) {
        (void)turn();
        assert_true(hear(0));
    }
    assert_string_equal(fixture.got.data, OK_HEAD(6) "Connection: close\r\n\r\nworked");
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
    expect(0, REFUSAL_OF("trace-2", "404 Not Found", 9));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_connection_stays_open_for_the_next_request),
        TEST(pipelined_requests_are_answered_in_order),
        TEST(a_service_goes_on_working_though_nothing_comes),
        TEST(what_is_in_work_is_answered_before_the_loop_ends),
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
