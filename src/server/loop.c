/* SPDX-License-Identifier: Apache-2.0 */
#include "server/loop.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"

#define US_PER_MS INT64_C(1000)

/* Connections accepted in one round: so that a flood of them does not hold up those that are there. */
#define ACCEPT_MAX 64

/* How long nothing is accepted after the machine ran out of something: descriptors come back when connections
 * end. */
#define ACCEPT_PAUSE_MS 100

/* One line in the log for many such pauses. */
#define ACCEPT_WARNING_INTERVAL_US INT64_C(10000000)

static void on_accept(evutil_socket_t fd, short events, void *context)
{
    struct kq_loop *loop = context;
    (void)fd;
    (void)events;
    loop->accept_is_ready = true;
}

/* The round ends, and looks at the clock itself. */
static void on_tick(evutil_socket_t fd, short events, void *context)
{
    (void)fd;
    (void)events;
    (void)context;
}

/* The round ends, and looks at what others have left for it. */
static void on_wake(evutil_socket_t fd, short events, void *context)
{
    (void)events;
    (void)context;
    eventfd_t count = 0;
    (void)eventfd_read(fd, &count);
}

static bool set_tick(struct kq_loop *loop, unsigned ms)
{
    struct timeval interval = {.tv_sec = ms / 1000, .tv_usec = (ms % 1000) * US_PER_MS};
    return event_add(&loop->tick, &interval) == 0;
}

static struct event_base *open_base(void)
{
    struct event_config *config = event_config_new();
    struct event_base *base = NULL;
    if (config != NULL && event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0) {
        base = event_base_new_with_config(config);
    }
    if (config != NULL) {
        event_config_free(config);
    }
    return base;
}

static bool watch(struct kq_loop *loop)
{
    event_assign(&loop->accept, loop->base, loop->listener, EV_READ | EV_PERSIST, on_accept, loop);
    event_assign(&loop->tick, loop->base, -1, 0, on_tick, loop);
    event_assign(&loop->wake, loop->base, loop->wake_fd, EV_READ | EV_PERSIST, on_wake, loop);
    return event_add(&loop->accept, NULL) == 0 && event_add(&loop->wake, NULL) == 0;
}

struct kq_result kq_loop_open(struct kq_loop *loop, const struct kq_loop_settings *settings, int listener,
                              struct kq_error *error)
{
    *loop = (struct kq_loop){.settings = *settings, .listener = listener, .wake_fd = -1};
    pthread_mutex_init(&loop->lock, NULL);
    loop->base = open_base();
    loop->wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (loop->base == NULL || loop->wake_fd < 0 || !watch(loop)) {
        kq_loop_close(loop);
        return kq_fail(error, KQ_E_IO, "an event loop cannot be opened: are there too many open files?");
    }
    return KQ_OK;
}

void kq_loop_wake(struct kq_loop *loop)
{
    if (eventfd_write(loop->wake_fd, 1) != 0) {
        kq_log(KQ_LOG_ERROR, "a loop cannot be woken: %s", strerror(errno));
    }
}

void kq_loop_stop(struct kq_loop *loop)
{
    atomic_store(&loop->stop_is_asked, true);
    kq_loop_wake(loop);
}

/* Woken under the lock: whoever then takes the last completed connection, and ends the loop, knows that
 * nobody is about to write to its eventfd. */
void kq_loop_complete(struct kq_http_connection *connection)
{
    struct kq_loop *loop = connection->loop;
    pthread_mutex_lock(&loop->lock);
    bool is_first = loop->completed == NULL;
    connection->next_completed = loop->completed;
    loop->completed = connection;
    if (is_first) {
        kq_loop_wake(loop);
    }
    pthread_mutex_unlock(&loop->lock);
}

void kq_loop_record(struct kq_http_connection *connection, enum kq_readiness readiness)
{
    struct kq_loop *loop = connection->loop;
    if (connection->readiness == 0) {
        connection->next_ready = loop->ready;
        loop->ready = connection;
    }
    connection->readiness |= (unsigned)readiness;
}

/* One that has news too stands in the list already, and takes its turn there. */
void kq_loop_act(struct kq_http_connection *connection)
{
    if (connection->readiness == 0) {
        kq_http_connection_act(connection);
    } else {
        kq_loop_record(connection, KQ_READY_INPUT);
    }
}

/* Takes one connection in, or turns it away where there are too many. */
static void admit(struct kq_loop *loop, int fd)
{
    struct kq_connection_count *count = loop->settings.count;
    if (atomic_fetch_add(&count->open, 1) >= count->maximum) {
        atomic_fetch_sub(&count->open, 1);
        kq_metrics_add(loop->settings.metrics, KQ_COUNTER_CONNECTIONS_REFUSED, 1);
        close(fd);
        return;
    }
    if (!kq_http_connection_open(loop, fd)) {
        atomic_fetch_sub(&count->open, 1);
        kq_metrics_add(loop->settings.metrics, KQ_COUNTER_ACCEPT_ERRORS, 1);
        return;
    }
    kq_metrics_add(loop->settings.metrics, KQ_COUNTER_CONNECTIONS_ACCEPTED, 1);
}

/* Out of descriptors or memory: what waits would be reported again at once, and for nothing. */
static void pause_accept(struct kq_loop *loop, int reason)
{
    kq_metrics_add(loop->settings.metrics, KQ_COUNTER_ACCEPT_ERRORS, 1);
    loop->accept_is_paused = set_tick(loop, ACCEPT_PAUSE_MS) && event_del(&loop->accept) == 0;
    int64_t now_us = loop->settings.clock->monotonic_us(loop->settings.clock);
    if (loop->accept_warned_us == 0 || now_us - loop->accept_warned_us > ACCEPT_WARNING_INTERVAL_US) {
        kq_log(KQ_LOG_WARNING, "no connection can be accepted for now: %s", strerror(reason));
        loop->accept_warned_us = now_us;
    }
}

static bool is_want_of_resources(int reason)
{
    return reason == EMFILE || reason == ENFILE || reason == ENOBUFS || reason == ENOMEM;
}

/* False: nobody waits any more. */
static bool accept_one(struct kq_loop *loop)
{
    int fd = accept4(loop->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
        admit(loop, fd);
        return true;
    }
    int reason = errno;
    if (is_want_of_resources(reason)) {
        pause_accept(loop, reason);
    }
    /* Others are one connection's own trouble (ECONNABORTED, and what accept(2) lists): the next may do. */
    return reason != EAGAIN && !is_want_of_resources(reason);
}

static void accept_some(struct kq_loop *loop)
{
    for (size_t i = 0; i < ACCEPT_MAX && accept_one(loop); i++) {
    }
}

static void resume_accept(struct kq_loop *loop)
{
    if (loop->accept_is_paused && event_pending(&loop->tick, EV_TIMEOUT, NULL) == 0) {
        loop->accept_is_paused = event_add(&loop->accept, NULL) != 0 && set_tick(loop, ACCEPT_PAUSE_MS);
    }
}

static void act_on_ready(struct kq_loop *loop)
{
    struct kq_http_connection *ready = loop->ready;
    loop->ready = NULL;
    while (ready != NULL) {
        struct kq_http_connection *next = ready->next_ready;
        kq_http_connection_act(ready);
        ready = next;
    }
}

/* In the order in which they were completed. */
static struct kq_http_connection *take_completed(struct kq_loop *loop)
{
    pthread_mutex_lock(&loop->lock);
    struct kq_http_connection *newest_first = loop->completed;
    loop->completed = NULL;
    pthread_mutex_unlock(&loop->lock);
    struct kq_http_connection *oldest_first = NULL;
    while (newest_first != NULL) {
        struct kq_http_connection *next = newest_first->next_completed;
        newest_first->next_completed = oldest_first;
        oldest_first = newest_first;
        newest_first = next;
    }
    return oldest_first;
}

static void act_on_completed(struct kq_loop *loop)
{
    struct kq_http_connection *completed = take_completed(loop);
    while (completed != NULL) {
        struct kq_http_connection *next = completed->next_completed;
        loop->settings.service->resume(loop->settings.context, completed);
        kq_loop_act(completed); /* Also where it goes on waiting: it may hold more than before. */
        completed = next;
    }
}

/* Whoever has connected before is still served. */
static void close_listener(struct kq_loop *loop)
{
    if (loop->listener < 0) {
        return;
    }
    for (size_t i = 0; i < SOMAXCONN && accept_one(loop); i++) {
    }
    event_del(&loop->accept);
    close(loop->listener);
    loop->listener = -1;
}

/* Each connection looks once more whether a request has come, and closes if none has. */
static void begin_stop(struct kq_loop *loop)
{
    const struct kq_clock *clock = loop->settings.clock;
    loop->is_stopping = true;
    loop->stop_until_us = clock->monotonic_us(clock) + KQ_STOP_TIMEOUT_MS * US_PER_MS;
    close_listener(loop);
    loop->accept_is_paused = false;
    for (struct kq_http_connection *connection = loop->connections; connection != NULL;
         connection = connection->next) {
        kq_loop_record(connection, KQ_READY_IO);
    }
    if (!set_tick(loop, KQ_STOP_TIMEOUT_MS)) {
        loop->stop_until_us = 0;
    }
}

static void free_closed(struct kq_loop *loop)
{
    struct kq_http_connection **link = &loop->closed;
    while (*link != NULL) {
        struct kq_http_connection *connection = *link;
        if (connection->readiness != 0) { /* Still in the list of those to act upon: next time. */
            link = &connection->next;
            continue;
        }
        *link = connection->next;
        kq_http_connection_free(connection);
    }
}

bool kq_loop_round(struct kq_loop *loop)
{
    const struct kq_clock *clock = loop->settings.clock;
    const struct kq_service *service = loop->settings.service;
    bool has_work = service->has_work != NULL && service->has_work(loop->settings.context);
    bool waits = loop->ready == NULL && !has_work;
    int flags = waits ? EVLOOP_ONCE : EVLOOP_ONCE | EVLOOP_NONBLOCK;
    if (event_base_loop(loop->base, flags) < 0) {
        kq_log(KQ_LOG_ERROR, "an event loop failed: %s", strerror(errno));
        return false;
    }
    if (loop->accept_is_ready && loop->listener >= 0) {
        accept_some(loop);
    }
    loop->accept_is_ready = false;
    act_on_completed(loop);
    if (service->work != NULL) {
        service->work(loop->settings.context);
    }
    act_on_ready(loop);
    resume_accept(loop);
    if (!loop->is_stopping && atomic_load(&loop->stop_is_asked)) {
        begin_stop(loop);
    }
    free_closed(loop);
    return !loop->is_stopping ||
           (loop->connections != NULL && clock->monotonic_us(clock) < loop->stop_until_us);
}

/* Says whether a connection had to be left, because its call is still in the store. */
static bool close_connections(struct kq_loop *loop)
{
    bool leaves_some = false;
    for (; loop->ready != NULL; loop->ready = loop->ready->next_ready) {
        loop->ready->readiness = 0;
    }
    struct kq_http_connection *connection = loop->connections;
    while (connection != NULL) {
        struct kq_http_connection *next = connection->next;
        if (connection->state == KQ_CONNECTION_WAITING) {
            leaves_some = true;
        } else {
            kq_http_connection_close(connection);
        }
        connection = next;
    }
    free_closed(loop);
    return leaves_some;
}

bool kq_loop_close(struct kq_loop *loop)
{
    bool leaves_some = close_connections(loop);
    while (loop->spare_count > 0) {
        kq_http_memory_free(&loop->spares[--loop->spare_count]);
    }
    if (loop->base != NULL) {
        event_base_free(loop->base);
    }
    if (loop->listener >= 0) {
        close(loop->listener);
    }
    if (leaves_some) {
        return false;
    }
    if (loop->wake_fd >= 0) {
        close(loop->wake_fd);
    }
    pthread_mutex_destroy(&loop->lock);
    return true;
}
