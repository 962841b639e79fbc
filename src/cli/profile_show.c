/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/profile_rows.h"
#include "cli/table.h"

struct shown {
    const struct kq_profile_file *file;
    struct kq_slice profile;
};

static void fill(struct kq_row *row, const void *item)
{
    const struct shown *shown = item;
    struct kq_error error = {0};
    row->failed = !kq_profile_fill(shown->file, shown->profile, row, &error).ok;
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_profile_file file KQ_CLEANUP(kq_profile_file_free) = {0};
    struct shown shown = {.file = &file, .profile = invocation->operand};
    bool found = false;
    KQ_TRY(kq_profile_file_read(invocation, &file, error));
    struct kq_slice text = kq_buffer_slice(&file.text);
    if (shown.profile.size == 0) {
        KQ_TRY(kq_config_default_profile(file.path.data, text, &shown.profile, error));
    }
    KQ_TRY(kq_config_has_profile(file.path.data, text, shown.profile, &found, error));
    KQ_ENSURE(found, error, KQ_E_NOT_FOUND, "there is no profile %.*s in %s", KQ_SLICE_PRINT(shown.profile),
              file.path.data);
    return kq_print_record(kq_profile_columns, KQ_PROFILE_COLUMN_COUNT, invocation->rows_as_json, fill,
                           &shown, error);
}

const struct kq_command kq_command_profile_show = {
    .group = "profile",
    .name = "show",
    .text = "show a profile, or the one that is used where nobody names one",
    .example = "kaquan profile show demo",
    .operand = "NAME",
    .operand_optional = true,
    .run = run,
};
