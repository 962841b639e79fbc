/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/authorization.h"

#include <assert.h>
#include <stdio.h>

#include "base/time.h"
#include "domain/text.h"
#include "domain/user.h"

static_assert(KQ_DEAD_GRANT_KEPT_S > KQ_REFRESH_TOKEN_LIFETIME_S - KQ_GRANT_LIFETIME_S,
              "a grant would be forgotten while it can be refreshed");
static_assert(6 + 2 + 2 * KQ_TOKEN_RANDOM_BYTES == KQ_APP_AUTH_TOKEN_CHARS, "a token has another length");

static void write_hex(const unsigned char *bytes, size_t count, char *text)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 0x0F];
    }
    text[2 * count] = '\0';
}

void kq_token_write(int64_t now_s, const unsigned char random[KQ_TOKEN_RANDOM_BYTES],
                    char text[KQ_TOKEN_TEXT_SIZE])
{
    int head = snprintf(text, KQ_TOKEN_TEXT_SIZE, "%06dBB", (int)(kq_time_date_number(now_s) / 100));
    write_hex(random, KQ_TOKEN_RANDOM_BYTES, text + head);
}

void kq_code_write(const unsigned char random[KQ_TOKEN_RANDOM_BYTES], char text[KQ_CODE_TEXT_SIZE])
{
    write_hex(random, KQ_TOKEN_RANDOM_BYTES, text);
}

struct kq_result kq_auth_code_decide_create(struct kq_auth_code *code,
                                            const struct kq_application *application, int64_t now_s,
                                            struct kq_error *error)
{
    KQ_ENSURE(code->code_digest.size == KQ_TOKEN_DIGEST_BYTES, error, KQ_E_BAD_INPUT,
              "a code's digest has %d bytes", KQ_TOKEN_DIGEST_BYTES);
    KQ_TRY(kq_party_id_check("pid", code->pid, error));
    KQ_TRY(kq_text_check_ids("method", code->methods, code->method_count, KQ_PERMISSIONS_MAX,
                             KQ_METHOD_MAX_CHARS, error));
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no application %.*s",
              KQ_SLICE_PRINT(code->app_id));
    code->expires_s = now_s + KQ_AUTH_CODE_LIFETIME_S;
    code->created_s = now_s;
    return KQ_OK;
}

struct kq_result kq_auth_code_decide_exchange(const struct kq_auth_code *code, struct kq_slice app_id,
                                              int64_t now_s, struct kq_grant *grant, struct kq_error *error)
{
    KQ_ENSURE(code != NULL && kq_slice_equal(code->app_id, app_id) && now_s < code->expires_s, error,
              KQ_E_AUTH_CODE_INVALID, "%s", "");
    *grant = (struct kq_grant){
        .app_id = code->app_id,
        .pid = code->pid,
        .expires_s = now_s + KQ_GRANT_LIFETIME_S,
        .created_s = now_s,
        .methods = code->methods,
        .method_count = code->method_count,
    };
    return KQ_OK;
}

struct kq_result kq_refresh_token_decide(const struct kq_refresh_token *refresh, struct kq_slice app_id,
                                         int64_t now_s, struct kq_grant *grant, int64_t *old_expires_s,
                                         struct kq_error *error)
{
    KQ_ENSURE(refresh != NULL && kq_slice_equal(refresh->grant.app_id, app_id), error,
              KQ_E_REFRESH_TOKEN_INVALID, "%s", "");
    KQ_ENSURE(now_s < refresh->expires_s, error, KQ_E_REFRESH_TOKEN_EXPIRED, "%s", "");
    const struct kq_grant *old = &refresh->grant;
    int64_t overlap_end_s = now_s + KQ_GRANT_OVERLAP_S;
    *old_expires_s = old->expires_s < overlap_end_s ? old->expires_s : overlap_end_s;
    *grant = *old;
    grant->token_digest = KQ_SLICE_EMPTY;
    grant->expires_s = now_s + KQ_GRANT_LIFETIME_S;
    grant->created_s = now_s;
    return KQ_OK;
}

struct kq_result kq_grant_decide_revoke(const struct kq_grant *grant, struct kq_error *error)
{
    KQ_ENSURE(grant != NULL, error, KQ_E_NOT_FOUND, "there is no grant with this token");
    return KQ_OK;
}

struct kq_result kq_grant_decide_revoke_all(const struct kq_application *application, struct kq_slice pid,
                                            struct kq_error *error)
{
    KQ_TRY(kq_party_id_check("pid", pid, error));
    KQ_ENSURE(application != NULL, error, KQ_E_NOT_FOUND, "there is no such application");
    return KQ_OK;
}
