/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KAQUAN_H
#define KAQUAN_H

#include <stddef.h>
#include <stdint.h>

/* libkaquan: calls a gateway that speaks the Alipay Open Platform's protocol (Kaquan's own, or another),
 * signs what goes out and verifies what comes back. C and C++.
 *
 *     struct kq_client_options options = {0};
 *     options.gateway_url = "http://127.0.0.1:8080/gateway.do";
 *     options.app_id = "2014072300007148";
 *     options.private_key = private_key_pem;
 *     options.gateway_public_key = gateway_public_key_pem;
 *     struct kq_client *client = NULL;
 *     struct kq_client_error error;
 *     if (kq_client_open(&options, &client, &error) != KQ_CLIENT_OK) … error.message …
 *     struct kq_client_request request = {0};
 *     request.method = "alipay.marketing.voucher.send";
 *     request.biz_content = "{\"template_id\":\"…\",\"user_id\":\"…\",\"out_biz_no\":\"…\"}";
 *     struct kq_client_answer *answer = NULL;
 *     enum kq_client_status status = kq_client_call(client, &request, &answer, &error);
 *     … answer->response … answer->sub_code …
 *     kq_client_answer_free(answer);
 *     kq_client_close(client);
 *
 * That is a call by name and JSON. Every method that Kaquan knows has a typed one too: kaquan_methods.h.
 *
 * All text that the caller gives and gets is UTF-8, whatever the charset on the wire; texts end with a NUL
 * byte. Any number of threads may use one client at once, and they should: its connections and its copies of
 * the keys are shared out among them. Nothing is kept outside clients; two of them know nothing of each
 * other.
 *
 * A program with an event loop of its own calls without waiting: kq_client_loop_open.
 *
 * A program goes on running, as it was compiled, with every later library of the same soname. Structs that
 * callers fill (options, request, callbacks) may grow at their end, so the functions that take one are inline
 * and pass the caller's `sizeof` to the function of the same name with `_sized` behind it; languages other
 * than C call that one. A program that was compiled with a later header, and sets what the library does not
 * know, gets KQ_CLIENT_USAGE. Answers and notifications, which the library makes, may grow at their end too;
 * all other structs have their final shape. Enumerations may get more values: write `default:`. */

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define KQ_CLIENT_MUST __attribute__((warn_unused_result))
#define KQ_CLIENT_INLINE static __inline__
#else
#define KQ_CLIENT_MUST
#define KQ_CLIENT_INLINE static inline
#endif

/* What came of a call, by the layer that ended it: each one presupposes that all before it went well. */
enum kq_client_status {
    KQ_CLIENT_OK = 0,    /* code 10000, the signature verified */
    KQ_CLIENT_USAGE,     /* the options or the request cannot be used; nothing was sent */
    KQ_CLIENT_MEMORY,    /* out of memory, or the machine failed; whether anything was sent is not known */
    KQ_CLIENT_TRANSPORT, /* no answer: not reachable, cut, too late, cancelled. Whether the call took effect
                          * is not known: repeat it with the same out_biz_no */
    KQ_CLIENT_HTTP,      /* an HTTP status other than 200; of OpenAPI v3, one that is not signed */
    KQ_CLIENT_ANSWER,    /* not an answer of this protocol, longer than allowed, in clear where encryption was
                          * asked for, or without a field's kind of value */
    KQ_CLIENT_SIGNATURE, /* the answer carries no signature, or one that does not verify: it is not to be
                            believed */
    KQ_CLIENT_GATEWAY,   /* a signed refusal by the gateway: any code but 10000 and 40004; of OpenAPI v3, one
                          * in small letters */
    KQ_CLIENT_BUSINESS   /* a signed refusal by the method: code 40004; of OpenAPI v3, one in capitals */
};

/* "ok", "usage", … Static. */
const char *kq_client_status_name(enum kq_client_status status);

#define KQ_CLIENT_MESSAGE_SIZE 512
#define KQ_CLIENT_CODE_SIZE 64
#define KQ_CLIENT_SUB_MSG_SIZE 512
#define KQ_CLIENT_TRACE_ID_SIZE 128

/* What went wrong, and in which layer. Written by every call that takes one; all empty after KQ_CLIENT_OK.
 * May be NULL wherever it is taken. Texts that are too long are cut at a character's border. */
struct kq_client_error {
    char message[KQ_CLIENT_MESSAGE_SIZE]; /* one English sentence for people; never a key or a signature */
    enum kq_client_status status;         /* the layer: what the function returned */
    char code[KQ_CLIENT_CODE_SIZE];       /* GATEWAY, BUSINESS: the answer's; else empty */
    char sub_code[KQ_CLIENT_CODE_SIZE];
    char sub_msg[KQ_CLIENT_SUB_MSG_SIZE];
    char trace_id[KQ_CLIENT_TRACE_ID_SIZE]; /* wherever there was an answer, a wrong one included */
};

/* What a client does, step by step, for whoever wants to look: kq_client_options.observe. Bytes are as on the
 * wire, in the charset of the call, and valid during the call of the observer only. */
enum kq_client_event {
    KQ_CLIENT_EVENT_PARAMETER, /* name=value, before percent-encoding; one event a parameter, `sign` last. Of
                                * OpenAPI v3: the items of Authorization, and the other headers */
    KQ_CLIENT_EVENT_STRING_TO_SIGN, /* what the private key signs */
    KQ_CLIENT_EVENT_REQUEST_URL,    /* with the public parameters as its query; of OpenAPI v3: without any */
    KQ_CLIENT_EVENT_REQUEST_BODY,   /* biz_content as a form; JSON in OpenAPI v3; may be empty */
    KQ_CLIENT_EVENT_ANSWER_HEAD,    /* HTTP status, content type and trace id, one line */
    KQ_CLIENT_EVENT_ANSWER_BODY,    /* all of it */
    KQ_CLIENT_EVENT_VERIFIED /* the bytes that the answer's signature was verified over, with success */
};

/* On the thread that makes the call: with several threads, it may be called by several at once. */
typedef void (*kq_client_observer)(void *data, enum kq_client_event event, const char *bytes, size_t size);

/* Seconds since 1970-01-01T00:00:00Z. Called by any thread that makes a call. */
typedef int64_t (*kq_client_clock)(void *data);

#define KQ_CLIENT_CONNECT_TIMEOUT_MS_DEFAULT 10000L
#define KQ_CLIENT_TIMEOUT_MS_DEFAULT 30000L
/* A wallet page of 100 passes with the longest texts, in UTF-8, stays below this. */
#define KQ_CLIENT_ANSWER_MAX_BYTES_DEFAULT ((size_t)16 << 20)

/* As many calls as one client has under way: enough for what one gateway signs in a second where each call
 * takes ten milliseconds, and few enough for its limit of connections. Others wait for their turn. */
#define KQ_CLIENT_CONNECTIONS_MAX_DEFAULT 32
#define KQ_CLIENT_RETRIES_MAX_DEFAULT 2

enum kq_client_protocol {
    KQ_CLIENT_GATEWAY_DO = 0, /* the form protocol of /gateway.do */
    KQ_CLIENT_OPENAPI_V3      /* paths below /v3, JSON bodies, signatures in headers */
};

/* Zero it, then set what is needed. Everything is borrowed during kq_client_open only, except `observe`,
 * `now_s` and their data, which must outlive the client. Keys and certificates are given as a text, in
 * whatever form they are had (PEM, base64 on one line or many, PKCS#1, PKCS#8, CRLF, a BOM), or as the path
 * of a file, which may be DER too; never both. */
struct kq_client_options {
    const char *gateway_url;        /* required: http:// or https://, without a query */
    const char *app_id;             /* required */
    const char *private_key;        /* required: the application's; PEM or base64, PKCS#1 or PKCS#8 */
    const char *gateway_public_key; /* required, but in certificate mode: PEM or base64, SubjectPublicKeyInfo
                                       or PKCS#1, or a certificate */
    const char *charset;            /* "utf-8" (where NULL), "gbk" or "gb2312" */
    const char *sign_type;          /* "RSA2" (where NULL) or "RSA" */
    const char *app_auth_token;     /* NULL: the application acts for its own merchant */
    long connect_timeout_ms;        /* 0 or less: the default above; likewise below */
    long timeout_ms;                /* of the whole call: waiting for a connection and all retries included;
                                     * more than 1,000,000,000 (eleven days) counts as that */
    size_t answer_max_bytes;
    kq_client_clock now_s; /* NULL: the machine's clock */
    void *now_data;
    kq_client_observer observe; /* NULL: nobody looks */
    void *observe_data;

    const char *private_key_file;        /* in place of private_key */
    const char *gateway_public_key_file; /* in place of gateway_public_key */
    const char *proxy;   /* URL or host:port; "": none. NULL: the environment's, none for one on loopback */
    const char *ca_file; /* PEM certificates that an https:// gateway is trusted by; NULL: the machine's */
    int connections_max; /* of waiting calls under way at once, all threads together, and of each loop's calls
                          * once more; each on a connection that is kept; 0: 32; at most 1000 */
    int retries_max;     /* how often an unanswered call is repeated; below 0: never. See kq_client_call */

    /* KQ_CLIENT_OPENAPI_V3: gateway_url is what /v3/… follows (http://127.0.0.1:8080); utf-8 and RSA2 only.
     * Calls, typed calls and loops are the same. */
    enum kq_client_protocol protocol;
    int reserved; /* 0; nothing is where a compiler would leave a hole */

    /* Certificate mode: the three go together, in place of gateway_public_key. The application's certificate
     * fits its private key; the gateway's, which may have those of its issuers after it, is vouched for by a
     * root; both are valid now: else kq_client_open says which is wrong. A success that names another gateway
     * certificate, or none, is not believed (KQ_CLIENT_SIGNATURE). */
    const char *app_certificate;
    const char *root_certificates; /* the platform's bundle */
    const char *gateway_certificate;
    const char *app_certificate_file; /* each in place of the one above */
    const char *root_certificates_file;
    const char *gateway_certificate_file;

    /* Content encryption: biz_content is sent encrypted (encrypt_type=AES), and a success that comes back in
     * clear is refused (KQ_CLIENT_ANSWER): nobody may take the encryption away. Refusals may be in clear.
     * NULL: nothing is encrypted. An empty text is refused, here and above. */
    const char *content_key;      /* base64 of 16, 24 or 32 bytes, as the platform gives it */
    const char *content_key_file; /* in place of content_key */
};

struct kq_client;

KQ_CLIENT_MUST enum kq_client_status kq_client_open_sized(const struct kq_client_options *options,
                                                          size_t options_bytes, struct kq_client **client,
                                                          struct kq_client_error *error);

/* Loads the keys; connects to nothing yet. KQ_CLIENT_USAGE, KQ_CLIENT_MEMORY; then *client is NULL. */
KQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status kq_client_open(const struct kq_client_options *options,
                                                                     struct kq_client **client,
                                                                     struct kq_client_error *error)
{
    return kq_client_open_sized(options, sizeof(*options), client, error);
}

/* Wipes the private key. No call may be under way, and no loop open. NULL is fine. */
void kq_client_close(struct kq_client *client);

/* Zero it, then set what is needed. Borrowed during the call. */
struct kq_client_request {
    const char *method;      /* required */
    const char *biz_content; /* a JSON object, sent as it is; NULL: none */
    const char *timestamp;   /* yyyy-MM-dd HH:mm:ss, Beijing time; NULL: now */
    int repeatable;          /* 1: the caller knows that this call does no harm when it takes effect twice */
    int reserved;            /* 0 */
};

/* An answer. Owned by the caller, who gives it to kq_client_answer_free; independent of the client. Its texts
 * are empty rather than NULL. All but raw, http_status and trace_id stay empty as long as `verified` is 0:
 * nothing else of an answer can be believed then. */
struct kq_client_answer {
    int http_status;
    int verified;    /* 1: the gateway's signature over `response`, as it stood on the wire, is right; over
                      * its ciphertext where it was encrypted */
    const char *raw; /* the answer's bytes, as on the wire */
    size_t raw_bytes;
    const char *trace_id; /* of the answer's header: names the call in the gateway's log */
    const char *response; /* the response member's value, a JSON object, in UTF-8 */
    size_t response_bytes;
    /* "10000", and "Success", also where OpenAPI v3 has none. A refusal of that has its code in code and
     * sub_code (TEMPLATE_NOT_EXIST, invalid-signature), its message in msg and sub_msg. */
    const char *code;
    const char *msg;
    const char *sub_code;
    const char *sub_msg;
};

KQ_CLIENT_MUST enum kq_client_status
kq_client_call_sized(struct kq_client *client, const struct kq_client_request *request, size_t request_bytes,
                     struct kq_client_answer **answer, struct kq_client_error *error);

/* Makes one signed call; a POST with the public parameters in the query and biz_content in the body, as the
 * platform's own client libraries send it. Connections are kept and used again. *answer is set, whatever the
 * status, as soon as an answer came in whole, else NULL.
 *
 * A call that nothing was answered to (KQ_CLIENT_TRANSPORT) is repeated, up to retries_max times and within
 * timeout_ms, with the same biz_content and so the same out_biz_no, after 100 ms, 200 ms, … : where its
 * method changes nothing, where biz_content has what makes a repeat of the method the same business
 * (out_biz_no with most; the catalogue says it), or where the request is `repeatable`. Any other call is sent
 * once at most, and none is repeated after an answer, whatever that was. */
KQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status kq_client_call(struct kq_client *client,
                                                                     const struct kq_client_request *request,
                                                                     struct kq_client_answer **answer,
                                                                     struct kq_client_error *error)
{
    return kq_client_call_sized(client, request, sizeof(*request), answer, error);
}

/* NULL is fine. */
void kq_client_answer_free(struct kq_client_answer *answer);

/* Typed calls: fields of a request and of an answer as members of structs. kaquan_methods.h has a pair of
 * structs for every method that Kaquan knows, and functions that are inline: the program itself says how its
 * structs are laid out, so methods and fields may come with any version. A program may describe a method that
 * is not there in the same way.
 *
 * Beside texts, fields are these. Zeroed, each is not there. */
struct kq_number_value {
    int is_set;
    int64_t value;
};
#ifdef __cplusplus
#define KQ_NUMBER(number) (kq_number_value{1, (number)})
#else
#define KQ_NUMBER(number) ((struct kq_number_value){1, (number)})
#endif

/* To be compared with KQ_TRUE: KQ_FALSE is not 0, which is what a field is that is not there. */
enum kq_flag_value { KQ_UNSET = 0, KQ_TRUE = 1, KQ_FALSE = 2 };

/* What a member of a struct is in C. */
enum kq_client_field_kind {
    KQ_CLIENT_FIELD_TEXT = 1,    /* const char * */
    KQ_CLIENT_FIELD_NUMBER,      /* struct kq_number_value */
    KQ_CLIENT_FIELD_FLAG,        /* enum kq_flag_value */
    KQ_CLIENT_FIELD_TEXT_LIST,   /* const char *const *, and a size_t at count_offset */
    KQ_CLIENT_FIELD_STRUCT_LIST, /* a pointer to structs of `members`, and a size_t at count_offset */
    KQ_CLIENT_FIELD_STRUCT       /* a pointer to one of `members` */
};

struct kq_client_layout;

struct kq_client_field {
    const char *name; /* in JSON */
    enum kq_client_field_kind kind;
    int required; /* 1: KQ_CLIENT_USAGE where a request does not have it */
    size_t offset;
    size_t count_offset;                    /* 0 where there is no count */
    const struct kq_client_layout *members; /* NULL where there are none */
};

struct kq_client_layout {
    const struct kq_client_field *fields;
    size_t count;
    size_t struct_bytes;
};

struct kq_client_method {
    const char *name; /* alipay.… */
    const struct kq_client_layout *request;
    const struct kq_client_layout *answer;
    size_t answer_offset; /* of the member of an answer's struct that is a struct kq_client_answer * */
};

/* kq_client_call with the request's members as biz_content, and the answer's members read from its response.
 * `answer` is written whatever the status. The pointer at answer_offset is what kq_client_call gives: the
 * caller hands it to kq_client_answer_free. The other members are zero where nothing came that was verified.
 * USAGE, naming it: a field is missing, is not UTF-8, or is of a kind that this library does not know;
 * nothing was sent. ANSWER: a field of the answer is of another kind; a number where a text belongs, and a
 * text that is a number where a number does, are taken as that. Anything else in the answer is ignored, and
 * what is said to be always there is not missed: look whether a text is NULL. */
KQ_CLIENT_MUST enum kq_client_status kq_client_typed_call(struct kq_client *client,
                                                          const struct kq_client_method *method,
                                                          const void *request, void *answer,
                                                          struct kq_client_error *error);

/* Notifications: what the gateway posts to a template's notify_uri. Whoever receives one verifies it, does
 * what it says once for each notify_id, which is the same on every try, and answers the seven letters
 * `success`. */
struct kq_client_parameter {
    const char *name;
    const char *value;
};

struct kq_client_notification {
    /* In the order in which they came, UTF-8; empty ones, which are not signed, are left out. `sign` and
     * `sign_type` are not signed either. */
    const struct kq_client_parameter *parameters;
    size_t count;
};

/* Of a form's bytes, as they came (application/x-www-form-urlencoded): the gateway's signature over them is
 * verified with the client's gateway key, by the sign_type and charset that they name (RSA2 or RSA; utf-8
 * where there is none), and app_id must be the client's. SIGNATURE: none, or a wrong one. ANSWER: no such
 * form or one of more than 256 parameters, bytes that are not in its charset, a parameter twice with
 * different values, with a name of other characters than letters, digits, `_`, `-` and `.`, or with a value
 * that has another of its parameters in it (`&status=`), or for another application. MEMORY. Refuse a
 * notification that lacks a parameter which its kind has: a signed text says less of where it is cut than of
 * its bytes. After a failure *notification is NULL: nothing of it can be believed. Any thread. */
KQ_CLIENT_MUST enum kq_client_status
kq_client_verify_notification(struct kq_client *client, const char *form_body, size_t size,
                              struct kq_client_notification **notification, struct kq_client_error *error);

/* A parameter's value; "" where there is none. */
const char *kq_client_notification_value(const struct kq_client_notification *notification, const char *name);

/* NULL is fine. */
void kq_client_notification_free(struct kq_client_notification *notification);

/* Calls without waiting: a loop has any number of calls under way on one thread, which is the caller's own
 * event loop's. It says which file descriptors to watch and when to wake it; the caller tells what became of
 * these. Calls run beside each other, on connections_max connections at most; more wait for their turn, and
 * their time runs meanwhile.
 *
 *     void done(void *data, enum kq_client_status status, struct kq_client_answer *answer,
 *               const struct kq_client_error *error) { …; kq_client_answer_free(answer); }
 *     const struct kq_client_loop_callbacks callbacks = {my_watch, my_set_timer, my_loop};
 *     kq_client_loop_open(client, &callbacks, &loop, &error);
 *     kq_client_loop_submit(loop, &request, done, my_data, &error);
 *     … my_loop finds fd readable: kq_client_loop_ready(loop, fd, KQ_CLIENT_READABLE);
 *     … my_loop's timer ends: kq_client_loop_timeout(loop);
 *
 * A program that has no event loop gives no callbacks, and has kq_client_loop_wait do the watching. */
struct kq_client_loop;

/* What to watch a file descriptor for, and what it is ready for; bits. */
enum kq_client_readiness {
    KQ_CLIENT_READABLE = 1,
    KQ_CLIENT_WRITABLE = 2,
    KQ_CLIENT_BROKEN = 4 /* an error or a hang-up; only told to kq_client_loop_ready */
};

/* Called from within the functions of a loop, which they must not call themselves. */
struct kq_client_loop_callbacks {
    /* From now on watch `fd` for `what`, and for nothing else; 0: forget it. It is open until it has been
     * forgotten. Level-triggered. */
    void (*watch)(void *data, int fd, int what);
    /* Call kq_client_loop_timeout after so many milliseconds, 0 being as soon as the loop is back; once, and
     * in place of what was set before. -1: no more. */
    void (*set_timer)(void *data, long timeout_ms);
    void *data;
};

KQ_CLIENT_MUST enum kq_client_status
kq_client_loop_open_sized(struct kq_client *client, const struct kq_client_loop_callbacks *callbacks,
                          size_t callbacks_bytes, struct kq_client_loop **loop,
                          struct kq_client_error *error);

/* A loop belongs to one thread at a time; one client may have many. `callbacks` is copied; NULL: see
 * kq_client_loop_wait. With callbacks a connection takes two file descriptors. USAGE, MEMORY; then *loop is
 * NULL. */
KQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status
kq_client_loop_open(struct kq_client *client, const struct kq_client_loop_callbacks *callbacks,
                    struct kq_client_loop **loop, struct kq_client_error *error)
{
    return kq_client_loop_open_sized(client, callbacks, sizeof(*callbacks), loop, error);
}

/* Completes every call that is under way with KQ_CLIENT_TRANSPORT, then frees; the callbacks are told to
 * forget what they watched. From within `done`: no call can be submitted any more, and the rest is done when
 * the function of the loop that called `done` (the outermost, where one did within another) is about to
 * return; that function is the loop's last. Close the client only after that. NULL is fine. */
void kq_client_loop_close(struct kq_client_loop *loop);

/* How a call ended: what kq_client_call would have returned. `answer` is the callee's to free, and may be
 * NULL; `error` is valid during the call only. It may submit and cancel calls and close its loop, and calls
 * nothing else of it. */
typedef void (*kq_client_done)(void *data, enum kq_client_status status, struct kq_client_answer *answer,
                               const struct kq_client_error *error);

KQ_CLIENT_MUST enum kq_client_status kq_client_loop_submit_sized(struct kq_client_loop *loop,
                                                                 const struct kq_client_request *request,
                                                                 size_t request_bytes, kq_client_done done,
                                                                 void *data, struct kq_client_error *error);

/* Begins a call; the request is copied. It is signed here and now, on the calling thread, which takes some
 * tenths of a millisecond with a key of 2048 bits: that is what a loop cannot do elsewhere. Where a
 * connection is there, it is sent here and now too; calls that are submitted from within `done` are sent some
 * at a time: at the latest before the next `done` when two milliseconds are over, and before the function
 * that called it returns. KQ_CLIENT_OK: `done` is called exactly once, and later, never from within this
 * function. Else nothing was begun and `done` is not called. Repeated as kq_client_call says, without
 * waiting. */
KQ_CLIENT_MUST KQ_CLIENT_INLINE enum kq_client_status
kq_client_loop_submit(struct kq_client_loop *loop, const struct kq_client_request *request,
                      kq_client_done done, void *data, struct kq_client_error *error)
{
    return kq_client_loop_submit_sized(loop, request, sizeof(*request), done, data, error);
}

/* A typed call on a loop: kq_client_loop_submit with the request's members as biz_content. */
KQ_CLIENT_MUST enum kq_client_status kq_client_typed_submit(struct kq_client_loop *loop,
                                                            const struct kq_client_method *method,
                                                            const void *request, kq_client_done done,
                                                            void *data, struct kq_client_error *error);

/* Reads the answer that `done` was given, which may be NULL, as kq_client_typed_call reads one; the answer's
 * struct has it from then on, to be freed once. The status is of the reading alone: OK for a refusal, too,
 * which may have fields; whether the call succeeded, `done` was told. ANSWER also where nothing came that was
 * verified. */
KQ_CLIENT_MUST enum kq_client_status kq_client_typed_read(struct kq_client_answer *from,
                                                          const struct kq_client_method *method, void *answer,
                                                          struct kq_client_error *error);

/* Ends every call that was submitted with this `data`: `done` is called with KQ_CLIENT_TRANSPORT before this
 * returns; where it is called from within the `done` of a call that is being cancelled, before the outermost
 * function of the loop returns. Whether such a call takes effect is not known. Returns how many there were.
 */
size_t kq_client_loop_cancel(struct kq_client_loop *loop, void *data);

/* A watched file descriptor is ready. One that was forgotten meanwhile does no harm. */
void kq_client_loop_ready(struct kq_client_loop *loop, int fd, int what);

/* The time that set_timer gave is over. Too early does no harm. */
void kq_client_loop_timeout(struct kq_client_loop *loop);

/* How many calls are under way. */
size_t kq_client_loop_pending(const struct kq_client_loop *loop);

/* For a loop without callbacks, and only for such a one: waits until at least one call has ended, or the time
 * is over (below 0: never), and calls `done` for what has ended. Returns how many calls are under way. */
size_t kq_client_loop_wait(struct kq_client_loop *loop, long timeout_ms);

#ifdef __cplusplus
}
#endif

#endif
