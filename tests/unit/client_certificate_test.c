/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "certificate_support.h"
#include "client_support.h"
#include "wire/certificate.h"
#include "wire/envelope.h"
#include "wire/signature.h"

/* Certificate mode: what a client is opened with, what it sends, and which answers it believes. */

#define ROOT_KEY "app_3072.pem"
#define OWN_KEY "app_2048.pem" /* the application's and the gateway's */
#define NOW_S INT64_C(1767225600)
#define OTHER_SN "0123456789abcdef0123456789abcdef"

struct certificates {
    struct kq_arena arena;
    struct kq_slice root;
    struct kq_slice app;
    struct kq_slice gateway;
    char gateway_sn[KQ_CERTIFICATE_SN_CHARS + 1];
    const char *answer_sn; /* what answers name */
    const char *code;      /* of answers */
    char target[4096];     /* of the last request */
};

static int64_t now_s(void *data)
{
    return *(const int64_t *)data;
}
static int64_t now = NOW_S;

static struct kq_slice make(struct certificates *made, const char *key, const char *name)
{
    const struct made_certificate order = {key, ROOT_KEY, made->root, name, false};
    return make_certificate(&made->arena, &order);
}

static void make_all(struct certificates *made)
{
    const struct made_certificate root = {ROOT_KEY, ROOT_KEY, KQ_SLICE_EMPTY, "root", true};
    struct kq_certificate_facts facts;
    struct kq_error error = {0};
    made->root = make_certificate(&made->arena, &root);
    made->app = make(made, OWN_KEY, "app");
    made->gateway = make(made, OWN_KEY, "gateway");
    assert_ok(kq_certificate_read(made->gateway, &facts, &error), &error);
    memcpy(made->gateway_sn, facts.sn, sizeof(facts.sn));
    made->answer_sn = made->gateway_sn;
    made->code = "10000";
}

static void free_all(struct certificates *made)
{
    kq_arena_free(&made->arena);
}
#define CERTIFICATES KQ_CLEANUP(free_all) struct certificates

static void script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                   struct fake_reply *reply)
{
    struct certificates *made = data;
    BUFFER response = {0};
    BUFFER signature = {0};
    BUFFER body = {0};
    struct kq_slice line = request->head;
    line.size = kq_slice_find(line, '\r');
    snprintf(made->target, sizeof(made->target), "%.*s", KQ_SLICE_PRINT(line));
    kq_buffer_print(&response, "{\"code\":\"%s\"}", made->code);
    if (kq_sign(key, KQ_SIGN_RSA2, kq_buffer_slice(&response), &signature, NULL).ok) {
        kq_envelope_append(&body, KQ_SLICE(FAKE_METHOD), kq_buffer_slice(&response),
                           kq_slice_of(made->answer_sn), kq_buffer_slice(&signature));
    }
    put_http(&reply->bytes, 200, kq_buffer_slice(&body));
}

static struct kq_client_options options_of(struct certificates *made, const char *url)
{
    return (struct kq_client_options){
        .gateway_url = url,
        .app_id = "2014072300007148",
        .private_key = golden(&made->arena, "keys/" OWN_KEY).data,
        .app_certificate = made->app.data,
        .root_certificates = made->root.data,
        .gateway_certificate = made->gateway.data,
        .now_s = now_s,
        .now_data = &now,
    };
}

static enum kq_client_status call(struct certificates *made, struct kq_client_answer **answer,
                                  struct kq_client_error *error)
{
    GATEWAY gateway = fake_gateway_start(script, made);
    struct kq_client_options options = options_of(made, fake_gateway_url(gateway));
    CLIENT client = open_client(&options);
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{}"};
    return kq_client_call(client, &request, answer, error);
}

static void test_what_is_sent(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    BUFFER root_sn = {0};
    BUFFER expected = {0};
    ANSWER answer = NULL;
    struct kq_client_error error;
    struct kq_error cause = {0};
    struct kq_certificate_facts facts;
    make_all(&made);
    assert_status(call(&made, &answer, &error), KQ_CLIENT_OK, &error);
    assert_ok(kq_certificate_read(made.app, &facts, &cause), &cause);
    assert_ok(kq_root_certificates_sn(made.root, &root_sn, &cause), &cause);
    kq_buffer_print(&expected, "&app_cert_sn=%s&alipay_root_cert_sn=%s&", facts.sn, root_sn.data);
    assert_non_null(strstr(made.target, expected.data));
}

static void assert_answered(struct certificates *made, enum kq_client_status status, const char *message)
{
    ANSWER answer = NULL;
    struct kq_client_error error;
    assert_status(call(made, &answer, &error), status, &error);
    assert_int_equal(answer->verified, status != KQ_CLIENT_SIGNATURE);
    if (strstr(error.message, message) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", error.message, message);
    }
}

static void test_which_certificate_an_answer_names(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    make_all(&made);
    made.answer_sn = OTHER_SN;
    assert_answered(&made, KQ_CLIENT_SIGNATURE, "names the gateway certificate " OTHER_SN);
    assert_answered(&made, KQ_CLIENT_SIGNATURE, made.gateway_sn);
    made.answer_sn = "evil\x1b[2J";
    assert_answered(&made, KQ_CLIENT_SIGNATURE, "something that is no number");
    made.answer_sn = "";
    assert_answered(&made, KQ_CLIENT_SIGNATURE, "names no gateway certificate");
    made.code = "40002";
    assert_answered(&made, KQ_CLIENT_GATEWAY, "40002");
}

static void assert_not_opened(const struct kq_client_options *options, const char *message)
{
    struct kq_client *client = NULL;
    struct kq_client_error error;
    assert_status(kq_client_open(options, &client, &error), KQ_CLIENT_USAGE, &error);
    if (strstr(error.message, message) == NULL) {
        fail_msg("\"%s\" does not contain \"%s\"", error.message, message);
    }
}

#define URL "http://127.0.0.1:9/gateway.do"

static void test_what_is_missing_or_too_much(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    make_all(&made);
    struct kq_client_options options = options_of(&made, URL);
    options.app_certificate = NULL;
    assert_not_opened(&options, "app_certificate is missing");
    options = options_of(&made, URL);
    options.root_certificates = NULL;
    assert_not_opened(&options, "root_certificates is missing");
    options = options_of(&made, URL);
    options.gateway_certificate = NULL;
    assert_not_opened(&options, "gateway_certificate is missing");
    options = options_of(&made, URL);
    options.gateway_public_key = golden(&made.arena, "keys/public.pem").data;
    assert_not_opened(&options, "gateway_public_key has no place beside certificates");
}

static void test_what_does_not_fit(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    make_all(&made);
    struct kq_client_options options = options_of(&made, URL);
    options.app_certificate = make(&made, "app_1536.pem", "app").data;
    assert_not_opened(&options, "certificate is for another key than the private key given");
    options = options_of(&made, URL);
    options.root_certificates = golden(&made.arena, "certificates/roots.pem").data;
    assert_not_opened(&options, "the gateway's certificate: none of the root certificates vouches for it");
    options = options_of(&made, URL);
    options.gateway_certificate = golden(&made.arena, "keys/public.pem").data;
    assert_not_opened(&options, "the gateway's certificate: ");
    options.gateway_certificate = made.gateway.data;
    options.app_certificate = golden(&made.arena, "keys/app_2048.pem").data;
    assert_not_opened(&options, "the application's certificate: ");
}

/* The key is the certificate's, whatever stands before it. */
static void test_a_key_before_the_certificate(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    BUFFER other = {0};
    ANSWER answer = NULL;
    struct kq_client_error error;
    struct kq_error cause = {0};
    struct kq_private_key *stranger = NULL;
    make_all(&made);
    assert_ok(kq_private_key_load(golden(&made.arena, "keys/app_1536.pem"), &stranger, &cause), &cause);
    assert_ok(kq_private_key_write_public_pem(stranger, &other, &cause), &cause);
    kq_private_key_free(stranger);
    made.gateway = kq_arena_print(&made.arena, "%s%s", other.data, made.gateway.data);
    made.app = kq_arena_print(&made.arena, "%s%s", other.data, made.app.data);
    assert_status(call(&made, &answer, &error), KQ_CLIENT_OK, &error);
}

static void test_when_they_are_valid(void **state)
{
    (void)state;
    CERTIFICATES made = {0};
    make_all(&made);
    int64_t late = MADE_UNTIL_S + 1;
    int64_t early = MADE_FROM_S - 1;
    struct kq_client_options options = options_of(&made, URL);
    options.now_data = &late;
    assert_not_opened(&options,
                      "the application's certificate has expired: it was valid until 2030-01-01 08:00:00");
    options.now_data = &early;
    assert_not_opened(&options,
                      "the application's certificate is not valid yet: it begins at 2020-01-01 08:00:00");
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
    CERTIFICATES made = {0};
    make_all(&made);
    struct kq_client_options options = options_of(&made, URL);
    fail_each_allocation(open_once, &options);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_sent),
        cmocka_unit_test(test_which_certificate_an_answer_names),
        cmocka_unit_test(test_what_is_missing_or_too_much),
        cmocka_unit_test(test_what_does_not_fit),
        cmocka_unit_test(test_a_key_before_the_certificate),
        cmocka_unit_test(test_when_they_are_valid),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("client_certificate", tests, NULL, NULL);
}
