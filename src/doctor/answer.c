/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "doctor/judge.h"
#include "doctor/signature_form.h"
#include "wire/base64.h"
#include "wire/charset.h"

/* An answer of the gateway, which has signed it: there is nobody's mistake to look for, only who has signed
 * which bytes. */

static const struct kq_advice unsigned_advice = {"answer-unsigned",
                                                 "Do not trust this answer of the gateway: it has no sign",
                                                 "不要相信这个网关应答：其中没有 sign"};
static const struct kq_advice changed_advice = {
    "answer-changed",
    "Verify the bytes of {} as they came: this is an answer of the gateway, the key is the right one, but it "
    "has signed other bytes (was the JSON written anew, cut or changed?)",
    "按收到的原样对 {} 的字节验签：这是网关的应答，密钥是对的，但它签名的是别的字节"
    "（JSON 被重新序列化、截断或改动了？）"};
static const struct kq_advice other_key_advice = {
    "not-the-gateway's-key",
    "Do not trust this answer: it was signed with the private key of {}, not with the gateway's (whose "
    "public key --gateway-public-key FILE gives, or --data DIR)",
    "不要相信这个应答：签名用的是 {} 的私钥，不是网关的私钥"
    "（网关的公钥用 --gateway-public-key 文件或 --data 目录给出）"};
static const struct kq_advice digest_advice = {
    "other-digest",
    "Do not trust this answer: it was signed with {}, and the gateway signs with SHA256withRSA (RSA2) or "
    "SHA1withRSA (RSA)",
    "不要相信这个应答：签名用的是 {}，而网关只用 SHA256withRSA（RSA2）"
    "或 SHA1withRSA（RSA）签名"};
static const struct kq_advice key_unknown_advice = {
    "answer-key-unknown",
    "Verify this with the gateway's public key (--gateway-public-key FILE, or --data DIR of the gateway): it "
    "is an answer of the gateway, and none of the keys that were given has made its signature",
    "用网关（支付宝）的公钥验签（--gateway-public-key 文件，或网关的 --data 目录）："
    "这是网关的应答，它的签名不是给出的任何密钥生成的"};

/* The bytes that came, or what a screen showed of an answer in GBK. */
static struct kq_result was_signed(struct kq_case_file *file, struct kq_slice text, bool *is_signed,
                                   struct kq_error *error)
{
    struct kq_buffer gbk KQ_CLEANUP(kq_buffer_free) = {0};
    unsigned char digest[KQ_DIGEST_MAX_BYTES];
    struct kq_slice made = {(const char *)digest, kq_digest_size(file->opened.digest_kind)};
    KQ_TRY(kq_digest_make(file->opened.digest_kind, text, digest, error));
    *is_signed = kq_slice_equal(made, file->opened.bytes);
    kq_form_utf8_to_gbk(text, &gbk);
    KQ_ENSURE_MEMORY(!gbk.failed, error);
    if (!*is_signed && gbk.size > 0) {
        KQ_TRY(kq_digest_make(file->opened.digest_kind, kq_buffer_slice(&gbk), digest, error));
        *is_signed = kq_slice_equal(made, file->opened.bytes);
    }
    return KQ_OK;
}

static struct kq_result try_key(struct kq_case_file *file, const struct kq_doctor_key *key,
                                struct kq_slice signature, struct kq_error *error)
{
    struct kq_public_key *loaded = NULL;
    struct kq_result result = kq_public_key_load_der(key->der, &loaded, error);
    if (result.ok) {
        file->diagnosis->openings++;
        result = kq_signature_open(loaded, signature, file->arena, &file->opened, error);
    }
    kq_public_key_free(loaded);
    if (result.ok && file->opened.kind == KQ_OPENED_DIGEST) {
        file->diagnosis->key = key;
        file->diagnosis->algorithm = kq_digest_name(file->opened.digest_kind);
    }
    return result;
}

/* One key may have been given twice. */
static const struct kq_doctor_key *best_of_same(const struct kq_examination *examination,
                                                const struct kq_doctor_key *found)
{
    for (size_t i = 0; i < examination->key_count; i++) {
        const struct kq_doctor_key *key = &examination->keys[i];
        if (key->role == KQ_ROLE_GATEWAY && kq_slice_equal(key->der, found->der)) {
            return key;
        }
    }
    return found;
}

/* The right key has made it: over what, and how? */
static struct kq_result judge_gateways(struct kq_case_file *file, struct kq_slice response,
                                       struct kq_slice name, struct kq_error *error)
{
    bool is_signed = false;
    enum kq_digest_kind kind = file->opened.digest_kind;
    if (kind != KQ_DIGEST_SHA256 && kind != KQ_DIGEST_SHA1) {
        KQ_TRY(kq_case_add(file, &digest_advice, kq_slice_of(file->diagnosis->algorithm), error));
    }
    KQ_TRY(was_signed(file, response, &is_signed, error));
    return is_signed ? KQ_OK : kq_case_add(file, &changed_advice, name, error);
}

static struct kq_result judge(struct kq_case_file *file, struct kq_slice response, struct kq_slice name,
                              struct kq_error *error)
{
    struct kq_diagnosis *diagnosis = file->diagnosis;
    if (diagnosis->key == NULL) {
        diagnosis->verdict = KQ_VERDICT_KEY_UNKNOWN;
        return kq_case_add(file, &key_unknown_advice, KQ_SLICE_EMPTY, error);
    }
    diagnosis->key = best_of_same(file->examination, diagnosis->key);
    if (diagnosis->key->role == KQ_ROLE_GATEWAY) {
        KQ_TRY(judge_gateways(file, response, name, error));
    } else {
        KQ_TRY(kq_case_add(file, &other_key_advice, diagnosis->key->label, error));
    }
    diagnosis->verdict = diagnosis->finding_count == 0 ? KQ_VERDICT_VERIFIES : KQ_VERDICT_EXPLAINED;
    return KQ_OK;
}

struct kq_result kq_examine_answer(const struct kq_examination *examination, struct kq_arena *arena,
                                   struct kq_diagnosis *diagnosis, struct kq_error *error)
{
    const struct kq_envelope *answer = &examination->request->answer;
    struct kq_case_file file = {.examination = examination, .arena = arena, .diagnosis = diagnosis};
    const struct kq_advice *advice = NULL;
    struct kq_slice text = examination->signature.size > 0 ? examination->signature : answer->sign;
    struct kq_slice signature;
    *diagnosis = (struct kq_diagnosis){.verdict = KQ_VERDICT_UNSIGNED, .expected = answer->response};
    if (text.size == 0) {
        return kq_case_add(&file, &unsigned_advice, KQ_SLICE_EMPTY, error);
    }
    for (size_t form = 0; form < kq_signature_form_count && diagnosis->key == NULL; form++) {
        KQ_TRY(kq_signature_read(text, form, arena, &signature, &advice, error));
        for (size_t i = 0; i < examination->key_count && signature.size > 0 && diagnosis->key == NULL &&
                           diagnosis->openings < examination->openings_max;
             i++) {
            KQ_TRY(try_key(&file, &examination->keys[i], signature, error));
        }
    }
    return judge(&file, answer->response, answer->name, error);
}
