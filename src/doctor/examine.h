/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_EXAMINE_H
#define KQ_DOCTOR_EXAMINE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"
#include "doctor/mistakes.h"
#include "doctor/request_read.h"
#include "wire/opened_signature.h"
#include "wire/sign_type.h"

/* Why a signature fails. The public key that belongs to it opens a signature and gives the digest that was
 * signed (wire/opened_signature.h): so the key is found first, with one operation a key, and what was done
 * wrong then by comparing digests, which is cheap enough to try thousands of mistakes and combinations. */

enum kq_doctor_role {
    KQ_ROLE_REGISTERED, /* the application's key */
    KQ_ROLE_GATEWAY,    /* the gateway's own, which notifications are signed with */
    KQ_ROLE_OWN,        /* the public half of a private key that the caller believes he signs with */
    KQ_ROLE_OTHER,      /* somebody else's */
};

struct kq_doctor_key {
    enum kq_doctor_role role;
    bool is_for_any;                /* REGISTERED: for both sign types */
    enum kq_sign_type sign_type;    /* else for this one */
    struct kq_slice der;            /* SubjectPublicKeyInfo */
    struct kq_slice certificate_sn; /* REGISTERED: verifies calls that name it; empty: those that name none */
    struct kq_slice label;          /* for people: "application 2014072300007148", a file's name */
    struct kq_slice label_chinese;  /* empty: the same */
};

struct kq_examination {
    const struct kq_sent_request *request;
    struct kq_slice signature;        /* its base64; empty: the request's sign */
    const struct kq_doctor_key *keys; /* those that should fit first: they are tried in this order */
    size_t key_count;
    size_t openings_max; /* of signatures by keys, some 30 µs each for RSA-2048 */
    size_t work_max;     /* of texts made and hashed: their bytes, some times over, and KQ_TRIAL_BYTES each */
};

/* What a trial costs beside its text, in bytes that could be hashed instead. */
#define KQ_TRIAL_BYTES ((size_t)512)

enum kq_verdict {
    KQ_VERDICT_VERIFIES,
    KQ_VERDICT_EXPLAINED,      /* the findings say all */
    KQ_VERDICT_STRING_UNKNOWN, /* signed with a known key, over a string that nothing that was tried makes */
    KQ_VERDICT_KEY_UNKNOWN,    /* no key that was given opens it */
    KQ_VERDICT_UNSIGNED,
};

/* "verifies", "explained", …: for programs. */
const char *kq_verdict_name(enum kq_verdict verdict);

struct kq_finding {
    const struct kq_advice *advice;  /* static */
    struct kq_slice subject;         /* in the arena; empty: every value, or none is named */
    struct kq_slice subject_chinese; /* empty: the same */
};

/* Four of authorization, one each of a parameter that is there twice, signature, key, digest, three
 * mistakes. */
#define KQ_FINDINGS_MAX 12

struct kq_diagnosis {
    enum kq_verdict verdict;
    struct kq_finding findings[KQ_FINDINGS_MAX];
    size_t finding_count;            /* 0: it verifies */
    struct kq_slice expected;        /* the string to sign, in the request's charset */
    struct kq_slice signed_text;     /* the one that was signed; data NULL: not known */
    const struct kq_doctor_key *key; /* whose private half signed; NULL: not known */
    const char *algorithm;           /* "SHA-256", …; NULL: not known */
    size_t openings;                 /* work done */
    size_t trials;
};

/* Everything in `diagnosis` lives in the arena, or is static, or is one of the examination's. A signature
 * that fails is no failure of this. NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_examine(const struct kq_examination *examination, struct kq_arena *arena,
                                    struct kq_diagnosis *diagnosis, struct kq_error *error);

/* The string to sign of the request, as it should be. In the request's arena. */
KQ_MUST struct kq_result kq_request_string_to_sign(const struct kq_sent_request *request,
                                                   struct kq_slice *text, struct kq_error *error);

/* Appends what to change, one sentence, in UTF-8. */
void kq_diagnosis_append_sentence(const struct kq_diagnosis *diagnosis, bool is_chinese,
                                  struct kq_buffer *text);

/* A piece of both strings around their first difference, made printable. */
struct kq_difference {
    size_t offset;            /* in bytes; SIZE_MAX: there is none, or the signed string is not known */
    struct kq_slice expected; /* UTF-8 */
    struct kq_slice signed_text;
};

/* With `hides_secrets`, tokens are shown as asterisks (secrets.h), and a string is empty where one may stand
 * in it in a form that is not known. NO_MEMORY. */
KQ_MUST struct kq_result kq_diagnosis_compare(const struct kq_diagnosis *diagnosis,
                                              const struct kq_sent_request *request, bool hides_secrets,
                                              struct kq_arena *arena, struct kq_difference *difference,
                                              struct kq_error *error);

#endif
