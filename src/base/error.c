/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct error_row {
    enum kq_error_category category;
    const char *name;
    const char *text;
};

static const struct error_row error_rows[KQ_ERROR_CODE_COUNT] = {
    [KQ_E_NONE] = {KQ_CATEGORY_NONE, "NONE", "no error"},
#define KQ_ERROR_ROW(name, category, text) [KQ_E_##name] = {KQ_CATEGORY_##category, #name, text},
    KQ_ERROR_LIST(KQ_ERROR_ROW)
#undef KQ_ERROR_ROW
};

static const struct error_row *row_of(enum kq_error_code code)
{
    return (unsigned)code < KQ_ERROR_CODE_COUNT ? &error_rows[code] : &error_rows[KQ_E_INTERNAL];
}

/* How many bytes the character has that begins with this byte. */
static size_t character_size(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/* A cut inside a UTF-8 character would make the text invalid: the incomplete one at the end is dropped.
 * `wanted` is what vsnprintf returned for a text of `size` bytes. */
static void trim_to_character(char *text, int wanted, size_t size)
{
    if (wanted < 0) {
        text[0] = '\0';
        return;
    }
    if ((size_t)wanted < size) {
        return;
    }
    size_t end = size - 1;
    size_t lead = end - 1;
    while (lead > 0 && ((unsigned char)text[lead] & 0xC0) == 0x80) {
        lead--;
    }
    if (lead + character_size((unsigned char)text[lead]) > end) {
        end = lead;
    }
    text[end] = '\0';
}

struct kq_result(kq_fail)(struct kq_error *error, enum kq_error_code code, const char *format, ...)
{
    if (error != NULL) {
        error->code = code;
        va_list arguments;
        va_start(arguments, format);
        int wanted = vsnprintf(error->detail, sizeof(error->detail), format, arguments);
        va_end(arguments);
        trim_to_character(error->detail, wanted, sizeof(error->detail));
    }
    return KQ_FAILED;
}

struct kq_result(kq_fail_in)(struct kq_error *error, const char *format, ...)
{
    if (error != NULL) {
        char context[KQ_ERROR_DETAIL_SIZE];
        va_list arguments;
        va_start(arguments, format);
        int wanted = vsnprintf(context, sizeof(context), format, arguments);
        va_end(arguments);
        trim_to_character(context, wanted, sizeof(context));
        struct kq_error inner = *error;
        return kq_fail(error, inner.code, "%s: %s", context, kq_error_message(&inner));
    }
    return KQ_FAILED;
}

enum kq_error_category kq_error_category(enum kq_error_code code)
{
    return row_of(code)->category;
}

const char *kq_error_name(enum kq_error_code code)
{
    return row_of(code)->name;
}

const char *kq_error_text(enum kq_error_code code)
{
    return row_of(code)->text;
}

const char *kq_error_message(const struct kq_error *error)
{
    return error->detail[0] != '\0' ? error->detail : kq_error_text(error->code);
}
