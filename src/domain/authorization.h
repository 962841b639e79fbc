/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_AUTHORIZATION_H
#define KQ_DOMAIN_AUTHORIZATION_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"

/* How a merchant's grant comes to an application (spec/vouchers.md, alipay.open.auth.token.app): the merchant
 * makes a code, the application exchanges it for an app_auth_token and a refresh token, and later the refresh
 * token for two new ones. Codes and tokens are stored as digests only. */

/* A code goes from one window to another, by hand; RFC 6749 section 4.1.2 wants no more for it. */
#define KQ_AUTH_CODE_LIFETIME_S INT64_C(600)

/* The platform's: a year, and a week longer for the refresh token, so that a token that has just expired can
 * still be replaced. */
#define KQ_GRANT_LIFETIME_S INT64_C(31536000)
#define KQ_REFRESH_TOKEN_LIFETIME_S INT64_C(32140800)

/* A refreshed token serves so much longer, as the platform's does: calls that are under way, and machines
 * that hear of the new one later, do not fail. */
#define KQ_GRANT_OVERLAP_S INT64_C(600)

/* How long a dead grant's row is kept, so that its token is "expired" rather than unknown: longer than its
 * refresh token can be used. */
#define KQ_DEAD_GRANT_KEPT_S INT64_C(2592000)

/* So many dead rows go whenever a new one is made: they cannot pile up, and no write takes long. */
#define KQ_DEAD_ROWS_MAX 100

/* An app_auth_token or a refresh token, as the platform's look: the month, two letters, then 128 random bits:
 * 202611BB0f3c… A code is the random bits alone. */
#define KQ_TOKEN_RANDOM_BYTES 16
#define KQ_TOKEN_TEXT_SIZE (KQ_APP_AUTH_TOKEN_CHARS + 1)
#define KQ_CODE_CHARS ((size_t)2 * KQ_TOKEN_RANDOM_BYTES)
#define KQ_CODE_TEXT_SIZE (KQ_CODE_CHARS + 1)

void kq_token_write(int64_t now_s, const unsigned char random[KQ_TOKEN_RANDOM_BYTES],
                    char text[KQ_TOKEN_TEXT_SIZE]);
void kq_code_write(const unsigned char random[KQ_TOKEN_RANDOM_BYTES], char text[KQ_CODE_TEXT_SIZE]);

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_auth_code {
    struct kq_slice code_digest; /* KQ_TOKEN_DIGEST_BYTES */
    struct kq_slice app_id;      /* the application that may exchange it */
    struct kq_slice pid;         /* the merchant that it may act for then */
    int64_t expires_s;
    int64_t created_s;
    const struct kq_slice *methods; /* none: every method that the application may call */
    size_t method_count;
};

struct kq_refresh_token {
    struct kq_slice refresh_digest; /* KQ_TOKEN_DIGEST_BYTES */
    int64_t expires_s;
    struct kq_grant grant; /* the one that it replaces */
};

/* May the code be made for `application` (NULL: there is none of that id)? Sets when it expires. NOT_FOUND,
 * BAD_INPUT. */
KQ_MUST struct kq_result kq_auth_code_decide_create(struct kq_auth_code *code,
                                                    const struct kq_application *application, int64_t now_s,
                                                    struct kq_error *error);

/* The grant that `app_id` gets for the code (NULL: there is none, or it was used), without its token's
 * digest; the code is used up by it. AUTH_CODE_INVALID, also where it has expired or is another
 * application's. */
KQ_MUST struct kq_result kq_auth_code_decide_exchange(const struct kq_auth_code *code, struct kq_slice app_id,
                                                      int64_t now_s, struct kq_grant *grant,
                                                      struct kq_error *error);

/* The grant that `app_id` gets for the refresh token (NULL: there is none, or it was used, or the grant was
 * revoked), without its token's digest; the refresh token is used up by it, and the old grant ends at
 * *old_expires_s. REFRESH_TOKEN_INVALID, also where it is another application's; REFRESH_TOKEN_EXPIRED. */
KQ_MUST struct kq_result kq_refresh_token_decide(const struct kq_refresh_token *refresh,
                                                 struct kq_slice app_id, int64_t now_s,
                                                 struct kq_grant *grant, int64_t *old_expires_s,
                                                 struct kq_error *error);

/* May the grant of a token (NULL: there is none) be revoked? NOT_FOUND. */
KQ_MUST struct kq_result kq_grant_decide_revoke(const struct kq_grant *grant, struct kq_error *error);

/* May all of the merchant's grants to the application (NULL: there is none of that id) be revoked? NOT_FOUND,
 * BAD_INPUT. */
KQ_MUST struct kq_result kq_grant_decide_revoke_all(const struct kq_application *application,
                                                    struct kq_slice pid, struct kq_error *error);

#endif
