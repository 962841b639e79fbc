/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/confirmation.h"

#include "base/cursor.h"
#include "base/macros.h"
#include "domain/redirect.h"
#include "domain/template.h"

static bool has_host(struct kq_slice uri)
{
    struct kq_cursor cursor = kq_cursor_of(uri);
    struct kq_slice scheme;
    if (!kq_cursor_take_until(&cursor, KQ_SLICE("://"), &scheme) ||
        !(kq_slice_equal_ignoring_case(scheme, KQ_SLICE("http")) ||
          kq_slice_equal_ignoring_case(scheme, KQ_SLICE("https")))) {
        return false;
    }
    int first = kq_cursor_peek(&cursor);
    return first > ' ' && first != '/' && first != '?' && first != '#' && first != '\\';
}

struct kq_result kq_redirect_uri_check(struct kq_slice uri, struct kq_error *error)
{
    KQ_ENSURE(has_host(uri), error, KQ_E_INVALID_PARAMETER, "redirect_uri只能是http或https地址");
    for (size_t i = 0; i < uri.size; i++) {
        unsigned char byte = (unsigned char)uri.data[i];
        KQ_ENSURE(byte >= 0x20 && byte != 0x7F, error, KQ_E_INVALID_PARAMETER,
                  "redirect_uri不能含有控制字符");
    }
    return KQ_OK;
}

static bool is_alive(const struct kq_confirmation *confirmation, int64_t now_s)
{
    return confirmation != NULL && now_s < confirmation->expires_s;
}

struct kq_result kq_confirmation_decide_create(const struct kq_confirmation *wanted,
                                               const struct kq_template *template, struct kq_slice pid,
                                               const struct kq_confirmation *same_key, int64_t now_s,
                                               struct kq_confirmation *result, bool *is_new,
                                               struct kq_error *error)
{
    KQ_ENSURE(template != NULL && kq_slice_equal(template->pid, pid), error, KQ_E_TEMPLATE_NOT_EXIST, "%s",
              "");
    *is_new = !is_alive(same_key, now_s);
    if (*is_new) {
        *result = *wanted;
        result->is_accepted = false;
        result->is_used = false;
        result->expires_s = now_s + KQ_CONFIRM_PAGE_LIFETIME_S;
        return KQ_OK;
    }
    KQ_ENSURE(kq_slice_equal(wanted->user_id, same_key->user_id), error, KQ_E_INVALID_PARAMETER,
              "out_biz_no已用于另一个user_id");
    KQ_ENSURE(wanted->need_redirect == same_key->need_redirect &&
                  kq_slice_equal(wanted->redirect_uri, same_key->redirect_uri),
              error, KQ_E_INVALID_PARAMETER, "out_biz_no已用于另一个redirect_uri");
    *result = *same_key;
    if (!result->is_accepted) {
        result->expires_s = now_s + KQ_CONFIRM_PAGE_LIFETIME_S;
    }
    return KQ_OK;
}

struct kq_result kq_confirmation_decide_accept(const struct kq_confirmation *confirmation,
                                               int64_t page_expires_s, int64_t now_s,
                                               struct kq_confirmation *result, struct kq_error *error)
{
    KQ_ENSURE(confirmation != NULL && now_s < page_expires_s, error, KQ_E_NOT_FOUND,
              "there is no such page, or it is over");
    KQ_ENSURE(!confirmation->is_used, error, KQ_E_ILLEGAL_STATE, "the voucher was issued already");
    *result = *confirmation;
    if (!result->is_accepted) {
        result->is_accepted = true;
        result->expires_s = now_s + KQ_SEND_CODE_LIFETIME_S;
    }
    return KQ_OK;
}

struct kq_result kq_send_code_check(const struct kq_confirmation *confirmation, struct kq_slice template_id,
                                    struct kq_slice user_id, int64_t now_s, struct kq_error *error)
{
    bool is_theirs = confirmation != NULL && confirmation->is_accepted && !confirmation->is_used &&
                     kq_slice_equal(confirmation->template_id, template_id) &&
                     kq_slice_equal(confirmation->user_id, user_id);
    KQ_ENSURE(is_theirs, error, KQ_E_SEND_CODE_INVALID, "%s", "");
    KQ_ENSURE(now_s < confirmation->expires_s, error, KQ_E_SEND_CODE_EXPIRED, "%s", "");
    return KQ_OK;
}

void kq_confirmation_append_redirect(const struct kq_confirmation *confirmation, struct kq_slice send_code,
                                     struct kq_buffer *buffer)
{
    const struct kq_redirect_parameter parameters[] = {
        {"send_code", send_code},
        {"template_id", confirmation->template_id},
        {"user_id", confirmation->user_id},
        {"out_biz_no", confirmation->out_biz_no},
    };
    kq_redirect_append(confirmation->redirect_uri, parameters, KQ_COUNT(parameters), buffer);
}
