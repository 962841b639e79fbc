/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/draft.h"

#include <assert.h>

struct kq_slice kq_line_chinese(struct kq_slice name)
{
    static const struct {
        struct kq_slice name;
        struct kq_slice chinese;
    } rows[] = {
        {KQ_LINE_AUTHORIZATION, KQ_SLICE("authorization 的列表")},
        {KQ_LINE_METHOD, KQ_SLICE("HTTP 方法")},
        {KQ_LINE_PATH, KQ_SLICE("路径")},
        {KQ_LINE_BODY, KQ_SLICE("请求体")},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        if (kq_slice_equal(name, rows[i].name)) {
            return rows[i].chinese;
        }
    }
    return KQ_SLICE_EMPTY;
}

size_t kq_draft_find(const struct kq_draft *draft, struct kq_slice name)
{
    size_t index = 0;
    while (index < draft->count && !kq_slice_equal(draft->items[index].name, name)) {
        index++;
    }
    return index;
}

void kq_draft_add(struct kq_draft *draft, struct kq_slice name, struct kq_slice value)
{
    draft->items[draft->count++] = (struct kq_sent_param){.name = name, .value = value, .raw = value};
}

void kq_draft_remove(struct kq_draft *draft, size_t index)
{
    draft->count--;
    memmove(&draft->items[index], &draft->items[index + 1], (draft->count - index) * sizeof(draft->items[0]));
}

struct kq_result kq_draft_put(const struct kq_draft *draft, struct kq_slice *value,
                              const struct kq_buffer *made, bool *changed, struct kq_error *error)
{
    KQ_ENSURE_MEMORY(!made->failed, error);
    if (kq_slice_equal(kq_buffer_slice(made), *value)) {
        return KQ_OK;
    }
    *value = kq_arena_copy(draft->arena, kq_buffer_slice(made));
    KQ_ENSURE_MEMORY(value->data, error);
    *changed = true;
    return KQ_OK;
}

static struct kq_result make_items(struct kq_draft *draft, size_t count, struct kq_error *error)
{
    draft->items = kq_arena_allocate_array(draft->arena, count + KQ_DRAFT_SPARE, sizeof(draft->items[0]));
    KQ_ENSURE_MEMORY(draft->items, error);
    return KQ_OK;
}

static struct kq_result begin_v3(const struct kq_sent_request *request, struct kq_draft *draft,
                                 struct kq_error *error)
{
    *draft = (struct kq_draft){
        .arena = request->arena,
        .v3 = &request->v3,
        .content_name = KQ_LINE_BODY,
        .charset = KQ_CHARSET_UTF8,
        .order = KQ_ORDER_AS_SENT,
        .keeps_empty = true,
        .join = {.without_names = true, .separator = KQ_SLICE("\n"), .suffix = KQ_SLICE("\n")},
    };
    KQ_TRY(make_items(draft, 0, error));
    kq_draft_add(draft, KQ_LINE_AUTHORIZATION, request->v3.list);
    kq_draft_add(draft, KQ_LINE_METHOD, request->v3.http_method);
    kq_draft_add(draft, KQ_LINE_PATH, request->v3.target);
    kq_draft_add(draft, KQ_LINE_BODY, request->v3.body);
    if (request->v3.app_auth_token.size > 0) {
        kq_draft_add(draft, KQ_LINE_TOKEN, request->v3.app_auth_token);
    }
    return KQ_OK;
}

/* Bytes that encoders leave as they are, one or the other. */
static bool is_left(unsigned char byte)
{
    return byte > ' ' && byte < 0x7F && strchr("\"<>\\^`{|}", byte) == NULL;
}

static bool is_letter_or_digit(unsigned char byte)
{
    return (byte >= '0' && byte <= '9') || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

static int hex_value(char byte)
{
    int letter = byte | 0x20;
    return byte >= '0' && byte <= '9' ? byte - '0' : letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

bool kq_draft_looks_encoded(const struct kq_sent_param *item)
{
    struct kq_slice raw = item->raw;
    bool looks_encoded = true;
    for (size_t at = 0; at < raw.size && looks_encoded; at++) {
        if (raw.data[at] != '%') {
            looks_encoded = is_left((unsigned char)raw.data[at]);
            continue;
        }
        int high = at + 2 < raw.size ? hex_value(raw.data[at + 1]) : -1;
        int low = at + 2 < raw.size ? hex_value(raw.data[at + 2]) : -1;
        looks_encoded = high >= 0 && low >= 0 && !is_letter_or_digit((unsigned char)(high << 4 | low));
    }
    return looks_encoded;
}

static void look_at_all(struct kq_draft *draft)
{
    draft->looks_encoded = true;
    for (size_t i = 0; i < draft->count; i++) {
        bool is_sign = kq_slice_equal(draft->items[i].name, KQ_SLICE("sign"));
        draft->looks_encoded = draft->looks_encoded && (is_sign || kq_draft_looks_encoded(&draft->items[i]));
    }
}

struct kq_result kq_draft_begin(const struct kq_sent_request *request, struct kq_draft *draft,
                                struct kq_error *error)
{
    if (request->is_v3) {
        return begin_v3(request, draft, error);
    }
    *draft = (struct kq_draft){
        .arena = request->arena,
        .content_name = KQ_SLICE("biz_content"),
        .is_notification = kq_request_is_notification(request),
        .join = {.before_value = KQ_SLICE("="), .separator = KQ_SLICE("&")},
    };
    if (!kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &draft->charset, NULL).ok) {
        draft->charset = KQ_CHARSET_UTF8;
    }
    KQ_TRY(make_items(draft, request->count, error));
    for (size_t i = 0; i < request->count; i++) {
        const struct kq_sent_param *param = &request->items[i];
        if (param->name.size > 0 && kq_draft_find(draft, param->name) == draft->count) {
            draft->items[draft->count++] = *param;
        }
    }
    look_at_all(draft);
    return KQ_OK;
}

struct kq_result kq_draft_copy(const struct kq_draft *draft, struct kq_arena *arena, struct kq_draft *copy,
                               struct kq_error *error)
{
    *copy = *draft;
    copy->arena = arena;
    KQ_TRY(make_items(copy, draft->count, error));
    if (draft->count > 0) {
        memcpy(copy->items, draft->items, draft->count * sizeof(draft->items[0]));
    }
    return KQ_OK;
}

bool kq_draft_is_signed(const struct kq_draft *draft, size_t index)
{
    const struct kq_sent_param *item = &draft->items[index];
    bool is_left_out = (kq_slice_equal(item->name, KQ_SLICE("sign")) && !draft->keeps_sign) ||
                       (draft->is_notification && kq_slice_equal(item->name, KQ_SLICE("sign_type")));
    return !is_left_out && (item->value.size > 0 || draft->keeps_empty);
}

static int compare_ignoring_case(struct kq_slice a, struct kq_slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    for (size_t i = 0; i < size; i++) {
        int left = a.data[i] >= 'A' && a.data[i] <= 'Z' ? a.data[i] + 32 : a.data[i];
        int right = b.data[i] >= 'A' && b.data[i] <= 'Z' ? b.data[i] + 32 : b.data[i];
        if (left != right) {
            return left - right;
        }
    }
    return a.size < b.size ? -1 : a.size > b.size ? 1 : 0;
}

static bool comes_before(enum kq_draft_order order, const struct kq_sent_param *a,
                         const struct kq_sent_param *b)
{
    switch (order) {
    case KQ_ORDER_AS_SENT:
        return false;
    case KQ_ORDER_REVERSED:
        return kq_slice_compare(a->name, b->name) > 0;
    case KQ_ORDER_IGNORING_CASE:
        return compare_ignoring_case(a->name, b->name) < 0;
    case KQ_ORDER_BY_VALUE:
        return kq_slice_compare(a->value, b->value) < 0;
    case KQ_ORDER_BY_NAME:
    default:
        return kq_slice_compare(a->name, b->name) < 0;
    }
}

static void insert(const struct kq_draft *draft, size_t *sorted, size_t count, size_t index)
{
    size_t at = count;
    while (at > 0 && comes_before(draft->order, &draft->items[index], &draft->items[sorted[at - 1]])) {
        sorted[at] = sorted[at - 1];
        at--;
    }
    sorted[at] = index;
}

static void append_item(struct kq_buffer *text, const struct kq_draft_join *join,
                        const struct kq_sent_param *item)
{
    if (!join->without_names) {
        kq_buffer_append(text, join->before_name);
        kq_buffer_append(text, item->name);
        kq_buffer_append(text, join->before_value);
    }
    kq_buffer_append(text, item->value);
    kq_buffer_append(text, join->after_value);
}

struct kq_result kq_draft_join(struct kq_draft *draft, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    size_t sorted[KQ_PARAMS_MAX + 2 * KQ_DRAFT_SPARE];
    size_t count = 0;
    assert(draft->count <= KQ_COUNT(sorted));
    for (size_t i = 0; i < draft->count; i++) {
        if (kq_draft_is_signed(draft, i)) {
            insert(draft, sorted, count++, i);
        }
    }
    kq_buffer_append(&text, draft->join.prefix);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            kq_buffer_append(&text, draft->join.separator);
        }
        append_item(&text, &draft->join, &draft->items[sorted[i]]);
    }
    kq_buffer_append(&text, draft->join.suffix);
    KQ_ENSURE_MEMORY(!text.failed, error);
    draft->text = kq_arena_copy(draft->arena, kq_buffer_slice(&text));
    KQ_ENSURE_MEMORY(draft->text.data, error);
    return KQ_OK;
}
