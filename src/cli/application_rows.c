/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_rows.h"

#include <inttypes.h>

#include "base/buffer.h"
#include "base/time.h"
#include "cli/keys.h"
#include "wire/json.h"

const struct kq_column kq_application_columns[KQ_APPLICATION_COLUMN_COUNT] = {
    {.name = "app_id"},
    {.name = "pid"},
    {.name = "name"},
    {.name = "state"},
    {.name = "created"},
    {.name = "permissions", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "limits", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "revision", .kind = KQ_COLUMN_COUNT, .detail = true},
    {.name = "rsa2_key_sha256", .detail = true},
    {.name = "rsa2_next_key_sha256", .detail = true},
    {.name = "rsa_key_sha256", .detail = true},
    {.name = "rsa_next_key_sha256", .detail = true},
    {.name = "certificates", .kind = KQ_COLUMN_JSON, .detail = true},
    {.name = "content_key", .kind = KQ_COLUMN_JSON, .detail = true},
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

/* method null: all methods together. */
static void put_limits(struct kq_row *row, const struct kq_application_limit *limits, size_t count)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append_byte(&json, '[');
    for (size_t i = 0; i < count; i++) {
        kq_json_append_separator(&json);
        kq_buffer_append_byte(&json, '{');
        kq_json_append_name(&json, "method");
        if (limits[i].method.size > 0) {
            kq_json_append_string(&json, limits[i].method);
        } else {
            kq_buffer_append(&json, KQ_SLICE("null"));
        }
        kq_json_append_name(&json, "per_second");
        kq_buffer_print(&json, "%" PRId64 "}", limits[i].per_second);
    }
    kq_buffer_append_byte(&json, ']');
    kq_row_json(row, &json);
}

static void append_certificate(struct kq_buffer *json, enum kq_sign_type sign_type, bool is_next,
                               const struct kq_application_certificate *certificate)
{
    char expires[KQ_TIME_TEXT_SIZE];
    if (certificate->der.size == 0) {
        return;
    }
    kq_time_format(certificate->not_after_s, expires);
    kq_json_append_separator(json);
    kq_buffer_append_byte(json, '{');
    kq_json_append_name(json, "sign_type");
    kq_json_append_string(json, kq_slice_of(kq_sign_type_name(sign_type)));
    kq_json_append_name(json, "next");
    kq_buffer_append(json, is_next ? KQ_SLICE("true") : KQ_SLICE("false"));
    kq_json_append_name(json, "sn");
    kq_json_append_string(json, certificate->sn);
    kq_json_append_name(json, "expires");
    kq_json_append_string(json, kq_slice_of(expires));
    kq_buffer_append_byte(json, '}');
}

static void put_certificates(struct kq_row *row, const struct kq_application *application)
{
    struct kq_buffer json KQ_CLEANUP(kq_buffer_free) = {0};
    kq_buffer_append_byte(&json, '[');
    for (unsigned i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        const struct kq_application_keys *keys = &application->keys[i];
        append_certificate(&json, (enum kq_sign_type)i, false, &keys->current_certificate);
        append_certificate(&json, (enum kq_sign_type)i, true, &keys->next_certificate);
    }
    kq_buffer_append_byte(&json, ']');
    kq_row_json(row, &json);
}

/* Only whether there is one. */
static void put_content_key(struct kq_row *row, struct kq_slice content_key)
{
    kq_row_name(row, content_key.size > 0 ? "true" : "false");
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
    put_limits(row, application->limits, application->limit_count);
    kq_row_count(row, application->revision);
    put_key(row, application->keys[KQ_SIGN_RSA2].current);
    put_key(row, application->keys[KQ_SIGN_RSA2].next);
    put_key(row, application->keys[KQ_SIGN_RSA].current);
    put_key(row, application->keys[KQ_SIGN_RSA].next);
    put_certificates(row, application);
    put_content_key(row, application->content_key);
}
