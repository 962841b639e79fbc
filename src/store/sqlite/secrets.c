/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/secrets.h"

#include "base/memory.h"
#include "wire/signature.h"

struct kq_result kq_secret_draw(const struct kq_clock *clock, char text[KQ_CODE_TEXT_SIZE],
                                unsigned char digest[KQ_TOKEN_DIGEST_BYTES], struct kq_error *error)
{
    unsigned char random[KQ_TOKEN_RANDOM_BYTES];
    clock->random(clock, random, sizeof(random));
    kq_code_write(random, text);
    kq_memory_wipe(random, sizeof(random));
    return kq_sha256((struct kq_slice){.data = text, .size = KQ_CODE_CHARS}, digest, error);
}
