/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_MISTAKES_H
#define KQ_DOCTOR_MISTAKES_H

#include <stdbool.h>
#include <stddef.h>

#include "doctor/draft.h"
#include "doctor/value_form.h"

/* What people do wrong when they make a string to sign: one table. A mistake is a change of the right draft
 * (draft.h) at one step, in some variants, and the sentence that says what to do instead. */

enum kq_mistake_stage {
    KQ_STAGE_ITEMS, /* which parameters, with which values */
    KQ_STAGE_ORDER,
    KQ_STAGE_JOIN,
    KQ_STAGE_TEXT, /* what is done with the finished text */
};

/* Sentences begin with what to do, without a full stop. `{}` stands for what this finding is about: a
 * parameter's name, a value, or every value. */
struct kq_advice {
    const char *name; /* for programs */
    const char *english;
    const char *chinese;
};

#define KQ_MISTAKE_FORMS_MAX 10

struct kq_mistake {
    struct kq_advice advice;
    enum kq_mistake_stage stage;
    /* Either these, up to a NULL: of all values, and of each one alone (ITEMS); or of the text (TEXT). */
    kq_value_form *forms[KQ_MISTAKE_FORMS_MAX];
    /* Or its own function, which changes the draft in that way if it can; *subject is borrowed from the draft
     * or static. `variant_count` 0: as many as there are items. NO_MEMORY. */
    struct kq_result (*change)(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                               bool *changed, struct kq_error *error);
    size_t variant_count;
    bool is_alone;    /* not tried together with another mistake: too seldom, or too many variants */
    bool is_common;   /* tried in threes, too */
    bool comes_first; /* makes the same string as another one does, and is the better explanation */
};

extern const struct kq_mistake kq_mistakes[];
extern const size_t kq_mistake_count;

/* How many variants it has for this draft. */
size_t kq_mistake_variants(const struct kq_mistake *mistake, const struct kq_draft *draft);

/* Is this variant tried in sets of so many mistakes? */
bool kq_mistake_is_tried(const struct kq_mistake *mistake, const struct kq_draft *draft, size_t variant,
                         size_t set_size);

/* Makes the mistake. A TEXT mistake wants a joined draft. *changed false: this variant does not change this
 * draft. NO_MEMORY. */
KQ_MUST struct kq_result kq_mistake_make(const struct kq_mistake *mistake, struct kq_draft *draft,
                                         size_t variant, struct kq_slice *subject, bool *changed,
                                         struct kq_error *error);

/* The functions of the table, by what they change (mistake_items.c, mistake_json.c, mistake_join.c). */
typedef struct kq_result kq_mistake_change(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                           bool *changed, struct kq_error *error);
kq_mistake_change kq_change_raw_values;
kq_mistake_change kq_change_sign_type_rule;
kq_mistake_change kq_change_left_out;
kq_mistake_change kq_change_added;
kq_mistake_change kq_change_replaced;
kq_mistake_change kq_change_timestamp;
kq_mistake_change kq_change_names;
kq_mistake_change kq_change_json_style;
kq_mistake_change kq_change_json_printed;
kq_mistake_change kq_change_json_flattened;
kq_mistake_change kq_change_empty_kept;
kq_mistake_change kq_change_sign_kept;
kq_mistake_change kq_change_order_as_sent;
kq_mistake_change kq_change_order;
kq_mistake_change kq_change_join;

/* How many variants those have; their files hold them against their tables. */
#define KQ_ADDED_COUNT 59
#define KQ_REPLACED_COUNT 26
#define KQ_TIMESTAMP_COUNT 10
#define KQ_JSON_STYLE_COUNT 26
#define KQ_JSON_PRINTED_COUNT 2
#define KQ_ORDER_COUNT 3
#define KQ_JOIN_COUNT 19

#endif
