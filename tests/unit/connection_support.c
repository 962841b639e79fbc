/* SPDX-License-Identifier: Apache-2.0 */
#include "connection_support.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"

struct fixture fixture;
int64_t now_us;

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

/* See connection_support.h. */
static struct kq_result route(void *context, const struct kq_http_head *head, struct kq_http_refusal *refusal)
{
    (void)context;
    static const char *const paths[] = {"/now", "/later", "/big", "/work"};
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
    (void)context;
    if (kq_slice_equal(connection->head.path, KQ_SLICE("/later"))) {
        fixture.waiting = connection;
        fixture.waiting_count++;
        kq_http_connection_wait(connection);
    } else if (kq_slice_equal(connection->head.path, KQ_SLICE("/big"))) {
        answer(connection, (struct kq_slice){.data = fixture.big, .size = BIG_BYTES});
    } else if (kq_slice_equal(connection->head.path, KQ_SLICE("/work"))) {
        assert_true(fixture.work_count < CALLERS_MAX);
        fixture.work[fixture.work_count++] = connection;
        kq_http_connection_wait(connection);
    } else {
        answer(connection, kq_buffer_slice(&connection->body));
    }
}

static bool has_work(void *context)
{
    (void)context;
    return fixture.work_count > 0;
}

static void work(void *context)
{
    (void)context;
    if (fixture.work_count == 0) {
        return;
    }
    struct kq_http_connection *connection = fixture.work[0];
    fixture.work_count--;
    memmove(&fixture.work[0], &fixture.work[1], fixture.work_count * sizeof(fixture.work[0]));
    answer(connection, KQ_SLICE("worked"));
    kq_loop_record(connection, KQ_READY_INPUT);
}

static void resume(void *context, struct kq_http_connection *connection)
{
    (void)context;
    connection->call.is_in_store = false;
    if (fixture.goes_on_waiting) {
        fixture.goes_on_waiting = false;
        return;
    }
    fixture.waiting_count--;
    answer(connection, KQ_SLICE("later"));
}

static void refused(void *context, struct kq_http_connection *connection, enum kq_http_status status,
                    size_t bytes_out)
{
    (void)context;
    (void)connection;
    (void)status;
    assert_true(bytes_out > 0);
    fixture.refused_count++;
}

static void trace(void *context, char text[KQ_TRACE_ID_TEXT_SIZE])
{
    (void)context;
    snprintf(text, KQ_TRACE_ID_TEXT_SIZE, "trace-%u", ++fixture.trace_count);
}

static const struct kq_service test_service = {
    .route = route,
    .serve = serve,
    .resume = resume,
    .work = work,
    .has_work = has_work,
    .trace = trace,
    .refused = refused,
};

int set_up(void **state)
{
    (void)state;
    fixture = (struct fixture){
        .count = {.maximum = 2, .buffered_max_bytes = BUFFERED_MAX_BYTES},
        .callers = {-1, -1, -1, -1},
    };
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

void free_rest(void)
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

int tear_down(void **state)
{
    (void)state;
    assert_true(kq_loop_close(&fixture.loop));
    assert_int_equal(fixture.count.open, 0);
    assert_int_equal(fixture.count.buffered_bytes, 0);
    free_rest();
    return 0;
}

bool turn(void)
{
    kq_loop_wake(&fixture.loop);
    return kq_loop_round(&fixture.loop);
}

void turn_often(void)
{
    for (size_t i = 0; i < 10; i++) {
        assert_true(turn());
    }
}

void call(size_t caller)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&fixture.address.storage, fixture.address.size), 0);
    fixture.callers[caller] = fd;
    turn_often();
}

void hang_up(size_t caller)
{
    close(fixture.callers[caller]);
    fixture.callers[caller] = -1;
    turn_often();
}

void say(size_t caller, const char *text)
{
    size_t size = strlen(text);
    assert_int_equal(send(fixture.callers[caller], text, size, MSG_NOSIGNAL), (ssize_t)size);
}

bool hear(size_t caller)
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

void expect(size_t caller, const char *expected)
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

void expect_end(size_t caller)
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

void expect_silence(size_t caller)
{
    kq_buffer_clear(&fixture.got);
    turn_often();
    assert_true(hear(caller));
    assert_int_equal(fixture.got.size, 0);
}

void let_pass(int64_t ms)
{
    now_us += ms * US_PER_MS;
    for (struct kq_http_connection *connection = fixture.loop.connections; connection != NULL;
         connection = connection->next) {
        kq_loop_record(connection, KQ_READY_TIMER);
    }
    (void)turn();
}
