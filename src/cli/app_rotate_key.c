/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"
#include "cli/commands.h"
#include "cli/data.h"
#include "cli/result.h"

static const struct kq_flag flags[] = {
    KQ_FLAG_DATA,
    KQ_FLAG_APP_ID,
    {.name = "public-key",
     .kind = KQ_FLAG_TEXT,
     .value = "FILE",
     .text = "the new public key; alone, it takes the place of the present one at once"},
    KQ_FLAG_CERTIFICATE,
    {.name = "keep-current",
     .kind = KQ_FLAG_SWITCH,
     .text = "phase the new key in: calls signed with either verify, until --finish"},
    {.name = "finish", .kind = KQ_FLAG_SWITCH, .text = "only the key that was phased in counts from now on"},
    KQ_FLAG_SIGN_TYPE,
};

static struct kq_result run(struct kq_invocation *invocation, struct kq_error *error)
{
    struct kq_data data KQ_CLEANUP(kq_data_close) = {0};
    struct kq_operation operation = {.kind = KQ_OP_APPLICATION_ROTATE_KEY, .arena = &invocation->arena};
    struct kq_op_application_rotate_key *rotate = &operation.application_rotate_key;
    bool finish = kq_flag_switch(invocation, "finish");
    bool has_key = kq_flag_is_given(invocation, "public-key");
    bool has_certificate = kq_flag_is_given(invocation, "certificate");
    rotate->app_id = kq_flag_text(invocation, "app-id");
    rotate->keep_current = kq_flag_switch(invocation, "keep-current");
    KQ_ENSURE(
        (finish ? 1 : 0) + (has_key ? 1 : 0) + (has_certificate ? 1 : 0) == 1 &&
            !(finish && rotate->keep_current),
        error, KQ_E_USAGE,
        "give --public-key FILE or --certificate FILE, with --keep-current to phase it in, or --finish");
    KQ_TRY(kq_flag_sign_type(invocation, &rotate->sign_type, error));
    KQ_TRY(kq_data_open(invocation, &data, error));
    if (!finish) {
        KQ_TRY(kq_flag_key(invocation, &data, &rotate->public_key, &rotate->certificate, error));
    }
    KQ_TRY(kq_data_apply(&data, &operation, error));
    return kq_print_changed(invocation->json, "application", "app_id", rotate->app_id, "given its key", true,
                            error);
}

const struct kq_command kq_command_app_rotate_key = {
    .group = "app",
    .name = "rotate-key",
    .text = "give an application another public key or certificate, at once or in two steps",
    .example =
        "kaquan app rotate-key --data demo --app-id 2014072300007148 --public-key new.pem --keep-current",
    .flags = flags,
    .flag_count = KQ_COUNT(flags),
    .run = run,
};
