/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/list.h"

#include <stdbool.h>
#include <string.h>

#define FIRST_CAPACITY ((size_t)8) /* a power of two; the capacity doubles, so that the count tells it */

void *kq_list_room(struct kq_arena *arena, void *items, size_t count, size_t item_bytes)
{
    bool is_full = count == 0 || (count >= FIRST_CAPACITY && (count & (count - 1)) == 0);
    if (!is_full) {
        return items;
    }
    void *larger = kq_arena_allocate_array(arena, count == 0 ? FIRST_CAPACITY : count * 2, item_bytes);
    if (larger != NULL && count > 0) {
        memcpy(larger, items, count * item_bytes);
    }
    return larger;
}
