/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_CERTIFICATE_MODE_H
#define KQ_CLIENT_CERTIFICATE_MODE_H

#include <stdbool.h>

#include "client/client.h"

/* Certificate mode (spec/gateway.md): its three certificates, when a client is opened. */

/* Whether the options name any of them. */
bool kq_certificate_mode_is_asked(const struct kq_client_options *options);

/* Reads and checks them, against each other and the private key, which is loaded before: sets the numbers
 * that are sent and expected, and the gateway's key. USAGE, BAD_KEY, NO_MEMORY, CRYPTO. */
KQ_MUST struct kq_result kq_certificate_mode_read(struct kq_client *client,
                                                  const struct kq_client_options *options,
                                                  struct kq_error *error);

#endif
