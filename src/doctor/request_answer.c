/* SPDX-License-Identifier: Apache-2.0 */
#include "base/cursor.h"
#include "doctor/request_parts.h"
#include "wire/charset.h"
#include "wire/json.h"

/* An answer of the gateway where a request is asked for: its JSON, a dump of the HTTP answer, or the last
 * lines of `kaquan call --verbose`. */

#define HEADING KQ_SLICE("Answer body:")

static bool is_dump(struct kq_slice text)
{
    return kq_slice_starts_with(text, KQ_SLICE("HTTP/")) || kq_slice_starts_with(text, KQ_SLICE("Answer:"));
}

/* The JSON in it; the text itself where it is nothing else. */
static struct kq_slice body_of(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice body = text;
    if ((is_dump(text) || kq_slice_starts_with(text, HEADING)) &&
        kq_cursor_take_until(&cursor, HEADING, &body)) {
        kq_request_skip_space(&cursor);
        (void)kq_cursor_take_part(&cursor, '\n', &body);
    } else if (is_dump(text) && (kq_cursor_take_until(&cursor, KQ_SLICE("\r\n\r\n"), &body) ||
                                 kq_cursor_take_until(&cursor, KQ_SLICE("\n\n"), &body))) {
        body = kq_cursor_take_rest(&cursor);
    }
    return kq_slice_trim(body);
}

static bool ends_with(struct kq_slice text, struct kq_slice end)
{
    return text.size >= end.size &&
           kq_slice_equal((struct kq_slice){text.data + text.size - end.size, end.size}, end);
}

/* Does its first member have an answer's name? Then it is one, whole or not. */
static bool begins_as_answer(struct kq_slice body)
{
    struct kq_cursor cursor = kq_cursor_of(body);
    struct kq_slice name;
    bool is_object = kq_cursor_take_literal(&cursor, KQ_SLICE("{"));
    kq_request_skip_space(&cursor);
    return is_object && kq_cursor_take_literal(&cursor, KQ_SLICE("\"")) &&
           kq_request_take_name(&cursor, &name) && ends_with(name, KQ_SLICE("_response"));
}

bool kq_request_is_response(struct kq_slice name)
{
    return ends_with(name, KQ_SLICE("_response"));
}

bool kq_request_is_answer(const struct kq_json *object)
{
    size_t responses = 0;
    for (const struct kq_json *member = object->first; member != NULL; member = member->next) {
        bool has_response = member->kind == KQ_JSON_OBJECT || member->kind == KQ_JSON_STRING;
        if (kq_request_is_response(member->name) && has_response) {
            responses++;
        } else if (!kq_slice_equal(member->name, KQ_SLICE("sign")) &&
                   !kq_slice_equal(member->name, KQ_SLICE("alipay_cert_sn"))) {
            return false;
        }
    }
    return responses == 1;
}

/* The bytes as UTF-8, whatever they are in; what is in no charset stays. */
static struct kq_result to_utf8(struct kq_slice *text, struct kq_arena *arena, struct kq_error *error)
{
    struct kq_slice decoded = *text;
    struct kq_error inner = {0};
    bool is_decoded =
        kq_utf8_is_valid(*text) || kq_charset_decode(KQ_CHARSET_GBK, *text, arena, &decoded, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    *text = is_decoded ? decoded : *text;
    return KQ_OK;
}

/* A line of a log, or several: objects with an answer, or what is called so, beside other things. */
static struct kq_result find_log(struct kq_slice body, bool *is_log, struct kq_error *error)
{
    struct kq_arena scratch KQ_CLEANUP(kq_arena_free) = {0};
    const struct kq_json *value = NULL;
    struct kq_error inner = {0};
    KQ_TRY(to_utf8(&body, &scratch, error));
    struct kq_cursor cursor = kq_cursor_of(body);
    (void)kq_request_take_brackets(&cursor, &body);
    bool is_json = kq_json_read(body, &scratch, &value, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    *is_log = is_json && value->kind == KQ_JSON_OBJECT && !kq_request_is_answer(value);
    return KQ_OK;
}

struct kq_result kq_request_take_answer(struct kq_sent_request *request, struct kq_slice text, bool *taken,
                                        struct kq_error *error)
{
    struct kq_slice body = body_of(text);
    struct kq_error inner = {0};
    bool is_log = false;
    KQ_TRY(find_log(body, &is_log, error));
    *taken = !is_log && kq_envelope_split(body, !kq_utf8_is_valid(body), &request->answer, &inner).ok;
    KQ_ENSURE(*taken || is_log || !begins_as_answer(body), error, KQ_E_BAD_INPUT,
              "this is an answer of the gateway, and cut off or broken: give it whole, as it came");
    KQ_ENSURE(
        *taken || !is_dump(text), error, KQ_E_BAD_INPUT,
        "this is an answer, and none of gateway.do with its …_response: give the request that it answers");
    request->is_answer = *taken;
    request->form = *taken ? KQ_REQUEST_ANSWER : request->form;
    return KQ_OK;
}
