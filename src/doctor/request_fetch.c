/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"
#include "wire/json.h"

/* fetch("URL", { "headers": { … }, "body": "…", "method": "POST" }), as browsers' "Copy as fetch" has it:
 * what stands between the brackets is JSON. */

bool kq_request_is_fetch(struct kq_slice text)
{
    return kq_slice_starts_with(text, KQ_SLICE("fetch(")) ||
           kq_slice_starts_with(text, KQ_SLICE("await fetch("));
}

/* Up to the quote that ends it. */
static bool take_string(struct kq_cursor *cursor, struct kq_slice *string)
{
    const char *begin = cursor->at;
    if (kq_cursor_take(cursor) != '"') {
        return false;
    }
    for (int byte = kq_cursor_take(cursor); byte >= 0 && byte != '"'; byte = kq_cursor_take(cursor)) {
        if (byte == '\\') {
            (void)kq_cursor_take(cursor);
        }
    }
    *string = (struct kq_slice){.data = begin, .size = (size_t)(cursor->at - begin)};
    return true;
}

/* *value NULL: it is none. */
static struct kq_result read_json(struct kq_slice text, struct kq_arena *arena, const struct kq_json **value,
                                  struct kq_error *error)
{
    struct kq_error inner = {0};
    if (!kq_json_read(text, arena, value, &inner).ok) {
        KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
        *value = NULL;
    }
    return KQ_OK;
}

struct kq_result kq_request_add_fetch(struct kq_sent_request *request, struct kq_slice text, bool *taken,
                                      struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    struct kq_slice string = KQ_SLICE_EMPTY;
    struct kq_slice object = KQ_SLICE("{}");
    const struct kq_json *url = NULL;
    const struct kq_json *options = NULL;
    (void)kq_cursor_take_until(&cursor, KQ_SLICE("("), &before);
    kq_request_skip_space(&cursor);
    (void)take_string(&cursor, &string);
    kq_request_skip_space(&cursor);
    if (kq_cursor_take_literal(&cursor, KQ_SLICE(","))) {
        kq_request_skip_space(&cursor);
        object = KQ_SLICE_EMPTY;
        (void)kq_request_take_brackets(&cursor, &object);
    }
    KQ_TRY(read_json(string, request->arena, &url, error));
    KQ_TRY(read_json(object, request->arena, &options, error));
    *taken = url != NULL && options != NULL;
    return *taken ? kq_request_add_call(request, url->text, options, error) : KQ_OK;
}
