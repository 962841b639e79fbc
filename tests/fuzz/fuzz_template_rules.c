/* SPDX-License-Identifier: Apache-2.0 */
#include "fuzz.h"

#include "base/time.h"
#include "domain/available_time.h"
#include "domain/redeem_rules.h"

/* Any bytes as the two JSON texts that say when, by whom and where vouchers can be used. What is taken is
 * open or closed at any time; rules that are read list what they list, once, and adding them to themselves
 * changes nothing. */

static void check_available_time(struct kq_slice json)
{
    struct kq_error error = {0};
    bool ok = kq_available_time_check(json, &error).ok;
    FUZZ_CHECK(ok || (error.code == KQ_E_BAD_INPUT && error.detail[0] != '\0'));
    for (int64_t hour = 0; ok && hour < 7 * 24; hour++) {
        bool is_open = false;
        FUZZ_CHECK(kq_available_time_is_open(json, 1473091199 + hour * 3600, &is_open, NULL).ok);
        FUZZ_CHECK(json.size > 0 || is_open);
    }
}

static void check_lines(struct kq_slice lines)
{
    size_t end = kq_slice_find(lines, '\n');
    FUZZ_CHECK(lines.size == 0 || kq_rule_lists(lines, (struct kq_slice){.data = lines.data, .size = end}));
    FUZZ_CHECK(!kq_rule_lists(lines, KQ_SLICE_EMPTY));
}

static void check_rules(struct kq_slice json)
{
    struct kq_arena arena = {0};
    struct kq_error error = {0};
    struct kq_redeem_rules rules;
    struct kq_redeem_rules sum;
    if (kq_rule_conf_parse(json, &arena, &rules, &error).ok) {
        check_lines(rules.pids);
        check_lines(rules.shops);
        FUZZ_CHECK(kq_redeem_rules_add(&rules, &rules, &arena, &sum, NULL).ok);
        FUZZ_CHECK(kq_slice_equal(sum.pids, rules.pids) && kq_slice_equal(sum.shops, rules.shops));
    } else {
        FUZZ_CHECK(error.code == KQ_E_BAD_INPUT && error.detail[0] != '\0');
    }
    kq_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kq_slice json = fuzz_input(data, size);
    check_available_time(json);
    check_rules(json);
    return 0;
}
