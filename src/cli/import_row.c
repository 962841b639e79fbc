/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_row.h"

#include "cli/json_text.h"
#include "cli/nearest.h"
#include "wire/charset.h"
#include "wire/json.h"

/* Lists are short: a user's logins, a pass's shops. */
#define FIRST_CAPACITY ((size_t)4)

/* Of a name that is no column's: so that what is known still fits behind it in an error's detail. */
#define SHOWN_NAME_BYTES ((size_t)48)

struct kq_slice kq_import_value(const struct kq_import_values *values)
{
    return values->count == 0 ? KQ_SLICE_EMPTY : values->items[0];
}

/* Its index, or column_count. */
static size_t find_column(struct kq_slice name, const struct kq_import_column *columns, size_t column_count,
                          bool (*is_equal)(struct kq_slice a, struct kq_slice b))
{
    size_t index = 0;
    while (index < column_count && !is_equal(kq_slice_of(columns[index].name), name)) {
        index++;
    }
    return index;
}

static struct kq_result refuse_name(const char *what, struct kq_slice name,
                                    const struct kq_import_column *columns, size_t column_count,
                                    struct kq_error *error)
{
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, name);
    for (size_t i = 0; i < column_count; i++) {
        kq_nearest_consider(&nearest, columns[i].name);
    }
    struct kq_buffer known KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < column_count; i++) {
        kq_buffer_print(&known, "%s%s", i == 0 ? "" : ", ", columns[i].name);
    }
    KQ_ENSURE_MEMORY(!known.failed, error);
    struct kq_slice shown = {.data = name.data,
                             .size = name.size > SHOWN_NAME_BYTES ? SHOWN_NAME_BYTES : name.size};
    bool valid = kq_utf8_is_valid(shown);
    return kq_fail(error, KQ_E_BAD_INPUT, "there is no %s %.*s; %s%s%s %s", what,
                   KQ_SLICE_PRINT(valid ? shown : KQ_SLICE("of that name")),
                   nearest.best == NULL ? "" : "did you mean ", nearest.best == NULL ? "" : nearest.best,
                   nearest.best == NULL ? "there are" : "? There are", known.data);
}

/* Items grow by doubling: the array's size is the next power of two of its count. */
static struct kq_result append(struct kq_import_values *values, struct kq_slice text, struct kq_arena *arena,
                               struct kq_error *error)
{
    if (text.size == 0) {
        return KQ_OK;
    }
    bool is_full =
        values->count == 0 || (values->count >= FIRST_CAPACITY && (values->count & (values->count - 1)) == 0);
    if (is_full) {
        size_t capacity = values->count == 0 ? FIRST_CAPACITY : values->count * 2;
        struct kq_slice *items = kq_arena_allocate_array(arena, capacity, sizeof(*items));
        KQ_ENSURE_MEMORY(items != NULL, error);
        for (size_t i = 0; i < values->count; i++) {
            items[i] = values->items[i];
        }
        values->items = items;
    }
    /* The text may stand in the reader's buffer, which the next record overwrites. */
    struct kq_slice copy = kq_arena_copy(arena, text);
    KQ_ENSURE_MEMORY(copy.data != NULL, error);
    values->items[values->count++] = copy;
    return KQ_OK;
}

static void clear(struct kq_import_values *values, size_t column_count)
{
    for (size_t i = 0; i < column_count; i++) {
        values[i] = (struct kq_import_values){0};
    }
}

static struct kq_result check_required(const struct kq_import_values *values,
                                       const struct kq_import_column *columns, size_t column_count,
                                       struct kq_error *error)
{
    for (size_t i = 0; i < column_count; i++) {
        KQ_ENSURE(!columns[i].required || values[i].count > 0, error, KQ_E_BAD_INPUT, "%s is missing",
                  columns[i].name);
    }
    return KQ_OK;
}

struct kq_result kq_import_header_read(const struct kq_csv_record *record,
                                       const struct kq_import_column *columns, size_t column_count,
                                       struct kq_import_header *header, struct kq_error *error)
{
    bool seen[KQ_IMPORT_COLUMNS_MAX] = {false};
    header->count = record->count;
    for (size_t i = 0; i < record->count; i++) {
        struct kq_slice name = kq_slice_trim(record->fields[i]);
        size_t column = find_column(name, columns, column_count, kq_slice_equal_ignoring_case);
        if (column == column_count) {
            return refuse_name("column", name, columns, column_count, error);
        }
        KQ_ENSURE(!seen[column] || columns[column].is_list, error, KQ_E_BAD_INPUT, "column %s stands twice",
                  columns[column].name);
        seen[column] = true;
        header->columns[i] = column;
    }
    for (size_t i = 0; i < column_count; i++) {
        KQ_ENSURE(seen[i] || !columns[i].required, error, KQ_E_BAD_INPUT,
                  "the header names no column %s: the first line must name the columns", columns[i].name);
    }
    return KQ_OK;
}

struct kq_result kq_import_row_from_csv(const struct kq_csv_record *record,
                                        const struct kq_import_header *header,
                                        const struct kq_import_column *columns, size_t column_count,
                                        struct kq_arena *arena, struct kq_import_values *values,
                                        struct kq_error *error)
{
    clear(values, column_count);
    KQ_ENSURE(record->count == header->count, error, KQ_E_BAD_INPUT, "%zu fields, and the header has %zu",
              record->count, header->count);
    for (size_t i = 0; i < record->count; i++) {
        KQ_ENSURE(kq_utf8_is_valid(record->fields[i]), error, KQ_E_BAD_INPUT, "%s is not UTF-8",
                  columns[header->columns[i]].name);
        KQ_TRY(append(&values[header->columns[i]], record->fields[i], arena, error));
    }
    return check_required(values, columns, column_count, error);
}

static const char *describe(const struct kq_import_column *column)
{
    return column->is_list   ? "a string, or an array of strings"
           : column->is_json ? "a string, or a JSON object"
                             : "a string";
}

static struct kq_result append_json(const struct kq_json *value, const struct kq_import_column *column,
                                    struct kq_arena *arena, struct kq_import_values *values,
                                    struct kq_error *error)
{
    if (value->kind == KQ_JSON_NULL) {
        return KQ_OK;
    }
    if (value->kind == KQ_JSON_OBJECT && column->is_json) {
        struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
        kq_json_append_value(&json, value);
        KQ_ENSURE_MEMORY(!json.failed, error);
        return append(values, kq_buffer_slice(&json), arena, error);
    }
    KQ_ENSURE(value->kind == KQ_JSON_STRING || value->kind == KQ_JSON_NUMBER, error, KQ_E_BAD_INPUT,
              "%s is not %s", column->name, describe(column));
    return append(values, value->text, arena, error);
}

static struct kq_result read_member(const struct kq_json *member, const struct kq_import_column *columns,
                                    size_t column_count, struct kq_arena *arena,
                                    struct kq_import_values *values, struct kq_error *error)
{
    size_t column = find_column(member->name, columns, column_count, kq_slice_equal);
    if (column == column_count) {
        return refuse_name("member", member->name, columns, column_count, error);
    }
    if (!columns[column].is_list || member->kind != KQ_JSON_ARRAY) {
        return append_json(member, &columns[column], arena, &values[column], error);
    }
    for (const struct kq_json *item = member->first; item != NULL; item = item->next) {
        KQ_TRY(append_json(item, &columns[column], arena, &values[column], error));
    }
    return KQ_OK;
}

struct kq_result kq_import_row_from_json(struct kq_slice text, const struct kq_import_column *columns,
                                         size_t column_count, struct kq_arena *arena,
                                         struct kq_import_values *values, struct kq_error *error)
{
    clear(values, column_count);
    KQ_ENSURE(kq_utf8_is_valid(text), error, KQ_E_BAD_INPUT, "not UTF-8");
    const struct kq_json *object = NULL;
    struct kq_error reading = {0};
    if (!kq_json_read(text, arena, &object, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "not JSON");
    }
    KQ_ENSURE(object->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT, "not a JSON object");
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        KQ_TRY(read_member(member, columns, column_count, arena, values, error));
    }
    return check_required(values, columns, column_count, error);
}
