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

static const char *const effective_names[] = {"a", "format", "version", NULL};

/* The string to sign, cut at every `&` behind which a name and `=` could stand. */
static bool cut(struct kq_slice text, struct kq_params *params)
{
    while (text.size > 0) {
        size_t piece = kq_slice_find(text, '&');
        struct kq_slice pair = {.data = text.data, .size = piece};
        size_t name = kq_slice_find(pair, '=');
        size_t taken = piece < text.size ? piece + 1 : piece;
        if (name == pair.size ||
            !kq_params_add(params, (struct kq_slice){.data = pair.data, .size = name},
                           (struct kq_slice){.data = pair.data + name + 1, .size = pair.size - name - 1},
                           NULL)
                 .ok) {
            return false;
        }
        text = (struct kq_slice){.data = text.data + taken, .size = text.size - taken};
    }
    return true;
}

/* Whoever cuts what was signed into other parameters gets none that has an effect and was not there. */
static void check_boundaries(const struct kq_params *params, struct kq_slice text, struct kq_arena *arena)
{
    struct kq_params other;
    struct kq_slice again;
    kq_params_init(&other, arena);
    if (!kq_params_check_duplicates(params, NULL).ok ||
        !kq_params_check_boundaries(params, effective_names, NULL).ok || !cut(text, &other) ||
        !kq_params_check_duplicates(&other, NULL).ok || !kq_string_to_sign(&other, &again, NULL).ok ||
        !kq_slice_equal(text, again) || kq_params_find(params, KQ_SLICE("biz_content")).size > 0) {
        return;
    }
    for (size_t i = 0; effective_names[i] != NULL; i++) {
        struct kq_slice name = kq_slice_of(effective_names[i]);
        FUZZ_CHECK(kq_params_find(params, name).size > 0 || kq_params_find(&other, name).size == 0);
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
        check_boundaries(&params, text, &arena);
    }
    kq_buffer_free(&form);
    kq_arena_free(&arena);
    return 0;
}
