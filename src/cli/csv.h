/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CSV_H
#define KQ_CLI_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Comma-separated values (RFC 4180, section 2): fields between commas; one that begins with a quote ends with
 * one, and holds commas, line ends and, doubled, quotes. Written here because the format is smaller than any
 * library's door. */

/* More than any table of ours has columns, several of one name included. */
#define KQ_CSV_FIELDS_MAX ((size_t)64)

struct kq_csv_record {
    struct kq_slice fields[KQ_CSV_FIELDS_MAX]; /* borrowed from the text, or made in the arena */
    size_t count;
    bool open; /* the text ends within a quoted field: the record may go on in the next line */
};

/* Reads one record, without its line end. Where `open` comes out true nothing else of the record counts.
 * BAD_INPUT says which field breaks the form and how, NO_MEMORY. */
KQ_MUST struct kq_result kq_csv_read(struct kq_slice text, struct kq_arena *arena,
                                     struct kq_csv_record *record, struct kq_error *error);

/* Appends a field, with the comma before it unless it is the record's first. Quoted where the text needs it.
 */
void kq_csv_append_field(struct kq_buffer *csv, bool is_first, struct kq_slice text);

#endif
