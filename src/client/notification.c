/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "base/memory.h"
#include "client/client.h"
#include "client/message.h"
#include "wire/signature.h"

struct owned_notification {
    struct kq_client_notification notification; /* first: its address is the whole's */
    struct kq_arena arena;                      /* owned */
};

/* What is wrong with somebody else's bytes is their fault, unless this side ran out of memory. */
static struct kq_result blame(struct kq_error *error, const struct kq_error *cause)
{
    if (kq_error_category(cause->code) == KQ_CATEGORY_INTERNAL) {
        *error = *cause;
        return KQ_FAILED;
    }
    return kq_fail(error, KQ_E_ANSWER, "the notification cannot be read: %s", kq_error_text(cause->code));
}

static struct kq_result read_form(struct kq_slice form, struct kq_params *params, struct kq_error *error)
{
    struct kq_error cause = {0};
    if (!kq_form_decode(form, params, &cause).ok || !kq_params_check_duplicates(params, &cause).ok) {
        return blame(error, &cause);
    }
    return KQ_OK;
}

/* One string to sign can be cut at its `&` and `=` in several ways, and the gateway's key signs more than
 * notifications (the newer protocol's answers begin with a time stamp and a line end). So a name is of
 * the characters that a notification's names have: what else was signed is no notification. */
static bool is_name(struct kq_slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        char c = name.data[i];
        bool fits = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
                    c == '-' || c == '.';
        if (!fits) {
            return false;
        }
    }
    return name.size > 0;
}

static struct kq_result check_names(const struct kq_params *params, struct kq_error *error)
{
    for (size_t i = 0; i < params->count; i++) {
        KQ_ENSURE(is_name(params->items[i].name), error, KQ_E_ANSWER,
                  "the notification has a parameter whose name no notification has");
    }
    return KQ_OK;
}

/* What a parameter says could be hidden in another one's value, and something else said in its place. */
static struct kq_result check_values(const struct kq_params *params, struct kq_error *error)
{
    for (size_t i = 0; i < params->count; i++) {
        for (size_t j = 0; j < params->count; j++) {
            KQ_ENSURE(
                !kq_params_has_within(params->items[i].value, params->items[j].name), error, KQ_E_ANSWER,
                "the notification has a parameter within another one's value: it can be read in two ways");
        }
    }
    return KQ_OK;
}

static struct kq_result verify(struct kq_client *client, const struct kq_params *params,
                               struct kq_error *error)
{
    struct kq_slice sign = kq_params_find(params, KQ_SLICE("sign"));
    struct kq_slice sign_type_text = kq_params_find(params, KQ_SLICE("sign_type"));
    enum kq_sign_type sign_type = KQ_SIGN_RSA2;
    struct kq_slice text;
    KQ_ENSURE(sign.size > 0, error, KQ_E_INVALID_SIGNATURE, "the notification carries no signature");
    KQ_ENSURE(kq_sign_type_parse(sign_type_text, &sign_type), error, KQ_E_INVALID_SIGNATURE,
              "the notification's sign_type is neither RSA2 nor RSA");
    KQ_TRY(kq_notification_string_to_sign(params, &text, error));
    pthread_mutex_lock(&client->key_lock);
    struct kq_result verified = kq_verify(client->gateway_key, sign_type, text, sign, params->arena, error);
    pthread_mutex_unlock(&client->key_lock);
    KQ_ENSURE(verified.ok || error->code != KQ_E_INVALID_SIGNATURE, error, KQ_E_INVALID_SIGNATURE,
              "the notification's signature does not verify with the gateway public key given");
    return verified;
}

static struct kq_result copy_decoded(enum kq_charset charset, struct kq_slice bytes, struct kq_arena *arena,
                                     const char **text, struct kq_error *error)
{
    struct kq_slice utf8 = KQ_SLICE_EMPTY;
    struct kq_error cause = {0};
    if (!kq_charset_decode(charset, bytes, arena, &utf8, &cause).ok) {
        return blame(error, &cause);
    }
    *text = kq_arena_copy(arena, utf8).data;
    KQ_ENSURE_MEMORY(*text != NULL, error);
    return KQ_OK;
}

static struct kq_result take_parameters(const struct kq_params *params, struct owned_notification *owned,
                                        struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    struct kq_error cause = {0};
    if (!kq_charset_parse(kq_params_find(params, KQ_SLICE("charset")), &charset, &cause).ok) {
        return blame(error, &cause);
    }
    struct kq_client_parameter *items = kq_arena_allocate_array(&owned->arena, params->count, sizeof(*items));
    KQ_ENSURE_MEMORY(items != NULL, error);
    size_t count = 0;
    for (size_t i = 0; i < params->count; i++) {
        const struct kq_param *param = &params->items[i];
        if (param->value.size == 0) {
            continue; /* it is not signed */
        }
        KQ_TRY(copy_decoded(charset, param->name, &owned->arena, &items[count].name, error));
        KQ_TRY(copy_decoded(charset, param->value, &owned->arena, &items[count].value, error));
        count++;
    }
    owned->notification = (struct kq_client_notification){.parameters = items, .count = count};
    return KQ_OK;
}

static struct kq_result read(struct kq_client *client, struct kq_slice form, struct owned_notification *owned,
                             struct kq_error *error)
{
    struct kq_params params;
    kq_params_init(&params, &owned->arena);
    KQ_TRY(read_form(form, &params, error));
    KQ_TRY(check_names(&params, error));
    KQ_TRY(verify(client, &params, error));
    KQ_TRY(check_values(&params, error));
    KQ_ENSURE(kq_slice_equal(kq_params_find(&params, KQ_SLICE("app_id")), client->settings.app_id), error,
              KQ_E_ANSWER, "the notification is for another application");
    return take_parameters(&params, owned, error);
}

enum kq_client_status kq_client_verify_notification(struct kq_client *client, const char *form_body,
                                                    size_t size, struct kq_client_notification **notification,
                                                    struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct owned_notification *owned = kq_memory_allocate(sizeof(*owned));
    *notification = NULL;
    if (owned == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    const struct kq_slice form = {.data = form_body, .size = size};
    if (!read(client, form, owned, &cause).ok) {
        kq_client_notification_free(&owned->notification);
        return kq_client_fail_with(error, &cause);
    }
    *notification = &owned->notification;
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

const char *kq_client_notification_value(const struct kq_client_notification *notification, const char *name)
{
    for (size_t i = 0; i < notification->count; i++) {
        if (strcmp(notification->parameters[i].name, name) == 0) {
            return notification->parameters[i].value;
        }
    }
    return "";
}

void kq_client_notification_free(struct kq_client_notification *notification)
{
    if (notification != NULL) {
        struct owned_notification *owned = (struct owned_notification *)notification;
        kq_arena_free(&owned->arena);
        kq_memory_free(owned);
    }
}
