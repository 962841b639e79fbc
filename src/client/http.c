/* SPDX-License-Identifier: Apache-2.0 */
#include "client/http.h"

#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "client/where.h"

/* The content type; no `Expect: 100-continue`, which would cost a round trip and helps no gateway; and whose
 * request this is, which libcurl would write twice if it were its own header. */
#define OWN_HEADERS 3

#define USER_AGENT "libkaquan/" KQ_VERSION

struct kq_http {
    const struct kq_curl *curl;
    CURL *handle; /* owned */
    struct kq_where where;
    size_t answer_max_bytes;
    bool is_sent;           /* what is posted, or some of it */
    bool is_refused;        /* to send it again */
    struct kq_slice unsent; /* the rest of a body that libcurl asks for */
    /* A list of libcurl's that needs no memory: those that every request has, and then its own. */
    struct curl_slist headers[OWN_HEADERS + KQ_HTTP_HEADERS_MAX];
    char reason[CURL_ERROR_SIZE];
};

/* A connection is there, and the request is about to be sent: once, and not again over another connection,
 * which libcurl would do where a kept one ends without an answer. Of a body that it asks for, nothing is sent
 * yet. */
static int send_once(void *data, char *their_address, char *our_address, int their_port, int our_port)
{
    (void)their_address;
    (void)our_address;
    (void)their_port;
    (void)our_port;
    struct kq_http *http = data;
    http->is_refused = http->is_sent;
    http->is_sent = http->is_sent || http->unsent.size == 0;
    return http->is_refused ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

static size_t give_body(char *place, size_t item_bytes, size_t count, void *data)
{
    struct kq_http *http = data;
    size_t room = item_bytes * count;
    size_t size = http->unsent.size < room ? http->unsent.size : room;
    if (size == 0) {
        return 0;
    }
    memcpy(place, http->unsent.data, size);
    http->unsent = (struct kq_slice){.data = http->unsent.data + size, .size = http->unsent.size - size};
    http->is_sent = true;
    return size;
}

static size_t take_body(char *bytes, size_t item_bytes, size_t count, void *data)
{
    struct kq_http_answer *answer = data;
    size_t size = item_bytes * count;
    answer->is_too_long = size > answer->body.limit_bytes - answer->body.size;
    kq_buffer_append(&answer->body, (struct kq_slice){.data = bytes, .size = size});
    return answer->body.failed ? 0 : size;
}

/* Copies what follows `name:`, printable ASCII only: it may be shown on a terminal. */
static void take_value(struct kq_slice line, struct kq_slice name, char *value, size_t value_size)
{
    if (line.size <= name.size || line.data[name.size] != ':' ||
        !kq_slice_equal_ignoring_case((struct kq_slice){.data = line.data, .size = name.size}, name)) {
        return;
    }
    struct kq_slice text = kq_slice_trim(
        (struct kq_slice){.data = line.data + name.size + 1, .size = line.size - name.size - 1});
    size_t size = 0;
    for (size_t i = 0; i < text.size && size + 1 < value_size; i++) {
        if (text.data[i] >= ' ' && text.data[i] <= '~') {
            value[size++] = text.data[i];
        }
    }
    value[size] = '\0';
}

static size_t take_header(char *bytes, size_t item_bytes, size_t count, void *data)
{
    struct kq_http_answer *answer = data;
    struct kq_slice line = {.data = bytes, .size = item_bytes * count};
    take_value(line, KQ_SLICE("trace_id"), answer->trace_id, sizeof(answer->trace_id));
    take_value(line, KQ_SLICE("alipay-trace-id"), answer->trace_id, sizeof(answer->trace_id));
    take_value(line, KQ_SLICE("content-type"), answer->content_type, sizeof(answer->content_type));
    take_value(line, KQ_SLICE("alipay-timestamp"), answer->timestamp, sizeof(answer->timestamp));
    take_value(line, KQ_SLICE("alipay-nonce"), answer->nonce, sizeof(answer->nonce));
    take_value(line, KQ_SLICE("alipay-sn"), answer->cert_sn, sizeof(answer->cert_sn));
    take_value(line, KQ_SLICE("alipay-signature"), answer->signature, sizeof(answer->signature));
    return line.size;
}

/* Whose request it is, a proxy is told where it is to make a tunnel; the gateway is by the header, which is
 * the same and goes before. */
static CURLcode set_some_proxy(const struct kq_http *http)
{
    const char *proxy = http->where.proxy;
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(http->handle, CURLOPT_USERAGENT, USER_AGENT);
    return code == CURLE_OK && proxy != NULL ? setopt(http->handle, CURLOPT_PROXY, proxy) : code;
}

/* Else it would look at every call for exceptions in the environment. */
static CURLcode set_no_proxy(const struct kq_http *http)
{
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(http->handle, CURLOPT_PROXY, "");
    return code == CURLE_OK ? setopt(http->handle, CURLOPT_NOPROXY, "") : code;
}

static CURLcode set_proxy(const struct kq_http *http)
{
    const char *proxy = http->where.proxy;
    return proxy != NULL && proxy[0] == '\0' ? set_no_proxy(http) : set_some_proxy(http);
}

/* The thread that looks up a name cannot be interrupted, and libcurl would wait for it where a call ends or
 * is cancelled before the name server answers; so it would hold a loop's thread, and longer than timeout_ms.
 */
static CURLcode set_quick_exit(const struct kq_http *http)
{
#if LIBCURL_VERSION_NUM >= 0x075700
    /* The library may be older than its header. */
    CURLcode code = http->curl->easy_setopt(http->handle, CURLOPT_QUICK_EXIT, 1L);
    return code == CURLE_UNKNOWN_OPTION ? CURLE_OK : code;
#else
    (void)http;
    return CURLE_OK;
#endif
}

static CURLcode set_up(struct kq_http *http, const struct kq_http_settings *settings)
{
    CURL *handle = http->handle;
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(handle, CURLOPT_NOSIGNAL, 1L);
    code = code != CURLE_OK ? code : set_quick_exit(http);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_POST, 1L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_ERRORBUFFER, http->reason);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_PREREQFUNCTION, send_once);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_PREREQDATA, http);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_READFUNCTION, give_body);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_READDATA, http);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, settings->connect_timeout_ms);
    if (code == CURLE_OK && settings->ca_file != NULL) {
        code = setopt(handle, CURLOPT_CAINFO, settings->ca_file);
    }
    return code != CURLE_OK ? code : set_proxy(http);
}

/* As libcurl reads it: a scheme that is not there, it guesses. */
static CURLUcode read_proxy(const struct kq_curl *curl, CURLU *url, const char *proxy, bool *is_known)
{
    static const char *const schemes[] = {"http", "https", "socks4", "socks4a", "socks5", "socks5h"};
    char *scheme = NULL;
    CURLUcode code = curl->url_set(url, CURLUPART_URL, proxy, CURLU_NON_SUPPORT_SCHEME | CURLU_GUESS_SCHEME);
    code = code != CURLUE_OK ? code : curl->url_get(url, CURLUPART_SCHEME, &scheme, 0);
    *is_known = false;
    for (size_t i = 0; code == CURLUE_OK && i < KQ_COUNT(schemes); i++) {
        *is_known = *is_known || strcasecmp(scheme, schemes[i]) == 0;
    }
    curl->free(scheme);
    return code;
}

struct kq_result kq_http_check_proxy(const char *proxy, struct kq_error *error)
{
    if (proxy == NULL || proxy[0] == '\0') {
        return KQ_OK;
    }
    const struct kq_curl *curl = NULL;
    KQ_TRY(kq_curl_load(&curl, error));
    CURLU *url = curl->url();
    KQ_ENSURE_MEMORY(url != NULL, error);
    bool is_known = false;
    CURLUcode code = read_proxy(curl, url, proxy, &is_known);
    curl->url_cleanup(url);
    KQ_ENSURE_MEMORY(code != CURLUE_OUT_OF_MEMORY, error);
    KQ_ENSURE(is_known, error, KQ_E_USAGE,
              "the proxy must be a host, or a URL that begins with http://, https://, socks4://, socks4a://, "
              "socks5:// or socks5h://");
    return KQ_OK;
}

struct kq_result kq_http_open(const struct kq_http_settings *settings, struct kq_http **http,
                              struct kq_error *error)
{
    *http = NULL;
    const struct kq_curl *curl = NULL;
    KQ_TRY(kq_curl_load(&curl, error));
    struct kq_http *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->curl = curl;
    opened->headers[0].data = (char *)settings->content_type;
    opened->headers[1].data = "Expect:";
    opened->headers[2].data = "User-Agent: " USER_AGENT;
    opened->answer_max_bytes = settings->answer_max_bytes;
    opened->handle = curl->easy_init();
    if (opened->handle == NULL ||
        !kq_where_read(curl, settings->url, settings->proxy, &opened->where, error).ok ||
        set_up(opened, settings) != CURLE_OK) {
        kq_http_close(opened);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    *http = opened;
    return KQ_OK;
}

void kq_http_close(struct kq_http *http)
{
    if (http == NULL) {
        return;
    }
    http->curl->easy_cleanup(http->handle);
    kq_where_free(http->curl, &http->where);
    kq_memory_free(http);
}

/* The URL's query carries a signature and perhaps a token, and a proxy's URL its password: curl's reasons
 * name the host at most, but for those that quote a proxy. */
static const char *reason_of(const struct kq_http *http, CURLcode code)
{
    bool quotes = kq_slice_starts_with(kq_slice_of(http->reason), KQ_SLICE("Unsupported proxy"));
    return quotes || http->reason[0] == '\0' ? http->curl->easy_strerror(code) : http->reason;
}

static struct kq_result fail(struct kq_http *http, CURLcode code, const struct kq_http_answer *answer,
                             struct kq_error *error)
{
    if (code == CURLE_OUT_OF_MEMORY ||
        (code == CURLE_WRITE_ERROR && answer->body.failed && !answer->is_too_long)) {
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    if (code == CURLE_WRITE_ERROR && answer->is_too_long) {
        return kq_fail(error, KQ_E_ANSWER, "the answer is longer than %zu bytes", http->answer_max_bytes);
    }
    /* The second: of a body that was sent in part, of which libcurl would need the beginning again. */
    KQ_ENSURE(!http->is_refused && code != CURLE_SEND_FAIL_REWIND, error, KQ_E_TRANSPORT,
              "the connection ended without an answer");
    KQ_ENSURE(code != CURLE_SSL_CONNECT_ERROR || strstr(http->reason, "wrong version number") == NULL, error,
              KQ_E_TRANSPORT, "what answers there speaks no TLS: does the gateway's URL begin with http://?");
    KQ_ENSURE(strstr(http->reason, "HTTP/0.9") == NULL, error, KQ_E_TRANSPORT,
              "what answers there speaks no HTTP: does the gateway's URL begin with https://?");
    /* The only other callback that ends a transfer. */
    KQ_ENSURE(code != CURLE_ABORTED_BY_CALLBACK, error, KQ_E_TRANSPORT, "the socket cannot be watched");
    return kq_fail(error, KQ_E_TRANSPORT, "%s", reason_of(http, code));
}

static CURLcode set_headers(struct kq_http *http, const char *const *more)
{
    size_t count = OWN_HEADERS;
    while (more[count - OWN_HEADERS] != NULL) {
        http->headers[count].data = (char *)more[count - OWN_HEADERS];
        count++;
    }
    for (size_t i = 0; i < count; i++) {
        http->headers[i].next = i + 1 < count ? &http->headers[i + 1] : NULL;
    }
    return http->curl->easy_setopt(http->handle, CURLOPT_HTTPHEADER, http->headers);
}

/* libcurl does not copy it, and sends a short one in one piece with the headers. */
static CURLcode set_whole_body(struct kq_http *http, struct kq_slice body)
{
    return http->curl->easy_setopt(http->handle, CURLOPT_POSTFIELDS, body.size == 0 ? "" : body.data);
}

/* A server ends an idle connection by a message of TLS, which libcurl takes for a sign of life. It sends its
 * headers then, reads the end, and takes another connection, which it may: it has not asked for the body.
 * Where there is none, nothing tells a request that was sent from one that was not, so it gets a new
 * connection. */
static CURLcode set_asked_body(struct kq_http *http, struct kq_slice body)
{
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(http->handle, CURLOPT_FRESH_CONNECT, body.size == 0 ? 1L : 0L);
    if (code != CURLE_OK || body.size == 0) {
        return code != CURLE_OK ? code : set_whole_body(http, body);
    }
    http->unsent = body;
    return setopt(http->handle, CURLOPT_POSTFIELDS, NULL);
}

static CURLcode set_body(struct kq_http *http, struct kq_slice body)
{
    http->unsent = KQ_SLICE_EMPTY;
    CURLcode code = http->curl->easy_setopt(http->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    if (code != CURLE_OK) {
        return code;
    }
    return http->where.may_be_tls ? set_asked_body(http, body) : set_whole_body(http, body);
}

/* libcurl reads a URL anew for every request, and writes it byte by byte: where it can be, it is told the
 * gateway's, which has been read, and what the first line asks for as it is to be sent. */
static CURLcode set_target(struct kq_http *http, const char *url)
{
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    if (http->where.origin_size == 0 || url[http->where.origin_size] != '/') {
        return setopt(http->handle, CURLOPT_URL, url);
    }
    CURLcode code = setopt(http->handle, CURLOPT_CURLU, http->where.gateway);
    return code != CURLE_OK ? code
                            : setopt(http->handle, CURLOPT_REQUEST_TARGET, url + http->where.origin_size);
}

static void clear(struct kq_http_answer *answer, size_t limit_bytes)
{
    struct kq_buffer body = answer->body;
    *answer = (struct kq_http_answer){.body = body};
    kq_buffer_clear(&answer->body);
    answer->body.limit_bytes = limit_bytes;
}

struct kq_result kq_http_begin(struct kq_http *http, const struct kq_http_request *request,
                               struct kq_http_answer *answer, struct kq_error *error)
{
    clear(answer, http->answer_max_bytes);
    http->reason[0] = '\0';
    http->is_sent = false;
    http->is_refused = false;
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = set_target(http, request->url);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    code = code != CURLE_OK ? code : set_body(http, request->body);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_WRITEDATA, answer);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_HEADERDATA, answer);
    code = code != CURLE_OK ? code : set_headers(http, request->headers);
    KQ_ENSURE_MEMORY(code == CURLE_OK, error);
    return KQ_OK;
}

CURL *kq_http_handle(struct kq_http *http)
{
    return http->handle;
}

struct kq_result kq_http_end(struct kq_http *http, CURLcode code, struct kq_http_answer *answer,
                             struct kq_error *error)
{
    if (code != CURLE_OK) {
        return fail(http, code, answer, error);
    }
    long status = 0;
    http->curl->easy_getinfo(http->handle, CURLINFO_RESPONSE_CODE, &status);
    answer->status = (int)status;
    return KQ_OK;
}

struct kq_result kq_http_post(struct kq_http *http, const struct kq_http_request *request,
                              struct kq_http_answer *answer, struct kq_error *error)
{
    KQ_TRY(kq_http_begin(http, request, answer, error));
    return kq_http_end(http, http->curl->easy_perform(http->handle), answer, error);
}
