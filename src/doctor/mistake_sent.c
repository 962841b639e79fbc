/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "base/cursor.h"
#include "doctor/mistakes.h"
#include "doctor/request_parts.h"

/* Values as they stand in the request, before anything of them is decoded: signed after they were encoded, or
 * sent without having been. */

static bool is_sign(const struct kq_sent_param *item)
{
    return kq_slice_equal(item->name, KQ_SLICE("sign"));
}

/* Of `a+b` alone nobody can tell whether it was encoded: the others tell. */
static bool was_encoded(const struct kq_draft *draft, const struct kq_sent_param *item)
{
    bool has_escape = kq_slice_find(item->raw, '%') < item->raw.size;
    return kq_draft_looks_encoded(item) && (has_escape || draft->looks_encoded);
}

/* Variant 0: all that were encoded, or were not; else that one alone. */
static void take_raw(struct kq_draft *draft, size_t variant, bool wants_encoded, struct kq_slice *subject,
                     bool *changed)
{
    for (size_t i = 0; i < draft->count; i++) {
        struct kq_sent_param *item = &draft->items[i];
        bool is_meant = (variant == 0 || variant == i + 1) && !is_sign(item);
        if (is_meant && !kq_slice_equal(item->value, item->raw) &&
            was_encoded(draft, item) == wants_encoded) {
            *subject = variant == 0 ? KQ_SLICE_EMPTY : item->name;
            *changed = true;
            item->value = item->raw;
        }
    }
}

struct kq_result kq_change_raw_values(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                      bool *changed, struct kq_error *error)
{
    (void)error;
    take_raw(draft, variant, true, subject, changed);
    return KQ_OK;
}

/* How many are put together again: each is looked through anew. */
#define PIECES_MAX 8

/* A whole object, or more of one. */
static bool is_whole(const struct kq_buffer *text)
{
    struct kq_slice taken;
    struct kq_cursor cursor = kq_cursor_of(kq_buffer_slice(text));
    return kq_request_take_brackets(&cursor, &taken) && kq_cursor_at_end(&cursor);
}

static void append_piece(struct kq_buffer *whole, const struct kq_sent_param *piece)
{
    kq_buffer_append_byte(whole, '&');
    kq_buffer_append(whole, piece->name);
    kq_buffer_append(whole, piece->raw.size > 0 ? KQ_SLICE("=") : KQ_SLICE_EMPTY);
    kq_buffer_append(whole, piece->raw);
}

/* An & in JSON that was not encoded has cut it in pieces, which became parameters of their own. */
static struct kq_result join_pieces(struct kq_draft *draft, bool *changed, struct kq_error *error)
{
    struct kq_buffer whole KQ_CLEANUP(kq_buffer_free) = {0};
    size_t index = kq_draft_find(draft, draft->content_name);
    if (index == draft->count || !kq_slice_starts_with(draft->items[index].raw, KQ_SLICE("{"))) {
        return KQ_OK;
    }
    size_t behind = index + 1;
    kq_buffer_append(&whole, draft->items[index].raw);
    while (!is_whole(&whole) && behind < draft->count && behind <= index + PIECES_MAX) {
        append_piece(&whole, &draft->items[behind++]);
    }
    KQ_ENSURE_MEMORY(!whole.failed, error);
    if (behind == index + 1 || !is_whole(&whole)) {
        return KQ_OK;
    }
    while (behind > index + 1) {
        kq_draft_remove(draft, --behind);
    }
    return kq_draft_put(draft, &draft->items[index].value, &whole, changed, error);
}

struct kq_result kq_change_unencoded(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                     bool *changed, struct kq_error *error)
{
    take_raw(draft, variant, false, subject, changed);
    return variant == 0 ? join_pieces(draft, changed, error) : KQ_OK;
}

/* Decoded, but for the plus signs. Variant 0: all; else that one alone. */
struct kq_result kq_change_plus_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                     bool *changed, struct kq_error *error)
{
    for (size_t i = 0; i < draft->count; i++) {
        struct kq_sent_param *item = &draft->items[i];
        struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
        if ((variant == 0 || variant == i + 1) && !is_sign(item)) {
            kq_form_percent_only_decoded(item->raw, &made);
            KQ_TRY(kq_draft_put(draft, &item->value, &made, changed, error));
            *subject = variant == 0 ? KQ_SLICE_EMPTY : item->name;
        }
    }
    return KQ_OK;
}

/* As %2B those plus signs, of the first ones, whose bit is set in the mask. */
static void mark_pluses(struct kq_slice raw, size_t mask, struct kq_buffer *marked)
{
    for (size_t i = 0; i < raw.size; i++) {
        bool is_plus = raw.data[i] == '+';
        kq_buffer_append(marked,
                         is_plus && (mask & 1) != 0 ? KQ_SLICE("%2B") : (struct kq_slice){&raw.data[i], 1});
        mask >>= is_plus ? 1 : 0;
    }
}

/* Where spaces were sent as plus signs, too: each variant is a set of the plus signs of the call's JSON. */
struct kq_result kq_change_some_plus_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    struct kq_buffer marked KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    size_t index = kq_draft_find(draft, draft->content_name);
    if (index == draft->count) {
        return KQ_OK;
    }
    struct kq_sent_param *item = &draft->items[index];
    mark_pluses(item->raw, variant, &marked);
    kq_form_percent_decoded(kq_buffer_slice(&marked), &made);
    KQ_ENSURE_MEMORY(!marked.failed, error);
    *subject = item->name;
    return kq_draft_put(draft, &item->value, &made, changed, error);
}
