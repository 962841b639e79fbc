/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_FUZZ_FUZZ_H
#define KQ_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/slice.h"

/* What libFuzzer calls with each input. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline struct kq_slice fuzz_input(const uint8_t *data, size_t size)
{
    return (struct kq_slice){.data = (const char *)data, .size = size};
}

/* The first byte, which says how the rest is to be read; 0 where there is none. */
static inline uint8_t fuzz_take_choice(struct kq_slice *input)
{
    uint8_t choice = input->size == 0 ? 0 : (uint8_t)input->data[0];
    input->data += input->size == 0 ? 0 : 1;
    input->size -= input->size == 0 ? 0 : 1;
    return choice;
}

/* Unlike assert, in every build. */
#define FUZZ_CHECK(condition)                                                                                \
    do {                                                                                                     \
        if (!(condition)) {                                                                                  \
            abort();                                                                                         \
        }                                                                                                    \
    } while (0)

#endif
