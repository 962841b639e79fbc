/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/funding.h"

#include "base/macros.h"
#include "domain/redirect.h"

enum kq_funding_state kq_funding_state(const struct kq_template *template, int64_t now_s)
{
    if (template->state == KQ_TEMPLATE_DELETED) {
        return KQ_FUNDING_DELETED;
    }
    if (template->state == KQ_TEMPLATE_EFFECTIVE) {
        return KQ_FUNDING_CONFIRMED;
    }
    return now_s < template->publish_end_s ? KQ_FUNDING_OPEN : KQ_FUNDING_OVER;
}

bool kq_funding_is_awaited(const struct kq_template *template)
{
    return template->fund_order_no.size > 0 && template->state == KQ_TEMPLATE_DRAFT;
}

struct kq_result kq_funding_decide_confirm(struct kq_template *template, int64_t page_expires_s,
                                           int64_t now_s, enum kq_funding_state *found,
                                           struct kq_error *error)
{
    KQ_ENSURE(template != NULL && now_s < page_expires_s, error, KQ_E_NOT_FOUND,
              "there is no such page, or it is over");
    *found = kq_funding_state(template, now_s);
    if (*found != KQ_FUNDING_OPEN) {
        return KQ_OK;
    }
    bool changed = false;
    return kq_template_move(template, KQ_TEMPLATE_EFFECTIVE, now_s, &changed, error);
}

void kq_funding_append_redirect(const struct kq_template *template, struct kq_buffer *buffer)
{
    const struct kq_redirect_parameter parameters[] = {
        {"template_id", template->template_id},
        {"fund_order_no", template->fund_order_no},
    };
    kq_redirect_append(template->redirect_uri, parameters, KQ_COUNT(parameters), buffer);
}
