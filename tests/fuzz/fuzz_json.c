/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <jansson.h>

#include "base/buffer.h"
#include "wire/json.h"

static void check_same(const struct kq_json *ours, const json_t *theirs);

static void check_same_object(const struct kq_json *ours, const json_t *theirs)
{
    const char *name = NULL;
    json_t *value = NULL;
    const struct kq_json *member = ours->first;
    FUZZ_CHECK(ours->count == json_object_size(theirs));
    json_object_foreach((json_t *)(uintptr_t)theirs, name, value)
    {
        FUZZ_CHECK(member != NULL && kq_slice_equal(member->name, kq_slice_of(name)));
        FUZZ_CHECK(kq_json_member(ours, member->name) == member);
        check_same(member, value);
        member = member->next;
    }
    FUZZ_CHECK(member == NULL);
}

static void check_same_array(const struct kq_json *ours, const json_t *theirs)
{
    const struct kq_json *item = ours->first;
    FUZZ_CHECK(ours->count == json_array_size(theirs));
    for (size_t i = 0; i < json_array_size(theirs); i++) {
        FUZZ_CHECK(item != NULL && item->name.size == 0);
        check_same(item, json_array_get(theirs, i));
        item = item->next;
    }
    FUZZ_CHECK(item == NULL);
}

static void check_same_string(struct kq_slice ours, const json_t *theirs)
{
    struct kq_slice text = {.data = json_string_value(theirs), .size = json_string_length(theirs)};
    FUZZ_CHECK(kq_slice_equal(ours, text));
}

static void check_same_number(struct kq_slice ours, const json_t *theirs)
{
    char *text = strndup(ours.data, ours.size);
    FUZZ_CHECK(text != NULL && strtod(text, NULL) == json_number_value(theirs));
    free(text);
}

/* As deep as KQ_JSON_DEPTH_MAX: ours was accepted. */
static void check_same(const struct kq_json *ours, const json_t *theirs)
{
    bool has_text = ours->kind == KQ_JSON_STRING || ours->kind == KQ_JSON_NUMBER;
    FUZZ_CHECK(has_text || ours->text.size == 0);
    switch (ours->kind) {
    case KQ_JSON_OBJECT:
        FUZZ_CHECK(json_is_object(theirs));
        check_same_object(ours, theirs);
        break;
    case KQ_JSON_ARRAY:
        FUZZ_CHECK(json_is_array(theirs));
        check_same_array(ours, theirs);
        break;
    case KQ_JSON_NUMBER:
        FUZZ_CHECK(json_is_number(theirs));
        check_same_number(ours->text, theirs);
        break;
    case KQ_JSON_STRING:
        FUZZ_CHECK(json_is_string(theirs));
        check_same_string(ours->text, theirs);
        break;
    case KQ_JSON_TRUE:
        FUZZ_CHECK(json_is_true(theirs));
        break;
    case KQ_JSON_FALSE:
        FUZZ_CHECK(json_is_false(theirs));
        break;
    case KQ_JSON_NULL:
        FUZZ_CHECK(json_is_null(theirs));
        break;
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
    struct kq_arena arena = {0};
    const struct kq_json *value = NULL;
    kq_json_append_string(&json, text);
    FUZZ_CHECK(kq_json_read(kq_buffer_slice(&json), &arena, &value, NULL).ok);
    FUZZ_CHECK(value->kind == KQ_JSON_STRING && kq_slice_equal(text, value->text));
    kq_arena_free(&arena);
    kq_buffer_free(&json);
}

/* We accept what jansson accepts, and read the same, but for numbers that no double holds and for what is
 * nested deeper. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice text = fuzz_input(data, size);
    struct kq_arena arena = {0};
    const struct kq_json *ours = NULL;
    json_error_t problem = {0};
    json_t *theirs = json_loadb(text.data == NULL ? "" : text.data, text.size,
                                JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &problem);
    if (kq_json_read(text, &arena, &ours, NULL).ok) {
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
    json_decref(theirs);
    kq_arena_free(&arena);
    return 0;
}
