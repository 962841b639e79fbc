/* SPDX-License-Identifier: Apache-2.0 */
#include "store/store.h"

#include <pthread.h>

#include "base/memory.h"

/* How many submissions of kq_store_apply are in flight: as much as one commit takes, and less than any queue
 * holds. */
#define APPLY_WINDOW 1024

struct kq_result kq_store_reader_open(struct kq_store *store, struct kq_reader **reader,
                                      struct kq_error *error)
{
    return store->functions->reader_open(store, reader, error);
}

void kq_reader_close(struct kq_reader *reader)
{
    if (reader != NULL) {
        reader->functions->reader_close(reader);
    }
}

void kq_reader_read(struct kq_reader *reader, struct kq_operation *operation)
{
    reader->functions->read(reader, operation);
}

uint64_t kq_reader_revision(struct kq_reader *reader)
{
    return reader->functions->revision(reader);
}

void kq_store_submit(struct kq_store *store, struct kq_submission *submission)
{
    store->functions->submit(store, submission);
}

void kq_store_close(struct kq_store *store)
{
    if (store != NULL) {
        store->functions->close(store);
    }
}

int64_t kq_store_now_ms(const struct kq_store *store)
{
    return store->clock->business_ms(store->clock);
}

int64_t kq_store_now_s(const struct kq_store *store)
{
    return kq_store_now_ms(store) / 1000;
}

/* Opens when everything that was counted in has completed. */
struct latch {
    pthread_mutex_t mutex;
    pthread_cond_t done;
    size_t left;
};

struct latched_submission {
    struct kq_submission submission; /* first: complete gets this and means the whole */
    struct latch *latch;
};

static void count_down(struct kq_submission *submission)
{
    struct latch *latch = ((struct latched_submission *)submission)->latch;
    pthread_mutex_lock(&latch->mutex);
    latch->left--;
    if (latch->left == 0) {
        pthread_cond_signal(&latch->done);
    }
    pthread_mutex_unlock(&latch->mutex);
}

static void apply_window(struct kq_store *store, struct kq_operation *operations, size_t count,
                         struct latched_submission *submissions)
{
    struct latch latch = {
        .mutex = PTHREAD_MUTEX_INITIALIZER, .done = PTHREAD_COND_INITIALIZER, .left = count};
    for (size_t i = 0; i < count; i++) {
        submissions[i] = (struct latched_submission){
            .submission = {.operation = &operations[i], .complete = count_down},
            .latch = &latch,
        };
        kq_store_submit(store, &submissions[i].submission);
    }
    pthread_mutex_lock(&latch.mutex);
    while (latch.left > 0) {
        pthread_cond_wait(&latch.done, &latch.mutex);
    }
    pthread_mutex_unlock(&latch.mutex);
    pthread_cond_destroy(&latch.done);
    pthread_mutex_destroy(&latch.mutex);
}

static struct kq_result fail_all(struct kq_operation *operations, size_t count, struct kq_error *error)
{
    for (size_t i = 0; i < count; i++) {
        operations[i].error = (struct kq_error){.code = KQ_E_NO_MEMORY};
    }
    return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
}

struct kq_result kq_store_apply(struct kq_store *store, struct kq_operation *operations, size_t count,
                                struct kq_error *error)
{
    size_t window = count < APPLY_WINDOW ? count : APPLY_WINDOW;
    struct latched_submission *submissions = kq_memory_allocate(window * sizeof(*submissions));
    if (submissions == NULL) {
        return fail_all(operations, count, error);
    }
    for (size_t first = 0; first < count; first += window) {
        size_t left = count - first;
        apply_window(store, operations + first, left < window ? left : window, submissions);
    }
    kq_memory_free(submissions);
    for (size_t i = 0; i < count; i++) {
        const struct kq_error *failure = &operations[i].error;
        KQ_ENSURE(failure->code == KQ_E_NONE, error, failure->code, "%s", failure->detail);
    }
    return KQ_OK;
}
