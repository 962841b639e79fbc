# SPDX-License-Identifier: Apache-2.0
"""What becomes of a voucher after its issue: used, refunded, deleted, delayed, and shown at each step."""

import json
import time
from types import SimpleNamespace

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import EXCHANGE, FIX, RED_PACKET

HOUR = 3600
DAY = 86400


def relative_days(days):
    return json.dumps({"type": "RELATIVE", "duration": days, "unit": "DAY"})


def issued(world, kind=FIX, amount="10", **flags):
    """A voucher of a template of its own, with what is needed to talk about it. Nothing is asked of a purchase."""
    settings = {FIX: {"amount": amount, "floor_amount": None}}.get(kind, {})
    template_id = world.place.create_template(world.app.pid, kind, **{**settings, **flags})
    user = world.place.create_user()
    fields = {"amount": amount} if kind == RED_PACKET else {}
    return SimpleNamespace(template_id=template_id, user=user,
                           voucher_id=world.client.issue(template_id, user, "send-1", **fields))


@pytest.fixture
def world(place, app, server, client):
    return SimpleNamespace(place=place, app=app, server=server, client=client)


def call(world, method, voucher, key, client=None, **fields):
    wanted = {"voucher_id": voucher.voucher_id, "user_id": voucher.user.user_id, "out_biz_no": key, **fields}
    return (client or world.client).call(method, wanted)


def use(world, voucher, key="use-1", context=None, **fields):
    if context is not None:
        fields["biz_context"] = json.dumps(context)
    return call(world, protocol.USE, voucher, key, **fields)


def refund(world, voucher, key="refund-1", context=None, **fields):
    if context is not None:
        fields["biz_context"] = json.dumps(context)
    return call(world, protocol.REFUND, voucher, key, **fields)


def delete(world, voucher, key="delete-1", **fields):
    return call(world, protocol.DELETE, voucher, key, **fields)


def delay(world, voucher, time_s, key="delay-1", **fields):
    return call(world, protocol.DELAY, voucher, key, expired_time=protocol.beijing_text(time_s), **fields)


def query(world, voucher):
    return assert_success(world.client.call(protocol.QUERY, {"voucher_id": voucher.voucher_id}))


def status(world, voucher):
    """As the query says it; what the list and the wallet say must fit."""
    told = query(world, voucher)["status"]
    [entry] = world.client.listed(voucher.template_id, voucher.user)
    assert entry["status"] == ("ENABLED" if told in ("ENABLED", "USING") else "DISABLED")
    current = world.client.shown(voucher.user)
    past = world.client.shown(voucher.user, time_status="PAST")
    shown = {"UNACTIVE": "can_use", "ENABLED": "can_use", "USING": "can_use", "USED": "used", "EXPIRED": "expired",
             "DELETE": "closed", "REFUNDED": "closed"}[told]
    [entry] = current if shown == "can_use" else past
    assert (entry["pass_id"], entry["status"]) == (voucher.voucher_id, shown)
    assert len(current) + len(past) == 1
    return told


def counters(world, voucher):
    shown = world.place.template(voucher.template_id)
    return shown["used_count"], shown["used_amount"]


# Query

def test_query(world):
    before = protocol.beijing_text(time.time())
    voucher = issued(world, description=["不找零", "每单一张"], valid_period=relative_days(1))
    after = protocol.beijing_text(time.time())
    answer = query(world, voucher)
    assert list(answer.fields) == ["code", "msg", "voucher_id", "template_id", "name", "status", "total_amount",
                                   "available_amount", "gmt_create", "gmt_active", "gmt_expired",
                                   "voucher_description", "user_id", "bill_details"]
    assert before <= answer["gmt_create"] <= after
    assert answer["gmt_active"] == answer["gmt_create"]
    assert protocol.beijing_time(answer["gmt_expired"]) == protocol.beijing_time(answer["gmt_create"]) + DAY
    assert json.loads(answer["voucher_description"]) == ["不找零", "每单一张"]
    assert {name: answer[name] for name in ("voucher_id", "template_id", "user_id", "name", "status", "total_amount",
                                            "available_amount", "bill_details")} == {
        "voucher_id": voucher.voucher_id, "template_id": voucher.template_id, "user_id": voucher.user.user_id,
        "name": "10元代金券", "status": "ENABLED", "total_amount": "10.00", "available_amount": "10.00",
        "bill_details": []}


def test_query_of_none(world):
    assert_refused(world.client.call(protocol.QUERY, {"voucher_id": "20160906000730020020002U8CBS"}),
                   "VOUCHER_NOT_EXIST")
    assert_refused(world.client.call(protocol.QUERY, {}), "INVALID_PARAMETER", naming="voucher_id")


def test_query_by_another_merchant(world):
    voucher = issued(world)
    stranger = Client(world.server, world.place.create_app())
    assert_refused(stranger.call(protocol.QUERY, {"voucher_id": voucher.voucher_id}), "VOUCHER_NOT_EXIST")


def test_query_in_gbk(world):
    voucher = issued(world)
    answer = Client(world.server, world.app, charset="gbk").call(protocol.QUERY, {"voucher_id": voucher.voucher_id})
    assert assert_success(answer)["name"] == "10元代金券"


# Use

def test_use_of_the_whole(world):
    voucher = issued(world)
    answer = assert_success(use(world, voucher))
    assert list(answer.fields) == ["code", "msg", "voucher_id"]
    assert answer["voucher_id"] == voucher.voucher_id
    assert status(world, voucher) == "USED"
    assert counters(world, voucher) == (1, "10.00")
    shown = query(world, voucher)
    assert shown["available_amount"] == "0.00"
    [bill] = shown["bill_details"]
    assert {name: bill[name] for name in ("trade_no", "biz_type", "amount", "status", "partner_id")} == {
        "trade_no": "use-1", "biz_type": "USE", "amount": "10.00", "status": "SUCCESS", "partner_id": world.app.pid}


def test_use_in_parts(world):
    voucher = issued(world)
    assert_success(use(world, voucher, "use-1", {"amount": "3.5"}))
    assert status(world, voucher) == "USING"
    assert query(world, voucher)["available_amount"] == "6.50"
    assert counters(world, voucher) == (0, "3.50")
    assert_refused(use(world, voucher, "use-2", {"amount": "6.51"}), "VOUCHER_BALANCE_NOT_ENOUGH")
    assert_success(use(world, voucher, "use-2", {"amount": 6.5}))
    assert status(world, voucher) == "USED"
    assert_refused(use(world, voucher, "use-3"), "VOUCHER_STATUS_NOT_MATCH", naming="USED")
    assert counters(world, voucher) == (1, "10.00")


@pytest.mark.parametrize("kind", [RED_PACKET, EXCHANGE])
def test_use_of_other_kinds(world, kind):
    voucher = issued(world, kind, amount="2.34")
    assert_success(use(world, voucher))
    assert status(world, voucher) == "USED"
    assert counters(world, voucher) == (1, "2.34" if kind == RED_PACKET else "0.00")


def test_use_again_with_the_same_key(world):
    voucher = issued(world)
    first = assert_success(use(world, voucher, "use-1", {"amount": "4"}))
    assert use(world, voucher, "use-1", {"amount": "5"}).body == first.body
    assert query(world, voucher)["available_amount"] == "6.00"


def test_floor_amount(world):
    voucher = issued(world, floor_amount="100")
    assert_refused(use(world, voucher), "VOUCHER_RULE_NOT_MATCH", naming="order_amount")
    assert_refused(use(world, voucher, context={"order_amount": "99.99"}), "VOUCHER_RULE_NOT_MATCH", naming="最低消费")
    assert_success(use(world, voucher, "use-1", {"amount": "1", "order_amount": "100"}))
    assert_success(use(world, voucher, "use-2", {"amount": "1"}, need_rule_check=False))
    assert query(world, voucher)["available_amount"] == "8.00"


@pytest.mark.parametrize("context, naming", [
    ("[]", "biz_context"), ("x", "biz_context"), ('{"amount":"0"}', "amount"), ('{"amount":"1.234"}', "amount"),
    ('{"order_amount":-1}', "order_amount"), ('{"shop_id":1}', "shop_id"), ('{"shop_id":"' + "a" * 65 + '"}', "shop_id"),
])
def test_context_that_is_none(world, context, naming):
    voucher = issued(world)
    assert_refused(use(world, voucher, biz_context=context), "INVALID_PARAMETER", naming=naming)
    assert status(world, voucher) == "ENABLED"


@pytest.mark.parametrize("method", [protocol.USE, protocol.REFUND, protocol.DELETE, protocol.DELAY])
@pytest.mark.parametrize("name", ["voucher_id", "user_id", "out_biz_no"])
def test_required(world, method, name):
    fields = {"voucher_id": "20160906000730020020002U8CBS", "user_id": "2088302001456115", "out_biz_no": "1",
              "expired_time": "2099-01-01 00:00:00"}
    del fields[name]
    assert_refused(world.client.call(method, fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("action", [use, refund, delete, lambda *all, **more: delay(*all, time.time(), **more)])
def test_whose_it_is(world, action):
    voucher = issued(world, kind=EXCHANGE)
    other = world.place.create_user()
    stranger = Client(world.server, world.place.create_app())
    assert_refused(action(world, voucher, user_id=other.user_id), "VOUCHER_USER_NOT_MATCH")
    assert_refused(action(world, voucher, client=stranger), "VOUCHER_NOT_EXIST")
    assert_refused(action(world, voucher, voucher_id="20160906000730020020002U8CBS"), "VOUCHER_NOT_EXIST")
    assert status(world, voucher) == "ENABLED"


def test_frozen_user_uses_nothing(world):
    voucher = issued(world)
    world.place.run("user", "freeze", user_id=voucher.user.user_id)
    assert_refused(use(world, voucher), "USER_STATUS_ERROR")
    world.place.run("user", "unfreeze", user_id=voucher.user.user_id)
    assert_success(use(world, voucher))


# Redeemers beside the template's own merchant

@pytest.fixture
def partner(place, server):
    """Another merchant's application."""
    return Client(server, place.create_app())


def test_redeemer_of_the_rule(world, partner):
    voucher = issued(world, rule_pid=partner.app.pid)
    assert_success(use(world, voucher, "use-1", {"amount": "4"}, client=partner))
    assert assert_success(partner.call(protocol.QUERY, {"voucher_id": voucher.voucher_id}))["status"] == "USING"
    assert [bill["partner_id"] for bill in query(world, voucher)["bill_details"]] == [partner.app.pid]
    assert_refused(delete(world, voucher, client=partner), "VOUCHER_NOT_EXIST")
    assert_success(refund(world, voucher, client=partner))
    assert status(world, voucher) == "ENABLED"


def test_redeemers_number_their_businesses_alike(world, partner):
    voucher = issued(world, rule_pid=partner.app.pid)
    assert_success(use(world, voucher, "1", {"amount": "4"}))
    answer = use(world, voucher, "1", {"amount": "1"}, client=partner)
    assert_refused(answer, "INVALID_PARAMETER", naming="out_biz_no")
    assert query(world, voucher)["available_amount"] == "6.00"


def test_shops_of_the_rule(world, partner):
    voucher = issued(world, rule_pid=partner.app.pid, rule_shop=["shop-of-rule-1", "shop-of-rule-2"])
    world.place.run("shop", "create", pid=world.app.pid, shop_id="shop-of-rule-1", city_code="320100")
    world.place.run("shop", "create", pid=world.app.pid, shop_id="shop-of-no-rule", city_code="320100")
    world.place.run("shop", "create", pid=partner.app.pid, shop_id="shop-of-rule-2", city_code="320100")
    [entry] = world.client.shown(voucher.user, need_shopinfo=True, city_code="320100")
    assert entry["shop_id_list"] == ["shop-of-rule-1", "shop-of-rule-2"]
    assert_refused(use(world, voucher, context={"shop_id": "shop-of-no-rule"}), "VOUCHER_RULE_NOT_MATCH", naming="门店")
    assert_refused(use(world, voucher, need_rule_check=False, client=partner), "VOUCHER_RULE_NOT_MATCH", naming="门店")
    assert_success(use(world, voucher, context={"shop_id": "shop-of-rule-2"}, client=partner))


def test_time_of_the_week(sandbox):
    monday_s = protocol.beijing_time("2060-01-05 00:00:00")
    hours = [{"day_rule": "1", "time_begin": "09:00:00", "time_end": "17:59:59"}]
    voucher = issued(sandbox, available_time=json.dumps(hours))

    def at(hours_s, key):
        return sandbox.server.at_second(monday_s + hours_s, lambda: use(sandbox, voucher, key, {"amount": "1"}))

    assert_refused(at(9 * HOUR - 1, "1"), "VOUCHER_RULE_NOT_MATCH", naming="时段")
    assert_success(at(9 * HOUR, "1"))
    assert_success(at(18 * HOUR - 1, "2"))
    assert_refused(at(18 * HOUR, "3"), "VOUCHER_RULE_NOT_MATCH", naming="时段")
    assert_refused(at(DAY + 10 * HOUR, "3"), "VOUCHER_RULE_NOT_MATCH", naming="时段")


# Refund

def test_refund_gives_back(world):
    voucher = issued(world)
    assert_success(use(world, voucher))
    answer = assert_success(refund(world, voucher))
    assert list(answer.fields) == ["code", "msg", "voucher"]
    assert (answer["voucher"]["voucher_id"], answer["voucher"]["status"]) == (voucher.voucher_id, "ENABLED")
    assert (answer["voucher"]["total_amount"], answer["voucher"]["available_amount"]) == ("10.00", "10.00")
    assert status(world, voucher) == "ENABLED"
    assert counters(world, voucher) == (0, "0.00")
    bills = query(world, voucher)["bill_details"]
    assert [(bill["biz_type"], bill["amount"], bill["status"]) for bill in bills] == [
        ("USE", "10.00", "REFUNDED"), ("REFUND", "10.00", "SUCCESS")]
    assert_refused(refund(world, voucher, "refund-2"), "REDEMPTION_NOT_EXIST")
    assert_success(use(world, voucher, "use-2"))
    assert status(world, voucher) == "USED"


def test_refund_of_one_of_several(world):
    voucher = issued(world)
    assert_success(use(world, voucher, "use-1", {"amount": "4"}))
    assert_success(use(world, voucher, "use-2"))
    assert_refused(refund(world, voucher), "INVALID_PARAMETER", naming="use_out_biz_no")
    assert_refused(refund(world, voucher, context={"use_out_biz_no": "use-3"}), "REDEMPTION_NOT_EXIST")
    assert_success(refund(world, voucher, context={"use_out_biz_no": "use-1"}))
    assert status(world, voucher) == "USING"
    assert query(world, voucher)["available_amount"] == "4.00"
    assert_refused(refund(world, voucher, "refund-2", {"use_out_biz_no": "use-1"}), "REDEMPTION_REFUNDED")
    assert_success(refund(world, voucher, "refund-2"))
    assert status(world, voucher) == "ENABLED"


def test_refund_again_with_the_same_key(world):
    voucher = issued(world)
    assert_success(use(world, voucher, "use-1", {"amount": "4"}))
    assert_success(use(world, voucher, "use-2", {"amount": "1"}))
    context = {"use_out_biz_no": "use-1"}
    first = assert_success(refund(world, voucher, context=context))
    assert refund(world, voucher, context={"use_out_biz_no": "use-2"}).body == first.body
    assert query(world, voucher)["available_amount"] == "9.00"


def test_refund_of_nothing(world):
    assert_refused(refund(world, issued(world)), "REDEMPTION_NOT_EXIST")


def test_refund_after_the_end(sandbox):
    voucher = issued(sandbox, valid_period=relative_days(1))
    assert_success(use(sandbox, voucher, "use-1", {"amount": "4"}))
    sandbox.server.set_clock(2 * DAY)
    assert status(sandbox, voucher) == "EXPIRED"
    answer = assert_success(refund(sandbox, voucher))
    assert (answer["voucher"]["status"], answer["voucher"]["available_amount"]) == ("REFUNDED", "10.00")
    assert status(sandbox, voucher) == "REFUNDED"
    assert_refused(use(sandbox, voucher, "use-2"), "VOUCHER_STATUS_NOT_MATCH", naming="REFUNDED")


# Delete

def test_delete(world):
    voucher = issued(world)
    assert_success(use(world, voucher, "use-1", {"amount": "4"}))
    answer = assert_success(delete(world, voucher))
    assert {name: answer[name] for name in ("voucher_id", "amount")} == {"voucher_id": voucher.voucher_id,
                                                                         "amount": "6.00"}
    assert status(world, voucher) == "DELETE"
    assert delete(world, voucher).body == answer.body
    assert_refused(delete(world, voucher, "delete-2"), "VOUCHER_STATUS_NOT_MATCH", naming="DELETE")
    assert_refused(use(world, voucher, "use-2"), "VOUCHER_STATUS_NOT_MATCH", naming="DELETE")
    assert_refused(refund(world, voucher), "VOUCHER_STATUS_NOT_MATCH", naming="DELETE")


def test_deleted_voucher_frees_no_stock(world):
    voucher = issued(world, quantity=1)
    assert_success(delete(world, voucher))
    answer = world.client.send(template_id=voucher.template_id, user_id=voucher.user.user_id, out_biz_no="send-2")
    assert_refused(answer, "TEMPLATE_STOCK_NOT_ENOUGH")


# The clock

def test_to_the_second(sandbox):
    start_s = int(time.time()) + DAY
    end_s = start_s + HOUR
    period = {"type": "ABSOLUTE", "start": protocol.beijing_text(start_s), "end": protocol.beijing_text(end_s)}
    voucher = issued(sandbox, valid_period=json.dumps(period))

    def at(time_s, action):
        return sandbox.server.at_second(time_s, action)

    assert at(start_s - 1, lambda: status(sandbox, voucher)) == "UNACTIVE"
    assert_refused(at(start_s - 1, lambda: use(sandbox, voucher)), "VOUCHER_NOT_ACTIVE")
    assert at(start_s, lambda: status(sandbox, voucher)) == "ENABLED"
    assert_success(at(start_s, lambda: use(sandbox, voucher, "use-1", {"amount": "1"})))
    assert at(end_s - 1, lambda: status(sandbox, voucher)) == "USING"
    assert_success(at(end_s - 1, lambda: use(sandbox, voucher, "use-2", {"amount": "1"})))
    assert_refused(at(end_s, lambda: use(sandbox, voucher, "use-3")), "VOUCHER_EXPIRED")
    assert_refused(at(end_s, lambda: delete(sandbox, voucher)), "VOUCHER_EXPIRED")
    assert at(end_s, lambda: status(sandbox, voucher)) == "EXPIRED"


def test_delay(sandbox):
    voucher = issued(sandbox, valid_period=relative_days(1))
    end_s = protocol.beijing_time(query(sandbox, voucher)["gmt_expired"])
    assert_refused(delay(sandbox, voucher, end_s), "INVALID_PARAMETER", naming="expired_time")
    answer = assert_success(sandbox.server.at_second(end_s - 1, lambda: delay(sandbox, voucher, end_s + DAY)))
    assert answer["voucher_id"] == voucher.voucher_id
    assert answer["voucher"]["gmt_expired"] == protocol.beijing_text(end_s + DAY)
    assert sandbox.server.at_second(end_s, lambda: status(sandbox, voucher)) == "ENABLED"
    assert sandbox.server.at_second(end_s + DAY, lambda: status(sandbox, voucher)) == "EXPIRED"
    late = sandbox.server.at_second(end_s + DAY, lambda: delay(sandbox, voucher, end_s + 2 * DAY, "delay-2"))
    assert_refused(late, "VOUCHER_EXPIRED")
    [bill] = query(sandbox, voucher)["bill_details"]
    assert (bill["biz_type"], bill["amount"]) == ("DELAY", "0.00")


@pytest.mark.parametrize("value", ["2099-13-01 00:00:00", "tomorrow", 1, ""])
def test_delay_to_no_time(world, value):
    voucher = issued(world)
    assert_refused(call(world, protocol.DELAY, voucher, "1", expired_time=value), "INVALID_PARAMETER",
                   naming="expired_time")
