/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notification_form.h"

#include "base/macros.h"
#include "base/money.h"
#include "base/time.h"
#include "wire/params.h"
#include "wire/signature.h"

static struct kq_result add(struct kq_params *params, const char *name, struct kq_slice value,
                            struct kq_error *error)
{
    return value.size == 0 ? KQ_OK : kq_params_add(params, kq_slice_of(name), value, error);
}

static struct kq_result add_time(struct kq_params *params, const char *name, int64_t time_s,
                                 struct kq_error *error)
{
    char text[KQ_TIME_TEXT_SIZE];
    kq_time_format(time_s, text);
    struct kq_slice kept = kq_arena_copy(params->arena, kq_slice_of(text));
    KQ_ENSURE_MEMORY(kept.data != NULL, error);
    return add(params, name, kept, error);
}

static struct kq_result add_amount(struct kq_params *params, int64_t amount_fen, struct kq_error *error)
{
    char text[KQ_MONEY_TEXT_SIZE];
    kq_money_format(amount_fen, text);
    struct kq_slice kept = kq_arena_copy(params->arena, kq_slice_of(text));
    KQ_ENSURE_MEMORY(kept.data != NULL, error);
    return add(params, "amount", kept, error);
}

static struct kq_result add_public(struct kq_params *params, const struct kq_due_notification *due,
                                   int64_t now_s, struct kq_error *error)
{
    const struct kq_notification *notification = &due->notification;
    KQ_TRY(add(params, "notify_id", notification->notify_id, error));
    KQ_TRY(add_time(params, "notify_time", now_s, error));
    KQ_TRY(add(params, "notify_type", kq_slice_of(kq_notification_type(notification->kind)), error));
    KQ_TRY(add(params, "app_id", due->app_id, error));
    KQ_TRY(add(params, "charset", KQ_SLICE("utf-8"), error));
    KQ_TRY(add(params, "version", KQ_SLICE("1.0"), error));
    return add(params, "sign_type", KQ_SLICE("RSA2"), error);
}

/* The string to sign does not say where a value ends: with an `&` in one, somebody who passes the form on
 * could cut it into other parameters. All other values are the gateway's own. */
static struct kq_slice without_ampersand(struct kq_slice value)
{
    return kq_slice_find(value, '&') < value.size ? KQ_SLICE_EMPTY : value;
}

static struct kq_result add_event(struct kq_params *params, const struct kq_notification *notification,
                                  struct kq_error *error)
{
    KQ_TRY(add(params, "voucher_id", notification->voucher_id, error));
    KQ_TRY(add(params, "template_id", notification->template_id, error));
    KQ_TRY(add(params, "user_id", notification->user_id, error));
    KQ_TRY(add(params, "out_biz_no", without_ampersand(notification->out_biz_no), error));
    if (notification->kind != KQ_NOTIFICATION_DELAY) {
        KQ_TRY(add_amount(params, notification->amount_fen, error));
    }
    KQ_TRY(add(params, "status", kq_slice_of(kq_voucher_status_name(notification->status)), error));
    KQ_TRY(add_time(params, "event_time", notification->event_s, error));
    return add_time(params, "expired_time", notification->expires_s, error);
}

static struct kq_result add_signature(struct kq_params *params, const struct kq_private_key *key,
                                      struct kq_error *error)
{
    struct kq_slice text;
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_TRY(kq_notification_string_to_sign(params, &text, error));
    KQ_TRY(kq_sign(key, KQ_SIGN_RSA2, text, &signature, error));
    struct kq_slice kept = kq_arena_copy(params->arena, kq_buffer_slice(&signature));
    KQ_ENSURE_MEMORY(kept.data != NULL, error);
    return add(params, "sign", kept, error);
}

struct kq_result kq_notification_form(const struct kq_due_notification *due, int64_t now_s,
                                      const struct kq_private_key *key, struct kq_arena *arena,
                                      struct kq_buffer *form, struct kq_error *error)
{
    struct kq_params params;
    kq_params_init(&params, arena);
    KQ_TRY(add_public(&params, due, now_s, error));
    KQ_TRY(add_event(&params, &due->notification, error));
    KQ_TRY(add_signature(&params, key, error));
    for (size_t i = 0; i < params.count; i++) {
        kq_buffer_append(form, i == 0 ? KQ_SLICE_EMPTY : KQ_SLICE("&"));
        kq_form_encode(params.items[i].name, form);
        kq_buffer_append_byte(form, '=');
        kq_form_encode(params.items[i].value, form);
    }
    KQ_ENSURE_MEMORY(!form->failed, error);
    return KQ_OK;
}
