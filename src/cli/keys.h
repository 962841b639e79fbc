/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_KEYS_H
#define KQ_CLI_KEYS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"
#include "wire/key.h"

/* Keys in files. `path` may be "-", standard input. Refusals (NOT_FOUND, IO, BAD_KEY) name the file. */

/* Whether what should be a secret key's file is the key itself: that is not to be shown, as refusals show a
 * file's name. Passes what is a file, whatever its name. USAGE, NO_MEMORY. */
KQ_MUST struct kq_result kq_key_file_check(const char *path, struct kq_error *error);

/* A private key; whatever was read of it is wiped. USAGE: it is no file, see above. */
KQ_MUST struct kq_result kq_load_private_key(const char *path, struct kq_private_key **key,
                                             struct kq_error *error);

/* A public key, or a certificate's. */
KQ_MUST struct kq_result kq_load_public_key(const char *path, struct kq_public_key **key,
                                            struct kq_error *error);

/* An application's public key as SubjectPublicKeyInfo in DER, made in the arena. BAD_KEY also where it is the
 * public key of the gateway in `directory`: an easy mistake, after which no signature of the application
 * would ever verify. */
KQ_MUST struct kq_result kq_load_application_key(const char *path, const char *directory,
                                                 struct kq_arena *arena, struct kq_slice *der,
                                                 struct kq_error *error);

/* The same of an application's certificate, whose key it is, with what is stored of it. BAD_KEY also where it
 * is not valid at that time. */
KQ_MUST struct kq_result kq_load_application_certificate(const char *path, const char *directory,
                                                         int64_t now_s, struct kq_arena *arena,
                                                         struct kq_slice *public_key,
                                                         struct kq_application_certificate *certificate,
                                                         struct kq_error *error);

/* SHA-256 of a DER SubjectPublicKeyInfo, in hex: what people compare keys by. */
#define KQ_FINGERPRINT_TEXT_SIZE 65
KQ_MUST struct kq_result kq_key_fingerprint(struct kq_slice der, char text[KQ_FINGERPRINT_TEXT_SIZE],
                                            struct kq_error *error);

/* For KQ_CLEANUP. */
void kq_public_key_cleanup(struct kq_public_key **key);
void kq_private_key_cleanup(struct kq_private_key **key);

#endif
