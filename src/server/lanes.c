/* SPDX-License-Identifier: Apache-2.0 */
#include "server/lanes.h"

#include <assert.h>

void kq_lanes_init(struct kq_lanes *lanes, uint64_t seed)
{
    *lanes = (struct kq_lanes){.places_max = KQ_LANES_PLACES_MIN, .seed = seed};
}

unsigned kq_lanes_of(const struct kq_lanes *lanes, struct kq_slice app_id)
{
    uint64_t mixed = (kq_slice_hash(app_id) ^ lanes->seed) * UINT64_C(0x9E3779B97F4A7C15);
    return 1 + (unsigned)((mixed >> 32) % (KQ_LANE_COUNT - 1));
}

/* The first call of a lane waits for one turn of each, any other for all that wait. */
static bool may_wait(const struct kq_lanes *lanes, const struct kq_lane *lane)
{
    size_t free = lanes->places < lanes->places_max ? lanes->places_max - lanes->places : 0;
    return lane->places == 0 ? lanes->lanes_taken < lanes->places_max : lane->places < free;
}

bool kq_lanes_take(struct kq_lanes *lanes, unsigned lane)
{
    struct kq_lane *own = &lanes->lanes[lane];
    if (!may_wait(lanes, own)) {
        return false;
    }
    lanes->lanes_taken += own->places == 0 ? 1 : 0;
    own->places++;
    lanes->places++;
    return true;
}

void kq_lanes_release(struct kq_lanes *lanes, unsigned lane)
{
    struct kq_lane *own = &lanes->lanes[lane];
    assert(own->places > 0);
    own->places--;
    lanes->places--;
    lanes->lanes_taken -= own->places == 0 ? 1 : 0;
}

/* Behind all others that wait for their turn. */
static void join_circle(struct kq_lanes *lanes, struct kq_lane *lane)
{
    if (lanes->last_turn == NULL) {
        lane->next_turn = lane;
    } else {
        lane->next_turn = lanes->last_turn->next_turn;
        lanes->last_turn->next_turn = lane;
    }
    lanes->last_turn = lane;
}

void kq_lanes_push(struct kq_lanes *lanes, struct kq_call *call)
{
    struct kq_lane *lane = &lanes->lanes[call->lane];
    call->next_in_lane = NULL;
    if (lane->first == NULL) {
        lane->first = call;
        join_circle(lanes, lane);
    } else {
        lane->last->next_in_lane = call;
    }
    lane->last = call;
    lane->ready++;
    lanes->ready++;
}

struct kq_call *kq_lanes_pop(struct kq_lanes *lanes)
{
    if (lanes->last_turn == NULL) {
        return NULL;
    }
    struct kq_lane *lane = lanes->last_turn->next_turn;
    struct kq_call *call = lane->first;
    lane->first = call->next_in_lane;
    lane->ready--;
    lanes->ready--;
    if (lane->first != NULL) {
        lanes->last_turn = lane; /* It has had its turn. */
    } else if (lane->next_turn == lane) {
        lanes->last_turn = NULL;
    } else {
        lanes->last_turn->next_turn = lane->next_turn;
    }
    kq_lanes_release(lanes, call->lane);
    return call;
}

void kq_lanes_resize(struct kq_lanes *lanes, size_t places)
{
    lanes->places_max = places < KQ_LANES_PLACES_MIN ? KQ_LANES_PLACES_MIN : places;
}
