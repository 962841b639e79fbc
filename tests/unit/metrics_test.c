/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cursor.h"
#include "base/memory.h"
#include "server/metrics.h"

static const struct kq_digest_cache_counts memo[KQ_MEMO_KIND_COUNT] = {
    [KQ_MEMO_SIGNATURES] = {.entries = 1, .bytes = 5000000001, .hits = 2, .misses = 3, .evictions = 4},
    [KQ_MEMO_RESPONSES] = {.entries = 11, .bytes = 12, .hits = 13, .misses = 14, .evictions = 15},
};

static const struct kq_diagnosis_counts diagnoses = {
    .items = {{"unknown", 31}, {"unsorted", 5000000003}}, .item_count = 2, .left = 32};

static const struct kq_gauges gauges = {
    .memo = memo,
    .diagnoses = &diagnoses,
    .connections = 3,
    .connections_max = 10,
    .buffered_bytes = 5000000000,
    .buffered_max_bytes = 6000000000,
    .workers = 2,
    .notifications = {.waiting = 5000000002,
                      .given_up = 21,
                      .oldest_due_age_s = 22,
                      .delivered_total = 23,
                      .failed_tries_total = 24,
                      .given_up_total = 25,
                      .expired_total = 26},
    .started_ms = INT64_C(1795331045006),
};

#define SEND "alipay.marketing.voucher.send"

static void expect_line(const struct kq_buffer *shown, const char *line)
{
    struct kq_cursor cursor = kq_cursor_of(kq_buffer_slice(shown));
    struct kq_slice found;
    size_t count = 0;
    while (kq_cursor_take_part(&cursor, '\n', &found)) {
        count += kq_slice_equal(found, kq_slice_of(line)) ? 1 : 0;
    }
    if (count != 1) {
        print_error("%zu times: %s\n", count, line);
    }
    assert_int_equal(count, 1);
}

static void counts_of_all_workers_are_added_up(void **state)
{
    (void)state;
    struct kq_metrics *metrics[2];
    struct kq_buffer shown = {0};
    assert_true(kq_metrics_open(&metrics[0], NULL).ok);
    assert_true(kq_metrics_open(&metrics[1], NULL).ok);
    kq_metrics_add(metrics[0], KQ_COUNTER_BYTES_SENT, 5);
    kq_metrics_add(metrics[1], KQ_COUNTER_BYTES_SENT, 7);
    kq_metrics_add(metrics[0], KQ_COUNTER_SIGNATURES, 3);
    kq_metrics_add(metrics[1], KQ_COUNTER_SIGNATURES, 1);
    kq_metrics_add(metrics[1], KQ_COUNTER_VERIFICATIONS, 9);
    kq_metrics_add_http_error(metrics[0], KQ_HTTP_NOT_FOUND);
    kq_metrics_add_http_error(metrics[1], KQ_HTTP_NOT_FOUND);
    kq_metrics_add_call(metrics[0], &kq_method_marketing_voucher_send, KQ_E_NONE, 900);
    kq_metrics_add_call(metrics[1], &kq_method_marketing_voucher_send, KQ_E_NONE, 1000);
    kq_metrics_add_call(metrics[1], &kq_method_marketing_voucher_send, KQ_E_USER_NOT_EXIST, 99000000);
    kq_metrics_add_call(metrics[1], NULL, KQ_E_INVALID_METHOD, 1001);
    kq_metrics_append(&shown, metrics, 2, &gauges);
    assert_false(shown.failed);
    expect_line(&shown, "kaquan_bytes_sent_total 12");
    expect_line(&shown, "kaquan_bytes_received_total 0");
    expect_line(&shown, "kaquan_signatures_total 4");
    expect_line(&shown, "kaquan_verifications_total 9");
    expect_line(&shown, "kaquan_http_errors_total{status=\"404\"} 2");
    expect_line(&shown, "kaquan_requests_total{method=\"" SEND "\",code=\"10000\",sub_code=\"\"} 2");
    expect_line(&shown,
                "kaquan_requests_total{method=\"" SEND "\",code=\"40004\",sub_code=\"USER_NOT_EXIST\"} 1");
    expect_line(&shown,
                "kaquan_requests_total{method=\"unknown\",code=\"40002\",sub_code=\"isv.invalid-method\"} 1");
    expect_line(&shown, "kaquan_request_duration_seconds_bucket{method=\"" SEND "\",le=\"0.0005\"} 0");
    expect_line(&shown, "kaquan_request_duration_seconds_bucket{method=\"" SEND "\",le=\"0.001\"} 2");
    expect_line(&shown, "kaquan_request_duration_seconds_bucket{method=\"" SEND "\",le=\"10\"} 2");
    expect_line(&shown, "kaquan_request_duration_seconds_bucket{method=\"" SEND "\",le=\"+Inf\"} 3");
    expect_line(&shown, "kaquan_request_duration_seconds_count{method=\"" SEND "\"} 3");
    expect_line(&shown, "kaquan_request_duration_seconds_sum{method=\"" SEND "\"} 99.001900");
    expect_line(&shown, "kaquan_request_duration_seconds_bucket{method=\"unknown\",le=\"0.0025\"} 1");
    expect_line(&shown, "kaquan_connections 3");
    expect_line(&shown, "kaquan_buffered_bytes 5000000000");
    expect_line(&shown, "kaquan_buffered_bytes_max 6000000000");
    expect_line(&shown, "kaquan_workers 2");
    expect_line(&shown, "kaquan_build_info{version=\"" KQ_VERSION "\"} 1");
    expect_line(&shown, "process_start_time_seconds 1795331045.006");
    kq_buffer_free(&shown);
    kq_metrics_close(metrics[0]);
    kq_metrics_close(metrics[1]);
}

static void caches_are_shown_by_name(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "kaquan_cache_entries{cache=\"signature\"} 1",
        "kaquan_cache_bytes{cache=\"signature\"} 5000000001",
        "kaquan_cache_hits_total{cache=\"signature\"} 2",
        "kaquan_cache_misses_total{cache=\"signature\"} 3",
        "kaquan_cache_evictions_total{cache=\"signature\"} 4",
        "kaquan_cache_hits_total{cache=\"verification\"} 0",
        "kaquan_cache_bytes{cache=\"response\"} 12",
        "kaquan_cache_evictions_total{cache=\"response\"} 15",
        "kaquan_cache_hits_total{cache=\"read\"} 0",
    };
    struct kq_metrics *metrics = NULL;
    struct kq_buffer shown = {0};
    assert_true(kq_metrics_open(&metrics, NULL).ok);
    kq_metrics_append(&shown, &metrics, 1, &gauges);
    for (size_t i = 0; i < KQ_COUNT(lines); i++) {
        expect_line(&shown, lines[i]);
    }
    kq_buffer_free(&shown);
    kq_metrics_close(metrics);
}

static void diagnoses_are_shown_by_mistake(void **state)
{
    (void)state;
    struct kq_metrics *metrics = NULL;
    struct kq_buffer shown = {0};
    assert_true(kq_metrics_open(&metrics, NULL).ok);
    kq_metrics_append(&shown, &metrics, 1, &gauges);
    expect_line(&shown, "kaquan_signature_diagnoses_total{mistake=\"unknown\"} 31");
    expect_line(&shown, "kaquan_signature_diagnoses_total{mistake=\"unsorted\"} 5000000003");
    expect_line(&shown, "kaquan_signature_diagnoses_left_total 32");
    kq_buffer_free(&shown);
    kq_metrics_close(metrics);
}

/* Codes that are one answer on the wire are one series: a second one of the same name would make the page
 * invalid. */
static void codes_of_one_answer_are_one_series(void **state)
{
    (void)state;
    struct kq_metrics *metrics = NULL;
    struct kq_buffer shown = {0};
    assert_true(kq_metrics_open(&metrics, NULL).ok);
    for (unsigned code = 0; code < KQ_ERROR_CODE_COUNT; code++) {
        kq_metrics_add_call(metrics, &kq_method_marketing_voucher_send, (enum kq_error_code)code, 1);
    }
    kq_metrics_append(&shown, &metrics, 1, &gauges);
    struct kq_cursor lines = kq_cursor_of(kq_buffer_slice(&shown));
    struct kq_slice line;
    while (kq_cursor_take_part(&lines, '\n', &line)) {
        struct kq_cursor others = lines;
        struct kq_slice other;
        struct kq_slice name = {.data = line.data, .size = kq_slice_find(line, ' ')};
        while (!kq_slice_equal(name, KQ_SLICE("#")) && kq_cursor_take_part(&others, '\n', &other)) {
            other.size = kq_slice_find(other, ' ');
            assert_false(kq_slice_equal(name, other));
        }
    }
    kq_buffer_free(&shown);
    kq_metrics_close(metrics);
}

static void opening_without_memory_is_refused(void **state)
{
    (void)state;
    struct kq_metrics *metrics = NULL;
    struct kq_error error = {0};
    for (unsigned long n = 1; n <= 2; n++) {
        kq_memory_fail_at(n);
        assert_false(kq_metrics_open(&metrics, &error).ok);
        assert_int_equal(error.code, KQ_E_NO_MEMORY);
    }
    kq_memory_fail_at(0);
}

static void notifications_are_shown(void **state)
{
    (void)state;
    struct kq_buffer shown = {0};
    kq_metrics_append(&shown, NULL, 0, &gauges);
    expect_line(&shown, "kaquan_notifications_waiting 5000000002");
    expect_line(&shown, "kaquan_notifications_given_up 21");
    expect_line(&shown, "kaquan_notification_oldest_due_seconds 22");
    expect_line(&shown, "kaquan_notifications_delivered_total 23");
    expect_line(&shown, "kaquan_notification_failed_tries_total 24");
    expect_line(&shown, "kaquan_notifications_given_up_total 25");
    expect_line(&shown, "kaquan_vouchers_expired_total 26");
    kq_buffer_free(&shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_all_workers_are_added_up),
        cmocka_unit_test(notifications_are_shown),
        cmocka_unit_test(caches_are_shown_by_name),
        cmocka_unit_test(diagnoses_are_shown_by_mistake),
        cmocka_unit_test(codes_of_one_answer_are_one_series),
        cmocka_unit_test(opening_without_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
