/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/value_form.h"

#include "wire/base64.h"
#include "wire/opened_signature.h"

enum writing { WRITING_BYTES, WRITING_HEX, WRITING_UPPER_HEX, WRITING_BASE64 };

static void append_hex(struct kq_slice bytes, const char *digits, struct kq_buffer *out)
{
    for (size_t i = 0; i < bytes.size; i++) {
        unsigned char byte = (unsigned char)bytes.data[i];
        kq_buffer_append_byte(out, digits[byte >> 4]);
        kq_buffer_append_byte(out, digits[byte & 15]);
    }
}

/* Nothing where this system's OpenSSL forbids the digest. */
static void append_digest(enum kq_digest_kind kind, enum writing writing, struct kq_slice text,
                          struct kq_buffer *out)
{
    unsigned char digest[KQ_DIGEST_MAX_BYTES];
    struct kq_error error = {0};
    if (!kq_digest_make(kind, text, digest, &error).ok) {
        out->failed = out->failed || error.code == KQ_E_NO_MEMORY;
        return;
    }
    struct kq_slice bytes = {.data = (const char *)digest, .size = kq_digest_size(kind)};
    if (writing == WRITING_BYTES) {
        kq_buffer_append(out, bytes);
    } else if (writing == WRITING_BASE64) {
        kq_base64_encode(bytes, out);
    } else {
        append_hex(bytes, writing == WRITING_HEX ? "0123456789abcdef" : "0123456789ABCDEF", out);
    }
}

void kq_form_sha256_hex(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA256, WRITING_HEX, text, out);
}

void kq_form_sha256_upper_hex(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA256, WRITING_UPPER_HEX, text, out);
}

void kq_form_sha256_bytes(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA256, WRITING_BYTES, text, out);
}

void kq_form_sha256_base64(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA256, WRITING_BASE64, text, out);
}

void kq_form_sha1_hex(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA1, WRITING_HEX, text, out);
}

void kq_form_sha1_bytes(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_SHA1, WRITING_BYTES, text, out);
}

void kq_form_md5_hex(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_MD5, WRITING_HEX, text, out);
}

void kq_form_md5_upper_hex(struct kq_slice text, struct kq_buffer *out)
{
    append_digest(KQ_DIGEST_MD5, WRITING_UPPER_HEX, text, out);
}

void kq_form_base64(struct kq_slice text, struct kq_buffer *out)
{
    kq_base64_encode(text, out);
}
