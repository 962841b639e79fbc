/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

/* A dump of an HTTP request: its request line, headers, and a body. */

#define LENGTH_DIGITS_MAX 8 /* of a text that is no longer than KQ_REQUEST_TEXT_MAX_BYTES */

struct kq_slice kq_request_http_method(struct kq_slice word)
{
    static const struct kq_slice methods[] = {KQ_SLICE("POST"), KQ_SLICE("GET"), KQ_SLICE("PUT"),
                                              KQ_SLICE("DELETE"), KQ_SLICE("PATCH")};
    for (size_t i = 0; i < KQ_COUNT(methods); i++) {
        if (kq_slice_equal_ignoring_case(word, methods[i])) {
            return methods[i];
        }
    }
    return KQ_SLICE_EMPTY;
}

/* The next word; but spaces that were not encoded stand in it, where the version follows them. */
static struct kq_slice take_target(struct kq_cursor *words)
{
    static const struct kq_slice version = KQ_SLICE(" HTTP/");
    struct kq_slice rest = kq_cursor_take_rest(words);
    const char *end = rest.size == 0 ? NULL : memmem(rest.data, rest.size, version.data, version.size);
    size_t size = end == NULL ? kq_slice_find(rest, ' ') : (size_t)(end - rest.data);
    return (struct kq_slice){.data = rest.data, .size = size};
}

/* `POST /gateway.do?… HTTP/1.1`. False, and nothing taken, where it is none. */
static bool take_request_line(struct kq_cursor *cursor, struct kq_sent_v3 *sent)
{
    struct kq_cursor attempt = *cursor;
    struct kq_slice line;
    struct kq_slice word = KQ_SLICE_EMPTY;
    if (!kq_cursor_take_part(&attempt, '\n', &line)) {
        return false;
    }
    struct kq_cursor words = kq_cursor_of(kq_slice_trim(line));
    (void)kq_cursor_take_part(&words, ' ', &word);
    sent->http_method = kq_request_http_method(word);
    struct kq_slice target = take_target(&words);
    if (sent->http_method.size == 0 || target.size == 0) {
        return false;
    }
    kq_request_take_address(target, sent);
    *cursor = attempt;
    return true;
}

static bool read_length(struct kq_slice digits, size_t *length)
{
    if (!kq_slice_is_digits(digits) || digits.size > LENGTH_DIGITS_MAX) {
        return false;
    }
    *length = 0;
    for (size_t i = 0; i < digits.size; i++) {
        *length = *length * 10 + (size_t)(digits.data[i] - '0');
    }
    return true;
}

/* Headers up to an empty line. */
static void take_headers(struct kq_cursor *cursor, struct kq_sent_v3 *sent, size_t *length)
{
    struct kq_slice line;
    while (kq_cursor_take_part(cursor, '\n', &line) && kq_slice_trim(line).size > 0) {
        struct kq_cursor header = kq_cursor_of(line);
        struct kq_slice name;
        (void)kq_cursor_take_part(&header, ':', &name);
        struct kq_slice value = kq_slice_trim(kq_cursor_take_rest(&header));
        name = kq_slice_trim(name);
        if (kq_slice_equal_ignoring_case(name, KQ_SLICE("Content-Length"))) {
            (void)read_length(value, length);
        } else {
            kq_request_take_header(name, value, sent);
        }
    }
}

/* A text that was copied has lost or won line ends at its end: a Content-Length tells. */
static struct kq_slice body_of(struct kq_cursor body, const char *trimmed_end, size_t length)
{
    struct kq_slice rest = kq_cursor_take_rest(&body);
    if (length <= rest.size) {
        return (struct kq_slice){.data = rest.data, .size = length};
    }
    rest.size = rest.size > 0 && trimmed_end > rest.data ? (size_t)(trimmed_end - rest.data) : 0;
    return rest;
}

struct kq_result kq_request_add_dump(struct kq_sent_request *request, struct kq_slice text,
                                     struct kq_slice whole, bool *is_dump, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(whole);
    struct kq_sent_v3 sent = {0};
    size_t length = SIZE_MAX;
    bool taken = false;
    *is_dump = text.size > 0 && take_request_line(&cursor, &sent);
    if (!*is_dump) {
        return KQ_OK;
    }
    take_headers(&cursor, &sent, &length);
    sent.content = body_of(cursor, text.data + text.size, length);
    KQ_TRY(kq_request_take_v3(request, &sent, &taken, error));
    if (taken) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(sent.target), error));
    return kq_request_add_body(request, sent.content_type, sent.content, error);
}
