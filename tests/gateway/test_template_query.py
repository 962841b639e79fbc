# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.templatedetail.query, …templatelist.query and …template.delete."""

import json
import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import CASH, EXCHANGE, FAR_OFF, FIX, LONG_AGO, RED_PACKET
from support.templates import (DELETE, DETAIL, KINDS, PAGE, UNKNOWN, assert_state_refused, created, detail)


def delete(client, template_id):
    return client.call(DELETE, {"template_id": template_id})


# Detail

def test_detail(client, place):
    template_id = created(client, FIX, place.new_key())
    answer = detail(client, template_id)
    assert list(answer.fields) == [
        "code", "msg", "template_id", "voucher_name", "voucher_type", "status", "amount", "floor_amount",
        "total_amount", "voucher_quantity", "publish_count", "publish_amount", "used_count", "used_amount",
        "recycle_count", "recycle_amount", "publish_start_time", "publish_end_time", "voucher_valid_period",
        "voucher_description"]
    expected = {"template_id": template_id, "voucher_name": "10元代金券", "voucher_type": FIX, "status": "S",
                "amount": "10.00", "floor_amount": "100.00", "total_amount": "10000.00", "voucher_quantity": 1000,
                "publish_count": 0, "publish_amount": "0.00", "used_count": 0, "used_amount": "0.00",
                "recycle_count": 0, "recycle_amount": "0.00", "publish_start_time": LONG_AGO, "publish_end_time": FAR_OFF}
    assert {name: answer[name] for name in expected} == expected
    assert json.loads(answer["voucher_description"]) == ["1、不可兑换现金", "2、请勿涂改"]
    assert json.loads(answer["voucher_valid_period"])["type"] == "ABSOLUTE"


@pytest.mark.parametrize("kind, name, amount, total", [(RED_PACKET, "红包", "0.00", "1000.00"),
                                                       (CASH, "10元代金券", "10.00", "10000.00"),
                                                       (EXCHANGE, "优酷3个月", "0.00", None)])
def test_detail_of_each_kind(client, place, kind, name, amount, total):
    answer = detail(client, created(client, kind, place.new_key()))
    assert (answer["voucher_name"], answer["amount"], answer.fields.get("total_amount")) == (name, amount, total)


def test_detail_of_what_an_operator_made(client, place, app):
    answer = detail(client, place.create_template(app.pid, description=["一", "二"], quantity=None))
    assert answer["voucher_description"] == '["一","二"]'
    assert "voucher_quantity" not in answer.fields and "total_amount" not in answer.fields


def test_detail_in_gbk(server, app, place):
    client = Client(server, app, charset="gbk")
    assert detail(client, created(client, EXCHANGE, place.new_key()))["voucher_name"] == "优酷3个月"


def test_detail_counts_at_once(client, place, user):
    template_id = created(client, RED_PACKET, place.new_key())
    for number, amount in enumerate(["9.99", "0.01"], 1):
        client.issue(template_id, user, str(number), amount=amount)
        assert detail(client, template_id)["publish_count"] == number
    assert detail(client, template_id)["publish_amount"] == "10.00"


def test_recycled_is_a_matter_of_the_clock(sandbox):
    """Vouchers come back at the second in which they expire."""
    client, place = sandbox.client, sandbox.place
    user, start_s = place.create_user(), int(time.time())
    period = '{"type":"RELATIVE","duration":1,"unit":"HOUR"}'
    template_id = created(client, FIX, place.new_key(), voucher_valid_period=period)
    for number in range(2):
        sandbox.server.at_second(start_s + number, lambda: client.issue(template_id, user, str(time.monotonic_ns())))

    def recycled():
        answer = detail(client, template_id)
        return answer["recycle_count"], answer["recycle_amount"]
    seen = [sandbox.server.at_second(start_s + 3600 + after, recycled) for after in (-1, 0, 1)]
    assert seen == [(0, "0.00"), (1, "10.00"), (2, "20.00")]


@pytest.mark.parametrize("kind", KINDS)
def test_status(sandbox, kind):
    client, place = sandbox.client, sandbox.place
    end_s = int(time.time()) + 3600
    template_id = created(client, kind, place.new_key(), publish_end_time=protocol.beijing_text(end_s))

    def status():
        return detail(client, template_id)["status"]
    assert status() == ("I" if kind == CASH else "S")
    if kind == CASH:
        place.run("template", "activate", template_id=template_id)
    assert [sandbox.server.at_second(end_s + after, status) for after in (-1, 0)] == ["S", "E"]


def test_status_when_deleted(client, place):
    template_id = created(client, FIX, place.new_key())
    assert_success(delete(client, template_id))
    assert detail(client, template_id)["status"] == "D"


@pytest.mark.parametrize("method", [DETAIL, DELETE])
def test_unknown_template(client, method):
    assert_refused(client.call(method, {"template_id": UNKNOWN}), "TEMPLATE_NOT_EXIST")


@pytest.mark.parametrize("method", [DETAIL, DELETE])
def test_template_of_another_merchant(server, client, place, method):
    template_id = created(client, FIX, place.new_key())
    stranger = Client(server, place.create_app())
    assert_refused(stranger.call(method, {"template_id": template_id}), "TEMPLATE_NOT_EXIST")
    assert place.template(template_id)["status"] == "S"


@pytest.mark.parametrize("method", [DETAIL, DELETE])
@pytest.mark.parametrize("value", [None, "", "x" * 29, 1])
def test_template_id(client, method, value):
    assert_refused(client.call(method, {"template_id": value}), "INVALID_PARAMETER", naming="template_id")


# Delete

@pytest.mark.parametrize("kind", KINDS)
def test_delete(client, place, kind):
    template_id = created(client, kind, place.new_key())
    answer = assert_success(delete(client, template_id))
    assert answer.text == '{"code":"10000","msg":"Success"}'
    assert place.template(template_id)["status"] == "D"


def test_deleted_issues_nothing_and_its_vouchers_stay(client, place, user):
    template_id = created(client, FIX, place.new_key())
    voucher_id = client.issue(template_id, user)
    assert_success(delete(client, template_id))
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "2"}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    [entry] = client.listed(template_id, user)
    assert (entry["voucher_id"], entry["status"]) == (voucher_id, "ENABLED")


def test_delete_again(client, place):
    template_id = created(client, FIX, place.new_key())
    for _ in range(2):
        assert_success(delete(client, template_id))


def test_delete_expired(client, place):
    template_id = created(client, FIX, place.new_key(), publish_end_time="2021-01-01 00:00:00")
    assert_state_refused(delete(client, template_id))
    assert place.template(template_id)["status"] == "E"


# List

@pytest.fixture
def merchant(server, place):
    """A merchant's client that nobody else makes templates for."""
    return Client(server, place.create_app())


def page(client, number=1, size=30, start=LONG_AGO, end=FAR_OFF):
    return client.call(PAGE, {"create_start_time": start, "create_end_time": end, "page_num": number,
                              "page_size": size})


def listed(client, **fields):
    return [entry["template_id"] for entry in assert_success(page(client, **fields))["voucher_templates"]]


def test_empty(merchant):
    answer = assert_success(page(merchant))
    assert answer.text == ('{"code":"10000","msg":"Success","current_page":1,"items_per_page":30,"total_items":0,'
                           '"total_pages":0,"voucher_templates":[]}')


def test_entry(merchant, place):
    before = protocol.beijing_text(time.time())
    template_id = created(merchant, FIX, "1")
    after = protocol.beijing_text(time.time())
    [entry] = assert_success(page(merchant))["voucher_templates"]
    assert list(entry) == ["template_id", "voucher_name", "status", "create_time", "activate_time",
                           "publish_start_time", "publish_end_time"]
    assert before <= entry["create_time"] <= after and entry["activate_time"] == entry["create_time"]
    assert entry["template_id"] == template_id
    assert (entry["voucher_name"], entry["status"]) == ("10元代金券", "S")
    assert (entry["publish_start_time"], entry["publish_end_time"]) == (LONG_AGO, FAR_OFF)


def test_draft_has_no_activation(merchant, place):
    template_id = created(merchant, CASH, "1")
    [entry] = assert_success(page(merchant))["voucher_templates"]
    assert entry["status"] == "I" and "activate_time" not in entry
    place.run("template", "activate", template_id=template_id)
    [entry] = assert_success(page(merchant))["voucher_templates"]
    assert entry["status"] == "S" and entry["activate_time"] >= entry["create_time"]


def test_deleted_ones_are_listed(merchant):
    template_id = created(merchant, FIX, "1")
    assert_success(delete(merchant, template_id))
    assert [entry["status"] for entry in assert_success(page(merchant))["voucher_templates"]] == ["D"]


def test_pages(merchant):
    made = [created(merchant, KINDS[number % 4], str(number)) for number in range(7)]
    seen = [listed(merchant, number=number, size=3) for number in (1, 2, 3, 4)]
    assert sum(seen, []) == made[::-1]
    assert [len(ids) for ids in seen] == [3, 3, 1, 0]
    answer = assert_success(page(merchant, number=2, size=3))
    assert [answer[name] for name in ("current_page", "items_per_page", "total_items", "total_pages")] == [2, 3, 7, 3]


def test_range(sandbox):
    """Both ends are part of it."""
    client = Client(sandbox.server, sandbox.place.create_app())
    start_s = int(time.time())
    made = [sandbox.server.at_second(start_s + number, lambda: created(client, FIX, str(time.monotonic_ns())))
            for number in range(3)]

    def between(first, last):
        return listed(client, start=protocol.beijing_text(start_s + first), end=protocol.beijing_text(start_s + last))
    assert between(0, 2) == made[::-1]
    assert between(1, 1) == [made[1]]
    assert between(-5, 0) == [made[0]]
    assert between(3, 9) == []


def test_only_ones_own(merchant, client, place):
    created(client, FIX, place.new_key())
    template_id = created(merchant, FIX, "1")
    assert listed(merchant) == [template_id]


def test_list_in_gbk(server, merchant):
    created(merchant, EXCHANGE, "1")
    client = Client(server, merchant.app, charset="gbk")
    assert assert_success(page(client))["voucher_templates"][0]["voucher_name"] == "优酷3个月"


def test_page_far_away(merchant):
    created(merchant, FIX, "1")
    answer = assert_success(page(merchant, number=(2 ** 63 - 1) // 30))
    assert (answer["voucher_templates"], answer["total_items"]) == ([], 1)


@pytest.mark.parametrize("name, value", [("number", 0), ("number", -1), ("number", 2 ** 63), ("number", "x"), ("size", 0),
                                         ("size", 31), ("start", "2020-01-01"), ("end", 1), ("number", None),
                                         ("size", None), ("start", None), ("end", None)])
def test_list_refused(merchant, name, value):
    names = {"number": "page_num", "size": "page_size", "start": "create_start_time", "end": "create_end_time"}
    assert_refused(page(merchant, **{name: value}), "INVALID_PARAMETER", naming=names[name])


def test_range_that_ends_before_it_begins(merchant):
    assert_refused(page(merchant, start=FAR_OFF, end=LONG_AGO), "INVALID_PARAMETER", naming="create_end_time")
