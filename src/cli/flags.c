/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/flags.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "base/time.h"
#include "cli/nearest.h"
#include "wire/charset.h"

struct kq_result kq_invocation_init(struct kq_invocation *invocation, const struct kq_command *command,
                                    struct kq_error *error)
{
    *invocation = (struct kq_invocation){.command = command};
    size_t count = 0;
    while (kq_command_flag(command, count) != NULL) {
        count++;
    }
    invocation->values = kq_arena_allocate_array(&invocation->arena, count, sizeof(struct kq_value));
    KQ_ENSURE_MEMORY(invocation->values != NULL, error);
    return KQ_OK;
}

void kq_invocation_free(struct kq_invocation *invocation)
{
    kq_arena_free(&invocation->arena);
}

static struct kq_result read_number(const struct kq_flag *flag, struct kq_slice text, const char *source,
                                    int64_t *number, struct kq_error *error)
{
    char *end = NULL;
    errno = 0;
    long long read = strtoll(text.data, &end, 10);
    struct kq_slice digits = text.data[0] == '-' ? (struct kq_slice){text.data + 1, text.size - 1} : text;
    bool valid = kq_slice_is_digits(digits) && *end == '\0' && errno == 0 && read >= flag->minimum &&
                 read <= flag->maximum;
    KQ_ENSURE(valid, error, KQ_E_USAGE, "%s takes a whole number from %" PRId64 " to %" PRId64 ", not %.*s",
              source, flag->minimum, flag->maximum, KQ_SLICE_PRINT(text));
    *number = read;
    return KQ_OK;
}

static struct kq_result read_switch(struct kq_slice text, const char *source, int64_t *number,
                                    struct kq_error *error)
{
    bool on = kq_slice_equal(text, KQ_SLICE("true")) || kq_slice_equal(text, KQ_SLICE("1"));
    KQ_ENSURE(on || kq_slice_equal(text, KQ_SLICE("false")) || kq_slice_equal(text, KQ_SLICE("0")), error,
              KQ_E_USAGE, "%s is true or false, not %.*s", source, KQ_SLICE_PRINT(text));
    *number = on ? 1 : 0;
    return KQ_OK;
}

static struct kq_result read_value(const struct kq_flag *flag, struct kq_slice text, const char *source,
                                   int64_t *number, struct kq_error *error)
{
    KQ_ENSURE(kq_utf8_is_valid(text), error, KQ_E_USAGE, "%s is not UTF-8 text", source);
    KQ_ENSURE(flag->max_chars == 0 || kq_utf8_count(text) <= flag->max_chars, error, KQ_E_USAGE,
              "%s takes at most %zu characters", source, flag->max_chars);
    switch (flag->kind) {
    case KQ_FLAG_NUMBER:
        return read_number(flag, text, source, number, error);
    case KQ_FLAG_SWITCH:
        return read_switch(text, source, number, error);
    case KQ_FLAG_MONEY:
        KQ_ENSURE(kq_money_parse(text, number, error).ok, error, KQ_E_USAGE,
                  "%s takes yuan with at most two decimals, like 9.99, not %.*s", source,
                  KQ_SLICE_PRINT(text));
        return KQ_OK;
    case KQ_FLAG_TIME:
        KQ_ENSURE(kq_time_parse(text, number, error).ok, error, KQ_E_USAGE,
                  "%s takes a Beijing time like \"2026-01-31 08:00:00\", not \"%.*s\"", source,
                  KQ_SLICE_PRINT(text));
        return KQ_OK;
    case KQ_FLAG_DAY:
        KQ_ENSURE(kq_time_parse_day(text, number, error).ok, error, KQ_E_USAGE,
                  "%s takes a Beijing day like 2026-01-31, not \"%.*s\"", source, KQ_SLICE_PRINT(text));
        return KQ_OK;
    case KQ_FLAG_TEXT:
    case KQ_FLAG_LIST:
        return KQ_OK;
    }
    return kq_fail(error, KQ_E_INTERNAL, "a flag of unknown kind");
}

static struct kq_result append_item(struct kq_invocation *invocation, struct kq_value *value,
                                    struct kq_slice text, struct kq_error *error)
{
    if (value->count == value->capacity) {
        size_t capacity = value->capacity == 0 ? 8 : value->capacity * 2;
        struct kq_slice *items = kq_arena_allocate_array(&invocation->arena, capacity, sizeof(*items));
        KQ_ENSURE_MEMORY(items != NULL, error);
        for (size_t i = 0; i < value->count; i++) {
            items[i] = value->items[i];
        }
        value->items = items;
        value->capacity = capacity;
    }
    value->items[value->count++] = text;
    return KQ_OK;
}

struct kq_result kq_invocation_give(struct kq_invocation *invocation, size_t flag_index,
                                    enum kq_value_level level, struct kq_slice text, const char *source,
                                    struct kq_error *error)
{
    const struct kq_flag *flag = kq_command_flag(invocation->command, flag_index);
    struct kq_value *value = &invocation->values[flag_index];
    if (value->level != KQ_VALUE_NONE && value->level != level) {
        return KQ_OK;
    }
    bool repeatable = flag->kind == KQ_FLAG_LIST || flag->kind == KQ_FLAG_SWITCH;
    KQ_ENSURE(repeatable || value->level == KQ_VALUE_NONE, error, KQ_E_USAGE,
              "%s is given twice, and takes one value", source);
    struct kq_slice copy = kq_arena_copy(&invocation->arena, text);
    KQ_ENSURE_MEMORY(copy.data != NULL, error);
    KQ_TRY(read_value(flag, copy, source, &value->number, error));
    value->level = level;
    value->text = copy;
    return flag->kind == KQ_FLAG_LIST ? append_item(invocation, value, copy, error) : KQ_OK;
}

struct kq_result kq_flags_refuse_unknown(const struct kq_command *command, struct kq_slice name,
                                         struct kq_error *error)
{
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, name);
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        kq_nearest_consider(&nearest, flag->name);
    }
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    if (nearest.best != NULL) {
        return kq_fail(error, KQ_E_USAGE, "there is no flag --%.*s; did you mean --%s?", KQ_SLICE_PRINT(name),
                       nearest.best);
    }
    return kq_fail(error, KQ_E_USAGE, "there is no flag --%.*s: `kaquan %s --help` lists them",
                   KQ_SLICE_PRINT(name), title);
}

static struct kq_result keep_field(struct kq_invocation *invocation, struct kq_given_field field,
                                   struct kq_error *error)
{
    KQ_ENSURE(kq_utf8_is_valid(field.name) && kq_utf8_is_valid(field.value), error, KQ_E_USAGE,
              "--%.*s is not UTF-8 text", KQ_SLICE_PRINT(field.name));
    if (invocation->field_count == invocation->field_capacity) {
        size_t capacity = invocation->field_capacity == 0 ? 16 : invocation->field_capacity * 2;
        struct kq_given_field *fields =
            kq_arena_allocate_array(&invocation->arena, capacity, sizeof(*fields));
        KQ_ENSURE_MEMORY(fields != NULL, error);
        for (size_t i = 0; i < invocation->field_count; i++) {
            fields[i] = invocation->fields[i];
        }
        invocation->fields = fields;
        invocation->field_capacity = capacity;
    }
    invocation->fields[invocation->field_count++] = field;
    return KQ_OK;
}

static bool is_value(int count, char *const *arguments, int at)
{
    return at < count && !kq_slice_starts_with(kq_slice_of(arguments[at]), KQ_SLICE("--"));
}

/* arguments[*at] begins with two dashes and more; moves *at onto the value where that is an argument of its
 * own. */
static struct kq_result parse_flag(struct kq_invocation *invocation, int count, char *const *arguments,
                                   int *at, struct kq_error *error)
{
    struct kq_slice argument = kq_slice_of(arguments[*at] + 2);
    size_t equals = kq_slice_find(argument, '=');
    struct kq_slice name = {.data = argument.data, .size = equals};
    size_t index = kq_command_flag_index(invocation->command, name);
    const struct kq_flag *flag = kq_command_flag(invocation->command, index);
    if (flag == NULL && invocation->command->takes_fields) {
        struct kq_given_field field = {.name = name, .has_value = equals < argument.size};
        if (field.has_value) {
            field.value = kq_slice_of(argument.data + equals + 1);
        } else if (is_value(count, arguments, *at + 1)) {
            field.value = kq_slice_of(arguments[++*at]);
            field.has_value = true;
        }
        return keep_field(invocation, field, error);
    }
    if (flag == NULL) {
        return kq_flags_refuse_unknown(invocation->command, name, error);
    }
    char source[KQ_COMMAND_TITLE_SIZE];
    snprintf(source, sizeof(source), "--%s", flag->name);
    struct kq_slice value = KQ_SLICE("true");
    if (equals < argument.size) {
        value = kq_slice_of(argument.data + equals + 1);
    } else if (flag->kind != KQ_FLAG_SWITCH) {
        KQ_ENSURE(is_value(count, arguments, *at + 1), error, KQ_E_USAGE, "--%s needs a value: --%s %s",
                  flag->name, flag->name, flag->value);
        value = kq_slice_of(arguments[++*at]);
    }
    return kq_invocation_give(invocation, index, KQ_VALUE_COMMAND_LINE, value, source, error);
}

static struct kq_result parse_operand(struct kq_invocation *invocation, const char *argument,
                                      struct kq_error *error)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(invocation->command, title);
    KQ_ENSURE(invocation->command->operand != NULL, error, KQ_E_USAGE,
              "`kaquan %s` takes only flags, not %s: `kaquan %s --help` lists them", title, argument, title);
    KQ_ENSURE(invocation->operand.size == 0, error, KQ_E_USAGE,
              "`kaquan %s` takes one %s; %s is one too many", title, invocation->command->operand, argument);
    invocation->operand = kq_slice_of(argument);
    KQ_ENSURE(kq_utf8_is_valid(invocation->operand), error, KQ_E_USAGE, "%s is not UTF-8 text",
              invocation->command->operand);
    return KQ_OK;
}

struct kq_result kq_flags_parse(struct kq_invocation *invocation, int count, char *const *arguments,
                                struct kq_error *error)
{
    bool operands_only = false;
    for (int at = 0; at < count; at++) {
        struct kq_slice argument = kq_slice_of(arguments[at]);
        if (operands_only || !kq_slice_starts_with(argument, KQ_SLICE("-")) || argument.size == 1) {
            KQ_TRY(parse_operand(invocation, arguments[at], error));
        } else if (kq_slice_equal(argument, KQ_SLICE("--"))) {
            operands_only = true;
        } else if (kq_slice_equal(argument, KQ_SLICE("-h"))) {
            invocation->help = true;
        } else {
            KQ_ENSURE(kq_slice_starts_with(argument, KQ_SLICE("--")), error, KQ_E_USAGE,
                      "flags begin with two dashes: -%s", arguments[at]);
            KQ_TRY(parse_flag(invocation, count, arguments, &at, error));
        }
    }
    invocation->json = kq_flag_switch(invocation, "json");
    invocation->help = invocation->help || kq_flag_switch(invocation, "help");
    return KQ_OK;
}

struct kq_result kq_flags_check(const struct kq_invocation *invocation, struct kq_error *error)
{
    const struct kq_command *command = invocation->command;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        const struct kq_value *value = &invocation->values[i];
        bool missing = flag->required && (value->level == KQ_VALUE_NONE || value->text.size == 0);
        KQ_ENSURE(!missing || invocation->unchosen_profile.size == 0, error, KQ_E_USAGE,
                  "--%s %s is missing: %s; no profile was chosen (--profile %.*s)", flag->name, flag->value,
                  flag->text, KQ_SLICE_PRINT(invocation->unchosen_profile));
        KQ_ENSURE(!missing, error, KQ_E_USAGE, "--%s %s is missing: %s", flag->name, flag->value, flag->text);
    }
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    bool needs_operand = command->operand != NULL && !command->operand_optional;
    KQ_ENSURE(!needs_operand || invocation->operand.size > 0, error, KQ_E_USAGE,
              "`kaquan %s` needs a %s: `kaquan %s --help` shows an example", title, command->operand, title);
    return KQ_OK;
}
