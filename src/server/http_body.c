/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"

struct kq_result kq_http_body_begin(struct kq_http_body *body, const struct kq_http_head *head,
                                    size_t limit_bytes, struct kq_http_refusal *refusal)
{
    *body = (struct kq_http_body){
        .state = head->is_chunked ? KQ_HTTP_BODY_SIZE_BEGIN : KQ_HTTP_BODY_PLAIN,
        .left_bytes = head->is_chunked ? 0 : head->content_length,
        .limit_bytes = limit_bytes,
    };
    if (body->left_bytes > limit_bytes) {
        return kq_http_refuse(refusal, KQ_HTTP_CONTENT_TOO_LARGE,
                              "The request's body is larger than allowed.");
    }
    return KQ_OK;
}

/* Takes what there is of `left_bytes`. */
static struct kq_result take_content(struct kq_http_body *body, struct kq_cursor *input,
                                     struct kq_buffer *content, struct kq_http_refusal *refusal)
{
    size_t size = kq_cursor_left(input) < body->left_bytes ? kq_cursor_left(input) : (size_t)body->left_bytes;
    struct kq_slice taken;
    if (kq_cursor_take_bytes(input, size, &taken)) {
        kq_buffer_append(content, taken);
        body->left_bytes -= size;
        body->limit_bytes -= size;
    }
    if (content->failed) {
        return kq_http_refuse(refusal, KQ_HTTP_UNAVAILABLE, "The gateway is out of memory.");
    }
    return KQ_OK;
}

static struct kq_result bad_chunk(struct kq_http_refusal *refusal)
{
    return kq_http_refuse(refusal, KQ_HTTP_BAD_REQUEST, "The body is not in chunks as RFC 9112 has them.");
}

static int hex_digit(int byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    if (byte >= 'a' && byte <= 'f') {
        return byte - 'a' + 10;
    }
    return byte >= 'A' && byte <= 'F' ? byte - 'A' + 10 : -1;
}

static struct kq_result take_size_digit(struct kq_http_body *body, int byte, struct kq_http_refusal *refusal)
{
    body->state = KQ_HTTP_BODY_SIZE;
    if (__builtin_mul_overflow(body->left_bytes, UINT64_C(16), &body->left_bytes) ||
        __builtin_add_overflow(body->left_bytes, (uint64_t)hex_digit(byte), &body->left_bytes) ||
        body->left_bytes > body->limit_bytes) {
        return kq_http_refuse(refusal, KQ_HTTP_CONTENT_TOO_LARGE,
                              "The request's body is larger than allowed.");
    }
    return KQ_OK;
}

/* One byte of a chunk's line: its size, perhaps spaces, perhaps extensions, CR LF. */
static struct kq_result take_size_byte(struct kq_http_body *body, int byte, struct kq_http_refusal *refusal)
{
    bool in_extension = body->state == KQ_HTTP_BODY_EXTENSION;
    if (++body->line_bytes > KQ_HTTP_CHUNK_LINE_MAX_BYTES) {
        return bad_chunk(refusal);
    }
    if (body->state == KQ_HTTP_BODY_SIZE_END) {
        if (byte != '\n') {
            return bad_chunk(refusal);
        }
        body->line_bytes = 0;
        body->state = body->left_bytes == 0 ? KQ_HTTP_BODY_TRAILER_BEGIN : KQ_HTTP_BODY_CHUNK;
        return KQ_OK;
    }
    if (!in_extension && body->state != KQ_HTTP_BODY_SIZE_SPACE && hex_digit(byte) >= 0) {
        return take_size_digit(body, byte, refusal);
    }
    if (body->state == KQ_HTTP_BODY_SIZE_BEGIN) {
        return bad_chunk(refusal);
    }
    if (byte == '\r' && body->state != KQ_HTTP_BODY_SIZE_SPACE) {
        body->state = KQ_HTTP_BODY_SIZE_END;
        return KQ_OK;
    }
    if (in_extension) {
        return (byte < 0x20 && byte != '\t') || byte == 0x7F ? bad_chunk(refusal) : KQ_OK;
    }
    if (byte != ';' && byte != ' ' && byte != '\t') {
        return bad_chunk(refusal);
    }
    body->state = byte == ';' ? KQ_HTTP_BODY_EXTENSION : KQ_HTTP_BODY_SIZE_SPACE;
    return KQ_OK;
}

/* One byte behind the last chunk: lines that are dropped, then an empty one. */
static struct kq_result take_trailer_byte(struct kq_http_body *body, int byte,
                                          struct kq_http_refusal *refusal)
{
    if (++body->line_bytes > KQ_HTTP_TRAILERS_MAX_BYTES) {
        return kq_http_refuse(refusal, KQ_HTTP_HEAD_TOO_LARGE, "The trailers are larger than 4 KiB.");
    }
    bool ends_line = body->state == KQ_HTTP_BODY_TRAILER_END || body->state == KQ_HTTP_BODY_LAST_LF;
    if (ends_line != (byte == '\n') || (byte < 0x20 && byte != '\t' && byte != '\r' && byte != '\n') ||
        byte == 0x7F) {
        return bad_chunk(refusal);
    }
    if (ends_line) {
        body->state = body->state == KQ_HTTP_BODY_LAST_LF ? KQ_HTTP_BODY_DONE : KQ_HTTP_BODY_TRAILER_BEGIN;
    } else if (byte == '\r') {
        body->state =
            body->state == KQ_HTTP_BODY_TRAILER_BEGIN ? KQ_HTTP_BODY_LAST_LF : KQ_HTTP_BODY_TRAILER_END;
    } else {
        body->state = KQ_HTTP_BODY_TRAILER;
    }
    return KQ_OK;
}

/* CR, then LF, behind a chunk's bytes. */
static struct kq_result take_chunk_end(struct kq_http_body *body, int byte, struct kq_http_refusal *refusal)
{
    bool is_cr = body->state == KQ_HTTP_BODY_CHUNK_CR;
    if (byte != (is_cr ? '\r' : '\n')) {
        return bad_chunk(refusal);
    }
    body->state = is_cr ? KQ_HTTP_BODY_CHUNK_LF : KQ_HTTP_BODY_SIZE_BEGIN;
    return KQ_OK;
}

static struct kq_result take_step(struct kq_http_body *body, struct kq_cursor *input,
                                  struct kq_buffer *content, struct kq_http_refusal *refusal)
{
    switch (body->state) {
    case KQ_HTTP_BODY_PLAIN:
        KQ_TRY(take_content(body, input, content, refusal));
        body->state = body->left_bytes == 0 ? KQ_HTTP_BODY_DONE : KQ_HTTP_BODY_PLAIN;
        return KQ_OK;
    case KQ_HTTP_BODY_CHUNK:
        KQ_TRY(take_content(body, input, content, refusal));
        body->state = body->left_bytes == 0 ? KQ_HTTP_BODY_CHUNK_CR : KQ_HTTP_BODY_CHUNK;
        return KQ_OK;
    case KQ_HTTP_BODY_CHUNK_CR:
    case KQ_HTTP_BODY_CHUNK_LF:
        return take_chunk_end(body, kq_cursor_take(input), refusal);
    case KQ_HTTP_BODY_SIZE_BEGIN:
    case KQ_HTTP_BODY_SIZE:
    case KQ_HTTP_BODY_SIZE_SPACE:
    case KQ_HTTP_BODY_EXTENSION:
    case KQ_HTTP_BODY_SIZE_END:
        return take_size_byte(body, kq_cursor_take(input), refusal);
    case KQ_HTTP_BODY_TRAILER_BEGIN:
    case KQ_HTTP_BODY_TRAILER:
    case KQ_HTTP_BODY_TRAILER_END:
    case KQ_HTTP_BODY_LAST_LF:
        return take_trailer_byte(body, kq_cursor_take(input), refusal);
    case KQ_HTTP_BODY_DONE:
        break;
    }
    return KQ_OK;
}

enum kq_http_progress kq_http_body_take(struct kq_http_body *body, struct kq_cursor *input,
                                        struct kq_buffer *content, struct kq_http_refusal *refusal)
{
    if (body->state == KQ_HTTP_BODY_PLAIN && body->left_bytes == 0) {
        body->state = KQ_HTTP_BODY_DONE;
    }
    while (body->state != KQ_HTTP_BODY_DONE && !kq_cursor_at_end(input)) {
        if (!take_step(body, input, content, refusal).ok) {
            return KQ_HTTP_REFUSED;
        }
    }
    return body->state == KQ_HTTP_BODY_DONE ? KQ_HTTP_COMPLETE : KQ_HTTP_MORE;
}
