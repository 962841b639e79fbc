/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_PASS_TEMPLATE_H
#define KQ_DOMAIN_PASS_TEMPLATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/id.h"
#include "base/slice.h"

/* Pass templates: what passes are made from (alipay.pass.template.add and .update). */

/* The reference page's length. */
#define KQ_PASS_UNIQUE_ID_MAX_CHARS 999

/* Slices are borrowed from the arena of whoever loaded the row. */
struct kq_pass_template {
    struct kq_slice tpl_id;
    struct kq_slice pid; /* whose it is */
    struct kq_slice unique_id;
    struct kq_slice content; /* a JSON text, as it was given: kq_pass_content_check */
    int64_t created_s;
};

/* May the template (its pid, unique_id and checked content) be added? `earlier` (NULL: none) is the one of
 * the same merchant and unique_id, with the content that it was added with. *added false: it is `earlier`,
 * whose id the template gets. Else gets an id of its own, in `id_text`, which must live as long as the
 * template, and created_s. PASS_PARAMETER: the unique_id has another content. */
KQ_MUST struct kq_result kq_pass_template_decide_add(struct kq_pass_template *template,
                                                     const struct kq_pass_template *earlier,
                                                     struct kq_id_source *ids, int64_t now_ms,
                                                     char id_text[KQ_ID_TEXT_SIZE], bool *added,
                                                     struct kq_error *error);

/* May the merchant `pid` use or change the template (NULL: none of that id)? PASS_TEMPLATE_NOT_EXIST, also
 * for another merchant's. */
KQ_MUST struct kq_result kq_pass_template_check_owner(const struct kq_pass_template *template,
                                                      struct kq_slice pid, struct kq_error *error);

#endif
