/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "wire/base64.h"

/* What decodes has one canonical text, which decodes to the same bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_buffer text = {0};
    struct kq_slice bytes;
    struct kq_slice again;
    if (kq_base64_decode(fuzz_input(data, size), &arena, &bytes, NULL).ok) {
        kq_base64_encode(bytes, &text);
        FUZZ_CHECK(kq_base64_decode(kq_buffer_slice(&text), &arena, &again, NULL).ok);
        FUZZ_CHECK(kq_slice_equal(bytes, again));
    }
    kq_buffer_free(&text);
    kq_arena_free(&arena);
    return 0;
}
