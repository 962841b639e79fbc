/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/examine.h"

#include "doctor/search.h"
#include "doctor/signature_form.h"
#include "wire/signature.h"

static const struct kq_advice unsigned_advice = {"sign-missing", "Sign the request: it has no sign",
                                                 "给请求签名：请求里没有 sign"};
static const struct kq_advice sign_type_missing_advice = {
    "sign-type-missing", "Send sign_type=RSA2 (and sign it): the request has none",
    "发送 sign_type=RSA2 并让它参加签名：请求里没有 sign_type"};
static const struct kq_advice sign_type_invalid_advice = {"sign-type-invalid",
                                                          "Send sign_type=RSA2 or RSA: {} is neither",
                                                          "sign_type 只能是 RSA2 或 RSA：现在是 {}"};

/* The key. */
static const struct kq_advice gateway_key_advice = {
    "gateway-key", "Sign with the application's own private key: the gateway's was used",
    "用应用自己的私钥签名：现在用的是网关（支付宝）的私钥"};
static const struct kq_advice notification_key_advice = {
    "not-the-gateway's-key",
    "Do not trust this notification: it was signed with the private key of {}, not with the gateway's",
    "不要相信这条通知：签名用的是 {} 的私钥，不是网关的私钥"};
static const struct kq_advice own_key_advice = {
    "key-not-registered",
    "Register the public half of the private key that signs: another public key is registered for this "
    "application",
    "把签名所用私钥对应的公钥登记到应用：现在登记的是另一个公钥"};
static const struct kq_advice other_key_advice = {
    "other-application-key",
    "Sign with the private key whose public half is registered for this application: that of {} was used",
    "用与本应用已登记公钥成对的私钥签名：现在用的是 {} 的私钥"};
static const struct kq_advice other_type_key_advice = {
    "key-of-other-sign-type",
    "Send sign_type={}, or register this key for the other one as well: it is registered for {} alone",
    "发送 sign_type={}，或把这个公钥也登记到另一种签名类型：它只登记在 {} 下"};

static const struct kq_advice gateway_registered_advice = {
    "gateway-key-registered",
    "Register the application's own public key: what is registered for it is the gateway's",
    "登记应用自己的公钥：现在给应用登记的是网关（支付宝）的公钥"};

/* How it was made. */
static const struct kq_advice sha1_advice = {
    "sha1-for-rsa2",
    "Sign with SHA256withRSA, as sign_type=RSA2 says (or send sign_type=RSA): SHA-1 was used",
    "按 sign_type=RSA2 用 SHA256withRSA 签名（或发送 sign_type=RSA）：现在用的是 SHA-1"};
static const struct kq_advice sha256_advice = {
    "sha256-for-rsa",
    "Send sign_type=RSA2 (and sign it), or sign with SHA1withRSA as sign_type=RSA says: SHA-256 was used",
    "发送 sign_type=RSA2 并让它参加签名，或按 sign_type=RSA 用 SHA1withRSA 签名：现在用的是 SHA-256"};
static const struct kq_advice digest_advice = {"other-digest",
                                               "Sign with SHA256withRSA (sign_type=RSA2): {} was used",
                                               "用 SHA256withRSA 签名（sign_type=RSA2）：现在用的是 {}"};
static const struct kq_advice bytes_advice = {
    "encrypted-instead-of-signed",
    "Sign with the library's function for signatures (SHA256withRSA): the string, or a digest of it, was "
    "encrypted with the private key, which is not the same",
    "用签名函数（SHA256withRSA）签名：现在是用私钥直接加密了字符串或它的摘要，两者不同"};
static const struct kq_advice pss_advice = {
    "pss", "Sign with PKCS#1 v1.5 padding (SHA256withRSA): RSASSA-PSS was used",
    "用 PKCS#1 v1.5 填充签名（SHA256withRSA）：现在用的是 RSASSA-PSS"};

/* What is not known. */
static const struct kq_advice string_unknown_advice = {
    "string-unknown",
    "Print the string that your program signs and compare it with the one shown here: the key is the right "
    "one, but no known mistake makes the string that was signed",
    "打印程序实际签名的字符串，与这里给出的待签名字符串逐字比较：密钥是对的，但没有已知的错误能解释被签名的字符串"};
static const struct kq_advice key_unknown_advice = {
    "key-unknown",
    "Compare the public half of the key that signs with the one that is registered: no known mistake "
    "explains this signature, and none of the known keys has made it, so it was made with another key, "
    "changed on its way, or forged",
    "核对签名私钥对应的公钥与登记的公钥：没有已知的错误能解释这个签名，它不是任何已知密钥生成的：可能用了别的密钥、"
    "在途中被改动，或是伪造的"};
static const struct kq_advice cut_advice = {
    "sign-cut",
    "Send the whole sign: it has {} bytes, and the registered key makes more (a column that is too short?)",
    "发送完整的 sign：它只有 {} 字节，短于登记的密钥应有的长度（字段太短被截断？）"};

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

struct kq_result kq_request_string_to_sign(const struct kq_sent_request *request, struct kq_slice *text,
                                           struct kq_error *error)
{
    struct kq_params params;
    KQ_TRY(kq_request_params(request, &params, error));
    return kq_request_is_notification(request) ? kq_notification_string_to_sign(&params, text, error)
                                               : kq_string_to_sign(&params, text, error);
}

/* What was found out on the way. */
struct case_file {
    const struct kq_examination *examination;
    struct kq_arena *arena;
    struct kq_diagnosis *diagnosis;
    bool has_sign_type;
    enum kq_sign_type sign_type;
    struct kq_draft right;
    struct kq_opened_signature opened;
    const struct kq_advice *signature_advice; /* of the form in which the signature was readable */
    size_t signature_size;
    size_t key_size; /* of the first key's signatures */
};

static struct kq_result add(struct case_file *file, const struct kq_advice *advice, struct kq_slice subject,
                            struct kq_error *error)
{
    return kq_diagnosis_add(file->diagnosis, advice, subject, file->arena, error);
}

/* Tries this key. A PSS signature is only one when it verifies. */
static struct kq_result try_key(struct case_file *file, const struct kq_doctor_key *key,
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
static struct kq_result find_key(struct case_file *file, struct kq_slice text, struct kq_error *error)
{
    const struct kq_examination *examination = file->examination;
    for (size_t form = 0; form < kq_signature_form_count && file->diagnosis->key == NULL; form++) {
        struct kq_slice bytes;
        KQ_TRY(kq_signature_read(text, form, file->arena, &bytes, &file->signature_advice, error));
        file->signature_size = form == 0 ? bytes.size : file->signature_size;
        for (size_t i = 0; i < examination->key_count && bytes.size > 0 && file->diagnosis->key == NULL &&
                           file->diagnosis->openings < examination->openings_max;
             i++) {
            KQ_TRY(try_key(file, &examination->keys[i], bytes, error));
        }
    }
    return KQ_OK;
}

static bool is_right_key(const struct case_file *file)
{
    const struct kq_doctor_key *key = file->diagnosis->key;
    if (file->right.is_notification) {
        return key->role == KQ_ROLE_GATEWAY || (key->role == KQ_ROLE_REGISTERED && key->is_for_any);
    }
    return key->role == KQ_ROLE_REGISTERED && (key->is_for_any || key->sign_type == file->sign_type);
}

static struct kq_result judge_key(struct case_file *file, struct kq_error *error)
{
    const struct kq_doctor_key *key = file->diagnosis->key;
    if (is_right_key(file)) {
        return KQ_OK;
    }
    if (file->right.is_notification) {
        return add(file, &notification_key_advice, key->label, error);
    }
    switch (key->role) {
    case KQ_ROLE_GATEWAY:
        return add(file, &gateway_key_advice, KQ_SLICE_EMPTY, error);
    case KQ_ROLE_OWN:
        return add(file, &own_key_advice, KQ_SLICE_EMPTY, error);
    case KQ_ROLE_REGISTERED:
        return add(file, &other_type_key_advice, kq_slice_of(kq_sign_type_name(key->sign_type)), error);
    case KQ_ROLE_OTHER:
    default:
        return add(file, &other_key_advice, key->label, error);
    }
}

static struct kq_result judge_algorithm(struct case_file *file, struct kq_error *error)
{
    static const enum kq_digest_kind wanted[KQ_SIGN_TYPE_COUNT] = {
        [KQ_SIGN_RSA2] = KQ_DIGEST_SHA256, [KQ_SIGN_RSA] = KQ_DIGEST_SHA1};
    if (file->opened.kind == KQ_OPENED_PSS) {
        return add(file, &pss_advice, KQ_SLICE_EMPTY, error);
    }
    if (file->opened.kind == KQ_OPENED_BYTES) {
        return add(file, &bytes_advice, KQ_SLICE_EMPTY, error);
    }
    file->diagnosis->algorithm = kq_digest_name(file->opened.digest_kind);
    if (file->opened.digest_kind == wanted[file->sign_type]) {
        return KQ_OK;
    }
    bool is_sha1 = file->opened.digest_kind == KQ_DIGEST_SHA1;
    bool is_sha256 = file->opened.digest_kind == KQ_DIGEST_SHA256;
    return add(file,
               is_sha1     ? &sha1_advice
               : is_sha256 ? &sha256_advice
                           : &digest_advice,
               kq_slice_of(file->diagnosis->algorithm), error);
}

static struct kq_result judge_sign_type(struct case_file *file, struct kq_error *error)
{
    struct kq_slice text = kq_request_find(file->examination->request, KQ_SLICE("sign_type"));
    file->has_sign_type = kq_sign_type_parse(text, &file->sign_type);
    if (file->has_sign_type) {
        return KQ_OK;
    }
    file->sign_type = KQ_SIGN_RSA2;
    return add(file, text.size == 0 ? &sign_type_missing_advice : &sign_type_invalid_advice, text, error);
}

/* The key is known: what was signed? */
static struct kq_result find_string(struct case_file *file, struct kq_error *error)
{
    struct kq_diagnosis *diagnosis = file->diagnosis;
    size_t work_left = file->examination->work_max;
    if (file->signature_advice != NULL) {
        KQ_TRY(add(file, file->signature_advice, KQ_SLICE_EMPTY, error));
    }
    KQ_TRY(judge_key(file, error));
    KQ_TRY(judge_algorithm(file, error));
    if (file->opened.kind == KQ_OPENED_PSS) {
        diagnosis->signed_text = file->right.text;
    } else {
        KQ_TRY(kq_search(&file->right, &file->opened, &work_left, file->arena, diagnosis, error));
    }
    if (diagnosis->signed_text.data == NULL && file->opened.kind == KQ_OPENED_BYTES) {
        diagnosis->signed_text = file->opened.bytes; /* it may be the string itself */
    } else if (diagnosis->signed_text.data == NULL) {
        diagnosis->verdict = KQ_VERDICT_STRING_UNKNOWN;
        return add(file, &string_unknown_advice, KQ_SLICE_EMPTY, error);
    }
    diagnosis->verdict = diagnosis->finding_count == 0 ? KQ_VERDICT_VERIFIES : KQ_VERDICT_EXPLAINED;
    return KQ_OK;
}

/* An easy mistake where both keys lie about: whoever signs then, it never verifies. */
static bool has_gateways_key(const struct kq_examination *examination)
{
    bool found = false;
    for (size_t i = 0; i < examination->key_count; i++) {
        const struct kq_doctor_key *key = &examination->keys[i];
        for (size_t j = 0; j < examination->key_count && key->role == KQ_ROLE_GATEWAY; j++) {
            const struct kq_doctor_key *other = &examination->keys[j];
            found = found || (other->role == KQ_ROLE_REGISTERED && kq_slice_equal(other->der, key->der));
        }
    }
    return found;
}

static struct kq_result give_up(struct case_file *file, struct kq_error *error)
{
    file->diagnosis->verdict = KQ_VERDICT_KEY_UNKNOWN;
    if (file->signature_size > 0 && file->signature_size < file->key_size) {
        struct kq_slice size = kq_arena_print(file->arena, "%zu", file->signature_size);
        KQ_ENSURE_MEMORY(size.data, error);
        return add(file, &cut_advice, size, error);
    }
    bool is_gateways = !file->right.is_notification && has_gateways_key(file->examination);
    return add(file, is_gateways ? &gateway_registered_advice : &key_unknown_advice, KQ_SLICE_EMPTY, error);
}

struct kq_result kq_examine(const struct kq_examination *examination, struct kq_arena *arena,
                            struct kq_diagnosis *diagnosis, struct kq_error *error)
{
    struct case_file file = {.examination = examination, .arena = arena, .diagnosis = diagnosis};
    struct kq_slice signature = examination->signature.size > 0
                                    ? examination->signature
                                    : kq_request_find(examination->request, KQ_SLICE("sign"));
    *diagnosis = (struct kq_diagnosis){.verdict = KQ_VERDICT_UNSIGNED};
    KQ_TRY(kq_draft_begin(examination->request, &file.right, error));
    KQ_TRY(kq_draft_join(&file.right, error));
    diagnosis->expected = file.right.text;
    KQ_TRY(judge_sign_type(&file, error));
    if (signature.size == 0) {
        return add(&file, &unsigned_advice, KQ_SLICE_EMPTY, error);
    }
    KQ_TRY(find_key(&file, signature, error));
    return diagnosis->key != NULL ? find_string(&file, error) : give_up(&file, error);
}
