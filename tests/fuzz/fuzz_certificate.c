/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include <string.h>

#include <openssl/err.h>

#include "wire/certificate.h"
#include "wire/certificate_issue.h"

static void check_first(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_certificate_facts facts;
    struct kq_certificate_facts again;
    struct kq_buffer pem = {0};
    struct kq_error error = {0};
    struct kq_slice der;
    if (!kq_certificate_read(text, &facts, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY && error.detail[0] != '\0');
        return;
    }
    FUZZ_CHECK(strlen(facts.sn) == KQ_CERTIFICATE_SN_CHARS);
    FUZZ_CHECK(kq_certificate_read_der(text, arena, &der, &error).ok);
    kq_certificate_write_pem(der, &pem);
    FUZZ_CHECK(kq_certificate_read(kq_buffer_slice(&pem), &again, &error).ok);
    FUZZ_CHECK(strcmp(facts.sn, again.sn) == 0 && facts.not_after_s == again.not_after_s);
    kq_buffer_free(&pem);
}

/* A text has a certificate or a reason why not; OpenSSL's error queue stays empty. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_arena arena = {0};
    struct kq_buffer sn = {0};
    struct kq_error error = {0};
    struct kq_slice text = fuzz_input(data, size);
    struct kq_slice public_key;
    check_first(text, &arena);
    if (!kq_certificate_request_read(text, &arena, &public_key, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY && error.detail[0] != '\0');
    }
    if (!kq_root_certificates_sn(text, &sn, &error).ok) {
        FUZZ_CHECK(error.code == KQ_E_BAD_KEY && error.detail[0] != '\0' && sn.size == 0);
    } else {
        FUZZ_CHECK((sn.size + 1) % (KQ_CERTIFICATE_SN_CHARS + 1) == 0);
    }
    FUZZ_CHECK(ERR_peek_error() == 0);
    kq_buffer_free(&sn);
    kq_arena_free(&arena);
    return 0;
}
