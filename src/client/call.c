/* SPDX-License-Identifier: Apache-2.0 */
#include "client/call.h"

#include <string.h>

#include "base/time.h"
#include "client/answer.h"
#include "client/client_time.h"
#include "client/known_methods.h"
#include "client/message.h"
#include "client/sized.h"
#include "client/slot.h"

/* Long enough for a process to be started again behind a load balancer, short enough for a person. */
#define FIRST_WAIT_MS 100

void kq_attempt_free(struct kq_attempt *attempt)
{
    kq_buffer_free(&attempt->http.body);
    kq_arena_free(&attempt->arena);
}

static void tell(const struct kq_client *client, enum kq_client_event event, struct kq_slice bytes)
{
    if (client->observe != NULL) {
        client->observe(client->observe_data, event, bytes.size == 0 ? "" : bytes.data, bytes.size);
    }
}

static void tell_request(const struct kq_client *client, const struct kq_signed_request *request)
{
    for (size_t i = 0; client->observe != NULL && i < request->params.count; i++) {
        const struct kq_param *param = &request->params.items[i];
        struct kq_buffer pair KQ_CLEANUP(kq_buffer_free) = {0};
        kq_buffer_append(&pair, param->name);
        kq_buffer_append_byte(&pair, '=');
        kq_buffer_append(&pair, param->value);
        tell(client, KQ_CLIENT_EVENT_PARAMETER, kq_buffer_slice(&pair));
    }
    tell(client, KQ_CLIENT_EVENT_STRING_TO_SIGN, request->string_to_sign);
    tell(client, KQ_CLIENT_EVENT_REQUEST_URL, request->url);
    tell(client, KQ_CLIENT_EVENT_REQUEST_BODY, request->body);
}

static void tell_answer(const struct kq_client *client, const struct kq_http_answer *http)
{
    if (client->observe == NULL) {
        return;
    }
    struct kq_buffer head KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_print(&head, "%d %s%s%s", http->status, http->content_type,
                    http->trace_id[0] == '\0' ? "" : "; trace_id ", http->trace_id);
    tell(client, KQ_CLIENT_EVENT_ANSWER_HEAD, kq_buffer_slice(&head));
    tell(client, KQ_CLIENT_EVENT_ANSWER_BODY, kq_buffer_slice(&http->body));
}

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static struct kq_result make_form(const struct kq_client *client, const struct kq_client_keys *keys,
                                  const struct kq_client_request *request, struct kq_attempt *attempt,
                                  struct kq_error *error)
{
    char now[KQ_TIME_TEXT_SIZE];
    kq_time_format(client->now_s(client->now_data), now);
    const struct kq_request_call call = {
        .method = kq_slice_of(request->method),
        .biz_content = kq_slice_of(request->biz_content),
        .timestamp = kq_slice_of(is_given(request->timestamp) ? request->timestamp : now),
    };
    return kq_request_make(&client->settings, keys->private_key, &call, &attempt->arena, &attempt->made,
                           error);
}

/* Seconds are what a caller's clock, and a caller's timestamp, have. */
static struct kq_result timestamp_ms(const struct kq_client *client, const char *text, int64_t *ms,
                                     struct kq_error *error)
{
    int64_t time_s = 0;
    if (!is_given(text)) {
        *ms = client->now_s == kq_client_machine_now_s ? kq_client_machine_now_ms()
                                                       : client->now_s(client->now_data) * 1000;
        return KQ_OK;
    }
    if (!kq_time_parse(kq_slice_of(text), &time_s, error).ok) {
        return kq_fail_in(error, "timestamp");
    }
    *ms = time_s * 1000;
    return KQ_OK;
}

/* Each try is a request of its own: a nonce is good for one. */
static struct kq_result make_v3(const struct kq_client *client, const struct kq_client_keys *keys,
                                const struct kq_client_request *request, struct kq_attempt *attempt,
                                struct kq_error *error)
{
    char nonce[KQ_CLIENT_NONCE_SIZE];
    KQ_TRY(kq_client_make_nonce(nonce, error));
    struct kq_request_call call = {
        .method = kq_slice_of(request->method),
        .biz_content = kq_slice_of(request->biz_content),
        .nonce = kq_arena_copy(&attempt->arena, kq_slice_of(nonce)),
    };
    KQ_ENSURE_MEMORY(call.nonce.data != NULL, error);
    KQ_TRY(timestamp_ms(client, request->timestamp, &call.timestamp_ms, error));
    return kq_v3_request_make(&client->settings, keys->private_key, &call, &attempt->arena, &attempt->made,
                              error);
}

struct kq_result kq_attempt_make(const struct kq_client *client, const struct kq_client_keys *keys,
                                 const struct kq_client_request *request, struct kq_attempt *attempt,
                                 struct kq_error *error)
{
    KQ_ENSURE(is_given(request->method), error, KQ_E_USAGE, "method is missing");
    KQ_ENSURE(request->reserved == 0, error, KQ_E_USAGE, "reserved is not 0");
    kq_arena_reset(&attempt->arena);
    KQ_TRY(client->is_v3 ? make_v3(client, keys, request, attempt, error)
                         : make_form(client, keys, request, attempt, error));
    tell_request(client, &attempt->made);
    return KQ_OK;
}

struct kq_http_request kq_attempt_request(const struct kq_attempt *attempt, int64_t timeout_ms)
{
    struct kq_http_request request = {
        .url = attempt->made.url.data,
        .body = attempt->made.body,
        .timeout_ms = timeout_ms < 1 ? 1 : (long)timeout_ms,
    };
    memcpy(request.headers, attempt->made.headers, sizeof(request.headers));
    return request;
}

enum kq_client_status kq_attempt_read(const struct kq_client *client, const struct kq_client_keys *keys,
                                      struct kq_slice method, const struct kq_attempt *attempt,
                                      struct kq_client_answer **answer, struct kq_client_error *error)
{
    const struct kq_answer_expectation expectation = {
        .method = method,
        .charset = client->settings.charset,
        .sign_type = client->settings.sign_type,
        .gateway_key = keys->gateway_key,
        .gateway_cert_sn = client->gateway_cert_sn,
        .content_key = client->settings.content_key,
    };
    struct kq_slice signed_bytes;
    tell_answer(client, &attempt->http);
    enum kq_client_status status =
        client->is_v3 ? kq_v3_answer_read(&expectation, &attempt->http, answer, &signed_bytes, error)
                      : kq_answer_read(&expectation, &attempt->http, answer, &signed_bytes, error);
    if (signed_bytes.size > 0) {
        tell(client, KQ_CLIENT_EVENT_VERIFIED, signed_bytes);
    }
    return status;
}

/* Whether biz_content has a text or number of that name. */
static bool has_key(const char *biz_content, const char *name)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    const struct kq_json *object = NULL;
    struct kq_error error = {0};
    if (!kq_json_read(kq_slice_of(biz_content), &arena, &object, &error).ok) {
        return false;
    }
    const struct kq_json *value = kq_json_member(object, kq_slice_of(name));
    return value != NULL && value->text.size > 0;
}

bool kq_call_is_repeatable(const struct kq_client_request *request)
{
    const struct kq_known_method *method = kq_known_method_find(kq_slice_of(request->method));
    return request->repeatable != 0 ||
           (method != NULL &&
            (method->is_query || (method->repeat_key != NULL && request->biz_content != NULL &&
                                  has_key(request->biz_content, method->repeat_key))));
}

int64_t kq_call_wait_ms(int repeat)
{
    return (int64_t)FIRST_WAIT_MS << (repeat < 10 ? repeat - 1 : 9);
}

/* One call on its way. */
struct call {
    struct kq_client *client;
    const struct kq_client_request *request;
    struct kq_slot *slot;
    int64_t deadline_ms;
};

static enum kq_client_status try_once(const struct call *call, struct kq_client_answer **answer,
                                      struct kq_client_error *error)
{
    struct kq_attempt attempt KQ_CLEANUP(kq_attempt_free) = {0};
    struct kq_error cause = {0};
    const struct kq_client_keys *keys = &call->slot->keys;
    if (!kq_attempt_make(call->client, keys, call->request, &attempt, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    const struct kq_http_request request =
        kq_attempt_request(&attempt, call->deadline_ms - kq_client_monotonic_ms());
    if (!kq_http_post(call->slot->http, &request, &attempt.http, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    return kq_attempt_read(call->client, keys, kq_slice_of(call->request->method), &attempt, answer, error);
}

static enum kq_client_status try_until_answered(const struct call *call, struct kq_client_answer **answer,
                                                struct kq_client_error *error)
{
    enum kq_client_status status = try_once(call, answer, error);
    if (status != KQ_CLIENT_TRANSPORT || !kq_call_is_repeatable(call->request)) {
        return status;
    }
    for (int repeat = 1; repeat <= call->client->retries_max; repeat++) {
        int64_t next_ms = kq_client_monotonic_ms() + kq_call_wait_ms(repeat);
        if (next_ms >= call->deadline_ms) {
            return status;
        }
        kq_client_sleep_until_ms(next_ms);
        status = try_once(call, answer, error);
        if (status != KQ_CLIENT_TRANSPORT) {
            return status;
        }
    }
    return status;
}

enum kq_client_status kq_client_call_sized(struct kq_client *client, const struct kq_client_request *request,
                                           size_t request_bytes, struct kq_client_answer **answer,
                                           struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_client_request own;
    struct call call = {
        .client = client,
        .request = &own,
        .deadline_ms = kq_client_monotonic_ms() + client->timeout_ms,
    };
    *answer = NULL;
    if (!kq_sized_copy("kq_client_request", &own, sizeof(own), request, request_bytes, &cause).ok ||
        !kq_pool_take(client, call.deadline_ms, &call.slot, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    enum kq_client_status status = try_until_answered(&call, answer, error);
    kq_pool_give_back(client, call.slot);
    return status;
}
