/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/certificate_issue.h"

#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include "wire/certificate.h"
#include "wire_support.h"

#define FROM_S INT64_C(1767225600) /* 2026-01-01 00:00:00 UTC */
#define UNTIL_S INT64_C(2713910400)

struct scene {
    struct kq_arena arena;
    struct kq_private_key *root_key;
    struct kq_slice root_public;
    struct kq_slice app_public;
};

static int set_up(void **state)
{
    static struct scene scene;
    struct kq_error error = {0};
    struct kq_public_key *app = NULL;
    scene = (struct scene){0};
    assert_ok(kq_private_key_load(golden(&scene.arena, "keys/app_1024.pem"), &scene.root_key, &error),
              &error);
    assert_ok(kq_private_key_export_public(scene.root_key, &scene.arena, &scene.root_public, &error), &error);
    assert_ok(kq_public_key_load(golden(&scene.arena, "keys/public.pem"), &app, &error), &error);
    assert_ok(kq_public_key_export(app, &scene.arena, &scene.app_public, &error), &error);
    kq_public_key_free(app);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    kq_private_key_free(scene->root_key);
    kq_arena_free(&scene->arena);
    return 0;
}

static struct kq_certificate_order root_order(const struct scene *scene)
{
    return (struct kq_certificate_order){
        .issuer_key = scene->root_key,
        .public_key = scene->root_public,
        .common_name = KQ_SLICE("Kaquan Test Root"),
        .is_authority = true,
        .serial = {0xFF, 1},
        .not_before_s = FROM_S,
        .not_after_s = UNTIL_S,
    };
}

static struct kq_slice issue(struct scene *scene, const struct kq_certificate_order *order)
{
    BUFFER pem = {0};
    struct kq_error error = {0};
    struct kq_slice der;
    assert_ok(kq_certificate_issue(order, &pem, &error), &error);
    assert_no_openssl_error();
    assert_ok(kq_certificate_read_der(kq_buffer_slice(&pem), &scene->arena, &der, &error), &error);
    return der;
}

static struct kq_certificate_order app_order(struct scene *scene, const struct kq_certificate_order *root)
{
    struct kq_certificate_order order = *root;
    order.issuer = issue(scene, root);
    order.public_key = scene->app_public;
    order.common_name = KQ_SLICE("2014072300007148");
    order.is_authority = false;
    return order;
}

static X509 *parse(struct kq_slice der)
{
    const unsigned char *at = (const unsigned char *)der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.size);
    assert_non_null(certificate);
    return certificate;
}

/* As OpenSSL's own verification of a chain sees it. */
static void test_chain(void **state)
{
    struct scene *scene = *state;
    struct kq_certificate_order root = root_order(scene);
    struct kq_certificate_order order = app_order(scene, &root);
    X509 *authority = parse(order.issuer);
    X509 *leaf = parse(issue(scene, &order));
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    assert_int_equal(X509_STORE_add_cert(store, authority), 1);
    assert_int_equal(X509_STORE_CTX_init(context, store, leaf, NULL), 1);
    X509_VERIFY_PARAM_set_time(X509_STORE_CTX_get0_param(context), FROM_S);
    X509_VERIFY_PARAM_set_auth_level(X509_STORE_CTX_get0_param(context), 0); /* the root's 1024 bits */
    assert_int_equal(X509_verify_cert(context), 1);
    assert_int_equal(X509_check_ca(authority), 1);
    assert_int_equal(X509_check_ca(leaf), 0);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    X509_free(leaf);
    X509_free(authority);
}

static void test_facts(void **state)
{
    struct scene *scene = *state;
    struct kq_error error = {0};
    struct kq_certificate_facts facts;
    struct kq_certificate_facts root_facts;
    struct kq_public_key *key = NULL;
    struct kq_slice public_key;
    BUFFER roots_sn = {0};
    struct kq_certificate_order root = root_order(scene);
    struct kq_certificate_order order = app_order(scene, &root);
    order.serial[0] = 1;
    struct kq_slice der = issue(scene, &order);
    assert_ok(kq_certificate_read(der, &facts, &error), &error);
    assert_ok(kq_certificate_read(order.issuer, &root_facts, &error), &error);
    assert_int_equal(facts.not_before_s, FROM_S);
    assert_int_equal(facts.not_after_s, UNTIL_S);
    assert_string_not_equal(facts.sn, root_facts.sn);
    struct kq_error why = {0};
    assert_ok(kq_certificate_check_issuer(der, order.issuer, FROM_S, &error), &error);
    assert_failed(kq_certificate_check_issuer(order.issuer, der, FROM_S, &why), &why, KQ_E_BAD_KEY);
    assert_ok(kq_root_certificates_sn(order.issuer, &roots_sn, &error), &error);
    assert_slice(kq_buffer_slice(&roots_sn), kq_slice_of(root_facts.sn));
    assert_ok(kq_public_key_load(der, &key, &error), &error);
    assert_ok(kq_public_key_export(key, &scene->arena, &public_key, &error), &error);
    assert_slice(public_key, scene->app_public);
    kq_public_key_free(key);
}

static void test_refused_orders(void **state)
{
    struct scene *scene = *state;
    BUFFER pem = {0};
    struct kq_error error = {0};
    struct kq_certificate_order root = root_order(scene);
    struct kq_certificate_order order = root;
    order.common_name = KQ_SLICE_EMPTY;
    assert_failed(kq_certificate_issue(&order, &pem, &error), &error, KQ_E_BAD_INPUT);
    order.common_name = KQ_SLICE("12345678901234567890123456789012345678901234567890123456789012345");
    assert_failed(kq_certificate_issue(&order, &pem, &error), &error, KQ_E_BAD_INPUT);
    order = app_order(scene, &root);
    order.issuer = issue(scene, &order);
    assert_failed(kq_certificate_issue(&order, &pem, &error), &error, KQ_E_BAD_KEY);
    assert_detail_contains(&error, "not that of its private key");
    order.issuer = KQ_SLICE("0");
    assert_failed(kq_certificate_issue(&order, &pem, &error), &error, KQ_E_BAD_KEY);
    order = root;
    order.public_key = KQ_SLICE("0");
    assert_failed(kq_certificate_issue(&order, &pem, &error), &error, KQ_E_CRYPTO);
    assert_no_openssl_error();
}

static void test_request(void **state)
{
    struct scene *scene = *state;
    struct kq_error error = {0};
    struct kq_slice public_key;
    struct kq_slice text = golden(&scene->arena, "keys/request.pem");
    assert_ok(kq_certificate_request_read(text, &scene->arena, &public_key, &error), &error);
    assert_slice(public_key, scene->app_public);
    struct kq_slice certificate = golden(&scene->arena, "keys/certificate.pem");
    assert_failed(kq_certificate_request_read(certificate, &scene->arena, &public_key, &error), &error,
                  KQ_E_BAD_KEY);
    assert_detail_contains(&error, "a certificate; a certificate request (CSR) is wanted here");
}

/* Whatever is changed in it, its own signature does not fit any more. */
static void test_changed_request(void **state)
{
    struct scene *scene = *state;
    struct kq_slice text = golden(&scene->arena, "keys/request.pem");
    for (size_t at = 40; at + 40 < text.size; at += 7) {
        struct kq_error error = {0};
        struct kq_slice public_key;
        struct kq_slice changed = kq_arena_copy(&scene->arena, text);
        char *byte = (char *)(uintptr_t)changed.data + at;
        *byte = *byte == 'A' ? 'B' : 'A';
        assert_failed(kq_certificate_request_read(changed, &scene->arena, &public_key, &error), &error,
                      KQ_E_BAD_KEY);
        assert_no_openssl_error();
    }
}

static struct kq_result issue_and_read(void *context, struct kq_error *error)
{
    struct scene *scene = context;
    ARENA arena = {0};
    BUFFER pem = {0};
    struct kq_slice public_key;
    struct kq_certificate_order order = root_order(scene);
    KQ_TRY(kq_certificate_issue(&order, &pem, error));
    return kq_certificate_request_read(golden(&scene->arena, "keys/request.pem"), &arena, &public_key, error);
}

static struct kq_result issue_only(void *context, struct kq_error *error)
{
    struct scene *scene = context;
    BUFFER pem = {0};
    struct kq_certificate_order order = root_order(scene);
    return kq_certificate_issue(&order, &pem, error);
}

static void test_each_allocation_fails(void **state)
{
    struct kq_error error = {0};
    assert_ok(issue_and_read(*state, &error), &error);
    fail_each_allocation(issue_only, *state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chain),           cmocka_unit_test(test_facts),
        cmocka_unit_test(test_refused_orders),  cmocka_unit_test(test_request),
        cmocka_unit_test(test_changed_request), cmocka_unit_test(test_each_allocation_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
