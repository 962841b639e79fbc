# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.send: what it issues, what it refuses, and what a repetition is."""

import re
import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import CASH, EXCHANGE, FIX, RED_PACKET

AMOUNT = {RED_PACKET: {"amount": "8.88"}}


def test_answer(client, user, template_id):
    answer = assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"))
    assert set(answer.fields) == {"code", "msg", "voucher_id", "user_id"}
    assert answer["user_id"] == user.user_id


def test_voucher_id(client, user, template_id):
    """As on the reference page: the day, a product code, a unique part; two digits of the user at its end."""
    before = protocol.beijing_text(time.time())[:10].replace("-", "")
    answer = assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"))
    after = protocol.beijing_text(time.time())[:10].replace("-", "")
    assert re.fullmatch(r"[0-9]{8}[0-9A-Z]{20}", answer["voucher_id"])
    assert answer["voucher_id"][:8] in (before, after)
    assert answer["voucher_id"][-2:] == user.user_id[-2:]


def test_voucher_ids_increase(client, user, template_id):
    voucher_ids = [client.issue(template_id, user, str(number)) for number in range(20)]
    assert voucher_ids == sorted(set(voucher_ids))


@pytest.mark.parametrize("kind", [FIX, RED_PACKET, CASH, EXCHANGE])
def test_each_kind(client, place, app, user, kind):
    template_id = place.create_template(app.pid, kind)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", **AMOUNT.get(kind, {})}
    voucher_id = assert_success(client.send(**fields))["voucher_id"]
    [voucher] = place.vouchers(template_id=template_id)
    expected = {FIX: "10.00", RED_PACKET: "8.88", CASH: "10.00", EXCHANGE: "0.00"}[kind]
    assert (voucher["voucher_id"], voucher["user_id"], voucher["amount"]) == (voucher_id, user.user_id, expected)


@pytest.mark.parametrize("kind", [FIX, CASH, EXCHANGE])
def test_amount_is_only_for_red_packets(client, place, app, user, kind):
    template_id = place.create_template(app.pid, kind)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(client.send(**fields, amount="10"), "INVALID_PARAMETER", naming="amount")
    assert_success(client.send(**fields, amount=""))


# The business codes

def test_template_not_exist(client, user):
    answer = client.send(template_id="20140601000730010040000000EB", user_id=user.user_id, out_biz_no="1")
    assert_refused(answer, "TEMPLATE_NOT_EXIST")


def test_template_of_another_merchant(client, place, user):
    template_id = place.create_template(place.new_pid())
    assert_refused(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"), "TEMPLATE_NOT_EXIST")


def test_template_of_another_merchant_that_has_issued(server, client, place, user):
    """Not even a known out_biz_no tells that it exists."""
    other = Client(server, place.create_app())
    template_id = place.create_template(other.app.pid)
    other.issue(template_id, user, "1")
    assert_refused(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"), "TEMPLATE_NOT_EXIST")


@pytest.mark.parametrize("kind", [FIX, RED_PACKET, CASH, EXCHANGE])
def test_draft(client, place, app, user, kind):
    template_id = place.create_template(app.pid, kind, draft=True)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", **AMOUNT.get(kind, {})}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    place.run("template", "activate", template_id=template_id)
    assert_success(client.send(**fields))


def test_cash_backed_template_starts_as_draft(client, place, app, user):
    template_id = place.json("template", "create", pid=app.pid, type=CASH, brand_name="现金", amount="5",
                             quantity=10)["template_id"]
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")


def test_deleted(client, place, user, template_id):
    place.run("template", "delete", template_id=template_id)
    answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1")
    assert_refused(answer, "TEMPLATE_STATUS_NOT_MATCH")


def test_before_its_window(client, place, app, user):
    template_id = place.create_template(app.pid, publish_start="2099-01-01 00:00:00")
    answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1")
    assert_refused(answer, "TEMPLATE_STATUS_NOT_MATCH")


def test_window_to_the_second(sandbox):
    start_s = int(time.time()) + 86400
    end_s = start_s + 3600
    template_id = sandbox.place.create_template(sandbox.app.pid, publish_start=protocol.beijing_text(start_s),
                                                publish_end=protocol.beijing_text(end_s))
    user = sandbox.place.create_user()

    def send():
        return sandbox.client.send(template_id=template_id, user_id=user.user_id, out_biz_no=sandbox.place.new_key())

    assert_refused(sandbox.server.at_second(start_s - 1, send), "TEMPLATE_STATUS_NOT_MATCH")
    assert_success(sandbox.server.at_second(start_s, send))
    assert_success(sandbox.server.at_second(end_s - 1, send))
    assert_refused(sandbox.server.at_second(end_s, send), "TEMPLATE_EXPIRED")


@pytest.mark.parametrize("recipient", [{"user_id": "2088999999999999"}, {"login_id": "nobody@example.com"},
                                       {"taobao_nick": "nobody"}, {"user_id": "not a user id"}], ids=str)
def test_user_not_exist(client, template_id, recipient):
    assert_refused(client.send(template_id=template_id, out_biz_no="1", **recipient), "USER_NOT_EXIST")


@pytest.mark.parametrize("name", ["user_id", "login_id", "taobao_nick"])
def test_frozen_user(client, place, template_id, name):
    user = place.create_user(state="frozen")
    answer = client.send(template_id=template_id, out_biz_no="1", **{name: getattr(user, name)})
    assert_refused(answer, "USER_STATUS_ERROR")


def test_stock(client, place, app, user):
    template_id = place.create_template(app.pid, quantity=2)
    for number, sub_code in enumerate([None, None, "TEMPLATE_STOCK_NOT_ENOUGH", "TEMPLATE_STOCK_NOT_ENOUGH"]):
        answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no=str(number))
        if sub_code is None:
            assert_success(answer)
        else:
            assert_refused(answer, sub_code)
    assert place.template(template_id)["issued_count"] == 2


def test_budget_to_the_fen(client, place, app, user):
    template_id = place.create_template(app.pid, RED_PACKET, total_amount="10")
    for number, (amount, sub_code) in enumerate([("3.33", None), ("6.68", "TEMPLATE_STOCK_NOT_ENOUGH"), ("6.66", None),
                                                 ("0.02", "TEMPLATE_STOCK_NOT_ENOUGH"), ("0.01", None),
                                                 ("0.01", "TEMPLATE_STOCK_NOT_ENOUGH")]):
        answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no=str(number), amount=amount)
        if sub_code is None:
            assert_success(answer)
        else:
            assert_refused(answer, sub_code)
    assert place.template(template_id)["issued_amount"] == "10.00"


def test_limit_per_user(client, place, app, user):
    template_id = place.create_template(app.pid, limit_per_user=2)
    for number in range(2):
        client.issue(template_id, user, str(number))
    answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no="2")
    assert_refused(answer, "USER_LIMIT_EXCEEDED")
    other = place.create_user()
    client.issue(template_id, other, "3")


def test_limit_counts_the_user_however_named(client, place, app, user):
    template_id = place.create_template(app.pid, limit_per_user=1)
    assert_success(client.send(template_id=template_id, login_id=user.login_id, out_biz_no="1"))
    answer = client.send(template_id=template_id, taobao_nick=user.taobao_nick, out_biz_no="2")
    assert_refused(answer, "USER_LIMIT_EXCEEDED")


def test_limit_per_user_and_day_ends_at_beijing_midnight(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid, limit_per_user_day=1)
    user = sandbox.place.create_user()
    midnight_s = protocol.beijing_time(protocol.beijing_text(time.time())[:10] + " 00:00:00") + 2 * 86400

    def send(key):
        return sandbox.client.send(template_id=template_id, user_id=user.user_id, out_biz_no=key)

    def limited():
        return assert_refused(send(sandbox.place.new_key()), "USER_LIMIT_EXCEEDED")

    sandbox.server.at_second(midnight_s - 86400, lambda: assert_success(send("first day")))
    sandbox.server.at_second(midnight_s - 1, limited)
    sandbox.server.at_second(midnight_s, lambda: assert_success(send("second day")))
    sandbox.server.at_second(midnight_s + 1, limited)
    assert len(sandbox.place.vouchers(template_id=template_id)) == 2


# A refusal is not remembered; a success is

def test_failed_attempt_is_not_remembered(client, place, app, user):
    template_id = place.create_template(app.pid, draft=True)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    place.run("template", "activate", template_id=template_id)
    assert_success(client.send(**fields))


def test_repetition_is_answered_with_the_same_bytes(client, place, user, template_id):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": "券"}
    first = assert_success(client.send(**fields))
    assert client.send(**fields).body == first.body
    assert len(place.vouchers(template_id=template_id)) == 1
    assert place.template(template_id)["issued_count"] == 1


@pytest.mark.parametrize("changes", [
    {"memo": "another"}, {"user_id": "2088999999999999"}, {"user_id": None, "login_id": "nobody"}, {"amount": "5"},
    {"user_id": "other"}, {"user_id": "frozen"},
], ids=str)
def test_repetition_with_other_data(client, place, user, template_id, changes):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    first = assert_success(client.send(**fields))
    if changes.get("user_id") == "other":
        changes = {"user_id": place.create_user().user_id}
    if changes.get("user_id") == "frozen":
        changes = {"user_id": place.create_user(state="frozen").user_id}
    assert client.send(**{**fields, **changes}).body == first.body


@pytest.mark.parametrize("fault, sub_code", [({"memo": "m" * 129}, "INVALID_PARAMETER"),
                                             ({"user_id": ""}, "INVALID_PARAMETER"),
                                             ({"amount": "9.999"}, "INVALID_PARAMETER")], ids=str)
def test_repetition_must_still_be_a_request(client, user, template_id, fault, sub_code):
    """Fields are checked before business."""
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_success(client.send(**fields))
    assert_refused(client.send(**{**fields, **fault}), sub_code)


def test_repetition_with_other_amount(client, place, app, user):
    template_id = place.create_template(app.pid, RED_PACKET)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    first = assert_success(client.send(**fields, amount="1"))
    assert client.send(**fields, amount="2").body == first.body
    assert client.send(**fields).body == first.body
    assert place.template(template_id)["issued_amount"] == "1.00"


def test_repetition_after_stock_ran_out(client, place, app, user):
    template_id = place.create_template(app.pid, quantity=1)
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(client.send(**fields, out_biz_no="1"))
    assert_refused(client.send(**fields, out_biz_no="2"), "TEMPLATE_STOCK_NOT_ENOUGH")
    assert client.send(**fields, out_biz_no="1").body == first.body


def test_repetition_beyond_the_limit_per_user(client, place, app, user):
    template_id = place.create_template(app.pid, limit_per_user=1)
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(client.send(**fields, out_biz_no="1"))
    assert_refused(client.send(**fields, out_biz_no="2"), "USER_LIMIT_EXCEEDED")
    assert client.send(**fields, out_biz_no="1").body == first.body


def test_repetition_after_deletion(client, place, user, template_id):
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(client.send(**fields, out_biz_no="1"))
    place.run("template", "delete", template_id=template_id)
    assert_refused(client.send(**fields, out_biz_no="2"), "TEMPLATE_STATUS_NOT_MATCH")
    assert client.send(**fields, out_biz_no="1").body == first.body


def test_repetition_after_the_user_was_frozen(client, place, user, template_id):
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(client.send(**fields, out_biz_no="1"))
    place.run("user", "freeze", user_id=user.user_id)
    assert_refused(client.send(**fields, out_biz_no="2"), "USER_STATUS_ERROR")
    assert client.send(**fields, out_biz_no="1").body == first.body


def test_repetition_after_the_template_ended(sandbox):
    end_s = int(time.time()) + 86400
    template_id = sandbox.place.create_template(sandbox.app.pid, publish_end=protocol.beijing_text(end_s))
    fields = {"template_id": template_id, "user_id": sandbox.place.create_user().user_id}
    first = assert_success(sandbox.client.send(**fields, out_biz_no="1"))
    sandbox.server.set_clock(2 * 86400)
    assert_refused(sandbox.client.send(**fields, out_biz_no="2"), "TEMPLATE_EXPIRED")
    assert sandbox.client.send(**fields, out_biz_no="1").body == first.body


def test_repetition_after_the_voucher_expired(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid,
                                                valid_period='{"type":"RELATIVE","duration":1,"unit":"HOUR"}')
    fields = {"template_id": template_id, "user_id": sandbox.place.create_user().user_id, "out_biz_no": "1"}
    first = assert_success(sandbox.client.send(**fields))
    sandbox.server.set_clock(2 * 3600)
    assert sandbox.client.send(**fields).body == first.body


def test_same_key_for_another_template_is_another_business(client, place, app, user, template_id):
    other_id = place.create_template(app.pid)
    first = assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"))
    second = assert_success(client.send(template_id=other_id, user_id=user.user_id, out_biz_no="1"))
    assert first["voucher_id"] != second["voucher_id"]


@pytest.mark.parametrize("first, second", [("a", "A"), ("1", "01"), ("1", "1 "), ("券", "劵")])
def test_keys_that_are_nearly_the_same(client, user, template_id, first, second):
    answers = [assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no=key))
               for key in (first, second)]
    assert answers[0]["voucher_id"] != answers[1]["voucher_id"]


def test_another_application_of_the_merchant_repeats(server, client, place, app, user, template_id):
    """The business is the template's, not the application's."""
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    first = assert_success(client.send(**fields))
    assert Client(server, place.create_app(pid=app.pid)).send(**fields).body == first.body


def test_refusal_changes_nothing(client, place, app, user):
    template_id = place.create_template(app.pid, limit_per_user=1, quantity=5)
    client.issue(template_id, user, "1")
    before = place.template(template_id)
    assert_refused(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="2"), "USER_LIMIT_EXCEEDED")
    assert_refused(client.send(template_id=template_id, user_id="nobody", out_biz_no="3"), "USER_NOT_EXIST")
    assert_refused(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="4", amount="1"),
                   "INVALID_PARAMETER")
    assert place.template(template_id) == before
    assert len(place.vouchers(template_id=template_id)) == 1


# Of two reasons to refuse

def test_template_before_user(client, place, app):
    draft = place.create_template(app.pid, draft=True)
    assert_refused(client.send(template_id=draft, user_id="nobody", out_biz_no="1"), "TEMPLATE_STATUS_NOT_MATCH")


def test_user_before_stock(client, place, app, user):
    template_id = place.create_template(app.pid, quantity=1)
    client.issue(template_id, user, "1")
    assert_refused(client.send(template_id=template_id, user_id="nobody", out_biz_no="2"), "USER_NOT_EXIST")
