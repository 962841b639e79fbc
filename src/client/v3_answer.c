/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "client/answer.h"
#include "client/answer_parts.h"
#include "client/message.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"

#define HTTP_OK 200
#define HTTP_REFUSALS_FROM 400

static struct kq_result verify(const struct kq_answer_expectation *expectation,
                               const struct kq_http_answer *http, struct kq_arena *arena,
                               struct kq_slice *text, struct kq_error *error)
{
    struct kq_buffer buffer KQ_CLEANUP(kq_buffer_free) = {0};
    KQ_ENSURE(http->signature[0] != '\0', error, KQ_E_INVALID_SIGNATURE, "the answer carries no signature");
    KQ_TRY(kq_answer_check_certificate(expectation->gateway_cert_sn, kq_slice_of(http->cert_sn), error));
    kq_v3_answer_string_to_sign(kq_slice_of(http->timestamp), kq_slice_of(http->nonce),
                                kq_buffer_slice(&http->body), &buffer);
    KQ_ENSURE_MEMORY(!buffer.failed, error);
    *text = kq_arena_copy(arena, kq_buffer_slice(&buffer));
    KQ_ENSURE_MEMORY(text->data != NULL, error);
    struct kq_result verified =
        kq_verify(expectation->gateway_key, KQ_SIGN_RSA2, *text, kq_slice_of(http->signature), arena, error);
    KQ_ENSURE(verified.ok || error->code != KQ_E_INVALID_SIGNATURE, error, KQ_E_INVALID_SIGNATURE,
              "the answer's signature does not verify with the gateway public key given");
    return verified;
}

/* Only successes come encrypted, and no success comes otherwise where encryption was asked for. */
static struct kq_result read_success(const struct kq_answer_expectation *expectation,
                                     const struct kq_http_answer *http, struct kq_arena *arena,
                                     struct kq_answer_content *content, struct kq_error *error)
{
    struct kq_slice plain = kq_buffer_slice(&http->body);
    KQ_TRY(kq_answer_check_named(expectation->gateway_cert_sn, kq_slice_of(http->cert_sn), true, error));
    if (expectation->content_key != NULL) {
        KQ_ENSURE(!kq_slice_starts_with(kq_slice_trim(plain), KQ_SLICE("{")), error, KQ_E_ANSWER,
                  "the answer is a success in clear, although encryption was asked for");
        KQ_TRY(kq_answer_decrypt(expectation->content_key, plain, arena, &plain, error));
    }
    return kq_answer_read_content(KQ_CHARSET_UTF8, plain, arena, content, error);
}

static struct kq_result take_refusal(const struct kq_answer_content *content, struct kq_owned_answer *owned,
                                     struct kq_error *error)
{
    const char *code = kq_answer_text(content->object, "code", &owned->arena);
    const char *message = kq_answer_text(content->object, "message", &owned->arena);
    KQ_ENSURE_MEMORY(code != NULL && message != NULL, error);
    KQ_ENSURE(code[0] != '\0', error, KQ_E_ANSWER, "the answer's response has no code");
    kq_answer_believe(owned, content);
    owned->answer.code = owned->answer.sub_code = code;
    owned->answer.msg = owned->answer.sub_msg = message;
    return KQ_OK;
}

static struct kq_result believe_refusal(const struct kq_http_answer *http, struct kq_owned_answer *owned,
                                        struct kq_error *error)
{
    struct kq_answer_content content = {0};
    KQ_TRY(kq_answer_read_content(KQ_CHARSET_UTF8, kq_buffer_slice(&http->body), &owned->arena, &content,
                                  error));
    return take_refusal(&content, owned, error);
}

/* No method's success has both. */
static bool is_refusal(const struct kq_json *object)
{
    return kq_json_member(object, KQ_SLICE("code")) != NULL &&
           kq_json_member(object, KQ_SLICE("message")) != NULL;
}

/* The HTTP status is not signed, the refusal is: whoever makes a success of its status does not make one of
 * the call. */
static struct kq_result believe_success(const struct kq_answer_expectation *expectation,
                                        const struct kq_http_answer *http, struct kq_owned_answer *owned,
                                        bool *is_success, struct kq_error *error)
{
    struct kq_answer_content content = {0};
    KQ_TRY(read_success(expectation, http, &owned->arena, &content, error));
    if (is_refusal(content.object)) {
        *is_success = false;
        return take_refusal(&content, owned, error);
    }
    kq_answer_believe(owned, &content);
    owned->answer.code = KQ_ANSWER_CODE_SUCCESS;
    owned->answer.msg = "Success";
    return KQ_OK;
}

/* The gateway's own codes are in small letters (invalid-signature), methods' in capital ones. */
static bool is_of_the_method(const char *code)
{
    return strpbrk(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != NULL;
}

static enum kq_client_status read_owned(const struct kq_answer_expectation *expectation,
                                        const struct kq_http_answer *http, struct kq_owned_answer *owned,
                                        struct kq_slice *signed_bytes, struct kq_client_error *error)
{
    struct kq_error cause = {0};
    struct kq_slice text = KQ_SLICE_EMPTY;
    bool is_success = http->status == HTTP_OK;
    /* What stands between here and there signs nothing. */
    if (!is_success && (http->signature[0] == '\0' || http->status < HTTP_REFUSALS_FROM)) {
        return kq_client_fail(error, KQ_CLIENT_HTTP, "the gateway answered with HTTP status %d%s",
                              http->status,
                              http->status == 404 ? ": is its URL the one that /v3/ follows?" : "");
    }
    if (!verify(expectation, http, &owned->arena, &text, &cause).ok ||
        !(is_success ? believe_success(expectation, http, owned, &is_success, &cause)
                     : believe_refusal(http, owned, &cause))
             .ok) {
        return kq_client_fail_with(error, &cause);
    }
    *signed_bytes = text;
    if (is_success) {
        return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
    }
    const struct kq_client_answer *answer = &owned->answer;
    return kq_client_fail(error, is_of_the_method(answer->code) ? KQ_CLIENT_BUSINESS : KQ_CLIENT_GATEWAY,
                          "%s: %s", answer->code, answer->msg);
}

enum kq_client_status kq_v3_answer_read(const struct kq_answer_expectation *expectation,
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
