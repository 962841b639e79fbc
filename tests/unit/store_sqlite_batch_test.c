/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/macros.h"

/* The writer: its queue, its batches, other processes' locks, and when it completes. */

#define BATCH 5

/* What a batch is made of: one voucher each. */
struct batch {
    struct crowd crowd;
    struct crowd_member members[BATCH];
    struct kq_operation operations[BATCH];
};

static void prepare(struct scene *scene, struct batch *batch, struct kq_slice template_id)
{
    crowd_init(&batch->crowd);
    for (size_t i = 0; i < BATCH; i++) {
        batch->operations[i] = new_issue(scene, template_id, USER, numbered(scene, "order", i));
    }
}

/* Submits all of it while the writer is held, so that it becomes one batch; then waits for it. */
static void run_batch(struct scene *scene, struct batch *batch)
{
    struct gate gate;
    gate_close(&gate, scene);
    for (size_t i = 0; i < BATCH; i++) {
        crowd_submit(&batch->crowd, scene, &batch->members[i], &batch->operations[i]);
    }
    gate_open(&gate);
    crowd_wait(&batch->crowd, BATCH);
}

static void assert_codes(const struct batch *batch, const enum kq_error_code *expected)
{
    for (size_t i = 0; i < BATCH; i++) {
        assert_string_equal(kq_error_name(batch->operations[i].error.code), kq_error_name(expected[i]));
    }
}

/* A statement that fails takes nothing of the others with it. */
static void one_that_cannot_be_written_fails_alone(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_NONE, KQ_E_NONE, KQ_E_STORE, KQ_E_NONE,
                                                       KQ_E_TEMPLATE_STOCK_NOT_ENOUGH};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_template limited = plain_template();
    limited.quantity = 3;
    struct kq_slice template_id = add_template(scene, limited);
    assert_int_equal(run_sql(scene, "CREATE TRIGGER poison BEFORE INSERT ON voucher WHEN NEW.memo = 'poison'"
                                    " BEGIN SELECT RAISE(ABORT, 'poison'); END"),
                     SQLITE_OK);
    prepare(scene, &batch, template_id);
    batch.operations[2].issue.request.memo = KQ_SLICE("poison");
    run_batch(scene, &batch);
    assert_codes(&batch, expected);
    assert_int_equal(get_template(scene, template_id).issued_count, 3);
    assert_int_equal(get_template(scene, template_id).issued_amount_fen, 3000);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, 3);
    struct kq_operation again = new_issue(scene, template_id, USER, "order-2");
    assert_refused(scene, &again, KQ_E_TEMPLATE_STOCK_NOT_ENOUGH);
}

/* A commit that fails: with deferred constraints it fails for what a statement before has done. */
static void a_commit_that_fails_takes_only_its_cause(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_STORE, KQ_E_NONE, KQ_E_NONE, KQ_E_NONE,
                                                       KQ_E_NONE};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    assert_int_equal(run_sql(scene,
                             "CREATE TABLE parent (id TEXT PRIMARY KEY);"
                             "CREATE TABLE child (id TEXT REFERENCES parent DEFERRABLE INITIALLY DEFERRED);"
                             "CREATE TRIGGER poison AFTER INSERT ON voucher WHEN NEW.memo = 'poison'"
                             " BEGIN INSERT INTO child VALUES ('nobody'); END"),
                     SQLITE_OK);
    prepare(scene, &batch, template_id);
    batch.operations[0].issue.request.memo = KQ_SLICE("poison");
    run_batch(scene, &batch);
    assert_codes(&batch, expected);
    assert_int_equal(get_template(scene, template_id).issued_count, BATCH - 1);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, BATCH - 1);
}

/* One item that cannot be written fails its operation, and nothing else. */
static void many_issues_fail_together(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_NONE, KQ_E_NONE, KQ_E_STORE, KQ_E_NONE,
                                                       KQ_E_NONE};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    assert_int_equal(run_sql(scene, "CREATE TRIGGER poison BEFORE INSERT ON voucher WHEN NEW.memo = 'poison'"
                                    " BEGIN SELECT RAISE(ABORT, 'poison'); END"),
                     SQLITE_OK);
    prepare(scene, &batch, template_id);
    struct kq_issue_item items[3];
    for (size_t i = 0; i < KQ_COUNT(items); i++) {
        items[i] = (struct kq_issue_item){.request = batch.operations[2].issue.request};
        items[i].request.out_biz_no = kq_slice_of(numbered(scene, "item", i));
    }
    items[1].request.memo = KQ_SLICE("poison");
    batch.operations[2] = new_operation(scene, KQ_OP_ISSUE_MANY);
    batch.operations[2].issue_many.items = items;
    batch.operations[2].issue_many.count = KQ_COUNT(items);
    run_batch(scene, &batch);
    assert_codes(&batch, expected);
    assert_int_equal(get_template(scene, template_id).issued_count, BATCH - 1);
    assert_int_equal(list_vouchers(scene, template_id, USER).count, BATCH - 1);
    items[1].request.memo = KQ_SLICE_EMPTY;
    apply_ok(scene, &batch.operations[2]);
    for (size_t i = 0; i < KQ_COUNT(items); i++) {
        assert_null(items[i].refusal);
        assert_false(items[i].result.replayed);
    }
    assert_int_equal(list_vouchers(scene, template_id, USER).count, BATCH - 1 + (int)KQ_COUNT(items));
}

/* What another process changes between two batches is seen by the second, though the first has read it too.
 */
static void nothing_is_known_from_before_anothers_commit(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    issue(scene, template_id, USER, "1");
    struct kq_store *own = scene->store;
    struct kq_store *other = NULL;
    open_store_under_test(scene->directory, &scene->clock.clock, 0, &other);
    scene->store = other;
    struct kq_slice second = issue(scene, template_id, USER, "2");
    scene->store = own;
    struct kq_slice third = issue(scene, template_id, USER, "3");
    assert_true(kq_slice_compare(second, third) < 0);
    assert_int_equal(get_template(scene, template_id).issued_count, 3);
    scene->store = other;
    struct kq_operation delete = new_operation(scene, KQ_OP_TEMPLATE_MOVE);
    delete.template_move.template_id = template_id;
    delete.template_move.to = KQ_TEMPLATE_DELETED;
    apply_ok(scene, &delete);
    scene->store = own;
    struct kq_operation fourth = new_issue(scene, template_id, USER, "4");
    assert_refused(scene, &fourth, KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    kq_store_close(other);
}

static void a_refusal_leaves_the_others_alone(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_NONE, KQ_E_USER_NOT_EXIST, KQ_E_NONE,
                                                       KQ_E_INVALID_PARAMETER, KQ_E_NONE};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    prepare(scene, &batch, template_id);
    batch.operations[1].issue.request.recipient.value = KQ_SLICE(OTHER_USER);
    batch.operations[3].issue.request.has_amount = true;
    run_batch(scene, &batch);
    assert_codes(&batch, expected);
    assert_int_equal(get_template(scene, template_id).issued_count, 3);
}

static void a_locked_file_is_busy(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_BUSY, KQ_E_BUSY, KQ_E_BUSY, KQ_E_BUSY, KQ_E_BUSY};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct kq_slice before = dump(scene);
    prepare(scene, &batch, template_id);
    struct gate gate;
    gate_close(&gate, scene);
    sqlite3 *handle = open_file(scene);
    assert_int_equal(sqlite3_exec(handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&scene->clock.monotonic_step_us, 1000000);
    for (size_t i = 0; i < BATCH; i++) {
        crowd_submit(&batch.crowd, scene, &batch.members[i], &batch.operations[i]);
    }
    gate_open(&gate);
    crowd_wait(&batch.crowd, BATCH);
    assert_codes(&batch, expected);
    assert_int_equal(sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(handle);
    assert_slice(dump(scene), before.data);
    apply_ok(scene, &batch.operations[0]);
}

/* Takes the file for another process, as soon as the writer lets go of it. */
struct taker {
    struct crowd_member member; /* first */
    sqlite3 *handle;
    int status;
};

static void take_the_file(struct kq_submission *submission)
{
    struct taker *taker = (struct taker *)submission;
    taker->status = sqlite3_exec(taker->handle, "BEGIN IMMEDIATE", NULL, NULL, NULL);
    crowd_count(taker->member.crowd);
}

/* Tried one by one after a failure, none of which could begin: the writer's patience is spent once, not for
 * each. */
static void a_locked_file_is_waited_for_once(void **state)
{
    static const enum kq_error_code expected[BATCH] = {KQ_E_STORE, KQ_E_BUSY, KQ_E_BUSY, KQ_E_BUSY,
                                                       KQ_E_BUSY};
    struct scene *scene = *state;
    struct batch batch;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    assert_int_equal(run_sql(scene, "CREATE TRIGGER poison BEFORE INSERT ON voucher WHEN NEW.memo = 'poison'"
                                    " BEGIN SELECT RAISE(ABORT, 'poison'); END"),
                     SQLITE_OK);
    prepare(scene, &batch, template_id);
    batch.operations[0].issue.request.memo = KQ_SLICE("poison");
    struct taker taker = {.handle = open_file(scene)};
    taker.member.crowd = &batch.crowd;
    taker.member.submission =
        (struct kq_submission){.operation = &batch.operations[0], .complete = take_the_file};
    atomic_store(&scene->clock.monotonic_step_us, 1000000);
    struct gate gate;
    gate_close(&gate, scene);
    kq_store_submit(scene->store, &taker.member.submission);
    for (size_t i = 1; i < BATCH; i++) {
        crowd_submit(&batch.crowd, scene, &batch.members[i], &batch.operations[i]);
    }
    gate_open(&gate);
    crowd_wait(&batch.crowd, BATCH);
    sqlite3_close(taker.handle);
    assert_int_equal(taker.status, SQLITE_OK);
    assert_codes(&batch, expected);
    assert_in_range(atomic_load(&scene->clock.monotonic_us), 5000000,
                    10000000); /* With the writer's own looks. */
    assert_int_equal(get_template(scene, template_id).issued_count, 0);
}

struct holder {
    struct scene *scene;
    struct kq_operation *operation;
    sqlite3 *handle;
};

/* The other process is done before patience ends. */
static void hold_and_release(void *context, size_t number)
{
    struct holder *holder = context;
    if (number == 0) {
        KQ_IGNORE(kq_store_apply(holder->scene->store, holder->operation, 1, NULL));
        return;
    }
    int64_t looked_us = atomic_load(&holder->scene->clock.monotonic_us);
    while (atomic_load(&holder->scene->clock.monotonic_us) == looked_us) {
        sched_yield(); /* Until the writer has begun to wait. */
    }
    sqlite3_exec(holder->handle, "COMMIT", NULL, NULL, NULL);
}

static void a_lock_is_waited_for(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation issue = new_issue(scene, add_template(scene, plain_template()), USER, "1");
    struct holder holder = {.scene = scene, .operation = &issue, .handle = open_file(scene)};
    assert_int_equal(sqlite3_exec(holder.handle, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    atomic_store(&scene->clock.monotonic_step_us, 1);
    run_threads(2, hold_and_release, &holder);
    sqlite3_close(holder.handle);
    assert_int_equal(issue.error.code, KQ_E_NONE);
}

static void a_full_queue_is_busy_at_once(void **state)
{
    enum { QUEUE = 3 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    kq_store_close(scene->store);
    kq_reader_close(scene->reader);
    open_store_under_test(scene->directory, &scene->clock.clock, QUEUE, &scene->store);
    assert_true(kq_store_reader_open(scene->store, &scene->reader, NULL).ok);
    struct batch batch;
    prepare(scene, &batch, template_id);
    struct gate gate;
    gate_close(&gate, scene);
    for (size_t i = 0; i < BATCH; i++) {
        crowd_submit(&batch.crowd, scene, &batch.members[i], &batch.operations[i]);
    }
    size_t done = batch.crowd.done; /* On this thread, while the writer stands still. */
    gate_open(&gate);
    crowd_wait(&batch.crowd, BATCH);
    assert_int_equal(done, BATCH - QUEUE);
    static const enum kq_error_code expected[BATCH] = {KQ_E_NONE, KQ_E_NONE, KQ_E_NONE, KQ_E_BUSY, KQ_E_BUSY};
    assert_codes(&batch, expected);
    assert_int_equal(get_template(scene, template_id).issued_count, QUEUE);
}

static void closing_waits_for_what_was_submitted(void **state)
{
    enum { COUNT = 3000 };
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_slice template_id = add_template(scene, plain_template());
    struct crowd crowd;
    crowd_init(&crowd);
    struct crowd_member *members = calloc(COUNT, sizeof(*members));
    struct kq_operation *operations = calloc(COUNT, sizeof(*operations));
    struct kq_arena *arenas = calloc(COUNT, sizeof(*arenas));
    for (size_t i = 0; i < COUNT; i++) {
        operations[i] = new_issue(scene, template_id, USER, numbered(scene, "order", i));
        operations[i].arena = &arenas[i];
    }
    for (size_t i = 0; i < COUNT; i++) {
        crowd_submit(&crowd, scene, &members[i], &operations[i]);
    }
    scene_reopen(scene);
    assert_int_equal(crowd.done, COUNT);
    crowd_wait(&crowd, COUNT);
    for (size_t i = 0; i < COUNT; i++) {
        assert_int_equal(operations[i].error.code, KQ_E_NONE);
        kq_arena_free(&arenas[i]);
    }
    assert_int_equal(list_vouchers(scene, template_id, USER).count, COUNT);
    free(members);
    free(operations);
    free(arenas);
}

struct witness {
    struct crowd_member member; /* first */
    sqlite3 *handle;
    int64_t seen;
};

static void look_into_the_file(struct kq_submission *submission)
{
    struct witness *witness = (struct witness *)submission;
    witness->seen = ask_sql(witness->handle, "SELECT count(*) FROM voucher");
    crowd_count(witness->member.crowd);
}

static void a_success_is_said_after_the_commit(void **state)
{
    struct scene *scene = *state;
    add_user(scene, USER);
    struct kq_operation issue = new_issue(scene, add_template(scene, plain_template()), USER, "1");
    struct crowd crowd;
    crowd_init(&crowd);
    struct witness witness = {
        .member = {.submission = {.operation = &issue, .complete = look_into_the_file}, .crowd = &crowd},
        .handle = open_file(scene),
    };
    kq_store_submit(scene->store, &witness.member.submission);
    crowd_wait(&crowd, 1);
    assert_int_equal(issue.error.code, KQ_E_NONE);
    assert_int_equal(witness.seen, 1);
    sqlite3_close(witness.handle);
}

#define PATIENCE_US INT64_C(600000000) /* longer than a test may take: who waits for its end fails */
#define MANY 64                        /* as many as share a commit though none of them is in a hurry */

struct patient {
    struct kq_submission submission; /* first */
    struct kq_operation operation;
    _Atomic size_t *done;
};

static void count_patient(struct kq_submission *submission)
{
    atomic_fetch_add(((struct patient *)submission)->done, 1);
}

static void submit_patient(struct scene *scene, struct patient *patient, int64_t patience_us,
                           _Atomic size_t *done)
{
    patient->done = done;
    patient->submission = (struct kq_submission){
        .operation = &patient->operation, .complete = count_patient, .patience_us = patience_us};
    kq_store_submit(scene->store, &patient->submission);
}

static void await(_Atomic size_t *done, size_t count)
{
    while (atomic_load(done) < count) {
        sched_yield();
    }
}

/* One who is not brings all that wait into his commit; and so many need none. */
static void the_patient_wait_for_one_who_is_not_or_for_many(void **state)
{
    struct scene *scene = *state;
    struct kq_slice template_id = add_template(scene, plain_template());
    add_user(scene, USER);
    struct patient patients[3 + MANY];
    _Atomic size_t done = 0;
    for (size_t i = 0; i < 3 + MANY; i++) { /* The arena is the store's, once it has the first. */
        patients[i].operation = new_issue(scene, template_id, USER, numbered(scene, "patient", i));
    }
    submit_patient(scene, &patients[0], PATIENCE_US, &done);
    submit_patient(scene, &patients[1], PATIENCE_US, &done);
    assert_int_equal(done, 0);
    submit_patient(scene, &patients[2], 0, &done);
    await(&done, 3);
    for (size_t i = 3; i < 3 + MANY; i++) {
        assert_int_equal(done, 3);
        submit_patient(scene, &patients[i], PATIENCE_US, &done);
    }
    await(&done, 3 + MANY);
    for (size_t i = 0; i < 3 + MANY; i++) {
        assert_int_equal(patients[i].operation.error.code, KQ_E_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(one_that_cannot_be_written_fails_alone),
        SCENE_TEST(a_commit_that_fails_takes_only_its_cause),
        SCENE_TEST(many_issues_fail_together),
        SCENE_TEST(nothing_is_known_from_before_anothers_commit),
        SCENE_TEST(a_refusal_leaves_the_others_alone),
        SCENE_TEST(a_locked_file_is_busy),
        SCENE_TEST(a_locked_file_is_waited_for_once),
        SCENE_TEST(a_lock_is_waited_for),
        SCENE_TEST(a_full_queue_is_busy_at_once),
        SCENE_TEST(closing_waits_for_what_was_submitted),
        SCENE_TEST(a_success_is_said_after_the_commit),
        SCENE_TEST(the_patient_wait_for_one_who_is_not_or_for_many),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
