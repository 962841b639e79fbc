/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "doctor/request_parts.h"

/* A command of PowerShell that makes a request, as browsers' "Copy as PowerShell" has it: Invoke-WebRequest
 * -Uri "…" -Method "POST" -Headers @{ "name"="value" } -ContentType "…" -Body "…", with ` at the line ends
 * and before bytes that mean something. */

#define CODE_DIGITS_MAX 5

bool kq_request_is_powershell(struct kq_slice text)
{
    return kq_request_contains(text, KQ_SLICE("Invoke-WebRequest ")) ||
           kq_request_contains(text, KQ_SLICE("Invoke-RestMethod "));
}

static struct kq_result refuse(struct kq_error *error)
{
    return kq_fail(
        error, KQ_E_BAD_INPUT,
        "this PowerShell command has more in it than its texts: give the request as curl (\"Copy as "
        "cURL\"), or its URL and, on the next line, its body");
}

/* $([char]21345), of a character that PowerShell's file may not have. */
static bool take_character(struct kq_cursor *cursor, struct kq_buffer *out)
{
    struct kq_slice digits;
    unsigned code = 0;
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("([char]")) ||
        !kq_cursor_take_until(cursor, KQ_SLICE(")"), &digits) || !kq_slice_is_digits(digits) ||
        digits.size > CODE_DIGITS_MAX) {
        return false;
    }
    for (size_t i = 0; i < digits.size; i++) {
        code = code * 10 + (unsigned)(digits.data[i] - '0');
    }
    kq_request_append_code_point(out, code);
    return code < 0xD800 || (code > 0xDFFF && code <= 0xFFFF);
}

static void append_escaped(int byte, struct kq_buffer *out)
{
    char other = byte == 'n' ? '\n' : byte == 'r' ? '\r' : byte == 't' ? '\t' : (char)byte;
    if (byte >= 0) {
        kq_buffer_append_byte(out, other);
    }
}

/* Behind the first quote. False: it does not end, or has variables in it. */
static bool take_quoted(struct kq_cursor *cursor, int quote, struct kq_buffer *out)
{
    for (int byte = kq_cursor_take(cursor); byte >= 0; byte = kq_cursor_take(cursor)) {
        if (byte == quote && kq_cursor_peek(cursor) != quote) {
            return true;
        }
        if (byte == quote) {
            byte = kq_cursor_take(cursor); /* twice: one of the text */
        } else if (quote == '"' && byte == '`') {
            append_escaped(kq_cursor_take(cursor), out);
            continue;
        } else if (quote == '"' && byte == '$') {
            if (!take_character(cursor, out)) {
                return false;
            }
            continue;
        }
        kq_buffer_append_byte(out, (char)byte);
    }
    return false;
}

static void skip_space(struct kq_cursor *cursor)
{
    kq_request_skip_space(cursor);
    while (kq_cursor_take_literal(cursor, KQ_SLICE("`\n")) ||
           kq_cursor_take_literal(cursor, KQ_SLICE("`\r\n"))) {
        kq_request_skip_space(cursor);
    }
}

/* A text, in quotes or up to a space. */
static bool take_text(struct kq_cursor *cursor, struct kq_buffer *out)
{
    int byte = kq_cursor_peek(cursor);
    kq_buffer_clear(out);
    if (byte == '"' || byte == '\'') {
        (void)kq_cursor_take(cursor);
        return take_quoted(cursor, byte, out);
    }
    for (; byte > ' ' && byte != '`' && byte != '=' && byte != ';'; byte = kq_cursor_peek(cursor)) {
        kq_buffer_append_byte(out, (char)kq_cursor_take(cursor));
    }
    return out->size > 0 && out->data[0] != '$' && out->data[0] != '(' && out->data[0] != '@';
}

/* A text into the arena; also the bytes that are made of one. */
static struct kq_result take_value(struct kq_sent_request *request, struct kq_cursor *cursor,
                                   struct kq_slice *value, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    skip_space(cursor);
    bool is_bytes = kq_cursor_take_literal(cursor, KQ_SLICE("([System.Text.Encoding]::UTF8.GetBytes("));
    bool is_taken = take_text(cursor, &text) && (!is_bytes || kq_cursor_take_literal(cursor, KQ_SLICE("))")));
    KQ_ENSURE_MEMORY(!text.failed, error);
    if (!is_taken) {
        return refuse(error);
    }
    *value = kq_arena_copy(request->arena, kq_buffer_slice(&text));
    KQ_ENSURE_MEMORY(value->data, error);
    return KQ_OK;
}

/* @{ "name"="value" …} */
static struct kq_result take_headers(struct kq_sent_request *request, struct kq_cursor *cursor,
                                     struct kq_sent_v3 *sent, struct kq_error *error)
{
    skip_space(cursor);
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("@{"))) {
        return refuse(error);
    }
    for (skip_space(cursor); !kq_cursor_take_literal(cursor, KQ_SLICE("}")); skip_space(cursor)) {
        struct kq_slice name = KQ_SLICE_EMPTY;
        struct kq_slice value = KQ_SLICE_EMPTY;
        KQ_TRY(take_value(request, cursor, &name, error));
        skip_space(cursor);
        if (!kq_cursor_take_literal(cursor, KQ_SLICE("="))) {
            return refuse(error);
        }
        KQ_TRY(take_value(request, cursor, &value, error));
        kq_request_take_header(name, value, sent);
        skip_space(cursor);
        (void)kq_cursor_take_literal(cursor, KQ_SLICE(";"));
    }
    return KQ_OK;
}

static bool is_named(struct kq_slice option, const char *name)
{
    return kq_slice_equal_ignoring_case(option, kq_slice_of(name));
}

static struct kq_result take_option(struct kq_sent_request *request, struct kq_cursor *cursor,
                                    struct kq_sent_v3 *sent, struct kq_slice *url, struct kq_error *error)
{
    struct kq_slice option = KQ_SLICE_EMPTY;
    struct kq_slice method = KQ_SLICE_EMPTY;
    (void)kq_request_take_name(cursor, &option);
    if (is_named(option, "Headers")) {
        return take_headers(request, cursor, sent, error);
    }
    if (is_named(option, "Uri")) {
        return take_value(request, cursor, url, error);
    }
    if (is_named(option, "Body")) {
        return take_value(request, cursor, &sent->content, error);
    }
    if (is_named(option, "ContentType")) {
        return take_value(request, cursor, &sent->content_type, error);
    }
    if (is_named(option, "Method")) {
        KQ_TRY(take_value(request, cursor, &method, error));
        sent->http_method = kq_request_http_method(method);
        return KQ_OK;
    }
    skip_space(cursor);
    bool has_text = kq_cursor_peek(cursor) == '"' || kq_cursor_peek(cursor) == '\'';
    return has_text ? take_value(request, cursor, &method, error) : KQ_OK;
}

/* What follows the name of the command; a text that belongs to no option is the URL. */
static struct kq_result take_words(struct kq_sent_request *request, struct kq_cursor *cursor,
                                   struct kq_sent_v3 *sent, struct kq_slice *url, struct kq_error *error)
{
    for (skip_space(cursor); !kq_cursor_at_end(cursor); skip_space(cursor)) {
        struct kq_slice value = KQ_SLICE_EMPTY;
        int byte = kq_cursor_peek(cursor);
        if (kq_cursor_take_literal(cursor, KQ_SLICE("-"))) {
            KQ_TRY(take_option(request, cursor, sent, url, error));
        } else if (byte == '"' || byte == '\'' || kq_cursor_take_literal(cursor, KQ_SLICE("http"))) {
            cursor->at -= byte == 'h' ? 4 : 0;
            KQ_TRY(take_value(request, cursor, &value, error));
            *url = url->size == 0 ? value : *url;
        } else {
            (void)kq_cursor_take(cursor);
        }
    }
    return KQ_OK;
}

struct kq_result kq_request_add_powershell(struct kq_sent_request *request, struct kq_slice text,
                                           struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_sent_v3 sent = {0};
    struct kq_slice before;
    struct kq_slice url = KQ_SLICE_EMPTY;
    bool is_v3 = false;
    (void)(kq_cursor_take_until(&cursor, KQ_SLICE("Invoke-WebRequest "), &before) ||
           kq_cursor_take_until(&cursor, KQ_SLICE("Invoke-RestMethod "), &before));
    KQ_TRY(take_words(request, &cursor, &sent, &url, error));
    kq_request_take_address(url, &sent);
    KQ_TRY(kq_request_take_v3(request, &sent, &is_v3, error));
    if (is_v3) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(url), error));
    return kq_request_add_body(request, sent.content_type, sent.content, error);
}
