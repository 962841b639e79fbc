/* SPDX-License-Identifier: Apache-2.0 */
#include "client/answer.h"
#include "client/message.h"
#include "client/typed.h"

/* Whatever comes of the call: a caller who looks at its answer finds nothing left over from before. */
static void clear(const struct kq_client_method *method, void *answer)
{
    memset(answer, 0, method->answer->struct_bytes);
}

/* biz_content. Nothing is sent whose answer could not be read. */
static struct kq_result write_request(const struct kq_client_method *method, const void *request,
                                      struct kq_buffer *biz_content, struct kq_error *error)
{
    KQ_TRY(kq_typed_check(method->request, error));
    KQ_TRY(kq_typed_check(method->answer, error));
    return kq_typed_write(method->request, request, biz_content, error);
}

/* Refusals have fields, too, with some methods. */
enum kq_client_status kq_client_typed_read(struct kq_client_answer *from,
                                           const struct kq_client_method *method, void *answer,
                                           struct kq_client_error *error)
{
    struct kq_error cause = {0};
    clear(method, answer);
    memcpy((char *)answer + method->answer_offset, &from, sizeof(from));
    const struct kq_json *object = from == NULL ? NULL : kq_answer_object(from);
    if (object == NULL) {
        return kq_client_fail(error, KQ_CLIENT_ANSWER, "there is no verified answer to be read");
    }
    if (!kq_typed_read(method->answer, object, kq_answer_arena(from), answer, &cause).ok) {
        enum kq_client_status status = kq_client_fail_with(error, &cause);
        kq_client_quote(error, from);
        return status;
    }
    return kq_client_fail(error, KQ_CLIENT_OK, "%s", "");
}

enum kq_client_status kq_client_typed_call(struct kq_client *client, const struct kq_client_method *method,
                                           const void *request, void *answer, struct kq_client_error *error)
{
    struct kq_buffer biz_content KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_client_answer *from = NULL;
    struct kq_error cause = {0};
    clear(method, answer);
    if (!write_request(method, request, &biz_content, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    const struct kq_client_request call = {.method = method->name, .biz_content = biz_content.data};
    enum kq_client_status status = kq_client_call(client, &call, &from, error);
    if (from == NULL) {
        return status;
    }
    enum kq_client_status read =
        kq_client_typed_read(from, method, answer, status == KQ_CLIENT_OK ? error : NULL);
    return status == KQ_CLIENT_OK ? read : status;
}

enum kq_client_status kq_client_typed_submit(struct kq_client_loop *loop,
                                             const struct kq_client_method *method, const void *request,
                                             kq_client_done done, void *data, struct kq_client_error *error)
{
    struct kq_buffer biz_content KQ_CLEANUP(kq_buffer_wipe_and_free) = {0};
    struct kq_error cause = {0};
    if (!write_request(method, request, &biz_content, &cause).ok) {
        return kq_client_fail_with(error, &cause);
    }
    const struct kq_client_request call = {.method = method->name, .biz_content = biz_content.data};
    return kq_client_loop_submit(loop, &call, done, data, error);
}
