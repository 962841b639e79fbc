/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "api/catalogue.h"
#include "base/buffer.h"
#include "cli/import.h"
#include "wire/json.h"

#define TITLE_COLUMNS 23
#define FLAG_COLUMNS 32
#define ROW_COLUMNS 18
#define METHOD_COLUMNS 54

static bool is_in_group(const struct kq_command *command, struct kq_slice group)
{
    return group.size == 0 || kq_slice_equal(kq_slice_of(command->group), group);
}

void kq_help_overview(FILE *out, struct kq_slice group)
{
    if (group.size == 0) {
        fputs("Kaquan: a voucher system behind a gateway that speaks the Alipay Open Platform's protocol.\n\n"
              "  kaquan init --data demo\n"
              "  kaquan serve --data demo\n\n",
              out);
    }
    for (size_t i = 0; i < kq_command_count; i++) {
        if (is_in_group(kq_commands[i], group)) {
            char title[KQ_COMMAND_TITLE_SIZE];
            kq_command_title(kq_commands[i], title);
            fprintf(out, "  %-*s%s\n", TITLE_COLUMNS, title, kq_commands[i]->text);
        }
    }
    fprintf(out, "\n`kaquan help %s%sCOMMAND` explains one, with an example.\n",
            group.size == 0 ? "" : group.data, group.size == 0 ? "" : " ");
}

static void print_usage(FILE *out, const struct kq_command *command, const char *title)
{
    fprintf(out, "usage: kaquan %s", title);
    if (command->operand != NULL) {
        fprintf(out, command->operand_optional ? " [%s]" : " %s", command->operand);
    }
    bool optional = false;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        if (flag->required) {
            fprintf(out, " --%s %s", flag->name, flag->value);
        }
        optional = optional || !flag->required;
    }
    fputs(optional ? " [flags]\n\n" : "\n\n", out);
}

void kq_help_print_row(FILE *out, const char *head, const char *text)
{
    fprintf(out, "  %-*s %s", FLAG_COLUMNS, head, text);
}

static void print_flag(FILE *out, const struct kq_flag *flag)
{
    char head[96];
    snprintf(head, sizeof(head), "--%s%s%s%s", flag->name, flag->value == NULL ? "" : " ",
             flag->value == NULL ? "" : flag->value, flag->kind == KQ_FLAG_LIST ? "..." : "");
    kq_help_print_row(out, head, flag->text);
    if (flag->required) {
        fputs(" (required)", out);
    } else if (flag->fallback != NULL) {
        fprintf(out, " (default: %s)", flag->fallback);
    }
    fputs("\n", out);
}

static void print_examples(FILE *out, const struct kq_command *command)
{
    fprintf(out, "  %s\n", command->example);
    for (size_t i = 0; command->more_examples != NULL && command->more_examples[i] != NULL; i++) {
        fprintf(out, "  %s\n", command->more_examples[i]);
    }
    fputs("\n", out);
}

static void print_rows(FILE *out, const struct kq_import_plan *rows)
{
    fputs("\nA FILE is CSV with a header line that names its columns (in any order, letter case ignored), or "
          "JSON lines,\nan object each. Its columns, or members:\n",
          out);
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct kq_import_column *column = &rows->columns[i];
        fprintf(out, "  %-*s %s%s%s%s\n", ROW_COLUMNS, column->name, column->text,
                column->required ? " (required)" : "",
                column->is_list ? "; several: columns of that name, or a JSON array" : "",
                column->is_json ? ": a JSON object, as text or (in JSON lines) as itself" : "");
    }
}

static void print_methods(FILE *out)
{
    fputs("\nA METHOD's fields are flags too: `kaquan call METHOD --help` shows them, with limits and the "
          "method's codes.\nThe end of a name is enough where only one has it. METHODs:\n",
          out);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        fprintf(out, "  %-*s %s\n", METHOD_COLUMNS, kq_catalogue[i]->name, kq_catalogue[i]->text);
    }
}

void kq_help_command(FILE *out, const struct kq_command *command)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    fprintf(out, "kaquan %s: %s\n\n", title, command->text);
    print_examples(out, command);
    print_usage(out, command, title);
    bool has_lists = false;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        print_flag(out, flag);
        has_lists = has_lists || flag->kind == KQ_FLAG_LIST;
    }
    fputs(has_lists ? "\nA flag with ... may be given several times." : "", out);
    fputs(has_lists && command->rows != NULL ? "\n" : "", out);
    if (command->rows != NULL) {
        print_rows(out, command->rows);
    }
    if (command->takes_fields) {
        print_methods(out);
    }
    fputs("\nWhat no flag says comes from the environment (--data is KAQUAN_DATA), "
          "then from kaquan.conf (data = DIR).\n",
          out);
}

static void append_text(struct kq_buffer *json, const char *name, const char *text)
{
    kq_json_append_name(json, name);
    if (text == NULL) {
        kq_buffer_append(json, KQ_SLICE("null"));
    } else {
        kq_json_append_string(json, kq_slice_of(text));
    }
}

static void append_truth(struct kq_buffer *json, const char *name, bool truth)
{
    kq_json_append_name(json, name);
    kq_buffer_append(json, truth ? KQ_SLICE("true") : KQ_SLICE("false"));
}

static void append_flag(struct kq_buffer *json, const struct kq_flag *flag)
{
    kq_json_append_separator(json);
    kq_buffer_append_byte(json, '{');
    append_text(json, "name", flag->name);
    append_text(json, "value", flag->value);
    append_text(json, "text", flag->text);
    append_text(json, "default", flag->fallback);
    append_truth(json, "required", flag->required);
    append_truth(json, "repeatable", flag->kind == KQ_FLAG_LIST);
    kq_buffer_append_byte(json, '}');
}

static void append_examples(struct kq_buffer *json, const char *const *examples)
{
    kq_json_append_name(json, "more_examples");
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; examples != NULL && examples[i] != NULL; i++) {
        kq_json_append_separator(json);
        kq_json_append_string(json, kq_slice_of(examples[i]));
    }
    kq_buffer_append_byte(json, ']');
}

static void append_rows(struct kq_buffer *json, const struct kq_import_plan *rows)
{
    kq_json_append_name(json, "columns");
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; rows != NULL && i < rows->column_count; i++) {
        kq_json_append_separator(json);
        kq_buffer_append_byte(json, '{');
        append_text(json, "name", rows->columns[i].name);
        append_text(json, "text", rows->columns[i].text);
        append_truth(json, "required", rows->columns[i].required);
        append_truth(json, "repeatable", rows->columns[i].is_list);
        kq_buffer_append_byte(json, '}');
    }
    kq_buffer_append_byte(json, ']');
}

static void append_command(struct kq_buffer *json, const struct kq_command *command)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    kq_json_append_separator(json);
    kq_buffer_append_byte(json, '{');
    append_text(json, "command", title);
    append_text(json, "text", command->text);
    append_text(json, "example", command->example);
    append_examples(json, command->more_examples);
    append_text(json, "operand", command->operand);
    append_truth(json, "operand_optional", command->operand_optional);
    append_rows(json, command->rows);
    kq_json_append_name(json, "flags");
    kq_buffer_append_byte(json, '[');
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        append_flag(json, flag);
    }
    kq_buffer_append(json, KQ_SLICE("]}"));
}

void kq_help_json(FILE *out)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append_byte(&json, '[');
    for (size_t i = 0; i < kq_command_count; i++) {
        append_command(&json, kq_commands[i]);
    }
    kq_buffer_append_byte(&json, ']');
    if (!json.failed) {
        fprintf(out, "%.*s\n", KQ_SLICE_PRINT(kq_buffer_slice(&json)));
    }
}
