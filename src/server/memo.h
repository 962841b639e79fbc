/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_MEMO_H
#define KQ_SERVER_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/operation.h"
#include "server/digest_cache.h"
#include "wire/digest.h"
#include "wire/sign_type.h"

/* What a worker need not work out twice, because the same question always has the same answer:
 *
 * - the signature of bytes with a key and a sign type (RSASSA-PKCS1-v1_5 draws no random numbers);
 * - that a request's signature verifies with a key;
 * - the response to a send that has succeeded once: the same template_id and out_biz_no get that for ever,
 *   whatever else is asked (spec/vouchers.md, alipay.marketing.voucher.send);
 * - the response to a question that was asked of the store before, in the same second and with nothing
 *   committed since.
 *
 * Everything is found under a SHA-256 digest of all that the answer depends on. Whether a call may have its
 * answer, its time stamp, its application and its permission, is checked each time. One thread. */

struct kq_memo; /* owned by whoever opened it */

struct kq_memo_settings {
    size_t size_bytes;           /* of all together; 0: nothing is remembered */
    uint64_t seed;               /* random */
    struct kq_slice signing_key; /* the gateway's public key, DER: tells its signatures from another's */
    size_t signature_max_bytes;  /* of a signature's text */
};

/* What each kind gets of the bytes, in 64ths: so that the first three keep about as many entries (of some
 * 400, 64 and 330 bytes), and the last, whose entries are of one second, the rest. */
#define KQ_MEMO_SIGNATURE_SHARE 28
#define KQ_MEMO_VERIFIED_SHARE 4
#define KQ_MEMO_RESPONSE_SHARE 20
#define KQ_MEMO_READ_SHARE 12

/* A send's response, with room to spare. */
#define KQ_MEMO_RESPONSE_MAX_BYTES 256

/* A page of a wallet, some forty vouchers of a list. Longer ones are read again. */
#define KQ_MEMO_READ_MAX_BYTES 8192

KQ_MUST struct kq_result kq_memo_open(const struct kq_memo_settings *settings, struct kq_memo **memo,
                                      struct kq_error *error);

/* NULL is fine. */
void kq_memo_close(struct kq_memo *memo);

/* The digest under which the signature of `bytes` is kept. CRYPTO, NO_MEMORY. */
KQ_MUST struct kq_result kq_memo_signature_digest(struct kq_memo *memo, enum kq_sign_type sign_type,
                                                  struct kq_slice bytes,
                                                  unsigned char digest[KQ_SHA256_BYTES],
                                                  struct kq_error *error);

/* *text is borrowed until the next put. To be asked once for each answer; the second one is for whoever has
 * waited since then, and is not counted. */
bool kq_memo_get_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                           struct kq_slice *text);
bool kq_memo_peek_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                            struct kq_slice *text);
void kq_memo_put_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                           struct kq_slice text);

/* A request's signature: what it was made with, over and what it says. */
struct kq_memo_verification {
    struct kq_slice key; /* DER */
    enum kq_sign_type sign_type;
    struct kq_slice string_to_sign;
    struct kq_slice signature;
};

KQ_MUST struct kq_result kq_memo_verification_digest(struct kq_memo *memo,
                                                     const struct kq_memo_verification *verification,
                                                     unsigned char digest[KQ_SHA256_BYTES],
                                                     struct kq_error *error);
bool kq_memo_has_verified(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES]);
void kq_memo_put_verified(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES]);

/* The response object, in UTF-8, of an issue that has succeeded; what identifies it is its merchant, template
 * and out_biz_no. *response is borrowed until the next put. */
KQ_MUST struct kq_result kq_memo_issue_digest(struct kq_memo *memo, const struct kq_issue_request *request,
                                              unsigned char digest[KQ_SHA256_BYTES], struct kq_error *error);
bool kq_memo_get_response(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice *response);
void kq_memo_put_response(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice response);

/* A question to the store: what the response depends on, beside what has been committed. */
struct kq_memo_question {
    struct kq_slice method;
    struct kq_slice pid;
    struct kq_slice biz_content; /* UTF-8 */
    int64_t now_s;
    uint64_t revision; /* the reader's, from before it was read; not 0 */
};

KQ_MUST struct kq_result kq_memo_question_digest(struct kq_memo *memo,
                                                 const struct kq_memo_question *question,
                                                 unsigned char digest[KQ_SHA256_BYTES],
                                                 struct kq_error *error);
bool kq_memo_get_read(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                      struct kq_slice *response);
void kq_memo_put_read(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                      struct kq_slice response);

/* For metrics. Any thread. */
enum kq_memo_kind {
    KQ_MEMO_SIGNATURES,
    KQ_MEMO_VERIFICATIONS,
    KQ_MEMO_RESPONSES,
    KQ_MEMO_READS,
    KQ_MEMO_KIND_COUNT
};
void kq_memo_count(const struct kq_memo *memo, enum kq_memo_kind kind, struct kq_digest_cache_counts *counts);

#endif
