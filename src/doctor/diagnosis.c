/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "base/cursor.h"
#include "doctor/examine.h"
#include "doctor/secrets.h"
#include "wire/charset.h"

/* What is shown on both sides of a difference, in bytes: a name and the beginning of a value. */
#define BEFORE_BYTES 40
#define BEHIND_BYTES 80

/* Of what a sentence is about: a certificate of an application, named by both numbers, has some more than
 * that. */
#define SUBJECT_BYTES 160

static bool is_chinese_byte(char byte)
{
    return ((unsigned char)byte & 0x80) != 0;
}

/* A space stands between Chinese and other words, not between Chinese ones. */
static struct kq_slice without_last_space(struct kq_slice before, struct kq_slice subject)
{
    bool is_between = before.size > 1 && before.data[before.size - 1] == ' ' &&
                      is_chinese_byte(before.data[before.size - 2]) && subject.size > 0 &&
                      is_chinese_byte(subject.data[0]);
    before.size -= is_between ? 1 : 0;
    return before;
}

static void skip_space(struct kq_cursor *behind, struct kq_slice subject)
{
    struct kq_cursor ahead = *behind;
    if (kq_cursor_take(&ahead) == ' ' && kq_cursor_peek(&ahead) >= 0x80 && subject.size > 0 &&
        is_chinese_byte(subject.data[subject.size - 1])) {
        *behind = ahead;
    }
}

static void append_filled(struct kq_buffer *text, struct kq_slice pattern, struct kq_slice subject)
{
    struct kq_cursor cursor = kq_cursor_of(pattern);
    struct kq_slice before;
    while (kq_cursor_take_until(&cursor, KQ_SLICE("{}"), &before)) {
        kq_buffer_append(text, without_last_space(before, subject));
        kq_buffer_append(text, subject);
        skip_space(&cursor, subject);
    }
    kq_buffer_append(text, kq_cursor_take_rest(&cursor));
}

/* Of the first character of valid UTF-8, not empty. */
static size_t character_size(struct kq_slice text)
{
    size_t size = 1;
    while (size < text.size && ((unsigned char)text.data[size] & 0xC0) == 0x80) {
        size++;
    }
    return size;
}

/* A name or value of a caller, fit to stand in a sentence. */
static void append_subject(struct kq_buffer *text, struct kq_slice subject, bool is_chinese)
{
    if (subject.size == 0) {
        kq_buffer_append(text, is_chinese ? KQ_SLICE("所有参数值") : KQ_SLICE("every value"));
        return;
    }
    size_t size = subject.size < SUBJECT_BYTES ? subject.size : SUBJECT_BYTES;
    while (size < subject.size && ((unsigned char)subject.data[size] & 0xC0) == 0x80) {
        size--; /* not in the middle of a character */
    }
    for (size_t at = 0, step = 0; at < size; at += step) {
        step = character_size((struct kq_slice){subject.data + at, size - at});
        struct kq_slice character = {subject.data + at, step};
        kq_buffer_append(text, kq_utf8_is_control(character) ? KQ_SLICE("?") : character);
    }
}

void kq_diagnosis_append_sentence(const struct kq_diagnosis *diagnosis, bool is_chinese,
                                  struct kq_buffer *text)
{
    struct kq_buffer subject KQ_CLEANUP(kq_buffer_free) = {0};
    for (size_t i = 0; i < diagnosis->finding_count; i++) {
        const struct kq_finding *finding = &diagnosis->findings[i];
        struct kq_slice pattern =
            kq_slice_of(is_chinese ? finding->advice->chinese : finding->advice->english);
        if (i > 0) {
            kq_buffer_append(text, is_chinese ? KQ_SLICE("；另外，") : KQ_SLICE("; also: "));
        }
        kq_buffer_clear(&subject);
        struct kq_slice shown =
            is_chinese && finding->subject_chinese.size > 0 ? finding->subject_chinese : finding->subject;
        append_subject(&subject, kq_utf8_is_valid(shown) ? shown : KQ_SLICE("?"), is_chinese);
        append_filled(text, pattern, kq_buffer_slice(&subject));
    }
    if (diagnosis->finding_count == 0) {
        kq_buffer_append(text, is_chinese ? KQ_SLICE("验签通过") : KQ_SLICE("The signature verifies"));
    }
    kq_buffer_append(text, is_chinese ? KQ_SLICE("。") : KQ_SLICE("."));
    text->failed = text->failed || subject.failed;
}

static size_t first_difference(struct kq_slice a, struct kq_slice b)
{
    size_t size = a.size < b.size ? a.size : b.size;
    size_t at = 0;
    while (at < size && a.data[at] == b.data[at]) {
        at++;
    }
    return at < size || a.size != b.size ? at : SIZE_MAX;
}

/* The next character of the text, or 0 where it is none that can be shown. */
static size_t shown_size(struct kq_slice text)
{
    for (size_t size = 1; size <= 4 && size <= text.size; size++) {
        struct kq_slice character = {text.data, size};
        if (kq_utf8_is_valid(character)) {
            return kq_utf8_is_control(character) ? 0 : size;
        }
    }
    return 0;
}

/* A window of it: what is no text as \xHH, what is cut off as an ellipsis. */
static struct kq_result window(struct kq_slice text, size_t at, struct kq_arena *arena, struct kq_slice *out,
                               struct kq_error *error)
{
    struct kq_buffer shown KQ_CLEANUP(kq_buffer_free) = {0};
    size_t begin = at > BEFORE_BYTES ? at - BEFORE_BYTES : 0;
    while (begin > 0 && begin < at && ((unsigned char)text.data[begin] & 0xC0) == 0x80) {
        begin++; /* not in the middle of a character */
    }
    size_t end = text.size - at > BEHIND_BYTES ? at + BEHIND_BYTES : text.size;
    kq_buffer_append(&shown, begin > 0 ? KQ_SLICE("…") : KQ_SLICE_EMPTY);
    while (begin < end) {
        size_t size = shown_size((struct kq_slice){text.data + begin, text.size - begin});
        if (size == 0) {
            kq_buffer_print(&shown, "\\x%02x", (unsigned)(unsigned char)text.data[begin]);
        } else {
            kq_buffer_append(&shown, (struct kq_slice){text.data + begin, size});
        }
        begin += size == 0 ? 1 : size;
    }
    kq_buffer_append(&shown, end < text.size ? KQ_SLICE("…") : KQ_SLICE_EMPTY);
    KQ_ENSURE_MEMORY(!shown.failed, error);
    *out = kq_arena_copy(arena, kq_buffer_slice(&shown));
    KQ_ENSURE_MEMORY(out->data, error);
    return KQ_OK;
}

/* Nothing of what is not to be shown. */
static struct kq_result show(struct kq_slice text, size_t at, struct kq_arena *arena, struct kq_slice *out,
                             struct kq_error *error)
{
    return text.data == NULL ? KQ_OK : window(text, at, arena, out, error);
}

struct kq_result kq_diagnosis_compare(const struct kq_diagnosis *diagnosis,
                                      const struct kq_sent_request *request, bool hides_secrets,
                                      struct kq_arena *arena, struct kq_difference *difference,
                                      struct kq_error *error)
{
    struct kq_secrets *secrets = NULL;
    struct kq_slice expected = diagnosis->expected;
    struct kq_slice signed_text = diagnosis->signed_text;
    *difference = (struct kq_difference){.offset = SIZE_MAX};
    if (signed_text.data == NULL) {
        return KQ_OK;
    }
    difference->offset = first_difference(expected, signed_text);
    if (difference->offset == SIZE_MAX) {
        return KQ_OK;
    }
    if (hides_secrets) {
        KQ_TRY(kq_secrets_find(request, arena, &secrets, error));
        KQ_TRY(kq_secrets_hide(secrets, &expected, &signed_text, arena, error));
    }
    KQ_TRY(show(expected, difference->offset, arena, &difference->expected, error));
    return show(signed_text, difference->offset, arena, &difference->signed_text, error);
}
