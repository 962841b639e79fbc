/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "wire/envelope.h"
#include "wire/json.h"

static void check_inside(struct kq_slice outer, struct kq_slice inner)
{
    FUZZ_CHECK(inner.size == 0 || (inner.data >= outer.data && inner.size <= outer.size &&
                                   inner.data + inner.size <= outer.data + outer.size));
}

static bool is_json(struct kq_slice text)
{
    struct kq_arena arena = {0};
    const struct kq_json *value = NULL;
    bool is_good = kq_json_read(text, &arena, &value, NULL).ok;
    kq_arena_free(&arena);
    return is_good;
}

/* The first byte chooses GBK. What comes out lies in the answer; the response of an answer that is JSON is
 * JSON. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice answer = fuzz_input(data, size);
    bool is_gbk = fuzz_take_choice(&answer) % 2 == 1;
    struct kq_envelope envelope;
    if (!kq_envelope_split(answer, is_gbk, &envelope, NULL).ok) {
        return 0;
    }
    check_inside(answer, envelope.name);
    check_inside(answer, envelope.response);
    check_inside(answer, envelope.sign);
    check_inside(answer, envelope.cert_sn);
    FUZZ_CHECK(envelope.response.size > 0);
    if (!is_gbk && is_json(answer)) {
        FUZZ_CHECK(is_json(envelope.response));
    }
    return 0;
}
