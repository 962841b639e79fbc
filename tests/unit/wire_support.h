/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_TESTS_UNIT_WIRE_SUPPORT_H
#define KQ_TESTS_UNIT_WIRE_SUPPORT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <setjmp.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* What the tests of src/wire share. Every function fails the running test where something is not as it says.
 */

#define ARENA KQ_CLEANUP(kq_arena_free) struct kq_arena
#define BUFFER KQ_CLEANUP(kq_buffer_wipe_and_free) struct kq_buffer

/* Both show what they got when they fail. */
void assert_ok(struct kq_result result, const struct kq_error *error);
void assert_failed(struct kq_result result, const struct kq_error *error, enum kq_error_code code);
void assert_detail_contains(const struct kq_error *error, const char *text);

/* Shows both texts when they differ. */
void assert_slice(struct kq_slice actual, struct kq_slice expected);
#define assert_text(actual, literal) assert_slice((actual), KQ_SLICE(literal))

/* A file of tests/golden as a slice in the arena. */
struct kq_slice golden(struct kq_arena *arena, const char *path, ...) KQ_PRINTF(2, 3);

/* Runs `attempt` with its first, second, … allocation failing, until it has none left to fail: every run
 * before that must say NO_MEMORY, the last one must succeed. It must have allocated at least once. */
typedef struct kq_result attempt_function(void *context, struct kq_error *error);
void fail_each_allocation(attempt_function *attempt, void *context);

/* OpenSSL's error queue is empty. */
void assert_no_openssl_error(void);

#endif
