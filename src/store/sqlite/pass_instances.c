/* SPDX-License-Identifier: Apache-2.0 */
#include "base/macros.h"
#include "store/sqlite/query.h"
#include "store/sqlite/rows.h"
#include "store/sqlite/writes.h"

/* An instance as it stands in the file, and by which number. */
struct instance_row {
    struct kq_pass_instance instance;
    int64_t instance_no;
};

static struct kq_result take_values(struct kq_slice json, struct kq_arena *arena,
                                    struct kq_pass_values *values, struct kq_error *error)
{
    struct kq_error reason = {0};
    if (!kq_pass_values_read("params", json, arena, values, &reason).ok) {
        KQ_ENSURE_MEMORY(reason.code != KQ_E_NO_MEMORY, error);
        return kq_fail(error, KQ_E_STORE, "the store is damaged: a pass has lost its values");
    }
    return KQ_OK;
}

/* The row, of its pass the id only. */
static struct kq_result load_row(struct kq_query *query, struct kq_arena *arena, struct instance_row *row,
                                 bool *found, struct kq_error *error)
{
    KQ_TRY(kq_query_next(query, found, error));
    if (!*found) {
        return KQ_OK;
    }
    struct kq_pass_instance *instance = &row->instance;
    *instance = (struct kq_pass_instance){.pass = {.pass_id = kq_query_take_text(query, arena)}};
    row->instance_no = kq_query_take_integer(query);
    instance->app_id = kq_query_take_text(query, arena);
    instance->tpl_id = kq_query_take_text(query, arena);
    instance->content = kq_query_take_text(query, arena);
    instance->serial_number = kq_query_take_text(query, arena);
    instance->channel_id = kq_query_take_text(query, arena);
    instance->verify_code = kq_query_take_text(query, arena);
    instance->verify_type = kq_query_take_text(query, arena);
    struct kq_slice params = kq_query_take_text(query, arena);
    KQ_TRY(kq_query_check(query, error));
    return take_values(params, arena, &instance->values, error);
}

#define SELECT_INSTANCE                                                                                      \
    "SELECT pass_id, instance_no, app_id, tpl_id, content, serial_number, channel_id, verify_code,"          \
    " verify_type, "
#define FROM_INSTANCE                                                                                        \
    " FROM pass_instance JOIN pass_template USING (template_no)"                                             \
    " JOIN pass_content ON pass_content.content_no = pass_instance.content_no"                               \
    " WHERE pass_instance.pid = ? AND serial_number = ?"

/* `as_added`: with the values that it was added with, else with those of today. */
static struct kq_result load_instance(struct kq_batch *batch, struct kq_slice pid, struct kq_slice number,
                                      bool as_added, struct kq_arena *arena, struct instance_row *row,
                                      bool *found, struct kq_error *error)
{
    static const char select_added[] = SELECT_INSTANCE "params" FROM_INSTANCE;
    static const char select_today[] = SELECT_INSTANCE "coalesce(updated_params, params)" FROM_INSTANCE;
    KQ_CLEANUP(kq_query_end)
    struct kq_query query = kq_query_begin(batch->connection, as_added ? select_added : select_today);
    kq_query_put_text(&query, pid);
    kq_query_put_text(&query, number);
    KQ_TRY(load_row(&query, arena, row, found, error));
    if (!*found) {
        return KQ_OK;
    }
    struct kq_slice pass_id = row->instance.pass.pass_id;
    bool has_pass = false;
    KQ_TRY(kq_row_pass(batch->connection, pass_id, arena, &row->instance.pass, &has_pass, error));
    KQ_ENSURE(has_pass, error, KQ_E_STORE, "the store is damaged: a pass has lost its row");
    return KQ_OK;
}

static struct kq_result insert_instance(struct kq_batch *batch, const struct kq_pass_instance *instance,
                                        const struct kq_pass_template_row *template, struct kq_arena *arena,
                                        struct kq_error *error)
{
    static const char insert_instance[] =
        "INSERT INTO pass_instance (pass_id, template_no, content_no, pid, app_id, serial_number, channel_id,"
        " params, verify_code, verify_type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '')";
    struct kq_slice params;
    KQ_TRY(kq_pass_values_write(&instance->values, arena, &params, error));
    KQ_TRY(kq_write_pass_row(batch, &instance->pass, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, insert_instance);
    kq_query_put_text(&query, instance->pass.pass_id);
    kq_query_put_integer(&query, template->template_no);
    kq_query_put_integer(&query, template->content_no);
    kq_query_put_text(&query, instance->pass.pid);
    kq_query_put_text(&query, instance->app_id);
    kq_query_put_text(&query, instance->serial_number);
    kq_query_put_text(&query, instance->channel_id);
    kq_query_put_text(&query, params);
    return kq_query_run(&query, error);
}

/* A repetition is answered as the first time, whatever the template asks for since. One whose number is the
 * content's alone is recognised once that is filled. */
static struct kq_result find_repeated(struct kq_batch *batch, const struct kq_pass_add_request *request,
                                      struct kq_arena *arena, struct kq_pass_instance *instance,
                                      bool *is_repeated, struct kq_error *error)
{
    const struct kq_slice *number = kq_pass_instance_given_number(request);
    struct instance_row earlier;
    bool found = false;
    *is_repeated = false;
    if (number == NULL || number->size == 0) {
        return KQ_OK;
    }
    KQ_TRY(load_instance(batch, request->pid, *number, true, arena, &earlier, &found, error));
    if (found && kq_pass_instance_is_repeated(request, &earlier.instance)) {
        *is_repeated = true;
        *instance = earlier.instance;
    }
    return KQ_OK;
}

static struct kq_result add_instance(struct kq_batch *batch, struct kq_operation *operation,
                                     struct kq_error *error)
{
    struct kq_op_pass_instance_add *add = &operation->pass_instance_add;
    const struct kq_pass_add_request *request = &add->request;
    struct kq_arena *arena = operation->arena;
    struct kq_pass_template_row template;
    struct kq_pass_instance instance;
    struct kq_pass_content content;
    struct instance_row earlier;
    struct kq_user user;
    struct kq_recipient owner = {.kind = KQ_RECIPIENT_USER_ID, .value = request->user_id};
    bool has_template = false;
    bool has_user = false;
    bool has_earlier = false;
    KQ_TRY(kq_row_pass_template(batch->connection, request->tpl_id, arena, &template, &has_template, error));
    KQ_TRY(kq_pass_instance_fill(request, has_template ? &template.template : NULL, arena, &instance,
                                 &content, error));
    if (instance.serial_number.size > 0) {
        KQ_TRY(load_instance(batch, request->pid, instance.serial_number, true, arena, &earlier, &has_earlier,
                             error));
    }
    KQ_TRY(kq_row_user_for_issue(batch->connection, &owner, arena, &user, &has_user, error));
    const struct kq_pass_add_facts facts = {
        .user = has_user ? &user : NULL,
        .earlier = has_earlier ? &earlier.instance : NULL,
    };
    KQ_TRY(kq_pass_instance_decide_add(&instance, request, &content, &facts, &batch->ids, batch->now_ms,
                                       arena, &add->added, error));
    add->pass_id = instance.pass.pass_id;
    add->serial_number = instance.serial_number;
    return add->added ? insert_instance(batch, &instance, &template, arena, error) : KQ_OK;
}

struct kq_result kq_write_pass_instance_add(struct kq_batch *batch, struct kq_operation *operation,
                                            struct kq_error *error)
{
    struct kq_op_pass_instance_add *add = &operation->pass_instance_add;
    struct kq_pass_instance instance;
    bool is_repeated = false;
    KQ_TRY(find_repeated(batch, &add->request, operation->arena, &instance, &is_repeated, error));
    if (!is_repeated) {
        return add_instance(batch, operation, error);
    }
    add->added = false;
    add->pass_id = instance.pass.pass_id;
    add->serial_number = instance.serial_number;
    return KQ_OK;
}

static struct kq_result update_instance(struct kq_batch *batch, const struct instance_row *row,
                                        struct kq_arena *arena, struct kq_error *error)
{
    static const char update_instance[] =
        "UPDATE pass_instance SET updated_params = ?, verify_code = ?, verify_type = ?"
        " WHERE instance_no = ?";
    struct kq_slice params;
    KQ_TRY(kq_pass_values_write(&row->instance.values, arena, &params, error));
    KQ_TRY(kq_write_pass_changes(batch, &row->instance.pass, error));
    KQ_CLEANUP(kq_query_end) struct kq_query query = kq_query_begin(batch->connection, update_instance);
    kq_query_put_text(&query, params);
    kq_query_put_text(&query, row->instance.verify_code);
    kq_query_put_text(&query, row->instance.verify_type);
    kq_query_put_integer(&query, row->instance_no);
    return kq_query_run(&query, error);
}

struct kq_result kq_write_pass_instance_update(struct kq_batch *batch, struct kq_operation *operation,
                                               struct kq_error *error)
{
    struct kq_op_pass_instance_update *update = &operation->pass_instance_update;
    const struct kq_pass_update_request *request = &update->request;
    struct instance_row row = {0};
    bool found = false;
    KQ_TRY(load_instance(batch, request->pid, request->serial_number, false, operation->arena, &row, &found,
                         error));
    KQ_TRY(kq_pass_instance_decide_update(request, found ? &row.instance : NULL, batch->now_ms / 1000,
                                          operation->arena, &update->changed, error));
    update->pass_id = row.instance.pass.pass_id;
    return update->changed ? update_instance(batch, &row, operation->arena, error) : KQ_OK;
}
