/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/complete.h"
#include "cli/flags.h"
#include "cli/help.h"
#include "cli/man.h"
#include "cli/nearest.h"
#include "cli/settings.h"
#include "cli/shown.h"

/* From the words on the command line to a command, and from what came of it to an exit status. */

static bool is_word(const char *word, const char *expected)
{
    return word != NULL && strcmp(word, expected) == 0;
}

static bool is_help(const char *word)
{
    return is_word(word, "--help") || is_word(word, "-h");
}

/* Errors are JSON where programs asked for it, also those about the rest of the line. */
static bool asks_for_json(int count, char *const *words)
{
    for (int i = 0; i < count; i++) {
        if (is_word(words[i], "--json")) {
            return true;
        }
    }
    return false;
}

/* words[0] names nothing, or a group, and then words[1] nothing in it. */
static struct kq_result refuse_unknown(int count, char *const *words, struct kq_error *error)
{
    bool in_group = kq_command_is_group(words[0]);
    KQ_ENSURE(!in_group || count > 1, error, KQ_E_USAGE,
              "`kaquan %s` needs one more word: `kaquan help %s` lists them", words[0], words[0]);
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, kq_slice_of(words[in_group ? 1 : 0]));
    for (size_t i = 0; i < kq_command_count; i++) {
        const struct kq_command *command = kq_commands[i];
        if (in_group && is_word(words[0], command->group == NULL ? "" : command->group)) {
            kq_nearest_consider(&nearest, command->name);
        } else if (!in_group) {
            kq_nearest_consider(&nearest, command->group == NULL ? command->name : command->group);
        }
    }
    const char *group = in_group ? words[0] : "";
    const char *space = in_group ? " " : "";
    if (nearest.best != NULL) {
        return kq_fail(error, KQ_E_USAGE, "there is no `kaquan %s%s%s`; did you mean `kaquan %s%s%s`?", group,
                       space, words[in_group ? 1 : 0], group, space, nearest.best);
    }
    return kq_fail(error, KQ_E_USAGE, "there is no `kaquan %s%s%s`: `kaquan help%s%s` lists what there is",
                   group, space, words[in_group ? 1 : 0], space, group);
}

static struct kq_result run_command(struct kq_invocation *invocation, int count, char *const *words,
                                    struct kq_error *error)
{
    const struct kq_command *command = invocation->command;
    KQ_TRY(kq_flags_parse(invocation, count, words, error));
    if (command->resolve != NULL) {
        KQ_TRY(command->resolve(invocation, error));
    }
    if (invocation->help) {
        if (command->help != NULL && invocation->operand.size > 0) {
            command->help(stdout, invocation);
        } else {
            kq_help_command(stdout, command);
        }
        return KQ_OK;
    }
    KQ_TRY(kq_settings_apply(invocation, error));
    KQ_TRY(kq_flags_check(invocation, error));
    return command->run(invocation, error);
}

/* What is behind the words that `kaquan help` and `kaquan man` know. */
static struct kq_result refuse_more(const char *first, const struct kq_command *command, int count,
                                    char *const *words, struct kq_error *error)
{
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(command, title);
    KQ_ENSURE(count == 0, error, KQ_E_USAGE, "`kaquan %s %s` takes no more words; %s is one too many", first,
              title, words[0]);
    return KQ_OK;
}

/* A command, or with a word behind it what it has to say of that one. */
static struct kq_result explain(const struct kq_command *command, int count, char *const *words,
                                struct kq_error *error)
{
    int known = command->help != NULL && count > 0 ? 1 : 0;
    KQ_TRY(refuse_more("help", command, count - known, words + known, error));
    if (known == 0) {
        kq_help_command(stdout, command);
        return KQ_OK;
    }
    char *const about[] = {words[0], "--help"};
    struct kq_invocation invocation KQ_CLEANUP(kq_invocation_free) = {0};
    KQ_TRY(kq_invocation_init(&invocation, command, error));
    return run_command(&invocation, KQ_COUNT(about), about, error);
}

/* kaquan help [WORDS], kaquan GROUP --help */
static struct kq_result show_help(int count, char *const *words, struct kq_error *error)
{
    int taken = 0;
    if (asks_for_json(count, words)) {
        kq_help_json(stdout);
        return KQ_OK;
    }
    while (count > 0 && (is_help(words[count - 1]) || (count == 1 && is_word(words[0], "help")))) {
        count--; /* asked for twice */
    }
    if (count == 1 && is_word(words[0], "man")) {
        kq_man_help(stdout);
        return KQ_OK;
    }
    const struct kq_command *command = kq_command_find(count, words, &taken);
    if (command != NULL) {
        return explain(command, count - taken, words + taken, error);
    }
    if (count == 0 || (count == 1 && kq_command_is_group(words[0]))) {
        kq_help_overview(stdout, kq_slice_of(count == 0 ? NULL : words[0]));
        return KQ_OK;
    }
    return refuse_unknown(count, words, error);
}

/* kaquan man [COMMAND], kaquan man --into DIRECTORY */
static struct kq_result show_man(int count, char *const *words, struct kq_error *error)
{
    int taken = 0;
    if (count > 0 && is_help(words[count - 1])) {
        kq_man_help(stdout);
        return KQ_OK;
    }
    KQ_ENSURE(count != 1 || !is_word(words[0], "--into"), error, KQ_E_USAGE, "--%s needs a value: --%s %s",
              "into", "into", "DIR");
    if (count == 2 && is_word(words[0], "--into")) {
        return kq_man_write_all(words[1], error);
    }
    const struct kq_command *command = kq_command_find(count, words, &taken);
    if (count > 0 && command == NULL) {
        return refuse_unknown(count, words, error);
    }
    if (command != NULL) {
        KQ_TRY(refuse_more("man", command, count - taken, words + taken, error));
    }
    if (kq_is_terminal(STDOUT_FILENO)) {
        kq_man_show(command);
    } else {
        kq_man_print(stdout, command);
    }
    return KQ_OK;
}

/* What was printed must have arrived: a full disk behind `>` is a failure. */
static struct kq_result flush(struct kq_result printed, struct kq_error *error)
{
    KQ_TRY(printed);
    KQ_ENSURE(fflush(stdout) == 0 && ferror(stdout) == 0, error, KQ_E_IO,
              "the output could not be written: %s", strerror(errno));
    return KQ_OK;
}

static enum kq_exit_status finish(struct kq_result result, bool json, const struct kq_error *error,
                                  enum kq_exit_status own)
{
    if (result.ok) {
        return own;
    }
    kq_report_error(json, error);
    return error->code == KQ_E_USAGE ? KQ_EXIT_USAGE : KQ_EXIT_REFUSED;
}

static enum kq_exit_status run(const struct kq_command *command, int count, char *const *words)
{
    struct kq_invocation invocation KQ_CLEANUP(kq_invocation_free) = {0};
    struct kq_error error = {0};
    struct kq_result result = kq_invocation_init(&invocation, command, &error);
    if (result.ok) {
        result = run_command(&invocation, count, words, &error);
    }
    bool json = invocation.json || asks_for_json(count, words);
    return finish(flush(result, &error), json, &error, invocation.exit_status);
}

/* Where the words are not a command: help, the version's usual flag, or a mistake. */
static enum kq_exit_status run_other(int count, char *const *words)
{
    struct kq_error error = {0};
    bool json = asks_for_json(count, words);
    if (count == 0) {
        kq_help_overview(stderr, KQ_SLICE_EMPTY);
        return KQ_EXIT_USAGE;
    }
    struct kq_result result;
    if (is_word(words[0], "help") || is_help(words[0])) {
        result = show_help(count - 1, words + 1, &error);
    } else if (count > 1 && kq_command_is_group(words[0]) && is_help(words[1])) {
        result = show_help(1, words, &error);
    } else if (is_word(words[0], "__complete")) { /* asked by what `kaquan completion` prints */
        result = kq_complete(stdout, count - 1, words + 1, &error);
    } else if (is_word(words[0], "man")) {
        result = show_man(count - 1, words + 1, &error);
    } else {
        result = refuse_unknown(count, words, &error);
    }
    return finish(flush(result, &error), json, &error, KQ_EXIT_DONE);
}

/* A standard file that is closed stays one that cannot be used: else the next file that is opened would have
 * its number, and be read, or written, in its place. */
static void hold_standard_files(void)
{
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (fcntl(file, F_GETFD) < 0) {
            (void)open("/dev/null", file == STDIN_FILENO ? O_WRONLY : O_RDONLY);
        }
    }
}

int main(int argument_count, char **arguments)
{
    hold_standard_files();
    /* A file that may not grow is a full disk, which the store reports; it is no reason to die. */
    (void)signal(SIGXFSZ, SIG_IGN);
    /* For the width of characters on the screen; everything else is UTF-8 by itself. */
    setlocale(LC_CTYPE, "C.UTF-8");
    int count = argument_count - 1;
    char *const *words = arguments + 1;
    int taken = 1;
    const struct kq_command *command = count > 0 && is_word(words[0], "--version")
                                           ? &kq_command_version
                                           : kq_command_find(count, words, &taken);
    return (int)(command != NULL ? run(command, count - taken, words + taken) : run_other(count, words));
}
