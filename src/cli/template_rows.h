/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_TEMPLATE_ROWS_H
#define KQ_CLI_TEMPLATE_ROWS_H

#include <stdint.h>

#include "cli/row.h"
#include "domain/template.h"

/* How a template is shown: by `template list` and `template show` alike, but for the last two columns, which
 * the list has not. */
#define KQ_TEMPLATE_LIST_COLUMN_COUNT 34
#define KQ_TEMPLATE_COLUMN_COUNT 36
extern const struct kq_column kq_template_columns[KQ_TEMPLATE_COLUMN_COUNT];

/* Its state is a matter of the time, and so is what has expired. */
struct kq_template_at {
    const struct kq_template *template;
    int64_t now_s;
    const struct kq_expired *expired; /* NULL: for the list */
};

/* `item` is a struct kq_template_at. */
void kq_template_fill(struct kq_row *row, const void *item);

#endif
