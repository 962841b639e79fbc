/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CERTIFICATE_NAME_H
#define KQ_WIRE_CERTIFICATE_NAME_H

#include <openssl/x509.h>

#include "base/buffer.h"
#include "base/error.h"

/* Appends a distinguished name in RFC 2253's form, with the freedoms that the RFC leaves used as Java's
 * X500Principal does, which is what serial numbers are made of on the platform. NO_MEMORY, BAD_KEY. */
KQ_MUST struct kq_result kq_certificate_name_print(const X509_NAME *name, struct kq_buffer *text,
                                                   struct kq_error *error);

#endif
