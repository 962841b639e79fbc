/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/envelope.h"

#include <stdint.h>

#include "base/cursor.h"
#include "wire/json.h"
#include "wire/json_scan.h"

/* An answer that is being taken apart. */
struct splitter {
    struct kq_cursor cursor;
    bool is_gbk;
};

static void skip_spaces(struct kq_cursor *cursor)
{
    int byte = kq_cursor_peek(cursor);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
}

/* What neither ends a string nor has a second byte, as far as one can tell without looking at each byte. */
static void skip_plain(struct splitter *splitter)
{
    if (!splitter->is_gbk) {
        struct kq_slice left = {.data = splitter->cursor.at, .size = kq_cursor_left(&splitter->cursor)};
        splitter->cursor.at += kq_json_plain_prefix(left);
    }
}

/* From quote to quote; `content` is what stands between, escapes as they are. */
static bool take_string(struct splitter *splitter, struct kq_slice *content)
{
    struct kq_cursor *cursor = &splitter->cursor;
    if (!kq_cursor_take_literal(cursor, KQ_SLICE("\""))) {
        return false;
    }
    const char *begin = cursor->at;
    skip_plain(splitter);
    for (int byte = kq_cursor_take(cursor); byte >= 0; byte = kq_cursor_take(cursor)) {
        if (byte == '"') {
            *content = (struct kq_slice){.data = begin, .size = (size_t)(cursor->at - begin) - 1};
            return true;
        }
        bool has_second_byte = byte == '\\' || (splitter->is_gbk && byte > 0x80);
        if (has_second_byte && kq_cursor_take(cursor) < 0) {
            return false;
        }
        skip_plain(splitter);
    }
    return false;
}

/* Brackets that are open, the innermost in the lowest bit: 1 for an object, 0 for an array. */
struct brackets {
    uint64_t kinds;
    unsigned depth;
};
_Static_assert(KQ_JSON_DEPTH_MAX <= 64, "one bit a level");

/* Takes a bracket; false where it does not fit those that are open. */
static bool take_bracket(struct kq_cursor *cursor, struct brackets *brackets)
{
    int byte = kq_cursor_take(cursor);
    if (byte == '{' || byte == '[') {
        brackets->kinds = brackets->kinds << 1 | (byte == '{');
        return ++brackets->depth <= KQ_JSON_DEPTH_MAX;
    }
    if (brackets->depth == 0 || (brackets->kinds & 1) != (byte == '}')) {
        return false;
    }
    brackets->kinds >>= 1;
    brackets->depth--;
    return true;
}

static bool is_bracket(int byte)
{
    return byte == '{' || byte == '[' || byte == '}' || byte == ']';
}

/* An object or an array. What stands in it is not judged beyond its strings and brackets: whoever reads it
 * does. */
static bool take_brackets(struct splitter *splitter)
{
    struct brackets brackets = {0};
    do {
        int byte = kq_cursor_peek(&splitter->cursor);
        struct kq_slice content;
        if (byte < 0) {
            return false;
        }
        if (byte == '"' ? !take_string(splitter, &content)
                        : is_bracket(byte) && !take_bracket(&splitter->cursor, &brackets)) {
            return false;
        }
        if (byte != '"' && !is_bracket(byte)) {
            (void)kq_cursor_take(&splitter->cursor);
        }
    } while (brackets.depth > 0);
    return true;
}

/* A number, true, false or null: its characters. */
static bool take_word(struct kq_cursor *cursor)
{
    const char *begin = cursor->at;
    int byte = kq_cursor_peek(cursor);
    while ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9') || byte == '-' || byte == '+' ||
           byte == '.' || byte == 'E') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
    return cursor->at != begin;
}

/* Any value; `raw` is its bytes, quotes included. */
static bool take_value(struct splitter *splitter, struct kq_slice *raw)
{
    const char *begin = splitter->cursor.at;
    int byte = kq_cursor_peek(&splitter->cursor);
    struct kq_slice content;
    bool taken = byte == '"'                  ? take_string(splitter, &content)
                 : byte == '{' || byte == '[' ? take_brackets(splitter)
                                              : take_word(&splitter->cursor);
    *raw = (struct kq_slice){.data = begin, .size = (size_t)(splitter->cursor.at - begin)};
    return taken;
}

static bool ends_with(struct kq_slice text, struct kq_slice end)
{
    return text.size >= end.size && memcmp(text.data + text.size - end.size, end.data, end.size) == 0;
}

/* A text member that stands once and needs no unescaping: base64 or hex. */
static bool keep_text(struct kq_slice raw, struct kq_slice *kept)
{
    if (kept->data != NULL || raw.size < 2 || raw.data[0] != '"' || kq_slice_find(raw, '\\') != raw.size) {
        return false;
    }
    *kept = (struct kq_slice){.data = raw.data + 1, .size = raw.size - 2};
    return true;
}

static bool keep_member(struct kq_slice name, struct kq_slice raw, struct kq_envelope *envelope)
{
    if (kq_slice_equal(name, KQ_SLICE("sign"))) {
        return keep_text(raw, &envelope->sign);
    }
    if (kq_slice_equal(name, KQ_SLICE("alipay_cert_sn"))) {
        return keep_text(raw, &envelope->cert_sn);
    }
    if (!ends_with(name, KQ_SLICE("_response"))) {
        return true;
    }
    if (envelope->name.data != NULL) {
        return false;
    }
    envelope->name = name;
    envelope->response = raw;
    return true;
}

static bool take_member(struct splitter *splitter, struct kq_envelope *envelope)
{
    struct kq_slice name;
    struct kq_slice raw;
    skip_spaces(&splitter->cursor);
    if (!take_string(splitter, &name)) {
        return false;
    }
    skip_spaces(&splitter->cursor);
    if (!kq_cursor_take_literal(&splitter->cursor, KQ_SLICE(":"))) {
        return false;
    }
    skip_spaces(&splitter->cursor);
    if (!take_value(splitter, &raw)) {
        return false;
    }
    skip_spaces(&splitter->cursor);
    return keep_member(name, raw, envelope);
}

static bool split(struct splitter *splitter, struct kq_envelope *envelope)
{
    skip_spaces(&splitter->cursor);
    if (!kq_cursor_take_literal(&splitter->cursor, KQ_SLICE("{"))) {
        return false;
    }
    do {
        if (!take_member(splitter, envelope)) {
            return false;
        }
    } while (kq_cursor_take_literal(&splitter->cursor, KQ_SLICE(",")));
    if (!kq_cursor_take_literal(&splitter->cursor, KQ_SLICE("}"))) {
        return false;
    }
    skip_spaces(&splitter->cursor);
    return kq_cursor_at_end(&splitter->cursor);
}

struct kq_result kq_envelope_split(struct kq_slice answer, bool is_gbk, struct kq_envelope *envelope,
                                   struct kq_error *error)
{
    struct splitter splitter = {.cursor = kq_cursor_of(answer), .is_gbk = is_gbk};
    *envelope = (struct kq_envelope){0};
    KQ_ENSURE(split(&splitter, envelope), error, KQ_E_ANSWER, "the answer is not the gateway's JSON");
    KQ_ENSURE(envelope->response.size > 0, error, KQ_E_ANSWER,
              "the answer has no member that ends in _response");
    return KQ_OK;
}
