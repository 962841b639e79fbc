/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/application_fields.h"

#include "api/catalogue.h"
#include "cli/data.h"
#include "cli/keys.h"
#include "cli/nearest.h"

struct kq_result kq_flag_sign_type(const struct kq_invocation *invocation, enum kq_sign_type *sign_type,
                                   struct kq_error *error)
{
    struct kq_slice text = kq_flag_text(invocation, "sign-type");
    KQ_ENSURE(kq_sign_type_parse(text, sign_type), error, KQ_E_USAGE, "--sign-type is RSA2 or RSA, not %.*s",
              KQ_SLICE_PRINT(text));
    return KQ_OK;
}

struct kq_result kq_flag_key(struct kq_invocation *invocation, struct kq_data *data,
                             struct kq_slice *public_key, struct kq_application_certificate *certificate,
                             struct kq_error *error)
{
    const char *name = kq_flag_is_given(invocation, "certificate") ? "certificate" : "public-key";
    struct kq_slice path = kq_flag_text(invocation, name);
    KQ_ENSURE(path.size > 0, error, KQ_E_USAGE, "--%s takes a file", name);
    if (!kq_flag_is_given(invocation, "certificate")) {
        return kq_load_application_key(path.data, data->directory, &invocation->arena, public_key, error);
    }
    KQ_TRY(kq_load_application_certificate(path.data, data->directory, kq_store_now_s(data->store),
                                           &invocation->arena, public_key, certificate, error));
    return kq_data_make_certificates(data, &invocation->arena, error);
}

static struct kq_result check_method(struct kq_slice method, struct kq_error *error)
{
    if (kq_method_find(method) != NULL) {
        return KQ_OK;
    }
    struct kq_nearest nearest;
    kq_nearest_init(&nearest, method);
    for (size_t i = 0; i < kq_catalogue_count; i++) {
        kq_nearest_consider(&nearest, kq_catalogue[i]->name);
    }
    return kq_fail(error, KQ_E_BAD_INPUT, "this gateway has no method %.*s%s%s%s", KQ_SLICE_PRINT(method),
                   nearest.best == NULL ? "" : "; did you mean ", nearest.best == NULL ? "" : nearest.best,
                   nearest.best == NULL ? "" : "?");
}

struct kq_result kq_flag_method(const struct kq_invocation *invocation, const char *name,
                                struct kq_slice *method, struct kq_error *error)
{
    *method = kq_flag_text(invocation, name);
    return method->size == 0 ? KQ_OK : check_method(*method, error);
}

struct kq_result kq_flag_methods(const struct kq_invocation *invocation, const char *name,
                                 const struct kq_slice **methods, size_t *count, struct kq_error *error)
{
    *methods = kq_flag_list(invocation, name, count);
    for (size_t i = 0; i < *count; i++) {
        KQ_TRY(check_method((*methods)[i], error));
    }
    return KQ_OK;
}
