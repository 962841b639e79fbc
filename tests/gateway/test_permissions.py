# SPDX-License-Identifier: Apache-2.0
"""Permissions of applications, and merchants' grants (app_auth_token)."""

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success

WALLET_FIELDS = {"group_type": "voucher", "time_status": "CURRENT", "page_size": 10, "page_num": 1}


@pytest.fixture
def merchant_pid(place):
    return place.new_pid()


@pytest.fixture
def merchant_template(place, merchant_pid):
    return place.create_template(merchant_pid)


@pytest.fixture
def agent(server, place):
    """A client of another merchant's application."""
    return Client(server, place.create_app())


def look(client, template_id, user, **changes):
    return client.call(protocol.LIST, {"template_id": template_id, "user_id": user.user_id}, **changes)


def test_marketing_methods_need_no_permission(agent, place, user):
    template_id = place.create_template(agent.app.pid)
    assert_success(agent.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"))
    assert_success(look(agent, template_id, user))


def test_wallet_needs_a_permission(agent, user):
    assert_refused(agent.wallet(user_id=user.user_id), "isv.insufficient-isv-permissions")


def test_wallet_with_permission(client, user):
    assert_success(client.wallet(user_id=user.user_id))


def test_refusal_comes_before_fields(agent):
    assert_refused(agent.call(protocol.WALLET, "no json"), "isv.insufficient-isv-permissions")


def test_other_merchants_template_without_grant(agent, merchant_template, user):
    answer = agent.send(template_id=merchant_template, user_id=user.user_id, out_biz_no="1")
    assert_refused(answer, "TEMPLATE_NOT_EXIST")
    assert_refused(look(agent, merchant_template, user), "PERMISSION_DENIED")


def test_grant_acts_for_the_merchant(agent, place, merchant_pid, merchant_template, user):
    token = place.grant(agent.app, merchant_pid)
    answer = agent.call(protocol.SEND, {"template_id": merchant_template, "user_id": user.user_id, "out_biz_no": "1"},
                        app_auth_token=token)
    voucher_id = assert_success(answer)["voucher_id"]
    listed = assert_success(look(agent, merchant_template, user, app_auth_token=token))["vouchers"]
    assert [voucher["voucher_id"] for voucher in listed] == [voucher_id]


def test_grant_does_not_act_for_the_application_itself(agent, place, merchant_pid, user):
    token = place.grant(agent.app, merchant_pid)
    own_template = place.create_template(agent.app.pid)
    answer = agent.call(protocol.SEND, {"template_id": own_template, "user_id": user.user_id, "out_biz_no": "1"},
                        app_auth_token=token)
    assert_refused(answer, "TEMPLATE_NOT_EXIST")


def test_token_has_at_most_40_characters(agent, place, merchant_pid):
    assert 0 < len(place.grant(agent.app, merchant_pid)) <= 40


def test_tokens_differ(agent, place, merchant_pid):
    assert place.grant(agent.app, merchant_pid) != place.grant(agent.app, merchant_pid)


@pytest.mark.parametrize("token", ["x", "201509BBeff9351ad1874306903e96b91d248A36", "令牌", "' OR 1=1 --"])
def test_unknown_token(agent, merchant_template, user, token):
    assert_refused(look(agent, merchant_template, user, app_auth_token=token), "aop.invalid-app-auth-token")


def test_token_of_another_application(agent, place, merchant_pid, merchant_template, user):
    token = place.grant(place.create_app(), merchant_pid)
    answer = look(agent, merchant_template, user, app_auth_token=token)
    assert_refused(answer, "aop.invalid-app-auth-token")


def test_changed_token(agent, place, merchant_pid, merchant_template, user):
    token = place.grant(agent.app, merchant_pid)
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert_refused(look(agent, merchant_template, user, app_auth_token=changed), "aop.invalid-app-auth-token")


def test_method_that_the_grant_does_not_cover(agent, place, merchant_pid, merchant_template, user):
    token = place.grant(agent.app, merchant_pid, permission=protocol.LIST)
    assert_success(look(agent, merchant_template, user, app_auth_token=token))
    answer = agent.call(protocol.SEND, {"template_id": merchant_template, "user_id": user.user_id, "out_biz_no": "1"},
                        app_auth_token=token)
    assert_refused(answer, "aop.invalid-app-auth-token-no-api")


def test_grant_for_several_methods(agent, place, merchant_pid, merchant_template, user):
    token = place.grant(agent.app, merchant_pid, permission=[protocol.LIST, protocol.SEND])
    assert_success(look(agent, merchant_template, user, app_auth_token=token))
    answer = agent.call(protocol.SEND, {"template_id": merchant_template, "user_id": user.user_id, "out_biz_no": "1"},
                        app_auth_token=token)
    assert_success(answer)


def test_grant_does_not_widen_what_the_application_may(agent, place, merchant_pid, user):
    token = place.grant(agent.app, merchant_pid)
    answer = agent.call(protocol.WALLET, {"user_id": user.user_id, **WALLET_FIELDS}, app_auth_token=token)
    assert_refused(answer, "isv.insufficient-isv-permissions")


def test_expired_token(sandbox):
    pid = sandbox.place.new_pid()
    template_id = sandbox.place.create_template(pid)
    user = sandbox.place.create_user()
    agent = Client(sandbox.server, sandbox.place.create_app())
    token = sandbox.place.grant(agent.app, pid, expires_in=3600)
    sandbox.server.set_clock(3600 - 60)
    assert_success(look(agent, template_id, user, app_auth_token=token))
    sandbox.server.set_clock(3600 + 60)
    assert_refused(look(agent, template_id, user, app_auth_token=token), "aop.app-auth-token-time-out")


def test_token_without_expiry(sandbox):
    pid = sandbox.place.new_pid()
    template_id = sandbox.place.create_template(pid)
    agent = Client(sandbox.server, sandbox.place.create_app())
    token = sandbox.place.grant(agent.app, pid)
    sandbox.server.set_clock(20 * 366 * 86400)
    assert_success(look(agent, template_id, sandbox.place.create_user(), app_auth_token=token))
