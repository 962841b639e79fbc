/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BENCH_OPTIONS_H
#define KQ_BENCH_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* What scripts/bench says to a command of kaquan-bench: `--name value`, each value there, numbers in decimal.
 */
struct kq_bench_options {
    char **words;
    size_t count;
};

/* USAGE where a word is not one of `names` (NULL at the end) or has no value. */
KQ_MUST struct kq_result kq_bench_options_check(const struct kq_bench_options *options,
                                                const char *const *names, struct kq_error *error);

/* `fallback` where it is not given. */
const char *kq_bench_option(const struct kq_bench_options *options, const char *name, const char *fallback);

/* USAGE where it is missing. */
KQ_MUST struct kq_result kq_bench_option_text(const struct kq_bench_options *options, const char *name,
                                              const char **value, struct kq_error *error);

/* `fallback` where it is not given; USAGE where it is no number of 0 or more. */
KQ_MUST struct kq_result kq_bench_option_number(const struct kq_bench_options *options, const char *name,
                                                double fallback, double *value, struct kq_error *error);

#endif
