/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/import_input.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/file.h"
#include "cli/shown.h"

struct kq_result kq_import_path(const struct kq_invocation *invocation, struct kq_slice *path,
                                struct kq_error *error)
{
    size_t flag = kq_command_flag_index(invocation->command, KQ_SLICE("file"));
    bool is_named_twice =
        invocation->operand.size > 0 && invocation->values[flag].level == KQ_VALUE_COMMAND_LINE;
    KQ_ENSURE(!is_named_twice, error, KQ_E_USAGE, "give %s or --file, not both", invocation->operand.data);
    *path = invocation->operand.size > 0 ? invocation->operand : kq_flag_text(invocation, "file");
    return KQ_OK;
}

static bool ends_with(struct kq_slice text, struct kq_slice end)
{
    return text.size > end.size &&
           kq_slice_equal_ignoring_case((struct kq_slice){text.data + text.size - end.size, end.size}, end);
}

static struct kq_result find_format(struct kq_slice wanted, struct kq_slice path,
                                    enum kq_import_format *format, struct kq_error *error)
{
    bool is_csv = kq_slice_equal(wanted, KQ_SLICE("csv"));
    bool is_json = kq_slice_equal(wanted, KQ_SLICE("jsonl")) || kq_slice_equal(wanted, KQ_SLICE("json"));
    KQ_ENSURE(is_csv || is_json || wanted.size == 0, error, KQ_E_USAGE,
              "--format is csv or jsonl (json is the same), not %.*s", KQ_SLICE_PRINT(wanted));
    if (wanted.size == 0) {
        is_csv = ends_with(path, KQ_SLICE(".csv"));
        is_json = ends_with(path, KQ_SLICE(".jsonl")) || ends_with(path, KQ_SLICE(".ndjson"));
    }
    *format = is_csv    ? KQ_IMPORT_FORMAT_CSV
              : is_json ? KQ_IMPORT_FORMAT_JSON_LINES
                        : KQ_IMPORT_FORMAT_UNKNOWN;
    return KQ_OK;
}

struct kq_result kq_import_input_open(const struct kq_invocation *invocation, struct kq_import_input *input,
                                      struct kq_error *error)
{
    struct kq_slice path;
    char title[KQ_COMMAND_TITLE_SIZE];
    kq_command_title(invocation->command, title);
    KQ_TRY(kq_import_path(invocation, &path, error));
    KQ_TRY(find_format(kq_flag_text(invocation, "format"), path, &input->format, error));
    KQ_ENSURE(path.size > 0 || !kq_is_terminal(STDIN_FILENO), error, KQ_E_USAGE,
              "`kaquan %s` needs a FILE, or rows on standard input: `kaquan %s --help` shows examples", title,
              title);
    bool is_standard_input = path.size == 0 || kq_slice_equal(path, KQ_SLICE("-"));
    input->file = is_standard_input ? STDIN_FILENO : open(path.data, O_RDONLY | O_CLOEXEC);
    KQ_ENSURE(!is_standard_input || read(STDIN_FILENO, NULL, 0) == 0, error, KQ_E_IO,
              "standard input cannot be read: %s", strerror(errno));
    KQ_ENSURE(input->file >= 0 || errno != ENOENT, error, KQ_E_NOT_FOUND, "there is no file %s", path.data);
    KQ_ENSURE(input->file >= 0, error, KQ_E_IO, "%s cannot be opened: %s", path.data, strerror(errno));
    struct stat about = {0};
    bool known = fstat(input->file, &about) == 0 && S_ISREG(about.st_mode);
    input->total_bytes = known ? (unsigned long long)about.st_size : 0;
    return KQ_OK;
}

void kq_import_input_close(struct kq_import_input *input)
{
    if (input->file != STDIN_FILENO) {
        kq_file_close(&input->file);
    }
}
