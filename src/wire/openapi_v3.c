/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/openapi_v3.h"

#include <stddef.h>

#include "base/cursor.h"

/* Milliseconds of the year 33658 have 15 digits: none that means anything overflows. */
#define TIMESTAMP_DIGITS_MAX ((size_t)15)

static int64_t read_milliseconds(struct kq_slice text)
{
    if (!kq_slice_is_digits(text) || text.size > TIMESTAMP_DIGITS_MAX) {
        return -1;
    }
    int64_t milliseconds = 0;
    for (size_t i = 0; i < text.size; i++) {
        milliseconds = milliseconds * 10 + (text.data[i] - '0');
    }
    return milliseconds;
}

/* Where the value of that name belongs; NULL: nowhere. */
static struct kq_slice *slot_of(struct kq_v3_authorization *authorization, struct kq_slice name)
{
    static const struct {
        struct kq_slice name;
        size_t offset;
    } slots[] = {
        {KQ_SLICE("app_id"), offsetof(struct kq_v3_authorization, app_id)},
        {KQ_SLICE("app_cert_sn"), offsetof(struct kq_v3_authorization, app_cert_sn)},
        {KQ_SLICE("nonce"), offsetof(struct kq_v3_authorization, nonce)},
        {KQ_SLICE("timestamp"), offsetof(struct kq_v3_authorization, timestamp_ms_text)},
        {KQ_SLICE("sign"), offsetof(struct kq_v3_authorization, sign)},
    };
    for (size_t i = 0; i < KQ_COUNT(slots); i++) {
        if (kq_slice_equal(name, slots[i].name)) {
            return (struct kq_slice *)(void *)((char *)authorization + slots[i].offset);
        }
    }
    return NULL;
}

/* Only names of the protocol are repeated in a detail: others are whatever a caller has sent. */
static struct kq_result read_item(struct kq_slice item, struct kq_v3_authorization *authorization,
                                  struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(item);
    struct kq_slice name;
    KQ_ENSURE(kq_cursor_take_until(&cursor, KQ_SLICE("="), &name) && name.size > 0, error,
              KQ_E_INVALID_PARAMETER_GATEWAY, "authorization不是以逗号分隔的name=value");
    struct kq_slice *slot = slot_of(authorization, name);
    if (slot != NULL) {
        KQ_ENSURE(slot->data == NULL, error, KQ_E_INVALID_PARAMETER_GATEWAY, "authorization中%.*s重复",
                  KQ_SLICE_PRINT(name));
        *slot = (struct kq_slice){.data = cursor.at, .size = kq_cursor_left(&cursor)};
    }
    return KQ_OK;
}

static struct kq_result read_list(struct kq_slice list, struct kq_v3_authorization *authorization,
                                  struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(list);
    struct kq_slice item;
    authorization->signed_list = list;
    while (kq_cursor_take_part(&cursor, ',', &item)) {
        KQ_ENSURE(authorization->sign.data == NULL, error, KQ_E_INVALID_PARAMETER_GATEWAY,
                  "authorization中sign之后不能有其他内容");
        KQ_TRY(read_item(item, authorization, error));
        if (authorization->sign.data != NULL) {
            size_t before = (size_t)(item.data - list.data);
            authorization->signed_list.size = before == 0 ? 0 : before - 1; /* the comma */
        }
    }
    authorization->timestamp_ms = read_milliseconds(authorization->timestamp_ms_text);
    KQ_ENSURE(authorization->nonce.size <= KQ_V3_NONCE_MAX_BYTES, error, KQ_E_INVALID_PARAMETER_GATEWAY,
              "nonce超过%zu个字符", KQ_V3_NONCE_MAX_BYTES);
    return KQ_OK;
}

struct kq_result kq_v3_authorization_read(struct kq_slice header_value,
                                          struct kq_v3_authorization *authorization, struct kq_error *error)
{
    *authorization = (struct kq_v3_authorization){.timestamp_ms = -1};
    struct kq_cursor cursor = kq_cursor_of(kq_slice_trim(header_value));
    KQ_ENSURE(!kq_cursor_at_end(&cursor), error, KQ_E_MISSING_SIGNATURE, "%s", "");
    KQ_ENSURE(kq_cursor_take_literal(&cursor, KQ_SLICE(KQ_V3_SCHEME " ")), error, KQ_E_INVALID_SIGN_TYPE,
              "%s", "");
    return read_list(kq_slice_trim(kq_cursor_take_rest(&cursor)), authorization, error);
}

static void append_line(struct kq_slice line, struct kq_buffer *text)
{
    kq_buffer_append(text, line);
    kq_buffer_append_byte(text, '\n');
}

void kq_v3_request_string_to_sign(const struct kq_v3_request *request, struct kq_buffer *text)
{
    append_line(request->authorization_list, text);
    append_line(request->http_method, text);
    append_line(request->path_with_query, text);
    append_line(request->body, text);
    if (request->app_auth_token.size > 0) {
        append_line(request->app_auth_token, text);
    }
}

void kq_v3_answer_string_to_sign(struct kq_slice timestamp, struct kq_slice nonce, struct kq_slice body,
                                 struct kq_buffer *text)
{
    append_line(timestamp, text);
    append_line(nonce, text);
    append_line(body, text);
}

void kq_v3_path_append(struct kq_slice method_name, struct kq_buffer *path)
{
    kq_buffer_append(path, KQ_SLICE(KQ_V3_PATH_PREFIX));
    for (size_t i = 0; i < method_name.size; i++) {
        kq_buffer_append_byte(path, method_name.data[i] == '.' ? '/' : method_name.data[i]);
    }
}

bool kq_v3_path_is_of(struct kq_slice path, struct kq_slice method_name)
{
    struct kq_cursor cursor = kq_cursor_of(path);
    if (!kq_cursor_take_literal(&cursor, KQ_SLICE(KQ_V3_PATH_PREFIX)) ||
        kq_cursor_left(&cursor) != method_name.size) {
        return false;
    }
    for (size_t i = 0; i < method_name.size; i++) {
        if (cursor.at[i] != (method_name.data[i] == '.' ? '/' : method_name.data[i])) {
            return false;
        }
    }
    return true;
}
