/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/json_style.h"
#include "doctor/request_parts.h"

static struct kq_slice text_of(const struct kq_json *object, struct kq_slice name)
{
    const struct kq_json *member = object == NULL ? NULL : kq_json_member(object, name);
    return member == NULL || member->kind != KQ_JSON_STRING ? KQ_SLICE_EMPTY : member->text;
}

/* What is no string as it would be written. */
static struct kq_result value_of(struct kq_sent_request *request, const struct kq_json *member,
                                 struct kq_slice *value, struct kq_error *error)
{
    static const struct kq_json_style compact = {.spacing = KQ_JSON_COMPACT};
    *value = member->text;
    if (member->kind != KQ_JSON_STRING && member->kind != KQ_JSON_NUMBER && member->kind != KQ_JSON_NULL) {
        struct kq_buffer written KQ_CLEANUP(kq_buffer_free) = {0};
        kq_json_append_styled(&written, member, &compact);
        KQ_ENSURE_MEMORY(!written.failed, error);
        *value = kq_arena_copy(request->arena, kq_buffer_slice(&written));
        KQ_ENSURE_MEMORY(value->data, error);
    }
    return KQ_OK;
}

static struct kq_result add_member(struct kq_sent_request *request, const struct kq_json *member,
                                   struct kq_error *error)
{
    struct kq_slice value;
    KQ_TRY(value_of(request, member, &value, error));
    return kq_request_add(request, (struct kq_sent_param){member->name, value, value}, error);
}

static struct kq_result add_members(struct kq_sent_request *request, const struct kq_json *object,
                                    struct kq_error *error)
{
    request->form = KQ_REQUEST_JSON;
    request->is_plain = true;
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        KQ_TRY(add_member(request, member, error));
    }
    return KQ_OK;
}

/* `postData` of a HAR entry: its text, or the list of parameters that was made of that. */
static struct kq_result add_post_data(struct kq_sent_request *request, const struct kq_json *data,
                                      struct kq_error *error)
{
    const struct kq_json *params = data == NULL ? NULL : kq_json_member(data, KQ_SLICE("params"));
    struct kq_slice text = text_of(data, KQ_SLICE("text"));
    if (text.size > 0) {
        return kq_request_add_body(request, text_of(data, KQ_SLICE("mimeType")), text, error);
    }
    for (const struct kq_json *param = params == NULL ? NULL : params->first; param != NULL;
         param = param->next) {
        struct kq_slice value = text_of(param, KQ_SLICE("value"));
        struct kq_slice name = text_of(param, KQ_SLICE("name"));
        KQ_TRY(kq_request_add(request, (struct kq_sent_param){name, value, value}, error));
    }
    return KQ_OK;
}

/* The first of those that the object has. */
static const struct kq_json *member_of(const struct kq_json *object, const char *const *names)
{
    const struct kq_json *found = NULL;
    for (; *names != NULL && found == NULL; names++) {
        found = kq_json_member(object, kq_slice_of(*names));
    }
    return found;
}

/* [{"name":…,"value":…}] as a HAR file has them, or an object of them. */
static void take_headers(const struct kq_json *headers, struct kq_sent_v3 *sent)
{
    for (const struct kq_json *header = headers == NULL ? NULL : headers->first; header != NULL;
         header = header->next) {
        if (header->kind == KQ_JSON_STRING) {
            kq_request_take_header(header->name, header->text, sent);
        } else if (header->kind == KQ_JSON_OBJECT) {
            kq_request_take_header(text_of(header, KQ_SLICE("name")), text_of(header, KQ_SLICE("value")),
                                   sent);
        }
    }
}

/* A text, or an object as it would be written. */
static struct kq_result take_content(struct kq_sent_request *request, const struct kq_json *body,
                                     struct kq_sent_v3 *sent, struct kq_error *error)
{
    const struct kq_json *text = body == NULL || body->kind != KQ_JSON_OBJECT
                                     ? NULL
                                     : kq_json_member(body, KQ_SLICE("text")); /* of a HAR file's postData */
    const struct kq_json *type = text == NULL ? NULL : kq_json_member(body, KQ_SLICE("mimeType"));
    body = text == NULL ? body : text;
    if (type != NULL && type->kind == KQ_JSON_STRING) {
        sent->content_type = type->text;
    }
    if (body == NULL || body->kind == KQ_JSON_NULL) {
        return KQ_OK;
    }
    return value_of(request, body, &sent->content, error);
}

/* What both protocols have of a call. */
static struct kq_result take_call(struct kq_sent_request *request, struct kq_slice url,
                                  const struct kq_json *object, struct kq_sent_v3 *sent,
                                  struct kq_error *error)
{
    const struct kq_json *method = member_of(object, (const char *const[]){"method", "http_method", NULL});
    kq_request_take_address(url, sent);
    if (method != NULL && method->kind == KQ_JSON_STRING) {
        sent->http_method = kq_request_http_method(method->text);
    }
    take_headers(object, sent); /* they may stand beside the others */
    take_headers(kq_json_member(object, KQ_SLICE("headers")), sent);
    return take_content(request, member_of(object, (const char *const[]){"postData", "body", "data", NULL}),
                        sent, error);
}

static struct kq_slice url_of(const struct kq_json *object)
{
    const struct kq_json *url =
        member_of(object, (const char *const[]){"url", "uri", "path", "target", NULL});
    return url == NULL || url->kind != KQ_JSON_STRING ? KQ_SLICE_EMPTY : url->text;
}

/* A call of the newer protocol as programs' logs have it. */
static struct kq_result take_v3(struct kq_sent_request *request, const struct kq_json *object, bool *taken,
                                struct kq_error *error)
{
    struct kq_sent_v3 sent = {0};
    struct kq_slice url = url_of(object);
    *taken = false;
    if (url.size == 0) {
        return KQ_OK;
    }
    KQ_TRY(take_call(request, url, object, &sent, error));
    return kq_request_take_v3(request, &sent, taken, error);
}

struct kq_result kq_request_add_call(struct kq_sent_request *request, struct kq_slice url,
                                     const struct kq_json *object, struct kq_error *error)
{
    struct kq_sent_v3 sent = {0};
    const struct kq_json *post_data = kq_json_member(object, KQ_SLICE("postData"));
    bool is_v3 = false;
    KQ_TRY(take_call(request, url, object, &sent, error));
    KQ_TRY(kq_request_take_v3(request, &sent, &is_v3, error));
    if (is_v3) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(url), error));
    if (post_data != NULL) {
        return add_post_data(request, post_data, error);
    }
    const struct kq_json *body = member_of(object, (const char *const[]){"body", "data", NULL});
    bool is_object = body != NULL && body->kind == KQ_JSON_OBJECT;
    for (const struct kq_json *member = is_object ? body->first : NULL; member != NULL;
         member = member->next) {
        KQ_TRY(add_member(request, member, error));
    }
    return is_object ? KQ_OK : kq_request_add_body(request, sent.content_type, sent.content, error);
}

static struct kq_result add_har_request(struct kq_sent_request *request, const struct kq_json *object,
                                        struct kq_error *error)
{
    request->form = KQ_REQUEST_HAR;
    return kq_request_add_call(request, text_of(object, KQ_SLICE("url")), object, error);
}

static bool is_har_request(const struct kq_json *object)
{
    struct kq_slice url = text_of(object, KQ_SLICE("url"));
    return object != NULL && url.size > 0 &&
           (text_of(object, KQ_SLICE("method")).size > 0 ||
            kq_json_member(object, KQ_SLICE("postData")) != NULL ||
            kq_request_contains(url, KQ_SLICE("?app_id=")) || kq_request_contains(url, KQ_SLICE("&sign="))) &&
           kq_json_member(object, KQ_SLICE("app_id")) == NULL;
}

/* Of a file of many entries the first that is signed; where none is, the first. */
static struct kq_result add_har_log(struct kq_sent_request *request, const struct kq_json *entries,
                                    struct kq_error *error)
{
    struct kq_sent_request first = kq_request_attempt(request);
    first.form = KQ_REQUEST_HAR;
    for (const struct kq_json *entry = entries->first; entry != NULL; entry = entry->next) {
        const struct kq_json *inner = kq_json_member(entry, KQ_SLICE("request"));
        struct kq_sent_request read = kq_request_attempt(request);
        struct kq_error failure = {0};
        if (!is_har_request(inner)) {
            continue;
        }
        KQ_TRY(kq_request_contain(&read, add_har_request(&read, inner, &failure), &failure, error));
        if (kq_request_find(&read, KQ_SLICE("sign")).size > 0) {
            *request = read;
            return KQ_OK;
        }
        first = first.count == 0 && !first.is_v3 ? read : first;
    }
    *request = first;
    return KQ_OK;
}

/* As programs log them, {"url":…,"params":{…}}, {"msg":"POST https://…"}: how deep they may stand. */
#define DEPTH_MAX 4

static bool has_response(const struct kq_json *object)
{
    const struct kq_json *member = object->first;
    while (member != NULL && !kq_request_is_response(member->name)) {
        member = member->next;
    }
    return member != NULL;
}

/* An answer has a sign, too; one that a log has beside its request says nothing of that. */
static bool has_names(const struct kq_json *object)
{
    return kq_json_member(object, KQ_SLICE("app_id")) != NULL ||
           (kq_json_member(object, KQ_SLICE("sign")) != NULL && !has_response(object));
}

/* JSON in strings of JSON. */
#define NESTED_MAX 2

/* A text in which a request stands. */
static struct kq_result add_text(struct kq_sent_request *request, struct kq_slice text,
                                 struct kq_error *error)
{
    struct kq_sent_request inner = kq_request_attempt(request);
    struct kq_error failure = {0};
    inner.nested++;
    text = kq_slice_trim(text);
    if (inner.nested > NESTED_MAX) {
        return KQ_OK;
    }
    if (!kq_request_contains(text, KQ_SLICE("sign")) && !kq_request_contains(text, KQ_SLICE("app_id"))) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_contain(&inner, kq_request_add_any(&inner, text, text, &failure), &failure, error));
    if (kq_request_is_told(&inner)) {
        *request = inner;
        request->form = KQ_REQUEST_JSON;
    }
    return KQ_OK;
}

static struct kq_result add_inside(struct kq_sent_request *request, const struct kq_json *object,
                                   size_t depth, struct kq_error *error);

static struct kq_result add_inner(struct kq_sent_request *request, const struct kq_json *member, size_t depth,
                                  struct kq_error *error)
{
    struct kq_sent_request inner = kq_request_attempt(request);
    struct kq_error failure = {0};
    struct kq_result result = KQ_OK;
    inner.form = KQ_REQUEST_JSON;
    if (member->kind == KQ_JSON_STRING) {
        result = add_text(&inner, member->text, &failure);
    } else if (member->kind == KQ_JSON_OBJECT) {
        result = add_inside(&inner, member, depth, &failure);
    }
    KQ_TRY(kq_request_contain(&inner, result, &failure, error));
    *request = kq_request_is_told(&inner) ? inner : *request;
    return KQ_OK;
}

/* The first member of it that is a request, or has one in it. */
static struct kq_result add_inside(struct kq_sent_request *request, const struct kq_json *object,
                                   size_t depth, struct kq_error *error)
{
    if (kq_request_is_answer(object)) {
        return KQ_OK;
    }
    if (has_names(object)) {
        return add_members(request, object, error);
    }
    if (depth > 0 && is_har_request(object)) {
        KQ_TRY(kq_request_add_call(request, text_of(object, KQ_SLICE("url")), object, error));
    }
    for (const struct kq_json *member = object->first;
         member != NULL && depth < DEPTH_MAX && !kq_request_is_told(request); member = member->next) {
        if (!kq_request_is_response(member->name)) {
            KQ_TRY(add_inner(request, member, depth + 1, error));
        }
    }
    return KQ_OK;
}

/* What was found already stays where nothing is that tells more. */
static struct kq_result add_told(struct kq_sent_request *request, const struct kq_json *object,
                                 struct kq_error *error)
{
    struct kq_sent_request inner = kq_request_attempt(request);
    inner.form = KQ_REQUEST_JSON;
    KQ_TRY(add_inside(&inner, object, 0, error));
    if (kq_request_is_told(&inner)) {
        *request = inner;
    }
    return request->count == 0 && !has_response(object) ? add_members(request, object, error) : KQ_OK;
}

struct kq_result kq_request_add_json(struct kq_sent_request *request, struct kq_slice text, bool *is_json,
                                     struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_error inner = {0};
    bool may_be = text.size > 0 && (text.data[0] == '{' || text.data[0] == '[');
    *is_json = may_be && kq_json_read(text, request->arena, &value, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    value = *is_json && value->kind == KQ_JSON_ARRAY ? value->first : value;
    *is_json = *is_json && value != NULL && value->kind == KQ_JSON_OBJECT;
    if (!*is_json) {
        return KQ_OK;
    }
    bool is_v3 = false;
    const struct kq_json *log = kq_json_member(value, KQ_SLICE("log"));
    const struct kq_json *entries = log == NULL ? NULL : kq_json_member(log, KQ_SLICE("entries"));
    const struct kq_json *inner_request = kq_json_member(value, KQ_SLICE("request"));
    if (entries != NULL) {
        return add_har_log(request, entries, error);
    }
    if (is_har_request(inner_request) || is_har_request(value)) {
        KQ_TRY(add_har_request(request, is_har_request(inner_request) ? inner_request : value, error));
        return kq_request_is_told(request) ? KQ_OK : add_told(request, value, error);
    }
    KQ_TRY(take_v3(request, value, &is_v3, error));
    request->form = is_v3 ? KQ_REQUEST_JSON : request->form;
    return is_v3 ? KQ_OK : add_told(request, value, error);
}
