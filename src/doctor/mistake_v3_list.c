/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <inttypes.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "base/time.h"
#include "doctor/mistakes.h"
#include "wire/openapi_v3.h"

/* The list in the authorization header of the newer protocol, as its line has it. */

#define ORDERED_MAX 4
#define NONCE_HEX_CHARS 32
#define TIMESTAMP_DIGITS_MAX 15 /* as many as are read: no sum of them overflows */

struct items {
    struct kq_slice texts[KQ_V3_ITEMS_MAX]; /* name=value */
    size_t count;
};

static struct kq_sent_param *list_line(struct kq_draft *draft)
{
    size_t index = kq_draft_find(draft, KQ_LINE_AUTHORIZATION);
    return index < draft->count && draft->items[index].value.size > 0 ? &draft->items[index] : NULL;
}

/* False: there are none, or more than anybody sends. */
static bool read_items(struct kq_slice list, struct items *items)
{
    struct kq_cursor cursor = kq_cursor_of(list);
    struct kq_slice item;
    items->count = 0;
    while (kq_cursor_take_part(&cursor, ',', &item)) {
        if (items->count == KQ_V3_ITEMS_MAX) {
            return false;
        }
        items->texts[items->count++] = item;
    }
    return items->count > 0;
}

static struct kq_slice name_of(struct kq_slice item)
{
    return kq_slice_trim((struct kq_slice){.data = item.data, .size = kq_slice_find(item, '=')});
}

static struct kq_slice value_of(struct kq_slice item)
{
    size_t equals = kq_slice_find(item, '=');
    return equals == item.size
               ? KQ_SLICE_EMPTY
               : (struct kq_slice){.data = item.data + equals + 1, .size = item.size - equals - 1};
}

struct kq_slice kq_v3_item(struct kq_slice list, struct kq_slice name)
{
    struct kq_cursor cursor = kq_cursor_of(list);
    struct kq_slice item;
    while (kq_cursor_take_part(&cursor, ',', &item)) {
        if (kq_slice_equal(name_of(item), name)) {
            return value_of(item);
        }
    }
    return KQ_SLICE_EMPTY;
}

static void append_items(const struct items *items, struct kq_buffer *made)
{
    for (size_t i = 0; i < items->count; i++) {
        kq_buffer_append(made, i == 0 ? KQ_SLICE_EMPTY : KQ_SLICE(","));
        kq_buffer_append(made, items->texts[i]);
    }
}

/* The permutation of that number, of the first four: others are seldom there. */
struct kq_result kq_change_v3_item_order(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                         bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    struct items items;
    struct items ordered = {.count = 0};
    size_t order[ORDERED_MAX];
    (void)subject;
    if (line == NULL || !read_items(line->value, &items)) {
        return KQ_OK;
    }
    size_t count = items.count > ORDERED_MAX ? ORDERED_MAX : items.count;
    if (!kq_permute(variant, count, order)) {
        return KQ_OK;
    }
    for (; ordered.count < items.count; ordered.count++) {
        ordered.texts[ordered.count] =
            items.texts[ordered.count < count ? order[ordered.count] : ordered.count];
    }
    append_items(&ordered, &made);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

struct kq_result kq_change_v3_item_left_out(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                            bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    struct items items;
    if (line == NULL || !read_items(line->value, &items) || variant >= items.count) {
        return KQ_OK;
    }
    *subject = name_of(items.texts[variant]);
    items.count--;
    memmove(&items.texts[variant], &items.texts[variant + 1],
            (items.count - variant) * sizeof(items.texts[0]));
    append_items(&items, &made);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* A signature cannot have been signed itself; its place in the list can, while it was empty. */
struct kq_result kq_change_v3_sign_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    static const struct kq_slice ends[] = {KQ_SLICE(",sign="), KQ_SLICE(","), KQ_SLICE(",sign"),
                                           KQ_SLICE(",sign=null")};
    static_assert(KQ_COUNT(ends) == KQ_V3_SIGN_COUNT, "the table has another size");
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    if (line == NULL) {
        return KQ_OK;
    }
    kq_buffer_append(&made, line->value);
    kq_buffer_append(&made, ends[variant]);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

struct kq_result kq_change_v3_scheme_kept(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    static const struct kq_slice beginnings[] = {KQ_SLICE(KQ_V3_SCHEME " "),
                                                 KQ_SLICE("authorization: " KQ_V3_SCHEME " "),
                                                 KQ_SLICE("Authorization: " KQ_V3_SCHEME " ")};
    static_assert(KQ_COUNT(beginnings) == KQ_V3_SCHEME_COUNT, "the table has another size");
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)subject;
    if (line == NULL) {
        return KQ_OK;
    }
    kq_buffer_append(&made, beginnings[variant]);
    kq_buffer_append(&made, line->value);
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

static const struct {
    struct kq_slice shown;
    struct kq_slice before_value;
    struct kq_slice after_value;
    struct kq_slice separator;
    bool without_names;
} list_joins[] = {
    {KQ_SLICE("a=1&b=2"), KQ_SLICE("="), KQ_SLICE_EMPTY, KQ_SLICE("&"), false},
    {KQ_SLICE("a=1, b=2"), KQ_SLICE("="), KQ_SLICE_EMPTY, KQ_SLICE(", "), false},
    {KQ_SLICE("a=\"1\",b=\"2\""), KQ_SLICE("=\""), KQ_SLICE("\""), KQ_SLICE(","), false},
    {KQ_SLICE("a=1;b=2"), KQ_SLICE("="), KQ_SLICE_EMPTY, KQ_SLICE(";"), false},
    {KQ_SLICE("a=1\\nb=2"), KQ_SLICE("="), KQ_SLICE_EMPTY, KQ_SLICE("\n"), false},
    {KQ_SLICE("1\\n2"), KQ_SLICE_EMPTY, KQ_SLICE_EMPTY, KQ_SLICE("\n"), true},
    {KQ_SLICE("1,2"), KQ_SLICE_EMPTY, KQ_SLICE_EMPTY, KQ_SLICE(","), true},
};
static_assert(KQ_COUNT(list_joins) == KQ_V3_LIST_JOIN_COUNT, "the table has another size");

struct kq_result kq_change_v3_list_join(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    struct items items;
    if (line == NULL || !read_items(line->value, &items)) {
        return KQ_OK;
    }
    for (size_t i = 0; i < items.count; i++) {
        kq_buffer_append(&made, i == 0 ? KQ_SLICE_EMPTY : list_joins[variant].separator);
        kq_buffer_append(&made, list_joins[variant].without_names ? KQ_SLICE_EMPTY : name_of(items.texts[i]));
        kq_buffer_append(&made, list_joins[variant].before_value);
        kq_buffer_append(&made, value_of(items.texts[i]));
        kq_buffer_append(&made, list_joins[variant].after_value);
    }
    *subject = list_joins[variant].shown;
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* Signed without the spaces with which it was sent. */
struct kq_result kq_change_v3_list_spaces(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                          bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    (void)variant;
    (void)subject;
    if (line == NULL) {
        return KQ_OK;
    }
    for (size_t i = 0; i < line->value.size; i++) {
        if (line->value.data[i] != ' ' && line->value.data[i] != '\t') {
            kq_buffer_append_byte(&made, line->value.data[i]);
        }
    }
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* Another value of the item of that name, where it is there. */
static struct kq_result replace(struct kq_draft *draft, struct kq_slice name, struct kq_slice value,
                                struct kq_slice *subject, bool *changed, struct kq_error *error)
{
    struct kq_sent_param *line = list_line(draft);
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    if (line == NULL) {
        return KQ_OK;
    }
    struct kq_slice list = line->value;
    struct kq_slice old = kq_v3_item(list, name);
    if (old.size == 0) {
        return KQ_OK;
    }
    size_t before = (size_t)(old.data - list.data);
    kq_buffer_append(&made, (struct kq_slice){.data = list.data, .size = before});
    kq_buffer_append(&made, value);
    kq_buffer_append(&made, (struct kq_slice){old.data + old.size, list.size - before - old.size});
    *subject = value;
    return kq_draft_put(draft, &line->value, &made, changed, error);
}

/* -1: there is none, or it is no number. */
static int64_t timestamp_of(struct kq_draft *draft)
{
    const struct kq_sent_param *line = list_line(draft);
    struct kq_slice text = line == NULL ? KQ_SLICE_EMPTY : kq_v3_item(line->value, KQ_SLICE("timestamp"));
    int64_t number = 0;
    if (!kq_slice_is_digits(text) || text.size > TIMESTAMP_DIGITS_MAX) {
        return -1;
    }
    for (size_t i = 0; i < text.size; i++) {
        number = number * 10 + (text.data[i] - '0');
    }
    return number;
}

#define PER_S INT64_C(1000)
#define TIME_MAX_S INT64_C(9999999999) /* in the year 2286 */

/* Seconds, whole seconds in milliseconds, microseconds, the older protocol's text. */
struct kq_result kq_change_v3_timestamp_unit(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                             bool *changed, struct kq_error *error)
{
    static_assert(KQ_V3_TIMESTAMP_UNIT_COUNT == 4, "four forms");
    int64_t time_ms = timestamp_of(draft);
    char text[KQ_TIME_TEXT_SIZE];
    if (time_ms < 0 || time_ms / PER_S > TIME_MAX_S) {
        return KQ_OK;
    }
    kq_time_format(time_ms / PER_S, text);
    const int64_t numbers[] = {time_ms / PER_S, time_ms / PER_S * PER_S, time_ms * PER_S};
    struct kq_slice value = variant < KQ_COUNT(numbers)
                                ? kq_arena_print(draft->arena, "%" PRId64, numbers[variant])
                                : kq_arena_copy(draft->arena, kq_slice_of(text));
    KQ_ENSURE_MEMORY(value.data, error);
    return replace(draft, KQ_SLICE("timestamp"), value, subject, changed, error);
}

/* The nearest first: one before, one behind, two before, … */
struct kq_result kq_change_v3_timestamp(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                        bool *changed, struct kq_error *error)
{
    int64_t time_ms = timestamp_of(draft);
    int64_t away_ms = (int64_t)(variant / 2) + 1;
    if (time_ms < 0) {
        return KQ_OK;
    }
    struct kq_slice value =
        kq_arena_print(draft->arena, "%" PRId64, variant % 2 == 0 ? time_ms - away_ms : time_ms + away_ms);
    KQ_ENSURE_MEMORY(value.data, error);
    return replace(draft, KQ_SLICE("timestamp"), value, subject, changed, error);
}

static void append_with_hyphens(struct kq_slice nonce, struct kq_buffer *made)
{
    for (size_t i = 0; i < nonce.size; i++) {
        if (nonce.size == NONCE_HEX_CHARS && (i == 8 || i == 12 || i == 16 || i == 20)) {
            kq_buffer_append_byte(made, '-');
        }
        kq_buffer_append_byte(made, nonce.data[i]);
    }
}

/* As another part of the program writes the same UUID, or not at all. */
struct kq_result kq_change_v3_nonce(struct kq_draft *draft, size_t variant, struct kq_slice *subject,
                                    bool *changed, struct kq_error *error)
{
    static_assert(KQ_V3_NONCE_COUNT == 5, "five forms");
    const struct kq_sent_param *line = list_line(draft);
    struct kq_slice nonce = line == NULL ? KQ_SLICE_EMPTY : kq_v3_item(line->value, KQ_SLICE("nonce"));
    struct kq_buffer made KQ_CLEANUP(kq_buffer_free) = {0};
    if (nonce.size == 0) {
        return KQ_OK;
    }
    if (variant == 0) {
        kq_form_lower(nonce, &made);
    } else if (variant == 1) {
        kq_form_upper(nonce, &made);
    } else if (variant == 2) {
        append_with_hyphens(nonce, &made);
    } else if (variant == 3) {
        for (size_t i = 0; i < nonce.size; i++) {
            kq_buffer_append(&made, (struct kq_slice){&nonce.data[i], nonce.data[i] == '-' ? 0 : 1});
        }
    }
    KQ_ENSURE_MEMORY(!made.failed, error);
    struct kq_slice value = kq_arena_copy(draft->arena, kq_buffer_slice(&made));
    KQ_ENSURE_MEMORY(value.data, error);
    return replace(draft, KQ_SLICE("nonce"), value, subject, changed, error);
}
