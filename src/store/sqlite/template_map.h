/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_TEMPLATE_MAP_H
#define KQ_STORE_SQLITE_TEMPLATE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/template.h"
#include "store/sqlite/connection.h"

/* The templates that batches or a query have loaded: each once. Decisions advance a template's counters in
 * memory; the batch writes it once, before its commit. */

/* Issues of one batch that end at one second and are not in the template's sums yet (tallies.h). */
struct kq_template_issues {
    int64_t expires_s;
    int64_t count;
    int64_t amount_fen;
};

struct kq_template_entry {
    struct kq_template template;
    int64_t template_no;
    struct kq_template_issues issues;
    struct kq_template_entry *next_changed;
    bool changed; /* to be written: in the map's list */
};

struct kq_template_map {
    struct kq_arena *arena;            /* borrowed: all of it lives there */
    struct kq_template_entry **places; /* open addressing; NULL where place_count is 0 */
    size_t place_count;                /* a power of two */
    size_t count;
    struct kq_template_entry *last; /* looked up last: the next is often the same */
    struct kq_template_entry *first_changed;
};

/* An empty map; what was in it is forgotten. */
void kq_template_map_init(struct kq_template_map *map, struct kq_arena *arena);

/* The template, from the map or else from the store; *entry NULL: there is none of this id. */
KQ_MUST struct kq_result kq_template_map_get(struct kq_template_map *map, struct kq_connection *connection,
                                             struct kq_slice template_id, struct kq_template_entry **entry,
                                             struct kq_error *error);

/* It is to be written. */
void kq_template_map_note_change(struct kq_template_map *map, struct kq_template_entry *entry);

/* All that was to be written has been. */
void kq_template_map_settle(struct kq_template_map *map);

#endif
