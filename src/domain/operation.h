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
#include "domain/authorization.h"
#include "domain/confirmation.h"
#include "domain/funding.h"
#include "domain/notification.h"
#include "domain/pass.h"
#include "domain/pass_instance.h"
#include "domain/pass_template.h"
#include "domain/report.h"
#include "domain/template.h"
#include "domain/template_change.h"
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
    X(APPLICATION_SET_CONTENT_KEY, application_set_content_key, true)                                        \
    X(APPLICATION_PERMIT, application_permit, true)                                                          \
    X(APPLICATION_LIMIT, application_limit, true)                                                            \
    X(GRANT_CREATE, grant_create, true)                                                                      \
    X(GRANT_EXCHANGE, grant_exchange, true)                                                                  \
    X(GRANT_REVOKE, grant_revoke, true)                                                                      \
    X(AUTH_CODE_CREATE, auth_code_create, true)                                                              \
    X(CONFIRMATION_CREATE, confirmation_create, true)                                                        \
    X(CONFIRMATION_ACCEPT, confirmation_accept, true)                                                        \
    X(USER_CREATE, user_create, true)                                                                        \
    X(USER_SET_STATE, user_set_state, true)                                                                  \
    X(SHOP_CREATE, shop_create, true)                                                                        \
    X(TEMPLATE_CREATE, template_create, true)                                                                \
    X(TEMPLATE_CHANGE, template_change, true)                                                                \
    X(TEMPLATE_MOVE, template_move, true)                                                                    \
    X(FUNDING_CONFIRM, funding_confirm, true)                                                                \
    X(PASS_CREATE, pass_create, true)                                                                        \
    X(PASS_TEMPLATE_ADD, pass_template_add, true)                                                            \
    X(PASS_TEMPLATE_UPDATE, pass_template_update, true)                                                      \
    X(PASS_INSTANCE_ADD, pass_instance_add, true)                                                            \
    X(PASS_INSTANCE_UPDATE, pass_instance_update, true)                                                      \
    X(EXPIRE_DUE, expire_due, true)                                                                          \
    X(NOTIFICATION_RECORD, notification_record, true)                                                        \
    X(NOTIFICATION_REPEAT, notification_repeat, true)                                                        \
    X(NOTIFICATION_PRUNE, notification_prune, true)                                                          \
    X(APPLICATION_GET, application_get, false)                                                               \
    X(APPLICATION_LIST, application_list, false)                                                             \
    X(GRANT_GET, grant_get, false)                                                                           \
    X(GRANT_LIST, grant_list, false)                                                                         \
    X(CONFIRMATION_GET, confirmation_get, false)                                                             \
    X(FUNDING_GET, funding_get, false)                                                                       \
    X(MERCHANT_LIST, merchant_list, false)                                                                   \
    X(USER_GET, user_get, false)                                                                             \
    X(USER_LIST, user_list, false)                                                                           \
    X(SHOP_LIST, shop_list, false)                                                                           \
    X(TEMPLATE_GET, template_get, false)                                                                     \
    X(TEMPLATE_LIST, template_list, false)                                                                   \
    X(TEMPLATE_PAGE, template_page, false)                                                                   \
    X(VOUCHER_GET, voucher_get, false)                                                                       \
    X(VOUCHER_LIST, voucher_list, false)                                                                     \
    X(WALLET, wallet, false)                                                                                 \
    X(NOTIFICATION_DUE, notification_due, false)                                                             \
    X(NOTIFICATION_LIST, notification_list, false)                                                           \
    X(NOTIFICATION_STATUS, notification_status, false)                                                       \
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

/* Issues that are decided one after the other in one transaction. Each item has an outcome of its own; where
 * the store fails, the operation's `error` says so and nothing was changed for any of them. Few are refused
 * and there may be very many, so a refusal stands elsewhere. */
struct kq_issue_item {
    struct kq_issue_request request;
    struct kq_issue_result result;
    const struct kq_error *refusal; /* in the operation's arena; NULL: issued */
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
    struct kq_application application; /* without limits and content key; revision and created_s are the
                                          store's to set */
    bool created;
};

/* Sets the key of one sign type. `keep_current`: the new key is phased in as `next` (either verifies); else
 * it becomes the only one. With an empty key: `next` becomes `current`. NOT_FOUND, ILLEGAL_STATE (nothing
 * phased in). */
struct kq_op_application_rotate_key {
    struct kq_slice app_id;
    enum kq_sign_type sign_type;
    struct kq_slice public_key;                    /* SubjectPublicKeyInfo, DER */
    struct kq_application_certificate certificate; /* that the key is registered with, or none */
    bool keep_current;
};

/* The application's key for content encryption: 16, 24 or 32 bytes; empty: none from now on. NOT_FOUND,
 * BAD_INPUT; CONFLICT where it has another, and this one is not to replace it. */
struct kq_op_application_set_content_key {
    struct kq_slice app_id;
    struct kq_slice content_key;
    bool replace;
    bool changed;
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

/* What an application asks for a grant with. */
enum kq_exchange_kind {
    KQ_EXCHANGE_AUTH_CODE,
    KQ_EXCHANGE_REFRESH_TOKEN,
};

/* A grant for a code or a refresh token, which is used up by it. The new tokens stand here and nowhere else:
 * the store keeps their digests. AUTH_CODE_INVALID, REFRESH_TOKEN_INVALID, REFRESH_TOKEN_EXPIRED. */
struct kq_op_grant_exchange {
    struct kq_slice app_id;
    enum kq_exchange_kind kind;
    struct kq_slice secret_digest; /* of the code or the refresh token */
    struct kq_grant grant;         /* without its token's digest */
    int64_t refresh_expires_s;
    struct kq_slice auth_app_id; /* the first of the merchant's own active applications; else its pid */
    char app_auth_token[KQ_TOKEN_TEXT_SIZE];
    char refresh_token[KQ_TOKEN_TEXT_SIZE];
};

/* One grant, by its token, or all of a merchant's to an application, with the codes that were not exchanged
 * yet. NOT_FOUND (no such token, no such application), BAD_INPUT. */
struct kq_op_grant_revoke {
    struct kq_slice token_digest; /* empty: by app_id and pid */
    struct kq_slice app_id;
    struct kq_slice pid;
    int64_t count; /* of grants and codes that were there */
};

struct kq_op_auth_code_create {
    struct kq_auth_code auth_code; /* its times are the store's to set. NOT_FOUND: no such application. */
};

/* A merchant asks for a user's consent. The new page's token, or the new code, stands here and nowhere else:
 * the store keeps their digests. What a send would be refused for now is refused (as ISSUE), and
 * INVALID_PARAMETER. */
struct kq_op_confirmation_create {
    struct kq_slice pid;
    struct kq_confirmation wanted;
    char page_token[KQ_CODE_TEXT_SIZE]; /* empty: it is accepted */
    char send_code[KQ_CODE_TEXT_SIZE];  /* empty: it is not, or its voucher was issued */
};

/* The user accepts. NOT_FOUND (no such page, or it is over), ILLEGAL_STATE (the voucher was issued). */
struct kq_op_confirmation_accept {
    struct kq_slice page_digest;
    struct kq_confirmation confirmation;
    char send_code[KQ_CODE_TEXT_SIZE]; /* as above */
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

/* With an out_biz_no, the merchant's key: the same again is the same template, as kq_template_decide_repeat
 * says. Without one, which is how an operator asks, each is another. A new page's token stands here and
 * nowhere else: the store keeps its digest. */
struct kq_op_template_create {
    struct kq_template template; /* in: what kq_template_decide_create wants; out: complete, or the first's */
    bool as_draft;
    bool with_page;                     /* of its funding order, if it awaits that */
    struct kq_slice out_biz_no;         /* may be empty */
    struct kq_slice request_digest;     /* with an out_biz_no: SHA-256 of all that was asked */
    bool replayed;                      /* the key had made one already: nothing but a page was written */
    struct kq_template_ids ids;         /* a new one's */
    char page_token[KQ_CODE_TEXT_SIZE]; /* empty: no page was made */
};

/* kq_template_decide_change; keys are per template. */
struct kq_op_template_change {
    struct kq_template_change change;
    bool replayed;               /* the key has made a change already: nothing was written */
    struct kq_template template; /* after it */
};

/* With a pid, a merchant's own template, which he may delete (kq_template_decide_delete); without one, which
 * is how an operator asks, any: NOT_FOUND, and what kq_template_move says. */
struct kq_op_template_move {
    struct kq_slice template_id;
    struct kq_slice pid; /* may be empty */
    enum kq_template_state to;
    bool changed;
    struct kq_template template; /* after the move */
};

/* Whoever pays for a template confirms it on a page. NOT_FOUND (no such page, or it is over). */
struct kq_op_funding_confirm {
    struct kq_slice page_digest;
    enum kq_funding_state found; /* OPEN: it is confirmed by this */
    struct kq_template template; /* afterwards */
};

struct kq_op_pass_create {
    struct kq_pass pass; /* created_s: KQ_TIME_UNSET for now */
    bool created;
};

/* The content is checked already (kq_pass_content_check), which has told its placeholders. */
struct kq_op_pass_template_add {
    struct kq_pass_template template; /* in: pid, unique_id, content; out: complete */
    struct kq_placeholders placeholders;
    bool added; /* false: it was there already */
    char tpl_id_text[KQ_ID_TEXT_SIZE];
};

/* Gives a merchant's template another content, likewise checked: for the passes that are made from now on.
 * PASS_TEMPLATE_NOT_EXIST. */
struct kq_op_pass_template_update {
    struct kq_slice pid;
    struct kq_slice tpl_id;
    struct kq_slice content;
    struct kq_placeholders placeholders;
    bool changed;
};

/* Refusals: kq_pass_instance_fill's and kq_pass_instance_decide_add's. */
struct kq_op_pass_instance_add {
    struct kq_pass_add_request request;
    bool added; /* false: it was there already */
    struct kq_slice pass_id;
    struct kq_slice serial_number;
};

/* Refusals: kq_pass_instance_decide_update's. */
struct kq_op_pass_instance_update {
    struct kq_pass_update_request request;
    bool changed;
    struct kq_slice pass_id;
};

/* The clock job: notifications of vouchers whose end has come, the first of them first, and so many at most.
 * What is left is due at once; each has its notification once, whenever the job runs. */
struct kq_op_expire_due {
    size_t rows_max;
    size_t count; /* of those that were written */
};

/* More rows than this would keep others waiting for longer than a batch may take (store/sqlite/writer.c), and
 * fewer would be slower: a commit costs as much as some hundred rows. */
#define KQ_EXPIRE_ROWS_MAX ((size_t)1024)

/* What became of tries. One that waits no more, or is gone, stays as it is. */
struct kq_notification_try {
    int64_t number;
    bool taken; /* by its receiver */
    struct kq_slice result;
};

struct kq_op_notification_record {
    const struct kq_notification_try *tries; /* `count` of them, the maker's */
    size_t count;
    size_t given_up_count;
};

/* Notifications wait again, as if they had never been tried: the one of that id (NOT_FOUND), also if it waits
 * already; else those that wait no more, all or a template's (NOT_FOUND), all or only the given up ones.
 * Those are looked for in steps of KQ_NOTIFICATION_STEP rows: `after` is where this one begins (0: at the
 * first), `reached` where it has ended and the next one begins, until `is_done`. */
struct kq_op_notification_repeat {
    struct kq_slice notify_id;
    struct kq_slice template_id;
    bool only_given_up;
    int64_t after;
    int64_t reached;
    bool is_done;
    size_t count;
};

/* Forgets those that have outlived their use (kq_notification_is_outlived), in steps as above. */
struct kq_op_notification_prune {
    int64_t after;
    int64_t reached;
    bool is_done;
    size_t count;
};

#define KQ_NOTIFICATION_STEP ((size_t)1024)

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

struct kq_op_grant_list {
    struct kq_page page; /* by token digests */
    struct kq_grant *items;
    size_t count;
};

/* What a page shows. */
struct kq_op_confirmation_get {
    struct kq_slice page_digest;
    int64_t now_s; /* set by the maker: a page that is over is not found */
    bool found;
    struct kq_confirmation confirmation;
    struct kq_template template;
    struct kq_slice merchant_name; /* may be empty */
};

struct kq_op_funding_get {
    struct kq_slice page_digest;
    int64_t now_s; /* set by the maker: a page that is over is not found */
    bool found;
    struct kq_template template;
    struct kq_slice merchant_name; /* may be empty */
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
    int64_t now_s; /* set by the maker: when what has expired is asked for */
    bool found;
    struct kq_template template;
    struct kq_expired expired;
};

struct kq_op_template_list {
    struct kq_slice pid; /* empty: every merchant's */
    struct kq_page page;
    struct kq_template *items;
    size_t count;
};

/* One page of a merchant's templates that were created from one second to another, both included: newest
 * first, and within a second in the order in which they were made, backwards. */
struct kq_op_template_page {
    struct kq_slice pid;
    int64_t created_from_s;
    int64_t created_to_s;
    int64_t page_number; /* from 1 */
    int64_t page_size;   /* above 0; their product is no more than an int64_t holds */
    int64_t total_count; /* on all pages */
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

/* Notifications whose time has come, each the oldest of its voucher, with where they go and in whose name.
 * Templates take turns: those behind `turn` come first, each has `per_template` at most, together there are
 * `limit`. */
struct kq_due_notification {
    struct kq_notification notification;
    struct kq_slice notify_uri;
    struct kq_slice app_id; /* the one that made the template, else its merchant's first; may be empty */
};

#define KQ_NEVER_S INT64_MAX

struct kq_op_notification_due {
    int64_t now_s; /* set by the maker */
    int64_t turn;  /* 0 at first; then as it was left */
    size_t limit;
    size_t per_template;
    struct kq_due_notification *items;
    size_t count;
    int64_t next_try_s;    /* when the earliest of the others is due; KQ_NEVER_S */
    int64_t next_expiry_s; /* when EXPIRE_DUE has something to do; KQ_NEVER_S */
};

/* Oldest first; every filter may be empty. Pages go by notify_id. */
struct kq_op_notification_list {
    struct kq_slice voucher_id;
    struct kq_slice template_id;
    bool has_state;
    enum kq_notification_state state;
    struct kq_page page;
    struct kq_notification *items;
    size_t count;
};

struct kq_op_notification_status {
    int64_t waiting_count;
    int64_t given_up_count;
    int64_t oldest_due_s; /* since when the earliest that is due has been; KQ_NEVER_S: none waits */
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

/* How many decisions it is: 1, or as many as it has items or looks at rows. */
size_t kq_operation_weight(const struct kq_operation *operation);

#endif
