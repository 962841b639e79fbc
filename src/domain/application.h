/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_APPLICATION_H
#define KQ_DOMAIN_APPLICATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/slice.h"
#include "wire/sign_type.h"

/* Applications call the gateway; each belongs to a merchant. Grants let an application act for another
 * merchant. */

#define KQ_APP_ID_MAX_CHARS 32 /* spec/gateway.md, "Public parameters" */
#define KQ_APP_AUTH_TOKEN_CHARS 40
#define KQ_METHOD_MAX_CHARS 128
#define KQ_NAME_MAX_CHARS 64
#define KQ_PERMISSIONS_MAX 128                 /* more than the platform's catalogue that we know of */
#define KQ_LIMITS_MAX (KQ_PERMISSIONS_MAX + 1) /* each method's, and that of all together */
#define KQ_CALLS_PER_SECOND_MAX 1000000        /* more than one machine answers: as good as no limit */

enum kq_application_state {
    KQ_APPLICATION_ACTIVE,
    KQ_APPLICATION_DISABLED,
};

/* What a key was registered with in certificate mode (spec/gateway.md). `der` empty: nothing, it is a bare
 * key. */
struct kq_application_certificate {
    struct kq_slice der; /* X.509 */
    struct kq_slice sn;  /* what callers send as app_cert_sn: see wire/certificate.h */
    int64_t not_before_s;
    int64_t not_after_s;
};

/* The keys of one sign type: SubjectPublicKeyInfo in DER; empty: none. While `next` is there, either
 * verifies. */
struct kq_application_keys {
    struct kq_slice current;
    struct kq_slice next;
    struct kq_application_certificate current_certificate;
    struct kq_application_certificate next_certificate;
};

/* How often an application may call. */
struct kq_application_limit {
    struct kq_slice method; /* empty: all methods together */
    int64_t per_second;     /* 1 to KQ_CALLS_PER_SECOND_MAX */
};

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_application {
    struct kq_slice app_id;
    struct kq_slice pid; /* the merchant it belongs to */
    struct kq_slice name;
    enum kq_application_state state;
    int64_t revision; /* grows with every change of the row or its keys: parsed keys are cached by it */
    int64_t created_s;
    struct kq_application_keys keys[KQ_SIGN_TYPE_COUNT];
    const struct kq_slice *permissions; /* methods beyond those that every application may call */
    size_t permission_count;
    const struct kq_application_limit *limits; /* its own, each method at most once, in their order */
    size_t limit_count;
    struct kq_slice content_key; /* AES; empty: it cannot encrypt. A secret: never shown. */
};

struct kq_merchant {
    struct kq_slice pid;
    struct kq_slice name; /* may be empty */
    int64_t created_s;
};

#define KQ_TOKEN_DIGEST_BYTES 32 /* SHA-256 of the token: the token itself is never stored */

struct kq_grant {
    struct kq_slice token_digest; /* KQ_TOKEN_DIGEST_BYTES */
    struct kq_slice app_id;
    struct kq_slice pid; /* the merchant that the application may act for */
    int64_t expires_s;   /* INT64_MAX: never */
    int64_t created_s;
    const struct kq_slice *methods; /* none: every method that the application may call */
    size_t method_count;
};

struct kq_shop {
    struct kq_slice shop_id;
    struct kq_slice pid;
    struct kq_slice name;
    struct kq_slice city_code; /* GB/T 2260: KQ_CITY_CODE_DIGITS digits */
    int64_t created_s;
};

#define KQ_SHOP_ID_MAX_CHARS 64
#define KQ_CITY_CODE_DIGITS 6

/* "active", "disabled". */
const char *kq_application_state_name(enum kq_application_state state);

/* The same certificate, or none both. */
bool kq_application_same_certificate(const struct kq_application_certificate *a,
                                     const struct kq_application_certificate *b);

/* Is a call that names `sn` (may be empty) one in certificate mode? So it is where any of the keys has a
 * certificate of that serial number, or where all of them have certificates. */
bool kq_application_is_in_certificate_mode(const struct kq_application *application, struct kq_slice sn);

/* How often the application may call `method` (empty: all methods together) by a limit of its own; 0: it has
 * none. */
int64_t kq_application_limit(const struct kq_application *application, struct kq_slice method);

/* May an application be created as given? *created false: the same is there already, permissions in any
 * order. BAD_INPUT for fields out of form, CONFLICT where the id stands with other data (also with another
 * state: what an operator has disabled since is not "already there"). Limits and the content key are no part
 * of it: an application is created without, and is the same whatever it has been given since. */
KQ_MUST struct kq_result kq_application_decide_create(const struct kq_application *application,
                                                      const struct kq_application *same_id, bool *created,
                                                      struct kq_error *error);

/* Does the grant let `app_id` call `method` now? INVALID_TOKEN (NULL grant, or another application's),
 * TOKEN_EXPIRED (from expires_s on), TOKEN_NO_API; in this order. spec/gateway.md, "Gateway errors". */
KQ_MUST struct kq_result kq_grant_check(const struct kq_grant *grant, struct kq_slice app_id,
                                        struct kq_slice method, int64_t now_s, struct kq_error *error);

/* The same for shops and merchants: *created false where the same stands there already. A merchant without a
 * name may be given one (*created true: write it), and to mention one without its name is no conflict. */
KQ_MUST struct kq_result kq_shop_decide_create(const struct kq_shop *shop, const struct kq_shop *same_id,
                                               bool *created, struct kq_error *error);
KQ_MUST struct kq_result kq_merchant_decide_create(const struct kq_merchant *merchant,
                                                   const struct kq_merchant *same_id, bool *created,
                                                   struct kq_error *error);

#endif
