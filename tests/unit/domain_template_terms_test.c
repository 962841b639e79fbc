/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "domain/template_terms.h"

static void addresses_that_can_be_called_are_taken(void **state)
{
    (void)state;
    static const char *const uris[] = {"", "http://a", "https://example.com/notify?a=b&c=%E5%88%B8#x",
                                       "HTTPS://example.com:8443", "http://127.0.0.1:8080/"};
    for (size_t i = 0; i < KQ_COUNT(uris); i++) {
        assert_true(kq_uri_check("notify uri", kq_slice_of(uris[i]), NULL).ok);
    }
}

static void refuse_uri(const char *uri, const char *why)
{
    struct kq_error error = {0};
    assert_false(kq_uri_check("notify uri", kq_slice_of(uri), &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, why);
}

static void what_is_no_address_is_refused(void **state)
{
    (void)state;
    static const char no_uri[] = "notify uri is not http:// or https:// with a host";
    static const char not_ascii[] = "notify uri has a character other than printable ASCII without spaces";
    static const char *const uris[] = {"example.com",       "//example.com",  "ftp://example.com",
                                       "http:/example.com", "http://",        "http:///notify",
                                       "https://",          "mailto:http://a"};
    for (size_t i = 0; i < KQ_COUNT(uris); i++) {
        refuse_uri(uris[i], no_uri);
    }
    refuse_uri("http://a b", not_ascii);
    refuse_uri("http://例子", not_ascii);
    refuse_uri("http://a\r\nHost: b", "notify uri has a control character");
}

static void an_address_has_its_longest(void **state)
{
    (void)state;
    char uri[KQ_URI_MAX_CHARS + 2];
    memset(uri, 'a', sizeof(uri));
    memcpy(uri, "http://", 7);
    uri[KQ_URI_MAX_CHARS] = '\0';
    assert_true(kq_uri_check("notify uri", kq_slice_of(uri), NULL).ok);
    uri[KQ_URI_MAX_CHARS] = 'a';
    uri[KQ_URI_MAX_CHARS + 1] = '\0';
    refuse_uri(uri, "notify uri has more than 256 characters");
}

static void assert_description(const char *json, const char *lines)
{
    struct kq_arena arena = {0};
    struct kq_buffer again = {0};
    struct kq_slice description = KQ_SLICE_EMPTY;
    assert_true(kq_description_parse(kq_slice_of(json), &arena, &description, NULL).ok);
    assert_true(kq_slice_equal(description, kq_slice_of(lines)));
    kq_description_append(description, &again);
    assert_string_equal(again.data, json);
    kq_buffer_free(&again);
    kq_arena_free(&arena);
}

static void a_description_is_lines_inside_and_json_outside(void **state)
{
    (void)state;
    assert_description("[]", "");
    assert_description("[\"1、不可兑换现金\"]", "1、不可兑换现金");
    assert_description("[\"一\",\"\\\"二\\\"\",\"三\"]", "一\n\"二\"\n三");
}

static void refuse_description(const char *json, const char *why)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_slice description = KQ_SLICE_EMPTY;
    assert_false(kq_description_parse(kq_slice_of(json), &arena, &description, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, why);
    kq_arena_free(&arena);
}

#define TEN_CHARS "十个字的一行使用说明"
#define FIFTY_CHARS TEN_CHARS TEN_CHARS TEN_CHARS TEN_CHARS TEN_CHARS

static void what_is_no_description_is_refused(void **state)
{
    (void)state;
    refuse_description("", "description is not JSON");
    refuse_description("usage", "description is not JSON");
    refuse_description("{}", "description is not a JSON array");
    refuse_description("[1]", "description line is not a string");
    refuse_description("[\"a\",\"\"]", "description line is missing");
    refuse_description("[\"a\\nb\"]", "description line has a control character");
    refuse_description("[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\"]",
                       "description has more than 10 lines");
    assert_description("[\"" FIFTY_CHARS "\"]", FIFTY_CHARS);
    refuse_description("[\"" FIFTY_CHARS "!\"]", "description line has more than 50 characters");
}

static void running_out_of_memory_is_not_bad_input(void **state)
{
    (void)state;
    unsigned long failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_slice description = KQ_SLICE_EMPTY;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        bool ok = kq_description_parse(KQ_SLICE("[\"a\",\"b\"]"), &arena, &description, &error).ok;
        failed = kq_memory_has_failed();
        kq_memory_fail_at(0);
        assert_int_equal(ok, !failed);
        assert_int_equal(error.code, failed ? KQ_E_NO_MEMORY : KQ_E_NONE);
        failures += failed;
    }
    assert_true(failures > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_that_can_be_called_are_taken),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(an_address_has_its_longest),
        cmocka_unit_test(a_description_is_lines_inside_and_json_outside),
        cmocka_unit_test(what_is_no_description_is_refused),
        cmocka_unit_test(running_out_of_memory_is_not_bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
