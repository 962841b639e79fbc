/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/options.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char *name_of(const char *word)
{
    return strncmp(word, "--", 2) == 0 ? word + 2 : "";
}

struct kq_result kq_bench_options_check(const struct kq_bench_options *options, const char *const *names,
                                        struct kq_error *error)
{
    for (size_t i = 0; i < options->count; i += 2) {
        size_t at = 0;
        while (names[at] != NULL && strcmp(names[at], name_of(options->words[i])) != 0) {
            at++;
        }
        KQ_ENSURE(names[at] != NULL, error, KQ_E_USAGE, "no option %s", options->words[i]);
        KQ_ENSURE(i + 1 < options->count, error, KQ_E_USAGE, "%s has no value", options->words[i]);
    }
    return KQ_OK;
}

const char *kq_bench_option(const struct kq_bench_options *options, const char *name, const char *fallback)
{
    for (size_t i = 0; i + 1 < options->count; i += 2) {
        if (strcmp(name_of(options->words[i]), name) == 0) {
            return options->words[i + 1];
        }
    }
    return fallback;
}

struct kq_result kq_bench_option_text(const struct kq_bench_options *options, const char *name,
                                      const char **value, struct kq_error *error)
{
    *value = kq_bench_option(options, name, NULL);
    KQ_ENSURE(*value != NULL, error, KQ_E_USAGE, "--%s is missing", name);
    return KQ_OK;
}

struct kq_result kq_bench_option_number(const struct kq_bench_options *options, const char *name,
                                        double fallback, double *value, struct kq_error *error)
{
    const char *text = kq_bench_option(options, name, NULL);
    *value = fallback;
    if (text != NULL) {
        char *end = NULL;
        *value = strtod(text, &end);
        KQ_ENSURE(end != text && *end == '\0' && isfinite(*value) && *value >= 0, error, KQ_E_USAGE,
                  "--%s is not a number: %s", name, text);
    }
    return KQ_OK;
}
