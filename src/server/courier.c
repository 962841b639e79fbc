/* SPDX-License-Identifier: Apache-2.0 */
#include "server/courier.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/curl_library.h"
#include "base/macros.h"
#include "base/memory.h"

/* Hosts are told apart by a hash: two that share a place share its bound, which does no harm. */
#define HOST_PLACES 4096

#define CONTENT_TYPE "Content-Type: application/x-www-form-urlencoded; charset=utf-8"

/* Of an answer that is none: so much of it is kept. */
#define SHOWN_MAX_BYTES 64

enum parcel_state { PARCEL_FREE, PARCEL_FLYING, PARCEL_OVER, PARCEL_TAKEN_OUT };

struct slot {
    struct kq_parcel parcel; /* first: a kq_parcel is given where this is meant */
    enum parcel_state state;
    CURL *handle; /* owned; used again */
    struct kq_buffer form;
    char answer[KQ_COURIER_ANSWER_MAX_BYTES];
    size_t answer_bytes;
    size_t head_bytes;
    bool is_too_long;
    size_t host; /* its place */
};

/* `fewer`: how many less than KQ_COURIER_HOST_MAX may fly there. */
struct host {
    unsigned char flying;
    unsigned char fewer;
};

struct kq_courier {
    int waker;                  /* an eventfd; what ends a wait */
    const struct kq_curl *curl; /* once the first is posted */
    CURLM *multi;               /* owned; NULL until then */
    struct curl_slist *headers; /* owned */
    size_t flying;
    size_t in_hand;
    struct host hosts[HOST_PLACES];
    struct slot slots[KQ_COURIER_PARCELS_MAX];
};

static size_t take_answer(char *bytes, size_t item_bytes, size_t count, void *data)
{
    struct slot *slot = data;
    size_t size = item_bytes * count;
    if (size > sizeof(slot->answer) - slot->answer_bytes) {
        slot->is_too_long = true;
        return 0;
    }
    memcpy(slot->answer + slot->answer_bytes, bytes, size);
    slot->answer_bytes += size;
    return size;
}

static size_t take_head(char *bytes, size_t item_bytes, size_t count, void *data)
{
    struct slot *slot = data;
    size_t size = item_bytes * count;
    (void)bytes;
    slot->head_bytes += size;
    slot->is_too_long = slot->is_too_long || slot->head_bytes > KQ_COURIER_HEAD_MAX_BYTES;
    return slot->is_too_long ? 0 : size;
}

/* QUICK_EXIT: a try that ends while its host's name is still looked up leaves that to end by itself, rather
 * than have this thread wait for it. */
static bool set_up(const struct kq_courier *courier, struct slot *slot)
{
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...) = courier->curl->easy_setopt;
    CURL *handle = slot->handle;
    return easy_setopt(handle, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_QUICK_EXIT, 1L) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_POST, 1L) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https") == CURLE_OK &&
           easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_PROXY, "") == CURLE_OK &&
           easy_setopt(handle, CURLOPT_HTTPHEADER, courier->headers) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_USERAGENT, "kaquan/" KQ_VERSION) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_CONNECTTIMEOUT_MS, KQ_COURIER_CONNECT_MS) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_TIMEOUT_MS, KQ_COURIER_TOTAL_MS) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_answer) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_WRITEDATA, slot) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_head) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_HEADERDATA, slot) == CURLE_OK &&
           easy_setopt(handle, CURLOPT_PRIVATE, slot) == CURLE_OK;
}

static bool append_header(struct kq_courier *courier, const char *header)
{
    struct curl_slist *longer = courier->curl->slist_append(courier->headers, header);
    courier->headers = longer == NULL ? courier->headers : longer;
    return longer != NULL;
}

/* An `Expect: 100-continue` would cost a round trip, and the form is short. */
static bool open_multi(struct kq_courier *courier)
{
    courier->multi = courier->curl->multi_init();
    return courier->multi != NULL &&
           courier->curl->multi_setopt(courier->multi, CURLMOPT_MAXCONNECTS, (long)KQ_COURIER_PARCELS_MAX) ==
               CURLM_OK &&
           append_header(courier, CONTENT_TYPE) && append_header(courier, "Expect:");
}

static void close_multi(struct kq_courier *courier)
{
    courier->curl->multi_cleanup(courier->multi);
    courier->curl->slist_free_all(courier->headers);
    courier->multi = NULL;
    courier->headers = NULL;
}

static struct kq_result begin(struct kq_courier *courier, struct kq_error *error)
{
    if (courier->multi != NULL) {
        return KQ_OK;
    }
    KQ_TRY(kq_curl_load(&courier->curl, error));
    if (!open_multi(courier)) {
        close_multi(courier);
        return kq_fail(error, KQ_E_NO_MEMORY, "%s", "");
    }
    return KQ_OK;
}

struct kq_result kq_courier_open(struct kq_courier **courier, struct kq_error *error)
{
    struct kq_courier *opened = kq_memory_allocate(sizeof(*opened));
    KQ_ENSURE_MEMORY(opened != NULL, error);
    opened->waker = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (opened->waker < 0) {
        kq_memory_free(opened);
        return kq_fail(error, KQ_E_IO, "an eventfd: %s", strerror(errno));
    }
    *courier = opened;
    return KQ_OK;
}

static void land(struct kq_courier *courier, struct slot *slot)
{
    courier->curl->multi_remove_handle(courier->multi, slot->handle);
    slot->state = PARCEL_OVER;
    courier->hosts[slot->host].flying--;
    courier->flying--;
}

void kq_courier_close(struct kq_courier *courier)
{
    if (courier == NULL) {
        return;
    }
    for (size_t i = 0; i < KQ_COUNT(courier->slots); i++) {
        struct slot *slot = &courier->slots[i];
        if (slot->state == PARCEL_FLYING) {
            land(courier, slot);
        }
        if (slot->handle != NULL) {
            courier->curl->easy_cleanup(slot->handle);
        }
        kq_buffer_free(&slot->form);
    }
    if (courier->multi != NULL) {
        close_multi(courier);
    }
    close(courier->waker);
    kq_memory_free(courier);
}

size_t kq_courier_flying(const struct kq_courier *courier)
{
    return courier->flying;
}

size_t kq_courier_in_hand(const struct kq_courier *courier)
{
    return courier->in_hand;
}

bool kq_courier_has(const struct kq_courier *courier, int64_t number)
{
    for (size_t i = 0; i < KQ_COUNT(courier->slots); i++) {
        if (courier->slots[i].state != PARCEL_FREE && courier->slots[i].parcel.number == number) {
            return true;
        }
    }
    return false;
}

/* What stands before the path: scheme, host and port. */
static size_t host_of(struct kq_slice uri)
{
    size_t slashes = 0;
    size_t size = 0;
    while (size < uri.size && slashes < 3) {
        slashes += uri.data[size] == '/' ? 1 : 0;
        size++;
    }
    return kq_slice_hash((struct kq_slice){.data = uri.data, .size = size}) % HOST_PLACES;
}

bool kq_courier_has_room(const struct kq_courier *courier, struct kq_slice uri)
{
    const struct host *host = &courier->hosts[host_of(uri)];
    return courier->in_hand < KQ_COURIER_PARCELS_MAX && host->flying + host->fewer < KQ_COURIER_HOST_MAX;
}

static struct slot *find_free(struct kq_courier *courier)
{
    for (size_t i = 0; i < KQ_COUNT(courier->slots); i++) {
        if (courier->slots[i].state == PARCEL_FREE) {
            return &courier->slots[i];
        }
    }
    return NULL;
}

static bool load(const struct kq_courier *courier, struct slot *slot, struct kq_slice uri,
                 struct kq_slice form)
{
    if (slot->handle == NULL) {
        slot->handle = courier->curl->easy_init();
        if (slot->handle == NULL || !set_up(courier, slot)) {
            courier->curl->easy_cleanup(slot->handle);
            slot->handle = NULL;
            return false;
        }
    }
    CURLcode (*easy_setopt)(CURL *, CURLoption, ...) = courier->curl->easy_setopt;
    kq_buffer_clear(&slot->form);
    kq_buffer_append(&slot->form, uri);
    kq_buffer_append_byte(&slot->form, '\0');
    kq_buffer_append(&slot->form, form);
    return !slot->form.failed && easy_setopt(slot->handle, CURLOPT_URL, slot->form.data) == CURLE_OK &&
           easy_setopt(slot->handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)form.size) == CURLE_OK &&
           easy_setopt(slot->handle, CURLOPT_POSTFIELDS, slot->form.data + uri.size + 1) == CURLE_OK;
}

struct kq_result kq_courier_post(struct kq_courier *courier, int64_t number, struct kq_slice uri,
                                 struct kq_slice form, struct kq_error *error)
{
    KQ_TRY(begin(courier, error));
    struct slot *slot = find_free(courier);
    KQ_ENSURE_MEMORY(slot != NULL && load(courier, slot, uri, form), error);
    slot->parcel = (struct kq_parcel){.number = number};
    slot->answer_bytes = 0;
    slot->head_bytes = 0;
    slot->is_too_long = false;
    slot->host = host_of(uri);
    KQ_ENSURE_MEMORY(courier->curl->multi_add_handle(courier->multi, slot->handle) == CURLM_OK, error);
    slot->state = PARCEL_FLYING;
    courier->hosts[slot->host].flying++;
    courier->flying++;
    courier->in_hand++;
    return KQ_OK;
}

/* An answer that is none: nothing of it may steer a terminal. */
static void describe_answer(struct slot *slot, long status)
{
    char shown[SHOWN_MAX_BYTES + 1];
    size_t size = slot->answer_bytes < SHOWN_MAX_BYTES ? slot->answer_bytes : SHOWN_MAX_BYTES;
    for (size_t i = 0; i < size; i++) {
        char byte = slot->answer[i];
        shown[i] = '?';
        if (byte >= ' ' && byte <= '~') {
            shown[i] = byte;
        }
    }
    shown[size] = '\0';
    snprintf(slot->parcel.result, sizeof(slot->parcel.result), size == 0 ? "HTTP %ld%s" : "HTTP %ld: %s",
             status, shown);
}

static void judge(const struct kq_courier *courier, struct slot *slot, CURLcode code)
{
    struct kq_parcel *parcel = &slot->parcel;
    long status = 0;
    courier->curl->easy_getinfo(slot->handle, CURLINFO_RESPONSE_CODE, &status);
    struct kq_slice answer = {.data = slot->answer, .size = slot->answer_bytes};
    parcel->taken = code == CURLE_OK && status == 200 && kq_slice_equal(answer, KQ_SLICE("success"));
    if (parcel->taken) {
        snprintf(parcel->result, sizeof(parcel->result), "success");
    } else if (slot->is_too_long) {
        snprintf(parcel->result, sizeof(parcel->result), "HTTP %ld: the answer is too long", status);
    } else if (code != CURLE_OK) {
        snprintf(parcel->result, sizeof(parcel->result), "%s", courier->curl->easy_strerror(code));
    } else {
        describe_answer(slot, status);
    }
}

/* Halves what a host that does not answer is given at a time, and gives it back one by one. */
static void learn(struct kq_courier *courier, const struct slot *slot, CURLcode code)
{
    struct host *host = &courier->hosts[slot->host];
    if (code != CURLE_OK && !slot->is_too_long) {
        host->fewer = (unsigned char)(host->fewer + (KQ_COURIER_HOST_MAX - host->fewer) / 2);
    } else if (host->fewer > 0) {
        host->fewer--;
    }
}

static void take_messages(struct kq_courier *courier)
{
    int left = 0;
    const CURLMsg *message = courier->curl->multi_info_read(courier->multi, &left);
    while (message != NULL) {
        char *private = NULL;
        CURLcode code = message->data.result;
        courier->curl->easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private);
        struct slot *slot = (struct slot *)private;
        judge(courier, slot, code);
        learn(courier, slot, code);
        land(courier, slot);
        message = courier->curl->multi_info_read(courier->multi, &left);
    }
}

static void run(struct kq_courier *courier)
{
    int running = 0;
    courier->curl->multi_perform(courier->multi, &running);
    take_messages(courier);
}

/* Whatever ended it, a wake that came is used up. */
static void wait_for(struct kq_courier *courier, int wait_ms)
{
    uint64_t count = 0;
    if (courier->multi != NULL) {
        struct curl_waitfd waker = {.fd = courier->waker, .events = CURL_WAIT_POLLIN};
        courier->curl->multi_poll(courier->multi, &waker, 1, wait_ms, NULL);
    } else {
        struct pollfd waker = {.fd = courier->waker, .events = POLLIN};
        (void)poll(&waker, 1, wait_ms);
    }
    (void)eventfd_read(courier->waker, &count);
}

void kq_courier_work(struct kq_courier *courier, int wait_ms)
{
    if (courier->multi != NULL) {
        run(courier);
    }
    if (wait_ms > 0) {
        wait_for(courier, wait_ms);
    }
    if (wait_ms > 0 && courier->multi != NULL) {
        run(courier);
    }
}

void kq_courier_wake(struct kq_courier *courier)
{
    (void)eventfd_write(courier->waker, 1);
}

const struct kq_parcel *kq_courier_next_over(struct kq_courier *courier)
{
    for (size_t i = 0; i < KQ_COUNT(courier->slots); i++) {
        if (courier->slots[i].state == PARCEL_OVER) {
            courier->slots[i].state = PARCEL_TAKEN_OUT;
            return &courier->slots[i].parcel;
        }
    }
    return NULL;
}

void kq_courier_put_away(struct kq_courier *courier, const struct kq_parcel *parcel)
{
    struct slot *slot = &courier->slots[(const struct slot *)parcel - courier->slots];
    slot->state = PARCEL_FREE;
    courier->in_hand--;
}
