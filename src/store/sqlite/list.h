/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_LIST_H
#define KQ_STORE_SQLITE_LIST_H

#include <stddef.h>

#include "base/arena.h"

/* Room for one more item of an array in an arena that grows as rows come: returns the array, in which
 * items[count] can be filled; NULL when out of memory. Start with NULL and 0, and ask before each item. */
KQ_MUST void *kq_list_room(struct kq_arena *arena, void *items, size_t count, size_t item_bytes);

#endif
