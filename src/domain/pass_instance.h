/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_PASS_INSTANCE_H
#define KQ_DOMAIN_PASS_INSTANCE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/id.h"
#include "base/slice.h"
#include "domain/pass.h"
#include "domain/pass_content.h"
#include "domain/pass_template.h"
#include "domain/user.h"

/* Passes that are made from pass templates (alipay.pass.instance.add and .update). */

#define KQ_VERIFY_CODE_MAX_CHARS 999 /* the reference page's */

/* A pass and where it comes from. Slices are borrowed from whoever loaded or made it. */
struct kq_pass_instance {
    struct kq_pass pass;           /* as the wallet shows it; without shops, which it names none of */
    struct kq_slice app_id;        /* the application that has made it */
    struct kq_slice tpl_id;        /* its template */
    struct kq_slice content;       /* the template's when the pass was made: a later one changes no pass */
    struct kq_pass_values values;  /* what the content is filled with */
    struct kq_slice serial_number; /* the merchant's own number: it has no other pass of it */
    struct kq_slice channel_id;    /* the content's, when the pass was made; may be empty */
    struct kq_slice verify_code;   /* what it was used with; may be empty */
    struct kq_slice verify_type;
};

struct kq_pass_add_request {
    struct kq_slice pid; /* the merchant that calls, or that is called for */
    struct kq_slice app_id;
    struct kq_slice tpl_id;
    struct kq_slice user_id;
    struct kq_pass_values values;
};

/* The serial number that the values name, by which a repetition is found before the content is filled; NULL:
 * they name none. */
const struct kq_slice *kq_pass_instance_given_number(const struct kq_pass_add_request *request);

/* Was the earlier pass, with the values it was added with, made for the same user from the same template with
 * the values that the request gives? */
bool kq_pass_instance_is_repeated(const struct kq_pass_add_request *request,
                                  const struct kq_pass_instance *earlier);

/* First half of adding: the template's content (NULL: none of that id) is filled, which tells the serial
 * number: the content's; where it has none, the value of that name; empty: it will get one, its id, whose
 * form no other has. *instance is then complete but for its id, created_s, data_info and ext_info. Texts are
 * made in the arena. PASS_TEMPLATE_NOT_EXIST, PASS_PARAMETER, NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_instance_fill(const struct kq_pass_add_request *request,
                                               const struct kq_pass_template *template,
                                               struct kq_arena *arena, struct kq_pass_instance *instance,
                                               struct kq_pass_content *content, struct kq_error *error);

/* The rows that the second half needs. */
struct kq_pass_add_facts {
    const struct kq_user *user; /* NULL: no such user */
    /* Of the same merchant and serial number, with the values it was added with. NULL: none yet. */
    const struct kq_pass_instance *earlier;
};

/* Second half. *added false: `earlier` is repeated, and *instance becomes that. Else it gets an id, which is
 * its serial number where it has none, and its infos, made in the arena. PASS_EXISTS, USER_NOT_EXIST,
 * USER_STATUS_ERROR, NO_MEMORY. A refusal changes nothing in the store. */
KQ_MUST struct kq_result
kq_pass_instance_decide_add(struct kq_pass_instance *instance, const struct kq_pass_add_request *request,
                            const struct kq_pass_content *content, const struct kq_pass_add_facts *facts,
                            struct kq_id_source *ids, int64_t now_ms, struct kq_arena *arena, bool *added,
                            struct kq_error *error);

struct kq_pass_update_request {
    struct kq_slice pid;
    struct kq_slice serial_number;
    struct kq_slice channel_id;
    struct kq_slice user_id; /* empty: whoever has it */
    bool has_state;
    enum kq_pass_state state; /* USED or CLOSED */
    struct kq_pass_values values;
    struct kq_slice verify_code; /* may be empty, as may be the type */
    struct kq_slice verify_type;
};

/* Changes the instance (NULL: the merchant has none of that serial number) in place; texts are made in the
 * arena. The channel is the merchant's pid, the application that has made the pass, or the channel that its
 * content names.
 *
 * The one place where a made pass's state changes: can_use → used, while it is not past its end; can_use →
 * closed, also past its end. In the state that is asked for already: nothing changes, *changed false. New
 * values refill the content that the pass was made from, with those before for the rest; only in can_use.
 * Serial number and channel stay, whatever values say.
 *
 * PASS_NOT_EXIST (also for another channel or user), PASS_STATUS_NOT_MATCH, PASS_PARAMETER, NO_MEMORY. */
KQ_MUST struct kq_result kq_pass_instance_decide_update(const struct kq_pass_update_request *request,
                                                        struct kq_pass_instance *instance, int64_t now_s,
                                                        struct kq_arena *arena, bool *changed,
                                                        struct kq_error *error);

#endif
