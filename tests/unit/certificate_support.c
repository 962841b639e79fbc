/* SPDX-License-Identifier: Apache-2.0 */
#include "certificate_support.h"

#include "wire/certificate.h"
#include "wire/certificate_issue.h"
#include "wire/key.h"

struct kq_slice make_certificate(struct kq_arena *arena, const struct made_certificate *made)
{
    struct kq_private_key *key = NULL;
    struct kq_private_key *issuer_key = NULL;
    struct kq_error error = {0};
    BUFFER pem = {0};
    struct kq_certificate_order order = {
        .common_name = kq_slice_of(made->name),
        .is_authority = made->is_authority,
        .serial = {(unsigned char)(1 + made->name[0])},
        .not_before_s = MADE_FROM_S,
        .not_after_s = MADE_UNTIL_S,
    };
    assert_ok(kq_private_key_load(golden(arena, "keys/%s", made->key), &key, &error), &error);
    assert_ok(kq_private_key_load(golden(arena, "keys/%s", made->issuer_key), &issuer_key, &error), &error);
    assert_ok(kq_private_key_export_public(key, arena, &order.public_key, &error), &error);
    if (made->issuer.size > 0) {
        assert_ok(kq_certificate_read_der(made->issuer, arena, &order.issuer, &error), &error);
    }
    order.issuer_key = issuer_key;
    assert_ok(kq_certificate_issue(&order, &pem, &error), &error);
    kq_private_key_free(key);
    kq_private_key_free(issuer_key);
    return kq_arena_copy(arena, kq_buffer_slice(&pem));
}
