/* SPDX-License-Identifier: Apache-2.0 */
#include "server/suspects.h"

#include "domain/application.h"

/* An application has two keys of each type at most. */
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

static struct kq_result add_application(struct kq_suspects *suspects,
                                        const struct kq_application *application, enum kq_doctor_role role,
                                        enum kq_sign_type first, struct kq_arena *arena,
                                        struct kq_error *error)
{
    struct kq_doctor_key key = {.role = role};
    key.label = kq_arena_print(arena, "application %.*s", KQ_SLICE_PRINT(application->app_id));
    KQ_ENSURE_MEMORY(key.label.data, error);
    for (unsigned i = 0; i < KQ_SIGN_TYPE_COUNT; i++) {
        key.sign_type = (enum kq_sign_type)((first + i) % KQ_SIGN_TYPE_COUNT);
        key.der = application->keys[key.sign_type].current;
        add(suspects, key);
        key.der = application->keys[key.sign_type].next;
        add(suspects, key);
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
    add(suspects,
        (struct kq_doctor_key){.role = KQ_ROLE_GATEWAY, .der = gateway, .label = KQ_SLICE("the gateway")});
    KQ_TRY(read(reader, &list, error));
    for (size_t i = 0; i < list.application_list.count; i++) {
        const struct kq_application *other = &list.application_list.items[i];
        if (!kq_slice_equal(other->app_id, app_id)) {
            KQ_TRY(add_application(suspects, other, KQ_ROLE_OTHER, sign_type, arena, error));
        }
    }
    return KQ_OK;
}
