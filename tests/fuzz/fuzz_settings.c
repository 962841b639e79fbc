/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "cli/flags.h"
#include "cli/settings.h"

/* The file kaquan.conf, read for a command with a flag of each kind. */

static const struct kq_flag flags[] = {
    {.name = "data", .kind = KQ_FLAG_TEXT, .max_chars = 20},
    {.name = "login-id", .kind = KQ_FLAG_LIST},
    {.name = "workers", .kind = KQ_FLAG_NUMBER, .minimum = -9, .maximum = 99},
    {.name = "amount", .kind = KQ_FLAG_MONEY},
    {.name = "start", .kind = KQ_FLAG_TIME},
    {.name = "draft", .kind = KQ_FLAG_SWITCH},
    {.name = "profile", .kind = KQ_FLAG_TEXT},
};
static const struct kq_command command = {.name = "serve", .flags = flags, .flag_count = KQ_COUNT(flags)};
const struct kq_command *const kq_commands[] = {&command};
const size_t kq_command_count = KQ_COUNT(kq_commands);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_invocation invocation;
    struct kq_error error = {0};
    FUZZ_CHECK(kq_invocation_init(&invocation, &command, &error).ok);
    if (kq_settings_read(&invocation, "kaquan.conf", fuzz_input(data, size), &error).ok) {
        FUZZ_CHECK(kq_flag_number(&invocation, "workers") >= -9 &&
                   kq_flag_number(&invocation, "workers") <= 99);
    } else {
        FUZZ_CHECK(error.code == KQ_E_USAGE && error.detail[0] != '\0');
    }
    kq_invocation_free(&invocation);
    return 0;
}
