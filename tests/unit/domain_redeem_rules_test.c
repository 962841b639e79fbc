/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "domain/redeem_rules.h"

/* The platform's own example. */
static const char example[] =
    "{\"PID\": \"2088512417841101,2088512417841102\", \"STORE\": \"123456,678901\"}";

static int set_up(void **state)
{
    static struct kq_arena arena;
    kq_arena_init(&arena);
    *state = &arena;
    return 0;
}

static int tear_down(void **state)
{
    kq_arena_free(*state);
    return 0;
}

static void assert_text(struct kq_slice text, const char *expected)
{
    assert_int_equal(text.size, strlen(expected));
    assert_true(kq_slice_equal(text, kq_slice_of(expected)));
}

static struct kq_redeem_rules parse(struct kq_arena *arena, const char *json)
{
    struct kq_redeem_rules rules;
    assert_true(kq_rule_conf_parse(kq_slice_of(json), arena, &rules, NULL).ok);
    return rules;
}

static void ids_become_lines(void **state)
{
    struct kq_redeem_rules rules = parse(*state, example);
    assert_text(rules.pids, "2088512417841101\n2088512417841102");
    assert_text(rules.shops, "123456\n678901");
}

static void shops_may_be_left_out(void **state)
{
    struct kq_redeem_rules rules = parse(*state, "{\"PID\":\"2088512417841101\"}");
    assert_text(rules.pids, "2088512417841101");
    assert_text(rules.shops, "");
    assert_text(parse(*state, "{\"PID\":\"2088512417841101\",\"STORE\":\"\"}").shops, "");
}

static void an_empty_text_is_no_rules(void **state)
{
    struct kq_redeem_rules rules = parse(*state, "");
    assert_text(rules.pids, "");
    assert_text(rules.shops, "");
}

static void what_is_named_twice_is_there_once(void **state)
{
    struct kq_redeem_rules rules =
        parse(*state, "{\"PID\":\"2088512417841101,2088512417841101\",\"STORE\":\"1,2,1\"}");
    assert_text(rules.pids, "2088512417841101");
    assert_text(rules.shops, "1\n2");
}

static void refuse(struct kq_arena *arena, const char *json, const char *why)
{
    struct kq_redeem_rules rules;
    struct kq_error error = {0};
    assert_false(kq_rule_conf_parse(kq_slice_of(json), arena, &rules, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, why);
}

static void what_is_not_its_form_is_refused(void **state)
{
    static const struct {
        const char *json;
        const char *why;
    } rows[] = {
        {"PID", "rules are not JSON"},
        {"[]", "rules are not a JSON object"},
        {"{}", "rules have no PID"},
        {"{\"PID\":\"\"}", "rules have no PID"},
        {"{\"STORE\":\"1\"}", "rules have no PID"},
        {"{\"PID\":2088512417841101}", "rules: pids are not a string"},
        {"{\"PID\":\"2088512417841101\",\"STORE\":[\"1\"]}", "rules: shop ids are not a string"},
        {"{\"PID\":\"2088512417841101,\"}", "rules: a comma behind the last pid"},
        {"{\"PID\":\"2088512417841101\",\"bizProduct\":\"1\"}", "rules have a member beside PID and STORE"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        refuse(*state, rows[i].json, rows[i].why);
    }
}

static void ids_are_held_against_their_own_rules(void **state)
{
    static const char *const rows[] = {
        "{\"PID\":\"1088512417841101\"}",
        "{\"PID\":\"2088512417841101,,2088512417841102\"}",
        "{\"PID\":\"2088512417841101, 2088512417841102\"}",
        "{\"PID\":\"2088512417841101\",\"STORE\":\"1,,2\"}",
        "{\"PID\":\"2088512417841101\",\"STORE\":\"1 2\"}",
        "{\"PID\":\"2088512417841101\",\"STORE\":\"1\\n2\"}",
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_redeem_rules rules;
        struct kq_error error = {0};
        assert_false(kq_rule_conf_parse(kq_slice_of(rows[i]), *state, &rules, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void write_shops(struct kq_buffer *json, size_t count)
{
    kq_buffer_clear(json);
    kq_buffer_append(json, KQ_SLICE("{\"PID\":\"2088512417841101\",\"STORE\":\"0"));
    for (size_t i = 1; i < count; i++) {
        kq_buffer_print(json, ",%zu", i);
    }
    kq_buffer_append(json, KQ_SLICE("\"}"));
}

static void as_many_ids_as_there_may_be_are_taken_and_one_more_is_not(void **state)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    write_shops(&json, KQ_RULE_IDS_MAX);
    (void)parse(*state, json.data);
    write_shops(&json, KQ_RULE_IDS_MAX + 1);
    refuse(*state, json.data, "rules: more than 500 shop ids");
}

static void a_text_that_is_too_long_is_refused(void **state)
{
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    kq_buffer_append(&json, KQ_SLICE("{\"PID\":\"2088512417841101\"}"));
    while (json.size < KQ_RULE_CONF_MAX_BYTES) {
        kq_buffer_append_byte(&json, ' ');
    }
    (void)parse(*state, json.data);
    kq_buffer_append_byte(&json, ' ');
    refuse(*state, json.data, "rules are longer than 65536 bytes");
}

static void an_id_is_listed_as_a_whole_line_only(void **state)
{
    (void)state;
    assert_true(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE("12")));
    assert_true(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE("345")));
    assert_true(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE("6")));
    assert_false(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE("34")));
    assert_false(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE("12\n345")));
    assert_false(kq_rule_lists(KQ_SLICE("12\n345\n6"), KQ_SLICE_EMPTY));
    assert_false(kq_rule_lists(KQ_SLICE_EMPTY, KQ_SLICE("6")));
    assert_false(kq_rule_lists(KQ_SLICE_EMPTY, KQ_SLICE_EMPTY));
}

static struct kq_result add(struct kq_arena *arena, const char *before, const char *added,
                            struct kq_redeem_rules *sum, struct kq_error *error)
{
    struct kq_redeem_rules rules = parse(arena, before);
    struct kq_redeem_rules more = parse(arena, added);
    return kq_redeem_rules_add(&rules, &more, arena, sum, error);
}

static void what_is_added_stands_behind_what_was_there(void **state)
{
    struct kq_redeem_rules sum;
    assert_true(
        add(*state, example, "{\"PID\":\"2088512417841103,2088512417841101\",\"STORE\":\"5\"}", &sum, NULL)
            .ok);
    assert_text(sum.pids, "2088512417841101\n2088512417841102\n2088512417841103");
    assert_text(sum.shops, "123456\n678901\n5");
}

static void nothing_added_changes_nothing(void **state)
{
    struct kq_redeem_rules sum;
    assert_true(add(*state, example, "{\"PID\":\"2088512417841101\"}", &sum, NULL).ok);
    assert_text(sum.pids, "2088512417841101\n2088512417841102");
    assert_text(sum.shops, "123456\n678901");
}

static void pids_are_added_to_none(void **state)
{
    struct kq_redeem_rules sum;
    assert_true(add(*state, "", "{\"PID\":\"2088512417841101\"}", &sum, NULL).ok);
    assert_text(sum.pids, "2088512417841101");
    assert_text(sum.shops, "");
}

static void a_shop_is_not_added_to_all(void **state)
{
    struct kq_redeem_rules sum;
    struct kq_error error = {0};
    assert_false(add(*state, "{\"PID\":\"2088512417841101\"}",
                     "{\"PID\":\"2088512417841101\",\"STORE\":\"1\"}", &sum, &error)
                     .ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, "rules: shops cannot be added where every shop may redeem");
}

static void a_sum_may_not_be_longer_than_a_list(void **state)
{
    struct kq_redeem_rules sum;
    struct kq_error error = {0};
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer json = {0};
    write_shops(&json, KQ_RULE_IDS_MAX);
    assert_false(add(*state, json.data, "{\"PID\":\"2088512417841101\",\"STORE\":\"new\"}", &sum, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, "rules: more than 500 shop ids");
}

static void refuse_lines(struct kq_redeem_rules rules, const char *why)
{
    struct kq_error error = {0};
    assert_false(kq_redeem_rules_check(&rules, &error).ok);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
    assert_string_equal(error.detail, why);
}

static void lists_made_otherwise_are_checked_too(void **state)
{
    (void)state;
    KQ_CLEANUP(kq_buffer_free) struct kq_buffer shops = {0};
    struct kq_redeem_rules rules = {.pids = KQ_SLICE("2088512417841101\n2088512417841102")};
    for (size_t i = 0; i < KQ_RULE_IDS_MAX; i++) {
        kq_buffer_print(&shops, i == 0 ? "%zu" : "\n%zu", i);
    }
    rules.shops = kq_buffer_slice(&shops);
    assert_true(kq_redeem_rules_check(&rules, NULL).ok);
    kq_buffer_append(&shops, KQ_SLICE("\nnew"));
    rules.shops = kq_buffer_slice(&shops);
    refuse_lines(rules, "rules: more than 500 shop ids");
    refuse_lines((struct kq_redeem_rules){.shops = KQ_SLICE("1\n\n2")}, "rules: shop id is missing");
    refuse_lines((struct kq_redeem_rules){.pids = KQ_SLICE("1")},
                 "rules: pid is not 16 digits that begin with 2088");
}

static void running_out_of_memory_is_not_bad_input(void **state)
{
    (void)state;
    unsigned long failures = 0;
    bool failed = true;
    for (unsigned long n = 1; failed; n++) {
        KQ_CLEANUP(kq_arena_free) struct kq_arena arena = {0};
        struct kq_redeem_rules rules;
        struct kq_redeem_rules sum;
        struct kq_error error = {0};
        kq_memory_fail_at(n);
        bool ok = kq_rule_conf_parse(kq_slice_of(example), &arena, &rules, &error).ok &&
                  kq_redeem_rules_add(&rules, &rules, &arena, &sum, &error).ok;
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
        cmocka_unit_test(ids_become_lines),
        cmocka_unit_test(shops_may_be_left_out),
        cmocka_unit_test(an_empty_text_is_no_rules),
        cmocka_unit_test(what_is_named_twice_is_there_once),
        cmocka_unit_test(what_is_not_its_form_is_refused),
        cmocka_unit_test(ids_are_held_against_their_own_rules),
        cmocka_unit_test(as_many_ids_as_there_may_be_are_taken_and_one_more_is_not),
        cmocka_unit_test(a_text_that_is_too_long_is_refused),
        cmocka_unit_test(an_id_is_listed_as_a_whole_line_only),
        cmocka_unit_test(what_is_added_stands_behind_what_was_there),
        cmocka_unit_test(nothing_added_changes_nothing),
        cmocka_unit_test(pids_are_added_to_none),
        cmocka_unit_test(a_shop_is_not_added_to_all),
        cmocka_unit_test(a_sum_may_not_be_longer_than_a_list),
        cmocka_unit_test(lists_made_otherwise_are_checked_too),
        cmocka_unit_test(running_out_of_memory_is_not_bad_input),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
