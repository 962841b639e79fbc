/* SPDX-License-Identifier: Apache-2.0 */
#include "connection_support.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

/* What connections hold, each and all together. */

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
    assert_int_equal(fixture.count.buffered_bytes, 0);
    for (size_t i = 0; i < KQ_LOOP_SCRATCH_BYTES; i++) { /* It may have been a token. */
        assert_int_equal(fixture.loop.scratch[i], 0);
    }
}

/* Between two requests memory is nobody's: the next caller's connection gets it. */

static void assert_zero(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        assert_int_equal(bytes[i], 0);
    }
}

static void spare_memory_holds_nothing_of_what_came(void **state)
{
    (void)state;
    call(0);
    for (size_t round = 0; round < 3; round++) {
        say(0, "POST /now?app_auth_token=secret HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer secret\r\n"
               "Content-Length: 22\r\n\r\napp_auth_token=secret+");
        expect(0, OK_HEAD(22) "\r\napp_auth_token=secret+");
        assert_int_equal(fixture.loop.spare_count, 1);
        struct kq_http_memory *spare = &fixture.loop.spares[0];
        assert_int_equal(spare->input.size + spare->body.size + spare->output.size, 0);
        assert_true(spare->input.capacity >= 22 && spare->body.capacity >= 22);
        assert_zero(spare->input.data, spare->input.capacity);
        assert_zero(spare->body.data, spare->body.capacity);
        assert_zero(spare->output.data, spare->output.capacity);
        assert_int_equal(spare->arena.used_bytes, 0);
        const char *piece = kq_arena_allocate(&spare->arena, KQ_ARENA_CHUNK_BYTES / 2);
        assert_non_null(piece);
        assert_zero(piece, KQ_ARENA_CHUNK_BYTES / 2);
        kq_arena_reset(&spare->arena);
    }
}

static void spare_memory_goes_from_connection_to_connection(void **state)
{
    (void)state;
    call(0);
    say(0, GET("/now"));
    expect(0, OK_HEAD(0) "\r\n");
    const char *input = fixture.loop.spares[0].input.data;
    const struct kq_arena_chunk *chunk = fixture.loop.spares[0].arena.newest;
    call(1);
    say(1, GET("/later"));
    turn_often();
    assert_int_equal(fixture.loop.spare_count, 0);
    assert_ptr_equal(fixture.waiting->input.data, input);
    assert_ptr_equal(fixture.waiting->call.arena.newest, chunk);
    kq_loop_complete(fixture.waiting);
    expect(1, OK_HEAD(5) "\r\nlater");
    hang_up(0);
    assert_int_equal(fixture.loop.spare_count, 1); /* A connection that holds nothing gives nothing back. */
}

static void memory_of_a_long_request_is_not_kept(void **state)
{
    (void)state;
    static char body[20001];
    memset(body, 'x', sizeof(body) - 1);
    call(0);
    say(0, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 20000\r\n\r\n");
    say(0, body);
    turn_often();
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater");
    assert_int_equal(fixture.loop.spare_count, 0);
    assert_int_equal(fixture.count.buffered_bytes, 0);
}

#define MANY (KQ_LOOP_SPARES_MAX + 20)

/* A flood that is over does not leave its memory behind. */
static void the_number_of_spares_is_bounded(void **state)
{
    (void)state;
    static int sockets[MANY];
    fixture.count.maximum = MANY;
    for (size_t i = 0; i < MANY; i++) {
        call(0);
        say(0, GET("/later"));
        sockets[i] = fixture.callers[0];
        fixture.callers[0] = -1;
    }
    for (size_t i = 0; i < ROUNDS_MAX && fixture.waiting_count < MANY; i++) {
        assert_true(turn());
    }
    assert_int_equal(fixture.waiting_count, MANY);
    assert_int_equal(fixture.loop.spare_count, 0);
    for (struct kq_http_connection *connection = fixture.loop.connections; connection != NULL;
         connection = connection->next) {
        kq_loop_complete(connection);
    }
    for (size_t i = 0; i < ROUNDS_MAX && fixture.waiting_count > 0; i++) {
        assert_true(turn());
    }
    turn_often();
    assert_int_equal(fixture.loop.spare_count, KQ_LOOP_SPARES_MAX);
    assert_int_equal(fixture.count.buffered_bytes, 0);
    for (size_t i = 0; i < MANY; i++) {
        close(sockets[i]);
    }
    turn_often();
}

/* One after the other and several at once, on two connections. */
static void exchange_often(size_t times)
{
    for (size_t i = 0; i < times; i++) {
        say(0, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
        expect(0, OK_HEAD(5) "\r\nhello");
        say(1, "POST /now HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n");
        expect(1, OK_HEAD(1) "\r\nx");
        say(0, GET("/work"));
        say(1, GET("/work") GET("/now"));
        expect(0, OK_HEAD(6) "\r\nworked");
        expect(1, OK_HEAD(6) "\r\nworked" OK_HEAD(0) "\r\n");
        say(0, GET("/later"));
        turn_often();
        kq_loop_complete(fixture.waiting);
        expect(0, OK_HEAD(5) "\r\nlater");
    }
}

static void steady_requests_allocate_nothing(void **state)
{
    (void)state;
    assert_non_null(kq_buffer_reserve(&fixture.got, (size_t)1 << 20)); /* the tests' own */
    call(0);
    call(1);
    exchange_often(3);
    kq_memory_fail_at(1);
    exchange_often(20);
    int has_failed = kq_memory_has_failed();
    kq_memory_fail_at(0);
    assert_int_equal(has_failed, 0);
}

#define PIPELINED_COUNT ((size_t)4096)
#define PIPELINED_BYTES ((size_t)1024)

/* Megabytes of them: whoever sends faster than he is answered waits in his own machine. */
static void pipelined_requests_are_not_read_ahead(void **state)
{
    (void)state;
    static const char line[] = "GET /now HTTP/1.1\r\nHost: a\r\nPadding: ";
    size_t requests_bytes = PIPELINED_COUNT * PIPELINED_BYTES;
    char *requests = kq_memory_allocate(requests_bytes);
    assert_non_null(requests);
    memset(requests, 'x', requests_bytes);
    for (size_t i = 0; i < PIPELINED_COUNT; i++) {
        char *request = requests + i * PIPELINED_BYTES;
        memcpy(request, line, sizeof(line) - 1);
        memcpy(request + PIPELINED_BYTES - 4, "\r\n\r\n", 4);
    }
    size_t sent_bytes = 0;
    size_t expected_bytes = PIPELINED_COUNT * (sizeof(OK_HEAD(0) "\r\n") - 1);
    call(0);
    const struct kq_http_connection *connection = fixture.loop.connections;
    for (size_t i = 0; i < ROUNDS_MAX && fixture.got.size < expected_bytes; i++) {
        ssize_t sent = send(fixture.callers[0], requests + sent_bytes, requests_bytes - sent_bytes,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        sent_bytes += sent < 0 ? 0 : (size_t)sent;
        assert_true(turn());
        assert_in_range(connection->input.capacity, 0, 2 * KQ_INPUT_MAX_BYTES);
        assert_true(hear(0));
    }
    assert_int_equal(fixture.got.size, expected_bytes);
    kq_memory_free(requests);
}

/* Sends part of a body, which the service is to have taken when this returns. */
static void say_body(size_t caller, size_t size)
{
    char piece[1000];
    memset(piece, 'x', sizeof(piece));
    for (size_t left = size; left > 0;) {
        size_t now = left < sizeof(piece) ? left : sizeof(piece);
        assert_int_equal(send(fixture.callers[caller], piece, now, MSG_NOSIGNAL), (ssize_t)now);
        left -= now;
        assert_true(turn());
    }
    turn_often();
}

static void an_answer_that_is_not_read_holds_nothing_else(void **state)
{
    (void)state;
    fixture.big = kq_memory_allocate(BIG_BYTES);
    assert_non_null(fixture.big);
    call(0);
    say(0, "POST /big HTTP/1.1\r\nHost: a\r\nContent-Length: 50000\r\n\r\n");
    say_body(0, 49999);
    struct kq_http_connection *connection = fixture.loop.connections;
    assert_true(connection->body.capacity > 49999);
    assert_non_null(
        kq_buffer_reserve(&connection->input, KQ_INPUT_MAX_BYTES)); /* as if much had come at once */
    say(0, "xGET");
    turn_often();
    assert_int_equal(connection->state, KQ_CONNECTION_WRITING);
    assert_null(connection->body.data);
    assert_null(connection->call.arena.newest);
    assert_true(connection->input.size <= 3);
    assert_true(connection->input.capacity < 4096);
    assert_int_equal(fixture.count.buffered_bytes, connection->output.capacity + connection->input.capacity);
}

#define FULL REFUSAL("503 Service Unavailable", 68) FULL_SENTENCE
#define FULL_SENTENCE "The gateway holds too many requests and answers that are under way.\n"

static void bodies_together_have_a_limit(void **state)
{
    (void)state;
    fixture.count.buffered_max_bytes = 300000;
    call(0);
    call(1);
    say(0, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n");
    say_body(0, 99999);
    assert_in_range(fixture.count.buffered_bytes, 99999, 300000);
    say(1, "POST /now HTTP/1.1\r\nHost: a\r\nContent-Length: 300000\r\n\r\n");
    say_body(1, 299999);
    expect(1, FULL);
    expect_end(1);
    assert_int_equal(fixture.refused_count, 1);
    assert_in_range(fixture.count.buffered_bytes, 99999, 300000);
    say(0, "x");
    turn_often();
    kq_loop_complete(fixture.waiting);
    expect(0, OK_HEAD(5) "\r\nlater");
    assert_int_equal(fixture.count.buffered_bytes, 0);
}

static size_t held_by(const struct kq_http_connection *connection)
{
    const struct kq_call *call = &connection->call;
    return connection->input.capacity + connection->body.capacity + connection->output.capacity +
           call->response.capacity + call->answer.capacity + call->arena.used_bytes;
}

/* A call that waits for its signature may have a long response already. One that is in the store has what the
 * store's thread makes for it. */
static void what_a_waiting_call_holds_is_counted(void **state)
{
    (void)state;
    call(0);
    say(0, "POST /later HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    turn_often();
    struct kq_http_connection *connection = fixture.waiting;
    assert_true(connection->call.arena.used_bytes > 0);
    assert_int_equal(fixture.count.buffered_bytes, held_by(connection));
    size_t before = fixture.count.buffered_bytes;
    connection->call.is_in_store = true;
    assert_non_null(kq_arena_allocate(&connection->call.arena, 100000));
    kq_loop_record(connection, KQ_READY_INPUT);
    assert_true(turn());
    assert_true(fixture.count.buffered_bytes < before);
    fixture.goes_on_waiting = true;
    kq_loop_complete(connection);
    turn_often();
    assert_int_equal(connection->state, KQ_CONNECTION_WAITING);
    assert_int_equal(fixture.count.buffered_bytes, held_by(connection));
    assert_true(fixture.count.buffered_bytes >= before + 100000);
    kq_loop_complete(connection);
    expect(0, OK_HEAD(5) "\r\nlater");
}

static void answers_that_are_not_read_have_a_limit(void **state)
{
    (void)state;
    fixture.big = kq_memory_allocate(BIG_BYTES);
    assert_non_null(fixture.big);
    fixture.count.buffered_max_bytes = BIG_BYTES;
    call(0);
    call(1);
    say(0, GET("/big"));
    turn_often();
    let_pass(0);
    expect_silence(1); /* Who has not begun a request has nothing to be refused. */
    say(1, GET("/now"));
    expect(1, FULL);
    expect_end(1);
    hang_up(1);
    hang_up(0);
    assert_int_equal(fixture.count.buffered_bytes, 0);
    call(2);
    say(2, GET("/now"));
    expect(2, OK_HEAD(0) "\r\n");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_idle_connection_keeps_no_memory),
        TEST(spare_memory_holds_nothing_of_what_came),
        TEST(spare_memory_goes_from_connection_to_connection),
        TEST(memory_of_a_long_request_is_not_kept),
        TEST(the_number_of_spares_is_bounded),
        TEST(steady_requests_allocate_nothing),
        TEST(pipelined_requests_are_not_read_ahead),
        TEST(an_answer_that_is_not_read_holds_nothing_else),
        TEST(bodies_together_have_a_limit),
        TEST(what_a_waiting_call_holds_is_counted),
        TEST(answers_that_are_not_read_have_a_limit),
        TEST(running_out_of_memory_fails_one_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
