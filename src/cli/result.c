/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/result.h"

#include <stdio.h>

#include "base/buffer.h"
#include "cli/shown.h"
#include "wire/json.h"

struct change {
    const char *what;
    const char *id_name;
    struct kq_slice id;
    const char *verb;
    const char *member; /* in JSON */
    bool changed;
};

static struct kq_result print(bool json, const struct change *change, struct kq_error *error)
{
    struct kq_buffer text KQ_CLEANUP(kq_buffer_free) = {0};
    if (json) {
        kq_buffer_append_byte(&text, '{');
        kq_json_append_name(&text, change->id_name);
        kq_json_append_string(&text, change->id);
        kq_json_append_name(&text, change->member);
        kq_buffer_print(&text, "%s}", change->changed ? "true" : "false");
    } else {
        kq_buffer_print(&text, "%s ", change->what);
        kq_append_shown(&text, change->id, false);
        kq_buffer_print(&text, change->changed ? " %s" : " was %s already; nothing was changed",
                        change->verb);
    }
    KQ_ENSURE_MEMORY(!text.failed, error);
    printf("%s\n", text.data);
    return KQ_OK;
}

struct kq_result kq_print_created(bool json, const char *what, const char *id_name, struct kq_slice id,
                                  bool created, struct kq_error *error)
{
    const struct change change = {what, id_name, id, "created", "created", created};
    return print(json, &change, error);
}

struct kq_result kq_print_changed(bool json, const char *what, const char *id_name, struct kq_slice id,
                                  const char *verb, bool changed, struct kq_error *error)
{
    const struct change change = {what, id_name, id, verb, "changed", changed};
    return print(json, &change, error);
}

void kq_name_refusal(struct kq_error *error)
{
    if (kq_error_category(error->code) == KQ_CATEGORY_BUSINESS && error->detail[0] != '\0') {
        KQ_IGNORE(kq_fail_in(error, "%s", kq_error_text(error->code)));
    }
}
