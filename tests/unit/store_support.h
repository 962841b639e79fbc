/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_STORE_SUPPORT_H
#define KQ_TESTS_UNIT_STORE_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "domain/operation.h"
#include "store/store.h"

/* What the tests of stores share. store_things_test, store_templates_test, store_issue_test, store_race_test
 * and store_wallet_test know nothing but store.h: they are what every store must pass. Which one they test is
 * what they are linked with: store_support_sqlite.c. */

#define NOW_S INT64_C(1473134400) /* 2016-09-06 12:00:00 in Beijing */
#define DAY_S INT64_C(86400)
#define PID "2088102146225135"
#define OTHER_PID "2088102146225136"
#define USER "2088302001456115"
#define OTHER_USER "2088302001456116"

/* A clock that stands still until a test moves it. Its monotonic time takes a step with each look, where a
 * test sets one: so that what waits for other processes gives up at once. */
struct test_clock {
    struct kq_clock clock; /* first */
    _Atomic int64_t now_ms;
    _Atomic int64_t monotonic_us;
    _Atomic int64_t monotonic_step_us;
    _Atomic uint64_t drawn;
};
void test_clock_init(struct test_clock *clock);

/* An empty store in a directory of its own. */
struct scene {
    char directory[256];
    struct test_clock clock;
    struct kq_store *store;
    struct kq_reader *reader;
    struct kq_arena arena;
};

/* For cmocka: *state is the scene. */
int scene_setup(void **state);
int scene_teardown(void **state);

#define SCENE_TEST(function) cmocka_unit_test_setup_teardown(function, scene_setup, scene_teardown)

/* Closes both and opens them again. */
void scene_reopen(struct scene *scene);

/* The implementation's: opens the store of a directory, which may be open already, as another process would.
 * queue_max 0: its own. */
void open_store_under_test(const char *directory, const struct kq_clock *clock, size_t queue_max,
                           struct kq_store **store);

/* An empty operation, with the scene's arena. */
struct kq_operation new_operation(struct scene *scene, enum kq_operation_kind kind);

/* Writes, or reads, and says what came of it. */
enum kq_error_code apply(struct scene *scene, struct kq_operation *operation);
enum kq_error_code look(struct scene *scene, struct kq_operation *operation);
void apply_ok(struct scene *scene, struct kq_operation *operation);
void look_ok(struct scene *scene, struct kq_operation *operation);

/* It is refused with this code, and nothing in the store is other than before. */
void assert_refused(struct scene *scene, struct kq_operation *operation, enum kq_error_code code);

/* All that a reader can list, as a text in the scene's arena. */
struct kq_slice dump(struct scene *scene);

void assert_slice(struct kq_slice actual, const char *expected);

/* An active user without login ids. */
void add_user(struct scene *scene, const char *user_id);

/* A fixed amount of 10 yuan, no limits, effective for a year around NOW_S, vouchers valid for a day. */
struct kq_template plain_template(void);
/* A red packet with a budget. */
struct kq_template red_packet(int64_t total_amount_fen);
/* Creates it; the id is in the scene's arena. */
struct kq_slice add_template(struct scene *scene, struct kq_template template);

struct kq_template get_template(struct scene *scene, struct kq_slice template_id);

/* A request of PID for `user_id`. */
struct kq_operation new_issue(struct scene *scene, struct kq_slice template_id, const char *user_id,
                              const char *out_biz_no);
struct kq_operation new_red_packet(struct scene *scene, struct kq_slice template_id, const char *user_id,
                                   const char *out_biz_no, int64_t amount_fen);
/* The id of a voucher that is issued, in the scene's arena. */
struct kq_slice issue(struct scene *scene, struct kq_slice template_id, const char *user_id,
                      const char *out_biz_no);

/* Both filters may be "". */
struct kq_op_voucher_list list_vouchers(struct scene *scene, struct kq_slice template_id,
                                        const char *user_id);

/* "TEXT-NUMBER", in the scene's arena, terminated. */
const char *numbered(struct scene *scene, const char *text, size_t number);

/* Runs `body` in `count` threads that begin together, and waits for all of them. */
void run_threads(size_t count, void (*body)(void *context, size_t number), void *context);

#endif
