/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <assert.h>

#include "base/macros.h"
#include "store/sqlite.h"

/* How large the batches of a store become into which rows come in bulk. */

/* Each look at the clock takes so long: every batch takes longer than a bounded one may. */
#define SLOW_US 100000

/* Each takes longer than others should wait for one of rows in bulk. */
#define TOO_SLOW_US 3000000

/* Longer than another process is remembered. */
#define LATER_US INT64_C(10000000)

/* So that batches of 1, 2, 4, 8, 16 and 32 of them come out even; the last is larger than any in an ordinary
 * store. */
#define LOADS_MAX 63
static_assert((LOADS_MAX + 1) / 2 * KQ_BATCH_WEIGHT_MIN > KQ_BATCH_WEIGHT_MAX,
              "the last batch is a large one");

/* A load is as much as the smallest bound of a batch: many issues that are refused, and one that is not and
 * sees how many loads are committed with it. */
struct load {
    struct crowd_member many_member;
    struct crowd_member one_member; /* its completion is `look` */
    struct kq_operation many;
    struct kq_operation one;
    sqlite3 *handle; /* borrowed */
    int64_t seen;
};

struct bulk {
    struct scene *scene;
    struct crowd crowd;
    sqlite3 *handle;
    struct kq_slice template_id;
    size_t done;
    struct kq_issue_item refused[KQ_BATCH_WEIGHT_MIN - 1]; /* the writer's, one load after the other */
    struct load loads[LOADS_MAX];
};

static void look_at_loads(struct kq_submission *submission)
{
    struct load *load = (struct load *)((char *)submission - offsetof(struct load, one_member));
    load->seen = ask_sql(load->handle, "SELECT count(*) FROM voucher");
    crowd_count(load->one_member.crowd);
}

static struct bulk bulk; /* Too large for a stack. */

/* The scene's store is opened anew, as one for rows in bulk or as an ordinary one. */
static void open_bulk(struct scene *scene, bool is_bulk)
{
    bulk = (struct bulk){.scene = scene, .handle = open_file(scene)};
    add_user(scene, USER);
    bulk.template_id = add_template(scene, plain_template());
    kq_reader_close(scene->reader);
    kq_store_close(scene->store);
    const struct kq_sqlite_options options = {
        .path = store_path(scene, ""), .clock = &scene->clock.clock, .is_bulk = is_bulk};
    assert_true(kq_sqlite_open(&options, &scene->store, NULL).ok);
    assert_true(kq_store_reader_open(scene->store, &scene->reader, NULL).ok);
    for (size_t i = 0; i < KQ_COUNT(bulk.refused); i++) {
        bulk.refused[i].request.template_id = KQ_SLICE("none");
    }
}

static void prepare_loads(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct load *load = &bulk.loads[i];
        *load = (struct load){.many = new_operation(bulk.scene, KQ_OP_ISSUE_MANY), .handle = bulk.handle};
        load->many.issue_many.items = bulk.refused;
        load->many.issue_many.count = KQ_COUNT(bulk.refused);
        load->one =
            new_issue(bulk.scene, bulk.template_id, USER, numbered(bulk.scene, "order", bulk.done + i));
    }
}

static void submit_loads(size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct load *load = &bulk.loads[i];
        crowd_submit(&bulk.crowd, bulk.scene, &load->many_member, &load->many);
        load->one_member = (struct crowd_member){
            .submission = {.operation = &load->one, .complete = look_at_loads},
            .crowd = &bulk.crowd,
        };
        kq_store_submit(bulk.scene->store, &load->one_member.submission);
    }
}

enum meanwhile { NOTHING, OTHERS_COMMIT, TIME_PASSES };

/* All of them wait before the first is taken. */
static void run_loads(size_t count, enum meanwhile meanwhile)
{
    struct gate gate;
    crowd_init(&bulk.crowd);
    prepare_loads(count);
    gate_close(&gate, bulk.scene);
    if (meanwhile == OTHERS_COMMIT) {
        assert_int_equal(run_sql(bulk.scene, "UPDATE meta SET sequence = sequence + 1"), SQLITE_OK);
    } else if (meanwhile == TIME_PASSES) {
        atomic_fetch_add(&bulk.scene->clock.monotonic_us, LATER_US);
    }
    submit_loads(count);
    gate_open(&gate);
    crowd_wait(&bulk.crowd, 2 * count);
}

/* The batches were of 1, 2, 4, … loads, or of one each. */
static void assert_batches(size_t count, bool grow)
{
    size_t end = 0;
    for (size_t i = 0; i < count; i++) {
        end = i < end ? end : (grow ? 2 * end + 1 : end + 1);
        assert_int_equal(bulk.loads[i].one.error.code, KQ_E_NONE);
        assert_int_equal(bulk.loads[i].seen, bulk.done + end);
    }
    bulk.done += count;
}

static void slow_batches_stay_small(void **state)
{
    struct scene *scene = *state;
    open_bulk(scene, false);
    atomic_store(&scene->clock.monotonic_step_us, SLOW_US);
    run_loads(7, NOTHING);
    assert_batches(7, false);
    sqlite3_close(bulk.handle);
}

static void batches_grow_while_nobody_else_commits(void **state)
{
    struct scene *scene = *state;
    open_bulk(scene, true);
    atomic_store(&scene->clock.monotonic_step_us, SLOW_US);
    run_loads(LOADS_MAX, NOTHING);
    assert_batches(LOADS_MAX, true);
    sqlite3_close(bulk.handle);
}

static void batches_never_grow_beyond_what_others_wait_for(void **state)
{
    struct scene *scene = *state;
    open_bulk(scene, true);
    atomic_store(&scene->clock.monotonic_step_us, TOO_SLOW_US);
    run_loads(7, NOTHING);
    assert_batches(7, false);
    sqlite3_close(bulk.handle);
}

static void batches_that_take_too_long_become_smaller(void **state)
{
    struct scene *scene = *state;
    open_bulk(scene, true);
    run_loads(15, NOTHING);
    assert_batches(15, true);
    atomic_store(&scene->clock.monotonic_step_us, TOO_SLOW_US);
    run_loads(15, NOTHING); /* What keeps them together takes as long: it halves the 16 that came next. */
    for (size_t i = 0; i < 15; i++) {
        assert_int_equal(bulk.loads[i].seen, 15 + (i < 8 ? 8 : i < 12 ? 12 : i < 14 ? 14 : 15));
    }
    sqlite3_close(bulk.handle);
}

/* The very batch that finds another's commit is a small one already; they grow again when nobody has
 * committed for long. */
static void batches_are_small_after_anothers_commit(void **state)
{
    struct scene *scene = *state;
    open_bulk(scene, true);
    atomic_store(&scene->clock.monotonic_step_us, SLOW_US);
    run_loads(15, NOTHING);
    assert_batches(15, true);
    run_loads(7, OTHERS_COMMIT);
    assert_batches(7, false);
    run_loads(3, NOTHING);
    assert_batches(3, false);
    run_loads(7, TIME_PASSES);
    assert_batches(7, true);
    sqlite3_close(bulk.handle);
}

/* More than a batch, and refused after one wait: nothing overtakes what is to be submitted again. */
static void all_that_waits_is_busy_together(void **state)
{
    struct scene *scene = *state;
    struct gate gate;
    open_bulk(scene, true);
    crowd_init(&bulk.crowd);
    prepare_loads(3);
    gate_close(&gate, scene);
    assert_int_equal(sqlite3_exec(bulk.handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&scene->clock.monotonic_step_us, 500000);
    int64_t begun_us = atomic_load(&scene->clock.monotonic_us);
    submit_loads(3);
    gate_open(&gate);
    crowd_wait(&bulk.crowd, 6);
    assert_in_range(atomic_load(&scene->clock.monotonic_us) - begun_us, 5000000, 9900000);
    assert_int_equal(sqlite3_exec(bulk.handle, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(bulk.loads[i].many.error.code, KQ_E_BUSY);
        assert_int_equal(bulk.loads[i].one.error.code, KQ_E_BUSY);
        assert_int_equal(bulk.loads[i].seen, 0);
    }
    run_loads(3, NOTHING);
    assert_batches(3, false);
    sqlite3_close(bulk.handle);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(slow_batches_stay_small),
        SCENE_TEST(batches_grow_while_nobody_else_commits),
        SCENE_TEST(batches_never_grow_beyond_what_others_wait_for),
        SCENE_TEST(batches_that_take_too_long_become_smaller),
        SCENE_TEST(batches_are_small_after_anothers_commit),
        SCENE_TEST(all_that_waits_is_busy_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
