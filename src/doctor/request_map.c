/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

/* Entries as languages print their maps, and as people write them down, one tolerant reader for all:
 *   Java        {app_id=2014, biz_content={"a":1}, sign=…}
 *   PHP         Array ( [app_id] => 2014 …, one a line; ["app_id"]=> string(4) "2014"; 'app_id' => '2014',
 *   Python, JS  {'app_id': '2014', …}, { app_id: '2014', … }
 *   people      app_id=2014, app_id: 2014, one a line */

/* Of a text that is no longer than KQ_REQUEST_TEXT_MAX_BYTES. */
#define SIZE_DIGITS_MAX 8

static void skip_any(struct kq_cursor *cursor, const char *bytes)
{
    while (kq_cursor_peek(cursor) > 0 && strchr(bytes, kq_cursor_peek(cursor)) != NULL) {
        (void)kq_cursor_take(cursor);
    }
}

/* `=>`, `=`, `:` or a tab, with what may stand around it. */
static bool take_separator(struct kq_cursor *cursor)
{
    skip_any(cursor, " '\"]");
    if (kq_cursor_take_literal(cursor, KQ_SLICE("=>")) || kq_cursor_take_literal(cursor, KQ_SLICE("=")) ||
        kq_cursor_take_literal(cursor, KQ_SLICE(":")) || kq_cursor_take_literal(cursor, KQ_SLICE("\t"))) {
        skip_any(cursor, " \t");
        return true;
    }
    return false;
}

/* The text, and the last bytes between entries behind which no entry was found: each byte of them is asked
 * about, and all lead to the same place. */
struct reader {
    struct kq_cursor cursor;
    struct kq_slice nameless;
    bool is_braced;
    bool is_go;
};

static bool is_nameless(const struct reader *reader, const char *at)
{
    return reader->nameless.data != NULL && at >= reader->nameless.data &&
           at <= reader->nameless.data + reader->nameless.size;
}

/* A name and its separator; nothing taken where they do not stand here. */
static bool take_name(struct reader *reader, struct kq_cursor *cursor, struct kq_slice *name)
{
    struct kq_cursor attempt = *cursor;
    if (is_nameless(reader, cursor->at)) {
        return false;
    }
    skip_any(&attempt, " \t\r\n,;'\"[({");
    const char *name_at = attempt.at;
    if (!kq_request_take_name(&attempt, name) || !take_separator(&attempt)) {
        reader->nameless = (struct kq_slice){cursor->at, (size_t)(name_at - cursor->at)};
        return false;
    }
    *cursor = attempt;
    return true;
}

/* var_dump says `string(4) "2014"`, with the size in bytes, and escapes nothing. */
static bool take_sized(struct kq_cursor *cursor, struct kq_slice *value)
{
    struct kq_cursor attempt = *cursor;
    struct kq_slice digits;
    size_t size = 0;
    kq_request_skip_space(&attempt);
    if (!kq_cursor_take_literal(&attempt, KQ_SLICE("string(")) ||
        !kq_cursor_take_until(&attempt, KQ_SLICE(") \""), &digits) || !kq_slice_is_digits(digits) ||
        digits.size > SIZE_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        size = size * 10 + (size_t)(digits.data[i] - '0');
    }
    if (!kq_cursor_take_bytes(&attempt, size, value) || kq_cursor_take(&attempt) != '"') {
        return false;
    }
    *cursor = attempt;
    return true;
}

/* Without the backslashes of a quoted text. */
static struct kq_result unescape(struct kq_slice quoted, struct kq_arena *arena, struct kq_slice *plain,
                                 struct kq_error *error)
{
    static const char letters[] = "nrt";
    static const char bytes[] = "\n\r\t";
    char *room = kq_arena_allocate(arena, quoted.size + 1);
    KQ_ENSURE_MEMORY(room, error);
    *plain = (struct kq_slice){.data = room, .size = 0};
    for (size_t i = 0; i < quoted.size; i++) {
        char byte = quoted.data[i];
        if (byte == '\\' && i + 1 < quoted.size) {
            byte = quoted.data[++i];
            const char *letter = byte == '\0' ? NULL : strchr(letters, byte);
            byte = letter == NULL ? byte : bytes[letter - letters];
        }
        room[plain->size++] = byte;
    }
    return KQ_OK;
}

/* Is this quote the one that ends the value? Behind it nothing or the next entry stands: not everybody
 * escapes the quotes inside. */
static bool ends_here(struct reader *reader, struct kq_cursor behind)
{
    struct kq_slice name;
    skip_any(&behind, " \t");
    int next = kq_cursor_peek(&behind);
    if (next == -1 || next == '\n' || next == '\r') {
        return true;
    }
    skip_any(&behind, ",;})] \t\r\n");
    return kq_cursor_at_end(&behind) || (next == ',' && take_name(reader, &behind, &name));
}

static struct kq_slice take_quoted(struct reader *reader, int quote)
{
    struct kq_cursor *cursor = &reader->cursor;
    const char *begin = cursor->at;
    const char *end = cursor->end;
    for (int byte = kq_cursor_take(cursor); byte >= 0; byte = kq_cursor_take(cursor)) {
        if (byte == '\\') {
            (void)kq_cursor_take(cursor);
        } else if (byte == quote && ends_here(reader, *cursor)) {
            end = cursor->at - 1;
            break;
        }
    }
    return (struct kq_slice){.data = begin, .size = (size_t)(end - begin)};
}

/* Does another entry follow this comma; or, as Go and print_r on one line have it, this space? */
static bool is_end_of_bare(struct reader *reader)
{
    struct kq_cursor at = reader->cursor;
    struct kq_slice name;
    int byte = kq_cursor_take(&at);
    if (byte == ' ' && reader->is_go) {
        return kq_request_take_name(&at, &name) && kq_cursor_peek(&at) == ':';
    }
    if (byte == ' ') {
        return kq_cursor_take_literal(&at, KQ_SLICE("[")) && kq_request_take_name(&at, &name) &&
               kq_cursor_take_literal(&at, KQ_SLICE("] =>"));
    }
    return byte == ',' && !reader->is_go && take_name(reader, &at, &name);
}

static struct kq_slice take_bare(struct reader *reader)
{
    struct kq_cursor *cursor = &reader->cursor;
    const char *begin = cursor->at;
    struct kq_slice brackets = KQ_SLICE_EMPTY;
    (void)kq_request_take_brackets(cursor, &brackets);
    while (!kq_cursor_at_end(cursor) && kq_cursor_peek(cursor) != '\n' &&
           !(reader->is_braced && is_end_of_bare(reader))) {
        (void)kq_cursor_take(cursor);
    }
    struct kq_slice value =
        kq_slice_trim((struct kq_slice){.data = begin, .size = (size_t)(cursor->at - begin)});
    /* The map's own last bracket. */
    bool is_last = reader->is_braced && kq_cursor_at_end(cursor) && value.size > brackets.size;
    if (is_last && memchr("}])", value.data[value.size - 1], 3) != NULL) {
        value = kq_slice_trim((struct kq_slice){.data = value.data, .size = value.size - 1});
    }
    return value;
}

/* {app_id=[2014], …}, as maps with lists of values are printed: each has one. */
static void unwrap(struct kq_sent_request *request)
{
    bool is_wrapped = true;
    for (size_t i = 0; i < request->count && is_wrapped; i++) {
        struct kq_slice value = request->items[i].value;
        is_wrapped = value.size > 1 && value.data[0] == '[' && value.data[value.size - 1] == ']';
    }
    for (size_t i = 0; i < request->count && is_wrapped; i++) {
        struct kq_slice *value = &request->items[i].value;
        *value = (struct kq_slice){.data = value->data + 1, .size = value->size - 2};
        request->items[i].raw = *value;
    }
}

static struct kq_result take_value(struct reader *reader, struct kq_arena *arena, struct kq_slice *value,
                                   struct kq_error *error)
{
    int quote = kq_cursor_peek(&reader->cursor);
    if (take_sized(&reader->cursor, value)) {
        return KQ_OK;
    }
    if (quote != '\'' && quote != '"') {
        *value = take_bare(reader);
        return KQ_OK;
    }
    (void)kq_cursor_take(&reader->cursor);
    return unescape(take_quoted(reader, quote), arena, value, error);
}

/* What stands before the first entry. */
static void skip_word(struct kq_cursor *cursor, struct kq_slice text)
{
    struct kq_slice word;
    if (kq_slice_starts_with(text, KQ_SLICE("Array")) || kq_slice_starts_with(text, KQ_SLICE("array"))) {
        (void)kq_cursor_take_until(cursor, KQ_SLICE("("), &word);
    } else {
        (void)kq_cursor_take_literal(cursor, KQ_SLICE("map["));
    }
}

struct kq_result kq_request_add_map(struct kq_sent_request *request, struct kq_slice text, bool is_braced,
                                    struct kq_error *error)
{
    struct reader reader = {.cursor = kq_cursor_of(text), .is_braced = is_braced};
    struct kq_slice line;
    reader.is_go =
        kq_slice_starts_with(text, KQ_SLICE("map[")) && !kq_slice_starts_with(text, KQ_SLICE("map[string]"));
    skip_word(&reader.cursor, text);
    while (!kq_cursor_at_end(&reader.cursor)) {
        struct kq_sent_param param = {0};
        if (!take_name(&reader, &reader.cursor, &param.name)) {
            (void)kq_cursor_take_part(&reader.cursor, '\n', &line);
            continue;
        }
        KQ_TRY(take_value(&reader, request->arena, &param.value, error));
        param.raw = param.value;
        KQ_TRY(kq_request_add(request, param, error));
    }
    unwrap(request);
    return KQ_OK;
}
