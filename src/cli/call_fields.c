/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_fields.h"

#include <stdio.h>

#include "base/cursor.h"
#include "cli/json_text.h"
#include "cli/method_fields.h"
#include "cli/nearest.h"
#include "wire/json.h"

/* An item by its place: more than any method takes, and few enough to be made. */
#define ITEM_DIGITS_MAX 4

enum node_kind {
    NODE_VALUE,  /* `json` */
    NODE_OBJECT, /* nodes with names */
    NODE_ARRAY,
    NODE_TEXT, /* as NODE_OBJECT; on the wire its JSON is the text of a string */
};

/* A value on its way to the wire. In the arena, as all below it. */
struct node {
    enum node_kind kind;
    bool given; /* by a flag: another one of a single value would be its second */
    struct kq_slice name;
    struct kq_slice json;
    struct node *first;
    struct node *last;
    struct node *next;
};

struct writer {
    struct kq_arena *arena;
    struct kq_error *error;
};

static struct node *add_node(struct writer *writer, struct node *parent, struct kq_slice name)
{
    struct node *node = kq_arena_allocate(writer->arena, sizeof(*node));
    if (node == NULL) {
        KQ_IGNORE(kq_fail(writer->error, KQ_E_NO_MEMORY, "%s", ""));
        return NULL;
    }
    node->name = name;
    if (parent->last == NULL) {
        parent->first = node;
    } else {
        parent->last->next = node;
    }
    parent->last = node;
    return node;
}

static struct node *member(const struct node *object, struct kq_slice name)
{
    struct node *node = object->first;
    while (node != NULL && !kq_slice_equal(node->name, name)) {
        node = node->next;
    }
    return node;
}

static void clear(struct node *node, enum node_kind kind)
{
    node->kind = kind;
    node->first = NULL;
    node->last = NULL;
}

static struct kq_result set_json(struct writer *writer, struct node *node, const struct kq_buffer *json)
{
    KQ_ENSURE_MEMORY(!json->failed, writer->error);
    clear(node, NODE_VALUE);
    node->json = kq_arena_copy(writer->arena, kq_buffer_slice(json));
    KQ_ENSURE_MEMORY(node->json.data != NULL, writer->error);
    return KQ_OK;
}

static struct kq_result set_string(struct writer *writer, struct node *node, struct kq_slice text)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_json_append_string(&json, text);
    return set_json(writer, node, &json);
}

/* What was read, as nodes that flags can change. As deep as kq_json_read allows. */
static struct kq_result take_json(struct writer *writer, struct node *node, const struct kq_json *value)
{
    if (value->kind != KQ_JSON_OBJECT && value->kind != KQ_JSON_ARRAY) {
        struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
        kq_json_append_value(&json, value);
        return set_json(writer, node, &json);
    }
    clear(node, value->kind == KQ_JSON_OBJECT ? NODE_OBJECT : NODE_ARRAY);
    for (const struct kq_json *item = value->first; item != NULL; item = item->next) {
        struct node *added = add_node(writer, node, item->name);
        if (added == NULL) {
            return KQ_FAILED;
        }
        KQ_TRY(take_json(writer, added, item));
    }
    return KQ_OK;
}

static void append_node(struct kq_buffer *json, const struct node *node)
{
    if (node->kind == NODE_VALUE) {
        kq_buffer_append(json, node->json);
        return;
    }
    bool is_array = node->kind == NODE_ARRAY;
    kq_buffer_append_byte(json, is_array ? '[' : '{');
    for (const struct node *item = node->first; item != NULL; item = item->next) {
        kq_json_append_separator(json);
        if (!is_array) {
            kq_json_append_string(json, item->name);
            kq_buffer_append_byte(json, ':');
        }
        if (item->kind == NODE_TEXT) {
            struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
            struct node object = *item;
            object.kind = NODE_OBJECT;
            append_node(&text, &object);
            kq_json_append_string(json, kq_buffer_slice(&text));
            json->failed = json->failed || text.failed;
        } else {
            append_node(json, item);
        }
    }
    kq_buffer_append_byte(json, is_array ? ']' : '}');
}

static bool looks_like_json(struct kq_slice text)
{
    text = kq_slice_trim(text);
    return text.size > 0 && (text.data[0] == '{' || text.data[0] == '[');
}

static struct kq_result read_json(struct writer *writer, struct kq_slice name, struct kq_slice text,
                                  const struct kq_json **value)
{
    if (kq_json_read(text, writer->arena, value, writer->error).ok) {
        return KQ_OK;
    }
    if (writer->error->code == KQ_E_NO_MEMORY) {
        return KQ_FAILED;
    }
    size_t character = kq_json_error_character(writer->error);
    return kq_fail(writer->error, KQ_E_USAGE, "--%.*s is not JSON: look at character %zu",
                   KQ_SLICE_PRINT(name), character);
}

/* -12, 9.90 */
static bool is_decimal(struct kq_slice text, bool fraction)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    kq_cursor_take_literal(&cursor, KQ_SLICE("-"));
    struct kq_slice rest = kq_cursor_take_rest(&cursor);
    size_t point = kq_slice_find(rest, '.');
    struct kq_slice whole = {.data = rest.data, .size = point};
    bool valid = kq_slice_is_digits(whole);
    if (point < rest.size) {
        struct kq_slice behind = {.data = rest.data + point + 1, .size = rest.size - point - 1};
        valid = valid && fraction && kq_slice_is_digits(behind);
    }
    return valid;
}

/* A number as JSON writes it; 007 stays a text, which the protocol takes as well. */
static struct kq_result set_number(struct writer *writer, struct node *node, struct kq_slice name,
                                   struct kq_slice text)
{
    KQ_ENSURE(is_decimal(text, false), writer->error, KQ_E_USAGE, "--%.*s takes a whole number, not %.*s",
              KQ_SLICE_PRINT(name), KQ_SLICE_PRINT(text));
    size_t first = text.data[0] == '-' ? 1 : 0;
    if (text.data[first] == '0' && text.size > first + 1) {
        return set_string(writer, node, text);
    }
    clear(node, NODE_VALUE);
    node->json = text;
    return KQ_OK;
}

static struct kq_result set_boolean(struct writer *writer, struct node *node, struct kq_slice name,
                                    struct kq_slice text)
{
    bool valid = kq_slice_equal(text, KQ_SLICE("true")) || kq_slice_equal(text, KQ_SLICE("false"));
    KQ_ENSURE(valid, writer->error, KQ_E_USAGE, "--%.*s is true or false, not %.*s", KQ_SLICE_PRINT(name),
              KQ_SLICE_PRINT(text));
    clear(node, NODE_VALUE);
    node->json = text;
    return KQ_OK;
}

static struct kq_result set_object(struct writer *writer, struct node *node, struct kq_slice name,
                                   struct kq_slice text)
{
    const struct kq_json *value = NULL;
    KQ_TRY(read_json(writer, name, text, &value));
    KQ_ENSURE(value->kind == KQ_JSON_OBJECT, writer->error, KQ_E_USAGE,
              "--%.*s takes a JSON object, not %.*s", KQ_SLICE_PRINT(name), KQ_SLICE_PRINT(text));
    return take_json(writer, node, value);
}

/* One more item, or all of them as an array. */
static struct kq_result add_items(struct writer *writer, struct node *list, const struct kq_field *field,
                                  struct kq_slice name, struct kq_slice text)
{
    if (!list->given) {
        clear(list, NODE_ARRAY);
    }
    struct kq_slice trimmed = kq_slice_trim(text);
    if (trimmed.size > 0 && trimmed.data[0] == '[') {
        const struct kq_json *value = NULL;
        KQ_TRY(read_json(writer, name, text, &value));
        for (const struct kq_json *item = value->first; item != NULL; item = item->next) {
            struct node *added = add_node(writer, list, KQ_SLICE_EMPTY);
            KQ_ENSURE_MEMORY(added != NULL, writer->error);
            KQ_TRY(take_json(writer, added, item));
        }
        return KQ_OK;
    }
    struct node *added = add_node(writer, list, KQ_SLICE_EMPTY);
    KQ_ENSURE_MEMORY(added != NULL, writer->error);
    return field->type == KQ_FIELD_OBJECT_LIST ? set_object(writer, added, name, text)
                                               : set_string(writer, added, text);
}

static bool is_list(const struct kq_field *field)
{
    return field != NULL && (field->type == KQ_FIELD_STRING_LIST || field->type == KQ_FIELD_OBJECT_LIST);
}

/* `field` NULL: a member that no table describes. */
static struct kq_result set_value(struct writer *writer, struct node *node, const struct kq_field *field,
                                  const struct kq_given_field *given)
{
    bool is_boolean = field != NULL && field->type == KQ_FIELD_BOOLEAN;
    KQ_ENSURE(given->has_value || is_boolean, writer->error, KQ_E_USAGE, "--%.*s needs a value: --%.*s %s",
              KQ_SLICE_PRINT(given->name), KQ_SLICE_PRINT(given->name),
              field == NULL ? "TEXT" : kq_method_field_value(field));
    KQ_ENSURE(!node->given || is_list(field), writer->error, KQ_E_USAGE,
              "--%.*s is given twice, and takes one value", KQ_SLICE_PRINT(given->name));
    struct kq_slice value = given->has_value ? given->value : KQ_SLICE("true");
    struct kq_result result;
    if (field == NULL && looks_like_json(value)) {
        const struct kq_json *json = NULL;
        KQ_TRY(read_json(writer, given->name, value, &json));
        result = take_json(writer, node, json);
    } else if (is_list(field)) {
        result = add_items(writer, node, field, given->name, value);
    } else if (is_boolean) {
        result = set_boolean(writer, node, given->name, value);
    } else if (field != NULL && field->type == KQ_FIELD_NUMBER) {
        result = set_number(writer, node, given->name, value);
    } else if (field != NULL && field->type == KQ_FIELD_OBJECT) {
        result = set_object(writer, node, given->name, value);
    } else {
        KQ_ENSURE(field == NULL || field->type != KQ_FIELD_PRICE || is_decimal(value, true), writer->error,
                  KQ_E_USAGE, "--%.*s takes yuan, like 9.99, not %.*s", KQ_SLICE_PRINT(given->name),
                  KQ_SLICE_PRINT(value));
        result = set_string(writer, node, value);
    }
    node->given = true;
    return result;
}

static struct node *add_item(struct writer *writer, struct node *list)
{
    struct node *item = add_node(writer, list, KQ_SLICE_EMPTY);
    if (item != NULL) {
        item->kind = NODE_OBJECT;
    }
    return item;
}

static struct node *item_at(struct writer *writer, struct node *list, size_t place)
{
    struct node *item = list->first == NULL ? add_item(writer, list) : list->first;
    for (size_t i = 0; item != NULL && i < place; i++) {
        item = item->next == NULL ? add_item(writer, list) : item->next;
    }
    return item;
}

static bool has_member(const struct node *object, struct kq_slice name)
{
    struct node *node = object->first;
    while (node != NULL && !kq_flag_name_equal(node->name, name)) {
        node = node->next;
    }
    return node != NULL;
}

/* The item that a path's next part means: by its place, or else the last one, unless that has the member
 * already. NULL: out of memory. */
static struct node *item_of(struct writer *writer, struct node *list, struct kq_slice *path)
{
    size_t dot = kq_slice_find(*path, '.');
    struct kq_slice part = {.data = path->data, .size = dot};
    if (kq_slice_is_digits(part) && part.size <= ITEM_DIGITS_MAX) {
        size_t place = 0;
        for (size_t i = 0; i < part.size; i++) {
            place = place * 10 + (size_t)(part.data[i] - '0');
        }
        size_t taken = dot < path->size ? dot + 1 : dot;
        *path = (struct kq_slice){.data = path->data + taken, .size = path->size - taken};
        return item_at(writer, list, place);
    }
    bool begins_next = list->last == NULL || (dot == path->size && has_member(list->last, part));
    return begins_next ? add_item(writer, list) : list->last;
}

/* A text that is JSON itself, opened for the members that flags give it. */
static struct kq_result open_text(struct writer *writer, struct node *node, struct kq_slice name)
{
    if (node->kind == NODE_VALUE && node->json.size > 0) {
        const struct kq_json *text = NULL;
        const struct kq_json *value = NULL;
        KQ_TRY(kq_json_read(node->json, writer->arena, &text, writer->error));
        KQ_TRY(read_json(writer, name, text->text, &value));
        KQ_ENSURE(value->kind == KQ_JSON_OBJECT, writer->error, KQ_E_USAGE,
                  "--%.*s: its text is no JSON object that could have members", KQ_SLICE_PRINT(name));
        KQ_TRY(take_json(writer, node, value));
    }
    node->kind = NODE_TEXT;
    return KQ_OK;
}

static void open_object(struct node *node)
{
    if (node->kind != NODE_OBJECT) {
        clear(node, NODE_OBJECT);
    }
}

/* `field` is NULL for the whole biz_content. */
static struct kq_result open_parent(struct writer *writer, struct node **node, const struct kq_field *field,
                                    struct kq_slice name, struct kq_slice *path)
{
    struct node *parent = *node;
    if (field == NULL || field->type == KQ_FIELD_OBJECT) {
        open_object(parent);
        return KQ_OK;
    }
    if (field->type == KQ_FIELD_OBJECT_LIST) {
        if (!parent->given) {
            clear(parent, NODE_ARRAY);
            parent->given = true;
        }
        *node = item_of(writer, parent, path);
        return *node == NULL ? KQ_FAILED : KQ_OK;
    }
    KQ_ENSURE(field->type == KQ_FIELD_STRING, writer->error, KQ_E_USAGE,
              "--%.*s: %s is no object, it has no members", KQ_SLICE_PRINT(name), field->name);
    return parent->kind == NODE_TEXT ? KQ_OK : open_text(writer, parent, name);
}

static struct kq_result put(struct writer *writer, struct node *root, const struct kq_method *method,
                            const struct kq_given_field *given)
{
    const struct kq_fields *fields = method->request;
    struct kq_slice path = given->name;
    struct node *parent = root;
    for (unsigned depth = 0;; depth++) {
        size_t dot = kq_slice_find(path, '.');
        struct kq_slice part = {.data = path.data, .size = dot};
        const struct kq_field *field = kq_method_field_find(fields, part);
        struct kq_slice name = field == NULL ? part : kq_slice_of(field->name);
        KQ_ENSURE(name.size > 0 && depth < KQ_JSON_DEPTH_MAX / 2, writer->error, KQ_E_USAGE,
                  "--%.*s is no path of members", KQ_SLICE_PRINT(given->name));
        struct node *node = member(parent, name);
        if (node == NULL) {
            node = add_node(writer, parent, name);
            KQ_ENSURE_MEMORY(node != NULL, writer->error);
        }
        if (dot == path.size) {
            return set_value(writer, node, field, given);
        }
        path = (struct kq_slice){.data = path.data + dot + 1, .size = path.size - dot - 1};
        KQ_TRY(open_parent(writer, &node, field, given->name, &path));
        fields = field == NULL ? NULL : field->members;
        parent = node;
        if (path.size == 0) {
            return set_object(writer, node, given->name, given->value);
        }
    }
}

static struct kq_result refuse_unknown(const struct kq_command *command, const struct kq_method *method,
                                       struct kq_slice name, struct kq_error *error)
{
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, name);
    const struct kq_field *field = kq_method_field(method->request, 0);
    for (size_t i = 0; field != NULL; field = kq_method_field(method->request, ++i)) {
        kq_nearest_consider(&nearest, field->name);
    }
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        kq_nearest_consider(&nearest, flag->name);
    }
    char best[KQ_NEAREST_WORD_MAX + 1];
    snprintf(best, sizeof(best), "%s", nearest.best == NULL ? "" : nearest.best);
    for (char *at = best; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    KQ_ENSURE(nearest.best == NULL, error, KQ_E_USAGE, "%s has no field --%.*s; did you mean --%s?",
              method->name, KQ_SLICE_PRINT(name), best);
    return kq_fail(error, KQ_E_USAGE, "%s has no field --%.*s: `kaquan call %s --help` lists them",
                   method->name, KQ_SLICE_PRINT(name), method->name);
}

struct kq_result kq_call_fields_check(const struct kq_invocation *invocation, const struct kq_method *method,
                                      struct kq_error *error)
{
    for (size_t i = 0; i < invocation->field_count; i++) {
        struct kq_slice path = invocation->fields[i].name;
        struct kq_slice name = {.data = path.data, .size = kq_slice_find(path, '.')};
        if (kq_method_field_find(method->request, name) == NULL) {
            return refuse_unknown(invocation->command, method, name, error);
        }
    }
    return KQ_OK;
}

struct kq_result kq_call_fields_write(const struct kq_method *method, struct kq_slice biz,
                                      const struct kq_given_field *given, size_t count,
                                      struct kq_arena *arena, struct kq_buffer *json, struct kq_error *error)
{
    struct writer writer = {.arena = arena, .error = error};
    struct node root = {.kind = NODE_OBJECT};
    if (kq_slice_trim(biz).size > 0) {
        KQ_TRY(set_object(&writer, &root, KQ_SLICE("biz"), biz));
    }
    for (size_t i = 0; i < count; i++) {
        KQ_TRY(put(&writer, &root, method, &given[i]));
    }
    append_node(json, &root);
    KQ_ENSURE_MEMORY(!json->failed, error);
    return KQ_OK;
}
