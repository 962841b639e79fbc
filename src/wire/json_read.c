/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

#include <stdint.h>

#include "base/cursor.h"
#include "wire/charset.h"
#include "wire/charset_utf8.h"
#include "wire/json_scan.h"

/* Reads RFC 8259 into jansson's tree, not with jansson's own parser: that makes doubles of numbers, and where
 * it runs out of memory inside a string it goes on without the characters that it could not keep. tests/fuzz
 * holds the two against each other. */
struct reader {
    struct kq_cursor cursor;
    struct kq_buffer scratch; /* owned; the string that is being read, unescaped */
    int depth;
    const char *why; /* NULL where the memory ran out */
};

void kq_json_cleanup(json_t **value)
{
    json_decref(*value);
    *value = NULL;
}

/* Gives the value away: the cleanup finds nothing. */
static json_t *release(json_t **value)
{
    json_t *given = *value;
    *value = NULL;
    return given;
}

static bool refuse(struct reader *reader, const char *why)
{
    reader->why = why;
    return false;
}

static bool refuse_here(struct reader *reader)
{
    return refuse(reader, kq_json_unexpected(&reader->cursor));
}

static bool take_string(struct reader *reader)
{
    kq_buffer_clear(&reader->scratch);
    const char *why = kq_json_take_string(&reader->cursor, &reader->scratch);
    return why == NULL ? true : refuse(reader, why);
}

static void skip_spaces(struct kq_cursor *cursor)
{
    int byte = kq_cursor_peek(cursor);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
}

static bool take_sign(struct reader *reader, struct kq_slice sign)
{
    skip_spaces(&reader->cursor);
    return kq_cursor_take_literal(&reader->cursor, sign);
}

/* What the scratch buffer holds, as a string of the tree. */
static json_t *make_string(struct reader *reader)
{
    reader->why = NULL;
    return reader->scratch.failed ? NULL : json_stringn_nocheck(reader->scratch.data, reader->scratch.size);
}

static json_t *read_number(struct reader *reader)
{
    struct kq_cursor end = reader->cursor;
    if (!kq_json_take_number(&end)) {
        (void)refuse(reader, "数字格式错误");
        return NULL;
    }
    kq_buffer_clear(&reader->scratch);
    kq_buffer_append_byte(&reader->scratch, KQ_JSON_NUMBER_MARK);
    kq_buffer_append(&reader->scratch, (struct kq_slice){.data = reader->cursor.at,
                                                         .size = (size_t)(end.at - reader->cursor.at)});
    reader->cursor = end;
    return make_string(reader);
}

/* A string that begins with the mark gets a second one, so that it cannot pass for a number. */
static json_t *read_string(struct reader *reader)
{
    if (!take_string(reader)) {
        return NULL;
    }
    struct kq_buffer *scratch = &reader->scratch;
    if (scratch->size > 0 && scratch->data[0] == KQ_JSON_NUMBER_MARK &&
        kq_buffer_reserve(scratch, 1) != NULL) {
        memmove(scratch->data + 1, scratch->data, scratch->size);
        scratch->size++;
    }
    return make_string(reader);
}

static json_t *read_word(struct reader *reader)
{
    if (kq_cursor_take_literal(&reader->cursor, KQ_SLICE("true"))) {
        return json_true();
    }
    if (kq_cursor_take_literal(&reader->cursor, KQ_SLICE("false"))) {
        return json_false();
    }
    if (kq_cursor_take_literal(&reader->cursor, KQ_SLICE("null"))) {
        return json_null();
    }
    (void)refuse_here(reader);
    return NULL;
}

static json_t *read_value(struct reader *reader);

static bool read_item(struct reader *reader, json_t *array)
{
    json_t *value = read_value(reader);
    if (value == NULL) {
        return false;
    }
    return json_array_append_new(array, value) == 0 ? true : refuse(reader, NULL);
}

static bool read_member(struct reader *reader, json_t *object)
{
    skip_spaces(&reader->cursor);
    if (!take_string(reader)) {
        return false;
    }
    KQ_JSON_CLEANUP json_t *name = make_string(reader);
    if (name == NULL) {
        return false;
    }
    if (json_object_get(object, json_string_value(name)) != NULL) {
        return refuse(reader, "字段重复");
    }
    if (!take_sign(reader, KQ_SLICE(":"))) {
        return refuse_here(reader);
    }
    json_t *value = read_value(reader);
    if (value == NULL) {
        return false;
    }
    return json_object_set_new_nocheck(object, json_string_value(name), value) == 0 ? true
                                                                                    : refuse(reader, NULL);
}

typedef bool read_part_function(struct reader *reader, json_t *container);

/* From behind the opening bracket; takes `container` over. */
static json_t *read_parts(struct reader *reader, json_t *container, read_part_function *read_part,
                          struct kq_slice close)
{
    KQ_JSON_CLEANUP json_t *made = container;
    if (made == NULL || reader->depth == KQ_JSON_DEPTH_MAX) {
        (void)refuse(reader, made == NULL ? NULL : "嵌套过深");
        return NULL;
    }
    reader->depth++;
    if (!take_sign(reader, close)) {
        do {
            if (!read_part(reader, made)) {
                return NULL;
            }
        } while (take_sign(reader, KQ_SLICE(",")));
        if (!take_sign(reader, close)) {
            (void)refuse_here(reader);
            return NULL;
        }
    }
    reader->depth--;
    return release(&made);
}

/* Calls itself for what stands in an object or array, at most KQ_JSON_DEPTH_MAX deep. */
static json_t *read_value(struct reader *reader)
{
    skip_spaces(&reader->cursor);
    if (kq_cursor_take_literal(&reader->cursor, KQ_SLICE("{"))) {
        return read_parts(reader, json_object(), read_member, KQ_SLICE("}"));
    }
    if (kq_cursor_take_literal(&reader->cursor, KQ_SLICE("["))) {
        return read_parts(reader, json_array(), read_item, KQ_SLICE("]"));
    }
    int byte = kq_cursor_peek(&reader->cursor);
    if (byte == '"') {
        return read_string(reader);
    }
    return byte == '-' || (byte >= '0' && byte <= '9') ? read_number(reader) : read_word(reader);
}

static struct kq_result fail_at(struct kq_slice text, size_t at, const char *why, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(why != NULL, error);
    size_t before = kq_utf8_count((struct kq_slice){.data = text.data, .size = at});
    return kq_fail(error, KQ_E_ILLEGAL_JSON, "第%zu个字符处%s", before + 1, why);
}

struct kq_result kq_json_read(struct kq_slice text, json_t **value, struct kq_error *error)
{
    *value = NULL;
    size_t valid = kq_utf8_prefix(text);
    if (valid != text.size) {
        return fail_at(text, valid, "不是UTF-8编码", error);
    }
    struct reader reader = {.cursor = kq_cursor_of(text)};
    KQ_JSON_CLEANUP json_t *read = read_value(&reader);
    kq_buffer_free(&reader.scratch);
    skip_spaces(&reader.cursor);
    if (read == NULL || !kq_cursor_at_end(&reader.cursor)) {
        return fail_at(text, text.size - kq_cursor_left(&reader.cursor),
                       read == NULL ? reader.why : "有多余内容", error);
    }
    *value = release(&read);
    return KQ_OK;
}
