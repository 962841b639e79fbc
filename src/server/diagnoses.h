/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_DIAGNOSES_H
#define KQ_SERVER_DIAGNOSES_H

#include "base/buffer.h"
#include "base/error.h"
#include "server/call.h"
#include "store/store.h"
#include "wire/key.h"

/* Why calls' signatures fail (doctor/examine.h), found out beside the calls: a worker hands over a copy of
 * the request and goes on, one thread of low priority examines it. What it finds goes to the log and to the
 * admin address, never to the caller.
 *
 * A flood of forged calls costs next to nothing more: of one application a call a second is taken, what does
 * not fit into the queue is left, and the thread rests nine times as long as it has worked. */

struct kq_diagnoses; /* owned by whoever opened it */

struct kq_diagnoses_settings {
    struct kq_store *store;                   /* borrowed */
    const struct kq_private_key *private_key; /* borrowed while it is opened: the gateway's */
};

/* Between two calls of one application that are looked at. */
#define KQ_DIAGNOSIS_INTERVAL_MS 1000
/* Requests that wait, and the bytes of all of them; an ordinary one has 2 KiB. A longer one than fits is not
 * looked at. */
#define KQ_DIAGNOSES_WAITING_MAX 16
#define KQ_DIAGNOSES_WAITING_BYTES ((size_t)1 << 20)
/* Of a diagnosis' trials: all pairs of mistakes in an ordinary request take less than 100 ms of it; the
 * longest and most hostile request some hundred. See kq_examination. */
#define KQ_DIAGNOSIS_WORK_MAX ((size_t)96 << 20)
/* The last ones are kept, a kilobyte or two each. */
#define KQ_DIAGNOSES_KEPT 64

/* NO_MEMORY, STORE, CRYPTO. */
KQ_MUST struct kq_result kq_diagnoses_open(const struct kq_diagnoses_settings *settings,
                                           struct kq_diagnoses **diagnoses, struct kq_error *error);

/* Starts the thread. IO. */
KQ_MUST struct kq_result kq_diagnoses_start(struct kq_diagnoses *diagnoses, struct kq_error *error);

/* A call whose signature does not verify, of an application that there is. Copies what it needs, or does
 * nothing. Does not wait. NULL is fine. Any thread. */
void kq_diagnoses_offer(struct kq_diagnoses *diagnoses, const struct kq_call *call);

/* Appends a JSON object: how many were diagnosed and left, and the last ones, newest first. Any thread. */
void kq_diagnoses_append(struct kq_diagnoses *diagnoses, struct kq_buffer *json);

/* What was found, by the names of the doctor's tables (doctor/mistakes.h, …): there are about a hundred. A
 * name beyond that many is counted as unknown. */
#define KQ_DIAGNOSED_NAMES_MAX 160

struct kq_diagnosis_counts {
    struct {
        const char *name; /* static */
        uint64_t count;
    } items[KQ_DIAGNOSED_NAMES_MAX]; /* the first: "unknown", which nothing that is known explains */
    size_t item_count;
    uint64_t left; /* calls that were not looked at */
};

/* Any thread. */
void kq_diagnoses_count(struct kq_diagnoses *diagnoses, struct kq_diagnosis_counts *counts);

/* Stops the thread where it runs, waits for its end, frees. Nobody may offer any more. NULL is fine. */
void kq_diagnoses_close(struct kq_diagnoses *diagnoses);

#endif
