/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http.h"

#include <string.h>

#include "wire/openapi_v3.h"

#define CRLF KQ_SLICE("\r\n")

struct status_row {
    unsigned number;
    const char *text;
};

static const struct status_row status_rows[KQ_HTTP_STATUS_COUNT] = {
#define KQ_HTTP_STATUS_ROW(name, number, text) [KQ_HTTP_##name] = {number, text},
    KQ_HTTP_STATUS_LIST(KQ_HTTP_STATUS_ROW)
#undef KQ_HTTP_STATUS_ROW
};

unsigned kq_http_status_number(enum kq_http_status status)
{
    return status_rows[status].number;
}

enum kq_http_status kq_http_status_of(unsigned number)
{
    for (unsigned status = 0; status < KQ_HTTP_STATUS_COUNT; status++) {
        if (status_rows[status].number == number) {
            return (enum kq_http_status)status;
        }
    }
    return KQ_HTTP_INTERNAL_ERROR;
}

struct kq_result kq_http_refuse(struct kq_http_refusal *refusal, enum kq_http_status status,
                                const char *sentence)
{
    *refusal = (struct kq_http_refusal){.status = status, .sentence = sentence};
    return KQ_FAILED;
}

/* For functions that tell their progress. */
static enum kq_http_progress refused(struct kq_http_refusal *refusal, enum kq_http_status status,
                                     const char *sentence)
{
    KQ_IGNORE(kq_http_refuse(refusal, status, sentence));
    return KQ_HTTP_REFUSED;
}

static bool is_control(unsigned char byte)
{
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
}

/* Without a branch for each byte, so that compilers look at many at once. */
static bool has_control(const char *bytes, size_t size)
{
    unsigned found = 0;
    for (size_t i = 0; i < size; i++) {
        found |= is_control((unsigned char)bytes[i]) ? 1U : 0U;
    }
    return found != 0;
}

/* From scan->at on: bytes without a control character up to the line's end, or to that of what has come,
 * where a CR may be the last. Moves scan->at behind them. */
static bool take_line_part(struct kq_slice bytes, struct kq_http_scan *scan, bool *line_ends)
{
    size_t limit = bytes.size < KQ_HTTP_HEAD_MAX_BYTES ? bytes.size : KQ_HTTP_HEAD_MAX_BYTES;
    const char *from = bytes.data + scan->at;
    const char *feed = memchr(from, '\n', limit - scan->at);
    size_t size = feed == NULL ? limit - scan->at : (size_t)(feed - from);
    bool had_return = scan->at > scan->line && from[-1] == '\r';
    bool has_return = size > 0 ? from[size - 1] == '\r' : had_return;
    *line_ends = feed != NULL;
    scan->at += size + (feed == NULL ? 0 : 1);
    return !(had_return && size > 0) && !(feed != NULL && !has_return) &&
           !has_control(from, size > 0 && has_return ? size - 1 : size);
}

enum kq_http_progress kq_http_head_find(struct kq_slice bytes, struct kq_http_scan *scan,
                                        struct kq_slice *head, struct kq_http_refusal *refusal)
{
    while (scan->at < bytes.size) {
        bool line_ends = false;
        if (scan->at >= KQ_HTTP_HEAD_MAX_BYTES) {
            return refused(refusal, KQ_HTTP_HEAD_TOO_LARGE, "The request's head is larger than 16 KiB.");
        }
        if (!take_line_part(bytes, scan, &line_ends)) {
            return refused(refusal, KQ_HTTP_BAD_REQUEST,
                           "This is no HTTP: a control character, or a line that does not end in CR LF.");
        }
        if (!line_ends) {
            continue;
        }
        bool is_empty = scan->at - scan->line == CRLF.size;
        bool is_leading = scan->line == scan->start;
        scan->line = scan->at;
        if (is_empty && !is_leading) {
            *head = (struct kq_slice){.data = bytes.data + scan->start, .size = scan->at - scan->start};
            return KQ_HTTP_COMPLETE;
        }
        if (is_empty) {
            scan->start = scan->at;
        }
    }
    return KQ_HTTP_MORE;
}

/* A head that is being read, and what decides about it only when all of it is known. */
struct head_reader {
    struct kq_http_head *head;
    struct kq_http_refusal *refusal;
    bool has_host;
    bool has_length;
    bool has_coding;
    bool coding_is_known;
    bool has_expectation;
    bool asks_close;
    bool asks_keep_alive;
};

static struct kq_result bad(struct head_reader *reader, const char *sentence)
{
    return kq_http_refuse(reader->refusal, KQ_HTTP_BAD_REQUEST, sentence);
}

/* RFC 9110 section 5.6.2 */
static bool is_token(struct kq_slice text)
{
    for (size_t i = 0; i < text.size; i++) {
        char byte = text.data[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && (byte == '\0' || strchr("!#$%&'*+-.^_`|~", byte) == NULL)) {
            return false;
        }
    }
    return text.size > 0;
}

static enum kq_http_method method_of(struct kq_slice text)
{
    static const struct {
        const char *name;
        enum kq_http_method method;
    } rows[] = {
        {"GET", KQ_HTTP_GET},
        {"HEAD", KQ_HTTP_HEAD},
        {"POST", KQ_HTTP_POST},
        {"PUT", KQ_HTTP_PUT},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        if (kq_slice_equal(text, kq_slice_of(rows[i].name))) {
            return rows[i].method;
        }
    }
    return KQ_HTTP_OTHER_METHOD;
}

static struct kq_result read_version(struct head_reader *reader, struct kq_slice text)
{
    struct kq_cursor cursor = kq_cursor_of(text);
    struct kq_slice major;
    struct kq_slice minor;
    bool shaped =
        kq_cursor_take_literal(&cursor, KQ_SLICE("HTTP/")) && kq_cursor_take_bytes(&cursor, 1, &major) &&
        kq_slice_is_digits(major) && kq_cursor_take_literal(&cursor, KQ_SLICE(".")) &&
        kq_cursor_take_bytes(&cursor, 1, &minor) && kq_slice_is_digits(minor) && kq_cursor_at_end(&cursor);
    if (!shaped) {
        return bad(reader, "The request line does not end in an HTTP version.");
    }
    reader->head->is_1_0 = kq_slice_equal(text, KQ_SLICE("HTTP/1.0"));
    if (!reader->head->is_1_0 && !kq_slice_equal(text, KQ_SLICE("HTTP/1.1"))) {
        return kq_http_refuse(reader->refusal, KQ_HTTP_VERSION_NOT_SUPPORTED,
                              "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
    }
    return KQ_OK;
}

/* Takes `http://authority` from the front of an absolute target (RFC 9112 section 3.2.2). */
static bool take_authority(struct kq_slice *target)
{
    struct kq_cursor cursor = kq_cursor_of(*target);
    struct kq_slice scheme;
    if (!kq_cursor_take_until(&cursor, KQ_SLICE("://"), &scheme) ||
        !(kq_slice_equal_ignoring_case(scheme, KQ_SLICE("http")) ||
          kq_slice_equal_ignoring_case(scheme, KQ_SLICE("https")))) {
        return false;
    }
    size_t authority_bytes = 0;
    while (kq_cursor_peek(&cursor) != '/' && kq_cursor_peek(&cursor) != '?' && kq_cursor_take(&cursor) >= 0) {
        authority_bytes++;
    }
    *target = kq_cursor_take_rest(&cursor);
    return authority_bytes > 0;
}

/* Bytes that a URL should percent-encode are let through, as everyone does: they end nothing. */
static struct kq_result read_target(struct head_reader *reader, struct kq_slice target)
{
    bool is_asterisk = kq_slice_equal(target, KQ_SLICE("*"));
    if (target.size == 0 || kq_slice_find(target, '#') < target.size ||
        kq_slice_find(target, '\t') < target.size ||
        (target.data[0] != '/' && !is_asterisk && !take_authority(&target))) {
        return bad(reader, "The request's target is neither a path nor a URL.");
    }
    struct kq_cursor cursor = kq_cursor_of(target);
    reader->head->target = target;
    if (!kq_cursor_take_part(&cursor, '?', &reader->head->path)) {
        reader->head->path = KQ_SLICE_EMPTY;
    }
    if (reader->head->path.size == 0) {
        reader->head->path = KQ_SLICE("/");
    }
    reader->head->query = kq_cursor_take_rest(&cursor);
    return KQ_OK;
}

static struct kq_result read_request_line(struct head_reader *reader, struct kq_slice line)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    struct kq_slice method;
    struct kq_slice target;
    if (!kq_cursor_take_until(&cursor, KQ_SLICE(" "), &method) || !is_token(method) ||
        !kq_cursor_take_until(&cursor, KQ_SLICE(" "), &target)) {
        return bad(reader, "The request line is not a method, a target and a version.");
    }
    reader->head->method = method_of(method);
    KQ_TRY(read_version(reader, kq_cursor_take_rest(&cursor)));
    return read_target(reader, target);
}

/* Marks a header as seen; false where it was there already. */
static bool is_first(bool *seen)
{
    bool first = !*seen;
    *seen = true;
    return first;
}

static struct kq_result take_host(struct head_reader *reader, struct kq_slice value)
{
    reader->head->host = value; /* One endpoint for every name: it decides nothing. */
    return is_first(&reader->has_host) ? KQ_OK : bad(reader, "There is more than one Host header.");
}

static struct kq_result take_content_length(struct head_reader *reader, struct kq_slice value)
{
    if (!is_first(&reader->has_length) || !kq_slice_is_digits(value)) {
        return bad(reader, "Content-Length is not one number.");
    }
    uint64_t length = 0;
    for (size_t i = 0; i < value.size; i++) {
        if (__builtin_mul_overflow(length, UINT64_C(10), &length) ||
            __builtin_add_overflow(length, (uint64_t)(value.data[i] - '0'), &length)) {
            length = UINT64_MAX;
            break;
        }
    }
    reader->head->content_length = length;
    return KQ_OK;
}

static struct kq_result take_transfer_encoding(struct head_reader *reader, struct kq_slice value)
{
    if (!is_first(&reader->has_coding)) {
        return bad(reader, "There is more than one Transfer-Encoding header.");
    }
    reader->coding_is_known = kq_slice_equal_ignoring_case(value, KQ_SLICE("chunked"));
    return KQ_OK;
}

static struct kq_result take_connection(struct head_reader *reader, struct kq_slice value)
{
    struct kq_cursor cursor = kq_cursor_of(value);
    struct kq_slice option;
    while (kq_cursor_take_part(&cursor, ',', &option)) {
        option = kq_slice_trim(option);
        reader->asks_close = reader->asks_close || kq_slice_equal_ignoring_case(option, KQ_SLICE("close"));
        reader->asks_keep_alive =
            reader->asks_keep_alive || kq_slice_equal_ignoring_case(option, KQ_SLICE("keep-alive"));
    }
    return KQ_OK;
}

static struct kq_result take_expect(struct head_reader *reader, struct kq_slice value)
{
    if (!is_first(&reader->has_expectation) ||
        !kq_slice_equal_ignoring_case(value, KQ_SLICE("100-continue"))) {
        return kq_http_refuse(reader->refusal, KQ_HTTP_EXPECTATION_FAILED,
                              "The only expectation met here is 100-continue.");
    }
    return KQ_OK;
}

static struct kq_result take_once(struct head_reader *reader, struct kq_slice *slot, struct kq_slice value,
                                  const char *sentence)
{
    if (slot->data != NULL) {
        return bad(reader, sentence);
    }
    *slot = value;
    return KQ_OK;
}

static struct kq_result take_content_type(struct head_reader *reader, struct kq_slice value)
{
    return take_once(reader, &reader->head->content_type, value,
                     "There is more than one Content-Type header.");
}

static struct kq_result take_authorization(struct head_reader *reader, struct kq_slice value)
{
    return take_once(reader, &reader->head->authorization, value,
                     "There is more than one Authorization header.");
}

static struct kq_result take_app_auth_token(struct head_reader *reader, struct kq_slice value)
{
    return take_once(reader, &reader->head->app_auth_token, value,
                     "There is more than one " KQ_V3_HEADER_APP_AUTH_TOKEN " header.");
}

static struct kq_result take_encrypt_type(struct head_reader *reader, struct kq_slice value)
{
    return take_once(reader, &reader->head->encrypt_type, value,
                     "There is more than one " KQ_V3_HEADER_ENCRYPT_TYPE " header.");
}

static struct kq_result take_root_cert_sn(struct head_reader *reader, struct kq_slice value)
{
    return take_once(reader, &reader->head->root_cert_sn, value,
                     "There is more than one " KQ_V3_HEADER_ROOT_CERT_SN " header.");
}

static struct kq_result take_accept_language(struct head_reader *reader, struct kq_slice value)
{
    if (reader->head->accept_language.data == NULL) {
        reader->head->accept_language = value;
    }
    return KQ_OK;
}

/* The headers that mean something here; all others are skipped. */
static const struct header_row {
    const char *name;
    struct kq_result (*take)(struct head_reader *reader, struct kq_slice value);
} header_rows[] = {
    {"Host", take_host},
    {"Content-Length", take_content_length},
    {"Transfer-Encoding", take_transfer_encoding},
    {"Connection", take_connection},
    {"Expect", take_expect},
    {"Content-Type", take_content_type},
    {"Authorization", take_authorization},
    {"Accept-Language", take_accept_language},
    {KQ_V3_HEADER_APP_AUTH_TOKEN, take_app_auth_token},
    {KQ_V3_HEADER_ENCRYPT_TYPE, take_encrypt_type},
    {KQ_V3_HEADER_ROOT_CERT_SN, take_root_cert_sn},
};

static struct kq_result read_header(struct head_reader *reader, struct kq_slice line)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    struct kq_slice name;
    if (line.data[0] == ' ' || line.data[0] == '\t') {
        return bad(reader, "A header is folded over several lines.");
    }
    if (!kq_cursor_take_until(&cursor, KQ_SLICE(":"), &name) || !is_token(name)) {
        return bad(reader, "A header line is not a name, a colon and a value.");
    }
    struct kq_slice value = kq_slice_trim(kq_cursor_take_rest(&cursor));
    for (size_t i = 0; i < KQ_COUNT(header_rows); i++) {
        if (kq_slice_equal_ignoring_case(name, kq_slice_of(header_rows[i].name))) {
            return header_rows[i].take(reader, value);
        }
    }
    return KQ_OK;
}

/* What several headers and the version say together (RFC 9112 sections 3.2, 6.1 and 9.3). */
static struct kq_result check_whole(struct head_reader *reader)
{
    struct kq_http_head *head = reader->head;
    if (!head->is_1_0 && !reader->has_host) {
        return bad(reader, "The Host header is missing.");
    }
    if (reader->has_coding && (reader->has_length || head->is_1_0)) {
        return bad(reader, head->is_1_0 ? "HTTP/1.0 has no Transfer-Encoding."
                                        : "Content-Length and Transfer-Encoding exclude each other.");
    }
    if (reader->has_coding && !reader->coding_is_known) {
        return kq_http_refuse(reader->refusal, KQ_HTTP_NOT_IMPLEMENTED,
                              "The only transfer coding understood here is chunked.");
    }
    head->is_chunked = reader->has_coding;
    head->keep_alive = !reader->asks_close && (!head->is_1_0 || reader->asks_keep_alive);
    head->expects_continue = reader->has_expectation && !head->is_1_0;
    return KQ_OK;
}

/* kq_http_head_find has let CR through at the ends of lines only. */
static bool take_line(struct kq_cursor *cursor, struct kq_slice *line)
{
    return kq_cursor_take_until(cursor, KQ_SLICE("\r"), line) &&
           kq_cursor_take_literal(cursor, KQ_SLICE("\n"));
}

struct kq_result kq_http_head_read(struct kq_slice bytes, struct kq_http_head *head,
                                   struct kq_http_refusal *refusal)
{
    *head = (struct kq_http_head){0};
    struct head_reader reader = {.head = head, .refusal = refusal};
    struct kq_cursor cursor = kq_cursor_of(bytes);
    struct kq_slice line;
    if (!take_line(&cursor, &line)) {
        return bad(&reader, "The request has no lines.");
    }
    KQ_TRY(read_request_line(&reader, line));
    size_t count = 0;
    while (take_line(&cursor, &line) && line.size > 0) {
        if (++count > KQ_HTTP_HEADERS_MAX) {
            return kq_http_refuse(refusal, KQ_HTTP_HEAD_TOO_LARGE, "The request has more than 100 headers.");
        }
        KQ_TRY(read_header(&reader, line));
    }
    return check_whole(&reader);
}

static void append_number(struct kq_buffer *buffer, size_t number)
{
    char digits[20]; /* of the largest */
    size_t first = sizeof(digits);
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    kq_buffer_append(buffer, (struct kq_slice){.data = digits + first, .size = sizeof(digits) - first});
}

void kq_http_append_head(struct kq_buffer *buffer, const struct kq_http_reply *answer)
{
    kq_buffer_append(buffer, KQ_SLICE("HTTP/1.1 "));
    append_number(buffer, status_rows[answer->status].number);
    kq_buffer_append(buffer, KQ_SLICE(" "));
    kq_buffer_append(buffer, kq_slice_of(status_rows[answer->status].text));
    kq_buffer_append(buffer, KQ_SLICE("\r\nContent-Type: "));
    kq_buffer_append(buffer, kq_slice_of(answer->content_type));
    kq_buffer_append(buffer, KQ_SLICE("\r\nContent-Length: "));
    append_number(buffer, answer->body_bytes);
    kq_buffer_append(buffer, CRLF);
    if (answer->trace_id != NULL) {
        kq_buffer_append(buffer, KQ_SLICE("trace_id: "));
        kq_buffer_append(buffer, kq_slice_of(answer->trace_id));
        kq_buffer_append(buffer, CRLF);
    }
    if (answer->header != NULL) {
        kq_buffer_append(buffer, kq_slice_of(answer->header));
        kq_buffer_append(buffer, CRLF);
    }
    if (answer->close) {
        kq_buffer_append(buffer, KQ_SLICE("Connection: close\r\n"));
    } else if (answer->is_1_0) {
        kq_buffer_append(buffer, KQ_SLICE("Connection: keep-alive\r\n"));
    }
    kq_buffer_append(buffer, CRLF);
}
