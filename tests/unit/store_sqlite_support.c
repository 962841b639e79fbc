/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include "store/sqlite.h"

const char *store_path(struct scene *scene, const char *suffix)
{
    return kq_arena_print(&scene->arena, "%s/" KQ_STORE_FILE_NAME "%s", scene->directory, suffix).data;
}

sqlite3 *open_file(struct scene *scene)
{
    sqlite3 *handle = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    assert_int_equal(sqlite3_open_v2(store_path(scene, ""), &handle, flags, NULL), SQLITE_OK);
    return handle;
}

int run_sql(struct scene *scene, const char *sql)
{
    sqlite3 *handle = open_file(scene);
    int status = sqlite3_exec(handle, sql, NULL, NULL, NULL);
    assert_int_equal(sqlite3_close(handle), SQLITE_OK);
    return status;
}

int64_t ask_sql(sqlite3 *handle, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(handle, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    int64_t answer = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return answer;
}

static void wait_in_gate(struct kq_submission *submission)
{
    struct gate *gate = (struct gate *)submission;
    pthread_mutex_lock(&gate->mutex);
    gate->entered = true;
    pthread_cond_broadcast(&gate->changed);
    while (!gate->open) {
        pthread_cond_wait(&gate->changed, &gate->mutex);
    }
    gate->entered = false;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
}

static void await(struct gate *gate, bool entered)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->entered != entered) {
        pthread_cond_wait(&gate->changed, &gate->mutex);
    }
    pthread_mutex_unlock(&gate->mutex);
}

void gate_close(struct gate *gate, struct scene *scene)
{
    *gate = (struct gate){.operation = new_operation(scene, KQ_OP_MERCHANT_CREATE)};
    gate->operation.merchant_create.merchant.pid = KQ_SLICE(PID);
    gate->submission = (struct kq_submission){.operation = &gate->operation, .complete = wait_in_gate};
    pthread_mutex_init(&gate->mutex, NULL);
    pthread_cond_init(&gate->changed, NULL);
    kq_store_submit(scene->store, &gate->submission);
    await(gate, true);
    assert_int_equal(gate->operation.error.code, KQ_E_NONE);
}

void gate_open(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    pthread_cond_broadcast(&gate->changed);
    pthread_mutex_unlock(&gate->mutex);
    await(gate, false);
    pthread_cond_destroy(&gate->changed);
    pthread_mutex_destroy(&gate->mutex);
}

void crowd_init(struct crowd *crowd)
{
    *crowd = (struct crowd){0};
    pthread_mutex_init(&crowd->mutex, NULL);
    pthread_cond_init(&crowd->changed, NULL);
}

void crowd_count(struct crowd *crowd)
{
    pthread_mutex_lock(&crowd->mutex);
    crowd->done++;
    pthread_cond_broadcast(&crowd->changed);
    pthread_mutex_unlock(&crowd->mutex);
}

static void count_done(struct kq_submission *submission)
{
    crowd_count(((struct crowd_member *)submission)->crowd);
}

void crowd_submit(struct crowd *crowd, struct scene *scene, struct crowd_member *member,
                  struct kq_operation *operation)
{
    *member = (struct crowd_member){
        .submission = {.operation = operation, .complete = count_done},
        .crowd = crowd,
    };
    kq_store_submit(scene->store, &member->submission);
}

void crowd_wait(struct crowd *crowd, size_t count)
{
    pthread_mutex_lock(&crowd->mutex);
    while (crowd->done < count) {
        pthread_cond_wait(&crowd->changed, &crowd->mutex);
    }
    pthread_mutex_unlock(&crowd->mutex);
    pthread_cond_destroy(&crowd->changed);
    pthread_mutex_destroy(&crowd->mutex);
}
