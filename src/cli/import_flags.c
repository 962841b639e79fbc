/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_flags.h"

#include <stdio.h>

/* Longer than any column's name. */
#define NAME_SIZE 64

static struct kq_value *value_of(const struct kq_invocation *invocation,
                                 const struct kq_import_column *column)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof(name), "%s", column->name);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    return &invocation->values[kq_command_flag_index(invocation->command, kq_slice_of(name))];
}

static void read_column(const struct kq_invocation *invocation, const struct kq_import_column *column,
                        struct kq_import_values *values)
{
    struct kq_value *value = value_of(invocation, column);
    if (column->is_list) {
        *values = (struct kq_import_values){.items = value->items, .count = value->count};
    } else {
        *values = (struct kq_import_values){.items = &value->text, .count = value->text.size > 0 ? 1 : 0};
    }
}

void kq_import_row_from_flags(const struct kq_invocation *invocation, const struct kq_import_column *columns,
                              size_t column_count, struct kq_import_values *values)
{
    for (size_t i = 0; i < column_count; i++) {
        read_column(invocation, &columns[i], &values[i]);
    }
}

const struct kq_import_column *kq_import_column_on_command_line(const struct kq_invocation *invocation,
                                                                const struct kq_import_column *columns,
                                                                size_t column_count)
{
    for (size_t i = 0; i < column_count; i++) {
        if (value_of(invocation, &columns[i])->level == KQ_VALUE_COMMAND_LINE) {
            return &columns[i];
        }
    }
    return NULL;
}
