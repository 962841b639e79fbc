/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/row.h"

#include <assert.h>
#include <inttypes.h>

#include "base/money.h"
#include "base/time.h"
#include "cli/csv.h"
#include "cli/shown.h"
#include "wire/json.h"

void kq_row_init(struct kq_row *row, const struct kq_column *columns, size_t column_count,
                 struct kq_slice *cells, struct kq_arena *arena)
{
    *row = (struct kq_row){.columns = columns, .column_count = column_count, .arena = arena, .cells = cells};
}

static void put(struct kq_row *row, struct kq_slice cell)
{
    assert(row->count < row->column_count);
    row->cells[row->count++] = cell;
}

static void put_made(struct kq_row *row, struct kq_slice cell)
{
    row->failed = row->failed || cell.data == NULL;
    put(row, cell);
}

void kq_row_text(struct kq_row *row, struct kq_slice text)
{
    put(row, text.size == 0 ? KQ_SLICE_EMPTY : text);
}

void kq_row_name(struct kq_row *row, const char *text)
{
    put(row, kq_slice_of(text));
}

void kq_row_money(struct kq_row *row, int64_t amount_fen)
{
    char text[KQ_MONEY_TEXT_SIZE];
    kq_money_format(amount_fen, text);
    put_made(row, kq_arena_copy(row->arena, kq_slice_of(text)));
}

void kq_row_time(struct kq_row *row, int64_t time_s)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(time_s, text);
    put_made(row, kq_arena_copy(row->arena, kq_slice_of(text)));
}

void kq_row_day(struct kq_row *row, int64_t time_s)
{
    char text[KQ_DAY_TEXT_SIZE];
    kq_time_format_day(time_s, text);
    put_made(row, kq_arena_copy(row->arena, kq_slice_of(text)));
}

void kq_row_count(struct kq_row *row, int64_t count)
{
    put_made(row, kq_arena_print(row->arena, "%" PRId64, count));
}

void kq_row_texts(struct kq_row *row, const struct kq_slice *texts, size_t count)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append_byte(&json, '[');
    for (size_t i = 0; i < count; i++) {
        kq_json_append_separator(&json);
        kq_json_append_string(&json, texts[i]);
    }
    kq_buffer_append_byte(&json, ']');
    kq_row_json(row, &json);
}

void kq_row_json(struct kq_row *row, const struct kq_buffer *json)
{
    put_made(row, json->failed ? KQ_SLICE_EMPTY : kq_arena_copy(row->arena, kq_buffer_slice(json)));
}

void kq_row_flag(struct kq_row *row, bool value)
{
    put(row, value ? KQ_SLICE("true") : KQ_SLICE("false"));
}

void kq_row_none(struct kq_row *row)
{
    put(row, KQ_SLICE_EMPTY);
}

void kq_row_append_json(const struct kq_row *row, struct kq_buffer *json)
{
    assert(row->count == row->column_count);
    kq_buffer_append_byte(json, '{');
    for (size_t i = 0; i < row->count; i++) {
        enum kq_column_kind kind = row->columns[i].kind;
        kq_json_append_name(json, row->columns[i].name);
        if (row->cells[i].data == NULL) {
            kq_buffer_append(json, KQ_SLICE("null"));
        } else if (kind == KQ_COLUMN_COUNT || kind == KQ_COLUMN_JSON) {
            kq_buffer_append(json, row->cells[i]);
        } else {
            kq_json_append_string(json, row->cells[i]);
        }
    }
    kq_buffer_append_byte(json, '}');
}

void kq_row_append_csv(const struct kq_row *row, struct kq_buffer *csv)
{
    assert(row->count == row->column_count);
    for (size_t i = 0; i < row->count; i++) {
        kq_csv_append_field(csv, i == 0, row->cells[i]);
    }
    kq_buffer_append_byte(csv, '\n');
}

/* A list of texts: `a, b`. False: it is another value. */
static bool append_list(const struct kq_row *row, struct kq_slice cell, struct kq_buffer *text)
{
    const struct kq_json *list = NULL;
    bool is_list = kq_json_read(cell, row->arena, &list, NULL).ok && list->kind == KQ_JSON_ARRAY;
    for (const struct kq_json *item = is_list ? list->first : NULL; item != NULL; item = item->next) {
        is_list = is_list && item->kind == KQ_JSON_STRING;
    }
    for (const struct kq_json *item = is_list ? list->first : NULL; item != NULL; item = item->next) {
        kq_append_shown(text, item->text, false);
        kq_buffer_append(text, item->next == NULL ? KQ_SLICE("") : KQ_SLICE(", "));
    }
    return is_list;
}

void kq_row_append_shown(const struct kq_row *row, size_t column, struct kq_buffer *text)
{
    assert(row->count == row->column_count);
    struct kq_slice cell = row->cells[column];
    bool may_be_list =
        row->columns[column].kind == KQ_COLUMN_JSON && kq_slice_starts_with(cell, KQ_SLICE("["));
    if (!may_be_list || !append_list(row, cell, text)) {
        kq_append_shown(text, cell, false);
    }
}
