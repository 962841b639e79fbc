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
