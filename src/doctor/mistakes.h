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
    bool is_common;   /* tried before the others, and in threes, too */
    bool comes_first; /* makes the same string as another one does, and is the better explanation */
    bool is_for_both; /* made in the newer protocol's strings, too */
    bool is_costly;   /* its own function makes the call's JSON anew, or tries to */
};

/* Those of the older protocol, and those that only the newer one knows: none of their stages is TEXT, so that
 * they come before the others. */
extern const struct kq_mistake kq_mistakes[];
extern const size_t kq_mistake_count;
extern const struct kq_mistake kq_v3_mistakes[];
extern const size_t kq_v3_mistake_count;

/* Those that are tried with this draft: how many, and each by its number; one that is not for it has no
 * variants.
 */
size_t kq_mistakes_of(const struct kq_draft *draft);
const struct kq_mistake *kq_mistake_at(const struct kq_draft *draft, size_t index);

/* How many variants it has for this draft. */
size_t kq_mistake_variants(const struct kq_mistake *mistake, const struct kq_draft *draft);

/* How many bytes of the draft this variant makes anew, at most, beside joining and hashing the text. */
size_t kq_mistake_made_bytes(const struct kq_mistake *mistake, const struct kq_draft *draft, size_t variant);

/* Is this variant tried in sets of so many mistakes? */
bool kq_mistake_is_tried(const struct kq_mistake *mistake, const struct kq_draft *draft, size_t variant,
                         size_t set_size);

/* Makes the mistake. A TEXT mistake wants a joined draft. *changed false: this variant does not change this
 * draft. NO_MEMORY. */
KQ_MUST struct kq_result kq_mistake_make(const struct kq_mistake *mistake, struct kq_draft *draft,
                                         size_t variant, struct kq_slice *subject, bool *changed,
                                         struct kq_error *error);

typedef struct kq_result kq_mistake_change(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                           bool *changed, struct kq_error *error);

/* Of the mistake that has this function, for what is seen without a search. */
const struct kq_advice *kq_mistake_advice(const struct kq_draft *draft, kq_mistake_change *change);

/* The functions of the table, by what they change (mistake_items.c, mistake_sent.c, mistake_json.c,
 * mistake_join.c). */
kq_mistake_change kq_change_raw_values;
kq_mistake_change kq_change_unencoded;
kq_mistake_change kq_change_plus_kept;
kq_mistake_change kq_change_some_plus_kept;
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

/* Of the newer protocol: its lines (mistake_v3_lines.c), the path (mistake_v3_path.c), the list in its header
 * (mistake_v3_list.c). */
kq_mistake_change kq_change_v3_last_line_end;
kq_mistake_change kq_change_v3_windows_lines;
kq_mistake_change kq_change_v3_escaped_lines;
kq_mistake_change kq_change_v3_join;
kq_mistake_change kq_change_v3_empty_token;
kq_mistake_change kq_change_v3_empty_body_left_out;
kq_mistake_change kq_change_v3_method_case;
kq_mistake_change kq_change_v3_method;
kq_mistake_change kq_change_v3_body_emptied;
kq_mistake_change kq_change_v3_body_filled;
kq_mistake_change kq_change_v3_body_wrapped;
kq_mistake_change kq_change_v3_body_form;
kq_mistake_change kq_change_v3_multipart;
kq_mistake_change kq_change_v3_line_order;
kq_mistake_change kq_change_v3_answer_rule;
kq_mistake_change kq_change_v3_query_left_out;
kq_mistake_change kq_change_v3_host;
kq_mistake_change kq_change_v3_path;
kq_mistake_change kq_change_v3_query_decoded;
kq_mistake_change kq_change_v3_query_encoded;
kq_mistake_change kq_change_v3_query_order;
kq_mistake_change kq_change_v3_query_as_body;
kq_mistake_change kq_change_v3_item_order;
kq_mistake_change kq_change_v3_item_left_out;
kq_mistake_change kq_change_v3_sign_kept;
kq_mistake_change kq_change_v3_scheme_kept;
kq_mistake_change kq_change_v3_list_join;
kq_mistake_change kq_change_v3_list_spaces;
kq_mistake_change kq_change_v3_timestamp_unit;
kq_mistake_change kq_change_v3_timestamp;
kq_mistake_change kq_change_v3_nonce;

/* Which of `count` things stands at each place in the permutation of that number; 0: each at its own. False:
 * there are not so many. */
bool kq_permute(size_t number, size_t count, size_t order[]);

/* The value of that item in such a list; empty: it is not there. */
struct kq_slice kq_v3_item(struct kq_slice list, struct kq_slice name);

/* How many variants those have; their files hold them against their tables. */
#define KQ_ADDED_COUNT 59
#define KQ_REPLACED_COUNT 26
#define KQ_TIMESTAMP_COUNT 10
#define KQ_PLUS_MAX 6
#define KQ_SOME_PLUS_COUNT (1 << KQ_PLUS_MAX)
#define KQ_JSON_STYLE_COUNT 28
#define KQ_JSON_PRINTED_COUNT 2
#define KQ_ORDER_COUNT 3
#define KQ_JOIN_COUNT 19
#define KQ_V3_JOIN_COUNT 6
#define KQ_V3_TOKEN_COUNT 4
#define KQ_V3_METHOD_CASE_COUNT 2
#define KQ_V3_METHOD_COUNT 5
#define KQ_V3_FILLED_COUNT 6
#define KQ_V3_WRAPPED_COUNT 4
#define KQ_V3_BODY_FORM_COUNT 8
#define KQ_V3_MULTIPART_COUNT 2
#define KQ_V3_LINE_ORDER_COUNT 120 /* of five lines */
#define KQ_V3_HOST_COUNT 5
#define KQ_V3_PATH_COUNT 6
#define KQ_V3_QUERY_DECODED_COUNT 2
#define KQ_V3_QUERY_ENCODED_COUNT 7
#define KQ_V3_QUERY_ORDER_COUNT 2
#define KQ_V3_QUERY_AS_BODY_COUNT 3
#define KQ_V3_ITEM_ORDER_COUNT 24 /* of four items */
#define KQ_V3_ITEMS_MAX 16
#define KQ_V3_SIGN_COUNT 4
#define KQ_V3_SCHEME_COUNT 3
#define KQ_V3_LIST_JOIN_COUNT 7
#define KQ_V3_TIMESTAMP_UNIT_COUNT 4
#define KQ_V3_TIMESTAMP_COUNT 200 /* a tenth of a second before and behind */
#define KQ_V3_NONCE_COUNT 5

#endif
