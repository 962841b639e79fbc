/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_STORE_SQLITE_SUPPORT_H
#define KQ_TESTS_UNIT_STORE_SQLITE_SUPPORT_H

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>

#include "store_support.h"

/* What the tests of the SQLite store share beyond store_support.h. */

/* "DIRECTORY/kaquan.dbSUFFIX", in the scene's arena. */
const char *store_path(struct scene *scene, const char *suffix);

/* The scene's file, opened past the store. */
sqlite3 *open_file(struct scene *scene);
/* Runs SQL that gives no rows, through a connection of its own; a status of SQLite. */
int run_sql(struct scene *scene, const char *sql);
/* The first column of its first row. */
int64_t ask_sql(sqlite3 *handle, const char *sql);

/* Keeps the writer busy in a completion, so that what is submitted meanwhile becomes one batch. */
struct gate {
    struct kq_submission submission; /* first */
    struct kq_operation operation;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool entered;
    bool open;
};
void gate_close(struct gate *gate, struct scene *scene);
void gate_open(struct gate *gate);

/* Submissions that are waited for together. */
struct crowd {
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    size_t done;
};
struct crowd_member {
    struct kq_submission submission; /* first */
    struct crowd *crowd;
};
void crowd_init(struct crowd *crowd);
void crowd_submit(struct crowd *crowd, struct scene *scene, struct crowd_member *member,
                  struct kq_operation *operation);
/* For completions of one's own. */
void crowd_count(struct crowd *crowd);
void crowd_wait(struct crowd *crowd, size_t count);

#endif
