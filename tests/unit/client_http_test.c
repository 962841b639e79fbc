/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "client_support.h"

/* What a request's first line asks for, directly and through a proxy, and which connections are kept. */

#define LINE_SIZE 64

/* Keeps the beginning of the last request, and answers it. */
static void keep_line(void *data, const struct kq_private_key *key, const struct fake_request *request,
                      struct fake_reply *reply)
{
    memcpy(data, request->head.data, LINE_SIZE - 1);
    put_answer(&reply->bytes, key, FAKE_METHOD, KQ_SLICE("{\"code\":\"10000\",\"msg\":\"Success\"}"));
}

static void call(struct kq_client *client, const char *biz_content)
{
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = biz_content};
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_OK, &error);
}

/* Where the fake gateway is, without a path. */
static const char *origin_of(struct kq_arena *arena, const struct fake_gateway *gateway)
{
    struct kq_slice url = kq_slice_of(fake_gateway_url(gateway));
    url.size -= strlen("/gateway.do");
    return kq_arena_copy(arena, url).data;
}

/* What the gateway at that URL is asked for; NULL: the fake one's origin with `path`. */
static void assert_asked(const char *url, const char *path, bool by_proxy, const char *expected)
{
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    const char *origin = origin_of(&arena, gateway);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = url == NULL ? kq_arena_print(&arena, "%s%s", origin, path).data : url;
    options.proxy = by_proxy ? origin : NULL;
    CLIENT client = open_client(&options);
    call(client, "{}");
    line[strlen(expected)] = '\0';
    assert_string_equal(line, expected);
}

static void test_a_gateway_is_asked_for_path_and_query(void **state)
{
    (void)state;
    assert_asked(NULL, "/gateway.do", false, "POST /gateway.do?app_id=2014072300007148&method=");
    assert_asked(NULL, "/some/where", false, "POST /some/where?app_id=2014072300007148&method=");
}

static void test_a_path_is_made_straight(void **state)
{
    (void)state;
    assert_asked(NULL, "/old/../gateway.do", false, "POST /gateway.do?app_id=2014072300007148&method=");
    assert_asked(NULL, "", false, "POST /?app_id=2014072300007148&method=");
}

#define ELSEWHERE "http://gateway.invalid/gateway.do"

static void test_a_proxy_is_asked_for_the_whole_url(void **state)
{
    (void)state;
    assert_asked(ELSEWHERE, NULL, true, "POST " ELSEWHERE "?app_id=2014072300007148");
}

static void test_a_proxy_of_the_environment_too(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = ELSEWHERE;
    CLIENT client = open_client(&options);
    assert_int_equal(setenv("http_proxy", origin_of(&arena, gateway), 1), 0);
    call(client, "{}");
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_memory_equal(line, "POST " ELSEWHERE "?app_id=", strlen("POST " ELSEWHERE "?app_id="));
}

static void test_a_call_without_content_keeps_its_connection(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    call(client, NULL);
    call(client, NULL);
    call(client, "{}");
    assert_int_equal(fake_gateway_requests(gateway), 3);
    assert_int_equal(fake_gateway_connections(gateway), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gateway_is_asked_for_path_and_query),
        cmocka_unit_test(test_a_path_is_made_straight),
        cmocka_unit_test(test_a_proxy_is_asked_for_the_whole_url),
        cmocka_unit_test(test_a_proxy_of_the_environment_too),
        cmocka_unit_test(test_a_call_without_content_keeps_its_connection),
    };
    return cmocka_run_group_tests_name("client_http", tests, NULL, NULL);
}
