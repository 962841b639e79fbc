/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_CLIENT_SUPPORT_H
#define KQ_TESTS_UNIT_CLIENT_SUPPORT_H

#include "kaquan.h"
#include "wire/key.h"
#include "wire_support.h"

/* A gateway on loopback that answers as a test says, rightly or wrongly, and what tests of the client share.
 * The golden key app_2048 is the application's and the gateway's. */

#define FAKE_METHOD "alipay.marketing.voucher.send"

/* What comes of one request. Zeroed: the connection stays open and nothing is ever answered. */
struct fake_reply {
    struct kq_buffer bytes; /* sent as they are; freed by the server */
    bool close;             /* then the connection is closed */
};

struct fake_request {
    size_t number;        /* 1, 2, … over all connections */
    struct kq_slice head; /* request line and headers */
    struct kq_slice body;
};

/* On a connection's own thread; `key` is that thread's copy. */
typedef void fake_script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                         struct fake_reply *reply);

struct fake_gateway;

/* Fails the running test where it cannot. */
struct fake_gateway *fake_gateway_start(fake_script *script, void *data);

/* Hangs up on everybody and waits for its threads. */
void fake_gateway_stop(struct fake_gateway *gateway);
void fake_gateway_cleanup(struct fake_gateway **gateway);
#define GATEWAY KQ_CLEANUP(fake_gateway_cleanup) struct fake_gateway *

/* Requests that came in whole, and connections that were made, so far. */
size_t fake_gateway_requests(struct fake_gateway *gateway);
size_t fake_gateway_connections(struct fake_gateway *gateway);

/* "http://127.0.0.1:PORT/gateway.do"; lives as long as the server. */
const char *fake_gateway_url(const struct fake_gateway *gateway);

/* An HTTP answer of that status around a body. */
void put_http(struct kq_buffer *bytes, int status, struct kq_slice body);

/* The envelope of a response, signed as RSA2. */
void put_envelope(struct kq_buffer *bytes, const struct kq_private_key *key, const char *method,
                  struct kq_slice response);

/* Both: what a right answer is. */
void put_answer(struct kq_buffer *bytes, const struct kq_private_key *key, const char *method,
                struct kq_slice response);

/* A fake_script: success, whose member `echo` is biz_content. */
void echo_script(void *data, const struct kq_private_key *key, const struct fake_request *request,
                 struct fake_reply *reply);

/* Options that fit. */
struct kq_client_options fake_options(struct kq_arena *arena, const struct fake_gateway *gateway);

struct kq_client *open_client(const struct kq_client_options *options);
void close_client(struct kq_client **client);
#define CLIENT KQ_CLEANUP(close_client) struct kq_client *

void free_answer(struct kq_client_answer **answer);
#define ANSWER KQ_CLEANUP(free_answer) struct kq_client_answer *

/* Shows status and message when it fails. */
void assert_status(enum kq_client_status status, enum kq_client_status expected,
                   const struct kq_client_error *error);

#endif
