/* SPDX-License-Identifier: Apache-2.0 */
#include "server/gateway_answer.h"

#include <string.h>

#include "wire/content_cipher.h"
#include "wire/envelope.h"
#include "wire/gateway_error.h"
#include "wire/json.h"

static void append_text_member(struct kq_buffer *json, const char *name, struct kq_slice text)
{
    kq_json_append_name(json, name);
    kq_json_append_string(json, text);
}

/* Longer than any real call, whose biz_content is a few fields. Whoever sends more of it unsigned does not
 * get it back, six times as long once it is escaped. */
#define SHOWN_STRING_MAX_BYTES ((size_t)65536)

/* Cut between two characters. */
static struct kq_slice shown_part(struct kq_slice utf8)
{
    size_t size = utf8.size;
    if (size > SHOWN_STRING_MAX_BYTES) {
        size = SHOWN_STRING_MAX_BYTES;
        while (size > 0 && ((unsigned char)utf8.data[size] & 0xC0) == 0x80) {
            size--;
        }
    }
    return (struct kq_slice){.data = utf8.data, .size = size};
}

/* The platform shows what it verified against, so that a caller can compare. Bytes that a caller declared in
 * a charset have been checked to be in it. */
static void append_string_to_sign(struct kq_call *call, struct kq_buffer *sub_msg)
{
    struct kq_slice utf8;
    if (!kq_charset_decode(call->charset, call->string_to_sign, &call->arena, &utf8, NULL).ok) {
        sub_msg->failed = true;
        return;
    }
    struct kq_slice shown = shown_part(utf8);
    kq_html_escape_append(shown, sub_msg);
    if (shown.size < utf8.size) {
        kq_buffer_append(sub_msg, KQ_SLICE("…"));
    }
}

void kq_gateway_append_message(struct kq_call *call, const char *name, const char *message,
                               struct kq_buffer *scratch, struct kq_buffer *json)
{
    const struct kq_gateway_error *row = kq_gateway_error_of(call->error.code);
    kq_buffer_clear(scratch);
    kq_buffer_append(scratch, kq_slice_of(message == NULL ? row->sub_msg : message));
    if (call->error.code == KQ_E_INVALID_SIGNATURE) {
        append_string_to_sign(call, scratch);
    } else if (row->shows_detail && call->error.detail[0] != '\0') {
        kq_buffer_append(scratch, KQ_SLICE("："));
        kq_buffer_append(scratch, kq_slice_of(call->error.detail));
    }
    append_text_member(json, name, kq_buffer_slice(scratch));
    json->failed = json->failed || scratch->failed;
}

struct kq_slice kq_gateway_finish_json(const struct kq_call *call, struct kq_answer_scratch *scratch)
{
    struct kq_slice json = kq_buffer_slice(&scratch->json);
    if (scratch->json.failed || call->error.code == KQ_E_INVALID_SIGNATURE ||
        memchr(json.data, '&', json.size) == NULL) {
        return scratch->json.failed ? KQ_SLICE_EMPTY : json;
    }
    kq_buffer_clear(&scratch->text);
    kq_json_append_without_ampersands(&scratch->text, json);
    return scratch->text.failed ? KQ_SLICE_EMPTY : kq_buffer_slice(&scratch->text);
}

struct kq_slice kq_gateway_write_response(struct kq_call *call, const void *values,
                                          struct kq_answer_scratch *scratch)
{
    const struct kq_gateway_error *row = kq_gateway_error_of(call->error.code);
    struct kq_buffer *json = &scratch->json;
    kq_buffer_clear(json);
    kq_buffer_append(json, KQ_SLICE("{"));
    append_text_member(json, "code", kq_slice_of(row->code));
    append_text_member(json, "msg", kq_slice_of(row->msg));
    if (call->error.code != KQ_E_NONE) {
        append_text_member(json, "sub_code", kq_slice_of(row->sub_code));
        kq_gateway_append_message(call, "sub_msg", NULL, &scratch->text, json);
    }
    if (values != NULL) {
        kq_fields_append(call->method->answer, values, json);
    }
    kq_buffer_append(json, KQ_SLICE("}"));
    return kq_gateway_finish_json(call, scratch);
}

static struct kq_result encode(enum kq_charset charset, struct kq_slice json, struct kq_buffer *encoded,
                               struct kq_error *error)
{
    if (charset != KQ_CHARSET_UTF8) {
        return kq_charset_encode_json(charset, json, encoded, error);
    }
    kq_buffer_append(encoded, json);
    KQ_ENSURE_MEMORY(!encoded->failed, error);
    return KQ_OK;
}

/* As a JSON string: base64 has nothing that would have to be escaped. */
static struct kq_result set_encrypted(struct kq_call *call, struct kq_slice json, struct kq_error *error)
{
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_content_key_load_bytes(call->content_key, &key, error));
    KQ_TRY(encode(call->charset, json, &plain, error));
    kq_buffer_append_byte(&call->response, '"');
    KQ_TRY(kq_content_encrypt(key, kq_buffer_slice(&plain), &call->response, error));
    kq_buffer_append_byte(&call->response, '"');
    KQ_ENSURE_MEMORY(!call->response.failed, error);
    return KQ_OK;
}

struct kq_result kq_gateway_set_response(struct kq_call *call, struct kq_slice json, struct kq_error *error)
{
    kq_buffer_clear(&call->response);
    KQ_ENSURE_MEMORY(json.size > 0, error);
    return call->content_key.size > 0 ? set_encrypted(call, json, error)
                                      : encode(call->charset, json, &call->response, error);
}

struct kq_result kq_gateway_seal(struct kq_call *call, struct kq_slice response,
                                 struct kq_slice signature_text, struct kq_error *error)
{
    struct kq_slice method = call->method == NULL ? KQ_SLICE_EMPTY : kq_slice_of(call->method->name);
    kq_buffer_clear(&call->answer);
    kq_envelope_append(&call->answer, method, response, call->answer_cert_sn, signature_text);
    if (call->answer.failed) {
        kq_buffer_clear(&call->answer);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    return KQ_OK;
}

void kq_answer_scratch_free(struct kq_answer_scratch *scratch)
{
    kq_buffer_wipe_and_free(&scratch->json);
    kq_buffer_wipe_and_free(&scratch->text);
    kq_buffer_free(&scratch->signature);
}

/* So much is kept from one answer to the next. */
#define SCRATCH_KEPT_BYTES ((size_t)65536)

void kq_answer_scratch_trim(struct kq_answer_scratch *scratch, bool is_secret)
{
    if (is_secret || scratch->json.capacity > SCRATCH_KEPT_BYTES) {
        kq_buffer_wipe_and_free(&scratch->json);
    }
    if (is_secret || scratch->text.capacity > SCRATCH_KEPT_BYTES) {
        kq_buffer_wipe_and_free(&scratch->text);
    }
}
