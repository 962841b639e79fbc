/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "base/memory.h"
#include "store/sqlite.h"
#include "wire/signature.h"

/* Memory that runs out, ours or SQLite's, on the writer's thread and on the readers': it fails what asked for
 * it, and all is well afterwards. */

/* For the memory of SQLite itself, which has hooks of its own. */
static sqlite3_mem_methods machine_memory;
static _Atomic long allocations_left; /* 0: none fails */
static _Atomic bool allocation_has_failed;

static bool must_fail(void)
{
    if (atomic_load(&allocations_left) == 0 || atomic_fetch_sub(&allocations_left, 1) != 1) {
        return false;
    }
    atomic_store(&allocation_has_failed, true);
    return true;
}

static void *allocate(int size)
{
    return must_fail() ? NULL : machine_memory.xMalloc(size);
}

static void *resize(void *block, int size)
{
    return must_fail() ? NULL : machine_memory.xRealloc(block, size);
}

static void fail_allocation(long n)
{
    atomic_store(&allocation_has_failed, false);
    atomic_store(&allocations_left, n);
}

/* From one n-th allocation that fails to the next: 1, unless the run is one that is too slow for all. */
static long stride(void)
{
    const char *text = getenv("KAQUAN_ALLOCATION_STRIDE");
    long wanted = text == NULL ? 1 : strtol(text, NULL, 10);
    return wanted < 1 ? 1 : wanted;
}

static int configure_sqlite(void **state)
{
    (void)state;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_GETMALLOC, &machine_memory), SQLITE_OK);
    sqlite3_mem_methods watched = machine_memory;
    watched.xMalloc = allocate;
    watched.xRealloc = resize;
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_MALLOC, &watched), SQLITE_OK);
    assert_int_equal(sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0), SQLITE_OK);
    assert_int_equal(sqlite3_initialize(), SQLITE_OK);
    return 0;
}

/* SQLite's memory, on the writer's thread and on the reader's. A failure that SQLite can do without is none.
 */
static void each_allocation_of_a_write_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.limit_per_user = 1000000;
    limited.notify_uri = KQ_SLICE("http://127.0.0.1:1/notify");
    struct kq_slice template_id = add_template(scene, limited);
    long n = 1;
    int64_t issued = 0;
    for (bool failed = true; failed; n += stride()) {
        scene_reopen(scene); /* So that its statements are prepared anew. */
        struct kq_operation operation =
            new_issue(scene, template_id, USER, numbered(scene, "order", (size_t)n));
        fail_allocation(n);
        enum kq_error_code code = apply(scene, &operation);
        failed = atomic_load(&allocation_has_failed);
        fail_allocation(0);
        assert_true(code == KQ_E_NONE || (failed && code == KQ_E_NO_MEMORY));
        issued += code == KQ_E_NONE ? 1 : 0;
        assert_int_equal(get_template(scene, template_id).issued_count, issued);
    }
    assert_int_equal(list_vouchers(scene, template_id, USER).count, issued);
    assert_true(n > 20);
}

/* A code that could not be exchanged can be: it is used up by a success only. */
static void each_allocation_of_an_exchange_that_fails(void **state)
{
    struct scene *scene = *state;
    struct kq_operation application = new_operation(scene, KQ_OP_APPLICATION_CREATE);
    application.application_create.application =
        (struct kq_application){.app_id = KQ_SLICE("a"), .pid = KQ_SLICE(PID)};
    apply_ok(scene, &application);
    struct kq_slice method = KQ_SLICE("alipay.marketing.voucher.send");
    bool failed = true;
    for (long n = 1; failed; n += stride()) {
        struct kq_slice digest = kq_arena_print(&scene->arena, "%032ld", n);
        struct kq_operation create = new_operation(scene, KQ_OP_AUTH_CODE_CREATE);
        create.auth_code_create.auth_code = (struct kq_auth_code){.code_digest = digest,
                                                                  .app_id = KQ_SLICE("a"),
                                                                  .pid = KQ_SLICE(OTHER_PID),
                                                                  .methods = &method,
                                                                  .method_count = 1};
        apply_ok(scene, &create);
        scene_reopen(scene); /* So that its statements are prepared anew. */
        struct kq_operation exchange = new_operation(scene, KQ_OP_GRANT_EXCHANGE);
        exchange.grant_exchange =
            (struct kq_op_grant_exchange){.app_id = KQ_SLICE("a"), .secret_digest = digest};
        fail_allocation(n);
        enum kq_error_code code = apply(scene, &exchange);
        failed = atomic_load(&allocation_has_failed);
        fail_allocation(0);
        assert_true(code == KQ_E_NONE || (failed && code == KQ_E_NO_MEMORY));
        assert_int_equal(apply(scene, &exchange), code == KQ_E_NONE ? KQ_E_AUTH_CODE_INVALID : KQ_E_NONE);
    }
}

/* In the scene's arena. */
static struct kq_slice digest_of(struct scene *scene, const char *secret)
{
    unsigned char digest[KQ_TOKEN_DIGEST_BYTES];
    assert_true(kq_sha256(kq_slice_of(secret), digest, NULL).ok);
    return kq_arena_copy(&scene->arena, (struct kq_slice){(const char *)digest, sizeof(digest)});
}

/* The digest of its page's token. */
static struct kq_slice add_confirmation(struct scene *scene, struct kq_slice template_id,
                                        const char *out_biz_no)
{
    struct kq_operation create = new_operation(scene, KQ_OP_CONFIRMATION_CREATE);
    create.confirmation_create.pid = KQ_SLICE(PID);
    create.confirmation_create.wanted = (struct kq_confirmation){
        .template_id = template_id, .user_id = KQ_SLICE(USER), .out_biz_no = kq_slice_of(out_biz_no)};
    apply_ok(scene, &create);
    return digest_of(scene, create.confirmation_create.page_token);
}

static struct kq_operation new_funded_template(struct scene *scene, const char *out_biz_no)
{
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = plain_template();
    create.template_create.template.kind = KQ_TEMPLATE_CASH_FIX;
    create.template_create.out_biz_no = kq_slice_of(out_biz_no);
    create.template_create.request_digest = KQ_SLICE("0123456789abcdef0123456789abcdef");
    create.template_create.with_page = true;
    return create;
}

/* The digest of its page's token. */
static struct kq_slice add_funding_page(struct scene *scene, const char *out_biz_no)
{
    struct kq_operation create = new_funded_template(scene, out_biz_no);
    apply_ok(scene, &create);
    return digest_of(scene, create.template_create.page_token);
}

/* The template and its page go together, and so do the confirmation and what it makes of the template. */
static void each_allocation_of_a_funding_that_fails(void **state)
{
    struct scene *scene = *state;
    bool failed = true;
    for (long n = 1; failed; n += stride()) {
        struct kq_operation confirm = new_operation(scene, KQ_OP_FUNDING_CONFIRM);
        confirm.funding_confirm.page_digest = add_funding_page(scene, numbered(scene, "order", (size_t)n));
        struct kq_operation create = new_funded_template(scene, numbered(scene, "other", (size_t)n));
        struct kq_operation *operations[] = {&confirm, &create};
        failed = false;
        for (size_t i = 0; i < KQ_COUNT(operations); i++) {
            scene_reopen(scene); /* So that its statements are prepared anew. */
            fail_allocation(n);
            enum kq_error_code code = apply(scene, operations[i]);
            bool has_failed = atomic_load(&allocation_has_failed);
            failed = failed || has_failed;
            fail_allocation(0);
            assert_true(code == KQ_E_NONE || (has_failed && code == KQ_E_NO_MEMORY));
            apply_ok(scene, operations[i]);
        }
        assert_true(confirm.funding_confirm.template.state == KQ_TEMPLATE_EFFECTIVE);
        assert_string_not_equal(create.template_create.page_token, "");
    }
}

/* The code and the voucher go together, or neither does. */
static void each_allocation_of_a_confirmed_issue_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    bool failed = true;
    int64_t issued = 0;
    for (long n = 1; failed; n += stride()) {
        const char *out_biz_no = numbered(scene, "order", (size_t)n);
        struct kq_operation accept = new_operation(scene, KQ_OP_CONFIRMATION_ACCEPT);
        accept.confirmation_accept.page_digest = add_confirmation(scene, template_id, out_biz_no);
        apply_ok(scene, &accept);
        scene_reopen(scene); /* So that its statements are prepared anew. */
        struct kq_operation send = new_issue(scene, template_id, USER, out_biz_no);
        send.issue.request.send_code_digest = digest_of(scene, accept.confirmation_accept.send_code);
        fail_allocation(n);
        enum kq_error_code code = apply(scene, &send);
        failed = atomic_load(&allocation_has_failed);
        fail_allocation(0);
        assert_true(code == KQ_E_NONE || (failed && code == KQ_E_NO_MEMORY));
        assert_int_equal(apply(scene, &send), KQ_E_NONE);
        assert_int_equal(get_template(scene, template_id).issued_count, ++issued);
    }
}

/* Runs on the writer's thread, which is where the hook must be set: it belongs to the thread. */
struct arming {
    struct crowd_member member; /* first */
    struct kq_operation operation;
    unsigned long n;
    bool had_failed;
};

static void arm(struct kq_submission *submission)
{
    struct arming *arming = (struct arming *)submission;
    arming->had_failed = kq_memory_has_failed() != 0;
    kq_memory_fail_at(arming->n);
    crowd_count(arming->member.crowd);
}

/* The writer's n-th allocation from now on fails; says whether the one that was named before has. */
static bool fail_writer(struct scene *scene, unsigned long n)
{
    struct crowd crowd;
    crowd_init(&crowd);
    struct arming arming = {.operation = new_operation(scene, KQ_OP_MERCHANT_CREATE), .n = n};
    arming.operation.merchant_create.merchant.pid = KQ_SLICE(PID);
    arming.member.crowd = &crowd;
    arming.member.submission = (struct kq_submission){.operation = &arming.operation, .complete = arm};
    kq_store_submit(scene->store, &arming.member.submission);
    crowd_wait(&crowd, 1);
    return arming.had_failed;
}

static void each_own_allocation_of_a_write_that_fails(void **state)
{
    static char info[9000] = "{\"logoText\":\"";
    struct scene *scene = *state;
    memset(info + strlen(info), 'x', sizeof(info) - strlen(info) - 2);
    memcpy(info + sizeof(info) - 2, "\"}", 2);
    add_user(scene, USER);
    struct kq_operation pass = new_operation(scene, KQ_OP_PASS_CREATE);
    pass.pass_create.pass = (struct kq_pass){.pass_id = KQ_SLICE("7000790003"),
                                             .user_id = KQ_SLICE(USER),
                                             .start_s = KQ_TIME_UNSET,
                                             .end_s = KQ_TIME_UNSET,
                                             .created_s = KQ_TIME_UNSET,
                                             .data_info = {.data = info, .size = sizeof(info)}};
    apply_ok(scene, &pass);
    struct kq_slice template_id = add_template(scene, plain_template());
    int64_t issued = 0;
    unsigned long n = 1;
    for (bool failed = true; failed; n += (size_t)stride()) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_operation issue = new_issue(scene, template_id, USER, numbered(scene, "order", n));
        struct kq_operation operations[] = {issue, pass};
        operations[0].arena = &arena;
        fail_writer(scene, n);
        KQ_IGNORE(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL));
        failed = fail_writer(scene, 0);
        for (size_t i = 0; i < KQ_COUNT(operations); i++) {
            assert_true(operations[i].error.code == KQ_E_NONE ||
                        (failed && operations[i].error.code == KQ_E_NO_MEMORY));
        }
        KQ_IGNORE(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL));
        assert_int_equal(operations[0].error.code, KQ_E_NONE);
        assert_int_equal(operations[1].error.code, KQ_E_NONE);
        assert_int_equal(get_template(scene, template_id).issued_count, ++issued);
    }
    assert_true(n > 2);
}

/* What is refused for want of memory is as if it had never been asked; the key decides, when it is asked
 * again.
 */
static void each_own_allocation_of_a_merchants_template_that_fails(void **state)
{
    struct scene *scene = *state;
    unsigned long n = 1;
    for (bool failed = true; failed; n += (size_t)stride()) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
        create.template_create.template = plain_template();
        create.template_create.out_biz_no = kq_slice_of(numbered(scene, "order", n));
        create.template_create.request_digest = KQ_SLICE("0123456789abcdef0123456789abcdef");
        create.arena = &arena;
        fail_writer(scene, n);
        KQ_IGNORE(kq_store_apply(scene->store, &create, 1, NULL));
        failed = fail_writer(scene, 0);
        assert_true(create.error.code == KQ_E_NONE || (failed && create.error.code == KQ_E_NO_MEMORY));
        KQ_IGNORE(kq_store_apply(scene->store, &create, 1, NULL));
        assert_int_equal(create.error.code, KQ_E_NONE);
        struct kq_operation change = new_operation(scene, KQ_OP_TEMPLATE_CHANGE);
        change.template_change.change = (struct kq_template_change){
            .pid = KQ_SLICE(PID),
            .template_id = create.template_create.template.template_id,
            .out_biz_no = KQ_SLICE("1"),
            .added = {.pids = KQ_SLICE(OTHER_PID)},
        };
        change.arena = &arena;
        fail_writer(scene, n);
        KQ_IGNORE(kq_store_apply(scene->store, &change, 1, NULL));
        failed = fail_writer(scene, 0) || failed;
        assert_true(change.error.code == KQ_E_NONE || (failed && change.error.code == KQ_E_NO_MEMORY));
        KQ_IGNORE(kq_store_apply(scene->store, &change, 1, NULL));
        assert_int_equal(change.error.code, KQ_E_NONE);
        assert_slice(get_template(scene, change.template_change.change.template_id).rule_pids, OTHER_PID);
    }
    assert_true(n > 2);
}

static const char pass_content[] = "{\"content\":{\"evoucherInfo\":{\"type\":\"card\",\"title\":\"$t$\"},"
                                   "\"fileInfo\":{\"serialNumber\":\"$serialNumber$\"}}}";

/* A template, a pass of it, and that pass used. */
static void new_pass_operations(struct scene *scene, size_t n, struct kq_slice tpl_id,
                                struct kq_operation operations[3])
{
    struct kq_pass_value *values = kq_arena_allocate_array(&scene->arena, 2, sizeof(*values));
    assert_non_null(values);
    values[0] = (struct kq_pass_value){KQ_SLICE("t"), KQ_SLICE("x")};
    values[1] = (struct kq_pass_value){KQ_SLICE("serialNumber"), kq_slice_of(numbered(scene, "pass", n))};
    operations[0] = new_operation(scene, KQ_OP_PASS_TEMPLATE_ADD);
    operations[0].pass_template_add.template =
        (struct kq_pass_template){.pid = KQ_SLICE(PID),
                                  .unique_id = kq_slice_of(numbered(scene, "template", n)),
                                  .content = KQ_SLICE(pass_content)};
    operations[1] = new_operation(scene, KQ_OP_PASS_INSTANCE_ADD);
    operations[1].pass_instance_add.request =
        (struct kq_pass_add_request){.pid = KQ_SLICE(PID),
                                     .app_id = KQ_SLICE("a"),
                                     .tpl_id = tpl_id,
                                     .user_id = KQ_SLICE(USER),
                                     .values = {.items = values, .count = 2}};
    operations[2] = new_operation(scene, KQ_OP_PASS_INSTANCE_UPDATE);
    operations[2].pass_instance_update.request =
        (struct kq_pass_update_request){.pid = KQ_SLICE(PID),
                                        .serial_number = values[1].value,
                                        .channel_id = KQ_SLICE(PID),
                                        .has_state = true,
                                        .state = KQ_PASS_USED};
}

static struct kq_slice add_pass_template(struct scene *scene)
{
    struct kq_operation operations[3];
    new_pass_operations(scene, 0, KQ_SLICE_EMPTY, operations);
    apply_ok(scene, &operations[0]);
    return kq_arena_copy(&scene->arena, operations[0].pass_template_add.template.tpl_id);
}

/* Each is done, or has failed and is done when it is asked for again; a use fails with its pass. */
static void check_pass_operations(struct scene *scene, struct kq_operation operations[3], bool failed)
{
    for (size_t i = 0; i < 3; i++) {
        enum kq_error_code code = operations[i].error.code;
        bool lacks_pass = i == 2 && operations[1].error.code != KQ_E_NONE && code == KQ_E_PASS_NOT_EXIST;
        assert_true(code == KQ_E_NONE || (failed && (code == KQ_E_NO_MEMORY || lacks_pass)));
    }
    for (size_t i = 0; i < 3; i++) {
        operations[i].arena = &scene->arena;
        apply_ok(scene, &operations[i]);
    }
}

static void each_own_allocation_of_a_pass_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id = add_pass_template(scene);
    unsigned long n = 1;
    for (bool failed = true; failed; n += (size_t)stride()) {
        struct kq_operation operations[3];
        struct kq_arena arenas[3] = {0};
        new_pass_operations(scene, n, tpl_id, operations);
        for (size_t i = 0; i < KQ_COUNT(arenas); i++) {
            operations[i].arena = &arenas[i];
        }
        fail_writer(scene, n);
        KQ_IGNORE(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL));
        failed = fail_writer(scene, 0);
        check_pass_operations(scene, operations, failed);
        for (size_t i = 0; i < KQ_COUNT(arenas); i++) {
            kq_arena_free(&arenas[i]);
        }
    }
    assert_true(n > 5);
}

static void each_allocation_of_sqlite_for_a_pass_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice tpl_id = add_pass_template(scene);
    long n = 1;
    for (bool failed = true; failed; n += stride()) {
        struct kq_operation operations[3];
        scene_reopen(scene); /* So that its statements are prepared anew. */
        new_pass_operations(scene, (size_t)n, tpl_id, operations);
        fail_allocation(n);
        KQ_IGNORE(kq_store_apply(scene->store, operations, KQ_COUNT(operations), NULL));
        failed = atomic_load(&allocation_has_failed);
        fail_allocation(0);
        check_pass_operations(scene, operations, failed);
    }
    assert_true(n > 20);
}

static void each_allocation_of_opening_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    kq_reader_close(scene->reader);
    kq_store_close(scene->store);
    struct kq_sqlite_options options = {
        .path = store_path(scene, ""), .create = true, .clock = &scene->clock.clock};
    long n = 1;
    for (bool failed = true; failed; n += stride()) {
        struct kq_store *store = NULL;
        struct kq_error error = {0};
        fail_allocation(n);
        bool opened = kq_sqlite_open(&options, &store, &error).ok;
        failed = atomic_load(&allocation_has_failed);
        fail_allocation(0);
        assert_true(opened || (failed && error.code == KQ_E_NO_MEMORY));
        if (opened) {
            kq_store_close(store);
        }
    }
    assert_true(n > 20);
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &scene->store);
    assert_true(kq_store_reader_open(scene->store, &scene->reader, NULL).ok);
}

static void fill(struct scene *scene)
{
    struct kq_slice login = KQ_SLICE("13196215350");
    struct kq_operation user = new_operation(scene, KQ_OP_USER_CREATE);
    user.user_create.user =
        (struct kq_user){.user_id = KQ_SLICE(USER), .login_ids = &login, .login_id_count = 1};
    apply_ok(scene, &user);
    struct kq_slice permission = KQ_SLICE("alipay.user.pass.grouplist.query");
    struct kq_operation application = new_operation(scene, KQ_OP_APPLICATION_CREATE);
    application.application_create.application = (struct kq_application){
        .app_id = KQ_SLICE("a"), .pid = KQ_SLICE(PID), .permissions = &permission, .permission_count = 1};
    application.application_create.application.keys[KQ_SIGN_RSA2].current = KQ_SLICE("key");
    application.application_create.application.keys[KQ_SIGN_RSA2].current_certificate =
        (struct kq_application_certificate){.der = KQ_SLICE("der"), .sn = KQ_SLICE("sn")};
    apply_ok(scene, &application);
    struct kq_operation limit = new_operation(scene, KQ_OP_APPLICATION_LIMIT);
    limit.application_limit =
        (struct kq_op_application_limit){.app_id = KQ_SLICE("a"), .method = permission, .per_second = 5};
    apply_ok(scene, &limit);
    struct kq_operation set = new_operation(scene, KQ_OP_APPLICATION_SET_CONTENT_KEY);
    set.application_set_content_key = (struct kq_op_application_set_content_key){
        .app_id = KQ_SLICE("a"), .content_key = KQ_SLICE("0123456789abcdef")};
    apply_ok(scene, &set);
    struct kq_operation grant = new_operation(scene, KQ_OP_GRANT_CREATE);
    grant.grant_create.grant = (struct kq_grant){.token_digest = KQ_SLICE("0123456789abcdef0123456789abcdef"),
                                                 .app_id = KQ_SLICE("a"),
                                                 .pid = KQ_SLICE(OTHER_PID),
                                                 .methods = &permission,
                                                 .method_count = 1};
    apply_ok(scene, &grant);
    struct kq_operation shop = new_operation(scene, KQ_OP_SHOP_CREATE);
    shop.shop_create.shop =
        (struct kq_shop){.shop_id = KQ_SLICE("1"), .pid = KQ_SLICE(PID), .city_code = KQ_SLICE("320100")};
    apply_ok(scene, &shop);
    struct kq_operation pass = new_operation(scene, KQ_OP_PASS_CREATE);
    pass.pass_create.pass = (struct kq_pass){.pass_id = KQ_SLICE("7000790003"),
                                             .user_id = KQ_SLICE(USER),
                                             .pid = KQ_SLICE(PID),
                                             .group = KQ_PASS_VOUCHER,
                                             .start_s = KQ_TIME_UNSET,
                                             .end_s = KQ_TIME_UNSET,
                                             .created_s = KQ_TIME_UNSET,
                                             .shop_ids = &shop.shop_create.shop.shop_id,
                                             .shop_id_count = 1};
    apply_ok(scene, &pass);
}

static struct kq_result take_row(void *context, const struct kq_report_row *row, struct kq_error *error)
{
    (void)context;
    (void)row;
    (void)error;
    return KQ_OK;
}

/* One of each kind, asking for what fill has made. */
static struct kq_operation new_read(struct scene *scene, enum kq_operation_kind kind,
                                    struct kq_slice template_id, struct kq_slice voucher_id,
                                    struct kq_slice page_digest, struct kq_slice funding_digest)
{
    struct kq_operation read = new_operation(scene, kind);
    switch ((int)kind) {
    case KQ_OP_APPLICATION_GET:
        read.application_get.app_id = KQ_SLICE("a");
        break;
    case KQ_OP_GRANT_GET:
        read.grant_get.token_digest = KQ_SLICE("0123456789abcdef0123456789abcdef");
        break;
    case KQ_OP_CONFIRMATION_GET:
        read.confirmation_get.page_digest = page_digest;
        read.confirmation_get.now_s = NOW_S;
        break;
    case KQ_OP_FUNDING_GET:
        read.funding_get.page_digest = funding_digest;
        read.funding_get.now_s = NOW_S;
        break;
    case KQ_OP_USER_GET:
        read.user_get.recipient = (struct kq_recipient){KQ_RECIPIENT_LOGIN_ID, KQ_SLICE("13196215350")};
        break;
    case KQ_OP_TEMPLATE_GET:
        read.template_get.template_id = template_id;
        break;
    case KQ_OP_TEMPLATE_PAGE:
        read.template_page = (struct kq_op_template_page){
            .pid = KQ_SLICE(PID), .created_to_s = INT64_MAX, .page_number = 1, .page_size = 30};
        break;
    case KQ_OP_VOUCHER_GET:
        read.voucher_get.voucher_id = voucher_id;
        break;
    case KQ_OP_VOUCHER_LIST:
        read.voucher_list.template_id = template_id;
        read.voucher_list.user_id = KQ_SLICE(USER);
        read.voucher_list.with_template = true;
        break;
    case KQ_OP_WALLET:
        read.wallet = (struct kq_op_wallet){.user_id = KQ_SLICE(USER),
                                            .group = KQ_PASS_VOUCHER,
                                            .current = true,
                                            .with_shops = true,
                                            .city_code = KQ_SLICE("320100"),
                                            .page_number = 1,
                                            .page_size = 100,
                                            .now_s = NOW_S};
        break;
    case KQ_OP_NOTIFICATION_DUE:
        read.notification_due =
            (struct kq_op_notification_due){.now_s = NOW_S, .limit = 10, .per_template = 10};
        break;
    case KQ_OP_REPORT:
        read.report = (struct kq_op_report){
            .from_s = NOW_S - DAY_S, .until_s = NOW_S + DAY_S, .by_day = true, .put = take_row};
        break;
    case KQ_OP_AUDIT:
        read.audit = (struct kq_op_audit){.check = KQ_AUDIT_HISTORIES, .after = KQ_AUDIT_BEGIN};
        break;
    default:
        break;
    }
    return read;
}

typedef void fail_function(unsigned long n);

static void fail_own(unsigned long n)
{
    kq_memory_fail_at(n);
}

static void fail_sqlite(unsigned long n)
{
    fail_allocation((long)n);
}

/* Each reading operation, the n-th allocation of which fails, for every n. */
static void read_with_failures(struct scene *scene, fail_function *fail_nth)
{
    fill(scene);
    struct kq_template template = plain_template();
    template.notify_uri = KQ_SLICE("http://127.0.0.1:1/notify");
    struct kq_slice template_id = add_template(scene, template);
    struct kq_slice voucher_id = issue(scene, template_id, USER, "1");
    struct kq_slice page_digest = add_confirmation(scene, template_id, "1");
    struct kq_slice funding_digest = add_funding_page(scene, "1");
    for (int kind = 0; kind < KQ_OPERATION_KIND_COUNT; kind++) {
        unsigned long n = 1;
        for (bool failed = !kq_operation_writes((enum kq_operation_kind)kind); failed;
             n += (size_t)stride()) {
            scene_reopen(scene);
            KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
            struct kq_operation read = new_read(scene, (enum kq_operation_kind)kind, template_id, voucher_id,
                                                page_digest, funding_digest);
            read.arena = &arena;
            fail_nth(n);
            enum kq_error_code code = look(scene, &read);
            failed = kq_memory_has_failed() != 0 || atomic_load(&allocation_has_failed);
            fail_nth(0);
            assert_string_equal(kq_error_name(code), failed && code != KQ_E_NONE ? "NO_MEMORY" : "NONE");
            assert_int_equal(look(scene, &read), KQ_E_NONE);
        }
    }
}

static void each_allocation_of_a_read_that_fails(void **state)
{
    read_with_failures(*state, fail_own);
}

static void each_allocation_of_sqlite_in_a_read_that_fails(void **state)
{
    read_with_failures(*state, fail_sqlite);
}

static void each_allocation_of_the_submitter_that_fails(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_operation operations[] = {new_issue(scene, template_id, USER, "1"),
                                        new_issue(scene, template_id, USER, "2")};
    struct kq_error error = {0};
    kq_memory_fail_at(1);
    assert_false(kq_store_apply(scene->store, operations, KQ_COUNT(operations), &error).ok);
    assert_true(kq_memory_has_failed());
    kq_memory_fail_at(0);
    assert_int_equal(error.code, KQ_E_NO_MEMORY);
    assert_int_equal(operations[0].error.code, KQ_E_NO_MEMORY);
    assert_int_equal(operations[1].error.code, KQ_E_NO_MEMORY);
    assert_int_equal(get_template(scene, template_id).issued_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(each_allocation_of_a_write_that_fails),
        SCENE_TEST(each_allocation_of_an_exchange_that_fails),
        SCENE_TEST(each_allocation_of_a_funding_that_fails),
        SCENE_TEST(each_allocation_of_a_confirmed_issue_that_fails),
        SCENE_TEST(each_own_allocation_of_a_write_that_fails),
        SCENE_TEST(each_own_allocation_of_a_merchants_template_that_fails),
        SCENE_TEST(each_own_allocation_of_a_pass_that_fails),
        SCENE_TEST(each_allocation_of_sqlite_for_a_pass_that_fails),
        SCENE_TEST(each_allocation_of_opening_that_fails),
        SCENE_TEST(each_allocation_of_a_read_that_fails),
        SCENE_TEST(each_allocation_of_sqlite_in_a_read_that_fails),
        SCENE_TEST(each_allocation_of_the_submitter_that_fails),
    };
    return cmocka_run_group_tests(tests, configure_sqlite, NULL);
}
