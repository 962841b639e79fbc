/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/line_reader.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"

/* Room for a record at its longest, its CRLF, and as much again to read ahead. */
#define CAPACITY_BYTES (2 * KQ_RECORD_MAX_BYTES)

static const char byte_order_mark[] = "\xEF\xBB\xBF";

/* Reads more behind `end`, after moving the record to the front where there is no room. */
static struct kq_result fill(struct kq_line_reader *reader, struct kq_error *error)
{
    if (reader->begin > 0) {
        memmove(reader->data, reader->data + reader->begin, reader->end - reader->begin);
        reader->end -= reader->begin;
        reader->next -= reader->begin;
        reader->first_next -= reader->begin;
        reader->begin = 0;
    }
    ssize_t size = 0;
    do {
        size = read(reader->file, reader->data + reader->end, CAPACITY_BYTES - reader->end);
    } while (size < 0 && errno == EINTR);
    KQ_ENSURE(size >= 0, error, KQ_E_IO, "the input cannot be read: %s", strerror(errno));
    reader->at_file_end = size == 0;
    reader->end += (size_t)size;
    return KQ_OK;
}

struct kq_result kq_line_reader_open(struct kq_line_reader *reader, int file, struct kq_error *error)
{
    *reader = (struct kq_line_reader){.file = file, .next_line = 1};
    reader->data = kq_memory_allocate(CAPACITY_BYTES);
    KQ_ENSURE_MEMORY(reader->data != NULL, error);
    size_t mark_size = sizeof(byte_order_mark) - 1;
    while (reader->end < mark_size && !reader->at_file_end) {
        KQ_TRY(fill(reader, error));
    }
    if (reader->end >= mark_size && memcmp(reader->data, byte_order_mark, mark_size) == 0) {
        reader->begin = reader->next = reader->first_next = mark_size;
        reader->taken_bytes = mark_size;
    }
    return KQ_OK;
}

void kq_line_reader_close(struct kq_line_reader *reader)
{
    kq_memory_free(reader->data);
    reader->data = NULL;
}

/* Looks for the line end behind `next`, reading on as long as the record can still be short enough. *line_end
 * is its place, or `end` where the file ends first; false: neither within the bounds. */
static struct kq_result find_line_end(struct kq_line_reader *reader, size_t *line_end, bool *found,
                                      struct kq_error *error)
{
    size_t looked = reader->next;
    for (;;) {
        const char *at = memchr(reader->data + looked, '\n', reader->end - looked);
        *line_end = at == NULL ? reader->end : (size_t)(at - reader->data);
        *found = *line_end - reader->begin <= KQ_RECORD_MAX_BYTES + 1; /* a CR may stand at the end */
        if (at != NULL || reader->at_file_end || !*found) {
            return KQ_OK;
        }
        size_t unmoved_begin = reader->begin;
        looked = reader->end;
        KQ_TRY(fill(reader, error));
        looked -= unmoved_begin - reader->begin;
    }
}

/* The record ends at `line_end`, the place of an LF or the file's end. False: it is too long. */
static bool set_end(struct kq_line_reader *reader, size_t line_end)
{
    bool has_cr = line_end > reader->begin && reader->data[line_end - 1] == '\r';
    size_t size = line_end - reader->begin - (has_cr ? 1 : 0);
    if (size > KQ_RECORD_MAX_BYTES) {
        return false;
    }
    reader->size = size;
    reader->next = line_end < reader->end ? line_end + 1 : line_end;
    reader->next_line++;
    return true;
}

/* Drops what was read of a line that is too long, and the rest of it. */
static struct kq_result skip_line(struct kq_line_reader *reader, struct kq_error *error)
{
    for (;;) {
        const char *at = memchr(reader->data + reader->next, '\n', reader->end - reader->next);
        size_t stop = at == NULL ? reader->end : (size_t)(at - reader->data) + 1;
        reader->taken_bytes += stop - reader->begin;
        reader->begin = reader->next = reader->first_next = stop;
        reader->size = 0;
        if (at != NULL || reader->at_file_end) {
            reader->next_line++;
            return KQ_OK;
        }
        KQ_TRY(fill(reader, error));
    }
}

static struct kq_slice record_of(const struct kq_line_reader *reader)
{
    return (struct kq_slice){.data = reader->data + reader->begin, .size = reader->size};
}

struct kq_result kq_line_reader_next(struct kq_line_reader *reader, enum kq_line_outcome *outcome,
                                     struct kq_slice *record, struct kq_error *error)
{
    reader->taken_bytes += reader->next - reader->begin;
    reader->begin = reader->first_next = reader->next;
    reader->line = reader->next_line;
    size_t line_end = 0;
    bool found = false;
    KQ_TRY(find_line_end(reader, &line_end, &found, error));
    *record = KQ_SLICE_EMPTY;
    if (found && line_end == reader->begin && line_end == reader->end) {
        *outcome = KQ_LINE_END;
        return KQ_OK;
    }
    if (!found || !set_end(reader, line_end)) {
        *outcome = KQ_LINE_TOO_LONG;
        return skip_line(reader, error);
    }
    reader->first_next = reader->next;
    *outcome = KQ_LINE_THERE;
    *record = record_of(reader);
    return KQ_OK;
}

struct kq_result kq_line_reader_extend(struct kq_line_reader *reader, bool *longer, struct kq_slice *record,
                                       struct kq_error *error)
{
    size_t line_end = 0;
    bool found = false;
    KQ_TRY(find_line_end(reader, &line_end, &found, error));
    bool at_end = found && reader->next == reader->end && reader->at_file_end;
    *longer = found && !at_end && set_end(reader, line_end);
    *record = record_of(reader);
    return KQ_OK;
}

void kq_line_reader_shrink(struct kq_line_reader *reader)
{
    reader->next = reader->first_next;
    reader->next_line = reader->line + 1;
}

struct kq_result kq_line_reader_peek(struct kq_line_reader *reader, int *first, struct kq_error *error)
{
    *first = -1;
    for (size_t at = reader->next;; at++) {
        if (at == reader->end && !reader->at_file_end && reader->end < CAPACITY_BYTES) {
            size_t unmoved_begin = reader->begin;
            KQ_TRY(fill(reader, error));
            at -= unmoved_begin - reader->begin;
        }
        if (at == reader->end) {
            return KQ_OK;
        }
        if (memchr(" \t\r\n", reader->data[at], 4) == NULL) {
            *first = (unsigned char)reader->data[at];
            return KQ_OK;
        }
    }
}
