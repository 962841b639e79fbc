/* SPDX-License-Identifier: Apache-2.0 */
#include <dlfcn.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "client_support.h"

/* What a request's first line asks for, directly and through a proxy, which connections are kept, and what is
 * said of one that fails. */

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

static void test_a_path_is_encoded(void **state)
{
    (void)state;
    assert_asked(NULL, "/\x91/\x85", false, "POST /%91/%85?app_id=2014072300007148&");
}

/* libcurl takes a slash too many for a slip. */
static void test_a_third_slash_is_none_of_the_path(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url =
        kq_arena_print(&arena, "http:///%s", fake_gateway_url(gateway) + strlen("http://")).data;
    CLIENT client = open_client(&options);
    call(client, "{}");
    assert_memory_equal(line, "POST /gateway.do?app_id=", strlen("POST /gateway.do?app_id="));
}

/* Where libcurl last connected to by IPv6, which fails. */
static struct sockaddr_in6 connected;

int connect(int socket, __CONST_SOCKADDR_ARG address, socklen_t size)
{
    if (address.__sockaddr__->sa_family == AF_INET6) {
        memcpy(&connected, address.__sockaddr__, sizeof(connected));
        errno = ECONNREFUSED;
        return -1;
    }
    int (*real)(int, const struct sockaddr *, socklen_t) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "connect");
    return real(socket, address.__sockaddr__, size);
}

static void test_an_address_keeps_its_zone(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = "http://[fe80::1%25lo]:8099/gateway.do";
    options.proxy = "";
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_int_equal(ntohs(connected.sin6_port), 8099);
    assert_int_equal(connected.sin6_scope_id, if_nametoindex("lo"));
}

#define ELSEWHERE "http://gateway.invalid/gateway.do"

static void test_a_proxy_is_asked_for_the_whole_url(void **state)
{
    (void)state;
    assert_asked(ELSEWHERE, NULL, true, "POST " ELSEWHERE "?app_id=2014072300007148");
}

#define HEAD_SIZE 1024

/* A proxy's: it makes no tunnel. */
static void keep_head(void *data, const struct kq_private_key *key, const struct fake_request *request,
                      struct fake_reply *reply)
{
    (void)key;
    memcpy(data, request->head.data, request->head.size < HEAD_SIZE ? request->head.size : HEAD_SIZE - 1);
    put_http(&reply->bytes, 403, KQ_SLICE_EMPTY);
}

static void test_a_tunnels_proxy_is_told_whose_request_it_is(void **state)
{
    (void)state;
    static const char expected[] = "CONNECT gateway.invalid:443 HTTP/1.1\r\n";
    ARENA arena = {0};
    char head[HEAD_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_head, head);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = "https://gateway.invalid/gateway.do";
    options.proxy = origin_of(&arena, gateway);
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_memory_equal(head, expected, strlen(expected));
    assert_non_null(strstr(head, "\r\nUser-Agent: libkaquan/" KQ_VERSION "\r\n"));
}

static void test_whose_request_it_is_stands_there_once(void **state)
{
    (void)state;
    static const char header[] = "\r\nUser-Agent: ";
    ARENA arena = {0};
    char head[HEAD_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_head, head);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = ELSEWHERE;
    options.proxy = origin_of(&arena, gateway);
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_HTTP, &error);
    const char *first = strstr(head, header);
    assert_non_null(first);
    assert_null(strstr(first + 1, header));
}

/* Calls `origin`/a where the environment names a proxy: that is the fake gateway, or nobody where the fake
 * gateway's port at `origin` is what is called. */
static void assert_asked_with_environment(const char *origin, bool is_gateway, const char *expected)
{
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    struct kq_client_options options = fake_options(&arena, gateway);
    const char *here = origin_of(&arena, gateway);
    const char *port = is_gateway ? strrchr(here, ':') : "";
    options.gateway_url = kq_arena_print(&arena, "%s%s/a", origin, port).data;
    CLIENT client = open_client(&options);
    assert_int_equal(setenv("http_proxy", is_gateway ? "http://127.0.0.1:9" : here, 1), 0);
    call(client, "{}");
    assert_int_equal(unsetenv("http_proxy"), 0);
    line[strlen(expected)] = '\0';
    assert_string_equal(line, expected);
}

static void test_a_proxy_of_the_environment_too(void **state)
{
    (void)state;
    assert_asked_with_environment("http://gateway.invalid", false, "POST http://gateway.invalid/a?app_id=");
}

static void test_its_password_is_not_told(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    struct kq_client_options options = fake_options(&arena, gateway);
    options.gateway_url = ELSEWHERE;
    CLIENT client = open_client(&options);
    ANSWER answer = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_int_equal(setenv("http_proxy", "socks9://user:secret@127.0.0.1:9", 1), 0);
    assert_status(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_TRANSPORT, &error);
    assert_int_equal(unsetenv("http_proxy"), 0);
    assert_string_not_equal(error.message, "");
    assert_null(strstr(error.message, "secret"));
}

static void test_a_name_like_a_loopback_address_is_elsewhere(void **state)
{
    (void)state;
    assert_asked_with_environment("http://127.invalid", false, "POST http://127.invalid/a?app_id=");
    assert_asked_with_environment("http://localhost.invalid", false,
                                  "POST http://localhost.invalid/a?app_id=");
}

static void test_loopback_is_reached_without_the_environments_proxy(void **state)
{
    (void)state;
    assert_asked_with_environment("http://127.0.0.1", true, "POST /a?app_id=");
    assert_asked_with_environment("http://127.1", true, "POST /a?app_id=");
    assert_asked_with_environment("http://LocalHost", true, "POST /a?app_id=");
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

static bool epoll_is_full;

int epoll_ctl(int epoll, int operation, int fd, struct epoll_event *event)
{
    if (epoll_is_full) {
        errno = ENOSPC;
        return -1;
    }
    int (*real)(int, int, int, struct epoll_event *) = NULL;
    *(void **)&real = dlsym(RTLD_NEXT, "epoll_ctl");
    return real(epoll, operation, fd, event);
}

static void keep_error(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                       const struct kq_client_error *error)
{
    assert_int_equal(status, KQ_CLIENT_TRANSPORT);
    assert_null(answer);
    *(struct kq_client_error *)data = *error;
}

/* The system bounds how many sockets a user may watch. */
static void test_a_socket_that_cannot_be_watched_is_no_connection_that_ended(void **state)
{
    (void)state;
    ARENA arena = {0};
    char line[LINE_SIZE] = "";
    GATEWAY gateway = fake_gateway_start(keep_line, line);
    const struct kq_client_options options = fake_options(&arena, gateway);
    CLIENT client = open_client(&options);
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    struct kq_client_error cause = {0};
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    assert_status(kq_client_loop_open(client, NULL, &loop, &error), KQ_CLIENT_OK, &error);
    epoll_is_full = true;
    assert_status(kq_client_loop_submit(loop, &request, keep_error, &cause, &error), KQ_CLIENT_OK, &error);
    while (kq_client_loop_wait(loop, 10000) > 0) {
    }
    epoll_is_full = false;
    kq_client_loop_close(loop);
    assert_string_equal(cause.message, "the socket cannot be watched");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_gateway_is_asked_for_path_and_query),
        cmocka_unit_test(test_a_path_is_made_straight),
        cmocka_unit_test(test_a_path_is_encoded),
        cmocka_unit_test(test_a_third_slash_is_none_of_the_path),
        cmocka_unit_test(test_an_address_keeps_its_zone),
        cmocka_unit_test(test_a_proxy_is_asked_for_the_whole_url),
        cmocka_unit_test(test_a_tunnels_proxy_is_told_whose_request_it_is),
        cmocka_unit_test(test_whose_request_it_is_stands_there_once),
        cmocka_unit_test(test_a_proxy_of_the_environment_too),
        cmocka_unit_test(test_its_password_is_not_told),
        cmocka_unit_test(test_a_name_like_a_loopback_address_is_elsewhere),
        cmocka_unit_test(test_loopback_is_reached_without_the_environments_proxy),
        cmocka_unit_test(test_a_call_without_content_keeps_its_connection),
        cmocka_unit_test(test_a_socket_that_cannot_be_watched_is_no_connection_that_ended),
    };
    return cmocka_run_group_tests_name("client_http", tests, NULL, NULL);
}
