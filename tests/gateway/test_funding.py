# SPDX-License-Identifier: Apache-2.0
"""confirm_uri of alipay.marketing.cashvoucher.template.create: the page on which a funding order is confirmed."""

import hashlib
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from support import http
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import CASH
from support.templates import DELETE, create, detail

PAGE = re.compile(r"/confirm/funding\?token=([0-9a-f]{32})")
RETURN = "https://shop.example/paid"
ENGLISH = [(b"Accept-Language", b"en")]
DAY_S = 86400


def funded(client, key, **changes):
    """A new draft's answer, and its page's token."""
    answer = assert_success(create(client, CASH, key, **changes))
    match = PAGE.fullmatch(answer["confirm_uri"])
    assert match, answer
    return answer, match[1]


def open_page(server, token, headers=()):
    return server.exchange(http.request(b"GET", b"/confirm/funding?token=" + token.encode(), list(headers)))


def press(server, token, headers=()):
    """Presses the page's button."""
    return server.exchange(http.request(b"POST", b"/confirm/funding", [
        (b"Content-Type", b"application/x-www-form-urlencoded"), *headers], b"token=" + token.encode()))


def says(response, sentence):
    assert response.status == 200, response.body
    text = response.body.decode()
    return sentence in text and "<form" not in text


def status(client, answer):
    return detail(client, answer["template_id"])["status"]


# The page

def test_page_shows_the_order(server, place):
    app = place.create_app()
    place.run("merchant", "create", pid=app.pid, name="卡券茶馆总店")
    answer, token = funded(Client(server, app), "1", brand_name="<b>茶</b>&", total_amount="9000.00")
    response = open_page(server, token)
    text = response.body.decode()
    assert response.status == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    for shown in ("卡券茶馆总店", "&lt;b&gt;茶&lt;/b&gt;&amp;", "10元代金券", "10.00", "1000", "9000.00", "pay@example.com",
                  answer["fund_order_no"]):
        assert f"<dd>{shown}</dd>" in text
    assert "<b>" not in text
    assert '<form method="post" action="funding">' in text


def test_page_without_a_budget_and_of_a_nameless_merchant(server, place):
    app = place.create_app()
    text = open_page(server, funded(Client(server, app), "1")[1]).body.decode()
    assert "总预算" not in text
    assert f"<dd>{app.pid}</dd>" in text


def test_page_is_kept_from_others(client, server, place):
    response = open_page(server, funded(client, place.new_key())[1])
    policy = response.headers["content-security-policy"]
    assert policy == "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert b"<script" not in response.body and b"style" not in response.body


@pytest.mark.parametrize("headers, language, button", [([], "zh-CN", "确认出资"), (ENGLISH, "en", "Confirm")])
def test_page_in_both_languages(client, server, place, headers, language, button):
    text = open_page(server, funded(client, place.new_key())[1], headers).body.decode()
    assert f'<html lang="{language}">' in text
    assert f"<button>{button}</button>" in text


def test_looking_confirms_nothing(client, server, place):
    answer, token = funded(client, place.new_key())
    for _ in range(2):
        assert "<form" in open_page(server, token).body.decode()
    assert status(client, answer) == "I"


def test_button_in_a_link_confirms_nothing(client, server, place):
    answer, token = funded(client, place.new_key())
    assert server.exchange(http.request(b"POST", b"/confirm/funding?token=" + token.encode(), [], b"")).status == 404
    assert status(client, answer) == "I"


@pytest.mark.parametrize("token", ["", "x", "1cc19911172e4f8aaa509c8fb5d12f56", "%00"])
def test_page_that_is_not_there(server, token):
    for response in (open_page(server, token), press(server, token)):
        assert response.status == 404
        assert "页面不存在或已过期" in response.body.decode()


def test_page_of_the_other_kind(client, server, place):
    """Neither path knows the other's tokens."""
    token = funded(client, place.new_key())[1]
    assert server.exchange(http.get(b"/confirm?token=" + token.encode())).status == 404


def test_path_below(server):
    assert server.exchange(http.get(b"/confirm/funding/?token=x")).status == 404


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"OPTIONS"])
def test_other_methods(server, method):
    response = server.exchange(http.request(method, b"/confirm/funding?token=x", []))
    assert (response.status, response.headers["allow"]) == (405, "GET, POST")


# The button

def test_button_makes_it_effective(client, server, place, user):
    answer, token = funded(client, place.new_key())
    fields = {"template_id": answer["template_id"], "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    assert says(press(server, token), "您已确认，券模板已生效。")
    assert status(client, answer) == "S"
    assert_success(client.send(**fields))


def test_button_in_english(client, server, place):
    assert says(press(server, funded(client, place.new_key())[1], ENGLISH), "You have confirmed")


def test_button_again(client, server, place):
    answer, token = funded(client, place.new_key())
    press(server, token)
    before = place.template(answer["template_id"])
    assert says(press(server, token), "已经确认")
    assert says(open_page(server, token), "已经确认")
    assert place.template(answer["template_id"]) == before


def test_order_that_an_operator_has_confirmed(client, server, place):
    answer, token = funded(client, place.new_key())
    place.run("template", "activate", template_id=answer["template_id"])
    assert says(press(server, token), "已经确认")


def test_deleted_template(client, server, place):
    answer, token = funded(client, place.new_key())
    assert_success(client.call(DELETE, {"template_id": answer["template_id"], "out_biz_no": place.new_key()}))
    assert says(open_page(server, token), "已被删除")
    assert says(press(server, token), "已被删除")
    assert status(client, answer) == "D"


def test_window_that_is_over(client, server, place):
    answer, token = funded(client, place.new_key(), publish_end_time="2020-01-02 00:00:00")
    assert says(open_page(server, token), "已经结束")
    assert says(press(server, token), "已经结束")
    assert status(client, answer) == "I"


def test_page_is_over_after_a_day(sandbox):
    first, second = (funded(sandbox.client, sandbox.place.new_key()) for _ in range(2))
    sandbox.server.set_clock(DAY_S - 60)
    assert says(press(sandbox.server, first[1]), "您已确认")
    sandbox.server.set_clock(DAY_S + 60)
    assert open_page(sandbox.server, second[1]).status == 404
    assert press(sandbox.server, second[1]).status == 404
    assert status(sandbox.client, second[0]) == "I"


# Back to the merchant

def test_button_leads_to_the_merchant(client, server, place):
    answer, token = funded(client, place.new_key(), redirect_uri=RETURN + "?a=1#b")
    assert "form-action 'self' http: https:;" in open_page(server, token).headers["content-security-policy"]
    response = press(server, token)
    assert response.status == 302
    location = urlsplit(response.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}#{location.fragment}" == RETURN + "#b"
    assert parse_qsl(location.query, strict_parsing=True) == [
        ("a", "1"), ("template_id", answer["template_id"]), ("fund_order_no", answer["fund_order_no"])]
    assert status(client, answer) == "S"
    assert says(press(server, token), "已经确认")


# The call again

def test_call_again_gives_another_page_of_the_same_order(client, server, place):
    key = place.new_key()
    (first, first_token), (again, second_token) = (funded(client, key) for _ in range(2))
    assert first_token != second_token
    assert [again[name] for name in ("template_id", "fund_order_no")] == [
        first[name] for name in ("template_id", "fund_order_no")]
    assert says(press(server, first_token), "您已确认")
    assert says(press(server, second_token), "已经确认")


@pytest.mark.parametrize("settle", ["activate", "delete"])
def test_call_again_after_the_draft(client, place, settle):
    key = place.new_key()
    first = funded(client, key)[0]
    place.run("template", settle, template_id=first["template_id"])
    again = assert_success(create(client, CASH, key))
    assert list(again.fields) == ["code", "msg", "template_id", "fund_order_no"]
    assert again["template_id"] == first["template_id"]


# Secrets

def test_token_is_stored_as_a_digest_and_logged_nowhere(own_place, serve, tmp_path):
    log = tmp_path / "access.log"
    server = serve(own_place, access_log=log)
    token = funded(Client(server, own_place.create_app()), "1")[1]
    assert open_page(server, token).status == press(server, token).status == 200
    server.stop()
    stored = b"".join(path.read_bytes() for path in own_place.data.iterdir())
    assert token.encode() not in stored
    assert hashlib.sha256(token.encode()).digest() in stored
    assert token not in log.read_text() and token not in server.stderr()
