/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_answer.h"

#include <stdio.h>

#include "cli/json_text.h"
#include "cli/row.h"
#include "cli/shown.h"
#include "cli/table.h"

/* A longer cell would leave its neighbours no room; `--json` has all of it. */
#define CELL_COLUMNS_MAX 48

static struct kq_result text_of(const struct kq_json *value, struct kq_arena *arena, struct kq_slice *text,
                                struct kq_error *error)
{
    struct kq_buffer written KQ_CLEANUP(kq_buffer_free) = {0};
    *text = value->text;
    if (value->kind == KQ_JSON_STRING || value->kind == KQ_JSON_NULL) {
        return KQ_OK;
    }
    kq_json_append_value(&written, value);
    KQ_ENSURE_MEMORY(!written.failed, error);
    *text = kq_arena_copy(arena, kq_buffer_slice(&written));
    KQ_ENSURE_MEMORY(text->data != NULL, error);
    return KQ_OK;
}

/* Behind the character that begins there. */
static size_t character_end(struct kq_slice utf8, size_t begin)
{
    size_t end = begin + 1;
    while (end < utf8.size && ((unsigned char)utf8.data[end] & 0xC0) == 0x80) {
        end++;
    }
    return end;
}

/* The beginning of a long text, cut at a character's border. */
static struct kq_result cut(struct kq_slice text, struct kq_arena *arena, struct kq_slice *beginning,
                            struct kq_error *error)
{
    size_t end = 0;
    *beginning = text;
    if (kq_shown_width(text) <= CELL_COLUMNS_MAX) {
        return KQ_OK;
    }
    for (size_t columns = 0, next = 0; columns < CELL_COLUMNS_MAX;) { /* the last one is for the dots */
        end = next;
        next = character_end(text, end);
        columns += kq_shown_width((struct kq_slice){.data = text.data + end, .size = next - end});
    }
    *beginning = kq_arena_print(arena, "%.*s…", (int)end, text.data);
    KQ_ENSURE_MEMORY(beginning->data != NULL, error);
    return KQ_OK;
}

/* A row's cell; empty where the row has no such member. */
static struct kq_result cell_of(const struct kq_json *member, struct kq_arena *arena, struct kq_slice *cell,
                                struct kq_error *error)
{
    *cell = KQ_SLICE_EMPTY;
    if (member == NULL) {
        return KQ_OK;
    }
    KQ_TRY(text_of(member, arena, cell, error));
    return cut(*cell, arena, cell, error);
}

/* A name that can stand on the screen, NUL-terminated. NULL: out of memory. */
static const char *name_of(const struct kq_json *member, struct kq_arena *arena)
{
    struct kq_buffer name KQ_CLEANUP(kq_buffer_free) = {0};
    kq_append_shown(&name, member->name, false);
    return name.failed ? NULL : kq_arena_copy(arena, kq_buffer_slice(&name)).data;
}

static bool is_table(const struct kq_json *member)
{
    bool objects = member->kind == KQ_JSON_ARRAY && member->first != NULL;
    for (const struct kq_json *item = member->first; objects && item != NULL; item = item->next) {
        objects = item->kind == KQ_JSON_OBJECT;
    }
    return objects;
}

/* Each name that an item has, in the order in which they come; KQ_COLUMNS_MAX of them, which no screen is
 * wide enough for. */
static struct kq_result find_columns(const struct kq_json *list, struct kq_arena *arena,
                                     struct kq_slice *names, struct kq_column *columns, size_t *count,
                                     struct kq_error *error)
{
    *count = 0;
    for (const struct kq_json *item = list->first; item != NULL; item = item->next) {
        for (const struct kq_json *member = item->first; member != NULL; member = member->next) {
            size_t found = 0;
            while (found < *count && !kq_slice_equal(names[found], member->name)) {
                found++;
            }
            if (found == *count && found < KQ_COLUMNS_MAX) {
                names[found] = member->name;
                columns[found] = (struct kq_column){.name = name_of(member, arena)};
                KQ_ENSURE_MEMORY(columns[found].name != NULL, error);
                (*count)++;
            }
        }
    }
    return KQ_OK;
}

static struct kq_result print_table(const struct kq_json *list, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_slice names[KQ_COLUMNS_MAX];
    struct kq_column columns[KQ_COLUMNS_MAX];
    size_t column_count = 0;
    struct kq_table table;
    KQ_TRY(find_columns(list, &arena, names, columns, &column_count, error));
    struct kq_row *rows = kq_arena_allocate_array(&arena, list->count, sizeof(*rows));
    KQ_ENSURE_MEMORY(rows != NULL, error);
    size_t row_count = 0;
    for (const struct kq_json *item = list->first; item != NULL; item = item->next) {
        struct kq_slice *cells = kq_arena_allocate_array(&arena, column_count + 1, sizeof(*cells));
        KQ_ENSURE_MEMORY(cells != NULL, error);
        struct kq_row *row = &rows[row_count++];
        kq_row_init(row, columns, column_count, cells, &arena);
        for (size_t i = 0; i < column_count; i++) {
            struct kq_slice cell;
            KQ_TRY(cell_of(kq_json_member(item, names[i]), &arena, &cell, error));
            kq_row_text(row, cell);
        }
    }
    const char *name = name_of(list, &arena);
    KQ_ENSURE_MEMORY(name != NULL, error);
    printf("\n%s (%zu):\n", name, list->count);
    kq_table_begin(&table, columns, column_count, KQ_TABLE_ALIGNED, stdout);
    KQ_TRY(kq_table_print(&table, rows, row_count, error));
    kq_table_end(&table);
    return KQ_OK;
}

static struct kq_result print_lines(const struct kq_json *object, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    size_t width = 0;
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        size_t columns = is_table(member) ? 0 : kq_shown_width(member->name);
        width = columns > width ? columns : width;
    }
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        if (is_table(member)) {
            continue;
        }
        struct kq_buffer line KQ_CLEANUP(kq_buffer_free) = {0};
        struct kq_slice text;
        KQ_TRY(text_of(member, &arena, &text, error));
        kq_append_shown(&line, member->name, false);
        size_t padding = width - kq_shown_width(member->name);
        kq_buffer_print(&line, "%*s  ", (int)padding, "");
        kq_append_shown(&line, text, false);
        KQ_ENSURE_MEMORY(!line.failed, error);
        printf("%s\n", line.data);
    }
    return KQ_OK;
}

struct kq_result kq_call_answer_print(struct kq_slice json, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    const struct kq_json *answer = NULL;
    if (!kq_json_read(json, &arena, &answer, error).ok && error->code == KQ_E_NO_MEMORY) {
        return KQ_FAILED;
    }
    KQ_ENSURE(answer != NULL && answer->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT,
              "the response is not a JSON object");
    KQ_TRY(print_lines(answer, error));
    for (const struct kq_json *member = answer->first; member != NULL; member = member->next) {
        if (is_table(member)) {
            KQ_TRY(print_table(member, error));
        }
    }
    return KQ_OK;
}
