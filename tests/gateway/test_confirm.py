# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.confirm: a merchant asks, a user accepts on a page, and a code comes of it."""

import hashlib
import re
from urllib.parse import parse_qsl, urlsplit

import pytest

from support import http, protocol
from support.client import Client, as_get
from support.errors import assert_refused, assert_success
from support.place import RED_PACKET

RETURN = "https://shop.example/done"
PAGE = re.compile(r"/confirm\?token=([0-9a-f]{32})")
CODE = re.compile(r"<code>([0-9a-f]{32})</code>")
ENGLISH = [(b"Accept-Language", b"en")]


def confirm(client, template_id, user, out_biz_no="1", **fields):
    return client.call(protocol.CONFIRM, {"template_id": template_id, "user_id": user.user_id,
                                          "out_biz_no": out_biz_no, **fields})


def page_token(answer):
    """The token of the page that a call's answer leads to."""
    match = PAGE.fullmatch(assert_success(answer)["redirect_uri"])
    assert match, answer
    return match[1]


def open_page(server, token, headers=()):
    return server.exchange(http.request(b"GET", b"/confirm?token=" + token.encode(), list(headers)))


def press(server, token, headers=()):
    """Presses the page's button."""
    return server.exchange(http.request(b"POST", b"/confirm", [
        (b"Content-Type", b"application/x-www-form-urlencoded"), *headers], b"token=" + token.encode()))


def shown_code(response):
    assert response.status == 200, response.body
    return CODE.search(response.body.decode())[1]


# The call

def test_call_answers_with_a_page(client, template_id, user):
    answer = assert_success(confirm(client, template_id, user, theme="x"))
    assert list(answer.fields) == ["code", "msg", "template_id", "user_id", "out_biz_no", "need_redirect", "redirect_uri"]
    assert (answer["template_id"], answer["user_id"], answer["out_biz_no"]) == (template_id, user.user_id, "1")
    assert answer["need_redirect"] is False
    assert PAGE.fullmatch(answer["redirect_uri"])


def test_call_by_get(server, app, template_id, user):
    page_token(confirm(Client(server, app, transport=as_get), template_id, user))


def test_call_again_gives_another_page_of_the_same_confirmation(client, server, template_id, user):
    first, second = (page_token(confirm(client, template_id, user)) for _ in range(2))
    assert first != second
    shown_code(press(server, first))
    assert open_page(server, second).status == 200
    assert "send_code" in assert_success(confirm(client, template_id, user)).fields


def test_call_after_acceptance_answers_with_the_code(client, server, template_id, user):
    press(server, page_token(confirm(client, template_id, user)))
    answer = assert_success(confirm(client, template_id, user))
    assert re.fullmatch("[0-9a-f]{32}", answer["send_code"])
    assert "redirect_uri" not in answer.fields


def test_same_key_for_another_user(client, place, template_id, user):
    assert_success(confirm(client, template_id, user))
    assert_refused(confirm(client, template_id, place.create_user()), "INVALID_PARAMETER", "user_id")


@pytest.mark.parametrize("fields", [{"need_redirect": False}, {"redirect_uri": RETURN + "/2"}, {"redirect_uri": ""}])
def test_same_key_that_leads_elsewhere(client, template_id, user, fields):
    settings = {"need_redirect": True, "redirect_uri": RETURN}
    assert_success(confirm(client, template_id, user, **settings))
    assert_refused(confirm(client, template_id, user, **{**settings, **fields}), "INVALID_PARAMETER", "redirect_uri")


def test_keys_are_the_templates_own(client, place, app, template_id, user):
    assert_success(confirm(client, template_id, user))
    assert_success(confirm(client, place.create_template(app.pid), place.create_user()))


@pytest.mark.parametrize("fields, naming", [
    ({"template_id": ""}, "template_id"), ({"template_id": "x" * 29}, "template_id"),
    ({"user_id": ""}, "user_id"), ({"user_id": "2" * 17}, "user_id"),
    ({"out_biz_no": ""}, "out_biz_no"), ({"out_biz_no": "x" * 65}, "out_biz_no"),
    ({"need_redirect": "maybe"}, "need_redirect"),
    ({"redirect_uri": "ftp://shop.example/"}, "redirect_uri"), ({"redirect_uri": "javascript:alert(1)"}, "redirect_uri"),
    ({"redirect_uri": "//shop.example/"}, "redirect_uri"), ({"redirect_uri": "/done"}, "redirect_uri"),
    ({"redirect_uri": "https://"}, "redirect_uri"), ({"redirect_uri": "https:///x"}, "redirect_uri"),
    ({"redirect_uri": RETURN + "\r\nSet-Cookie: a=b"}, "redirect_uri"), ({"redirect_uri": RETURN + "\x7f"}, "redirect_uri"),
    ({"redirect_uri": RETURN + "x" * (257 - len(RETURN))}, "redirect_uri"),
    ({"theme": "x" * 65}, "theme"),
])
def test_field_that_breaks_its_rule(client, any_template, anyone, fields, naming):
    settings = {"template_id": any_template, "user_id": anyone.user_id, "out_biz_no": "field", **fields}
    assert_refused(client.call(protocol.CONFIRM, settings), "INVALID_PARAMETER", naming)


def test_longest_redirect_uri(client, template_id, user):
    page_token(confirm(client, template_id, user, redirect_uri=RETURN + "券" * (256 - len(RETURN))))


# What a send would be refused for now

def test_template_of_nobody_and_of_another_merchant(client, place, user):
    assert_refused(confirm(client, "20140601000730010040000000EB", user), "TEMPLATE_NOT_EXIST")
    assert_refused(confirm(client, place.create_template(place.new_pid()), user), "TEMPLATE_NOT_EXIST")


def test_another_merchants_key_is_not_told_of(client, place, server, template_id, user):
    assert_success(confirm(client, template_id, user))
    other = Client(server, place.create_app())
    assert_refused(confirm(other, template_id, user), "TEMPLATE_NOT_EXIST")


def test_template_that_issues_nothing(client, place, app, user):
    deleted = place.create_template(app.pid)
    place.run("template", "delete", template_id=deleted)
    assert_refused(confirm(client, deleted, user), "TEMPLATE_STATUS_NOT_MATCH")
    over = place.create_template(app.pid, publish_end="2020-01-02 00:00:00")
    assert_refused(confirm(client, over, user), "TEMPLATE_EXPIRED")
    sold_out = place.create_template(app.pid, quantity=1)
    client.issue(sold_out, user)
    assert_refused(confirm(client, sold_out, user, "2"), "TEMPLATE_STOCK_NOT_ENOUGH")


def test_red_packets_have_no_amount_to_confirm(client, place, app, user):
    assert_refused(confirm(client, place.create_template(app.pid, RED_PACKET), user), "INVALID_PARAMETER", "amount")


def test_user_who_gets_nothing(client, place, app, template_id):
    unknown = place.create_user()
    answer = client.call(protocol.CONFIRM, {"template_id": template_id, "user_id": "2088999999999999", "out_biz_no": "1"})
    assert_refused(answer, "USER_NOT_EXIST")
    place.run("user", "freeze", user_id=unknown.user_id)
    assert_refused(confirm(client, template_id, unknown), "USER_STATUS_ERROR")


def test_user_at_his_limit(client, place, app, user):
    limited = place.create_template(app.pid, limit_per_user=1)
    client.issue(limited, user)
    assert_refused(confirm(client, limited, user, "2"), "USER_LIMIT_EXCEEDED")


def test_asking_issues_nothing(client, place, server, template_id, user):
    press(server, page_token(confirm(client, template_id, user)))
    assert place.template(template_id)["issued_count"] == 0


# The page

def test_page_shows_what_is_asked(client, place, server, app, user):
    place.run("merchant", "create", pid=app.pid, name="卡券茶馆总店")
    template_id = place.create_template(app.pid, name="<b>券</b>&\"'")
    response = open_page(server, page_token(confirm(client, template_id, user)))
    text = response.body.decode()
    assert response.status == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert "&lt;b&gt;券&lt;/b&gt;&amp;&quot;&#39;" in text and "<b>" not in text
    assert "满100元可用" in text and "卡券茶馆总店" in text
    assert f"{user.user_id[:4]}********{user.user_id[-4:]}" in text and user.user_id not in text
    assert '<form method="post" action="confirm">' in text
    assert response.headers["trace_id"]


def test_page_is_kept_from_others(client, server, template_id, user):
    response = open_page(server, page_token(confirm(client, template_id, user)))
    policy = response.headers["content-security-policy"]
    assert policy == "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert b"<script" not in response.body and b"style" not in response.body


@pytest.mark.parametrize("accepted, language", [
    (None, "zh-CN"), (b"en", "en"), (b"EN-us,en;q=0.9", "en"), (b"de, en;q=0.3, zh;q=0.7", "zh-CN"), (b"fr", "zh-CN"),
    (b"\xff;;q=,", "zh-CN"),
])
def test_page_in_both_languages(client, server, template_id, user, accepted, language):
    token = page_token(confirm(client, template_id, user))
    text = open_page(server, token, [(b"Accept-Language", accepted)] if accepted else []).body.decode()
    assert f'<html lang="{language}">' in text
    assert ("确认领取" in text, "Confirm" in text) == (language == "zh-CN", language == "en")


def test_looking_accepts_nothing(client, server, template_id, user):
    token = page_token(confirm(client, template_id, user))
    for _ in range(2):
        assert "<form" in open_page(server, token).body.decode()
    assert "send_code" not in assert_success(confirm(client, template_id, user)).fields


def test_button_in_a_link_accepts_nothing(client, server, template_id, user):
    token = page_token(confirm(client, template_id, user))
    response = server.exchange(http.request(b"POST", b"/confirm?token=" + token.encode(), [], b""))
    assert response.status == 404
    assert "send_code" not in assert_success(confirm(client, template_id, user)).fields


def test_button_shows_a_code(client, server, template_id, user):
    token = page_token(confirm(client, template_id, user))
    first = shown_code(press(server, token, ENGLISH))
    assert first != shown_code(press(server, token))


@pytest.mark.parametrize("token", ["", "x", "1cc19911172e4f8aaa509c8fb5d12f56", "%00", "' OR 1=1 --".replace(" ", "+")])
def test_page_that_is_not_there(server, token):
    for response in (open_page(server, token), press(server, token)):
        assert response.status == 404
        assert "页面不存在或已过期" in response.body.decode()


def test_too_many_parameters_are_no_page(server):
    response = server.exchange(http.request(b"POST", b"/confirm", [], b"&".join(b"a%d=" % i for i in range(2000))))
    assert response.status == 404


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"OPTIONS"])
def test_other_methods(server, method):
    response = server.exchange(http.request(method, b"/confirm?token=x", []))
    assert (response.status, response.headers["allow"]) == (405, "GET, POST")


def test_page_is_over_after_a_quarter_of_an_hour(sandbox):
    user, template_id = sandbox.place.create_user(), sandbox.place.create_template(sandbox.app.pid)
    tokens = [page_token(confirm(sandbox.client, template_id, user, str(number))) for number in range(2)]
    sandbox.server.set_clock(900 - 60)
    shown_code(press(sandbox.server, tokens[0]))
    sandbox.server.set_clock(900 + 60)
    assert open_page(sandbox.server, tokens[1]).status == 404
    assert press(sandbox.server, tokens[1]).status == 404


def test_confirmation_that_was_not_given_can_be_asked_of_another(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid)
    page_token(confirm(sandbox.client, template_id, sandbox.place.create_user()))
    sandbox.server.set_clock(900 + 60)
    page_token(confirm(sandbox.client, template_id, sandbox.place.create_user()))


# Back to the merchant

def test_button_leads_to_the_merchant(client, server, template_id, user):
    out_biz_no = "单 1&a=b"
    token = page_token(confirm(client, template_id, user, out_biz_no, need_redirect=True, redirect_uri=RETURN))
    page = open_page(server, token)
    assert "form-action 'self' http: https:;" in page.headers["content-security-policy"]
    response = press(server, token)
    assert response.status == 302
    location = urlsplit(response.headers["location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == RETURN
    query = dict(parse_qsl(location.query, strict_parsing=True))
    assert re.fullmatch("[0-9a-f]{32}", query.pop("send_code"))
    assert query == {"template_id": template_id, "user_id": user.user_id, "out_biz_no": out_biz_no}


def test_query_and_fragment_of_the_merchants_address_stay(client, server, template_id, user):
    token = page_token(confirm(client, template_id, user, need_redirect=True, redirect_uri=RETURN + "?a=1#部分"))
    location = press(server, token).headers["location"]
    assert re.fullmatch(re.escape(RETURN) + r"\?a=1&send_code=[0-9a-f]{32}&template_id=\w+&user_id=\d+&out_biz_no=1"
                        "#%E9%83%A8%E5%88%86", location)


@pytest.mark.parametrize("fields", [{"need_redirect": True}, {"need_redirect": "false", "redirect_uri": RETURN},
                                    {"redirect_uri": RETURN}])
def test_button_leads_nowhere(client, server, template_id, user, fields):
    shown_code(press(server, page_token(confirm(client, template_id, user, **fields))))


# Secrets

def test_secrets_are_stored_as_digests_and_logged_nowhere(own_place, serve, tmp_path):
    log = tmp_path / "access.log"
    server = serve(own_place, access_log=log)
    client = Client(server, own_place.create_app())
    template_id, user = own_place.create_template(client.app.pid), own_place.create_user()
    token = page_token(confirm(client, template_id, user))
    secrets = [token, shown_code(press(server, token)), assert_success(confirm(client, template_id, user))["send_code"]]
    server.stop()
    stored = b"".join(path.read_bytes() for path in own_place.data.iterdir())
    for secret in secrets:
        assert secret.encode() not in stored
        assert hashlib.sha256(secret.encode()).digest() in stored
        assert secret not in log.read_text() and secret not in server.stderr()
    assert '"status":200' in log.read_text()
