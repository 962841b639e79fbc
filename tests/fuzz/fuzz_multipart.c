/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/cursor.h"
#include "wire/params.h"

static void check_inside(struct kq_slice outer, struct kq_slice inner)
{
    FUZZ_CHECK(inner.size == 0 || (inner.data >= outer.data && inner.size <= outer.size &&
                                   inner.data + inner.size <= outer.data + outer.size));
}

/* The first line is the Content-Type, the rest the body. Names and values lie in the body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_cursor cursor = kq_cursor_of(fuzz_input(data, size));
    struct kq_slice content_type = KQ_SLICE_EMPTY;
    struct kq_params params;
    kq_params_init(&params, &arena);
    if (kq_cursor_take_until(&cursor, KQ_SLICE("\n"), &content_type)) {
        struct kq_slice body = kq_cursor_take_rest(&cursor);
        if (kq_multipart_decode(content_type, body, &params, NULL).ok) {
            for (size_t i = 0; i < params.count; i++) {
                check_inside(body, params.items[i].name);
                check_inside(body, params.items[i].value);
            }
        }
    }
    kq_arena_free(&arena);
    return 0;
}
