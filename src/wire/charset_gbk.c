/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/charset_gbk.h"

#include <iconv.h>
#include <pthread.h>

#include "base/cursor.h"
#include "wire/charset_utf8.h"

#define EURO_BYTE 0x80
#define EURO_CODE_POINT 0x20AC
#define EURO_UTF8 KQ_SLICE("\xE2\x82\xAC")
#define CIRCLED_PLUS_CODE_POINT 0x2295

/* A pair has at most 4 bytes in UTF-8, 0x80 has 3. */
#define UTF8_BYTES_PER_BYTE 3

static const char *const table_names[] = {
    [KQ_GBK_COMMON] = "GBK",
    [KQ_GBK_FULL] = "GB18030",
};

static void close_converter(iconv_t *converter)
{
    (void)iconv_close(*converter); /* of -1 too: it then says EBADF */
}

/* glibc unloads a table's module when nobody uses it any more. One converter of each kind stays open for the
 * life of the process, so that a call neither loads modules nor unloads them under another thread's hands.
 * Where this fails, for want of memory, a call loads them itself. */
static void keep_tables_loaded(void)
{
    static iconv_t kept[2 * KQ_COUNT(table_names)] __attribute__((used)); /* never closed */
    for (size_t i = 0; i < KQ_COUNT(table_names); i++) {
        kept[2 * i] = iconv_open("UTF-8", table_names[i]);
        kept[2 * i + 1] = iconv_open(table_names[i], "UTF-8");
    }
}

/* A converter belongs to one thread, so each call opens its own. */
static struct kq_result open_converter(const char *to, const char *from, iconv_t *converter,
                                       struct kq_error *error)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, keep_tables_loaded);
    *converter = iconv_open(to, from);
    KQ_ENSURE(*converter != (iconv_t)-1, error, KQ_E_INTERNAL, "this system's iconv cannot make %s of %s", to,
              from);
    return KQ_OK;
}

/* Converts all of `bytes`; false where that is not possible. */
static bool convert(iconv_t converter, struct kq_slice bytes, char *out, size_t capacity, size_t *size)
{
    char *in = (char *)(uintptr_t)bytes.data; /* iconv(3) only reads there, whatever its prototype says */
    size_t in_left = bytes.size;
    size_t out_left = capacity;
    (void)iconv(converter, NULL, NULL, NULL, NULL);
    size_t irreversible = iconv(converter, &in, &in_left, &out, &out_left);
    *size = capacity - out_left;
    return irreversible == 0 && in_left == 0;
}

static struct kq_slice rest_of(struct kq_slice bytes, size_t at)
{
    return (struct kq_slice){.data = bytes.data + at, .size = bytes.size - at};
}

/* How many of the first bytes have GBK's form: ASCII, and pairs of 81..FE with 40..7E or 80..FE. */
static size_t gbk_prefix(struct kq_slice bytes)
{
    struct kq_cursor cursor = kq_cursor_of(bytes);
    while (!kq_cursor_at_end(&cursor)) {
        struct kq_cursor before = cursor;
        int lead = kq_cursor_take(&cursor);
        if (lead < 0x80) {
            continue;
        }
        int trail = kq_cursor_take(&cursor);
        if (lead == 0x80 || lead == 0xFF || trail < 0x40 || trail == 0x7F || trail == 0xFF) {
            return bytes.size - kq_cursor_left(&before);
        }
    }
    return bytes.size;
}

static struct kq_result decode_into(iconv_t converter, struct kq_slice bytes, char *room, size_t *size,
                                    struct kq_error *error)
{
    size_t capacity = bytes.size * UTF8_BYTES_PER_BYTE;
    size_t at = 0;
    while (at < bytes.size) {
        struct kq_slice run = {.data = bytes.data + at, .size = gbk_prefix(rest_of(bytes, at))};
        size_t written = 0;
        bool converted = convert(converter, run, room + *size, capacity - *size, &written);
        *size += written;
        at += run.size;
        if (converted && at == bytes.size) {
            break;
        }
        KQ_ENSURE(converted && (unsigned char)bytes.data[at] == EURO_BYTE, error, KQ_E_INVALID_CHARSET,
                  "第%zu个字节起不是GBK编码", at + 1);
        memcpy(room + *size, EURO_UTF8.data, EURO_UTF8.size);
        *size += EURO_UTF8.size;
        at++;
    }
    return KQ_OK;
}

struct kq_result kq_gbk_decode(struct kq_slice bytes, struct kq_arena *arena, struct kq_slice *utf8,
                               struct kq_error *error)
{
    KQ_CLEANUP(close_converter) iconv_t converter = (iconv_t)-1;
    KQ_TRY(open_converter("UTF-8", table_names[KQ_GBK_FULL], &converter, error));
    char *room = kq_arena_allocate_array(arena, bytes.size, UTF8_BYTES_PER_BYTE);
    KQ_ENSURE_MEMORY(room, error);
    size_t size = 0;
    KQ_TRY(decode_into(converter, bytes, room, &size, error));
    *utf8 = (struct kq_slice){.data = room, .size = size};
    return KQ_OK;
}

static bool is_disputed(enum kq_gbk_table table, uint32_t point)
{
    return table == KQ_GBK_COMMON && (point == EURO_CODE_POINT || point == CIRCLED_PLUS_CODE_POINT);
}

/* One character that is not ASCII. GB18030's four bytes are not GBK: they do not fit the pair. */
static struct kq_result encode_character(iconv_t converter, enum kq_gbk_table table,
                                         struct kq_slice character, kq_gbk_missing_function *missing,
                                         struct kq_buffer *out, struct kq_error *error)
{
    uint32_t point = kq_utf8_code_point(character);
    char pair[2];
    size_t size = 0;
    if (is_disputed(table, point) || !convert(converter, character, pair, sizeof(pair), &size)) {
        return missing(point, out, error);
    }
    kq_buffer_append(out, (struct kq_slice){.data = pair, .size = size});
    return KQ_OK;
}

struct kq_result kq_gbk_encode(enum kq_gbk_table table, struct kq_slice utf8,
                               kq_gbk_missing_function *missing, struct kq_buffer *out,
                               struct kq_error *error)
{
    KQ_CLEANUP(close_converter) iconv_t converter = (iconv_t)-1;
    KQ_TRY(open_converter(table_names[table], "UTF-8", &converter, error));
    size_t at = 0;
    while (at < utf8.size) {
        struct kq_slice rest = rest_of(utf8, at);
        struct kq_slice run = {.data = rest.data, .size = kq_ascii_prefix(rest)};
        if (run.size > 0) {
            kq_buffer_append(out, run);
        } else {
            run.size = kq_utf8_character_size(rest);
            KQ_TRY(encode_character(converter, table, run, missing, out, error));
        }
        at += run.size;
    }
    KQ_ENSURE_MEMORY(!out->failed, error);
    return KQ_OK;
}
