/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/pass_template.h"

struct kq_result kq_pass_template_decide_add(struct kq_pass_template *template,
                                             const struct kq_pass_template *earlier, struct kq_id_source *ids,
                                             int64_t now_ms, char id_text[KQ_ID_TEXT_SIZE], bool *added,
                                             struct kq_error *error)
{
    *added = earlier == NULL;
    if (!*added) {
        KQ_ENSURE(kq_slice_equal(template->content, earlier->content), error, KQ_E_PASS_PARAMETER,
                  "unique_id已被使用，且tpl_content不同");
        template->tpl_id = earlier->tpl_id;
        template->created_s = earlier->created_s;
        return KQ_OK;
    }
    kq_id_next(ids, now_ms, KQ_ID_PRODUCT_PASS_TEMPLATE, template->pid, id_text);
    template->tpl_id = (struct kq_slice){.data = id_text, .size = KQ_ID_SIZE};
    template->created_s = now_ms / 1000;
    return KQ_OK;
}

struct kq_result kq_pass_template_check_owner(const struct kq_pass_template *template, struct kq_slice pid,
                                              struct kq_error *error)
{
    KQ_ENSURE(template != NULL && kq_slice_equal(template->pid, pid), error, KQ_E_PASS_TEMPLATE_NOT_EXIST,
              "%s", "");
    return KQ_OK;
}
