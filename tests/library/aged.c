/* SPDX-License-Identifier: Apache-2.0 */
/* A program that was compiled with another header than the library that it runs with.
 *
 *     aged GATEWAY-URL APP-ID PRIVATE-KEY-FILE GATEWAY-PUBLIC-KEY-FILE TEMPLATE-ID USER-ID [WHICH]
 *
 * sends a voucher by a typed call, and again on a loop, lists the user's by a call with JSON, and prints how
 * each ended. WHICH struct has a member set that is there with a later header: options, request or callbacks.
 */
#include <kaquan_methods.h>
#include <stdio.h>
#include <string.h>

/* All that a program fills. */
struct filled {
    struct kq_client_options options;
    struct kq_client_request request;
    struct kq_client_loop_callbacks callbacks;
};

static void set_later(const char *which, struct filled *filled)
{
#ifdef LATER
    filled->options.later = strcmp(which, "options") == 0 ? which : NULL;
    filled->request.later = strcmp(which, "request") == 0 ? which : NULL;
    filled->callbacks.later = strcmp(which, "callbacks") == 0 ? which : NULL;
#else
    (void)which;
    (void)filled;
#endif
}

static void print_end(const char *what, enum kq_client_status status, const struct kq_client_error *error)
{
    printf("%s: %s%s%s\n", what, kq_client_status_name(status), status == KQ_CLIENT_OK ? "" : " ",
           error->message);
}

static struct kq_alipay_marketing_voucher_send_request request_of(char **words)
{
    struct kq_alipay_marketing_voucher_send_request request = {0};
    request.template_id = words[5];
    request.user_id = words[6];
    request.out_biz_no = "aged";
    return request;
}

static void send_voucher(struct kq_client *client, char **words)
{
    /* Nothing may be written beside what the program's own header has. */
    struct {
        struct kq_alipay_marketing_voucher_send_answer answer;
        char behind[64];
    } place;
    struct kq_alipay_marketing_voucher_send_request request = request_of(words);
    struct kq_client_error error;
    char behind[sizeof(place.behind)];
    memset(&place, 'x', sizeof(place));
    memcpy(behind, place.behind, sizeof(behind));
    print_end("send", kq_alipay_marketing_voucher_send(client, &request, &place.answer, &error), &error);
    printf("voucher: %s\n", place.answer.voucher_id == NULL ? "none" : "some");
    printf("behind: %s\n", memcmp(behind, place.behind, sizeof(behind)) == 0 ? "untouched" : "written");
    kq_client_answer_free(place.answer.answer);
}

static void read_voucher(void *data, enum kq_client_status status, struct kq_client_answer *from,
                         const struct kq_client_error *error)
{
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error reading;
    (void)data;
    print_end("send on a loop", status, error);
    print_end("its answer", kq_alipay_marketing_voucher_send_read(from, &answer, &reading), &reading);
    printf("its voucher: %s\n", answer.voucher_id == NULL ? "none" : "some");
    kq_client_answer_free(answer.answer);
}

static void send_on_a_loop(struct kq_client *client, char **words)
{
    struct kq_alipay_marketing_voucher_send_request request = request_of(words);
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    if (kq_client_loop_open(client, NULL, &loop, &error) != KQ_CLIENT_OK ||
        kq_alipay_marketing_voucher_send_submit(loop, &request, read_voucher, NULL, &error) != KQ_CLIENT_OK) {
        print_end("loop", error.status, &error);
    }
    while (loop != NULL && kq_client_loop_wait(loop, 1000) > 0) {
    }
    kq_client_loop_close(loop);
}

static void list_vouchers(struct kq_client *client, const struct kq_client_request *request)
{
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    print_end("list", kq_client_call(client, request, &answer, &error), &error);
    kq_client_answer_free(answer);
}

static void watch(void *data, int fd, int what)
{
    (void)data;
    (void)fd;
    (void)what;
}

static void set_timer(void *data, long timeout_ms)
{
    (void)data;
    (void)timeout_ms;
}

/* With callbacks. What is submitted is refused, for one reason or another. */
static void open_a_loop(struct kq_client *client, struct filled *filled)
{
    struct kq_client_loop *loop = NULL;
    struct kq_client_error error;
    filled->callbacks.watch = watch;
    filled->callbacks.set_timer = set_timer;
    filled->request.method = NULL;
    if (kq_client_loop_open(client, &filled->callbacks, &loop, &error) != KQ_CLIENT_OK) {
        print_end("callbacks", error.status, &error);
    } else if (kq_client_loop_submit(loop, &filled->request, read_voucher, NULL, &error) != KQ_CLIENT_OK) {
        print_end("submit", error.status, &error);
    }
    kq_client_loop_close(loop);
}

int main(int count, char **words)
{
    struct filled filled;
    struct kq_client *client = NULL;
    struct kq_client_error error;
    char biz_content[256];
    if (count < 7) {
        return 2;
    }
    memset(&filled, 0, sizeof(filled));
    filled.options.gateway_url = words[1];
    filled.options.app_id = words[2];
    filled.options.private_key_file = words[3];
    filled.options.gateway_public_key_file = words[4];
    snprintf(biz_content, sizeof(biz_content), "{\"template_id\":\"%s\",\"user_id\":\"%s\"}", words[5],
             words[6]);
    filled.request.method = "alipay.marketing.voucher.list.query";
    filled.request.biz_content = biz_content;
    set_later(count > 7 ? words[7] : "", &filled);
    if (kq_client_open(&filled.options, &client, &error) != KQ_CLIENT_OK) {
        print_end("open", error.status, &error);
        return 0;
    }
    send_voucher(client, words);
    send_on_a_loop(client, words);
    list_vouchers(client, &filled.request);
    open_a_loop(client, &filled);
    kq_client_close(client);
    return 0;
}
