/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_source.h"

static bool is_blank(struct kq_slice record)
{
    return kq_slice_trim(record).size == 0;
}

static size_t count_quotes(struct kq_slice text)
{
    size_t count = 0;
    for (size_t i = 0; i < text.size; i++) {
        count += text.data[i] == '"' ? 1 : 0;
    }
    return count;
}

/* A record that is open goes on as long as the number of its quotes is odd: so each line is looked at once,
 * however many there are. *whole false: it never ends. */
static struct kq_result extend_record(struct kq_import_source *source, struct kq_slice *text, bool *whole,
                                      struct kq_error *error)
{
    size_t counted = text->size;
    size_t quotes = 1;
    bool longer = true;
    while (longer && quotes % 2 != 0) {
        KQ_TRY(kq_line_reader_extend(&source->reader, &longer, text, error));
        quotes += count_quotes((struct kq_slice){.data = text->data + counted, .size = text->size - counted});
        counted = text->size;
    }
    *whole = quotes % 2 == 0;
    return KQ_OK;
}

/* Where a record never ends as it should, its first line is the bad one, and those after it are looked at
 * again. */
static struct kq_result read_csv(struct kq_import_source *source, struct kq_slice text,
                                 struct kq_arena *arena, struct kq_csv_record *record, struct kq_error *error)
{
    KQ_TRY(kq_csv_read(text, arena, record, error));
    if (!record->open) {
        return KQ_OK;
    }
    bool whole = false;
    KQ_TRY(extend_record(source, &text, &whole, error));
    whole = whole && kq_csv_read(text, arena, record, error).ok && !record->open;
    if (!whole) {
        kq_line_reader_shrink(&source->reader);
        return kq_fail(error, KQ_E_BAD_INPUT, "a quote is opened and not closed as it should be");
    }
    return KQ_OK;
}

static struct kq_result read_header(struct kq_import_source *source, struct kq_arena *arena,
                                    struct kq_error *error)
{
    enum kq_line_outcome outcome = KQ_LINE_END;
    struct kq_slice text;
    do {
        KQ_TRY(kq_line_reader_next(&source->reader, &outcome, &text, error));
    } while (outcome == KQ_LINE_THERE && is_blank(text));
    KQ_ENSURE(outcome != KQ_LINE_TOO_LONG, error, KQ_E_BAD_INPUT, "the header is longer than %zu bytes",
              KQ_RECORD_MAX_BYTES);
    if (outcome == KQ_LINE_END) {
        return KQ_OK;
    }
    struct kq_csv_record record;
    struct kq_result result = read_csv(source, text, arena, &record, error);
    if (result.ok) {
        result =
            kq_import_header_read(&record, source->columns, source->column_count, &source->header, error);
    }
    return result.ok ? KQ_OK : kq_fail_in(error, "line %llu", source->reader.line);
}

struct kq_result kq_import_source_open(struct kq_import_source *source, int file,
                                       enum kq_import_format format, const struct kq_import_column *columns,
                                       size_t column_count, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    *source = (struct kq_import_source){.columns = columns, .column_count = column_count, .format = format};
    KQ_TRY(kq_line_reader_open(&source->reader, file, error));
    if (format == KQ_IMPORT_FORMAT_UNKNOWN) {
        int first = -1;
        KQ_TRY(kq_line_reader_peek(&source->reader, &first, error));
        source->format = first == '{' ? KQ_IMPORT_FORMAT_JSON_LINES : KQ_IMPORT_FORMAT_CSV;
    }
    return source->format == KQ_IMPORT_FORMAT_CSV ? read_header(source, &arena, error) : KQ_OK;
}

void kq_import_source_close(struct kq_import_source *source)
{
    kq_line_reader_close(&source->reader);
}

static struct kq_result read_values(struct kq_import_source *source, struct kq_slice text,
                                    struct kq_arena *arena, struct kq_import_values *values,
                                    struct kq_error *error)
{
    if (source->format == KQ_IMPORT_FORMAT_JSON_LINES) {
        return kq_import_row_from_json(text, source->columns, source->column_count, arena, values, error);
    }
    struct kq_csv_record record;
    KQ_TRY(read_csv(source, text, arena, &record, error));
    return kq_import_row_from_csv(&record, &source->header, source->columns, source->column_count, arena,
                                  values, error);
}

/* A line that is not blank, or the end. */
static struct kq_result take_line(struct kq_import_source *source, enum kq_line_outcome *outcome,
                                  struct kq_slice *text, struct kq_error *error)
{
    do {
        KQ_TRY(kq_line_reader_next(&source->reader, outcome, text, error));
    } while (*outcome == KQ_LINE_THERE && is_blank(*text));
    return KQ_OK;
}

struct kq_result kq_import_source_next(struct kq_import_source *source, struct kq_arena *arena,
                                       struct kq_import_record *record, struct kq_error *error)
{
    enum kq_line_outcome line = KQ_LINE_END;
    struct kq_slice text;
    KQ_TRY(take_line(source, &line, &text, error));
    record->line = source->reader.line;
    record->outcome = line == KQ_LINE_END ? KQ_IMPORT_END : KQ_IMPORT_ROW;
    record->refusal = (struct kq_error){0};
    struct kq_result result = KQ_OK;
    if (line == KQ_LINE_TOO_LONG) {
        result = kq_fail(&record->refusal, KQ_E_BAD_INPUT, "longer than %zu bytes", KQ_RECORD_MAX_BYTES);
    } else if (line == KQ_LINE_THERE) {
        result = read_values(source, text, arena, record->values, &record->refusal);
    }
    if (result.ok) {
        return KQ_OK;
    }
    if (kq_error_category(record->refusal.code) == KQ_CATEGORY_INTERNAL) {
        *error = record->refusal;
        return kq_fail_in(error, "line %llu", record->line);
    }
    record->outcome = KQ_IMPORT_REFUSED;
    return KQ_OK;
}
