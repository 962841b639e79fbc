/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>

#include "base/buffer.h"
#include "base/time.h"
#include "doctor/mistakes.h"

/* Which parameters were signed, with which values. */

/* A request signs sign_type, a notification does not. */
struct kq_result kq_change_sign_type_rule(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    (void)variant;
    (void)subject;
    (void)error;
    size_t index = kq_draft_find(draft, KQ_SLICE("sign_type"));
    *changed = index < draft->count;
    if (draft->is_notification) {
        draft->is_notification = false;
    } else if (*changed) {
        kq_draft_remove(draft, index);
    }
    return KQ_OK;
}

struct kq_result kq_change_left_out(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                    bool *changed, struct kq_error *error)
{
    (void)error;
    if (variant < draft->count && kq_draft_is_signed(draft, variant)) {
        *subject = draft->items[variant].name;
        kq_draft_remove(draft, variant);
        *changed = true;
    }
    return KQ_OK;
}

struct pair {
    struct kq_slice name;
    struct kq_slice value;
    struct kq_slice text; /* both, to be shown */
};

#define PAIR(name, value)                                                                                    \
    {                                                                                                        \
        KQ_SLICE(name), KQ_SLICE(value), KQ_SLICE(name "=" value)                                            \
    }
#define NOTHINGS(name) PAIR(name, ""), PAIR(name, "null"), PAIR(name, "undefined"), PAIR(name, "None")

static const struct pair added[] = {
    PAIR("sign_type", "RSA2"),  PAIR("sign_type", "RSA"),
    PAIR("charset", "utf-8"),   PAIR("charset", "UTF-8"),
    PAIR("charset", "GBK"),     PAIR("charset", "gbk"),
    PAIR("format", "JSON"),     PAIR("format", "json"),
    PAIR("version", "1.0"),     PAIR("alipay_sdk", "alipay-sdk-java-dynamicVersionNo"),
    PAIR("biz_content", "{}"),  NOTHINGS("biz_content"),
    NOTHINGS("app_auth_token"), NOTHINGS("auth_token"),
    NOTHINGS("notify_url"),     NOTHINGS("return_url"),
    NOTHINGS("app_cert_sn"),    NOTHINGS("alipay_root_cert_sn"),
    NOTHINGS("encrypt_type"),   NOTHINGS("terminal_type"),
    NOTHINGS("terminal_info"),  NOTHINGS("prod_code"),
    NOTHINGS("ws_service_url"),
};
static_assert(KQ_COUNT(added) == KQ_ADDED_COUNT, "the table has another size");

/* Something that the request does not have. An empty value of it is signed all the same. */
struct kq_result kq_change_added(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                 bool *changed, struct kq_error *error)
{
    (void)error;
    const struct pair *pair = &added[variant];
    size_t index = kq_draft_find(draft, pair->name);
    if (index < draft->count && draft->items[index].value.size > 0) {
        return KQ_OK;
    }
    if (index < draft->count) {
        kq_draft_remove(draft, index);
    }
    kq_draft_add(draft, pair->name, pair->value);
    draft->keeps_empty = draft->keeps_empty || pair->value.size == 0;
    *subject = pair->text;
    *changed = true;
    return KQ_OK;
}

static const struct pair replaced[] = {
    PAIR("sign_type", "RSA"),     PAIR("sign_type", "RSA2"),      PAIR("sign_type", "rsa2"),
    PAIR("sign_type", "MD5"),     PAIR("charset", "utf-8"),       PAIR("charset", "UTF-8"),
    PAIR("charset", "utf8"),      PAIR("charset", "UTF8"),        PAIR("charset", "GBK"),
    PAIR("charset", "gbk"),       PAIR("charset", "gb2312"),      PAIR("charset", "GB2312"),
    PAIR("format", "JSON"),       PAIR("format", "json"),         PAIR("format", "xml"),
    PAIR("version", "1.0"),       PAIR("version", "1"),           PAIR("version", "1.0.0"),
    PAIR("version", "2.0"),       PAIR("biz_content", "{}"),      PAIR("biz_content", "[object Object]"),
    PAIR("biz_content", "Array"), PAIR("biz_content", "null"),    PAIR("biz_content", "undefined"),
    PAIR("timestamp", "null"),    PAIR("timestamp", "undefined"),
};
static_assert(KQ_COUNT(replaced) == KQ_REPLACED_COUNT, "the table has another size");

struct kq_result kq_change_replaced(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                    bool *changed, struct kq_error *error)
{
    (void)error;
    const struct pair *pair = &replaced[variant];
    size_t index = kq_draft_find(draft, pair->name);
    if (index < draft->count && !kq_slice_equal(draft->items[index].value, pair->value)) {
        draft->items[index].value = pair->value;
        *subject = pair->text;
        *changed = true;
    }
    return KQ_OK;
}

#define HOUR_S INT64_C(3600)
static const int64_t timestamp_offsets_s[] = {-1, 1, -2, 2, -3, 3, -8 * HOUR_S, 8 * HOUR_S, -60, 60};
static_assert(KQ_COUNT(timestamp_offsets_s) == KQ_TIMESTAMP_COUNT, "the table has another size");

/* The clock was read once for the signature and once for the request, or in two time zones. */
struct kq_result kq_change_timestamp(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                     bool *changed, struct kq_error *error)
{
    size_t index = kq_draft_find(draft, KQ_SLICE("timestamp"));
    int64_t time_s = 0;
    char text[KQ_TIME_TEXT_SIZE];
    if (index == draft->count || !kq_time_parse(draft->items[index].value, &time_s, NULL).ok) {
        return KQ_OK;
    }
    kq_time_format(time_s + timestamp_offsets_s[variant], text);
    draft->items[index].value = kq_arena_copy(draft->arena, kq_slice_of(text));
    KQ_ENSURE_MEMORY(draft->items[index].value.data, error);
    *subject = draft->items[index].value;
    *changed = true;
    return KQ_OK;
}

/* app_id as appId. */
static struct kq_result camel(struct kq_slice name, struct kq_arena *arena, struct kq_slice *out,
                              struct kq_error *error)
{
    char *room = kq_arena_allocate(arena, name.size + 1);
    KQ_ENSURE_MEMORY(room, error);
    *out = (struct kq_slice){.data = room, .size = 0};
    for (size_t i = 0; i < name.size; i++) {
        char byte = name.data[i];
        if (byte == '_' && i + 1 < name.size) {
            byte = name.data[++i];
            byte = byte >= 'a' && byte <= 'z' ? (char)(byte - 32) : byte;
        }
        room[out->size++] = byte;
    }
    return KQ_OK;
}

struct kq_result kq_change_names(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                 bool *changed, struct kq_error *error)
{
    (void)variant;
    (void)subject;
    for (size_t i = 0; i < draft->count; i++) {
        struct kq_slice *name = &draft->items[i].name;
        if (kq_slice_find(*name, '_') < name->size) {
            KQ_TRY(camel(*name, draft->arena, name, error));
            *changed = true;
        }
    }
    return KQ_OK;
}

/* Is there an empty value that the string would have? */
struct kq_result kq_change_empty_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                      bool *changed, struct kq_error *error)
{
    (void)variant;
    (void)subject;
    (void)error;
    draft->keeps_empty = true;
    for (size_t i = 0; i < draft->count; i++) {
        *changed = *changed || (draft->items[i].value.size == 0 && kq_draft_is_signed(draft, i));
    }
    return KQ_OK;
}

/* A signature cannot have been signed itself; its place in the map can, while it was empty. */
struct kq_result kq_change_sign_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                     bool *changed, struct kq_error *error)
{
    static const struct kq_slice values[] = {KQ_SLICE_EMPTY, KQ_SLICE("null"), KQ_SLICE("undefined"),
                                             KQ_SLICE("None")};
    (void)subject;
    (void)error;
    size_t index = kq_draft_find(draft, KQ_SLICE("sign"));
    if (index == draft->count) {
        kq_draft_add(draft, KQ_SLICE("sign"), KQ_SLICE_EMPTY);
    }
    draft->items[index].value = values[variant];
    draft->keeps_sign = true;
    draft->keeps_empty = true;
    *changed = true;
    return KQ_OK;
}
