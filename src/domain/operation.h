/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_DOMAIN_OPERATION_H
#define KQ_DOMAIN_OPERATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/application.h"
#include "domain/audit.h"
#include "domain/pass.h"
#include "domain/report.h"
#include "domain/template.h"
#include "domain/user.h"
#include "domain/voucher.h"
#include "domain/voucher_change.h"

/* Everything that can be asked of a store: one tagged value, with what is asked and what came of it. The
 * gateway's methods and the operator's commands both end in operations; a store knows nothing else.
 *
 * Memory: `arena` belongs to whoever made the operation; whatever the request points to must stay until it is
 * done; results are made in the arena. One thread at a time has the operation: its maker, then (between
 * submit and completion) the store, then its maker again. */

#define KQ_OPERATION_LIST(X)                                                                                 \
    /* X(NAME, member, does it write) */                                                                     \
    X(ISSUE, issue, true)                                                                                    \
    X(ISSUE_MANY, issue_many, true)                                                                          \
    X(VOUCHER_CHANGE, voucher_change, true)                                                                  \
    X(MERCHANT_CREATE, merchant_create, true)                                                                \
    X(APPLICATION_CREATE, application_create, true)                                                          \
    X(APPLICATION_ROTATE_KEY, application_rotate_key, true)                                                  \
    X(APPLICATION_SET_STATE, application_set_state, true)                                                    \
    X(APPLICATION_PERMIT, application_permit, true)                                                          \
    X(APPLICATION_LIMIT, application_limit, true)                                                            \
    X(GRANT_CREATE, grant_create, true)                                                                      \
    X(USER_CREATE, user_create, true)                                                                        \
    X(USER_SET_STATE, user_set_state, true)                                                                  \
    X(SHOP_CREATE, shop_create, true)                                                                        \
    X(TEMPLATE_CREATE, template_create, true)                                                                \
    X(TEMPLATE_MOVE, template_move, true)                                                                    \
    X(PASS_CREATE, pass_create, true)                                                                        \
    X(APPLICATION_GET, application_get, false)                                                               \
    X(APPLICATION_LIST, application_list, false)                                                             \
    X(GRANT_GET, grant_get, false)                                                                           \
    X(MERCHANT_LIST, merchant_list, false)                                                                   \
    X(USER_GET, user_get, false)                                                                             \
    X(USER_LIST, user_list, false)                                                                           \
    X(SHOP_LIST, shop_list, false)                                                                           \
    X(TEMPLATE_GET, template_get, false)                                                                     \
    X(TEMPLATE_LIST, template_list, false)                                                                   \
    X(VOUCHER_GET, voucher_get, false)                                                                       \
    X(VOUCHER_LIST, voucher_list, false)                                                                     \
    X(WALLET, wallet, false)                                                                                 \
    X(REPORT, report, false)                                                                                 \
    X(AUDIT, audit, false)                                                                                   \
    X(HEALTH, health, false)

enum kq_operation_kind {
#define KQ_OPERATION_ENUM(name, member, writes) KQ_OP_##name,
    KQ_OPERATION_LIST(KQ_OPERATION_ENUM)
#undef KQ_OPERATION_ENUM
        KQ_OPERATION_KIND_COUNT
};

struct kq_op_issue {
    struct kq_issue_request request;
    struct kq_issue_result result;
};

/* Issues that are decided one after the other in one transaction. Each item has an outcome of its own in its
 * `error`, as an ISSUE has; where the store fails, the operation's `error` says so and nothing was changed
 * for any of them. */
struct kq_issue_item {
    struct kq_issue_request request;
    struct kq_issue_result result;
    struct kq_error error;
};

struct kq_op_issue_many {
    struct kq_issue_item *items; /* `count` of them, the maker's; results are made in the arena */
    size_t count;
};

/* A use, a refund, a deletion or a delay of one voucher. */
struct kq_op_voucher_change {
    struct kq_voucher_change_request request;
    struct kq_voucher_change_result result;
    struct kq_voucher voucher;   /* as it stands afterwards */
    struct kq_template template; /* its template: the texts that show it */
};

/* Creations are idempotent: `created` false means that the same stood there already. Missing merchants are
 * created with an empty name by whatever mentions their pid; MERCHANT_CREATE also names one that has no name
 * yet. */
struct kq_op_merchant_create {
    struct kq_merchant merchant;
    bool created;
};

struct kq_op_application_create {
    struct kq_application application; /* without limits; revision and created_s are the store's to set */
    bool created;
};

/* Sets the key of one sign type. `keep_current`: the new key is phased in as `next` (either verifies); else
 * it becomes the only one. With an empty key: `next` becomes `current`. NOT_FOUND, ILLEGAL_STATE (nothing
 * phased in). */
struct kq_op_application_rotate_key {
    struct kq_slice app_id;
    enum kq_sign_type sign_type;
    struct kq_slice public_key; /* SubjectPublicKeyInfo, DER */
    bool keep_current;
};

struct kq_op_application_set_state {
    struct kq_slice app_id;
    enum kq_application_state state;
    bool changed;
};

struct kq_op_application_permit {
    struct kq_slice app_id;
    struct kq_slice method;
    bool revoke;
    bool changed;
};

/* How many calls a second the application may make of one method, or of all together; whether there is such a
 * method is the maker's to know. NOT_FOUND, BAD_INPUT. */
struct kq_op_application_limit {
    struct kq_slice app_id;
    struct kq_slice method; /* empty: all methods together */
    int64_t per_second;     /* 0: takes the limit away */
    bool changed;
};

struct kq_op_grant_create {
    struct kq_grant grant; /* created_s is the store's to set. NOT_FOUND: no such application. */
};

struct kq_op_user_create {
    struct kq_user user; /* created_s is the store's to set */
    bool created;
};

struct kq_op_user_set_state {
    struct kq_slice user_id;
    enum kq_user_state state;
    bool changed;
};

struct kq_op_shop_create {
    struct kq_shop shop;
    bool created;
};

struct kq_op_template_create {
    struct kq_template template; /* in: what kq_template_decide_create wants; out: complete */
    bool as_draft;
    char template_id_text[KQ_ID_TEXT_SIZE];
};

struct kq_op_template_move {
    struct kq_slice template_id;
    enum kq_template_state to;
    bool changed;
    struct kq_template template; /* after the move */
};

struct kq_op_pass_create {
    struct kq_pass pass; /* created_s: KQ_TIME_UNSET for now */
    bool created;
};

struct kq_op_application_get {
    struct kq_slice app_id;
    bool found;
    struct kq_application application;
};

/* Lists: `items` is an array of `count` in the arena. `limit` 0: all. `after`: start behind this id (its own
 * is not listed), in the order of the ids; empty: from the beginning. */
struct kq_page {
    struct kq_slice after;
    size_t limit;
};

struct kq_op_application_list {
    struct kq_page page;
    struct kq_application *items;
    size_t count;
};

struct kq_op_grant_get {
    struct kq_slice token_digest;
    bool found;
    struct kq_grant grant;
};

struct kq_op_merchant_list {
    struct kq_page page;
    struct kq_merchant *items;
    size_t count;
};

struct kq_op_user_get {
    struct kq_recipient recipient;
    bool found;
    struct kq_user user;
};

struct kq_op_user_list {
    struct kq_page page;
    struct kq_user *items;
    size_t count;
};

struct kq_op_shop_list {
    struct kq_slice pid; /* empty: every merchant's */
    struct kq_page page;
    struct kq_shop *items;
    size_t count;
};

struct kq_op_template_get {
    struct kq_slice template_id;
    bool found;
    struct kq_template template;
};

struct kq_op_template_list {
    struct kq_slice pid; /* empty: every merchant's */
    struct kq_page page;
    struct kq_template *items;
    size_t count;
};

/* With `with_details`, also its template and what happened to it, seen in the same snapshot
 * (alipay.marketing.voucher.query). */
struct kq_op_voucher_get {
    struct kq_slice voucher_id;
    bool with_details;
    bool found;
    struct kq_voucher voucher;
    struct kq_template template;
    struct kq_voucher_bill *bills; /* in the order in which it happened, the newest KQ_BILLS_MAX of them */
    size_t bill_count;
};

/* An event as a statement shows it. */
struct kq_voucher_bill {
    struct kq_voucher_event event;
    struct kq_slice merchant_name; /* of event.pid; may be empty */
};

/* More than any voucher has by ordinary use, and an answer of some hundred kilobytes. */
#define KQ_BILLS_MAX 1000

/* Oldest first. Either filter may be empty. With `with_template`, `template_found` and `template` say what
 * stands under template_id, seen in the same snapshot as the list (alipay.marketing.voucher.list.query needs
 * both). */
struct kq_op_voucher_list {
    struct kq_slice template_id;
    struct kq_slice user_id;
    struct kq_page page;
    bool with_template;
    bool template_found;
    struct kq_template template;
    struct kq_voucher *items;
    size_t count;
};

/* One page of a user's wallet, newest first, vouchers and passes together: by created_s, and within a second
 * by the order in which they were made. */
struct kq_op_wallet {
    struct kq_slice user_id;
    struct kq_slice partner_id; /* empty: every merchant's */
    enum kq_pass_group group;
    bool current; /* CURRENT, else PAST */
    bool with_shops;
    struct kq_slice city_code; /* with_shops: only this city's */
    int64_t page_number;       /* from 1 */
    int64_t page_size;         /* 1 to 100 */
    int64_t now_s;             /* set by the maker: what CURRENT means */
    struct kq_pass *items;
    size_t count;
};

/* A statement, as of `now_s`, from one snapshot. It may have more rows than memory should hold, so they are
 * not kept: `put` gets one after the other, in the order of the template's id and the day, on the reader's
 * thread and while the snapshot lasts, and must not call the store. Rows without anything are left out. */
struct kq_op_report {
    struct kq_slice template_id; /* empty: all */
    struct kq_slice pid;         /* empty: every merchant's */
    int64_t from_s;              /* when the first day begins */
    int64_t until_s;             /* when the last one is over */
    bool by_day;                 /* else a row a template */
    struct kq_result (*put)(void *context, const struct kq_report_row *row, struct kq_error *error);
    void *context;
    int64_t now_s;
    bool template_found; /* where template_id is given */
    struct kq_report_sum totals[KQ_REPORT_COLUMN_COUNT];
};

/* A piece of one check of an audit, seen in one snapshot. A check whose rows can be looked at a range at a
 * time ends early, and goes on with what it has `reached` in the next operation's `after`; a sum over all
 * rows is one piece. */
struct kq_op_audit {
    enum kq_audit_check check;
    int64_t after; /* KQ_AUDIT_BEGIN, or where the last piece ended */
    int64_t reached;
    bool is_done;      /* there is no next piece */
    int64_t row_count; /* that were looked at, in a check by ranges */
    bool disagrees;
    struct kq_audit_finding finding;
};

/* Can the store be read? For /readyz. */
struct kq_op_health {
    int64_t schema_version;
};

struct kq_operation {
    enum kq_operation_kind kind;
    struct kq_arena *arena; /* for the results; borrowed */
    struct kq_error error;  /* what came of it: code KQ_E_NONE is done; else nothing was changed */
    union {
#define KQ_OPERATION_MEMBER(name, member, writes) struct kq_op_##member member;
        KQ_OPERATION_LIST(KQ_OPERATION_MEMBER)
#undef KQ_OPERATION_MEMBER
    };
};

/* Does it go through the writer (submit, apply), or can any reader answer it? */
bool kq_operation_writes(enum kq_operation_kind kind);

/* How many decisions it is: 1, or as many as it has items. */
size_t kq_operation_weight(const struct kq_operation *operation);

#endif
