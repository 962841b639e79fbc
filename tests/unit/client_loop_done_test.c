/* SPDX-License-Identifier: Apache-2.0 */
#include <sched.h>
#include <string.h>

#include "client/client_time.h"
#include "client_loop_support.h"

/* What `done` may do: submit calls, cancel them, close its loop. */

/* Each cancels all that are left, itself included. */
struct cancelling {
    struct kq_client_loop *loop;
    size_t times;
    size_t depth;
    size_t deepest;
    size_t counted; /* by those within `done` */
};

static void cancel_within(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                          const struct kq_client_error *error)
{
    struct cancelling *cancelling = data;
    (void)status;
    (void)error;
    kq_client_answer_free(answer);
    cancelling->times++;
    cancelling->depth++;
    cancelling->deepest = cancelling->depth > cancelling->deepest ? cancelling->depth : cancelling->deepest;
    cancelling->counted += kq_client_loop_cancel(cancelling->loop, cancelling);
    cancelling->depth--;
}

#define CANCELLED_CALLS 100

static void test_cancelling_from_within_a_cancelled_call(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"www"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    struct kq_client_error error;
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    struct cancelling cancelling = {.loop = loop};
    for (int i = 0; i < CANCELLED_CALLS; i++) {
        assert_status(kq_client_loop_submit(loop, &request, cancel_within, &cancelling, &error), KQ_CLIENT_OK,
                      &error);
    }
    assert_int_equal(kq_client_loop_cancel(loop, &cancelling), CANCELLED_CALLS);
    assert_int_equal(cancelling.times, CANCELLED_CALLS);
    assert_int_equal(cancelling.counted, 0);
    assert_int_equal(cancelling.deepest, 1);
}

/* Calls again from within `done`, until it was called three times. */
struct chain {
    struct kq_client_loop *loop;
    int times;
};

static void call_again(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                       const struct kq_client_error *error)
{
    struct chain *chain = data;
    struct kq_client_error submitting;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(status, KQ_CLIENT_OK, error);
    kq_client_answer_free(answer);
    if (++chain->times < 3) {
        assert_status(kq_client_loop_submit(chain->loop, &request, call_again, chain, &submitting),
                      KQ_CLIENT_OK, &submitting);
    }
}

static void test_calling_from_within_done(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    struct chain chain = {.loop = loop};
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(kq_client_loop_submit(loop, &request, call_again, &chain, &error), KQ_CLIENT_OK, &error);
    wait_for_all(loop);
    assert_int_equal(chain.times, 3);
    assert_int_equal(fake_gateway_connections(gateway), 1);
}

/* Closes its loop from within `done`; what else was under way is ended before the loop's function returns. */
struct closing {
    struct kq_client_loop *loop;
    int times;
    int closed; /* of those: ended because of it */
    bool cancels;
};

#define CLOSED_CALLS 3

static void close_within(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                         const struct kq_client_error *error)
{
    struct closing *closing = data;
    struct kq_client_error refusal;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    kq_client_answer_free(answer);
    closing->times++;
    closing->closed += status == KQ_CLIENT_TRANSPORT && strcmp(error->message, "the loop was closed") == 0;
    kq_client_loop_close(closing->loop);
    assert_status(kq_client_loop_submit(closing->loop, &request, close_within, closing, &refusal),
                  KQ_CLIENT_USAGE, &refusal);
    assert_string_equal(refusal.message, "the loop is being closed");
    if (closing->cancels) {
        kq_client_loop_cancel(closing->loop, closing);
    }
}

static void submit_closing(struct closing *closing)
{
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    for (int i = 0; i < CLOSED_CALLS; i++) {
        assert_status(kq_client_loop_submit(closing->loop, &request, close_within, closing, &error),
                      KQ_CLIENT_OK, &error);
    }
}

static void test_closing_from_within_done(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"aww"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct closing closing = {.loop = open_loop(client, NULL)};
    submit_closing(&closing);
    assert_int_equal(kq_client_loop_wait(closing.loop, 10000), 0);
    assert_int_equal(closing.times, CLOSED_CALLS);
    assert_int_equal(closing.closed, CLOSED_CALLS - 1);
}

static void close_within_a_callback_loop(char *plan, long timeout_ms, bool cancels)
{
    ARENA arena = {0};
    struct poll_loop events = {.timeout_ms = -1};
    GATEWAY gateway = fake_gateway_start(plan_script, plan);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.timeout_ms = timeout_ms;
    CLIENT client = open_client(&options);
    const struct kq_client_loop_callbacks callbacks = {watch_with_poll, keep_timeout, &events};
    struct closing closing = {.loop = open_loop(client, &callbacks), .cancels = cancels};
    submit_closing(&closing);
    while (closing.times == 0) {
        turn_with_poll(&events, closing.loop);
    }
    assert_int_equal(closing.times, CLOSED_CALLS);
    assert_int_equal(events.count, 0);
    assert_int_equal(events.timeout_ms, -1);
}

static void test_closing_from_within_a_callback_loop(void **state)
{
    (void)state;
    close_within_a_callback_loop((char[]){"aww"}, 0, true);
}

/* The timer that has ended is told to end, too: it may be one that goes on. */
static void test_closing_when_the_time_is_over(void **state)
{
    (void)state;
    close_within_a_callback_loop((char[]){"www"}, 50, false);
}

static void test_closing_from_within_a_cancelled_call(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"www"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct closing closing = {.loop = open_loop(client, NULL)};
    submit_closing(&closing);
    assert_int_equal(kq_client_loop_cancel(closing.loop, &closing), CLOSED_CALLS);
    assert_int_equal(closing.times, CLOSED_CALLS);
    assert_int_equal(closing.closed, 0);
}

static void test_closing_twice(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"www"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct closing closing = {.loop = open_loop(client, NULL)};
    submit_closing(&closing);
    kq_client_loop_close(closing.loop);
    assert_int_equal(closing.times, CLOSED_CALLS);
    assert_int_equal(closing.closed, CLOSED_CALLS);
}

/* Each call's `done` submits one more; those that were submitted before the one that is called now have been
 * sent, although this one takes its time and the others have answers to be told. */
#define RELAYED_CALLS 6

struct relay {
    struct kq_client_loop *loop;
    struct fake_gateway *gateway;
    struct outcome outcomes[RELAYED_CALLS];
    size_t times;
};

static void wait_for_requests(struct fake_gateway *gateway, size_t count)
{
    while (fake_gateway_requests(gateway) < count) {
        sched_yield();
    }
}

/* Longer than the loop holds a call back. */
#define SLOW_MS 10

static void be_slow(void)
{
    int64_t end_ms = kq_client_monotonic_ms() + SLOW_MS;
    while (kq_client_monotonic_ms() < end_ms) {
        sched_yield();
    }
}

static void relay(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                  const struct kq_client_error *error)
{
    struct relay *relay = data;
    assert_status(status, KQ_CLIENT_OK, error);
    kq_client_answer_free(answer);
    wait_for_requests(relay->gateway, RELAYED_CALLS + relay->times);
    submit_noted(relay->loop, "{}", &relay->outcomes[relay->times++]);
    be_slow();
}

static void test_calls_from_within_done_are_not_held_back_for_long(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    struct kq_client_error error;
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    struct relay relaying = {.loop = loop, .gateway = gateway};
    for (int i = 0; i < RELAYED_CALLS; i++) {
        assert_status(kq_client_loop_submit(loop, &request, relay, &relaying, &error), KQ_CLIENT_OK, &error);
    }
    wait_for_all(loop);
    assert_int_equal(relaying.times, RELAYED_CALLS);
    for (int i = 0; i < RELAYED_CALLS; i++) {
        assert_int_equal(relaying.outcomes[i].status, KQ_CLIENT_OK);
    }
    assert_int_equal(fake_gateway_requests(gateway), 2 * RELAYED_CALLS);
}

/* Submits one more. */
static void submit_within(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                          const struct kq_client_error *error)
{
    struct relay *relay = data;
    (void)error;
    assert_int_equal(status, KQ_CLIENT_TRANSPORT);
    kq_client_answer_free(answer);
    submit_noted(relay->loop, "{}", &relay->outcomes[relay->times++]);
}

static void test_a_call_from_within_a_cancelled_one_is_sent(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct outcome answered[6] = {0};
    struct outcome waiting[4] = {0};
    GATEWAY gateway = fake_gateway_start(plan_script, (char[]){"aaaaaawwwww"});
    const struct kq_client_options options = fake_options(&arena, gateway);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    struct kq_client_error error;
    CLIENT client = open_client(&options);
    LOOP loop = open_loop(client, NULL);
    struct relay relaying = {.loop = loop, .gateway = gateway};
    for (size_t i = 0; i < KQ_COUNT(answered); i++) {
        submit_noted(loop, "{}", &answered[i]);
    }
    wait_for_all(loop);
    /* Five of the six connections. */
    for (size_t i = 0; i < KQ_COUNT(waiting); i++) {
        submit_noted(loop, "{}", &waiting[i]);
    }
    assert_status(kq_client_loop_submit(loop, &request, submit_within, &relaying, &error), KQ_CLIENT_OK,
                  &error);
    wait_for_requests(gateway, 11);
    assert_int_equal(kq_client_loop_cancel(loop, &relaying), 1);
    /* The sixth is there, so nothing more is asked of this thread. */
    wait_for_requests(gateway, 12);
    assert_int_equal(fake_gateway_connections(gateway), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cancelling_from_within_a_cancelled_call),
        cmocka_unit_test(test_calling_from_within_done),
        cmocka_unit_test(test_closing_from_within_done),
        cmocka_unit_test(test_closing_from_within_a_callback_loop),
        cmocka_unit_test(test_closing_when_the_time_is_over),
        cmocka_unit_test(test_closing_from_within_a_cancelled_call),
        cmocka_unit_test(test_closing_twice),
        cmocka_unit_test(test_calls_from_within_done_are_not_held_back_for_long),
        cmocka_unit_test(test_a_call_from_within_a_cancelled_one_is_sent),
    };
    return cmocka_run_group_tests_name("client_loop_done", tests, NULL, NULL);
}
