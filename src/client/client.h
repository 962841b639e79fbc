/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_CLIENT_CLIENT_H
#define KQ_CLIENT_CLIENT_H

#include <pthread.h>
#include <stdbool.h>

#include "base/arena.h"
#include "client/http.h"
#include "client/pool.h"
#include "client/request.h"
#include "kaquan.h"
#include "wire/content_cipher.h"
#include "wire/key.h"

/* What a client is inside. Everything but the pool, and the keys under `key_lock`, is written by
 * kq_client_open and only read afterwards. */
struct kq_client {
    struct kq_arena texts; /* owned: all texts below */
    struct kq_request_settings settings;
    bool is_v3;
    struct kq_http_settings http;
    long timeout_ms;
    int retries_max;
    kq_client_clock now_s;
    void *now_data;
    kq_client_observer observe;
    void *observe_data;
    pthread_mutex_t key_lock;           /* of the two keys: an OpenSSL key is one thread's at a time */
    struct kq_private_key *private_key; /* owned: what others are copied from */
    struct kq_public_key *gateway_key;  /* owned: what notifications are verified with */
    struct kq_slice gateway_key_der;    /* what others are made from */
    struct kq_slice gateway_cert_sn;    /* of its certificate; empty: not in certificate mode */
    struct kq_content_key *content_key; /* owned; NULL: nothing is encrypted. Any thread */
    struct kq_pool pool;
};

/* What one thread, or one loop, signs and verifies with. */
struct kq_client_keys {
    struct kq_private_key *private_key; /* owned */
    struct kq_public_key *gateway_key;  /* owned */
};

/* Copies of the client's keys. Any thread. NO_MEMORY, INTERNAL; `keys` is empty then. */
KQ_MUST struct kq_result kq_client_keys_copy(struct kq_client *client, struct kq_client_keys *keys,
                                             struct kq_error *error);
void kq_client_keys_free(struct kq_client_keys *keys);

#endif
