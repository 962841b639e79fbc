/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "client_support.h"

/* A name server that does not answer holds nobody longer than he has said: libcurl looks names up with
 * getaddrinfo, and finds the one that stands here. */

#define SLOW_HOST "slow.invalid"

/* So long does a look-up of SLOW_HOST take where no test ends it before. */
#define LOOK_UP_MAX_S 20

#define TIMEOUT_MS 500

struct name_server {
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    size_t begun;
    size_t ended;
    bool answers;
};

static struct name_server name_server = {.lock = PTHREAD_MUTEX_INITIALIZER,
                                         .changed = PTHREAD_COND_INITIALIZER};

static void look_up_slowly(void)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOOK_UP_MAX_S;
    pthread_mutex_lock(&name_server.lock);
    name_server.begun++;
    pthread_cond_broadcast(&name_server.changed);
    while (!name_server.answers &&
           pthread_cond_timedwait(&name_server.changed, &name_server.lock, &until) == 0) {
    }
    name_server.ended++;
    pthread_cond_broadcast(&name_server.changed);
    pthread_mutex_unlock(&name_server.lock);
}

typedef int look_up_function(const char *name, const char *service, const struct addrinfo *hints,
                             struct addrinfo **found);

int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    if (name != NULL && strcmp(name, SLOW_HOST) == 0) {
        look_up_slowly();
        return EAI_AGAIN;
    }
    look_up_function *real = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    return real(name, service, hints, found);
}

static void reset_name_server(void)
{
    pthread_mutex_lock(&name_server.lock);
    name_server.begun = 0;
    name_server.ended = 0;
    name_server.answers = false;
    pthread_mutex_unlock(&name_server.lock);
}

static void wait_for_begun(void)
{
    pthread_mutex_lock(&name_server.lock);
    while (name_server.begun == 0) {
        pthread_cond_wait(&name_server.changed, &name_server.lock);
    }
    pthread_mutex_unlock(&name_server.lock);
}

/* The look-up, of which the call may have seen nothing but that it began, is still under way. */
static void assert_nobody_waited(void)
{
    wait_for_begun();
    pthread_mutex_lock(&name_server.lock);
    size_t begun = name_server.begun;
    size_t ended = name_server.ended;
    name_server.answers = true;
    pthread_cond_broadcast(&name_server.changed);
    while (name_server.ended < name_server.begun) {
        pthread_cond_wait(&name_server.changed, &name_server.lock);
    }
    pthread_mutex_unlock(&name_server.lock);
    assert_int_equal(begun, 1);
    assert_int_equal(ended, 0);
}

static struct kq_client *open_slow(long timeout_ms)
{
    ARENA arena = {0};
    return open_client(&(struct kq_client_options){
        .gateway_url = "http://" SLOW_HOST "/gateway.do",
        .app_id = "2014072300007148",
        .private_key = golden(&arena, "keys/app_2048.pem").data,
        .gateway_public_key = golden(&arena, "keys/public.pem").data,
        .timeout_ms = timeout_ms,
        .proxy = "",
    });
}

static const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};

static void test_a_call_ends_in_its_time(void **state)
{
    (void)state;
    ANSWER answer = NULL;
    struct kq_client_error error;
    reset_name_server();
    CLIENT client = open_slow(TIMEOUT_MS);
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_nobody_waited();
}

static void note(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                 const struct kq_client_error *error)
{
    (void)error;
    assert_null(answer);
    *(enum kq_client_status *)data = status;
}

/* Makes a call on a loop, and lets `end` end it. */
static void call_on_a_loop(long timeout_ms, void (*end)(struct kq_client_loop *loop, void *data))
{
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    enum kq_client_status status = KQ_CLIENT_OK;
    reset_name_server();
    CLIENT client = open_slow(timeout_ms);
    assert_status(kq_client_loop_open(client, NULL, &loop, &error), KQ_CLIENT_OK, &error);
    assert_status(kq_client_loop_submit(loop, &request, note, &status, &error), KQ_CLIENT_OK, &error);
    end(loop, &status);
    assert_nobody_waited();
    kq_client_loop_close(loop);
    assert_int_not_equal(status, KQ_CLIENT_OK);
}

static void wait_for_all(struct kq_client_loop *loop, void *data)
{
    (void)data;
    while (kq_client_loop_wait(loop, 10000) > 0) {
    }
}

static void cancel(struct kq_client_loop *loop, void *data)
{
    wait_for_begun();
    assert_int_equal(kq_client_loop_cancel(loop, data), 1);
}

static void test_one_on_a_loop_too(void **state)
{
    (void)state;
    call_on_a_loop(TIMEOUT_MS, wait_for_all);
}

static void test_one_is_cancelled_at_once(void **state)
{
    (void)state;
    call_on_a_loop(LOOK_UP_MAX_S * 1000L, cancel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_ends_in_its_time),
        cmocka_unit_test(test_one_on_a_loop_too),
        cmocka_unit_test(test_one_is_cancelled_at_once),
    };
    return cmocka_run_group_tests_name("client_name", tests, NULL, NULL);
}
