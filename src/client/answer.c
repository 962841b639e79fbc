/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answer.h"

#include <string.h>

#include "client/answer_parts.h"
#include "client/message.h"
#include "wire/envelope.h"
#include "wire/signature.h"

/* The platform's code of a business refusal (spec/gateway.md, "Gateway errors"). */
#define CODE_BUSINESS "40004"

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

/* The Content-Type is not signed: whoever changes it must not change what a success says. A gateway that does
 * not know the call's charset says so in UTF-8, though. */
static enum kq_charset charset_of_answer(const char *content_type, enum kq_charset of_call)
{
    return charset_of(content_type, of_call) == KQ_CHARSET_UTF8 ? KQ_CHARSET_UTF8 : of_call;
}

/* A signed answer to another method's call is not to pass for this one's by mistake. The name itself is not
 * signed. */
static struct kq_result check_name(struct kq_slice name, struct kq_slice method, struct kq_error *error)
{
    KQ_ENSURE(kq_envelope_is_name(name, KQ_SLICE_EMPTY) || kq_envelope_is_name(name, method), error,
              KQ_E_ANSWER, "the answer is another method's");
    return KQ_OK;
}

/* The four members that every response has. */
struct common {
    const char *code;
    const char *msg;
    const char *sub_code;
    const char *sub_msg;
};

static struct kq_result read_common(const struct kq_json *object, struct kq_arena *arena,
                                    struct common *common, struct kq_error *error)
{
    *common = (struct common){
        .code = kq_answer_text(object, "code", arena),
        .msg = kq_answer_text(object, "msg", arena),
        .sub_code = kq_answer_text(object, "sub_code", arena),
        .sub_msg = kq_answer_text(object, "sub_msg", arena),
    };
    KQ_ENSURE_MEMORY(common->code != NULL && common->msg != NULL && common->sub_code != NULL &&
                         common->sub_msg != NULL,
                     error);
    return KQ_OK;
}

/* The real platform signs no refusal of a caller that it cannot tell: what it says is worth showing, and not
 * believing. */
static enum kq_client_status refuse_unsigned(struct kq_arena *arena, enum kq_charset charset,
                                             struct kq_slice response, const char *what,
                                             struct kq_client_error *error)
{
    struct common hint = {.code = ""};
    struct kq_answer_content content = {0};
    struct kq_error cause = {0};
    bool read = kq_answer_read_content(charset, response, arena, &content, &cause).ok &&
                read_common(content.object, arena, &hint, &cause).ok;
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
    if (strcmp(answer->code, KQ_ANSWER_CODE_SUCCESS) == 0) {
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

/* KQ_CLIENT_OK: the envelope's response is what the gateway signed. */
static enum kq_client_status verify(const struct kq_answer_expectation *expectation, struct kq_slice answer,
                                    enum kq_charset charset, struct kq_arena *arena,
                                    struct kq_envelope *envelope, struct kq_client_error *error)
{
    struct kq_error cause = {0};
    if (!kq_envelope_split(answer, charset != KQ_CHARSET_UTF8, envelope, &cause).ok ||
        !check_name(envelope->name, expectation->method, &cause).ok ||
        !kq_answer_check_certificate(expectation->gateway_cert_sn, envelope->cert_sn, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    struct kq_slice response = envelope->response;
    if (envelope->sign.size == 0) {
        return refuse_unsigned(arena, charset, response, "the answer carries no signature", error);
    }
    if (kq_verify(expectation->gateway_key, expectation->sign_type, response, envelope->sign, arena, &cause)
            .ok) {
        return KQ_CLIENT_OK;
    }
    if (cause.code != KQ_E_INVALID_SIGNATURE) {
        return kq_client_fail_with(error, &cause);
    }
    return refuse_unsigned(arena, charset, response,
                           "the answer's signature does not verify with the gateway public key given", error);
}

static bool is_string(struct kq_slice response)
{
    return kq_slice_starts_with(response, KQ_SLICE("\""));
}

/* What the gateway signed is an object, or the string that has it encrypted. */
static struct kq_result read_signed(const struct kq_answer_expectation *expectation, enum kq_charset charset,
                                    struct kq_slice response, struct kq_arena *arena,
                                    struct kq_answer_content *content, struct kq_error *error)
{
    if (expectation->content_key == NULL || !is_string(response)) {
        return kq_answer_read_content(charset, response, arena, content, error);
    }
    const struct kq_json *string = NULL;
    struct kq_slice plain;
    if (!kq_json_read(response, arena, &string, error).ok) {
        return kq_answer_blame(error, "is not JSON");
    }
    KQ_TRY(kq_answer_decrypt(expectation->content_key, string->text, arena, &plain, error));
    return kq_answer_read_content(charset, plain, arena, content, error);
}

/* A success in clear where encryption was asked for is not this call's: it would be one that somebody kept
 * from another call. Refusals that come before decryption are in clear. */
static struct kq_result check_encrypted(const struct kq_answer_expectation *expectation,
                                        struct kq_slice response, const struct common *common,
                                        struct kq_error *error)
{
    KQ_ENSURE(expectation->content_key == NULL || is_string(response) ||
                  strcmp(common->code, KQ_ANSWER_CODE_SUCCESS) != 0,
              error, KQ_E_ANSWER, "the answer is a success in clear, although encryption was asked for");
    return KQ_OK;
}

/* What the platform sends beside the method's own response is refusals. */
static struct kq_result check_success(const struct kq_answer_expectation *expectation,
                                      enum kq_charset charset, const struct kq_envelope *envelope,
                                      const struct common *common, struct kq_error *error)
{
    bool is_success = strcmp(common->code, KQ_ANSWER_CODE_SUCCESS) == 0;
    KQ_ENSURE(!is_success || charset == expectation->charset, error, KQ_E_ANSWER,
              "the answer is a success in another charset than the call's");
    KQ_ENSURE(!is_success || kq_envelope_is_name(envelope->name, expectation->method), error, KQ_E_ANSWER,
              "the answer is a success in the place of a refusal");
    return kq_answer_check_named(expectation->gateway_cert_sn, envelope->cert_sn, is_success, error);
}

static struct kq_result believe(const struct kq_answer_expectation *expectation, enum kq_charset charset,
                                const struct kq_envelope *envelope, struct kq_owned_answer *owned,
                                struct kq_error *error)
{
    struct kq_slice response = envelope->response;
    struct kq_answer_content content = {0};
    struct common common;
    KQ_TRY(read_signed(expectation, charset, response, &owned->arena, &content, error));
    KQ_TRY(read_common(content.object, &owned->arena, &common, error));
    KQ_TRY(check_success(expectation, charset, envelope, &common, error));
    KQ_TRY(check_encrypted(expectation, response, &common, error));
    kq_answer_believe(owned, &content);
    owned->answer.code = common.code;
    owned->answer.msg = common.msg;
    owned->answer.sub_code = common.sub_code;
    owned->answer.sub_msg = common.sub_msg;
    return KQ_OK;
}

static enum kq_client_status read_body(const struct kq_answer_expectation *expectation,
                                       const struct kq_http_answer *http, struct kq_owned_answer *owned,
                                       struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    enum kq_charset charset = charset_of_answer(http->content_type, expectation->charset);
    struct kq_envelope envelope = {0};
    struct kq_error cause = {0};
    enum kq_client_status status =
        verify(expectation, kq_buffer_slice(&http->body), charset, &owned->arena, &envelope, error);
    if (status != KQ_CLIENT_OK) {
        return status;
    }
    if (!believe(expectation, charset, &envelope, owned, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    *signed_bytes = envelope.response;
    return judge(&owned->answer, error);
}

static enum kq_client_status read_owned(const struct kq_answer_expectation *expectation,
                                        const struct kq_http_answer *http, struct kq_owned_answer *owned,
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
    struct kq_owned_answer *owned = kq_answer_new(http);
    *answer = owned == NULL ? NULL : &owned->answer;
    if (owned == NULL) {
        return kq_client_fail(error, KQ_CLIENT_MEMORY, "out of memory");
    }
    return kq_answer_finish(read_owned(expectation, http, owned, signed_bytes, error), answer, error);
}
