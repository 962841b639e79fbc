/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/commands.h"

#include <string.h>

const struct kq_command *const kq_commands[] = {
    &kq_command_init,
    &kq_command_serve,
    &kq_command_call,
    &kq_command_sign,
    &kq_command_verify,
    &kq_command_profile_set,
    &kq_command_profile_list,
    &kq_command_profile_show,
    &kq_command_merchant_create,
    &kq_command_merchant_list,
    &kq_command_app_create,
    &kq_command_app_list,
    &kq_command_app_show,
    &kq_command_app_rotate_key,
    &kq_command_app_issue_certificate,
    &kq_command_app_set_content_key,
    &kq_command_app_permit,
    &kq_command_app_limit,
    &kq_command_app_grant,
    &kq_command_app_authorize,
    &kq_command_app_grants,
    &kq_command_app_revoke,
    &kq_command_app_disable,
    &kq_command_app_enable,
    &kq_command_user_create,
    &kq_command_user_import,
    &kq_command_user_list,
    &kq_command_user_show,
    &kq_command_user_freeze,
    &kq_command_user_unfreeze,
    &kq_command_shop_create,
    &kq_command_shop_list,
    &kq_command_template_create,
    &kq_command_template_activate,
    &kq_command_template_delete,
    &kq_command_template_list,
    &kq_command_template_show,
    &kq_command_voucher_send,
    &kq_command_voucher_import,
    &kq_command_voucher_list,
    &kq_command_voucher_show,
    &kq_command_voucher_events,
    &kq_command_voucher_use,
    &kq_command_voucher_refund,
    &kq_command_voucher_delay,
    &kq_command_voucher_delete,
    &kq_command_pass_create,
    &kq_command_pass_import,
    &kq_command_pass_list,
    &kq_command_notification_list,
    &kq_command_notification_retry,
    &kq_command_report,
    &kq_command_audit,
    &kq_command_completion,
    &kq_command_version,
};

const size_t kq_command_count = KQ_COUNT(kq_commands);

static bool is_word(const char *word, const char *expected)
{
    return word != NULL && strcmp(word, expected) == 0;
}

const struct kq_command *kq_command_find(int count, char *const *words, int *taken)
{
    for (size_t i = 0; i < kq_command_count; i++) {
        const struct kq_command *command = kq_commands[i];
        *taken = command->group == NULL ? 1 : 2;
        if (count >= *taken && (command->group == NULL || is_word(words[0], command->group)) &&
            is_word(words[*taken - 1], command->name)) {
            return command;
        }
    }
    return NULL;
}

bool kq_command_is_group(const char *word)
{
    for (size_t i = 0; i < kq_command_count; i++) {
        if (kq_commands[i]->group != NULL && is_word(word, kq_commands[i]->group)) {
            return true;
        }
    }
    return false;
}
