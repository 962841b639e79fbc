/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_APPLICATION_ROWS_H
#define KQ_CLI_APPLICATION_ROWS_H

#include "cli/row.h"
#include "domain/application.h"

/* How an application is shown: by `app list` and `app show` alike. */
#define KQ_APPLICATION_COLUMN_COUNT 14
extern const struct kq_column kq_application_columns[KQ_APPLICATION_COLUMN_COUNT];

/* `item` is a struct kq_application. Keys are shown by their fingerprints, certificates by their
 * serial numbers, a content key not at all. */
void kq_application_fill(struct kq_row *row, const void *item);

#endif
