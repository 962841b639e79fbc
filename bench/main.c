/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "base/macros.h"
#include "bench/commands.h"

static const struct {
    const char *name;
    const char *options[12];
    struct kq_result (*run)(const struct kq_bench_options *options, struct kq_buffer *output,
                            struct kq_error *error);
} commands[] = {
    {"limit", {"seconds", "directory"}, kq_bench_limit_command},
    {"load",
     {"port", "app-id", "private-key", "calls", "connections", "seconds", "warm-up", "rate", "depth", "cycle",
      "server-pid"},
     kq_bench_load_command},
    {"client",
     {"gateway", "app-id", "private-key", "gateway-public-key", "calls", "in-flight", "bare", "seconds",
      "warm-up"},
     kq_bench_client_command},
    {"sign", {"app-id", "private-key", "calls"}, kq_bench_sign_command},
    {"store", {"database", "rows", "pid", "in-flight", "seconds"}, kq_bench_store_command},
    {"plain", {"store", "copy", "transaction"}, kq_bench_plain_command},
    {"receive", {NULL}, kq_bench_receive_command},
};

static struct kq_result run(int count, char **words, struct kq_buffer *output, struct kq_error *error)
{
    for (size_t i = 0; count > 1 && i < KQ_COUNT(commands); i++) {
        if (strcmp(commands[i].name, words[1]) == 0) {
            const struct kq_bench_options options = {.words = words + 2, .count = (size_t)count - 2};
            KQ_TRY(kq_bench_options_check(&options, commands[i].options, error));
            KQ_TRY(commands[i].run(&options, output, error));
            KQ_ENSURE_MEMORY(!output->failed, error);
            return KQ_OK;
        }
    }
    return kq_fail(error, KQ_E_USAGE,
                   "usage: kaquan-bench limit|load|client|sign|store|plain|receive --NAME VALUE...");
}

int main(int argc, char **argv)
{
    struct kq_error error = {0};
    struct kq_buffer output KQ_CLEANUP(kq_buffer_free) = {0};
    if (!run(argc, argv, &output, &error).ok) {
        fprintf(stderr, "kaquan-bench: %s\n", kq_error_message(&error));
        return 1;
    }
    fwrite(output.data, 1, output.size, stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
