/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_rows.h"

#include "cli/keys.h"

const struct kq_column kq_application_columns[KQ_APPLICATION_COLUMN_COUNT] = {
    {.name = "app_id"},
    {.name = "pid"},
    {.name = "name"},
    {.name = "state"},
    {.name = "created"},
    {.name = "permissions", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "revision", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "rsa2_key_sha256", .detail = true},
    {.name = "rsa2_next_key_sha256", .detail = true},
    {.name = "rsa_key_sha256", .detail = true},
    {.name = "rsa_next_key_sha256", .detail = true},
};

static void put_key(struct kq_row *row, struct kq_slice der)
{
    if (der.size == 0) {
        kq_row_none(row);
        return;
    }
    char fingerprint[KQ_FINGERPRINT_TEXT_SIZE];
    bool made = kq_key_fingerprint(der, fingerprint, NULL).ok;
    struct kq_slice text = made ? kq_arena_copy(row->arena, kq_slice_of(fingerprint)) : KQ_SLICE_EMPTY;
    row->failed = row->failed || text.data == NULL;
    kq_row_text(row, text);
}

void kq_application_fill(struct kq_row *row, const void *item)
{
    const struct kq_application *application = item;
    kq_row_text(row, application->app_id);
    kq_row_text(row, application->pid);
    kq_row_text(row, application->name);
    kq_row_name(row, kq_application_state_name(application->state));
    kq_row_time(row, application->created_s);
    kq_row_texts(row, application->permissions, application->permission_count);
    kq_row_count(row, application->revision);
    put_key(row, application->keys[KQ_SIGN_RSA2].current);
    put_key(row, application->keys[KQ_SIGN_RSA2].next);
    put_key(row, application->keys[KQ_SIGN_RSA].current);
    put_key(row, application->keys[KQ_SIGN_RSA].next);
}
