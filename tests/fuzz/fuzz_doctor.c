/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "doctor/examine.h"

/* Each trial of the search costs as much as a string of half a kilobyte: some hundred of them an input. */
#define WORK_MAX ((size_t)64 << 10)

/* A pasted request reads to parameters that are pieces of it, always has a string to sign, and whatever its
 * signature is, it comes to a verdict and to sentences. No key fits: opening is signature.c's and OpenSSL's.
 */
static void check(struct kq_sent_request *request, struct kq_arena *arena)
{
    struct kq_diagnosis diagnosis;
    struct kq_difference difference;
    struct kq_slice text;
    struct kq_buffer sentence = {0};
    const struct kq_examination examination = {.request = request, .openings_max = 1, .work_max = WORK_MAX};
    FUZZ_CHECK(request->count <= KQ_PARAMS_MAX);
    FUZZ_CHECK(kq_request_string_to_sign(request, &text, NULL).ok);
    FUZZ_CHECK(kq_examine(&examination, arena, &diagnosis, NULL).ok);
    FUZZ_CHECK(diagnosis.verdict != KQ_VERDICT_VERIFIES);
    FUZZ_CHECK(kq_slice_equal(text, diagnosis.expected));
    /* Any two strings can be compared. */
    diagnosis.signed_text = request->count == 0 ? request->v3.target : request->items[0].value;
    diagnosis.signed_text.data = diagnosis.signed_text.size == 0 ? "" : diagnosis.signed_text.data;
    FUZZ_CHECK(kq_diagnosis_compare(&diagnosis, request, true, arena, &difference, NULL).ok);
    kq_diagnosis_append_sentence(&diagnosis, text.size % 2 == 0, &sentence);
    FUZZ_CHECK(!sentence.failed);
    kq_buffer_free(&sentence);
}

/* Every mistake can be made with any request. */
static void make_mistakes(const struct kq_sent_request *request)
{
    struct kq_draft right;
    struct kq_arena arena = {0};
    FUZZ_CHECK(kq_draft_begin(request, &right, NULL).ok && kq_draft_join(&right, NULL).ok);
    for (size_t i = 0; i < kq_mistakes_of(&right) && request->count <= 8; i++) {
        const struct kq_mistake *mistake = kq_mistake_at(&right, i);
        size_t variants = kq_mistake_variants(mistake, &right);
        for (size_t variant = 0; variant < variants; variant++) {
            struct kq_draft draft;
            struct kq_slice subject;
            bool changed = false;
            kq_arena_reset(&arena);
            FUZZ_CHECK(kq_draft_copy(&right, &arena, &draft, NULL).ok);
            FUZZ_CHECK(kq_mistake_make(mistake, &draft, variant, &subject, &changed, NULL).ok);
            FUZZ_CHECK(mistake->stage == KQ_STAGE_TEXT || kq_draft_join(&draft, NULL).ok);
        }
    }
    kq_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_sent_request request;
    struct kq_error error = {0};
    if (kq_request_read(fuzz_input(data, size), &arena, &request, &error).ok) {
        check(&request, &arena);
        make_mistakes(&request);
    } else {
        FUZZ_CHECK(error.code == KQ_E_BAD_INPUT);
    }
    kq_arena_free(&arena);
    return 0;
}
