/* SPDX-License-Identifier: Apache-2.0 */
#include "wire/json.h"

#include "wire_support.h"

static const struct kq_json *read_ok(struct kq_slice text, struct kq_arena *arena)
{
    struct kq_error error = {0};
    const struct kq_json *value = NULL;
    assert_ok(kq_json_read(text, arena, &value, &error), &error);
    assert_non_null(value);
    return value;
}

static void assert_kind(const struct kq_json *value, enum kq_json_kind kind, struct kq_slice text)
{
    assert_non_null(value);
    assert_int_equal(value->kind, kind);
    assert_slice(value->text, text);
}

static void assert_reads(struct kq_slice text, enum kq_json_kind kind, struct kq_slice expected)
{
    ARENA arena = {0};
    assert_kind(read_ok(text, &arena), kind, expected);
}

static void assert_refused(struct kq_slice text, const char *detail)
{
    struct kq_error error = {0};
    ARENA arena = {0};
    const struct kq_json *value = NULL;
    struct kq_result result = kq_json_read(text, &arena, &value, &error);
    if (result.ok) {
        fail_msg("%.*s was accepted", KQ_SLICE_PRINT(text));
    }
    assert_null(value);
    assert_failed(result, &error, KQ_E_ILLEGAL_JSON);
    assert_detail_contains(&error, detail);
}

static void test_every_kind(void **state)
{
    (void)state;
    assert_reads(KQ_SLICE("null"), KQ_JSON_NULL, KQ_SLICE(""));
    assert_reads(KQ_SLICE("true"), KQ_JSON_TRUE, KQ_SLICE(""));
    assert_reads(KQ_SLICE("false"), KQ_JSON_FALSE, KQ_SLICE(""));
    assert_reads(KQ_SLICE(" \t\r\n[] "), KQ_JSON_ARRAY, KQ_SLICE(""));
    assert_reads(KQ_SLICE("{}"), KQ_JSON_OBJECT, KQ_SLICE(""));
    assert_reads(KQ_SLICE("\"\""), KQ_JSON_STRING, KQ_SLICE(""));
    assert_reads(KQ_SLICE("\"9.99\""), KQ_JSON_STRING, KQ_SLICE("9.99"));
    assert_reads(KQ_SLICE("\"\\u4f18\\n\\/\\\\\\\"\\ud83d\\ude00酷\""), KQ_JSON_STRING,
                 KQ_SLICE("优\n/\\\"😀酷"));
}

static void test_numbers_keep_their_text(void **state)
{
    (void)state;
    static const struct kq_slice numbers[] = {
        {"0", 1},
        {"-0", 2},
        {"9.99", 4},
        {"10.00", 5},
        {"1e3", 3},
        {"1E+3", 4},
        {"1e-3", 4},
        {"-1.50e10", 8},
        {"0.1", 3},
        {"0e0", 3},
        {"99999999999999999999999999", 26},
        {"1e999999", 8},
        {"0.10000000000000000000001", 25},
    };
    for (size_t i = 0; i < KQ_COUNT(numbers); i++) {
        assert_reads(numbers[i], KQ_JSON_NUMBER, numbers[i]);
    }
}

static void test_the_send_page(void **state)
{
    (void)state;
    ARENA arena = {0};
    const struct kq_json *value =
        read_ok(KQ_SLICE("{\"template_id\":\"20140601000730010040000000EB\",\"amount\":9.99,\"memo\":"
                         "\"优酷3个月兑换券\"}"),
                &arena);
    assert_kind(kq_json_member(value, KQ_SLICE("template_id")), KQ_JSON_STRING,
                KQ_SLICE("20140601000730010040000000EB"));
    assert_kind(kq_json_member(value, KQ_SLICE("amount")), KQ_JSON_NUMBER, KQ_SLICE("9.99"));
    assert_kind(kq_json_member(value, KQ_SLICE("memo")), KQ_JSON_STRING, KQ_SLICE("优酷3个月兑换券"));
}

static void test_numbers_in_all_places(void **state)
{
    (void)state;
    ARENA arena = {0};
    const struct kq_json *value = read_ok(KQ_SLICE("{\"a\":[1,-2 , 3.0],\"b\":\"4\",\"c\":5}"), &arena);
    const struct kq_json *list = kq_json_member(value, KQ_SLICE("a"));
    assert_kind(list, KQ_JSON_ARRAY, KQ_SLICE(""));
    assert_int_equal(list->count, 3);
    assert_kind(list->first, KQ_JSON_NUMBER, KQ_SLICE("1"));
    assert_kind(list->first->next, KQ_JSON_NUMBER, KQ_SLICE("-2"));
    assert_kind(list->first->next->next, KQ_JSON_NUMBER, KQ_SLICE("3.0"));
    assert_null(list->first->next->next->next);
    assert_kind(kq_json_member(value, KQ_SLICE("b")), KQ_JSON_STRING, KQ_SLICE("4"));
    assert_kind(kq_json_member(value, KQ_SLICE("c")), KQ_JSON_NUMBER, KQ_SLICE("5"));
}

/* Digits, minus signs, brackets and escaped quotes in strings are text. */
static void test_strings_are_left_alone(void **state)
{
    (void)state;
    assert_reads(KQ_SLICE("\"-1 [{ \\\" 2 \\\\\""), KQ_JSON_STRING, KQ_SLICE("-1 [{ \" 2 \\"));
}

static void test_control_characters(void **state)
{
    (void)state;
    assert_reads(KQ_SLICE("\"\\u0001\\u001F1\""), KQ_JSON_STRING, KQ_SLICE("\x01\x1F\x31"));
    for (char byte = 0; byte < 0x20; byte++) {
        const char text[] = {'"', 'a', byte, 'a', '"'};
        assert_refused((struct kq_slice){.data = text, .size = sizeof(text)}, "语法错误");
    }
}

/* An escape, a quote or a wrong byte at every place of a string that is looked at eight bytes at a time. */
static void test_every_place_of_a_string(void **state)
{
    (void)state;
    for (size_t size = 1; size <= 40; size++) {
        for (size_t at = 0; at < size; at++) {
            BUFFER text = {0};
            BUFFER expected = {0};
            kq_buffer_append(&text, KQ_SLICE("\""));
            for (size_t i = 0; i < size; i++) {
                kq_buffer_print(&text, "%s", i == at ? "\\\"" : "~");
                kq_buffer_print(&expected, "%c", i == at ? '"' : '~');
            }
            kq_buffer_append(&text, KQ_SLICE("\""));
            assert_reads(kq_buffer_slice(&text), KQ_JSON_STRING, kq_buffer_slice(&expected));
            text.data[at + 1] =
                '\x1F'; /* where the backslash was: the quote behind it then ends the string */
            assert_refused(kq_buffer_slice(&text), "语法错误");
            text.data[at + 1] = '~';
            assert_refused(kq_buffer_slice(&text), "有多余内容");
        }
    }
}

/* Without escapes it is the text's own bytes; with them it is made elsewhere, and the text stays as it was.
 */
static void test_where_strings_lie(void **state)
{
    (void)state;
    ARENA arena = {0};
    const char source[] = "{\"plain\":\"a\",\"e\\u0073caped\":\"\\n\",\"number\":-1.50}";
    char text[sizeof(source)];
    memcpy(text, source, sizeof(source));
    const struct kq_json *value = read_ok((struct kq_slice){.data = text, .size = sizeof(text) - 1}, &arena);
    assert_memory_equal(text, source, sizeof(source));
    const struct kq_json *plain = kq_json_member(value, KQ_SLICE("plain"));
    const struct kq_json *escaped = kq_json_member(value, KQ_SLICE("escaped"));
    const struct kq_json *number = kq_json_member(value, KQ_SLICE("number"));
    memset(text, '~', sizeof(text));
    assert_kind(escaped, KQ_JSON_STRING, KQ_SLICE("\n"));
    assert_slice(escaped->name, KQ_SLICE("escaped"));
    assert_kind(plain, KQ_JSON_STRING, KQ_SLICE("~"));
    assert_kind(number, KQ_JSON_NUMBER, KQ_SLICE("~~~~~"));
}

static void test_members_of_what_is_no_object(void **state)
{
    (void)state;
    ARENA arena = {0};
    assert_null(kq_json_member(read_ok(KQ_SLICE("[{\"a\":1},2]"), &arena), KQ_SLICE("")));
    assert_null(kq_json_member(read_ok(KQ_SLICE("\"a\""), &arena), KQ_SLICE("a")));
    assert_null(kq_json_member(read_ok(KQ_SLICE("{}"), &arena), KQ_SLICE("")));
    assert_non_null(kq_json_member(read_ok(KQ_SLICE("{\"\":1}"), &arena), KQ_SLICE("")));
}

static void test_bad_numbers(void **state)
{
    (void)state;
    static const struct kq_slice bad[] = {
        {"-", 1},   {"01", 2},  {"-01", 3}, {"00", 2},  {"1.", 2},   {"1.e1", 4}, {"1e", 2},
        {"1e+", 3}, {"--1", 3}, {"- 1", 3}, {"-.5", 3}, {"[1.]", 4}, {"[01]", 4}, {"{\"a\":-}", 7},
    };
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_refused(bad[i], "数字格式错误");
    }
}

/* Quoting a number must not make JSON of what was none. */
static void test_what_is_no_json_stays_none(void **state)
{
    (void)state;
    static const struct kq_slice bad[] = {
        {"{1:2}", 5},       {"{1 :2}", 6},   {"{-1\n:2}", 7}, {"1 2", 3},
        {"1\"a\"", 4},      {"\"a\"1", 4},   {"[1 2]", 5},    {"[1-2]", 5},
        {"1a", 2},          {"a1", 2},       {"true1", 5},    {"[1true]", 7},
        {"+1", 2},          {".5", 2},       {"1e5.5", 5},    {"1.2.3", 5},
        {"0x10", 4},        {"NaN", 3},      {"Infinity", 8}, {"-Infinity", 9},
        {"[1,]", 4},        {"[,1]", 4},     {"{\"a\"1}", 6}, {"{\"a\":1 2}", 9},
        {"{\"a\":1,}", 8},  {"1:2", 3},      {"[1:2]", 5},    {"'a'", 3},
        {"{a:1}", 5},       {"tru", 3},      {"\"\\x\"", 4},  {"\"\\u12\"", 6},
        {"\"\\ud800\"", 8}, {"\"a\nb\"", 5}, {"// a\n1", 6},  {"\xEF\xBB\xBF{}", 5},
        {"1_000", 5},       {"1,2", 3},      {"]", 1},        {"}", 1},
        {"[}", 2},          {"{]", 2},
    };
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        assert_refused(bad[i], "");
    }
}

static void test_reasons(void **state)
{
    (void)state;
    assert_refused(KQ_SLICE(""), "内容不完整");
    assert_refused(KQ_SLICE("  "), "内容不完整");
    assert_refused(KQ_SLICE("{\"a\":1"), "内容不完整");
    assert_refused(KQ_SLICE("{\"a"), "内容不完整");
    assert_refused(KQ_SLICE("\""), "内容不完整");
    assert_refused(KQ_SLICE("\"\\"), "内容不完整");
    assert_refused(KQ_SLICE("{\"a\":1}x"), "有多余内容");
    assert_refused(KQ_SLICE("{} {}"), "有多余内容");
    assert_refused(KQ_SLICE("{}\0"), "有多余内容");
    assert_refused(KQ_SLICE("{\"a\":1,\"b\":2,\"a\":1}"), "字段重复");
    assert_refused(KQ_SLICE("{\"x\":{\"a\":1,\"\\u0061\":2}}"), "字段重复");
    assert_refused(KQ_SLICE("\"\\u0000\""), "空字符");
    assert_refused(KQ_SLICE("{\"\\u0000\":1}"), "空字符");
    assert_refused(KQ_SLICE("{\"a\":'b'}"), "语法错误");
    assert_refused(KQ_SLICE("\"a\0b\""), "语法错误");
    assert_refused(KQ_SLICE("\"\xD3\xC5\""), "不是UTF-8编码");
}

/* In characters of the caller's text, whatever numbers were made of it on the way. */
static void test_the_place_alone(void **state)
{
    (void)state;
    ARENA arena = {0};
    const struct kq_json *value = NULL;
    struct kq_error error = {0};
    assert_failed(kq_json_read(KQ_SLICE("{\"优酷\":1,\"123\" x}"), &arena, &value, &error), &error,
                  KQ_E_ILLEGAL_JSON);
    assert_int_equal(kq_json_error_character(&error), 15);
}

static void test_places(void **state)
{
    (void)state;
    assert_refused(KQ_SLICE("{\"a\":1,\"b\":2,}"), "第14个字符");
    assert_refused(KQ_SLICE("{\"优酷\":1,x}"), "第9个字符");
    assert_refused(KQ_SLICE("[1,2,03]"), "第6个字符");
    assert_refused(KQ_SLICE("x"), "第1个字符");
}

static void fill(struct kq_buffer *text, char open, char close, int depth)
{
    for (int i = 0; i < depth; i++) {
        kq_buffer_append_byte(text, open);
    }
    for (int i = 0; i < depth; i++) {
        kq_buffer_append_byte(text, close);
    }
}

static void test_depth(void **state)
{
    (void)state;
    BUFFER deepest = {0};
    fill(&deepest, '[', ']', KQ_JSON_DEPTH_MAX);
    assert_reads(kq_buffer_slice(&deepest), KQ_JSON_ARRAY, KQ_SLICE(""));
    BUFFER deeper = {0};
    fill(&deeper, '[', ']', KQ_JSON_DEPTH_MAX + 1);
    assert_refused(kq_buffer_slice(&deeper), "嵌套过深");
    BUFFER endless = {0};
    fill(&endless, '[', ']', 100000);
    assert_refused(kq_buffer_slice(&endless), "嵌套过深");
    BUFFER wide = {0};
    kq_buffer_append(&wide, KQ_SLICE("["));
    for (int i = 0; i < KQ_JSON_DEPTH_MAX * 2; i++) {
        kq_buffer_append(&wide, KQ_SLICE("[],"));
    }
    kq_buffer_append(&wide, KQ_SLICE("[]]"));
    assert_reads(kq_buffer_slice(&wide), KQ_JSON_ARRAY, KQ_SLICE(""));
}

static void test_members_keep_their_order(void **state)
{
    (void)state;
    ARENA arena = {0};
    const struct kq_json *value = read_ok(KQ_SLICE("{\"z\":1,\"a\":2,\"m\":3}"), &arena);
    static const char *const names[] = {"z", "a", "m"};
    size_t at = 0;
    for (const struct kq_json *member = value->first; member != NULL; member = member->next) {
        assert_true(at < KQ_COUNT(names));
        assert_slice(member->name, kq_slice_of(names[at++]));
    }
    assert_int_equal(at, KQ_COUNT(names));
    assert_int_equal(value->count, KQ_COUNT(names));
}

/* `make_name` makes the i-th of the names of an object, which all differ. */
typedef void name_function(struct kq_buffer *name, int i);

static void count_up(struct kq_buffer *name, int i)
{
    kq_buffer_print(name, "%d", i);
}

static void grow(struct kq_buffer *name, int i)
{
    for (int j = 0; j < i; j++) {
        kq_buffer_append_byte(name, 'a');
    }
}

static void spread(struct kq_buffer *name, int i)
{
    kq_buffer_print(name, "%08x-%d", (unsigned)i * 2654435761U, i % 3);
}

static void append_members(struct kq_buffer *text, name_function *make_name, int count)
{
    for (int i = 0; i < count; i++) {
        kq_json_append_separator(text);
        kq_buffer_append(text, KQ_SLICE("\""));
        make_name(text, i);
        kq_buffer_append(text, KQ_SLICE("\":1"));
    }
}

/* As many members as are told apart in another way than the first ones: all are accepted; with one of them a
 * second time, refused. */
static void check_many_members(name_function *make_name, int count)
{
    BUFFER text = {0};
    kq_buffer_append(&text, KQ_SLICE("{"));
    append_members(&text, make_name, count);
    size_t size = text.size;
    for (int again = 0; again <= count; again++) {
        text.size = size;
        kq_buffer_append(&text, KQ_SLICE(",\""));
        make_name(&text, again);
        kq_buffer_append(&text, KQ_SLICE("\":2}"));
        if (again < count) {
            assert_refused(kq_buffer_slice(&text), "字段重复");
        } else {
            assert_reads(kq_buffer_slice(&text), KQ_JSON_OBJECT, KQ_SLICE(""));
        }
    }
}

static void test_many_members(void **state)
{
    (void)state;
    for (int count = 14; count <= 18; count++) {
        check_many_members(count_up, count);
        check_many_members(grow, count);
    }
    check_many_members(count_up, 300);
    check_many_members(grow, 100);
    check_many_members(spread, 300);
}

static void assert_string(struct kq_slice text, struct kq_slice expected)
{
    BUFFER json = {0};
    kq_json_append_string(&json, text);
    assert_slice(kq_buffer_slice(&json), expected);
}

static void test_writing_strings(void **state)
{
    (void)state;
    assert_string(KQ_SLICE(""), KQ_SLICE("\"\""));
    assert_string(KQ_SLICE("优酷/€😀\x7F"), KQ_SLICE("\"优酷/€😀\x7F\""));
    assert_string(KQ_SLICE("a\"b\\c"), KQ_SLICE("\"a\\\"b\\\\c\""));
    assert_string(KQ_SLICE("\b\f\n\r\t\0\x01\x1F"), KQ_SLICE("\"\\b\\f\\n\\r\\t\\u0000\\u0001\\u001f\""));
}

static void test_writing_without_ampersands(void **state)
{
    (void)state;
    static const struct {
        struct kq_slice json;
        struct kq_slice written;
    } rows[] = {
        {KQ_SLICE("{\"a\":\"b\"}"), KQ_SLICE("{\"a\":\"b\"}")},
        {KQ_SLICE("{\"a\":\"b&c&&\"}"), KQ_SLICE("{\"a\":\"b\\u0026c\\u0026\\u0026\"}")},
        {KQ_SLICE("\"\\\\&\""), KQ_SLICE("\"\\\\\\u0026\"")},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        BUFFER buffer = {0};
        kq_json_append_without_ampersands(&buffer, rows[i].json);
        assert_slice(kq_buffer_slice(&buffer), rows[i].written);
    }
}

/* Every byte that valid UTF-8 may have is read back as it was written. */
static void test_written_strings_read_back(void **state)
{
    (void)state;
    BUFFER json = {0};
    char ascii[127];
    for (size_t i = 0; i < sizeof(ascii); i++) {
        ascii[i] = (char)(i + 1);
    }
    struct kq_slice text = {.data = ascii, .size = sizeof(ascii)};
    kq_json_append_string(&json, text);
    assert_reads(kq_buffer_slice(&json), KQ_JSON_STRING, text);
}

static void test_writing_structures(void **state)
{
    (void)state;
    BUFFER json = {0};
    kq_buffer_append(&json, KQ_SLICE("{"));
    kq_json_append_name(&json, "code");
    kq_json_append_string(&json, KQ_SLICE("{"));
    kq_json_append_name(&json, "vouchers");
    kq_buffer_append(&json, KQ_SLICE("["));
    for (int i = 0; i < 3; i++) {
        kq_json_append_separator(&json);
        kq_json_append_string(&json, KQ_SLICE("v["));
    }
    kq_buffer_append(&json, KQ_SLICE("]}"));
    assert_text(kq_buffer_slice(&json), "{\"code\":\"{\",\"vouchers\":[\"v[\",\"v[\",\"v[\"]}");
    BUFFER empty = {0};
    kq_json_append_separator(&empty);
    assert_int_equal(empty.size, 0);
}

/* Strings longer than any first allocation; what is read must be whole whenever it is read at all. */
static struct kq_result read_some(void *context, struct kq_error *error)
{
    (void)context;
    ARENA arena = {0};
    const struct kq_json *value = NULL;
    BUFFER text = {0};
    kq_buffer_append(&text, KQ_SLICE("{\"list\":["));
    for (int i = 0; i < 20; i++) {
        kq_json_append_separator(&text);
        kq_buffer_print(&text, "\"%0*d\\t\",%d.45,{\"a\\n%d\":true}", i * 100, i, i, i);
    }
    kq_buffer_append(&text, KQ_SLICE("]"));
    append_members(&text, spread, 200);
    kq_buffer_append(&text, KQ_SLICE("}"));
    KQ_ENSURE_MEMORY(!text.failed, error);
    KQ_TRY(kq_json_read(kq_buffer_slice(&text), &arena, &value, error));
    assert_int_equal(value->count, 201);
    const struct kq_json *item = value->first->first;
    for (int i = 0; i < 57; i++) {
        item = item->next;
    }
    assert_int_equal(item->text.size, 1901);
    assert_kind(item->next, KQ_JSON_NUMBER, KQ_SLICE("19.45"));
    assert_slice(item->next->next->first->name, KQ_SLICE("a\n19"));
    return KQ_OK;
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(read_some, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind),
        cmocka_unit_test(test_numbers_keep_their_text),
        cmocka_unit_test(test_the_send_page),
        cmocka_unit_test(test_numbers_in_all_places),
        cmocka_unit_test(test_strings_are_left_alone),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_every_place_of_a_string),
        cmocka_unit_test(test_where_strings_lie),
        cmocka_unit_test(test_members_of_what_is_no_object),
        cmocka_unit_test(test_bad_numbers),
        cmocka_unit_test(test_what_is_no_json_stays_none),
        cmocka_unit_test(test_reasons),
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_the_place_alone),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_members_keep_their_order),
        cmocka_unit_test(test_many_members),
        cmocka_unit_test(test_writing_strings),
        cmocka_unit_test(test_writing_without_ampersands),
        cmocka_unit_test(test_written_strings_read_back),
        cmocka_unit_test(test_writing_structures),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
