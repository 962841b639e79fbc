/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/man.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/catalogue.h"
#include "cli/commands.h"
#include "cli/import.h"
#include "cli/locale.h"
#include "cli/method_fields.h"

/* Of the pages, not of their printing: the same source makes the same pages. */
#define PAGE_DAY "2026-11-26"

/* What is an accent, a hyphen or a quotation mark to troff stays the character that it is. */
static void print_text(FILE *out, const char *text)
{
    static const struct {
        char plain;
        const char *troff;
    } rows[] = {{'\\', "\\e"},  {'-', "\\-"},   {'\'', "\\(aq"}, {'`', "\\(ga"},
                {'^', "\\(ha"}, {'~', "\\(ti"}, {'"', "\\(dq"}};
    if (text[0] == '.') {
        fputs("\\&", out);
    }
    for (; *text != '\0'; text++) {
        size_t row = 0;
        while (row < KQ_COUNT(rows) && rows[row].plain != *text) {
            row++;
        }
        if (row < KQ_COUNT(rows)) {
            fputs(rows[row].troff, out);
        } else {
            fputc(*text, out);
        }
    }
}

static void print_line(FILE *out, const char *before, const char *text, const char *after)
{
    fputs(before, out);
    print_text(out, text);
    fprintf(out, "%s\n", after);
}

/* "kaquan-app-create" */
static void page_name(const struct kq_command *command, char name[KQ_COMMAND_TITLE_SIZE])
{
    char title[KQ_COMMAND_TITLE_SIZE] = "";
    if (command != NULL) {
        kq_command_title(command, title);
    }
    size_t size =
        (size_t)snprintf(name, KQ_COMMAND_TITLE_SIZE, "kaquan%s%.48s", command == NULL ? "" : "-", title);
    for (size_t i = 0; i < size && i < KQ_COMMAND_TITLE_SIZE; i++) {
        name[i] = name[i] == ' ' ? '-' : name[i];
    }
}

static void print_head(FILE *out, const struct kq_command *command, const char *text)
{
    char name[KQ_COMMAND_TITLE_SIZE];
    page_name(command, name);
    fputs(".\\\" SPDX-License-Identifier: Apache-2.0\n.TH ", out);
    for (const char *at = name; *at != '\0'; at++) {
        fputc(*at >= 'a' && *at <= 'z' ? *at - 'a' + 'A' : *at, out);
    }
    fprintf(out, " 1 %s \"Kaquan %s\" \"User commands\"\n.SH NAME\n", PAGE_DAY, KQ_VERSION);
    print_text(out, name);
    print_line(out, " \\- ", text, "");
}

/* NULL: of the program. What a command finds is its output, also where it is not what was hoped for. */
static void print_exit_status(FILE *out, const struct kq_command *command)
{
    const char *found = "";
    if (command == &kq_command_verify) {
        found = "the signature does not verify: standard output says so, and why;\n";
    } else if (command == &kq_command_audit) {
        found = "something disagrees: standard output says what;\n";
    } else if (command != NULL && command->rows != NULL) {
        found = "rows were refused: standard error has a line for each (with\n.B \\-\\-json\nthe output has "
                "them);\n";
    }
    fprintf(out,
            ".SH EXIT STATUS\n"
            ".TP\n0\ndone\n"
            ".TP\n1\n%s%srefused, or failed: one sentence on standard error says why\n"
            ".TP\n2\nwrong usage\n",
            found, found[0] == '\0' ? "" : "or ");
}

static void print_synopsis(FILE *out, const struct kq_command *command, const char *title)
{
    fputs(".SH SYNOPSIS\n.B kaquan ", out);
    print_line(out, "", title, "");
    if (command->operand != NULL && command->operand_optional) {
        fprintf(out, ".RI [ %s ]\n", command->operand);
    } else if (command->operand != NULL) {
        fprintf(out, ".I %s\n", command->operand);
    }
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        if (flag->required) {
            print_line(out, ".B \\-\\-", flag->name, "");
            print_line(out, ".I ", flag->value, "");
        }
    }
    fputs(".RI [ flags ]\n", out);
}

/* A flag of any kind: its name and value in a line, what it is for in the next. */
static void print_flag_head(FILE *out, const char *name, const char *value, const char *dots)
{
    fputs(".TP\n.BI \\-\\-", out);
    print_text(out, name);
    if (value != NULL) {
        fputs(" \" ", out);
        print_text(out, value);
        fprintf(out, "%s\"", dots);
    }
    fputs("\n", out);
}

static void print_flags(FILE *out, const struct kq_command *command)
{
    fputs(".SH OPTIONS\n", out);
    const struct kq_flag *flag = kq_command_flag(command, 0);
    for (size_t i = 0; flag != NULL; flag = kq_command_flag(command, ++i)) {
        bool is_list = flag->kind == KQ_FLAG_LIST;
        print_flag_head(out, flag->name, flag->value, is_list ? "..." : "");
        print_text(out, flag->text);
        fputs(is_list ? "; may be given several times" : "", out);
        if (flag->required) {
            fputs(" (required)", out);
        } else if (flag->fallback != NULL) {
            fputs(" (default: ", out);
            print_text(out, flag->fallback);
            fputs(")", out);
        }
        fputs("\n", out);
    }
    fputs(".PP\nWhat no flag says comes from the environment (\\-\\-data is\n.BR KAQUAN_DATA ),\n"
          "then from the file of settings (data = DIR).\n",
          out);
}

static void print_columns(FILE *out, const struct kq_import_plan *rows)
{
    fputs(".SH FILE\nCSV with a header line that names its columns (in any order, letter case ignored), or "
          "JSON lines,\nan object each. Its columns, or members:\n",
          out);
    for (size_t i = 0; i < rows->column_count; i++) {
        const struct kq_import_column *column = &rows->columns[i];
        print_line(out, ".TP\n.B ", column->name, "");
        print_text(out, column->text);
        fprintf(out, "%s%s%s\n", column->required ? " (required)" : "",
                column->is_list ? "; several: columns of that name, or a JSON array" : "",
                column->is_json ? ": a JSON object, as text or (in JSON lines) as itself" : "");
    }
}

static void print_field(FILE *out, const struct kq_field *field, const char *prefix)
{
    char flag[KQ_FIELD_FLAG_SIZE];
    char path[2 * KQ_FIELD_FLAG_SIZE];
    kq_method_field_flag(field, flag);
    snprintf(path, sizeof(path), "%s%s", prefix, flag + 2);
    print_flag_head(out, path, kq_method_field_value(field), "");
    print_line(out, "", field->text, field->required ? " (required)" : "");
    snprintf(path, sizeof(path), "%s%s.", prefix, flag + 2);
    const struct kq_field *member = kq_method_field(field->members, 0);
    for (size_t i = 0; member != NULL; member = kq_method_field(field->members, ++i)) {
        print_field(out, member, path);
    }
}

static void print_methods(FILE *out)
{
    fputs(".SH METHODS\nThe fields of the methods that are known; they are flags too. The end of a method's\n"
          "name is enough where only one has it.\n.B kaquan call\n.I METHOD\n.B \\-\\-help\n"
          "shows their limits, the codes and the answer.\n",
          out);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        const struct kq_method *method = kq_catalogue[i];
        print_line(out, ".SS ", method->name, "");
        print_line(out, "", method->text, "");
        const struct kq_field *field = kq_method_field(method->request, 0);
        for (size_t j = 0; field != NULL; field = kq_method_field(method->request, ++j)) {
            print_field(out, field, "");
        }
    }
}

static void print_example(FILE *out, const char *example)
{
    print_line(out, ".RS\n.nf\n", example, "\n.fi\n.RE");
}

static void print_examples(FILE *out, const struct kq_command *command)
{
    fputs(".SH EXAMPLES\n", out);
    print_example(out, command->example);
    for (size_t i = 0; command->more_examples != NULL && command->more_examples[i] != NULL; i++) {
        print_example(out, command->more_examples[i]);
    }
}

static void print_command(FILE *out, const struct kq_command *command)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    print_head(out, command, command->text);
    print_synopsis(out, command, title);
    print_flags(out, command);
    if (command->rows != NULL) {
        print_columns(out, command->rows);
    }
    if (command->takes_fields) {
        print_methods(out);
    }
    print_examples(out, command);
    print_exit_status(out, command);
    fputs(".SH SEE ALSO\n.BR kaquan (1)\n", out);
}

static void print_overview(FILE *out)
{
    print_head(out, NULL, "voucher system behind a gateway that speaks the Alipay Open Platform's protocol");
    fputs(".SH SYNOPSIS\n.B kaquan\n.I COMMAND\n.RI [ flags ]\n.br\n"
          ".B kaquan help\n.RI [ COMMAND ]\n.br\n"
          ".B kaquan man\n.RI [ COMMAND ]\n"
          ".SH DESCRIPTION\n.B kaquan\nis the gateway's server and its operator's command line. Each command "
          "has a page of its own, like\n.BR kaquan\\-serve (1),\nand explains itself with\n.BR \\-\\-help .\n"
          ".SH COMMANDS\n",
          out);
    for (size_t i = 0; i < kq_command_count; i++) {
        char title[KQ_COMMAND_TITLE_SIZE];
        kq_command_title(kq_commands[i], title);
        print_line(out, ".TP\n.B kaquan ", title, "");
        print_line(out, "", kq_commands[i]->text, "");
    }
    fputs(".TP\n.B kaquan help\nexplain a command, or list them all\n"
          ".TP\n.B kaquan man\nshow a page of the manual, or with\n.B \\-\\-into\n.I DIR\nwrite all of "
          "them\n",
          out);
    fputs(
        ".SH ENVIRONMENT\nA flag that is not given may be a variable:\n.B KAQUAN_DATA\nis \\-\\-data.\n"
        ".TP\n.BR LC_ALL ,\\  LC_MESSAGES ,\\  LANG\nthe first that is not empty says the language: Chinese "
        "where it begins with zh, else English\n",
        out);
    print_exit_status(out, NULL);
    fputs(".SH EXAMPLES\n", out);
    print_example(out, "kaquan init --data demo");
    print_example(out, "kaquan serve --data demo");
}

const char *kq_man_text(void)
{
    return kq_text("show a page of the manual, or write all of them", "显示手册页，或写出全部手册页");
}

void kq_man_help(FILE *out)
{
    fprintf(out, kq_text("kaquan man: %s\n\n", "kaquan man：%s\n\n"), kq_man_text());
    fputs("  kaquan man call\n  kaquan man --into man1\n\n", out);
    fputs(kq_text("usage: kaquan man [COMMAND]\n"
                  "       kaquan man --into DIR    all pages, each into a file of that directory\n",
                  "用法：kaquan man [命令]\n"
                  "      kaquan man --into 目录    全部手册页，各写入该目录中的一个文件\n"),
          out);
}

void kq_man_print(FILE *out, const struct kq_command *command)
{
    if (command == NULL) {
        print_overview(out);
    } else {
        print_command(out, command);
    }
}

/* `man -l -`, which reads its page from a pipe: the pipe's other end, or -1 where there is no man. */
static int start_reader(pid_t *reader)
{
    char *const words[] = {"man", "-l", "-", NULL};
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    bool started = posix_spawnp(reader, words[0], &actions, NULL, words, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    if (!started) {
        close(ends[1]);
    }
    return started ? ends[1] : -1;
}

void kq_man_show(const struct kq_command *command)
{
    pid_t reader = 0;
    int end = start_reader(&reader);
    FILE *page = end < 0 ? NULL : fdopen(end, "w");
    if (page == NULL) {
        kq_man_print(stdout, command);
        return;
    }
    /* Whoever stops reading before the page's end ends this program too, which has nothing else to do. */
    kq_man_print(page, command);
    fclose(page);
    (void)waitpid(reader, NULL, 0);
}

static struct kq_result write_page(const char *directory, const struct kq_command *command,
                                   struct kq_error *error)
{
    char name[KQ_COMMAND_TITLE_SIZE];
    char path[PATH_MAX];
    page_name(command, name);
    int size = snprintf(path, sizeof(path), "%s/%s.1", directory, name);
    KQ_ENSURE(size > 0 && (size_t)size < sizeof(path), error, KQ_E_IO, "the path is too long: %.64s…",
              directory);
    FILE *page = fopen(path, "we");
    KQ_ENSURE(page != NULL, error, KQ_E_IO, "%s cannot be written: %s", path, strerror(errno));
    kq_man_print(page, command);
    bool failed = ferror(page) != 0;
    failed = fclose(page) != 0 || failed;
    KQ_ENSURE(!failed, error, KQ_E_IO, "%s cannot be written: %s", path, strerror(errno));
    return KQ_OK;
}

struct kq_result kq_man_write_all(const char *directory, struct kq_error *error)
{
    KQ_ENSURE(mkdir(directory, 0755) == 0 || errno == EEXIST, error, KQ_E_IO, "%s cannot be made: %s",
              directory, strerror(errno));
    KQ_TRY(write_page(directory, NULL, error));
    for (size_t i = 0; i < kq_command_count; i++) {
        KQ_TRY(write_page(directory, kq_commands[i], error));
    }
    return KQ_OK;
}
