/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_SERVER_LANES_H
#define KQ_SERVER_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "server/call.h"

/* The calls of one worker that are to be signed, or will be when the store is done with them: a signature
 * costs more than all the rest of a call, so this is where calls wait, and where the choice is made whose
 * turn it is and whom to turn away. Each application has a lane; lanes take turns, a call a turn. One thread.
 *
 * Who may wait: a call takes a place before its work begins. There are as many places as fit into the longest
 * wait, and a lane may have at most as many as are free: so one that floods fills half of them. A lane that
 * has none gets one even if none is free, unless as many lanes as there are places have some: its call waits
 * for one turn of each. So whoever comes beside those that flood finds room, however many they are, and also
 * where signatures have become slower since they came. */

/* Applications share a lane by chance: with a hundred busy ones each has one of its own in nine cases of ten.
 * The first lane is for calls of which it is not known that the application makes them: their signature has
 * not been verified, or they are copies of one that has been. */
#define KQ_LANE_COUNT 1025
#define KQ_LANE_UNVERIFIED 0

/* So many may always wait, however slow signatures are. */
#define KQ_LANES_PLACES_MIN 4

struct kq_lane {
    struct kq_call *first; /* ready to be signed; linked by `next_in_lane` */
    struct kq_call *last;
    struct kq_lane *next_turn; /* the circle of those that have a call */
    size_t places;             /* taken */
    size_t ready;              /* calls */
};

struct kq_lanes {
    struct kq_lane lanes[KQ_LANE_COUNT];
    struct kq_lane *last_turn; /* NULL: no call is ready; its next_turn has the next turn */
    size_t places;             /* taken, of all lanes */
    size_t lanes_taken;        /* that have a place */
    size_t ready;              /* calls, of all lanes */
    size_t places_max;
    uint64_t seed; /* which applications share a lane is not to be known */
};

void kq_lanes_init(struct kq_lanes *lanes, uint64_t seed);

/* The lane of an application, by its verified app_id. */
unsigned kq_lanes_of(const struct kq_lanes *lanes, struct kq_slice app_id);

/* Takes a place. False: there is none; the call is turned away. */
bool kq_lanes_take(struct kq_lanes *lanes, unsigned lane);

/* Gives a place back: the call needed no signature. */
void kq_lanes_release(struct kq_lanes *lanes, unsigned lane);

/* The call, which has a place in its lane (`call->lane`), can be signed now. */
void kq_lanes_push(struct kq_lanes *lanes, struct kq_call *call);

/* The call whose turn it is, or NULL. Its place is given back. */
struct kq_call *kq_lanes_pop(struct kq_lanes *lanes);

/* How many may wait from now on. */
void kq_lanes_resize(struct kq_lanes *lanes, size_t places);

#endif
