/* SPDX-License-Identifier: Apache-2.0 */
#include "kaquan.h"

#include "base/memory.h"
#include "wire_support.h"

/* Opening a client; calls are tested against a server, in tests/cli. */

static struct kq_client_options usable_options(struct kq_arena *arena)
{
    return (struct kq_client_options){
        .gateway_url = "http://127.0.0.1:9/gateway.do",
        .app_id = "2014072300007148",
        .private_key = golden(arena, "keys/app_2048.pem").data,
        .gateway_public_key = golden(arena, "keys/public.pem").data,
    };
}

static void assert_refused(const struct kq_client_options *options, const char *message)
{
    struct kq_client *client = NULL;
    struct kq_client_error error = {0};
    assert_int_equal(kq_client_open(options, &client, &error), KQ_CLIENT_USAGE);
    assert_null(client);
    if (strstr(error.message, message) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", error.message, message);
    }
}

static void test_open_and_close(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client *client = NULL;
    struct kq_client_error error;
    struct kq_client_options options = usable_options(&arena);
    assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_OK);
    assert_string_equal(error.message, "");
    kq_client_close(client);
    kq_client_close(NULL);
}

static void test_what_is_missing_is_named(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    options.gateway_url = NULL;
    assert_refused(&options, "gateway_url is missing");
    options = usable_options(&arena);
    options.app_id = "";
    assert_refused(&options, "app_id is missing");
    options = usable_options(&arena);
    options.private_key = NULL;
    assert_refused(&options, "private_key is missing");
    options = usable_options(&arena);
    options.gateway_public_key = NULL;
    assert_refused(&options, "gateway_public_key is missing");
}

/* Later versions may give it a meaning. */
static void test_what_is_reserved(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client *client = NULL;
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    struct kq_client_options options = usable_options(&arena);
    const struct kq_client_request request = {.method = "a.b", .reserved = 1};
    assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_OK);
    assert_int_equal(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_USAGE);
    assert_string_equal(error.message, "reserved is not 0");
    kq_client_close(client);
    options.reserved = 1;
    assert_refused(&options, "reserved is not 0");
}

static void test_unusable_options(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    options.gateway_url = "ftp://127.0.0.1/gateway.do";
    assert_refused(&options, "must begin with http:// or https://");
    options.gateway_url = "http://127.0.0.1/gateway.do?a=b";
    assert_refused(&options, "must end before its query");
    options = usable_options(&arena);
    options.sign_type = "rsa2";
    assert_refused(&options, "RSA2 or RSA, not rsa2");
    options = usable_options(&arena);
    options.charset = "big5";
    assert_refused(&options, "utf-8, gbk or gb2312, not big5");
    options = usable_options(&arena);
    options.ca_file = "/nowhere/ca.pem";
    assert_refused(&options, "ca_file cannot be read: /nowhere/ca.pem");
    options.ca_file = "/proc/self/status";
    assert_refused(&options, "ca_file has no PEM certificate: /proc/self/status");
}

/* Whoever finds out by a call would take it for the network's failure, and call again. */
static void test_an_url_that_cannot_be_used(void **state)
{
    (void)state;
    static const char *const urls[] = {
        "http://",
        "http://127.0.0.1:99999/gateway.do",
        "http://127.0.0.1:abc/gateway.do",
        "http://[::1/gateway.do",
        "http://127.0.0.1:8080 /gateway.do",
        "http://127.0.0.1:8080/gateway.do\n",
    };
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    for (size_t i = 0; i < KQ_COUNT(urls); i++) {
        options.gateway_url = urls[i];
        assert_refused(&options, "the gateway's URL cannot be read");
    }
}

/* An empty environment variable is not to take encryption, or certificates, away. */
static void test_what_is_empty_is_not_what_is_not_there(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    const struct {
        const char **option;
        const char *message;
    } rows[] = {
        {&options.content_key, "content_key is empty: where there is none it is NULL"},
        {&options.content_key_file, "content_key_file is empty"},
        {&options.app_certificate, "app_certificate is empty"},
        {&options.app_certificate_file, "app_certificate_file is empty"},
        {&options.root_certificates, "root_certificates is empty"},
        {&options.root_certificates_file, "root_certificates_file is empty"},
        {&options.gateway_certificate, "gateway_certificate is empty"},
        {&options.gateway_certificate_file, "gateway_certificate_file is empty"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        *rows[i].option = "";
        assert_refused(&options, rows[i].message);
        *rows[i].option = NULL;
    }
}

#define UNUSABLE_PROXY "the proxy must be a host, or a URL that begins with "

static void test_an_unusable_proxy_is_not_quoted(void **state)
{
    (void)state;
    static const char *const proxies[] = {"ftp://user:secret@proxy:21", "socks9://user:secret@proxy",
                                          "http://user:secret@proxy:99999", "http://user:secret@pro xy",
                                          "http://"};
    ARENA arena = {0};
    struct kq_client *client = NULL;
    struct kq_client_error error;
    struct kq_client_options options = usable_options(&arena);
    for (size_t i = 0; i < KQ_COUNT(proxies); i++) {
        options.proxy = proxies[i];
        assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_USAGE);
        assert_memory_equal(error.message, UNUSABLE_PROXY, strlen(UNUSABLE_PROXY));
        assert_null(strstr(error.message, "secret"));
    }
}

static void test_proxies_that_are_usable(void **state)
{
    (void)state;
    static const char *const proxies[] = {"",
                                          "proxy",
                                          "proxy:3128",
                                          "http://user:secret@proxy",
                                          "HTTPS://proxy",
                                          "socks4://proxy",
                                          "socks4a://p",
                                          "socks5://proxy",
                                          "socks5h://[::1]:1080"};
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    for (size_t i = 0; i < KQ_COUNT(proxies); i++) {
        struct kq_client *client = NULL;
        struct kq_client_error error;
        options.proxy = proxies[i];
        assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_OK);
        kq_client_close(client);
    }
}

static void test_keys_in_each_others_place(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    options.private_key = golden(&arena, "keys/public.pem").data;
    assert_refused(&options, "the application's private key: ");
    options = usable_options(&arena);
    options.gateway_public_key = golden(&arena, "keys/app_2048.pem").data;
    assert_refused(&options, "the gateway's public key: ");
}

static void test_nobody_listens(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client *client = NULL;
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    /* The discard service's port: nothing on a loopback address of its own answers there. */
    struct kq_client_options options = usable_options(&arena);
    options.gateway_url = "http://127.255.255.254:9/gateway.do";
    const struct kq_client_request request = {.method = "a.b"};
    assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_OK);
    assert_int_equal(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_TRANSPORT);
    assert_null(answer);
    assert_string_not_equal(error.message, "");
    kq_client_close(client);
}

static void test_method_is_missing(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client *client = NULL;
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    struct kq_client_options options = usable_options(&arena);
    const struct kq_client_request request = {.biz_content = "{}"};
    assert_int_equal(kq_client_open(&options, &client, &error), KQ_CLIENT_OK);
    assert_int_equal(kq_client_call(client, &request, &answer, &error), KQ_CLIENT_USAGE);
    assert_string_equal(error.message, "method is missing");
    kq_client_close(client);
}

static struct kq_result open_once(void *context, struct kq_error *error)
{
    struct kq_client *client = NULL;
    struct kq_client_error client_error;
    enum kq_client_status status = kq_client_open(context, &client, &client_error);
    KQ_ENSURE(status != KQ_CLIENT_MEMORY, error, KQ_E_NO_MEMORY, "%s", client_error.message);
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_INTERNAL, "%s", client_error.message);
    kq_client_close(client);
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    ARENA arena = {0};
    struct kq_client_options options = usable_options(&arena);
    fail_each_allocation(open_once, &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open_and_close),
        cmocka_unit_test(test_what_is_missing_is_named),
        cmocka_unit_test(test_what_is_reserved),
        cmocka_unit_test(test_unusable_options),
        cmocka_unit_test(test_an_url_that_cannot_be_used),
        cmocka_unit_test(test_what_is_empty_is_not_what_is_not_there),
        cmocka_unit_test(test_an_unusable_proxy_is_not_quoted),
        cmocka_unit_test(test_proxies_that_are_usable),
        cmocka_unit_test(test_keys_in_each_others_place),
        cmocka_unit_test(test_nobody_listens),
        cmocka_unit_test(test_method_is_missing),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_open", tests, NULL, NULL);
}
