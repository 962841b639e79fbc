# SPDX-License-Identifier: Apache-2.0
"""kaquan template."""

import json
import re
import time

import pytest
from support import binary, protocol
from support.place import CASH, EXCHANGE, FIX, RED_PACKET

from command import refused, refused_as_json

PID = "2088101122136241"
BRAND = "优酷"
WEEKDAYS = '[{"day_rule":"1,2,3,4,5","time_begin":"09:00:00","time_end":"22:00:00"}]'


@pytest.fixture
def create(place):
    def run(*words, **flags):
        settings = {"data": place.data, "pid": PID, "type": FIX, "brand_name": BRAND, "amount": "10", **flags}
        return binary.run("template", "create", *words, **settings)
    return run


def test_prints_the_id(place, create):
    done = create()
    assert re.fullmatch(r"\d{8}00073001[0-9A-Z]{10}41\n", done.stdout)
    shown = json.loads(create("--json").stdout)
    assert list(shown) == ["template_id"]


def test_defaults(place, create):
    before = int(time.time())
    template = place.template(create().stdout.strip())
    now = template["created"]
    assert protocol.beijing_text(before) <= now <= protocol.beijing_text(time.time())
    assert protocol.beijing_text(before) <= template["publish_start"] <= now
    assert template["publish_end"] == protocol.beijing_text(
        protocol.beijing_time(template["publish_start"]) + 365 * 86400)
    del template["publish_start"], template["publish_end"], template["created"], template["template_id"]
    assert template == {
        "pid": PID, "type": FIX, "status": "S", "brand_name": BRAND, "name": None, "amount": "10.00",
        "floor_amount": "0.00", "quantity": None, "total_amount": None,
        "valid_period": {"type": "RELATIVE", "duration": 30, "unit": "DAY"}, "limit_per_user": None,
        "limit_per_user_day": None, "description": None, "activated": now, "issued_count": 0, "issued_amount": "0.00",
        "used_count": 0, "used_amount": "0.00", "app_id": None, "available_time": None, "rule_pids": None,
        "rule_shops": None, "notify_uri": None, "extension_info": None, "fund_account": None, "fund_order_no": None,
        "redirect_uri": None, "use_scene": None, "use_type": None, "slogan": None, "recycled_count": 0,
        "recycled_amount": "0.00"}


def test_everything_given(place, create):
    period = {"type": "ABSOLUTE", "start": "2020-01-01 00:00:00", "end": "2099-12-31 23:59:59"}
    done = create(name="满减券", amount="9.99", floor_amount="100", quantity=1000,
                  publish_start="2020-01-01 00:00:00", publish_end="2099-12-31 23:59:59", valid_period=json.dumps(period), limit_per_user=3,
                  limit_per_user_day=1, description=["第一行", "第二行"], draft=True, available_time=WEEKDAYS,
                  rule_pid=["2088101122136242", "2088101122136243"], rule_shop=["1", "2"],
                  notify_uri="https://example.com/notify", slogan="开业", fund_account="pay@example.com")
    template = place.template(done.stdout.strip())
    expected = {"name": "满减券", "amount": "9.99", "floor_amount": "100.00", "quantity": 1000,
                "publish_start": "2020-01-01 00:00:00", "publish_end": "2099-12-31 23:59:59", "valid_period": period,
                "limit_per_user": 3, "limit_per_user_day": 1, "description": "第一行\n第二行", "status": "I",
                "activated": None, "available_time": WEEKDAYS, "rule_pids": ["2088101122136242", "2088101122136243"],
                "rule_shops": ["1", "2"], "notify_uri": "https://example.com/notify", "slogan": "开业",
                "fund_account": "pay@example.com"}
    assert {name: template[name] for name in expected} == expected


@pytest.mark.parametrize("kind, flags, status", [
    (FIX, {}, "S"), (RED_PACKET, {"amount": None, "total_amount": "500"}, "S"), (CASH, {}, "I"),
    (EXCHANGE, {"amount": None}, "S")])
def test_kinds(place, create, kind, flags, status):
    template = place.template(create(type=kind, **flags).stdout.strip())
    assert (template["type"], template["status"]) == (kind, status)


def test_activate_and_delete(place, create):
    template_id = create(draft=True).stdout.strip()
    assert place.json("template", "activate", template_id=template_id) == {"template_id": template_id, "changed": True}
    assert place.template(template_id)["status"] == "S"
    assert place.json("template", "activate", template_id=template_id)["changed"] is False
    assert place.run("template", "delete", template_id=template_id) == f"template {template_id} deleted\n"
    assert place.template(template_id)["status"] == "D"
    refused_as_json(binary.run("template", "activate", "--json", data=place.data, template_id=template_id), 1,
                    "ILLEGAL_STATE", "state D cannot be activated")


def test_expired(place, create):
    done = create(publish_start="2020-01-01 00:00:00", publish_end="2020-01-02 00:00:00")
    assert place.template(done.stdout.strip())["status"] == "E"


def test_end_that_has_passed_alone(place, create):
    """The shortest way to a template that has expired."""
    template = place.template(create(publish_end="2020-01-02 00:00:00").stdout.strip())
    assert (template["status"], template["publish_start"]) == ("E", "2020-01-01 00:00:00")
    template = place.template(create(publish_end="2099-01-02 00:00:00").stdout.strip())
    assert (template["status"], template["publish_start"]) == ("S", template["created"])
    refused(create(publish_end="0001-01-01 00:00:00"), 1, "a publish time is out of range")


@pytest.mark.parametrize("kind", [FIX, CASH])
@pytest.mark.parametrize("flags", [{}, {"quantity": 7}], ids=["budget", "budget and quantity"])
def test_budget_of_fixed_amounts(place, create, kind, flags):
    template = place.template(create(type=kind, total_amount="500", **flags).stdout.strip())
    assert (template["total_amount"], template["quantity"]) == ("500.00", flags.get("quantity"))


def test_list(own_place):
    first = own_place.create_template(PID)
    second = own_place.create_template("2088101122136242", RED_PACKET)
    assert [entry["template_id"] for entry in own_place.json("template", "list")] == [first, second]
    assert [entry["template_id"] for entry in own_place.json("template", "list", pid=PID)] == [first]
    shown = own_place.template(first)
    assert (shown.pop("recycled_count"), shown.pop("recycled_amount")) == (0, "0.00")
    assert own_place.json("template", "list", pid=PID)[0] == shown
    lines = own_place.run("template", "list", table=True).splitlines()
    assert [line.split()[0] for line in lines] == ["template_id", first, second]


def test_refusals(place, create):
    refused(create(type="VOUCHER"), 1, "a template's kind is")
    refused(create(amount=None), 1, "amount is missing")
    refused(create("--pid", PID), 2, "--pid is given twice, and takes one value")
    refused(create(type=EXCHANGE, amount=None, total_amount="1"), 1, "total amount")
    refused(create(type=RED_PACKET, total_amount="1"), 1, "amount")
    refused(create(brand_name="十三个字的品牌名字太长了呀"), 1, "brand name")
    refused(create(valid_period="30 days"), 1, "valid period")
    refused(create(available_time="always"), 1, "available time is not JSON")
    refused(create(rule_pid=["1"]), 1, "rules: pid")
    refused(create(rule_shop=["a b"]), 1, "rules: shop id")
    refused(create(type=EXCHANGE, amount=None, rule_shop=["1"]), 1, "rules: kind EXCHANGE_VOUCHER has none")
    refused(create(notify_uri="example.com"), 1, "notify uri is not http:// or https:// with a host")
    refused(create(slogan="七个字的标语了"), 1, "slogan has more than 6 characters")
    refused(create(fund_account="a\tb"), 1, "fund account has a control character")
    refused(create(publish_start="2026-01-01 00:00:00", publish_end="2026-01-01 00:00:00"), 1, "publish end")
    refused(create(pid="1"), 1, "pid is not 16 digits")
    refused(create(description=["x"] * 11), 1, "description")
    refused(create(type=None), 2, "--type KIND is missing")
    refused(binary.run("template", "show", data=place.data, template_id="none"), 1, "there is no template none")
    refused(binary.run("template", "delete", data=place.data, template_id="none"), 1, "none")
