/* SPDX-License-Identifier: Apache-2.0 */
#include "server/confirm_page.h"

#include <string.h>

#include "server/confirm_text.h"

#define MASK_SHOWN_CHARS ((size_t)4) /* at each end */

static void answer(struct kq_call *call, enum kq_http_status status, const char *header,
                   enum kq_confirm_view view, const struct kq_confirm_shown *shown)
{
    call->page_status = status;
    call->page_header = header;
    kq_confirm_text_append(&call->answer, call->page_language, view, shown);
}

static void answer_plainly(struct kq_call *call, enum kq_http_status status, enum kq_confirm_view view)
{
    static const struct kq_confirm_shown nothing = {0};
    answer(call, status, KQ_TOKEN_PAGE_PLAIN, view, &nothing);
}

/* A page is asked for by its token alone: whatever is wrong with that, there is no such page. */
static void answer_refusal(struct kq_call *call)
{
    enum kq_error_code code = call->operation.error.code;
    if (kq_error_category(code) == KQ_CATEGORY_INTERNAL) {
        answer_plainly(call, KQ_HTTP_UNAVAILABLE, KQ_CONFIRM_FAILED);
    } else if (code == KQ_E_ILLEGAL_STATE) {
        answer_plainly(call, KQ_HTTP_OK, KQ_CONFIRM_ISSUED);
    } else {
        answer_plainly(call, KQ_HTTP_NOT_FOUND, KQ_CONFIRM_GONE);
    }
}

static bool leads_elsewhere(const struct kq_confirmation *confirmation)
{
    return confirmation->need_redirect && confirmation->redirect_uri.size > 0;
}

/* "2088********6115", in the arena; data NULL: no memory. */
static struct kq_slice mask(struct kq_slice user_id, struct kq_arena *arena)
{
    struct kq_slice copy = kq_arena_copy(arena, user_id);
    if (copy.data != NULL && copy.size > 2 * MASK_SHOWN_CHARS) {
        memset((char *)(uintptr_t)copy.data + MASK_SHOWN_CHARS, '*', copy.size - 2 * MASK_SHOWN_CHARS);
    }
    return copy;
}

static void show(struct kq_call *call, const struct kq_op_confirmation_get *get, struct kq_slice token)
{
    char voucher_name[KQ_VOUCHER_NAME_TEXT_SIZE];
    char condition[KQ_VOUCHER_NAME_TEXT_SIZE];
    kq_voucher_name(&get->template, get->template.amount_fen, voucher_name);
    kq_voucher_condition(&get->template, condition);
    const struct kq_confirm_shown shown = {
        .voucher_name = kq_slice_of(voucher_name),
        .condition = kq_slice_of(condition),
        .merchant = get->merchant_name.size > 0 ? get->merchant_name : get->template.brand_name,
        .user = mask(get->confirmation.user_id, &call->arena),
        .token = token,
    };
    call->answer.failed = call->answer.failed || shown.user.data == NULL;
    answer(call, KQ_HTTP_OK,
           leads_elsewhere(&get->confirmation) ? KQ_TOKEN_PAGE_FORM_AWAY : KQ_TOKEN_PAGE_FORM, KQ_CONFIRM_ASK,
           &shown);
}

static void accept(const struct kq_token_page *page, struct kq_call *call, struct kq_slice page_digest)
{
    call->operation = (struct kq_operation){.kind = KQ_OP_CONFIRMATION_ACCEPT, .arena = &call->arena};
    call->operation.confirmation_accept.page_digest = page_digest;
    kq_token_page_submit(page, call);
}

static struct kq_result find(const struct kq_token_page *page, struct kq_call *call, struct kq_slice *token,
                             struct kq_error *error)
{
    struct kq_slice digest = KQ_SLICE_EMPTY;
    KQ_TRY(kq_token_page_read(call, token, &digest, error));
    call->operation = (struct kq_operation){.kind = KQ_OP_CONFIRMATION_GET, .arena = &call->arena};
    struct kq_op_confirmation_get *get = &call->operation.confirmation_get;
    get->page_digest = digest;
    get->now_s = kq_store_now_s(page->store);
    kq_reader_read(page->reader, &call->operation);
    KQ_ENSURE(call->operation.error.code == KQ_E_NONE, error, call->operation.error.code, "%s", "");
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "%s", "");
    KQ_ENSURE(!get->confirmation.is_used, error, KQ_E_ILLEGAL_STATE, "%s", "");
    return KQ_OK;
}

enum kq_call_progress kq_confirm_page_start(const struct kq_token_page *page, struct kq_call *call)
{
    struct kq_slice token = KQ_SLICE_EMPTY;
    struct kq_error error = {0};
    if (!find(page, call, &token, &error).ok) {
        call->operation.error = error;
        answer_refusal(call);
        return KQ_CALL_ANSWERED;
    }
    const struct kq_op_confirmation_get *get = &call->operation.confirmation_get;
    if (call->is_post) {
        accept(page, call, get->page_digest);
        return KQ_CALL_WAITING;
    }
    show(call, get, token);
    return KQ_CALL_ANSWERED;
}

/* 302 to the caller's own address. */
static void leave(struct kq_call *call, const struct kq_op_confirmation_accept *accepted)
{
    struct kq_buffer location = {0};
    static const struct kq_confirm_shown nothing = {0};
    kq_confirmation_append_redirect(&accepted->confirmation, kq_slice_of(accepted->send_code), &location);
    answer(call, KQ_HTTP_FOUND, kq_token_page_location(call, &location), KQ_CONFIRM_LEAVE, &nothing);
}

void kq_confirm_page_finish(struct kq_call *call)
{
    const struct kq_op_confirmation_accept *accepted = &call->operation.confirmation_accept;
    call->is_in_store = false;
    if (call->operation.error.code != KQ_E_NONE) {
        answer_refusal(call);
    } else if (leads_elsewhere(&accepted->confirmation)) {
        leave(call, accepted);
    } else {
        const struct kq_confirm_shown shown = {.send_code = kq_slice_of(accepted->send_code)};
        answer(call, KQ_HTTP_OK, KQ_TOKEN_PAGE_PLAIN, KQ_CONFIRM_CODE, &shown);
    }
}
