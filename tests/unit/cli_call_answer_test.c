/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/call_answer.h"

#include <locale.h>

#include "wire_support.h"

static void test_no_object(void **state)
{
    static const char *const answers[] = {"[]", "\"text\"", "1", "null", "{", ""};
    (void)state;
    for (size_t i = 0; i < KQ_COUNT(answers); i++) {
        struct kq_error error = {0};
        assert_false(kq_call_answer_print(kq_slice_of(answers[i]), &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static struct kq_result print(void *context, struct kq_error *error)
{
    (void)context;
    return kq_call_answer_print(
        KQ_SLICE("{\"code\":\"10000\",\"flag\":true,\"l\":[{\"n\":1.50,\"o\":{\"p\":[1]}},"
                 "{\"m\":\"0123456789 0123456789 0123456789 0123456789 0123456789\"}]}"),
        error);
}

static void test_out_of_memory(void **state)
{
    (void)state;
    fail_each_allocation(print, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_object),
        cmocka_unit_test(test_out_of_memory),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests_name("cli_call_answer", tests, NULL, NULL);
}
