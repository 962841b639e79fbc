/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answer.h"

#include <string.h>

#include "base/arena.h"
#include "base/memory.h"
#include "client/message.h"
#include "wire/envelope.h"
#include "wire/json.h"
#include "wire/signature.h"

/* What a caller gets, and the memory behind it. */
struct owned_answer {
    struct kq_client_answer answer; /* first: its address is the whole's */
    struct kq_arena arena;          /* owned */
    const struct kq_json *response; /* in the arena; NULL until it is verified */
};

/* The platform's code and msg of success and of a business refusal (spec/gateway.md, "Gateway errors"). */
#define CODE_SUCCESS "10000"
#define CODE_BUSINESS "40004"

static struct owned_answer *new_answer(const struct kq_http_answer *http)
{
    struct owned_answer *owned = kq_memory_allocate(sizeof(*owned));
    if (owned == NULL) {
        return NULL;
    }
    struct kq_slice raw = kq_arena_copy(&owned->arena, kq_buffer_slice(&http->body));
    struct kq_slice trace_id = kq_arena_copy(&owned->arena, kq_slice_of(http->trace_id));
    if (raw.data == NULL || trace_id.data == NULL) {
        kq_client_answer_free(&owned->answer);
        return NULL;
    }
    owned->answer = (struct kq_client_answer){
        .http_status = http->status,
        .raw = raw.data,
        .raw_bytes = raw.size,
        .trace_id = trace_id.data,
        .response = "",
        .code = "",
        .msg = "",
        .sub_code = "",
        .sub_msg = "",
    };
    return owned;
}

void kq_client_answer_free(struct kq_client_answer *answer)
{
    if (answer != NULL) {
        struct owned_answer *owned = (struct owned_answer *)answer;
        kq_arena_free(&owned->arena);
        kq_memory_free(owned);
    }
}

/* What follows `charset=` in "text/html;charset=gbk". */
static enum kq_charset charset_of(const char *content_type, enum kq_charset fallback)
{
    const char *found = strcasestr(content_type, "charset=");
    if (found == NULL) {
        return fallback;
    }
    struct kq_slice name = kq_slice_of(found + strlen("charset="));
    name.size = kq_slice_find(name, ';');
    name = kq_slice_trim(name);
    if (name.size >= 2 && name.data[0] == '"' && name.data[name.size - 1] == '"') {
        name = (struct kq_slice){.data = name.data + 1, .size = name.size - 2};
    }
    enum kq_charset charset = fallback;
    return name.size > 0 && kq_charset_parse(name, &charset, NULL).ok ? charset : fallback;
}

/* A signed answer to another method must not pass for this one's. */
static struct kq_result check_name(struct kq_slice name, struct kq_slice method, struct kq_error *error)
{
    struct kq_buffer expected KQ_CLEANUP(kq_buffer_free) = {0};
    kq_envelope_append_name(&expected, method);
    KQ_ENSURE_MEMORY(!expected.failed, error);
    KQ_ENSURE(kq_slice_equal(name, KQ_SLICE("error_response")) ||
                  kq_slice_equal(name, kq_buffer_slice(&expected)),
              error, KQ_E_ANSWER, "the answer is another method's");
    return KQ_OK;
}

/* The text of a string or number member, copied; "" where there is none. NULL when out of memory. */
static const char *text_of(const struct kq_json *object, const char *name, struct kq_arena *arena)
{
    const struct kq_json *value = kq_json_member(object, kq_slice_of(name));
    if (value == NULL || (value->kind != KQ_JSON_STRING && value->kind != KQ_JSON_NUMBER)) {
        return "";
    }
    return kq_arena_copy(arena, value->text).data;
}

/* A failure for want of memory says nothing about the answer; any other one is the answer's. */
static struct kq_result blame_answer(struct kq_error *error, const char *what)
{
    return error->code == KQ_E_NO_MEMORY ? KQ_FAILED
                                         : kq_fail(error, KQ_E_ANSWER, "the answer's response is %s", what);
}

static struct kq_result read_members(struct kq_client_answer *answer, const struct kq_json *object,
                                     struct kq_arena *arena, struct kq_error *error)
{
    const char *code = text_of(object, "code", arena);
    const char *msg = text_of(object, "msg", arena);
    const char *sub_code = text_of(object, "sub_code", arena);
    const char *sub_msg = text_of(object, "sub_msg", arena);
    KQ_ENSURE_MEMORY(code != NULL && msg != NULL && sub_code != NULL && sub_msg != NULL, error);
    answer->code = code;
    answer->msg = msg;
    answer->sub_code = sub_code;
    answer->sub_msg = sub_msg;
    return KQ_OK;
}

/* The response object in UTF-8, read, and its four common members. It is believed by now, or only a hint. */
static struct kq_result read_response(struct kq_client_answer *answer, struct kq_arena *arena,
                                      enum kq_charset charset, struct kq_slice response,
                                      const struct kq_json **object, struct kq_error *error)
{
    struct kq_slice utf8 = KQ_SLICE_EMPTY;
    const struct kq_json *read = NULL;
    if (!kq_charset_decode(charset, response, arena, &utf8, error).ok) {
        return blame_answer(error, "not in its charset");
    }
    struct kq_slice copy = kq_arena_copy(arena, utf8);
    KQ_ENSURE_MEMORY(copy.data != NULL, error);
    if (!kq_json_read(copy, arena, &read, error).ok) {
        return blame_answer(error, "not JSON");
    }
    KQ_ENSURE(read->kind == KQ_JSON_OBJECT, error, KQ_E_ANSWER, "the answer's response is not a JSON object");
    KQ_TRY(read_members(answer, read, arena, error));
    *object = read;
    answer->response = copy.data;
    answer->response_bytes = copy.size;
    return KQ_OK;
}

/* The real platform signs no refusal of a caller that it cannot tell: what it says is worth showing, and not
 * believing. */
static enum kq_client_status refuse_unsigned(struct kq_arena *arena, enum kq_charset charset,
                                             struct kq_slice response, const char *what,
                                             struct kq_client_error *error)
{
    struct kq_client_answer hint = {.code = "", .msg = "", .sub_code = "", .sub_msg = ""};
    const struct kq_json *object = NULL;
    struct kq_error cause = {0};
    bool read = read_response(&hint, arena, charset, response, &object, &cause).ok;
    if (cause.code == KQ_E_NO_MEMORY) {
        return kq_client_fail_with(error, &cause);
    }
    if (!read || hint.code[0] == '\0') {
        return kq_client_fail(error, KQ_CLIENT_SIGNATURE, "%s", what);
    }
    return kq_client_fail(error, KQ_CLIENT_SIGNATURE, "%s; what it says, not to be relied on: %s %s %s %s",
                          what, hint.code, hint.msg, hint.sub_code, hint.sub_msg);
}

/* The status of a verified answer. */
static enum kq_client_status judge(const struct kq_client_answer *answer, struct kq_client_error *error)
{
    if (strcmp(answer->code, CODE_SUCCESS) == 0) {
        return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
    }
    if (answer->code[0] == '\0') {
        return kq_client_fail(error, KQ_CLIENT_ANSWER, "the answer's response has no code");
    }
    enum kq_client_status status =
        strcmp(answer->code, CODE_BUSINESS) == 0 ? KQ_CLIENT_BUSINESS : KQ_CLIENT_GATEWAY;
    return kq_client_fail(error, status, "%s %s: %s %s", answer->code, answer->msg, answer->sub_code,
                          answer->sub_msg);
}

/* KQ_CLIENT_OK: `response` is what the gateway signed. */
static enum kq_client_status verify(const struct kq_answer_expectation *expectation, struct kq_slice answer,
                                    enum kq_charset charset, struct kq_arena *arena,
                                    struct kq_slice *response, struct kq_client_error *error)
{
    struct kq_envelope envelope = {0};
    struct kq_error cause = {0};
    if (!kq_envelope_split(answer, charset != KQ_CHARSET_UTF8, &envelope, &cause).ok ||
        !check_name(envelope.name, expectation->method, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    *response = envelope.response;
    if (envelope.sign.size == 0) {
        return refuse_unsigned(arena, charset, *response, "the answer carries no signature", error);
    }
    if (kq_verify(expectation->gateway_key, expectation->sign_type, *response, envelope.sign, arena, &cause)
            .ok) {
        return KQ_CLIENT_OK;
    }
    if (cause.code != KQ_E_INVALID_SIGNATURE) {
        return kq_client_fail_with(error, &cause);
    }
    return refuse_unsigned(arena, charset, *response,
                           "the answer's signature does not verify with the gateway public key given", error);
}

static enum kq_client_status read_body(const struct kq_answer_expectation *expectation,
                                       const struct kq_http_answer *http, struct owned_answer *owned,
                                       struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    enum kq_charset charset = charset_of(http->content_type, expectation->charset);
    struct kq_slice response = KQ_SLICE_EMPTY;
    struct kq_error cause = {0};
    enum kq_client_status status =
        verify(expectation, kq_buffer_slice(&http->body), charset, &owned->arena, &response, error);
    if (status != KQ_CLIENT_OK) {
        return status;
    }
    if (!read_response(&owned->answer, &owned->arena, charset, response, &owned->response, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    owned->answer.verified = 1;
    *signed_bytes = response;
    return judge(&owned->answer, error);
}

static enum kq_client_status read_owned(const struct kq_answer_expectation *expectation,
                                        const struct kq_http_answer *http, struct owned_answer *owned,
                                        struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    if (http->status != 200) {
        return kq_client_fail(error, KQ_CLIENT_HTTP, "the gateway answered with HTTP status %d%s",
                              http->status,
                              http->status == 404 ? ": its URL usually ends with /gateway.do" : "");
    }
    return read_body(expectation, http, owned, signed_bytes, error);
}

enum kq_client_status kq_answer_read(const struct kq_answer_expectation *expectation,
                                     const struct kq_http_answer *http, struct kq_client_answer **answer,
                                     struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    *signed_bytes = KQ_SLICE_EMPTY;
    struct owned_answer *owned = new_answer(http);
    *answer = owned == NULL ? NULL : &owned->answer;
    if (owned == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    enum kq_client_status status = read_owned(expectation, http, owned, signed_bytes, error);
    kq_client_quote(error, *answer);
    if (status == KQ_CLIENT_MEMORY) {
        kq_client_answer_free(*answer);
        *answer = NULL;
    }
    return status;
}

const struct kq_json *kq_answer_object(const struct kq_client_answer *answer)
{
    return ((const struct owned_answer *)answer)->response;
}

struct kq_arena *kq_answer_arena(struct kq_client_answer *answer)
{
    return &((struct owned_answer *)answer)->arena;
}
