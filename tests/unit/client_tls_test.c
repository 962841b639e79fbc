/* SPDX-License-Identifier: Apache-2.0 */
#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "base/memory.h"
#include "client_support.h"

/* Calls over TLS to a gateway that ends connections as servers do: by close_notify, which to whoever only
 * looks at the socket is something that came. */

/* Says SUCCESS to what comes over one connection after the other. */
struct tls_gateway {
    size_t answers_max; /* over each connection, which it ends then; 0: any number */
    size_t silent_from; /* from that request on it ends the connection instead of an answer; 0: never */
    SSL_CTX *tls;
    struct kq_private_key *key;
    int listener;
    char url[64];
    char ca_file[32];
    bool is_stopped;
    pthread_t thread;
    pthread_mutex_t lock; /* of all below */
    pthread_cond_t changed;
    size_t connections;
    size_t ended;
    size_t requests; /* that came in whole */
    size_t last_body_size;
};

#define SUCCESS "{\"code\":\"10000\",\"msg\":\"Success\"}"

static void note(struct tls_gateway *gateway, size_t *counter)
{
    pthread_mutex_lock(&gateway->lock);
    ++*counter;
    pthread_cond_broadcast(&gateway->changed);
    pthread_mutex_unlock(&gateway->lock);
}

static size_t count(struct tls_gateway *gateway, const size_t *counter)
{
    pthread_mutex_lock(&gateway->lock);
    size_t counted = *counter;
    pthread_mutex_unlock(&gateway->lock);
    return counted;
}

/* The client's side has its end in its socket then. */
static void wait_until_ended(struct tls_gateway *gateway, size_t connections)
{
    pthread_mutex_lock(&gateway->lock);
    while (gateway->ended < connections) {
        pthread_cond_wait(&gateway->changed, &gateway->lock);
    }
    pthread_mutex_unlock(&gateway->lock);
}

/* The whole size of a request whose head has come in; 0: it has not. */
static size_t whole_size(const struct kq_buffer *bytes, size_t *body_size)
{
    const char *end = bytes->size == 0 ? NULL : memmem(bytes->data, bytes->size, "\r\n\r\n", 4);
    const char *length = end == NULL ? NULL : memmem(bytes->data, bytes->size, "Content-Length: ", 16);
    *body_size = length == NULL ? 0 : strtoul(length + 16, NULL, 10);
    return end == NULL ? 0 : (size_t)(end - bytes->data) + 4 + *body_size;
}

static bool read_request(struct tls_gateway *gateway, SSL *tls)
{
    BUFFER bytes = {0};
    size_t body_size = 0;
    for (size_t whole = 0; whole == 0 || bytes.size < whole; whole = whole_size(&bytes, &body_size)) {
        char *place = kq_buffer_reserve(&bytes, 4096);
        int size = place == NULL ? -1 : SSL_read(tls, place, 4096);
        if (size <= 0) {
            return false;
        }
        bytes.size += (size_t)size;
    }
    gateway->last_body_size = body_size;
    return true;
}

static bool answer(const struct tls_gateway *gateway, SSL *tls)
{
    BUFFER bytes = {0};
    put_answer(&bytes, gateway->key, FAKE_METHOD, KQ_SLICE(SUCCESS));
    return SSL_write(tls, bytes.data, (int)bytes.size) > 0;
}

static void serve(struct tls_gateway *gateway, SSL *tls)
{
    size_t answers = 0;
    while ((gateway->answers_max == 0 || answers < gateway->answers_max) && read_request(gateway, tls)) {
        note(gateway, &gateway->requests);
        if ((gateway->silent_from > 0 && gateway->requests >= gateway->silent_from) ||
            !answer(gateway, tls)) {
            return;
        }
        answers++;
    }
}

static void *listen_on(void *data)
{
    struct tls_gateway *gateway = data;
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    for (;;) {
        int socket = accept4(gateway->listener, NULL, NULL, SOCK_CLOEXEC);
        if (socket < 0) {
            return NULL;
        }
        note(gateway, &gateway->connections);
        SSL *tls = SSL_new(gateway->tls);
        if (tls != NULL && SSL_set_fd(tls, socket) == 1 && SSL_accept(tls) == 1) {
            serve(gateway, tls);
            SSL_shutdown(tls);
        }
        SSL_free(tls);
        close(socket);
        note(gateway, &gateway->ended);
    }
}

/* Its own authority, for 127.0.0.1. */
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_EXTENSION *address = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, "IP:127.0.0.1");
    assert_non_null(certificate);
    assert_non_null(address);
    X509_NAME *name = X509_get_subject_name(certificate);
    assert_int_equal(X509_set_version(certificate, X509_VERSION_3), 1);
    assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1), 1);
    assert_int_equal(
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"gateway", -1, -1, 0), 1);
    assert_int_equal(X509_set_issuer_name(certificate, name), 1);
    assert_non_null(X509_gmtime_adj(X509_getm_notBefore(certificate), -86400));
    assert_non_null(X509_gmtime_adj(X509_getm_notAfter(certificate), 86400));
    assert_int_equal(X509_set_pubkey(certificate, key), 1);
    assert_int_equal(X509_add_ext(certificate, address, -1), 1);
    assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
    X509_EXTENSION_free(address);
    return certificate;
}

static void set_up_tls(struct tls_gateway *gateway)
{
    ARENA arena = {0};
    struct kq_slice pem = golden(&arena, "keys/app_2048.pem");
    assert_ok(kq_private_key_load(pem, &gateway->key, NULL), &(struct kq_error){0});
    BIO *source = BIO_new_mem_buf(pem.data, (int)pem.size);
    EVP_PKEY *key = PEM_read_bio_PrivateKey(source, NULL, NULL, NULL);
    assert_non_null(key);
    X509 *certificate = make_certificate(key);
    gateway->tls = SSL_CTX_new(TLS_server_method());
    assert_non_null(gateway->tls);
    assert_int_equal(SSL_CTX_use_certificate(gateway->tls, certificate), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(gateway->tls, key), 1);
    snprintf(gateway->ca_file, sizeof(gateway->ca_file), "/tmp/kaquan-tls-XXXXXX");
    FILE *file = fdopen(mkstemp(gateway->ca_file), "w");
    assert_non_null(file);
    assert_int_equal(PEM_write_X509(file, certificate), 1);
    assert_int_equal(fclose(file), 0);
    X509_free(certificate);
    EVP_PKEY_free(key);
    BIO_free(source);
}

static struct tls_gateway *start(size_t answers_max, size_t silent_from)
{
    struct tls_gateway *gateway = kq_memory_allocate(sizeof(*gateway));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    assert_non_null(gateway);
    gateway->answers_max = answers_max;
    gateway->silent_from = silent_from;
    set_up_tls(gateway);
    gateway->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_return_code(bind(gateway->listener, (struct sockaddr *)&address, size), errno);
    assert_return_code(listen(gateway->listener, 16), errno);
    assert_return_code(getsockname(gateway->listener, (struct sockaddr *)&address, &size), errno);
    snprintf(gateway->url, sizeof(gateway->url), "https://127.0.0.1:%d/gateway.do", ntohs(address.sin_port));
    pthread_mutex_init(&gateway->lock, NULL);
    pthread_cond_init(&gateway->changed, NULL);
    assert_int_equal(pthread_create(&gateway->thread, NULL, listen_on, gateway), 0);
    return gateway;
}

/* The client has been closed: what it sent has come in when this returns. */
static void hang_up(struct tls_gateway *gateway)
{
    if (!gateway->is_stopped) {
        shutdown(gateway->listener, SHUT_RDWR);
        pthread_join(gateway->thread, NULL);
        gateway->is_stopped = true;
    }
}

static void stop(struct tls_gateway **stopped)
{
    struct tls_gateway *gateway = *stopped;
    hang_up(gateway);
    close(gateway->listener);
    unlink(gateway->ca_file);
    SSL_CTX_free(gateway->tls);
    kq_private_key_free(gateway->key);
    pthread_cond_destroy(&gateway->changed);
    pthread_mutex_destroy(&gateway->lock);
    kq_memory_free(gateway);
}
#define TLS_GATEWAY KQ_CLEANUP(stop) struct tls_gateway *

static struct kq_client *open_for(const struct tls_gateway *gateway)
{
    ARENA arena = {0};
    return open_client(&(struct kq_client_options){
        .gateway_url = gateway->url,
        .ca_file = gateway->ca_file,
        .app_id = "2014072300007148",
        .private_key = golden(&arena, "keys/app_2048.pem").data,
        .gateway_public_key = golden(&arena, "keys/public.pem").data,
        .retries_max = -1,
    });
}

static void call(struct kq_client *client, const char *biz_content, enum kq_client_status expected)
{
    ANSWER got = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = biz_content};
    assert_status(kq_client_call(client, &request, &got, &error), expected, &error);
    if (expected == KQ_CLIENT_TRANSPORT) {
        assert_string_equal(error.message, "the connection ended without an answer");
    }
}

#define CALLS 3

static void assert_each_is_sent_once(const char *biz_content)
{
    TLS_GATEWAY gateway = start(1, 0);
    CLIENT client = open_for(gateway);
    for (size_t i = 1; i <= CALLS; i++) {
        call(client, biz_content, KQ_CLIENT_OK);
        wait_until_ended(gateway, i);
    }
    assert_int_equal(count(gateway, &gateway->requests), CALLS);
}

/* JSON longer than what libcurl asks for at a time. */
#define LONG_SIZE 200000

static const char *long_content(void)
{
    static char json[LONG_SIZE + 1];
    memset(json, '1', LONG_SIZE);
    return json;
}

static void test_a_call_after_a_connection_has_ended_is_answered(void **state)
{
    (void)state;
    assert_each_is_sent_once("{\"a\":1}");
}

static void test_a_long_one_too(void **state)
{
    (void)state;
    assert_each_is_sent_once(long_content());
}

static void test_one_without_content_too(void **state)
{
    (void)state;
    assert_each_is_sent_once(NULL);
}

static void keep_status(void *data, enum kq_client_status status, struct kq_client_answer *got,
                        const struct kq_client_error *error)
{
    assert_status(status, KQ_CLIENT_OK, error);
    ++*(size_t *)data;
    kq_client_answer_free(got);
}

static void test_one_on_a_loop_too(void **state)
{
    (void)state;
    TLS_GATEWAY gateway = start(1, 0);
    CLIENT client = open_for(gateway);
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    const struct kq_client_request request = {.method = FAKE_METHOD, .biz_content = "{\"a\":1}"};
    size_t answers = 0;
    assert_status(kq_client_loop_open(client, NULL, &loop, &error), KQ_CLIENT_OK, &error);
    for (size_t i = 1; i <= CALLS; i++) {
        assert_status(kq_client_loop_submit(loop, &request, keep_status, &answers, &error), KQ_CLIENT_OK,
                      &error);
        while (kq_client_loop_wait(loop, 10000) > 0) {
        }
        assert_int_equal(answers, i);
        wait_until_ended(gateway, i);
    }
    kq_client_loop_close(loop);
    assert_int_equal(count(gateway, &gateway->requests), CALLS);
}

static void test_a_connection_that_does_not_end_is_kept(void **state)
{
    (void)state;
    TLS_GATEWAY gateway = start(0, 0);
    CLIENT client = open_for(gateway);
    for (size_t i = 0; i < CALLS; i++) {
        call(client, "{\"a\":1}", KQ_CLIENT_OK);
    }
    assert_int_equal(count(gateway, &gateway->requests), CALLS);
    assert_int_equal(count(gateway, &gateway->connections), 1);
}

/* It came in whole over a kept connection, which ends without an answer. */
static void assert_not_repeated(const char *biz_content)
{
    TLS_GATEWAY gateway = start(0, 2);
    struct kq_client *client = open_for(gateway);
    call(client, biz_content, KQ_CLIENT_OK);
    call(client, biz_content, KQ_CLIENT_TRANSPORT);
    kq_client_close(client);
    hang_up(gateway);
    assert_int_equal(gateway->requests, 2);
}

static void test_what_was_sent_is_not_sent_again(void **state)
{
    (void)state;
    assert_not_repeated("{\"a\":1}");
    assert_not_repeated(long_content());
}

static void test_a_long_content_comes_in_whole(void **state)
{
    (void)state;
    TLS_GATEWAY gateway = start(0, 0);
    CLIENT client = open_for(gateway);
    call(client, long_content(), KQ_CLIENT_OK);
    assert_int_equal(count(gateway, &gateway->last_body_size), strlen("biz_content=") + LONG_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_call_after_a_connection_has_ended_is_answered),
        cmocka_unit_test(test_a_long_one_too),
        cmocka_unit_test(test_one_without_content_too),
        cmocka_unit_test(test_one_on_a_loop_too),
        cmocka_unit_test(test_a_connection_that_does_not_end_is_kept),
        cmocka_unit_test(test_what_was_sent_is_not_sent_again),
        cmocka_unit_test(test_a_long_content_comes_in_whole),
    };
    return cmocka_run_group_tests_name("client_tls", tests, NULL, NULL);
}
