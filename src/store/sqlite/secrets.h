/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_SECRETS_H
#define KQ_STORE_SQLITE_SECRETS_H

#include "base/error.h"
#include "domain/authorization.h"
#include "store/store.h"

/* Draws a new secret into `text`, for whoever is to know it, and its digest, for the store. CRYPTO,
 * NO_MEMORY. */
KQ_MUST struct kq_result kq_secret_draw(const struct kq_clock *clock, char text[KQ_CODE_TEXT_SIZE],
                                        unsigned char digest[KQ_TOKEN_DIGEST_BYTES], struct kq_error *error);

#endif
