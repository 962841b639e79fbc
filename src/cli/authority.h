/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_AUTHORITY_H
#define KQ_CLI_AUTHORITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "server/gateway_modes.h"
#include "store/store.h"
#include "wire/key.h"

/* The certificates of a data directory, for the protocol's certificate mode: a root's, the gateway's that it
 * has signed, and the root's private key, so that it can sign applications', too. Whoever has an authority of
 * their own puts its root's certificate (or several) and one for the gateway's key there instead, without a
 * private key. */

#define KQ_ROOT_KEY_FILE_NAME "root_private_key.pem"
#define KQ_ROOT_CERTIFICATE_FILE_NAME "root_certificate.pem"
#define KQ_GATEWAY_CERTIFICATE_FILE_NAME "gateway_certificate.pem"

struct kq_authority {
    const char *directory; /* its path; borrowed, as the rest */
    const struct kq_clock *clock;
    struct kq_arena *arena;
};

/* Makes what is not there yet. *created: anything was. The directory's lock is held by the caller, as `lock`,
 * the open directory. CONFLICT (a root's certificate without what it takes to sign the gateway's), BAD_KEY
 * (the gateway's certificate is another key's), NOT_FOUND, IO, CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_authority_make(const struct kq_authority *authority, int lock,
                                           const struct kq_private_key *gateway_key, bool *created,
                                           struct kq_error *error);

/* The same, for those that do not hold the lock, and with the numbers of the certificates, in the arena.
 * Where this system cannot make such numbers (MD5), they and the certificate are empty,
 * and that is logged; so is what makes those that are there of no use to clients, or the root's key
 * anybody's. */
KQ_MUST struct kq_result kq_authority_open(const struct kq_authority *authority,
                                           const struct kq_private_key *gateway_key,
                                           struct kq_gateway_certificates *certificates,
                                           struct kq_error *error);

/* Appends a certificate for somebody else's key (DER), as PEM. NOT_FOUND: the directory has no root's private
 * key. Fails else as kq_certificate_issue does. */
KQ_MUST struct kq_result kq_authority_issue(const struct kq_authority *authority, struct kq_slice public_key,
                                            struct kq_slice common_name, int64_t days, struct kq_buffer *pem,
                                            struct kq_error *error);

/* Opens a directory and locks it: two that make files there make one of each. The lock ends with the
 * descriptor. IO. */
KQ_MUST struct kq_result kq_directory_lock(const char *path, int *lock, struct kq_error *error);

#endif
