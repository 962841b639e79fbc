/* SPDX-License-Identifier: Apache-2.0 */
#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "api/catalogue.h"
#include "api/rules.h"
#include "wire/charset.h"

/* Any bytes as the biz_content of every method, and as its answer. What is refused has a code that fits and,
 * where it is a parameter's fault, a detail; what is read keeps what its table says, can be written, and is
 * the same when it is read again. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_values(const struct kq_fields *fields, const void *values);

static void check_text(const struct kq_field *field, struct kq_slice text)
{
    assert(kq_utf8_is_valid(text));
    assert(field->max_chars == 0 || kq_utf8_count(text) <= field->max_chars);
    bool allowed = field->allowed == NULL;
    for (size_t i = 0; field->allowed != NULL && field->allowed[i] != NULL; i++) {
        allowed = allowed || kq_slice_equal(text, kq_slice_of(field->allowed[i]));
    }
    assert(allowed);
}

static void check_limits(const struct kq_field *field, int64_t value)
{
    bool limited = field->minimum != 0 || field->maximum != 0;
    assert(!limited || (value >= field->minimum && value <= field->maximum));
}

static void check_list(const struct kq_field *field, const struct kq_list *list)
{
    check_limits(field, (int64_t)list->count);
    for (size_t i = 0; i < list->count; i++) {
        if (field->type == KQ_FIELD_STRING_LIST) {
            check_text(field, ((const struct kq_slice *)list->items)[i]);
        } else {
            check_values(field->members, (const char *)list->items + i * field->members->struct_bytes);
        }
    }
}

static void check_value(const struct kq_field *field, const void *value)
{
    if (field->type == KQ_FIELD_STRING) {
        check_text(field, *(const struct kq_slice *)value);
    } else if (field->type == KQ_FIELD_PRICE) {
        check_limits(field, ((const struct kq_price *)value)->amount_fen);
    } else if (field->type == KQ_FIELD_NUMBER) {
        check_limits(field, ((const struct kq_number *)value)->value);
    } else if (field->type == KQ_FIELD_STRING_LIST || field->type == KQ_FIELD_OBJECT_LIST) {
        check_list(field, value);
    }
}

static void check_values(const struct kq_fields *fields, const void *values)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct kq_field *field = &fields->items[i];
        bool present = kq_field_is_present(field, values);
        assert(present || !field->required);
        if (present) {
            check_value(field, kq_field_value(field, values));
        }
    }
}

static void check_refusal(const struct kq_method *method, const struct kq_error *error)
{
    assert(error->code == KQ_E_ILLEGAL_JSON || error->code == method->parameter_error);
    assert(error->detail[0] != '\0');
    assert(kq_utf8_is_valid(kq_slice_of(error->detail)));
}

static void write_object(const struct kq_fields *fields, const void *values, struct kq_buffer *buffer)
{
    kq_buffer_init(buffer);
    kq_buffer_append_byte(buffer, '{');
    kq_fields_append(fields, values, buffer);
    kq_buffer_append_byte(buffer, '}');
    assert(!buffer->failed);
}

/* A price may be longer when it is written (9999999999 as 9999999999.00), and then too long for its row. */
static bool may_grow(const struct kq_fields *fields)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct kq_field *field = &fields->items[i];
        if (field->type == KQ_FIELD_PRICE || (field->members != NULL && may_grow(field->members))) {
            return true;
        }
    }
    return false;
}

static void check_again(const struct kq_method *method, const struct kq_fields *fields, const void *values,
                        struct kq_arena *arena)
{
    struct kq_buffer first;
    struct kq_buffer second;
    write_object(fields, values, &first);
    void *again = kq_arena_allocate(arena, fields->struct_bytes);
    assert(again != NULL);
    struct kq_error error = {0};
    if (kq_fields_read(fields, NULL, 0, kq_buffer_slice(&first), method->parameter_error, arena, again,
                       &error)
            .ok) {
        write_object(fields, again, &second);
        assert(kq_slice_equal(kq_buffer_slice(&first), kq_buffer_slice(&second)));
        kq_buffer_free(&second);
    } else {
        assert(may_grow(fields));
        check_refusal(method, &error);
    }
    kq_buffer_free(&first);
}

static void check_items(const struct kq_op_issue_many *many)
{
    assert(many->count > 0);
    for (size_t i = 0; i < many->count; i++) {
        const struct kq_issue_request *request = &many->items[i].request;
        assert(request->recipient.value.size > 0);
        assert(request->out_biz_no.size > 0 && kq_utf8_count(request->out_biz_no) <= KQ_OUT_BIZ_NO_MAX_CHARS);
    }
}

static void prepare(const struct kq_method *method, const void *request, struct kq_arena *arena)
{
    const struct kq_caller caller = {.pid = KQ_SLICE("2088102146225135"), .now_s = 1473134400};
    struct kq_operation operation = {.kind = KQ_OPERATION_KIND_COUNT, .arena = arena};
    struct kq_error error = {0};
    if (!method->prepare(&caller, request, &operation, &error).ok) {
        check_refusal(method, &error);
        return;
    }
    assert(operation.kind < KQ_OPERATION_KIND_COUNT);
    if (operation.kind == KQ_OP_ISSUE) {
        assert(operation.issue.request.recipient.value.size > 0);
    }
    if (operation.kind == KQ_OP_ISSUE_MANY) {
        check_items(&operation.issue_many);
    }
    if (operation.kind == KQ_OP_WALLET) {
        int64_t skipped = 0;
        assert(
            !__builtin_mul_overflow(operation.wallet.page_number - 1, operation.wallet.page_size, &skipped));
        assert(!operation.wallet.with_shops || operation.wallet.city_code.size > 0);
    }
}

static void read_as(const struct kq_method *method, bool as_request, struct kq_slice json)
{
    const struct kq_fields *fields = as_request ? method->request : method->answer;
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    void *values = kq_arena_allocate(&arena, fields->struct_bytes);
    assert(values != NULL);
    if (kq_fields_read(fields, method->rules, as_request ? method->rule_count : 0, json,
                       method->parameter_error, &arena, values, &error)
            .ok) {
        check_values(fields, values);
        check_again(method, fields, values, &arena);
        if (as_request) {
            prepare(method, values, &arena);
        }
    } else {
        check_refusal(method, &error);
    }
    kq_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice json = {.data = (const char *)data, .size = size};
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        read_as(kq_catalogue[i], true, json);
        read_as(kq_catalogue[i], false, json);
    }
    return 0;
}
