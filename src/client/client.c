/* SPDX-License-Identifier: Apache-2.0 */
#include "kaquan.h"

#include "base/arena.h"
#include "base/memory.h"
#include "base/time.h"
#include "client/answer.h"
#include "client/client_time.h"
#include "client/http.h"
#include "client/message.h"
#include "client/request.h"

struct kq_client {
    struct kq_arena texts; /* owned: the settings' texts */
    struct kq_request_settings settings;
    struct kq_private_key *private_key; /* owned */
    struct kq_public_key *gateway_key;  /* owned */
    struct kq_http *http;               /* owned */
    kq_client_clock now_s;
    void *now_data;
    kq_client_observer observe;
    void *observe_data;
};

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static struct kq_result check_url(const char *url, struct kq_error *error)
{
    KQ_ENSURE(is_given(url), error, KQ_E_USAGE, "gateway_url is missing");
    struct kq_slice text = kq_slice_of(url);
    KQ_ENSURE(kq_slice_starts_with(text, KQ_SLICE("http://")) ||
                  kq_slice_starts_with(text, KQ_SLICE("https://")),
              error, KQ_E_USAGE, "the gateway's URL must begin with http:// or https://: %s", url);
    KQ_ENSURE(kq_slice_find(text, '?') == text.size && kq_slice_find(text, '#') == text.size, error,
              KQ_E_USAGE, "the gateway's URL must end before its query: %s", url);
    return KQ_OK;
}

static struct kq_result read_settings(struct kq_client *client, const struct kq_client_options *options,
                                      struct kq_error *error)
{
    struct kq_request_settings *settings = &client->settings;
    KQ_TRY(check_url(options->gateway_url, error));
    KQ_ENSURE(is_given(options->app_id), error, KQ_E_USAGE, "app_id is missing");
    struct kq_slice sign_type =
        is_given(options->sign_type) ? kq_slice_of(options->sign_type) : KQ_SLICE("RSA2");
    KQ_ENSURE(kq_sign_type_parse(sign_type, &settings->sign_type), error, KQ_E_USAGE,
              "the sign type must be RSA2 or RSA, not %.*s", KQ_SLICE_PRINT(sign_type));
    KQ_ENSURE(kq_charset_parse(kq_slice_of(options->charset), &settings->charset, error).ok, error,
              KQ_E_USAGE, "the charset must be utf-8, gbk or gb2312, not %s", options->charset);
    settings->gateway_url = kq_arena_copy(&client->texts, kq_slice_of(options->gateway_url));
    settings->app_id = kq_arena_copy(&client->texts, kq_slice_of(options->app_id));
    settings->app_auth_token = kq_arena_copy(&client->texts, kq_slice_of(options->app_auth_token));
    KQ_ENSURE_MEMORY(settings->gateway_url.data != NULL && settings->app_id.data != NULL &&
                         settings->app_auth_token.data != NULL,
                     error);
    return KQ_OK;
}

static struct kq_result load_keys(struct kq_client *client, const struct kq_client_options *options,
                                  struct kq_error *error)
{
    KQ_ENSURE(is_given(options->private_key), error, KQ_E_USAGE, "private_key is missing");
    KQ_ENSURE(is_given(options->gateway_public_key), error, KQ_E_USAGE, "gateway_public_key is missing");
    if (!kq_private_key_load(kq_slice_of(options->private_key), &client->private_key, error).ok) {
        return kq_fail_in(error, "the application's private key");
    }
    if (!kq_public_key_load(kq_slice_of(options->gateway_public_key), &client->gateway_key, error).ok) {
        return kq_fail_in(error, "the gateway's public key");
    }
    return KQ_OK;
}

static struct kq_result set_up(struct kq_client *client, const struct kq_client_options *options,
                               struct kq_error *error)
{
    client->now_s = options->now_s == NULL ? kq_client_machine_now_s : options->now_s;
    client->now_data = options->now_data;
    client->observe = options->observe;
    client->observe_data = options->observe_data;
    KQ_TRY(read_settings(client, options, error));
    KQ_TRY(load_keys(client, options, error));
    const struct kq_http_settings http = {
        .url = options->gateway_url,
        .charset = kq_charset_name(client->settings.charset),
        .connect_timeout_ms = options->connect_timeout_ms > 0 ? options->connect_timeout_ms
                                                              : KQ_CLIENT_CONNECT_TIMEOUT_MS_DEFAULT,
        .timeout_ms = options->timeout_ms > 0 ? options->timeout_ms : KQ_CLIENT_TIMEOUT_MS_DEFAULT,
        .answer_max_bytes =
            options->answer_max_bytes > 0 ? options->answer_max_bytes : KQ_CLIENT_ANSWER_MAX_BYTES_DEFAULT,
    };
    return kq_http_open(&http, &client->http, error);
}

enum kq_client_status kq_client_open(const struct kq_client_options *options, struct kq_client **client,
                                     struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_client *opened = kq_memory_allocate(sizeof(*opened));
    *client = NULL;
    if (opened == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    if (!set_up(opened, options, &cause).ok) {
        kq_client_close(opened);
        return kq_client_fail_with(error, &cause);
    }
    *client = opened;
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

void kq_client_close(struct kq_client *client)
{
    if (client == NULL) {
        return;
    }
    kq_http_close(client->http);
    kq_private_key_free(client->private_key);
    kq_public_key_free(client->gateway_key);
    kq_arena_free(&client->texts);
    kq_memory_free(client);
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
    struct kq_buffer head KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_print(&head, "%d %s%s%s", http->status, http->content_type,
                    http->trace_id[0] == '\0' ? "" : "; trace_id ", http->trace_id);
    tell(client, KQ_CLIENT_EVENT_ANSWER_HEAD, kq_buffer_slice(&head));
    tell(client, KQ_CLIENT_EVENT_ANSWER_BODY, kq_buffer_slice(&http->body));
}

static struct kq_result make_request(struct kq_client *client, const struct kq_client_request *request,
                                     struct kq_arena *arena, struct kq_signed_request *made,
                                     struct kq_error *error)
{
    KQ_ENSURE(is_given(request->method), error, KQ_E_USAGE, "method is missing");
    char now[KQ_TIME_TEXT_SIZE];
    kq_time_format(client->now_s(client->now_data), now);
    const struct kq_request_call call = {
        .method = kq_slice_of(request->method),
        .biz_content = kq_slice_of(request->biz_content),
        .timestamp = kq_slice_of(is_given(request->timestamp) ? request->timestamp : now),
    };
    return kq_request_make(&client->settings, client->private_key, &call, arena, made, error);
}

static void free_http_answer(struct kq_http_answer *http)
{
    kq_buffer_free(&http->body);
}

enum kq_client_status kq_client_call(struct kq_client *client, const struct kq_client_request *request,
                                     struct kq_client_answer **answer, struct kq_client_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_http_answer http KQ_CLEANUP(free_http_answer) = {0};
    struct kq_signed_request made = {0};
    struct kq_error cause = {0};
    *answer = NULL;
    if (!make_request(client, request, &arena, &made, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    tell_request(client, &made);
    if (!kq_http_post(client->http, made.url.data, made.body, &http, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    tell_answer(client, &http);
    const struct kq_answer_expectation expectation = {
        .method = kq_slice_of(request->method),
        .charset = client->settings.charset,
        .sign_type = client->settings.sign_type,
        .gateway_key = client->gateway_key,
    };
    struct kq_slice signed_bytes;
    enum kq_client_status status = kq_answer_read(&expectation, &http, answer, &signed_bytes, error);
    if (signed_bytes.size > 0) {
        tell(client, KQ_CLIENT_EVENT_VERIFIED, signed_bytes);
    }
    if (status == KQ_CLIENT_OK) {
        return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
    }
    return status;
}
