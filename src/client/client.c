/* SPDX-License-Identifier: Apache-2.0 */
#include "client/client.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "client/certificate_mode.h"
#include "client/client_time.h"
#include "client/key_source.h"
#include "client/message.h"
#include "client/sized.h"
#include "client/where.h"

/* More would exhaust a gateway's own limit of connections. */
#define CONNECTIONS_MAX 1000

static bool is_given(const char *text)
{
    return text != NULL && text[0] != '\0';
}

static struct kq_result check_url(const char *url, struct kq_error *error)
{
    KQ_ENSURE(is_given(url), error, KQ_E_USAGE, "gateway_url is missing");
    struct kq_slice text = kq_slice_of(url);
    /* It is not shown: somebody's password may be in it. */
    KQ_ENSURE(kq_slice_starts_with(text, KQ_SLICE("http://")) ||
                  kq_slice_starts_with(text, KQ_SLICE("https://")),
              error, KQ_E_USAGE, "the gateway's URL must begin with http:// or https://");
    KQ_ENSURE(kq_slice_find(text, '?') == text.size && kq_slice_find(text, '#') == text.size, error,
              KQ_E_USAGE, "the gateway's URL must end before its query");
    return KQ_OK;
}

/* Whoever sets one of these wants to be encrypted, or certified: an empty environment variable must not take
 * that away. */
static struct kq_result check_empty(const struct kq_client_options *options, struct kq_error *error)
{
    const struct {
        const char *name;
        const char *text;
    } rows[] = {
        {"app_certificate", options->app_certificate},
        {"app_certificate_file", options->app_certificate_file},
        {"root_certificates", options->root_certificates},
        {"root_certificates_file", options->root_certificates_file},
        {"gateway_certificate", options->gateway_certificate},
        {"gateway_certificate_file", options->gateway_certificate_file},
        {"content_key", options->content_key},
        {"content_key_file", options->content_key_file},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        KQ_ENSURE(rows[i].text == NULL || rows[i].text[0] != '\0', error, KQ_E_USAGE,
                  "%s is empty: where there is none it is NULL", rows[i].name);
    }
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

/* It stands in a header, among items that commas part. */
static struct kq_result check_header_text(const char *name, const char *text, struct kq_error *error)
{
    for (const char *at = text == NULL ? "" : text; *at != '\0'; at++) {
        KQ_ENSURE(*at > ' ' && *at <= '~' && *at != ',', error, KQ_E_USAGE,
                  "%s has a character that cannot be in a header", name);
    }
    return KQ_OK;
}

static bool ends_with(struct kq_slice text, struct kq_slice end)
{
    return text.size >= end.size && memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

static struct kq_result read_v3_settings(struct kq_client *client, const struct kq_client_options *options,
                                         struct kq_error *error)
{
    static const char *const too_much[] = {"/gateway.do", "/v3", "/v3/"};
    struct kq_slice *url = &client->settings.gateway_url;
    KQ_TRY(check_header_text("app_id", options->app_id, error));
    KQ_TRY(check_header_text("app_auth_token", options->app_auth_token, error));
    KQ_ENSURE(client->settings.charset == KQ_CHARSET_UTF8, error, KQ_E_USAGE, "OpenAPI v3 is in utf-8 only");
    KQ_ENSURE(client->settings.sign_type == KQ_SIGN_RSA2, error, KQ_E_USAGE, "OpenAPI v3 has RSA2 only");
    for (size_t i = 0; i < KQ_COUNT(too_much); i++) {
        KQ_ENSURE(!ends_with(*url, kq_slice_of(too_much[i])), error, KQ_E_USAGE,
                  "in OpenAPI v3 the gateway's URL ends before the path, without %s", too_much[i]);
    }
    while (url->data[url->size - 1] == '/') {
        url->size--;
    }
    client->is_v3 = true;
    return KQ_OK;
}

static struct kq_result read_protocol(struct kq_client *client, const struct kq_client_options *options,
                                      struct kq_error *error)
{
    switch (options->protocol) {
    case KQ_CLIENT_GATEWAY_DO:
        return KQ_OK;
    case KQ_CLIENT_OPENAPI_V3:
        return read_v3_settings(client, options, error);
    }
    return kq_fail(error, KQ_E_USAGE, "there is no protocol %d", (int)options->protocol);
}

static struct kq_result load_private_key(struct kq_client *client, const struct kq_client_options *options,
                                         struct kq_error *error)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_key_source_read("private_key", options->private_key, options->private_key_file, &bytes, error));
    if (!kq_private_key_load(kq_buffer_slice(&bytes), &client->private_key, error).ok) {
        return kq_fail_in(error, "the application's private key");
    }
    return KQ_OK;
}

static struct kq_result load_gateway_key(struct kq_client *client, const struct kq_client_options *options,
                                         struct kq_error *error)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_key_source_read("gateway_public_key", options->gateway_public_key,
                              options->gateway_public_key_file, &bytes, error));
    if (!kq_public_key_load(kq_buffer_slice(&bytes), &client->gateway_key, error).ok) {
        return kq_fail_in(error, "the gateway's public key");
    }
    return kq_public_key_export(client->gateway_key, &client->texts, &client->gateway_key_der, error);
}

static struct kq_result load_content_key(struct kq_client *client, const struct kq_client_options *options,
                                         struct kq_error *error)
{
    if (options->content_key == NULL && options->content_key_file == NULL) {
        return KQ_OK;
    }
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_key_source_read("content_key", options->content_key, options->content_key_file, &bytes, error));
    if (!kq_content_key_load(kq_buffer_slice(&bytes), &client->content_key, error).ok) {
        return kq_fail_in(error, "the content key");
    }
    client->settings.content_key = client->content_key;
    return KQ_OK;
}

/* A copy that lives as long as the client; NULL stays NULL. */
static struct kq_result copy_text(struct kq_client *client, const char *text, const char **copy,
                                  struct kq_error *error)
{
    *copy = text == NULL ? NULL : kq_arena_copy(&client->texts, kq_slice_of(text)).data;
    KQ_ENSURE_MEMORY(text == NULL || *copy != NULL, error);
    return KQ_OK;
}

static struct kq_result make_content_type(struct kq_client *client, const char **content_type,
                                          struct kq_error *error)
{
    if (client->is_v3) {
        *content_type =
            client->content_key == NULL ? "Content-Type: application/json" : "Content-Type: text/plain";
        return KQ_OK;
    }
    *content_type =
        kq_arena_print(&client->texts, "Content-Type: application/x-www-form-urlencoded;charset=%s",
                       kq_charset_name(client->settings.charset))
            .data;
    KQ_ENSURE_MEMORY(*content_type != NULL, error);
    return KQ_OK;
}

/* Eleven days: as good as no limit, and an int still counts it. */
#define TIME_LIMIT_MAX_MS 1000000000L

static long time_limit(long given_ms, long otherwise_ms)
{
    if (given_ms <= 0) {
        return otherwise_ms;
    }
    return given_ms < TIME_LIMIT_MAX_MS ? given_ms : TIME_LIMIT_MAX_MS;
}

static void close_file(FILE **file)
{
    if (*file != NULL) {
        fclose(*file);
    }
}

/* libcurl looks at it when a connection is made, and that would count as the network's failure. */
static struct kq_result check_ca_file(const char *path, struct kq_error *error)
{
    static const char *const beginnings[] = {"-----BEGIN CERTIFICATE-----",
                                             "-----BEGIN TRUSTED CERTIFICATE-----",
                                             "-----BEGIN X509 CERTIFICATE-----"};
    char line[1024];
    struct stat facts;
    FILE *file KQ_CLEANUP(close_file) = fopen(path, "re");
    KQ_ENSURE(file != NULL, error, KQ_E_USAGE, "ca_file cannot be read: %s", path);
    if (fstat(fileno(file), &facts) == 0 && !S_ISREG(facts.st_mode)) {
        return KQ_OK; /* what is read from a pipe is gone */
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        for (size_t i = 0; i < KQ_COUNT(beginnings); i++) {
            if (kq_slice_starts_with(kq_slice_of(line), kq_slice_of(beginnings[i]))) {
                return KQ_OK;
            }
        }
    }
    return kq_fail(error, KQ_E_USAGE, "ca_file has no PEM certificate: %s", path);
}

static struct kq_result set_up_http(struct kq_client *client, const struct kq_client_options *options,
                                    struct kq_error *error)
{
    const char *content_type = NULL;
    KQ_TRY(make_content_type(client, &content_type, error));
    client->http = (struct kq_http_settings){
        .url = client->settings.gateway_url.data,
        .content_type = content_type,
        .connect_timeout_ms = time_limit(options->connect_timeout_ms, KQ_CLIENT_CONNECT_TIMEOUT_MS_DEFAULT),
        .answer_max_bytes =
            options->answer_max_bytes > 0 ? options->answer_max_bytes : KQ_CLIENT_ANSWER_MAX_BYTES_DEFAULT,
    };
    const char *ca_file = is_given(options->ca_file) ? options->ca_file : NULL;
    KQ_TRY(ca_file == NULL ? KQ_OK : check_ca_file(ca_file, error));
    KQ_TRY(kq_http_check_proxy(options->proxy, error));
    KQ_TRY(copy_text(client, options->proxy, &client->http.proxy, error));
    return copy_text(client, ca_file, &client->http.ca_file, error);
}

static struct kq_result set_up_pool(struct kq_client *client, const struct kq_client_options *options,
                                    struct kq_error *error)
{
    KQ_ENSURE(options->connections_max >= 0 && options->connections_max <= CONNECTIONS_MAX, error, KQ_E_USAGE,
              "connections_max must be from 1 to %d, not %d", CONNECTIONS_MAX, options->connections_max);
    size_t max =
        options->connections_max > 0 ? (size_t)options->connections_max : KQ_CLIENT_CONNECTIONS_MAX_DEFAULT;
    return kq_pool_open(&client->pool, max, error);
}

/* Everything but the pool, which is last so that whoever closes knows whether there is one. */
static struct kq_result set_up(struct kq_client *client, const struct kq_client_options *options,
                               struct kq_error *error)
{
    KQ_ENSURE(options->reserved == 0, error, KQ_E_USAGE, "reserved is not 0");
    client->now_s = options->now_s == NULL ? kq_client_machine_now_s : options->now_s;
    client->now_data = options->now_data;
    client->observe = options->observe;
    client->observe_data = options->observe_data;
    client->timeout_ms = time_limit(options->timeout_ms, KQ_CLIENT_TIMEOUT_MS_DEFAULT);
    client->retries_max = options->retries_max == 0 ? KQ_CLIENT_RETRIES_MAX_DEFAULT : options->retries_max;
    KQ_TRY(check_empty(options, error));
    KQ_TRY(read_settings(client, options, error));
    KQ_TRY(read_protocol(client, options, error));
    KQ_TRY(load_private_key(client, options, error));
    KQ_TRY(kq_certificate_mode_is_asked(options) ? kq_certificate_mode_read(client, options, error)
                                                 : load_gateway_key(client, options, error));
    KQ_TRY(load_content_key(client, options, error));
    KQ_TRY(set_up_http(client, options, error));
    const struct kq_curl *curl = NULL;
    KQ_TRY(kq_curl_load(&curl, error));
    KQ_TRY(kq_where_check(curl, client->http.url, error));
    return set_up_pool(client, options, error);
}

static void free_all_but_pool(struct kq_client *client)
{
    pthread_mutex_destroy(&client->key_lock);
    kq_private_key_free(client->private_key);
    kq_public_key_free(client->gateway_key);
    kq_content_key_free(client->content_key);
    kq_arena_free(&client->texts);
    kq_memory_free(client);
}

enum kq_client_status kq_client_open_sized(const struct kq_client_options *options, size_t options_bytes,
                                           struct kq_client **client, struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_client_options own;
    struct kq_client *opened = kq_memory_allocate(sizeof(*opened));
    *client = NULL;
    if (opened == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    pthread_mutex_init(&opened->key_lock, NULL);
    if (!kq_sized_copy("kq_client_options", &own, sizeof(own), options, options_bytes, &cause).ok ||
        !set_up(opened, &own, &cause).ok) {
        free_all_but_pool(opened);
        return kq_client_fail_with(error, &cause);
    }
    *client = opened;
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

void kq_client_close(struct kq_client *client)
{
    if (client != NULL) {
        kq_pool_close(&client->pool);
        free_all_but_pool(client);
    }
}

struct kq_result kq_client_keys_copy(struct kq_client *client, struct kq_client_keys *keys,
                                     struct kq_error *error)
{
    *keys = (struct kq_client_keys){0};
    pthread_mutex_lock(&client->key_lock);
    struct kq_result copied = kq_private_key_copy(client->private_key, &keys->private_key, error);
    pthread_mutex_unlock(&client->key_lock);
    if (copied.ok && kq_public_key_load_der(client->gateway_key_der, &keys->gateway_key, error).ok) {
        return KQ_OK;
    }
    kq_client_keys_free(keys);
    return KQ_FAILED;
}

void kq_client_keys_free(struct kq_client_keys *keys)
{
    kq_private_key_free(keys->private_key);
    kq_public_key_free(keys->gateway_key);
    *keys = (struct kq_client_keys){0};
}
