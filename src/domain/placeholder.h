/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_PLACEHOLDER_H
#define KQ_DOMAIN_PLACEHOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/cursor.h"
#include "base/error.h"
#include "base/slice.h"
#include "wire/json.h"

/* Placeholders, $name$, in the strings of a pass template's content, and the values that replace them
 * (alipay.pass.template.add, alipay.pass.instance.add). A name has letters, digits and underscores; a `$`
 * that begins none stands for itself. */

/* The templates of the platform's examples have about ten. Each is looked for in a list. */
#define KQ_PLACEHOLDERS_MAX 100
/* Longer ones are no placeholders. */
#define KQ_PLACEHOLDER_NAME_MAX_CHARS 64
/* Values that no placeholder asks for are allowed, but not any number of them. */
#define KQ_PASS_VALUES_MAX 256
/* A filled text: the longest that is kept of one has 999 characters. */
#define KQ_FILLED_TEXT_MAX_BYTES 4096

/* In the order in which they appear first, each once. */
struct kq_placeholders {
    const struct kq_slice *names;
    size_t count;
};

struct kq_pass_value {
    struct kq_slice name;
    struct kq_slice value;
};

struct kq_pass_values {
    const struct kq_pass_value *items;
    size_t count;
};

/* Takes what stands before the next placeholder, and that. False: there is none, and *before is the rest. */
bool kq_placeholder_take(struct kq_cursor *cursor, struct kq_slice *before, struct kq_slice *name);

bool kq_placeholder_stands_in(struct kq_slice text);

/* Those in all strings of `value`, which are not names of members. Names point into its texts, the list is
 * made in the arena. PASS_PARAMETER beyond KQ_PLACEHOLDERS_MAX, NO_MEMORY. */
KQ_MUST struct kq_result kq_placeholders_find(const struct kq_json *value, struct kq_arena *arena,
                                              struct kq_placeholders *found, struct kq_error *error);

/* The values of a JSON text, an object from names to strings or numbers, which stand for their own text. Made
 * in the arena. PASS_PARAMETER with a detail that begins with `what`, a request's field; NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_values_read(const char *what, struct kq_slice json, struct kq_arena *arena,
                                             struct kq_pass_values *values, struct kq_error *error);

/* NULL: there is none. */
const struct kq_slice *kq_pass_values_find(const struct kq_pass_values *values, struct kq_slice name);

/* One value for each name and in their order: from `newer`, else from `older`. The list is made in the arena.
 * PASS_PARAMETER, naming them, where some have none; NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_values_select(const struct kq_placeholders *names,
                                               const struct kq_pass_values *newer,
                                               const struct kq_pass_values *older, struct kq_arena *arena,
                                               struct kq_pass_values *selected, struct kq_error *error);

/* As a JSON text, made in the arena. NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_values_write(const struct kq_pass_values *values, struct kq_arena *arena,
                                              struct kq_slice *json, struct kq_error *error);

/* `text` with a value for each placeholder that has one. What a value says is not looked at again. The text
 * itself where it has no placeholder, else made in the arena. PASS_PARAMETER where that and `text`, or
 * the result, have more than KQ_FILLED_TEXT_MAX_BYTES; NO_MEMORY. */
KQ_MUST struct kq_result kq_placeholders_fill(struct kq_slice text, const struct kq_pass_values *values,
                                              struct kq_arena *arena, struct kq_slice *filled,
                                              struct kq_error *error);

#endif
