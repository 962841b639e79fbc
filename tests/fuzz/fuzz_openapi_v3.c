/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/buffer.h"
#include "wire/openapi_v3.h"

static bool is_inside(struct kq_slice part, struct kq_slice whole)
{
    return part.size == 0 || (part.data >= whole.data && part.data + part.size <= whole.data + whole.size);
}

static void check_read(struct kq_slice header)
{
    struct kq_v3_authorization read;
    struct kq_error error = {0};
    if (!kq_v3_authorization_read(header, &read, &error).ok) {
        FUZZ_CHECK(kq_error_category(error.code) == KQ_CATEGORY_GATEWAY);
        return;
    }
    const struct kq_slice parts[] = {read.app_id, read.app_cert_sn,       read.nonce,
                                     read.sign,   read.timestamp_ms_text, read.signed_list};
    for (size_t i = 0; i < KQ_COUNT(parts); i++) {
        FUZZ_CHECK(is_inside(parts[i], header));
    }
    /* All but the signature is signed. */
    FUZZ_CHECK(is_inside(read.app_id, read.signed_list));
    FUZZ_CHECK(is_inside(read.nonce, read.signed_list));
    FUZZ_CHECK(is_inside(read.timestamp_ms_text, read.signed_list));
    FUZZ_CHECK(read.sign.size == 0 || read.sign.data >= read.signed_list.data + read.signed_list.size);
    FUZZ_CHECK(read.nonce.size <= KQ_V3_NONCE_MAX_BYTES);
    FUZZ_CHECK(read.timestamp_ms >= -1);
}

/* A name has one path. */
static void check_path(struct kq_slice name)
{
    struct kq_buffer path = {0};
    kq_v3_path_append(name, &path);
    FUZZ_CHECK(kq_v3_path_is_of(kq_buffer_slice(&path), name));
    FUZZ_CHECK(!kq_v3_path_is_of(name, name) || name.size == 0);
    kq_buffer_free(&path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice input = fuzz_input(data, size);
    check_read(input);
    check_path(input);
    return 0;
}
