/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/buffer.h"
#include "wire/params.h"
#include "wire/signature.h"

static void encode(const struct kq_params *params, struct kq_buffer *form)
{
    for (size_t i = 0; i < params->count; i++) {
        kq_form_encode(params->items[i].name, form);
        kq_buffer_append(form, KQ_SLICE("="));
        kq_form_encode(params->items[i].value, form);
        kq_buffer_append(form, KQ_SLICE("&"));
    }
}

static void check_same(const struct kq_params *a, const struct kq_params *b)
{
    FUZZ_CHECK(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        FUZZ_CHECK(kq_slice_equal(a->items[i].name, b->items[i].name));
        FUZZ_CHECK(kq_slice_equal(a->items[i].value, b->items[i].value));
    }
}

/* What decodes goes back and forth without loss, and always has a string to sign. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_buffer form = {0};
    struct kq_params params;
    struct kq_params again;
    struct kq_slice text;
    kq_params_init(&params, &arena);
    kq_params_init(&again, &arena);
    if (kq_form_decode(fuzz_input(data, size), &params, NULL).ok) {
        encode(&params, &form);
        FUZZ_CHECK(kq_form_decode(kq_buffer_slice(&form), &again, NULL).ok);
        check_same(&params, &again);
        KQ_IGNORE(kq_params_check_duplicates(&params, NULL));
        FUZZ_CHECK(kq_string_to_sign(&params, &text, NULL).ok);
        FUZZ_CHECK(text.size <= size);
    }
    kq_buffer_free(&form);
    kq_arena_free(&arena);
    return 0;
}
