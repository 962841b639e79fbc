/* SPDX-License-Identifier: Apache-2.0 */
#include "server/notifier.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/log.h"
#include "base/macros.h"
#include "base/memory.h"
#include "base/thread.h"
#include "base/turns.h"
#include "server/courier.h"
#include "server/notification_form.h"

/* How often it looks at the clock and at whether anything was committed, which is a look at some words of
 * memory: a notification leaves so much later at most. */
#define TICK_MS 250

/* Beside a load that commits all the time, it does not look at the rows more often than this. */
#define LOOK_PAUSE_US INT64_C(50000)

/* A store that fails, and another process's lock, are tried again after this. */
#define TRY_AGAIN_US INT64_C(1000000)

/* Old notifications are looked for once an hour. */
#define PRUNE_EVERY_US INT64_C(3600000000)

#define US_PER_MS INT64_C(1000)
#define MS_PER_S INT64_C(1000)

/* A write on its way through the store. One of each kind at a time: what comes meanwhile goes with the next.
 */
struct errand {
    struct kq_submission submission; /* first: the store gives this back and means the whole */
    struct kq_operation operation;
    struct kq_notifier *notifier;
    _Atomic bool is_back;  /* set by the store's thread */
    bool is_away;          /* the notifier's own view */
    int64_t not_before_us; /* after a failure */
};

struct kq_notifier {
    struct kq_notifier_settings settings;
    const struct kq_clock *clock;
    struct kq_private_key *key; /* owned */
    struct kq_reader *reader;   /* owned */
    struct kq_courier *courier; /* owned */
    struct kq_notifier_counts counts;
    pthread_t thread;
    bool is_started;
    _Atomic bool is_stopping;
    int lock; /* a file; -1: not open */
    bool has_lock;
    int64_t lock_at_us; /* when to try for it again */
    /* What it knows of the store, and until when. */
    uint64_t revision; /* 0: nothing */
    int64_t looked_us;
    int64_t looked_s; /* the business clock's then */
    bool must_look;
    bool is_failing; /* said once in the log */
    int64_t turn;
    int64_t next_try_s;
    int64_t next_expiry_s;
    pthread_mutex_t waking; /* held by the store's thread while it wakes this one */
    struct errand record;
    struct errand expire;
    struct errand prune;
    int64_t prune_at_us;
    /* What `record` takes along. */
    const struct kq_parcel *parcels[KQ_COURIER_PARCELS_MAX];
    struct kq_notification_try tries[KQ_COURIER_PARCELS_MAX];
    struct kq_arena arena; /* of a look */
    struct kq_arena form_arena;
    struct kq_buffer form;
};

static int64_t now_us(const struct kq_notifier *notifier)
{
    return notifier->clock->monotonic_us(notifier->clock);
}

static int64_t now_s(const struct kq_notifier *notifier)
{
    return notifier->clock->business_ms(notifier->clock) / MS_PER_S;
}

static void count(_Atomic uint64_t *counter, size_t amount)
{
    atomic_fetch_add_explicit(counter, amount, memory_order_relaxed);
}

static void note_failure(struct kq_notifier *notifier, const struct kq_error *error)
{
    if (!notifier->is_failing) {
        kq_log(KQ_LOG_ERROR, "notifications wait for the store: %s", kq_error_message(error));
    }
    notifier->is_failing = true;
}

/* Errands */

/* On the store's thread. */
static void come_back(struct kq_submission *submission)
{
    struct errand *errand = (struct errand *)submission;
    struct kq_notifier *notifier = errand->notifier;
    pthread_mutex_lock(&notifier->waking);
    atomic_store(&errand->is_back, true);
    kq_courier_wake(notifier->courier);
    pthread_mutex_unlock(&notifier->waking);
}

static bool can_send(const struct kq_notifier *notifier, const struct errand *errand)
{
    return !errand->is_away && now_us(notifier) >= errand->not_before_us;
}

static void send_off(struct kq_notifier *notifier, struct errand *errand)
{
    errand->notifier = notifier;
    errand->submission = (struct kq_submission){.operation = &errand->operation, .complete = come_back};
    errand->is_away = true;
    atomic_store(&errand->is_back, false);
    kq_store_submit(notifier->settings.store, &errand->submission);
}

/* True once, when it is back; *done: with a success. */
static bool take_back(struct kq_notifier *notifier, struct errand *errand, bool *done)
{
    if (!errand->is_away || !atomic_load(&errand->is_back)) {
        return false;
    }
    errand->is_away = false;
    *done = errand->operation.error.code == KQ_E_NONE;
    if (*done) {
        notifier->is_failing = false;
    } else {
        note_failure(notifier, &errand->operation.error);
        errand->not_before_us = now_us(notifier) + TRY_AGAIN_US;
    }
    return true;
}

/* What became of tries */

static void collect(struct kq_notifier *notifier)
{
    struct kq_op_notification_record *record = &notifier->record.operation.notification_record;
    if (notifier->record.is_away) {
        return;
    }
    const struct kq_parcel *parcel = kq_courier_next_over(notifier->courier);
    while (parcel != NULL) {
        notifier->parcels[record->count] = parcel;
        notifier->tries[record->count++] = (struct kq_notification_try){
            .number = parcel->number, .taken = parcel->taken, .result = kq_slice_of(parcel->result)};
        parcel = kq_courier_next_over(notifier->courier);
    }
}

static void put_away(struct kq_notifier *notifier)
{
    struct kq_op_notification_record *record = &notifier->record.operation.notification_record;
    size_t taken = 0;
    for (size_t i = 0; i < record->count; i++) {
        taken += notifier->tries[i].taken ? 1 : 0;
        kq_courier_put_away(notifier->courier, notifier->parcels[i]);
    }
    count(&notifier->counts.delivered, taken);
    count(&notifier->counts.failed_tries, record->count - taken);
    count(&notifier->counts.given_up, record->given_up_count);
    record->count = 0;
    notifier->must_look = true;
}

static void tend_record(struct kq_notifier *notifier)
{
    bool done = false;
    if (take_back(notifier, &notifier->record, &done) && done) {
        put_away(notifier);
    }
    collect(notifier);
    struct kq_operation *operation = &notifier->record.operation;
    if (operation->notification_record.count > 0 && can_send(notifier, &notifier->record)) {
        operation->kind = KQ_OP_NOTIFICATION_RECORD;
        operation->notification_record.tries = notifier->tries;
        send_off(notifier, &notifier->record);
    }
}

/* The clock job, and what is old */

static void tend_expiry(struct kq_notifier *notifier)
{
    struct kq_op_expire_due *expire = &notifier->expire.operation.expire_due;
    bool done = false;
    if (take_back(notifier, &notifier->expire, &done) && done) {
        count(&notifier->counts.expired, expire->count);
        notifier->next_expiry_s = expire->count < expire->rows_max ? KQ_NEVER_S : notifier->next_expiry_s;
        notifier->must_look = true;
    }
    if (notifier->next_expiry_s <= now_s(notifier) && can_send(notifier, &notifier->expire)) {
        notifier->expire.operation =
            (struct kq_operation){.kind = KQ_OP_EXPIRE_DUE, .expire_due = {.rows_max = KQ_EXPIRE_ROWS_MAX}};
        send_off(notifier, &notifier->expire);
    }
}

static void tend_old(struct kq_notifier *notifier)
{
    struct kq_op_notification_prune *prune = &notifier->prune.operation.notification_prune;
    bool done = false;
    if (take_back(notifier, &notifier->prune, &done) && done) {
        prune->after = prune->is_done ? 0 : prune->reached;
        notifier->prune_at_us = prune->is_done ? now_us(notifier) + PRUNE_EVERY_US : notifier->prune_at_us;
    }
    if (now_us(notifier) >= notifier->prune_at_us && can_send(notifier, &notifier->prune)) {
        notifier->prune.operation.kind = KQ_OP_NOTIFICATION_PRUNE;
        send_off(notifier, &notifier->prune);
    }
}

/* What is due */

static struct kq_result post(struct kq_notifier *notifier, const struct kq_due_notification *due,
                             struct kq_error *error)
{
    kq_arena_reset(&notifier->form_arena);
    kq_buffer_clear(&notifier->form);
    KQ_TRY(kq_notification_form(due, now_s(notifier), notifier->key, &notifier->form_arena, &notifier->form,
                                error));
    return kq_courier_post(notifier->courier, due->notification.number, due->notify_uri,
                           kq_buffer_slice(&notifier->form), error);
}

/* A signature takes longer than all else, and receivers need not wait for the next one. */
static void post_all(struct kq_notifier *notifier, const struct kq_op_notification_due *due)
{
    struct kq_error error = {0};
    for (size_t i = 0; i < due->count && !atomic_load(&notifier->is_stopping); i++) {
        const struct kq_due_notification *item = &due->items[i];
        if (kq_courier_has(notifier->courier, item->notification.number) ||
            !kq_courier_has_room(notifier->courier, item->notify_uri)) {
            continue;
        }
        if (!post(notifier, item, &error).ok) {
            note_failure(notifier, &error);
            notifier->revision = 0; /* It looks again. */
            return;
        }
        kq_courier_work(notifier->courier, 0);
    }
}

static bool is_time_to_look(struct kq_notifier *notifier)
{
    int64_t at_s = now_s(notifier);
    bool was_put_back = at_s < notifier->looked_s;
    if (notifier->must_look || was_put_back || at_s >= notifier->next_try_s) {
        return true;
    }
    uint64_t revision = kq_reader_revision(notifier->reader);
    bool has_changed = revision == 0 || revision != notifier->revision;
    return has_changed && now_us(notifier) - notifier->looked_us >= LOOK_PAUSE_US;
}

/* What is in hand is due until its outcome stands in its row, so it is asked for beside what else there is
 * room for. */
static void look(struct kq_notifier *notifier)
{
    size_t in_hand = kq_courier_in_hand(notifier->courier);
    kq_arena_reset(&notifier->arena);
    struct kq_operation operation = {.kind = KQ_OP_NOTIFICATION_DUE, .arena = &notifier->arena};
    struct kq_op_notification_due *due = &operation.notification_due;
    *due = (struct kq_op_notification_due){.now_s = now_s(notifier),
                                           .turn = notifier->turn,
                                           .limit = in_hand + KQ_COURIER_PARCELS_MAX,
                                           .per_template = in_hand + KQ_COURIER_HOST_MAX};
    notifier->revision = kq_reader_revision(notifier->reader);
    notifier->looked_us = now_us(notifier);
    notifier->looked_s = due->now_s;
    notifier->must_look = false;
    kq_reader_read(notifier->reader, &operation);
    if (operation.error.code != KQ_E_NONE) {
        note_failure(notifier, &operation.error);
        notifier->revision = 0;
        return;
    }
    notifier->turn = due->turn;
    notifier->next_try_s = due->next_try_s;
    notifier->next_expiry_s = due->next_expiry_s;
    post_all(notifier, due);
    /* There may be more behind the limit, of receivers that have room. */
    notifier->must_look =
        due->count == due->limit && kq_courier_in_hand(notifier->courier) < KQ_COURIER_PARCELS_MAX;
}

/* The thread */

/* Another server has it, as a rule; what else keeps it away is told once. */
static void note_lock(struct kq_notifier *notifier, int status)
{
    if (status == 0 || status == EWOULDBLOCK) {
        return;
    }
    struct kq_error error = {0};
    KQ_IGNORE(
        kq_fail(&error, KQ_E_IO, "cannot lock the file that one server tells with: %s", strerror(status)));
    note_failure(notifier, &error);
}

static bool have_lock(struct kq_notifier *notifier)
{
    if (!notifier->has_lock && now_us(notifier) >= notifier->lock_at_us) {
        notifier->has_lock = flock(notifier->lock, LOCK_EX | LOCK_NB) == 0;
        note_lock(notifier, notifier->has_lock ? 0 : errno);
        notifier->lock_at_us = now_us(notifier) + TRY_AGAIN_US;
        notifier->must_look = true;
    }
    return notifier->has_lock;
}

/* Tries that were over while others were begun wake nobody: their outcomes can be recorded at once. */
static int wait_ms(const struct kq_notifier *notifier)
{
    bool has_outcomes = kq_courier_in_hand(notifier->courier) > kq_courier_flying(notifier->courier);
    return has_outcomes && can_send(notifier, &notifier->record) ? 0 : TICK_MS;
}

static void work(struct kq_notifier *notifier)
{
    kq_courier_work(notifier->courier, wait_ms(notifier));
    tend_record(notifier);
    if (!have_lock(notifier)) {
        return;
    }
    tend_expiry(notifier);
    tend_old(notifier);
    if (is_time_to_look(notifier)) {
        look(notifier);
    }
}

static bool has_errand(const struct kq_notifier *notifier)
{
    return notifier->record.is_away || notifier->expire.is_away || notifier->prune.is_away;
}

/* What is under way may end, and its outcomes are recorded; a store that fails is not waited for, but for
 * what it has. */
static void wind_up(struct kq_notifier *notifier)
{
    bool done = false;
    int64_t until_us = now_us(notifier) + KQ_NOTIFIER_STOP_MS * US_PER_MS;
    while (has_errand(notifier) ||
           (kq_courier_in_hand(notifier->courier) > 0 && now_us(notifier) < until_us)) {
        kq_courier_work(notifier->courier, TICK_MS);
        (void)take_back(notifier, &notifier->expire, &done);
        (void)take_back(notifier, &notifier->prune, &done);
        if (now_us(notifier) < until_us) {
            tend_record(notifier);
        } else {
            (void)take_back(notifier, &notifier->record, &done);
        }
    }
}

static void *run(void *context)
{
    struct kq_notifier *notifier = context;
    kq_turns_last();
    while (!atomic_load(&notifier->is_stopping)) {
        work(notifier);
    }
    wind_up(notifier);
    return NULL;
}

/* From opening to closing */

static struct kq_result prepare(struct kq_notifier *notifier, struct kq_error *error)
{
    const struct kq_notifier_settings *settings = &notifier->settings;
    notifier->lock = open(settings->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    KQ_ENSURE(notifier->lock >= 0, error, KQ_E_IO, "%s: %s", settings->lock_path, strerror(errno));
    KQ_TRY(kq_private_key_copy(settings->private_key, &notifier->key, error));
    KQ_TRY(kq_store_reader_open(settings->store, &notifier->reader, error));
    return kq_courier_open(&notifier->courier, error);
}

struct kq_result kq_notifier_open(const struct kq_notifier_settings *settings, struct kq_notifier **notifier,
                                  struct kq_error *error)
{
    struct kq_notifier *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->settings = *settings;
    opened->clock = settings->store->clock;
    opened->next_try_s = KQ_NEVER_S;
    opened->next_expiry_s = KQ_NEVER_S;
    opened->must_look = true;
    pthread_mutex_init(&opened->waking, NULL);
    if (!prepare(opened, error).ok) {
        kq_notifier_close(opened);
        return KQ_FAILED;
    }
    *notifier = opened;
    return KQ_OK;
}

struct kq_result kq_notifier_start(struct kq_notifier *notifier, struct kq_error *error)
{
    int reason = kq_thread_start(&notifier->thread, run, notifier);
    KQ_ENSURE(reason == 0, error, KQ_E_IO, "the notifier's thread cannot be started: %s", strerror(reason));
    notifier->is_started = true;
    return KQ_OK;
}

void kq_notifier_stop(struct kq_notifier *notifier)
{
    if (notifier != NULL) {
        atomic_store(&notifier->is_stopping, true);
        kq_courier_wake(notifier->courier);
    }
}

const struct kq_notifier_counts *kq_notifier_counts_of(const struct kq_notifier *notifier)
{
    return &notifier->counts;
}

void kq_notifier_close(struct kq_notifier *notifier)
{
    if (notifier == NULL) {
        return;
    }
    if (notifier->is_started) {
        kq_notifier_stop(notifier);
        pthread_join(notifier->thread, NULL);
    }
    /* What came back last may still be waking a thread that has ended. */
    pthread_mutex_lock(&notifier->waking);
    pthread_mutex_unlock(&notifier->waking);
    pthread_mutex_destroy(&notifier->waking);
    kq_courier_close(notifier->courier);
    if (notifier->reader != NULL) {
        kq_reader_close(notifier->reader);
    }
    kq_private_key_free(notifier->key);
    if (notifier->lock >= 0) {
        close(notifier->lock);
    }
    kq_arena_free(&notifier->arena);
    kq_arena_free(&notifier->form_arena);
    kq_buffer_free(&notifier->form);
    kq_memory_free(notifier);
}
