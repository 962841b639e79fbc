# SPDX-License-Identifier: Apache-2.0
"""The parameter timestamp: its form, and how far it may be from now."""

import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.server import Server

SKEW_S = 15 * 60
# Between the making of a timestamp and its check; far more than a call takes.
MARGIN_S = 60


def look(client, template_id, user, timestamp):
    return client.call(protocol.LIST, {"template_id": template_id, "user_id": user.user_id}, timestamp=timestamp)


@pytest.mark.parametrize("away_s", [0, SKEW_S - MARGIN_S, MARGIN_S - SKEW_S])
def test_within_skew(client, any_template, anyone, away_s):
    timestamp = protocol.beijing_text(time.time() + away_s)
    assert_success(look(client, any_template, anyone, timestamp))


@pytest.mark.parametrize("away_s", [SKEW_S + MARGIN_S, -SKEW_S - MARGIN_S, -8 * 3600, 8 * 3600, -86400, 366 * 86400])
def test_beyond_skew(client, any_template, anyone, away_s):
    timestamp = protocol.beijing_text(time.time() + away_s)
    assert_refused(look(client, any_template, anyone, timestamp), "isv.invalid-timestamp")


MALFORMED = ["2026-13-01 00:00:00", "2026-00-01 00:00:00", "2026-02-30 00:00:00", "2026-02-29 00:00:00",
             "2026-01-00 00:00:00", "2026-01-01 24:00:00", "2026-01-01 00:60:00", "2026-01-01 00:00:60",
             "2026-1-1 0:0:0", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z", "2026-01-01 00:00", "2026-01-01",
             "2026/01/01 00:00:00", " 2026-01-01 00:00:00", "2026-01-01 00:00:0a", "２０２６-01-01 00:00:00",
             "1767196800", "now", "-026-01-01 00:00:00", "2026-01-01 00-00-00"]


@pytest.fixture(scope="module")
def server_without_skew_check(place):
    server = Server(place, clock_skew=0)
    yield server
    server.stop()


@pytest.mark.parametrize("timestamp", MALFORMED)
def test_malformed(server_without_skew_check, app, any_template, anyone, timestamp):
    """Asked of a server that takes any time: so it is the form that is refused."""
    client = Client(server_without_skew_check, app)
    assert_refused(look(client, any_template, anyone, timestamp), "isv.invalid-timestamp")


@pytest.mark.parametrize("timestamp", ["2014-07-24 03:07:50", "2024-02-29 23:59:59", "2099-12-31 00:00:00"])
def test_any_time_without_skew_check(server_without_skew_check, app, any_template, anyone, timestamp):
    assert_success(look(Client(server_without_skew_check, app), any_template, anyone, timestamp))


@pytest.mark.parametrize("away_s, accepted", [(3600, True), (-3600, True), (2 * 3600 + MARGIN_S, False),
                                              (-2 * 3600 - MARGIN_S, False)])
def test_skew_is_a_setting(serve, place, app, any_template, anyone, away_s, accepted):
    client = Client(serve(place, clock_skew=2 * 3600), app)
    answer = look(client, any_template, anyone, protocol.beijing_text(time.time() + away_s))
    if accepted:
        assert_success(answer)
    else:
        assert_refused(answer, "isv.invalid-timestamp")


def test_sandbox_clock_does_not_move_it(sandbox):
    """Callers have the wall clock, whatever the business clock shows."""
    template_id = sandbox.place.create_template(sandbox.app.pid)
    user = sandbox.place.create_user()
    sandbox.server.set_clock(30 * 86400)
    assert_success(look(sandbox.client, template_id, user, protocol.beijing_text(time.time())))
