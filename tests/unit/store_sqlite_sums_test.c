/* SPDX-License-Identifier: Apache-2.0 */
#include "store_sqlite_support.h"

#include <stdlib.h>

#include "base/macros.h"

/* The sums beside the rows (schema_v3.c): after any history they are what the rows add up to. */

#define VOUCHERS 24
#define STEPS 1500

/* How many rows of a sum differ from what vouchers or events say. */
static const char *const differences[] = {
    "SELECT count(*) FROM (SELECT template_no, expires_s, count(*), sum(amount_fen - spent_fen) FROM voucher"
    " WHERE state = 0 GROUP BY 1, 2 EXCEPT SELECT * FROM template_expiry)",
    "SELECT count(*) FROM (SELECT * FROM template_expiry WHERE live_count > 0 OR live_amount_fen > 0 EXCEPT"
    " SELECT template_no, expires_s, count(*), sum(amount_fen - spent_fen) FROM voucher WHERE state = 0"
    " GROUP BY 1, 2)",
    "SELECT count(*) FROM template t WHERE (issued_count, issued_amount_fen) IS NOT"
    " (SELECT sum(issued_count), sum(issued_amount_fen) FROM template_day d"
    " WHERE d.template_no = t.template_no)",
    "SELECT count(*) FROM template t WHERE used_amount_fen IS NOT"
    " (SELECT sum(use_amount_fen) - sum(refund_amount_fen) FROM template_day d"
    " WHERE d.template_no = t.template_no)",
    "SELECT count(*) FROM template t WHERE issued_count - used_count - recycled_count IS NOT"
    " (SELECT sum(live_count) FROM template_expiry e WHERE e.template_no = t.template_no)",
    "SELECT count(*) FROM template t WHERE issued_amount_fen - used_amount_fen - recycled_amount_fen IS NOT"
    " (SELECT sum(live_amount_fen) FROM template_expiry e WHERE e.template_no = t.template_no)",
    "SELECT count(*) FROM template t WHERE recycled_amount_fen IS NOT"
    " (SELECT coalesce(sum(amount_fen - spent_fen), 0) FROM voucher v"
    " WHERE v.template_no = t.template_no AND state IN (2, 3))",
    "SELECT count(*) FROM voucher v WHERE spent_fen IS NOT (SELECT coalesce(sum(amount_fen), 0)"
    " FROM voucher_event e WHERE e.voucher_no = v.voucher_no AND kind = 0 AND refund_no IS NULL)",
};

static void assert_sums(struct scene *scene)
{
    sqlite3 *handle = open_file(scene);
    for (size_t i = 0; i < KQ_COUNT(differences); i++) {
        if (ask_sql(handle, differences[i]) != 0) {
            fail_msg("%s", differences[i]);
        }
    }
    sqlite3_close(handle);
}

/* The same numbers in each run. */
static size_t draw(size_t below)
{
    static uint64_t state = 20160906;
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (size_t)(state >> 33) % below;
}

static struct kq_operation new_step(struct scene *scene, const struct kq_slice *voucher_ids, size_t step)
{
    struct kq_operation change = new_operation(scene, KQ_OP_VOUCHER_CHANGE);
    int64_t now_s = atomic_load(&scene->clock.now_ms) / 1000;
    change.voucher_change.request = (struct kq_voucher_change_request){
        .kind = draw(20) == 0 ? KQ_CHANGE_DELETE
                              : (enum kq_voucher_change_kind)(draw(2) * draw(2) * 3 + draw(2)) % 4,
        .pid = KQ_SLICE(PID),
        .voucher_id = voucher_ids[draw(VOUCHERS)],
        .user_id = KQ_SLICE(USER),
        .out_biz_no = kq_slice_of(numbered(scene, "key", step)),
        .has_amount = draw(4) > 0,
        .amount_fen = (int64_t)draw(400) + 1,
        .expires_s = now_s + (int64_t)draw(2 * (size_t)DAY_S),
    };
    return change;
}

static void any_history_adds_up(void **state)
{
    struct scene *scene = *state;
    struct kq_slice templates[2];
    struct kq_slice voucher_ids[VOUCHERS];
    size_t done[KQ_CHANGE_KIND_COUNT] = {0};
    add_user(scene, USER);
    templates[0] = add_template(scene, plain_template());
    templates[1] = add_template(scene, red_packet(1000000));
    for (size_t i = 0; i < VOUCHERS; i++) {
        const char *key = numbered(scene, "order", i);
        struct kq_operation operation =
            i % 2 == 0 ? new_issue(scene, templates[0], USER, key)
                       : new_red_packet(scene, templates[1], USER, key, (int64_t)i * 100);
        apply_ok(scene, &operation);
        voucher_ids[i] = operation.issue.result.voucher.voucher_id;
        voucher_ids[i] = kq_arena_copy(&scene->arena, voucher_ids[i]);
        atomic_fetch_add(&scene->clock.now_ms, 1000);
    }
    for (size_t step = 0; step < STEPS; step++) {
        struct kq_operation change = new_step(scene, voucher_ids, step);
        if (apply(scene, &change) == KQ_E_NONE) {
            done[change.voucher_change.request.kind]++;
        }
        atomic_fetch_add(&scene->clock.now_ms, (int64_t)draw(120) * 1000);
        if (step % 100 == 0) {
            assert_sums(scene);
        }
    }
    assert_sums(scene);
    for (enum kq_voucher_change_kind kind = 0; kind < KQ_CHANGE_KIND_COUNT; kind++) {
        assert_true(done[kind] > 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        SCENE_TEST(any_history_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
