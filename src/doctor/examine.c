/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/examine.h"

#include "doctor/judge.h"
#include "doctor/search.h"
#include "doctor/signature_form.h"
#include "wire/openapi_v3.h"
#include "wire/signature.h"

static const struct kq_advice string_unknown_advice = {
    "string-unknown",
    "Print the string that your program signs and compare it with the one shown here: the key is the right "
    "one, but no known mistake makes the string that was signed",
    "打印程序实际签名的字符串，与这里给出的待签名字符串逐字比较：密钥是对的，但没有已知的错误能解释被签名的字符串"};
static const struct kq_advice cut_off_advice = {
    "search-cut-off",
    "Print the string that your program signs and compare it with the one shown here: the key is the right "
    "one, but the request is too long to try everything here (`kaquan verify` tries more than the server)",
    "打印程序实际签名的字符串，与这里给出的待签名字符串逐字比较：密钥是对的，但请求太长，这里无法试完所有已知的错误"
    "（kaquan verify 比服务器试得更多）"};

const char *kq_verdict_name(enum kq_verdict verdict)
{
    static const char *const names[] = {
        [KQ_VERDICT_VERIFIES] = "verifies",
        [KQ_VERDICT_EXPLAINED] = "explained",
        [KQ_VERDICT_STRING_UNKNOWN] = "string-unknown",
        [KQ_VERDICT_KEY_UNKNOWN] = "key-unknown",
        [KQ_VERDICT_UNSIGNED] = "unsigned",
    };
    return names[verdict];
}

static struct kq_result v3_string_to_sign(const struct kq_sent_request *request, struct kq_slice *text,
                                          struct kq_error *error)
{
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_v3_request lines = {
        .authorization_list = request->v3.list,
        .http_method = request->v3.http_method,
        .path_with_query = request->v3.target,
        .body = request->v3.body,
        .app_auth_token = request->v3.app_auth_token,
    };
    kq_v3_request_string_to_sign(&lines, &made);
    KQ_ENSURE_MEMORY(!made.failed, error);
    *text = kq_arena_copy(request->arena, kq_buffer_slice(&made));
    KQ_ENSURE_MEMORY(text->data, error);
    return KQ_OK;
}

struct kq_result kq_request_string_to_sign(const struct kq_sent_request *request, struct kq_slice *text,
                                           struct kq_error *error)
{
    struct kq_params params;
    if (request->is_answer) {
        *text = request->answer.response;
        return KQ_OK;
    }
    if (request->is_v3) {
        return v3_string_to_sign(request, text, error);
    }
    KQ_TRY(kq_request_params(request, &params, error));
    return kq_request_is_notification(request) ? kq_notification_string_to_sign(&params, text, error)
                                               : kq_string_to_sign(&params, text, error);
}

/* Tries this key. A PSS signature is only one when it verifies. */
static struct kq_result try_key(struct kq_case_file *file, const struct kq_doctor_key *key,
                                struct kq_slice signature, struct kq_error *error)
{
    struct kq_public_key *loaded = NULL;
    bool verifies = false;
    struct kq_result result = kq_public_key_load_der(key->der, &loaded, error);
    if (result.ok) {
        size_t size = (kq_public_key_bits(loaded) + 7) / 8;
        file->key_size = file->key_size == 0 ? size : file->key_size;
        file->diagnosis->openings++;
        result = kq_signature_open(loaded, signature, file->arena, &file->opened, error);
    }
    for (unsigned kind = KQ_DIGEST_SHA256;
         kind <= KQ_DIGEST_SHA1 && result.ok && file->opened.kind == KQ_OPENED_PSS && !verifies; kind++) {
        result =
            kq_verify_pss(loaded, (enum kq_digest_kind)kind, file->right.text, signature, &verifies, error);
    }
    kq_public_key_free(loaded);
    if (result.ok && (file->opened.kind == KQ_OPENED_PSS ? verifies : file->opened.kind != KQ_OPENED_NOT)) {
        file->diagnosis->key = key;
    }
    return result;
}

/* Each form of the signature under each key, until one opens it. */
static struct kq_result find_key(struct kq_case_file *file, struct kq_slice text, struct kq_error *error)
{
    const struct kq_examination *examination = file->examination;
    for (size_t form = 0; form < kq_signature_form_count && file->diagnosis->key == NULL; form++) {
        struct kq_slice bytes;
        KQ_TRY(kq_signature_read(text, form, file->arena, &bytes, &file->signature_advice, error));
        for (size_t i = 0; i < examination->key_count && bytes.size > 0 && file->diagnosis->key == NULL &&
                           file->diagnosis->openings < examination->openings_max;
             i++) {
            KQ_TRY(try_key(file, &examination->keys[i], bytes, error));
        }
    }
    return KQ_OK;
}

/* The key is known: what was signed? */
static struct kq_result find_string(struct kq_case_file *file, struct kq_error *error)
{
    struct kq_diagnosis *diagnosis = file->diagnosis;
    size_t work_left = file->examination->work_max;
    if (file->signature_advice != NULL) {
        KQ_TRY(kq_case_add(file, file->signature_advice, KQ_SLICE_EMPTY, error));
    }
    KQ_TRY(kq_judge_key(file, error));
    KQ_TRY(kq_judge_algorithm(file, error));
    if (file->opened.kind == KQ_OPENED_PSS) {
        diagnosis->signed_text = file->right.text;
    } else {
        KQ_TRY(kq_search(&file->right, &file->opened, &work_left, file->arena, diagnosis, error));
    }
    if (diagnosis->signed_text.data == NULL && file->opened.kind == KQ_OPENED_BYTES) {
        diagnosis->signed_text = file->opened.bytes; /* it may be the string itself */
    } else if (diagnosis->signed_text.data == NULL) {
        diagnosis->verdict = KQ_VERDICT_STRING_UNKNOWN;
        return kq_case_add(file, work_left == 0 ? &cut_off_advice : &string_unknown_advice, KQ_SLICE_EMPTY,
                           error);
    }
    diagnosis->verdict = diagnosis->finding_count == 0 ? KQ_VERDICT_VERIFIES : KQ_VERDICT_EXPLAINED;
    return KQ_OK;
}

struct kq_result kq_examine(const struct kq_examination *examination, struct kq_arena *arena,
                            struct kq_diagnosis *diagnosis, struct kq_error *error)
{
    struct kq_case_file file = {.examination = examination, .arena = arena, .diagnosis = diagnosis};
    struct kq_slice signature = examination->signature.size > 0
                                    ? examination->signature
                                    : kq_request_find(examination->request, KQ_SLICE("sign"));
    *diagnosis = (struct kq_diagnosis){.verdict = KQ_VERDICT_UNSIGNED};
    if (examination->request->is_answer) {
        return kq_examine_answer(examination, arena, diagnosis, error);
    }
    KQ_TRY(kq_draft_begin(examination->request, &file.right, error));
    KQ_TRY(kq_draft_join(&file.right, error));
    diagnosis->expected = file.right.text;
    KQ_TRY(kq_judge_twice(&file, error));
    KQ_TRY(kq_judge_sign_type(&file, error));
    if (signature.size == 0) {
        return kq_judge_unsigned(&file, error);
    }
    file.signature_size = kq_judge_signature_size(signature);
    KQ_TRY(find_key(&file, signature, error));
    return diagnosis->key != NULL ? find_string(&file, error) : kq_judge_nothing(&file, error);
}
