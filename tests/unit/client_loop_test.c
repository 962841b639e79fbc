/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "client_loop_support.h"

/* Calls that do not wait: on an event loop made of epoll and a timerfd, on one made of poll, and on none. */

/* An event loop as a program might have it. */
struct epoll_loop {
    int epoll;
    int timer;
};

static void watch_with_epoll(void *data, int fd, int what)
{
    struct epoll_loop *events = data;
    struct epoll_event event = {.data.fd = fd};
    event.events |= what & KQ_CLIENT_READABLE ? (uint32_t)EPOLLIN : 0;
    event.events |= what & KQ_CLIENT_WRITABLE ? (uint32_t)EPOLLOUT : 0;
    if (what == 0) {
        epoll_ctl(events->epoll, EPOLL_CTL_DEL, fd, NULL);
    } else if (epoll_ctl(events->epoll, EPOLL_CTL_MOD, fd, &event) != 0) {
        assert_int_equal(epoll_ctl(events->epoll, EPOLL_CTL_ADD, fd, &event), 0);
    }
}

static void set_timerfd(void *data, long timeout_ms)
{
    struct epoll_loop *events = data;
    struct itimerspec when = {0};
    if (timeout_ms >= 0) {
        when.it_value.tv_sec = timeout_ms / 1000;
        when.it_value.tv_nsec = timeout_ms % 1000 * 1000000 + 1;
    }
    assert_int_equal(timerfd_settime(events->timer, 0, &when, NULL), 0);
}

static void open_epoll(struct epoll_loop *events)
{
    struct epoll_event event = {.events = EPOLLIN};
    events->epoll = epoll_create1(EPOLL_CLOEXEC);
    events->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    event.data.fd = events->timer;
    assert_int_equal(epoll_ctl(events->epoll, EPOLL_CTL_ADD, events->timer, &event), 0);
}

static void close_epoll(struct epoll_loop *events)
{
    close(events->epoll);
    close(events->timer);
}

static void turn(struct epoll_loop *events, struct kq_client_loop *loop)
{
    struct epoll_event event;
    uint64_t expirations;
    int count = epoll_wait(events->epoll, &event, 1, 10000);
    assert_int_equal(count, 1);
    if (event.data.fd == events->timer) {
        assert_int_equal(read(events->timer, &expirations, sizeof(expirations)), sizeof(expirations));
        kq_client_loop_timeout(loop);
    } else {
        int what = (event.events & EPOLLIN ? KQ_CLIENT_READABLE : 0) |
                   (event.events & EPOLLOUT ? KQ_CLIENT_WRITABLE : 0) |
                   (event.events & (EPOLLERR | EPOLLHUP) ? KQ_CLIENT_BROKEN : 0);
        kq_client_loop_ready(loop, event.data.fd, what);
    }
}

#define CALLS 40

static void submit_many(struct kq_client_loop *loop, struct outcome outcomes[CALLS])
{
    for (int i = 0; i < CALLS; i++) {
        char biz[64];
        snprintf(biz, sizeof(biz), "{\"out_biz_no\":\"%d\"}", i);
        submit_noted(loop, biz, &outcomes[i]);
    }
    assert_int_equal(kq_client_loop_pending(loop), CALLS);
}

static void assert_each_has_its_own(const struct outcome outcomes[CALLS])
{
    for (int i = 0; i < CALLS; i++) {
        char expected[256];
        snprintf(expected, sizeof(expected),
                 "{\"code\":\"10000\",\"msg\":\"Success\",\"echo\":{\"out_biz_no\":\"%d\"}}", i);
        assert_int_equal(outcomes[i].times, 1);
        assert_string_equal(outcomes[i].message, "");
        assert_string_equal(outcomes[i].response, expected);
    }
}

static void test_with_epoll(void **state)
{
    (void)state;
    ARENA arena = {0};
    KQ_CLEANUP(close_epoll) struct epoll_loop events;
    struct outcome outcomes[CALLS] = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.connections_max = 5;
    CLIENT client = open_client(&options);
    open_epoll(&events);
    const struct kq_client_loop_callbacks callbacks = {watch_with_epoll, set_timerfd, &events};
    LOOP loop = open_loop(client, &callbacks);
    submit_many(loop, outcomes);
    while (kq_client_loop_pending(loop) > 0) {
        turn(&events, loop);
    }
    assert_each_has_its_own(outcomes);
    assert_in_range(fake_gateway_connections(gateway), 1, 5);
}

static void test_with_poll(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct poll_loop events = {.timeout_ms = -1};
    struct outcome outcomes[CALLS] = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    const struct kq_client_loop_callbacks callbacks = {watch_with_poll, keep_timeout, &events};
    LOOP loop = open_loop(client, &callbacks);
    submit_many(loop, outcomes);
    while (kq_client_loop_pending(loop) > 0) {
        turn_with_poll(&events, loop);
    }
    assert_each_has_its_own(outcomes);
}

static void test_without_a_loop_of_ones_own(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcomes[CALLS] = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    assert_int_equal(kq_client_loop_wait(loop, 10000), 0);
    submit_many(loop, outcomes);
    wait_for_all(loop);
    assert_each_has_its_own(outcomes);
}

static void test_an_unanswered_call_is_repeated(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcome = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"cca"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    KQ_CLEANUP(close_epoll) struct epoll_loop events;
    open_epoll(&events);
    const struct kq_client_loop_callbacks callbacks = {watch_with_epoll, set_timerfd, &events};
    LOOP loop = open_loop(client, &callbacks);
    submit_noted(loop, "{\"out_biz_no\":\"1\"}", &outcome);
    while (kq_client_loop_pending(loop) > 0) {
        turn(&events, loop);
    }
    assert_int_equal(outcome.status, KQ_CLIENT_OK);
    assert_int_equal(fake_gateway_requests(gateway), 3);
}

static void test_one_without_a_key_is_not(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcome = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"cca"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    submit_noted(loop, "{\"out_biz_no\":\"\"}", &outcome);
    wait_for_all(loop);
    assert_int_equal(outcome.status, KQ_CLIENT_TRANSPORT);
    assert_int_equal(fake_gateway_requests(gateway), 1);
}

static void test_a_call_has_an_end(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcome = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"www"});
    struct kq_client_options options = fake_options(&arena, gateway);
    options.timeout_ms = 150;
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    submit_noted(loop, "{}", &outcome);
    assert_int_equal(kq_client_loop_wait(loop, 0), 1);
    wait_for_all(loop);
    assert_int_equal(outcome.status, KQ_CLIENT_TRANSPORT);
    assert_int_equal(outcome.times, 1);
}

/* Its second try waits for the connection that a later call has taken, and is over first all the same. */
static void test_a_call_that_waits_for_a_connection_has_an_end(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome first = {0};
    struct outcome later = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"cww"});
    struct kq_client_options options = fake_options(&arena, gateway);
    options.timeout_ms = 400;
    options.connections_max = 1;
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    submit_noted(loop, "{\"out_biz_no\":\"1\"}", &first);
    assert_int_equal(kq_client_loop_wait(loop, 60), 1);
    submit_noted(loop, "{}", &later);
    while (kq_client_loop_wait(loop, 10000) == 2) {
    }
    assert_int_equal(first.times, 1);
    assert_int_equal(first.status, KQ_CLIENT_TRANSPORT);
    assert_string_equal(first.message, "nothing was answered within 400 ms");
    assert_int_equal(later.times, 0);
    wait_for_all(loop);
    assert_int_equal(later.status, KQ_CLIENT_TRANSPORT);
}

static void test_cancelling(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome kept = {0};
    struct outcome cancelled = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    submit_noted(loop, "{}", &cancelled);
    submit_noted(loop, "{}", &kept);
    assert_int_equal(kq_client_loop_cancel(loop, &cancelled), 1);
    assert_int_equal(kq_client_loop_cancel(loop, &cancelled), 0);
    assert_int_equal(cancelled.times, 1);
    assert_int_equal(cancelled.status, KQ_CLIENT_TRANSPORT);
    assert_string_equal(cancelled.message, "the call was cancelled");
    wait_for_all(loop);
    assert_int_equal(kept.status, KQ_CLIENT_OK);
    assert_int_equal(cancelled.times, 1);
}

static void test_closing_ends_what_is_under_way(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcomes[3] = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"cww"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    KQ_CLEANUP(close_epoll) struct epoll_loop events;
    open_epoll(&events);
    const struct kq_client_loop_callbacks callbacks = {watch_with_epoll, set_timerfd, &events};
    struct kq_client_loop *loop = open_loop(client, &callbacks);
    for (int i = 0; i < 3; i++) {
        submit_noted(loop, "{\"out_biz_no\":\"1\"}", &outcomes[i]);
    }
    /* Until they have been sent, so that one of them waits for its next try. */
    while (fake_gateway_requests(gateway) < 3) {
        turn(&events, loop);
    }
    kq_client_loop_close(loop);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(outcomes[i].times, 1);
        assert_int_equal(outcomes[i].status, KQ_CLIENT_TRANSPORT);
        assert_string_equal(outcomes[i].message, "the loop was closed");
    }
    kq_client_loop_close(NULL);
}

/* Answers, and closes the connection behind it. */
static void answer_and_close(void *data, const struct kq_private_key *key, const struct fake_request *request,
                             struct fake_reply *reply)
{
    echo_script(data, key, request, reply);
    reply->close = true;
}

static void test_a_connection_that_ends_between_two_calls(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcomes[3] = {0};
    GATEWAY gateway = fake_gateway_start(answer_and_close, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    for (int i = 0; i < 3; i++) {
        submit_noted(loop, "{\"out_biz_no\":\"1\"}", &outcomes[i]);
        wait_for_all(loop);
        assert_int_equal(outcomes[i].status, KQ_CLIENT_OK);
    }
}

static void test_a_call_is_sent_when_it_is_submitted(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcomes[2] = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    submit_noted(loop, "{}", &outcomes[0]);
    wait_for_all(loop);
    submit_noted(loop, "{}", &outcomes[1]);
    /* The connection is there, so nothing more is asked of this thread. */
    while (fake_gateway_requests(gateway) < 2) {
        sched_yield();
    }
    wait_for_all(loop);
    assert_int_equal(outcomes[1].status, KQ_CLIENT_OK);
    assert_int_equal(fake_gateway_connections(gateway), 1);
}

/* An event loop that looks whether what it is to forget is still open. */
struct careful_loop {
    struct poll_loop poll; /* first: its address is the whole's */
    int forgotten;
};

static void watch_carefully(void *data, int fd, int what)
{
    struct careful_loop *events = data;
    assert_return_code(fcntl(fd, F_GETFD), errno);
    events->forgotten += what == 0 ? 1 : 0;
    watch_with_poll(&events->poll, fd, what);
}

/* A listener that takes no connection: whoever connects waits. */
#define FULL_CLIENTS 8

static int open_full_listener(char url[64], int clients[FULL_CLIENTS])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(bind(listener, (struct sockaddr *)&address, size), errno);
    assert_return_code(listen(listener, 0), errno);
    assert_return_code(getsockname(listener, (struct sockaddr *)&address, &size), errno);
    for (int i = 0; i < FULL_CLIENTS; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        connect(clients[i], (const struct sockaddr *)&address, size);
    }
    snprintf(url, 64, "http://127.0.0.1:%d/gateway.do", ntohs(address.sin_port));
    return listener;
}

enum ending { ENDS_BY_TIME, ENDS_BY_CANCELLING, ENDS_BY_CLOSING, ENDINGS };

static void end_while_connecting(const struct kq_client_options *options, enum ending ending)
{
    struct outcome outcome = {0};
    struct careful_loop events = {.poll.timeout_ms = -1};
    CLIENT client = open_client(options);
    const struct kq_client_loop_callbacks callbacks = {watch_carefully, keep_timeout, &events};
    struct kq_client_loop *loop = open_loop(client, &callbacks);
    submit_noted(loop, "{}", &outcome);
    assert_int_equal(events.poll.count, 1);
    if (ending == ENDS_BY_CANCELLING) {
        assert_int_equal(kq_client_loop_cancel(loop, &outcome), 1);
    }
    while (ending == ENDS_BY_TIME && outcome.times == 0) {
        turn_with_poll(&events.poll, loop);
    }
    kq_client_loop_close(loop);
    assert_int_equal(outcome.status, KQ_CLIENT_TRANSPORT);
    assert_int_equal(events.forgotten, 1);
    assert_int_equal(events.poll.count, 0);
}

static int lowest_free(int any)
{
    int fd = dup(any);
    close(fd);
    return fd;
}

/* libcurl closes it before it says that it need not be watched; the number may be another thread's by then.
 */
static void test_a_descriptor_is_open_until_it_is_forgotten(void **state)
{
    (void)state;
    ARENA arena = {0};
    char url[64];
    int clients[FULL_CLIENTS];
    int listener = open_full_listener(url, clients);
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = url; /* in place of the other's */
    options.connect_timeout_ms = 50;
    options.retries_max = -1;
    end_while_connecting(&options, ENDS_BY_TIME);
    int before = lowest_free(listener);
    for (enum ending ending = ENDS_BY_TIME; ending < ENDINGS; ending++) {
        end_while_connecting(&options, ending);
    }
    assert_int_equal(lowest_free(listener), before); /* nothing was left open */
    for (int i = 0; i < FULL_CLIENTS; i++) {
        close(clients[i]);
    }
    close(listener);
}

/* Answered, kept, and used again: and then ended by the gateway. */
static void test_descriptors_of_connections_that_are_kept(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome outcomes[4] = {0};
    struct careful_loop events = {.poll.timeout_ms = -1};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"aaca"});
    struct kq_client_options options = fake_options(&arena, gateway);
    options.retries_max = -1;
    CLIENT client = open_client(&options);
    const struct kq_client_loop_callbacks callbacks = {watch_carefully, keep_timeout, &events};
    LOOP loop = open_loop(client, &callbacks);
    for (size_t i = 0; i < KQ_COUNT(outcomes); i++) {
        submit_noted(loop, "{}", &outcomes[i]);
        while (outcomes[i].times == 0) {
            turn_with_poll(&events.poll, loop);
        }
        assert_int_equal(outcomes[i].status, i == 2 ? KQ_CLIENT_TRANSPORT : KQ_CLIENT_OK);
    }
    assert_int_equal(events.poll.count, 0);
}

static void test_what_cannot_be_submitted(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    struct outcome outcome = {0};
    struct kq_client_error error;
    struct kq_client_request request = {.biz_content = "{}"};
    assert_status(kq_client_loop_submit(loop, &request, note_outcome, &outcome, &error), KQ_CLIENT_USAGE,
                  &error);
    request.method = FAKE_METHOD;
    assert_status(kq_client_loop_submit(loop, &request, NULL, &outcome, &error), KQ_CLIENT_USAGE, &error);
    assert_int_equal(kq_client_loop_pending(loop), 0);
    assert_int_equal(outcome.times, 0);
}

static struct kq_result submit_once(void *context, struct kq_error *error)
{
    struct outcome outcome = {0};
    struct kq_client_loop *loop = NULL;
    struct kq_client_error client_error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    enum kq_client_status status = kq_client_loop_open(context, NULL, &loop, &client_error);
    if (status == KQ_CLIENT_OK) {
        status = kq_client_loop_submit(loop, &request, note_outcome, &outcome, &client_error);
        bool begun = status == KQ_CLIENT_OK;
        if (begun) {
            wait_for_all(loop);
            status = outcome.status;
        }
        assert_int_equal(outcome.times, begun ? 1 : 0);
        kq_client_loop_close(loop);
    }
    KQ_ENSURE(status != KQ_CLIENT_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_INTERNAL, "%s", outcome.message);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    fail_each_allocation(submit_once, client);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_with_epoll),
        cmocka_unit_test(test_with_poll),
        cmocka_unit_test(test_without_a_loop_of_ones_own),
        cmocka_unit_test(test_an_unanswered_call_is_repeated),
        cmocka_unit_test(test_one_without_a_key_is_not),
        cmocka_unit_test(test_a_call_has_an_end),
        cmocka_unit_test(test_a_call_that_waits_for_a_connection_has_an_end),
        cmocka_unit_test(test_cancelling),
        cmocka_unit_test(test_closing_ends_what_is_under_way),
        cmocka_unit_test(test_a_connection_that_ends_between_two_calls),
        cmocka_unit_test(test_a_call_is_sent_when_it_is_submitted),
        cmocka_unit_test(test_a_descriptor_is_open_until_it_is_forgotten),
        cmocka_unit_test(test_descriptors_of_connections_that_are_kept),
        cmocka_unit_test(test_what_cannot_be_submitted),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_loop", tests, NULL, NULL);
}
