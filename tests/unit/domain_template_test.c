/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/money.h"
#include "base/time.h"
#include "domain/template.h"

#define NOW_S INT64_C(1473091200) /* 2016-09-06 00:00:00 in Beijing */
#define NOW_MS (NOW_S * 1000 + 999)
#define DAY_S KQ_SECONDS_PER_DAY

/* A template that may be created as it stands. */
static struct kq_template template_of(enum kq_template_kind kind)
{
    bool has_amount = kind == KQ_TEMPLATE_CASHLESS_FIX || kind == KQ_TEMPLATE_CASH_FIX;
    return (struct kq_template){
        .pid = KQ_SLICE("2088102146225135"),
        .kind = kind,
        .brand_name = KQ_SLICE("盒马"),
        .amount_fen = has_amount ? 1000 : 0,
        .quantity = KQ_UNLIMITED,
        .total_amount_fen = kind == KQ_TEMPLATE_CASHLESS_RANDOM ? 100000 : KQ_UNLIMITED,
        .publish_start_s = NOW_S,
        .publish_end_s = NOW_S + DAY_S,
        .valid_period = {.type = KQ_PERIOD_RELATIVE, .duration = 30, .unit = KQ_UNIT_DAY},
        .limit_per_user = KQ_UNLIMITED,
        .limit_per_user_day = KQ_UNLIMITED,
    };
}

static struct kq_error creation_error(struct kq_template template)
{
    struct kq_id_source ids = {.node = 1};
    struct kq_template_ids texts = {0};
    struct kq_error error = {0};
    struct kq_result result = kq_template_decide_create(&template, false, &ids, NOW_MS, &texts, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error;
}

static void assert_created(struct kq_template template)
{
    struct kq_error error = creation_error(template);
    assert_string_equal(error.detail, "");
    assert_int_equal(error.code, KQ_E_NONE);
}

static void assert_refused(struct kq_template template, const char *detail)
{
    struct kq_error error = creation_error(template);
    assert_string_equal(error.detail, detail);
    assert_int_equal(error.code, KQ_E_BAD_INPUT);
}

static void kinds_have_the_wires_names(void **state)
{
    (void)state;
    static const char *const names[KQ_TEMPLATE_KIND_COUNT] = {
        [KQ_TEMPLATE_CASHLESS_FIX] = "CASHLESS_FIX_VOUCHER",
        [KQ_TEMPLATE_CASHLESS_RANDOM] = "CASHLESS_RANDOM_VOUCHER",
        [KQ_TEMPLATE_CASH_FIX] = "FIX_VOUCHER",
        [KQ_TEMPLATE_EXCHANGE] = "EXCHANGE_VOUCHER",
    };
    for (size_t i = 0; i < KQ_COUNT(names); i++) {
        enum kq_template_kind kind = KQ_TEMPLATE_KIND_COUNT;
        assert_true(kq_template_kind_parse(kq_slice_of(names[i]), &kind, NULL).ok);
        assert_int_equal(kind, i);
        assert_string_equal(kq_template_kind_name(kind), names[i]);
    }
}

static void an_unknown_kind_is_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {"", "fix_voucher", "FIX", "FIX_VOUCHER ", "CASHLESS_FIX_VOUCHERS"};
    for (size_t i = 0; i < KQ_COUNT(texts); i++) {
        enum kq_template_kind kind = KQ_TEMPLATE_KIND_COUNT;
        struct kq_error error = {0};
        assert_false(kq_template_kind_parse(kq_slice_of(texts[i]), &kind, &error).ok);
        assert_int_equal(error.code, KQ_E_BAD_INPUT);
    }
}

static void status_is_a_matter_of_state_and_clock(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.state = KQ_TEMPLATE_EFFECTIVE;
    assert_int_equal(kq_template_status(&template, template.publish_start_s - 1), 'S');
    assert_int_equal(kq_template_status(&template, template.publish_end_s - 1), 'S');
    assert_int_equal(kq_template_status(&template, template.publish_end_s), 'E');
    template.state = KQ_TEMPLATE_DRAFT;
    assert_int_equal(kq_template_status(&template, template.publish_end_s), 'I');
    template.state = KQ_TEMPLATE_DELETED;
    assert_int_equal(kq_template_status(&template, template.publish_start_s), 'D');
    assert_int_equal(kq_template_status(&template, template.publish_end_s), 'D');
}

static void creation_fills_what_is_not_the_callers(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.issued_count = 1;
    template.issued_amount_fen = 2;
    template.used_count = 3;
    template.used_amount_fen = 4;
    struct kq_id_source ids = {.node = 1};
    struct kq_template_ids texts;
    assert_true(kq_template_decide_create(&template, false, &ids, NOW_MS, &texts, NULL).ok);
    assert_ptr_equal(template.template_id.data, texts.template_id);
    assert_int_equal(template.template_id.size, KQ_ID_SIZE);
    assert_memory_equal(texts.template_id, "2016090600073001", 16);
    assert_string_equal(texts.template_id + KQ_ID_SIZE - 2, "35"); /* the merchant's last two digits */
    assert_int_equal(template.state, KQ_TEMPLATE_EFFECTIVE);
    assert_int_equal(template.created_s, NOW_S);
    assert_int_equal(template.activated_s, NOW_S);
    assert_int_equal(template.issued_count, 0);
    assert_int_equal(template.issued_amount_fen, 0);
    assert_int_equal(template.used_count, 0);
    assert_int_equal(template.used_amount_fen, 0);
}

static void assert_starts_in(enum kq_template_kind kind, bool as_draft, enum kq_template_state wanted)
{
    struct kq_template template = template_of(kind);
    struct kq_id_source ids = {.node = 1};
    struct kq_template_ids texts;
    assert_true(kq_template_decide_create(&template, as_draft, &ids, NOW_MS, &texts, NULL).ok);
    assert_int_equal(template.state, wanted);
    assert_int_equal(template.activated_s, wanted == KQ_TEMPLATE_DRAFT ? 0 : NOW_S);
}

static void cash_backed_ones_start_as_drafts_and_others_where_asked(void **state)
{
    (void)state;
    assert_starts_in(KQ_TEMPLATE_CASHLESS_FIX, false, KQ_TEMPLATE_EFFECTIVE);
    assert_starts_in(KQ_TEMPLATE_CASHLESS_RANDOM, false, KQ_TEMPLATE_EFFECTIVE);
    assert_starts_in(KQ_TEMPLATE_EXCHANGE, false, KQ_TEMPLATE_EFFECTIVE);
    assert_starts_in(KQ_TEMPLATE_CASH_FIX, false, KQ_TEMPLATE_DRAFT);
    assert_starts_in(KQ_TEMPLATE_CASHLESS_FIX, true, KQ_TEMPLATE_DRAFT);
    assert_starts_in(KQ_TEMPLATE_CASHLESS_RANDOM, true, KQ_TEMPLATE_DRAFT);
    assert_starts_in(KQ_TEMPLATE_EXCHANGE, true, KQ_TEMPLATE_DRAFT);
    assert_starts_in(KQ_TEMPLATE_CASH_FIX, true, KQ_TEMPLATE_DRAFT);
}

static void a_refused_creation_takes_no_id(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.amount_fen = 0;
    struct kq_id_source ids = {.node = 1, .last_ms = 77, .sequence = 5};
    struct kq_template_ids texts = {.template_id = "untouched"};
    assert_false(kq_template_decide_create(&template, false, &ids, NOW_MS, &texts, NULL).ok);
    assert_int_equal(ids.last_ms, 77);
    assert_int_equal(ids.sequence, 5);
    assert_string_equal(texts.template_id, "untouched");
}

static void fixed_kinds_need_an_amount(void **state)
{
    (void)state;
    static const struct {
        enum kq_template_kind kind;
        const char *detail;
    } rows[] = {
        {KQ_TEMPLATE_CASHLESS_FIX,
         "amount is missing or not above zero: kind CASHLESS_FIX_VOUCHER needs one"},
        {KQ_TEMPLATE_CASH_FIX, "amount is missing or not above zero: kind FIX_VOUCHER needs one"},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        struct kq_template template = template_of(rows[i].kind);
        template.amount_fen = 0;
        assert_refused(template, rows[i].detail);
        template.amount_fen = -1;
        assert_refused(template, rows[i].detail);
        template.amount_fen = KQ_MONEY_MAX_FEN + 1;
        assert_refused(template, rows[i].detail);
        template.amount_fen = KQ_MONEY_MAX_FEN;
        assert_created(template);
        template.amount_fen = 1;
        assert_created(template);
    }
}

static void other_kinds_have_no_amount(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_RANDOM);
    template.amount_fen = 1;
    assert_refused(template, "amount: kind CASHLESS_RANDOM_VOUCHER has none");
    template = template_of(KQ_TEMPLATE_EXCHANGE);
    template.amount_fen = 1;
    assert_refused(template, "amount: kind EXCHANGE_VOUCHER has none");
}

static void red_packets_need_a_budget(void **state)
{
    (void)state;
    static const int64_t bad[] = {KQ_UNLIMITED, 0, -5, KQ_MONEY_MAX_FEN + 1};
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_RANDOM);
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        template.total_amount_fen = bad[i];
        assert_refused(template,
                       "total amount is missing or not above zero: kind CASHLESS_RANDOM_VOUCHER needs one");
    }
    template.total_amount_fen = KQ_MONEY_MAX_FEN;
    assert_created(template);
}

static void fixed_amounts_may_have_a_budget_and_goods_have_none(void **state)
{
    (void)state;
    static const enum kq_template_kind fixed[] = {KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_CASH_FIX};
    for (size_t i = 0; i < KQ_COUNT(fixed); i++) {
        struct kq_template template = template_of(fixed[i]);
        template.total_amount_fen = 100;
        assert_created(template);
        template.total_amount_fen = KQ_UNLIMITED;
        assert_created(template);
    }
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.total_amount_fen = 0;
    assert_refused(template,
                   "total amount is missing or not above zero: kind CASHLESS_FIX_VOUCHER needs one");
    template = template_of(KQ_TEMPLATE_EXCHANGE);
    template.total_amount_fen = 100;
    assert_refused(template, "total amount: kind EXCHANGE_VOUCHER has none");
}

static void a_floor_amount_is_not_negative_and_not_for_goods(void **state)
{
    (void)state;
    static const enum kq_template_kind kinds[] = {KQ_TEMPLATE_CASHLESS_FIX, KQ_TEMPLATE_CASHLESS_RANDOM,
                                                  KQ_TEMPLATE_CASH_FIX};
    for (size_t i = 0; i < KQ_COUNT(kinds); i++) {
        struct kq_template with_floor = template_of(kinds[i]);
        with_floor.floor_amount_fen = KQ_MONEY_MAX_FEN;
        assert_created(with_floor);
    }
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_RANDOM);
    template.floor_amount_fen = -1;
    assert_refused(template, "floor amount is below zero or too large");
    template.floor_amount_fen = KQ_MONEY_MAX_FEN + 1;
    assert_refused(template, "floor amount is below zero or too large");
    template = template_of(KQ_TEMPLATE_EXCHANGE);
    template.floor_amount_fen = 1;
    assert_refused(template, "floor amount: kind EXCHANGE_VOUCHER has none");
}

static void counts_are_above_zero_where_they_are_given(void **state)
{
    (void)state;
    static const int64_t bad[] = {0, -2, INT64_MIN};
    for (size_t i = 0; i < KQ_COUNT(bad); i++) {
        struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
        template.quantity = bad[i];
        assert_refused(template, "quantity is not above zero");
        template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
        template.limit_per_user = bad[i];
        assert_refused(template, "limit per user is not above zero");
        template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
        template.limit_per_user_day = bad[i];
        assert_refused(template, "limit per user and day is not above zero");
    }
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.quantity = 1;
    template.limit_per_user = INT64_MAX;
    template.limit_per_user_day = 1;
    assert_created(template);
}

static void the_publish_window_ends_after_its_start(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.publish_end_s = template.publish_start_s;
    assert_refused(template, "publish end is not after publish start");
    template.publish_end_s = template.publish_start_s + 1;
    assert_created(template);
    template.publish_start_s = KQ_TIME_MIN_S - 1;
    assert_refused(template, "a publish time is out of range");
    template.publish_start_s = KQ_TIME_MIN_S;
    template.publish_end_s = KQ_TIME_MAX_S + 1;
    assert_refused(template, "a publish time is out of range");
    template.publish_end_s = KQ_TIME_MAX_S;
    assert_created(template);
}

static void a_publish_window_may_be_over(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.publish_start_s = NOW_S - 2 * DAY_S;
    template.publish_end_s = NOW_S - DAY_S;
    assert_created(template);
}

static void an_absolute_period_ends_after_its_start_and_may_be_over(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.valid_period = (struct kq_valid_period){
        .type = KQ_PERIOD_ABSOLUTE,
        .start_s = NOW_S - DAY_S,
        .end_s = NOW_S + 1,
    };
    assert_created(template);
    template.valid_period.end_s = NOW_S; /* over: vouchers that have expired, for a sandbox */
    assert_created(template);
    template.valid_period.start_s = NOW_S + DAY_S;
    template.valid_period.end_s = NOW_S + DAY_S;
    assert_refused(template, "valid period: the end is not after the start");
}

static void a_relative_period_has_a_duration_in_range(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.valid_period.duration = 0;
    assert_refused(template, "valid period: duration is not a whole number from 1 to 5256000");
    template.valid_period.duration = KQ_PERIOD_DURATION_MAX + 1;
    assert_refused(template, "valid period: duration is not a whole number from 1 to 5256000");
    template.valid_period.duration = KQ_PERIOD_DURATION_MAX;
    assert_created(template);
}

static void texts_have_their_lengths(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.pid = KQ_SLICE("2088");
    assert_refused(template, "pid is not 16 digits that begin with 2088");

    template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.brand_name = KQ_SLICE_EMPTY;
    assert_refused(template, "brand name is missing");
    template.brand_name = KQ_SLICE("盒");
    assert_created(template);
    template.brand_name = KQ_SLICE("一二三四五六七八九十一二");
    assert_created(template);
    template.brand_name = KQ_SLICE("一二三四五六七八九十一二三");
    assert_refused(template, "brand name has more than 12 characters");

    template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.name = KQ_SLICE("一二三四五六七八九十一二三四五六七八九十");
    assert_created(template);
    template.name = KQ_SLICE("一二三四五六七八九十一二三四五六七八九十一");
    assert_refused(template, "voucher name has more than 20 characters");
}

static void a_description_has_ten_lines_of_fifty_characters(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    char line[3 * (KQ_DESCRIPTION_ITEM_MAX_CHARS + 1)];
    for (size_t i = 0; i < sizeof(line); i += 3) {
        memcpy(line + i, "券", 3);
    }
    template.description = (struct kq_slice){.data = line, .size = 3 * KQ_DESCRIPTION_ITEM_MAX_CHARS};
    assert_created(template);
    template.description.size = sizeof(line);
    assert_refused(template, "description line has more than 50 characters");
    template.description = KQ_SLICE("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n");
    assert_created(template);
    template.description = KQ_SLICE("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11");
    assert_refused(template, "description has more than 10 lines");
    template.description = KQ_SLICE("1\r\n2");
    assert_refused(template, "description line has a control character");
}

/* Every move there is, against the page's: I → S → E, and I or S → D. */
static void only_the_legal_moves_are_made(void **state)
{
    (void)state;
    enum { STAYS, MOVES, ILLEGAL };
    static const struct {
        enum kq_template_state from;
        bool window_is_over;
        int outcome[KQ_TEMPLATE_STATE_COUNT]; /* to DRAFT, EFFECTIVE, DELETED */
    } rows[] = {
        {KQ_TEMPLATE_DRAFT, false, {STAYS, MOVES, MOVES}},
        {KQ_TEMPLATE_DRAFT, true, {STAYS, ILLEGAL, MOVES}},
        {KQ_TEMPLATE_EFFECTIVE, false, {ILLEGAL, STAYS, MOVES}},
        {KQ_TEMPLATE_EFFECTIVE, true, {ILLEGAL, STAYS, ILLEGAL}},
        {KQ_TEMPLATE_DELETED, false, {ILLEGAL, ILLEGAL, STAYS}},
        {KQ_TEMPLATE_DELETED, true, {ILLEGAL, ILLEGAL, STAYS}},
    };
    for (size_t i = 0; i < KQ_COUNT(rows); i++) {
        for (int to = 0; to < KQ_TEMPLATE_STATE_COUNT; to++) {
            struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
            template.state = rows[i].from;
            int64_t now_s = rows[i].window_is_over ? template.publish_end_s : template.publish_end_s - 1;
            bool changed = false;
            struct kq_error error = {0};
            struct kq_result result =
                kq_template_move(&template, (enum kq_template_state)to, now_s, &changed, &error);
            int outcome = rows[i].outcome[to];
            assert_int_equal(error.code, outcome == ILLEGAL ? KQ_E_ILLEGAL_STATE : KQ_E_NONE);
            assert_int_equal(result.ok, outcome != ILLEGAL);
            assert_int_equal(template.state, outcome == MOVES ? to : (int)rows[i].from);
            assert_true(outcome == ILLEGAL || changed == (outcome == MOVES));
        }
    }
}

static void activation_is_dated(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASH_FIX);
    template.state = KQ_TEMPLATE_DRAFT;
    bool changed = false;
    assert_true(kq_template_move(&template, KQ_TEMPLATE_EFFECTIVE, NOW_S + 5, &changed, NULL).ok);
    assert_int_equal(template.activated_s, NOW_S + 5);
    assert_true(kq_template_move(&template, KQ_TEMPLATE_EFFECTIVE, NOW_S + 9, &changed, NULL).ok);
    assert_int_equal(template.activated_s, NOW_S + 5);
    assert_true(kq_template_move(&template, KQ_TEMPLATE_DELETED, NOW_S + 9, &changed, NULL).ok);
    assert_int_equal(template.activated_s, NOW_S + 5);
}

static void an_illegal_move_says_what_it_was(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    bool changed = false;
    struct kq_error error = {0};
    template.state = KQ_TEMPLATE_DELETED;
    assert_false(kq_template_move(&template, KQ_TEMPLATE_EFFECTIVE, NOW_S, &changed, &error).ok);
    assert_string_equal(error.detail, "a template in state D cannot be activated");
    template.state = KQ_TEMPLATE_EFFECTIVE;
    assert_false(
        kq_template_move(&template, KQ_TEMPLATE_DELETED, template.publish_end_s, &changed, &error).ok);
    assert_string_equal(error.detail, "a template in state E cannot be deleted");
    template.state = KQ_TEMPLATE_DRAFT;
    assert_false(
        kq_template_move(&template, KQ_TEMPLATE_EFFECTIVE, template.publish_end_s, &changed, &error).ok);
    assert_string_equal(error.detail, "the template cannot be activated: its publish window is over");
}

static enum kq_error_code listing_code(const struct kq_template *template, struct kq_slice pid)
{
    struct kq_error error = {0};
    struct kq_result result = kq_template_decide_list(template, pid, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void only_its_merchant_sees_a_templates_vouchers(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.state = KQ_TEMPLATE_EFFECTIVE;
    assert_int_equal(listing_code(&template, template.pid), KQ_E_NONE);
    assert_int_equal(listing_code(&template, KQ_SLICE("2088000000000000")), KQ_E_PERMISSION_DENIED);
    assert_int_equal(listing_code(NULL, template.pid), KQ_E_PERMISSION_DENIED);
    template.state = KQ_TEMPLATE_DELETED;
    assert_int_equal(listing_code(&template, template.pid), KQ_E_NONE);
    template.state = KQ_TEMPLATE_DRAFT;
    assert_int_equal(listing_code(&template, template.pid), KQ_E_TEMPLATE_STATUS_NOT_MATCH);
    assert_int_equal(listing_code(&template, KQ_SLICE("2088000000000000")), KQ_E_PERMISSION_DENIED);
}

static void terms_are_checked(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    template.available_time = KQ_SLICE("[]");
    template.rule_pids = KQ_SLICE("2088102146225136");
    template.rule_shops = KQ_SLICE("1\n2");
    template.notify_uri = KQ_SLICE("http://example.com");
    template.redirect_uri = KQ_SLICE("https://example.com");
    template.slogan = KQ_SLICE("六个字的标语");
    template.fund_account = KQ_SLICE("pay@example.com");
    assert_created(template);
    struct kq_template bad = template;
    bad.available_time = KQ_SLICE("always");
    assert_refused(bad, "available time is not JSON");
    bad = template;
    bad.rule_pids = KQ_SLICE("1");
    assert_refused(bad, "rules: pid is not 16 digits that begin with 2088");
    bad = template;
    bad.notify_uri = KQ_SLICE("example.com");
    assert_refused(bad, "notify uri is not http:// or https:// with a host");
    bad = template;
    bad.redirect_uri = KQ_SLICE("example.com");
    assert_refused(bad, "redirect uri is not http:// or https:// with a host");
    bad = template;
    bad.slogan = KQ_SLICE("七个字的标语了");
    assert_refused(bad, "slogan has more than 6 characters");
    bad = template;
    bad.fund_account = KQ_SLICE("a\tb");
    assert_refused(bad, "fund account has a control character");
}

static void goods_have_no_rules(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_EXCHANGE);
    template.rule_pids = KQ_SLICE("2088102146225136");
    assert_refused(template, "rules: kind EXCHANGE_VOUCHER has none");
    template.rule_pids = KQ_SLICE_EMPTY;
    template.rule_shops = KQ_SLICE("1");
    assert_refused(template, "rules: kind EXCHANGE_VOUCHER has none");
}

static void only_what_is_paid_for_has_an_order(void **state)
{
    (void)state;
    for (enum kq_template_kind kind = 0; kind < KQ_TEMPLATE_KIND_COUNT; kind++) {
        struct kq_template template = template_of(kind);
        struct kq_id_source ids = {.node = 1};
        struct kq_template_ids texts = {0};
        template.fund_order_no = KQ_SLICE("1");
        assert_true(kq_template_decide_create(&template, false, &ids, NOW_MS, &texts, NULL).ok);
        assert_int_equal(template.fund_order_no.size, kind == KQ_TEMPLATE_CASH_FIX ? KQ_ID_SIZE : 0);
        assert_int_equal(strlen(texts.fund_order_no), template.fund_order_no.size);
    }
}

static void a_repetition_asks_the_same(void **state)
{
    (void)state;
    struct kq_error error = {0};
    assert_true(kq_template_decide_repeat(KQ_SLICE("a"), KQ_SLICE("a"), NULL).ok);
    assert_false(kq_template_decide_repeat(KQ_SLICE("a"), KQ_SLICE("b"), &error).ok);
    assert_int_equal(error.code, KQ_E_INVALID_PARAMETER);
    assert_string_equal(error.detail, "out_biz_no已用于参数不同的请求");
}

static enum kq_error_code deletion_code(struct kq_template *template, struct kq_slice pid, int64_t now_s,
                                        bool *changed)
{
    struct kq_error error = {0};
    struct kq_result result = kq_template_decide_delete(template, pid, now_s, changed, &error);
    assert_int_equal(result.ok, error.code == KQ_E_NONE);
    return error.code;
}

static void a_merchant_deletes_what_is_his_and_not_over(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    struct kq_slice pid = template.pid;
    bool changed = false;
    template.state = KQ_TEMPLATE_EFFECTIVE;
    assert_int_equal(deletion_code(NULL, pid, NOW_S, &changed), KQ_E_TEMPLATE_NOT_EXIST);
    assert_int_equal(deletion_code(&template, KQ_SLICE("2088000000000000"), NOW_S, &changed),
                     KQ_E_TEMPLATE_NOT_EXIST);
    assert_int_equal(deletion_code(&template, pid, template.publish_end_s, &changed),
                     KQ_E_TEMPLATE_NOT_CHANGEABLE);
    assert_int_equal(template.state, KQ_TEMPLATE_EFFECTIVE);
    assert_int_equal(deletion_code(&template, pid, template.publish_end_s - 1, &changed), KQ_E_NONE);
    assert_true(changed);
    assert_int_equal(template.state, KQ_TEMPLATE_DELETED);
    assert_int_equal(deletion_code(&template, pid, template.publish_end_s, &changed), KQ_E_NONE);
    assert_false(changed);
    template.state = KQ_TEMPLATE_DRAFT;
    assert_int_equal(deletion_code(&template, pid, template.publish_end_s, &changed), KQ_E_NONE);
    assert_true(changed);
}

static void another_merchants_template_is_not_shown(void **state)
{
    (void)state;
    struct kq_template template = template_of(KQ_TEMPLATE_CASHLESS_FIX);
    struct kq_error error = {0};
    assert_true(kq_template_decide_show(&template, template.pid, NULL).ok);
    assert_false(kq_template_decide_show(&template, KQ_SLICE("2088000000000000"), &error).ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
    assert_false(kq_template_decide_show(NULL, template.pid, &error).ok);
    assert_int_equal(error.code, KQ_E_TEMPLATE_NOT_EXIST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_have_the_wires_names),
        cmocka_unit_test(an_unknown_kind_is_refused),
        cmocka_unit_test(status_is_a_matter_of_state_and_clock),
        cmocka_unit_test(creation_fills_what_is_not_the_callers),
        cmocka_unit_test(cash_backed_ones_start_as_drafts_and_others_where_asked),
        cmocka_unit_test(a_refused_creation_takes_no_id),
        cmocka_unit_test(fixed_kinds_need_an_amount),
        cmocka_unit_test(other_kinds_have_no_amount),
        cmocka_unit_test(red_packets_need_a_budget),
        cmocka_unit_test(fixed_amounts_may_have_a_budget_and_goods_have_none),
        cmocka_unit_test(a_floor_amount_is_not_negative_and_not_for_goods),
        cmocka_unit_test(counts_are_above_zero_where_they_are_given),
        cmocka_unit_test(the_publish_window_ends_after_its_start),
        cmocka_unit_test(a_publish_window_may_be_over),
        cmocka_unit_test(an_absolute_period_ends_after_its_start_and_may_be_over),
        cmocka_unit_test(a_relative_period_has_a_duration_in_range),
        cmocka_unit_test(texts_have_their_lengths),
        cmocka_unit_test(a_description_has_ten_lines_of_fifty_characters),
        cmocka_unit_test(only_the_legal_moves_are_made),
        cmocka_unit_test(activation_is_dated),
        cmocka_unit_test(an_illegal_move_says_what_it_was),
        cmocka_unit_test(terms_are_checked),
        cmocka_unit_test(goods_have_no_rules),
        cmocka_unit_test(only_what_is_paid_for_has_an_order),
        cmocka_unit_test(a_repetition_asks_the_same),
        cmocka_unit_test(a_merchant_deletes_what_is_his_and_not_over),
        cmocka_unit_test(another_merchants_template_is_not_shown),
        cmocka_unit_test(only_its_merchant_sees_a_templates_vouchers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
