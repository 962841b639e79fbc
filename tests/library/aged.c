/* SPDX-License-Identifier: Apache-2.0 */
/* A program that was compiled with another header than the library that it runs with.
 *
 *     aged GATEWAY-URL APP-ID PRIVATE-KEY-FILE GATEWAY-PUBLIC-KEY-FILE TEMPLATE-ID USER-ID [LATER]
 *
 * sends a voucher by a typed call, lists the user's by a call with JSON, and prints how each ended. LATER is
 * a member that a later header has: `options` or `request`, set to something. */
#include <kaquan_methods.h>
#include <stdio.h>
#include <string.h>

static void set_later(const char *which, struct kq_client_options *options, struct kq_client_request *request)
{
#ifdef LATER
    options->later = strcmp(which, "options") == 0 ? which : NULL;
    request->later = strcmp(which, "request") == 0 ? which : NULL;
#else
    (void)which;
    (void)options;
    (void)request;
#endif
}

static void send_voucher(struct kq_client *client, char **words)
{
    /* Nothing may be written beside what the program's own header has. */
    struct {
        struct kq_alipay_marketing_voucher_send_answer answer;
        char behind[64];
    } place;
    struct kq_alipay_marketing_voucher_send_request request = {0};
    struct kq_client_error error;
    enum kq_client_status status;
    char behind[sizeof(place.behind)];
    memset(&place, 'x', sizeof(place));
    memcpy(behind, place.behind, sizeof(behind));
    request.template_id = words[5];
    request.user_id = words[6];
    request.out_biz_no = "aged";
    status = kq_alipay_marketing_voucher_send(client, &request, &place.answer, &error);
    printf("send: %s%s%s\n", kq_client_status_name(status), status == KQ_CLIENT_OK ? "" : " ", error.message);
    printf("voucher: %s\n", place.answer.voucher_id == NULL ? "none" : "some");
    printf("behind: %s\n", memcmp(behind, place.behind, sizeof(behind)) == 0 ? "untouched" : "written");
    kq_client_answer_free(place.answer.answer);
}

static void list_vouchers(struct kq_client *client, struct kq_client_request *request)
{
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_client_call(client, request, &answer, &error);
    printf("list: %s%s%s\n", kq_client_status_name(status), status == KQ_CLIENT_OK ? "" : " ", error.message);
    kq_client_answer_free(answer);
}

int main(int count, char **words)
{
    struct kq_client_options options = {0};
    struct kq_client_request request = {0};
    struct kq_client *client = NULL;
    struct kq_client_error error;
    char biz_content[256];
    if (count < 7) {
        return 2;
    }
    options.gateway_url = words[1];
    options.app_id = words[2];
    options.private_key_file = words[3];
    options.gateway_public_key_file = words[4];
    snprintf(biz_content, sizeof(biz_content),
             "{\"template_id\":\"%s\",\"user_id\":\"%s\",\"page_size\":\"10\",\"page_num\":\"1\"}", words[5],
             words[6]);
    request.method = "alipay.marketing.voucher.list.query";
    request.biz_content = biz_content;
    set_later(count > 7 ? words[7] : "", &options, &request);
    if (kq_client_open(&options, &client, &error) != KQ_CLIENT_OK) {
        printf("open: %s %s\n", kq_client_status_name(error.status), error.message);
        return 0;
    }
    send_voucher(client, words);
    list_vouchers(client, &request);
    kq_client_close(client);
    return 0;
}
