/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/judge.h"

#include <stdint.h>

#include "doctor/search.h"
#include "wire/openapi_v3.h"

static const struct kq_advice unsigned_advice = {"sign-missing", "Sign the request: it has no sign",
                                                 "给请求签名：请求里没有 sign"};
static const struct kq_advice authorization_missing_advice = {
    "authorization-missing",
    "Send authorization: ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=…, the header that signs a "
    "request: it has none",
    "发送签名所在的请求头 authorization: ALIPAY-SHA256withRSA app_id=…,nonce=…,timestamp=…,sign=…：请求里没有"};
static const struct kq_advice scheme_advice = {
    "scheme-invalid", "Begin authorization with ALIPAY-SHA256withRSA and a space: {} is another scheme",
    "authorization 以 ALIPAY-SHA256withRSA 和一个空格开头：现在是 {}"};
static const struct kq_advice quotes_advice = {
    "authorization-with-quotes",
    "Write the values of authorization without quotes, which the gateway takes for a part of them",
    "authorization 里的值不要带引号：网关会把引号当作值的一部分"};
static const struct kq_advice sign_not_last_advice = {
    "sign-not-last", "Put sign at the end of authorization: what stands behind it is not signed",
    "sign 放在 authorization 的最后：它后面的内容没有被签名"};
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

static const struct kq_advice v3_other_type_key_advice = {
    "key-of-other-sign-type",
    "Register this key for RSA2 as well, which OpenAPI v3 signs with: it is registered for {} alone",
    "把这个公钥也登记到 RSA2（OpenAPI v3 只用 RSA2）：它只登记在 {} 下"};
static const struct kq_advice certificate_advice = {
    "certificate-not-named",
    "Send app_cert_sn={} (and sign it), or sign with the key that fits: the key of that certificate was used",
    "发送 app_cert_sn={} 并让它参加签名，或改用与请求相符的私钥：现在用的是这个证书的私钥"};
static const struct kq_advice bare_key_advice = {
    "key-without-certificate",
    "Sign with the private key of the certificate {}, which app_cert_sn names: the application's key that "
    "was registered without a certificate was used",
    "用 app_cert_sn 所指证书 {} 的私钥签名：现在用的是应用不带证书登记的那个密钥"};

static const struct kq_advice gateway_registered_advice = {
    "gateway-key-registered",
    "Register the application's own public key: what is registered for it is the gateway's",
    "登记应用自己的公钥：现在给应用登记的是网关（支付宝）的公钥"};

/* What the gateway looks at first. */
static const struct kq_advice twice_advice = {
    "parameter-twice",
    "Send {} once: the request has it twice, with different values, which the gateway refuses "
    "(isv.invalid-parameter)",
    "{} 只发送一次：请求里有它的两个不同的值，网关会拒绝（isv.invalid-parameter）"};

/* How it was made. */
static const struct kq_advice sha1_advice = {
    "sha1-for-rsa2",
    "Sign with SHA256withRSA, as sign_type=RSA2 says (or send sign_type=RSA): SHA-1 was used",
    "按 sign_type=RSA2 用 SHA256withRSA 签名（或发送 sign_type=RSA）：现在用的是 SHA-1"};
static const struct kq_advice v3_sha1_advice = {
    "sha1-for-rsa2", "Sign with SHA256withRSA, as authorization says: SHA-1 was used",
    "按 authorization 里写的 SHA256withRSA 签名：现在用的是 SHA-1"};
static const struct kq_advice v3_digest_advice = {
    "other-digest", "Sign with SHA256withRSA, as authorization says: {} was used",
    "按 authorization 里写的 SHA256withRSA 签名：现在用的是 {}"};
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

struct kq_result kq_case_add(struct kq_case_file *file, const struct kq_advice *advice,
                             struct kq_slice subject, struct kq_error *error)
{
    return kq_diagnosis_add(file->diagnosis, advice, subject, file->arena, error);
}

static bool is_right_key(const struct kq_case_file *file, const struct kq_doctor_key *key)
{
    if (file->right.is_notification) {
        return key->role == KQ_ROLE_GATEWAY || (key->role == KQ_ROLE_REGISTERED && key->is_for_any);
    }
    bool is_of_type = key->is_for_any || key->sign_type == file->sign_type;
    struct kq_slice named = kq_request_find(file->examination->request, KQ_SLICE("app_cert_sn"));
    bool is_named = key->is_for_any || kq_slice_equal(key->certificate_sn, named);
    return key->role == KQ_ROLE_REGISTERED && is_of_type && is_named;
}

/* One key may stand there twice: with a certificate and without, or for both sign types. */
static const struct kq_doctor_key *best_of_same(const struct kq_case_file *file)
{
    const struct kq_doctor_key *found = file->diagnosis->key;
    for (size_t i = 0; i < file->examination->key_count; i++) {
        const struct kq_doctor_key *key = &file->examination->keys[i];
        if (kq_slice_equal(key->der, found->der) && is_right_key(file, key)) {
            return key;
        }
    }
    return found;
}

/* It is the application's, and another one of its than the request says. */
static struct kq_result judge_registered(struct kq_case_file *file, const struct kq_doctor_key *key,
                                         struct kq_error *error)
{
    struct kq_slice named = kq_request_find(file->examination->request, KQ_SLICE("app_cert_sn"));
    if (key->sign_type != file->sign_type) {
        return kq_case_add(file, file->right.v3 != NULL ? &v3_other_type_key_advice : &other_type_key_advice,
                           kq_slice_of(kq_sign_type_name(key->sign_type)), error);
    }
    return key->certificate_sn.size > 0 ? kq_case_add(file, &certificate_advice, key->certificate_sn, error)
                                        : kq_case_add(file, &bare_key_advice, named, error);
}

/* With the key's own label. */
static struct kq_result add_key(struct kq_case_file *file, const struct kq_advice *advice,
                                const struct kq_doctor_key *key, struct kq_error *error)
{
    KQ_TRY(kq_case_add(file, advice, key->label, error));
    file->diagnosis->findings[file->diagnosis->finding_count - 1].subject_chinese = key->label_chinese;
    return KQ_OK;
}

struct kq_result kq_judge_key(struct kq_case_file *file, struct kq_error *error)
{
    const struct kq_doctor_key *key = best_of_same(file);
    file->diagnosis->key = key;
    if (is_right_key(file, key)) {
        return KQ_OK;
    }
    if (file->right.is_notification) {
        return add_key(file, &notification_key_advice, key, error);
    }
    switch (key->role) {
    case KQ_ROLE_GATEWAY:
        return kq_case_add(file, &gateway_key_advice, KQ_SLICE_EMPTY, error);
    case KQ_ROLE_OWN:
        return kq_case_add(file, &own_key_advice, KQ_SLICE_EMPTY, error);
    case KQ_ROLE_REGISTERED:
        return judge_registered(file, key, error);
    case KQ_ROLE_OTHER:
    default:
        return add_key(file, &other_key_advice, key, error);
    }
}

struct kq_result kq_judge_algorithm(struct kq_case_file *file, struct kq_error *error)
{
    static const enum kq_digest_kind wanted[KQ_SIGN_TYPE_COUNT] = {
        [KQ_SIGN_RSA2] = KQ_DIGEST_SHA256, [KQ_SIGN_RSA] = KQ_DIGEST_SHA1};
    if (file->opened.kind == KQ_OPENED_PSS) {
        return kq_case_add(file, &pss_advice, KQ_SLICE_EMPTY, error);
    }
    if (file->opened.kind == KQ_OPENED_BYTES) {
        return kq_case_add(file, &bytes_advice, KQ_SLICE_EMPTY, error);
    }
    file->diagnosis->algorithm = kq_digest_name(file->opened.digest_kind);
    if (file->opened.digest_kind == wanted[file->sign_type]) {
        return KQ_OK;
    }
    bool is_sha1 = file->opened.digest_kind == KQ_DIGEST_SHA1;
    bool is_sha256 = file->opened.digest_kind == KQ_DIGEST_SHA256;
    bool is_v3 = file->right.v3 != NULL;
    const struct kq_advice *older = is_sha1 ? &sha1_advice : is_sha256 ? &sha256_advice : &digest_advice;
    const struct kq_advice *newer = is_sha1 ? &v3_sha1_advice : &v3_digest_advice;
    return kq_case_add(file, is_v3 ? newer : older, kq_slice_of(file->diagnosis->algorithm), error);
}

/* Without a space behind it the list is taken for more of it, with the signature. */
static struct kq_slice scheme_shown(struct kq_slice scheme)
{
    scheme.size = kq_slice_find(scheme, ',');
    scheme.size = kq_slice_find(scheme, '=');
    return scheme;
}

/* The newer protocol knows one scheme; the header's list ends with the signature. */
static struct kq_result judge_authorization(struct kq_case_file *file, struct kq_error *error)
{
    const struct kq_sent_v3 *v3 = file->right.v3;
    file->sign_type = KQ_SIGN_RSA2;
    if (v3->authorization.size > 0 && !kq_slice_equal(v3->scheme, KQ_SLICE(KQ_V3_SCHEME))) {
        KQ_TRY(kq_case_add(file, &scheme_advice, scheme_shown(v3->scheme), error));
    }
    if (v3->has_quotes) {
        KQ_TRY(kq_case_add(file, &quotes_advice, KQ_SLICE_EMPTY, error));
    }
    if (v3->has_spaces) {
        KQ_TRY(kq_case_add(file, kq_mistake_advice(&file->right, kq_change_v3_list_spaces), KQ_SLICE_EMPTY,
                           error));
    }
    return v3->is_signed_to_its_middle ? kq_case_add(file, &sign_not_last_advice, KQ_SLICE_EMPTY, error)
                                       : KQ_OK;
}

struct kq_result kq_judge_sign_type(struct kq_case_file *file, struct kq_error *error)
{
    if (file->right.v3 != NULL) {
        return judge_authorization(file, error);
    }
    struct kq_slice text = kq_request_find(file->examination->request, KQ_SLICE("sign_type"));
    if (kq_sign_type_parse(text, &file->sign_type)) {
        return KQ_OK;
    }
    file->sign_type = KQ_SIGN_RSA2;
    return kq_case_add(file, text.size == 0 ? &sign_type_missing_advice : &sign_type_invalid_advice, text,
                       error);
}

struct kq_result kq_judge_twice(struct kq_case_file *file, struct kq_error *error)
{
    struct kq_slice twice = kq_request_find_twice(file->examination->request);
    return twice.size == 0 || file->right.is_notification ? KQ_OK
                                                          : kq_case_add(file, &twice_advice, twice, error);
}

struct kq_result kq_judge_unsigned(struct kq_case_file *file, struct kq_error *error)
{
    const struct kq_sent_v3 *v3 = file->right.v3;
    bool has_no_header = v3 != NULL && v3->authorization.size == 0;
    if (v3 != NULL && scheme_shown(v3->scheme).size < v3->scheme.size) {
        return KQ_OK; /* that was said; sign may well be there */
    }
    return kq_case_add(file, has_no_header ? &authorization_missing_advice : &unsigned_advice, KQ_SLICE_EMPTY,
                       error);
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

size_t kq_judge_signature_size(struct kq_slice text)
{
    size_t digits = 0;
    text = kq_slice_trim(text);
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool is_letter = (byte | 0x20) >= 'a' && (byte | 0x20) <= 'z';
        bool is_other = (byte >= '0' && byte <= '9') || byte == '+' || byte == '/' || byte == ' ';
        if (!is_letter && !is_other && byte != '=') {
            return SIZE_MAX;
        }
        digits += byte == '=' ? 0 : 1;
    }
    return digits / 4 * 3 + digits % 4 * 3 / 4;
}

/* No key was tried with what is no base64 that ends. */
static struct kq_result measure_key(struct kq_case_file *file, struct kq_error *error)
{
    struct kq_public_key *first = NULL;
    if (file->key_size > 0 || file->examination->key_count == 0) {
        return KQ_OK;
    }
    KQ_TRY(kq_public_key_load_der(file->examination->keys[0].der, &first, error));
    file->key_size = (kq_public_key_bits(first) + 7) / 8;
    kq_public_key_free(first);
    return KQ_OK;
}

struct kq_result kq_judge_nothing(struct kq_case_file *file, struct kq_error *error)
{
    file->diagnosis->verdict = KQ_VERDICT_KEY_UNKNOWN;
    KQ_TRY(measure_key(file, error));
    if (file->signature_size < file->key_size) {
        struct kq_slice size = kq_arena_print(file->arena, "%zu", file->signature_size);
        KQ_ENSURE_MEMORY(size.data, error);
        return kq_case_add(file, &cut_advice, size, error);
    }
    bool is_gateways = !file->right.is_notification && has_gateways_key(file->examination);
    return kq_case_add(file, is_gateways ? &gateway_registered_advice : &key_unknown_advice, KQ_SLICE_EMPTY,
                       error);
}
