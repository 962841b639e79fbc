/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"
#include "cli/profile_rows.h"
#include "cli/table.h"

/* The sections; their rows as well, where `rows` has room for them. */
static struct kq_result read_rows(const struct kq_profile_file *file, struct kq_arena *arena,
                                  struct kq_row *rows, size_t *count, struct kq_error *error)
{
    struct kq_config_line line = kq_config_begin(file->path.data, kq_buffer_slice(&file->text));
    bool more = false;
    *count = 0;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more) {
        if (line.kind == KQ_CONFIG_SECTION && rows != NULL) {
            struct kq_slice *cells = kq_arena_allocate_array(arena, KQ_PROFILE_COLUMN_COUNT, sizeof(*cells));
            KQ_ENSURE_MEMORY(cells != NULL, error);
            kq_row_init(&rows[*count], kq_profile_columns, KQ_PROFILE_COLUMN_COUNT, cells, arena);
            KQ_TRY(kq_profile_fill(file, line.profile, &rows[*count], error));
        }
        *count += line.kind == KQ_CONFIG_SECTION ? 1 : 0;
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    return KQ_OK;
}

/* All at once, so that the columns agree. */
static struct kq_result print_rows(const struct kq_profile_file *file, struct kq_table *table,
                                   struct kq_error *error)
{
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    size_t count = 0;
    KQ_TRY(read_rows(file, &arena, NULL, &count, error));
    struct kq_row *rows = kq_arena_allocate_array(&arena, count + 1, sizeof(*rows));
    KQ_ENSURE_MEMORY(rows != NULL, error);
    KQ_TRY(read_rows(file, &arena, rows, &count, error));
    return kq_table_print(table, rows, count, error);
}

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_profile_file file KQ_CLEANUP(kq_profile_file_free) = {0};
    struct kq_table table;
    KQ_TRY(kq_profile_file_read(invocation, &file, error));
    kq_table_begin(&table, kq_profile_columns, KQ_PROFILE_COLUMN_COUNT,
                   invocation->rows_as_json ? KQ_TABLE_JSON : KQ_TABLE_ALIGNED, stdout);
    KQ_TRY(print_rows(&file, &table, error));
    kq_table_end(&table);
    return KQ_OK;
}

const struct kq_command kq_command_profile_list = {
    .group = "profile",
    .name = "list",
    .text = "list the profiles of your configuration file",
    .example = "kaquan profile list",
    .run = run,
};
