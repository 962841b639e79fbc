/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/local_error.h"

#include <string.h>

#include "cli/chinese.h"
#include "cli/locale.h"

#define CAPTURES_MAX 9

/* How many contexts ("line 3: ") may stand before a sentence, and how deep sentences stand in others. */
#define DEPTH_MAX 4

#define CONTEXT_END ": "
#define CONTEXT_END_SIZE ((size_t)2)

/* How many places of a text may be a context's end. Those behind them are in a path or in what a gateway
 * says: to try each of them, and each behind it, would take minutes for a long text of nothing else. */
#define CONTEXT_ENDS_MAX 4

/* The best way to read a sentence: the one that explains most of its bytes, and most by itself. */
struct reading {
    const struct kq_translation *row; /* NULL: it is a context and a sentence, or nothing that is known */
    struct kq_slice captures[CAPTURES_MAX];
    size_t context_size; /* 0: none */
    size_t known_bytes;  /* 0: it cannot be read */
    size_t own_bytes;    /* of these: the row's own, or for a context and a sentence all */
};

static bool is_better(const struct reading *reading, const struct reading *best)
{
    return reading->known_bytes > best->known_bytes ||
           (reading->known_bytes == best->known_bytes && reading->own_bytes > best->own_bytes);
}

static struct kq_slice rest_of(struct kq_slice text, size_t from)
{
    return (struct kq_slice){.data = text.data + from, .size = text.size - from};
}

/* Is the text of this form? Captures are as short as can be. */
static bool fits(const char *form, struct kq_slice text, struct kq_slice *captures, size_t count)
{
    while (*form != '\0' && *form != '%') {
        if (text.size == 0 || text.data[0] != *form) {
            return false;
        }
        form++;
        text = rest_of(text, 1);
    }
    if (*form == '\0') {
        return text.size == 0;
    }
    if (count == CAPTURES_MAX) {
        return false;
    }
    bool is_last = form[1] == '\0';
    for (size_t size = is_last ? text.size : 0; size <= text.size; size++) {
        captures[count] = (struct kq_slice){.data = text.data, .size = size};
        if (fits(form + 1, rest_of(text, size), captures, count + 1)) {
            return true;
        }
    }
    return false;
}

static size_t count_known(const char *form)
{
    size_t known = 0;
    for (; *form != '\0'; form++) {
        known += *form == '%' ? 0 : 1;
    }
    return known;
}

static struct reading read_sentence(struct kq_slice text, unsigned depth);

static bool is_capture(const char *at)
{
    return (*at == '%' || *at == '&') && at[1] >= '1' && at[1] <= '0' + CAPTURES_MAX;
}

/* Of what a row puts into Chinese itself: a reason that is known speaks for the row that has it. */
static size_t count_known_captures(const struct reading *reading, unsigned depth)
{
    size_t known = 0;
    for (const char *at = reading->row->chinese; depth < DEPTH_MAX && *at != '\0'; at++) {
        if (*at == '&' && is_capture(at)) {
            struct kq_slice capture = reading->captures[at[1] - '1'];
            known +=
                kq_local_part(capture) != NULL ? capture.size : read_sentence(capture, depth + 1).known_bytes;
        }
    }
    return known;
}

static void read_with_row(const struct kq_translation *row, struct kq_slice text, unsigned depth,
                          struct reading *best)
{
    size_t own_bytes = count_known(row->english);
    struct reading reading = {.row = row, .known_bytes = own_bytes, .own_bytes = own_bytes};
    bool may_be_better = is_better(&reading, best) || strchr(row->chinese, '&') != NULL;
    if (!may_be_better || !fits(row->english, text, reading.captures, 0)) {
        return;
    }
    reading.known_bytes += count_known_captures(&reading, depth);
    *best = is_better(&reading, best) ? reading : *best;
}

static void read_with_rows(struct kq_slice text, unsigned depth, struct reading *best)
{
    static const struct {
        const struct kq_translation *rows;
        const size_t *count;
    } tables[] = {
        {kq_chinese_errors, &kq_chinese_errors_count},
        {kq_chinese_error_parts, &kq_chinese_error_parts_count},
        {kq_chinese_system_errors, &kq_chinese_system_errors_count},
        {kq_chinese_error_texts, &kq_chinese_error_texts_count},
        {kq_chinese_key_errors, &kq_chinese_key_errors_count},
        {kq_chinese_server_errors, &kq_chinese_server_errors_count},
        {kq_chinese_doctor_errors, &kq_chinese_doctor_errors_count},
        {kq_chinese_client_errors, &kq_chinese_client_errors_count},
        {kq_chinese_domain_errors, &kq_chinese_domain_errors_count},
    };
    for (size_t table = 0; table < KQ_COUNT(tables); table++) {
        for (size_t i = 0; i < *tables[table].count; i++) {
            read_with_row(&tables[table].rows[i], text, depth, best);
        }
    }
}

static struct reading read_sentence(struct kq_slice text, unsigned depth)
{
    struct reading best = {0};
    unsigned ends = 0;
    read_with_rows(text, depth, &best);
    for (size_t at = 1; depth < DEPTH_MAX && ends < CONTEXT_ENDS_MAX && at + CONTEXT_END_SIZE < text.size;
         at++) {
        if (memcmp(text.data + at, CONTEXT_END, CONTEXT_END_SIZE) != 0) {
            continue;
        }
        ends++;
        struct reading context = {0};
        read_with_rows((struct kq_slice){.data = text.data, .size = at}, DEPTH_MAX, &context);
        size_t known = read_sentence(rest_of(text, at + CONTEXT_END_SIZE), depth + 1).known_bytes;
        size_t all = context.known_bytes + CONTEXT_END_SIZE + known;
        const struct reading both = {.context_size = at, .known_bytes = all, .own_bytes = all};
        /* What follows a context that is known word for word may be in anybody's words. */
        bool is_read = known > 0 || context.known_bytes == at;
        best = is_read && is_better(&both, &best) ? both : best;
    }
    return best;
}

static void append(struct kq_buffer *buffer, struct kq_slice english, unsigned depth);

static bool is_chinese(char byte)
{
    return ((unsigned char)byte & 0x80) != 0;
}

/* A row has spaces around what may be a name in ASCII: between Chinese words there are none. */
static void append_capture(struct kq_buffer *buffer, struct kq_slice english, unsigned depth)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    append(&text, english, depth + 1);
    size_t end = buffer->size;
    bool begins = text.size > 0 && is_chinese(text.data[0]);
    if (begins && end > 1 && buffer->data[end - 1] == ' ' && is_chinese(buffer->data[end - 2])) {
        buffer->size--;
    }
    kq_buffer_append(buffer, kq_buffer_slice(&text));
    buffer->failed = buffer->failed || text.failed;
}

/* %1 and &1 are the first capture. */
static void append_row(struct kq_buffer *buffer, const struct reading *reading, unsigned depth)
{
    for (const char *at = reading->row->chinese; *at != '\0'; at++) {
        if (!is_capture(at)) {
            kq_buffer_append_byte(buffer, *at);
            continue;
        }
        struct kq_slice capture = reading->captures[at[1] - '1'];
        if (*at == '&' && depth < DEPTH_MAX) {
            append_capture(buffer, capture, depth);
            bool ends = buffer->size > 0 && is_chinese(buffer->data[buffer->size - 1]);
            at += ends && at[2] == ' ' && is_chinese(at[3]) ? 1 : 0;
        } else {
            kq_buffer_append(buffer, capture);
        }
        at++;
    }
}

static void append(struct kq_buffer *buffer, struct kq_slice english, unsigned depth)
{
    const char *text = depth == 0 ? NULL : kq_local_part(english);
    if (text != NULL) {
        kq_buffer_append(buffer, kq_slice_of(text));
        return;
    }
    struct reading reading = read_sentence(english, depth);
    if (reading.row != NULL) {
        append_row(buffer, &reading, depth);
    } else if (reading.context_size > 0) {
        append(buffer, (struct kq_slice){.data = english.data, .size = reading.context_size}, DEPTH_MAX);
        kq_buffer_append(buffer, KQ_SLICE("："));
        append(buffer, rest_of(english, reading.context_size + CONTEXT_END_SIZE), depth + 1);
    } else {
        kq_buffer_append(buffer, english);
    }
}

void kq_append_local_error(struct kq_buffer *buffer, struct kq_slice english)
{
    if (kq_is_chinese()) {
        append(buffer, english, 0);
    } else {
        kq_buffer_append(buffer, english);
    }
}
