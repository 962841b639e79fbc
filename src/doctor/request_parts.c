/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_parts.h"

#define ITEMS_FIRST 16

struct kq_result kq_request_add(struct kq_sent_request *request, struct kq_sent_param param,
                                struct kq_error *error)
{
    KQ_ENSURE(request->count < KQ_PARAMS_MAX, error, KQ_E_BAD_INPUT,
              "the request has more than %d parameters", KQ_PARAMS_MAX);
    if (request->count == request->capacity) {
        size_t capacity = request->capacity == 0 ? ITEMS_FIRST : request->capacity * 2;
        struct kq_sent_param *items = kq_arena_allocate_array(request->arena, capacity, sizeof(*items));
        KQ_ENSURE_MEMORY(items, error);
        if (request->count > 0) {
            memcpy(items, request->items, request->count * sizeof(*items));
        }
        request->items = items;
        request->capacity = capacity;
    }
    request->items[request->count++] = param;
    return KQ_OK;
}

struct kq_sent_request kq_request_attempt(const struct kq_sent_request *request)
{
    return (struct kq_sent_request){
        .arena = request->arena, .nested = request->nested, .refusal = request->refusal};
}

struct kq_result kq_request_contain(struct kq_sent_request *attempt, struct kq_result result,
                                    const struct kq_error *inner, struct kq_error *error)
{
    if (result.ok) {
        return KQ_OK;
    }
    KQ_ENSURE(inner->code == KQ_E_BAD_INPUT, error, inner->code, "%s", inner->detail);
    if (attempt->refusal != NULL && attempt->refusal->code == KQ_E_NONE) {
        *attempt->refusal = *inner;
    }
    *attempt = kq_request_attempt(attempt);
    return KQ_OK;
}

bool kq_request_contains(struct kq_slice text, struct kq_slice part)
{
    return part.size <= text.size && memmem(text.data, text.size, part.data, part.size) != NULL;
}

void kq_request_skip_space(struct kq_cursor *cursor)
{
    int byte = kq_cursor_peek(cursor);
    while (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
}

static bool is_name_byte(int byte, bool is_first)
{
    bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_';
    return is_letter || (!is_first && ((byte >= '0' && byte <= '9') || byte == '.' || byte == '-'));
}

bool kq_request_take_name(struct kq_cursor *cursor, struct kq_slice *name)
{
    const char *begin = cursor->at;
    while (is_name_byte(kq_cursor_peek(cursor), cursor->at == begin)) {
        (void)kq_cursor_take(cursor);
    }
    *name = (struct kq_slice){.data = begin, .size = (size_t)(cursor->at - begin)};
    return name->size > 0;
}

bool kq_request_take_brackets(struct kq_cursor *cursor, struct kq_slice *taken)
{
    const char *begin = cursor->at;
    size_t depth = 0;
    bool in_string = false;
    if (kq_cursor_peek(cursor) != '{' && kq_cursor_peek(cursor) != '[') {
        return false;
    }
    for (struct kq_cursor attempt = *cursor; !kq_cursor_at_end(&attempt);) {
        int byte = kq_cursor_take(&attempt);
        if (in_string && byte == '\\') {
            (void)kq_cursor_take(&attempt);
        } else if (byte == '"') {
            in_string = !in_string;
        } else if (!in_string && (byte == '{' || byte == '[')) {
            depth++;
        } else if (!in_string && (byte == '}' || byte == ']') && --depth == 0) {
            *cursor = attempt;
            *taken = (struct kq_slice){.data = begin, .size = (size_t)(attempt.at - begin)};
            return true;
        }
    }
    return false;
}

struct kq_slice kq_request_query_of(struct kq_slice url)
{
    size_t at = kq_slice_find(url, '?');
    struct kq_slice query = at < url.size
                                ? (struct kq_slice){.data = url.data + at + 1, .size = url.size - at - 1}
                                : KQ_SLICE_EMPTY;
    query.size = kq_slice_find(query, '#');
    return query;
}

static struct kq_result add_piece(struct kq_sent_request *request, struct kq_slice piece,
                                  struct kq_error *error)
{
    struct kq_params decoded;
    size_t equals = kq_slice_find(piece, '=');
    size_t value_at = equals < piece.size ? equals + 1 : piece.size;
    kq_params_init(&decoded, request->arena);
    KQ_TRY(kq_form_decode(piece, &decoded, error));
    const struct kq_sent_param param = {
        .name = decoded.items[0].name,
        .value = decoded.items[0].value,
        .raw = {.data = piece.data + value_at, .size = piece.size - value_at},
    };
    return kq_request_add(request, param, error);
}

struct kq_result kq_request_add_form(struct kq_sent_request *request, struct kq_slice form,
                                     struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(form);
    struct kq_slice piece;
    while (kq_cursor_take_part(&cursor, '&', &piece)) {
        if (piece.size > 0) {
            KQ_TRY(add_piece(request, piece, error));
        }
    }
    return KQ_OK;
}

/* The value of a text that was never encoded: JSON to its end, else up to the next `&`. */
static struct kq_slice take_plain_value(struct kq_cursor *cursor)
{
    struct kq_slice value = KQ_SLICE_EMPTY;
    struct kq_slice rest = KQ_SLICE_EMPTY;
    const char *begin = cursor->at;
    (void)kq_request_take_brackets(cursor, &value);
    (void)kq_cursor_take_part(cursor, '&', &rest);
    return (struct kq_slice){.data = begin, .size = value.size + rest.size};
}

static struct kq_result add_plain(struct kq_sent_request *request, struct kq_slice text,
                                  struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    while (!kq_cursor_at_end(&cursor)) {
        struct kq_sent_param param = {0};
        if (!kq_cursor_take_until(&cursor, KQ_SLICE("="), &param.name)) {
            break;
        }
        param.name = kq_slice_trim(param.name);
        param.value = take_plain_value(&cursor);
        param.raw = param.value;
        KQ_TRY(kq_request_add(request, param, error));
    }
    return KQ_OK;
}

/* Does it have bytes that percent-encoding never leaves, and no escape? */
static bool was_never_encoded(struct kq_slice form)
{
    bool has_plain = false;
    for (size_t i = 0; i < form.size; i++) {
        unsigned char byte = (unsigned char)form.data[i];
        has_plain = has_plain || byte <= ' ' || byte == '"' || byte == '{' || byte >= 0x7F;
        if (byte == '%' && i + 2 < form.size) {
            return false;
        }
    }
    return has_plain;
}

/* `&amp;` as the pages of browsers and the gateway's answers show `&`. */
static struct kq_result unescape(struct kq_slice text, struct kq_arena *arena, struct kq_slice *plain,
                                 struct kq_error *error)
{
    static const struct {
        struct kq_slice escape;
        char byte;
    } rows[] = {{KQ_SLICE("&amp;"), '&'},  {KQ_SLICE("&quot;"), '"'}, {KQ_SLICE("&#34;"), '"'},
                {KQ_SLICE("&lt;"), '<'},   {KQ_SLICE("&gt;"), '>'},   {KQ_SLICE("&#39;"), '\''},
                {KQ_SLICE("&#x27;"), '\''}};
    *plain = text;
    if (!kq_request_contains(text, rows[0].escape)) {
        return KQ_OK;
    }
    char *room = kq_arena_allocate(arena, text.size);
    KQ_ENSURE_MEMORY(room, error);
    *plain = (struct kq_slice){.data = room, .size = 0};
    struct kq_cursor cursor = kq_cursor_of(text);
    while (!kq_cursor_at_end(&cursor)) {
        size_t row = 0;
        while (row < KQ_COUNT(rows) && !kq_cursor_take_literal(&cursor, rows[row].escape)) {
            row++;
        }
        room[plain->size++] = row < KQ_COUNT(rows) ? rows[row].byte : (char)kq_cursor_take(&cursor);
    }
    return KQ_OK;
}

struct kq_result kq_request_add_any_form(struct kq_sent_request *request, struct kq_slice form,
                                         struct kq_error *error)
{
    struct kq_slice text;
    KQ_TRY(unescape(form, request->arena, &text, error));
    if (!was_never_encoded(text)) {
        return kq_request_add_form(request, text, error);
    }
    request->is_plain = true;
    request->form = request->form == KQ_REQUEST_FORM ? KQ_REQUEST_PLAIN : request->form;
    return add_plain(request, text, error);
}

static bool is_type(struct kq_slice content_type, struct kq_slice wanted)
{
    struct kq_slice type = {content_type.data, kq_slice_find(content_type, ';')};
    return kq_slice_equal_ignoring_case(kq_slice_trim(type), wanted);
}

static struct kq_result add_multipart(struct kq_sent_request *request, struct kq_slice content_type,
                                      struct kq_slice body, struct kq_error *error)
{
    struct kq_params parts;
    struct kq_error inner = {0};
    kq_params_init(&parts, request->arena);
    if (!kq_multipart_decode(content_type, body, &parts, &inner).ok) {
        return kq_fail(error, inner.code == KQ_E_NO_MEMORY ? inner.code : KQ_E_BAD_INPUT,
                       "the multipart body is cut off or broken");
    }
    for (size_t i = 0; i < parts.count; i++) {
        const struct kq_param *part = &parts.items[i];
        KQ_TRY(kq_request_add(request, (struct kq_sent_param){part->name, part->value, part->value}, error));
    }
    return KQ_OK;
}

struct kq_result kq_request_add_body(struct kq_sent_request *request, struct kq_slice content_type,
                                     struct kq_slice body, struct kq_error *error)
{
    if (is_type(content_type, KQ_SLICE("multipart/form-data"))) {
        return add_multipart(request, content_type, body, error);
    }
    bool is_form = is_type(content_type, KQ_SLICE_EMPTY) ||
                   is_type(content_type, KQ_SLICE("application/x-www-form-urlencoded"));
    return is_form ? kq_request_add_form(request, body, error) : KQ_OK;
}
