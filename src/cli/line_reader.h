/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_LINE_READER_H
#define KQ_CLI_LINE_READER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/slice.h"

/* A file of records, read in bounded memory. A record is a line, or several where a quoted field of a CSV
 * record holds line ends. */

/* A record at most: a pass with two JSON texts of 10000 characters, each of them escaped, fits; and it bounds
 * what a file without line ends can cost. */
#define KQ_RECORD_MAX_BYTES ((size_t)65536)

enum kq_line_outcome {
    KQ_LINE_THERE,
    KQ_LINE_TOO_LONG, /* skipped up to its end */
    KQ_LINE_END,      /* of the file */
};

struct kq_line_reader {
    int file; /* borrowed */
    char *data;
    size_t begin;      /* of the record */
    size_t size;       /* of the record, without its last line end */
    size_t next;       /* behind that line end */
    size_t first_next; /* behind the record's first line */
    size_t end;        /* of what was read */
    bool at_file_end;
    unsigned long long line;        /* where the record begins, from 1 */
    unsigned long long next_line;   /* where the next one does */
    unsigned long long taken_bytes; /* of the file, by finished records: for progress */
};

/* A byte order mark at the file's beginning is skipped. NO_MEMORY. */
KQ_MUST struct kq_result kq_line_reader_open(struct kq_line_reader *reader, int file, struct kq_error *error);
void kq_line_reader_close(struct kq_line_reader *reader);

/* The next line, without its end (LF or CRLF); IO. `record` is valid until the next call of any function
 * here. */
KQ_MUST struct kq_result kq_line_reader_next(struct kq_line_reader *reader, enum kq_line_outcome *outcome,
                                             struct kq_slice *record, struct kq_error *error);

/* Lengthens the record by the line that follows it, line end between them. *longer false: there is none, or
 * the record would be too long; then the record is as before. IO. */
KQ_MUST struct kq_result kq_line_reader_extend(struct kq_line_reader *reader, bool *longer,
                                               struct kq_slice *record, struct kq_error *error);

/* The record's lines but the first come again, as records of their own. */
void kq_line_reader_shrink(struct kq_line_reader *reader);

/* What the file begins with, behind a byte order mark and white space, or -1 where there is nothing. IO. */
KQ_MUST struct kq_result kq_line_reader_peek(struct kq_line_reader *reader, int *first,
                                             struct kq_error *error);

#endif
