/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/profile_rows.h"

const struct kq_column kq_profile_columns[KQ_PROFILE_COLUMN_COUNT] = {
    {.name = "profile"},
    {.name = "default", .kind = KQ_COLUMN_JSON},
    {.name = "gateway"},
    {.name = "app_id"},
    {.name = "private_key", .detail = true},
    {.name = "gateway_public_key", .detail = true},
    {.name = "app_certificate", .detail = true},
    {.name = "gateway_certificate", .detail = true},
    {.name = "root_certificates", .detail = true},
    {.name = "content_key", .detail = true},
    {.name = "protocol", .detail = true},
    {.name = "charset", .detail = true},
    {.name = "sign_type", .detail = true},
    {.name = "timeout", .detail = true},
    {.name = "app_auth_token", .detail = true},
};

static struct kq_result find_value(const struct kq_profile_file *file, struct kq_slice profile,
                                   const char *name, struct kq_slice *value, struct kq_error *error)
{
    struct kq_config_line line = kq_config_begin(file->path.data, kq_buffer_slice(&file->text));
    bool more = false;
    *value = KQ_SLICE_EMPTY;
    KQ_TRY(kq_config_next(&line, &more, error));
    while (more) {
        if (line.kind == KQ_CONFIG_SETTING && kq_slice_equal(line.profile, profile) &&
            kq_flag_name_equal(line.name, kq_slice_of(name))) {
            *value = line.value;
        }
        KQ_TRY(kq_config_next(&line, &more, error));
    }
    return KQ_OK;
}

struct kq_result kq_profile_fill(const struct kq_profile_file *file, struct kq_slice profile,
                                 struct kq_row *row, struct kq_error *error)
{
    struct kq_slice chosen;
    KQ_TRY(kq_config_default_profile(file->path.data, kq_buffer_slice(&file->text), &chosen, error));
    kq_row_text(row, profile);
    kq_row_flag(row, kq_slice_equal(chosen, profile));
    for (size_t i = 2; i < KQ_PROFILE_COLUMN_COUNT; i++) {
        struct kq_slice value;
        KQ_TRY(find_value(file, profile, kq_profile_columns[i].name, &value, error));
        bool is_token = i == KQ_PROFILE_COLUMN_COUNT - 1;
        kq_row_text(row, is_token && value.size > 0 ? KQ_SLICE("(set)") : value);
    }
    return KQ_OK;
}
