/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOCTOR_JSON_STYLE_H
#define KQ_DOCTOR_JSON_STYLE_H

#include <stdbool.h>

#include "base/buffer.h"
#include "wire/json.h"

/* How libraries of many languages write the same JSON: to find out which of them has written biz_content anew
 * between signing and sending. */

enum kq_json_spacing {
    KQ_JSON_COMPACT,
    KQ_JSON_SPACED,   /* `, ` and `: `: Python's json */
    KQ_JSON_INDENT_2, /* lines: JavaScript, Gson */
    KQ_JSON_INDENT_4, /* PHP, Python */
    KQ_JSON_TABBED,   /* fastjson */
};

struct kq_json_style {
    enum kq_json_spacing spacing;
    bool is_sorted;         /* members by name */
    bool is_ascii;          /* other characters as \uXXXX */
    bool is_escaped;        /* `/` as `\/`: PHP */
    bool is_for_html;       /* `=`, `&`, `<`, `>`, `'` as \u00XX: Gson */
    bool is_for_go;         /* `&`, `<`, `>` alone */
    bool has_single_quotes; /* Python's repr of a dictionary */
    bool without_nulls;
    bool without_empties; /* and no members with empty strings */
};

/* Appends the value, which kq_json_read made, in that style. As deep as the value, which kq_json_read bounds.
 */
void kq_json_append_styled(struct kq_buffer *buffer, const struct kq_json *value,
                           const struct kq_json_style *style);

#endif
