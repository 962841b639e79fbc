/* SPDX-License-Identifier: Apache-2.0 */
#ifndef KQ_WIRE_CHARSET_UTF8_H
#define KQ_WIRE_CHARSET_UTF8_H

#include <stddef.h>
#include <stdint.h>

#include "base/slice.h"

/* UTF-8 (RFC 3629), for the files of this room that convert it. */

/* How many of the first bytes are ASCII. */
size_t kq_ascii_prefix(struct kq_slice bytes);

/* How many of the first bytes are well-formed UTF-8. */
size_t kq_utf8_prefix(struct kq_slice bytes);

/* The bytes of the well-formed character that begins here; 0: there is none. */
size_t kq_utf8_character_size(struct kq_slice bytes);

/* The code point of exactly one well-formed character. */
uint32_t kq_utf8_code_point(struct kq_slice character);

/* Writes one character, a code point that is neither a surrogate nor above U+10FFFF, and gives its size. */
#define KQ_UTF8_MAX_BYTES 4
size_t kq_utf8_write(uint32_t code_point, char character[KQ_UTF8_MAX_BYTES]);

#endif
