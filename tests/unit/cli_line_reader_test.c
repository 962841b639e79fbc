/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/line_reader.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "wire_support.h"

struct input {
    int file;
    struct kq_line_reader reader;
};

static void close_input(struct input *input)
{
    kq_line_reader_close(&input->reader);
    close(input->file);
}
#define INPUT KQ_CLEANUP(close_input) struct input

static void open_input(struct input *input, struct kq_slice bytes)
{
    struct kq_error error = {0};
    input->file = memfd_create("input", MFD_CLOEXEC);
    assert_true(input->file >= 0);
    assert_int_equal(write(input->file, bytes.data, bytes.size), bytes.size);
    assert_int_equal(lseek(input->file, 0, SEEK_SET), 0);
    assert_ok(kq_line_reader_open(&input->reader, input->file, &error), &error);
}

static enum kq_line_outcome take(struct input *input, struct kq_slice *record)
{
    enum kq_line_outcome outcome = KQ_LINE_END;
    struct kq_error error = {0};
    assert_ok(kq_line_reader_next(&input->reader, &outcome, record, &error), &error);
    return outcome;
}

static void assert_line(struct input *input, struct kq_slice expected, unsigned long long number)
{
    struct kq_slice record;
    assert_int_equal(take(input, &record), KQ_LINE_THERE);
    assert_slice(record, expected);
    assert_int_equal(input->reader.line, number);
}

static void assert_end(struct input *input)
{
    struct kq_slice record;
    assert_int_equal(take(input, &record), KQ_LINE_END);
    assert_int_equal(take(input, &record), KQ_LINE_END);
}

static void test_line_ends(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("a\nb\r\n\r\n\nc\rd"));
    assert_line(&input, KQ_SLICE("a"), 1);
    assert_line(&input, KQ_SLICE("b"), 2);
    assert_line(&input, KQ_SLICE(""), 3);
    assert_line(&input, KQ_SLICE(""), 4);
    assert_line(&input, KQ_SLICE("c\rd"), 5);
    assert_end(&input);
}

static void test_last_line_with_an_end(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("a\n"));
    assert_line(&input, KQ_SLICE("a"), 1);
    assert_end(&input);
    assert_int_equal(input.reader.taken_bytes, 2);
}

static void test_empty_file(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE(""));
    assert_end(&input);
}

static void test_byte_order_mark(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("\xEF\xBB\xBF"
                                "a\n\xEF\xBB\xBF"));
    assert_line(&input, KQ_SLICE("a"), 1);
    assert_line(&input, KQ_SLICE("\xEF\xBB\xBF"), 2);
    assert_end(&input);
}

static void append_many(struct kq_buffer *buffer, char byte, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        kq_buffer_append_byte(buffer, byte);
    }
}

static void test_longest_line(void **state)
{
    (void)state;
    static const char *const ends[] = {"\n", "\r\n", ""};
    for (size_t i = 0; i < KQ_COUNT(ends); i++) {
        BUFFER text = {0};
        append_many(&text, 'x', KQ_RECORD_MAX_BYTES);
        INPUT input = {0};
        kq_buffer_append(&text, kq_slice_of(ends[i]));
        open_input(&input, kq_buffer_slice(&text));
        struct kq_slice record;
        assert_int_equal(take(&input, &record), KQ_LINE_THERE);
        assert_int_equal(record.size, KQ_RECORD_MAX_BYTES);
        assert_end(&input);
    }
}

static void test_line_too_long_is_skipped(void **state)
{
    (void)state;
    static const size_t sizes[] = {KQ_RECORD_MAX_BYTES + 1, KQ_RECORD_MAX_BYTES + 2, 5 * KQ_RECORD_MAX_BYTES};
    for (size_t i = 0; i < KQ_COUNT(sizes); i++) {
        BUFFER text = {0};
        kq_buffer_append(&text, KQ_SLICE("first\n"));
        append_many(&text, 'x', sizes[i]);
        kq_buffer_append(&text, KQ_SLICE("\nlast"));
        INPUT input = {0};
        open_input(&input, kq_buffer_slice(&text));
        struct kq_slice record;
        assert_line(&input, KQ_SLICE("first"), 1);
        assert_int_equal(take(&input, &record), KQ_LINE_TOO_LONG);
        assert_int_equal(input.reader.line, 2);
        assert_line(&input, KQ_SLICE("last"), 3);
        assert_end(&input);
        assert_int_equal(input.reader.taken_bytes, text.size);
    }
}

/* More than the reader holds at once. */
static void test_many_lines(void **state)
{
    (void)state;
    enum { LINES = 60000 };
    BUFFER text = {0};
    for (int i = 0; i < LINES; i++) {
        kq_buffer_print(&text, "line %d\n", i);
    }
    INPUT input = {0};
    open_input(&input, kq_buffer_slice(&text));
    for (int i = 0; i < LINES; i++) {
        char expected[32];
        snprintf(expected, sizeof(expected), "line %d", i);
        assert_line(&input, kq_slice_of(expected), (unsigned long long)i + 1);
    }
    assert_end(&input);
}

static bool extend(struct input *input, struct kq_slice *record)
{
    bool longer = false;
    struct kq_error error = {0};
    assert_ok(kq_line_reader_extend(&input->reader, &longer, record, &error), &error);
    return longer;
}

static void test_extend(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("a\r\nb\nc\nd"));
    struct kq_slice record;
    assert_line(&input, KQ_SLICE("a"), 1);
    assert_true(extend(&input, &record));
    assert_text(record, "a\r\nb");
    assert_true(extend(&input, &record));
    assert_text(record, "a\r\nb\nc");
    assert_line(&input, KQ_SLICE("d"), 4);
    assert_false(extend(&input, &record));
    assert_text(record, "d");
    assert_end(&input);
}

static void test_shrink(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("a\nb\nc"));
    struct kq_slice record;
    assert_line(&input, KQ_SLICE("a"), 1);
    assert_true(extend(&input, &record));
    assert_true(extend(&input, &record));
    assert_false(extend(&input, &record));
    kq_line_reader_shrink(&input.reader);
    assert_line(&input, KQ_SLICE("b"), 2);
    assert_line(&input, KQ_SLICE("c"), 3);
    assert_end(&input);
    assert_int_equal(input.reader.taken_bytes, 5);
}

static void test_extension_is_bounded(void **state)
{
    (void)state;
    BUFFER text = {0};
    append_many(&text, '\n', 4 * KQ_RECORD_MAX_BYTES);
    INPUT input = {0};
    open_input(&input, kq_buffer_slice(&text));
    struct kq_slice record;
    assert_line(&input, KQ_SLICE(""), 1);
    size_t extensions = 0;
    while (extend(&input, &record)) {
        extensions++;
    }
    assert_int_equal(extensions, KQ_RECORD_MAX_BYTES);
    assert_int_equal(record.size, KQ_RECORD_MAX_BYTES);
    kq_line_reader_shrink(&input.reader);
    assert_line(&input, KQ_SLICE(""), 2);
}

static void test_peek(void **state)
{
    (void)state;
    static const struct {
        struct kq_slice text;
        int first;
    } rows[] = {
        {KQ_SLICE(""), -1},         {KQ_SLICE(" \r\n\t"), -1},        {KQ_SLICE("\xEF\xBB\xBF \n{"), '{'},
        {KQ_SLICE("user_id"), 'u'}, {KQ_SLICE("\xE4\xBC\x98"), 0xE4},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        INPUT input = {0};
        open_input(&input, rows[i].text);
        int first = 0;
        struct kq_error error = {0};
        assert_ok(kq_line_reader_peek(&input.reader, &first, &error), &error);
        assert_int_equal(first, rows[i].first);
    }
}

static void test_peek_takes_nothing(void **state)
{
    (void)state;
    INPUT input = {0};
    open_input(&input, KQ_SLICE("\n a\n"));
    int first = 0;
    struct kq_error error = {0};
    assert_ok(kq_line_reader_peek(&input.reader, &first, &error), &error);
    assert_line(&input, KQ_SLICE(""), 1);
    assert_line(&input, KQ_SLICE(" a"), 2);
}

/* What comes by a pipe comes in pieces: a line may be in several. */
static void test_pieces(void **state)
{
    (void)state;
    int ends[2];
    struct kq_error error = {0};
    INPUT input = {0};
    assert_int_equal(pipe(ends), 0);
    input.file = ends[0];
    assert_int_equal(write(ends[1], "\xEF", 1), 1);
    assert_int_equal(write(ends[1],
                           "\xBB\xBF"
                           "ab",
                           4),
                     4);
    assert_ok(kq_line_reader_open(&input.reader, input.file, &error), &error);
    assert_int_equal(write(ends[1], "c\nde", 4), 4);
    close(ends[1]);
    assert_line(&input, KQ_SLICE("abc"), 1);
    assert_line(&input, KQ_SLICE("de"), 2);
    assert_end(&input);
}

static void test_unreadable_file(void **state)
{
    (void)state;
    struct kq_error error = {0};
    struct kq_line_reader reader;
    assert_failed(kq_line_reader_open(&reader, -1, &error), &error, KQ_E_IO);
    kq_line_reader_close(&reader);
}

static struct kq_result open_nothing(void *context, struct kq_error *error)
{
    struct kq_line_reader reader;
    struct kq_result result = kq_line_reader_open(&reader, *(int *)context, error);
    kq_line_reader_close(&reader);
    return result;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    int file = memfd_create("empty", MFD_CLOEXEC);
    assert_true(file >= 0);
    fail_each_allocation(open_nothing, &file);
    close(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_ends),     cmocka_unit_test(test_last_line_with_an_end),
        cmocka_unit_test(test_empty_file),    cmocka_unit_test(test_byte_order_mark),
        cmocka_unit_test(test_longest_line),  cmocka_unit_test(test_line_too_long_is_skipped),
        cmocka_unit_test(test_many_lines),    cmocka_unit_test(test_extend),
        cmocka_unit_test(test_shrink),        cmocka_unit_test(test_extension_is_bounded),
        cmocka_unit_test(test_peek),          cmocka_unit_test(test_peek_takes_nothing),
        cmocka_unit_test(test_pieces),        cmocka_unit_test(test_unreadable_file),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("cli_line_reader", tests, NULL, NULL);
}
