/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/json_style.h"

#include <stdlib.h>

#include "base/cursor.h"
#include "base/memory.h"

/* One UTF-8 character, which is valid. */
static unsigned take_character(struct kq_cursor *cursor)
{
    unsigned first = (unsigned)kq_cursor_take(cursor);
    unsigned more = first < 0x80 ? 0 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
    unsigned code = more == 0 ? first : first & (0x3FU >> more);
    for (; more > 0; more--) {
        code = code << 6 | ((unsigned)kq_cursor_take(cursor) & 0x3F);
    }
    return code;
}

static void append_escape(struct kq_buffer *buffer, unsigned code)
{
    if (code >= 0x10000) {
        code -= 0x10000;
        kq_buffer_print(buffer, "\\u%04x\\u%04x", 0xD800 | code >> 10, 0xDC00 | (code & 0x3FF));
    } else {
        kq_buffer_print(buffer, "\\u%04x", code);
    }
}

static bool is_short_escape(unsigned code, char *letter)
{
    static const char codes[] = "\b\f\n\r\t";
    static const char letters[] = "bfnrt";
    const char *at = code == 0 || code > 0x7F ? NULL : strchr(codes, (int)code);
    *letter = at == NULL ? 0 : letters[at - codes];
    return at != NULL;
}

static bool is_html(unsigned code, const struct kq_json_style *style)
{
    bool is_markup = code == '&' || code == '<' || code == '>';
    return (is_markup && style->is_for_go) ||
           ((is_markup || code == '=' || code == '\'') && style->is_for_html);
}

static void append_string(struct kq_buffer *buffer, struct kq_slice text, const struct kq_json_style *style)
{
    /* Python takes the other quote where the text has the usual one. */
    char quote = style->has_single_quotes && kq_slice_find(text, '\'') == text.size ? '\'' : '"';
    struct kq_cursor cursor = kq_cursor_of(text);
    char letter = 0;
    kq_buffer_append_byte(buffer, quote);
    while (!kq_cursor_at_end(&cursor)) {
        const char *begin = cursor.at;
        unsigned code = take_character(&cursor);
        if (code == '\\' || code == (unsigned char)quote || (code == '/' && style->is_escaped)) {
            kq_buffer_append_byte(buffer, '\\');
            kq_buffer_append_byte(buffer, (char)code);
        } else if (is_short_escape(code, &letter)) {
            kq_buffer_append_byte(buffer, '\\');
            kq_buffer_append_byte(buffer, letter);
        } else if (code < 0x20 || (code >= 0x7F && style->is_ascii) || is_html(code, style)) {
            append_escape(buffer, code);
        } else {
            kq_buffer_append(buffer, (struct kq_slice){.data = begin, .size = (size_t)(cursor.at - begin)});
        }
    }
    kq_buffer_append_byte(buffer, quote);
}

static void append_line_end(struct kq_buffer *buffer, enum kq_json_spacing spacing, size_t depth)
{
    static const struct kq_slice indents[] = {[KQ_JSON_INDENT_2] = KQ_SLICE("  "),
                                              [KQ_JSON_INDENT_4] = KQ_SLICE("    "),
                                              [KQ_JSON_TABBED] = KQ_SLICE("\t")};
    if (spacing < KQ_JSON_INDENT_2) {
        return;
    }
    kq_buffer_append_byte(buffer, '\n');
    for (size_t i = 0; i < depth; i++) {
        kq_buffer_append(buffer, indents[spacing]);
    }
}

/* The items of an object or a list in the order in which a style writes them. */
struct items {
    const struct kq_json *next;    /* in the order of the text */
    const struct kq_json **sorted; /* owned; NULL: not by name */
    size_t count;
    size_t at;
};

static int compare_names(const void *left, const void *right)
{
    const struct kq_json *const *a = left;
    const struct kq_json *const *b = right;
    return kq_slice_compare((*a)->name, (*b)->name);
}

/* False: out of memory. */
static bool open_items(const struct kq_json *holder, const struct kq_json_style *style, struct items *items)
{
    *items = (struct items){.next = holder->first};
    if (!style->is_sorted || holder->kind != KQ_JSON_OBJECT || holder->first == NULL) {
        return true;
    }
    for (const struct kq_json *item = holder->first; item != NULL; item = item->next) {
        items->count++;
    }
    items->sorted = kq_memory_allocate(items->count * sizeof(const struct kq_json *));
    if (items->sorted == NULL) {
        return false;
    }
    for (const struct kq_json *item = holder->first; item != NULL; item = item->next) {
        items->sorted[items->at++] = item;
    }
    qsort((void *)items->sorted, items->count, sizeof(const struct kq_json *), compare_names);
    items->at = 0;
    return true;
}

static const struct kq_json *take_item(struct items *items)
{
    const struct kq_json *item = items->next;
    if (items->sorted != NULL) {
        return items->at < items->count ? items->sorted[items->at++] : NULL;
    }
    items->next = item == NULL ? NULL : item->next;
    return item;
}

static bool is_left_out(const struct kq_json *holder, const struct kq_json *item,
                        const struct kq_json_style *style)
{
    if (holder->kind != KQ_JSON_OBJECT) {
        return false;
    }
    bool is_empty = item->kind == KQ_JSON_STRING && item->text.size == 0;
    return (item->kind == KQ_JSON_NULL && (style->without_nulls || style->without_empties)) ||
           (is_empty && style->without_empties);
}

static void append_value(struct kq_buffer *buffer, const struct kq_json *value,
                         const struct kq_json_style *style, size_t depth);

static void append_items(struct kq_buffer *buffer, const struct kq_json *value,
                         const struct kq_json_style *style, size_t depth)
{
    bool is_object = value->kind == KQ_JSON_OBJECT;
    bool is_first = true;
    struct items items;
    buffer->failed = !open_items(value, style, &items) || buffer->failed;
    kq_buffer_append_byte(buffer, is_object ? '{' : '[');
    for (const struct kq_json *item = take_item(&items); item != NULL && !buffer->failed;
         item = take_item(&items)) {
        if (is_left_out(value, item, style)) {
            continue;
        }
        if (!is_first) {
            kq_buffer_append(buffer, style->spacing == KQ_JSON_SPACED ? KQ_SLICE(", ") : KQ_SLICE(","));
        }
        is_first = false;
        append_line_end(buffer, style->spacing, depth + 1);
        if (is_object) {
            append_string(buffer, item->name, style);
            bool is_tight = style->spacing == KQ_JSON_COMPACT || style->spacing == KQ_JSON_TABBED;
            kq_buffer_append(buffer, is_tight ? KQ_SLICE(":") : KQ_SLICE(": "));
        }
        append_value(buffer, item, style, depth + 1);
    }
    kq_memory_free((void *)items.sorted);
    if (!is_first) {
        append_line_end(buffer, style->spacing, depth);
    }
    kq_buffer_append_byte(buffer, is_object ? '}' : ']');
}

static void append_value(struct kq_buffer *buffer, const struct kq_json *value,
                         const struct kq_json_style *style, size_t depth)
{
    static const struct kq_slice words[] = {[KQ_JSON_NULL] = KQ_SLICE("null"),
                                            [KQ_JSON_TRUE] = KQ_SLICE("true"),
                                            [KQ_JSON_FALSE] = KQ_SLICE("false")};
    static const struct kq_slice python_words[] = {[KQ_JSON_NULL] = KQ_SLICE("None"),
                                                   [KQ_JSON_TRUE] = KQ_SLICE("True"),
                                                   [KQ_JSON_FALSE] = KQ_SLICE("False")};
    if (value->kind == KQ_JSON_NUMBER) {
        kq_buffer_append(buffer, value->text);
    } else if (value->kind == KQ_JSON_STRING) {
        append_string(buffer, value->text, style);
    } else if (value->kind == KQ_JSON_ARRAY || value->kind == KQ_JSON_OBJECT) {
        append_items(buffer, value, style, depth);
    } else {
        kq_buffer_append(buffer, style->has_single_quotes ? python_words[value->kind] : words[value->kind]);
    }
}

void kq_json_append_styled(struct kq_buffer *buffer, const struct kq_json *value,
                           const struct kq_json_style *style)
{
    append_value(buffer, value, style, 0);
}
