/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

#include "base/buffer.h"
#include "wire/json.h"
#include "wire/openapi_v3.h"

/* Texts in which a call of the newer protocol stands somehow: a log line with its header and its body, lines
 * that a program prints about it. */

/* Brackets that may be the body: of a text that has more of them, and none that closes, the others are not
 * tried. */
#define BRACKETS_MAX 64

static const char *find(struct kq_slice text, struct kq_slice part)
{
    return text.data == NULL ? NULL : memmem(text.data, text.size, part.data, part.size);
}

static struct kq_slice from(struct kq_slice text, const char *at)
{
    return (struct kq_slice){.data = at, .size = text.size - (size_t)(at - text.data)};
}

/* What a text around it has put behind a word. */
static struct kq_slice without_brackets(struct kq_slice word)
{
    while (word.size > 0 && memchr(",;]})", word.data[word.size - 1], 5) != NULL) {
        word.size--;
    }
    return word;
}

/* From the scheme on, over one space, to the end of the list: it has spaces only behind commas, and ends with
 * sign. */
static void find_authorization(struct kq_slice text, struct kq_sent_v3 *sent)
{
    const char *at = find(text, KQ_SLICE(KQ_V3_SCHEME " "));
    if (at == NULL) {
        return;
    }
    struct kq_slice rest = from(text, at);
    size_t size = sizeof(KQ_V3_SCHEME);
    for (bool goes_on = true; goes_on && size < rest.size;) {
        struct kq_slice word = {.data = rest.data + size, .size = rest.size - size};
        word.size = kq_request_word_size(word);
        bool is_signed = find(word, KQ_SLICE("sign=")) != NULL;
        size += word.size;
        goes_on = !is_signed && size + 1 < rest.size && rest.data[size] == ' ' &&
                  rest.data[size - 1] == ',' && rest.data[size + 1] > ' ';
        size += goes_on ? 1 : 0;
    }
    sent->authorization = without_brackets((struct kq_slice){.data = rest.data, .size = size});
}

static bool is_word_end(char byte)
{
    return byte <= ' ' || byte == '"' || byte == '\'' || byte == '<' || byte == '(' || byte == '=';
}

/* The word with the path, and the one before it where that is a method. True: the text begins with such a
 * call, or has its request line; else it may be a parameter that has such a path in it. */
static bool find_target(struct kq_slice text, struct kq_sent_v3 *sent)
{
    const char *at = find(text, KQ_SLICE(KQ_V3_PATH_PREFIX));
    if (at == NULL) {
        return false;
    }
    while (at > text.data && !is_word_end(at[-1])) {
        at--;
    }
    struct kq_slice word = from(text, at);
    word.size = kq_request_word_size(word);
    kq_request_take_address(without_brackets(word), sent);
    struct kq_slice before = {.data = text.data, .size = (size_t)(at - text.data)};
    while (before.size > 0 && is_word_end(before.data[before.size - 1])) {
        before.size--;
    }
    size_t begin = before.size;
    while (begin > 0 && !is_word_end(before.data[begin - 1])) {
        begin--;
    }
    sent->http_method = kq_request_http_method((struct kq_slice){before.data + begin, before.size - begin});
    return at == text.data || sent->http_method.size > 0;
}

/* `name: value`, `"name":"value"`, `name=value`; the name in any letter case. */
static void find_token(struct kq_slice text, struct kq_sent_v3 *sent)
{
    static const struct kq_slice name = KQ_SLICE(KQ_V3_HEADER_APP_AUTH_TOKEN);
    size_t at = 0;
    while (at + name.size <= text.size &&
           !kq_slice_equal_ignoring_case((struct kq_slice){text.data + at, name.size}, name)) {
        at++;
    }
    if (at + name.size > text.size) {
        return;
    }
    struct kq_slice rest = from(text, text.data + at + name.size);
    while (rest.size > 0 && memchr(" \t\"':=>", rest.data[0], 7) != NULL) {
        rest = from(rest, rest.data + 1);
    }
    rest.size = kq_request_word_size(rest);
    sent->app_auth_token = without_brackets(rest);
}

/* `{\"a\":1}`, as a text in quotes has it: up to the quote that ends it, without the backslashes. */
static struct kq_result take_escaped(struct kq_sent_request *request, struct kq_slice text,
                                     struct kq_slice *content, struct kq_error *error)
{
    struct kq_buffer quoted KQ_CLEANUP(kq_buffer_free) = {0};
    const struct kq_json *value = NULL;
    struct kq_error inner = {0};
    size_t size = 0;
    while (size < text.size && text.data[size] != '"') {
        size += text.data[size] == '\\' ? 2 : 1;
    }
    if (size >= text.size) {
        return KQ_OK;
    }
    kq_buffer_append_byte(&quoted, '"');
    kq_buffer_append(&quoted, (struct kq_slice){.data = text.data, .size = size + 1});
    KQ_ENSURE_MEMORY(!quoted.failed, error);
    struct kq_slice kept = kq_arena_copy(request->arena, kq_buffer_slice(&quoted));
    KQ_ENSURE_MEMORY(kept.data, error);
    if (kq_json_read(kept, request->arena, &value, &inner).ok && value->kind == KQ_JSON_STRING) {
        *content = value->text;
    }
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    return KQ_OK;
}

static struct kq_result check_json(struct kq_sent_request *request, struct kq_slice text, bool *is_json,
                                   struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_error inner = {0};
    *is_json = kq_json_read(text, request->arena, &value, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    return KQ_OK;
}

/* Brackets that close and do not have the header in them: the first that are JSON, else the last; a program
 * prints its context before the body, and in a form of its own. */
static struct kq_result find_body(struct kq_sent_request *request, struct kq_slice text,
                                  struct kq_sent_v3 *sent, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    bool is_found = false;
    for (size_t i = 0; i < BRACKETS_MAX && !is_found && kq_cursor_take_until(&cursor, KQ_SLICE("{"), &before);
         i++) {
        struct kq_cursor attempt = {.at = cursor.at - 1, .end = cursor.end};
        struct kq_slice rest = from(text, attempt.at);
        struct kq_slice taken = KQ_SLICE_EMPTY;
        if (kq_slice_starts_with(rest, KQ_SLICE("{\\\""))) {
            KQ_TRY(take_escaped(request, rest, &taken, error));
            is_found = taken.data != NULL && taken.size > 0;
        } else if (kq_request_take_brackets(&attempt, &taken) &&
                   find(taken, KQ_SLICE(KQ_V3_SCHEME)) == NULL &&
                   find(taken, KQ_SLICE(KQ_V3_PATH_PREFIX)) == NULL) {
            KQ_TRY(check_json(request, taken, &is_found, error));
            cursor = attempt;
        } else {
            continue;
        }
        sent->content = taken.size > 0 ? taken : sent->content;
    }
    return KQ_OK;
}

struct kq_result kq_request_add_v3_text(struct kq_sent_request *request, struct kq_slice text, bool *taken,
                                        struct kq_error *error)
{
    struct kq_sent_v3 sent = {0};
    *taken = false;
    find_authorization(text, &sent);
    bool is_call = find_target(text, &sent);
    if (sent.authorization.size == 0 && !is_call) {
        return KQ_OK;
    }
    find_token(text, &sent);
    KQ_TRY(find_body(request, text, &sent, error));
    return kq_request_take_v3(request, &sent, taken, error);
}
