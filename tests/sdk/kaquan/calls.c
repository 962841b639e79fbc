/* SPDX-License-Identifier: Apache-2.0 */
/* The project's own library among the official ones: reads one call a line and answers each with a line
 * (conftest.py says what they have). Known methods go through their typed structs, both ways; `protocol` is
 * kq_client_options', and a notification is its `form`. With a `timestamp` nothing is sent: the answer is the
 * request of that time, and in OpenAPI v3 with that `nonce`, whose content is `biz_content`. */
#include <stdio.h>
#include <stdlib.h>

#include "base/macros.h"
#include "base/memory.h"
#include "client/client.h"
#include "client/typed.h"
#include "kaquan_methods.h"

static struct kq_arena arena; /* of one line */

static const char *text_of(const struct kq_json *call, const char *name)
{
    const struct kq_json *value = kq_json_member(call, kq_slice_of(name));
    return value == NULL ? NULL : kq_arena_copy(&arena, value->text).data;
}

static struct kq_client_options options_of(const struct kq_json *call)
{
    const char *certificate = text_of(call, "app_certificate");
    return (struct kq_client_options){
        .gateway_url = text_of(call, "gateway"),
        .app_id = text_of(call, "app_id"),
        .private_key = text_of(call, "private_key"),
        .gateway_public_key = certificate == NULL ? text_of(call, "gateway_public_key") : NULL,
        .charset = text_of(call, "charset"),
        .sign_type = text_of(call, "sign_type"),
        .app_auth_token = text_of(call, "app_auth_token"),
        .app_certificate = certificate,
        .root_certificates = text_of(call, "root_certificate"),
        .gateway_certificate = text_of(call, "gateway_certificate"),
        .content_key = text_of(call, "content_key"),
        .protocol = text_of(call, "protocol") == NULL ? KQ_CLIENT_GATEWAY_DO : KQ_CLIENT_OPENAPI_V3,
    };
}

static void put_text(struct kq_buffer *line, const char *name, const char *text)
{
    if (text[0] != '\0') {
        kq_json_append_name(line, name);
        kq_json_append_string(line, kq_slice_of(text));
    }
}

static void put_answer(struct kq_buffer *line, enum kq_client_status status,
                       const struct kq_client_answer *answer, const struct kq_client_error *error)
{
    if (status != KQ_CLIENT_OK && status != KQ_CLIENT_GATEWAY && status != KQ_CLIENT_BUSINESS) {
        put_text(line, "refused", error->message);
        return;
    }
    put_text(line, "code", answer->code);
    put_text(line, "msg", answer->msg);
    put_text(line, "sub_code", answer->sub_code);
    put_text(line, "sub_msg", answer->sub_msg);
    put_text(line, "trace_id", answer->trace_id);
}

#define ROW_OF(method) &method##_method,

/* NULL: not in the catalogue, or no method at all. */
static const struct kq_client_method *method_of(const char *name)
{
    static const struct kq_client_method *const methods[] = {KQ_CLIENT_EACH_METHOD(ROW_OF)};
    for (size_t i = 0; i < KQ_COUNT(methods); i++) {
        if (name != NULL && strcmp(methods[i]->name, name) == 0) {
            return methods[i];
        }
    }
    return NULL;
}

#define FIELDS_MAX 64

/* Of a refusal, few or none are there. */
static void put_fields(struct kq_buffer *line, const struct kq_client_method *method, const void *values)
{
    struct kq_client_field fields[FIELDS_MAX];
    struct kq_client_layout optional = *method->answer;
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_error error = {0};
    optional.count = optional.count < FIELDS_MAX ? optional.count : FIELDS_MAX;
    for (size_t i = 0; i < optional.count; i++) {
        fields[i] = method->answer->fields[i];
        fields[i].required = 0;
    }
    optional.fields = fields;
    if (!kq_typed_write(&optional, values, &json, &error).ok) {
        put_text(line, "refused", kq_error_message(&error));
    } else if (json.size > 2) {
        kq_json_append_separator(line);
        kq_buffer_append(line, (struct kq_slice){.data = json.data + 1, .size = json.size - 2});
    }
}

static void call_typed(struct kq_client *client, const struct kq_client_method *method,
                       const struct kq_json *fields, struct kq_buffer *line)
{
    void *request = kq_memory_allocate(method->request->struct_bytes);
    void *answer = kq_memory_allocate(method->answer->struct_bytes + sizeof(struct kq_client_answer *));
    struct kq_client_error error;
    struct kq_error cause = {0};
    if (!kq_typed_read(method->request, fields, &arena, request, &cause).ok) {
        put_text(line, "refused", kq_error_message(&cause));
    } else {
        enum kq_client_status status = kq_client_typed_call(client, method, request, answer, &error);
        struct kq_client_answer *from = NULL;
        memcpy(&from, (char *)answer + method->answer_offset, sizeof(from));
        put_answer(line, status, from, &error);
        put_fields(line, method, answer);
        kq_client_answer_free(from);
    }
    kq_memory_free(request);
    kq_memory_free(answer);
}

/* A method that the library does not know. */
static void call_by_name(struct kq_client *client, const char *name, struct kq_buffer *line)
{
    const struct kq_client_request request = {.method = name, .biz_content = "{}"};
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_client_call(client, &request, &answer, &error);
    put_answer(line, status, answer, &error);
    kq_client_answer_free(answer);
}

static void verify(struct kq_client *client, const char *form, struct kq_buffer *line)
{
    struct kq_client_notification *notification = NULL;
    enum kq_client_status status =
        kq_client_verify_notification(client, form, strlen(form), &notification, NULL);
    kq_json_append_name(line, "verified");
    kq_buffer_append(line, status == KQ_CLIENT_OK ? KQ_SLICE("true") : KQ_SLICE("false"));
    kq_client_notification_free(notification);
}

static void sign(const struct kq_client *client, const struct kq_json *call, struct kq_buffer *line)
{
    struct kq_signed_request made = {0};
    struct kq_error error = {0};
    const char *timestamp = text_of(call, "timestamp");
    const struct kq_request_call asked = {
        .method = kq_slice_of(text_of(call, "method")),
        .biz_content = kq_slice_of(text_of(call, "biz_content")),
        .timestamp = kq_slice_of(timestamp),
        .timestamp_ms = strtoll(timestamp, NULL, 10),
        .nonce = kq_slice_of(text_of(call, "nonce")),
    };
    struct kq_result done =
        client->is_v3
            ? kq_v3_request_make(&client->settings, client->private_key, &asked, &arena, &made, &error)
            : kq_request_make(&client->settings, client->private_key, &asked, &arena, &made, &error);
    if (!done.ok) {
        put_text(line, "refused", kq_error_message(&error));
        return;
    }
    put_text(line, "url", made.url.data);
    kq_json_append_name(line, "body");
    kq_json_append_string(line, made.body);
    kq_json_append_name(line, "headers");
    kq_buffer_append_byte(line, '[');
    for (size_t i = 0; made.headers[i] != NULL; i++) {
        kq_json_append_separator(line);
        kq_json_append_string(line, kq_slice_of(made.headers[i]));
    }
    kq_buffer_append_byte(line, ']');
}

static void act(const struct kq_json *call, struct kq_buffer *line)
{
    const struct kq_client_options options = options_of(call);
    const char *form = text_of(call, "form");
    const char *name = text_of(call, "method");
    struct kq_client *client = NULL;
    struct kq_client_error error;
    if (kq_client_open(&options, &client, &error) != KQ_CLIENT_OK) {
        put_text(line, "refused", error.message);
        return;
    }
    const struct kq_client_method *method = method_of(name);
    if (form != NULL) {
        verify(client, form, line);
    } else if (kq_json_member(call, KQ_SLICE("timestamp")) != NULL) {
        sign(client, call, line);
    } else if (method != NULL) {
        call_typed(client, method, kq_json_member(call, KQ_SLICE("fields")), line);
    } else {
        call_by_name(client, name, line);
    }
    kq_client_close(client);
}

int main(void)
{
    char *read = NULL;
    size_t capacity = 0;
    ssize_t size;
    while ((size = getline(&read, &capacity, stdin)) > 0) {
        struct kq_buffer line KQ_CLEANUP(kq_buffer_free) = {0};
        const struct kq_json *call = NULL;
        struct kq_error error = {0};
        kq_buffer_append_byte(&line, '{');
        if (!kq_json_read((struct kq_slice){.data = read, .size = (size_t)size}, &arena, &call, &error).ok) {
            return 2;
        }
        act(call, &line);
        printf("%.*s}\n", KQ_SLICE_PRINT(kq_buffer_slice(&line)));
        fflush(stdout);
        kq_arena_reset(&arena);
    }
    free(read);
    kq_arena_free(&arena);
    return 0;
}
