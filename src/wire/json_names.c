/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json_names.h"

/* A tree over the bits in which names differ (a crit-bit tree): on each way down, the bits come in the order
 * in which they stand in the names. So no way is longer than the bits of the longest name on it, whatever
 * names there are and in whatever order they come. */
struct kq_json_name_node {
    struct kq_slice name; /* of a leaf */
    size_t byte;          /* of an inner node: where its bit stands */
    unsigned mask;        /* the bit; 0: a leaf */
    struct kq_json_name_node *sides[2];
};

/* A name ends with a zero that no name has inside: none is another's beginning. */
static unsigned byte_at(struct kq_slice name, size_t at)
{
    return at < name.size ? (unsigned char)name.data[at] : 0;
}

static size_t side_of(const struct kq_json_name_node *node, struct kq_slice name)
{
    return (byte_at(name, node->byte) & node->mask) != 0 ? 1 : 0;
}

static struct kq_json_name_node *make_leaf(struct kq_slice name, struct kq_arena *arena)
{
    struct kq_json_name_node *leaf = kq_arena_allocate(arena, sizeof(*leaf));
    if (leaf != NULL) {
        leaf->name = name;
    }
    return leaf;
}

/* The name in the tree that has most in common with it at the beginning. */
static struct kq_slice nearest(const struct kq_json_name_node *node, struct kq_slice name)
{
    while (node->mask != 0) {
        node = node->sides[side_of(node, name)];
    }
    return node->name;
}

static bool comes_before(const struct kq_json_name_node *node, size_t byte, unsigned mask)
{
    return node->mask != 0 && (node->byte < byte || (node->byte == byte && node->mask > mask));
}

static bool insert(struct kq_json_name_node **link, struct kq_slice name, size_t byte, unsigned mask,
                   struct kq_arena *arena)
{
    struct kq_json_name_node *leaf = make_leaf(name, arena);
    struct kq_json_name_node *inner = kq_arena_allocate(arena, sizeof(*inner));
    if (leaf == NULL || inner == NULL) {
        return false;
    }
    while (comes_before(*link, byte, mask)) {
        link = &(*link)->sides[side_of(*link, name)];
    }
    inner->byte = byte;
    inner->mask = mask;
    size_t side = side_of(inner, name);
    inner->sides[side] = leaf;
    inner->sides[1 - side] = *link;
    *link = inner;
    return true;
}

static enum kq_json_name_outcome add(struct kq_json_names *names, struct kq_slice name,
                                     struct kq_arena *arena)
{
    if (names->root == NULL) {
        names->root = make_leaf(name, arena);
        return names->root != NULL ? KQ_JSON_NAME_NEW : KQ_JSON_NAME_NO_MEMORY;
    }
    struct kq_slice other = nearest(names->root, name);
    if (kq_slice_equal(other, name)) {
        return KQ_JSON_NAME_TWICE;
    }
    size_t byte = 0;
    while (byte_at(other, byte) == byte_at(name, byte)) {
        byte++;
    }
    unsigned mask = 0x80;
    while (((byte_at(other, byte) ^ byte_at(name, byte)) & mask) == 0) {
        mask >>= 1;
    }
    return insert(&names->root, name, byte, mask, arena) ? KQ_JSON_NAME_NEW : KQ_JSON_NAME_NO_MEMORY;
}

enum kq_json_name_outcome kq_json_names_add(struct kq_json_names *names, const struct kq_json *object,
                                            struct kq_slice name, struct kq_arena *arena)
{
    if (object->count < KQ_JSON_NAMES_LISTED) {
        return kq_json_member(object, name) == NULL ? KQ_JSON_NAME_NEW : KQ_JSON_NAME_TWICE;
    }
    const struct kq_json *listed = names->root == NULL ? object->first : NULL;
    for (; listed != NULL; listed = listed->next) {
        if (add(names, listed->name, arena) != KQ_JSON_NAME_NEW) {
            return KQ_JSON_NAME_NO_MEMORY; /* they are known to differ */
        }
    }
    return add(names, name, arena);
}
