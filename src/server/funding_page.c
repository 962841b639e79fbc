/* SPDX-License-Identifier: Apache-2.0 */
#include "server/funding_page.h"

#include <inttypes.h>

#include "base/money.h"
#include "domain/voucher.h"
#include "server/funding_text.h"

static void answer(struct kq_call *call, enum kq_http_status status, const char *header,
                   enum kq_funding_view view, const struct kq_funding_shown *shown)
{
    call->page_status = status;
    call->page_header = header;
    kq_funding_text_append(&call->answer, call->page_language, view, shown);
}

static void answer_plainly(struct kq_call *call, enum kq_http_status status, enum kq_funding_view view)
{
    static const struct kq_funding_shown nothing = {0};
    answer(call, status, KQ_TOKEN_PAGE_PLAIN, view, &nothing);
}

/* A page is asked for by its token alone: whatever is wrong with that, there is no such page. */
static void answer_refusal(struct kq_call *call, enum kq_error_code code)
{
    if (kq_error_category(code) == KQ_CATEGORY_INTERNAL) {
        answer_plainly(call, KQ_HTTP_UNAVAILABLE, KQ_FUNDING_VIEW_FAILED);
    } else {
        answer_plainly(call, KQ_HTTP_NOT_FOUND, KQ_FUNDING_VIEW_GONE);
    }
}

/* Nothing is left to confirm. */
static void answer_settled(struct kq_call *call, enum kq_funding_state state)
{
    static const enum kq_funding_view views[] = {
        [KQ_FUNDING_OPEN] = KQ_FUNDING_VIEW_DONE,
        [KQ_FUNDING_CONFIRMED] = KQ_FUNDING_VIEW_CONFIRMED,
        [KQ_FUNDING_OVER] = KQ_FUNDING_VIEW_OVER,
        [KQ_FUNDING_DELETED] = KQ_FUNDING_VIEW_DELETED,
    };
    answer_plainly(call, KQ_HTTP_OK, views[state]);
}

/* In `text`; none where there is no limit. */
static struct kq_slice budget_of(const struct kq_template *template, char text[KQ_MONEY_TEXT_SIZE])
{
    if (template->total_amount_fen == KQ_UNLIMITED) {
        return KQ_SLICE_EMPTY;
    }
    kq_money_format(template->total_amount_fen, text);
    return kq_slice_of(text);
}

/* In the arena; likewise. */
static struct kq_slice quantity_of(const struct kq_template *template, struct kq_call *call)
{
    if (template->quantity == KQ_UNLIMITED) {
        return KQ_SLICE_EMPTY;
    }
    struct kq_slice text = kq_arena_print(&call->arena, "%" PRId64, template->quantity);
    call->answer.failed = call->answer.failed || text.data == NULL;
    return text;
}

static void show(struct kq_call *call, const struct kq_op_funding_get *get, struct kq_slice token)
{
    const struct kq_template *template = &get->template;
    char voucher_name[KQ_VOUCHER_NAME_TEXT_SIZE];
    char amount[KQ_MONEY_TEXT_SIZE];
    char budget[KQ_MONEY_TEXT_SIZE];
    kq_voucher_name(template, template->amount_fen, voucher_name);
    kq_money_format(template->amount_fen, amount);
    const struct kq_funding_shown shown = {
        .merchant = get->merchant_name.size > 0 ? get->merchant_name : template->pid,
        .brand = template->brand_name,
        .voucher_name = kq_slice_of(voucher_name),
        .amount = kq_slice_of(amount),
        .quantity = quantity_of(template, call),
        .budget = budget_of(template, budget),
        .fund_account = template->fund_account,
        .fund_order_no = template->fund_order_no,
        .token = token,
    };
    answer(call, KQ_HTTP_OK, template->redirect_uri.size > 0 ? KQ_TOKEN_PAGE_FORM_AWAY : KQ_TOKEN_PAGE_FORM,
           KQ_FUNDING_VIEW_ASK, &shown);
}

static struct kq_result find(const struct kq_token_page *page, struct kq_call *call, struct kq_slice *token,
                             struct kq_error *error)
{
    struct kq_slice digest = KQ_SLICE_EMPTY;
    KQ_TRY(kq_token_page_read(call, token, &digest, error));
    call->operation = (struct kq_operation){.kind = KQ_OP_FUNDING_GET, .arena = &call->arena};
    struct kq_op_funding_get *get = &call->operation.funding_get;
    get->page_digest = digest;
    get->now_s = kq_store_now_s(page->store);
    kq_reader_read(page->reader, &call->operation);
    KQ_ENSURE(call->operation.error.code == KQ_E_NONE, error, call->operation.error.code, "%s", "");
    KQ_ENSURE(get->found, error, KQ_E_NOT_FOUND, "%s", "");
    return KQ_OK;
}

static void confirm(const struct kq_token_page *page, struct kq_call *call, struct kq_slice page_digest)
{
    call->operation = (struct kq_operation){.kind = KQ_OP_FUNDING_CONFIRM, .arena = &call->arena};
    call->operation.funding_confirm.page_digest = page_digest;
    kq_token_page_submit(page, call);
}

enum kq_call_progress kq_funding_page_start(const struct kq_token_page *page, struct kq_call *call)
{
    struct kq_slice token = KQ_SLICE_EMPTY;
    struct kq_error error = {0};
    if (!find(page, call, &token, &error).ok) {
        answer_refusal(call, error.code);
        return KQ_CALL_ANSWERED;
    }
    const struct kq_op_funding_get *get = &call->operation.funding_get;
    enum kq_funding_state state = kq_funding_state(&get->template, get->now_s);
    if (state == KQ_FUNDING_OPEN && call->is_post) {
        confirm(page, call, get->page_digest);
        return KQ_CALL_WAITING;
    }
    if (state == KQ_FUNDING_OPEN) {
        show(call, get, token);
    } else {
        answer_settled(call, state);
    }
    return KQ_CALL_ANSWERED;
}

/* 302 to the merchant's own address. */
static void leave(struct kq_call *call, const struct kq_template *template)
{
    struct kq_buffer location = {0};
    static const struct kq_funding_shown nothing = {0};
    kq_funding_append_redirect(template, &location);
    answer(call, KQ_HTTP_FOUND, kq_token_page_location(call, &location), KQ_FUNDING_VIEW_LEAVE, &nothing);
}

void kq_funding_page_finish(struct kq_call *call)
{
    const struct kq_op_funding_confirm *confirmed = &call->operation.funding_confirm;
    call->is_in_store = false;
    if (call->operation.error.code != KQ_E_NONE) {
        answer_refusal(call, call->operation.error.code);
    } else if (confirmed->found == KQ_FUNDING_OPEN && confirmed->template.redirect_uri.size > 0) {
        leave(call, &confirmed->template);
    } else {
        answer_settled(call, confirmed->found);
    }
}
