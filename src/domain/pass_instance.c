/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/pass_instance.h"

#include "base/buffer.h"
#include "wire/json.h"

static void append_member(struct kq_buffer *json, const char *name, struct kq_slice text)
{
    if (text.size > 0) {
        kq_json_append_name(json, name);
        kq_json_append_string(json, text);
    }
}

/* What the merchant's own programs need to find it again, and how it was used. */
static struct kq_slice make_ext_info(const struct kq_pass_instance *instance,
                                     const struct kq_pass_content *content, struct kq_arena *arena)
{
    struct kq_buffer json;
    kq_buffer_init(&json);
    kq_buffer_append_byte(&json, '{');
    append_member(&json, "serialNumber", instance->serial_number);
    append_member(&json, "channelID", instance->channel_id);
    append_member(&json, "type", content->type);
    append_member(&json, "product", content->product);
    append_member(&json, "verifyCode", instance->verify_code);
    append_member(&json, "verifyType", instance->verify_type);
    kq_buffer_append_byte(&json, '}');
    struct kq_slice made = json.failed ? KQ_SLICE_EMPTY : kq_arena_copy(arena, kq_buffer_slice(&json));
    kq_buffer_free(&json);
    return made;
}

/* What the wallet shows follows from the content, but for ids, state and times of making. */
static void show(const struct kq_pass_content *content, struct kq_pass *pass)
{
    pass->group = content->group;
    pass->merchant_name = content->merchant_name;
    pass->logo_text = content->logo_text;
    pass->second_logo_text = content->second_logo_text;
    pass->item_id = content->item_id;
    pass->start_s = content->start_s;
    pass->end_s = content->end_s;
}

static struct kq_result make_infos(struct kq_pass_instance *instance, const struct kq_pass_content *content,
                                   struct kq_arena *arena, struct kq_error *error)
{
    struct kq_pass *pass = &instance->pass;
    pass->data_info = kq_pass_data_info(pass, content->title, arena);
    pass->ext_info = make_ext_info(instance, content, arena);
    KQ_ENSURE_MEMORY(pass->data_info.data != NULL && pass->ext_info.data != NULL, error);
    return KQ_OK;
}

/* Of the form of a pass's own id, which a pass without a number of the merchant's gets as its number. */
static bool is_pass_id(struct kq_slice text)
{
    int64_t number = 0;
    uint32_t node = 0;
    return kq_id_read(text, &number, &node) &&
           memcmp(text.data + KQ_ID_PRODUCT_AT, KQ_ID_PRODUCT_PASS, KQ_ID_PRODUCT_SIZE) == 0;
}

const struct kq_slice *kq_pass_instance_given_number(const struct kq_pass_add_request *request)
{
    return kq_pass_values_find(&request->values, KQ_SLICE("serialNumber"));
}

static struct kq_result find_serial_number(const struct kq_pass_content *content,
                                           const struct kq_pass_add_request *request, struct kq_slice *number,
                                           struct kq_error *error)
{
    *number = content->serial_number;
    const struct kq_slice *given = kq_pass_instance_given_number(request);
    if (number->size == 0 && given != NULL) {
        *number = *given;
    }
    KQ_TRY(kq_pass_text_check("serialNumber", *number, KQ_PASS_SERIAL_NUMBER_MAX_CHARS, error));
    KQ_ENSURE(!is_pass_id(*number), error, KQ_E_PASS_PARAMETER, "serialNumber不能是卡券ID");
    return KQ_OK;
}

struct kq_result kq_pass_instance_fill(const struct kq_pass_add_request *request,
                                       const struct kq_pass_template *template, struct kq_arena *arena,
                                       struct kq_pass_instance *instance, struct kq_pass_content *content,
                                       struct kq_error *error)
{
    const struct kq_pass_values none = {0};
    KQ_TRY(kq_pass_template_check_owner(template, request->pid, error));
    *instance = (struct kq_pass_instance){
        .pass = {.user_id = request->user_id, .pid = request->pid, .state = KQ_PASS_CAN_USE},
        .app_id = request->app_id,
        .tpl_id = request->tpl_id,
        .content = template->content,
    };
    KQ_TRY(kq_pass_content_fill(template->content, &request->values, &none, arena, &instance->values, content,
                                error));
    show(content, &instance->pass);
    instance->channel_id = content->channel_id;
    return find_serial_number(content, request, &instance->serial_number, error);
}

bool kq_pass_instance_is_repeated(const struct kq_pass_add_request *request,
                                  const struct kq_pass_instance *earlier)
{
    if (!kq_slice_equal(request->tpl_id, earlier->tpl_id) ||
        !kq_slice_equal(request->user_id, earlier->pass.user_id)) {
        return false;
    }
    for (size_t i = 0; i < earlier->values.count; i++) {
        const struct kq_pass_value *wanted = &earlier->values.items[i];
        const struct kq_slice *value = kq_pass_values_find(&request->values, wanted->name);
        if (value == NULL || !kq_slice_equal(*value, wanted->value)) {
            return false;
        }
    }
    return true;
}

static struct kq_result check_user(const struct kq_user *user, struct kq_error *error)
{
    KQ_ENSURE(user != NULL, error, KQ_E_USER_NOT_EXIST, "%s", "");
    KQ_ENSURE(user->state == KQ_USER_ACTIVE, error, KQ_E_USER_STATUS_ERROR, "%s", "");
    return KQ_OK;
}

struct kq_result kq_pass_instance_decide_add(struct kq_pass_instance *instance,
                                             const struct kq_pass_add_request *request,
                                             const struct kq_pass_content *content,
                                             const struct kq_pass_add_facts *facts, struct kq_id_source *ids,
                                             int64_t now_ms, struct kq_arena *arena, bool *added,
                                             struct kq_error *error)
{
    *added = facts->earlier == NULL;
    if (!*added) {
        KQ_ENSURE(kq_pass_instance_is_repeated(request, facts->earlier), error, KQ_E_PASS_EXISTS, "%s", "");
        *instance = *facts->earlier;
        return KQ_OK;
    }
    KQ_TRY(check_user(facts->user, error));
    char id_text[KQ_ID_TEXT_SIZE];
    kq_id_next(ids, now_ms, KQ_ID_PRODUCT_PASS, request->user_id, id_text);
    struct kq_pass *pass = &instance->pass;
    pass->pass_id = kq_arena_copy(arena, kq_slice_of(id_text));
    KQ_ENSURE_MEMORY(pass->pass_id.data != NULL, error);
    pass->created_s = now_ms / 1000;
    if (instance->serial_number.size == 0) {
        instance->serial_number = pass->pass_id;
    }
    return make_infos(instance, content, arena, error);
}

static bool is_of(const struct kq_pass_update_request *request, const struct kq_pass_instance *instance)
{
    const struct kq_slice channels[] = {instance->pass.pid, instance->app_id, instance->channel_id};
    bool is_channel = false;
    for (size_t i = 0; i < KQ_COUNT(channels); i++) {
        is_channel = is_channel || kq_slice_equal(request->channel_id, channels[i]);
    }
    bool is_user = request->user_id.size == 0 || kq_slice_equal(request->user_id, instance->pass.user_id);
    return is_channel && is_user;
}

/* The legal moves. Whether it is past its end is a matter of the clock, not of its state. */
static bool is_legal_move(const struct kq_pass *pass, enum kq_pass_state to, int64_t now_s)
{
    static const struct {
        enum kq_pass_state from;
        enum kq_pass_state to;
        bool past_its_end;
    } moves[] = {
        {KQ_PASS_CAN_USE, KQ_PASS_USED, false},
        {KQ_PASS_CAN_USE, KQ_PASS_CLOSED, true},
    };
    bool in_time = pass->state != KQ_PASS_CAN_USE || kq_pass_is_current(pass, now_s);
    for (size_t i = 0; i < KQ_COUNT(moves); i++) {
        if (moves[i].from == pass->state && moves[i].to == to) {
            return in_time || moves[i].past_its_end;
        }
    }
    return false;
}

static struct kq_result refill(const struct kq_pass_values *newer, struct kq_pass_instance *instance,
                               struct kq_arena *arena, struct kq_error *error)
{
    const struct kq_pass_values older = instance->values;
    struct kq_pass_content content;
    KQ_TRY(kq_pass_content_fill(instance->content, newer, &older, arena, &instance->values, &content, error));
    show(&content, &instance->pass);
    return make_infos(instance, &content, arena, error);
}

struct kq_result kq_pass_instance_decide_update(const struct kq_pass_update_request *request,
                                                struct kq_pass_instance *instance, int64_t now_s,
                                                struct kq_arena *arena, bool *changed, struct kq_error *error)
{
    KQ_ENSURE(instance != NULL && is_of(request, instance), error, KQ_E_PASS_NOT_EXIST, "%s", "");
    struct kq_pass *pass = &instance->pass;
    *changed = !request->has_state || pass->state != request->state;
    if (!*changed) {
        return KQ_OK;
    }
    bool is_legal =
        request->has_state ? is_legal_move(pass, request->state, now_s) : pass->state == KQ_PASS_CAN_USE;
    KQ_ENSURE(is_legal, error, KQ_E_PASS_STATUS_NOT_MATCH, "%s", "");
    KQ_TRY(kq_pass_text_check("verify_code", request->verify_code, KQ_VERIFY_CODE_MAX_CHARS, error));
    if (request->has_state) {
        pass->state = request->state;
        instance->verify_code = request->verify_code;
        instance->verify_type = request->verify_type;
    }
    return refill(&request->values, instance, arena, error);
}
