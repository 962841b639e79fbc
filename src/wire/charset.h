/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CHARSET_H
#define KQ_WIRE_CHARSET_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/error.h"
#include "base/slice.h"

/* Character sets of the protocol (spec/gateway.md, "Transport"). Inside, everything is UTF-8. */
enum kq_charset {
    KQ_CHARSET_UTF8,
    KQ_CHARSET_GBK,    /* as named by the caller */
    KQ_CHARSET_GB2312, /* read and written as its superset GBK */
    KQ_CHARSET_COUNT
};

/* "utf-8", "gbk", "gb2312", any letter case; an empty text is utf-8. INVALID_CHARSET for any
 * other. */
KQ_MUST struct kq_result kq_charset_parse(struct kq_slice text, enum kq_charset *charset,
                                          struct kq_error *error);

/* As it stands in Content-Type: "utf-8", "gbk", "gb2312". */
const char *kq_charset_name(enum kq_charset charset);

/* Bytes in `charset` as UTF-8: borrowed from `bytes` where nothing had to change, else made in the arena.
 * INVALID_CHARSET, with the place, where they are not valid in it or are cut off in a character, and where
 * there is a NUL byte: U+0000 is in every charset, but in no text of the protocol, and stores cannot keep it.
 * NO_MEMORY, INTERNAL (this system's iconv lacks GBK). */
KQ_MUST struct kq_result kq_charset_decode(enum kq_charset charset, struct kq_slice bytes,
                                           struct kq_arena *arena, struct kq_slice *utf8,
                                           struct kq_error *error);

/* UTF-8 JSON text into `charset`, appended to `out`. A character that the charset lacks, or that
 * implementations of GBK write differently (the euro sign), is written as a JSON escape (\uXXXX, two for
 * those beyond the BMP): only sound inside JSON strings, and JSON has non-ASCII text nowhere else.
 * INVALID_CHARSET where `json` is not UTF-8, NO_MEMORY, INTERNAL. */
KQ_MUST struct kq_result kq_charset_encode_json(enum kq_charset charset, struct kq_slice json,
                                                struct kq_buffer *out, struct kq_error *error);

/* UTF-8 text into `charset`, appended to `out`: for a request's values, where no escape could stand for a
 * character. BAD_INPUT where `utf8` is not UTF-8 or names a character that the charset lacks (the detail
 * tells which), NO_MEMORY. */
KQ_MUST struct kq_result kq_charset_encode_text(enum kq_charset charset, struct kq_slice utf8,
                                                struct kq_buffer *out, struct kq_error *error);

/* Well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong, nothing above U+10FFFF)? */
bool kq_utf8_is_valid(struct kq_slice bytes);

/* How many characters (code points) valid UTF-8 has: the unit of every maximum length of the reference pages.
 */
size_t kq_utf8_count(struct kq_slice utf8);

/* One character, valid: does it steer what shows it, and is none itself? C0, DEL, C1, and those that turn the
 * direction of a line (U+202A to U+202E, U+2066 to U+2069), which can make it read as another one. */
bool kq_utf8_is_control(struct kq_slice character);

#endif
