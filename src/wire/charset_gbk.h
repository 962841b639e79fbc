/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CHARSET_GBK_H
#define KQ_WIRE_CHARSET_GBK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* GBK by way of iconv. glibc has two tables for what the protocol calls GBK, and each is right in one
 * direction.
 *
 * GB18030's two-byte part has all 23,940 pairs that Java's GBK has, user-defined areas included. We read with
 * it, so that nothing that the platform's own library can send is refused, and write requests with it,
 * because there is nothing else to write where a gateway may need such a character. The single byte 0x80 is
 * the euro sign of Windows' code page 936; Java and GB18030 have that at 0xA2E3. Both are read.
 *
 * glibc's GBK is code page 936: the 21,791 pairs that every implementation has. We write answers with it. A
 * character beyond them goes out as a JSON escape, which every client reads alike; so do U+20AC (see above)
 * and U+2295, whose pair newer Javas take for another character. */

/* All of `bytes` as UTF-8, made in the arena. INVALID_CHARSET, NO_MEMORY, INTERNAL (this system's iconv lacks
 * the table). */
KQ_MUST struct kq_result kq_gbk_decode(struct kq_slice bytes, struct kq_arena *arena, struct kq_slice *utf8,
                                       struct kq_error *error);

enum kq_gbk_table {
    KQ_GBK_COMMON, /* what every implementation has, and all agree about */
    KQ_GBK_FULL,   /* what Java has */
};

/* Appends valid UTF-8 as GBK; `missing` appends what stands for a character that the table lacks, or fails.
 * NO_MEMORY, INTERNAL. */
typedef struct kq_result kq_gbk_missing_function(uint32_t code_point, struct kq_buffer *out,
                                                 struct kq_error *error);
KQ_MUST struct kq_result kq_gbk_encode(enum kq_gbk_table table, struct kq_slice utf8,
                                       kq_gbk_missing_function *missing, struct kq_buffer *out,
                                       struct kq_error *error);

#endif
