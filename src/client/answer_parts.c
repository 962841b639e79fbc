/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answer_parts.h"

#include <string.h>

#include "base/memory.h"
#include "client/answer.h"
#include "client/message.h"
#include "wire/certificate.h"

struct kq_owned_answer *kq_answer_new(const struct kq_http_answer *http)
{
    struct kq_owned_answer *owned = kq_memory_allocate(sizeof(*owned));
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
        struct kq_owned_answer *owned = (struct kq_owned_answer *)answer;
        kq_arena_free(&owned->arena);
        kq_memory_free(owned);
    }
}

const struct kq_json *kq_answer_object(const struct kq_client_answer *answer)
{
    return ((const struct kq_owned_answer *)answer)->response;
}

struct kq_arena *kq_answer_arena(struct kq_client_answer *answer)
{
    return &((struct kq_owned_answer *)answer)->arena;
}

const char *kq_answer_text(const struct kq_json *object, const char *name, struct kq_arena *arena)
{
    const struct kq_json *value = kq_json_member(object, kq_slice_of(name));
    if (value == NULL || (value->kind != KQ_JSON_STRING && value->kind != KQ_JSON_NUMBER)) {
        return "";
    }
    return kq_arena_copy(arena, value->text).data;
}

struct kq_result kq_answer_blame(struct kq_error *error, const char *what)
{
    return kq_error_category(error->code) == KQ_CATEGORY_INTERNAL
               ? KQ_FAILED
               : kq_fail(error, KQ_E_ANSWER, "the answer's response %s", what);
}

struct kq_result kq_answer_read_content(enum kq_charset charset, struct kq_slice response,
                                        struct kq_arena *arena, struct kq_answer_content *content,
                                        struct kq_error *error)
{
    struct kq_slice utf8 = KQ_SLICE_EMPTY;
    if (!kq_charset_decode(charset, response, arena, &utf8, error).ok) {
        return kq_answer_blame(error, "is not in its charset");
    }
    content->response = kq_arena_copy(arena, utf8);
    KQ_ENSURE_MEMORY(content->response.data != NULL, error);
    if (!kq_json_read(content->response, arena, &content->object, error).ok) {
        return kq_answer_blame(error, "is not JSON");
    }
    KQ_ENSURE(content->object->kind == KQ_JSON_OBJECT, error, KQ_E_ANSWER,
              "the answer's response is not a JSON object");
    return KQ_OK;
}

struct kq_result kq_answer_decrypt(const struct kq_content_key *key, struct kq_slice base64,
                                   struct kq_arena *arena, struct kq_slice *plain, struct kq_error *error)
{
    struct kq_buffer bytes KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    if (!kq_content_decrypt(key, base64, &bytes, error).ok) {
        return kq_answer_blame(error, "cannot be decrypted with the content key given");
    }
    *plain = kq_arena_copy(arena, kq_buffer_slice(&bytes));
    KQ_ENSURE_MEMORY(plain->data != NULL, error);
    return KQ_OK;
}

/* It is not believed yet: nothing else of it is shown. */
static bool is_hexadecimal(struct kq_slice text)
{
    size_t at = 0;
    while (at < text.size && memchr("0123456789abcdefABCDEF", text.data[at], 22) != NULL) {
        at++;
    }
    return at == text.size && text.size <= KQ_CERTIFICATE_SN_CHARS;
}

struct kq_result kq_answer_check_certificate(struct kq_slice known, struct kq_slice named,
                                             struct kq_error *error)
{
    struct kq_slice shown = is_hexadecimal(named) ? named : KQ_SLICE("something that is no number");
    KQ_ENSURE(known.size == 0 || named.size == 0 || kq_slice_equal(known, named), error,
              KQ_E_INVALID_SIGNATURE,
              "the answer names the gateway certificate %.*s, and the one given is %.*s: is it replaced?",
              KQ_SLICE_PRINT(shown), KQ_SLICE_PRINT(known));
    return KQ_OK;
}

struct kq_result kq_answer_check_named(struct kq_slice known, struct kq_slice named, bool is_success,
                                       struct kq_error *error)
{
    KQ_ENSURE(known.size == 0 || named.size > 0 || !is_success, error, KQ_E_INVALID_SIGNATURE,
              "the answer names no gateway certificate, and the one given is %.*s", KQ_SLICE_PRINT(known));
    return KQ_OK;
}

void kq_answer_believe(struct kq_owned_answer *owned, const struct kq_answer_content *content)
{
    owned->answer.verified = 1;
    owned->answer.response = content->response.data;
    owned->answer.response_bytes = content->response.size;
    owned->response = content->object;
}

enum kq_client_status kq_answer_finish(enum kq_client_status status, struct kq_client_answer **answer,
                                       struct kq_client_error *error)
{
    kq_client_quote(error, *answer);
    if (status == KQ_CLIENT_MEMORY) {
        kq_client_answer_free(*answer);
        *answer = NULL;
    }
    return status;
}
