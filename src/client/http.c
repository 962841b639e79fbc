/* SPDX-License-Identifier: Apache-2.0 */
#include "client/http.h"

#include <string.h>

#include "base/memory.h"

struct kq_http {
    const struct kq_curl *curl;
    CURL *handle;               /* owned */
    struct curl_slist *headers; /* owned; of the transfer that was begun last */
    const char *content_type;
    size_t answer_max_bytes;
    struct kq_slice unsent; /* of the body of the transfer under way */
    char reason[CURL_ERROR_SIZE];
};

/* Gives a body away once: there is no going back in it, so libcurl cannot send it again. */
static size_t give_body(char *place, size_t item_bytes, size_t count, void *data)
{
    struct kq_http *http = data;
    size_t room = item_bytes * count;
    size_t size = http->unsent.size < room ? http->unsent.size : room;
    if (size > 0) {
        memcpy(place, http->unsent.data, size);
        http->unsent.data += size;
        http->unsent.size -= size;
    }
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

/* No proxy of the environment can reach this machine's own loopback addresses. */
static int is_loopback(const char *url)
{
    static const char *const beginnings[] = {"http://127.",       "https://127.", "http://localhost",
                                             "https://localhost", "http://[::1]", "https://[::1]"};
    for (size_t i = 0; i < KQ_COUNT(beginnings); i++) {
        if (kq_slice_starts_with(kq_slice_of(url), kq_slice_of(beginnings[i]))) {
            return 1;
        }
    }
    return 0;
}

static CURLcode set_proxy(struct kq_http *http, const struct kq_http_settings *settings)
{
    const char *proxy = settings->proxy == NULL && is_loopback(settings->url) ? "" : settings->proxy;
    return proxy == NULL ? CURLE_OK : http->curl->easy_setopt(http->handle, CURLOPT_PROXY, proxy);
}

static CURLcode set_up(struct kq_http *http, const struct kq_http_settings *settings)
{
    CURL *handle = http->handle;
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(handle, CURLOPT_NOSIGNAL, 1L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_POST, 1L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_TCP_KEEPALIVE, 1L);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_USERAGENT, "libkaquan/" KQ_VERSION);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_ERRORBUFFER, http->reason);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_READFUNCTION, give_body);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_READDATA, http);
    code = code != CURLE_OK ? code : setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, settings->connect_timeout_ms);
    if (code == CURLE_OK && settings->ca_file != NULL) {
        code = setopt(handle, CURLOPT_CAINFO, settings->ca_file);
    }
    return code != CURLE_OK ? code : set_proxy(http, settings);
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
    opened->content_type = settings->content_type;
    opened->answer_max_bytes = settings->answer_max_bytes;
    opened->handle = curl->easy_init();
    if (opened->handle == NULL || set_up(opened, settings) != CURLE_OK) {
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
    http->curl->slist_free_all(http->headers);
    kq_memory_free(http);
}

/* The URL's query carries a signature and perhaps a token: curl's reasons name the host at most. */
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
    return kq_fail(error, KQ_E_TRANSPORT, "%s",
                   http->reason[0] != '\0' ? http->reason : http->curl->easy_strerror(code));
}

static bool append_header(struct kq_http *http, const char *header)
{
    struct curl_slist *longer = http->curl->slist_append(http->headers, header);
    http->headers = longer == NULL ? http->headers : longer;
    return longer != NULL;
}

/* An `Expect: 100-continue` would cost a round trip and helps no gateway. */
static bool set_headers(struct kq_http *http, const struct kq_http_request *request)
{
    http->curl->slist_free_all(http->headers);
    http->headers = NULL;
    bool done = append_header(http, http->content_type) && append_header(http, "Expect:");
    for (size_t i = 0; done && request->headers[i] != NULL; i++) {
        done = append_header(http, request->headers[i]);
    }
    return done && http->curl->easy_setopt(http->handle, CURLOPT_HTTPHEADER, http->headers) == CURLE_OK;
}

/* An empty body has nothing that could be given away once, so a call without one gets a connection of its
 * own, which libcurl does not give up for another. */
static CURLcode set_body(struct kq_http *http, struct kq_slice body)
{
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(http->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body.size);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_POSTFIELDS, body.size == 0 ? "" : NULL);
    http->unsent = body;
    return code != CURLE_OK ? code : setopt(http->handle, CURLOPT_FRESH_CONNECT, body.size == 0 ? 1L : 0L);
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
    CURLcode (*setopt)(CURL *, CURLoption, ...) = http->curl->easy_setopt;
    CURLcode code = setopt(http->handle, CURLOPT_URL, request->url);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_TIMEOUT_MS, request->timeout_ms);
    code = code != CURLE_OK ? code : set_body(http, request->body);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_WRITEDATA, answer);
    code = code != CURLE_OK ? code : setopt(http->handle, CURLOPT_HEADERDATA, answer);
    KQ_ENSURE_MEMORY(code == CURLE_OK && set_headers(http, request), error);
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
