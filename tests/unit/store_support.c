/* SPDX-License-Identifier: Apache-2.0 */
#include "store_support.h"

#include <ftw.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/macros.h"

static int64_t wall_ms(const struct kq_clock *clock)
{
    return atomic_load(&((const struct test_clock *)clock)->now_ms);
}

static int64_t monotonic_us(const struct kq_clock *clock)
{
    struct test_clock *own = (struct test_clock *)clock;
    return atomic_fetch_add(&own->monotonic_us, atomic_load(&own->monotonic_step_us));
}

/* Not random, but different each time. */
static void draw(const struct kq_clock *clock, void *bytes, size_t size_bytes)
{
    struct test_clock *own = (struct test_clock *)clock;
    for (size_t i = 0; i < size_bytes; i++) {
        uint64_t drawn = atomic_fetch_add(&own->drawn, 1) + 1;
        ((unsigned char *)bytes)[i] = (unsigned char)(drawn * UINT64_C(0x9E3779B97F4A7C15) >> 56);
    }
}

void test_clock_init(struct test_clock *clock)
{
    *clock = (struct test_clock){
        .clock = {.wall_ms = wall_ms, .business_ms = wall_ms, .monotonic_us = monotonic_us, .random = draw},
    };
    atomic_store(&clock->now_ms, NOW_S * 1000);
}

static void open_scene(struct scene *scene)
{
    struct kq_error error = {0};
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &scene->store);
    if (!kq_store_reader_open(scene->store, &scene->reader, &error).ok) {
        fail_msg("cannot open a reader: %s", kq_error_message(&error));
    }
}

int scene_setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    const char *parent = getenv("TMPDIR");
    snprintf(scene->directory, sizeof(scene->directory), "%s/kaquan-test-XXXXXX",
             parent == NULL ? P_tmpdir : parent);
    assert_non_null(mkdtemp(scene->directory));
    test_clock_init(&scene->clock);
    open_scene(scene);
    *state = scene;
    return 0;
}

static void close_scene(struct scene *scene)
{
    kq_reader_close(scene->reader);
    kq_store_close(scene->store);
    scene->reader = NULL;
    scene->store = NULL;
}

void scene_reopen(struct scene *scene)
{
    close_scene(scene);
    open_scene(scene);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    (void)status;
    (void)kind;
    (void)walk;
    return remove(path);
}

int scene_teardown(void **state)
{
    struct scene *scene = *state;
    close_scene(scene);
    kq_arena_free(&scene->arena);
    int removed = nftw(scene->directory, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
    free(scene);
    return removed;
}

struct kq_operation new_operation(struct scene *scene, enum kq_operation_kind kind)
{
    return (struct kq_operation){.kind = kind, .arena = &scene->arena};
}

enum kq_error_code apply(struct scene *scene, struct kq_operation *operation)
{
    struct kq_error error = {0};
    struct kq_result done = kq_store_apply(scene->store, operation, 1, &error);
    assert_int_equal(done.ok, operation->error.code == KQ_E_NONE);
    assert_int_equal(error.code, operation->error.code);
    return error.code;
}

enum kq_error_code look(struct scene *scene, struct kq_operation *operation)
{
    kq_reader_read(scene->reader, operation);
    return operation->error.code;
}

static void check_ok(const struct kq_operation *operation)
{
    if (operation->error.code != KQ_E_NONE) {
        fail_msg("operation %d: %s", (int)operation->kind, kq_error_message(&operation->error));
    }
}

void apply_ok(struct scene *scene, struct kq_operation *operation)
{
    apply(scene, operation);
    check_ok(operation);
}

void look_ok(struct scene *scene, struct kq_operation *operation)
{
    look(scene, operation);
    check_ok(operation);
}

void assert_slice(struct kq_slice actual, const char *expected)
{
    if (!kq_slice_equal(actual, kq_slice_of(expected))) {
        fail_msg("\"%.*s\" is not \"%s\"", KQ_SLICE_PRINT(actual), expected);
    }
}

void assert_refused(struct scene *scene, struct kq_operation *operation, enum kq_error_code code)
{
    struct kq_slice before = dump(scene);
    enum kq_error_code refusal = apply(scene, operation);
    assert_string_equal(kq_error_name(refusal), kq_error_name(code));
    assert_slice(dump(scene), before.data);
}

static void print_slice(struct kq_buffer *text, struct kq_slice slice)
{
    kq_buffer_print(text, " [%.*s]", KQ_SLICE_PRINT(slice));
}

static void print_certificate(struct kq_buffer *text, const struct kq_application_certificate *certificate)
{
    print_slice(text, certificate->der);
    print_slice(text, certificate->sn);
    kq_buffer_print(text, " %" PRId64 " %" PRId64, certificate->not_before_s, certificate->not_after_s);
}

static void print_applications(struct scene *scene, struct kq_buffer *text)
{
    struct kq_operation all = new_operation(scene, KQ_OP_APPLICATION_LIST);
    look_ok(scene, &all);
    for (size_t i = 0; i < all.application_list.count; i++) {
        const struct kq_application *row = &all.application_list.items[i];
        kq_buffer_print(text, "application %d %" PRId64 " %" PRId64, (int)row->state, row->revision,
                        row->created_s);
        print_slice(text, row->app_id);
        print_slice(text, row->pid);
        print_slice(text, row->name);
        for (size_t k = 0; k < KQ_SIGN_TYPE_COUNT; k++) {
            print_slice(text, row->keys[k].current);
            print_slice(text, row->keys[k].next);
            print_certificate(text, &row->keys[k].current_certificate);
            print_certificate(text, &row->keys[k].next_certificate);
        }
        print_slice(text, row->content_key);
        for (size_t k = 0; k < row->permission_count; k++) {
            print_slice(text, row->permissions[k]);
        }
        for (size_t k = 0; k < row->limit_count; k++) {
            print_slice(text, row->limits[k].method);
            kq_buffer_print(text, " %" PRId64, row->limits[k].per_second);
        }
        kq_buffer_append_byte(text, '\n');
    }
}

static void print_merchants_and_shops(struct scene *scene, struct kq_buffer *text)
{
    struct kq_operation merchants = new_operation(scene, KQ_OP_MERCHANT_LIST);
    look_ok(scene, &merchants);
    for (size_t i = 0; i < merchants.merchant_list.count; i++) {
        kq_buffer_print(text, "merchant");
        print_slice(text, merchants.merchant_list.items[i].pid);
        print_slice(text, merchants.merchant_list.items[i].name);
        kq_buffer_append_byte(text, '\n');
    }
    struct kq_operation shops = new_operation(scene, KQ_OP_SHOP_LIST);
    look_ok(scene, &shops);
    for (size_t i = 0; i < shops.shop_list.count; i++) {
        kq_buffer_print(text, "shop");
        print_slice(text, shops.shop_list.items[i].shop_id);
        print_slice(text, shops.shop_list.items[i].pid);
        print_slice(text, shops.shop_list.items[i].name);
        print_slice(text, shops.shop_list.items[i].city_code);
        kq_buffer_append_byte(text, '\n');
    }
}

static void print_templates(struct scene *scene, struct kq_buffer *text)
{
    struct kq_operation all = new_operation(scene, KQ_OP_TEMPLATE_LIST);
    look_ok(scene, &all);
    for (size_t i = 0; i < all.template_list.count; i++) {
        const struct kq_template *row = &all.template_list.items[i];
        kq_buffer_print(text, "template %d %" PRId64 " %" PRId64 " %" PRId64, (int)row->state,
                        row->activated_s, row->issued_count, row->issued_amount_fen);
        print_slice(text, row->template_id);
        print_slice(text, row->pid);
        kq_buffer_append_byte(text, '\n');
    }
}

static void print_vouchers(struct scene *scene, struct kq_buffer *text)
{
    struct kq_op_voucher_list all = list_vouchers(scene, KQ_SLICE_EMPTY, "");
    for (size_t i = 0; i < all.count; i++) {
        const struct kq_voucher *row = &all.items[i];
        kq_buffer_print(text, "voucher %d %" PRId64 " %" PRId64, (int)row->state, row->amount_fen,
                        row->issued_s);
        print_slice(text, row->voucher_id);
        print_slice(text, row->template_id);
        print_slice(text, row->user_id);
        print_slice(text, row->out_biz_no);
        print_slice(text, row->memo);
        kq_buffer_append_byte(text, '\n');
    }
}

static void print_passes(struct scene *scene, struct kq_slice user_id, struct kq_buffer *text)
{
    for (int i = 0; i < KQ_PASS_GROUP_COUNT * 2; i++) {
        struct kq_operation page = new_operation(scene, KQ_OP_WALLET);
        page.wallet = (struct kq_op_wallet){.user_id = user_id,
                                            .group = (enum kq_pass_group)(i / 2),
                                            .current = i % 2 == 0,
                                            .page_number = 1,
                                            .page_size = 100,
                                            .now_s = NOW_S};
        look_ok(scene, &page);
        for (size_t k = 0; k < page.wallet.count; k++) {
            kq_buffer_print(text, "pass %d", i);
            print_slice(text, page.wallet.items[k].pass_id);
            print_slice(text, page.wallet.items[k].logo_text);
            kq_buffer_append_byte(text, '\n');
        }
    }
}

static void print_users(struct scene *scene, struct kq_buffer *text)
{
    struct kq_operation all = new_operation(scene, KQ_OP_USER_LIST);
    look_ok(scene, &all);
    for (size_t i = 0; i < all.user_list.count; i++) {
        const struct kq_user *row = &all.user_list.items[i];
        kq_buffer_print(text, "user %d %" PRId64, (int)row->state, row->created_s);
        print_slice(text, row->user_id);
        print_slice(text, row->taobao_nick);
        for (size_t k = 0; k < row->login_id_count; k++) {
            print_slice(text, row->login_ids[k]);
        }
        kq_buffer_append_byte(text, '\n');
        print_passes(scene, row->user_id, text);
    }
}

struct kq_slice dump(struct scene *scene)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer text;
    kq_buffer_init(&text);
    print_merchants_and_shops(scene, &text);
    print_applications(scene, &text);
    print_users(scene, &text);
    print_templates(scene, &text);
    print_vouchers(scene, &text);
    assert_false(text.failed);
    return kq_arena_copy(&scene->arena, kq_buffer_slice(&text));
}

void add_user(struct scene *scene, const char *user_id)
{
    struct kq_operation create = new_operation(scene, KQ_OP_USER_CREATE);
    create.user_create.user.user_id = kq_slice_of(user_id);
    apply_ok(scene, &create);
    assert_true(create.user_create.created);
}

struct kq_template plain_template(void)
{
    return (struct kq_template){
        .pid = KQ_SLICE(PID),
        .kind = KQ_TEMPLATE_CASHLESS_FIX,
        .brand_name = KQ_SLICE("一家店"),
        .amount_fen = 1000,
        .floor_amount_fen = 10000,
        .quantity = KQ_UNLIMITED,
        .total_amount_fen = KQ_UNLIMITED,
        .publish_start_s = NOW_S - 180 * DAY_S,
        .publish_end_s = NOW_S + 180 * DAY_S,
        .valid_period = {.type = KQ_PERIOD_RELATIVE, .duration = 1, .unit = KQ_UNIT_DAY},
        .limit_per_user = KQ_UNLIMITED,
        .limit_per_user_day = KQ_UNLIMITED,
        .description = KQ_SLICE("不找零"),
    };
}

struct kq_template red_packet(int64_t total_amount_fen)
{
    struct kq_template template = plain_template();
    template.kind = KQ_TEMPLATE_CASHLESS_RANDOM;
    template.amount_fen = 0;
    template.total_amount_fen = total_amount_fen;
    return template;
}

struct kq_slice add_template(struct scene *scene, struct kq_template template)
{
    struct kq_operation create = new_operation(scene, KQ_OP_TEMPLATE_CREATE);
    create.template_create.template = template;
    apply_ok(scene, &create);
    return kq_arena_copy(&scene->arena, create.template_create.template.template_id);
}

struct kq_template get_template(struct scene *scene, struct kq_slice template_id)
{
    struct kq_operation get = new_operation(scene, KQ_OP_TEMPLATE_GET);
    get.template_get.template_id = template_id;
    look_ok(scene, &get);
    assert_true(get.template_get.found);
    return get.template_get.template;
}

struct kq_operation new_issue(struct scene *scene, struct kq_slice template_id, const char *user_id,
                              const char *out_biz_no)
{
    struct kq_operation operation = new_operation(scene, KQ_OP_ISSUE);
    operation.issue.request = (struct kq_issue_request){
        .pid = KQ_SLICE(PID),
        .template_id = template_id,
        .out_biz_no = kq_slice_of(out_biz_no),
        .recipient = {.kind = KQ_RECIPIENT_USER_ID, .value = kq_slice_of(user_id)},
    };
    return operation;
}

struct kq_operation new_red_packet(struct scene *scene, struct kq_slice template_id, const char *user_id,
                                   const char *out_biz_no, int64_t amount_fen)
{
    struct kq_operation operation = new_issue(scene, template_id, user_id, out_biz_no);
    operation.issue.request.has_amount = true;
    operation.issue.request.amount_fen = amount_fen;
    return operation;
}

struct kq_slice issue(struct scene *scene, struct kq_slice template_id, const char *user_id,
                      const char *out_biz_no)
{
    struct kq_operation operation = new_issue(scene, template_id, user_id, out_biz_no);
    apply_ok(scene, &operation);
    return kq_arena_copy(&scene->arena, operation.issue.result.voucher.voucher_id);
}

struct kq_op_voucher_list list_vouchers(struct scene *scene, struct kq_slice template_id, const char *user_id)
{
    struct kq_operation list = new_operation(scene, KQ_OP_VOUCHER_LIST);
    list.voucher_list.template_id = template_id;
    list.voucher_list.user_id = kq_slice_of(user_id);
    look_ok(scene, &list);
    return list.voucher_list;
}

const char *numbered(struct scene *scene, const char *text, size_t number)
{
    return kq_arena_print(&scene->arena, "%s-%zu", text, number).data;
}

struct team {
    pthread_barrier_t start;
    void (*body)(void *context, size_t number);
    void *context;
};

struct member {
    pthread_t thread;
    struct team *team;
    size_t number;
};

static void *run_member(void *context)
{
    struct member *member = context;
    pthread_barrier_wait(&member->team->start);
    member->team->body(member->team->context, member->number);
    return NULL;
}

void run_threads(size_t count, void (*body)(void *context, size_t number), void *context)
{
    struct team team = {.body = body, .context = context};
    struct member *members = calloc(count, sizeof(*members));
    assert_int_equal(pthread_barrier_init(&team.start, NULL, (unsigned)count), 0);
    for (size_t i = 0; i < count; i++) {
        members[i].team = &team;
        members[i].number = i;
        assert_int_equal(pthread_create(&members[i].thread, NULL, run_member, &members[i]), 0);
    }
    for (size_t i = 0; i < count; i++) {
        pthread_join(members[i].thread, NULL);
    }
    pthread_barrier_destroy(&team.start);
    free(members);
}
