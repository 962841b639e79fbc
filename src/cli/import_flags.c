/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_flags.h"

#include <stdio.h>

/* Longer than any column's name. */
#define NAME_SIZE 64

static void read_column(const struct kq_invocation *invocation, const struct kq_import_column *column,
                        struct kq_import_values *values)
{
    char name[NAME_SIZE];
    snprintf(name, sizeof(name), "%s", column->name);
    for (char *at = name; *at != '\0'; at++) {
        *at = *at == '_' ? '-' : *at;
    }
    size_t index = kq_command_flag_index(invocation->command, kq_slice_of(name));
    struct kq_value *value = &invocation->values[index];
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
