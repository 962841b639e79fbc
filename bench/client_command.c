/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "bench/bare.h"
#include "bench/clock.h"
#include "bench/commands.h"
#include "bench/sampler.h"
#include "cli/file.h"
#include "kaquan.h"

#define CALLS_MAX 65536
#define CALLS_MAX_BYTES ((size_t)16 << 20)
#define IN_FLIGHT_MAX 1000

/* How long a wait of the loop may last; some call ends sooner. */
#define WAIT_MS 1000

/* The calls of one thread, the file's lines again and again. */
struct calling {
    struct kq_buffer text; /* METHOD<tab>BIZ_CONTENT a line, cut into texts in place */
    struct kq_client_request *requests;
    size_t count;
    size_t next;
    size_t in_flight; /* 1: kq_client_call; more: as many at a time on a loop */
    struct kq_client *client;
    struct kq_client_loop *loop; /* NULL where there is one at a time, or: */
    struct kq_bench_bare *bare;  /* the yardstick */
    int64_t end_ns;
    uint64_t made;
    struct kq_client_error refusal; /* of the first that failed; empty: none has */
};

static void close_calling(struct calling *calling)
{
    kq_client_loop_close(calling->loop);
    kq_bench_bare_close(calling->bare);
    kq_client_close(calling->client);
    kq_memory_free(calling->requests);
    kq_buffer_free(&calling->text);
}

static struct kq_result read_calls(struct calling *calling, struct kq_error *error)
{
    calling->requests = kq_memory_allocate(CALLS_MAX * sizeof(*calling->requests));
    KQ_ENSURE_MEMORY(calling->requests != NULL, error);
    char *place = NULL;
    for (char *line = strtok_r(calling->text.data, "\n", &place); line != NULL && calling->count < CALLS_MAX;
         line = strtok_r(NULL, "\n", &place)) {
        char *tab = strchr(line, '\t');
        KQ_ENSURE(tab != NULL, error, KQ_E_BAD_INPUT, "a line of the calls has no tab: %s", line);
        *tab = '\0';
        calling->requests[calling->count++] =
            (struct kq_client_request){.method = line, .biz_content = tab + 1};
    }
    KQ_ENSURE(calling->count > 0, error, KQ_E_BAD_INPUT, "there are no calls in the file");
    return KQ_OK;
}

static struct kq_result open_calling(const struct kq_bench_options *options, struct calling *calling,
                                     struct kq_error *error)
{
    struct kq_client_options client = {0};
    struct kq_client_error refusal;
    const char *calls = NULL;
    double in_flight = 0;
    double bare = 0;
    KQ_TRY(kq_bench_option_text(options, "gateway", &client.gateway_url, error));
    KQ_TRY(kq_bench_option_text(options, "app-id", &client.app_id, error));
    KQ_TRY(kq_bench_option_text(options, "private-key", &client.private_key_file, error));
    KQ_TRY(kq_bench_option_text(options, "gateway-public-key", &client.gateway_public_key_file, error));
    KQ_TRY(kq_bench_option_text(options, "calls", &calls, error));
    KQ_TRY(kq_file_read(calls, CALLS_MAX_BYTES, &calling->text, error));
    KQ_TRY(read_calls(calling, error));
    KQ_TRY(kq_bench_option_number(options, "in-flight", 1, &in_flight, error));
    KQ_ENSURE(in_flight >= 1 && in_flight <= IN_FLIGHT_MAX, error, KQ_E_USAGE, "--in-flight: 1 to %d",
              IN_FLIGHT_MAX);
    calling->in_flight = (size_t)in_flight;
    KQ_TRY(kq_bench_option_number(options, "bare", 0, &bare, error));
    client.connections_max = (int)in_flight;
    enum kq_client_status status = kq_client_open(&client, &calling->client, &refusal);
    if (status == KQ_CLIENT_OK && bare != 0) {
        return kq_bench_bare_open(calling->client, calling->in_flight, &calling->bare, error);
    }
    if (status == KQ_CLIENT_OK && calling->in_flight > 1) {
        status = kq_client_loop_open(calling->client, NULL, &calling->loop, &refusal);
    }
    KQ_ENSURE(status == KQ_CLIENT_OK, error, KQ_E_BAD_INPUT, "%s", refusal.message);
    return KQ_OK;
}

static const struct kq_client_request *next_request(struct calling *calling)
{
    return &calling->requests[calling->next++ % calling->count];
}

static void count(struct calling *calling, enum kq_client_status status, const struct kq_client_error *error)
{
    calling->made++;
    if (status != KQ_CLIENT_OK && calling->refusal.message[0] == '\0') {
        calling->refusal = *error;
    }
}

static void call_one_by_one(struct calling *calling)
{
    while (kq_bench_now_ns() < calling->end_ns && calling->refusal.message[0] == '\0') {
        struct kq_client_answer *answer = NULL;
        struct kq_client_error refusal;
        enum kq_client_status status =
            kq_client_call(calling->client, next_request(calling), &answer, &refusal);
        kq_client_answer_free(answer);
        count(calling, status, &refusal);
    }
}

static void done(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                 const struct kq_client_error *error);

static void submit_next(struct calling *calling)
{
    struct kq_client_error refusal;
    enum kq_client_status status =
        kq_client_loop_submit(calling->loop, next_request(calling), done, calling, &refusal);
    if (status != KQ_CLIENT_OK) {
        count(calling, status, &refusal);
    }
}

static void done(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                 const struct kq_client_error *error)
{
    struct calling *calling = data;
    kq_client_answer_free(answer);
    count(calling, status, error);
    if (kq_bench_now_ns() < calling->end_ns && calling->refusal.message[0] == '\0') {
        submit_next(calling);
    }
}

static void call_beside_each_other(struct calling *calling)
{
    for (size_t i = 0; i < calling->in_flight && calling->refusal.message[0] == '\0'; i++) {
        submit_next(calling);
    }
    while (kq_client_loop_wait(calling->loop, WAIT_MS) > 0) {
    }
}

/* Calls until the time is over. Each has to succeed. */
static struct kq_result call_for(struct calling *calling, double seconds, struct kq_error *error)
{
    calling->made = 0;
    calling->end_ns = kq_bench_now_ns() + (int64_t)(seconds * (double)KQ_BENCH_SECOND_NS);
    if (calling->bare != NULL) {
        return kq_bench_bare_call(calling->bare, calling->requests, calling->count, &calling->next,
                                  calling->end_ns, &calling->made, error);
    }
    if (calling->loop == NULL) {
        call_one_by_one(calling);
    } else {
        call_beside_each_other(calling);
    }
    KQ_ENSURE(calling->refusal.message[0] == '\0', error, KQ_E_ANSWER, "a call failed: %s",
              calling->refusal.message);
    return KQ_OK;
}

struct measured {
    int64_t cpu_ns;
    int64_t spent_ns;
    struct kq_bench_costs costs; /* of a signature meanwhile */
};

static struct kq_result measure(struct calling *calling, double seconds, struct measured *measured,
                                struct kq_error *error)
{
    struct kq_bench_sampler *sampler = NULL;
    KQ_TRY(kq_bench_sampler_start(&sampler, error));
    int64_t begun_ns = kq_bench_now_ns();
    int64_t begun_cpu_ns = kq_bench_thread_cpu_ns();
    struct kq_result called = call_for(calling, seconds, error);
    measured->cpu_ns = kq_bench_thread_cpu_ns() - begun_cpu_ns;
    measured->spent_ns = kq_bench_now_ns() - begun_ns;
    kq_bench_sampler_stop(sampler, begun_ns, &measured->costs);
    return called;
}

struct kq_result kq_bench_client_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                         struct kq_error *error)
{
    struct calling calling KQ_CLEANUP(close_calling) = {0};
    struct measured measured = {0};
    double seconds = 0;
    double warm_up = 0;
    KQ_TRY(kq_bench_option_number(options, "seconds", 2, &seconds, error));
    KQ_TRY(kq_bench_option_number(options, "warm-up", 0, &warm_up, error));
    KQ_TRY(open_calling(options, &calling, error));
    KQ_TRY(call_for(&calling, warm_up, error));
    KQ_TRY(measure(&calling, seconds, &measured, error));
    kq_buffer_print(json, "{\"calls\":%" PRIu64 ",\"seconds\":%.3f,\"cpu_s\":%.3f,\"limit\":{", calling.made,
                    (double)measured.spent_ns / 1e9, (double)measured.cpu_ns / 1e9);
    kq_bench_costs_print(&measured.costs, json);
    kq_buffer_print(json, "}}\n");
    return KQ_OK;
}
