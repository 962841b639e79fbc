/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_APPLICATION_CHANGE_H
#define KQ_DOMAIN_APPLICATION_CHANGE_H

#include <stdbool.h>

#include "base/error.h"
#include "base/slice.h"
#include "domain/application.h"

/* Decisions about applications that are there already, and about grants to them. Each first line's NULL means
 * that there is none of that id. */

/* Sets the key of one sign type in `keys`, as `struct kq_op_application_rotate_key` says. Without a current
 * key there is nothing to keep: then the new one becomes it. *changed false: it is so already. NOT_FOUND,
 * ILLEGAL_STATE (nothing is phased in that could become current). */
KQ_MUST struct kq_result kq_application_decide_rotate(const struct kq_application *application,
                                                      struct kq_slice public_key,
                                                      const struct kq_application_certificate *certificate,
                                                      bool keep_current, struct kq_application_keys *keys,
                                                      bool *changed, struct kq_error *error);

/* May the application be given that key for content encryption, or with an empty one have it taken away?
 * *changed false: it is so already. NOT_FOUND, BAD_INPUT (its length), CONFLICT (it has another, and
 * `replace` is false). */
KQ_MUST struct kq_result kq_application_decide_content_key(const struct kq_application *application,
                                                           struct kq_slice content_key, bool replace,
                                                           bool *changed, struct kq_error *error);

/* May the application call `method` (or, with `revoke`, no longer)? *changed false: it is so already.
 * NOT_FOUND, BAD_INPUT. */
KQ_MUST struct kq_result kq_application_decide_permit(const struct kq_application *application,
                                                      struct kq_slice method, bool revoke, bool *changed,
                                                      struct kq_error *error);

/* May the application be limited to so many calls of `method` (empty: of all methods together) a second? 0
 * takes the limit away. *changed false: it is so already. NOT_FOUND, BAD_INPUT. */
KQ_MUST struct kq_result kq_application_decide_limit(const struct kq_application *application,
                                                     struct kq_slice method, int64_t per_second,
                                                     bool *changed, struct kq_error *error);

/* May the application be enabled or disabled? *changed false: it is so already. NOT_FOUND. */
KQ_MUST struct kq_result kq_application_decide_set_state(const struct kq_application *application,
                                                         enum kq_application_state state, bool *changed,
                                                         struct kq_error *error);

/* May `grant` be given to `application`? *created false: the same is there already. NOT_FOUND, BAD_INPUT,
 * CONFLICT (the token is another grant's). */
KQ_MUST struct kq_result kq_grant_decide_create(const struct kq_grant *grant,
                                                const struct kq_application *application,
                                                const struct kq_grant *same_token, bool *created,
                                                struct kq_error *error);

#endif
