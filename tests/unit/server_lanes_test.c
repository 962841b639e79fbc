/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/lanes.h"

#define SEED UINT64_C(0x243F6A8885A308D3)
#define CALLS 256

static struct kq_lanes lanes;
static struct kq_call calls[CALLS];

static int set_up(void **state)
{
    (void)state;
    kq_lanes_init(&lanes, SEED);
    kq_lanes_resize(&lanes, CALLS);
    memset(calls, 0, sizeof(calls));
    return 0;
}

/* The call, with a place, ready to be signed. */
static void push(size_t number, unsigned lane)
{
    assert_true(kq_lanes_take(&lanes, lane));
    calls[number].lane = lane;
    kq_lanes_push(&lanes, &calls[number]);
}

static void assert_pops(const size_t *numbers, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_ptr_equal(kq_lanes_pop(&lanes), &calls[numbers[i]]);
    }
}

static void nothing_comes_of_nothing(void **state)
{
    (void)state;
    assert_null(kq_lanes_pop(&lanes));
    push(0, 7);
    assert_ptr_equal(kq_lanes_pop(&lanes), &calls[0]);
    assert_null(kq_lanes_pop(&lanes));
    assert_int_equal(lanes.places, 0);
}

static void calls_of_a_lane_keep_their_order(void **state)
{
    (void)state;
    static const size_t expected[] = {0, 1, 2, 3};
    for (size_t i = 0; i < 4; i++) {
        push(i, 7);
    }
    assert_pops(expected, 4);
    assert_null(kq_lanes_pop(&lanes));
}

static void lanes_take_turns(void **state)
{
    (void)state;
    static const unsigned rows[] = {1, 1, 1, 2, 3, 3};
    static const size_t expected[] = {0, 3, 4, 1, 5, 2};
    for (size_t i = 0; i < 6; i++) {
        push(i, rows[i]);
    }
    assert_pops(expected, 6);
}

static void who_comes_later_is_behind_all_that_wait_already(void **state)
{
    (void)state;
    static const size_t first[] = {0};
    static const size_t rest[] = {2, 1, 4, 3};
    push(0, 1);
    push(1, 1);
    push(2, 2);
    push(3, 2);
    assert_pops(first, 1);
    push(4, 3);
    assert_pops(rest, 4);
}

/* A lane that has run empty begins again at the end. */
static void an_empty_lane_has_no_turn(void **state)
{
    (void)state;
    static const size_t first[] = {0, 1, 2};
    static const size_t rest[] = {3, 4, 5};
    push(0, 1);
    push(1, 2);
    push(2, 3);
    push(3, 2);
    assert_pops(first, 3);
    push(4, 1);
    push(5, 3);
    assert_pops(rest, 3);
    assert_null(kq_lanes_pop(&lanes));
}

static size_t fill(unsigned lane)
{
    size_t count = 0;
    while (kq_lanes_take(&lanes, lane)) {
        count++;
    }
    return count;
}

static void a_lane_has_as_many_places_as_are_free(void **state)
{
    (void)state;
    kq_lanes_resize(&lanes, 64);
    assert_int_equal(fill(1), 32);
    assert_int_equal(fill(2), 16);
    assert_int_equal(fill(3), 8);
    assert_int_equal(fill(KQ_LANE_UNVERIFIED), 4);
    assert_int_equal(fill(4), 2);
    assert_int_equal(fill(5), 1);
    assert_int_equal(fill(1), 0);
}

/* However many flood: its one call waits for a turn of each of them. */
static void who_has_none_finds_a_place_though_none_is_free(void **state)
{
    (void)state;
    kq_lanes_resize(&lanes, 8);
    for (unsigned lane = 1; lane <= 3; lane++) {
        fill(lane);
    }
    assert_int_equal(lanes.places, 7);
    for (unsigned lane = 4; lane <= 8; lane++) {
        assert_int_equal(fill(lane), 1);
    }
    assert_int_equal(fill(9), 0); /* As many lanes wait as there are places. */
    kq_lanes_release(&lanes, 8);
    assert_int_equal(fill(9), 1);
    assert_int_equal(fill(8), 0);
}

static void places_come_back(void **state)
{
    (void)state;
    kq_lanes_resize(&lanes, 8);
    assert_int_equal(fill(1), 4);
    kq_lanes_release(&lanes, 1);
    assert_int_equal(fill(1), 1);
    for (size_t i = 0; i < 4; i++) {
        calls[i].lane = 1;
        kq_lanes_push(&lanes, &calls[i]);
        assert_non_null(kq_lanes_pop(&lanes));
    }
    assert_int_equal(fill(1), 4);
}

/* Before the first signature, and however slow they are. */
static void some_may_always_wait(void **state)
{
    (void)state;
    kq_lanes_resize(&lanes, 0);
    assert_int_equal(fill(1), KQ_LANES_PLACES_MIN / 2);
    kq_lanes_init(&lanes, SEED);
    assert_int_equal(fill(1), KQ_LANES_PLACES_MIN / 2);
}

/* Whoever waits already goes on doing so. */
static void fewer_places_turn_away_who_comes_next(void **state)
{
    (void)state;
    assert_int_equal(fill(1), CALLS / 2);
    kq_lanes_resize(&lanes, CALLS / 4);
    assert_false(kq_lanes_take(&lanes, 1));
    assert_int_equal(fill(2), 1); /* Not who comes beside those. */
    for (size_t i = 0; i < CALLS / 2; i++) {
        kq_lanes_release(&lanes, 1);
    }
    assert_int_equal(fill(2), CALLS / 8 - 1);
}

static void applications_have_lanes_of_their_own(void **state)
{
    (void)state;
    struct kq_lanes others;
    char app_id[32];
    unsigned used[KQ_LANE_COUNT] = {0};
    size_t moved = 0;
    size_t shared = 0;
    kq_lanes_init(&others, SEED + 1);
    for (unsigned i = 0; i < 100; i++) {
        snprintf(app_id, sizeof(app_id), "20140723%08u", i);
        unsigned lane = kq_lanes_of(&lanes, kq_slice_of(app_id));
        assert_in_range(lane, 1, KQ_LANE_COUNT - 1);
        assert_int_equal(kq_lanes_of(&lanes, kq_slice_of(app_id)), lane);
        shared += used[lane]++ > 0 ? 1 : 0;
        moved += kq_lanes_of(&others, kq_slice_of(app_id)) != lane ? 1 : 0;
    }
    assert_in_range(shared, 0, 20);
    assert_in_range(moved, 90, 100);
}

/* At random, against what the header promises: no call is lost, each lane keeps its order, and between two
 * turns of a lane each other one that had a call waiting has had its own. */
static void whatever_happens_is_fair(void **state)
{
    (void)state;
    enum { LANES = 6, STEPS = 50000 };
    size_t waiting[LANES] = {0};
    uint64_t next_in[LANES] = {0};  /* the number that the next call of the lane gets */
    uint64_t next_out[LANES] = {0}; /* and the one that has to come next */
    uint64_t turns_ago[LANES] = {0};
    struct kq_call *unused = NULL;
    for (size_t i = 0; i < CALLS; i++) {
        calls[i].next_in_lane = unused;
        unused = &calls[i];
    }
    srandom(20160906);
    for (size_t step = 0; step < STEPS; step++) {
        unsigned lane = (unsigned)random() % LANES;
        if (random() % 2 == 0 && unused != NULL && kq_lanes_take(&lanes, lane)) {
            struct kq_call *call = unused;
            unused = call->next_in_lane;
            call->lane = lane;
            call->started_us = (int64_t)next_in[lane]++;
            turns_ago[lane] = waiting[lane]++ == 0 ? 0 : turns_ago[lane];
            kq_lanes_push(&lanes, call);
            continue;
        }
        struct kq_call *call = kq_lanes_pop(&lanes);
        if (call == NULL) {
            assert_int_equal(lanes.places, 0);
            continue;
        }
        assert_int_equal(call->started_us, next_out[call->lane]++);
        for (size_t i = 0; i < LANES; i++) {
            turns_ago[i] += waiting[i] > 0 ? 1 : 0;
            assert_true(turns_ago[i] <= LANES);
        }
        waiting[call->lane]--;
        turns_ago[call->lane] = 0;
        call->next_in_lane = unused;
        unused = call;
        assert_int_equal(lanes.lanes[call->lane].places, waiting[call->lane]);
    }
}

#define lanes_unit_test(function) cmocka_unit_test_setup(function, set_up)

int main(void)
{
    const struct CMUnitTest tests[] = {
        lanes_unit_test(nothing_comes_of_nothing),
        lanes_unit_test(calls_of_a_lane_keep_their_order),
        lanes_unit_test(lanes_take_turns),
        lanes_unit_test(who_comes_later_is_behind_all_that_wait_already),
        lanes_unit_test(an_empty_lane_has_no_turn),
        lanes_unit_test(a_lane_has_as_many_places_as_are_free),
        lanes_unit_test(who_has_none_finds_a_place_though_none_is_free),
        lanes_unit_test(places_come_back),
        lanes_unit_test(some_may_always_wait),
        lanes_unit_test(fewer_places_turn_away_who_comes_next),
        lanes_unit_test(applications_have_lanes_of_their_own),
        lanes_unit_test(whatever_happens_is_fair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
