/* SPDX-License-Identifier: Apache-2.0 */
#include "server/connection.h"

#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <event2/event.h>

#include "base/memory.h"
#include "server/loop.h"

/* A buffer of less is not worth a copy to make it smaller. */
#define TRIM_MIN_BYTES ((size_t)4096)

/* A piece of memory of more is of no ordinary request, and is not kept for the next one. */
#define SPARE_MAX_BYTES ((size_t)16384)

#define CONTINUE KQ_SLICE("HTTP/1.1 100 Continue\r\n\r\n")
#define NEVER_US INT64_MAX
#define US_PER_MS INT64_C(1000)
#define US_PER_S INT64_C(1000000)
#define BIT(state) (1U << KQ_CONNECTION_##state)

/* What each state waits for, and which may follow it. */
static const struct state_row {
    short events;
    unsigned next;
} state_rows[KQ_CONNECTION_STATE_COUNT] = {
    [KQ_CONNECTION_IDLE] = {EV_READ, BIT(HEAD) | BIT(CLOSED)},
    [KQ_CONNECTION_HEAD] = {EV_READ, BIT(BODY) | BIT(WRITING) | BIT(CLOSED)},
    [KQ_CONNECTION_BODY] = {EV_READ, BIT(WAITING) | BIT(WRITING) | BIT(CLOSED)},
    [KQ_CONNECTION_WAITING] = {0, BIT(WRITING)},
    [KQ_CONNECTION_WRITING] = {EV_WRITE, BIT(IDLE) | BIT(LINGER) | BIT(CLOSED)},
    [KQ_CONNECTION_LINGER] = {EV_READ, BIT(CLOSED)},
    [KQ_CONNECTION_CLOSED] = {0, 0},
};

static int64_t now_us(const struct kq_http_connection *connection)
{
    const struct kq_clock *clock = connection->loop->settings.clock;
    return clock->monotonic_us(clock);
}

/* The one place where a connection's state changes. Moves never depend on what a peer sends: only which one
 * is made does. */
static void move(struct kq_http_connection *connection, enum kq_http_connection_state state)
{
    assert((state_rows[connection->state].next >> state & 1U) != 0);
    connection->state = state;
    connection->began_us = now_us(connection);
}

/* The time that a transfer has, given what has gone over already. */
static int64_t transfer_us(const struct kq_http_connection *connection, size_t bytes)
{
    return connection->loop->settings.header_timeout_ms * US_PER_MS +
           (int64_t)bytes * US_PER_S / KQ_TRANSFER_MIN_BYTES_PER_S;
}

static int64_t deadline_us(const struct kq_http_connection *connection)
{
    const struct kq_loop_settings *settings = &connection->loop->settings;
    switch (connection->state) {
    case KQ_CONNECTION_IDLE:
        return connection->began_us + settings->idle_timeout_ms * US_PER_MS;
    case KQ_CONNECTION_HEAD:
        return connection->began_us + settings->header_timeout_ms * US_PER_MS;
    case KQ_CONNECTION_BODY:
        return connection->began_us + transfer_us(connection, connection->body.size);
    case KQ_CONNECTION_WRITING:
        return connection->began_us + transfer_us(connection, connection->sent_bytes);
    case KQ_CONNECTION_LINGER:
        return connection->began_us + KQ_LINGER_MS * US_PER_MS;
    case KQ_CONNECTION_WAITING:
    case KQ_CONNECTION_CLOSED:
    case KQ_CONNECTION_STATE_COUNT:
        break;
    }
    return NEVER_US;
}

static void on_io(evutil_socket_t fd, short events, void *context)
{
    (void)fd;
    (void)events;
    kq_loop_record(context, KQ_READY_IO);
}

static void on_timer(evutil_socket_t fd, short events, void *context)
{
    (void)fd;
    (void)events;
    kq_loop_record(context, KQ_READY_TIMER);
}

bool kq_http_connection_open(struct kq_loop *loop, int fd)
{
    struct kq_http_connection *connection = kq_memory_allocate(sizeof(*connection));
    if (connection == NULL) {
        close(fd);
        return false;
    }
    int on = 1;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on,
                     sizeof(on)); /* What is wrong with it, reading will tell. */
    connection->loop = loop;
    connection->fd = fd;
    connection->state = KQ_CONNECTION_HEAD;
    connection->began_us = now_us(connection);
    connection->armed_until_us = NEVER_US;
    kq_call_init(&connection->call);
    event_assign(&connection->io, loop->base, fd, EV_READ | EV_PERSIST, on_io, connection);
    event_assign(&connection->timer, loop->base, -1, 0, on_timer, connection);
    connection->next = loop->connections;
    if (connection->next != NULL) {
        connection->next->previous = connection;
    }
    loop->connections = connection;
    kq_loop_record(connection, KQ_READY_IO); /* Often the first request has come with the connection. */
    return true;
}

void kq_http_connection_close(struct kq_http_connection *connection)
{
    struct kq_loop *loop = connection->loop;
    move(connection, KQ_CONNECTION_CLOSED);
    event_del(&connection->io);
    event_del(&connection->timer);
    close(connection->fd);
    connection->fd = -1;
    if (connection->previous != NULL) {
        connection->previous->next = connection->next;
    } else {
        loop->connections = connection->next;
    }
    if (connection->next != NULL) {
        connection->next->previous = connection->previous;
    }
    connection->previous = NULL;
    connection->next = loop->closed;
    loop->closed = connection;
    atomic_fetch_sub(&loop->settings.count->open, 1);
}

/* What has come may hold an app_auth_token, and an answer may show what has come. */
void kq_http_memory_free(struct kq_http_memory *memory)
{
    kq_buffer_wipe_and_free(&memory->input);
    kq_buffer_wipe_and_free(&memory->body);
    kq_buffer_wipe_and_free(&memory->output);
    kq_buffer_wipe_and_free(&memory->response);
    kq_buffer_wipe_and_free(&memory->answer);
    kq_arena_free(&memory->arena);
}

/* Empty, and without what has come and gone. */
static void clean(struct kq_http_memory *memory)
{
    struct kq_buffer *buffers[] = {&memory->input, &memory->body, &memory->output, &memory->response,
                                   &memory->answer};
    for (size_t i = 0; i < KQ_COUNT(buffers); i++) {
        if (buffers[i]->data != NULL) {
            kq_memory_wipe(buffers[i]->data, buffers[i]->capacity);
        }
        kq_buffer_clear(buffers[i]);
    }
    kq_arena_reset(&memory->arena);
}

/* Takes all memory from a connection. */
static struct kq_http_memory take_memory(struct kq_http_connection *connection)
{
    struct kq_http_memory memory = {
        .input = connection->input,
        .body = connection->body,
        .output = connection->output,
        .response = connection->call.response,
        .answer = connection->call.answer,
        .arena = connection->call.arena,
    };
    connection->output_rest = KQ_SLICE_EMPTY;
    kq_buffer_init(&connection->input);
    kq_buffer_init(&connection->body);
    kq_buffer_init(&connection->output);
    kq_call_init(&connection->call);
    return memory;
}

static bool is_small(const struct kq_http_memory *memory)
{
    return memory->input.capacity <= SPARE_MAX_BYTES && memory->body.capacity <= SPARE_MAX_BYTES &&
           memory->output.capacity <= SPARE_MAX_BYTES && memory->response.capacity <= SPARE_MAX_BYTES &&
           memory->answer.capacity <= SPARE_MAX_BYTES && memory->arena.used_bytes <= SPARE_MAX_BYTES;
}

/* The memory is the next connection's, if it is of an ordinary request. */
static void give_memory_back(struct kq_http_connection *connection)
{
    struct kq_loop *loop = connection->loop;
    struct kq_http_memory memory = take_memory(connection);
    if (memory.arena.newest != NULL && is_small(&memory) && loop->spare_count < KQ_LOOP_SPARES_MAX) {
        clean(&memory);
        loop->spares[loop->spare_count++] = memory;
    } else {
        kq_http_memory_free(&memory);
    }
}

/* A request begins to come. */
static void lend_memory(struct kq_http_connection *connection)
{
    struct kq_loop *loop = connection->loop;
    if (connection->input.data != NULL || connection->call.arena.newest != NULL || loop->spare_count == 0) {
        return;
    }
    struct kq_http_memory *spare = &loop->spares[--loop->spare_count];
    connection->input = spare->input;
    connection->body = spare->body;
    connection->output = spare->output;
    connection->call.response = spare->response;
    connection->call.answer = spare->answer;
    connection->call.arena = spare->arena;
    *spare = (struct kq_http_memory){0};
}

/* Tells all connections' sum what this one holds now. What a call holds that is in the store is not looked
 * at: another thread may be adding to it. */
static void count_buffered(struct kq_http_connection *connection)
{
    const struct kq_call *call = &connection->call;
    size_t held_bytes = connection->input.capacity + connection->body.capacity + connection->output.capacity;
    if (!call->is_in_store) {
        held_bytes += call->response.capacity + call->answer.capacity + call->arena.used_bytes;
    }
    if (held_bytes != connection->counted_bytes) { /* Less than before wraps around, as it should. */
        atomic_fetch_add(&connection->loop->settings.count->buffered_bytes,
                         held_bytes - connection->counted_bytes);
        connection->counted_bytes = held_bytes;
    }
}

void kq_http_connection_free(struct kq_http_connection *connection)
{
    give_memory_back(connection);
    count_buffered(connection);
    kq_memory_free(connection);
}

size_t kq_http_connection_answer(struct kq_http_connection *connection, const struct kq_http_reply *answer,
                                 struct kq_slice body)
{
    struct kq_http_reply whole = *answer;
    bool is_cut_short = connection->head.keep_alive && connection->loop->is_stopping;
    connection->lingers = connection->lingers || is_cut_short;
    connection->closes = connection->lingers || !connection->head.keep_alive;
    whole.body_bytes = body.size;
    whole.close = connection->closes;
    whole.is_1_0 = connection->head.is_1_0;
    kq_http_append_head(&connection->output, &whole);
    connection->output_rest = KQ_SLICE_EMPTY;
    if (connection->head.method != KQ_HTTP_HEAD && body.data == connection->call.answer.data) {
        connection->output_rest = body;
    } else if (connection->head.method != KQ_HTTP_HEAD) {
        kq_buffer_append(&connection->output, body);
    }
    connection->sent_bytes = 0;
    move(connection, KQ_CONNECTION_WRITING);
    return connection->output.size + connection->output_rest.size;
}

void kq_http_connection_refuse(struct kq_http_connection *connection, const struct kq_http_refusal *refusal)
{
    const struct kq_loop_settings *settings = &connection->loop->settings;
    struct kq_call *call = &connection->call;
    if (settings->service->trace != NULL && call->trace_id[0] == '\0') {
        settings->service->trace(settings->context, call->trace_id);
    }
    struct kq_http_reply answer = {
        .status = refusal->status,
        .content_type = "text/plain; charset=utf-8",
        .trace_id = call->trace_id[0] == '\0' ? NULL : call->trace_id,
        .header = refusal->header,
    };
    struct kq_slice text = kq_arena_print(&call->arena, "%s\n", refusal->sentence);
    connection->lingers = true;
    size_t size_bytes = kq_http_connection_answer(connection, &answer, text);
    kq_metrics_add_http_error(settings->metrics, refusal->status);
    settings->service->refused(settings->context, connection, refusal->status, size_bytes);
}

void kq_http_connection_wait(struct kq_http_connection *connection)
{
    move(connection, KQ_CONNECTION_WAITING);
}

/* Takes bytes from the front of what has come. */
static void consume(struct kq_http_connection *connection, size_t size)
{
    struct kq_buffer *input = &connection->input;
    connection->request_bytes += size;
    if (size < input->size) {
        memmove(input->data, input->data + size, input->size - size);
    }
    input->size -= size;
}

static struct kq_result read_head(struct kq_http_connection *connection, struct kq_slice bytes,
                                  struct kq_http_refusal *refusal)
{
    const struct kq_loop_settings *settings = &connection->loop->settings;
    struct kq_slice copy = kq_arena_copy(&connection->call.arena, bytes);
    if (copy.data == NULL) {
        return kq_http_refuse(refusal, KQ_HTTP_UNAVAILABLE, "The gateway is out of memory.");
    }
    KQ_TRY(kq_http_head_read(copy, &connection->head, refusal));
    consume(connection, connection->scan.at);
    KQ_TRY(settings->service->route(settings->context, &connection->head, refusal));
    return kq_http_body_begin(&connection->body_reader, &connection->head, settings->body_max_bytes, refusal);
}

/* A caller that waits to be asked for its body is asked. */
static void ask_for_body(struct kq_http_connection *connection)
{
    ssize_t sent = 0;
    if (connection->head.expects_continue && connection->input.size == 0 &&
        (connection->head.is_chunked || connection->head.content_length > 0)) {
        sent = send(connection->fd, CONTINUE.data, CONTINUE.size, MSG_NOSIGNAL);
        if (sent != (ssize_t)CONTINUE.size) {
            kq_http_connection_close(connection);
            return;
        }
        kq_metrics_add(connection->loop->settings.metrics, KQ_COUNTER_BYTES_SENT, CONTINUE.size);
    }
}

/* Each of these takes a step if it can, and says whether it did. */

static bool take_head(struct kq_http_connection *connection)
{
    struct kq_http_refusal refusal = {0};
    struct kq_slice bytes;
    enum kq_http_progress progress =
        kq_http_head_find(kq_buffer_slice(&connection->input), &connection->scan, &bytes, &refusal);
    if (progress == KQ_HTTP_MORE) {
        return false;
    }
    if (progress == KQ_HTTP_REFUSED || !read_head(connection, bytes, &refusal).ok) {
        kq_http_connection_refuse(connection, &refusal);
        return true;
    }
    move(connection, KQ_CONNECTION_BODY);
    ask_for_body(connection);
    return true;
}

static bool take_body(struct kq_http_connection *connection)
{
    const struct kq_loop_settings *settings = &connection->loop->settings;
    struct kq_http_refusal refusal = {0};
    struct kq_cursor cursor = kq_cursor_of(kq_buffer_slice(&connection->input));
    enum kq_http_progress progress =
        kq_http_body_take(&connection->body_reader, &cursor, &connection->body, &refusal);
    consume(connection, connection->input.size - kq_cursor_left(&cursor));
    if (progress == KQ_HTTP_MORE) {
        return false;
    }
    if (progress == KQ_HTTP_REFUSED) {
        kq_http_connection_refuse(connection, &refusal);
    } else {
        settings->service->serve(settings->context, connection);
    }
    return true;
}

/* Back to the beginning, for the next request. Nothing is kept for one that has not come yet. */
static void begin_anew(struct kq_http_connection *connection)
{
    connection->scan = (struct kq_http_scan){0};
    connection->head = (struct kq_http_head){0};
    connection->request_bytes = 0;
    if (connection->input.size > 0) {
        connection->output_rest = KQ_SLICE_EMPTY;
        kq_buffer_clear(&connection->body);
        kq_buffer_clear(&connection->output);
        kq_call_reset(&connection->call);
        kq_loop_record(connection, KQ_READY_INPUT);
        return;
    }
    give_memory_back(connection);
}

/* The answer is out. */
static void end_answer(struct kq_http_connection *connection)
{
    if (!connection->closes) {
        move(connection, KQ_CONNECTION_IDLE);
        begin_anew(connection);
    } else if (connection->lingers && shutdown(connection->fd, SHUT_WR) == 0) {
        move(connection, KQ_CONNECTION_LINGER);
    } else {
        kq_http_connection_close(connection);
    }
}

static struct iovec rest_of(struct kq_slice slice, size_t sent_bytes)
{
    size_t skipped = sent_bytes < slice.size ? sent_bytes : slice.size;
    return (struct iovec){
        .iov_base = skipped == slice.size ? NULL : (char *)(uintptr_t)(slice.data + skipped),
        .iov_len = slice.size - skipped,
    };
}

static bool write_answer(struct kq_http_connection *connection)
{
    struct kq_slice head = kq_buffer_slice(&connection->output);
    size_t head_sent = connection->sent_bytes < head.size ? connection->sent_bytes : head.size;
    struct iovec pieces[] = {
        rest_of(head, head_sent),
        rest_of(connection->output_rest, connection->sent_bytes - head_sent),
    };
    struct msghdr message = {.msg_iov = pieces, .msg_iovlen = KQ_COUNT(pieces)};
    ssize_t sent = connection->output.failed ? 0 : sendmsg(connection->fd, &message, MSG_NOSIGNAL);
    if (sent < 0 && (errno == EAGAIN || errno == EINTR)) {
        return false;
    }
    if (sent <= 0) { /* The caller is gone, or there was no memory for an answer. */
        kq_http_connection_close(connection);
        return true;
    }
    kq_metrics_add(connection->loop->settings.metrics, KQ_COUNTER_BYTES_SENT, (uint64_t)sent);
    connection->sent_bytes += (size_t)sent;
    if (connection->sent_bytes == head.size + connection->output_rest.size) {
        end_answer(connection);
    }
    return true;
}

/* Goes on from what is there already. A next request that has come too is left to the loop's next round, so
 * that nobody who sends many at once holds up the others. */
static void advance(struct kq_http_connection *connection)
{
    bool goes_on = true;
    while (goes_on) {
        switch (connection->state) {
        case KQ_CONNECTION_HEAD:
            goes_on = take_head(connection);
            break;
        case KQ_CONNECTION_BODY:
            goes_on = take_body(connection);
            break;
        case KQ_CONNECTION_WRITING:
            goes_on = write_answer(connection);
            break;
        case KQ_CONNECTION_IDLE:
        case KQ_CONNECTION_WAITING:
        case KQ_CONNECTION_LINGER:
        case KQ_CONNECTION_CLOSED:
        case KQ_CONNECTION_STATE_COUNT:
            return;
        }
    }
}

/* Reads what has come, once. */
static void receive(struct kq_http_connection *connection)
{
    struct kq_loop *loop = connection->loop;
    ssize_t received = recv(connection->fd, loop->scratch, sizeof(loop->scratch), 0);
    if (received < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (received <= 0) {
        kq_http_connection_close(connection);
        return;
    }
    struct kq_slice bytes = {.data = loop->scratch, .size = (size_t)received};
    kq_metrics_add(loop->settings.metrics, KQ_COUNTER_BYTES_RECEIVED, bytes.size);
    if (connection->state != KQ_CONNECTION_LINGER) {
        lend_memory(connection);
        kq_buffer_append(&connection->input, bytes);
    }
    kq_memory_wipe(loop->scratch, bytes.size);
    assert(connection->input.size <= KQ_INPUT_MAX_BYTES);
    if (connection->input.failed) {
        kq_http_connection_close(connection);
    }
}

/* While all connections together hold too much, nobody's request is taken further. One whose last byte was
 * taken already is served, since that frees what it holds. */
static void refuse_if_full(struct kq_http_connection *connection)
{
    const struct kq_connection_count *count = connection->loop->settings.count;
    bool takes_in = connection->input.size > 0 &&
                    (connection->state == KQ_CONNECTION_HEAD || connection->state == KQ_CONNECTION_BODY);
    count_buffered(connection);
    if (takes_in && atomic_load(&count->buffered_bytes) > count->buffered_max_bytes) {
        struct kq_http_refusal refusal = {
            .status = KQ_HTTP_UNAVAILABLE,
            .sentence = "The gateway holds too many requests and answers that are under way.",
        };
        kq_http_connection_refuse(connection, &refusal);
    }
}

/* Gives back the room that what has been taken from a buffer's front has left. */
static void trim(struct kq_buffer *buffer)
{
    struct kq_buffer kept = {0};
    if (buffer->capacity < TRIM_MIN_BYTES || buffer->capacity / 4 < buffer->size) {
        return;
    }
    if (buffer->size > 0) {
        kq_buffer_append(&kept, kq_buffer_slice(buffer));
    }
    if (!kept.failed) {
        kq_buffer_wipe_and_free(buffer);
        *buffer = kept;
    }
}

/* Frees what the rest of an answer does not need: its caller may take his time to read it. */
static void free_what_is_done(struct kq_http_connection *connection)
{
    if (connection->state == KQ_CONNECTION_LINGER) {
        give_memory_back(connection);
    } else if (connection->state == KQ_CONNECTION_WRITING) {
        kq_buffer_wipe_and_free(&connection->body);
        kq_arena_free(&connection->call.arena);
        trim(&connection->input);
    }
}

/* Its time is over. */
static void expire(struct kq_http_connection *connection)
{
    bool is_request = connection->state == KQ_CONNECTION_BODY ||
                      (connection->state == KQ_CONNECTION_HEAD && connection->input.size > 0);
    if (!is_request) {
        kq_http_connection_close(connection);
        return;
    }
    struct kq_http_refusal refusal = {
        .status = KQ_HTTP_REQUEST_TIMEOUT,
        .sentence = "The request took too long to come.",
    };
    kq_http_connection_refuse(connection, &refusal);
}

static bool watch(struct kq_http_connection *connection, short events)
{
    event_del(&connection->io);
    connection->armed_events = events;
    return event_assign(&connection->io, connection->loop->base, connection->fd, (short)(events | EV_PERSIST),
                        on_io, connection) == 0 &&
           event_add(&connection->io, NULL) == 0;
}

static bool set_timer(struct kq_http_connection *connection, int64_t until_us)
{
    int64_t left_us = until_us - now_us(connection) + US_PER_MS; /* libevent rounds down */
    left_us = left_us < US_PER_MS ? US_PER_MS : left_us;
    struct timeval left = {.tv_sec = left_us / US_PER_S, .tv_usec = left_us % US_PER_S};
    connection->armed_until_us = until_us;
    return event_add(&connection->timer, &left) == 0;
}

/* Has the loop watch for what the state wants. A timer that fires too early is set anew then, so that it need
 * not be moved for every request; and reading goes on being watched while a call waits, until something does
 * come. */
static void settle(struct kq_http_connection *connection)
{
    short events = state_rows[connection->state].events;
    int64_t until_us = deadline_us(connection);
    bool settled = (events == 0 || events == connection->armed_events || watch(connection, events)) &&
                   (until_us >= connection->armed_until_us || set_timer(connection, until_us));
    if (!settled) {
        kq_http_connection_close(connection);
    }
}

static bool is_quiet(const struct kq_http_connection *connection)
{
    return connection->input.size == 0 &&
           (connection->state == KQ_CONNECTION_IDLE || connection->state == KQ_CONNECTION_HEAD);
}

void kq_http_connection_act(struct kq_http_connection *connection)
{
    unsigned readiness = connection->readiness;
    connection->readiness = 0;
    if (connection->state == KQ_CONNECTION_CLOSED) {
        return;
    }
    bool has_io = (readiness & KQ_READY_IO) != 0;
    bool has_input = (readiness & KQ_READY_INPUT) != 0; /* First what has come already. */
    if (has_io && !has_input && state_rows[connection->state].events == EV_READ) {
        receive(connection);
    } else if (has_io && connection->state == KQ_CONNECTION_WAITING) {
        event_del(&connection->io);
        connection->armed_events = 0;
    }
    if (connection->state == KQ_CONNECTION_IDLE && connection->input.size > 0) {
        move(connection, KQ_CONNECTION_HEAD);
    }
    refuse_if_full(connection);
    advance(connection);
    if ((readiness & KQ_READY_TIMER) != 0) {
        connection->armed_until_us = NEVER_US;
        if (now_us(connection) >= deadline_us(connection)) {
            expire(connection);
            advance(connection);
        }
    }
    if (connection->loop->is_stopping && is_quiet(connection)) {
        kq_http_connection_close(connection);
    }
    if (connection->state != KQ_CONNECTION_CLOSED) {
        free_what_is_done(connection);
        count_buffered(connection);
        settle(connection);
    }
}
