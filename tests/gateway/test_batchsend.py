# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.batchsend: a result for each recipient, and what a repetition is."""

import json
import re

import pytest

from support import crowd
from support.client import Client
from support.errors import REFUSALS, assert_refused, assert_success
from support.place import CASH, EXCHANGE, FIX, LONG_AGO, RED_PACKET

RECIPIENTS_MAX = 1000
UNKNOWN_USER_ID = "2088999999999999"


def recipients(*users):
    return [{"user_id": getattr(user, "user_id", user)} for user in users]


def batch_send(client, template_id, users, out_biz_no="batch", **fields):
    return client.batch_send(template_id=template_id, vouchers=recipients(*users), out_biz_no=out_biz_no, **fields)


def results(client, template_id, users, out_biz_no="batch", **fields):
    """The answer's `vouchers`, of a call that succeeds."""
    answer = assert_success(batch_send(client, template_id, users, out_biz_no, **fields))
    assert set(answer.fields) == {"code", "msg", "vouchers"}
    assert [entry["user_id"] for entry in answer["vouchers"]] == [getattr(user, "user_id", user) for user in users]
    return answer["vouchers"]


def ids_of(entries):
    return [entry["voucher_id"] for entry in entries]


def assert_entry_refused(entry, sub_code):
    _, sub_msg = REFUSALS[sub_code]
    assert entry == {"user_id": entry["user_id"], "code": sub_code, "sub_msg": sub_msg}


@pytest.fixture(scope="module")
def users(place):
    return [place.create_user() for _ in range(4)]


@pytest.fixture
def fewer(place, app):
    """A template with stock for three."""
    return place.create_template(app.pid, quantity=3)


# What it issues

def test_answer(client, place, users, template_id):
    entries = results(client, template_id, users, memo="优酷3个月兑换券")
    for entry in entries:
        assert list(entry) == ["user_id", "voucher_id", "total_amount", "gmt_create", "gmt_active", "gmt_expired"]
        assert re.fullmatch(r"[0-9]{8}[0-9A-Z]{20}", entry["voucher_id"])
        assert entry["total_amount"] == "10.00"
    stored = place.vouchers(template_id=template_id)
    assert [(entry["voucher_id"], entry["user_id"], entry["memo"], entry["amount"]) for entry in stored] == [
        (entry["voucher_id"], entry["user_id"], "优酷3个月兑换券", "10.00") for entry in entries]
    assert place.template(template_id)["issued_count"] == len(users)


def test_times(client, place, app, user):
    period = json.dumps({"type": "ABSOLUTE", "start": LONG_AGO, "end": "2098-01-02 03:04:05"})
    template_id = place.create_template(app.pid, valid_period=period)
    [entry] = results(client, template_id, [user])
    assert (entry["gmt_active"], entry["gmt_expired"]) == (LONG_AGO, "2098-01-02 03:04:05")
    assert entry["gmt_create"] == client.listed(template_id, user)[0]["send_time"]


@pytest.mark.parametrize("kind, amount", [(FIX, "10.00"), (CASH, "10.00"), (EXCHANGE, "0.00")])
def test_each_kind(client, place, app, users, kind, amount):
    template_id = place.create_template(app.pid, kind)
    assert [entry["total_amount"] for entry in results(client, template_id, users)] == [amount] * len(users)


def test_red_packet(client, place, app, users):
    """Nobody's amount can be told."""
    template_id = place.create_template(app.pid, RED_PACKET)
    assert_refused(batch_send(client, template_id, users), "INVALID_PARAMETER", naming="amount")
    assert place.vouchers(template_id=template_id) == []


def test_as_many_as_may_be(own_place, serve):
    app = own_place.create_app()
    template_id = own_place.create_template(app.pid)
    user_ids = [f"2088{number:012}" for number in range(RECIPIENTS_MAX)]
    own_place.run("user", "import", stdin="user_id\n" + "\n".join(user_ids))
    client = Client(serve(own_place), app)
    entries = results(client, template_id, user_ids)
    assert len(set(ids_of(entries))) == RECIPIENTS_MAX
    assert own_place.template(template_id)["issued_count"] == RECIPIENTS_MAX
    assert results(client, template_id, user_ids) == entries


def test_gbk(server, app, users, template_id):
    client = Client(server, app, charset="gbk")
    _, entry = results(client, template_id, [users[0], "查无此人"])
    assert_entry_refused(entry, "USER_NOT_EXIST")


def test_acting_for_another(server, place, users):
    """A grant covers it as it covers send."""
    agent, owner = place.create_app(), place.new_pid()
    template_id = place.create_template(owner)
    fields = {"template_id": template_id, "vouchers": recipients(*users), "out_biz_no": "1"}
    answer = Client(server, agent).call("alipay.marketing.voucher.batchsend", fields,
                                        app_auth_token=place.grant(agent, owner))
    assert len(ids_of(assert_success(answer)["vouchers"])) == len(users)


# Whom it refuses

def test_one_refusal_is_no_others(client, place, users, template_id):
    frozen = place.create_user()
    place.run("user", "freeze", user_id=frozen.user_id)
    first, unknown, cold, last = results(client, template_id, [users[0], UNKNOWN_USER_ID, frozen, users[1]])
    assert_entry_refused(unknown, "USER_NOT_EXIST")
    assert_entry_refused(cold, "USER_STATUS_ERROR")
    assert ids_of(place.vouchers(template_id=template_id)) == ids_of([first, last])


def test_everybody_refused(client, place, template_id):
    """Not the call: it is each recipient's own fault."""
    for entry in results(client, template_id, [UNKNOWN_USER_ID, "1"]):
        assert_entry_refused(entry, "USER_NOT_EXIST")
    assert place.template(template_id)["issued_count"] == 0


def test_stock(client, place, users, fewer):
    *served, last = results(client, fewer, users)
    assert len(set(ids_of(served))) == 3
    assert_entry_refused(last, "TEMPLATE_STOCK_NOT_ENOUGH")
    assert place.template(fewer)["issued_count"] == 3


def test_no_stock_at_all(client, users, fewer):
    results(client, fewer, users[:3])
    [entry] = results(client, fewer, users[3:], "another")
    assert_entry_refused(entry, "TEMPLATE_STOCK_NOT_ENOUGH")


def test_limit_per_user(client, place, app, users):
    template_id = place.create_template(app.pid, limit_per_user=1)
    client.issue(template_id, users[1])
    first, second = results(client, template_id, users[:2])
    assert "voucher_id" in first
    assert_entry_refused(second, "USER_LIMIT_EXCEEDED")


def test_refused_is_not_remembered(client, place, template_id):
    user_id = place.new_pid()
    [entry] = results(client, template_id, [user_id])
    assert_entry_refused(entry, "USER_NOT_EXIST")
    place.run("user", "create", user_id=user_id)
    [entry] = results(client, template_id, [user_id])
    assert ids_of(place.vouchers(template_id=template_id)) == [entry["voucher_id"]]


# When the call itself is refused

def test_unknown_template(client, users):
    assert_refused(batch_send(client, "20140601000730010040000000EB", users), "TEMPLATE_NOT_EXIST")


def test_template_of_another_merchant(client, place, users):
    template_id = place.create_template(place.new_pid())
    assert_refused(batch_send(client, template_id, users), "TEMPLATE_NOT_EXIST")
    assert place.vouchers(template_id=template_id) == []


@pytest.mark.parametrize("flags, sub_code", [({"draft": True}, "TEMPLATE_STATUS_NOT_MATCH"),
                                             ({"publish_start": "2099-01-01 00:00:00"}, "TEMPLATE_STATUS_NOT_MATCH"),
                                             ({"publish_end": "2021-01-01 00:00:00"}, "TEMPLATE_EXPIRED")])
def test_template_that_issues_nothing(client, place, app, users, flags, sub_code):
    template_id = place.create_template(app.pid, **flags)
    assert_refused(batch_send(client, template_id, users), sub_code)


def test_template_that_issues_nothing_more(client, place, users, template_id):
    """Who has a voucher of the batch is told so; the others hear why there is none."""
    [had] = results(client, template_id, users[:1])
    place.run("template", "delete", template_id=template_id)
    first, second = results(client, template_id, users[:2])
    assert first == had
    assert_entry_refused(second, "TEMPLATE_STATUS_NOT_MATCH")
    assert_refused(batch_send(client, template_id, users[1:]), "TEMPLATE_STATUS_NOT_MATCH")


GOOD = {"template_id": "20140601000730010040000000EB", "vouchers": [{"user_id": UNKNOWN_USER_ID}], "out_biz_no": "1"}


@pytest.mark.parametrize("value", ["missing", None, ""])
@pytest.mark.parametrize("name", GOOD)
def test_required(client, name, value):
    fields = {**GOOD, name: value}
    if value == "missing":
        del fields[name]
    assert_refused(client.batch_send(**fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("value", [[], recipients(*range(RECIPIENTS_MAX + 1)), {}, "x", 1, True, [1], ["x"], [None], [[]],
                                   json.dumps(GOOD["vouchers"])])
def test_what_is_no_list_of_recipients(client, place, template_id, value):
    fields = {**GOOD, "template_id": template_id, "vouchers": value}
    assert client.batch_send(**fields)["sub_code"] == "INVALID_PARAMETER"


@pytest.mark.parametrize("count, naming", [(0, "vouchers不能少于1项"), (RECIPIENTS_MAX + 1, "vouchers不能多于1000项")])
def test_number_of_recipients(client, place, template_id, user, count, naming):
    answer = batch_send(client, template_id, [user] * count)
    assert_refused(answer, "INVALID_PARAMETER", naming=naming)
    assert place.vouchers(template_id=template_id) == []


@pytest.mark.parametrize("value", ["missing", None, "", 2088302001456115, "12345678901234567", "券" * 17, ["x"]])
def test_bad_recipient(client, place, template_id, user, value):
    """A call out of form issues nothing, to the good ones neither."""
    bad = {} if value == "missing" else {"user_id": value}
    answer = client.batch_send(template_id=template_id, vouchers=[*recipients(user), bad], out_biz_no="1")
    assert_refused(answer, "INVALID_PARAMETER", naming="user_id")
    assert place.vouchers(template_id=template_id) == []


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name, longest", [("template_id", 28), ("out_biz_no", 64), ("memo", 128)])
def test_length(client, place, user, template_id, name, longest, character):
    fields = {**GOOD, "template_id": template_id, "vouchers": recipients(user)}
    assert_refused(client.batch_send(**{**fields, name: character * (longest + 1)}), "INVALID_PARAMETER", naming=name)
    if name == "template_id":
        assert_refused(client.batch_send(**{**fields, name: character * longest}), "TEMPLATE_NOT_EXIST")
    else:
        assert "voucher_id" in assert_success(client.batch_send(**{**fields, name: character * longest}))["vouchers"][0]


def test_unknown_members_are_ignored(client, template_id, user):
    """As in every method; the platform's libraries can write these."""
    answer = client.batch_send(template_id=template_id, out_biz_no="1", biz_from="x", **{"async": False},
                               vouchers=[{**recipients(user)[0], "extend_info": "{}", "open_id": "x"}])
    assert "voucher_id" in assert_success(answer)["vouchers"][0]


# Idempotency

def test_again(client, place, users, template_id):
    answer = batch_send(client, template_id, users, memo="first")
    again = batch_send(client, template_id, users, memo="second")
    assert again.body == answer.body
    assert [entry["memo"] for entry in place.vouchers(template_id=template_id)] == ["first"] * len(users)


def test_again_in_another_order(client, place, users, template_id):
    entries = results(client, template_id, users)
    assert results(client, template_id, users[::-1]) == entries[::-1]
    assert place.template(template_id)["issued_count"] == len(users)


def test_again_with_fewer_and_with_more(client, place, users, template_id):
    entries = results(client, template_id, users[:3])
    assert results(client, template_id, users[1:2]) == entries[1:2]
    more = results(client, template_id, users)
    assert more[:3] == entries
    assert ids_of(place.vouchers(template_id=template_id)) == ids_of(more)


def test_again_after_the_stock_ran_out(client, users, fewer):
    assert batch_send(client, fewer, users).body == batch_send(client, fewer, users).body


def test_again_after_a_cut_connection(server, client, place, users, template_id):
    """Whether the first call came through or not: one voucher each."""
    request = client.request("alipay.marketing.voucher.batchsend",
                             {"template_id": template_id, "vouchers": recipients(*users), "out_biz_no": "batch"})
    for size in (len(request), len(request) - 1):
        with server.connect() as connection:
            connection.send(request[:size])
    entries = results(client, template_id, users)
    assert ids_of(place.vouchers(template_id=template_id)) == ids_of(entries)


def test_twice_in_one_list(client, place, users, template_id):
    """One voucher, told twice."""
    first, other, again = results(client, template_id, [users[0], users[1], users[0]])
    assert again == first != other
    assert place.template(template_id)["issued_count"] == 2


@pytest.mark.parametrize("other", ["batch2", "Batch", "batch ", "b" * 64, "批次"])
def test_another_batch(client, place, users, template_id, other):
    entries = results(client, template_id, users)
    assert not set(ids_of(entries)) & set(ids_of(results(client, template_id, users, other)))
    assert place.template(template_id)["issued_count"] == 2 * len(users)


def test_another_template(client, place, app, users, template_id):
    entries = results(client, template_id, users)
    assert not set(ids_of(entries)) & set(ids_of(results(client, place.create_template(app.pid), users)))


def test_keys_are_none_of_send(client, place, user, template_id):
    """The batch's number, and that with the user's, are still free for ordinary sends; the keys fit."""
    batched = ids_of(results(client, template_id, [user], "b" * 64))
    sent = [client.issue(template_id, user, key) for key in ("b" * 64, user.user_id, "batch", f"b:{user.user_id}")]
    assert len({*batched, *sent}) == 5
    [key] = [entry["out_biz_no"] for entry in place.vouchers(template_id=template_id)
             if entry["voucher_id"] in batched]
    assert key.startswith("batch:") and key.endswith(":" + user.user_id) and len(key) <= 64


def test_at_once(server, client, place, users, template_id):
    """The same batch from many callers, in several orders, and ordinary sends beside them."""
    orders = [users, users[::-1], users[2:] + users[:2], users[1:3]]
    requests = [client.request("alipay.marketing.voucher.batchsend",
                               {"template_id": template_id, "vouchers": recipients(*orders[number % len(orders)]),
                                "out_biz_no": "batch"}) for number in range(16)]
    requests += [client.request("alipay.marketing.voucher.send",
                                {"template_id": template_id, "user_id": users[0].user_id, "out_biz_no": str(number)})
                 for number in range(8)]
    responses = crowd.at_once([server.listen], requests)
    told = {}
    for response in responses[:16]:
        for entry in assert_success(client.believe(response))["vouchers"]:
            told.setdefault(entry["user_id"], set()).add(entry["voucher_id"])
    assert sorted(map(len, told.values())) == [1] * len(users)
    assert place.template(template_id)["issued_count"] == len(users) + 8
