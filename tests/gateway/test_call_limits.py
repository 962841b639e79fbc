# SPDX-License-Identifier: Apache-2.0
"""How often an application may call (40005): by limits of its own, and by those that the server gives to all.

Limits are one call a second and calls are many, so that some are refused on a machine of any speed: in t seconds at
most t + 1 of them pass, and where nobody has called for a second, at least one."""

import time

import pytest

from support import keys, protocol
from support.client import Client
from support.errors import assert_refused, assert_success

CALLS = 40
APP = "isv.app-call-limited"
METHOD = "isv.method-call-limited"


def outcomes(call):
    """Many calls at once, by how they came out; no more pass than one a second."""
    began = time.monotonic()
    counts = {}
    for _ in range(CALLS):
        answer = call()
        sub_code = answer.fields.get("sub_code", "Success")
        counts[sub_code] = counts.get(sub_code, 0) + 1
        if sub_code in (APP, METHOD):
            assert_refused(answer, sub_code)
    passed = CALLS - counts.get(APP, 0) - counts.get(METHOD, 0)
    assert passed <= time.monotonic() - began + 1, counts
    return set(counts)


class Caller(Client):
    """One application's calls that change nothing."""

    def __init__(self, server, place, anyone):
        super().__init__(server, place.create_app(permission=protocol.WALLET))
        self.place = place
        self.anyone = anyone
        self.template_id = place.create_template(self.app.pid)

    def look(self):
        return self.list(template_id=self.template_id, user_id=self.anyone.user_id)

    def page(self):
        return self.wallet(user_id=self.anyone.user_id)

    def limit(self, per_second, method=None):
        self.place.run("app", "limit", app_id=self.app.app_id, per_second=per_second, method=method)


@pytest.fixture
def caller(server, place, anyone):
    return Caller(server, place, anyone)


def test_without_a_limit_nothing_is_refused(caller):
    for _ in range(CALLS):
        assert_success(caller.look())


def test_an_applications_own_limit(caller):
    """Of all its calls together, from the next call on, and no longer than it is there."""
    assert_success(caller.look())
    caller.limit(1)
    assert outcomes(caller.look) == {"Success", APP}
    assert APP in outcomes(caller.page)
    caller.limit(0)
    for _ in range(CALLS):
        assert_success(caller.look())


def test_a_limit_of_one_method(caller):
    caller.limit(1, protocol.WALLET)
    assert outcomes(caller.page) == {"Success", METHOD}
    for _ in range(CALLS):
        assert_success(caller.look())


def test_one_that_is_limited_takes_nothing_from_another(server, place, anyone, caller):
    caller.limit(1)
    another = Caller(server, place, anyone)
    another.limit(1000)
    assert outcomes(caller.look) == {"Success", APP}
    for _ in range(CALLS):
        assert_success(another.look())


@pytest.mark.parametrize("flag, sub_code", [("app_limit", APP), ("method_limit", METHOD)])
def test_the_servers_limits(serve, own_place, flag, sub_code):
    """They hold for whoever has none of its own."""
    server = serve(own_place, **{flag: 1})
    user = own_place.create_user()
    plain, large = (Caller(server, own_place, user) for _ in range(2))
    large.limit(1000000, None if flag == "app_limit" else protocol.LIST)
    assert outcomes(plain.look) == {"Success", sub_code}
    for _ in range(CALLS):
        assert_success(large.look())


def test_a_server_with_a_method_limit_counts_methods_apart(serve, own_place):
    caller = Caller(serve(own_place, method_limit=1), own_place, own_place.create_user())
    assert outcomes(caller.look) == {"Success", METHOD}
    assert outcomes(caller.page) == {"Success", METHOD}


def test_calls_that_nobody_signed_are_not_counted(caller):
    """Or others could use up what an application may call."""
    caller.limit(1)
    parameters = caller.parameters(protocol.LIST, {"template_id": caller.template_id, "user_id": "2088000000000001"})
    forged = caller.pairs(parameters, signing_key=keys.private_key("other"))
    for _ in range(CALLS):
        assert_refused(caller.send_pairs(forged), "isv.invalid-signature")
    assert_success(caller.look())


def test_calls_that_are_not_permitted_are_not_counted(server, place, anyone):
    caller = Caller(server, place, anyone)
    place.run("app", "permit", app_id=caller.app.app_id, permission=protocol.WALLET, revoke=True)
    caller.limit(1)
    for _ in range(CALLS):
        assert_refused(caller.page(), "isv.insufficient-isv-permissions")
    assert_success(caller.look())


@pytest.mark.parametrize("biz_content, otherwise", [("[]", "isv.illegal-json"), ("{}", "INVALID_PARAMETER")])
def test_the_limit_comes_before_the_content(caller, biz_content, otherwise):
    caller.limit(1)
    assert outcomes(lambda: caller.call(protocol.SEND, biz_content)) == {otherwise, APP}


def test_the_limit_comes_before_decryption(caller):
    caller.limit(1)
    assert outcomes(lambda: caller.call(protocol.LIST, {}, encrypt_type="DES")) == {"isv.invalid-encrypt-type", APP}
