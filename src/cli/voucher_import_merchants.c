/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/voucher_import_merchants.h"

#include <string.h>

/* What stands in the store, or nothing where that has no place here. */
static struct kq_result look_up(struct kq_voucher_import_merchants *merchants, struct kq_slice template_id,
                                struct kq_voucher_import_merchant *place, struct kq_error *error)
{
    kq_arena_reset(&merchants->arena);
    struct kq_operation operation = {.kind = KQ_OP_TEMPLATE_GET, .arena = &merchants->arena};
    operation.template_get.template_id = template_id;
    KQ_TRY(kq_data_read(merchants->data, &operation, error));
    struct kq_slice pid = operation.template_get.template.pid;
    KQ_ENSURE(operation.template_get.found && pid.size <= sizeof(place->pid), error, KQ_E_TEMPLATE_NOT_EXIST,
              "%s", "");
    memcpy(place->template_id, template_id.data, template_id.size);
    place->template_id_size = template_id.size;
    memcpy(place->pid, pid.data, pid.size);
    place->pid_size = pid.size;
    return KQ_OK;
}

struct kq_result kq_voucher_import_pid(struct kq_voucher_import_merchants *merchants,
                                       struct kq_slice template_id, struct kq_slice *pid,
                                       struct kq_error *error)
{
    KQ_ENSURE(template_id.size > 0 && template_id.size <= KQ_VOUCHER_IMPORT_ID_MAX, error,
              KQ_E_TEMPLATE_NOT_EXIST, "%s", "");
    struct kq_voucher_import_merchant *place =
        &merchants->places[kq_slice_hash(template_id) % KQ_VOUCHER_IMPORT_MERCHANTS];
    struct kq_slice known = {.data = place->template_id, .size = place->template_id_size};
    if (!kq_slice_equal(known, template_id)) {
        KQ_TRY(look_up(merchants, template_id, place, error));
    }
    *pid = (struct kq_slice){.data = place->pid, .size = place->pid_size};
    return KQ_OK;
}

void kq_voucher_import_merchants_close(struct kq_voucher_import_merchants *merchants)
{
    kq_arena_free(&merchants->arena);
}
