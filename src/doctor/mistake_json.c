/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/buffer.h"
#include "doctor/json_style.h"
#include "doctor/mistakes.h"

/* The call's JSON (biz_content, or the body of the newer protocol) was written anew between signing and
 * sending. */

/* In the order in which they are tried: what is most common first. The first ones also serve the pairs. */
static const struct kq_json_style styles[] = {
    {.spacing = KQ_JSON_COMPACT},
    {.spacing = KQ_JSON_SPACED},
    {.spacing = KQ_JSON_SPACED, .is_ascii = true},
    {.spacing = KQ_JSON_COMPACT, .is_ascii = true, .is_escaped = true},
    {.spacing = KQ_JSON_COMPACT, .is_ascii = true},
    {.spacing = KQ_JSON_COMPACT, .is_escaped = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true},
    {.spacing = KQ_JSON_SPACED, .is_sorted = true},
    {.spacing = KQ_JSON_SPACED, .is_sorted = true, .is_ascii = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true, .is_ascii = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true, .is_ascii = true, .is_escaped = true},
    {.spacing = KQ_JSON_COMPACT, .is_for_html = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true, .is_for_html = true},
    {.spacing = KQ_JSON_COMPACT, .is_for_go = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true, .is_for_go = true},
    {.spacing = KQ_JSON_INDENT_2},
    {.spacing = KQ_JSON_INDENT_2, .is_ascii = true},
    {.spacing = KQ_JSON_INDENT_2, .is_for_html = true},
    {.spacing = KQ_JSON_INDENT_2, .is_sorted = true},
    {.spacing = KQ_JSON_INDENT_4},
    {.spacing = KQ_JSON_INDENT_4, .is_ascii = true},
    {.spacing = KQ_JSON_INDENT_4, .is_ascii = true, .is_escaped = true},
    {.spacing = KQ_JSON_INDENT_4, .is_sorted = true},
    {.spacing = KQ_JSON_TABBED},
    {.spacing = KQ_JSON_TABBED, .is_sorted = true},
    {.spacing = KQ_JSON_COMPACT, .without_nulls = true},
    {.spacing = KQ_JSON_COMPACT, .without_empties = true},
    {.spacing = KQ_JSON_COMPACT, .is_sorted = true, .without_nulls = true},
};
static_assert(KQ_COUNT(styles) == KQ_JSON_STYLE_COUNT, "the table has another size");

static const struct kq_json_style printed[] = {
    {.spacing = KQ_JSON_SPACED, .has_single_quotes = true},
    {.spacing = KQ_JSON_COMPACT, .has_single_quotes = true},
};
static_assert(KQ_COUNT(printed) == KQ_JSON_PRINTED_COUNT, "the table has another size");

/* It as a tree; *value NULL: there is none, or it is no JSON object. */
static struct kq_result read(const struct kq_draft *draft, size_t *index, const struct kq_json **value,
                             struct kq_error *error)
{
    struct kq_slice utf8;
    struct kq_error inner = {0};
    *value = NULL;
    *index = kq_draft_find(draft, draft->content_name);
    if (*index == draft->count) {
        return KQ_OK;
    }
    bool is_object =
        kq_charset_decode(draft->charset, draft->items[*index].value, draft->arena, &utf8, &inner).ok &&
        kq_json_read(utf8, draft->arena, value, &inner).ok && (*value)->kind == KQ_JSON_OBJECT;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    *value = is_object ? *value : NULL;
    return KQ_OK;
}

/* What was written in UTF-8, in the call's charset. */
static struct kq_result put(struct kq_draft *draft, size_t index, const struct kq_buffer *written,
                            bool *changed, struct kq_error *error)
{
    struct kq_buffer encoded KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_error inner = {0};
    KQ_ENSURE_MEMORY(!written->failed, error);
    if (!kq_charset_encode_text(draft->charset, kq_buffer_slice(written), &encoded, &inner).ok) {
        KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
        return KQ_OK;
    }
    return kq_draft_put(draft, &draft->items[index].value, &encoded, changed, error);
}

static struct kq_result restyle(struct kq_draft *draft, const struct kq_json_style *style, bool *changed,
                                struct kq_error *error)
{
    struct kq_buffer written KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_json *value = NULL;
    size_t index = 0;
    KQ_TRY(read(draft, &index, &value, error));
    if (value == NULL) {
        return KQ_OK;
    }
    kq_json_append_styled(&written, value, style);
    return put(draft, index, &written, changed, error);
}

struct kq_result kq_change_json_style(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                      bool *changed, struct kq_error *error)
{
    *subject = draft->content_name;
    return restyle(draft, &styles[variant], changed, error);
}

struct kq_result kq_change_json_printed(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    *subject = draft->content_name;
    return restyle(draft, &printed[variant], changed, error);
}

/* Its members as parameters of their own. */
struct kq_result kq_change_json_flattened(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    const struct kq_json *value = NULL;
    size_t index = 0;
    (void)variant;
    *subject = draft->content_name;
    KQ_TRY(read(draft, &index, &value, error));
    if (value == NULL || value->count == 0 || value->count > KQ_DRAFT_SPARE) {
        return KQ_OK;
    }
    kq_draft_remove(draft, index);
    for (const struct kq_json *member = value->first; member != NULL; member = member->next) {
        kq_draft_add(draft, member->name, member->text);
    }
    *changed = true;
    return KQ_OK;
}
