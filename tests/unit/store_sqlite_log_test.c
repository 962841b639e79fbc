/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "base/macros.h"
#include "store/sqlite/checkpointer.h"

/* The log: copied back beside the writer, bounded while writing goes on and others read, and nothing is lost
 * on its way into the file. */

#define PAGE_BYTES 4096

/* Vouchers of many users touch a page each, so that the log grows quickly. */
#define USERS 2000
#define ITEMS 400

static int64_t log_bytes(struct scene *scene)
{
    struct stat status;
    assert_int_equal(stat(store_path(scene, "-wal"), &status), 0);
    return status.st_size;
}

/* A number that looks drawn, so that users' pages are touched in no order. */
static size_t scatter(size_t number, size_t below)
{
    return (size_t)((uint64_t)number * UINT64_C(0x9E3779B97F4A7C15) >> 33) % below;
}

struct load {
    struct scene *scene;
    struct kq_slice template_id;
    const char **users;
    size_t rounds;
    struct kq_issue_item *items;
    int64_t most_log_bytes;
    _Atomic bool done;
    _Atomic size_t failed;
};

static void prepare(struct scene *scene, struct load *load, size_t rounds)
{
    *load = (struct load){.scene = scene, .rounds = rounds};
    load->users = calloc(USERS, sizeof(*load->users));
    load->items = calloc(ITEMS, sizeof(*load->items));
    struct kq_operation *operations = calloc(USERS, sizeof(*operations));
    for (size_t i = 0; i < USERS; i++) {
        load->users[i] = kq_arena_print(&scene->arena, "2088%012zu", i).data;
        operations[i] = new_operation(scene, KQ_OP_USER_CREATE);
        operations[i].user_create.user.user_id = kq_slice_of(load->users[i]);
    }
    assert_true(kq_store_apply(scene->store, operations, USERS, NULL).ok);
    free(operations);
    load->template_id = add_template(scene, plain_template());
}

static void free_load(struct load *load)
{
    free(load->users);
    free(load->items);
}

static void write_round(struct load *load, size_t round)
{
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    for (size_t i = 0; i < ITEMS; i++) {
        size_t number = round * ITEMS + i;
        struct kq_issue_request *request = &load->items[i].request;
        request->pid = KQ_SLICE(PID);
        request->template_id = load->template_id;
        request->out_biz_no = kq_arena_print(&arena, "%zu-%zu", scatter(number, 1000000), number);
        request->recipient =
            (struct kq_recipient){KQ_RECIPIENT_USER_ID, kq_slice_of(load->users[scatter(number, USERS)])};
    }
    struct kq_operation many = {.kind = KQ_OP_ISSUE_MANY, .arena = &arena};
    many.issue_many.items = load->items;
    many.issue_many.count = ITEMS;
    bool written = kq_store_apply(load->scene->store, &many, 1, NULL).ok;
    for (size_t i = 0; i < ITEMS; i++) {
        written = written && load->items[i].refusal == NULL;
    }
    atomic_fetch_add(&load->failed, written ? 0 : 1);
}

/* Looks, again and again, at one user's vouchers and at what the template says. Between two looks it has no
 * view, for long enough that on a busy machine it is seldom in the middle of one when it loses its core: how
 * long the log may get is a promise about readers that come and go. */
#define PAUSE_NS 1000000
static void read_on(struct load *load)
{
    struct kq_reader *reader = NULL;
    KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
    if (!kq_store_reader_open(load->scene->store, &reader, NULL).ok) {
        atomic_fetch_add(&load->failed, 1);
        return;
    }
    while (!atomic_load(&load->done)) {
        struct kq_operation list = {.kind = KQ_OP_VOUCHER_LIST, .arena = &arena};
        list.voucher_list.template_id = load->template_id;
        list.voucher_list.user_id = kq_slice_of(load->users[0]);
        list.voucher_list.with_template = true;
        kq_reader_read(reader, &list);
        bool whole = list.error.code == KQ_E_NONE && list.voucher_list.template.issued_count % ITEMS == 0;
        atomic_fetch_add(&load->failed, whole ? 0 : 1);
        kq_arena_reset(&arena);
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
    }
    kq_reader_close(reader);
}

static void write_or_read(void *context, size_t number)
{
    struct load *load = context;
    if (number > 0) {
        read_on(load);
        return;
    }
    for (size_t round = 0; round < load->rounds; round++) {
        write_round(load, round);
        int64_t bytes = log_bytes(load->scene);
        load->most_log_bytes = bytes > load->most_log_bytes ? bytes : load->most_log_bytes;
    }
    atomic_store(&load->done, true);
}

static void assert_whole(struct scene *scene, int64_t vouchers)
{
    sqlite3 *handle = open_file(scene);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM voucher"), vouchers);
    assert_int_equal(ask_sql(handle, "SELECT sum(issued_count) FROM template"), vouchers);
    assert_int_equal(
        ask_sql(handle, "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"), 0);
    sqlite3_close(handle);
}

/* Enough pages for several logs, written as fast as it goes, while two others read: they come and go, so that
 * the log can begin anew. */
static void the_log_stays_bounded(void **state)
{
    enum { ROUNDS = 200 };
    struct scene *scene = *state;
    struct load load;
    prepare(scene, &load, ROUNDS);
    run_threads(3, write_or_read, &load);
    assert_int_equal(atomic_load(&load.failed), 0);
    assert_true(load.most_log_bytes > (int64_t)KQ_LOG_COPY_PAGES * PAGE_BYTES);
    assert_true(load.most_log_bytes < (int64_t)KQ_LOG_MAX_PAGES * PAGE_BYTES * 5 / 4);
    scene_reopen(scene);
    assert_whole(scene, (int64_t)ROUNDS * ITEMS);
    free_load(&load);
}

/* A reader that keeps its view keeps the log; when it is gone, the log begins anew. */
static void a_view_that_stays_is_waited_for_by_nobody(void **state)
{
    enum { ROUNDS = 100 };
    struct scene *scene = *state;
    struct load load;
    prepare(scene, &load, ROUNDS);
    sqlite3 *handle = open_file(scene);
    assert_int_equal(sqlite3_exec(handle, "BEGIN", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM voucher"), 0);
    run_threads(1, write_or_read, &load);
    assert_int_equal(atomic_load(&load.failed), 0);
    assert_int_equal(ask_sql(handle, "SELECT count(*) FROM voucher"), 0);
    sqlite3_close(handle);
    int64_t before = log_bytes(scene);
    assert_true(before > (int64_t)KQ_LOG_REST_PAGES * PAGE_BYTES);
    for (size_t round = ROUNDS; round < ROUNDS * 3; round++) {
        write_round(&load, round);
    }
    assert_true(log_bytes(scene) < before * 2); /* Written over from its beginning. */
    scene_reopen(scene);
    assert_whole(scene, (int64_t)ROUNDS * 3 * ITEMS);
    free_load(&load);
}

/* Rows in bulk: the log is left alone until it is long; then all of it is copied, and it begins anew. */
static void a_log_of_rows_in_bulk_is_copied_when_it_is_long(void **state)
{
    struct scene *scene = *state;
    const char *path = store_path(scene, "");
    struct kq_connection writer;
    struct kq_checkpointer checkpointer;
    assert_true(kq_connection_open(&writer, path, KQ_CONNECTION_WRITER, &scene->clock.clock, NULL).ok);
    assert_true(kq_checkpointer_start(&checkpointer, path, &scene->clock.clock, NULL).ok);
    add_user(scene, USER);
    int64_t before = log_bytes(scene);
    kq_checkpointer_tend(&checkpointer, &writer, KQ_LOG_BULK_PAGES - 1, KQ_LOG_PACE_BULK);
    assert_int_equal(atomic_load(&checkpointer.copied_pages), 0);
    kq_checkpointer_tend(&checkpointer, &writer, KQ_LOG_BULK_PAGES, KQ_LOG_PACE_BULK);
    assert_true(atomic_load(&checkpointer.copied_pages) > 0);
    add_user(scene, OTHER_USER);
    assert_int_equal(log_bytes(scene), before); /* Written over from its beginning. */
    kq_checkpointer_stop(&checkpointer);
    kq_connection_close(&writer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(the_log_stays_bounded),
        SCENE_TEST(a_view_that_stays_is_waited_for_by_nobody),
        SCENE_TEST(a_log_of_rows_in_bulk_is_copied_when_it_is_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
