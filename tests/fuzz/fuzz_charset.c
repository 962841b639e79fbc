/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "wire/charset.h"

static void check_text(enum kq_charset charset, struct kq_slice utf8, struct kq_arena *arena)
{
    struct kq_buffer text = {0};
    struct kq_slice again;
    FUZZ_CHECK(kq_charset_encode_text(charset, utf8, &text, NULL).ok);
    FUZZ_CHECK(kq_charset_decode(charset, kq_buffer_slice(&text), arena, &again, NULL).ok);
    FUZZ_CHECK(kq_slice_equal(utf8, again));
    kq_buffer_free(&text);
}

static void check_json(enum kq_charset charset, struct kq_slice utf8, struct kq_arena *arena)
{
    struct kq_buffer json = {0};
    struct kq_slice again;
    FUZZ_CHECK(kq_charset_encode_json(charset, utf8, &json, NULL).ok);
    FUZZ_CHECK(kq_charset_decode(charset, kq_buffer_slice(&json), arena, &again, NULL).ok);
    kq_buffer_free(&json);
}

/* The first byte chooses the charset. What decodes is UTF-8, and goes back and forth without loss. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_slice bytes = fuzz_input(data, size);
    enum kq_charset charset = (enum kq_charset)(fuzz_take_choice(&bytes) % 3);
    struct kq_slice utf8;
    if (kq_charset_decode(charset, bytes, &arena, &utf8, NULL).ok) {
        FUZZ_CHECK(kq_utf8_is_valid(utf8));
        FUZZ_CHECK(kq_utf8_count(utf8) <= bytes.size);
        check_text(charset, utf8, &arena);
        check_json(charset, utf8, &arena);
    } else {
        FUZZ_CHECK(bytes.size > 0);
    }
    if (kq_utf8_is_valid(bytes) && kq_slice_find(bytes, '\0') == bytes.size) {
        check_json(KQ_CHARSET_GBK, bytes, &arena);
    }
    kq_arena_free(&arena);
    return 0;
}
