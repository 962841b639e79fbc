/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/secrets.h"

#include <stdint.h>

#include "base/buffer.h"
#include "base/cursor.h"
#include "doctor/json_style.h"
#include "doctor/value_form.h"
#include "wire/charset.h"
#include "wire/json.h"

/* A shorter value is no token, and a longer one neither. */
#define SECRET_MIN_BYTES 6
#define SECRET_MAX_BYTES 4096
#define SECRETS_MAX 32

/* A value as JSON writers and percent-encoders make it, together; beside them as it was sent. */
#define FORMS_MAX 48

/* What a name has behind such a word, at most. */
#define NAME_REST_MAX_BYTES 32

/* JSON in strings of JSON. */
#define NESTED_MAX 3

/* Each form is looked for in the whole string, at about a GB/s: of all that is no more than a tenth of a
 * second. */
#define LOOKED_AT_MAX_BYTES ((size_t)64 << 20)

struct secret {
    struct kq_slice forms[FORMS_MAX]; /* the first: as it is */
    size_t form_count;
    size_t times; /* it stands in the expected string so often, at least */
    size_t found_in_expected;
};

struct kq_secrets {
    struct kq_arena *arena;
    struct secret items[SECRETS_MAX];
    size_t count;
    size_t form_count;  /* of all */
    bool is_in_doubt;   /* there may be more of them */
    bool is_more_known; /* what is not signed of the request may have one, and be signed by mistake */
};

static struct kq_result add_form(struct kq_secrets *secrets, struct secret *secret, struct kq_slice form,
                                 struct kq_error *error)
{
    size_t at = 0;
    while (at < secret->form_count && !kq_slice_equal(secret->forms[at], form)) {
        at++;
    }
    if (at < secret->form_count || at == FORMS_MAX || form.size < SECRET_MIN_BYTES) {
        return KQ_OK; /* without a form it is not found, and nothing shown */
    }
    secret->forms[at] = kq_arena_copy(secrets->arena, form);
    KQ_ENSURE_MEMORY(secret->forms[at].data, error);
    secret->form_count++;
    secrets->form_count++;
    return KQ_OK;
}

/* A text, and as it would be percent-encoded. */
static struct kq_result add_encoded(struct kq_secrets *secrets, struct secret *secret, struct kq_slice text,
                                    struct kq_error *error)
{
    static kq_value_form *const encoders[] = {
        kq_form_java_encoded, kq_form_uri_component, kq_form_rfc3986, kq_form_quoted,
        kq_form_python_plus,  kq_form_net_encoded,   kq_form_uri};
    KQ_TRY(add_form(secrets, secret, text, error));
    for (size_t i = 0; i < KQ_COUNT(encoders); i++) {
        struct kq_buffer encoded KQ_CLEANUP(kq_buffer_free) = {0};
        encoders[i](text, &encoded);
        KQ_ENSURE_MEMORY(!encoded.failed, error);
        KQ_TRY(add_form(secrets, secret, kq_buffer_slice(&encoded), error));
    }
    return KQ_OK;
}

/* As JSON has it between its quotes. */
static struct kq_result add_styled(struct kq_secrets *secrets, struct secret *secret, struct kq_slice value,
                                   struct kq_error *error)
{
    static const struct kq_json_style styles[] = {
        {.spacing = KQ_JSON_COMPACT},           {.is_escaped = true},  {.is_ascii = true},
        {.is_ascii = true, .is_escaped = true}, {.is_for_html = true},
    };
    const struct kq_json text = {.kind = KQ_JSON_STRING, .text = value};
    for (size_t i = 0; i < KQ_COUNT(styles) && kq_utf8_is_valid(value); i++) {
        struct kq_buffer written KQ_CLEANUP(kq_buffer_free) = {0};
        kq_json_append_styled(&written, &text, &styles[i]);
        KQ_ENSURE_MEMORY(!written.failed, error);
        KQ_TRY(add_encoded(secrets, secret, (struct kq_slice){written.data + 1, written.size - 2}, error));
    }
    return KQ_OK;
}

/* One that is noted; NULL where it is not. */
static struct secret *find_noted(struct kq_secrets *secrets, struct kq_slice value)
{
    for (size_t i = 0; i < secrets->count; i++) {
        if (kq_slice_equal(secrets->items[i].forms[0], value)) {
            return &secrets->items[i];
        }
    }
    return NULL;
}

/* `raw` is how it was sent, or the value once more. */
static struct kq_result note(struct kq_secrets *secrets, struct kq_slice value, struct kq_slice raw,
                             bool is_expected, struct kq_error *error)
{
    if (value.size < SECRET_MIN_BYTES) {
        return KQ_OK;
    }
    struct secret *secret = find_noted(secrets, value);
    if (value.size > SECRET_MAX_BYTES || (secret == NULL && secrets->count == SECRETS_MAX)) {
        secrets->is_in_doubt = true;
        return KQ_OK;
    }
    if (secret == NULL) {
        secret = &secrets->items[secrets->count++];
        KQ_TRY(add_encoded(secrets, secret, value, error));
        KQ_TRY(add_form(secrets, secret, raw, error));
        KQ_TRY(add_styled(secrets, secret, value, error));
    } else {
        KQ_TRY(add_form(secrets, secret, raw, error));
    }
    secret->times += is_expected ? 1 : 0;
    return KQ_OK;
}

/* How much of the text the word takes at its beginning, by its letters alone: authToken, AUTH_TOKEN and
 * auth_token have the same. 0: it does not stand there. */
static size_t word_size(struct kq_slice text, struct kq_slice word)
{
    size_t same = 0;
    size_t at = 0;
    for (; at < text.size && same < word.size; at++) {
        bool is_next = (text.data[at] | 0x20) == word.data[same];
        bool is_between = same > 0 && (text.data[at] == '_' || text.data[at] == '-');
        if (!is_next && !is_between) {
            return 0;
        }
        same += is_next ? 1 : 0;
    }
    return same == word.size ? at : 0;
}

/* What follows the first token or code in it; data NULL: there is none. */
static struct kq_slice behind_word(struct kq_slice text)
{
    for (size_t at = 0; at < text.size; at++) {
        struct kq_slice rest = {.data = text.data + at, .size = text.size - at};
        size_t token = word_size(rest, KQ_SLICE("token"));
        size_t size = token > 0 ? token : word_size(rest, KQ_SLICE("code"));
        if (size > 0) {
            return (struct kq_slice){.data = rest.data + size, .size = rest.size - size};
        }
    }
    return KQ_SLICE_EMPTY;
}

static bool is_secret_name(struct kq_slice name)
{
    return behind_word(name).data != NULL;
}

static bool is_letter(char byte)
{
    return ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z') || byte == '_';
}

/* `auth_token=…`, `"auth_token":…`, also once more encoded or escaped: a name of one with a value. */
static bool has_secret_pair(struct kq_slice text)
{
    for (text = behind_word(text); text.data != NULL; text = behind_word(text)) {
        size_t at = 0;
        while (at < text.size && at < NAME_REST_MAX_BYTES && is_letter(text.data[at])) {
            at++;
        }
        if (at < text.size && memchr("=:%&\\\"'", text.data[at], 7) != NULL) {
            return true;
        }
    }
    return false;
}

static struct kq_result note_text(struct kq_secrets *secrets, struct kq_slice text, enum kq_charset charset,
                                  size_t nested, struct kq_error *error);

/* What stands in a member that is named so is one, at any depth, which kq_json_read bounds. */
static struct kq_result note_members(struct kq_secrets *secrets, const struct kq_json *value, bool is_secret,
                                     size_t nested, struct kq_error *error)
{
    for (const struct kq_json *member = value->first; member != NULL; member = member->next) {
        bool is_one = is_secret || is_secret_name(member->name);
        if (is_one) {
            KQ_TRY(note(secrets, member->text, member->text, true, error));
        } else if (member->kind == KQ_JSON_STRING) {
            KQ_TRY(note_text(secrets, member->text, KQ_CHARSET_UTF8, nested + 1, error));
        }
        KQ_TRY(note_members(secrets, member, is_one, nested, error));
    }
    return KQ_OK;
}

/* What may be JSON, and is looked into. What looks so and is none may have them, too. */
static struct kq_result note_text(struct kq_secrets *secrets, struct kq_slice text, enum kq_charset charset,
                                  size_t nested, struct kq_error *error)
{
    const struct kq_json *value = NULL;
    struct kq_slice utf8;
    struct kq_error inner = {0};
    struct kq_slice trimmed = kq_slice_trim(text);
    if (trimmed.size == 0 || (trimmed.data[0] != '{' && trimmed.data[0] != '[' && nested > 0)) {
        secrets->is_in_doubt = secrets->is_in_doubt || has_secret_pair(text);
        return KQ_OK;
    }
    bool is_json = nested <= NESTED_MAX &&
                   kq_charset_decode(charset, text, secrets->arena, &utf8, &inner).ok &&
                   kq_json_read(utf8, secrets->arena, &value, &inner).ok;
    KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
    if (is_json) {
        return note_members(secrets, value, false, nested, error);
    }
    secrets->is_in_doubt = secrets->is_in_doubt || is_secret_name(text);
    return KQ_OK;
}

/* `name=value` of a query, which is signed as it was sent. */
static struct kq_result note_piece(struct kq_secrets *secrets, struct kq_slice piece, struct kq_error *error)
{
    struct kq_buffer name KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_buffer value KQ_CLEANUP(kq_buffer_free) = {0};
    size_t equals = kq_slice_find(piece, '=');
    if (equals == piece.size) {
        return KQ_OK;
    }
    struct kq_slice raw = {piece.data + equals + 1, piece.size - equals - 1};
    kq_form_percent_decoded((struct kq_slice){piece.data, equals}, &name);
    kq_form_percent_decoded(raw, &value);
    KQ_ENSURE_MEMORY(!name.failed && !value.failed, error);
    if (is_secret_name(kq_buffer_slice(&name))) {
        return note(secrets, kq_buffer_slice(&value), raw, true, error);
    }
    struct kq_slice kept = kq_arena_copy(secrets->arena, kq_buffer_slice(&value));
    KQ_ENSURE_MEMORY(kept.data, error);
    return note_text(secrets, kept, KQ_CHARSET_UTF8, 1, error);
}

/* The header's value, those in the query, and those in the body. */
static struct kq_result note_v3(struct kq_secrets *secrets, const struct kq_sent_v3 *v3,
                                struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(v3->target);
    struct kq_slice piece;
    KQ_TRY(note(secrets, v3->app_auth_token, v3->app_auth_token, true, error));
    (void)kq_cursor_take_part(&cursor, '?', &piece);
    while (kq_cursor_take_part(&cursor, '&', &piece)) {
        KQ_TRY(note_piece(secrets, piece, error));
    }
    secrets->is_more_known = !kq_slice_equal(v3->content, v3->body) && is_secret_name(v3->content);
    return note_text(secrets, v3->body, KQ_CHARSET_UTF8, 0, error);
}

struct kq_result kq_secrets_find(const struct kq_sent_request *request, struct kq_arena *arena,
                                 struct kq_secrets **secrets, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    if (!kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &charset, NULL).ok) {
        charset = KQ_CHARSET_UTF8; /* as the string to sign is made then */
    }
    struct kq_secrets *found = kq_arena_allocate(arena, sizeof(*found));
    KQ_ENSURE_MEMORY(found, error);
    *found = (struct kq_secrets){.arena = arena};
    *secrets = found;
    for (size_t i = 0; i < request->count; i++) {
        const struct kq_sent_param *item = &request->items[i];
        bool is_sign = kq_slice_equal(item->name, KQ_SLICE("sign"));
        if (is_sign || is_secret_name(item->name)) {
            KQ_TRY(note(found, item->value, item->raw, !is_sign, error));
        } else {
            KQ_TRY(note_text(found, item->value, charset, 1, error));
        }
    }
    return request->is_v3 ? note_v3(found, &request->v3, error) : KQ_OK;
}

static bool is_hidden(const char *text, size_t size)
{
    size_t at = 0;
    while (at < size && text[at] == '*') {
        at++;
    }
    return at == size;
}

/* Hides it in `room`, a copy of the text. How often it stands there. */
static size_t hide_form(struct kq_slice text, char *room, struct kq_slice form)
{
    size_t found = 0;
    size_t at = 0;
    while (form.size <= text.size - at) {
        const char *next = memmem(text.data + at, text.size - at, form.data, form.size);
        if (next == NULL) {
            break;
        }
        at = (size_t)(next - text.data);
        found += is_hidden(room + at, form.size) ? 0 : 1;
        memset(room + at, '*', form.size);
        at += form.size;
    }
    return found;
}

/* In all its forms, the longest first: one may stand in another. */
static size_t hide(struct kq_slice text, char *room, const struct secret *secret)
{
    size_t found = 0;
    size_t below = SIZE_MAX;
    for (size_t longest = 1; longest > 0; below = longest) {
        longest = 0;
        for (size_t i = 0; i < secret->form_count; i++) {
            size_t size = secret->forms[i].size;
            longest = size < below && size > longest ? size : longest;
        }
        for (size_t i = 0; i < secret->form_count; i++) {
            found += secret->forms[i].size == longest ? hide_form(text, room, secret->forms[i]) : 0;
        }
    }
    return found;
}

/* *text becomes its copy. False: one of them may stand in it. */
static struct kq_result hide_all(struct kq_secrets *secrets, struct kq_slice *text, bool is_expected,
                                 struct kq_arena *arena, struct kq_error *error)
{
    char *room = kq_arena_allocate(arena, text->size + 1);
    bool is_clear = text->size <= LOOKED_AT_MAX_BYTES / (secrets->form_count + 1);
    KQ_ENSURE_MEMORY(room, error);
    memcpy(room, text->data, text->size);
    for (size_t i = 0; i < secrets->count && is_clear; i++) {
        struct secret *secret = &secrets->items[i];
        size_t found = hide(*text, room, secret);
        is_clear = found >= (is_expected ? secret->times : secret->found_in_expected);
        secret->found_in_expected = is_expected ? found : secret->found_in_expected;
    }
    *text = is_clear ? (struct kq_slice){.data = room, .size = text->size} : (struct kq_slice){0};
    return KQ_OK;
}

struct kq_result kq_secrets_hide(struct kq_secrets *secrets, struct kq_slice *expected,
                                 struct kq_slice *signed_text, struct kq_arena *arena, struct kq_error *error)
{
    KQ_TRY(hide_all(secrets, expected, true, arena, error));
    KQ_TRY(hide_all(secrets, signed_text, false, arena, error));
    if (secrets->is_in_doubt || expected->data == NULL) {
        *expected = (struct kq_slice){0};
        *signed_text = (struct kq_slice){0};
    }
    if (secrets->is_more_known) {
        *signed_text = (struct kq_slice){0};
    }
    return KQ_OK;
}
