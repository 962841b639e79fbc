/* SPDX-License-Identifier: Apache-2.0 */
#include "client/loop.h"

#include <unistd.h>

#include "base/memory.h"
#include "client/client_time.h"
#include "client/message.h"
#include "client/sized.h"
#include "client/twins.h"
#include "client/watcher.h"

/* Neither a time nor "none": whatever comes next is told to the caller. */
#define NOT_ARMED (-2)
#define NO_TIME (-1)

struct kq_client_loop {
    struct kq_client *client;
    struct kq_client_keys keys; /* owned: this thread's */
    const struct kq_curl *curl;
    CURLM *multi; /* owned */
    struct kq_client_loop_callbacks callbacks;
    bool has_callbacks;
    struct kq_twins twins;     /* what they are told of */
    struct kq_watcher watcher; /* in place of callbacks */
    unsigned depth;            /* functions of the loop that are under way, one called by another's `done` */
    bool is_closing;
    bool is_ending;   /* calls that are marked are being ended: whoever marks more leaves them to that */
    int64_t armed_ms; /* what the caller's timer is set to */
    struct kq_pending *first;
    struct kq_pending *last;
    size_t count;
    size_t transfers;      /* calls that libcurl has */
    size_t running;        /* those of them that had not come to an end when it was last asked */
    size_t unsent;         /* those that were given to it since */
    int64_t unsent_ms;     /* when the first of these was */
    size_t ended;          /* calls, ever */
    struct kq_http **idle; /* owned, as are they: transfers to be used again */
    size_t idle_count;
    struct kq_pending_stock stock;
};

/* The caller's descriptor is open until he has been told to forget it. */
static void tell_caller(struct kq_client_loop *loop, curl_socket_t socket, int readiness)
{
    int fd = readiness == 0 ? kq_twins_find(&loop->twins, socket) : kq_twins_make(&loop->twins, socket);
    loop->callbacks.watch(loop->callbacks.data, fd, readiness);
    if (readiness == 0) {
        kq_twins_release(&loop->twins, socket);
    }
}

static int tell_socket(CURL *handle, curl_socket_t socket, int what, void *data, void *socket_data)
{
    (void)handle;
    (void)socket_data;
    struct kq_client_loop *loop = data;
    int readiness =
        (what & CURL_POLL_IN ? KQ_CLIENT_READABLE : 0) | (what & CURL_POLL_OUT ? KQ_CLIENT_WRITABLE : 0);
    readiness = what == CURL_POLL_REMOVE ? 0 : readiness;
    if (!loop->has_callbacks) {
        return kq_watcher_watch(&loop->watcher, socket, readiness) ? 0 : -1;
    }
    tell_caller(loop, socket, readiness);
    return 0;
}

static bool set_up_multi(struct kq_client_loop *loop)
{
    CURLMcode (*setopt)(CURLM *, CURLMoption, ...) = loop->curl->multi_setopt;
    long connections = (long)loop->client->pool.max;
    loop->multi = loop->curl->multi_init();
    return loop->multi != NULL && setopt(loop->multi, CURLMOPT_MAXCONNECTS, connections) == CURLM_OK &&
           setopt(loop->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, connections) == CURLM_OK &&
           setopt(loop->multi, CURLMOPT_SOCKETFUNCTION, tell_socket) == CURLM_OK &&
           setopt(loop->multi, CURLMOPT_SOCKETDATA, loop) == CURLM_OK;
}

static void free_loop(struct kq_client_loop *loop)
{
    kq_pending_stock_free(&loop->stock);
    while (loop->idle_count > 0) {
        kq_http_close(loop->idle[--loop->idle_count]);
    }
    if (loop->multi != NULL) {
        loop->curl->multi_cleanup(loop->multi);
    }
    kq_watcher_close(&loop->watcher);
    kq_twins_free(&loop->twins);
    kq_memory_free((void *)loop->idle);
    kq_client_keys_free(&loop->keys);
    kq_memory_free(loop);
}

static struct kq_result open_loop(struct kq_client_loop *loop,
                                  const struct kq_client_loop_callbacks *callbacks, struct kq_error *error)
{
    KQ_ENSURE(callbacks == NULL || (callbacks->watch != NULL && callbacks->set_timer != NULL), error,
              KQ_E_USAGE, "watch and set_timer are needed, both or no callbacks at all");
    KQ_TRY(kq_curl_load(&loop->curl, error));
    KQ_TRY(kq_client_keys_copy(loop->client, &loop->keys, error));
    loop->idle = kq_memory_allocate(loop->client->pool.max * sizeof(struct kq_http *));
    KQ_ENSURE_MEMORY(loop->idle != NULL && set_up_multi(loop), error);
    if (callbacks == NULL) {
        return kq_watcher_open(&loop->watcher, error);
    }
    loop->callbacks = *callbacks;
    loop->has_callbacks = true;
    return KQ_OK;
}

enum kq_client_status kq_client_loop_open_sized(struct kq_client *client,
                                                const struct kq_client_loop_callbacks *callbacks,
                                                size_t callbacks_bytes, struct kq_client_loop **loop,
                                                struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_client_loop_callbacks own;
    struct kq_client_loop *opened = kq_memory_allocate(sizeof(*opened));
    *loop = NULL;
    if (opened == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    opened->client = client;
    opened->stock.max = client->pool.max;
    opened->armed_ms = NO_TIME;
    opened->watcher = KQ_WATCHER_NONE;
    if ((callbacks != NULL &&
         !kq_sized_copy("kq_client_loop_callbacks", &own, sizeof(own), callbacks, callbacks_bytes, &cause)
              .ok) ||
        !open_loop(opened, callbacks == NULL ? NULL : &own, &cause).ok) {
        free_loop(opened);
        return kq_client_fail_with(error, &cause);
    }
    *loop = opened;
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

static void link_pending(struct kq_client_loop *loop, struct kq_pending *pending)
{
    pending->previous = loop->last;
    *(loop->last == NULL ? &loop->first : &loop->last->next) = pending;
    loop->last = pending;
    loop->count++;
}

static void unlink_pending(struct kq_client_loop *loop, struct kq_pending *pending)
{
    *(pending->previous == NULL ? &loop->first : &pending->previous->next) = pending->next;
    *(pending->next == NULL ? &loop->last : &pending->next->previous) = pending->previous;
    loop->count--;
}

static int open_socket(void *data, curl_socket_t socket, curlsocktype purpose)
{
    (void)purpose;
    struct kq_client_loop *loop = data;
    if (loop->has_callbacks) {
        kq_twins_expect(&loop->twins, socket);
    } else {
        kq_watcher_keep(&loop->watcher, socket);
    }
    return CURL_SOCKOPT_OK;
}

static int close_socket(void *data, curl_socket_t socket)
{
    struct kq_client_loop *loop = data;
    if (loop->has_callbacks) {
        kq_twins_close(&loop->twins, socket);
    } else {
        kq_watcher_forget(&loop->watcher, socket);
    }
    return close(socket);
}

static struct kq_result open_http(struct kq_client_loop *loop, struct kq_http **http, struct kq_error *error)
{
    CURLcode (*setopt)(CURL *, CURLoption, ...) = loop->curl->easy_setopt;
    KQ_TRY(kq_http_open(&loop->client->http, http, error));
    CURL *handle = kq_http_handle(*http);
    if (setopt(handle, CURLOPT_SOCKOPTFUNCTION, open_socket) != CURLE_OK ||
        setopt(handle, CURLOPT_SOCKOPTDATA, loop) != CURLE_OK ||
        setopt(handle, CURLOPT_CLOSESOCKETFUNCTION, close_socket) != CURLE_OK ||
        setopt(handle, CURLOPT_CLOSESOCKETDATA, loop) != CURLE_OK) {
        kq_http_close(*http);
        *http = NULL;
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    return KQ_OK;
}

static struct kq_result take_http(struct kq_client_loop *loop, struct kq_http **http, struct kq_error *error)
{
    if (loop->idle_count == 0) {
        return open_http(loop, http, error);
    }
    *http = loop->idle[--loop->idle_count];
    return KQ_OK;
}

/* Out of libcurl's hands. */
static void give_back_http(struct kq_client_loop *loop, struct kq_pending *pending)
{
    if (pending->http == NULL) {
        return;
    }
    loop->curl->multi_remove_handle(loop->multi, kq_http_handle(pending->http));
    if (loop->idle_count < loop->client->pool.max) {
        loop->idle[loop->idle_count++] = pending->http;
    } else {
        kq_http_close(pending->http);
    }
    pending->http = NULL;
    loop->transfers--;
}

/* Has libcurl do what is to be done at `socket`, and what is due by now: calls that it was given are. */
static void drive(struct kq_client_loop *loop, curl_socket_t socket, int events)
{
    int running = (int)loop->transfers;
    loop->unsent = 0;
    loop->curl->multi_socket_action(loop->multi, socket, events, &running);
    loop->running = (size_t)running;
}

/* A call that is submitted by itself is sent at once: while the caller signs the next one, the gateway has
 * something to do. Those that are submitted while the loop hands out answers are sent some at a time, because
 * a gateway that waits has to be woken for the first of them only, and on one machine that costs as much as
 * all else that the system does for a packet. Half of the calls under way are the gateway's meanwhile, and
 * none is held back for longer than this and the `done` that is running. */
#define UNSENT_MAX 8
#define UNSENT_MAX_MS 2

static bool are_enough_unsent(const struct kq_client_loop *loop)
{
    return loop->depth == 0 || loop->unsent >= UNSENT_MAX || 2 * loop->unsent >= loop->transfers;
}

static void send_unsent(struct kq_client_loop *loop)
{
    if (loop->unsent > 0) {
        drive(loop, CURL_SOCKET_TIMEOUT, 0);
    }
}

static void send_old(struct kq_client_loop *loop)
{
    if (loop->unsent > 0 && kq_client_monotonic_ms() - loop->unsent_ms >= UNSENT_MAX_MS) {
        send_unsent(loop);
    }
}

/* One try: signed, and in libcurl's hands. */
static struct kq_result begin(struct kq_client_loop *loop, struct kq_pending *pending, struct kq_error *error)
{
    KQ_TRY(kq_attempt_make(loop->client, &loop->keys, &pending->request, &pending->attempt, error));
    KQ_TRY(take_http(loop, &pending->http, error));
    CURL *handle = kq_http_handle(pending->http);
    int64_t now_ms = kq_client_monotonic_ms();
    const struct kq_http_request request =
        kq_attempt_request(&pending->attempt, pending->deadline_ms - now_ms);
    bool done = kq_http_begin(pending->http, &request, &pending->attempt.http, error).ok &&
                loop->curl->easy_setopt(handle, CURLOPT_PRIVATE, pending) == CURLE_OK &&
                loop->curl->multi_add_handle(loop->multi, handle) == CURLM_OK;
    if (!done) {
        kq_http_close(pending->http);
        pending->http = NULL;
    }
    KQ_ENSURE_MEMORY(done, error);
    loop->transfers++;
    loop->unsent_ms = loop->unsent == 0 ? now_ms : loop->unsent_ms;
    loop->unsent++;
    if (are_enough_unsent(loop)) {
        send_unsent(loop);
    }
    return KQ_OK;
}

/* The call is over; it is not there any more when `done` is called. */
static void end(struct kq_client_loop *loop, struct kq_pending *pending, enum kq_client_status status,
                struct kq_client_answer *answer, const struct kq_client_error *error)
{
    kq_client_done done = pending->done;
    void *data = pending->data;
    send_old(loop);
    give_back_http(loop, pending);
    unlink_pending(loop, pending);
    kq_pending_give_back(&loop->stock, pending);
    loop->ended++;
    done(data, status, answer, error);
}

static void fail(struct kq_client_loop *loop, struct kq_pending *pending, const struct kq_error *cause)
{
    struct kq_client_error error;
    enum kq_client_status status = kq_client_fail_with(&error, cause);
    end(loop, pending, status, NULL, &error);
}

/* Puts a call that was not answered off to its next try; false where there is none. */
static bool put_off(struct kq_client_loop *loop, struct kq_pending *pending, const struct kq_error *cause)
{
    int64_t next_ms = kq_client_monotonic_ms() + kq_call_wait_ms(pending->repeats + 1);
    if (cause->code != KQ_E_TRANSPORT || pending->repeats >= loop->client->retries_max ||
        next_ms >= pending->deadline_ms || !kq_call_is_repeatable(&pending->request)) {
        return false;
    }
    give_back_http(loop, pending);
    pending->repeats++;
    pending->next_try_ms = next_ms;
    return true;
}

static void take_result(struct kq_client_loop *loop, struct kq_pending *pending, CURLcode code)
{
    struct kq_error cause = {0};
    if (!kq_http_end(pending->http, code, &pending->attempt.http, &cause).ok) {
        if (!put_off(loop, pending, &cause)) {
            fail(loop, pending, &cause);
        }
        return;
    }
    struct kq_client_answer *answer = NULL;
    struct kq_client_error error;
    enum kq_client_status status = kq_attempt_read(
        loop->client, &loop->keys, kq_slice_of(pending->request.method), &pending->attempt, &answer, &error);
    end(loop, pending, status, answer, &error);
}

static void take_results(struct kq_client_loop *loop)
{
    int left = 0;
    const CURLMsg *message = loop->curl->multi_info_read(loop->multi, &left);
    while (message != NULL) {
        char *private = NULL;
        CURLcode code = message->data.result;
        loop->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        take_result(loop, (struct kq_pending *)private, code);
        message = loop->curl->multi_info_read(loop->multi, &left);
    }
}

/* The first that waits until `now_ms` at most, or NULL. */
static struct kq_pending *find_due(const struct kq_client_loop *loop, int64_t now_ms)
{
    struct kq_pending *at = loop->transfers < loop->count ? loop->first : NULL;
    while (at != NULL && (at->http != NULL || at->next_try_ms > now_ms)) {
        at = at->next;
    }
    return at;
}

static void try_again(struct kq_client_loop *loop)
{
    int64_t now_ms = kq_client_monotonic_ms();
    struct kq_pending *due = find_due(loop, now_ms);
    while (due != NULL && !loop->is_closing) {
        struct kq_error cause = {0};
        if (!begin(loop, due, &cause).ok) {
            fail(loop, due, &cause);
        }
        due = find_due(loop, now_ms);
    }
}

/* libcurl keeps the time of the transfers that it has begun, and says what each of them was doing; it does
 * not of those that wait for a connection. So the loop looks a little later. */
#define OVERDUE_MS 5

/* Calls of one client have the same time: those that came first are over first. */
static void end_overdue(struct kq_client_loop *loop)
{
    int64_t now_ms = kq_client_monotonic_ms();
    while (loop->first != NULL && loop->first->deadline_ms + OVERDUE_MS <= now_ms) {
        struct kq_client_error error;
        enum kq_client_status status =
            kq_client_fail(&error, KQ_CLIENT_TRANSPORT, "nothing was answered within %ld ms",
                           (long)loop->client->timeout_ms);
        end(loop, loop->first, status, NULL, &error);
    }
}

/* NO_TIME is later than any. */
static int64_t earlier(int64_t a_ms, int64_t b_ms)
{
    return a_ms == NO_TIME || (b_ms != NO_TIME && b_ms < a_ms) ? b_ms : a_ms;
}

/* The next time that something is to be done without a file descriptor's being ready. */
static int64_t next_time_ms(const struct kq_client_loop *loop)
{
    int64_t now_ms = kq_client_monotonic_ms();
    long curl_ms = NO_TIME;
    if (loop->running < loop->transfers) {
        return now_ms; /* for the results of those that have come to an end */
    }
    loop->curl->multi_timeout(loop->multi, &curl_ms);
    /* libcurl counts microseconds: a millisecond that has only begun would come too early for it. */
    int64_t next_ms = curl_ms < 0 ? NO_TIME : now_ms + curl_ms + (curl_ms > 0 ? 1 : 0);
    next_ms = earlier(next_ms, loop->first == NULL ? NO_TIME : loop->first->deadline_ms + OVERDUE_MS);
    for (const struct kq_pending *at = loop->transfers < loop->count ? loop->first : NULL; at != NULL;
         at = at->next) {
        next_ms = at->http == NULL ? earlier(next_ms, at->next_try_ms) : next_ms;
    }
    return next_ms;
}

static void arm(struct kq_client_loop *loop)
{
    if (!loop->has_callbacks || loop->is_closing) {
        return;
    }
    int64_t next_ms = next_time_ms(loop);
    if (next_ms == loop->armed_ms) {
        return;
    }
    int64_t wait_ms = next_ms == NO_TIME ? NO_TIME : next_ms - kq_client_monotonic_ms();
    loop->armed_ms = next_ms;
    loop->callbacks.set_timer(loop->callbacks.data, next_ms != NO_TIME && wait_ms < 0 ? 0 : (long)wait_ms);
}

enum kq_client_status kq_client_loop_submit_sized(struct kq_client_loop *loop,
                                                  const struct kq_client_request *request,
                                                  size_t request_bytes, kq_client_done done, void *data,
                                                  struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_client_request own;
    if (loop->is_closing || done == NULL) {
        return kq_client_fail(error, KQ_CLIENT_USAGE, "%s",
                              done == NULL ? "done is missing" : "the loop is being closed");
    }
    struct kq_pending *pending = NULL;
    if (!kq_sized_copy("kq_client_request", &own, sizeof(own), request, request_bytes, &cause).ok ||
        !kq_pending_take(&loop->stock, &pending, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    pending->done = done;
    pending->data = data;
    pending->deadline_ms = kq_client_monotonic_ms() + loop->client->timeout_ms;
    if (!kq_pending_fill(pending, &own, &cause).ok || !begin(loop, pending, &cause).ok) {
        kq_pending_give_back(&loop->stock, pending);
        return kq_client_fail_with(error, &cause);
    }
    link_pending(loop, pending);
    if (loop->depth == 0) {
        arm(loop);
    }
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

/* Those that are marked; calls that `done` submits meanwhile are not, and those that it cancels are ended
 * when it has returned: however many, on the stack there is one. */
static void end_cancelled(struct kq_client_loop *loop, const char *why)
{
    if (loop->is_ending) {
        return;
    }
    loop->is_ending = true;
    struct kq_pending *at = loop->first;
    while (at != NULL) {
        if (!at->is_cancelled) {
            at = at->next;
            continue;
        }
        struct kq_client_error error;
        enum kq_client_status status = kq_client_fail(&error, KQ_CLIENT_TRANSPORT, "%s", why);
        end(loop, at, status, NULL, &error);
        at = loop->first;
    }
    loop->is_ending = false;
}

/* All of them; none comes any more. */
static void end_all(struct kq_client_loop *loop)
{
    for (struct kq_pending *at = loop->first; at != NULL; at = at->next) {
        at->is_cancelled = true;
    }
    end_cancelled(loop, "the loop was closed");
    if (loop->has_callbacks && loop->armed_ms != NO_TIME) {
        loop->callbacks.set_timer(loop->callbacks.data, NO_TIME);
    }
}

/* Every function that may call `done` is between these two: a loop that is closed meanwhile is there until
 * the outermost of them has nothing more to do with it. */
static void enter(struct kq_client_loop *loop)
{
    loop->depth++;
}

static void leave(struct kq_client_loop *loop)
{
    if (loop->depth == 1 && loop->is_closing) {
        end_all(loop);
        free_loop(loop);
        return;
    }
    loop->depth--;
}

size_t kq_client_loop_cancel(struct kq_client_loop *loop, void *data)
{
    size_t count = 0;
    enter(loop);
    for (struct kq_pending *at = loop->first; at != NULL; at = at->next) {
        count += at->data == data && !at->is_cancelled ? 1 : 0;
        at->is_cancelled = at->is_cancelled || at->data == data;
    }
    end_cancelled(loop, "the call was cancelled");
    send_unsent(loop);
    arm(loop);
    leave(loop);
    return count;
}

void kq_client_loop_close(struct kq_client_loop *loop)
{
    if (loop == NULL) {
        return;
    }
    loop->is_closing = true;
    if (loop->depth == 0) {
        enter(loop);
        leave(loop);
    }
}

static void settle(struct kq_client_loop *loop)
{
    take_results(loop);
    end_overdue(loop);
    try_again(loop);
    send_unsent(loop);
    arm(loop);
}

static void drive_ready(struct kq_client_loop *loop, int fd, int what)
{
    int events = (what & KQ_CLIENT_READABLE ? CURL_CSELECT_IN : 0) |
                 (what & KQ_CLIENT_WRITABLE ? CURL_CSELECT_OUT : 0) |
                 (what & KQ_CLIENT_BROKEN ? CURL_CSELECT_ERR : 0);
    drive(loop, fd, events);
}

void kq_client_loop_ready(struct kq_client_loop *loop, int fd, int what)
{
    enter(loop);
    drive_ready(loop, kq_twins_original(&loop->twins, fd), what);
    settle(loop);
    leave(loop);
}

void kq_client_loop_timeout(struct kq_client_loop *loop)
{
    enter(loop);
    loop->armed_ms = NOT_ARMED;
    drive(loop, CURL_SOCKET_TIMEOUT, 0);
    settle(loop);
    leave(loop);
}

size_t kq_client_loop_pending(const struct kq_client_loop *loop)
{
    return loop->count;
}

/* At most until something is to be done anyway. */
static void wait_once(struct kq_client_loop *loop, int64_t until_ms)
{
    struct kq_ready_socket ready[KQ_READY_SOCKETS_MAX];
    int64_t next_ms = next_time_ms(loop);
    int64_t wait_ms =
        (next_ms != NO_TIME && next_ms < until_ms ? next_ms : until_ms) - kq_client_monotonic_ms();
    size_t count = kq_watcher_wait(&loop->watcher, ready, wait_ms < 0 ? 0 : (int)wait_ms);
    for (size_t i = 0; i < count; i++) {
        drive_ready(loop, ready[i].fd, ready[i].what);
    }
    if (count == 0 || wait_ms <= 0) {
        drive(loop, CURL_SOCKET_TIMEOUT, 0);
    }
    settle(loop);
}

/* As long as an int counts milliseconds. */
#define WAIT_MAX_MS 1000000000L

size_t kq_client_loop_wait(struct kq_client_loop *loop, long timeout_ms)
{
    size_t ended = loop->ended;
    int64_t until_ms =
        kq_client_monotonic_ms() + (timeout_ms < 0 || timeout_ms > WAIT_MAX_MS ? WAIT_MAX_MS : timeout_ms);
    bool first = true;
    enter(loop);
    while (!loop->has_callbacks && !loop->is_closing && loop->count > 0 && loop->ended == ended &&
           (first || kq_client_monotonic_ms() < until_ms)) {
        wait_once(loop, until_ms);
        first = false;
    }
    size_t count = loop->is_closing ? 0 : loop->count;
    leave(loop);
    return count;
}
