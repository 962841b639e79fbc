/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

#include "base/cursor.h"

/* RFC 2046, section 5.1.1. */
#define BOUNDARY_MAX_BYTES ((size_t)70)

/* Headers of one part that are looked at; real parts have one to three. */
#define PART_HEADERS_MAX 16

#define CRLF KQ_SLICE("\r\n")

/* `where` names the place in the terms of RFC 7578. */
static struct kq_result refuse(struct kq_error *error, const char *where)
{
    return kq_fail(error, KQ_E_INVALID_PARAMETER_GATEWAY, "multipart格式错误：%s", where);
}

static void skip_spaces(struct kq_cursor *cursor)
{
    int byte = kq_cursor_peek(cursor);
    while (byte == ' ' || byte == '\t') {
        (void)kq_cursor_take(cursor);
        byte = kq_cursor_peek(cursor);
    }
}

/* A header's value before its parameters: `form-data` of `form-data; name="a"`. */
static struct kq_slice take_main_value(struct kq_cursor *cursor)
{
    struct kq_slice value = {.data = cursor->at, .size = 0};
    while (!kq_cursor_at_end(cursor) && kq_cursor_peek(cursor) != ';') {
        (void)kq_cursor_take(cursor);
        value.size++;
    }
    return kq_slice_trim(value);
}

struct parameter {
    struct kq_slice name;
    struct kq_slice value;
};

enum step {
    STEP_TAKEN,
    STEP_END,
    STEP_BROKEN,
};

/* A quoted value ends at the next quote: browsers and libraries write a quote inside as %22, and a backslash
 * may be the second byte of a GBK character. */
static bool take_value(struct kq_cursor *cursor, struct kq_slice *value)
{
    if (kq_cursor_take_literal(cursor, KQ_SLICE("\""))) {
        return kq_cursor_take_until(cursor, KQ_SLICE("\""), value);
    }
    *value = take_main_value(cursor);
    return value->size > 0;
}

/* `; name=value` or `; name="value"`. */
static enum step take_parameter(struct kq_cursor *cursor, struct parameter *parameter)
{
    skip_spaces(cursor);
    if (kq_cursor_at_end(cursor)) {
        return STEP_END;
    }
    if (!kq_cursor_take_literal(cursor, KQ_SLICE(";"))) {
        return STEP_BROKEN;
    }
    skip_spaces(cursor);
    if (kq_cursor_at_end(cursor)) {
        return STEP_END;
    }
    if (!kq_cursor_take_until(cursor, KQ_SLICE("="), &parameter->name)) {
        return STEP_BROKEN;
    }
    return take_value(cursor, &parameter->value) ? STEP_TAKEN : STEP_BROKEN;
}

static struct kq_result read_boundary(struct kq_slice content_type, struct kq_slice *boundary,
                                      struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(content_type);
    if (!kq_slice_equal_ignoring_case(take_main_value(&cursor), KQ_SLICE("multipart/form-data"))) {
        return refuse(error, "Content-Type");
    }
    struct parameter parameter;
    enum step step = take_parameter(&cursor, &parameter);
    for (; step == STEP_TAKEN; step = take_parameter(&cursor, &parameter)) {
        if (kq_slice_equal_ignoring_case(parameter.name, KQ_SLICE("boundary")) && boundary->size == 0) {
            *boundary = parameter.value;
        }
    }
    if (step == STEP_BROKEN || boundary->size == 0 || boundary->size > BOUNDARY_MAX_BYTES) {
        return refuse(error, "boundary");
    }
    return KQ_OK;
}

/* What the headers of a part say. */
struct part {
    struct kq_slice name;
    bool has_name;
    bool is_file;
};

static struct kq_result read_disposition(struct kq_slice value, struct part *part, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(value);
    if (part->has_name || !kq_slice_equal_ignoring_case(take_main_value(&cursor), KQ_SLICE("form-data"))) {
        return refuse(error, "Content-Disposition");
    }
    struct parameter parameter;
    enum step step = take_parameter(&cursor, &parameter);
    for (; step == STEP_TAKEN; step = take_parameter(&cursor, &parameter)) {
        if (kq_slice_equal_ignoring_case(parameter.name, KQ_SLICE("filename")) ||
            kq_slice_equal_ignoring_case(parameter.name, KQ_SLICE("filename*"))) {
            part->is_file = true;
        } else if (kq_slice_equal_ignoring_case(parameter.name, KQ_SLICE("name"))) {
            if (part->has_name) {
                return refuse(error, "Content-Disposition");
            }
            part->name = parameter.value;
            part->has_name = true;
        }
    }
    return step == STEP_END && part->has_name ? KQ_OK : refuse(error, "Content-Disposition");
}

/* Nothing but the bytes themselves: RFC 7578 knows no other encoding. */
static bool is_identity_encoding(struct kq_slice value)
{
    return kq_slice_equal_ignoring_case(value, KQ_SLICE("8bit")) ||
           kq_slice_equal_ignoring_case(value, KQ_SLICE("7bit")) ||
           kq_slice_equal_ignoring_case(value, KQ_SLICE("binary"));
}

static struct kq_result read_header(struct kq_slice line, struct part *part, struct kq_error *error)
{
    struct kq_cursor cursor = kq_cursor_of(line);
    struct kq_slice name;
    if (!kq_cursor_take_until(&cursor, KQ_SLICE(":"), &name)) {
        return refuse(error, "header");
    }
    struct kq_slice value = kq_slice_trim(kq_cursor_take_rest(&cursor));
    if (kq_slice_equal_ignoring_case(name, KQ_SLICE("Content-Disposition"))) {
        return read_disposition(value, part, error);
    }
    if (kq_slice_equal_ignoring_case(name, KQ_SLICE("Content-Transfer-Encoding")) &&
        !is_identity_encoding(value)) {
        return refuse(error, "Content-Transfer-Encoding");
    }
    return KQ_OK;
}

/* The headers and the empty line after them. */
static struct kq_result read_headers(struct kq_cursor *body, struct part *part, struct kq_error *error)
{
    for (int i = 0; i < PART_HEADERS_MAX; i++) {
        struct kq_slice line;
        if (!kq_cursor_take_until(body, CRLF, &line)) {
            return refuse(error, "header");
        }
        if (line.size == 0) {
            return part->has_name ? KQ_OK : refuse(error, "Content-Disposition");
        }
        KQ_TRY(read_header(line, part, error));
    }
    return refuse(error, "header");
}

/* From behind one delimiter to behind the next one. `delimiter` begins with a line end. */
static struct kq_result read_part(struct kq_cursor *body, struct kq_slice delimiter, struct kq_params *params,
                                  struct kq_error *error)
{
    skip_spaces(body);
    if (!kq_cursor_take_literal(body, CRLF)) {
        return refuse(error, "boundary");
    }
    struct part part = {0};
    KQ_TRY(read_headers(body, &part, error));
    struct kq_slice content;
    if (!kq_cursor_take_until(body, delimiter, &content)) {
        return refuse(error, "boundary");
    }
    return part.is_file ? KQ_OK : kq_params_add(params, part.name, content, error);
}

struct kq_result kq_multipart_decode(struct kq_slice content_type, struct kq_slice body,
                                     struct kq_params *params, struct kq_error *error)
{
    struct kq_slice boundary = KQ_SLICE_EMPTY;
    KQ_TRY(read_boundary(content_type, &boundary, error));
    struct kq_slice delimiter = kq_arena_print(params->arena, "\r\n--%.*s", KQ_SLICE_PRINT(boundary));
    KQ_ENSURE_MEMORY(delimiter.data, error);
    if (delimiter.size != boundary.size + 4) { /* a NUL in it */
        return refuse(error, "boundary");
    }
    struct kq_cursor cursor = kq_cursor_of(body);
    /* The first delimiter may open the body, or end a preamble that is of no interest. */
    struct kq_slice opening = {.data = delimiter.data + 2, .size = delimiter.size - 2};
    struct kq_slice preamble;
    if (!kq_cursor_take_literal(&cursor, opening) && !kq_cursor_take_until(&cursor, delimiter, &preamble)) {
        return refuse(error, "boundary");
    }
    while (!kq_cursor_take_literal(&cursor, KQ_SLICE("--"))) {
        KQ_TRY(read_part(&cursor, delimiter, params, error));
    }
    return KQ_OK;
}
