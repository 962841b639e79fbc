/* SPDX-License-Identifier: Apache-2.0 */
#include "api/catalogue.h"
#include "base/buffer.h"
#include "wire/base64.h"

/* alipay.open.app.alipaycert.download: the gateway's certificate of a serial number. Client libraries in
 * certificate mode ask for it when an answer's alipay_cert_sn is one that they do not know, and believe it if
 * their root has signed it. So the gateway's certificate can be replaced and nobody need be told. */

struct request {
    struct kq_slice alipay_cert_sn;
};

struct answer {
    struct kq_slice alipay_cert_content;
};

static const struct kq_field request_items[] = {
    {
        .name = "alipay_cert_sn",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 100,
        .offset = offsetof(struct request, alipay_cert_sn),
        .example = "8e0a3fc2b5bf6f1e6d4bf0ea3d4fbf0e",
        .text = "the alipay_cert_sn of an answer",
        .text_zh = "应答中的支付宝公钥证书序列号",
    },
};

static const struct kq_fields request_fields = {
    .items = request_items,
    .count = KQ_COUNT(request_items),
    .struct_bytes = sizeof(struct request),
};

static const struct kq_field answer_items[] = {
    {
        .name = "alipay_cert_content",
        .type = KQ_FIELD_STRING,
        .required = true,
        .max_chars = 65536,
        .offset = offsetof(struct answer, alipay_cert_content),
        .example = "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==",
        .text = "the certificate, and the roots behind it: base64 of their PEM text",
        .text_zh = "支付宝公钥证书及其根证书的内容，PEM文本的base64",
    },
};

static const struct kq_fields answer_fields = {
    .items = answer_items,
    .count = KQ_COUNT(answer_items),
    .struct_bytes = sizeof(struct answer),
};

static const enum kq_error_code codes[] = {
    KQ_E_INVALID_PARAMETER,
    KQ_E_SYSTEM_ERROR,
    KQ_E_NONE,
};

/* Nothing is asked of the store but whether it is there. */
static struct kq_result prepare(const struct kq_caller *caller, const void *typed_request,
                                struct kq_operation *operation, struct kq_error *error)
{
    const struct request *request = typed_request;
    KQ_ENSURE(kq_slice_equal(request->alipay_cert_sn, caller->gateway_cert_sn), error, KQ_E_INVALID_PARAMETER,
              "alipay_cert_sn不是网关证书的序列号");
    operation->kind = KQ_OP_HEALTH;
    return KQ_OK;
}

static struct kq_result finish(const struct kq_caller *caller, const struct kq_operation *operation,
                               void *typed_answer, struct kq_error *error)
{
    struct answer *answer = typed_answer;
    struct kq_buffer base64 KQ_CLEANUP(kq_buffer_free) = {0};
    kq_base64_encode(caller->gateway_certificate, &base64);
    KQ_ENSURE_MEMORY(!base64.failed, error);
    answer->alipay_cert_content = kq_arena_copy(operation->arena, kq_buffer_slice(&base64));
    KQ_ENSURE_MEMORY(answer->alipay_cert_content.data, error);
    return KQ_OK;
}

const struct kq_method kq_method_open_app_alipaycert_download = {
    .name = "alipay.open.app.alipaycert.download",
    .text = "download the gateway's certificate",
    .text_zh = "下载支付宝公钥证书",
    .request = &request_fields,
    .answer = &answer_fields,
    .parameter_error = KQ_E_INVALID_PARAMETER,
    .codes = codes,
    .may_lack_version = true,
    .allowed_by_default = true,
    .is_query = true,
    .prepare = prepare,
    .finish = finish,
};
