/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/application_rows.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/table.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_GET, .arena = &invocation->arena};
    operation.application_get.app_id = kq_flag_text(invocation, "app-id");
    KQ_TRY(kq_data_open(invocation, &data, error));
    KQ_TRY(kq_data_read(&data, &operation, error));
    KQ_ENSURE(operation.application_get.found, error, KQ_E_NOT_FOUND,
              "there is no application %.*s: `kaquan app list` shows them",
              KQ_SLICE_PRINT(operation.application_get.app_id));
    return kq_print_record(kq_application_columns, KQ_APPLICATION_COLUMN_COUNT, invocation->rows_as_json,
                           kq_application_fill, &operation.application_get.application, error);
}

const struct kq_command kq_command_app_show = {
    .group = "app",
    .name = "show",
    .text = "show an application, its permissions, its limits and the fingerprints of its keys",
    .example = "kaquan app show --data demo --app-id 2014072300007148",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
