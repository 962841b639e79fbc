/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLI_APPLICATION_FIELDS_H
#define KQ_CLI_APPLICATION_FIELDS_H

#include "base/error.h"
#include "cli/command.h"
#include "domain/application.h"
#include "wire/sign_type.h"

/* What the commands on applications share. */

#define KQ_FLAG_APP_ID                                                                                       \
    {                                                                                                        \
        .name = "app-id", .kind = KQ_FLAG_TEXT, .required = true, .value = "ID",                             \
        .text = "the application's id"                                                                       \
    }

#define KQ_FLAG_PID                                                                                          \
    {                                                                                                        \
        .name = "pid", .kind = KQ_FLAG_TEXT, .required = true, .value = "PID",                               \
        .text = "the merchant: 16 digits that begin with 2088"                                               \
    }

#define KQ_FLAG_SIGN_TYPE                                                                                    \
    {                                                                                                        \
        .name = "sign-type", .kind = KQ_FLAG_TEXT, .value = "TYPE", .text = "RSA2 (SHA-256) or RSA (SHA-1)", \
        .choices = (const char *const[]){"RSA2", "RSA", NULL}, .fallback = "RSA2"                            \
    }

#define KQ_FLAG_CERTIFICATE                                                                                  \
    {                                                                                                        \
        .name = "certificate", .kind = KQ_FLAG_TEXT, .value = "FILE",                                        \
        .text = "or its certificate, for certificate mode: its calls then carry app_cert_sn; -: standard "   \
                "input"                                                                                      \
    }

struct kq_data;

/* The key of --public-key, or of --certificate with what is stored of that; which of them is given has been
 * looked at. For a certificate, the data directory gets those of the gateway if it has none. USAGE (an empty
 * name), NOT_FOUND, IO, BAD_KEY. */
KQ_MUST struct kq_result kq_flag_key(struct kq_invocation *invocation, struct kq_data *data,
                                     struct kq_slice *public_key,
                                     struct kq_application_certificate *certificate, struct kq_error *error);

/* --sign-type. USAGE. */
KQ_MUST struct kq_result kq_flag_sign_type(const struct kq_invocation *invocation,
                                           enum kq_sign_type *sign_type, struct kq_error *error);

/* The flag's value, empty where it is not given, must be a method of the catalogue: BAD_INPUT, with the
 * nearest one. */
KQ_MUST struct kq_result kq_flag_method(const struct kq_invocation *invocation, const char *name,
                                        struct kq_slice *method, struct kq_error *error);

/* Each of the list flag's values must be one, too. */
KQ_MUST struct kq_result kq_flag_methods(const struct kq_invocation *invocation, const char *name,
                                         const struct kq_slice **methods, size_t *count,
                                         struct kq_error *error);

#endif
