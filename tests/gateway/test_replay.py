# SPDX-License-Identifier: Apache-2.0
"""The same bytes again. What the gateway remembers of them saves it work, and never a check: on one connection, so
that the worker is the one that has answered before."""

import time

import pytest

from support import keys, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import RED_PACKET


class Replay:
    """A request of an application of its own that has succeeded, to be sent again."""

    def __init__(self, server, place, method, fields, **flags):
        self.client = Client(server, place.create_app(**flags))
        template_id = place.create_template(self.client.app.pid)
        self.name = protocol.response_name(method)
        self.request = self.client.request(method, {"template_id": template_id, **fields})
        self.connection = server.connect()
        self.first = assert_success(self.again())
        assert self.again().body == self.first.body

    def again(self):
        return self.client.believe(self.connection.exchange(self.request), name=self.name)


@pytest.fixture
def replay(server, place, user):
    replay = Replay(server, place, protocol.SEND, {"user_id": user.user_id, "out_biz_no": "1"})
    yield replay
    replay.connection.close()


def test_replay_after_the_application_was_disabled(place, replay):
    place.run("app", "disable", app_id=replay.client.app.app_id)
    assert_refused(replay.again(), "isv.insufficient-isv-permissions")
    place.run("app", "enable", app_id=replay.client.app.app_id)
    assert replay.again().body == replay.first.body


def test_replay_after_the_key_was_changed(place, replay):
    place.run("app", "rotate-key", app_id=replay.client.app.app_id, public_key=place.key_file(keys.private_key("new")))
    assert_refused(replay.again(), "isv.invalid-signature")


def test_replay_after_the_permission_was_taken(server, place, user):
    fields = {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT", "page_size": 10,
              "page_num": 1}
    replay = Replay(server, place, protocol.WALLET, fields, permission=protocol.WALLET)
    place.run("app", "permit", app_id=replay.client.app.app_id, permission=protocol.WALLET, revoke=True)
    assert_refused(replay.again(), "isv.insufficient-isv-permissions")
    replay.connection.close()


def test_replay_that_has_become_too_old(serve, place, user):
    server = serve(place, clock_skew=1)
    replay = Replay(server, place, protocol.SEND, {"user_id": user.user_id, "out_biz_no": "1"})
    give_up = time.monotonic() + 60
    answer = replay.again()
    while answer["code"] == "10000" and time.monotonic() < give_up:  # It becomes so within two seconds.
        answer = replay.again()
    assert_refused(answer, "isv.invalid-timestamp")
    replay.connection.close()


def test_replays_are_calls_that_a_limit_counts(place, replay):
    place.run("app", "limit", app_id=replay.client.app.app_id, per_second=1)
    answers = [replay.again() for _ in range(20)]
    refused = [answer for answer in answers if answer["code"] != "10000"]
    assert refused
    for answer in refused:
        assert_refused(answer, "isv.app-call-limited")


def test_replay_after_the_template_was_deleted(place, client, user, template_id):
    """The first success is for ever."""
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    first = assert_success(client.send(**fields))
    place.run("template", "delete", template_id=template_id)
    place.run("user", "freeze", user_id=user.user_id)
    for _ in range(4):
        assert client.send(**fields).body == first.body


@pytest.mark.parametrize("changes", [{"memo": "优酷3个月兑换券"}, {"amount": "9.98"}, {"login_id": "13888888888"}],
                         ids=str)
@pytest.mark.parametrize("charset", ["utf-8", "GBK"])
def test_same_business_that_says_something_else(server, place, app, client, user, changes, charset):
    template_id = place.create_template(app.pid, kind=RED_PACKET)
    fields = {"template_id": template_id, "out_biz_no": "1", "amount": "9.99"}
    first = assert_success(client.send(user_id=user.user_id, **fields))
    recipient = {} if "login_id" in changes else {"user_id": user.user_id}
    repeated = Client(server, app, charset=charset)
    for _ in range(4):
        assert repeated.send(**recipient, **{**fields, **changes}).raw == first.raw
    assert len(place.vouchers(template_id=template_id)) == 1


def test_another_merchant_does_not_get_the_answer(server, place, client, user, template_id):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_success(client.send(**fields))
    stranger = Client(server, place.create_app())
    for _ in range(4):
        assert_refused(stranger.send(**fields), "TEMPLATE_NOT_EXIST")


def test_another_application_of_the_merchant_does(server, place, app, client, user, template_id):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    first = assert_success(client.send(**fields))
    sister = Client(server, place.create_app(pid=app.pid))
    for _ in range(4):
        assert sister.send(**fields).body == first.body


@pytest.mark.parametrize("size_bytes", [0, 1, 4096])
def test_with_little_or_no_memory_everything_is_the_same(serve, place, user, size_bytes):
    server = serve(place, signature_cache_bytes=size_bytes)
    replay = Replay(server, place, protocol.SEND, {"user_id": user.user_id, "out_biz_no": "1"})
    for _ in range(5):
        assert replay.again().body == replay.first.body
    replay.connection.close()
