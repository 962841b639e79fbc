# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.{cashless,cash,exchange}voucher.template.create."""

import json
import re

import pytest

from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import ALWAYS_VALID, CASH, EXCHANGE, FAR_OFF, FIX, LONG_AGO, RED_PACKET
from support.templates import COMMON, CREATE, CREATE_CASHLESS, KINDS, create, created, detail, fields_of

TEMPLATE_ID = r"[0-9]{8}00073001[0-9A-Z]{12}"
WEEKDAYS = json.dumps([{"day_rule": "1,2,3,4,5", "time_begin": "09:00:00", "time_end": "22:00:00"}])
RULES = json.dumps({"PID": "2088512417841101,2088512417841102", "STORE": "123456,678901"})


# What it makes

@pytest.mark.parametrize("kind", [FIX, RED_PACKET, EXCHANGE])
def test_answer(client, place, app, kind):
    answer = assert_success(create(client, kind, place.new_key()))
    assert list(answer.fields) == ["code", "msg", "template_id"]
    assert re.fullmatch(TEMPLATE_ID, answer["template_id"])
    shown = place.template(answer["template_id"])
    assert (shown["pid"], shown["type"], shown["status"], shown["app_id"]) == (app.pid, kind, "S", app.app_id)


def test_cash_backed_answer(client, place):
    answer = assert_success(create(client, CASH, place.new_key()))
    assert list(answer.fields) == ["code", "msg", "template_id", "confirm_uri", "fund_order_no"]
    assert re.fullmatch(r"[0-9]{8}00073005[0-9A-Z]{12}", answer["fund_order_no"])
    shown = place.template(answer["template_id"])
    assert (shown["status"], shown["fund_order_no"]) == ("I", answer["fund_order_no"])


def test_fixed_amount(client, place):
    template_id = created(client, FIX, place.new_key(), voucher_available_time=WEEKDAYS, rule_conf=RULES,
                          notify_uri="https://example.com/notify", extension_info='{"useMode":"H5"}')
    shown = place.template(template_id)
    expected = {"brand_name": "优酷", "name": None, "amount": "10.00", "floor_amount": "100.00", "quantity": 1000,
                "total_amount": None, "publish_start": LONG_AGO, "publish_end": FAR_OFF,
                "valid_period": json.loads(ALWAYS_VALID), "limit_per_user": None,
                "description": "1、不可兑换现金\n2、请勿涂改", "available_time": WEEKDAYS,
                "rule_pids": ["2088512417841101", "2088512417841102"], "rule_shops": ["123456", "678901"],
                "notify_uri": "https://example.com/notify", "extension_info": '{"useMode":"H5"}'}
    assert {name: shown[name] for name in expected} == expected


def test_budget_instead_of_a_quantity(client, place, user):
    template_id = created(client, FIX, place.new_key(), voucher_quantity=None, amount="10", total_amount="20")
    for number in range(2):
        client.issue(template_id, user, str(number))
    answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no="one more")
    assert_refused(answer, "TEMPLATE_STOCK_NOT_ENOUGH")


def test_red_packet(client, place, user):
    template_id = created(client, RED_PACKET, place.new_key(), voucher_quantity=2)
    shown = place.template(template_id)
    assert (shown["amount"], shown["total_amount"], shown["quantity"]) == ("0.00", "1000.00", 2)
    client.issue(template_id, user, amount="9.99")


def test_cash_backed(client, place):
    template_id = created(client, CASH, place.new_key(), redirect_uri="https://example.com/paid",
                          voucher_use_scene="ALIPAY_COMMON", slogan="开业")
    shown = place.template(template_id)
    expected = {"amount": "10.00", "fund_account": "pay@example.com", "redirect_uri": "https://example.com/paid",
                "use_scene": "ALIPAY_COMMON", "slogan": "开业", "activated": None}
    assert {name: shown[name] for name in expected} == expected


def test_cash_backed_issues_when_it_is_paid_for(client, place, user):
    template_id = created(client, CASH, place.new_key())
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    place.run("template", "activate", template_id=template_id)
    assert_success(client.send(**fields))


def test_exchange(client, place, user):
    template_id = created(client, EXCHANGE, place.new_key(), use_type="H5", voucher_available_time="[]")
    shown = place.template(template_id)
    assert (shown["name"], shown["use_type"], shown["amount"]) == ("优酷3个月", "H5", "0.00")
    client.issue(template_id, user)


def test_gbk(server, app, place):
    client = Client(server, app, charset="gbk")
    template_id = created(client, EXCHANGE, place.new_key())
    assert place.template(template_id)["name"] == "优酷3个月"
    assert_refused(create(client, EXCHANGE, place.new_key(), voucher_name="券" * 21), "INVALID_PARAMETER",
                   naming="voucher_name")


def test_acting_for_another(server, place):
    agent, owner = place.create_app(), place.new_pid()
    answer = Client(server, agent).call(CREATE_CASHLESS, fields_of(FIX, "1"), app_auth_token=place.grant(agent, owner))
    shown = place.template(assert_success(answer)["template_id"])
    assert (shown["pid"], shown["app_id"]) == (owner, agent.app_id)


# What a repetition is

@pytest.mark.parametrize("kind", KINDS)
def test_same_again(client, place, kind):
    """Whose page of a funding order is another each time: test_funding.py."""
    key = place.new_key()
    first, again = (dict(assert_success(create(client, kind, key)).fields) for _ in range(2))
    assert (first.pop("confirm_uri", None) is None) == (again.pop("confirm_uri", None) is None) == (kind != CASH)
    assert again == first


def test_same_again_written_otherwise(client, place):
    """What counts is what is asked, not how it is written."""
    key = place.new_key()
    first = created(client, FIX, key)
    assert created(client, FIX, key, amount=10, voucher_quantity="1000", extension_info="", unknown=1) == first


CHANGES = {"brand_name": "土豆", "publish_start_time": "2020-01-01 00:00:01", "publish_end_time": "2099-12-31 23:59:58",
           "voucher_valid_period": '{"type":"RELATIVE","duration":1,"unit":"DAY"}', "voucher_available_time": WEEKDAYS,
           "voucher_description": "[]", "voucher_quantity": 1001, "amount": "10.01", "floor_amount": None,
           "total_amount": "500.00", "rule_conf": RULES, "notify_uri": "http://example.com", "extension_info": "{}"}


@pytest.mark.parametrize("name", CHANGES)
def test_same_key_for_another_request(client, place, name):
    key = place.new_key()
    template_id = created(client, FIX, key)
    assert_refused(create(client, FIX, key, **{name: CHANGES[name]}), "INVALID_PARAMETER", naming="out_biz_no")
    assert created(client, FIX, key) == template_id


def test_same_key_for_another_kind(client, place):
    key = place.new_key()
    created(client, FIX, key)
    for kind in (RED_PACKET, CASH, EXCHANGE):
        assert_refused(create(client, kind, key), "INVALID_PARAMETER", naming="out_biz_no")


def test_same_key_of_another_merchant(server, client, place):
    key = place.new_key()
    other = Client(server, place.create_app())
    assert created(client, FIX, key) != created(other, FIX, key)


def test_same_key_of_another_application(server, client, place, app):
    """Keys are the merchant's."""
    key = place.new_key()
    other = Client(server, place.create_app(pid=app.pid))
    assert created(client, FIX, key) == created(other, FIX, key)


def test_same_again_when_it_is_deleted(client, place):
    key = place.new_key()
    template_id = created(client, FIX, key)
    place.run("template", "delete", template_id=template_id)
    assert created(client, FIX, key) == template_id


def test_refused_is_not_remembered(client, place):
    key = place.new_key()
    assert_refused(create(client, FIX, key, amount="0.99"), "INVALID_PARAMETER", naming="amount")
    created(client, FIX, key)


# What is refused

REQUIRED = {
    FIX: (*COMMON, "voucher_type", "out_biz_no", "voucher_quantity", "amount"),
    RED_PACKET: (*COMMON, "voucher_type", "out_biz_no", "total_amount"),
    CASH: (*COMMON, "voucher_type", "out_biz_no", "voucher_quantity", "amount", "fund_account"),
    EXCHANGE: (*COMMON, "voucher_type", "out_biz_no", "voucher_quantity", "voucher_name"),
}


@pytest.mark.parametrize("kind, name", [(kind, name) for kind, names in REQUIRED.items() for name in names])
def test_required(client, place, kind, name):
    fields = fields_of(kind, place.new_key(), **{name: None})
    assert_refused(client.call(CREATE[kind], fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("kind", KINDS)
def test_kind_of_another_method(client, place, kind):
    for other in set(CREATE.values()) - {CREATE[kind]}:
        assert_refused(client.call(other, fields_of(kind, place.new_key())), "INVALID_PARAMETER", naming="voucher_type")


REFUSED = [
    (FIX, "amount", ["0.99", "999.01", "-1", "1e1", "1.001", "ten", True]),
    (FIX, "floor_amount", ["-1", "0.001", "x"]),
    (FIX, "total_amount", ["0.99", "10000000.01"]),
    (FIX, "voucher_quantity", [0, -1, "1.5", "x", 1000000000001]),
    (FIX, "brand_name", ["券" * 13, "a\nb"]),
    (FIX, "voucher_description", ["x", "{}", "[1]", '[""]', json.dumps(["x"] * 11), json.dumps(["券" * 51]),
                                  json.dumps(["a\nb"])]),
    (FIX, "voucher_valid_period", ["x", "{}", '{"type":"RELATIVE","duration":0,"unit":"DAY"}',
                                   '{"type":"ABSOLUTE","start":"2017-01-02 00:00:00","end":"2017-01-01 00:00:00"}']),
    (FIX, "voucher_available_time", ["x", "{}", '[{"day_rule":"8","time_begin":"09:00:00","time_end":"22:00:00"}]']),
    (FIX, "rule_conf", ["x", "[]", '{"STORE":"1"}', '{"PID":"1"}', '{"PID":"2088512417841101","bizProduct":"1"}']),
    (FIX, "notify_uri", ["example.com", "ftp://example.com", "http://", "http:///path", "http://a b",
                         "http://例子.com", "http://example.com/" + "x" * 238]),
    (FIX, "extension_info", ["x", "[]", "1"]),
    (FIX, "publish_end_time", [LONG_AGO, "2019-01-01 00:00:00", "2099-12-31", 1]),
    (FIX, "out_biz_no", ["x" * 65, 1]),
    (RED_PACKET, "amount", ["10.00"]),
    (RED_PACKET, "total_amount", ["0.99", "10000000.01"]),
    (CASH, "amount", ["0.09", "0"]),
    (CASH, "redirect_uri", ["example.com"]),
    (CASH, "slogan", ["券" * 7, "a\tb"]),
    (CASH, "fund_account", ["x" * 129, "a\nb"]),
    (CASH, "voucher_use_scene", ["x" * 65]),
    (EXCHANGE, "voucher_name", ["券" * 21, "a\nb"]),
    (EXCHANGE, "use_type", ["QR"]),
]


@pytest.mark.parametrize("kind, name, value", [(kind, name, value) for kind, name, values in REFUSED for value in values])
def test_refused(client, place, kind, name, value):
    assert_refused(create(client, kind, place.new_key(), **{name: value}), "INVALID_PARAMETER", naming=name)


TAKEN = [
    (FIX, {"amount": "1"}), (FIX, {"amount": 999}), (FIX, {"floor_amount": 0}), (FIX, {"total_amount": "10000000"}),
    (FIX, {"brand_name": "券" * 12}), (FIX, {"voucher_description": json.dumps(["券" * 50] * 10)}),
    (FIX, {"voucher_description": "[]"}), (FIX, {"voucher_available_time": "[]"}),
    (FIX, {"notify_uri": "HTTP://example.com:8080/notify?a=b"}), (FIX, {"publish_end_time": "2020-01-01 00:00:01"}),
    (RED_PACKET, {"total_amount": 1}), (CASH, {"amount": "0.1"}), (CASH, {"amount": "1000"}),
    (CASH, {"slogan": "券" * 6}), (EXCHANGE, {"voucher_name": "券" * 20}),
]


@pytest.mark.parametrize("kind, changes", TAKEN)
def test_taken(client, place, kind, changes):
    created(client, kind, place.new_key(), **changes)


def test_detail_of_what_was_created(client, place):
    """Both methods mean the same by a field."""
    fields = fields_of(FIX, place.new_key())
    shown = detail(client, assert_success(client.call(CREATE_CASHLESS, fields))["template_id"])
    for name in ("voucher_type", "amount", "floor_amount", "voucher_quantity", "publish_start_time", "publish_end_time"):
        assert shown[name] == fields[name]
    for name in ("voucher_valid_period", "voucher_description"):
        assert json.loads(shown[name]) == json.loads(fields[name])
