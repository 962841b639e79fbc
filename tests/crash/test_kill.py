# SPDX-License-Identifier: Apache-2.0
"""SIGKILL at any moment: what was acknowledged is there exactly once after the next start; what was not is settled by
repeating with the same key."""

import json
import os
import random
import subprocess
from decimal import Decimal

import pytest

from support import binary, protocol
from support.client import Client
from support.crowd import Load
from support.errors import assert_success
from support.place import RED_PACKET

CALLERS = 8
CALLS = 320
ROUNDS = 6
USERS = 5


class Books:
    """A template under load, and all that was ever acknowledged of it: {out_biz_no: answer's bytes}."""

    def __init__(self, place, app):
        self.place = place
        self.app = app
        self.users = [place.create_user() for _ in range(USERS)]
        self.template_id = place.create_template(app.pid, RED_PACKET, total_amount="10000000")
        self.acknowledged = {}

    def calls(self, prefix, count=CALLS):
        return [{"template_id": self.template_id, "user_id": self.users[number % USERS].user_id,
                 "out_biz_no": f"{prefix}-{number}", "amount": f"0.{number % 90 + 10}"} for number in range(count)]

    def run(self, server, calls, at_count=None):
        """How many were answered. One key has one answer, whenever it is asked for."""
        client = Client(server, self.app)
        load = Load(server.listen, [client.request(protocol.SEND, fields) for fields in calls], CALLERS, at_count)
        for index, response in load.run():
            answer = assert_success(client.believe(response))
            key = calls[index]["out_biz_no"]
            assert self.acknowledged.setdefault(key, answer.body) == answer.body, key
        return len(load.acknowledged)

    def check(self, server, may_have=()):
        """Every acknowledged voucher is there once; others only where a call had been on its way."""
        vouchers = self.place.vouchers(template_id=self.template_id)
        by_key = {voucher["out_biz_no"]: voucher for voucher in vouchers}
        assert len(by_key) == len(vouchers)
        assert set(self.acknowledged) <= set(by_key)
        assert set(by_key) <= set(self.acknowledged) | {fields["out_biz_no"] for fields in may_have}
        for key, body in self.acknowledged.items():
            assert by_key[key]["voucher_id"].encode("ascii") in body
        assert len({voucher["voucher_id"] for voucher in vouchers}) == len(vouchers)
        shown = self.place.template(self.template_id)
        assert shown["issued_count"] == len(vouchers)
        assert Decimal(shown["issued_amount"]) == sum((Decimal(voucher["amount"]) for voucher in vouchers), Decimal())
        self.check_lists(Client(server, self.app), vouchers)

    def check_lists(self, client, vouchers):
        """Callers see the same."""
        for user in self.users:
            own = sorted(voucher["voucher_id"] for voucher in vouchers if voucher["user_id"] == user.user_id)
            listed = assert_success(client.list(template_id=self.template_id, user_id=user.user_id))["vouchers"]
            assert sorted(entry["voucher_id"] for entry in listed) == own
            in_wallet = []
            for page_num in range(1, len(own) // 100 + 2):
                in_wallet += client.shown(user, page_num=page_num)
            assert sorted(entry["pass_id"] for entry in in_wallet) == own


@pytest.fixture
def books(own_place):
    return Books(own_place, own_place.create_app(permission=protocol.WALLET))


def test_server_killed_under_load(books, serve):
    chance = random.Random()
    for round_number in range(ROUNDS):
        kill_at = chance.randint(1, CALLS - CALLERS)
        print(f"round {round_number}: killed at {kill_at} acknowledged")
        server = serve(books.place)
        calls = books.calls(f"round {round_number}")
        count = books.run(server, calls, {kill_at: server.process.kill})
        assert kill_at <= count < CALLS
        server.kill()
        next_server = serve(books.place)
        books.check(next_server, may_have=calls)
        assert books.run(next_server, calls) == CALLS
        books.check(next_server)
        next_server.stop()


def test_server_killed_again_while_it_recovers(books, serve):
    """Several times in a row, at its first answer or before any."""
    server = serve(books.place)
    calls = books.calls("first")
    books.run(server, calls, {CALLS // 2: server.process.kill})
    server.kill()
    for number in range(4):
        server = serve(books.place)
        books.run(server, books.calls(f"again {number}", CALLERS), {1: server.process.kill} if number % 2 else
                  {})
        server.kill()
    server = serve(books.place)
    assert books.run(server, calls) == CALLS
    for number in range(4):
        assert books.run(server, books.calls(f"again {number}", CALLERS)) == CALLERS
    books.check(server)


def test_server_killed_with_another_one_running(books, serve):
    """Two servers on one place: the death of one neither stops nor confuses the other."""
    killed, other = serve(books.place), serve(books.place)
    calls = books.calls("shared")
    books.run(killed, calls, {CALLS // 3: killed.process.kill})
    killed.kill()
    assert books.run(other, calls) == CALLS
    books.check(other)


# Imports

IMPORTED = 20000


def import_lines():
    return [json.dumps({"user_id": f"2088{number:012}", "login_id": f"lin{number}@example.com"}) + "\n"
            for number in range(IMPORTED)]


def start_import(place):
    return subprocess.Popen(binary.arguments(["user", "import"], {"data": place.data, "file": "-"}),
                            env=binary.ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_import_killed_and_repeated(own_place, share):
    """Killed when it has been given a share of the lines (a pipe holds only a few of them); then all of them again."""
    lines = import_lines()
    process = start_import(own_place)
    process.stdin.write("".join(lines[:int(IMPORTED * share)]).encode("ascii"))
    process.stdin.flush()
    process.kill()
    process.wait()
    process.stdin.close()
    before = len(own_place.json("user", "list"))
    assert before < IMPORTED
    first = own_place.json("user", "import", "--file", "-", stdin="".join(lines))
    assert len(own_place.json("user", "list")) == IMPORTED
    again = own_place.json("user", "import", "--file", "-", stdin="".join(lines))
    assert (first["created"], first["unchanged"], first["refused"]) == (IMPORTED - before, before, 0)
    assert (again["created"], again["unchanged"], again["refused"]) == (0, IMPORTED, 0)


def test_import_killed_while_a_server_runs(books, serve):
    server = serve(books.place)
    process = start_import(books.place)
    lines = import_lines()
    process.stdin.write("".join(lines[:IMPORTED // 2]).encode("ascii"))
    process.stdin.flush()
    calls = books.calls("beside")
    books.run(server, calls, {CALLS // 4: process.kill})
    process.wait()
    process.stdin.close()
    assert len(books.acknowledged) == CALLS
    books.check(server)


def test_nothing_is_left_to_clean_up(books, serve):
    """The next start needs no hand: no lock, no stale file stands in its way, and the directory stays private."""
    server = serve(books.place)
    books.run(server, books.calls("some"), {10: server.process.kill})
    server.kill()
    serve(books.place).stop()
    public = ("gateway_public_key.pem", "gateway_certificate.pem", "root_certificate.pem")
    for path in books.place.data.iterdir():
        assert os.stat(path).st_mode & 0o077 == 0 or path.name in public, path
