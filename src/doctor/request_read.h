/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_REQUEST_READ_H
#define KQ_DOCTOR_REQUEST_READ_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/envelope.h"
#include "wire/params.h"

/* A request as people have it at hand, read into its parameters, or into the lines that are signed of a call
 * of the newer protocol. Whatever the text is, it is only read. */

enum kq_request_form {
    KQ_REQUEST_URL,   /* …?app_id=…, maybe with a form body on the lines below */
    KQ_REQUEST_FORM,  /* app_id=…&sign=…, percent-encoded */
    KQ_REQUEST_PLAIN, /* the same as it was before that, such as a string to sign */
    KQ_REQUEST_HTTP,  /* POST … HTTP/1.1, headers, body */
    KQ_REQUEST_CURL,  /* a curl command */
    KQ_REQUEST_FETCH, /* a call of JavaScript's fetch() */
    KQ_REQUEST_POWERSHELL,
    KQ_REQUEST_HAR,   /* an entry of a HAR file, or a file with some of them */
    KQ_REQUEST_JSON,  /* an object of parameters */
    KQ_REQUEST_MAP,   /* a map as Java, PHP, Python or JavaScript print one */
    KQ_REQUEST_LINES, /* name=value or name: value, one a line */
    KQ_REQUEST_LOG, /* a line with one of the first three in it, or any text with a call of the newer protocol
                     */
    KQ_REQUEST_ANSWER, /* no request: what the gateway has answered one */
    KQ_REQUEST_FORM_COUNT
};

/* "a URL", …: what the text was taken for, to be said to people. */
const char *kq_request_form_name(enum kq_request_form form);

/* One parameter. `value` is what the gateway would take it for, in the call's charset; `raw` is how it stood
 * in the text. In the arena, or a piece of the text. */
struct kq_sent_param {
    struct kq_slice name;
    struct kq_slice value;
    struct kq_slice raw;
};

/* A call of the newer protocol (spec/gateway.md, "OpenAPI v3"): what came, then what is signed of it. Empty
 * where there is none. In the arena, or pieces of the text. */
struct kq_sent_v3 {
    struct kq_slice authorization; /* the header's value */
    struct kq_slice http_method;   /* "POST" */
    struct kq_slice host;          /* with its port */
    struct kq_slice target;        /* path and query, as they stand in the request line */
    struct kq_slice content_type;
    struct kq_slice content; /* the body as it came */
    struct kq_slice app_auth_token;

    struct kq_slice scheme;       /* of authorization, the first word */
    struct kq_slice list;         /* of authorization, what stands before `,sign=` */
    struct kq_slice body;         /* the content; of multipart/form-data its part `data`, of a GET nothing */
    bool is_signed_to_its_middle; /* more items stand behind `sign` */
    bool has_quotes;              /* around a value, which the gateway takes for a part of it */
    bool has_spaces;              /* beside a name that the gateway knows, which it does not find then */
};

struct kq_sent_request {
    struct kq_arena *arena; /* borrowed */
    enum kq_request_form form;
    size_t nested;            /* while it is read: in so many texts of JSON */
    struct kq_error *refusal; /* while it is read, borrowed: the first attempt's that failed; may be NULL */
    bool is_plain;            /* the text showed values, not bytes that were sent */
    bool is_v3;               /* then `v3` is there, and the parameters are the items of its authorization */
    struct kq_sent_v3 v3;
    bool is_answer; /* then `answer` is there, and nothing else is */
    struct kq_envelope answer;
    struct kq_sent_param *items;
    size_t count; /* in the order in which they stood */
    size_t capacity;
};

/* A HAR file of a page's load, or a dump with its body. */
#define KQ_REQUEST_TEXT_MAX_BYTES ((size_t)16 << 20)

/* BAD_INPUT, with what is understood, where no parameters are found in it; also beyond KQ_PARAMS_MAX of them
 * and KQ_REQUEST_TEXT_MAX_BYTES. NO_MEMORY. */
KQ_MUST struct kq_result kq_request_read(struct kq_slice text, struct kq_arena *arena,
                                         struct kq_sent_request *request, struct kq_error *error);

/* Of a call as the server has it: the query without its `?`, the Content-Type (may be empty), the body. */
KQ_MUST struct kq_result kq_request_read_parts(struct kq_slice query, struct kq_slice content_type,
                                               struct kq_slice body, struct kq_arena *arena,
                                               struct kq_sent_request *request, struct kq_error *error);

/* The same of a call of the newer protocol, of which the first seven texts are given. */
KQ_MUST struct kq_result kq_request_read_v3(const struct kq_sent_v3 *sent, struct kq_arena *arena,
                                            struct kq_sent_request *request, struct kq_error *error);

/* The first value of that name, or an empty slice. */
struct kq_slice kq_request_find(const struct kq_sent_request *request, struct kq_slice name);

/* The name of a parameter that stands there twice with different values, which the gateway refuses; or an
 * empty slice. */
struct kq_slice kq_request_find_twice(const struct kq_sent_request *request);

/* A notification (it has a notify_id and a notify_type), whose string to sign leaves sign_type out. */
bool kq_request_is_notification(const struct kq_sent_request *request);

/* The parameters alone, in the request's arena. */
KQ_MUST struct kq_result kq_request_params(const struct kq_sent_request *request, struct kq_params *params,
                                           struct kq_error *error);

#endif
