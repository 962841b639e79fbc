/* SPDX-License-Identifier: Apache-2.0 */
#include "connect.h"

struct kq_client *connect_from_environment(void)
{
    struct kq_client_options options = {0};
    options.gateway_url = getenv("KAQUAN_GATEWAY"); /* http://127.0.0.1:8080/gateway.do */
    options.app_id = getenv("KAQUAN_APP_ID");
    /* Files, whatever form the keys are had in: the application's, and of whoever must have signed answers.
     */
    options.private_key_file = getenv("KAQUAN_PRIVATE_KEY");
    options.gateway_public_key_file = getenv("KAQUAN_GATEWAY_PUBLIC_KEY");
    struct kq_client *client = NULL;
    struct kq_client_error error;
    if (kq_client_open(&options, &client, &error) != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
        exit(2);
    }
    return client;
}
