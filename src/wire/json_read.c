/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

#include "base/cursor.h"
#include "wire/charset.h"
#include "wire/charset_utf8.h"
#include "wire/json_names.h"
#include "wire/json_scan.h"

/* Reads RFC 8259. tests/fuzz holds it against jansson's parser, which does not serve here itself: it makes
 * doubles of numbers. */
struct reader {
    struct kq_cursor cursor;
    struct kq_arena *arena;
    int depth;
    const char *why; /* what is wrong, or KQ_JSON_NO_MEMORY */
};

static bool refuse(struct reader *reader, const char *why)
{
    reader->why = why;
    return false;
}

static bool refuse_here(struct reader *reader)
{
    return refuse(reader, kq_json_unexpected(&reader->cursor));
}

static void skip_spaces(struct kq_cursor *cursor)
{
    int byte = kq_cursor_peek(cursor);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
}

static bool take_sign(struct reader *reader, char sign)
{
    skip_spaces(&reader->cursor);
    if (kq_cursor_peek(&reader->cursor) != sign) {
        return false;
    }
    (void)kq_cursor_take(&reader->cursor);
    return true;
}

static bool take_string(struct reader *reader, struct kq_slice *text)
{
    const char *why = kq_json_take_string(&reader->cursor, reader->arena, text);
    return why == NULL ? true : refuse(reader, why);
}

static bool read_string(struct reader *reader, struct kq_json *value)
{
    value->kind = KQ_JSON_STRING;
    return take_string(reader, &value->text);
}

static bool read_number(struct reader *reader, struct kq_json *value)
{
    struct kq_cursor end = reader->cursor;
    if (!kq_json_take_number(&end)) {
        return refuse(reader, "数字格式错误");
    }
    value->kind = KQ_JSON_NUMBER;
    value->text = (struct kq_slice){.data = reader->cursor.at, .size = (size_t)(end.at - reader->cursor.at)};
    reader->cursor = end;
    return true;
}

static bool read_word(struct reader *reader, struct kq_json *value)
{
    static const struct {
        struct kq_slice text;
        enum kq_json_kind kind;
    } words[] = {
        {{.data = "true", .size = 4}, KQ_JSON_TRUE},
        {{.data = "false", .size = 5}, KQ_JSON_FALSE},
        {{.data = "null", .size = 4}, KQ_JSON_NULL},
    };
    for (size_t i = 0; i < KQ_COUNT(words); i++) {
        if (kq_cursor_take_literal(&reader->cursor, words[i].text)) {
            value->kind = words[i].kind;
            return true;
        }
    }
    return refuse_here(reader);
}

/* What is being read of an array or object. */
struct container {
    struct kq_json *value;
    struct kq_json *last; /* NULL: there is none yet */
    struct kq_json_names names;
};

static bool read_value(struct reader *reader, struct kq_json *value);

/* A new item, or a member with its name, at the container's end. */
static struct kq_json *add_part(struct reader *reader, struct container *container, struct kq_slice name)
{
    struct kq_json *part = kq_arena_allocate(reader->arena, sizeof(*part));
    if (part == NULL) {
        (void)refuse(reader, KQ_JSON_NO_MEMORY);
        return NULL;
    }
    part->name = name;
    if (container->last == NULL) {
        container->value->first = part;
    } else {
        container->last->next = part;
    }
    container->last = part;
    container->value->count++;
    return part;
}

static bool read_item(struct reader *reader, struct container *array)
{
    struct kq_json *item = add_part(reader, array, KQ_SLICE_EMPTY);
    return item != NULL && read_value(reader, item);
}

static bool read_member(struct reader *reader, struct container *object)
{
    struct kq_slice name;
    skip_spaces(&reader->cursor);
    if (!take_string(reader, &name)) {
        return false;
    }
    switch (kq_json_names_add(&object->names, object->value, name, reader->arena)) {
    case KQ_JSON_NAME_NEW:
        break;
    case KQ_JSON_NAME_TWICE:
        return refuse(reader, "字段重复");
    case KQ_JSON_NAME_NO_MEMORY:
        return refuse(reader, KQ_JSON_NO_MEMORY);
    }
    if (!take_sign(reader, ':')) {
        return refuse_here(reader);
    }
    struct kq_json *member = add_part(reader, object, name);
    return member != NULL && read_value(reader, member);
}

typedef bool read_part_function(struct reader *reader, struct container *container);

/* From behind the opening bracket. */
static bool read_parts(struct reader *reader, struct kq_json *value, read_part_function *read_part,
                       char close)
{
    struct container container = {.value = value};
    if (reader->depth == KQ_JSON_DEPTH_MAX) {
        return refuse(reader, "嵌套过深");
    }
    reader->depth++;
    if (!take_sign(reader, close)) {
        do {
            if (!read_part(reader, &container)) {
                return false;
            }
        } while (take_sign(reader, ','));
        if (!take_sign(reader, close)) {
            return refuse_here(reader);
        }
    }
    reader->depth--;
    return true;
}

/* Calls itself for what stands in an object or array, at most KQ_JSON_DEPTH_MAX deep. `value` is zeroed. */
static bool read_value(struct reader *reader, struct kq_json *value)
{
    if (take_sign(reader, '{')) {
        value->kind = KQ_JSON_OBJECT;
        return read_parts(reader, value, read_member, '}');
    }
    if (take_sign(reader, '[')) {
        value->kind = KQ_JSON_ARRAY;
        return read_parts(reader, value, read_item, ']');
    }
    int byte = kq_cursor_peek(&reader->cursor);
    if (byte == '"') {
        return read_string(reader, value);
    }
    return byte == '-' || (byte >= '0' && byte <= '9') ? read_number(reader, value)
                                                       : read_word(reader, value);
}

#define REASON_BEGIN "第"

static struct kq_result fail_at(struct kq_slice text, size_t at, const char *why, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(why != KQ_JSON_NO_MEMORY, error);
    size_t before = kq_utf8_count((struct kq_slice){.data = text.data, .size = at});
    return kq_fail(error, KQ_E_ILLEGAL_JSON, REASON_BEGIN "%zu个字符处%s", before + 1, why);
}

struct kq_result kq_json_read(struct kq_slice text, struct kq_arena *arena, const struct kq_json **value,
                              struct kq_error *error)
{
    *value = NULL;
    size_t valid = kq_utf8_prefix(text);
    if (valid != text.size) {
        return fail_at(text, valid, "不是UTF-8编码", error);
    }
    struct kq_json *read = kq_arena_allocate(arena, sizeof(*read));
    KQ_ENSURE_MEMORY(read != NULL, error);
    struct reader reader = {.cursor = kq_cursor_of(text), .arena = arena};
    bool is_good = read_value(&reader, read);
    skip_spaces(&reader.cursor);
    if (is_good && !kq_cursor_at_end(&reader.cursor)) {
        is_good = refuse(&reader, "有多余内容");
    }
    if (!is_good) {
        return fail_at(text, text.size - kq_cursor_left(&reader.cursor), reader.why, error);
    }
    *value = read;
    return KQ_OK;
}

size_t kq_json_error_character(const struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(kq_slice_of(error->detail));
    size_t character = 0;
    (void)kq_cursor_take_literal(&cursor, KQ_SLICE(REASON_BEGIN));
    for (int byte = kq_cursor_take(&cursor); byte >= '0' && byte <= '9'; byte = kq_cursor_take(&cursor)) {
        character = character * 10 + (size_t)(byte - '0');
    }
    return character;
}
