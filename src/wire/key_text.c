/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/key_text.h"

#include <stdint.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "wire/base64.h"

/* The longest key is one of 4096 bits in PEM, 3.3 KB; a chain of certificates with text around is still
 * shorter. */
#define TEXT_MAX_BYTES ((size_t)1 << 16)

#define PEM_BEGIN KQ_SLICE("-----BEGIN ")
#define PEM_END KQ_SLICE("-----END ")
#define PEM_DASHES KQ_SLICE("-----")

void kq_key_text_wipe(struct kq_key_text *read)
{
    for (size_t i = 0; i < read->count; i++) {
        kq_memory_wipe((void *)(uintptr_t)read->blocks[i].data, read->blocks[i].size);
    }
    kq_arena_free(&read->arena);
    read->count = 0;
}

static struct kq_result add_block(struct kq_slice der, struct kq_key_text *read, struct kq_error *error)
{
    KQ_ENSURE(read->count < KQ_KEY_BLOCKS_MAX, error, KQ_E_BAD_KEY, "more than %d PEM blocks in one file",
              KQ_KEY_BLOCKS_MAX);
    KQ_ENSURE(der.size > 0, error, KQ_E_BAD_KEY, "the key is empty");
    read->blocks[read->count++] = der;
    return KQ_OK;
}

static bool contains(struct kq_slice text, struct kq_slice wanted)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    return kq_cursor_take_until(&cursor, wanted, &before);
}

/* Base64 but for the two characters that URLs and file names cannot have. */
static bool is_base64url(struct kq_slice text)
{
    bool has_own = false;
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool is_own = byte == '-' || byte == '_';
        bool is_digit = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
                        (byte >= '0' && byte <= '9') || byte == '=';
        has_own = has_own || is_own;
        if (!is_own && !is_digit && byte != '\r' && byte != '\n') {
            return false;
        }
    }
    return has_own;
}

/* How keys come out of files of settings and out of other programs. */
static struct kq_result refuse_text(struct kq_slice text, struct kq_error *error)
{
    bool is_quoted = text.size > 1 && (text.data[0] == '"' || text.data[0] == '\'') &&
                     text.data[text.size - 1] == text.data[0];
    KQ_ENSURE(!contains(text, KQ_SLICE("\\n")), error, KQ_E_BAD_KEY,
              "this key has the two characters \\n where its lines end: put line ends in their place");
    KQ_ENSURE(!is_quoted, error, KQ_E_BAD_KEY, "this key is in quotes: take them away");
    KQ_ENSURE(!is_base64url(text), error, KQ_E_BAD_KEY,
              "this key is in base64url: write + for each - in it, and / for each _");
    return kq_fail(error, KQ_E_BAD_KEY,
                   "this is neither PEM nor base64 nor DER, or it was cut off or changed");
}

static struct kq_result add_base64(struct kq_slice text, struct kq_key_text *read, struct kq_error *error)
{
    struct kq_slice der;
    struct kq_error inner = {0};
    if (!kq_base64_decode(text, &read->arena, &der, &inner).ok) {
        return inner.code == KQ_E_BAD_INPUT ? refuse_text(text, error)
                                            : kq_fail(error, inner.code, "%s", inner.detail);
    }
    return add_block(der, read, error);
}

/* What stands between the lines BEGIN and END, with the label of both. */
static bool take_pem_block(struct kq_cursor *cursor, struct kq_slice *label, struct kq_slice *body)
{
    struct kq_slice end_label;
    return kq_cursor_take_until(cursor, PEM_DASHES, label) && kq_cursor_take_until(cursor, PEM_END, body) &&
           kq_cursor_take_until(cursor, PEM_DASHES, &end_label) && kq_slice_equal(*label, end_label);
}

static struct kq_result read_pem(struct kq_slice text, struct kq_key_text *read, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    while (kq_cursor_take_until(&cursor, PEM_BEGIN, &before)) {
        struct kq_slice label;
        struct kq_slice body;
        KQ_ENSURE(take_pem_block(&cursor, &label, &body), error, KQ_E_BAD_KEY,
                  "the PEM block is cut off, or its END line does not match");
        KQ_ENSURE(!contains(label, KQ_SLICE("OPENSSH")), error, KQ_E_BAD_KEY,
                  "this is an OpenSSH private key; ssh-keygen -p -m PEM -f FILE makes a plain one of it");
        KQ_ENSURE(
            !contains(body, KQ_SLICE("ENCRYPTED")), error, KQ_E_BAD_KEY,
            "this is an encrypted private key; openssl pkey -in FILE -out OTHER makes a plain one of it");
        KQ_TRY(add_base64(body, read, error));
    }
    return KQ_OK;
}

/* The first byte of a DER sequence is a digit of base64 too, but no key is so short that its second byte is
 * ASCII. */
static bool looks_like_der(struct kq_slice text)
{
    return text.size > 1 && text.data[0] == 0x30 && ((unsigned char)text.data[1] & 0x80) != 0;
}

static bool looks_like_utf16(struct kq_slice text)
{
    return kq_slice_starts_with(text, KQ_SLICE("\xFF\xFE")) ||
           kq_slice_starts_with(text, KQ_SLICE("\xFE\xFF"));
}

static bool looks_like_ssh(struct kq_slice text)
{
    return kq_slice_starts_with(text, KQ_SLICE("ssh-")) || kq_slice_starts_with(text, KQ_SLICE("ecdsa-")) ||
           kq_slice_starts_with(text, KQ_SLICE("---- BEGIN SSH2"));
}

struct kq_result kq_key_text_read(struct kq_slice text, struct kq_key_text *read, struct kq_error *error)
{
    KQ_ENSURE(text.size <= TEXT_MAX_BYTES, error, KQ_E_BAD_KEY, "this is too long to be a key (%zu bytes)",
              text.size);
    if (looks_like_der(text)) {
        struct kq_slice copy = kq_arena_copy(&read->arena, text);
        KQ_ENSURE_MEMORY(copy.data, error);
        return add_block(copy, read, error);
    }
    KQ_ENSURE(!looks_like_utf16(text), error, KQ_E_BAD_KEY, "this is UTF-16 text; save it as UTF-8");
    if (kq_slice_starts_with(text, KQ_SLICE("\xEF\xBB\xBF"))) {
        text.data += 3;
        text.size -= 3;
    }
    text = kq_slice_trim(text);
    KQ_ENSURE(text.size > 0, error, KQ_E_BAD_KEY, "there is no key: the text is empty");
    KQ_ENSURE(!looks_like_ssh(text), error, KQ_E_BAD_KEY,
              "this is an OpenSSH public key; ssh-keygen -e -m PKCS8 -f FILE makes a plain one of it");
    if (contains(text, PEM_BEGIN)) {
        return read_pem(text, read, error);
    }
    return add_base64(text, read, error);
}
