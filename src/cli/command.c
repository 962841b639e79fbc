/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/command.h"

#include <assert.h>
#include <stdio.h>

static const struct kq_flag common_flags[] = {
    {.name = "json",
     .kind = KQ_FLAG_SWITCH,
     .text = "print JSON, for programs; errors too, on standard error"},
    {.name = "table",
     .kind = KQ_FLAG_SWITCH,
     .text = "print records and lists as on a terminal, also into a pipe, where they are JSON otherwise"},
    {.name = "config",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text =
         "settings, `name = value` lines (default: kaquan.conf in the data directory; of calls and profiles "
         "~/.config/kaquan/config)"},
    {.name = "help", .kind = KQ_FLAG_SWITCH, .text = "show this"},
};

const struct kq_flag *kq_command_flag(const struct kq_command *command, size_t index)
{
    if (index < command->flag_count) {
        return &command->flags[index];
    }
    index -= command->flag_count;
    return index < KQ_COUNT(common_flags) ? &common_flags[index] : NULL;
}

bool kq_flag_name_equal(struct kq_slice a, struct kq_slice b)
{
    bool equal = a.size == b.size;
    for (size_t i = 0; equal && i < a.size; i++) {
        char left = a.data[i] == '_' ? '-' : a.data[i];
        equal = left == (b.data[i] == '_' ? '-' : b.data[i]);
    }
    return equal;
}

size_t kq_command_flag_index(const struct kq_command *command, struct kq_slice name)
{
    size_t index = 0;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    while (flag != NULL && !kq_flag_name_equal(kq_slice_of(flag->name), name)) {
        flag = kq_command_flag(command, ++index);
    }
    return index;
}

void kq_command_title(const struct kq_command *command, char text[KQ_COMMAND_TITLE_SIZE])
{
    const char *group = command->group == NULL ? "" : command->group;
    snprintf(text, KQ_COMMAND_TITLE_SIZE, "%s%s%s", group, group[0] == '\0' ? "" : " ", command->name);
}

static const struct kq_value *value_of(const struct kq_invocation *invocation, const char *name)
{
    size_t index = kq_command_flag_index(invocation->command, kq_slice_of(name));
    assert(kq_command_flag(invocation->command, index) !=
           NULL); /* a name that no row has is a mistake in this program */
    return &invocation->values[index];
}

bool kq_flag_is_given(const struct kq_invocation *invocation, const char *name)
{
    enum kq_value_level level = value_of(invocation, name)->level;
    return level != KQ_VALUE_NONE && level != KQ_VALUE_FALLBACK;
}

struct kq_slice kq_flag_text(const struct kq_invocation *invocation, const char *name)
{
    return value_of(invocation, name)->text;
}

int64_t kq_flag_number(const struct kq_invocation *invocation, const char *name)
{
    return value_of(invocation, name)->number;
}

bool kq_flag_switch(const struct kq_invocation *invocation, const char *name)
{
    return value_of(invocation, name)->number != 0;
}

const struct kq_slice *kq_flag_list(const struct kq_invocation *invocation, const char *name, size_t *count)
{
    const struct kq_value *value = value_of(invocation, name);
    *count = value->count;
    return value->items;
}
