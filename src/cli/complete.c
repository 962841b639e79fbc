/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/complete.h"

#include <stdlib.h>
#include <string.h>

#include "api/catalogue.h"
#include "base/arena.h"
#include "base/buffer.h"
#include "cli/call_method.h"
#include "cli/command.h"
#include "cli/commands.h"
#include "cli/config.h"
#include "cli/file.h"
#include "cli/locale.h"
#include "cli/method_fields.h"
#include "cli/settings.h"

/* A line on its way, behind the words of its command. */
struct line {
    FILE *out;
    const struct kq_command *command;
    const struct kq_method *method; /* that the operand names; NULL: none */
    int count;                      /* of the words before the one that is written */
    char *const *words;
    struct kq_slice lead;    /* `--flag=` before a value; printed before each candidate */
    struct kq_slice written; /* what candidates begin with */
};

/* What stands for a flag's value in help says what the value is. */
#define VALUE_FILE "FILE"
#define VALUE_DIRECTORY "DIR"
#define VALUE_METHOD "METHOD"

static bool is(const char *word, const char *expected)
{
    return word != NULL && strcmp(word, expected) == 0;
}

static bool is_flag(const char *word)
{
    return strncmp(word, "--", 2) == 0;
}

static void offer(const struct line *line, const char *candidate, const char *text)
{
    if (kq_slice_starts_with(kq_slice_of(candidate), line->written)) {
        fprintf(line->out, "%.*s%s\t%s\n", KQ_SLICE_PRINT(line->lead), candidate, text == NULL ? "" : text);
    }
}

static void offer_choices(const struct line *line, const char *const *choices)
{
    for (size_t i = 0; choices != NULL && choices[i] != NULL; i++) {
        offer(line, choices[i], NULL);
    }
}

/* What stands behind a dot of the name and is the end of no other. */
static void offer_ends(const struct line *line, const struct kq_method *method)
{
    struct kq_slice name = kq_slice_of(method->name);
    for (size_t at = 1; at < name.size; at++) {
        struct kq_slice end = {.data = name.data + at, .size = name.size - at};
        if (name.data[at - 1] == '.' && kq_call_method_find(end) == method) {
            offer(line, end.data, kq_text(method->text, method->text_zh));
        }
    }
}

/* Whole names; and where a beginning was written, the ends that are enough for a call: too many to be shown
 * to those who only ask which methods there are. */
static void offer_methods(const struct line *line, bool ends_too)
{
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const struct kq_method *method = kq_catalogue[i];
        offer(line, method->name, kq_text(method->text, method->text_zh));
    }
    for (size_t i = 0; ends_too && line->written.size > 0 && i < kq_catalogue_count; i++) {
        offer_ends(line, kq_catalogue[i]);
    }
}

/* The value that the line itself gives a flag; NULL: none. */
static const char *value_on_line(const struct line *line, const char *name)
{
    const char *value = NULL;
    size_t size = strlen(name);
    for (int i = 0; i < line->count; i++) {
        if (!is_flag(line->words[i]) || strncmp(line->words[i] + 2, name, size) != 0) {
            continue;
        }
        const char *behind = line->words[i] + 2 + size;
        if (*behind == '=') {
            value = behind + 1;
        } else if (*behind == '\0' && i + 1 < line->count) {
            value = line->words[i + 1];
        }
    }
    return value;
}

static struct kq_result offer_profiles(const struct line *line, struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_buffer text KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    const char *named = value_on_line(line, "config");
    struct kq_slice path = kq_slice_of(named != NULL ? named : getenv("KAQUAN_CONFIG"));
    if (path.size == 0) {
        KQ_TRY(kq_config_home(&arena, &path, error));
    }
    if (path.size == 0 || !kq_file_read(path.data, KQ_SETTINGS_MAX_BYTES, &text, NULL).ok) {
        return KQ_OK;
    }
    struct kq_config_line setting = kq_config_begin(path.data, kq_buffer_slice(&text));
    bool more = true;
    while (kq_config_next(&setting, &more, NULL).ok && more) {
        if (setting.kind == KQ_CONFIG_SECTION) {
            struct kq_slice name = kq_arena_copy(&arena, setting.profile);
            KQ_ENSURE_MEMORY(name.data != NULL, error);
            offer(line, name.data, NULL);
        }
    }
    return KQ_OK;
}

static struct kq_result offer_values(const struct line *line, const struct kq_flag *flag,
                                     struct kq_error *error)
{
    if (is(flag->name, "profile")) {
        return offer_profiles(line, error);
    }
    if (flag->choices != NULL) {
        offer_choices(line, flag->choices);
    } else if (flag->kind == KQ_FLAG_SWITCH) {
        offer_choices(line, (const char *const[]){"true", "false", NULL});
    } else if (is(flag->value, VALUE_FILE) || is(flag->value, VALUE_DIRECTORY)) {
        fputs(is(flag->value, VALUE_FILE) ? ":files\n" : ":directories\n", line->out);
    } else if (is(flag->value, VALUE_METHOD)) {
        offer_methods(line, false);
    }
    return KQ_OK;
}

static void offer_field_values(const struct line *line, const struct kq_field *field)
{
    if (field->type == KQ_FIELD_BOOLEAN) {
        offer_choices(line, (const char *const[]){"true", "false", NULL});
    }
    offer_choices(line, field->allowed);
}

/* `--template-id`, or `--vouchers.user-id`, without the dashes. NULL: not one of the method's fields. */
static const struct kq_field *field_of(const struct line *line, struct kq_slice path)
{
    const struct kq_fields *fields = line->method == NULL ? NULL : line->method->request;
    const struct kq_field *field = NULL;
    while (path.size > 0) {
        size_t dot = kq_slice_find(path, '.');
        struct kq_slice part = {.data = path.data, .size = dot};
        if (!kq_slice_is_digits(part)) {
            field = kq_method_field_find(fields, part);
            fields = field == NULL ? NULL : field->members;
        }
        size_t taken = dot < path.size ? dot + 1 : dot;
        path = (struct kq_slice){.data = path.data + taken, .size = path.size - taken};
    }
    return field;
}

static const struct kq_flag *flag_of(const struct line *line, struct kq_slice name)
{
    return kq_command_flag(line->command, kq_command_flag_index(line->command, name));
}

/* Does the flag or field of that name want the word behind it? */
static bool wants_value(const struct line *line, const char *word)
{
    struct kq_slice name = kq_slice_of(word + 2);
    if (kq_slice_find(name, '=') < name.size || name.size == 0) {
        return false;
    }
    const struct kq_flag *flag = flag_of(line, name);
    return flag != NULL ? flag->kind != KQ_FLAG_SWITCH : line->command->takes_fields;
}

static bool is_given(const struct line *line, struct kq_slice name)
{
    bool given = false;
    for (int i = 0; i < line->count && !given; i++) {
        if (is_flag(line->words[i])) {
            struct kq_slice word = kq_slice_of(line->words[i] + 2);
            word.size = kq_slice_find(word, '=');
            given = kq_flag_name_equal(word, name);
        }
    }
    return given;
}

static void offer_field(const struct line *line, const struct kq_field *field, const char *prefix)
{
    char flag[KQ_FIELD_FLAG_SIZE];
    char path[3 * KQ_FIELD_FLAG_SIZE];
    kq_method_field_flag(field, flag);
    int size = snprintf(path, sizeof(path), "--%s%s", prefix, flag + 2);
    bool is_list = field->type == KQ_FIELD_STRING_LIST || field->type == KQ_FIELD_OBJECT_LIST;
    bool is_member = prefix[0] != '\0';
    if (is_list || is_member || !is_given(line, kq_slice_of(flag + 2))) {
        offer(line, path, kq_text(field->text, field->text_zh));
    }
    const struct kq_field *member = kq_method_field(field->members, 0);
    for (size_t i = 0; member != NULL && !is_member; member = kq_method_field(field->members, ++i)) {
        snprintf(path + size, sizeof(path) - (size_t)size, ".");
        offer_field(line, member, path + 2);
    }
}

static void offer_flags(const struct line *line)
{
    const struct kq_fields *fields = line->method == NULL ? NULL : line->method->request;
    const struct kq_field *field = kq_method_field(fields, 0);
    for (size_t i = 0; field != NULL; field = kq_method_field(fields, ++i)) {
        offer_field(line, field, "");
    }
    const struct kq_flag *flag = kq_command_flag(line->command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(line->command, ++i)) {
        char name[KQ_FIELD_FLAG_SIZE];
        snprintf(name, sizeof(name), "--%s", flag->name);
        if (flag->kind == KQ_FLAG_LIST || !is_given(line, kq_slice_of(flag->name))) {
            offer(line, name, kq_local_text(flag->text));
        }
    }
}

static struct kq_result offer_operands(const struct line *line, struct kq_error *error)
{
    const char *operand = line->command->operand;
    if (is(operand, VALUE_METHOD)) {
        offer_methods(line, true);
    } else if (is(operand, "SHELL")) {
        offer_choices(line, (const char *const[]){"bash", "zsh", "fish", NULL});
    } else if (is(operand, "NAME") && is(line->command->group, "profile")) {
        return offer_profiles(line, error);
    } else if (is(operand, VALUE_FILE)) {
        fputs(":files\n", line->out);
    }
    return KQ_OK;
}

/* The word that is neither flag nor a flag's value; NULL: there is none. */
static const char *operand_of(const struct line *line)
{
    for (int i = 0; i < line->count; i++) {
        if (!is_flag(line->words[i])) {
            return line->words[i];
        }
        if (wants_value(line, line->words[i]) && i + 1 < line->count && !is_flag(line->words[i + 1])) {
            i++;
        }
    }
    return NULL;
}

/* The word before, where it is a flag and waits for its value. A field's is there where it is no boolean. */
static const char *waiting_flag(const struct line *line)
{
    if (line->count == 0) {
        return NULL;
    }
    const char *word = line->words[line->count - 1];
    bool is_value = line->count > 1 && is_flag(line->words[line->count - 2]) && !is_flag(word) &&
                    wants_value(line, line->words[line->count - 2]);
    return !is_value && is_flag(word) && wants_value(line, word) ? word : NULL;
}

static struct kq_result offer_values_of(const struct line *line, struct kq_slice name, struct kq_error *error)
{
    const struct kq_flag *flag = flag_of(line, name);
    const struct kq_field *field = flag == NULL ? field_of(line, name) : NULL;
    if (field != NULL) {
        offer_field_values(line, field);
    }
    return flag == NULL ? KQ_OK : offer_values(line, flag, error);
}

static struct kq_result complete_command(struct line *line, struct kq_error *error)
{
    const char *operand = operand_of(line);
    if (operand != NULL && line->command->takes_fields) {
        line->method = kq_call_method_find(kq_slice_of(operand));
    }
    const char *waiting = waiting_flag(line);
    size_t equals = kq_slice_find(line->written, '=');
    if (waiting != NULL && !kq_slice_starts_with(line->written, KQ_SLICE("--"))) {
        return offer_values_of(line, kq_slice_of(waiting + 2), error);
    }
    if (kq_slice_starts_with(line->written, KQ_SLICE("--")) && equals < line->written.size) {
        struct kq_slice name = {.data = line->written.data + 2, .size = equals - 2};
        line->lead = (struct kq_slice){.data = line->written.data, .size = equals + 1};
        line->written.data += equals + 1;
        line->written.size -= equals + 1;
        return offer_values_of(line, name, error);
    }
    bool begins_flag = kq_slice_starts_with(line->written, KQ_SLICE("-"));
    if (!begins_flag && operand == NULL && line->command->operand != NULL) {
        return offer_operands(line, error);
    }
    if (begins_flag || line->written.size == 0) {
        offer_flags(line);
    }
    return KQ_OK;
}

/* The first word, or (with a group) the second. */
static void offer_commands(const struct line *line, const char *group)
{
    const char *before = "";
    for (size_t i = 0; i < kq_command_count; i++) {
        const struct kq_command *command = kq_commands[i];
        bool is_here = group == NULL ? command->group == NULL : is(command->group, group);
        if (is_here) {
            offer(line, command->name, kq_local_text(command->text));
        } else if (group == NULL && !is(command->group, before)) {
            offer(line, command->group, "");
            before = command->group;
        }
    }
}

struct kq_result kq_complete(FILE *out, int count, char *const *words, struct kq_error *error)
{
    if (count == 0) {
        return KQ_OK;
    }
    struct line line = {.out = out, .written = kq_slice_of(words[count - 1])};
    bool explains = count > 1 && (is(words[0], "help") || is(words[0], "man"));
    if (explains) {
        words++;
        count--;
    }
    int taken = 0;
    line.command = kq_command_find(count - 1, words, &taken);
    if (line.command != NULL) {
        line.words = words + taken;
        line.count = count - 1 - taken;
        return explains && line.command->help == NULL ? KQ_OK : complete_command(&line, error);
    }
    if (count == 1) {
        offer_commands(&line, NULL);
        if (!explains) {
            offer(&line, "help", "");
            offer(&line, "man", "");
        }
    } else if (count == 2 && kq_command_is_group(words[0])) {
        offer_commands(&line, words[0]);
    }
    return KQ_OK;
}
