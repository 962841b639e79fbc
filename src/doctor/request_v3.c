/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

#include "wire/openapi_v3.h"

/* Calls of the newer protocol: what is signed of them, whichever form they were read from. */

/* All schemes of the platform's begin so, also those that people make up. */
#define SCHEMES KQ_SLICE("ALIPAY-")

/* The part of a form that has the request's JSON. */
#define FORM_JSON_PART KQ_SLICE("data")

static bool starts_with_ignoring_case(struct kq_slice text, struct kq_slice prefix)
{
    return text.size >= prefix.size &&
           kq_slice_equal_ignoring_case((struct kq_slice){text.data, prefix.size}, prefix);
}

/* How much of an address stands before its path: `https://` and the host, or the host alone, as curl takes
 * it, where a path of the gateway's follows. */
static size_t host_of(struct kq_slice url, struct kq_slice *host)
{
    struct kq_cursor cursor = kq_cursor_of(url);
    struct kq_slice scheme;
    size_t slash = kq_slice_find(url, '/');
    struct kq_slice path = {.data = url.data + slash, .size = url.size - slash};
    if (kq_cursor_take_until(&cursor, KQ_SLICE("://"), &scheme) && slash >= scheme.size) {
        struct kq_slice rest = kq_cursor_take_rest(&cursor);
        *host = (struct kq_slice){.data = rest.data, .size = kq_slice_find(rest, '/')};
        return (size_t)(rest.data - url.data) + host->size;
    }
    bool is_path = kq_slice_starts_with(path, KQ_SLICE(KQ_V3_PATH_PREFIX)) ||
                   kq_slice_starts_with(path, KQ_SLICE("/gateway.do"));
    if (slash == 0 || !is_path || kq_slice_find(url, '?') < slash) {
        return 0;
    }
    *host = (struct kq_slice){.data = url.data, .size = slash};
    return slash;
}

void kq_request_take_address(struct kq_slice url, struct kq_sent_v3 *sent)
{
    url.size = kq_slice_find(url, '#');
    size_t size = url.size == 0 ? 0 : host_of(url, &sent->host);
    sent->target = url;
    if (size > 0) {
        sent->target = (struct kq_slice){.data = url.data + size, .size = url.size - size};
    }
}

void kq_request_take_header(struct kq_slice name, struct kq_slice value, struct kq_sent_v3 *sent)
{
    if (kq_slice_equal_ignoring_case(name, KQ_SLICE("authorization"))) {
        sent->authorization = value;
    } else if (kq_slice_equal_ignoring_case(name, KQ_SLICE(KQ_V3_HEADER_APP_AUTH_TOKEN))) {
        sent->app_auth_token = value;
    } else if (kq_slice_equal_ignoring_case(name, KQ_SLICE("content-type"))) {
        sent->content_type = value;
    } else if (kq_slice_equal_ignoring_case(name, KQ_SLICE("host")) ||
               kq_slice_equal_ignoring_case(name, KQ_SLICE(":authority"))) {
        sent->host = value;
    }
}

static bool is_known_item(struct kq_slice name)
{
    static const struct kq_slice names[] = {KQ_SLICE("app_id"), KQ_SLICE("app_cert_sn"), KQ_SLICE("nonce"),
                                            KQ_SLICE("timestamp"), KQ_SLICE("sign")};
    size_t at = 0;
    while (at < KQ_COUNT(names) && !kq_slice_equal(name, names[at])) {
        at++;
    }
    return at < KQ_COUNT(names);
}

static struct kq_result add_item(struct kq_sent_request *request, struct kq_slice item,
                                 struct kq_error *error)
{
    size_t equals = kq_slice_find(item, '=');
    struct kq_slice value = equals < item.size
                                ? (struct kq_slice){item.data + equals + 1, item.size - equals - 1}
                                : KQ_SLICE_EMPTY;
    struct kq_slice name = kq_slice_trim((struct kq_slice){item.data, equals});
    if (is_known_item(name) && value.size > 2 && value.data[0] == '"' && value.data[value.size - 1] == '"') {
        value = (struct kq_slice){.data = value.data + 1, .size = value.size - 2};
        request->v3.has_quotes = true;
    }
    bool has_spaces = name.size < equals && is_known_item(name);
    request->v3.has_spaces = request->v3.has_spaces || has_spaces;
    return kq_request_add(request, (struct kq_sent_param){name, value, value}, error);
}

/* The first word is the scheme; of the list behind it all before `sign` is signed. */
static struct kq_result read_authorization(struct kq_sent_request *request, struct kq_error *error)
{
    struct kq_sent_v3 *v3 = &request->v3;
    struct kq_cursor cursor = kq_cursor_of(kq_slice_trim(v3->authorization));
    struct kq_slice item;
    bool is_signed = false;
    if (!kq_cursor_take_part(&cursor, ' ', &v3->scheme)) {
        return KQ_OK;
    }
    v3->list = kq_slice_trim(kq_cursor_take_rest(&cursor));
    cursor = kq_cursor_of(v3->list);
    while (kq_cursor_take_part(&cursor, ',', &item)) {
        KQ_TRY(add_item(request, item, error));
        bool is_sign = kq_slice_equal(request->items[request->count - 1].name, KQ_SLICE("sign"));
        v3->is_signed_to_its_middle = v3->is_signed_to_its_middle || is_signed;
        if (is_sign && !is_signed) {
            size_t before = (size_t)(item.data - v3->list.data);
            v3->list.size = before == 0 ? 0 : before - 1; /* the comma */
            is_signed = true;
        }
    }
    return KQ_OK;
}

static struct kq_result find_body(struct kq_sent_request *request, struct kq_error *error)
{
    struct kq_sent_v3 *v3 = &request->v3;
    struct kq_params parts;
    struct kq_error inner = {0};
    v3->body = v3->content;
    if (kq_slice_equal(v3->http_method, KQ_SLICE("GET"))) {
        v3->body = KQ_SLICE_EMPTY;
    } else if (starts_with_ignoring_case(v3->content_type, KQ_SLICE("multipart/form-data"))) {
        kq_params_init(&parts, request->arena);
        if (!kq_multipart_decode(v3->content_type, v3->content, &parts, &inner).ok) {
            return kq_fail(error, inner.code == KQ_E_NO_MEMORY ? inner.code : KQ_E_BAD_INPUT,
                           "the multipart body is cut off or broken");
        }
        v3->body = kq_params_find(&parts, FORM_JSON_PART);
    }
    return KQ_OK;
}

struct kq_result kq_request_take_v3(struct kq_sent_request *request, const struct kq_sent_v3 *sent,
                                    bool *taken, struct kq_error *error)
{
    *taken = starts_with_ignoring_case(sent->authorization, SCHEMES) ||
             kq_slice_starts_with(sent->target, KQ_SLICE(KQ_V3_PATH_PREFIX));
    if (!*taken) {
        return KQ_OK;
    }
    request->count = 0;
    request->is_v3 = true;
    request->v3 = *sent;
    if (request->v3.http_method.size == 0) {
        request->v3.http_method = sent->content.size == 0 ? KQ_SLICE("GET") : KQ_SLICE("POST");
    }
    KQ_TRY(read_authorization(request, error));
    return find_body(request, error);
}

struct kq_result kq_request_read_v3(const struct kq_sent_v3 *sent, struct kq_arena *arena,
                                    struct kq_sent_request *request, struct kq_error *error)
{
    bool taken = false;
    *request = (struct kq_sent_request){.arena = arena, .form = KQ_REQUEST_HTTP};
    KQ_TRY(kq_request_take_v3(request, sent, &taken, error));
    KQ_ENSURE(taken, error, KQ_E_BAD_INPUT, "this is no call of OpenAPI v3");
    return KQ_OK;
}
