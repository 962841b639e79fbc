/* SPDX-License-Identifier: Apache-2.0 */
/* Prints all vouchers in a user's wallet that can be used now, page by page. The application needs the
 * permission for alipay.user.pass.grouplist.query.
 *
 *     wallet USER-ID */
#include <kaquan_methods.h>

#include "connect.h"

#define PAGE_SIZE 20

/* One page; *more says whether there may be another. */
static enum kq_client_status print_page(struct kq_client *client, const char *user_id, int64_t page,
                                        int *more)
{
    struct kq_alipay_user_pass_grouplist_query_request request = {0};
    request.user_id = user_id;
    request.group_type = "voucher";
    request.time_status = "CURRENT";
    request.page_num = KQ_NUMBER(page); /* numbers and booleans can be absent, too */
    request.page_size = KQ_NUMBER(PAGE_SIZE);
    struct kq_alipay_user_pass_grouplist_query_answer answer;
    struct kq_client_error error;
    enum kq_client_status status = kq_alipay_user_pass_grouplist_query(client, &request, &answer, &error);
    if (status != KQ_CLIENT_OK) {
        fprintf(stderr, "%s\n", error.message);
    }
    for (size_t i = 0; i < answer.pass_info_list_count; i++) {
        const struct kq_alipay_user_pass_grouplist_query_answer_pass_info_list *pass =
            &answer.pass_info_list[i];
        /* What an answer leaves out is NULL. */
        printf("%s %s until %s\n", pass->pass_id, pass->logo_text == NULL ? "" : pass->logo_text,
               pass->end_date == NULL ? "further notice" : pass->end_date);
    }
    *more = answer.pass_info_list_count == PAGE_SIZE;
    kq_client_answer_free(answer.answer);
    return status;
}

int main(int count, char **words)
{
    if (count != 2) {
        fprintf(stderr, "usage: wallet USER-ID\n");
        return 2;
    }
    struct kq_client *client = connect_from_environment();
    enum kq_client_status status = KQ_CLIENT_OK;
    int more = 1;
    for (int64_t page = 1; more && status == KQ_CLIENT_OK; page++) {
        status = print_page(client, words[1], page, &more);
    }
    kq_client_close(client);
    return status == KQ_CLIENT_OK ? 0 : 1;
}
