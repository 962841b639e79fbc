/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/json_style.h"
#include "doctor/request_parts.h"

static struct kq_slice text_of(const struct kq_json *object, struct kq_slice name)
{
    const struct kq_json *member = object == NULL ? NULL : kq_json_member(object, name);
    return member == NULL || member->kind != KQ_JSON_STRING ? KQ_SLICE_EMPTY : member->text;
}

/* A parameter's value; what is no string as it would be written. */
static struct kq_result add_member(struct kq_sent_request *request, const struct kq_json *member,
                                   struct kq_error *error)
{
    static const struct kq_json_style compact = {.spacing = KQ_JSON_COMPACT};
    struct kq_slice value = member->text;
    if (member->kind != KQ_JSON_STRING && member->kind != KQ_JSON_NUMBER && member->kind != KQ_JSON_NULL) {
        struct kq_buffer written KQ_CLEANUP(kq_buffer_free) = {0};
        kq_json_append_styled(&written, member, &compact);
        KQ_ENSURE_MEMORY(!written.failed, error);
        value = kq_arena_copy(request->arena, kq_buffer_slice(&written));
        KQ_ENSURE_MEMORY(value.data, error);
    }
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

static struct kq_result add_har_request(struct kq_sent_request *request, const struct kq_json *object,
                                        struct kq_error *error)
{
    request->form = KQ_REQUEST_HAR;
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(text_of(object, KQ_SLICE("url"))), error));
    return add_post_data(request, kq_json_member(object, KQ_SLICE("postData")), error);
}

static bool is_har_request(const struct kq_json *object)
{
    return object != NULL && text_of(object, KQ_SLICE("url")).size > 0 &&
           (text_of(object, KQ_SLICE("method")).size > 0 ||
            kq_json_member(object, KQ_SLICE("postData")) != NULL) &&
           kq_json_member(object, KQ_SLICE("app_id")) == NULL;
}

/* Of a file of many entries the first that is signed; where none is, the first. */
static struct kq_result add_har_log(struct kq_sent_request *request, const struct kq_json *entries,
                                    struct kq_error *error)
{
    struct kq_sent_request first = {.arena = request->arena, .form = KQ_REQUEST_HAR};
    for (const struct kq_json *entry = entries->first; entry != NULL; entry = entry->next) {
        const struct kq_json *inner = kq_json_member(entry, KQ_SLICE("request"));
        struct kq_sent_request read = {.arena = request->arena, .form = KQ_REQUEST_HAR};
        if (!is_har_request(inner)) {
            continue;
        }
        KQ_TRY(add_har_request(&read, inner, error));
        if (kq_request_find(&read, KQ_SLICE("sign")).size > 0) {
            *request = read;
            return KQ_OK;
        }
        first = first.count == 0 ? read : first;
    }
    *request = first;
    return KQ_OK;
}

/* Parameters one level down, as programs log them: {"url":…,"params":{…}}. */
static const struct kq_json *parameters_in(const struct kq_json *object)
{
    const struct kq_json *found = object;
    bool is_here = kq_json_member(object, KQ_SLICE("sign")) != NULL ||
                   kq_json_member(object, KQ_SLICE("app_id")) != NULL;
    for (const struct kq_json *member = object->first; member != NULL && !is_here; member = member->next) {
        if (member->kind == KQ_JSON_OBJECT && (kq_json_member(member, KQ_SLICE("sign")) != NULL ||
                                               kq_json_member(member, KQ_SLICE("app_id")) != NULL)) {
            found = member;
            is_here = true;
        }
    }
    return found;
}

struct kq_result kq_request_add_json(struct kq_sent_request *request, struct kq_slice text, bool *is_json,
                                     struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_error inner = {0};
    *is_json = text.size > 0 && text.data[0] == '{' &&
               kq_json_read(text, request->arena, &value, &inner).ok && value->kind == KQ_JSON_OBJECT;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    if (!*is_json) {
        return KQ_OK;
    }
    const struct kq_json *log = kq_json_member(value, KQ_SLICE("log"));
    const struct kq_json *entries = log == NULL ? NULL : kq_json_member(log, KQ_SLICE("entries"));
    const struct kq_json *inner_request = kq_json_member(value, KQ_SLICE("request"));
    if (entries != NULL) {
        return add_har_log(request, entries, error);
    }
    if (is_har_request(inner_request) || is_har_request(value)) {
        return add_har_request(request, is_har_request(inner_request) ? inner_request : value, error);
    }
    return add_members(request, parameters_in(value), error);
}
