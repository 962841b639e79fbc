/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KAQUAN_EXAMPLES_CONNECT_H
#define KAQUAN_EXAMPLES_CONNECT_H

#include <kaquan.h>
#include <stdio.h>
#include <stdlib.h>

/* What all examples begin with: a client of the gateway and application that the environment names, by the
 * same variables as `kaquan call` takes. The keys are files in whatever form they are had. Ends the program
 * where that cannot be. */
static inline struct kq_client *connect_from_environment(void)
{
    struct kq_client_options options = {0};
    options.gateway_url = getenv("KAQUAN_GATEWAY"); /* http://127.0.0.1:8080/gateway.do */
    options.app_id = getenv("KAQUAN_APP_ID");
    options.private_key_file = getenv("KAQUAN_PRIVATE_KEY");               /* the application's */
    options.gateway_public_key_file = getenv("KAQUAN_GATEWAY_PUBLIC_KEY"); /* who answers must have signed */
    struct kq_client *client = NULL;
    struct kq_client_error error;
    if (kq_client_open(&options, &client, &error) != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    return client;
}

#endif
