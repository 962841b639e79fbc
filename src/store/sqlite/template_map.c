/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/template_map.h"

#include <assert.h>

#include "store/sqlite/rows.h"

struct kq_result kq_template_map_init(struct kq_template_map *map, struct kq_arena *arena, size_t most,
                                      struct kq_error *error)
{
    size_t place_count = 8;
    while (place_count < most * 2) {
        place_count *= 2;
    }
    *map = (struct kq_template_map){.arena = arena, .place_count = place_count};
    map->places = kq_arena_allocate_array(arena, place_count, sizeof(struct kq_template_entry *));
    KQ_ENSURE_MEMORY(map->places != NULL, error);
    return KQ_OK;
}

struct kq_result kq_template_map_get(struct kq_template_map *map, struct kq_connection *connection,
                                     struct kq_slice template_id, struct kq_template_entry **entry,
                                     struct kq_error *error)
{
    size_t place = kq_slice_hash(template_id) % map->place_count;
    size_t steps = 0;
    while (map->places[place] != NULL &&
           !kq_slice_equal(map->places[place]->template.template_id, template_id)) {
        place = (place + 1) % map->place_count;
        steps++;
        assert(steps < map->place_count);
    }
    if (map->places[place] == NULL) {
        struct kq_template_entry *loaded = kq_arena_allocate(map->arena, sizeof(*loaded));
        KQ_ENSURE_MEMORY(loaded != NULL, error);
        bool found = false;
        KQ_TRY(kq_row_template(connection, template_id, map->arena, &loaded->template, &found, error));
        map->places[place] = found ? loaded : NULL;
    }
    *entry = map->places[place];
    return KQ_OK;
}
