/* SPDX-License-Identifier: Apache-2.0 */
#include "store/sqlite/template_map.h"

#include <assert.h>

#include "store/sqlite/rows.h"

#define FIRST_PLACES ((size_t)16) /* a power of two */

void kq_template_map_init(struct kq_template_map *map, struct kq_arena *arena)
{
    *map = (struct kq_template_map){.arena = arena};
}

/* Its own, or the free one that would be. */
static size_t find_place(const struct kq_template_map *map, struct kq_slice template_id)
{
    size_t place = kq_slice_hash(template_id) % map->place_count;
    while (map->places[place] != NULL &&
           !kq_slice_equal(map->places[place]->template.template_id, template_id)) {
        place = (place + 1) % map->place_count;
    }
    return place;
}

/* Half of the places are always free. */
static struct kq_result make_room(struct kq_template_map *map, struct kq_error *error)
{
    if (map->count * 2 < map->place_count) {
        return KQ_OK;
    }
    struct kq_template_map larger = *map;
    larger.place_count = map->place_count == 0 ? FIRST_PLACES : map->place_count * 2;
    larger.places =
        kq_arena_allocate_array(map->arena, larger.place_count, sizeof(struct kq_template_entry *));
    KQ_ENSURE_MEMORY(larger.places != NULL, error);
    for (size_t i = 0; i < map->place_count; i++) {
        struct kq_template_entry *entry = map->places[i];
        if (entry != NULL) {
            larger.places[find_place(&larger, entry->template.template_id)] = entry;
        }
    }
    *map = larger;
    return KQ_OK;
}

struct kq_result kq_template_map_get(struct kq_template_map *map, struct kq_connection *connection,
                                     struct kq_slice template_id, struct kq_template_entry **entry,
                                     struct kq_error *error)
{
    if (map->last != NULL && kq_slice_equal(map->last->template.template_id, template_id)) {
        *entry = map->last;
        return KQ_OK;
    }
    KQ_TRY(make_room(map, error));
    size_t place = find_place(map, template_id);
    if (map->places[place] == NULL) {
        struct kq_template_entry *loaded = kq_arena_allocate(map->arena, sizeof(*loaded));
        KQ_ENSURE_MEMORY(loaded != NULL, error);
        bool found = false;
        KQ_TRY(kq_row_template(connection, template_id, map->arena, &loaded->template, &loaded->template_no,
                               &found, error));
        if (!found) {
            *entry = NULL;
            return KQ_OK;
        }
        map->places[place] = loaded;
        map->count++;
    }
    map->last = map->places[place];
    *entry = map->last;
    return KQ_OK;
}

void kq_template_map_note_change(struct kq_template_map *map, struct kq_template_entry *entry)
{
    if (!entry->changed) {
        entry->changed = true;
        entry->next_changed = map->first_changed;
        map->first_changed = entry;
    }
}

void kq_template_map_settle(struct kq_template_map *map)
{
    while (map->first_changed != NULL) {
        struct kq_template_entry *entry = map->first_changed;
        map->first_changed = entry->next_changed;
        entry->changed = false;
        entry->next_changed = NULL;
    }
}
