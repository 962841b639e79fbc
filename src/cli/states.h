/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_STATES_H
#define KQ_CLI_STATES_H

#include "base/error.h"
#include "cli/command.h"
#include "domain/application.h"
#include "domain/template.h"
#include "domain/user.h"

/* The commands that bring one thing into another state: whichever --app-id, --user-id or --template-id names.
 * `verb` says what became of it: "disabled". NOT_FOUND, ILLEGAL_STATE, STORE, NO_MEMORY and what kq_data_open
 * says. */
KQ_MUST struct kq_result kq_set_application_state(struct kq_invocation *invocation,
                                                  enum kq_application_state state, const char *verb,
                                                  struct kq_error *error);
KQ_MUST struct kq_result kq_set_user_state(struct kq_invocation *invocation, enum kq_user_state state,
                                           const char *verb, struct kq_error *error);
KQ_MUST struct kq_result kq_move_template(struct kq_invocation *invocation, enum kq_template_state to,
                                          const char *verb, struct kq_error *error);

#endif
