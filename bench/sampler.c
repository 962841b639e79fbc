/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/sampler.h"

#include <inttypes.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/macros.h"
#include "base/memory.h"
#include "bench/clock.h"
#include "wire/key.h"
#include "wire/signature.h"

/* 15 signatures a second cost a core about 0.4 %. */
#define BURSTS_PER_S 5
#define SIGNATURES_A_BURST 3
/* Ten minutes: longer than any run. Then it stops sampling. */
#define SAMPLES_MAX ((size_t)(600 * BURSTS_PER_S * SIGNATURES_A_BURST))

struct sample {
    int64_t at_ns;
    int64_t sign_ns;
    int64_t sign_wall_ns;
    int64_t verify_ns;
};

struct sampling_core {
    struct kq_bench_sampler *sampler;
    pthread_t thread;
    bool started;
    struct kq_private_key *private_key;
    struct kq_public_key *public_key;
    struct sample *samples;
    size_t count;
};

struct kq_bench_sampler {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool stopping;
    cpu_set_t cores;
    double average_to_median; /* what a signature costs on average, in units of what most of them cost */
    unsigned core_count;
    struct sampling_core each[];
};

unsigned kq_bench_core_count(void)
{
    cpu_set_t cores;
    CPU_ZERO(&cores);
    if (sched_getaffinity(0, sizeof(cores), &cores) != 0) {
        return 1;
    }
    return (unsigned)CPU_COUNT(&cores);
}

/* As long as a send's answer. */
static const char signed_text[] =
    "{\"code\":\"10000\",\"msg\":\"Success\",\"user_id\":\"2088512417841101\",\"voucher_id\":"
    "\"20160906000730020020002U8CBS\",\"template_id\":\"20140601000730010040000000EB\","
    "\"out_biz_no\":\"1234567890123456\"}";

/* False: no sample; the run goes on with fewer. */
static bool take_sample(struct sampling_core *core, struct kq_buffer *signature, struct kq_arena *arena,
                        struct sample *sample)
{
    kq_buffer_clear(signature);
    kq_arena_reset(arena);
    sample->at_ns = kq_bench_now_ns();
    int64_t begun_ns = kq_bench_thread_cpu_ns();
    bool made = kq_sign(core->private_key, KQ_SIGN_RSA2, KQ_SLICE(signed_text), signature, NULL).ok;
    sample->sign_ns = kq_bench_thread_cpu_ns() - begun_ns;
    sample->sign_wall_ns = kq_bench_now_ns() - sample->at_ns;
    begun_ns = kq_bench_thread_cpu_ns();
    made = made && kq_verify(core->public_key, KQ_SIGN_RSA2, KQ_SLICE(signed_text),
                             kq_buffer_slice(signature), arena, NULL)
                       .ok;
    sample->verify_ns = kq_bench_thread_cpu_ns() - begun_ns;
    return made;
}

/* False: time to stop. */
static bool wait_for_next(struct kq_bench_sampler *sampler, struct timespec *next)
{
    next->tv_nsec += (long)(KQ_BENCH_SECOND_NS / BURSTS_PER_S);
    if (next->tv_nsec >= KQ_BENCH_SECOND_NS) {
        next->tv_nsec -= (long)KQ_BENCH_SECOND_NS;
        next->tv_sec++;
    }
    pthread_mutex_lock(&sampler->mutex);
    int status = 0;
    while (!sampler->stopping && status == 0) {
        status = pthread_cond_clockwait(&sampler->changed, &sampler->mutex, CLOCK_MONOTONIC, next);
    }
    bool goes_on = !sampler->stopping;
    pthread_mutex_unlock(&sampler->mutex);
    return goes_on;
}

static void *run(void *context)
{
    struct sampling_core *core = context;
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct timespec next = {0};
    clock_gettime(CLOCK_MONOTONIC, &next);
    while (wait_for_next(core->sampler, &next)) {
        for (unsigned i = 0; i < SIGNATURES_A_BURST && core->count < SAMPLES_MAX; i++) {
            if (take_sample(core, &signature, &arena, &core->samples[core->count])) {
                core->count++;
            }
        }
    }
    return NULL;
}

static int compare(const void *left, const void *right)
{
    const int64_t *a = left;
    const int64_t *b = right;
    return (*a > *b) - (*a < *b);
}

/* Sorts; 0 for none. */
static int64_t median(int64_t *values, size_t count)
{
    qsort(values, count, sizeof(*values), compare);
    return count == 0 ? 0 : values[count / 2];
}

/* Whoever times a private key's operation must learn nothing of the key, so OpenSSL multiplies with a random
 * number first. It makes a new one for every so many operations, which takes as long as a signature
 * (BN_BLINDING_COUNTER in its crypto/bn/bn_blind.c): a median knows nothing of that. */
#define SIGNATURES_A_BLINDING 32

/* Of which the least disturbed counts. */
#define SERIES 15

/* As many in a row as share a blinding: their average ÷ their median. */
static double measure_series(const struct kq_private_key *key, struct kq_buffer *signature)
{
    int64_t each_ns[SIGNATURES_A_BLINDING];
    int64_t sum_ns = 0;
    for (size_t i = 0; i < SIGNATURES_A_BLINDING; i++) {
        int64_t begun_ns = kq_bench_thread_cpu_ns();
        kq_buffer_clear(signature);
        if (!kq_sign(key, KQ_SIGN_RSA2, KQ_SLICE(signed_text), signature, NULL).ok) {
            return 1;
        }
        each_ns[i] = kq_bench_thread_cpu_ns() - begun_ns;
        sum_ns += each_ns[i];
    }
    return (double)sum_ns / SIGNATURES_A_BLINDING / (double)median(each_ns, SIGNATURES_A_BLINDING);
}

static double average_to_median(const struct kq_private_key *key)
{
    struct kq_buffer signature KQ_CLEANUP(kq_buffer_free) = {0};
    double least = measure_series(key, &signature);
    for (size_t i = 1; i < SERIES; i++) {
        double ratio = measure_series(key, &signature);
        least = ratio < least ? ratio : least;
    }
    return least;
}

static struct kq_result start_core(struct kq_bench_sampler *sampler, unsigned index, unsigned cpu,
                                   const struct kq_private_key *key, struct kq_error *error)
{
    struct sampling_core *core = &sampler->each[index];
    struct kq_arena arena KQ_CLEANUP(kq_arena_free) = {0};
    struct kq_slice der;
    core->sampler = sampler;
    core->samples = kq_memory_allocate(SAMPLES_MAX * sizeof(*core->samples));
    KQ_ENSURE_MEMORY(core->samples != NULL, error);
    KQ_TRY(kq_private_key_copy(key, &core->private_key, error));
    KQ_TRY(kq_private_key_export_public(key, &arena, &der, error));
    KQ_TRY(kq_public_key_load_der(der, &core->public_key, error));
    int status = pthread_create(&core->thread, NULL, run, core);
    KQ_ENSURE(status == 0, error, KQ_E_INTERNAL, "cannot start a thread: %s", strerror(status));
    core->started = true;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    status = pthread_setaffinity_np(core->thread, sizeof(one), &one);
    KQ_ENSURE(status == 0, error, KQ_E_INTERNAL, "cannot keep a thread on a core: %s", strerror(status));
    return KQ_OK;
}

static struct kq_result start_all(struct kq_bench_sampler *sampler, struct kq_error *error)
{
    struct kq_private_key *key = NULL;
    KQ_TRY(kq_private_key_generate(2048, &key, error));
    sampler->average_to_median = average_to_median(key);
    struct kq_result done = KQ_OK;
    unsigned index = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE && done.ok; cpu++) {
        if (CPU_ISSET(cpu, &sampler->cores)) {
            done = start_core(sampler, index, cpu, key, error);
            index++;
        }
    }
    kq_private_key_free(key);
    return done;
}

struct kq_result kq_bench_sampler_start(struct kq_bench_sampler **sampler, struct kq_error *error)
{
    unsigned core_count = kq_bench_core_count();
    struct kq_bench_sampler *made =
        kq_memory_allocate(sizeof(*made) + core_count * sizeof(struct sampling_core));
    KQ_ENSURE_MEMORY(made != NULL, error);
    made->core_count = core_count;
    pthread_mutex_init(&made->mutex, NULL);
    pthread_cond_init(&made->changed, NULL);
    sched_getaffinity(0, sizeof(made->cores), &made->cores);
    if (!start_all(made, error).ok) {
        kq_bench_sampler_stop(made, 0, NULL);
        return KQ_FAILED;
    }
    *sampler = made;
    return KQ_OK;
}

/* The median of the member at `offset` of each sample. */
static int64_t median_of(const struct kq_bench_sampler *sampler, int64_t from_ns, size_t offset,
                         int64_t *scratch, int64_t *smallest, size_t *count)
{
    *count = 0;
    for (unsigned i = 0; i < sampler->core_count; i++) {
        const struct sampling_core *core = &sampler->each[i];
        for (size_t k = 0; k < core->count; k++) {
            if (core->samples[k].at_ns >= from_ns) {
                memcpy(&scratch[*count], (const char *)&core->samples[k] + offset, sizeof(*scratch));
                (*count)++;
            }
        }
    }
    int64_t middle = median(scratch, *count);
    *smallest = *count == 0 ? 0 : scratch[0];
    return middle;
}

static void evaluate(const struct kq_bench_sampler *sampler, int64_t from_ns, struct kq_bench_costs *costs)
{
    int64_t *scratch = kq_memory_allocate(sampler->core_count * SAMPLES_MAX * sizeof(*scratch));
    if (scratch == NULL) {
        return;
    }
    int64_t unused = 0;
    costs->sign_wall_ns =
        median_of(sampler, from_ns, offsetof(struct sample, sign_wall_ns), scratch, &unused, &costs->samples);
    costs->verify_ns =
        median_of(sampler, from_ns, offsetof(struct sample, verify_ns), scratch, &unused, &costs->samples);
    costs->sign_ns = median_of(sampler, from_ns, offsetof(struct sample, sign_ns), scratch,
                               &costs->sign_min_ns, &costs->samples);
    costs->sign_average_ns = (int64_t)((double)costs->sign_ns * sampler->average_to_median);
    if (costs->sign_ns > 0) {
        costs->signatures_per_s =
            (double)KQ_BENCH_SECOND_NS * (double)sampler->core_count / (double)costs->sign_ns;
    }
    kq_memory_free(scratch);
}

void kq_bench_sampler_stop(struct kq_bench_sampler *sampler, int64_t from_ns, struct kq_bench_costs *costs)
{
    if (sampler == NULL) {
        return;
    }
    pthread_mutex_lock(&sampler->mutex);
    sampler->stopping = true;
    pthread_cond_broadcast(&sampler->changed);
    pthread_mutex_unlock(&sampler->mutex);
    for (unsigned i = 0; i < sampler->core_count; i++) {
        if (sampler->each[i].started) {
            pthread_join(sampler->each[i].thread, NULL);
        }
    }
    if (costs != NULL) {
        *costs = (struct kq_bench_costs){0};
        evaluate(sampler, from_ns, costs);
    }
    for (unsigned i = 0; i < sampler->core_count; i++) {
        kq_private_key_free(sampler->each[i].private_key);
        kq_public_key_free(sampler->each[i].public_key);
        kq_memory_free(sampler->each[i].samples);
    }
    pthread_cond_destroy(&sampler->changed);
    pthread_mutex_destroy(&sampler->mutex);
    kq_memory_free(sampler);
}

void kq_bench_costs_print(const struct kq_bench_costs *costs, struct kq_buffer *json)
{
    kq_buffer_print(json,
                    "\"samples\":%zu,\"sign_us\":%.2f,\"sign_average_us\":%.2f,\"sign_min_us\":%.2f,"
                    "\"sign_wall_us\":%.2f,\"verify_us\":%.2f,\"signatures_per_s\":%.1f",
                    costs->samples, (double)costs->sign_ns / 1e3, (double)costs->sign_average_ns / 1e3,
                    (double)costs->sign_min_ns / 1e3, (double)costs->sign_wall_ns / 1e3,
                    (double)costs->verify_ns / 1e3, costs->signatures_per_s);
}
