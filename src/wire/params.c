/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/params.h"

/* Room for an ordinary call; doubled when that is not enough. */
#define FIRST_CAPACITY ((size_t)32)

/* A name of the protocol is shorter; a longer one is not repeated in an error's detail. */
#define SHOWN_NAME_MAX ((size_t)64)

void kq_params_init(struct kq_params *params, struct kq_arena *arena)
{
    *params = (struct kq_params){.arena = arena};
}

static struct kq_result make_room(struct kq_params *params, struct kq_error *error)
{
    if (params->count < params->capacity) {
        return KQ_OK;
    }
    size_t capacity = params->capacity == 0 ? FIRST_CAPACITY : params->capacity * 2;
    struct kq_param *items = kq_arena_allocate_array(params->arena, capacity, sizeof(*items));
    KQ_ENSURE_MEMORY(items, error);
    if (params->count > 0) {
        memcpy(items, params->items, params->count * sizeof(*items));
    }
    params->items = items;
    params->capacity = capacity;
    return KQ_OK;
}

struct kq_result kq_params_add(struct kq_params *params, struct kq_slice name, struct kq_slice value,
                               struct kq_error *error)
{
    KQ_ENSURE(params->count < KQ_PARAMS_MAX, error, KQ_E_INVALID_PARAMETER_GATEWAY, "参数超过%d个",
              KQ_PARAMS_MAX);
    KQ_TRY(make_room(params, error));
    params->items[params->count++] = (struct kq_param){.name = name, .value = value};
    return KQ_OK;
}

struct kq_slice kq_params_find(const struct kq_params *params, struct kq_slice name)
{
    for (size_t i = 0; i < params->count; i++) {
        if (kq_slice_equal(params->items[i].name, name)) {
            return params->items[i].value;
        }
    }
    return KQ_SLICE_EMPTY;
}

/* Only plain names are repeated: others may be in any charset, or in none. */
static bool is_showable(struct kq_slice name)
{
    for (size_t i = 0; i < name.size; i++) {
        if (name.data[i] <= ' ' || name.data[i] >= 0x7F) {
            return false;
        }
    }
    return name.size > 0 && name.size <= SHOWN_NAME_MAX;
}

static struct kq_result refuse_duplicate(struct kq_slice name, struct kq_error *error)
{
    if (!is_showable(name)) {
        return kq_fail(error, KQ_E_INVALID_PARAMETER_GATEWAY, "参数重复且取值不同");
    }
    return kq_fail(error, KQ_E_INVALID_PARAMETER_GATEWAY, "参数%.*s重复且取值不同", KQ_SLICE_PRINT(name));
}

/* Every pair: KQ_PARAMS_MAX bounds the work. */
struct kq_result kq_params_check_duplicates(const struct kq_params *params, struct kq_error *error)
{
    for (size_t i = 1; i < params->count; i++) {
        const struct kq_param *later = &params->items[i];
        for (size_t j = 0; j < i; j++) {
            const struct kq_param *earlier = &params->items[j];
            if (kq_slice_equal(earlier->name, later->name) && !kq_slice_equal(earlier->value, later->value)) {
                return refuse_duplicate(later->name, error);
            }
        }
    }
    return KQ_OK;
}

/* UTF-8 and GBK have these bytes as characters of their own only. */
static bool has_end_within(struct kq_slice name)
{
    return kq_slice_find(name, '=') < name.size || kq_slice_find(name, '&') < name.size;
}

/* Nothing that is signed stands between the two, or is `name`. */
static bool is_next(const struct kq_params *params, struct kq_slice before, struct kq_slice name)
{
    bool is = kq_slice_compare(before, name) < 0;
    for (size_t i = 0; i < params->count && is; i++) {
        const struct kq_param *param = &params->items[i];
        is = param->value.size == 0 || kq_slice_equal(param->name, KQ_SLICE("sign")) ||
             kq_slice_compare(param->name, before) <= 0 || kq_slice_compare(param->name, name) > 0;
    }
    return is;
}

bool kq_params_has_within(struct kq_slice value, struct kq_slice name)
{
    if (value.size == 0) {
        return false;
    }
    const char *end = value.data + value.size;
    const char *at = memchr(value.data, '&', value.size);
    while (at != NULL && (size_t)(end - at) > name.size + 1) {
        if (memcmp(at + 1, name.data, name.size) == 0 && at[1 + name.size] == '=') {
            return true;
        }
        at = memchr(at + 1, '&', (size_t)(end - at) - 1);
    }
    return false;
}

struct kq_result kq_params_check_boundaries(const struct kq_params *params, const char *const *names,
                                            struct kq_error *error)
{
    for (size_t i = 0; i < params->count; i++) {
        const struct kq_param *param = &params->items[i];
        if (param->value.size == 0 || param->name.size == 0) {
            continue; /* it is not signed */
        }
        KQ_ENSURE(!has_end_within(param->name), error, KQ_E_INVALID_PARAMETER_GATEWAY,
                  "参数名称中不能有=和&");
        bool may_have = memchr(param->value.data, '&', param->value.size) == NULL ||
                        kq_slice_equal(param->name, KQ_SLICE("biz_content"));
        for (size_t j = 0; !may_have && names[j] != NULL; j++) {
            struct kq_slice name = kq_slice_of(names[j]);
            KQ_ENSURE(!kq_params_has_within(param->value, name) || !is_next(params, param->name, name), error,
                      KQ_E_INVALID_PARAMETER_GATEWAY, "参数%.*s的值中含有&%s=，可能是另一个参数",
                      KQ_SLICE_PRINT(param->name), names[j]);
        }
    }
    return KQ_OK;
}
