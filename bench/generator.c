/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/generator.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/turns.h"
#include "bench/clock.h"

/* Connections looked at in one round. */
#define EVENTS_MAX 256
/* For answers that are still under way when the window is over. */
#define DRAIN_NS (5 * KQ_BENCH_SECOND_NS)
/* The longest sleep: the window's edges are looked for at least so often. */
#define SLEEP_MAX_NS (KQ_BENCH_SECOND_NS / 100)
/* A connection that takes no bytes for so long is given up. */
#define SEND_TIMEOUT_MS 5000

struct connection {
    int socket; /* -1: lost */
    unsigned under_way;
    unsigned first;                        /* of `begun_ns`: the request that is answered next */
    int64_t begun_ns[KQ_BENCH_DEPTH_MAX];  /* when each was sent; open loop: when it was due */
    size_t held;                           /* bytes of an answer that is not complete */
    char bytes[KQ_BENCH_ANSWER_MAX_BYTES]; /* touched for those only */
};

struct generator {
    const struct kq_bench_load *load;
    struct kq_bench_load_result *result;
    struct connection *connections;
    unsigned connected;
    int epoll;
    size_t next_request;
    uint64_t under_way;

    bool in_window;
    bool handing_out; /* false from the window's end on */
    int64_t begun_ns;
    int64_t handed_out_ns; /* when that ended */

    /* Open loop. */
    uint64_t due;   /* so many have been sent */
    uint32_t *idle; /* a ring of connections, the longest idle first */
    unsigned idle_first;
    unsigned idle_count;

    char scratch[KQ_BENCH_ANSWER_MAX_BYTES];
};

static bool is_open_loop(const struct generator *generator)
{
    return generator->load->rate_per_s > 0;
}

static int64_t due_ns(const struct generator *generator, uint64_t number)
{
    return generator->begun_ns +
           (int64_t)((double)number * (double)KQ_BENCH_SECOND_NS / generator->load->rate_per_s);
}

static void push_idle(struct generator *generator, unsigned index)
{
    unsigned place = (generator->idle_first + generator->idle_count) % generator->load->connections;
    generator->idle[place] = index;
    generator->idle_count++;
}

static unsigned pop_idle(struct generator *generator)
{
    unsigned index = generator->idle[generator->idle_first];
    generator->idle_first = (generator->idle_first + 1) % generator->load->connections;
    generator->idle_count--;
    return index;
}

static void end_window(struct generator *generator, int64_t now_ns)
{
    generator->handing_out = false;
    generator->handed_out_ns = now_ns;
    if (generator->in_window) {
        generator->in_window = false;
        generator->result->window_ns = now_ns - generator->result->window_begin_ns;
        generator->load->edge(generator->load->context, false);
    }
}

static void begin_window(struct generator *generator, int64_t now_ns)
{
    generator->in_window = true;
    generator->result->window_begin_ns = now_ns;
    generator->load->edge(generator->load->context, true);
}

static void lose(struct generator *generator, struct connection *connection)
{
    close(connection->socket);
    connection->socket = -1;
    generator->under_way -= connection->under_way;
    generator->result->unanswered += connection->under_way;
    generator->result->lost_connections++;
    connection->under_way = 0;
}

/* The rest of what a full socket did not take: rare, so that it may block. */
static bool send_rest(int socket, struct iovec *pieces, size_t count, size_t taken)
{
    for (size_t i = 0; i < count; i++) {
        size_t skipped = taken < pieces[i].iov_len ? taken : pieces[i].iov_len;
        taken -= skipped;
        while (skipped < pieces[i].iov_len) {
            struct pollfd ready = {.fd = socket, .events = POLLOUT};
            ssize_t sent = poll(&ready, 1, SEND_TIMEOUT_MS) == 1
                               ? send(socket, (char *)pieces[i].iov_base + skipped,
                                      pieces[i].iov_len - skipped, MSG_NOSIGNAL | MSG_DONTWAIT)
                               : -1;
            if (sent <= 0) {
                return false;
            }
            skipped += (size_t)sent;
        }
    }
    return true;
}

static bool send_all(int socket, struct iovec *pieces, size_t count)
{
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        wanted += pieces[i].iov_len;
    }
    const struct msghdr message = {.msg_iov = pieces, .msg_iovlen = count};
    ssize_t sent = sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent == (ssize_t)wanted) {
        return true;
    }
    return (sent >= 0 || errno == EAGAIN) && send_rest(socket, pieces, count, sent < 0 ? 0 : (size_t)sent);
}

/* NULL: there are no more. */
static const struct kq_slice *next_request(struct generator *generator)
{
    if (generator->next_request == generator->load->request_count) {
        if (!generator->load->cycle) {
            return NULL;
        }
        generator->next_request = 0;
    }
    return &generator->load->requests[generator->next_request++];
}

/* Sends until the connection has as many under way as it may; all of them begin at `begun_ns`. */
static void feed(struct generator *generator, struct connection *connection, int64_t begun_ns)
{
    struct iovec pieces[KQ_BENCH_DEPTH_MAX];
    size_t count = 0;
    while (connection->under_way < generator->load->depth) {
        const struct kq_slice *request = next_request(generator);
        if (request == NULL) {
            end_window(generator, kq_bench_now_ns());
            break;
        }
        pieces[count++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)request->data, .iov_len = request->size};
        unsigned place = (connection->first + connection->under_way) % KQ_BENCH_DEPTH_MAX;
        connection->begun_ns[place] = begun_ns;
        connection->under_way++;
        generator->under_way++;
    }
    if (count > 0 && !send_all(connection->socket, pieces, count)) {
        lose(generator, connection);
    }
}

static void keep_odd(struct kq_bench_load_result *result, struct kq_slice answer)
{
    if (result->odd[0] == '\0') {
        size_t size = answer.size < KQ_BENCH_ODD_BYTES ? answer.size : KQ_BENCH_ODD_BYTES;
        memcpy(result->odd, answer.data, size);
    }
}

static void count_answer(struct generator *generator, struct connection *connection, struct kq_slice answer,
                         enum kq_bench_answer kind, int64_t now_ns)
{
    struct kq_bench_load_result *result = generator->result;
    int64_t begun_ns = connection->begun_ns[connection->first];
    connection->first = (connection->first + 1) % KQ_BENCH_DEPTH_MAX;
    connection->under_way--;
    generator->under_way--;
    if (generator->in_window) {
        result->answers[kind]++;
        result->answer_bytes += answer.size;
    }
    bool counts = is_open_loop(generator)
                      ? result->window_begin_ns != 0 && begun_ns >= result->window_begin_ns
                      : generator->in_window;
    if (counts && kind == KQ_BENCH_ANSWER_GOOD) {
        kq_bench_histogram_add(&result->latency, now_ns - begun_ns);
    }
    if (kind != KQ_BENCH_ANSWER_GOOD) {
        keep_odd(result, answer);
    }
}

/* All answers that are complete in `bytes`; false where the connection cannot go on. What is left is kept. */
static bool take_answers(struct generator *generator, struct connection *connection, struct kq_slice bytes)
{
    int64_t now_ns = kq_bench_now_ns();
    while (bytes.size > 0) {
        enum kq_bench_answer kind;
        size_t size = kq_bench_answer_read(bytes, &kind);
        if (size == 0) {
            break;
        }
        if (size == SIZE_MAX || connection->under_way == 0) {
            keep_odd(generator->result, bytes);
            return false;
        }
        count_answer(generator, connection, (struct kq_slice){.data = bytes.data, .size = size}, kind,
                     now_ns);
        bytes = (struct kq_slice){.data = bytes.data + size, .size = bytes.size - size};
    }
    memmove(connection->bytes, bytes.data, bytes.size);
    connection->held = bytes.size;
    return connection->held < sizeof(connection->bytes);
}

/* Bytes go into the shared scratch where nothing is held, so that they stay in the nearest cache. */
static bool read_answers(struct generator *generator, struct connection *connection)
{
    char *into = connection->held == 0 ? generator->scratch : connection->bytes;
    ssize_t size = recv(connection->socket, into + connection->held,
                        KQ_BENCH_ANSWER_MAX_BYTES - connection->held, MSG_DONTWAIT);
    if (size < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    if (size == 0) {
        return false;
    }
    struct kq_slice bytes = {.data = into, .size = connection->held + (size_t)size};
    return take_answers(generator, connection, bytes);
}

static void serve(struct generator *generator, unsigned index)
{
    struct connection *connection = &generator->connections[index];
    if (connection->socket < 0) {
        return;
    }
    unsigned before = connection->under_way;
    if (!read_answers(generator, connection)) {
        lose(generator, connection);
        return;
    }
    if (connection->under_way == before) {
        return;
    }
    if (is_open_loop(generator)) {
        push_idle(generator, index);
    } else if (generator->handing_out) {
        feed(generator, connection, kq_bench_now_ns());
    }
}

/* Open loop: all that is due and finds an idle connection. */
static void send_due(struct generator *generator, int64_t now_ns)
{
    while (is_open_loop(generator) && generator->handing_out && generator->idle_count > 0 &&
           due_ns(generator, generator->due) <= now_ns) {
        struct connection *connection = &generator->connections[pop_idle(generator)];
        if (connection->socket >= 0) {
            int64_t begun_ns = due_ns(generator, generator->due);
            if (generator->in_window) {
                kq_bench_histogram_add(&generator->result->lateness, now_ns - begun_ns);
            }
            feed(generator, connection, begun_ns);
            generator->due++;
        }
    }
}

/* Those that were due before the window's end and were never sent: they have waited until now at least. */
static void count_unsent(struct generator *generator, int64_t now_ns)
{
    while (is_open_loop(generator) && due_ns(generator, generator->due) < generator->handed_out_ns) {
        kq_bench_histogram_add(&generator->result->latency, now_ns - due_ns(generator, generator->due));
        generator->result->unsent++;
        generator->due++;
    }
}

static int64_t sleep_ns(const struct generator *generator, int64_t now_ns)
{
    int64_t left_ns = SLEEP_MAX_NS;
    if (is_open_loop(generator) && generator->handing_out && generator->idle_count > 0) {
        int64_t until_due_ns = due_ns(generator, generator->due) - now_ns;
        left_ns = until_due_ns < left_ns ? until_due_ns : left_ns;
    }
    return left_ns < 0 ? 0 : left_ns;
}

static void wait_and_serve(struct generator *generator, int64_t now_ns)
{
    struct epoll_event events[EVENTS_MAX];
    const struct timespec timeout = {.tv_nsec = (long)sleep_ns(generator, now_ns)};
    int count = epoll_pwait2(generator->epoll, events, EVENTS_MAX, &timeout, NULL);
    for (int i = 0; i < count; i++) {
        serve(generator, events[i].data.u32);
    }
}

static bool all_lost(const struct generator *generator)
{
    return generator->result->lost_connections >= generator->load->connections;
}

static void run(struct generator *generator)
{
    const struct kq_bench_load *load = generator->load;
    generator->begun_ns = kq_bench_now_ns();
    generator->handing_out = true;
    for (unsigned i = 0; i < load->connections && generator->handing_out; i++) {
        if (is_open_loop(generator)) {
            push_idle(generator, i);
        } else {
            feed(generator, &generator->connections[i], kq_bench_now_ns());
        }
    }
    int64_t now_ns = kq_bench_now_ns();
    while (generator->handing_out ||
           (generator->under_way > 0 && now_ns - generator->handed_out_ns < DRAIN_NS)) {
        int64_t run_ns = now_ns - generator->begun_ns;
        if (generator->handing_out && !generator->in_window && run_ns >= load->warm_up_ns) {
            begin_window(generator, now_ns);
        }
        send_due(generator, now_ns);
        if (generator->handing_out && (run_ns >= load->warm_up_ns + load->window_ns || all_lost(generator))) {
            end_window(generator, now_ns);
        }
        wait_and_serve(generator, kq_bench_now_ns());
        now_ns = kq_bench_now_ns();
    }
    count_unsent(generator, now_ns);
    generator->result->unanswered += generator->under_way;
}

static struct kq_result connect_one(struct generator *generator, unsigned index, struct kq_error *error)
{
    const struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(generator->load->port),
        .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)},
    };
    struct connection *connection = &generator->connections[index];
    const int on = 1;
    connection->socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    KQ_ENSURE(connection->socket >= 0, error, KQ_E_IO, "no socket: %s", strerror(errno));
    generator->connected++;
    KQ_ENSURE(connect(connection->socket, (const struct sockaddr *)&address, sizeof(address)) == 0 &&
                  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) == 0,
              error, KQ_E_IO, "cannot connect to port %u: %s", (unsigned)generator->load->port,
              strerror(errno));
    struct epoll_event event = {.events = EPOLLIN, .data = {.u32 = index}};
    KQ_ENSURE(epoll_ctl(generator->epoll, EPOLL_CTL_ADD, connection->socket, &event) == 0, error, KQ_E_IO,
              "epoll: %s", strerror(errno));
    return KQ_OK;
}

static struct kq_result connect_all(struct generator *generator, struct kq_error *error)
{
    generator->epoll = epoll_create1(EPOLL_CLOEXEC);
    KQ_ENSURE(generator->epoll >= 0, error, KQ_E_IO, "epoll: %s", strerror(errno));
    for (unsigned i = 0; i < generator->load->connections; i++) {
        KQ_TRY(connect_one(generator, i, error));
    }
    return KQ_OK;
}

static void free_generator(struct generator *generator)
{
    for (unsigned i = 0; i < generator->connected; i++) {
        if (generator->connections[i].socket >= 0) {
            close(generator->connections[i].socket);
        }
    }
    if (generator->epoll >= 0) {
        close(generator->epoll);
    }
    kq_memory_free(generator->idle);
    kq_memory_free(generator->connections);
    kq_memory_free(generator);
}

/* The closed loop does not take a core from the server for each single answer, as callers on other machines
 * would not: SCHED_BATCH waits for its turn, and then finds many. The open loop has to be in time: its waits
 * end when they are to, not 50 µs later, and its turns on a core come soon. */
static void keep_out_of_the_way(const struct generator *generator)
{
    if (is_open_loop(generator)) {
        prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
        kq_turns_short();
        return;
    }
    const struct sched_param parameters = {.sched_priority = 0};
    sched_setscheduler(0, SCHED_BATCH, &parameters);
}

struct kq_result kq_bench_generate(const struct kq_bench_load *load, struct kq_bench_load_result *result,
                                   struct kq_error *error)
{
    assert(load->connections > 0 && load->depth > 0 && load->depth <= KQ_BENCH_DEPTH_MAX);
    assert(load->rate_per_s <= 0 || load->depth == 1);
    struct generator *generator = kq_memory_allocate(sizeof(*generator));
    KQ_ENSURE_MEMORY(generator != NULL, error);
    generator->load = load;
    generator->result = result;
    generator->epoll = -1;
    generator->connections = kq_memory_allocate(load->connections * sizeof(*generator->connections));
    generator->idle = kq_memory_allocate(load->connections * sizeof(*generator->idle));
    struct kq_result done;
    if (generator->connections == NULL || generator->idle == NULL) {
        done = kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    } else {
        done = connect_all(generator, error);
    }
    if (done.ok) {
        keep_out_of_the_way(generator);
        run(generator);
    }
    free_generator(generator);
    return done;
}
