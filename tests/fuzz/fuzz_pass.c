/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/buffer.h"
#include "domain/pass_content.h"
#include "wire/charset.h"

/* A template's content and values for it, on two lines. Whatever they are: a refusal has a detail; what is
 * taken has no more placeholders than may be, each once; what is filled keeps to the wallet's lengths, and is
 * the same as if its values had been written and read again; and a value is never filled itself. */

static void check_refusal(const struct kq_error *error)
{
    FUZZ_CHECK(error->code == KQ_E_PASS_PARAMETER);
    FUZZ_CHECK(error->detail[0] != '\0' && kq_utf8_is_valid(kq_slice_of(error->detail)));
}

static void check_placeholders(const struct kq_placeholders *placeholders)
{
    FUZZ_CHECK(placeholders->count <= KQ_PLACEHOLDERS_MAX);
    for (size_t i = 0; i < placeholders->count; i++) {
        struct kq_slice name = placeholders->names[i];
        FUZZ_CHECK(name.size > 0 && name.size <= KQ_PLACEHOLDER_NAME_MAX_CHARS);
        FUZZ_CHECK(kq_slice_find(name, '$') == name.size);
        for (size_t k = 0; k < i; k++) {
            FUZZ_CHECK(!kq_slice_equal(name, placeholders->names[k]));
        }
    }
}

static void check_text(struct kq_slice text, size_t max_chars)
{
    FUZZ_CHECK(kq_utf8_is_valid(text) && kq_utf8_count(text) <= max_chars);
}

static void check_content(const struct kq_pass_content *content)
{
    FUZZ_CHECK(content->group < KQ_PASS_GROUP_COUNT && content->type.size > 0);
    check_text(content->title, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->item_id, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->product, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->logo_text, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->second_logo_text, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->merchant_name, KQ_PASS_TEXT_MAX_CHARS);
    check_text(content->channel_id, KQ_PASS_CHANNEL_ID_MAX_CHARS);
    check_text(content->serial_number, KQ_PASS_SERIAL_NUMBER_MAX_CHARS);
    bool both = content->start_s != KQ_TIME_UNSET && content->end_s != KQ_TIME_UNSET;
    FUZZ_CHECK(!both || content->end_s > content->start_s);
}

/* Written and read again, the values fill in the same way. */
static void check_again(struct kq_slice json, const struct kq_pass_values *used,
                        const struct kq_pass_content *content, struct kq_arena *arena)
{
    static const struct kq_pass_values none;
    struct kq_slice text;
    struct kq_pass_values again;
    struct kq_pass_values used_again;
    struct kq_pass_content same;
    FUZZ_CHECK(kq_pass_values_write(used, arena, &text, NULL).ok);
    FUZZ_CHECK(kq_pass_values_read("tpl_params", text, arena, &again, NULL).ok);
    FUZZ_CHECK(kq_pass_content_fill(json, &none, &again, arena, &used_again, &same, NULL).ok);
    FUZZ_CHECK(used_again.count == used->count);
    FUZZ_CHECK(kq_slice_equal(same.title, content->title));
    FUZZ_CHECK(kq_slice_equal(same.serial_number, content->serial_number));
    FUZZ_CHECK(same.group == content->group && same.end_s == content->end_s);
}

/* Any text, filled: values that are placeholders again stand in it as they are. */
static void check_filling(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    struct kq_slice name;
    struct kq_slice filled;
    size_t size = 0;
    while (kq_placeholder_take(&cursor, &before, &name)) {
        struct kq_pass_value self = {name, {.data = name.data - 1, .size = name.size + 2}};
        const struct kq_pass_values values = {.items = &self, .count = 1};
        size += before.size + name.size + 2;
        if (kq_placeholders_fill(text, &values, arena, &filled, NULL).ok) {
            FUZZ_CHECK(kq_slice_equal(filled, text));
        } else {
            FUZZ_CHECK(text.size > KQ_FILLED_TEXT_MAX_BYTES);
        }
    }
    FUZZ_CHECK(kq_cursor_at_end(&cursor) && size + before.size == text.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct kq_pass_values none;
    struct kq_slice input = fuzz_input(data, size);
    size_t split = kq_slice_find(input, '\n');
    struct kq_slice json = {.data = input.data, .size = split};
    struct kq_slice params =
        split == input.size ? KQ_SLICE_EMPTY
                            : (struct kq_slice){.data = input.data + split + 1, .size = size - split - 1};
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_placeholders placeholders;
    struct kq_pass_values values = none;
    struct kq_pass_values used;
    struct kq_pass_content content;
    check_filling(json, &arena);
    if (!kq_pass_content_check(json, &arena, &placeholders, &error).ok) {
        check_refusal(&error);
    } else {
        check_placeholders(&placeholders);
        if (!kq_pass_values_read("tpl_params", params, &arena, &values, &error).ok) {
            check_refusal(&error);
        } else if (!kq_pass_content_fill(json, &values, &none, &arena, &used, &content, &error).ok) {
            check_refusal(&error);
        } else {
            FUZZ_CHECK(used.count == placeholders.count);
            check_content(&content);
            check_again(json, &used, &content, &arena);
        }
    }
    kq_arena_free(&arena);
    return 0;
}
