/* SPDX-License-Identifier: Apache-2.0 */
#include "base/slice.h"

int kq_slice_compare(struct kq_slice a, struct kq_slice b)
{
    size_t shorter = a.size < b.size ? a.size : b.size;
    int order = shorter == 0 ? 0 : memcmp(a.data, b.data, shorter);
    if (order != 0) {
        return order;
    }
    return (a.size > b.size) - (a.size < b.size);
}

static char lower(char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte;
}

bool kq_slice_equal_ignoring_case(struct kq_slice a, struct kq_slice b)
{
    if (a.size != b.size) {
        return false;
    }
    for (size_t i = 0; i < a.size; i++) {
        if (lower(a.data[i]) != lower(b.data[i])) {
            return false;
        }
    }
    return true;
}

uint64_t kq_slice_hash(struct kq_slice slice)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < slice.size; i++) {
        hash = (hash ^ (unsigned char)slice.data[i]) * UINT64_C(1099511628211);
    }
    return hash;
}

size_t kq_slice_find(struct kq_slice slice, char byte)
{
    const char *found = slice.size == 0 ? NULL : memchr(slice.data, byte, slice.size);
    return found == NULL ? slice.size : (size_t)(found - slice.data);
}

static bool is_space(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

struct kq_slice kq_slice_trim(struct kq_slice slice)
{
    while (slice.size > 0 && is_space(slice.data[0])) {
        slice.data++;
        slice.size--;
    }
    while (slice.size > 0 && is_space(slice.data[slice.size - 1])) {
        slice.size--;
    }
    return slice;
}

bool kq_slice_starts_with(struct kq_slice slice, struct kq_slice prefix)
{
    return slice.size >= prefix.size &&
           (prefix.size == 0 || memcmp(slice.data, prefix.data, prefix.size) == 0);
}

bool kq_slice_is_digits(struct kq_slice slice)
{
    for (size_t i = 0; i < slice.size; i++) {
        if (slice.data[i] < '0' || slice.data[i] > '9') {
            return false;
        }
    }
    return slice.size > 0;
}
