/* SPDX-License-Identifier: Apache-2.0 */
#include "server/metrics.h"

#include <inttypes.h>
#include <stdatomic.h>
#include <string.h>

#include "base/memory.h"
#include "wire/gateway_error.h"

#define CACHE_LINE_BYTES 64

/* Upper bounds of the duration's buckets: from an answer that needs no signature of its own to a disk that
 * hangs. */
static const struct {
    int64_t bound_us;
    const char *label;
} bucket_rows[] = {
    {500, "0.0005"},  {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"}, {500000, "0.5"},
    {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},   {10000000, "10"},
};

#define BUCKET_COUNT KQ_COUNT(bucket_rows)

/* What is counted for one method. */
struct method_counts {
    _Atomic uint64_t calls[KQ_ERROR_CODE_COUNT];
    _Atomic uint64_t buckets[BUCKET_COUNT + 1]; /* not cumulated; the last: above every bound */
    _Atomic uint64_t duration_us;
};

struct kq_metrics {
    char apart_before[CACHE_LINE_BYTES]; /* no neighbour on the heap shares a line with a counter */
    _Atomic uint64_t counters[KQ_COUNTER_COUNT];
    _Atomic uint64_t http_errors[KQ_HTTP_STATUS_COUNT];
    struct method_counts *methods; /* owned; one a method of the catalogue, then one for all unknown ones */
    char apart_after[CACHE_LINE_BYTES];
};

struct kq_result kq_metrics_open(struct kq_metrics **metrics, struct kq_error *error)
{
    struct kq_metrics *made = kq_memory_allocate(sizeof(*made));
    KQ_ENSURE_MEMORY(made != NULL, error);
    made->methods = kq_memory_allocate((kq_catalogue_count + 1) * sizeof(*made->methods) + CACHE_LINE_BYTES);
    if (made->methods == NULL) {
        kq_memory_free(made);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    *metrics = made;
    return KQ_OK;
}

void kq_metrics_close(struct kq_metrics *metrics)
{
    if (metrics != NULL) {
        kq_memory_free(metrics->methods);
        kq_memory_free(metrics);
    }
}

static void count(_Atomic uint64_t *counter, uint64_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

void kq_metrics_add(struct kq_metrics *metrics, enum kq_counter counter, uint64_t amount)
{
    count(&metrics->counters[counter], amount);
}

void kq_metrics_add_http_error(struct kq_metrics *metrics, enum kq_http_status status)
{
    count(&metrics->http_errors[status], 1);
}

static size_t method_index(const struct kq_method *method)
{
    size_t index = 0;
    while (index < kq_catalogue_count && kq_catalogue[index] != method) {
        index++;
    }
    return index;
}

void kq_metrics_add_call(struct kq_metrics *metrics, const struct kq_method *method, enum kq_error_code code,
                         int64_t duration_us)
{
    struct method_counts *counts = &metrics->methods[method_index(method)];
    size_t bucket = 0;
    while (bucket < BUCKET_COUNT && duration_us > bucket_rows[bucket].bound_us) {
        bucket++;
    }
    count(&counts->calls[code], 1);
    count(&counts->buckets[bucket], 1);
    count(&counts->duration_us, duration_us < 0 ? 0 : (uint64_t)duration_us);
}

/* All metrics that are shown together. */
struct shown {
    struct kq_metrics *const *metrics;
    size_t count;
};

static uint64_t load(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static uint64_t sum_of(const struct shown *shown, enum kq_counter counter)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < shown->count; i++) {
        sum += load(&shown->metrics[i]->counters[counter]);
    }
    return sum;
}

static void append_family(struct kq_buffer *buffer, const char *name, const char *type, const char *help)
{
    kq_buffer_print(buffer, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static const char *method_name(size_t index)
{
    return index < kq_catalogue_count ? kq_catalogue[index]->name : "unknown";
}

static bool is_same_answer(enum kq_error_code left, enum kq_error_code right)
{
    const struct kq_gateway_error *a = kq_gateway_error_of(left);
    const struct kq_gateway_error *b = kq_gateway_error_of(right);
    return kq_slice_equal(kq_slice_of(a->code), kq_slice_of(b->code)) &&
           kq_slice_equal(kq_slice_of(a->sub_code), kq_slice_of(b->sub_code));
}

/* Several error codes can be one answer on the wire: the first of them stands for all. */
static bool is_first_of_answer(enum kq_error_code code)
{
    for (unsigned earlier = 0; earlier < (unsigned)code; earlier++) {
        if (is_same_answer((enum kq_error_code)earlier, code)) {
            return false;
        }
    }
    return true;
}

static uint64_t calls_of_answer(const struct shown *shown, size_t method, enum kq_error_code code)
{
    uint64_t sum = 0;
    for (unsigned other = (unsigned)code; other < KQ_ERROR_CODE_COUNT; other++) {
        for (size_t i = 0; is_same_answer((enum kq_error_code)other, code) && i < shown->count; i++) {
            sum += load(&shown->metrics[i]->methods[method].calls[other]);
        }
    }
    return sum;
}

static void append_calls(struct kq_buffer *buffer, const struct shown *shown)
{
    append_family(buffer, "kaquan_requests_total", "counter",
                  "Answers of the gateway, by method and result: 10000 is a success, 20000 with"
                  " aop.unknow-error was turned away because too much was waiting, 40005 is above a limit.");
    for (unsigned code = 0; code < KQ_ERROR_CODE_COUNT; code++) {
        if (!is_first_of_answer((enum kq_error_code)code)) {
            continue;
        }
        const struct kq_gateway_error *answer = kq_gateway_error_of((enum kq_error_code)code);
        for (size_t method = 0; method <= kq_catalogue_count; method++) {
            uint64_t calls = calls_of_answer(shown, method, (enum kq_error_code)code);
            if (calls > 0) {
                kq_buffer_print(
                    buffer, "kaquan_requests_total{method=\"%s\",code=\"%s\",sub_code=\"%s\"} %" PRIu64 "\n",
                    method_name(method), answer->code, answer->sub_code == NULL ? "" : answer->sub_code,
                    calls);
            }
        }
    }
}

static void append_duration(struct kq_buffer *buffer, const struct shown *shown, size_t method)
{
    uint64_t buckets[BUCKET_COUNT + 1] = {0};
    uint64_t duration_us = 0;
    for (size_t i = 0; i < shown->count; i++) {
        const struct method_counts *counts = &shown->metrics[i]->methods[method];
        duration_us += load(&counts->duration_us);
        for (size_t bucket = 0; bucket <= BUCKET_COUNT; bucket++) {
            buckets[bucket] += load(&counts->buckets[bucket]);
        }
    }
    uint64_t calls = 0;
    for (size_t bucket = 0; bucket <= BUCKET_COUNT; bucket++) {
        calls += buckets[bucket];
        kq_buffer_print(
            buffer, "kaquan_request_duration_seconds_bucket{method=\"%s\",le=\"%s\"} %" PRIu64 "\n",
            method_name(method), bucket < BUCKET_COUNT ? bucket_rows[bucket].label : "+Inf", calls);
    }
    kq_buffer_print(buffer, "kaquan_request_duration_seconds_sum{method=\"%s\"} %" PRIu64 ".%06" PRIu64 "\n",
                    method_name(method), duration_us / 1000000, duration_us % 1000000);
    kq_buffer_print(buffer, "kaquan_request_duration_seconds_count{method=\"%s\"} %" PRIu64 "\n",
                    method_name(method), calls);
}

static void append_http_errors(struct kq_buffer *buffer, const struct shown *shown)
{
    append_family(buffer, "kaquan_http_errors_total", "counter",
                  "Requests refused before they were calls of the gateway, by HTTP status.");
    for (unsigned status = 0; status < KQ_HTTP_STATUS_COUNT; status++) {
        uint64_t sum = 0;
        for (size_t i = 0; i < shown->count; i++) {
            sum += load(&shown->metrics[i]->http_errors[status]);
        }
        if (sum > 0) {
            kq_buffer_print(buffer, "kaquan_http_errors_total{status=\"%u\"} %" PRIu64 "\n",
                            kq_http_status_number((enum kq_http_status)status), sum);
        }
    }
}

static const struct counter_row {
    const char *name;
    const char *help;
} counter_rows[KQ_COUNTER_COUNT] = {
    [KQ_COUNTER_BYTES_RECEIVED] = {"kaquan_bytes_received_total", "Bytes read from callers."},
    [KQ_COUNTER_BYTES_SENT] = {"kaquan_bytes_sent_total", "Bytes written to callers."},
    [KQ_COUNTER_CONNECTIONS_ACCEPTED] = {"kaquan_connections_accepted_total", "Connections accepted."},
    [KQ_COUNTER_CONNECTIONS_REFUSED] = {"kaquan_connections_refused_total",
                                        "Connections closed at once because there were too many."},
    [KQ_COUNTER_ACCEPT_ERRORS] = {"kaquan_accept_errors_total",
                                  "Times that no connection could be accepted for want of resources."},
    [KQ_COUNTER_SIGNATURES] = {"kaquan_signatures_total",
                               "Signatures made, some of them at the start for answers that are kept ready;"
                               " what was remembered needed none."},
    [KQ_COUNTER_VERIFICATIONS] = {"kaquan_verifications_total",
                                  "Callers' signatures verified, but for those that were remembered."},
    [KQ_COUNTER_LOG_LINES_DROPPED] = {"kaquan_access_log_lines_dropped_total",
                                      "Lines of the access log that could not be written."},
};

static void append_gauge(struct kq_buffer *buffer, const char *name, const char *help, size_t value)
{
    append_family(buffer, name, "gauge", help);
    kq_buffer_print(buffer, "%s %zu\n", name, value);
}

static const char *const memo_names[KQ_MEMO_KIND_COUNT] = {
    [KQ_MEMO_SIGNATURES] = "signature",
    [KQ_MEMO_VERIFICATIONS] = "verification",
    [KQ_MEMO_RESPONSES] = "response",
    [KQ_MEMO_READS] = "read",
};

static void append_memo(struct kq_buffer *buffer, const struct kq_digest_cache_counts *counts)
{
    static const struct {
        const char *name;
        const char *type;
        const char *help;
        size_t offset;
    } families[] = {
        {"kaquan_cache_hits_total", "counter",
         "What was found in a cache, by cache: signature, of the gateway's answers; verification, of callers'"
         " signatures; response, to sends that succeeded before; read, from the store in the same second and"
         " with nothing committed since.",
         offsetof(struct kq_digest_cache_counts, hits)},
        {"kaquan_cache_misses_total", "counter", "What was looked for in a cache and not found, by cache.",
         offsetof(struct kq_digest_cache_counts, misses)},
        {"kaquan_cache_evictions_total", "counter", "Entries of a cache that made room for others, by cache.",
         offsetof(struct kq_digest_cache_counts, evictions)},
        {"kaquan_cache_entries", "gauge", "Entries that a cache keeps now, by cache.",
         offsetof(struct kq_digest_cache_counts, entries)},
        {"kaquan_cache_bytes", "gauge", "Bytes that the entries of a cache take now, by cache.",
         offsetof(struct kq_digest_cache_counts, bytes)},
    };
    for (size_t family = 0; family < KQ_COUNT(families); family++) {
        append_family(buffer, families[family].name, families[family].type, families[family].help);
        for (size_t kind = 0; kind < KQ_MEMO_KIND_COUNT; kind++) {
            uint64_t number = 0;
            memcpy(&number, (const char *)&counts[kind] + families[family].offset, sizeof(number));
            kq_buffer_print(buffer, "%s{cache=\"%s\"} %" PRIu64 "\n", families[family].name, memo_names[kind],
                            number);
        }
    }
}

static void append_notifications(struct kq_buffer *buffer, const struct kq_notification_gauges *gauges)
{
    const struct {
        const char *name;
        const char *type;
        const char *help;
        int64_t value;
    } rows[] = {
        {"kaquan_notifications_delivered_total", "counter", "Notifications that their receivers took.",
         (int64_t)gauges->delivered_total},
        {"kaquan_notification_failed_tries_total", "counter",
         "Tries of notifications that their receivers did not take.", (int64_t)gauges->failed_tries_total},
        {"kaquan_notifications_given_up_total", "counter", "Notifications whose last try failed.",
         (int64_t)gauges->given_up_total},
        {"kaquan_vouchers_expired_total", "counter", "Vouchers whose expiry was written down to be told.",
         (int64_t)gauges->expired_total},
        {"kaquan_notifications_waiting", "gauge", "Notifications in the store that wait to be taken.",
         gauges->waiting},
        {"kaquan_notifications_given_up", "gauge",
         "Notifications in the store that were given up: `kaquan notification retry` repeats them.",
         gauges->given_up},
        {"kaquan_notification_oldest_due_seconds", "gauge",
         "For how long the notification has been due that has been due longest.", gauges->oldest_due_age_s},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        append_family(buffer, rows[i].name, rows[i].type, rows[i].help);
        kq_buffer_print(buffer, "%s %" PRId64 "\n", rows[i].name, rows[i].value);
    }
}

static void append_diagnoses(struct kq_buffer *buffer, const struct kq_diagnosis_counts *counts)
{
    append_family(
        buffer, "kaquan_signature_diagnoses_total", "counter",
        "Calls with a failed signature that were looked at, by what was found to be wrong: unknown is what"
        " nothing known explains; a call with two mistakes counts for each. /doctor has the sentences.");
    for (size_t i = 0; i < counts->item_count; i++) {
        kq_buffer_print(buffer, "kaquan_signature_diagnoses_total{mistake=\"%s\"} %" PRIu64 "\n",
                        counts->items[i].name, counts->items[i].count);
    }
    append_family(
        buffer, "kaquan_signature_diagnoses_left_total", "counter",
        "Calls whose signature failed and that were not looked at: of an application one a second is.");
    kq_buffer_print(buffer, "kaquan_signature_diagnoses_left_total %" PRIu64 "\n", counts->left);
}

void kq_metrics_append(struct kq_buffer *buffer, struct kq_metrics *const *metrics, size_t metrics_count,
                       const struct kq_gauges *gauges)
{
    struct shown shown = {.metrics = metrics, .count = metrics_count};
    append_calls(buffer, &shown);
    append_family(buffer, "kaquan_request_duration_seconds", "histogram",
                  "From a request's last byte to its answer's first, by method.");
    for (size_t method = 0; method <= kq_catalogue_count; method++) {
        append_duration(buffer, &shown, method);
    }
    append_http_errors(buffer, &shown);
    for (unsigned counter = 0; counter < KQ_COUNTER_COUNT; counter++) {
        append_family(buffer, counter_rows[counter].name, "counter", counter_rows[counter].help);
        kq_buffer_print(buffer, "%s %" PRIu64 "\n", counter_rows[counter].name,
                        sum_of(&shown, (enum kq_counter)counter));
    }
    append_memo(buffer, gauges->memo);
    append_notifications(buffer, &gauges->notifications);
    append_diagnoses(buffer, gauges->diagnoses);
    append_gauge(buffer, "kaquan_connections", "Connections open now.", gauges->connections);
    append_gauge(buffer, "kaquan_connections_max", "Connections allowed at once.", gauges->connections_max);
    append_gauge(buffer, "kaquan_buffered_bytes",
                 "Bytes held of requests and answers that are under way, over all connections.",
                 gauges->buffered_bytes);
    append_gauge(buffer, "kaquan_buffered_bytes_max",
                 "Bytes of requests and answers above which requests are refused with 503.",
                 gauges->buffered_max_bytes);
    append_gauge(buffer, "kaquan_workers", "Worker threads.", gauges->workers);
    append_family(buffer, "kaquan_build_info", "gauge", "1, with the program's version.");
    kq_buffer_append(buffer, KQ_SLICE("kaquan_build_info{version=\"" KQ_VERSION "\"} 1\n"));
    append_family(buffer, "process_start_time_seconds", "gauge", "When the server was started, since 1970.");
    kq_buffer_print(buffer, "process_start_time_seconds %" PRId64 ".%03d\n", gauges->started_ms / 1000,
                    (int)(gauges->started_ms % 1000));
}
