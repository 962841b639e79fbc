/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/buffer.h"
#include "doctor/mistakes.h"
#include "wire/json.h"

/* Which lines a string of the newer protocol has, with what in them, and how they are joined. */

#define LINES_MAX 5

static struct kq_result join_lines(struct kq_draft *draft, struct kq_slice end, bool ends, bool *changed)
{
    draft->join.separator = end;
    draft->join.suffix = ends ? end : KQ_SLICE_EMPTY;
    *changed = true;
    return KQ_OK;
}

struct kq_result kq_change_v3_last_line_end(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    (void)variant;
    (void)subject;
    (void)error;
    draft->join.suffix = KQ_SLICE_EMPTY;
    *changed = true;
    return KQ_OK;
}

/* Of these, variant 0 ends the last line as well. */
struct kq_result kq_change_v3_windows_lines(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    (void)subject;
    (void)error;
    return join_lines(draft, KQ_SLICE("\r\n"), variant == 0, changed);
}

struct kq_result kq_change_v3_escaped_lines(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    (void)subject;
    (void)error;
    return join_lines(draft, KQ_SLICE("\\n"), variant == 0, changed);
}

struct kq_result kq_change_v3_join(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                   bool *changed, struct kq_error *error)
{
    static const struct kq_slice ends[] = {KQ_SLICE_EMPTY, KQ_SLICE("&"), KQ_SLICE(" "),
                                           KQ_SLICE(","),  KQ_SLICE("|"), KQ_SLICE("\r")};
    static_assert(KQ_COUNT(ends) == KQ_V3_JOIN_COUNT, "the table has another size");
    (void)subject;
    (void)error;
    return join_lines(draft, ends[variant], false, changed);
}

struct kq_result kq_change_v3_empty_token(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    static const struct kq_slice values[] = {KQ_SLICE_EMPTY, KQ_SLICE("null"), KQ_SLICE("undefined"),
                                             KQ_SLICE("None")};
    static_assert(KQ_COUNT(values) == KQ_V3_TOKEN_COUNT, "the table has another size");
    (void)subject;
    (void)error;
    if (kq_draft_find(draft, KQ_LINE_TOKEN) == draft->count) {
        kq_draft_add(draft, KQ_LINE_TOKEN, values[variant]);
        *changed = true;
    }
    return KQ_OK;
}

/* The body's line where it is empty, or not, as asked; NULL: there is none. */
static struct kq_sent_param *body_line(struct kq_draft *draft, bool is_empty)
{
    size_t index = kq_draft_find(draft, KQ_LINE_BODY);
    bool is_meant = index < draft->count && (draft->items[index].value.size == 0) == is_empty;
    return is_meant ? &draft->items[index] : NULL;
}

struct kq_result kq_change_v3_empty_body_left_out(struct kq_draft *draft, size_t variant,
                                                  struct kq_slice *subject, bool *changed,
                                                  struct kq_error *error)
{
    (void)variant;
    (void)subject;
    (void)error;
    if (body_line(draft, true) != NULL) {
        kq_draft_remove(draft, kq_draft_find(draft, KQ_LINE_BODY));
        *changed = true;
    }
    return KQ_OK;
}

static struct kq_sent_param *method_line(struct kq_draft *draft)
{
    size_t index = kq_draft_find(draft, KQ_LINE_METHOD);
    return index < draft->count ? &draft->items[index] : NULL;
}

/* `post`, `Post`. */
struct kq_result kq_change_v3_method_case(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = method_line(draft);
    (void)subject;
    if (line == NULL || line->value.size == 0) {
        return KQ_OK;
    }
    struct kq_buffer lower KQ_CLEANUP(kq_buffer_free) = {0};
    kq_form_lower(line->value, &lower);
    KQ_ENSURE_MEMORY(!lower.failed, error);
    lower.data[0] = variant == 0 ? lower.data[0] : line->value.data[0];
    line->value = kq_arena_copy(draft->arena, kq_buffer_slice(&lower));
    KQ_ENSURE_MEMORY(line->value.data, error);
    *changed = true;
    return KQ_OK;
}

struct kq_result kq_change_v3_method(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                     bool *changed, struct kq_error *error)
{
    static const struct kq_slice methods[] = {KQ_SLICE("GET"), KQ_SLICE("POST"), KQ_SLICE("PUT"),
                                              KQ_SLICE("DELETE"), KQ_SLICE("PATCH")};
    static_assert(KQ_COUNT(methods) == KQ_V3_METHOD_COUNT, "the table has another size");
    struct kq_sent_param *line = method_line(draft);
    (void)error;
    if (line != NULL && !kq_slice_equal(line->value, methods[variant])) {
        line->value = methods[variant];
        *subject = methods[variant];
        *changed = true;
    }
    return KQ_OK;
}

struct kq_result kq_change_v3_body_emptied(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                           bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = body_line(draft, false);
    (void)variant;
    (void)subject;
    (void)error;
    if (line != NULL) {
        line->value = KQ_SLICE_EMPTY;
        *changed = true;
    }
    return KQ_OK;
}

struct kq_result kq_change_v3_body_filled(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    static const struct kq_slice values[] = {KQ_SLICE("{}"),   KQ_SLICE("null"), KQ_SLICE("undefined"),
                                             KQ_SLICE("\"\""), KQ_SLICE("[]"),   KQ_SLICE("None")};
    static_assert(KQ_COUNT(values) == KQ_V3_FILLED_COUNT, "the table has another size");
    struct kq_sent_param *line = body_line(draft, true);
    (void)error;
    if (line != NULL) {
        line->value = values[variant];
        *subject = values[variant];
        *changed = true;
    }
    return KQ_OK;
}

/* As the older protocol has it. */
struct kq_result kq_change_v3_body_wrapped(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                           bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = body_line(draft, false);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    if (line == NULL || !kq_utf8_is_valid(line->value)) {
        return KQ_OK;
    }
    kq_buffer_append(&made, variant < 2 ? KQ_SLICE("biz_content=") : KQ_SLICE("{\"biz_content\":"));
    if (variant == 0 || variant == 2) {
        kq_buffer_append(&made, line->value);
    } else if (variant == 1) {
        kq_form_java_encoded(line->value, &made);
    } else {
        kq_json_append_string(&made, line->value);
    }
    kq_buffer_append(&made, variant < 2 ? KQ_SLICE_EMPTY : KQ_SLICE("}"));
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

static kq_value_form *const body_forms[] = {
    kq_form_sha256_hex, kq_form_sha256_upper_hex, kq_form_sha256_base64, kq_form_sha1_hex,
    kq_form_md5_hex,    kq_form_md5_upper_hex,    kq_form_base64,        kq_form_sha256_bytes,
};
static_assert(KQ_COUNT(body_forms) == KQ_V3_BODY_FORM_COUNT, "the table has another size");

/* As other platforms sign it. A digest of nothing is made, too. */
struct kq_result kq_change_v3_body_form(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = body_line(draft, false);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    line = line == NULL ? body_line(draft, true) : line;
    if (line == NULL) {
        return KQ_OK;
    }
    body_forms[variant](line->value, &made);
    bool is_forbidden = made.size == 0 && !made.failed; /* a digest, by this system's OpenSSL */
    if (is_forbidden) {
        return KQ_OK;
    }
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* The whole body, or the part with its name. */
struct kq_result kq_change_v3_multipart(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    size_t index = kq_draft_find(draft, KQ_LINE_BODY);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    bool is_multipart = draft->v3->content.size != draft->v3->body.size && draft->v3->content_type.size > 0;
    if (index == draft->count || !is_multipart) {
        return KQ_OK;
    }
    kq_buffer_append(&made, variant == 0 ? draft->v3->content : KQ_SLICE("data="));
    kq_buffer_append(&made, variant == 0 ? KQ_SLICE_EMPTY : draft->v3->body);
    return kq_draft_put(draft, &draft->items[index].value, &made, changed, error);
}

bool kq_permute(size_t number, size_t count, size_t order[])
{
    for (size_t i = 0; i < count; i++) {
        order[i] = i;
    }
    for (size_t choices = count; choices > 0; choices--) {
        size_t at = count - choices;
        size_t chosen = order[at + number % choices];
        memmove(&order[at + 1], &order[at], (number % choices) * sizeof(order[0]));
        order[at] = chosen;
        number /= choices;
    }
    return number == 0;
}

struct kq_result kq_change_v3_line_order(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                         bool *changed, struct kq_error *error)
{
    struct kq_sent_param lines[LINES_MAX];
    size_t order[LINES_MAX];
    size_t count = draft->count > LINES_MAX ? LINES_MAX : draft->count;
    (void)subject;
    (void)error;
    *changed = variant > 0 && kq_permute(variant, count, order);
    memcpy(lines, draft->items, count * sizeof(lines[0]));
    for (size_t i = 0; i < count && *changed; i++) {
        draft->items[i] = lines[order[i]];
    }
    return KQ_OK;
}

/* What an answer's signature is over. */
struct kq_result kq_change_v3_answer_rule(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    struct kq_slice timestamp = kq_v3_item(draft->v3->list, KQ_SLICE("timestamp"));
    struct kq_slice nonce = kq_v3_item(draft->v3->list, KQ_SLICE("nonce"));
    struct kq_slice body = draft->v3->body;
    (void)variant;
    (void)subject;
    (void)error;
    draft->count = 0;
    kq_draft_add(draft, KQ_SLICE("timestamp"), timestamp);
    kq_draft_add(draft, KQ_SLICE("nonce"), nonce);
    kq_draft_add(draft, KQ_LINE_BODY, body);
    *changed = true;
    return KQ_OK;
}
