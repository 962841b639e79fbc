# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.list.query."""

import json
import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import CASH, EXCHANGE, FIX, RED_PACKET


@pytest.mark.parametrize("value", ["missing", None, ""])
@pytest.mark.parametrize("name", ["template_id", "user_id"])
def test_required(client, any_template, anyone, name, value):
    fields = {"template_id": any_template, "user_id": anyone.user_id, name: value}
    if value == "missing":
        del fields[name]
    assert_refused(client.list(**fields), "INVALID_PARAMETER", naming=name)


LONGEST = {"template_id": 32, "user_id": 20}


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name", LONGEST)
def test_too_long(client, any_template, anyone, name, character):
    fields = {"template_id": any_template, "user_id": anyone.user_id, name: character * (LONGEST[name] + 1)}
    assert_refused(client.list(**fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("character", ["a", "券", "😀"])
def test_longest_template_id(client, anyone, character):
    assert_refused(client.list(template_id=character * 32, user_id=anyone.user_id), "PERMISSION_DENIED")


@pytest.mark.parametrize("character", ["a", "券", "😀"])
def test_longest_user_id(client, any_template, character):
    assert assert_success(client.list(template_id=any_template, user_id=character * 20))["vouchers"] == []


@pytest.mark.parametrize("value", [1, True, [], {}], ids=json.dumps)
@pytest.mark.parametrize("name", LONGEST)
def test_text_field_of_another_type(client, any_template, anyone, name, value):
    fields = {"template_id": any_template, "user_id": anyone.user_id, name: value}
    assert_refused(client.list(**fields), "INVALID_PARAMETER", naming=name)


def test_entry(client, user, template_id):
    before = protocol.beijing_text(time.time())
    voucher_id = client.issue(template_id, user, "1")
    after = protocol.beijing_text(time.time())
    answer = assert_success(client.list(template_id=template_id, user_id=user.user_id))
    assert set(answer.fields) == {"code", "msg", "vouchers"}
    [entry] = answer["vouchers"]
    assert before <= entry.pop("send_time") <= after
    assert entry == {"template_id": template_id, "voucher_id": voucher_id, "status": "ENABLED"}


@pytest.mark.parametrize("user_id", ["2088999999999999", "x", "' OR 1=1 --"])
def test_unknown_user_has_an_empty_list(client, any_template, user_id):
    answer = assert_success(client.list(template_id=any_template, user_id=user_id))
    assert answer.text == '{"code":"10000","msg":"Success","vouchers":[]}'


def test_frozen_user_is_listed(client, place, user, template_id):
    client.issue(template_id, user, "1")
    place.run("user", "freeze", user_id=user.user_id)
    assert len(client.listed(template_id, user)) == 1


def test_oldest_first(client, user, template_id):
    sent = [client.issue(template_id, user, str(number))
            for number in range(9, 0, -1)]
    answer = assert_success(client.list(template_id=template_id, user_id=user.user_id))
    assert [entry["voucher_id"] for entry in answer["vouchers"]] == sent


def test_oldest_first_over_days(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid)
    user = sandbox.place.create_user()
    sent = []
    for day in range(3):
        sandbox.server.set_clock(day * 86400)
        answer = sandbox.client.send(template_id=template_id, user_id=user.user_id, out_biz_no=f"day {day}")
        sent.append(assert_success(answer)["voucher_id"])
    answer = assert_success(sandbox.client.list(template_id=template_id, user_id=user.user_id))
    assert [entry["voucher_id"] for entry in answer["vouchers"]] == sent
    days = [protocol.beijing_time(entry["send_time"]) // 3600 for entry in answer["vouchers"]]
    assert 23 <= days[1] - days[0] <= 25 and 23 <= days[2] - days[1] <= 25


def test_only_that_template_and_that_user(client, place, app, user, template_id):
    other_user = place.create_user()
    other_template = place.create_template(app.pid)
    voucher_id = client.issue(template_id, user, "1")
    client.issue(template_id, other_user, "2")
    client.issue(other_template, user, "3")
    answer = assert_success(client.list(template_id=template_id, user_id=user.user_id))
    assert [entry["voucher_id"] for entry in answer["vouchers"]] == [voucher_id]


def test_many(client, place, app, user):
    """The page knows no paging: all of them."""
    template_id = place.create_template(app.pid, quantity=300)
    sent = [client.issue(template_id, user, str(number))
            for number in range(300)]
    answer = assert_success(client.list(template_id=template_id, user_id=user.user_id))
    assert [entry["voucher_id"] for entry in answer["vouchers"]] == sent


# The template's state

@pytest.mark.parametrize("kind", [FIX, RED_PACKET, CASH, EXCHANGE])
def test_draft(client, place, app, user, kind):
    template_id = place.create_template(app.pid, kind, draft=True)
    assert_refused(client.list(template_id=template_id, user_id=user.user_id), "TEMPLATE_STATUS_NOT_MATCH")
    place.run("template", "activate", template_id=template_id)
    assert client.listed(template_id, user) == []


def test_before_its_window(client, place, app, user):
    """Effective, only not yet issuing."""
    template_id = place.create_template(app.pid, publish_start="2099-01-01 00:00:00")
    assert client.listed(template_id, user) == []


def test_deleted_template_still_lists(client, place, user, template_id):
    voucher_id = client.issue(template_id, user, "1")
    place.run("template", "delete", template_id=template_id)
    [entry] = client.listed(template_id, user)
    assert (entry["voucher_id"], entry["status"]) == (voucher_id, "ENABLED")


def test_expired_template_still_lists(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid, publish_end=protocol.beijing_text(time.time() + 3600))
    user = sandbox.place.create_user()
    sandbox.client.issue(template_id, user, "1")
    sandbox.server.set_clock(7200)
    [entry] = sandbox.client.listed(template_id, user)
    assert entry["status"] == "ENABLED"


def test_unknown_template(client, user):
    answer = client.list(template_id="20140601000730010040000000EB", user_id=user.user_id)
    assert_refused(answer, "PERMISSION_DENIED")


@pytest.mark.parametrize("draft", [False, True], ids=["effective", "draft"])
def test_template_of_another_merchant(server, client, place, user, draft):
    template_id = place.create_template(place.new_pid(), draft=draft)
    assert_refused(client.list(template_id=template_id, user_id=user.user_id), "PERMISSION_DENIED")


def test_own_template_of_another_application(server, place, app, user, template_id):
    other = Client(server, place.create_app(pid=app.pid))
    assert other.listed(template_id, user) == []


# The voucher's status is a matter of the clock

def status_at(sandbox, template_id, user, time_s):
    def look():
        [entry] = sandbox.client.listed(template_id, user)
        return entry["status"]
    return sandbox.server.at_second(time_s, look)


def test_status_of_an_absolute_period(sandbox):
    start_s = int(time.time()) + 86400
    end_s = start_s + 3600
    period = json.dumps({"type": "ABSOLUTE", "start": protocol.beijing_text(start_s),
                         "end": protocol.beijing_text(end_s)})
    template_id = sandbox.place.create_template(sandbox.app.pid, valid_period=period)
    user = sandbox.place.create_user()
    sandbox.client.issue(template_id, user, "1")
    seen = [status_at(sandbox, template_id, user, time_s) for time_s in (start_s - 1, start_s, end_s - 1, end_s)]
    assert seen == ["DISABLED", "ENABLED", "ENABLED", "DISABLED"]


@pytest.mark.parametrize("duration, unit, length_s", [(1, "MINUTE", 60), (90, "MINUTE", 5400), (2, "HOUR", 7200),
                                                      (1, "DAY", 86400), (30, "DAY", 30 * 86400)])
def test_status_of_a_relative_period(sandbox, duration, unit, length_s):
    period = json.dumps({"type": "RELATIVE", "duration": duration, "unit": unit})
    template_id = sandbox.place.create_template(sandbox.app.pid, valid_period=period)
    user = sandbox.place.create_user()
    sandbox.client.issue(template_id, user, "1")
    [entry] = sandbox.client.listed(template_id, user)
    issued_s = protocol.beijing_time(entry["send_time"])
    seen = [status_at(sandbox, template_id, user, time_s)
            for time_s in (issued_s, issued_s + length_s - 1, issued_s + length_s)]
    assert seen == ["ENABLED", "ENABLED", "DISABLED"]
