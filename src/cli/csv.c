/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include "base/cursor.h"

/* Behind the opening quote. Takes up to and with the closing one. */
static struct kq_result take_quoted(struct kq_cursor *cursor, struct kq_arena *arena, struct kq_slice *field,
                                    bool *open, struct kq_error *error)
{
    struct kq_slice text = {.data = cursor->at, .size = kq_cursor_left(cursor)};
    size_t size = 0;
    size_t doubled = 0;
    while (size < text.size &&
           !(text.data[size] == '"' && (size + 1 == text.size || text.data[size + 1] != '"'))) {
        doubled += text.data[size] == '"' ? 1 : 0;
        size += text.data[size] == '"' ? 2 : 1;
    }
    *open = size >= text.size;
    if (*open) {
        return KQ_OK;
    }
    cursor->at += size + 1;
    *field = (struct kq_slice){.data = text.data, .size = size};
    if (doubled == 0) {
        return KQ_OK;
    }
    char *copy = kq_arena_allocate(arena, size - doubled + 1);
    KQ_ENSURE_MEMORY(copy != NULL, error);
    size_t written = 0;
    for (size_t i = 0; i < size; i += text.data[i] == '"' ? 2 : 1) {
        copy[written++] = text.data[i];
    }
    *field = (struct kq_slice){.data = copy, .size = written};
    return KQ_OK;
}

static struct kq_result take_field(struct kq_cursor *cursor, struct kq_arena *arena,
                                   struct kq_csv_record *record, struct kq_error *error)
{
    struct kq_slice *field = &record->fields[record->count++];
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("\""))) {
        struct kq_slice rest = {.data = cursor->at, .size = kq_cursor_left(cursor)};
        struct kq_slice plain = {.data = rest.data, .size = kq_slice_find(rest, ',')};
        KQ_ENSURE(kq_slice_find(plain, '"') == plain.size, error, KQ_E_BAD_INPUT,
                  "field %zu holds a quote, so it must begin with one, end with one, and double those within",
                  record->count);
        *field = plain;
        cursor->at = plain.size == 0 ? cursor->at : cursor->at + plain.size;
        return KQ_OK;
    }
    KQ_TRY(take_quoted(cursor, arena, field, &record->open, error));
    int next = kq_cursor_peek(cursor);
    KQ_ENSURE(record->open || next == -1 || next == ',', error, KQ_E_BAD_INPUT,
              "field %zu goes on behind its closing quote", record->count);
    return KQ_OK;
}

struct kq_result kq_csv_read(struct kq_slice text, struct kq_arena *arena, struct kq_csv_record *record,
                             struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    record->count = 0;
    record->open = false;
    do {
        KQ_ENSURE(record->count < KQ_CSV_FIELDS_MAX, error, KQ_E_BAD_INPUT, "more than %zu fields",
                  KQ_CSV_FIELDS_MAX);
        KQ_TRY(take_field(&cursor, arena, record, error));
    } while (!record->open && kq_cursor_take_literal(&cursor, KQ_SLICE(",")));
    return KQ_OK;
}

static bool needs_quotes(struct kq_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        if (byte == ',' || byte == '"' || byte == '\n' || byte == '\r') {
            return true;
        }
    }
    return false;
}

void kq_csv_append_field(struct kq_buffer *csv, bool is_first, struct kq_slice text)
{
    kq_buffer_append(csv, is_first ? KQ_SLICE("") : KQ_SLICE(","));
    if (!needs_quotes(text)) {
        kq_buffer_append(csv, text);
        return;
    }
    kq_buffer_append_byte(csv, '"');
    for (size_t i = 0; i < text.size; i++) {
        kq_buffer_append(csv, text.data[i] == '"' ? KQ_SLICE("\"") : KQ_SLICE(""));
        kq_buffer_append_byte(csv, text.data[i]);
    }
    kq_buffer_append_byte(csv, '"');
}
