/* SPDX-License-Identifier: Apache-2.0 */
#include "server/memo.h"

#include "base/memory.h"

#define SHARES                                                                                               \
    (KQ_MEMO_SIGNATURE_SHARE + KQ_MEMO_VERIFIED_SHARE + KQ_MEMO_RESPONSE_SHARE + KQ_MEMO_READ_SHARE)

struct kq_memo {
    struct kq_digester *digester;                       /* owned */
    struct kq_digest_cache *caches[KQ_MEMO_KIND_COUNT]; /* owned */
    unsigned char signing_key[KQ_SHA256_BYTES];         /* its digest */
};

static struct kq_result open_parts(struct kq_memo *memo, const struct kq_memo_settings *settings,
                                   struct kq_error *error)
{
    const struct {
        size_t share;
        size_t value_max_bytes;
    } rows[KQ_MEMO_KIND_COUNT] = {
        [KQ_MEMO_SIGNATURES] = {KQ_MEMO_SIGNATURE_SHARE, settings->signature_max_bytes},
        [KQ_MEMO_VERIFICATIONS] = {KQ_MEMO_VERIFIED_SHARE, 0},
        [KQ_MEMO_RESPONSES] = {KQ_MEMO_RESPONSE_SHARE, KQ_MEMO_RESPONSE_MAX_BYTES},
        [KQ_MEMO_READS] = {KQ_MEMO_READ_SHARE, KQ_MEMO_READ_MAX_BYTES},
    };
    KQ_TRY(kq_digester_open(&memo->digester, error));
    KQ_TRY(kq_digester_sha256(memo->digester, &settings->signing_key, 1, memo->signing_key, error));
    for (size_t kind = 0; kind < KQ_MEMO_KIND_COUNT; kind++) {
        KQ_TRY(kq_digest_cache_open(settings->size_bytes / SHARES * rows[kind].share,
                                    rows[kind].value_max_bytes, settings->seed, &memo->caches[kind], error));
    }
    return KQ_OK;
}

struct kq_result kq_memo_open(const struct kq_memo_settings *settings, struct kq_memo **memo,
                              struct kq_error *error)
{
    struct kq_memo *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened, error);
    if (!open_parts(opened, settings, error).ok) {
        kq_memo_close(opened);
        return KQ_FAILED;
    }
    *memo = opened;
    return KQ_OK;
}

void kq_memo_close(struct kq_memo *memo)
{
    if (memo == NULL) {
        return;
    }
    for (size_t kind = 0; kind < KQ_MEMO_KIND_COUNT; kind++) {
        kq_digest_cache_close(memo->caches[kind]);
    }
    kq_digester_close(memo->digester);
    kq_memory_free(memo);
}

static struct kq_slice bytes_of(const void *bytes, size_t size_bytes)
{
    return (struct kq_slice){.data = bytes, .size = size_bytes};
}

struct kq_result kq_memo_signature_digest(struct kq_memo *memo, enum kq_sign_type sign_type,
                                          struct kq_slice bytes, unsigned char digest[KQ_SHA256_BYTES],
                                          struct kq_error *error)
{
    const unsigned char type = (unsigned char)sign_type;
    const struct kq_slice parts[] = {
        bytes_of(memo->signing_key, sizeof(memo->signing_key)),
        bytes_of(&type, sizeof(type)),
        bytes,
    };
    return kq_digester_sha256(memo->digester, parts, KQ_COUNT(parts), digest, error);
}

bool kq_memo_get_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                           struct kq_slice *text)
{
    return kq_digest_cache_get(memo->caches[KQ_MEMO_SIGNATURES], digest, text);
}

bool kq_memo_peek_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                            struct kq_slice *text)
{
    return kq_digest_cache_peek(memo->caches[KQ_MEMO_SIGNATURES], digest, text);
}

void kq_memo_put_signature(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                           struct kq_slice text)
{
    kq_digest_cache_put(memo->caches[KQ_MEMO_SIGNATURES], digest, text);
}

struct kq_result kq_memo_verification_digest(struct kq_memo *memo,
                                             const struct kq_memo_verification *verification,
                                             unsigned char digest[KQ_SHA256_BYTES], struct kq_error *error)
{
    const size_t head[] = {
        (size_t)verification->sign_type,
        verification->key.size,
        verification->string_to_sign.size,
        verification->signature.size,
    };
    const struct kq_slice parts[] = {
        bytes_of(head, sizeof(head)),
        verification->key,
        verification->string_to_sign,
        verification->signature,
    };
    return kq_digester_sha256(memo->digester, parts, KQ_COUNT(parts), digest, error);
}

bool kq_memo_has_verified(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES])
{
    struct kq_slice nothing;
    return kq_digest_cache_get(memo->caches[KQ_MEMO_VERIFICATIONS], digest, &nothing);
}

void kq_memo_put_verified(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES])
{
    kq_digest_cache_put(memo->caches[KQ_MEMO_VERIFICATIONS], digest, KQ_SLICE_EMPTY);
}

struct kq_result kq_memo_issue_digest(struct kq_memo *memo, const struct kq_issue_request *request,
                                      unsigned char digest[KQ_SHA256_BYTES], struct kq_error *error)
{
    const size_t head[] = {request->pid.size, request->template_id.size, request->out_biz_no.size};
    const struct kq_slice parts[] = {
        bytes_of(head, sizeof(head)),
        request->pid,
        request->template_id,
        request->out_biz_no,
    };
    return kq_digester_sha256(memo->digester, parts, KQ_COUNT(parts), digest, error);
}

bool kq_memo_get_response(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice *response)
{
    return kq_digest_cache_get(memo->caches[KQ_MEMO_RESPONSES], digest, response);
}

void kq_memo_put_response(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                          struct kq_slice response)
{
    kq_digest_cache_put(memo->caches[KQ_MEMO_RESPONSES], digest, response);
}

struct kq_result kq_memo_question_digest(struct kq_memo *memo, const struct kq_memo_question *question,
                                         unsigned char digest[KQ_SHA256_BYTES], struct kq_error *error)
{
    const uint64_t head[] = {
        question->method.size,
        question->pid.size,
        (uint64_t)question->now_s,
        question->revision,
    };
    const struct kq_slice parts[] = {
        bytes_of(head, sizeof(head)),
        question->method,
        question->pid,
        question->biz_content,
    };
    return kq_digester_sha256(memo->digester, parts, KQ_COUNT(parts), digest, error);
}

bool kq_memo_get_read(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                      struct kq_slice *response)
{
    return kq_digest_cache_get(memo->caches[KQ_MEMO_READS], digest, response);
}

void kq_memo_put_read(struct kq_memo *memo, const unsigned char digest[KQ_SHA256_BYTES],
                      struct kq_slice response)
{
    kq_digest_cache_put(memo->caches[KQ_MEMO_READS], digest, response);
}

void kq_memo_count(const struct kq_memo *memo, enum kq_memo_kind kind, struct kq_digest_cache_counts *counts)
{
    kq_digest_cache_count(memo->caches[kind], counts);
}
