/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_STORE_SQLITE_TEMPLATE_MAP_H
#define KQ_STORE_SQLITE_TEMPLATE_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "domain/template.h"
#include "store/sqlite/connection.h"

/* The templates that a batch or a query has loaded: each once. Decisions advance a template's counters in
 * memory; the batch writes it once, before its commit. */

struct kq_template_entry {
    struct kq_template template;
    bool changed; /* to be written */
};

struct kq_template_map {
    struct kq_arena *arena;            /* borrowed: all of it lives there */
    struct kq_template_entry **places; /* open addressing */
    size_t place_count;                /* a power of two */
};

/* For `most` different templates at most. NO_MEMORY. */
KQ_MUST struct kq_result kq_template_map_init(struct kq_template_map *map, struct kq_arena *arena,
                                              size_t most, struct kq_error *error);

/* The template, from the map or else from the store; *entry NULL: there is none of this id. */
KQ_MUST struct kq_result kq_template_map_get(struct kq_template_map *map, struct kq_connection *connection,
                                             struct kq_slice template_id, struct kq_template_entry **entry,
                                             struct kq_error *error);

#endif
