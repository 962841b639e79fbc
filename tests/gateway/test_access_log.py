# SPDX-License-Identifier: Apache-2.0
"""The access log: one JSON line a call, and nothing in it that must not be."""

import json
import os
import re
import signal
from types import SimpleNamespace

import pytest

from support import http, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import Place
from support.server import Server

MEMO = "a memo that is nobody's business"


@pytest.fixture(scope="module")
def logged(tmp_path_factory):
    """A server's log after a few calls, with what was in them."""
    place = Place(tmp_path_factory.mktemp("logged"))
    app = place.create_app()
    user = place.create_user(login_id="lin.mei@example.com")
    template_id = place.create_template(app.pid)
    token = place.grant(app, app.pid)
    path = place.directory / "access.log"
    server = Server(place, access_log=path)
    client = Client(server, app)
    fields = {"template_id": template_id, "login_id": "lin.mei@example.com", "out_biz_no": "order-of-lin", "memo": MEMO}
    answers = [
        assert_success(client.call(protocol.SEND, fields, app_auth_token=token)),
        assert_refused(client.send(**{**fields, "template_id": "unknown"}), "TEMPLATE_NOT_EXIST"),
        assert_refused(client.call(protocol.SEND, fields, app_id="2014072399999999"), "isv.invalid-app-id"),
        assert_refused(client.call("alipay.made.up", fields), "isv.invalid-method"),
        assert_refused(client.call(protocol.SEND, fields, sign="AAAA"), "isv.invalid-signature"),
    ]
    server.stop()
    place.audit()
    text = path.read_text(encoding="utf-8")
    return SimpleNamespace(lines=[json.loads(line) for line in text.splitlines()], text=text, answers=answers, app=app,
                           user=user, token=token, path=path)


def test_one_line_a_call_in_order(logged):
    assert [line["trace_id"] for line in logged.lines] == [answer.trace_id for answer in logged.answers]


def test_line_has_what_finds_a_call_again(logged):
    line = logged.lines[0]
    assert set(line) >= {"time", "trace_id", "app_id", "method", "code", "sub_code", "ms", "bytes_in", "bytes_out"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+08:00", line["time"])
    assert (line["app_id"], line["method"]) == (logged.app.app_id, protocol.SEND)
    assert line["ms"] >= 0 and line["bytes_in"] > 500 and line["bytes_out"] > len(logged.answers[0].body)


def test_codes(logged):
    assert [(line["code"], line["sub_code"]) for line in logged.lines] == [
        ("10000", ""), ("40004", "TEMPLATE_NOT_EXIST"), ("40002", "isv.invalid-app-id"),
        ("40002", "isv.invalid-method"), ("40002", "isv.invalid-signature")]


def test_nothing_secret_and_nothing_personal(logged):
    signs = [answer.sign.decode("ascii") for answer in logged.answers]
    for secret in (*signs, logged.token, MEMO, "lin.mei", logged.user.user_id, logged.user.taobao_nick,
                   "order-of-lin", "biz_content", "sign=", "PRIVATE", "PUBLIC"):
        assert secret not in logged.text, secret


def test_log_is_not_for_everyone(logged):
    assert os.stat(logged.path).st_mode & 0o007 == 0


@pytest.mark.parametrize("app_id", ["x" * 5000, "\"\n{\\}", "券\x7f\x01", "2014072300000000\r\nfake: line"],
                         ids=["long", "quotes", "controls", "lines"])
def test_foreign_text_stays_in_its_place(serve, own_place, app, app_id):
    path = own_place.directory / "access.log"
    server = serve(own_place, access_log=path)
    Client(server, app).call(protocol.SEND, {}, app_id=app_id)
    server.stop()
    [line] = path.read_text(encoding="utf-8").splitlines()
    assert len(line) < 4096
    json.loads(line)


def test_refused_request_is_logged_without_its_text(serve, own_place):
    path = own_place.directory / "access.log"
    server = serve(own_place, access_log=path)
    refusal = server.exchange(http.get(b"/secret-path?secret=1"))
    assert refusal.status == 404
    server.stop()
    text = path.read_text(encoding="utf-8")
    assert "secret" not in text
    [line] = [json.loads(line) for line in text.splitlines()]
    assert (line["status"], line["trace_id"]) == (404, refusal.headers["trace_id"])


def test_log_is_opened_anew(serve, own_place, app):
    """SIGHUP after the file was moved away, as log rotation does it."""
    path = own_place.directory / "access.log"
    server = serve(own_place, access_log=path)
    client = Client(server, app)
    client.call(protocol.SEND, {})
    moved = path.rename(own_place.directory / "access.log.1")
    server.process.send_signal(signal.SIGHUP)
    for _ in range(1000):
        client.call(protocol.SEND, {})
        if path.exists():
            break
    client.call(protocol.SEND, {})
    server.stop()
    assert len(path.read_text(encoding="utf-8").splitlines()) >= 1
    assert len(moved.read_text(encoding="utf-8").splitlines()) >= 1


def test_standard_error(serve, own_place, app):
    server = serve(own_place, access_log="-")
    answer = Client(server, app).call(protocol.SEND, {})
    server.stop()
    assert answer.trace_id in [json.loads(line).get("trace_id") for line in server.stderr().splitlines()
                               if line.startswith("{")]
