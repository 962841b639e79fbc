# SPDX-License-Identifier: Apache-2.0
"""kaquan audit. What each check finds is tested in tests/unit/store_sqlite_audit_test.c."""

import contextlib
import json
import shutil
import sqlite3

import pytest
from support import binary, crowd
from support.client import Client
from support.errors import assert_success
from support.place import Place

from command import refused, refused_as_json, run_on_terminal

FINDING = ["clean", "check", "text", "template_id", "voucher_id", "user_id", "time", "item", "stated", "counted"]


def audit(place, *words, **flags):
    return binary.run("audit", *words, data=place.data, **flags)


@pytest.fixture
def damaged(tmp_path):
    """A place with one voucher, whose template says two."""
    place = Place(tmp_path)
    user = place.create_user()
    place.template_id = place.create_template(place.new_pid())
    place.run("voucher", "send", template_id=place.template_id, user_id=user.user_id, out_biz_no="1")
    assert place.audit() == {"clean": True, "checks": 23, "vouchers": 1, "events": 0}
    with contextlib.closing(sqlite3.connect(place.data / "kaquan.db")) as connection, connection:
        connection.execute("UPDATE template SET issued_count = 2")
    return place


def test_empty_store(own_place):
    assert own_place.run("audit", table=True) == "clean: 23 checks, 0 vouchers, 0 events\n"
    assert own_place.run("audit", table=True, deep=True) == "clean: 24 checks, 0 vouchers, 0 events\n"
    assert own_place.json("audit", deep=True) == {"clean": True, "checks": 24, "vouchers": 0, "events": 0}


def test_disagreement(damaged):
    done = audit(damaged, "--table")
    assert (done.returncode, done.stderr) == (1, "")
    shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines() if " " in line)
    assert shown["check"] == "counters" and shown["item"] == "issued_count"
    assert (shown["stated"], shown["counted"], shown["template_id"]) == ("2", "1", damaged.template_id)


def test_disagreement_as_json(damaged):
    done = audit(damaged, "--json")
    assert (done.returncode, done.stderr) == (1, "")
    made = json.loads(done.stdout)
    assert list(made) == FINDING
    assert made == {"clean": False, "check": "counters", "text": made["text"], "template_id": damaged.template_id,
                    "voucher_id": None, "user_id": None, "time": None, "item": "issued_count", "stated": 2,
                    "counted": 1}


def test_nothing_but_the_result_on_a_terminal(own_place):
    """Whatever takes less than a moment shows no progress."""
    assert run_on_terminal(["audit"], data=own_place.data) == (0, "clean: 23 checks, 0 vouchers, 0 events\n")


def test_refusals(own_place, tmp_path):
    refused(audit(own_place, "--depp"), 2, "did you mean --deep?")
    refused(audit(own_place, "now"), 2, "takes only flags")
    refused_as_json(binary.run("audit", "--json", data=tmp_path / "nowhere"), 1, "NOT_FOUND", "kaquan init")


def test_damaged_file(own_place, tmp_path):
    """A page that is none is an error of the store, with exit status 1, whether the audit looks deep or not."""
    copy = tmp_path / "copy"
    shutil.copytree(own_place.data, copy)
    with open(copy / "kaquan.db", "r+b") as file:
        size = file.seek(0, 2)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    for words in ([], ["--deep"]):
        refused_as_json(binary.run("audit", "--json", *words, data=copy), 1, "STORE")


def test_beside_a_server_at_work(server, place, app, user, template_id):
    client = Client(server, app)

    def issue(number):
        return assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no=f"audit-{number}"))

    crowd.run_all([lambda number=number: issue(number) for number in range(20)] + [place.audit] * 4)
    assert place.audit()["vouchers"] >= 20
