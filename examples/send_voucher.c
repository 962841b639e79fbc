/* SPDX-License-Identifier: Apache-2.0 */
/* Sends a voucher to a user, with a typed call.
 *
 *     send_voucher TEMPLATE-ID USER-ID OUT-BIZ-NO
 *
 * OUT-BIZ-NO is your own number of this business. Run it twice with the same one, and there is one voucher:
 * the second call is answered as the first was. So whatever happens to a call, repeating it is right. */
#include <kaquan_methods.h>

#include "connect.h"

int main(int count, char **words)
{
    if (count != 4) {
        fprintf(stderr, "usage: send_voucher TEMPLATE-ID USER-ID OUT-BIZ-NO\n");
        return 2;
    }
    struct kq_client *client = connect_from_environment();
    struct kq_alipay_marketing_voucher_send_request request = {0};
    request.template_id = words[1];
    request.user_id = words[2];
    request.out_biz_no = words[3];
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error error;
    enum kq_client_status status = kq_alipay_marketing_voucher_send(client, &request, &answer, &error);
    if (status == KQ_CLIENT_OK) {
        printf("%s\n", answer.voucher_id);
    } else {
        fprintf(stderr, "%s\n", error.message);
    }
    kq_client_answer_free(answer.answer); /* with all that the struct points to */
    kq_client_close(client);
    return status == KQ_CLIENT_OK ? 0 : 1;
}
