/* SPDX-License-Identifier: Apache-2.0 */
#include "server/v3_answer.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/cursor.h"
#include "wire/content_cipher.h"
#include "wire/gateway_error.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"
#include "wire/v3_error.h"

/* How every success begins (gateway_answer.c, gateway_error.c); here the HTTP status says as much. */
#define SUCCESS_BEGIN "{\"code\":\"10000\",\"msg\":\"Success\""

#define NONCE_BYTES 16

void kq_v3_stamp(const struct kq_clock *clock, struct kq_v3_stamp *stamp)
{
    unsigned char random[NONCE_BYTES];
    snprintf(stamp->timestamp, sizeof(stamp->timestamp), "%" PRId64, clock->wall_ms(clock));
    clock->random(clock, random, sizeof(random));
    for (size_t i = 0; i < NONCE_BYTES; i++) {
        stamp->nonce[2 * i] = "0123456789abcdef"[random[i] >> 4];
        stamp->nonce[2 * i + 1] = "0123456789abcdef"[random[i] & 15];
    }
    stamp->nonce[2 * (size_t)NONCE_BYTES] = '\0';
}

struct kq_slice kq_v3_write_error(struct kq_call *call, const void *values, struct kq_answer_scratch *scratch)
{
    const struct kq_v3_error *row = kq_v3_error_of(call->error.code);
    struct kq_buffer *json = &scratch->json;
    kq_buffer_clear(json);
    kq_buffer_append(json, KQ_SLICE("{"));
    kq_json_append_name(json, "code");
    kq_json_append_string(json, kq_slice_of(row->code));
    kq_gateway_append_message(call, "message", row->message, &scratch->text, json);
    kq_buffer_append(json, KQ_SLICE(",\"links\":[]"));
    if (values != NULL) {
        kq_fields_append(call->method->answer, values, json);
    }
    kq_buffer_append(json, KQ_SLICE("}"));
    return kq_gateway_finish_json(call, scratch);
}

/* A success without what the older protocol begins with; a refusal as it is. */
static void append_body(const struct kq_call *call, struct kq_slice json, struct kq_buffer *body)
{
    struct kq_cursor cursor = kq_cursor_of(json);
    if (call->error.code == KQ_E_NONE && kq_cursor_take_literal(&cursor, KQ_SLICE(SUCCESS_BEGIN))) {
        kq_cursor_take_literal(&cursor, KQ_SLICE(","));
        kq_buffer_append(body, KQ_SLICE("{"));
    }
    kq_buffer_append(body, kq_cursor_take_rest(&cursor));
}

static struct kq_result append_encrypted(struct kq_call *call, struct kq_slice json, struct kq_error *error)
{
    struct kq_content_key *key KQ_CLEANUP(kq_content_key_cleanup) = NULL;
    struct kq_buffer plain KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    KQ_TRY(kq_content_key_load_bytes(call->content_key, &key, error));
    append_body(call, json, &plain);
    KQ_ENSURE_MEMORY(!plain.failed, error);
    return kq_content_encrypt(key, kq_buffer_slice(&plain), &call->response, error);
}

bool kq_v3_is_encrypted(const struct kq_call *call)
{
    return kq_call_is_v3(call) && call->content_key.size > 0 && call->v3.status == KQ_HTTP_OK;
}

struct kq_result kq_v3_set_response(struct kq_call *call, struct kq_slice json, struct kq_error *error)
{
    call->v3.status = kq_http_status_of(kq_v3_error_of(call->error.code)->status);
    kq_buffer_clear(&call->response);
    KQ_ENSURE_MEMORY(json.size > 0, error);
    if (kq_v3_is_encrypted(call)) {
        return append_encrypted(call, json, error);
    }
    append_body(call, json, &call->response);
    KQ_ENSURE_MEMORY(!call->response.failed, error);
    return KQ_OK;
}

static void append_header(struct kq_buffer *headers, const char *name, struct kq_slice value)
{
    kq_buffer_append(headers, headers->size > 0 ? KQ_SLICE("\r\n") : KQ_SLICE_EMPTY);
    kq_buffer_append(headers, kq_slice_of(name));
    kq_buffer_append(headers, KQ_SLICE(": "));
    kq_buffer_append(headers, value);
}

/* In call->answer, whose memory is there, and from there into the arena. */
static struct kq_result set_headers(struct kq_call *call, const struct kq_v3_stamp *stamp,
                                    struct kq_slice signature, struct kq_error *error)
{
    struct kq_buffer *headers = &call->answer;
    kq_buffer_clear(headers);
    append_header(headers, KQ_V3_HEADER_TIMESTAMP, kq_slice_of(stamp->timestamp));
    append_header(headers, KQ_V3_HEADER_NONCE, kq_slice_of(stamp->nonce));
    append_header(headers, KQ_V3_HEADER_SIGNATURE, signature);
    append_header(headers, KQ_V3_HEADER_TRACE_ID, kq_slice_of(call->trace_id));
    if (call->answer_cert_sn.size > 0) {
        append_header(headers, KQ_V3_HEADER_SN, call->answer_cert_sn);
    }
    if (call->v3.status == KQ_HTTP_METHOD_NOT_ALLOWED) {
        append_header(headers, "Allow", KQ_SLICE("POST"));
    }
    KQ_ENSURE_MEMORY(!headers->failed, error);
    call->v3.headers = kq_arena_copy(&call->arena, kq_buffer_slice(headers)).data;
    KQ_ENSURE_MEMORY(call->v3.headers, error);
    return KQ_OK;
}

struct kq_result kq_v3_seal(struct kq_call *call, struct kq_slice body, const struct kq_v3_stamp *stamp,
                            struct kq_slice signature, struct kq_error *error)
{
    struct kq_result set = set_headers(call, stamp, signature, error);
    kq_buffer_clear(&call->answer);
    KQ_TRY(set);
    kq_buffer_append(&call->answer, body);
    if (call->answer.failed) {
        kq_buffer_clear(&call->answer);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    return KQ_OK;
}
