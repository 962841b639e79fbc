/* SPDX-License-Identifier: Apache-2.0 */
/* Makes any call by its name and JSON, and says of a failure which layer it came from and what to do.
 *
 *     errors METHOD BIZ-CONTENT */
#include <kaquan.h>

#include "connect.h"

/* A layer presupposes all before it: a refusal by the method (KQ_CLIENT_BUSINESS) was signed by the gateway.
 */
static const char *what_to_do(enum kq_client_status status)
{
    switch (status) {
    case KQ_CLIENT_OK:
        return "nothing";
    case KQ_CLIENT_USAGE:
        return "nothing was sent: correct the program";
    case KQ_CLIENT_MEMORY:
    case KQ_CLIENT_TRANSPORT:
        return "whether it took effect is not known: call again with the same out_biz_no";
    case KQ_CLIENT_HTTP:
    case KQ_CLIENT_ANSWER:
        return "this is no gateway: look at the URL, and at what stands between";
    case KQ_CLIENT_SIGNATURE:
        return "do not believe it: look whether you have the gateway's public key";
    case KQ_CLIENT_GATEWAY:
        return "the gateway refused before the method saw it: key, time, permission, limits (20000: later)";
    case KQ_CLIENT_BUSINESS:
        return "the method refused, and changed nothing: decide by the sub_code";
    }
    return "";
}

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: errors METHOD BIZ-CONTENT\n");
        return 2;
    }
    struct kq_client *client = connect_from_environment();
    struct kq_client_request request = {0};
    request.method = words[1];
    request.biz_content = words[2];
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_client_call(client, &request, &answer, &error);
    if (status == KQ_CLIENT_OK) {
        printf("%s\n", answer->response);
    } else {
        printf("layer: %s\n", kq_client_status_name(status));
        printf("message: %s\n", error.message);
        printf("sub_code: %s\n", error.sub_code);
        printf("trace_id: %s\n", error.trace_id); /* names the call in the gateway's log */
        printf("to do: %s\n", what_to_do(status));
    }
    kq_client_answer_free(answer);
    kq_client_close(client);
    return status == KQ_CLIENT_OK ? 0 : 1;
}
