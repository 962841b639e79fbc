/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/help.h"

#include <string.h>

#include "api/catalogue.h"
#include "base/buffer.h"
#include "cli/import.h"
#include "cli/locale.h"
#include "cli/man.h"
#include "cli/shown.h"
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
        fputs(kq_text("Kaquan: a voucher system behind a gateway that speaks the Alipay Open Platform's "
                      "protocol.\n\n",
                      "卡券（Kaquan）：在使用支付宝开放平台协议的网关之后的卡券系统。\n\n"),
              out);
        fputs("  kaquan init --data demo\n"
              "  kaquan serve --data demo\n\n",
              out);
    }
    for (size_t i = 0; i < kq_command_count; i++) {
        if (is_in_group(kq_commands[i], group)) {
            char title[KQ_COMMAND_TITLE_SIZE];
            kq_command_title(kq_commands[i], title);
            fprintf(out, "  %-*s%s\n", TITLE_COLUMNS, title, kq_local_text(kq_commands[i]->text));
        }
    }
    if (group.size == 0) {
        fprintf(out, "  %-*s%s\n", TITLE_COLUMNS, "help",
                kq_text("explain a command, or list them all", "说明一个命令，或列出全部命令"));
        fprintf(out, "  %-*s%s\n", TITLE_COLUMNS, "man", kq_man_text());
    }
    fprintf(out,
            kq_text("\n`kaquan help %s%sCOMMAND` explains one, with an example.\n",
                    "\n`kaquan help %s%s命令` 说明一个命令，并附示例。\n"),
            group.size == 0 ? "" : group.data, group.size == 0 ? "" : " ");
}

static void print_usage(FILE *out, const struct kq_command *command, const char *title)
{
    fprintf(out, kq_text("usage: kaquan %s", "用法：kaquan %s"), title);
    if (command->operand != NULL) {
        fprintf(out, command->operand_optional ? " [%s]" : " %s", kq_local_text(command->operand));
    }
    bool optional = false;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        if (flag->required) {
            fprintf(out, " --%s %s", flag->name, kq_local_text(flag->value));
        }
        optional = optional || !flag->required;
    }
    fputs(optional ? kq_text(" [flags]\n\n", " [参数]\n\n") : "\n\n", out);
}

/* Columns of the screen, of which a Chinese character takes two. */
static void print_columns(FILE *out, const char *head, size_t columns, const char *text)
{
    size_t width = kq_shown_width(kq_slice_of(head));
    fprintf(out, "  %s%*s %s", head, width < columns ? (int)(columns - width) : 0, "", text);
}

void kq_help_print_row(FILE *out, const char *head, const char *text)
{
    print_columns(out, head, FLAG_COLUMNS, text);
}

static void print_flag(FILE *out, const struct kq_flag *flag)
{
    char head[96];
    snprintf(head, sizeof(head), "--%s%s%s%s", flag->name, flag->value == NULL ? "" : " ",
             flag->value == NULL ? "" : kq_local_text(flag->value), flag->kind == KQ_FLAG_LIST ? "..." : "");
    kq_help_print_row(out, head, kq_local_text(flag->text));
    if (flag->required) {
        fputs(kq_text(" (required)", "（必填）"), out);
    } else if (flag->fallback != NULL) {
        fprintf(out, kq_text(" (default: %s)", "（默认：%s）"), flag->fallback);
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
    fputs(kq_text("\nA FILE is CSV with a header line that names its columns (in any order, letter case "
                  "ignored), or JSON lines,\nan object each. Its columns, or members:\n",
                  "\n文件是带表头的 CSV（表头写明各列，顺序任意，不分大小写），或 JSON 行（每行一个对象）。\n"
                  "各列（或成员）：\n"),
          out);
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct kq_import_column *column = &rows->columns[i];
        print_columns(out, column->name, ROW_COLUMNS, kq_local_text(column->text));
        fputs(column->required ? kq_text(" (required)", "（必填）") : "", out);
        fputs(column->is_list ? kq_text("; several: columns of that name, or a JSON array",
                                        "；多个值：几个同名的列，或 JSON 数组")
                              : "",
              out);
        fputs(column->is_json ? kq_text(": a JSON object, as text or (in JSON lines) as itself",
                                        "：JSON 对象，写成文本，或（在 JSON 行中）直接写对象")
                              : "",
              out);
        fputs("\n", out);
    }
}

static void print_methods(FILE *out)
{
    fputs(
        kq_text("\nA METHOD's fields are flags too: `kaquan call METHOD --help` shows them, with limits and "
                "the method's codes.\nThe end of a name is enough where only one has it. METHODs:\n",
                "\n方法的字段也是参数：`kaquan call 方法 --help` 显示它们及其限制和错误码。\n"
                "方法名只要写出足以区分的末尾部分。方法：\n"),
        out);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        fprintf(out, "  %-*s %s\n", METHOD_COLUMNS, kq_catalogue[i]->name,
                kq_text(kq_catalogue[i]->text, kq_catalogue[i]->text_zh));
    }
}

void kq_help_command(FILE *out, const struct kq_command *command)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    fprintf(out, kq_text("kaquan %s: %s\n\n", "kaquan %s：%s\n\n"), title, kq_local_text(command->text));
    print_examples(out, command);
    print_usage(out, command, title);
    bool has_lists = false;
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        print_flag(out, flag);
        has_lists = has_lists || flag->kind == KQ_FLAG_LIST;
    }
    fputs(has_lists
              ? kq_text("\nA flag with ... may be given several times.", "\n带 ... 的参数可以重复给出。")
              : "",
          out);
    fputs(has_lists && command->rows != NULL ? "\n" : "", out);
    if (command->rows != NULL) {
        print_rows(out, command->rows);
    }
    if (command->takes_fields) {
        print_methods(out);
    }
    fputs(kq_text("\nWhat no flag says comes from the environment (--data is KAQUAN_DATA), "
                  "then from kaquan.conf (data = DIR).\n",
                  "\n没有给出的参数取自环境变量（--data 对应 KAQUAN_DATA），其次取自 kaquan.conf（data = "
                  "目录）。\n"),
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

static void append_texts(struct kq_buffer *json, const char *const *texts)
{
    kq_buffer_append_byte(json, '[');
    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        kq_json_append_separator(json);
        kq_json_append_string(json, kq_slice_of(texts[i]));
    }
    kq_buffer_append_byte(json, ']');
}

static void append_flag(struct kq_buffer *json, const struct kq_flag *flag)
{
    kq_json_append_separator(json);
    kq_buffer_append_byte(json, '{');
    append_text(json, "name", flag->name);
    append_text(json, "value", flag->value);
    append_text(json, "text", flag->text);
    append_text(json, "default", flag->fallback);
    kq_json_append_name(json, "choices");
    append_texts(json, flag->choices);
    append_truth(json, "required", flag->required);
    append_truth(json, "repeatable", flag->kind == KQ_FLAG_LIST);
    kq_buffer_append_byte(json, '}');
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
    kq_json_append_name(json, "more_examples");
    append_texts(json, command->more_examples);
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
