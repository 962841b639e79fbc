/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

/* A line in which a request stands: `… "POST /gateway.do?app_id=…&sign=… HTTP/1.1" 200`, `sign content:
 * app_id=…&biz_content={…}`. */

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '.' || byte == '-';
}

/* All that is between brackets is read for as long as that is not more than so many times the text; a short
 * one has more. */
#define READINGS_MAX 8
#define READINGS_BYTES_MIN ((size_t)64 << 10)

/* Where the first `name=` stands that a gateway knows; or text.size. */
static size_t find_name(struct kq_slice text)
{
    static const struct kq_slice names[] = {
        KQ_SLICE("app_id="),  KQ_SLICE("method="),    KQ_SLICE("sign="),     KQ_SLICE("biz_content="),
        KQ_SLICE("charset="), KQ_SLICE("sign_type="), KQ_SLICE("notify_id=")};
    size_t begin = text.size;
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        const char *at = text.size == 0 ? NULL : memmem(text.data, text.size, names[i].data, names[i].size);
        size_t offset = at == NULL ? text.size : (size_t)(at - text.data);
        begin = offset < begin ? offset : begin;
    }
    return begin;
}

bool kq_request_is_log(struct kq_slice text)
{
    size_t begin = find_name(text);
    struct kq_slice before = {.data = text.data, .size = begin};
    return begin > 0 && begin < text.size && text.data[begin - 1] != '&' &&
           kq_slice_find(before, '&') == before.size && kq_slice_find(before, ' ') < before.size;
}

/* Where the name begins whose line goes on with `&name=`; or text.size. */
static size_t find_begin(struct kq_slice text)
{
    size_t begin = find_name(text);
    /* Other parameters may stand before it. */
    while (begin > 0 && begin < text.size && text.data[begin - 1] != '?' && text.data[begin - 1] != ' ' &&
           text.data[begin - 1] != '"' && text.data[begin - 1] != '\'' && text.data[begin - 1] != '\n' &&
           text.data[begin - 1] != '\t') {
        begin--;
    }
    while (begin < text.size && !is_name_byte(text.data[begin])) {
        begin++;
    }
    return begin;
}

size_t kq_request_word_size(struct kq_slice text)
{
    size_t size = 0;
    while (size < text.size && text.data[size] > ' ' && text.data[size] != '"' && text.data[size] != '\'' &&
           text.data[size] != '<') {
        size++;
    }
    return size;
}

/* Does the value that stands here end with the `&` of a form? */
static bool is_form(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice name;
    struct kq_slice value;
    (void)kq_cursor_take_until(&cursor, KQ_SLICE("="), &name);
    (void)kq_request_take_brackets(&cursor, &value);
    for (int byte = kq_cursor_take(&cursor); byte >= 0; byte = kq_cursor_take(&cursor)) {
        if (byte <= ' ' || byte == '&' || byte == ',' || byte == '}' || byte == '"' || byte == '\'') {
            return byte == '&';
        }
    }
    return true; /* nothing is behind it */
}

/* A map or an object, from its first bracket to its last; of one that does not close, or is PHP's, the rest.
 */
static struct kq_slice printed_at(struct kq_slice rest, size_t *looked_at)
{
    struct kq_cursor cursor = kq_cursor_of(rest);
    struct kq_slice taken = rest;
    if (rest.data[0] == 'A' || rest.data[0] == 'a') {
        const char *end = memrchr(rest.data, ')', rest.size);
        taken.size = end == NULL ? rest.size : (size_t)(end - rest.data) + 1;
    } else if (rest.data[0] == 'm') {
        taken.size = kq_slice_find(rest, '\n');
    } else if (!kq_request_take_brackets(&cursor, &taken)) {
        *looked_at = rest.size;
        return (struct kq_slice){.data = rest.data, .size = kq_slice_find(rest, '\n')};
    }
    *looked_at = taken.size;
    return taken;
}

static bool begins_printed(struct kq_slice rest)
{
    return rest.data[0] == '{' || rest.data[0] == '[' || kq_slice_starts_with(rest, KQ_SLICE("map[")) ||
           kq_slice_starts_with(rest, KQ_SLICE("Array")) || kq_slice_starts_with(rest, KQ_SLICE("array"));
}

static struct kq_result read_printed(struct kq_sent_request *attempt, struct kq_slice printed,
                                     bool is_json_only, struct kq_error *error)
{
    bool is_json = false;
    KQ_TRY(kq_request_add_json(attempt, printed, &is_json, error));
    if (is_json || is_json_only) {
        return KQ_OK;
    }
    attempt->is_plain = true;
    return kq_request_add_map(attempt, printed, true, error);
}

/* Reads it once in `scratch`, which most of what is printed in a log is worth, and what tells whose request
 * it is again in the request's arena. */
static struct kq_result add_printed(struct kq_sent_request *request, struct kq_slice printed,
                                    bool is_json_only, struct kq_arena *scratch, struct kq_error *error)
{
    struct kq_sent_request attempt = kq_request_attempt(request);
    struct kq_error inner = {0};
    kq_arena_reset(scratch);
    attempt.arena = scratch;
    KQ_TRY(
        kq_request_contain(&attempt, read_printed(&attempt, printed, is_json_only, &inner), &inner, error));
    if (!kq_request_is_told(&attempt)) {
        return KQ_OK;
    }
    attempt = kq_request_attempt(request);
    KQ_TRY(read_printed(&attempt, printed, is_json_only, error));
    *request = attempt;
    request->form = KQ_REQUEST_LOG;
    return KQ_OK;
}

/* The first that is printed in the line and tells whose request it is. Before a form only JSON is one, which
 * has the form in it. */
static struct kq_result find_printed(struct kq_sent_request *request, struct kq_slice text, size_t form_at,
                                     struct kq_error *error)
{
    struct kq_arena scratch KQ_CLEANUP(kq_arena_free) = {0};
    size_t work_left = text.size * READINGS_MAX + READINGS_BYTES_MIN;
    for (size_t at = 0; at < form_at && work_left > 0 && !kq_request_is_told(request); at++) {
        struct kq_slice rest = {.data = text.data + at, .size = text.size - at};
        size_t looked_at = 0;
        if (begins_printed(rest)) {
            struct kq_slice printed = printed_at(rest, &looked_at);
            work_left -= looked_at < work_left ? looked_at : work_left;
            KQ_TRY(add_printed(request, printed, form_at < text.size, &scratch, error));
        }
    }
    return KQ_OK;
}

struct kq_result kq_request_refuse_pieces(struct kq_error *error)
{
    return kq_fail(
        error, KQ_E_BAD_INPUT,
        "the URL and the body of a request stand here in a form that is not understood: give the URL "
        "and, on the next line, the body; or all as curl");
}

/* Another piece of the request, in quotes or behind a space: `wget --post-data 'a=1&b=2' 'https://…'`. */
static bool has_url(struct kq_slice text)
{
    return kq_request_contains(text, KQ_SLICE(" http")) || kq_request_contains(text, KQ_SLICE("'http")) ||
           kq_request_contains(text, KQ_SLICE("\"http"));
}

struct kq_result kq_request_add_log(struct kq_sent_request *request, struct kq_slice text,
                                    struct kq_error *error)
{
    size_t name_at = find_name(text);
    bool is_in_form =
        name_at < text.size && is_form((struct kq_slice){text.data + name_at, text.size - name_at});
    KQ_TRY(find_printed(request, text, is_in_form ? name_at : text.size, error));
    size_t begin = find_begin(text);
    if (begin == text.size || kq_request_is_told(request)) {
        return KQ_OK;
    }
    if (!is_in_form && begin > 0 && text.data[begin - 1] == '\n') {
        request->is_plain = true; /* one a line, below the log's own */
        return kq_request_add_map(request, (struct kq_slice){text.data + begin, text.size - begin}, false,
                                  error);
    }
    struct kq_slice rest = {.data = text.data + begin, .size = text.size - begin};
    rest.size = kq_slice_find(rest, '\n');
    struct kq_slice word = {.data = rest.data, .size = kq_request_word_size(rest)};
    struct kq_slice behind = {.data = rest.data + word.size, .size = rest.size - word.size};
    /* What goes on behind a space or a quote with more parameters was never encoded. */
    bool is_word = !kq_request_contains(behind, KQ_SLICE("&"));
    if (!is_word && has_url(behind)) {
        return kq_request_refuse_pieces(error);
    }
    return kq_request_add_any_form(request, is_word ? word : kq_slice_trim(rest), error);
}
