# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.auth.send: issues what a user has confirmed, once for each confirmation."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success

from test_confirm import confirm, open_page, page_token, press, shown_code


def accepted_code(client, server, template_id, user, out_biz_no="1"):
    return shown_code(press(server, page_token(confirm(client, template_id, user, out_biz_no))))


def auth_send(client, template_id, user, code, out_biz_no="send-1", **fields):
    return client.call(protocol.AUTH_SEND, {"template_id": template_id, "user_id": user.user_id, "send_code": code,
                                            "out_biz_no": out_biz_no, **fields})


@pytest.fixture
def code(client, server, template_id, user):
    return accepted_code(client, server, template_id, user)


def test_voucher_is_issued(client, template_id, user, code):
    answer = assert_success(auth_send(client, template_id, user, code))
    assert list(answer.fields) == ["code", "msg", "voucher_id", "user_id"]
    assert answer["user_id"] == user.user_id
    assert [voucher["voucher_id"] for voucher in client.listed(template_id, user)] == [answer["voucher_id"]]


def test_same_business_is_answered_the_same(client, place, template_id, user, code):
    first = assert_success(auth_send(client, template_id, user, code))
    again = assert_success(auth_send(client, template_id, place.create_user(), "another code"))
    assert again.fields == first.fields
    assert place.template(template_id)["issued_count"] == 1


def test_same_business_by_another_worker(client, place, serve, template_id, user, code):
    first = assert_success(auth_send(client, template_id, user, code))
    other = Client(serve(place), client.app)
    assert assert_success(auth_send(other, template_id, user, "x")).fields == first.fields


def test_a_plain_send_is_the_same_business(client, template_id, user, code):
    first = assert_success(auth_send(client, template_id, user, code))
    assert client.issue(template_id, user, "send-1") == first["voucher_id"]


def test_code_serves_once(client, place, template_id, user, code):
    assert_success(auth_send(client, template_id, user, code))
    assert_refused(auth_send(client, template_id, user, code, "send-2"), "SEND_CODE_INVALID")
    assert place.template(template_id)["issued_count"] == 1


def test_all_codes_of_a_confirmation_are_one(client, server, template_id, user, code):
    other_code = assert_success(confirm(client, template_id, user))["send_code"]
    assert_success(auth_send(client, template_id, user, other_code))
    assert_refused(auth_send(client, template_id, user, code, "send-2"), "SEND_CODE_INVALID")
    answer = assert_success(confirm(client, template_id, user))
    assert "send_code" not in answer.fields and "redirect_uri" not in answer.fields


def test_page_of_a_used_confirmation(client, server, template_id, user):
    token = page_token(confirm(client, template_id, user))
    assert_success(auth_send(client, template_id, user, shown_code(press(server, token))))
    for response in (open_page(server, token), press(server, token)):
        assert response.status == 200
        assert "已经发放" in response.body.decode() and "<form" not in response.body.decode()


def test_code_serves_one_of_many_at_once(client, place, template_id, user, code):
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: auth_send(client, template_id, user, code, f"send-{number}"), range(8)))
    assert [answer["code"] for answer in answers].count("10000") == 1
    assert place.template(template_id)["issued_count"] == 1


def test_refused_send_leaves_the_code(client, place, server, app, user):
    template_id = place.create_template(app.pid, quantity=1)
    code = accepted_code(client, server, template_id, user)
    place.run("user", "freeze", user_id=user.user_id)
    assert_refused(auth_send(client, template_id, user, code), "USER_STATUS_ERROR")
    place.run("user", "unfreeze", user_id=user.user_id)
    assert_success(auth_send(client, template_id, user, code))


def test_rules_of_a_send_hold(client, place, server, app, user):
    sold_out = place.create_template(app.pid, quantity=1)
    code = accepted_code(client, server, sold_out, user)
    client.issue(sold_out, place.create_user())
    assert_refused(auth_send(client, sold_out, user, code), "TEMPLATE_STOCK_NOT_ENOUGH")
    limited = place.create_template(app.pid, limit_per_user=1)
    code = accepted_code(client, server, limited, user)
    client.issue(limited, user)
    assert_refused(auth_send(client, limited, user, code), "USER_LIMIT_EXCEEDED")
    deleted = place.create_template(app.pid)
    code = accepted_code(client, server, deleted, user)
    place.run("template", "delete", template_id=deleted)
    assert_refused(auth_send(client, deleted, user, code), "TEMPLATE_STATUS_NOT_MATCH")


@pytest.mark.parametrize("code", ["x", "1cc19911172e4f8aaa509c8fb5d12f56", "授权码"])
def test_unknown_code(client, any_template, anyone, code):
    assert_refused(auth_send(client, any_template, anyone, code, "unknown code"), "SEND_CODE_INVALID")


def test_code_of_another_user_or_template(client, place, app, template_id, user, code):
    assert_refused(auth_send(client, template_id, place.create_user(), code), "SEND_CODE_INVALID")
    assert_refused(auth_send(client, place.create_template(app.pid), user, code), "SEND_CODE_INVALID")
    assert_success(auth_send(client, template_id, user, code))


def test_page_token_is_no_code(client, template_id, user):
    token = page_token(confirm(client, template_id, user))
    assert_refused(auth_send(client, template_id, user, token), "SEND_CODE_INVALID")


def test_template_of_another_merchant(client, place, server, template_id, user, code):
    other = Client(server, place.create_app())
    assert_refused(auth_send(other, template_id, user, code), "TEMPLATE_NOT_EXIST")


def test_code_expires_after_a_day(sandbox):
    user, template_id = sandbox.place.create_user(), sandbox.place.create_template(sandbox.app.pid)
    codes = [accepted_code(sandbox.client, sandbox.server, template_id, user, str(number)) for number in range(2)]
    sandbox.server.set_clock(86400 - 60)
    assert_success(auth_send(sandbox.client, template_id, user, codes[0]))
    sandbox.server.set_clock(86400 + 60)
    assert_refused(auth_send(sandbox.client, template_id, user, codes[1], "send-2"), "SEND_CODE_EXPIRED")


@pytest.mark.parametrize("fields, naming", [
    ({"template_id": ""}, "template_id"), ({"user_id": None}, "user_id"), ({"user_id": "2" * 17}, "user_id"),
    ({"send_code": ""}, "send_code"), ({"send_code": "x" * 41}, "send_code"), ({"send_code": 1}, "send_code"),
    ({"out_biz_no": ""}, "out_biz_no"), ({"out_biz_no": "x" * 65}, "out_biz_no"),
])
def test_field_that_breaks_its_rule(client, any_template, anyone, fields, naming):
    settings = {"template_id": any_template, "user_id": anyone.user_id, "send_code": "x", "out_biz_no": "field", **fields}
    assert_refused(client.call(protocol.AUTH_SEND, settings), "INVALID_PARAMETER", naming)


def test_in_gbk(server, app, client, template_id, user, code):
    assert_success(auth_send(Client(server, app, charset="gbk"), template_id, user, code, "单号1"))
