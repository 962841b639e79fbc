/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/pass.h"

#include "base/buffer.h"
#include "base/time.h"
#include "domain/application.h"
#include "domain/text.h"
#include "domain/user.h"
#include "wire/json.h"

static const char *const group_names[KQ_PASS_GROUP_COUNT] = {
    [KQ_PASS_CARD] = "card",
    [KQ_PASS_VOUCHER] = "voucher",
    [KQ_PASS_TICKET] = "ticket",
    [KQ_PASS_CERT] = "cert",
};

static const char *const state_names[KQ_PASS_STATE_COUNT] = {
    [KQ_PASS_CAN_USE] = "can_use",
    [KQ_PASS_USED] = "used",
    [KQ_PASS_CLOSED] = "closed",
    [KQ_PASS_EXPIRED] = "expired",
};

const char *kq_pass_group_name(enum kq_pass_group group)
{
    return group_names[group];
}

bool kq_pass_group_parse(struct kq_slice text, enum kq_pass_group *group)
{
    for (size_t i = 0; i < KQ_COUNT(group_names); i++) {
        if (kq_slice_equal(text, kq_slice_of(group_names[i]))) {
            *group = (enum kq_pass_group)i;
            return true;
        }
    }
    return false;
}

bool kq_pass_state_parse(struct kq_slice text, enum kq_pass_state *state)
{
    for (size_t i = 0; i < KQ_COUNT(state_names); i++) {
        if (kq_slice_equal(text, kq_slice_of(state_names[i]))) {
            *state = (enum kq_pass_state)i;
            return true;
        }
    }
    return false;
}

bool kq_pass_is_current(const struct kq_pass *pass, int64_t now_s)
{
    return pass->state == KQ_PASS_CAN_USE && (pass->end_s == KQ_TIME_UNSET || now_s < pass->end_s);
}

const char *kq_pass_status(const struct kq_pass *pass, int64_t now_s)
{
    bool past_its_end = pass->state == KQ_PASS_CAN_USE && !kq_pass_is_current(pass, now_s);
    return state_names[past_its_end ? KQ_PASS_EXPIRED : pass->state];
}

static enum kq_pass_state state_of_voucher(enum kq_voucher_state state)
{
    switch (state) {
    case KQ_VOUCHER_USED:
        return KQ_PASS_USED;
    case KQ_VOUCHER_DELETED:
    case KQ_VOUCHER_REFUNDED:
        return KQ_PASS_CLOSED;
    case KQ_VOUCHER_ENABLED:
    case KQ_VOUCHER_STATE_COUNT:
        break;
    }
    return KQ_PASS_CAN_USE;
}

static void append_member(struct kq_buffer *json, const char *name, struct kq_slice text)
{
    kq_json_append_name(json, name);
    kq_json_append_string(json, text);
}

struct kq_slice kq_pass_data_info(const struct kq_pass *pass, struct kq_slice description,
                                  struct kq_arena *arena)
{
    struct kq_buffer json;
    kq_buffer_init(&json);
    kq_buffer_append_byte(&json, '{');
    append_member(&json, "logoText", pass->logo_text);
    append_member(&json, "brandName", pass->merchant_name);
    append_member(&json, "secondLogoText", pass->second_logo_text);
    append_member(&json, "itemDesc", description.size > 0 ? description : pass->logo_text);
    append_member(&json, "btnDesc", KQ_SLICE("去使用"));
    kq_buffer_append_byte(&json, '}');
    struct kq_slice made = json.failed ? KQ_SLICE_EMPTY : kq_arena_copy(arena, kq_buffer_slice(&json));
    kq_buffer_free(&json);
    return made;
}

struct kq_result kq_pass_of_voucher(const struct kq_voucher *voucher, const struct kq_template *template,
                                    struct kq_arena *arena, struct kq_pass *pass, struct kq_error *error)
{
    char name[KQ_VOUCHER_NAME_TEXT_SIZE];
    char condition[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_voucher_name(template, voucher->amount_fen, name);
    kq_voucher_condition(template, condition);
    *pass = (struct kq_pass){
        .pass_id = kq_arena_copy(arena, voucher->voucher_id),
        .user_id = kq_arena_copy(arena, voucher->user_id),
        .pid = kq_arena_copy(arena, template->pid),
        .group = KQ_PASS_VOUCHER,
        .state = state_of_voucher(voucher->state),
        .merchant_name = kq_arena_copy(arena, template->brand_name),
        .logo_text = kq_arena_copy(arena, kq_slice_of(name)),
        .second_logo_text = kq_arena_copy(arena, kq_slice_of(condition)),
        .start_s = voucher->active_s,
        .end_s = voucher->expires_s,
        .created_s = voucher->issued_s,
    };
    KQ_ENSURE_MEMORY(pass->pass_id.data != NULL && pass->user_id.data != NULL && pass->pid.data != NULL,
                     error);
    KQ_ENSURE_MEMORY(pass->merchant_name.data != NULL && pass->logo_text.data != NULL, error);
    KQ_ENSURE_MEMORY(pass->second_logo_text.data != NULL, error);
    pass->data_info = kq_pass_data_info(pass, template->description, arena);
    KQ_ENSURE_MEMORY(pass->data_info.data != NULL, error);
    return KQ_OK;
}

static struct kq_result check_time(const char *what, int64_t time_s, struct kq_error *error)
{
    KQ_ENSURE(time_s == KQ_TIME_UNSET || (time_s >= KQ_TIME_MIN_S && time_s <= KQ_TIME_MAX_S), error,
              KQ_E_BAD_INPUT, "%s is out of range", what);
    return KQ_OK;
}

static struct kq_result check_times(const struct kq_pass *pass, struct kq_error *error)
{
    KQ_TRY(check_time("start", pass->start_s, error));
    KQ_TRY(check_time("end", pass->end_s, error));
    KQ_TRY(check_time("creation time", pass->created_s, error));
    bool both = pass->start_s != KQ_TIME_UNSET && pass->end_s != KQ_TIME_UNSET;
    KQ_ENSURE(!both || pass->end_s > pass->start_s, error, KQ_E_BAD_INPUT, "the end is not after the start");
    return KQ_OK;
}

/* Empty, or one JSON object: clients parse it. */
static struct kq_result check_info(const char *what, struct kq_slice json, struct kq_error *error)
{
    if (json.size == 0) {
        return KQ_OK;
    }
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    const struct kq_json *value = NULL;
    struct kq_error reading = {0};
    if (!kq_json_read(json, &arena, &value, &reading).ok) {
        KQ_ENSURE(reading.code != KQ_E_NO_MEMORY, error, KQ_E_NO_MEMORY, "%s", "");
        return kq_fail(error, KQ_E_BAD_INPUT, "%s is not JSON", what);
    }
    KQ_ENSURE(value->kind == KQ_JSON_OBJECT, error, KQ_E_BAD_INPUT, "%s is not a JSON object", what);
    return kq_text_check(what, json, 1, KQ_PASS_INFO_MAX_CHARS, error);
}

static struct kq_result check_fields(const struct kq_pass *pass, struct kq_error *error)
{
    KQ_TRY(kq_text_check_id("pass id", pass->pass_id, KQ_PASS_ID_MAX_CHARS, error));
    KQ_TRY(kq_party_id_check("user id", pass->user_id, error));
    if (pass->pid.size > 0) {
        KQ_TRY(kq_party_id_check("pid", pass->pid, error));
    }
    KQ_TRY(kq_text_check("merchant name", pass->merchant_name, 0, KQ_PASS_TEXT_MAX_CHARS, error));
    KQ_TRY(kq_text_check("logo text", pass->logo_text, 0, KQ_PASS_TEXT_MAX_CHARS, error));
    KQ_TRY(kq_text_check("second logo text", pass->second_logo_text, 0, KQ_PASS_TEXT_MAX_CHARS, error));
    KQ_TRY(kq_text_check("item id", pass->item_id, 0, KQ_PASS_TEXT_MAX_CHARS, error));
    KQ_TRY(check_times(pass, error));
    KQ_TRY(check_info("data info", pass->data_info, error));
    KQ_TRY(check_info("ext info", pass->ext_info, error));
    return kq_text_check_ids("shop id", pass->shop_ids, pass->shop_id_count, KQ_PASS_SHOPS_MAX,
                             KQ_SHOP_ID_MAX_CHARS, error);
}

/* Of the same id: all that was given is what stands there. */
static bool is_same(const struct kq_pass *a, const struct kq_pass *b)
{
    bool texts =
        kq_slice_equal(a->user_id, b->user_id) && kq_slice_equal(a->pid, b->pid) &&
        kq_slice_equal(a->merchant_name, b->merchant_name) && kq_slice_equal(a->logo_text, b->logo_text) &&
        kq_slice_equal(a->second_logo_text, b->second_logo_text) && kq_slice_equal(a->item_id, b->item_id) &&
        kq_slice_equal(a->data_info, b->data_info) && kq_slice_equal(a->ext_info, b->ext_info);
    bool times = a->start_s == b->start_s && a->end_s == b->end_s &&
                 (a->created_s == KQ_TIME_UNSET || a->created_s == b->created_s);
    return texts && times && a->group == b->group && a->state == b->state &&
           kq_text_same_set(a->shop_ids, a->shop_id_count, b->shop_ids, b->shop_id_count);
}

struct kq_result kq_pass_decide_create(const struct kq_pass *pass, bool user_exists,
                                       const struct kq_pass *same_id, bool *created, struct kq_error *error)
{
    KQ_TRY(check_fields(pass, error));
    KQ_ENSURE(user_exists, error, KQ_E_NOT_FOUND, "there is no user %.*s", KQ_SLICE_PRINT(pass->user_id));
    *created = same_id == NULL;
    KQ_ENSURE(*created || is_same(pass, same_id), error, KQ_E_CONFLICT, "the pass exists with other data");
    return KQ_OK;
}
