/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/local_error.h"

#include <stdlib.h>

#include "cli/chinese.h"
#include "wire_support.h"

static const struct {
    const struct kq_translation *rows;
    const size_t *count;
} tables[] = {
    {kq_chinese_errors, &kq_chinese_errors_count},
    {kq_chinese_error_texts, &kq_chinese_error_texts_count},
    {kq_chinese_key_errors, &kq_chinese_key_errors_count},
    {kq_chinese_server_errors, &kq_chinese_server_errors_count},
    {kq_chinese_doctor_errors, &kq_chinese_doctor_errors_count},
    {kq_chinese_client_errors, &kq_chinese_client_errors_count},
    {kq_chinese_domain_errors, &kq_chinese_domain_errors_count},
};

/* An English form with its first capture as <1>, and so on. */
static void fill_english(const char *form, struct kq_buffer *text)
{
    int captures = 0;
    for (; *form != '\0'; form++) {
        if (*form == '%') {
            kq_buffer_print(text, "<%d>", ++captures);
        } else {
            kq_buffer_append_byte(text, *form);
        }
    }
}

static void fill_chinese(const char *form, struct kq_buffer *text)
{
    for (; *form != '\0'; form++) {
        if ((*form == '%' || *form == '&') && form[1] >= '1' && form[1] <= '9') {
            kq_buffer_print(text, "<%c>", *++form);
        } else {
            kq_buffer_append_byte(text, *form);
        }
    }
}

static void assert_read(const struct kq_translation *row, const char *context, const char *chinese_context)
{
    BUFFER english = {0};
    BUFFER expected = {0};
    BUFFER read = {0};
    kq_buffer_print(&english, "%s", context);
    kq_buffer_print(&expected, "%s", chinese_context);
    fill_english(row->english, &english);
    fill_chinese(row->chinese, &expected);
    kq_append_local_error(&read, kq_buffer_slice(&english));
    assert_slice(kq_buffer_slice(&read), kq_buffer_slice(&expected));
}

/* No row takes another one's sentence, or a context's end for its own beginning. */
static void test_every_row_is_read_as_itself(void **state)
{
    (void)state;
    for (size_t table = 0; table < KQ_COUNT(tables); table++) {
        for (size_t i = 0; i < *tables[table].count; i++) {
            const struct kq_translation *row = &tables[table].rows[i];
            assert_read(row, "", "");
            assert_read(row, "/tmp/a b: ", "/tmp/a b：");
            assert_read(row, "the content key: ", "内容密钥：");
        }
    }
}

static void assert_local(const char *english, const char *chinese)
{
    BUFFER read = {0};
    kq_append_local_error(&read, kq_slice_of(english));
    assert_string_equal(read.data, chinese);
}

static void test_reasons_count(void **state)
{
    (void)state;
    assert_local("nofile cannot be opened: No such file or directory", "nofile 不能打开：没有这个文件或目录");
    assert_local("nofile cannot be opened: what nobody knows", "nofile 不能打开：what nobody knows");
    assert_local("the store failed: file is not a database (26)", "存储出错：文件不是数据库（26）");
    assert_local("/a line 3: login id is missing", "/a 第 3 行：缺少登录号");
    assert_local("login id has a control character", "登录号含有控制字符");
    assert_local("a.b has a control character", "a.b 含有控制字符");
    assert_local("invalid parameter: amount 有误", "参数无效：amount 有误");
    assert_local("no answer: what nobody knows", "没有应答：what nobody knows");
    assert_local("what nobody knows: what nobody knows", "what nobody knows: what nobody knows");
    assert_local("what nobody knows", "what nobody knows");
    assert_local("a: b: c", "a: b: c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_read_as_itself),
        cmocka_unit_test(test_reasons_count),
    };
    setenv("LC_ALL", "zh_CN.UTF-8", 1);
    return cmocka_run_group_tests_name("cli_local_error", tests, NULL, NULL);
}
