/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_GATEWAY_SUPPORT_H
#define KQ_TESTS_UNIT_GATEWAY_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "server/gateway.h"

/* What the tests of the pipeline share: no sockets and no database, but a fake store that counts what it is
 * asked and whose n-th call fails where a test wants that, a clock that tests move, and calls that are signed
 * as a client signs them. Every function fails the running test where something is not as it says. */

#define NOW_MS INT64_C(1473134400000) /* 2016-09-06 12:00:00 in Beijing */
#define NOW_TEXT "2016-09-06 12:00:00"

#define SEND "alipay.marketing.voucher.send"
#define LIST "alipay.marketing.voucher.list.query"
#define WALLET "alipay.user.pass.grouplist.query"
#define PASS_ADD "alipay.pass.instance.add"
#define SEND_RESPONSE "alipay_marketing_voucher_send_response"
#define LIST_RESPONSE "alipay_marketing_voucher_list_query_response"
#define WALLET_RESPONSE "alipay_user_pass_grouplist_query_response"
#define PASS_ADD_RESPONSE "alipay_pass_instance_add_response"

#define SEND_BIZ_OF(out_biz_no)                                                                              \
    "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\","                    \
    "\"out_biz_no\":\"" out_biz_no "\"}"
#define SEND_BIZ SEND_BIZ_OF("1")
#define LIST_BIZ "{\"template_id\":\"20140601000730010040000000EB\",\"user_id\":\"2088302001456115\"}"
#define WALLET_BIZ                                                                                           \
    "{\"user_id\":\"2088302001456115\",\"group_type\":\"voucher\",\"time_status\":\"CURRENT\","              \
    "\"page_size\":10,\"page_num\":1}"

#define BUSY                                                                                                 \
    "{\"code\":\"20000\",\"msg\":\"Service Currently Unavailable\","                                         \
    "\"sub_code\":\"aop.unknow-error\",\"sub_msg\":\"系统繁忙\"}"

/* What the gateway says of its certificates, and what applications with a content key have. */
#define GATEWAY_SN "0123456789abcdef0123456789abcdef"
#define ROOTS_SN "fedcba9876543210fedcba9876543210"
#define CONTENT_KEY "0123456789abcdef"

/* Applications: two of one merchant, and one of another. */
enum { APP, SISTER_APP, STRANGER_APP, APP_COUNT };

struct fake_application {
    const char *app_id;
    const char *pid;
    struct kq_slice key; /* of both sign types */
    struct kq_slice next_key;
    struct kq_application_certificate certificate; /* of `key`; none */
    struct kq_application_certificate next_certificate;
    struct kq_slice content_key;
    bool disabled;
    bool may_see_wallets;
    int64_t per_second; /* 0: no limit */
};

struct fake_store {
    struct kq_store store; /* first */
    struct kq_reader reader;
    struct fake_application applications[APP_COUNT];
    uint64_t revision; /* grows with every issue, and where a test changes something */
    unsigned calls;
    unsigned fail_at; /* 0: never */
    enum kq_error_code failure;
    unsigned issues;                  /* so many vouchers: each has another id, repeats too */
    bool keeps_waiting;               /* writes are not done until complete_writes */
    struct kq_submission *submission; /* newest first */

    int64_t wall_ms;
    int64_t business_ms;
    int64_t monotonic_us;
    int64_t tick_us; /* the monotonic clock goes on by it whenever it is looked at: so long is a signature */
};

extern struct fake_store fake;

/* Keys (made once: they are slow), a gateway, a call. */
struct fixture {
    struct kq_arena arena;
    struct kq_private_key *gateway_key;
    struct kq_private_key *app_key;
    struct kq_private_key *other_key; /* one that a test may rotate to */
    struct kq_slice app_public;       /* DER */
    struct kq_slice other_public;     /* DER */
    struct kq_public_key *gateway_public;
    struct kq_metrics *metrics;
    struct kq_rate_limits *limits;
    struct kq_nonces *nonces; /* owned; NULL, until a test that opens its own reopens the gateway */
    struct kq_gateway *gateway;
    struct kq_call call;
    struct kq_buffer query;
    unsigned woken;
};

extern struct fixture fixture;

int make_keys(void **state);
int free_keys(void **state);
int open_gateway(void **state); /* remembers, and has no limits */
int close_gateway(void **state);

#define gateway_unit_test(function) cmocka_unit_test_setup_teardown(function, open_gateway, close_gateway)

#define MEMO_BYTES ((size_t)1 << 20)

/* Another gateway in the place of the one that is open. */
void reopen_gateway(size_t memo_bytes, unsigned max_wait_ms);

/* What stands for nothing is as open_gateway has it. */
struct request {
    unsigned app;            /* APP, … */
    const char *method;      /* SEND */
    const char *biz_content; /* in UTF-8; SEND_BIZ */
    const char *charset;     /* "utf-8" */
    const char *sign_type;   /* "RSA2" */
    const char *timestamp;   /* NOW_TEXT */
    const char *token;       /* app_auth_token; none */
    const char *app_cert_sn; /* none, as the next two */
    const char *root_cert_sn;
    const char *encrypt_type;
    bool encrypts; /* biz_content, with CONTENT_KEY */
    const struct kq_private_key *key;
};

/* The signed request's query string, in the place of what `query` holds. */
void sign_request(const struct request *request, struct kq_buffer *query);

/* The same into the fixture's query. */
void sign_call(const char *method, const char *biz_content);

/* Takes the call through the gateway to its end, as it stands. */
void finish_call(void);

/* Takes the fixture's query through the gateway to its end: start, resume where it waits for the store, sign.
 */
void run_call(void);

/* Signs the request, and runs it. */
void run_request(const struct request *request);

/* Another call beside the fixture's. */
void begin_call(struct kq_call *call, const struct kq_buffer *query);

/* Does what the store has put off, in the order in which it came. */
void complete_writes(void);

/* The response object of an encrypted answer, decrypted. In the fixture's arena. */
struct kq_slice decrypted(struct kq_slice response);

/* The response object's bytes in the call's answer, whose signature has been verified. */
struct kq_slice verified_response_of(const struct kq_call *call, const char *name);
struct kq_slice verified_response(const char *name); /* of the fixture's call */
void assert_response(const char *name, const char *expected);

/* A counter of the gateway's metrics. */
uint64_t counted(const char *name);

/* How many calls of APP find a place in the gateway's lanes: begun until one does not, then all answered. */
#define PLACES_MAX 64
size_t count_places(void);

/* With these, a gateway has 25 places, so that one application finds 13: an odd number, of which a single
 * place that was not given back, by whichever application, leaves 12. */
#define PLACES_WAIT_MS 25
#define PLACES_SIGN_US 1000
#define PLACES_OF_ONE 13

#endif
