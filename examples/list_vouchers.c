/* SPDX-License-Identifier: Apache-2.0 */
/* Lists what a user has of a template: an answer with a list of objects.
 *
 *     list_vouchers TEMPLATE-ID USER-ID */
#include <kaquan_methods.h>

#include "connect.h"

int main(int count, char **words)
{
    if (count != 3) {
        fprintf(stderr, "usage: list_vouchers TEMPLATE-ID USER-ID\n");
        return 2;
    }
    struct kq_client *client = connect_from_environment();
    struct kq_alipay_marketing_voucher_list_query_request request = {0};
    request.template_id = words[1];
    request.user_id = words[2];
    struct kq_alipay_marketing_voucher_list_query_answer answer;
    struct kq_client_error error;
    enum kq_client_status status = kq_alipay_marketing_voucher_list_query(client, &request, &answer, &error);
    if (status != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    for (size_t i = 0; i < answer.vouchers_count; i++) { /* none after a failure */
        printf("%s %s %s\n", answer.vouchers[i].voucher_id, answer.vouchers[i].status,
               answer.vouchers[i].send_time);
    }
    kq_client_answer_free(answer.answer);
    kq_client_close(client);
    return status == KQ_CLIENT_OK ? 0 : 1;
}
