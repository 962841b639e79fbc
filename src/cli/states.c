/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/states.h"

#include "cli/data.h"
#include "cli/result.h"

static struct kq_result apply(struct kq_invocation *invocation, struct kq_operation *operation,
                              struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    operation->arena = &invocation->arena;
    KQ_TRY(kq_data_open(invocation, &data, error));
    return kq_data_apply(&data, operation, error);
}

struct kq_result kq_set_application_state(struct kq_invocation *invocation, enum kq_application_state state,
                                          const char *verb, struct kq_error *error)
{
    struct kq_slice id = kq_flag_text(invocation, "app-id");
    struct kq_operation operation = {
        .kind = KQ_OP_APPLICATION_SET_STATE,
        .application_set_state = {.app_id = id, .state = state},
    };
    KQ_TRY(apply(invocation, &operation, error));
    return kq_print_changed(invocation->json, "application", "app_id", id, verb,
                            operation.application_set_state.changed, error);
}

struct kq_result kq_set_user_state(struct kq_invocation *invocation, enum kq_user_state state,
                                   const char *verb, struct kq_error *error)
{
    struct kq_slice id = kq_flag_text(invocation, "user-id");
    struct kq_operation operation = {
        .kind = KQ_OP_USER_SET_STATE,
        .user_set_state = {.user_id = id, .state = state},
    };
    KQ_TRY(apply(invocation, &operation, error));
    return kq_print_changed(invocation->json, "user", "user_id", id, verb, operation.user_set_state.changed,
                            error);
}

struct kq_result kq_move_template(struct kq_invocation *invocation, enum kq_template_state to,
                                  const char *verb, struct kq_error *error)
{
    struct kq_slice id = kq_flag_text(invocation, "template-id");
    struct kq_operation operation = {
        .kind = KQ_OP_TEMPLATE_MOVE,
        .template_move = {.template_id = id, .to = to},
    };
    KQ_TRY(apply(invocation, &operation, error));
    return kq_print_changed(invocation->json, "template", "template_id", id, verb,
                            operation.template_move.changed, error);
}
