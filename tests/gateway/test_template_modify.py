# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.{cashless,cash}voucher.template.modify."""

import json
import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import CASH, EXCHANGE, FIX, RED_PACKET
from support.templates import (KINDS, MODIFY, MODIFY_CASH, MODIFY_CASHLESS, UNKNOWN, assert_state_refused, create,
                               created, detail)

SOON = "2098-12-31 23:59:59"
LATER = "2099-06-30 12:00:00"
PERIOD = '{"type":"RELATIVE","duration":7,"unit":"DAY"}'


def modify(client, kind, template_id, out_biz_no="change", **fields):
    return client.call(MODIFY[kind], {"template_id": template_id, "out_biz_no": out_biz_no, **fields})


def rules(*pids, shops=None):
    return json.dumps({"PID": ",".join(pids), **({} if shops is None else {"STORE": ",".join(shops)})})


@pytest.fixture
def template(client, place):
    """A template that ends SOON, of a kind."""
    return lambda kind: created(client, kind, place.new_key(), publish_end_time=SOON)


# What it changes

@pytest.mark.parametrize("kind", [FIX, RED_PACKET, EXCHANGE])
def test_later_end(client, place, template, kind):
    template_id = template(kind)
    answer = assert_success(modify(client, kind, template_id, publish_end_time=LATER))
    assert {name: answer[name] for name in answer.fields} == {"code": "10000", "msg": "Success",
                                                              "template_id": template_id}
    assert place.template(template_id)["publish_end"] == LATER


def test_cash_backed_draft(client, place, template):
    template_id = template(CASH)
    answer = assert_success(modify(client, CASH, template_id, publish_start_time="2021-01-01 00:00:00",
                                   publish_end_time="2097-01-01 00:00:00", voucher_valid_period=PERIOD, slogan="开业"))
    assert (answer["template_id"], answer["status"]) == (template_id, "I")
    shown = place.template(template_id)
    expected = {"publish_start": "2021-01-01 00:00:00", "publish_end": "2097-01-01 00:00:00",
                "valid_period": json.loads(PERIOD), "slogan": "开业", "amount": "10.00"}
    assert {name: shown[name] for name in expected} == expected
    assert detail(client, template_id)["voucher_name"] == "开业10元代金券"


@pytest.mark.parametrize("end", [LATER, "2097-01-01 00:00:00"])
def test_cash_backed_and_paid_for(client, place, template, end):
    template_id = template(CASH)
    place.run("template", "activate", template_id=template_id)
    assert assert_success(modify(client, CASH, template_id, publish_end_time=end))["status"] == "S"
    assert place.template(template_id)["publish_end"] == end


def test_rules_grow(client, place):
    first, second, third = (place.new_pid() for _ in range(3))
    template_id = created(client, FIX, place.new_key(), rule_conf=rules(first, shops=["1", "2"]))
    assert_success(modify(client, FIX, template_id, "one", rule_conf=rules(second)))
    assert_success(modify(client, FIX, template_id, "two", rule_conf=rules(third, first, shops=["3", "1"])))
    shown = place.template(template_id)
    assert shown["rule_pids"] == [first, second, third]
    assert shown["rule_shops"] == ["1", "2", "3"]


def test_next_issue_sees_it(sandbox):
    """The window that the writer goes by is the one that was just set."""
    client, place = sandbox.client, sandbox.place
    user = place.create_user()
    end_s = int(time.time()) + 3600
    sandbox.server.stop_clock(end_s - 1)
    template_id = created(client, FIX, place.new_key(), publish_end_time=protocol.beijing_text(end_s))
    client.issue(template_id, user, "1")
    assert_success(modify(client, FIX, template_id, publish_end_time=protocol.beijing_text(end_s + 10)))
    sandbox.server.stop_clock(end_s + 9)
    client.issue(template_id, user, "2")
    sandbox.server.stop_clock(end_s + 10)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "3"}
    assert_refused(client.send(**fields), "TEMPLATE_EXPIRED")


def test_counters_stay(client, place, user, template):
    template_id = template(FIX)
    client.issue(template_id, user, "1")
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    client.issue(template_id, user, "2")
    assert detail(client, template_id)["publish_count"] == 2


def test_outlives_the_server(own_place, serve):
    app = own_place.create_app()
    server = serve(own_place)
    client = Client(server, app)
    template_id = created(client, FIX, "1", publish_end_time=SOON)
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    server.stop()
    assert own_place.template(template_id)["publish_end"] == LATER


def test_gbk(server, app, place, client, template):
    template_id = template(CASH)
    assert_success(modify(Client(server, app, charset="gbk"), CASH, template_id, slogan="开业大吉"))
    assert place.template(template_id)["slogan"] == "开业大吉"


# What a repetition is

@pytest.mark.parametrize("kind", KINDS)
def test_known_key_does_nothing_again(client, place, template, kind):
    template_id = template(kind)
    first = assert_success(modify(client, kind, template_id, publish_end_time=LATER))
    again = modify(client, kind, template_id, publish_end_time="2099-12-01 00:00:00")
    assert again.fields == first.fields
    assert place.template(template_id)["publish_end"] == LATER


def test_known_key_after_the_end(client, place, template):
    template_id = template(FIX)
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    place.run("template", "delete", template_id=template_id)
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    assert_state_refused(modify(client, FIX, template_id, "another", publish_end_time=LATER))


def test_keys_are_per_template(client, place, template):
    for template_id in (template(FIX), template(FIX)):
        assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
        assert place.template(template_id)["publish_end"] == LATER


def test_refused_is_not_remembered(client, place, template):
    template_id = template(FIX)
    assert_refused(modify(client, FIX, template_id, publish_end_time="2097-01-01 00:00:00"), "INVALID_PARAMETER")
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    assert place.template(template_id)["publish_end"] == LATER


# What is refused

@pytest.mark.parametrize("method", [MODIFY_CASHLESS, MODIFY_CASH])
@pytest.mark.parametrize("name", ["template_id", "out_biz_no"])
def test_required(client, method, name):
    fields = {"template_id": UNKNOWN, "out_biz_no": "1", "publish_end_time": LATER}
    del fields[name]
    assert_refused(client.call(method, fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("method, name", [(MODIFY_CASHLESS, "rule_conf"), (MODIFY_CASH, "slogan")])
def test_nothing_to_change(client, method, name):
    answer = client.call(method, {"template_id": UNKNOWN, "out_biz_no": "1"})
    assert_refused(answer, "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("method", [MODIFY_CASHLESS, MODIFY_CASH])
def test_unknown_template(client, method):
    fields = {"template_id": UNKNOWN, "out_biz_no": "1", "publish_end_time": LATER}
    assert_refused(client.call(method, fields), "TEMPLATE_NOT_EXIST")


@pytest.mark.parametrize("kind", KINDS)
def test_template_of_another_merchant(server, place, template, kind):
    template_id = template(kind)
    stranger = Client(server, place.create_app())
    assert_refused(modify(stranger, kind, template_id, publish_end_time=LATER), "TEMPLATE_NOT_EXIST")
    assert place.template(template_id)["publish_end"] == SOON


@pytest.mark.parametrize("kind, method", [(FIX, MODIFY_CASH), (RED_PACKET, MODIFY_CASH), (EXCHANGE, MODIFY_CASH),
                                          (CASH, MODIFY_CASHLESS)])
def test_template_of_the_other_method(client, template, kind, method):
    fields = {"template_id": template(kind), "out_biz_no": "1", "publish_end_time": LATER}
    assert_refused(client.call(method, fields), "INVALID_PARAMETER", naming="template_id")


def test_earlier_end(client, place, template):
    template_id = template(FIX)
    answer = modify(client, FIX, template_id, publish_end_time="2098-12-31 23:59:58")
    assert_refused(answer, "INVALID_PARAMETER", naming="publish_end_time")
    assert place.template(template_id)["publish_end"] == SOON


def test_end_before_the_start(client, template):
    answer = modify(client, CASH, template(CASH), publish_end_time="2019-12-31 23:59:59")
    assert_refused(answer, "INVALID_PARAMETER", naming="publish_end_time")


@pytest.mark.parametrize("fields", [{"publish_start_time": "2021-01-01 00:00:00"}, {"voucher_valid_period": PERIOD},
                                    {"slogan": "开业"}, {"publish_end_time": LATER, "slogan": "开业"}])
def test_what_is_a_drafts_only(client, place, template, fields):
    template_id = template(CASH)
    place.run("template", "activate", template_id=template_id)
    before = place.template(template_id)
    assert_state_refused(modify(client, CASH, template_id, **fields))
    assert place.template(template_id) == before


@pytest.mark.parametrize("kind", KINDS)
def test_deleted(client, place, template, kind):
    template_id = template(kind)
    place.run("template", "delete", template_id=template_id)
    assert_state_refused(modify(client, kind, template_id, publish_end_time=LATER))


@pytest.mark.parametrize("kind", KINDS)
def test_expired(sandbox, kind):
    client, place = sandbox.client, sandbox.place
    end_s = int(time.time()) + 3600
    sandbox.server.stop_clock(end_s - 1)
    template_id = place.create_template(sandbox.app.pid, kind, publish_end=protocol.beijing_text(end_s))
    assert_success(modify(client, kind, template_id, "in time", publish_end_time=protocol.beijing_text(end_s)))
    sandbox.server.stop_clock(end_s)
    assert_state_refused(modify(client, kind, template_id, "too late", publish_end_time=LATER))


def test_rules_of_an_exchange_voucher(client, place, template):
    answer = modify(client, EXCHANGE, template(EXCHANGE), rule_conf=rules(place.new_pid()))
    assert_refused(answer, "INVALID_PARAMETER", naming="rule_conf")


def test_shop_added_to_all_shops(client, place):
    """It would take all the others away."""
    pid = place.new_pid()
    template_id = created(client, FIX, place.new_key(), rule_conf=rules(pid))
    assert_refused(modify(client, FIX, template_id, rule_conf=rules(pid, shops=["1"])), "INVALID_PARAMETER",
                   naming="rule_conf")


@pytest.mark.parametrize("value", ["x", "{}", '{"STORE":"1"}', '{"PID":"1"}'])
def test_what_is_no_rule_conf(client, template, value):
    assert_refused(modify(client, FIX, template(FIX), rule_conf=value), "INVALID_PARAMETER", naming="rule_conf")


@pytest.mark.parametrize("name, value", [("voucher_valid_period", "{}"), ("slogan", "a\nb"), ("slogan", "券" * 7),
                                         ("publish_start_time", "2021-01-01")])
def test_what_is_no_value(client, template, name, value):
    assert_refused(modify(client, CASH, template(CASH), **{name: value}), "INVALID_PARAMETER", naming=name)


def test_created_again_after_a_change(client, place):
    """The key of a creation goes by what was asked then."""
    key = place.new_key()
    template_id = created(client, FIX, key, publish_end_time=SOON)
    assert_success(modify(client, FIX, template_id, publish_end_time=LATER))
    assert assert_success(create(client, FIX, key, publish_end_time=SOON))["template_id"] == template_id
