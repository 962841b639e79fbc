/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_EIGHT_BYTES_H
#define KQ_WIRE_EIGHT_BYTES_H

#include <stdint.h>
#include <string.h>

/* Eight bytes of a text looked at together, for the readers that go over every byte of a call. All of it says
 * whether a byte of a kind is among the eight, not where: that depends on the machine's byte order. */

/* Eight times the same byte. */
#define KQ_EIGHT(byte) (UINT64_C(0x0101010101010101) * (uint64_t)(byte))

static inline uint64_t kq_eight_load(const char *text)
{
    uint64_t eight = 0;
    memcpy(&eight, text, sizeof(eight));
    return eight;
}

/* Not zero where one is not ASCII. */
static inline uint64_t kq_eight_above_ascii(uint64_t eight)
{
    return eight & KQ_EIGHT(0x80);
}

/* Not zero where one is below `limit`, which is at most 0x80. */
static inline uint64_t kq_eight_below(uint64_t eight, unsigned char limit)
{
    return (eight - KQ_EIGHT(limit)) & ~eight & KQ_EIGHT(0x80);
}

/* Not zero where one is `byte`. */
static inline uint64_t kq_eight_equal(uint64_t eight, unsigned char byte)
{
    return kq_eight_below(eight ^ KQ_EIGHT(byte), 1);
}

#endif
