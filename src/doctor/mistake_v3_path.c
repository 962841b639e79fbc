/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "doctor/mistakes.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"
#include "wire/params.h"

/* The line with the path and the query. */

/* A query of more pieces than anybody's is not put in another order. */
#define PIECES_MAX 64

static struct kq_sent_param *path_line(struct kq_draft *draft)
{
    size_t index = kq_draft_find(draft, KQ_LINE_PATH);
    return index < draft->count ? &draft->items[index] : NULL;
}

static struct kq_slice path_of(struct kq_slice target)
{
    return (struct kq_slice){.data = target.data, .size = kq_slice_find(target, '?')};
}

/* Behind the `?`. */
static struct kq_slice query_of(struct kq_slice target)
{
    size_t at = kq_slice_find(target, '?');
    return at == target.size ? KQ_SLICE_EMPTY
                             : (struct kq_slice){.data = target.data + at + 1, .size = target.size - at - 1};
}

struct kq_result kq_change_v3_query_left_out(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                             bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = path_line(draft);
    (void)variant;
    (void)subject;
    (void)error;
    if (line != NULL && kq_slice_find(line->value, '?') < line->value.size) {
        line->value = path_of(line->value);
        *changed = true;
    }
    return KQ_OK;
}

/* With the address that was called, or the platform's. */
struct kq_result kq_change_v3_host(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                   bool *changed, struct kq_error *error)
{
    static const struct {
        struct kq_slice scheme;
        struct kq_slice host; /* empty: the request's */
    } rows[] = {
        {KQ_SLICE("https://"), KQ_SLICE_EMPTY},
        {KQ_SLICE("http://"), KQ_SLICE_EMPTY},
        {KQ_SLICE_EMPTY, KQ_SLICE_EMPTY},
        {KQ_SLICE("https://"), KQ_SLICE("openapi.alipay.com")},
        {KQ_SLICE_EMPTY, KQ_SLICE("openapi.alipay.com")},
    };
    static_assert(KQ_COUNT(rows) == KQ_V3_HOST_COUNT, "the table has another size");
    struct kq_sent_param *line = path_line(draft);
    struct kq_slice host = rows[variant].host.size > 0 ? rows[variant].host : draft->v3->host;
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    if (line == NULL || host.size == 0) {
        return KQ_OK;
    }
    kq_buffer_append(&made, rows[variant].scheme);
    kq_buffer_append(&made, host);
    kq_buffer_append(&made, line->value);
    KQ_TRY(kq_draft_put(draft, &line->value, &made, changed, error));
    *subject = path_of(line->value);
    return KQ_OK;
}

static void append_method_name(struct kq_slice path, struct kq_buffer *made)
{
    struct kq_cursor cursor = kq_cursor_of(path);
    struct kq_slice part;
    (void)kq_cursor_take_literal(&cursor, KQ_SLICE(KQ_V3_PATH_PREFIX));
    for (bool is_first = true; kq_cursor_take_part(&cursor, '/', &part); is_first = false) {
        kq_buffer_append(made, is_first ? KQ_SLICE_EMPTY : KQ_SLICE("."));
        kq_buffer_append(made, part);
    }
}

/* Another path, with the query that it has. */
static void append_path(struct kq_slice path, size_t variant, struct kq_buffer *made)
{
    struct kq_slice behind_slash = {.data = path.data + 1, .size = path.size - 1};
    switch (variant) {
    case 0: /* without the first slash */
        kq_buffer_append(made, behind_slash);
        return;
    case 1: /* without /v3 */
        kq_buffer_append(made, kq_slice_starts_with(path, KQ_SLICE(KQ_V3_PATH_PREFIX))
                                   ? (struct kq_slice){.data = path.data + 3, .size = path.size - 3}
                                   : path);
        return;
    case 2:
        kq_buffer_append(made, path);
        kq_buffer_append_byte(made, '/');
        return;
    case 3:
        append_method_name(path, made);
        return;
    case 4:
        kq_buffer_append(made, KQ_SLICE("/gateway.do"));
        return;
    default: /* twice the prefix, as where a base address ends with it */
        kq_buffer_append(made, KQ_SLICE("/v3"));
        kq_buffer_append(made, path);
    }
}

struct kq_result kq_change_v3_path(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                   bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = path_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    static_assert(KQ_V3_PATH_COUNT == 6, "append_path knows as many");
    if (line == NULL || line->value.size == 0) {
        return KQ_OK;
    }
    struct kq_slice path = path_of(line->value);
    if (path.size == 0) {
        return KQ_OK;
    }
    append_path(path, variant, &made);
    kq_buffer_append(&made, (struct kq_slice){line->value.data + path.size, line->value.size - path.size});
    KQ_TRY(kq_draft_put(draft, &line->value, &made, changed, error));
    *subject = path_of(line->value);
    return KQ_OK;
}

/* A `+` is a space, or stays. */
struct kq_result kq_change_v3_query_decoded(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    static kq_value_form *const forms[] = {kq_form_percent_decoded, kq_form_percent_only_decoded};
    static_assert(KQ_COUNT(forms) == KQ_V3_QUERY_DECODED_COUNT, "the table has another size");
    struct kq_sent_param *line = path_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    if (line == NULL) {
        return KQ_OK;
    }
    forms[variant](line->value, &made);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* The query's pieces, as they stand. */
struct pieces {
    struct kq_slice items[PIECES_MAX];
    size_t count;
};

/* False: there is no query, or one of too many pieces. */
static bool read_pieces(struct kq_slice target, struct pieces *pieces)
{
    struct kq_cursor cursor = kq_cursor_of(query_of(target));
    struct kq_slice piece;
    pieces->count = 0;
    while (kq_cursor_take_part(&cursor, '&', &piece)) {
        if (pieces->count == PIECES_MAX) {
            return false;
        }
        pieces->items[pieces->count++] = piece;
    }
    return pieces->count > 0;
}

static void append_pieces(struct kq_slice path, const struct pieces *pieces, kq_value_form *form,
                          struct kq_buffer *made)
{
    kq_buffer_append(made, path);
    for (size_t i = 0; i < pieces->count; i++) {
        struct kq_slice piece = pieces->items[i];
        size_t equals = kq_slice_find(piece, '=');
        kq_buffer_append_byte(made, i == 0 ? '?' : '&');
        if (form == NULL || equals == piece.size) {
            kq_buffer_append(made, piece);
            continue;
        }
        struct kq_buffer value KQ_CLEANUP(kq_buffer_free) = {0};
        kq_buffer_append(made, (struct kq_slice){piece.data, equals + 1});
        kq_form_percent_decoded((struct kq_slice){piece.data + equals + 1, piece.size - equals - 1}, &value);
        form(kq_buffer_slice(&value), made);
        made->failed = made->failed || value.failed;
    }
}

/* As another language encodes it. */
struct kq_result kq_change_v3_query_encoded(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    static kq_value_form *const forms[] = {
        kq_form_java_encoded, kq_form_uri_component, kq_form_rfc3986, kq_form_quoted,
        kq_form_python_plus,  kq_form_net_encoded,   kq_form_uri,
    };
    static_assert(KQ_COUNT(forms) == KQ_V3_QUERY_ENCODED_COUNT, "the table has another size");
    struct kq_sent_param *line = path_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    struct pieces pieces;
    (void)subject;
    if (line == NULL || !read_pieces(line->value, &pieces)) {
        return KQ_OK;
    }
    append_pieces(path_of(line->value), &pieces, forms[variant], &made);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* Sorted, or backwards. */
struct kq_result kq_change_v3_query_order(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = path_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    struct pieces pieces;
    struct pieces ordered = {.count = 0};
    (void)subject;
    static_assert(KQ_V3_QUERY_ORDER_COUNT == 2, "two orders");
    if (line == NULL || !read_pieces(line->value, &pieces)) {
        return KQ_OK;
    }
    for (size_t i = 0; i < pieces.count; i++) {
        size_t at = ordered.count++;
        for (; at > 0 && (variant == 1 || kq_slice_compare(pieces.items[i], ordered.items[at - 1]) < 0);
             at--) {
            ordered.items[at] = ordered.items[at - 1];
        }
        ordered.items[at] = pieces.items[i];
    }
    append_pieces(path_of(line->value), &ordered, NULL, &made);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* An object of its parameters, as somebody writes it who has a map of them at hand. */
static struct kq_result append_object(struct kq_draft *draft, struct kq_slice query, struct kq_buffer *made,
                                      struct kq_error *error)
{
    struct kq_params params;
    struct kq_error inner = {0};
    kq_params_init(&params, draft->arena);
    if (!kq_form_decode(query, &params, &inner).ok) {
        KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
        return KQ_OK;
    }
    kq_buffer_append_byte(made, '{');
    for (size_t i = 0; i < params.count; i++) {
        if (!kq_utf8_is_valid(params.items[i].name) || !kq_utf8_is_valid(params.items[i].value)) {
            continue;
        }
        kq_json_append_separator(made);
        kq_json_append_string(made, params.items[i].name);
        kq_buffer_append_byte(made, ':');
        kq_json_append_string(made, params.items[i].value);
    }
    kq_buffer_append_byte(made, '}');
    return KQ_OK;
}

/* Variant 0: the query itself; 1: as JSON; 2: as JSON, and in the path as well. */
struct kq_result kq_change_v3_query_as_body(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    static_assert(KQ_V3_QUERY_AS_BODY_COUNT == 3, "three ways");
    struct kq_sent_param *line = path_line(draft);
    size_t body = kq_draft_find(draft, KQ_LINE_BODY);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    if (line == NULL || body == draft->count || draft->items[body].value.size > 0 ||
        query_of(line->value).size == 0) {
        return KQ_OK;
    }
    if (variant == 0) {
        kq_buffer_append(&made, query_of(line->value));
    } else {
        KQ_TRY(append_object(draft, query_of(line->value), &made, error));
    }
    line->value = variant == 2 ? line->value : path_of(line->value);
    return kq_draft_put(draft, &draft->items[body].value, &made, changed, error);
}
