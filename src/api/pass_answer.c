/* SPDX-License-Identifier: Apache-2.0 */
#include "api/pass_answer.h"

#include "base/macros.h"
#include "wire/json.h"

static const struct kq_field items[] = {
    {
        .name = "success",
        .type = KQ_FIELD_BOOLEAN,
        .required = true,
        .offset = offsetof(struct kq_pass_answer, success),
        .example = "true",
        .text = "has it been done? Refusals have false",
        .text_zh = "操作成功标识：true（成功）、false（失败）",
    },
    {
        .name = "result",
        .type = KQ_FIELD_STRING,
        .offset = offsetof(struct kq_pass_answer, result),
        .example = "{\"passId\":\"2016090600073004002000000015\",\"serialNumber\":\"209919213\","
                   "\"operate\":\"ADD\"}",
        .text = "what came of it, a JSON object as a string",
        .text_zh = "接口调用返回信息，JSON字符串",
    },
};

const struct kq_fields kq_pass_answer_fields = {
    .items = items,
    .count = KQ_COUNT(items),
    .struct_bytes = sizeof(struct kq_pass_answer),
};

static void append_member(struct kq_buffer *json, const char *name, struct kq_slice text)
{
    kq_json_append_name(json, name);
    kq_json_append_string(json, text);
}

/* Closes the object. */
static struct kq_result succeed(struct kq_buffer *json, struct kq_arena *arena, struct kq_pass_answer *answer,
                                struct kq_error *error)
{
    kq_buffer_append_byte(json, '}');
    KQ_ENSURE_MEMORY(!json->failed, error);
    answer->success = (struct kq_boolean){.present = true, .value = true};
    answer->result = kq_arena_copy(arena, kq_buffer_slice(json));
    KQ_ENSURE_MEMORY(answer->result.data != NULL, error);
    return KQ_OK;
}

struct kq_result kq_pass_answer_template(struct kq_slice tpl_id, const struct kq_placeholders *placeholders,
                                         struct kq_arena *arena, struct kq_pass_answer *answer,
                                         struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    kq_buffer_append_byte(&json, '{');
    append_member(&json, "tpl_id", tpl_id);
    kq_json_append_name(&json, "tpl_params");
    kq_buffer_append_byte(&json, '[');
    for (size_t i = 0; i < placeholders->count; i++) {
        kq_json_append_separator(&json);
        kq_json_append_string(&json, placeholders->names[i]);
    }
    kq_buffer_append_byte(&json, ']');
    return succeed(&json, arena, answer, error);
}

struct kq_result kq_pass_answer_instance(struct kq_slice pass_id, struct kq_slice serial_number,
                                         const char *operate, struct kq_arena *arena,
                                         struct kq_pass_answer *answer, struct kq_error *error)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    kq_buffer_append_byte(&json, '{');
    append_member(&json, "passId", pass_id);
    append_member(&json, "serialNumber", serial_number);
    append_member(&json, "operate", kq_slice_of(operate));
    return succeed(&json, arena, answer, error);
}

struct kq_result kq_pass_refuse_template(const struct kq_error *refusal, struct kq_arena *arena, void *answer,
                                         struct kq_error *error)
{
    (void)refusal;
    (void)arena;
    (void)error;
    ((struct kq_pass_answer *)answer)->success = (struct kq_boolean){.present = true, .value = false};
    return KQ_OK;
}
