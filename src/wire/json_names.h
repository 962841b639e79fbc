/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_JSON_NAMES_H
#define KQ_WIRE_JSON_NAMES_H

#include "base/arena.h"
#include "base/slice.h"
#include "wire/json.h"

/* The names of one object, for json_read.c, which refuses one that stands twice. The caller of the gateway
 * chooses the names, and how many: whatever they are, adding all of them takes a time of the order of their
 * bytes. */

/* An object of no more members is looked through, which is fastest: the requests of the protocol have fewer.
 */
#define KQ_JSON_NAMES_LISTED 16

struct kq_json_name_node;

/* Zeroed: there are none yet. The nodes live in the arena. */
struct kq_json_names {
    struct kq_json_name_node *root; /* NULL while the object is looked through */
};

enum kq_json_name_outcome {
    KQ_JSON_NAME_NEW,
    KQ_JSON_NAME_TWICE,
    KQ_JSON_NAME_NO_MEMORY,
};

/* `object` has its members so far, and `names` was asked about each of them. Names have no NUL byte. */
enum kq_json_name_outcome kq_json_names_add(struct kq_json_names *names, const struct kq_json *object,
                                            struct kq_slice name, struct kq_arena *arena);

#endif
