/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "server/language.h"

static void assert_language(const char *header, enum kq_language expected)
{
    if (kq_language_of(kq_slice_of(header)) != expected) {
        fail_msg("%s", header);
    }
}

static void the_one_that_is_named_is_taken(void **state)
{
    (void)state;
    assert_language("en", KQ_LANGUAGE_ENGLISH);
    assert_language("EN-gb", KQ_LANGUAGE_ENGLISH);
    assert_language("zh", KQ_LANGUAGE_CHINESE);
    assert_language("zh-Hant-TW", KQ_LANGUAGE_CHINESE);
    assert_language("fr-FR, de ;q=0.9 , en;q=0.1", KQ_LANGUAGE_ENGLISH);
}

static void the_heavier_one_is_taken(void **state)
{
    (void)state;
    assert_language("en;q=0.3, zh;q=0.7", KQ_LANGUAGE_CHINESE);
    assert_language("zh;q=0.7, en", KQ_LANGUAGE_ENGLISH);
    assert_language("zh;q=0.7, en;q=0.701", KQ_LANGUAGE_ENGLISH);
    assert_language("zh;q=1, en;q=1.000", KQ_LANGUAGE_CHINESE);
    assert_language("en;q=1., zh", KQ_LANGUAGE_ENGLISH);
    assert_language("en; level=1; q=0.2, zh;q=0.3", KQ_LANGUAGE_CHINESE);
}

static void none_is_chinese(void **state)
{
    (void)state;
    assert_language("", KQ_LANGUAGE_CHINESE);
    assert_language("fr", KQ_LANGUAGE_CHINESE);
    assert_language("*", KQ_LANGUAGE_CHINESE);
    assert_language("english", KQ_LANGUAGE_CHINESE);
    assert_language("en;q=0", KQ_LANGUAGE_CHINESE);
}

static void what_is_no_weight_weighs_nothing(void **state)
{
    (void)state;
    static const char *const broken[] = {"en;q=",    "en;q=2",      "en;q=1.001", "en;q=.5",  "en;q=0,5",
                                         "en;q=0.x", "en;q=0.1234", "en;q=-1",    "en;q=0 5", "en;q=q"};
    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        assert_language(broken[i], KQ_LANGUAGE_CHINESE);
    }
    assert_language(",;,;q=1,,", KQ_LANGUAGE_CHINESE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_one_that_is_named_is_taken),
        cmocka_unit_test(the_heavier_one_is_taken),
        cmocka_unit_test(none_is_chinese),
        cmocka_unit_test(what_is_no_weight_weighs_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
