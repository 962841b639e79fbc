# SPDX-License-Identifier: Apache-2.0
"""alipay.open.auth.token.app: an application exchanges a merchant's code for an app_auth_token, and refreshes it."""

import hashlib
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success

YEAR_S = 31536000
REFRESH_S = 32140800
TOKEN_FORM = r"\d{6}BB[0-9a-f]{32}"
MEMBERS = ["app_auth_token", "app_refresh_token", "auth_app_id", "expires_in", "re_expires_in", "user_id"]


def exchange(client, code, **changes):
    return client.call(protocol.TOKEN, {"grant_type": "authorization_code", "code": code}, **changes)


def refresh(client, token, **changes):
    return client.call(protocol.TOKEN, {"grant_type": "refresh_token", "refresh_token": token}, **changes)


def look(client, template_id, token):
    return client.call(protocol.LIST, {"template_id": template_id, "user_id": "2088999999999999"},
                       app_auth_token=token)


@pytest.fixture
def agent(server, place):
    """A client of another merchant's application."""
    return Client(server, place.create_app())


@pytest.fixture
def merchant_pid(place):
    return place.new_pid()


@pytest.fixture
def sandbox_agent(sandbox):
    return Client(sandbox.server, sandbox.place.create_app())


# Codes

def test_code_becomes_a_token_that_acts_for_the_merchant(agent, place, merchant_pid):
    template_id = place.create_template(merchant_pid)
    answer = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))
    assert list(answer.fields) == ["code", "msg", *MEMBERS, "tokens"]
    assert re.fullmatch(TOKEN_FORM, answer["app_auth_token"])
    assert re.fullmatch(TOKEN_FORM, answer["app_refresh_token"])
    assert answer["app_auth_token"] != answer["app_refresh_token"]
    assert (answer["user_id"], answer["auth_app_id"]) == (merchant_pid, merchant_pid)
    assert (answer["expires_in"], answer["re_expires_in"]) == (str(YEAR_S), str(REFRESH_S))
    assert answer["tokens"] == [{name: answer[name] for name in MEMBERS}]
    assert_success(look(agent, template_id, answer["app_auth_token"]))


def test_merchants_own_application_is_named(agent, place):
    app = place.create_app()
    answer = assert_success(exchange(agent, place.authorize(agent.app, app.pid)))
    assert (answer["auth_app_id"], answer["user_id"]) == (app.app_id, app.pid)


def test_answer_in_gbk(server, place, merchant_pid):
    client = Client(server, place.create_app(), charset="gbk")
    assert_success(exchange(client, place.authorize(client.app, merchant_pid)))


def test_code_serves_once(agent, place, merchant_pid):
    code = place.authorize(agent.app, merchant_pid)
    assert_success(exchange(agent, code))
    assert_refused(exchange(agent, code), "isv.code-invalid")


def test_code_serves_one_of_many_at_once(agent, place, merchant_pid):
    code = place.authorize(agent.app, merchant_pid)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: exchange(agent, code), range(8)))
    assert [answer["code"] for answer in answers].count("10000") == 1
    for answer in answers:
        if answer["code"] != "10000":
            assert_refused(answer, "isv.code-invalid")


@pytest.mark.parametrize("code", ["x", "1cc19911172e4f8aaa509c8fb5d12f56", "授权码", "' OR 1=1 --"])
def test_unknown_code(agent, code):
    assert_refused(exchange(agent, code), "isv.code-invalid")


def test_code_of_another_application(agent, place, merchant_pid):
    other = place.create_app(pid=agent.app.pid)
    assert_refused(exchange(agent, place.authorize(other, merchant_pid)), "isv.code-invalid")


def test_code_expires_after_ten_minutes(sandbox, sandbox_agent):
    pid = sandbox.place.new_pid()
    code, late_code = (sandbox.place.authorize(sandbox_agent.app, pid) for _ in range(2))
    sandbox.server.set_clock(600 - 60)
    assert_success(exchange(sandbox_agent, code))
    sandbox.server.set_clock(600 + 60)
    assert_refused(exchange(sandbox_agent, late_code), "isv.code-invalid")


def test_methods_of_the_code_are_the_tokens(agent, place, merchant_pid, user):
    template_id = place.create_template(merchant_pid)
    token = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid, method=protocol.LIST)))
    assert_success(look(agent, template_id, token["app_auth_token"]))
    answer = agent.call(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"},
                        app_auth_token=token["app_auth_token"])
    assert_refused(answer, "aop.invalid-app-auth-token-no-api")


def test_token_is_the_applications_own(agent, server, place, merchant_pid):
    template_id = place.create_template(merchant_pid)
    token = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))["app_auth_token"]
    other = Client(server, place.create_app())
    assert_refused(look(other, template_id, token), "aop.invalid-app-auth-token")


def test_token_expires_after_a_year(sandbox, sandbox_agent):
    pid = sandbox.place.new_pid()
    template_id = sandbox.place.create_template(pid)
    token = assert_success(exchange(sandbox_agent, sandbox.place.authorize(sandbox_agent.app, pid)))["app_auth_token"]
    sandbox.server.set_clock(YEAR_S - 60)
    assert_success(look(sandbox_agent, template_id, token))
    sandbox.server.set_clock(YEAR_S + 60)
    assert_refused(look(sandbox_agent, template_id, token), "aop.app-auth-token-time-out")


# Refreshing

def test_refresh_gives_new_tokens(agent, place, merchant_pid):
    template_id = place.create_template(merchant_pid)
    first = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))
    second = assert_success(refresh(agent, first["app_refresh_token"]))
    assert second["app_auth_token"] not in (first["app_auth_token"], first["app_refresh_token"])
    assert second["app_refresh_token"] != first["app_refresh_token"]
    assert (second["user_id"], second["expires_in"], second["re_expires_in"]) == (
        merchant_pid, str(YEAR_S), str(REFRESH_S))
    assert_success(look(agent, template_id, second["app_auth_token"]))


def test_refresh_token_serves_once(agent, place, merchant_pid):
    first = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))
    assert_success(refresh(agent, first["app_refresh_token"]))
    assert_refused(refresh(agent, first["app_refresh_token"]), "isv.refresh-token-invalid")


def test_refreshed_token_serves_ten_minutes_more(sandbox, sandbox_agent):
    pid = sandbox.place.new_pid()
    template_id = sandbox.place.create_template(pid)
    first = assert_success(exchange(sandbox_agent, sandbox.place.authorize(sandbox_agent.app, pid)))
    second = assert_success(refresh(sandbox_agent, first["app_refresh_token"]))
    sandbox.server.set_clock(600 - 60)
    assert_success(look(sandbox_agent, template_id, first["app_auth_token"]))
    sandbox.server.set_clock(600 + 60)
    assert_refused(look(sandbox_agent, template_id, first["app_auth_token"]), "aop.app-auth-token-time-out")
    assert_success(look(sandbox_agent, template_id, second["app_auth_token"]))


def test_refresh_token_outlives_the_token_by_a_week(sandbox, sandbox_agent):
    pid = sandbox.place.new_pid()
    tokens = [assert_success(exchange(sandbox_agent, sandbox.place.authorize(sandbox_agent.app, pid)))
              for _ in range(2)]
    sandbox.server.set_clock(REFRESH_S - 60)
    assert_success(refresh(sandbox_agent, tokens[0]["app_refresh_token"]))
    sandbox.server.set_clock(REFRESH_S + 60)
    assert_refused(refresh(sandbox_agent, tokens[1]["app_refresh_token"]), "isv.refresh-token-time-out")


def test_refresh_token_of_another_application(agent, server, place, merchant_pid):
    other = Client(server, place.create_app())
    token = assert_success(exchange(other, place.authorize(other.app, merchant_pid)))["app_refresh_token"]
    assert_refused(refresh(agent, token), "isv.refresh-token-invalid")
    assert_success(refresh(other, token))


def test_a_token_is_no_refresh_token(agent, place, merchant_pid):
    token = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))["app_auth_token"]
    assert_refused(refresh(agent, token), "isv.refresh-token-invalid")
    assert_refused(exchange(agent, token), "isv.code-invalid")


# Revoking

def test_revoked_token(agent, place, merchant_pid):
    template_id = place.create_template(merchant_pid)
    answer = assert_success(exchange(agent, place.authorize(agent.app, merchant_pid)))
    place.run("app", "revoke", token=answer["app_auth_token"])
    assert_refused(look(agent, template_id, answer["app_auth_token"]), "aop.invalid-app-auth-token")
    assert_refused(refresh(agent, answer["app_refresh_token"]), "isv.refresh-token-invalid")


def test_all_that_a_merchant_gave_is_revoked(agent, place, merchant_pid):
    template_id = place.create_template(merchant_pid)
    granted = place.grant(agent.app, merchant_pid)
    code = place.authorize(agent.app, merchant_pid)
    assert place.json("app", "revoke", app_id=agent.app.app_id, pid=merchant_pid) == {"revoked": 2}
    assert_refused(look(agent, template_id, granted), "aop.invalid-app-auth-token")
    assert_refused(exchange(agent, code), "isv.code-invalid")


# Fields

@pytest.mark.parametrize("fields, naming", [
    ({}, "grant_type"),
    ({"grant_type": ""}, "grant_type"),
    ({"grant_type": "authorization_code"}, "code"),
    ({"grant_type": "authorization_code", "code": ""}, "code"),
    ({"grant_type": "authorization_code", "code": 7}, "code"),
    ({"grant_type": "authorization_code", "code": "x" * 41}, "code"),
    ({"grant_type": "refresh_token"}, "refresh_token"),
    ({"grant_type": "refresh_token", "code": "x"}, "refresh_token"),
    ({"grant_type": "refresh_token", "refresh_token": "x" * 41}, "refresh_token"),
    ({"grant_type": "x" * 21}, "grant_type"),
])
def test_field_that_breaks_its_rule(client, fields, naming):
    assert_refused(client.call(protocol.TOKEN, fields), "INVALID_PARAMETER", naming)


@pytest.mark.parametrize("grant_type", ["password", "AUTHORIZATION_CODE", "authorization_code "])
def test_unknown_grant_type(client, grant_type):
    answer = client.call(protocol.TOKEN, {"grant_type": grant_type, "code": "x", "refresh_token": "x"})
    assert_refused(answer, "isv.grant-type-invalid")


# Secrets

def test_secrets_are_stored_as_digests_and_logged_nowhere(own_place, serve, tmp_path):
    log = tmp_path / "access.log"
    server = serve(own_place, access_log=log)
    client = Client(server, own_place.create_app())
    code = own_place.authorize(client.app, own_place.new_pid())
    answer = assert_success(exchange(client, code))
    secrets = [code, answer["app_auth_token"], answer["app_refresh_token"]]
    server.stop()
    stored = b"".join(path.read_bytes() for path in own_place.data.iterdir())
    for secret in secrets:
        assert secret.encode() not in stored
        assert secret not in log.read_text() and secret not in server.stderr()
    for secret in secrets[1:]:
        assert hashlib.sha256(secret.encode()).digest() in stored
