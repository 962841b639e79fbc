/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_RECIPIENT_H
#define KQ_CLI_RECIPIENT_H

#include "base/error.h"
#include "cli/command.h"
#include "domain/user.h"

/* How a command names a user. */

#define KQ_FLAGS_RECIPIENT                                                                                   \
    {.name = "user-id", .kind = KQ_FLAG_TEXT, .value = "ID", .text = "the user, by the id"},                 \
        {.name = "login-id",                                                                                 \
         .kind = KQ_FLAG_TEXT,                                                                               \
         .value = "LOGIN",                                                                                   \
         .text = "or by a phone number or an e-mail address"},                                               \
    {                                                                                                        \
        .name = "taobao-nick", .kind = KQ_FLAG_TEXT, .value = "NICK", .text = "or by the Taobao nick"        \
    }

/* Exactly one of the three: USAGE otherwise. */
KQ_MUST struct kq_result kq_flag_recipient(const struct kq_invocation *invocation,
                                           struct kq_recipient *recipient, struct kq_error *error);

#endif
