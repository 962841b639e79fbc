/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/text.h"

#include "wire/charset.h"

static bool is_control(char byte)
{
    return (unsigned char)byte < 0x20 || byte == 0x7F;
}

static bool is_printable_ascii(char byte)
{
    return byte > ' ' && byte < 0x7F;
}

struct kq_result kq_text_check(const char *what, struct kq_slice text, size_t min_chars, size_t max_chars,
                               struct kq_error *error)
{
    KQ_ENSURE(kq_utf8_is_valid(text), error, KQ_E_BAD_INPUT, "%s is not valid UTF-8", what);
    size_t chars = kq_utf8_count(text);
    KQ_ENSURE(chars > 0 || min_chars == 0, error, KQ_E_BAD_INPUT, "%s is missing", what);
    KQ_ENSURE(chars >= min_chars, error, KQ_E_BAD_INPUT, "%s has less than %zu characters", what, min_chars);
    KQ_ENSURE(chars <= max_chars, error, KQ_E_BAD_INPUT, "%s has more than %zu characters", what, max_chars);
    for (size_t i = 0; i < text.size; i++) {
        KQ_ENSURE(!is_control(text.data[i]), error, KQ_E_BAD_INPUT, "%s has a control character", what);
    }
    return KQ_OK;
}

struct kq_result kq_text_check_id(const char *what, struct kq_slice text, size_t max_chars,
                                  struct kq_error *error)
{
    KQ_TRY(kq_text_check(what, text, 1, max_chars, error));
    for (size_t i = 0; i < text.size; i++) {
        KQ_ENSURE(is_printable_ascii(text.data[i]), error, KQ_E_BAD_INPUT,
                  "%s has a character other than printable ASCII without spaces", what);
    }
    return KQ_OK;
}

static bool is_among(struct kq_slice item, const struct kq_slice *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (kq_slice_equal(item, items[i])) {
            return true;
        }
    }
    return false;
}

struct kq_result kq_text_check_ids(const char *what, const struct kq_slice *items, size_t count,
                                   size_t max_items, size_t max_chars, struct kq_error *error)
{
    KQ_ENSURE(count <= max_items, error, KQ_E_BAD_INPUT, "%s is given more than %zu times", what, max_items);
    for (size_t i = 0; i < count; i++) {
        KQ_TRY(kq_text_check_id(what, items[i], max_chars, error));
        KQ_ENSURE(!is_among(items[i], items, i), error, KQ_E_BAD_INPUT, "the same %s is given twice", what);
    }
    return KQ_OK;
}

bool kq_text_same_set(const struct kq_slice *a, size_t a_count, const struct kq_slice *b, size_t b_count)
{
    if (a_count != b_count) {
        return false;
    }
    for (size_t i = 0; i < a_count; i++) {
        if (!is_among(a[i], b, b_count)) {
            return false;
        }
    }
    return true;
}
