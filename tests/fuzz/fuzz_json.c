/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/buffer.h"
#include "wire/json.h"

static void check_same(const json_t *ours, const json_t *theirs);

static void check_same_object(const json_t *ours, const json_t *theirs)
{
    const char *name = NULL;
    json_t *value = NULL;
    FUZZ_CHECK(json_object_size(ours) == json_object_size(theirs));
    json_object_foreach((json_t *)(uintptr_t)theirs, name, value)
    {
        json_t *own = json_object_get(ours, name);
        FUZZ_CHECK(own != NULL);
        check_same(own, value);
    }
}

static void check_same_string(struct kq_slice ours, const json_t *theirs)
{
    struct kq_slice text = {.data = json_string_value(theirs), .size = json_string_length(theirs)};
    FUZZ_CHECK(kq_slice_equal(ours, text));
}

/* As deep as KQ_JSON_DEPTH_MAX: ours was accepted. */
static void check_same(const json_t *ours, const json_t *theirs)
{
    struct kq_slice text;
    switch (kq_json_kind_of(ours, &text)) {
    case KQ_JSON_OBJECT:
        FUZZ_CHECK(json_is_object(theirs));
        check_same_object(ours, theirs);
        break;
    case KQ_JSON_ARRAY:
        FUZZ_CHECK(json_is_array(theirs) && json_array_size(ours) == json_array_size(theirs));
        for (size_t i = 0; i < json_array_size(ours); i++) {
            check_same(json_array_get(ours, i), json_array_get(theirs, i));
        }
        break;
    case KQ_JSON_NUMBER: /* its text ends where the slice ends: jansson's strings are terminated */
        FUZZ_CHECK(json_is_number(theirs) && strtod(text.data, NULL) == json_number_value(theirs));
        break;
    case KQ_JSON_STRING:
        FUZZ_CHECK(json_is_string(theirs));
        check_same_string(text, theirs);
        break;
    default:
        FUZZ_CHECK(json_typeof(ours) == json_typeof(theirs));
    }
}

/* Brackets that are open at once, at most; strings are not looked for, so this may be too many. */
static int most_open(struct kq_slice text)
{
    int open = 0;
    int most = 0;
    for (size_t i = 0; i < text.size; i++) {
        open += text.data[i] == '[' || text.data[i] == '{';
        open -= text.data[i] == ']' || text.data[i] == '}';
        most = open > most ? open : most;
    }
    return most;
}

/* What jansson accepts and we do not: deeper nesting, and a NUL byte behind a number, which it loses. */
static bool has_quirk(struct kq_slice text)
{
    return most_open(text) > KQ_JSON_DEPTH_MAX || kq_slice_find(text, '\0') != text.size;
}

/* A string that we write reads back as it was. */
static void check_writing(struct kq_slice text)
{
    struct kq_buffer json = {0};
    json_t *value = NULL;
    struct kq_slice again;
    kq_json_append_string(&json, text);
    FUZZ_CHECK(kq_json_read(kq_buffer_slice(&json), &value, NULL).ok);
    FUZZ_CHECK(kq_json_kind_of(value, &again) == KQ_JSON_STRING && kq_slice_equal(text, again));
    json_decref(value);
    kq_buffer_free(&json);
}

/* We accept what jansson accepts, and read the same, but for numbers that no double holds and for what is
 * nested deeper. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice text = fuzz_input(data, size);
    json_t *ours = NULL;
    json_error_t problem = {0};
    json_t *theirs = json_loadb(text.data == NULL ? "" : text.data, text.size,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &problem);
    if (kq_json_read(text, &ours, NULL).ok) {
        FUZZ_CHECK(theirs != NULL || json_error_code(&problem) == json_error_numeric_overflow);
    } else {
        FUZZ_CHECK(theirs == NULL || has_quirk(text));
    }
    if (ours != NULL && theirs != NULL) {
        check_same(ours, theirs);
    }
    if (json_is_string(theirs)) {
        check_writing(
            (struct kq_slice){.data = json_string_value(theirs), .size = json_string_length(theirs)});
    }
    json_decref(ours);
    json_decref(theirs);
    return 0;
}
