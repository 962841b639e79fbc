/* SPDX-License-Identifier: Apache-2.0 */
#include "doctor/request_read.h"

#include "base/buffer.h"
#include "doctor/request_parts.h"
#include "wire/charset.h"

static const char *const form_names[KQ_REQUEST_FORM_COUNT] = {
    [KQ_REQUEST_URL] = "a URL",
    [KQ_REQUEST_FORM] = "a form",
    [KQ_REQUEST_PLAIN] = "parameters without percent-encoding",
    [KQ_REQUEST_HTTP] = "an HTTP request",
    [KQ_REQUEST_CURL] = "a curl command",
    [KQ_REQUEST_FETCH] = "a fetch() call",
    [KQ_REQUEST_POWERSHELL] = "a PowerShell command",
    [KQ_REQUEST_HAR] = "a HAR entry",
    [KQ_REQUEST_JSON] = "a JSON object",
    [KQ_REQUEST_MAP] = "a printed map",
    [KQ_REQUEST_LINES] = "one parameter a line",
    [KQ_REQUEST_LOG] = "a log line",
    [KQ_REQUEST_ANSWER] = "an answer of the gateway",
};

const char *kq_request_form_name(enum kq_request_form form)
{
    return form_names[form];
}

struct kq_slice kq_request_find(const struct kq_sent_request *request, struct kq_slice name)
{
    for (size_t i = 0; i < request->count; i++) {
        if (kq_slice_equal(request->items[i].name, name)) {
            return request->items[i].value;
        }
    }
    return KQ_SLICE_EMPTY;
}

struct kq_slice kq_request_find_twice(const struct kq_sent_request *request)
{
    for (size_t i = 1; i < request->count && !request->is_v3; i++) {
        const struct kq_sent_param *later = &request->items[i];
        for (size_t j = 0; j < i; j++) {
            const struct kq_sent_param *earlier = &request->items[j];
            if (kq_slice_equal(earlier->name, later->name) && !kq_slice_equal(earlier->value, later->value)) {
                return later->name;
            }
        }
    }
    return KQ_SLICE_EMPTY;
}

bool kq_request_is_notification(const struct kq_sent_request *request)
{
    return !request->is_v3 && kq_request_find(request, KQ_SLICE("notify_id")).size > 0 &&
           kq_request_find(request, KQ_SLICE("notify_type")).size > 0;
}

struct kq_result kq_request_params(const struct kq_sent_request *request, struct kq_params *params,
                                   struct kq_error *error)
{
    kq_params_init(params, request->arena);
    for (size_t i = 0; i < request->count; i++) {
        KQ_TRY(kq_params_add(params, request->items[i].name, request->items[i].value, error));
    }
    return KQ_OK;
}

struct kq_result kq_request_read_parts(struct kq_slice query, struct kq_slice content_type,
                                       struct kq_slice body, struct kq_arena *arena,
                                       struct kq_sent_request *request, struct kq_error *error)
{
    *request = (struct kq_sent_request){.arena = arena, .form = KQ_REQUEST_HTTP};
    KQ_TRY(kq_request_add_form(request, query, error));
    return kq_request_add_body(request, content_type, body, error);
}

/* A space ends it; but one that was not encoded stands in it, where more of a query follows. */
static size_t url_size(struct kq_slice text)
{
    size_t size = 0;
    struct kq_slice line = {.data = text.data, .size = kq_slice_find(text, '\n')};
    while (size < line.size && line.data[size] != ' ' && line.data[size] != '\r') {
        size++;
    }
    struct kq_slice word = {.data = line.data, .size = size};
    struct kq_slice behind = kq_slice_trim((struct kq_slice){line.data + size, line.size - size});
    bool goes_on = kq_request_contains(behind, KQ_SLICE("&")) || kq_request_contains(word, KQ_SLICE("{"));
    bool is_body = kq_slice_starts_with(behind, KQ_SLICE("biz_content="));
    return behind.size > 0 && goes_on && !is_body ? (size_t)(behind.data + behind.size - text.data) : size;
}

/* `body: `, as people write before it. */
static struct kq_slice without_heading(struct kq_slice body)
{
    struct kq_cursor cursor = kq_cursor_of(body);
    struct kq_slice name;
    bool has_heading = kq_request_take_name(&cursor, &name) && kq_cursor_take_literal(&cursor, KQ_SLICE(":"));
    return has_heading ? kq_slice_trim(kq_cursor_take_rest(&cursor)) : body;
}

static struct kq_result add_url(struct kq_sent_request *request, struct kq_slice text, struct kq_error *error)
{
    size_t size = url_size(text);
    struct kq_slice url = {.data = text.data, .size = size};
    struct kq_slice rest = {.data = text.data + size, .size = text.size - size};
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(url), error));
    return kq_request_add_any_form(request, without_heading(kq_slice_trim(rest)), error);
}

static bool is_url(struct kq_slice text)
{
    return kq_slice_starts_with(text, KQ_SLICE("http://")) ||
           kq_slice_starts_with(text, KQ_SLICE("https://")) ||
           kq_slice_starts_with(text, KQ_SLICE("alipays://")) ||
           kq_slice_starts_with(text, KQ_SLICE("/gateway.do?"));
}

/* `name=…&name=…`, all on one line or with `&` at the line ends. */
static bool is_form(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice name;
    return kq_request_take_name(&cursor, &name) && kq_cursor_peek(&cursor) == '=' &&
           (text.size == kq_slice_find(text, '\n') || kq_slice_find(text, '&') < kq_slice_find(text, '\n'));
}

/* `name=value` or `name: value`, and a line end before any `&`. */
static bool is_lines(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice name;
    if (!kq_request_take_name(&cursor, &name)) {
        return false;
    }
    while (kq_cursor_peek(&cursor) == ' ' || kq_cursor_peek(&cursor) == '\t') {
        (void)kq_cursor_take(&cursor);
    }
    int separator = kq_cursor_take(&cursor);
    return (separator == '=' || separator == ':' || separator == '\t') &&
           kq_slice_find(text, '\n') < text.size;
}

/* As a map is printed: its first entry follows a bracket. */
static bool is_map(struct kq_slice text)
{
    return text.size > 0 &&
           (text.data[0] == '{' || text.data[0] == '[' || kq_slice_starts_with(text, KQ_SLICE("Array")) ||
            kq_slice_starts_with(text, KQ_SLICE("array")) || kq_slice_starts_with(text, KQ_SLICE("map[")));
}

/* What a program or a browser's "Copy as …" makes a request with. */
static struct kq_result read_command(struct kq_sent_request *request, struct kq_slice text, bool *found,
                                     struct kq_error *error)
{
    *found = true;
    if (kq_slice_starts_with(text, KQ_SLICE("curl ")) || kq_slice_starts_with(text, KQ_SLICE("curl.exe "))) {
        request->form = KQ_REQUEST_CURL;
        return kq_request_is_cmd(text) ? kq_request_add_cmd(request, text, error)
                                       : kq_request_add_curl(request, text, error);
    }
    if (kq_request_is_fetch(text)) {
        request->form = KQ_REQUEST_FETCH;
        return kq_request_add_fetch(request, text, found, error);
    }
    if (kq_request_is_powershell(text)) {
        request->form = KQ_REQUEST_POWERSHELL;
        return kq_request_add_powershell(request, text, error);
    }
    *found = false;
    return KQ_OK;
}

/* What `kaquan call --verbose` has sent, of all that it shows. */
static struct kq_result read_trace(struct kq_sent_request *request, struct kq_slice text, bool *found,
                                   struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    struct kq_slice url;
    struct kq_slice body;
    *found = kq_slice_starts_with(text, KQ_SLICE("Parameters:\n")) &&
             kq_cursor_take_until(&cursor, KQ_SLICE("\nPOST:\n"), &before) &&
             kq_cursor_take_part(&cursor, '\n', &url) &&
             kq_cursor_take_literal(&cursor, KQ_SLICE("Request body:\n")) &&
             kq_cursor_take_part(&cursor, '\n', &body);
    if (!*found) {
        return KQ_OK;
    }
    request->form = KQ_REQUEST_URL;
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(kq_slice_trim(url)), error));
    return kq_request_add_form(request, kq_slice_trim(body), error);
}

static struct kq_result read_form(struct kq_sent_request *request, struct kq_slice text,
                                  struct kq_slice whole, struct kq_error *error)
{
    bool found = false;
    KQ_TRY(kq_request_add_json(request, text, &found, error));
    if (found) {
        return KQ_OK;
    }
    request->form = KQ_REQUEST_HTTP;
    KQ_TRY(kq_request_add_dump(request, text, whole, &found, error));
    if (found) {
        return KQ_OK;
    }
    KQ_TRY(read_command(request, text, &found, error));
    if (found) {
        return KQ_OK;
    }
    request->form = KQ_REQUEST_LOG;
    KQ_TRY(kq_request_add_v3_text(request, text, &found, error));
    if (found) {
        return KQ_OK;
    }
    KQ_ENSURE(
        !kq_request_is_fetch(text), error, KQ_E_BAD_INPUT,
        "this fetch() call is not as browsers copy it, with texts in double quotes: give the request as "
        "curl (\"Copy as cURL\"), or its URL and, on the next line, its body");
    KQ_TRY(read_trace(request, text, &found, error));
    if (found) {
        return KQ_OK;
    }
    if (is_url(text)) {
        request->form = KQ_REQUEST_URL;
        return add_url(request, text, error);
    }
    if (is_form(text) && !kq_request_is_log(text)) {
        request->form = KQ_REQUEST_FORM;
        return kq_request_add_any_form(request, text, error);
    }
    if (is_map(text) || is_lines(text)) {
        request->form = is_map(text) ? KQ_REQUEST_MAP : KQ_REQUEST_LINES;
        request->is_plain = true;
        return kq_request_add_map(request, text, is_map(text), error);
    }
    return KQ_OK;
}

/* What a screen shows is UTF-8; what was signed is in the call's charset. A value that the charset does not
 * have, or that is in it already, stays. */
static struct kq_result encode_values(struct kq_sent_request *request, struct kq_error *error)
{
    enum kq_charset charset = KQ_CHARSET_UTF8;
    bool is_known = kq_charset_parse(kq_request_find(request, KQ_SLICE("charset")), &charset, NULL).ok;
    for (size_t i = 0; i < request->count && is_known && charset != KQ_CHARSET_UTF8; i++) {
        struct kq_sent_param *param = &request->items[i];
        struct kq_buffer encoded KQ_CLEANUP(kq_buffer_free) = {0};
        struct kq_error inner = {0};
        if (kq_charset_encode_text(charset, param->value, &encoded, &inner).ok) {
            param->value = kq_arena_copy(request->arena, kq_buffer_slice(&encoded));
            param->raw = param->value;
            KQ_ENSURE_MEMORY(param->value.data, error);
        } else {
            KQ_ENSURE(inner.code != KQ_E_NO_MEMORY, error, inner.code, "%s", "");
        }
    }
    return KQ_OK;
}

bool kq_request_is_told(const struct kq_sent_request *request)
{
    return request->is_v3 || kq_request_find(request, KQ_SLICE("app_id")).size > 0 ||
           kq_request_find(request, KQ_SLICE("sign")).size > 0;
}

struct kq_result kq_request_add_any(struct kq_sent_request *request, struct kq_slice text,
                                    struct kq_slice whole, struct kq_error *error)
{
    struct kq_sent_request log = kq_request_attempt(request);
    struct kq_error inner = {0};
    struct kq_result result = read_form(request, text, whole, &inner);
    log.form = KQ_REQUEST_LOG;
    /* What begins like a map may be a line that prints one before its request. */
    if (!result.ok && request->form != KQ_REQUEST_MAP) {
        return kq_fail(error, inner.code, "%s", inner.detail);
    }
    KQ_TRY(kq_request_contain(request, result, &inner, error));
    bool is_json = request->form == KQ_REQUEST_JSON || request->form == KQ_REQUEST_HAR;
    if (kq_request_is_told(request) || (is_json && request->count > 0)) {
        return KQ_OK;
    }
    /* What begins like another form may be a line with a request in it. */
    KQ_TRY(kq_request_add_log(&log, text, error));
    if (request->count == 0 || kq_request_is_told(&log)) {
        *request = log;
    }
    return KQ_OK;
}

/* The shortest that is encrypted: a block of AES as base64. */
#define ENCRYPTED_BYTES_MIN 24

static bool is_encrypted(struct kq_slice value)
{
    size_t size = 0;
    while (size < value.size && size < ENCRYPTED_BYTES_MIN) {
        char byte = value.data[size];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        if (!is_letter && !(byte >= '0' && byte <= '9') && byte != '+' && byte != '/' && byte != '=') {
            return false;
        }
        size++;
    }
    return size == ENCRYPTED_BYTES_MIN;
}

static struct kq_slice skip(struct kq_slice text, const char *bytes)
{
    size_t size = 0;
    while (size < text.size && text.data[size] != '\0' && strchr(bytes, text.data[size]) != NULL) {
        size++;
    }
    return (struct kq_slice){.data = text.data + size, .size = text.size - size};
}

/* `biz_content=…`, `"biz_content":"{…`, `[biz_content] => {…`, `biz_content%3D…`: its value follows, and not
 * a sentence that names it. */
static bool begins_content(struct kq_slice behind)
{
    static const struct kq_slice begins[] = {KQ_SLICE("{"), KQ_SLICE("%7B"), KQ_SLICE("u007"),
                                             KQ_SLICE("string(")};
    struct kq_slice unquoted = skip(behind, "'\"\\`]");
    struct kq_slice value = skip(unquoted, " \t\r\n'\"\\`:>=,[]()");
    bool begins_one = kq_slice_starts_with(unquoted, KQ_SLICE("=")) ||
                      kq_slice_starts_with(unquoted, KQ_SLICE("%")) || is_encrypted(value);
    for (size_t i = 0; i < KQ_COUNT(begins); i++) {
        begins_one = begins_one || kq_slice_starts_with(value, begins[i]);
    }
    return begins_one;
}

static bool has_content(struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice before;
    bool found = false;
    while (!found && kq_cursor_take_until(&cursor, KQ_SLICE("biz_content"), &before)) {
        found = begins_content((struct kq_slice){.data = cursor.at, .size = kq_cursor_left(&cursor)});
    }
    return found;
}

/* A program's line with a URL that was read, and with a body that was not. */
static bool is_in_pieces(const struct kq_sent_request *request, struct kq_slice text)
{
    bool is_read = request->is_v3;
    for (size_t i = 0; i < request->count && !is_read; i++) {
        is_read = kq_slice_equal(request->items[i].name, KQ_SLICE("biz_content"));
    }
    bool may_be = request->form == KQ_REQUEST_LOG || request->form == KQ_REQUEST_MAP;
    return may_be && !is_read && has_content(text);
}

struct kq_result kq_request_read(struct kq_slice text, struct kq_arena *arena,
                                 struct kq_sent_request *request, struct kq_error *error)
{
    static const struct kq_slice mark = KQ_SLICE("\xEF\xBB\xBF");
    bool is_answer = false;
    struct kq_error refusal = {0};
    struct kq_sent_request attempt = {.arena = arena, .refusal = &refusal};
    *request = (struct kq_sent_request){.arena = arena};
    KQ_ENSURE(text.size <= KQ_REQUEST_TEXT_MAX_BYTES, error, KQ_E_BAD_INPUT,
              "the request is longer than %zu bytes", KQ_REQUEST_TEXT_MAX_BYTES);
    struct kq_slice given = text;
    text = kq_slice_trim(text);
    if (kq_slice_starts_with(text, mark)) {
        text = kq_slice_trim((struct kq_slice){text.data + mark.size, text.size - mark.size});
    }
    size_t before = text.size == 0 ? 0 : (size_t)(text.data - given.data);
    const struct kq_slice whole = {.data = text.data, .size = given.size - before};
    KQ_TRY(kq_request_take_answer(request, text, &is_answer, error));
    if (is_answer) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_add_any(&attempt, text, whole, error));
    *request = attempt;
    request->refusal = NULL;
    bool is_told = kq_request_is_told(request) || (request->count > 0 && request->form != KQ_REQUEST_JSON);
    KQ_ENSURE(is_told || refusal.code == KQ_E_NONE, error, refusal.code, "%s", refusal.detail);
    KQ_ENSURE(request->count > 0 || request->is_v3, error, KQ_E_BAD_INPUT,
              "no parameters were found in this; a URL, a form body, an HTTP request, a curl command, a HAR "
              "entry, a log line, name=value lines, a JSON object and a printed map are understood");
    if (is_in_pieces(request, text)) {
        return kq_request_refuse_pieces(error);
    }
    return request->is_plain ? encode_values(request, error) : KQ_OK;
}
