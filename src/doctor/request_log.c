/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

/* A line in which a request stands: `… "POST /gateway.do?app_id=…&sign=… HTTP/1.1" 200`, `sign content:
 * app_id=…&biz_content={…}`. */

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '_' || byte == '.' || byte == '-';
}

/* Where the first `name=` begins whose line goes on with `&name=`; or text.size. */
static size_t find_begin(struct kq_slice text)
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

struct kq_result kq_request_add_log(struct kq_sent_request *request, struct kq_slice text,
                                    struct kq_error *error)
{
    size_t begin = find_begin(text);
    if (begin == text.size) {
        return KQ_OK;
    }
    struct kq_slice rest = {.data = text.data + begin, .size = text.size - begin};
    rest.size = kq_slice_find(rest, '\n');
    struct kq_slice word = {.data = rest.data, .size = kq_request_word_size(rest)};
    struct kq_slice behind = {.data = rest.data + word.size, .size = rest.size - word.size};
    /* What goes on behind a space or a quote with more parameters was never encoded. */
    bool is_word = !kq_request_contains(behind, KQ_SLICE("&"));
    return kq_request_add_any_form(request, is_word ? word : kq_slice_trim(rest), error);
}
