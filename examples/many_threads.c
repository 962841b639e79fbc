/* SPDX-License-Identifier: Apache-2.0 */
/* Sends many vouchers from several threads that share one client: its connections and keys are divided among
 * them, and nobody has to lock anything.
 *
 *     many_threads TEMPLATE-ID USER-ID OUT-BIZ-NO-PREFIX CALLS */
#include <kaquan_methods.h>
#include <pthread.h>
#include <stdatomic.h>

#include "connect.h"

#define THREADS 8

struct work {
    struct kq_client *client;
    const char *template_id;
    const char *user_id;
    const char *prefix;
    int calls;
    atomic_int next; /* what no thread has taken yet */
    atomic_int sent;
};

static int send_one(const struct work *work, int number)
{
    char out_biz_no[64];
    if (snprintf(out_biz_no, sizeof(out_biz_no), "%s-%d", work->prefix, number) >= (int)sizeof(out_biz_no)) {
        return 0;
    }
    struct kq_alipay_marketing_voucher_send_request request = {0};
    request.template_id = work->template_id;
    request.user_id = work->user_id;
    request.out_biz_no = out_biz_no;
    struct kq_alipay_marketing_voucher_send_answer answer;
    struct kq_client_error error; /* each call's own: no thread sees another's */
    enum kq_client_status status = kq_alipay_marketing_voucher_send(work->client, &request, &answer, &error);
    if (status != KQ_CLIENT_OK) {
        fprintf(stderr, "%s: %s\n", out_biz_no, error.message);
    }
    kq_client_answer_free(answer.answer);
    return status == KQ_CLIENT_OK;
}

static void *run(void *data)
{
    struct work *work = data;
    for (int number = atomic_fetch_add(&work->next, 1); number < work->calls;
         number = atomic_fetch_add(&work->next, 1)) {
        atomic_fetch_add(&work->sent, send_one(work, number));
    }
    return NULL;
}

int main(int count, char **words)
{
    if (count != 5) {
        fprintf(stderr, "usage: many_threads TEMPLATE-ID USER-ID OUT-BIZ-NO-PREFIX CALLS\n");
        return 2;
    }
    struct work work = {.client = connect_from_environment(),
                        .template_id = words[1],
                        .user_id = words[2],
                        .prefix = words[3],
                        .calls = (int)strtol(words[4], NULL, 10)};
    pthread_t threads[THREADS];
    int started = 0;
    while (started < THREADS && pthread_create(&threads[started], NULL, run, &work) == 0) {
        started++;
    }
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    kq_client_close(work.client); /* no call is under way any more */
    printf("%d of %d sent by %d threads\n", atomic_load(&work.sent), work.calls, started);
    return started > 0 && atomic_load(&work.sent) == work.calls ? 0 : 1;
}
