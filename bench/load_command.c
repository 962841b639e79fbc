/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "base/memory.h"
#include "bench/calls.h"
#include "bench/clock.h"
#include "bench/commands.h"
#include "bench/generator.h"
#include "bench/sampler.h"
#include "wire/json.h"

/* Longer than what is read of /proc/stat and /proc/PID/stat: the first line, some numbers. */
#define STAT_MAX_BYTES 1024

/* What was computed in the window. */
struct watch {
    int server_pid;
    int64_t generator_ns;
    int64_t server_ns;
    int64_t machine_ns; /* everything on the machine, and what its hypervisor took away */
};

/* The beginning of a file of /proc; empty where it cannot be read. */
static void read_stat(const char *path, char text[STAT_MAX_BYTES])
{
    FILE *file = fopen(path, "re");
    size_t size = 0;
    if (file != NULL) {
        size = fread(text, 1, STAT_MAX_BYTES - 1, file);
        fclose(file);
    }
    text[size] = '\0';
}

/* The sum of the numbers from the `first` to the `last` of the fields, counted from 1, in the kernel's ticks
 * (10 ms); fields that are not there count nothing. */
static int64_t sum_of_ticks(const char *fields, unsigned first, unsigned last)
{
    int64_t ticks = 0;
    for (unsigned field = 1; field <= last && *fields != '\0'; field++) {
        fields += strspn(fields, " ");
        if (field >= first) {
            ticks += strtoll(fields, NULL, 10);
        }
        fields += strcspn(fields, " \n");
    }
    return ticks * (KQ_BENCH_SECOND_NS / sysconf(_SC_CLK_TCK));
}

/* CPU time of all threads of a process, user and system: the fields 14 and 15 of /proc/PID/stat (proc(5)),
 * and so 12 and 13 behind the name, which stands in parentheses and may have spaces. */
static int64_t process_cpu_ns(int pid)
{
    char path[64];
    char text[STAT_MAX_BYTES];
    snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    read_stat(path, text);
    const char *behind_name = strrchr(text, ')');
    return behind_name == NULL ? 0 : sum_of_ticks(behind_name + 1, 12, 13);
}

/* What all cores of the machine have not been idle: of the first line of /proc/stat (proc(5)), "cpu" and then
 * user, nice, system, idle, iowait, irq, softirq, steal. */
static int64_t machine_busy_ns(void)
{
    char text[STAT_MAX_BYTES];
    read_stat("/proc/stat", text);
    return sum_of_ticks(text, 2, 4) + sum_of_ticks(text, 7, 9);
}

static void edge(void *context, bool begins)
{
    struct watch *watch = context;
    int64_t sign = begins ? -1 : 1;
    watch->generator_ns += sign * kq_bench_thread_cpu_ns();
    watch->server_ns += sign * process_cpu_ns(watch->server_pid);
    watch->machine_ns += sign * machine_busy_ns();
}

static struct kq_result read_options(const struct kq_bench_options *options, struct kq_bench_load *load,
                                     struct watch *watch, struct kq_error *error)
{
    double port = 0;
    double connections = 0;
    double depth = 0;
    double cycle = 0;
    double seconds = 0;
    double warm_up = 0;
    double server_pid = 0;
    KQ_TRY(kq_bench_option_number(options, "port", 0, &port, error));
    KQ_TRY(kq_bench_option_number(options, "connections", 64, &connections, error));
    KQ_TRY(kq_bench_option_number(options, "depth", 1, &depth, error));
    KQ_TRY(kq_bench_option_number(options, "cycle", 0, &cycle, error));
    KQ_TRY(kq_bench_option_number(options, "seconds", 5, &seconds, error));
    KQ_TRY(kq_bench_option_number(options, "warm-up", 0, &warm_up, error));
    KQ_TRY(kq_bench_option_number(options, "rate", 0, &load->rate_per_s, error));
    KQ_TRY(kq_bench_option_number(options, "server-pid", 0, &server_pid, error));
    KQ_ENSURE(port >= 1 && port <= UINT16_MAX, error, KQ_E_USAGE, "--port is missing or none");
    KQ_ENSURE(connections >= 1 && connections <= 10000, error, KQ_E_USAGE, "--connections: 1 to 10000");
    KQ_ENSURE(depth >= 1 && depth <= KQ_BENCH_DEPTH_MAX && (depth <= 1 || load->rate_per_s <= 0), error,
              KQ_E_USAGE, "--depth: 1 to %u, and 1 with --rate", KQ_BENCH_DEPTH_MAX);
    load->port = (uint16_t)port;
    load->connections = (unsigned)connections;
    load->depth = (unsigned)depth;
    load->cycle = cycle > 0;
    load->warm_up_ns = (int64_t)(warm_up * (double)KQ_BENCH_SECOND_NS);
    load->window_ns = (int64_t)(seconds * (double)KQ_BENCH_SECOND_NS);
    watch->server_pid = (int)server_pid;
    load->edge = edge;
    load->context = watch;
    return KQ_OK;
}

static void print_latency(const struct kq_bench_histogram *latency, struct kq_buffer *json)
{
    kq_buffer_print(json, "\"latency_us\":{\"count\":%" PRIu64 ",\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,",
                    latency->total, (double)kq_bench_histogram_at(latency, 500) / 1e3,
                    (double)kq_bench_histogram_at(latency, 900) / 1e3,
                    (double)kq_bench_histogram_at(latency, 990) / 1e3);
    kq_buffer_print(json, "\"p999\":%.1f,\"max\":%.1f}", (double)kq_bench_histogram_at(latency, 999) / 1e3,
                    (double)latency->max_ns / 1e3);
}

static void print_result(const struct kq_bench_load *load, const struct kq_bench_load_result *result,
                         const struct watch *watch, const struct kq_bench_costs *costs,
                         struct kq_buffer *json)
{
    double seconds = (double)result->window_ns / (double)KQ_BENCH_SECOND_NS;
    double good = (double)result->answers[KQ_BENCH_ANSWER_GOOD];
    kq_buffer_print(json, "{\"seconds\":%.3f,\"connections\":%u,\"depth\":%u,\"offered_per_s\":%.1f,",
                    seconds, load->connections, load->depth, load->rate_per_s);
    kq_buffer_print(json, "\"good\":%.0f,\"throughput_per_s\":%.1f,", good, seconds > 0 ? good / seconds : 0);
    kq_buffer_print(json,
                    "\"busy\":%" PRIu64 ",\"limited\":%" PRIu64 ",\"refused\":%" PRIu64
                    ",\"http_errors\":%" PRIu64 ",",
                    result->answers[KQ_BENCH_ANSWER_BUSY], result->answers[KQ_BENCH_ANSWER_LIMITED],
                    result->answers[KQ_BENCH_ANSWER_REFUSED], result->answers[KQ_BENCH_ANSWER_HTTP]);
    kq_buffer_print(json,
                    "\"unsent\":%" PRIu64 ",\"unanswered\":%" PRIu64 ",\"lost_connections\":%" PRIu64
                    ",\"answer_bytes\":%" PRIu64 ",",
                    result->unsent, result->unanswered, result->lost_connections, result->answer_bytes);
    kq_buffer_print(json, "\"server_cpu_s\":%.3f,\"generator_cpu_s\":%.3f,\"machine_cpu_s\":%.3f,\"limit\":{",
                    (double)watch->server_ns / 1e9, (double)watch->generator_ns / 1e9,
                    (double)watch->machine_ns / 1e9);
    kq_bench_costs_print(costs, json);
    kq_buffer_print(json, "},");
    print_latency(&result->latency, json);
    kq_buffer_print(
        json, ",\"late_p99_us\":%.1f,\"odd\":", (double)kq_bench_histogram_at(&result->lateness, 990) / 1e3);
    kq_json_append_string(json, kq_slice_of(result->odd));
    kq_buffer_print(json, "}\n");
}

static struct kq_result generate(const struct kq_bench_load *load, struct kq_bench_load_result *result,
                                 struct kq_bench_costs *costs, struct kq_error *error)
{
    struct kq_bench_sampler *sampler = NULL;
    KQ_TRY(kq_bench_sampler_start(&sampler, error));
    struct kq_result done = kq_bench_generate(load, result, error);
    kq_bench_sampler_stop(sampler, result->window_begin_ns, costs);
    return done;
}

struct kq_result kq_bench_load_command(const struct kq_bench_options *options, struct kq_buffer *json,
                                       struct kq_error *error)
{
    struct kq_bench_requests requests KQ_CLEANUP(kq_bench_requests_free) = {0};
    struct kq_bench_load load = {0};
    struct watch watch = {0};
    struct kq_bench_costs costs = {0};
    KQ_TRY(read_options(options, &load, &watch, error));
    KQ_TRY(kq_bench_requests_load(options, &requests, error));
    load.requests = requests.items;
    load.request_count = requests.count;
    struct kq_bench_load_result *result = kq_memory_allocate(sizeof(*result));
    KQ_ENSURE_MEMORY(result != NULL, error);
    struct kq_result done = generate(&load, result, &costs, error);
    if (done.ok) {
        print_result(&load, result, &watch, &costs, json);
    }
    kq_memory_free(result);
    return done;
}

struct kq_result kq_bench_sign_command(const struct kq_bench_options *options, struct kq_buffer *bytes,
                                       struct kq_error *error)
{
    struct kq_bench_requests requests KQ_CLEANUP(kq_bench_requests_free) = {0};
    KQ_TRY(kq_bench_requests_load(options, &requests, error));
    for (size_t i = 0; i < requests.count; i++) {
        kq_buffer_append(bytes, requests.items[i]);
    }
    return KQ_OK;
}
