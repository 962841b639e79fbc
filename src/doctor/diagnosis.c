/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "base/cursor.h"
#include "doctor/examine.h"
#include "wire/charset.h"
#include "wire/json.h"

/* What is shown on both sides of a difference, in bytes: a name and the beginning of a value. */
#define BEFORE_BYTES 40
#define BEHIND_BYTES 80

/* Of what a sentence is about: a certificate of an application, named by both numbers, has some more than
 * that. */
#define SUBJECT_BYTES 160

/* A shorter value is no token. */
#define SECRET_MIN_BYTES 6
#define SECRETS_MAX 16

static void append_filled(struct kq_buffer *text, struct kq_slice pattern, struct kq_slice subject)
{
    struct kq_cursor cursor = kq_cursor_of(pattern);
    struct kq_slice before;
    while (kq_cursor_take_until(&cursor, KQ_SLICE("{}"), &before)) {
        kq_buffer_append(text, before);
        kq_buffer_append(text, subject);
    }
    kq_buffer_append(text, kq_cursor_take_rest(&cursor));
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
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)subject.data[i];
        kq_buffer_append_byte(text, byte < ' ' || byte == 0x7F ? '?' : (char)byte);
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

/* Values that open something for whoever has them. */
struct secrets {
    struct kq_slice items[SECRETS_MAX];
    size_t count;
};

static void note_secret(struct secrets *secrets, struct kq_slice value)
{
    if (value.size >= SECRET_MIN_BYTES && secrets->count < SECRETS_MAX) {
        secrets->items[secrets->count++] = value;
    }
}

static bool contains(struct kq_slice text, const char *part)
{
    return text.data != NULL && memmem(text.data, text.size, part, strlen(part)) != NULL;
}

static bool is_secret_name(struct kq_slice name)
{
    return contains(name, "token") || contains(name, "code");
}

/* Members that are named as tokens and codes are, at any depth, which kq_json_read bounds. */
static void note_members(const struct kq_json *value, struct secrets *secrets)
{
    for (const struct kq_json *member = value->first; member != NULL; member = member->next) {
        if (is_secret_name(member->name)) {
            note_secret(secrets, member->text);
        }
        note_members(member, secrets);
    }
}

static struct kq_result note_json(struct kq_slice text, enum kq_charset charset, struct kq_arena *arena,
                                  struct secrets *secrets, struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_slice utf8;
    struct kq_error inner = {0};
    bool is_json = kq_charset_decode(charset, text, arena, &utf8, &inner).ok &&
                   kq_json_read(utf8, arena, &value, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    if (is_json) {
        note_members(value, secrets);
    }
    return KQ_OK;
}

/* The header's value, those in the body, and those in the query, which is signed as it was sent. */
static struct kq_result note_v3(const struct kq_sent_v3 *v3, struct kq_arena *arena, struct secrets *secrets,
                                struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(v3->target);
    struct kq_slice piece;
    note_secret(secrets, v3->app_auth_token);
    (void)kq_cursor_take_part(&cursor, '?', &piece);
    while (kq_cursor_take_part(&cursor, '&', &piece)) {
        size_t equals = kq_slice_find(piece, '=');
        if (equals < piece.size && is_secret_name((struct kq_slice){piece.data, equals})) {
            note_secret(secrets, (struct kq_slice){piece.data + equals + 1, piece.size - equals - 1});
        }
    }
    return note_json(v3->body, KQ_CHARSET_UTF8, arena, secrets, error);
}

static struct kq_result find_secrets(const struct kq_sent_request *request, struct kq_arena *arena,
                                     struct secrets *secrets, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    for (size_t i = 0; i < request->count; i++) {
        const struct kq_sent_param *item = &request->items[i];
        if (contains(item->name, "token") || kq_slice_equal(item->name, KQ_SLICE("sign"))) {
            note_secret(secrets, item->value);
        }
    }
    if (request->is_v3) {
        return note_v3(&request->v3, arena, secrets, error);
    }
    if (!kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &charset, NULL).ok) {
        return KQ_OK;
    }
    return note_json(kq_request_find(request, KQ_SLICE("biz_content")), charset, arena, secrets, error);
}

/* True: it was there. */
static bool hide(char *text, size_t size, struct kq_slice secret)
{
    char *at = memmem(text, size, secret.data, secret.size);
    bool was_there = at != NULL;
    while (at != NULL) {
        memset(at, '*', secret.size);
        size_t left = size - (size_t)(at - text) - secret.size;
        at = left == 0 ? NULL : memmem(at + secret.size, left, secret.data, secret.size);
    }
    return was_there;
}

/* Without its secrets; the size stays. *hidden is their number. */
static struct kq_result masked(struct kq_slice text, const struct secrets *secrets, struct kq_arena *arena,
                               struct kq_slice *out, size_t *hidden, struct kq_error *error)
{
    char *room = kq_arena_allocate(arena, text.size + 1);
    KQ_ENSURE_MEMORY(room, error);
    memcpy(room, text.data, text.size);
    *hidden = 0;
    for (size_t i = 0; i < secrets->count; i++) {
        *hidden += hide(room, text.size, secrets->items[i]) ? 1 : 0;
    }
    *out = (struct kq_slice){.data = room, .size = text.size};
    return KQ_OK;
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
        if (kq_utf8_is_valid((struct kq_slice){text.data, size})) {
            return size > 1 || ((unsigned char)text.data[0] >= ' ' && text.data[0] != 0x7F) ? size : 0;
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

struct kq_result kq_diagnosis_compare(const struct kq_diagnosis *diagnosis,
                                      const struct kq_sent_request *request, bool hides_secrets,
                                      struct kq_arena *arena, struct kq_difference *difference,
                                      struct kq_error *error)
{
    struct secrets secrets = {0};
    struct kq_slice expected;
    struct kq_slice signed_text;
    size_t expected_hidden = 0;
    size_t signed_hidden = 0;
    *difference = (struct kq_difference){.offset = SIZE_MAX};
    if (diagnosis->signed_text.data == NULL) {
        return KQ_OK;
    }
    difference->offset = first_difference(diagnosis->expected, diagnosis->signed_text);
    if (difference->offset == SIZE_MAX) {
        return KQ_OK;
    }
    if (hides_secrets) {
        KQ_TRY(find_secrets(request, arena, &secrets, error));
    }
    KQ_TRY(masked(diagnosis->expected, &secrets, arena, &expected, &expected_hidden, error));
    KQ_TRY(masked(diagnosis->signed_text, &secrets, arena, &signed_text, &signed_hidden, error));
    KQ_TRY(window(expected, difference->offset, arena, &difference->expected, error));
    if (signed_hidden < expected_hidden) {
        return KQ_OK; /* a secret may stand in it in another form */
    }
    return window(signed_text, difference->offset, arena, &difference->signed_text, error);
}
