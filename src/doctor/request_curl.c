/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buffer.h"
#include "doctor/request_parts.h"

/* A curl command, in the quoting of a POSIX shell and of bash ($'…'), which is what browsers' "Copy as cURL"
 * and people's scripts have. */

static int hex_value(int byte)
{
    if (byte >= '0' && byte <= '9') {
        return byte - '0';
    }
    int letter = byte | 0x20;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

void kq_request_append_code_point(struct kq_buffer *word, unsigned code)
{
    if (code < 0x80) {
        kq_buffer_append_byte(word, (char)code);
    } else if (code < 0x800) {
        kq_buffer_append_byte(word, (char)(0xC0 | code >> 6));
        kq_buffer_append_byte(word, (char)(0x80 | (code & 0x3F)));
    } else {
        kq_buffer_append_byte(word, (char)(0xE0 | code >> 12));
        kq_buffer_append_byte(word, (char)(0x80 | (code >> 6 & 0x3F)));
        kq_buffer_append_byte(word, (char)(0x80 | (code & 0x3F)));
    }
}

/* \xHH and \uHHHH of $'…'. */
static unsigned take_hex(struct kq_cursor *cursor, size_t digits_max)
{
    unsigned code = 0;
    for (size_t i = 0; i < digits_max && hex_value(kq_cursor_peek(cursor)) >= 0; i++) {
        code = code << 4 | (unsigned)hex_value(kq_cursor_take(cursor));
    }
    return code;
}

static void take_ansi_escape(struct kq_cursor *cursor, struct kq_buffer *word)
{
    int byte = kq_cursor_take(cursor);
    switch (byte) {
    case 'n':
        kq_buffer_append_byte(word, '\n');
        break;
    case 'r':
        kq_buffer_append_byte(word, '\r');
        break;
    case 't':
        kq_buffer_append_byte(word, '\t');
        break;
    case 'x':
        kq_buffer_append_byte(word, (char)take_hex(cursor, 2));
        break;
    case 'u':
        kq_request_append_code_point(word, take_hex(cursor, 4));
        break;
    default:
        if (byte >= 0) {
            kq_buffer_append_byte(word, (char)byte);
        }
    }
}

/* Up to and with the closing quote. */
static void take_quoted(struct kq_cursor *cursor, int quote, bool is_ansi, struct kq_buffer *word)
{
    for (int byte = kq_cursor_take(cursor); byte >= 0 && byte != quote; byte = kq_cursor_take(cursor)) {
        if (byte == '\\' && is_ansi) {
            take_ansi_escape(cursor, word);
        } else if (byte == '\\' && quote == '"') {
            int next = kq_cursor_peek(cursor);
            if (next == '"' || next == '\\' || next == '$' || next == '`') {
                byte = kq_cursor_take(cursor);
            }
            kq_buffer_append_byte(word, (char)byte);
        } else {
            kq_buffer_append_byte(word, (char)byte);
        }
    }
}

static bool is_space(int byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* False at the end. */
static bool take_word(struct kq_cursor *cursor, struct kq_buffer *word)
{
    kq_buffer_clear(word);
    kq_request_skip_space(cursor);
    while (kq_cursor_take_literal(cursor, KQ_SLICE("\\\n")) ||
           kq_cursor_take_literal(cursor, KQ_SLICE("\\\r\n"))) {
        kq_request_skip_space(cursor);
    }
    if (kq_cursor_at_end(cursor)) {
        return false;
    }
    while (!kq_cursor_at_end(cursor) && !is_space(kq_cursor_peek(cursor))) {
        int byte = kq_cursor_take(cursor);
        if (byte == '$' && kq_cursor_peek(cursor) == '\'') {
            (void)kq_cursor_take(cursor);
            take_quoted(cursor, '\'', true, word);
        } else if (byte == '\'' || byte == '"') {
            take_quoted(cursor, byte, false, word);
        } else if (byte == '\\') {
            byte = kq_cursor_take(cursor);
            if (byte >= 0 && byte != '\n') {
                kq_buffer_append_byte(word, (char)byte);
            }
        } else {
            kq_buffer_append_byte(word, (char)byte);
        }
    }
    return true;
}

enum argument {
    ARGUMENT_NONE,
    ARGUMENT_DATA,    /* or `@` and a file's name */
    ARGUMENT_RAW,     /* as it is */
    ARGUMENT_JSON,    /* --json */
    ARGUMENT_ENCODED, /* --data-urlencode */
    ARGUMENT_PART,    /* -F */
    ARGUMENT_URL,
    ARGUMENT_HEADER,
    ARGUMENT_METHOD,
    ARGUMENT_GET, /* takes none: the data belong to the query */
    ARGUMENT_OTHER,
};

static const struct {
    char letter; /* 0: it has none */
    const char *name;
    enum argument argument;
} options[] = {
    {'d', "data", ARGUMENT_DATA},
    {0, "data-ascii", ARGUMENT_DATA},
    {0, "data-binary", ARGUMENT_DATA},
    {0, "data-raw", ARGUMENT_RAW},
    {0, "json", ARGUMENT_JSON},
    {0, "data-urlencode", ARGUMENT_ENCODED},
    {'F', "form", ARGUMENT_PART},
    {0, "form-string", ARGUMENT_PART},
    {0, "url", ARGUMENT_URL},
    {'H', "header", ARGUMENT_HEADER},
    {'X', "request", ARGUMENT_METHOD},
    {'G', "get", ARGUMENT_GET},
    {'A', "user-agent", ARGUMENT_OTHER},
    {'e', "referer", ARGUMENT_OTHER},
    {'b', "cookie", ARGUMENT_OTHER},
    {'c', "cookie-jar", ARGUMENT_OTHER},
    {'D', "dump-header", ARGUMENT_OTHER},
    {'E', "cert", ARGUMENT_OTHER},
    {'K', "config", ARGUMENT_OTHER},
    {'T', "upload-file", ARGUMENT_OTHER},
    {'U', "proxy-user", ARGUMENT_OTHER},
    {'u', "user", ARGUMENT_OTHER},
    {'o', "output", ARGUMENT_OTHER},
    {'w', "write-out", ARGUMENT_OTHER},
    {'x', "proxy", ARGUMENT_OTHER},
    {'m', "max-time", ARGUMENT_OTHER},
    {0, "cacert", ARGUMENT_OTHER},
    {0, "capath", ARGUMENT_OTHER},
    {0, "connect-timeout", ARGUMENT_OTHER},
    {0, "connect-to", ARGUMENT_OTHER},
    {0, "key", ARGUMENT_OTHER},
    {0, "resolve", ARGUMENT_OTHER},
    {0, "retry", ARGUMENT_OTHER},
    {0, "unix-socket", ARGUMENT_OTHER},
};

static enum argument argument_of_letter(char letter)
{
    size_t row = 0;
    while (row < KQ_COUNT(options) && options[row].letter != letter) {
        row++;
    }
    return row < KQ_COUNT(options) ? options[row].argument : ARGUMENT_NONE;
}

static enum argument argument_of_name(struct kq_slice name)
{
    size_t row = 0;
    while (row < KQ_COUNT(options) && !kq_slice_equal(name, kq_slice_of(options[row].name))) {
        row++;
    }
    return row < KQ_COUNT(options) ? options[row].argument : ARGUMENT_NONE;
}

static struct kq_slice behind(struct kq_slice word, size_t size)
{
    return (struct kq_slice){.data = word.data + size, .size = word.size - size};
}

/* What follows an option, or stands behind its letter in the same word: -XPOST; other letters may stand
 * before it: -sXPOST. */
static enum argument argument_of(struct kq_slice word, bool *gets, struct kq_slice *attached)
{
    enum argument argument = ARGUMENT_NONE;
    *attached = KQ_SLICE_EMPTY;
    if (kq_slice_starts_with(word, KQ_SLICE("--"))) {
        argument = argument_of_name(behind(word, 2));
        *gets = *gets || argument == ARGUMENT_GET;
        return argument == ARGUMENT_GET ? ARGUMENT_NONE : argument;
    }
    for (size_t i = 1; i < word.size && word.data[0] == '-' && argument == ARGUMENT_NONE; i++) {
        argument = argument_of_letter(word.data[i]);
        *attached = behind(word, i + 1);
        *gets = *gets || argument == ARGUMENT_GET;
        argument = argument == ARGUMENT_GET ? ARGUMENT_NONE : argument;
    }
    return argument;
}

/* What is read from a file is not in the text. */
static bool is_in_file(enum argument argument, struct kq_slice word)
{
    if (argument == ARGUMENT_ENCODED) {
        return kq_slice_find(word, '=') == word.size && kq_slice_find(word, '@') < word.size;
    }
    return (argument == ARGUMENT_DATA || argument == ARGUMENT_JSON) && word.size > 0 && word.data[0] == '@';
}

static struct kq_result fail_for_file(struct kq_error *error)
{
    return kq_fail(
        error, KQ_E_BAD_INPUT,
        "the body is in a file that this text does not have: put the file's content where its name "
        "stands (--data-raw '…')");
}

/* `name=content`: curl encodes the content. */
static void append_encoded(struct kq_buffer *body, struct kq_slice word)
{
    size_t equals = kq_slice_find(word, '=');
    size_t content_at = equals < word.size ? equals + 1 : 0;
    kq_buffer_append(body, (struct kq_slice){.data = word.data, .size = content_at});
    kq_form_encode((struct kq_slice){.data = word.data + content_at, .size = word.size - content_at}, body);
}

static struct kq_result add_part(struct kq_sent_request *request, struct kq_slice word,
                                 struct kq_error *error)
{
    size_t equals = kq_slice_find(word, '=');
    struct kq_slice part = kq_arena_copy(request->arena, word);
    KQ_ENSURE_MEMORY(part.data, error);
    if (equals == word.size) {
        return KQ_OK;
    }
    struct kq_slice value = {.data = part.data + equals + 1, .size = part.size - equals - 1};
    return kq_request_add(request, (struct kq_sent_param){{part.data, equals}, value, value}, error);
}

static struct kq_result take_header(struct kq_sent_request *request, struct kq_slice word,
                                    struct kq_sent_v3 *sent, struct kq_error *error)
{
    struct kq_slice header = kq_arena_copy(request->arena, word);
    KQ_ENSURE_MEMORY(header.data, error);
    struct kq_cursor cursor = kq_cursor_of(header);
    struct kq_slice name = KQ_SLICE_EMPTY; /* of an empty word */
    (void)kq_cursor_take_part(&cursor, ':', &name);
    kq_request_take_header(kq_slice_trim(name), kq_slice_trim(kq_cursor_take_rest(&cursor)), sent);
    return KQ_OK;
}

/* The URL and the body of the command, which has words of each kind in any order; of the newer protocol, the
 * headers and the method. */
struct command {
    struct kq_buffer url;
    struct kq_buffer body;
    struct kq_sent_v3 sent;
    bool gets; /* the body belongs to the query */
};

static void free_command(struct command *command)
{
    kq_buffer_free(&command->url);
    kq_buffer_free(&command->body);
}

static struct kq_result take(struct kq_sent_request *request, struct command *command, enum argument argument,
                             struct kq_slice word, struct kq_error *error)
{
    bool is_data = argument == ARGUMENT_DATA || argument == ARGUMENT_RAW || argument == ARGUMENT_ENCODED;
    if (is_in_file(argument, word)) {
        return fail_for_file(error);
    }
    if (is_data && command->body.size > 0) {
        kq_buffer_append_byte(&command->body, '&');
    }
    if (argument == ARGUMENT_DATA || argument == ARGUMENT_RAW || argument == ARGUMENT_JSON) {
        kq_buffer_append(&command->body, word);
    } else if (argument == ARGUMENT_ENCODED) {
        append_encoded(&command->body, word);
    } else if (argument == ARGUMENT_PART) {
        return add_part(request, word, error);
    } else if (argument == ARGUMENT_HEADER) {
        return take_header(request, word, &command->sent, error);
    } else if (argument == ARGUMENT_METHOD) {
        command->sent.http_method = kq_request_http_method(word);
    } else if (command->url.size == 0 &&
               (argument == ARGUMENT_URL || (argument == ARGUMENT_NONE && word.size > 0 &&
                                             word.data[0] != '-' && kq_slice_find(word, '/') < word.size))) {
        kq_buffer_append(&command->url, word);
    }
    return KQ_OK;
}

/* What was given by -F: the JSON in the part `data`, without what curl is told about it. */
static struct kq_slice part_with_json(const struct kq_sent_request *request)
{
    struct kq_slice part = kq_request_find(request, KQ_SLICE("data"));
    const char *type = part.size == 0 ? NULL : memmem(part.data, part.size, ";type=", 6);
    part.size = type == NULL ? part.size : (size_t)(type - part.data);
    return part;
}

static struct kq_result take_v3(struct kq_sent_request *request, struct command *command, struct kq_slice url,
                                struct kq_slice body, bool *taken, struct kq_error *error)
{
    struct kq_sent_v3 *sent = &command->sent;
    bool has_parts = request->count > 0;
    kq_request_take_address(url, sent);
    sent->content = has_parts ? part_with_json(request) : body;
    sent->content_type = has_parts ? KQ_SLICE_EMPTY : sent->content_type;
    if (sent->http_method.size == 0 && (has_parts || body.size > 0)) {
        sent->http_method = KQ_SLICE("POST");
    }
    KQ_TRY(kq_request_take_v3(request, sent, taken, error));
    bool is_in_file = *taken && has_parts && sent->content.size > 0 &&
                      (sent->content.data[0] == '@' || sent->content.data[0] == '<');
    return is_in_file ? fail_for_file(error) : KQ_OK;
}

static struct kq_result take_words(struct kq_sent_request *request, struct command *command,
                                   struct kq_slice text, struct kq_error *error)
{
    struct kq_buffer word KQ_CLEANUP(kq_buffer_free) = {0};
    struct kq_cursor cursor = kq_cursor_of(text);
    enum argument next = ARGUMENT_OTHER; /* the word `curl` itself */
    while (take_word(&cursor, &word)) {
        KQ_ENSURE_MEMORY(!word.failed, error);
        struct kq_slice taken = kq_buffer_slice(&word);
        struct kq_slice attached = KQ_SLICE_EMPTY;
        enum argument option =
            next == ARGUMENT_NONE ? argument_of(taken, &command->gets, &attached) : ARGUMENT_NONE;
        if (option == ARGUMENT_NONE) {
            KQ_TRY(take(request, command, next, taken, error));
        } else if (attached.size > 0) {
            KQ_TRY(take(request, command, option, attached, error));
            option = ARGUMENT_NONE;
        }
        next = option;
    }
    KQ_ENSURE_MEMORY(!word.failed, error);
    return KQ_OK;
}

/* With -G the data go behind the address. */
static void move_to_query(struct command *command)
{
    bool has_query = kq_slice_find(kq_buffer_slice(&command->url), '?') < command->url.size;
    if (command->gets && command->body.size > 0) {
        kq_buffer_append_byte(&command->url, has_query ? '&' : '?');
        kq_buffer_append(&command->url, kq_buffer_slice(&command->body));
        command->url.failed = command->url.failed || command->body.failed;
        kq_buffer_clear(&command->body);
    }
}

struct kq_result kq_request_add_curl(struct kq_sent_request *request, struct kq_slice text,
                                     struct kq_error *error)
{
    struct command command KQ_CLEANUP(free_command) = {0};
    bool is_v3 = false;
    KQ_TRY(take_words(request, &command, text, error));
    move_to_query(&command);
    KQ_ENSURE_MEMORY(!command.url.failed && !command.body.failed, error);
    struct kq_slice url = kq_arena_copy(request->arena, kq_buffer_slice(&command.url));
    struct kq_slice body = kq_arena_copy(request->arena, kq_buffer_slice(&command.body));
    KQ_ENSURE_MEMORY(url.data != NULL && body.data != NULL, error);
    KQ_TRY(take_v3(request, &command, url, body, &is_v3, error));
    if (is_v3) {
        return KQ_OK;
    }
    KQ_TRY(kq_request_add_form(request, kq_request_query_of(url), error));
    return kq_request_add_form(request, body, error);
}
