/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/csv.h"

#include "wire_support.h"

static void assert_fields(struct kq_slice text, const char *const *fields, size_t count)
{
    ARENA arena = {0};
    struct kq_csv_record record;
    struct kq_error error = {0};
    assert_ok(kq_csv_read(text, &arena, &record, &error), &error);
    assert_false(record.open);
    assert_int_equal(record.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_slice(record.fields[i], kq_slice_of(fields[i]));
    }
}

static void test_plain_fields(void **state)
{
    (void)state;
    assert_fields(KQ_SLICE("a,bc,优酷"), (const char *const[]){"a", "bc", "优酷"}, 3);
    assert_fields(KQ_SLICE(" a , b"), (const char *const[]){" a ", " b"}, 2);
}

static void test_empty_fields(void **state)
{
    (void)state;
    assert_fields(KQ_SLICE(""), (const char *const[]){""}, 1);
    assert_fields(KQ_SLICE(",,"), (const char *const[]){"", "", ""}, 3);
    assert_fields(KQ_SLICE("\"\",\"\""), (const char *const[]){"", ""}, 2);
}

static void test_quoted_fields(void **state)
{
    (void)state;
    assert_fields(KQ_SLICE("\"a,b\",c"), (const char *const[]){"a,b", "c"}, 2);
    assert_fields(KQ_SLICE("\"a\r\nb\""), (const char *const[]){"a\r\nb"}, 1);
    assert_fields(KQ_SLICE("\"say \"\"hi\"\"\",\"\"\"\""), (const char *const[]){"say \"hi\"", "\""}, 2);
    assert_fields(KQ_SLICE("\"{\"\"a\"\":1}\""), (const char *const[]){"{\"a\":1}"}, 1);
}

static void test_open_field(void **state)
{
    (void)state;
    static const char *const texts[] = {"\"", "\"a", "a,\"b", "\"\"\"", "a,\"b\"\""};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        ARENA arena = {0};
        struct kq_csv_record record;
        struct kq_error error = {0};
        assert_ok(kq_csv_read(kq_slice_of(texts[i]), &arena, &record, &error), &error);
        assert_true(record.open);
    }
}

static void assert_refused(const char *text, const char *detail)
{
    ARENA arena = {0};
    struct kq_csv_record record;
    struct kq_error error = {0};
    assert_failed(kq_csv_read(kq_slice_of(text), &arena, &record, &error), &error, KQ_E_BAD_INPUT);
    assert_detail_contains(&error, detail);
}

static void test_quote_out_of_place(void **state)
{
    (void)state;
    assert_refused("a,b\"c\"", "field 2 holds a quote");
    assert_refused(" \"a\"", "field 1 holds a quote");
    assert_refused("\"a\"b,c", "field 1 goes on behind its closing quote");
    assert_refused("a,\"b\" ", "field 2 goes on behind its closing quote");
}

static void test_too_many_fields(void **state)
{
    (void)state;
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_csv_record record;
    struct kq_error error = {0};
    for (size_t i = 1; i < KQ_CSV_FIELDS_MAX; i++) {
        kq_buffer_append_byte(&text, ',');
    }
    assert_ok(kq_csv_read(kq_buffer_slice(&text), &arena, &record, &error), &error);
    assert_int_equal(record.count, KQ_CSV_FIELDS_MAX);
    kq_buffer_append_byte(&text, ',');
    assert_failed(kq_csv_read(kq_buffer_slice(&text), &arena, &record, &error), &error, KQ_E_BAD_INPUT);
}

/* What is written is read again. */
static void test_written_fields(void **state)
{
    (void)state;
    static const char *const fields[] = {"", "plain 卡券", "a,b", "a \"quoted\" word", "\"", "two\r\nlines"};
    ARENA arena = {0};
    BUFFER text = {0};
    struct kq_csv_record record;
    struct kq_error error = {0};
    for (size_t i = 0; i < KQ_COUNT(fields); i++) {
        kq_csv_append_field(&text, i == 0, kq_slice_of(fields[i]));
    }
    assert_string_equal(text.data, ",plain 卡券,\"a,b\",\"a \"\"quoted\"\" word\",\"\"\"\",\"two\r\nlines\"");
    assert_ok(kq_csv_read(kq_buffer_slice(&text), &arena, &record, &error), &error);
    assert_int_equal(record.count, KQ_COUNT(fields));
    for (size_t i = 0; i < KQ_COUNT(fields); i++) {
        assert_true(kq_slice_equal(record.fields[i], kq_slice_of(fields[i])));
    }
}

static struct kq_result read_with_quotes(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    struct kq_csv_record record;
    return kq_csv_read(KQ_SLICE("\"a\"\"b\",\"c\"\"d\""), &arena, &record, error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(read_with_quotes, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_fields),       cmocka_unit_test(test_empty_fields),
        cmocka_unit_test(test_quoted_fields),      cmocka_unit_test(test_open_field),
        cmocka_unit_test(test_quote_out_of_place), cmocka_unit_test(test_too_many_fields),
        cmocka_unit_test(test_written_fields),     cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests_name("cli_csv", tests, NULL, NULL);
}
