/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CERTIFICATE_H
#define KQ_WIRE_CERTIFICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* X.509 certificates of the protocol's certificate mode: spec/gateway.md, "Certificate mode". The public key
 * in one is read by kq_public_key_load. */

/* An MD5 in hexadecimal. */
#define KQ_CERTIFICATE_SN_CHARS 32

struct kq_certificate_facts {
    char sn[KQ_CERTIFICATE_SN_CHARS + 1]; /* what callers send as app_cert_sn */
    int64_t not_before_s;                 /* Unix time; both ends belong to the validity */
    int64_t not_after_s;
};

/* Of the first certificate in a text (PEM with text around it, base64, DER). BAD_KEY says what else it is; a
 * private key anywhere in the text is a reason to refuse it. NO_MEMORY, CRYPTO (this system has no MD5).
 *
 * The serial number (sn) is the MD5, in lower-case hexadecimal, of the issuer's RFC 2253 name followed by the
 * certificate's serial number in decimal. The name is written as the platform's own Java does it: a name of
 * several attributes begins with the last; attributes that RFC 2253 does not know have their OID and `#`, the
 * value's DER in hexadecimal; characters that are not ASCII stand as themselves. */
KQ_MUST struct kq_result kq_certificate_read(struct kq_slice text, struct kq_certificate_facts *facts,
                                             struct kq_error *error);

/* The DER of the same certificate, in the arena: what is stored, and what two certificates are compared by.
 * Fails as kq_certificate_read does. */
KQ_MUST struct kq_result kq_certificate_read_der(struct kq_slice text, struct kq_arena *arena,
                                                 struct kq_slice *der, struct kq_error *error);

/* Whether one of `roots` vouches for a text's first certificate at that Unix time, by itself or through the
 * text's other certificates. Both texts were read by the functions here before. BAD_KEY says why not;
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_certificate_check_issuer(struct kq_slice text, struct kq_slice roots,
                                                     int64_t now_s, struct kq_error *error);

/* Appends a certificate as PEM. */
void kq_certificate_write_pem(struct kq_slice der, struct kq_buffer *pem);

/* Appends the serial numbers of those certificates of a bundle whose signature algorithm is one of PKCS#1 (as
 * the official libraries choose them), in the bundle's order, joined by `_`: what callers send as
 * alipay_root_cert_sn. BAD_KEY also where there is none. Nothing is appended on failure, but for NO_MEMORY.
 */
KQ_MUST struct kq_result kq_root_certificates_sn(struct kq_slice text, struct kq_buffer *sn,
                                                 struct kq_error *error);

#endif
