# SPDX-License-Identifier: Apache-2.0
"""SIGKILL between a change and its notification, or between that and its outcome: none is lost, none is made up, and
what is told twice has the same notify_id."""

import json
import random
import time

import pytest

from support import protocol
from support.client import Client
from support.crowd import Load
from support.errors import assert_success
from support.receiver import SUCCESS, Receiver

CALLERS = 8
CALLS = 200
ROUNDS = 4
USES = 3
EXPIRING = 6000
START_S = 1_800_000_000
HOUR = json.dumps({"type": "RELATIVE", "duration": 1, "unit": "HOUR"})
FAILURE = (500, [], b"failure")
SETTLE_TIMEOUT_S = 120


def wait_for(holds):
    give_up = time.monotonic() + SETTLE_TIMEOUT_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def business(fields):
    """What a notification says, without what is of one try."""
    return {name: value for name, value in fields.items() if name not in ("notify_time", "sign")}


class Books:
    """A place with a template that tells a receiver."""

    def __init__(self, place):
        self.place = place
        self.app = place.create_app()
        self.user = place.create_user()
        self.receiver = Receiver(place.public_key)
        self.template_id = place.create_template(self.app.pid, notify_uri=self.receiver.uri, valid_period=HOUR,
                                                 quantity=1000000)

    def rows(self, **filters):
        return self.place.json("notification", "list", **filters)

    def wait_delivered(self):
        wait_for(lambda: not self.rows(state="WAITING"))

    def check(self):
        """What was told is what stands in the store, each once, in order by voucher."""
        rows = self.rows()
        first = {}
        for fields in self.receiver.wait(0):
            assert business(first.setdefault(fields["notify_id"], fields)) == business(fields)
        assert set(first) == {row["notify_id"] for row in rows}
        by_voucher = {}
        for fields in first.values():
            by_voucher.setdefault(fields["voucher_id"], []).append(fields["notify_id"])
        for told in by_voucher.values():
            assert told == sorted(told)
        issued = [row["voucher_id"] for row in rows if row["notify_type"] == "voucher_issue"]
        assert sorted(issued) == sorted(voucher["voucher_id"] for voucher in self.place.vouchers())
        return rows


@pytest.fixture
def books(own_place):
    books = Books(own_place)
    yield books
    books.receiver.close()


def test_killed_under_load(books, serve):
    chance = random.Random()
    for round_number in range(ROUNDS):
        kill_at = chance.randint(1, CALLS - CALLERS)
        print(f"round {round_number}: killed at {kill_at} acknowledged")
        server = serve(books.place)
        client = Client(server, books.app)
        calls = [client.request(protocol.SEND, {"template_id": books.template_id, "user_id": books.user.user_id,
                                                "out_biz_no": f"{round_number}-{number}"}) for number in range(CALLS)]
        load = Load(server.listen, calls, CALLERS, {kill_at: server.process.kill})
        load.run()
        server.kill()
    server = serve(books.place)
    books.wait_delivered()
    books.check()


def test_killed_between_a_change_and_its_delivery(books, serve):
    """Nobody has taken anything when the server dies: all of it is told after the next start, in order."""
    books.receiver.answer = FAILURE
    server = serve(books.place, sandbox=True)
    server.stop_clock(START_S)
    client = Client(server, books.app)
    voucher_id = client.issue(books.template_id, books.user)
    for number in range(USES):
        assert_success(client.call(protocol.USE, {
            "voucher_id": voucher_id, "user_id": books.user.user_id, "out_biz_no": f"use-{number}",
            "need_rule_check": False, "biz_context": json.dumps({"amount": "1.00"})}))
    server.kill()
    books.receiver.answer = SUCCESS
    server = serve(books.place, sandbox=True)
    server.stop_clock(START_S + 240)
    books.wait_delivered()
    rows = books.check()
    assert [row["notify_type"] for row in rows] == ["voucher_issue"] + ["voucher_use"] * USES


def test_killed_before_an_outcome_is_recorded(books, serve):
    """The receiver has taken it, and hears of it again."""
    servers = []

    def kill(_):
        if len(books.receiver.taken) == 0:
            servers[0].process.kill()
        return SUCCESS

    books.receiver.answer = kill
    servers.append(serve(books.place))
    Client(servers[0], books.app).issue(books.template_id, books.user)
    books.receiver.wait(1)
    servers[0].kill()
    row, = books.rows()
    assert (row["state"], row["tries"]) == ("WAITING", 0)
    serve(books.place)
    books.wait_delivered()
    assert len(books.receiver.wait(2)) == 2
    books.check()


def test_killed_while_many_expire(books, serve):
    """Each has one notification, however often the clock job was cut short."""
    lines = [json.dumps({"template_id": books.template_id, "user_id": books.user.user_id, "out_biz_no": str(number)})
             for number in range(EXPIRING)]
    books.place.run("voucher", "import", "--file", "-", stdin="\n".join(lines) + "\n")
    end_s = max(protocol.beijing_time(voucher["expire_time"]) for voucher in books.place.vouchers())
    books.receiver.answer = FAILURE

    def expired():
        return sum(row["notify_type"] == "voucher_expire" for row in books.rows())

    for _ in range(3):
        server = serve(books.place, sandbox=True)
        before = expired()
        server.stop_clock(end_s)
        wait_for(lambda: expired() > before or before == EXPIRING)
        server.kill()
    server = serve(books.place, sandbox=True)
    server.stop_clock(end_s)
    wait_for(lambda: expired() == EXPIRING)
    rows = [row for row in books.rows() if row["notify_type"] == "voucher_expire"]
    assert len({row["voucher_id"] for row in rows}) == EXPIRING
