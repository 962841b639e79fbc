# SPDX-License-Identifier: Apache-2.0
"""The checker itself: what cannot have been must be found impossible."""

import itertools
import random

import pytest

from checker import GROUP_MAX, Impossible, add_to_groups, explain, find_order
from examples import SECONDS, Ids, answer_of, model_of, rules
from generator import Generator
from operations import Delay, Delete, Freeze, List, Query, Refund, Send, Use
from support.place import RED_PACKET
from world import random_world

REF = (0, "k")
FIRST_ID = "20600301000730020000000001" + "00"
SECOND_ID = "20600301000730020000000002" + "00"


def refused(sub_code, sub_msg):
    return {"code": "40004", "msg": "Business Failed", "sub_code": sub_code, "sub_msg": sub_msg}


def succeeded(**fields):
    return {"code": "10000", "msg": "Success", **fields}


def send(key, user=0, template=0, **fields):
    return Send("first", template, user, key, "", **fields)


def sent(voucher_id, user=0):
    return succeeded(voucher_id=voucher_id, user_id=f"20880000000008{user:02}")


def use(key, amount=None):
    return Use("first", REF, 0, key, amount)


USED = succeeded(voucher_id=FIRST_ID)
NO_STOCK = refused("TEMPLATE_STOCK_NOT_ENOUGH", "券库存不足")
NOT_ENOUGH = refused("VOUCHER_BALANCE_NOT_ENOUGH", "券余额不足")
STATUS_USED = refused("VOUCHER_STATUS_NOT_MATCH", "券状态不允许该操作：券状态为USED")


@pytest.fixture
def model():
    """With one template of two vouchers, of which one is issued."""
    model = model_of(rules(quantity=2))
    explain(model, [(send("k"), sent(FIRST_ID))])
    return model


def assert_possible(model, *calls, seen_after=()):
    for order in itertools.permutations(calls):
        explain(model_copy(model), order, seen_after)


def assert_impossible(model, *calls, seen_after=()):
    for order in itertools.permutations(calls):
        with pytest.raises(Impossible):
            explain(model_copy(model), order, seen_after)


def model_copy(model):
    """The same state, reached by the same way."""
    copy = model_of(rules(quantity=2))
    copy.now = model.now
    explain(copy, [(send("k"), sent(FIRST_ID))])
    return copy


def test_one_of_two_gets_the_last_one(model):
    assert_possible(model, (send("a"), sent(SECOND_ID)), (send("b"), NO_STOCK))


def test_two_cannot_both_get_the_last_one(model):
    third = "20600301000730020000000003" + "00"
    assert_impossible(model, (send("a"), sent(SECOND_ID)), (send("b"), sent(third)))


def test_two_cannot_both_miss_the_last_one(model):
    assert_impossible(model, (send("a"), NO_STOCK), (send("b"), NO_STOCK))


def test_one_key_is_one_voucher(model):
    assert_possible(model, (send("a"), sent(SECOND_ID)), (send("a"), sent(SECOND_ID)))
    assert_impossible(model, (send("a"), sent(SECOND_ID)), (send("a"), NO_STOCK))


def test_an_id_stays_the_same(model):
    assert_possible(model, (send("k"), sent(FIRST_ID)))
    assert_impossible(model, (send("k"), sent(SECOND_ID)))


def test_an_id_is_nobody_elses(model):
    assert_impossible(model, (send("a"), sent(FIRST_ID)))


@pytest.mark.parametrize("voucher_id", ["", None, 1, "x" * 28, SECOND_ID[:-1], SECOND_ID[:-2] + "01",
                                        "20600301000730010000000002" + "00", "20600301000730020000000000" + "00"])
def test_an_id_is_one_that_there_can_be(model, voucher_id):
    """Not its size, not its product, not its user's, or not above the one before."""
    assert_impossible(model, (send("a"), sent(voucher_id)))


def test_parts_add_up(model):
    assert_possible(model, (use("1", 600), USED), (use("2", 600), NOT_ENOUGH), (use("3", 400), USED))
    assert_impossible(model, (use("1", 600), USED), (use("2", 600), USED))


def test_a_voucher_is_used_up_once(model):
    assert_possible(model, (use("1"), USED), (use("2"), STATUS_USED))
    assert_impossible(model, (use("1"), USED), (use("2"), USED))
    assert_impossible(model, (use("1"), STATUS_USED), (use("2"), STATUS_USED))


def test_a_refusal_needs_a_cause_in_the_round(model):
    frozen = refused("USER_STATUS_ERROR", "用户状态不可用")
    assert_possible(model, (use("1"), frozen), (Freeze(0, True), {"succeeds": True}))
    assert_possible(model, (use("1"), USED), (Freeze(0, True), {"succeeds": True}))
    assert_impossible(model, (use("1"), frozen), (Freeze(1, True), {"succeeds": True}))


def test_a_field_that_is_too_much_or_too_few_is_seen(model):
    assert_impossible(model, (use("1"), {**USED, "amount": "10.00"}))
    assert_impossible(model, (Delete("first", REF, 0, "d"), USED))


def shown(model, operations):
    """How the voucher is shown after these."""
    copy = model_copy(model)
    for operation in operations:
        operation.expect(copy, {})
    return Query("first", REF).expect(copy, {})


def test_a_read_sees_what_was_before_or_what_came_of_it(model):
    read = Query("first", REF)
    for operations in ([], [use("1", 600)]):
        assert_possible(model, (read, shown(model, operations)), (use("1", 600), USED))
    assert_impossible(model, (read, shown(model, [use("1", 500)])), (use("1", 600), USED))


def test_two_reads_see_one_order(model):
    """One cannot have seen only the first of two, and another one only the second."""
    calls = [(use("1", 300), USED), (use("2", 300), USED)]
    one = (Query("first", REF), shown(model, [use("1", 300)]))
    other = (Query("granted", REF), shown(model, [use("2", 300)]))
    assert_possible(model, *calls, one)
    assert_possible(model, *calls, other)
    assert_impossible(model, *calls, one, other)


def test_what_is_asked_afterwards_has_seen_everything(model):
    read = Query("first", REF)
    calls = [(use("1", 300), USED), (use("2", 300), USED)]
    for order in itertools.permutations(["1", "2"]):
        assert_possible(model, *calls, seen_after=[(read, shown(model, [use(key, 300) for key in order]))])
    assert_impossible(model, *calls, seen_after=[(read, shown(model, [use("1", 300)]))])


def test_what_is_asked_afterwards_decides_the_order(model):
    order = [use("2", 300), use("1", 300)]
    explain(model, [(use("1", 300), USED), (use("2", 300), USED)],
            [(Query("first", REF), shown(model, order))])
    assert [event.key for event in model.voucher(REF).events] == ["2", "1"]


def test_nothing_is_taken_from_a_round_that_is_impossible(model):
    with pytest.raises(Impossible):
        explain(model, [(use("1", 600), USED), (use("2", 600), USED)])
    assert (model.voucher(REF).balance, model.voucher(REF).events) == (1000, [])


def test_rounds_come_one_after_the_other(model):
    explain(model, [(use("1"), USED)])
    with pytest.raises(Impossible):
        explain(model, [(Query("first", REF), shown(model, []))])


def test_the_last_second_of_a_voucher(model):
    model.now += SECONDS - 1
    assert Query("first", REF).expect(model, {})["status"] == "ENABLED"
    model.now += 1
    assert Query("first", REF).expect(model, {})["status"] == "EXPIRED"


def test_which_amount_a_red_packet_got_shows_afterwards():
    calls = [(send("a", amount=100), sent(FIRST_ID)), (send("a", amount=200), sent(FIRST_ID))]
    for amount in (100, 200):
        model = model_of(rules(RED_PACKET))
        answer_of(model, send("a", amount=amount), Ids())
        shown_after = Query("first", (0, "a")).expect(model, {})
        model = model_of(rules(RED_PACKET))
        explain(model, calls, [(Query("first", (0, "a"), FIRST_ID), shown_after)])
        assert model.voucher((0, "a")).amount == amount


def test_what_cannot_matter_to_each_other_is_looked_at_apart():
    model = model_of(rules(), rules())
    operations = [send("a"), send("b"), send("a", template=1), Freeze(4, True), List("first", 1, 0),
                  Delay("first", (None, ""), 0, "d"), Refund("first", (None, ""), 0, "r")]
    groups = []
    for operation in operations:
        groups = add_to_groups(groups, operation, operation.footprint(model))
    assert [[operations.index(operation) for operation, _ in group] for group in groups] == [
        [0, 1], [3], [2, 4], [5], [6]]


def random_round(seed):
    """A world some rounds on, and a round with the answers of some order of it."""
    rng = random.Random(seed)
    world = random_world(rng)
    ids = Ids()
    models = [world.model([f"202601010007300100000000{number:02}02" for number in range(7)]) for _ in range(3)]
    generator = Generator(seed, models[0])
    for _ in range(rng.randrange(1, 25)):
        models[0].now = generator.next_clock() or models[0].now
        for operation in generator.next_round(12):
            answer = answer_of(models[0], operation, ids)
            for model in models[1:]:
                model.now = models[0].now
                assert operation.expect(model, answer) == answer
    for model in models:
        model.settle()
    operations = rng.sample(generator.next_round(16), 5)
    calls = [(operation, answer_of(models[0], operation, ids)) for operation in operations]
    return rng, models, rng.sample(calls, len(calls))


@pytest.mark.parametrize("seed", range(60))
def test_groups_find_what_all_orders_find(seed):
    """What is looked at apart gives the same verdict as all orders of everything: on answers that can be, and on
    the same with one that was changed."""
    rng, (_, apart, whole), calls = random_round(f"model {seed}")
    if rng.random() < 0.7:
        place = rng.randrange(len(calls))
        operation, answer = calls[place]
        changed = dict(answer, code="10000") if answer.get("code") == "40004" else dict(answer, msg="Failed")
        calls[place] = (operation, changed)
    whole.begin_group()
    expected = find_order(whole, calls, []) is not None
    try:
        explain(apart, calls)
        possible = True
    except Impossible:
        possible = False
    assert possible == expected


def test_groups_stay_small():
    rng = random.Random("groups")
    model = random_world(rng).model([f"202601010007300100000000{number:02}02" for number in range(7)])
    generator = Generator("groups", model)
    for _ in range(50):
        groups = []
        for operation in generator.next_round(16):
            groups = add_to_groups(groups, operation, operation.footprint(model))
        assert max(map(len, groups)) <= GROUP_MAX
