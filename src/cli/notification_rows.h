/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_NOTIFICATION_ROWS_H
#define KQ_CLI_NOTIFICATION_ROWS_H

#include "cli/row.h"
#include "domain/notification.h"

/* How a notification is shown. */
#define KQ_NOTIFICATION_COLUMN_COUNT 15
extern const struct kq_column kq_notification_columns[KQ_NOTIFICATION_COLUMN_COUNT];

void kq_notification_fill(struct kq_row *row, const struct kq_notification *notification);

#endif
