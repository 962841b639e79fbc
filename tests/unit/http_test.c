/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/memory.h"
#include "server/http.h"

#define BODY_LIMIT_BYTES 64
#define HOST "Host: a\r\n"

/* Reads requests as a connection does, from bytes that come in pieces, and writes down what it read: a line a
 * request. */
struct reader {
    struct kq_buffer input;
    struct kq_http_scan scan;
    struct kq_http_head head;
    struct kq_http_body body_reader;
    struct kq_buffer body;
    struct kq_buffer head_copy;
    bool in_body;
    bool is_refused;
    struct kq_buffer notes;
};

static void note_refusal(struct reader *reader, const struct kq_http_refusal *refusal)
{
    reader->is_refused = true;
    kq_buffer_print(&reader->notes, "refused %u\n", kq_http_status_number(refusal->status));
}

static void note_request(struct reader *reader)
{
    static const char *const methods[] = {
        [KQ_HTTP_GET] = "GET", [KQ_HTTP_HEAD] = "HEAD",          [KQ_HTTP_POST] = "POST",
        [KQ_HTTP_PUT] = "PUT", [KQ_HTTP_OTHER_METHOD] = "other",
    };
    const struct kq_http_head *head = &reader->head;
    kq_buffer_print(&reader->notes, "%s %.*s", methods[head->method], KQ_SLICE_PRINT(head->path));
    kq_buffer_print(&reader->notes, "?%.*s", KQ_SLICE_PRINT(head->query));
    kq_buffer_print(&reader->notes, "%s%s%s", head->keep_alive ? " keep" : "", head->is_1_0 ? " 1.0" : "",
                    head->expects_continue ? " continue" : "");
    if (head->content_type.data != NULL) {
        kq_buffer_print(&reader->notes, " type=%.*s", KQ_SLICE_PRINT(head->content_type));
    }
    if (head->accept_language.data != NULL) {
        kq_buffer_print(&reader->notes, " accept_language=%.*s", KQ_SLICE_PRINT(head->accept_language));
    }
    if (head->authorization.data != NULL) {
        kq_buffer_print(&reader->notes, " authorization=%.*s", KQ_SLICE_PRINT(head->authorization));
    }
    if (head->app_auth_token.data != NULL) {
        kq_buffer_print(&reader->notes, " token=%.*s", KQ_SLICE_PRINT(head->app_auth_token));
    }
    if (head->encrypt_type.data != NULL) {
        kq_buffer_print(&reader->notes, " encrypt=%.*s", KQ_SLICE_PRINT(head->encrypt_type));
    }
    if (head->root_cert_sn.data != NULL) {
        kq_buffer_print(&reader->notes, " root=%.*s", KQ_SLICE_PRINT(head->root_cert_sn));
    }
    kq_buffer_print(&reader->notes, " [%.*s]\n", KQ_SLICE_PRINT(kq_buffer_slice(&reader->body)));
}

static void drop_input(struct reader *reader, size_t size)
{
    memmove(reader->input.data, reader->input.data + size, reader->input.size - size);
    reader->input.size -= size;
}

static bool step_head(struct reader *reader)
{
    struct kq_http_refusal refusal = {0};
    struct kq_slice bytes;
    enum kq_http_progress progress =
        kq_http_head_find(kq_buffer_slice(&reader->input), &reader->scan, &bytes, &refusal);
    if (progress == KQ_HTTP_MORE) {
        return false;
    }
    if (progress == KQ_HTTP_COMPLETE) {
        kq_buffer_clear(&reader->head_copy);
        kq_buffer_append(&reader->head_copy, bytes);
        drop_input(reader, reader->scan.at);
        reader->scan = (struct kq_http_scan){0};
        reader->in_body =
            kq_http_head_read(kq_buffer_slice(&reader->head_copy), &reader->head, &refusal).ok &&
            kq_http_body_begin(&reader->body_reader, &reader->head, BODY_LIMIT_BYTES, &refusal).ok;
    }
    if (!reader->in_body) {
        note_refusal(reader, &refusal);
    }
    return reader->in_body;
}

static bool step_body(struct reader *reader)
{
    struct kq_http_refusal refusal = {0};
    struct kq_cursor cursor = kq_cursor_of(kq_buffer_slice(&reader->input));
    enum kq_http_progress progress =
        kq_http_body_take(&reader->body_reader, &cursor, &reader->body, &refusal);
    drop_input(reader, reader->input.size - kq_cursor_left(&cursor));
    if (progress == KQ_HTTP_REFUSED) {
        note_refusal(reader, &refusal);
    }
    if (progress == KQ_HTTP_COMPLETE) {
        note_request(reader);
        kq_buffer_clear(&reader->body);
        reader->in_body = false;
    }
    return progress == KQ_HTTP_COMPLETE;
}

static void feed(struct reader *reader, struct kq_slice bytes)
{
    kq_buffer_append(&reader->input, bytes);
    bool goes_on = true;
    while (goes_on && !reader->is_refused) {
        goes_on = reader->in_body ? step_body(reader) : step_head(reader);
    }
}

static void free_reader(struct reader *reader)
{
    kq_buffer_free(&reader->input);
    kq_buffer_free(&reader->body);
    kq_buffer_free(&reader->head_copy);
    kq_buffer_free(&reader->notes);
}

static void expect_notes(struct reader *reader, struct kq_slice bytes, const char *expected)
{
    kq_buffer_append_byte(&reader->notes, '\0');
    if (strcmp(reader->notes.data, expected) != 0) {
        print_error("of: %.*s\n", KQ_SLICE_PRINT(bytes));
    }
    assert_string_equal(reader->notes.data, expected);
    free_reader(reader);
}

/* At once, cut in two at every place, and byte by byte: all the same. */
static void expect(struct kq_slice bytes, const char *expected)
{
    for (size_t cut = 0; cut <= bytes.size; cut++) {
        struct reader reader = {0};
        feed(&reader, (struct kq_slice){.data = bytes.data, .size = cut});
        feed(&reader, (struct kq_slice){.data = bytes.data + cut, .size = bytes.size - cut});
        expect_notes(&reader, bytes, expected);
    }
    struct reader reader = {0};
    for (size_t i = 0; i < bytes.size; i++) {
        feed(&reader, (struct kq_slice){.data = bytes.data + i, .size = 1});
    }
    expect_notes(&reader, bytes, expected);
}

struct row {
    const char *text;
    const char *notes;
};

static void expect_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        expect(kq_slice_of(rows[i].text), rows[i].notes);
    }
}

static void requests_are_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET /gateway.do HTTP/1.1\r\nHost: a\r\n\r\n", "GET /gateway.do? keep []\n"},
        {"GET /gateway.do?a=1&b=%20 HTTP/1.1\r\nHost: a\r\n\r\n", "GET /gateway.do?a=1&b=%20 keep []\n"},
        {"GET /a?b?c HTTP/1.1\r\nHost: a\r\n\r\n", "GET /a?b?c keep []\n"},
        {"GET /? HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? keep []\n"},
        {"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", "HEAD /? keep []\n"},
        {"PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx", "PUT /? keep [x]\n"},
        {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", "other /? keep []\n"},
        {"get / HTTP/1.1\r\nHost: a\r\n\r\n", "other /? keep []\n"},
        {"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", "other *? keep []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "POST /? keep []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", "POST /? keep []\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\ncontent-LENGTH:5\r\nContent-Type: \ttext/plain \r\n\r\nhello",
         "POST /? keep type=text/plain [hello]\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0005\r\n\r\nhello", "POST /? keep [hello]\n"},
        {"GET / HTTP/1.1\r\nHost:\r\nAccept-Language: zh, en\r\naccept-language: de\r\n\r\n",
         "GET /? keep accept_language=zh, en []\n"},
        {"GET / HTTP/1.1\r\nHost:\r\nAuthorization: Bearer x y\r\nX: \xE5\x8D\xA1 \t!\r\nX-Empty:\r\n\r\n",
         "GET /? keep authorization=Bearer x y []\n"},
        {"GET /v3/a HTTP/1.1\r\nHost:\r\nAlipay-App-Auth-Token: t\r\nalipay-encrypt-type: AES\r\n"
         "ALIPAY-ROOT-CERT-SN: a_b\r\nalipay-request-id: 1\r\n\r\n",
         "GET /v3/a? keep token=t encrypt=AES root=a_b []\n"},
        {"GET /\xE5\x8D\xA1?{\"a\":\"b\"} HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /\xE5\x8D\xA1?{\"a\":\"b\"} keep []\n"},
        {"\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? keep []\n"},
        {"GET / HTTP/1.1\r\nHost: a", ""},
        {"", ""},
        {"\r\n", ""},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

/* What is signed of a request line in the newer protocol: as it came, without scheme and authority. */
static void targets_are_kept(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *target;
    } rows[] = {
        {"GET /v3/a HTTP/1.1\r\nHost:\r\n\r\n", "/v3/a"},
        {"GET /v3/a? HTTP/1.1\r\nHost:\r\n\r\n", "/v3/a?"},
        {"GET /v3/a?b=%2f+c?d HTTP/1.1\r\nHost:\r\n\r\n", "/v3/a?b=%2f+c?d"},
        {"GET http://a.b:1/v3/a?b HTTP/1.1\r\nHost:\r\n\r\n", "/v3/a?b"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_http_head head;
        struct kq_http_refusal refusal = {0};
        assert_true(kq_http_head_read(kq_slice_of(rows[i].text), &head, &refusal).ok);
        assert_int_equal(head.target.size, strlen(rows[i].target));
        assert_memory_equal(head.target.data, rows[i].target, head.target.size);
    }
}

static void absolute_targets_are_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET http://a.example:80/gateway.do?x=1 HTTP/1.1\r\nHost: a\r\n\r\n",
         "GET /gateway.do?x=1 keep []\n"},
        {"GET HTTPS://[::1]:8080/b HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b? keep []\n"},
        {"GET http://a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /? keep []\n"},
        {"GET http://a?x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?x keep []\n"},
        {"GET http:///b HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET http://?x HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET ftp://a/b HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET a/b HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET /a\tb HTTP/1.1\r\nHost: a\r\n\r\n", "refused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void keep_alive_follows_version_and_header(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "GET /? []\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE ,y\r\n\r\n", "GET /? []\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\nConnection: close\r\n\r\n", "GET /? []\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: Keep-Alive\r\n\r\n", "GET /? keep []\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", "GET /? keep []\n"},
        {"GET / HTTP/1.0\r\n\r\n", "GET /? 1.0 []\n"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /? keep 1.0 []\n"},
        {"GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET /? 1.0 []\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void request_lines_out_of_form_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET\r\n\r\n", "refused 400\n"},
        {"GET /\r\n\r\n", "refused 400\n"},
        {"GET  / HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET /  HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / HTTP/1.1 \r\n" HOST "\r\n", "refused 400\n"},
        {" GET / HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"G(T / HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {" / HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET /a b HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / http/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / HTTP/1.x\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / HTTP/11\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / HTTP/1.10\r\n" HOST "\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\n" HOST "\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\r\n" HOST "\r\n", "refused 400\n"},
        {"GET /\x01 HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"GET /\x7F HTTP/1.1\r\n" HOST "\r\n", "refused 400\n"},
        {"\x16\x03\x01\x02", "refused 400\n"}, /* a TLS client */
        {"{\"a\":1}\n", "refused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
    expect(KQ_SLICE("GET /\0 HTTP/1.1\r\n" HOST "\r\n"), "refused 400\n");
}

static void other_versions_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "refused 505\n"},
        {"GET / HTTP/2.0\r\n" HOST "\r\n", "refused 505\n"},
        {"GET / HTTP/0.9\r\n" HOST "\r\n", "refused 505\n"},
        {"GET / HTTP/1.2\r\n" HOST "\r\n", "refused 505\n"},
        {"GET / HTTP/3.0\r\n" HOST "\r\n", "refused 505\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void headers_out_of_form_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET / HTTP/1.1\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n\tc\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\n Host: a\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX : b\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX\xE5: b\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\x02\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\rc\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: b\nY: c\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\n\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nContent-Type: a\r\nContent-Type: a\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: a\r\nAuthorization: a\r\n\r\n", "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nalipay-app-auth-token: a\r\nAlipay-App-Auth-Token:\r\n\r\n",
         "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nalipay-encrypt-type:\r\nalipay-encrypt-type: AES\r\n\r\n",
         "refused 400\n"},
        {"GET / HTTP/1.1\r\nHost: a\r\nalipay-root-cert-sn: a\r\nalipay-root-cert-sn: a\r\n\r\n",
         "refused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
    expect(KQ_SLICE("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n"), "refused 400\n");
}

static void lengths_out_of_form_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1 1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
         "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n",
         "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\nContent-Length: 1\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
         "refused 400\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "refused 501\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: identity\r\n\r\n", "refused 501\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\r\n\r\n", "refused 501\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: \x0B"
         "chunked\r\n\r\n",
         "refused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void bodies_too_large_are_refused_at_once(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 65\r\n\r\n", "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551615\r\n\r\n", "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 18446744073709551616\r\n\r\n", "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999999999999\r\n\r\n",
         "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n41\r\n", "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3f\r\n",
         "refused 413\n"},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffffff\r\n",
         "refused 413\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
    expect(KQ_SLICE("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 64\r\n\r\n"
                    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
           "POST /? keep [0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef]\n");
}

#define CHUNKED "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"

static void chunked_bodies_are_read(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {CHUNKED "0\r\n\r\n", "POST /? keep []\n"},
        {CHUNKED "5\r\nhello\r\n0\r\n\r\n", "POST /? keep [hello]\n"},
        {CHUNKED "1\r\na\r\n00a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n",
         "POST /? keep [a01234567890123456789]\n"},
        {CHUNKED "2;a=b;c=\"d\";e\r\nab\r\n0;x\r\n\r\n", "POST /? keep [ab]\n"},
        {CHUNKED "2 \t;a\r\nab\r\n0\r\n\r\n", "POST /? keep [ab]\n"},
        {CHUNKED "2\r\n\r\n\r\n0\r\n\r\n", "POST /? keep [\r\n]\n"},
        {CHUNKED "2\r\nab\r\n0\r\nX: y\r\nZ:\r\n\r\n", "POST /? keep [ab]\n"},
        {CHUNKED "40\r\n0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\r\n0\r\n\r\n",
         "POST /? keep [0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef]\n"},
        {CHUNKED "2\r\nab\r\n0\r\n", ""},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void chunks_out_of_form_are_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {CHUNKED "\r\n", "refused 400\n"},      {CHUNKED ";\r\n", "refused 400\n"},
        {CHUNKED " 1\r\n", "refused 400\n"},    {CHUNKED "g\r\n", "refused 400\n"},
        {CHUNKED "-1\r\n", "refused 400\n"},    {CHUNKED "0x1\r\n", "refused 400\n"},
        {CHUNKED "1 1\r\n", "refused 400\n"},   {CHUNKED "1 \r\n", "refused 400\n"},
        {CHUNKED "1\n", "refused 400\n"},       {CHUNKED "1\rx", "refused 400\n"},
        {CHUNKED "1;\n", "refused 400\n"},      {CHUNKED "1;\x01\r\n", "refused 400\n"},
        {CHUNKED "1\r\nab", "refused 400\n"},   {CHUNKED "1\r\na\n", "refused 400\n"},
        {CHUNKED "1\r\na\rb", "refused 400\n"}, {CHUNKED "0\r\nX\n", "refused 400\n"},
        {CHUNKED "0\r\n\n", "refused 400\n"},   {CHUNKED "0\r\nX\r\r", "refused 400\n"},
        {CHUNKED "0\r\n\rX", "refused 400\n"},  {CHUNKED "0\r\nX\x7F", "refused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void pipelined_requests_are_kept_apart(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"GET /a HTTP/1.1\r\n" HOST "\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
         "GET /a? keep []\nGET /b? keep []\n"},
        {"POST /a HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\nabcGET /b HTTP/1.1\r\n" HOST "\r\n",
         "POST /a? keep [abc]\nGET /b? keep []\n"},
        {"POST /a HTTP/1.1\r\n" HOST "Content-Length: 2\r\n\r\nab\r\nGET /b HTTP/1.1\r\n" HOST "\r\n",
         "POST /a? keep [ab]\nGET /b? keep []\n"},
        {CHUNKED "1\r\na\r\n0\r\n\r\nGET /b HTTP/1.1\r\n" HOST "\r\nGET /c HTTP/1.0\r\n\r\n",
         "POST /? keep [a]\nGET /b? keep []\nGET /c? 1.0 []\n"},
        {"GET /a HTTP/1.1\r\n" HOST "\r\nGARBAGE\r\n\r\nGET /c HTTP/1.1\r\n" HOST "\r\n",
         "GET /a? keep []\nrefused 400\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void expectations_are_met_or_refused(void **state)
{
    (void)state;
    static const struct row rows[] = {
        {"POST / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx",
         "POST /? keep continue [x]\n"},
        {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\nx", "POST /? 1.0 [x]\n"},
        {"POST / HTTP/1.1\r\n" HOST "Expect: 200-ok\r\n\r\n", "refused 417\n"},
        {"POST / HTTP/1.1\r\n" HOST "Expect:\r\n\r\n", "refused 417\n"},
        {"POST / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n", "refused 417\n"},
    };
    expect_rows(rows, KQ_COUNT(rows));
}

static void expect_long(const struct kq_buffer *bytes, const char *expected)
{
    assert_false(bytes->failed);
    static const size_t steps[] = {1, 7, 4096, SIZE_MAX};
    for (size_t i = 0; i < KQ_COUNT(steps); i++) {
        struct reader reader = {0};
        for (size_t at = 0; at < bytes->size;) {
            size_t size = bytes->size - at < steps[i] ? bytes->size - at : steps[i];
            feed(&reader, (struct kq_slice){.data = bytes->data + at, .size = size});
            at += size;
        }
        expect_notes(&reader, KQ_SLICE("(long)"), expected);
    }
}

/* A head of exactly `size` bytes, filled up by one header. */
static void make_head(struct kq_buffer *bytes, size_t size)
{
    kq_buffer_clear(bytes);
    kq_buffer_append(bytes, KQ_SLICE("GET / HTTP/1.1\r\nHost: a\r\nX: "));
    while (bytes->size < size - 4) {
        kq_buffer_append_byte(bytes, 'x');
    }
    kq_buffer_append(bytes, KQ_SLICE("\r\n\r\n"));
}

static void heads_have_a_largest_size(void **state)
{
    (void)state;
    struct kq_buffer bytes = {0};
    make_head(&bytes, KQ_HTTP_HEAD_MAX_BYTES);
    expect_long(&bytes, "GET /? keep []\n");
    make_head(&bytes, KQ_HTTP_HEAD_MAX_BYTES + 1);
    expect_long(&bytes, "refused 431\n");
    kq_buffer_clear(&bytes);
    while (bytes.size <= KQ_HTTP_HEAD_MAX_BYTES) {
        kq_buffer_append(&bytes, KQ_SLICE("\r\n"));
    }
    expect_long(&bytes, "refused 431\n");
    kq_buffer_free(&bytes);
}

static void headers_have_a_largest_number(void **state)
{
    (void)state;
    for (size_t count = KQ_HTTP_HEADERS_MAX; count <= KQ_HTTP_HEADERS_MAX + 1; count++) {
        struct kq_buffer bytes = {0};
        kq_buffer_append(&bytes, KQ_SLICE("GET / HTTP/1.1\r\nHost: a\r\n"));
        for (size_t i = 1; i < count; i++) {
            kq_buffer_append(&bytes, KQ_SLICE("X: y\r\n"));
        }
        kq_buffer_append(&bytes, KQ_SLICE("\r\n"));
        expect_long(&bytes, count > KQ_HTTP_HEADERS_MAX ? "refused 431\n" : "GET /? keep []\n");
        kq_buffer_free(&bytes);
    }
}

static void make_chunked(struct kq_buffer *bytes, size_t extension, size_t trailers)
{
    kq_buffer_clear(bytes);
    kq_buffer_append(bytes, KQ_SLICE(CHUNKED "1;"));
    for (size_t i = 0; i < extension; i++) {
        kq_buffer_append_byte(bytes, 'e');
    }
    kq_buffer_append(bytes, KQ_SLICE("\r\na\r\n0\r\n"));
    for (size_t i = 0; i < trailers; i++) {
        kq_buffer_append_byte(bytes, 't');
    }
    kq_buffer_append(bytes, trailers > 0 ? KQ_SLICE("\r\n\r\n") : KQ_SLICE("\r\n"));
}

static void chunk_lines_and_trailers_have_a_largest_size(void **state)
{
    (void)state;
    struct kq_buffer bytes = {0};
    make_chunked(&bytes, KQ_HTTP_CHUNK_LINE_MAX_BYTES - 4, 0);
    expect_long(&bytes, "POST /? keep [a]\n");
    make_chunked(&bytes, KQ_HTTP_CHUNK_LINE_MAX_BYTES - 3, 0);
    expect_long(&bytes, "refused 400\n");
    make_chunked(&bytes, 0, KQ_HTTP_TRAILERS_MAX_BYTES - 4);
    expect_long(&bytes, "POST /? keep [a]\n");
    make_chunked(&bytes, 0, KQ_HTTP_TRAILERS_MAX_BYTES - 3);
    expect_long(&bytes, "refused 431\n");
    kq_buffer_free(&bytes);
}

static void a_body_without_memory_is_refused(void **state)
{
    (void)state;
    struct kq_http_head head = {.content_length = 5};
    struct kq_http_body body;
    struct kq_http_refusal refusal = {0};
    struct kq_buffer content = {0};
    struct kq_cursor cursor = kq_cursor_of(KQ_SLICE("hello"));
    assert_true(kq_http_body_begin(&body, &head, BODY_LIMIT_BYTES, &refusal).ok);
    kq_memory_fail_at(1);
    assert_int_equal(kq_http_body_take(&body, &cursor, &content, &refusal), KQ_HTTP_REFUSED);
    kq_memory_fail_at(0);
    assert_int_equal(refusal.status, KQ_HTTP_UNAVAILABLE);
    kq_buffer_free(&content);
}

static void expect_head(const struct kq_http_reply *answer, const char *expected)
{
    struct kq_buffer buffer = {0};
    kq_http_append_head(&buffer, answer);
    assert_false(buffer.failed);
    assert_string_equal(buffer.data, expected);
    kq_buffer_free(&buffer);
}

static void answers_begin_with_a_head(void **state)
{
    (void)state;
    struct kq_http_reply answer = {
        .status = KQ_HTTP_OK, .content_type = "a/b", .body_bytes = 12, .trace_id = "T"};
    expect_head(&answer, "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 12\r\ntrace_id: T\r\n\r\n");
    answer.is_1_0 = true;
    expect_head(&answer, "HTTP/1.1 200 OK\r\nContent-Type: a/b\r\nContent-Length: 12\r\ntrace_id: T\r\n"
                         "Connection: keep-alive\r\n\r\n");
    struct kq_http_reply refusal = {
        .status = KQ_HTTP_METHOD_NOT_ALLOWED, .content_type = "a/b", .header = "Allow: GET", .close = true};
    expect_head(&refusal,
                "HTTP/1.1 405 Method Not Allowed\r\nContent-Type: a/b\r\nContent-Length: 0\r\nAllow: GET\r\n"
                "Connection: close\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_are_read),
        cmocka_unit_test(targets_are_kept),
        cmocka_unit_test(absolute_targets_are_read),
        cmocka_unit_test(keep_alive_follows_version_and_header),
        cmocka_unit_test(request_lines_out_of_form_are_refused),
        cmocka_unit_test(other_versions_are_refused),
        cmocka_unit_test(headers_out_of_form_are_refused),
        cmocka_unit_test(lengths_out_of_form_are_refused),
        cmocka_unit_test(bodies_too_large_are_refused_at_once),
        cmocka_unit_test(chunked_bodies_are_read),
        cmocka_unit_test(chunks_out_of_form_are_refused),
        cmocka_unit_test(pipelined_requests_are_kept_apart),
        cmocka_unit_test(expectations_are_met_or_refused),
        cmocka_unit_test(heads_have_a_largest_size),
        cmocka_unit_test(headers_have_a_largest_number),
        cmocka_unit_test(chunk_lines_and_trailers_have_a_largest_size),
        cmocka_unit_test(a_body_without_memory_is_refused),
        cmocka_unit_test(answers_begin_with_a_head),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
