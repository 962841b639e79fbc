/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_BASE_SLICE_H
#define KQ_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes with a length, borrowed: whoever hands one out says for how long. Not terminated. `data` may be NULL
 * where `size` is 0. */
struct kq_slice {
    const char *data;
    size_t size;
};

/* Of a string literal or an array of char that holds one. */
#define KQ_SLICE(literal) ((struct kq_slice){.data = (literal), .size = sizeof(literal) - 1})
#define KQ_SLICE_EMPTY ((struct kq_slice){.data = NULL, .size = 0})

/* For printf-style formats: printf("%.*s", KQ_SLICE_PRINT(slice)); a slice of 2 GiB and more prints as empty.
 */
#define KQ_SLICE_PRINT(slice)                                                                                \
    ((slice).size <= 0x7FFFFFFF ? (int)(slice).size : 0), ((slice).data ? (slice).data : "")

static inline struct kq_slice kq_slice_of(const char *text)
{
    return (struct kq_slice){.data = text, .size = text == NULL ? 0 : strlen(text)};
}

static inline bool kq_slice_equal(struct kq_slice a, struct kq_slice b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* Byte order, shorter first where one is the other's beginning; <0, 0, >0. */
int kq_slice_compare(struct kq_slice a, struct kq_slice b);

/* ASCII letters of either case are equal; all other bytes must be the same. */
bool kq_slice_equal_ignoring_case(struct kq_slice a, struct kq_slice b);

/* FNV-1a, 64 bits. Fast and spreads well, but whoever chooses the bytes can choose them so that they collide:
 * not for tables of what callers send. */
uint64_t kq_slice_hash(struct kq_slice slice);

/* Where the byte first stands, or slice.size. */
size_t kq_slice_find(struct kq_slice slice, char byte);

/* Without ASCII spaces, tabs and line ends at both ends. */
struct kq_slice kq_slice_trim(struct kq_slice slice);

bool kq_slice_starts_with(struct kq_slice slice, struct kq_slice prefix);

/* Only ASCII digits, and at least one. */
bool kq_slice_is_digits(struct kq_slice slice);

#endif
