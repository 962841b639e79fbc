/* SPDX-License-Identifier: Apache-2.0 */
#include "server/suspects.h"

#include "domain/application.h"

/* An application has two keys of each sign type at most, the present one and the next, and most have one of
 * one type: where they have more, the last ones' keys find no place. */
#define APPLICATIONS_MAX (KQ_SUSPECTS_MAX / 2)

static struct kq_result read(struct kq_reader *reader, struct kq_operation *operation, struct kq_error *error)
{
    kq_reader_read(reader, operation);
    if (operation->error.code != KQ_E_NONE) {
        *error = operation->error;
        return KQ_FAILED;
    }
    return KQ_OK;
}

static void add(struct kq_suspects *suspects, struct kq_doctor_key key)
{
    if (key.der.size > 0 && suspects->count < KQ_SUSPECTS_MAX) {
        suspects->keys[suspects->count++] = key;
    }
}

/* A key with its certificate is named by that. */
static struct kq_result name_key(const struct kq_application *application,
                                 const struct kq_application_certificate *certificate, struct kq_arena *arena,
                                 struct kq_doctor_key *key, struct kq_error *error)
{
    struct kq_slice app_id = application->app_id;
    bool is_certified = certificate->der.size > 0;
    key->certificate_sn = is_certified ? certificate->sn : KQ_SLICE_EMPTY;
    if (is_certified) {
        key->label = kq_arena_print(arena, "the certificate %.*s of application %.*s",
                                    KQ_SLICE_PRINT(certificate->sn), KQ_SLICE_PRINT(app_id));
        key->label_chinese = kq_arena_print(arena, "应用 %.*s 的证书 %.*s", KQ_SLICE_PRINT(app_id),
                                            KQ_SLICE_PRINT(certificate->sn));
    } else {
        key->label = kq_arena_print(arena, "application %.*s", KQ_SLICE_PRINT(app_id));
        key->label_chinese = kq_arena_print(arena, "应用 %.*s", KQ_SLICE_PRINT(app_id));
    }
    KQ_ENSURE_MEMORY(key->label.data != NULL && key->label_chinese.data != NULL, error);
    return KQ_OK;
}

/* One of an application's, where it is there and has a certificate or not, as asked. */
static struct kq_result add_key(struct kq_suspects *suspects, const struct kq_application *application,
                                struct kq_doctor_key key,
                                const struct kq_application_certificate *certificate, bool is_certified,
                                struct kq_arena *arena, struct kq_error *error)
{
    if (key.der.size == 0 || (certificate->der.size > 0) != is_certified) {
        return KQ_OK;
    }
    KQ_TRY(name_key(application, certificate, arena, &key, error));
    add(suspects, key);
    return KQ_OK;
}

/* Those with certificates first: whoever has one means to sign with it. */
static struct kq_result add_application(struct kq_suspects *suspects,
                                        const struct kq_application *application, enum kq_doctor_role role,
                                        enum kq_sign_type first, struct kq_arena *arena,
                                        struct kq_error *error)
{
    struct kq_doctor_key key = {.role = role};
    for (unsigned i = 0; i < 2 * KQ_SIGN_TYPE_COUNT; i++) {
        bool is_certified = i < KQ_SIGN_TYPE_COUNT;
        key.sign_type = (enum kq_sign_type)((first + i) % KQ_SIGN_TYPE_COUNT);
        const struct kq_application_keys *keys = &application->keys[key.sign_type];
        key.der = keys->current;
        KQ_TRY(add_key(suspects, application, key, &keys->current_certificate, is_certified, arena, error));
        key.der = keys->next;
        KQ_TRY(add_key(suspects, application, key, &keys->next_certificate, is_certified, arena, error));
    }
    return KQ_OK;
}

struct kq_result kq_suspects_read(struct kq_reader *reader, struct kq_slice app_id,
                                  enum kq_sign_type sign_type, struct kq_slice gateway,
                                  struct kq_arena *arena, struct kq_suspects *suspects,
                                  struct kq_error *error)
{
    struct kq_operation get = {.kind = KQ_OP_APPLICATION_GET, .arena = arena};
    struct kq_operation list = {.kind = KQ_OP_APPLICATION_LIST, .arena = arena};
    get.application_get.app_id = app_id;
    list.application_list.page.limit = APPLICATIONS_MAX;
    suspects->count = 0;
    suspects->keys = kq_arena_allocate_array(arena, KQ_SUSPECTS_MAX, sizeof(suspects->keys[0]));
    KQ_ENSURE_MEMORY(suspects->keys, error);
    KQ_TRY(read(reader, &get, error));
    if (get.application_get.found) {
        KQ_TRY(add_application(suspects, &get.application_get.application, KQ_ROLE_REGISTERED, sign_type,
                               arena, error));
    }
    add(suspects, (struct kq_doctor_key){.role = KQ_ROLE_GATEWAY,
                                         .der = gateway,
                                         .label = KQ_SLICE("the gateway"),
                                         .label_chinese = KQ_SLICE("网关")});
    KQ_TRY(read(reader, &list, error));
    for (size_t i = 0; i < list.application_list.count; i++) {
        const struct kq_application *other = &list.application_list.items[i];
        if (!kq_slice_equal(other->app_id, app_id)) {
            KQ_TRY(add_application(suspects, other, KQ_ROLE_OTHER, sign_type, arena, error));
        }
    }
    return KQ_OK;
}
