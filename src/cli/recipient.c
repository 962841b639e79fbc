/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/recipient.h"

struct kq_result kq_flag_recipient(const struct kq_invocation *invocation, struct kq_recipient *recipient,
                                   struct kq_error *error)
{
    static const struct {
        const char *name;
        enum kq_recipient_kind kind;
    } rows[] = {
        {"user-id", KQ_RECIPIENT_USER_ID},
        {"login-id", KQ_RECIPIENT_LOGIN_ID},
        {"taobao-nick", KQ_RECIPIENT_TAOBAO_NICK},
    };
    size_t given = 0;
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_slice text = kq_flag_text(invocation, rows[i].name);
        if (text.size > 0) {
            *recipient = (struct kq_recipient){.kind = rows[i].kind, .value = text};
            given++;
        }
    }
    KQ_ENSURE(given == 1, error, KQ_E_USAGE,
              "name the user by one of --user-id, --login-id and --taobao-nick");
    return KQ_OK;
}
