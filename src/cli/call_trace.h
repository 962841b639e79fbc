/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_CALL_TRACE_H
#define KQ_CLI_CALL_TRACE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "kaquan.h"
#include "wire/key.h"

/* Headings. */
#define KQ_CALL_SIGNED "String to sign (all parameters but sign, sorted by name)"
#define KQ_CALL_SIGNED_IN_V3 "String to sign (the list of Authorization, method, path, body, app_auth_token)"

/* `kaquan call --verbose`: on standard error, what goes out and what comes back, so that a newcomer sees the
 * protocol and somebody whose signatures do not fit sees where. */
struct kq_call_trace {
    struct kq_slice charset; /* of the wire: shown in UTF-8 */
    bool is_v3;
    const char *key_path;
    char key_fingerprint[65]; /* SHA-256 of the gateway's public key */
    unsigned key_bits;
    unsigned parameters; /* shown so far */
};

/* Says with which key, from the file `path` and as a DER SubjectPublicKeyInfo, answers are verified. CRYPTO.
 */
KQ_MUST struct kq_result kq_call_trace_name_key(struct kq_call_trace *trace, const char *path,
                                                const struct kq_public_key *key, struct kq_slice der,
                                                struct kq_error *error);

/* A kq_client_observer; `data` is the trace. */
void kq_call_trace_observe(void *data, enum kq_client_event event, const char *bytes, size_t size);

#endif
