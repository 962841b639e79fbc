/* SPDX-License-Identifier: Apache-2.0 */
#include <limits.h>
#include <pthread.h>
#include <stdio.h>

#include "client_support.h"

/* One client, many threads. Whoever builds this with ThreadSanitizer has it prove that they do not race. */

#define THREADS 16
#define CALLS 10

struct caller {
    pthread_t thread;
    struct kq_client *client;
    int number;
    int wrong; /* calls that did not bring back what was sent */
};

static void *call_again_and_again(void *data)
{
    struct caller *caller = data;
    for (int i = 0; i < CALLS; i++) {
        ANSWER answer = NULL;
        struct kq_client_error error;
        char biz[64];
        char expected[128];
        snprintf(biz, sizeof(biz), "{\"out_biz_no\":\"%d-%d\"}", caller->number, i);
        snprintf(expected, sizeof(expected), "{\"code\":\"10000\",\"msg\":\"Success\",\"echo\":%s}", biz);
        const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = biz};
        if (kq_client_call(caller->client, &request, &answer, &error) != KQ_CLIENT_OK ||
            strcmp(answer->response, expected) != 0) {
            caller->wrong++;
        }
    }
    return NULL;
}

/* How many calls of all threads brought back something else than they sent. */
static int call_from_all_threads(struct kq_client *client)
{
    struct caller callers[THREADS];
    int wrong = 0;
    for (int i = 0; i < THREADS; i++) {
        callers[i] = (struct caller){.client = client, .number = i};
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_again_and_again, &callers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(callers[i].thread, NULL);
        wrong += callers[i].wrong;
    }
    return wrong;
}

static void test_each_thread_gets_its_own_answers(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    assert_int_equal(call_from_all_threads(client), 0);
    assert_int_equal(fake_gateway_requests(gateway), THREADS * CALLS);
    assert_in_range(fake_gateway_connections(gateway), 1, THREADS);
}

static void test_no_more_connections_than_allowed(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.connections_max = 3;
    CLIENT client = open_client(&options);
    assert_int_equal(call_from_all_threads(client), 0);
    assert_in_range(fake_gateway_connections(gateway), 1, 3);
}

static void test_one_thread_keeps_one_connection(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct caller caller = {.client = client};
    call_again_and_again(&caller);
    assert_int_equal(caller.wrong, 0);
    assert_int_equal(fake_gateway_connections(gateway), 1);
}

static void never_answer(void *data, const struct kq_private_key *key, const struct fake_request *request,
                         struct fake_reply *reply)
{
    (void)data;
    (void)key;
    (void)request;
    (void)reply;
}

/* Two calls that are never answered, for one connection: whoever has it runs out of time, and so does whoever
 * waits for it. */
static void *call_in_vain(void *data)
{
    struct caller *caller = data;
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD};
    caller->wrong =
        kq_client_call(caller->client, &request, &answer, &error) == KQ_CLIENT_TRANSPORT && answer == NULL
            ? 0
            : 1;
    return NULL;
}

static void test_waiting_for_a_connection_has_an_end(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(never_answer, NULL);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.connections_max = 1;
    options.timeout_ms = 200;
    CLIENT client = open_client(&options);
    struct caller callers[2] = {{.client = client, .wrong = 1}, {.client = client, .wrong = 1}};
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_in_vain, &callers[i]), 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].wrong, 0);
    }
}

/* A limit that is none: whoever waits for the connection gets it when it is free. */
static void test_the_longest_time_limit(void **state)
{
    (void)state;
    ARENA arena = {0};
    GATEWAY gateway = fake_gateway_start(echo_script, NULL);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.connections_max = 1;
    options.timeout_ms = LONG_MAX;
    options.connect_timeout_ms = LONG_MAX;
    CLIENT client = open_client(&options);
    struct caller callers[3] = {{.client = client}, {.client = client}, {.client = client}};
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pthread_create(&callers[i].thread, NULL, call_again_and_again, &callers[i]), 0);
    }
    for (int i = 0; i < 3; i++) {
        pthread_join(callers[i].thread, NULL);
        assert_int_equal(callers[i].wrong, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_thread_gets_its_own_answers),
        cmocka_unit_test(test_no_more_connections_than_allowed),
        cmocka_unit_test(test_one_thread_keeps_one_connection),
        cmocka_unit_test(test_waiting_for_a_connection_has_an_end),
        cmocka_unit_test(test_the_longest_time_limit),
    };
    return cmocka_run_group_tests_name("client_threads", tests, NULL, NULL);
}
