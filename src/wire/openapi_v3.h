/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_OPENAPI_V3_H
#define KQ_WIRE_OPENAPI_V3_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* What a call of the newer protocol says outside its body, and what is signed of it and of its answer
 * (spec/gateway.md, "OpenAPI v3"). Signatures are RSA2's. */

/* How the Authorization header begins; a space and the list follow. */
#define KQ_V3_SCHEME "ALIPAY-SHA256withRSA"

/* The headers of a request and of an answer, beside Authorization. Lower-case; any case is read. */
#define KQ_V3_HEADER_APP_AUTH_TOKEN "alipay-app-auth-token"
#define KQ_V3_HEADER_ROOT_CERT_SN "alipay-root-cert-sn"
#define KQ_V3_HEADER_ENCRYPT_TYPE "alipay-encrypt-type"
#define KQ_V3_HEADER_TIMESTAMP "alipay-timestamp"
#define KQ_V3_HEADER_NONCE "alipay-nonce"
#define KQ_V3_HEADER_SIGNATURE "alipay-signature"
#define KQ_V3_HEADER_TRACE_ID "alipay-trace-id"
#define KQ_V3_HEADER_SN "alipay-sn"

/* Client libraries send a UUID, 32 or 36 characters; a nonce is remembered, so it must not be of any length.
 */
#define KQ_V3_NONCE_MAX_BYTES ((size_t)128)

/* The header's list, `app_id=…,[app_cert_sn=…,]nonce=…,timestamp=<ms>[,…],sign=…`: slices of the header's
 * value, empty where something is missing. Items of other names are signed like these and mean nothing. */
struct kq_v3_authorization {
    struct kq_slice app_id;
    struct kq_slice app_cert_sn;
    struct kq_slice nonce;
    struct kq_slice timestamp_ms_text;
    struct kq_slice sign;        /* base64; not looked at here */
    struct kq_slice signed_list; /* what stands before `,sign=` */
    int64_t timestamp_ms;        /* since 1970; -1 where its text is missing or no number of milliseconds */
};

/* MISSING_SIGNATURE: an empty value. INVALID_SIGN_TYPE: another scheme. INVALID_PARAMETER_GATEWAY, saying
 * why: no list of names and values, one of the names above twice, something behind `sign`, which would be
 * unsigned, or a nonce that is too long. What was read before that stands in `authorization`. */
KQ_MUST struct kq_result kq_v3_authorization_read(struct kq_slice header_value,
                                                  struct kq_v3_authorization *authorization,
                                                  struct kq_error *error);

struct kq_v3_request {
    struct kq_slice authorization_list; /* kq_v3_authorization.signed_list */
    struct kq_slice http_method;        /* "POST" */
    struct kq_slice path_with_query;    /* as it stands in the request line: still percent-encoded */
    struct kq_slice body;               /* as it was sent; of multipart/form-data, the part `data` */
    struct kq_slice app_auth_token;     /* the header's value; empty: no line for it */
};

/* Both append; `text->failed` says that there was no memory. */
void kq_v3_request_string_to_sign(const struct kq_v3_request *request, struct kq_buffer *text);
void kq_v3_answer_string_to_sign(struct kq_slice timestamp, struct kq_slice nonce, struct kq_slice body,
                                 struct kq_buffer *text);

/* How all paths of the newer protocol begin. */
#define KQ_V3_PATH_PREFIX "/v3/"

/* Appends the path of a method: alipay.a.b is at /v3/alipay/a/b. */
void kq_v3_path_append(struct kq_slice method_name, struct kq_buffer *path);

/* Is it the path (without a query) of that method? */
bool kq_v3_path_is_of(struct kq_slice path, struct kq_slice method_name);

#endif
