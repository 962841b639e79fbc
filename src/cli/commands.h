/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_COMMANDS_H
#define KQ_CLI_COMMANDS_H

#include "cli/command.h"

/* Every command's row; each stands in the file of its name, and does what its `text` says. */

extern const struct kq_command kq_command_app_authorize;
extern const struct kq_command kq_command_app_create;
extern const struct kq_command kq_command_app_disable;
extern const struct kq_command kq_command_app_enable;
extern const struct kq_command kq_command_app_grant;
extern const struct kq_command kq_command_app_grants;
extern const struct kq_command kq_command_app_issue_certificate;
extern const struct kq_command kq_command_app_limit;
extern const struct kq_command kq_command_app_list;
extern const struct kq_command kq_command_app_permit;
extern const struct kq_command kq_command_app_revoke;
extern const struct kq_command kq_command_app_rotate_key;
extern const struct kq_command kq_command_app_set_content_key;
extern const struct kq_command kq_command_app_show;
extern const struct kq_command kq_command_audit;
extern const struct kq_command kq_command_call;
extern const struct kq_command kq_command_completion;
extern const struct kq_command kq_command_profile_list;
extern const struct kq_command kq_command_profile_set;
extern const struct kq_command kq_command_profile_show;
extern const struct kq_command kq_command_init;
extern const struct kq_command kq_command_merchant_create;
extern const struct kq_command kq_command_merchant_list;
extern const struct kq_command kq_command_notification_list;
extern const struct kq_command kq_command_notification_retry;
extern const struct kq_command kq_command_pass_create;
extern const struct kq_command kq_command_pass_import;
extern const struct kq_command kq_command_pass_list;
extern const struct kq_command kq_command_report;
extern const struct kq_command kq_command_serve;
extern const struct kq_command kq_command_shop_create;
extern const struct kq_command kq_command_shop_list;
extern const struct kq_command kq_command_sign;
extern const struct kq_command kq_command_template_activate;
extern const struct kq_command kq_command_template_create;
extern const struct kq_command kq_command_template_delete;
extern const struct kq_command kq_command_template_list;
extern const struct kq_command kq_command_template_show;
extern const struct kq_command kq_command_user_create;
extern const struct kq_command kq_command_user_freeze;
extern const struct kq_command kq_command_user_import;
extern const struct kq_command kq_command_user_list;
extern const struct kq_command kq_command_user_show;
extern const struct kq_command kq_command_user_unfreeze;
extern const struct kq_command kq_command_verify;
extern const struct kq_command kq_command_version;
extern const struct kq_command kq_command_voucher_delay;
extern const struct kq_command kq_command_voucher_delete;
extern const struct kq_command kq_command_voucher_events;
extern const struct kq_command kq_command_voucher_import;
extern const struct kq_command kq_command_voucher_list;
extern const struct kq_command kq_command_voucher_refund;
extern const struct kq_command kq_command_voucher_send;
extern const struct kq_command kq_command_voucher_show;
extern const struct kq_command kq_command_voucher_use;

/* The command that the first words name, and how many words that takes; NULL: none. */
const struct kq_command *kq_command_find(int count, char *const *words, int *taken);

/* Does any command stand in a group of this name? */
bool kq_command_is_group(const char *word);

#endif
