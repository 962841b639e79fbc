/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_METRICS_H
#define KQ_SERVER_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "api/catalogue.h"
#include "base/buffer.h"
#include "base/error.h"
#include "server/diagnoses.h"
#include "server/http.h"
#include "server/memo.h"

/* What is counted, and how it is shown to Prometheus. Each worker counts in metrics of its own, so that no
 * two cores write to one cache line; whoever shows them adds them up. Labels come from the catalogue, the
 * error table and the doctor's tables only, never from a caller, so that the number of series is bounded.
 * Counting: any thread. */

struct kq_metrics; /* owned by whoever opened it */

enum kq_counter {
    KQ_COUNTER_BYTES_RECEIVED,
    KQ_COUNTER_BYTES_SENT,
    KQ_COUNTER_CONNECTIONS_ACCEPTED,
    KQ_COUNTER_CONNECTIONS_REFUSED, /* one too many */
    KQ_COUNTER_ACCEPT_ERRORS,
    KQ_COUNTER_SIGNATURES,    /* made, not remembered */
    KQ_COUNTER_VERIFICATIONS, /* likewise */
    KQ_COUNTER_LOG_LINES_DROPPED,
    KQ_COUNTER_COUNT
};

KQ_MUST struct kq_result kq_metrics_open(struct kq_metrics **metrics, struct kq_error *error);
void kq_metrics_close(struct kq_metrics *metrics);

void kq_metrics_add(struct kq_metrics *metrics, enum kq_counter counter, uint64_t count);

/* An answer that is none of the gateway's. */
void kq_metrics_add_http_error(struct kq_metrics *metrics, enum kq_http_status status);

/* An answer of the gateway. `method` NULL: unknown. */
void kq_metrics_add_call(struct kq_metrics *metrics, const struct kq_method *method, enum kq_error_code code,
                         int64_t duration_us);

/* Of the store what waits, of the notifier (notifier.h) what was done. */
struct kq_notification_gauges {
    int64_t waiting;
    int64_t given_up;
    int64_t oldest_due_age_s;
    uint64_t delivered_total;
    uint64_t failed_tries_total;
    uint64_t given_up_total;
    uint64_t expired_total;
};

/* What is not counted but is so at the moment. */
struct kq_gauges {
    unsigned connections;
    unsigned connections_max;
    size_t buffered_bytes;
    size_t buffered_max_bytes;
    unsigned workers;
    const struct kq_digest_cache_counts *memo; /* KQ_MEMO_KIND_COUNT of them, each of all workers */
    struct kq_notification_gauges notifications;
    const struct kq_diagnosis_counts *diagnoses;
    int64_t started_ms; /* since 1970 */
};

/* Appends the sum of `count` metrics in the text exposition format 0.0.4. */
void kq_metrics_append(struct kq_buffer *buffer, struct kq_metrics *const *metrics, size_t count,
                       const struct kq_gauges *gauges);

#endif
