# SPDX-License-Identifier: Apache-2.0
"""kaquan report. Which change is on which day is tested in tests/unit/store_report_test.c."""

import contextlib
import csv
import io
import sqlite3
import subprocess

import pytest
from support import binary, crowd
from support.client import Client
from support.errors import assert_success
from support.place import RED_PACKET, Place

from command import refused, refused_as_json, run_on_terminal

KEYS = ["template_id", "pid", "day"]
SUMS = ["issued_count", "issued_amount", "used_count", "used_amount", "refunded_count", "refunded_amount",
        "deleted_count", "deleted_amount", "expired_count", "expired_amount"]
NOTHING = {name: 0 if name.endswith("count") else "0.00" for name in SUMS}


def report(place, *words, **flags):
    """A report that has to be refused."""
    return binary.run("report", *words, data=place.data, **flags)


@pytest.fixture
def issued(own_place):
    """Two merchants' templates, with three vouchers and one."""
    user = own_place.create_user()
    own_place.first = own_place.create_template(own_place.new_pid())
    own_place.pid = own_place.new_pid()
    own_place.second = own_place.create_template(own_place.pid, RED_PACKET)
    for key in ("1", "2", "3"):
        own_place.run("voucher", "send", template_id=own_place.first, user_id=user.user_id, out_biz_no=key)
    own_place.run("voucher", "send", template_id=own_place.second, user_id=user.user_id, out_biz_no="1", amount="9.99")
    return own_place


def test_empty_store(own_place):
    made = own_place.json("report")
    assert list(made) == ["as_of", "from", "to", "rows", "total"]
    assert (made["rows"], made["total"]) == ([], NOTHING)
    assert made["as_of"].startswith(made["to"]) and made["from"] < made["to"]
    assert own_place.run("report", format="csv").splitlines() == [
        ",".join(KEYS + SUMS), "total,,,0,0.00,0,0.00,0,0.00,0,0.00,0,0.00"]
    headings, total = own_place.run("report", table=True).splitlines()
    assert headings.split() == ["template_id", "day", "issued", "yuan", "used", "yuan", "refunded", "yuan", "deleted",
                                "yuan", "expired", "yuan"]
    assert total.split() == ["total"] + ["0", "0.00"] * 5


def test_json(issued):
    made = issued.json("report")
    first, second = made["rows"]
    assert list(first) == KEYS + SUMS
    assert first == {**NOTHING, "template_id": issued.first, "pid": first["pid"], "day": made["to"], "issued_count": 3,
                     "issued_amount": "30.00"}
    assert second == {**NOTHING, "template_id": issued.second, "pid": issued.pid, "day": made["to"], "issued_count": 1,
                      "issued_amount": "9.99"}
    assert made["total"] == {**NOTHING, "issued_count": 4, "issued_amount": "39.99"}
    again = issued.json("report", format="json")
    assert (again["rows"], again["total"]) == (made["rows"], made["total"])


def test_csv(issued):
    rows = list(csv.DictReader(io.StringIO(issued.run("report", format="csv"))))
    made = issued.json("report")
    assert [[row[name] for name in KEYS + SUMS] for row in rows[:-1]] == [
        [str(row[name]) for name in KEYS + SUMS] for row in made["rows"]]
    assert rows[-1] == {**{name: str(value) for name, value in made["total"].items()}, "template_id": "total",
                        "pid": "", "day": ""}


def test_table(issued):
    status, written = run_on_terminal(["report"], data=issued.data)
    assert status == 0 and written.startswith("\x1b[1mtemplate_id")
    first, second, total = (line.split() for line in written.partition("\x1b[0m")[2].split("\n")[1:-1])
    assert (first[0], first[2:4]) == (issued.first, ["3", "30.00"])
    assert (second[0], second[2:4]) == (issued.second, ["1", "9.99"])
    assert total[:3] == ["total", "4", "39.99"]


def test_by_template(issued):
    made = issued.json("report", by="template")
    assert [(row["template_id"], row["day"], row["issued_count"]) for row in made["rows"]] == [
        (issued.first, None, 3), (issued.second, None, 1)]
    assert made["total"] == issued.json("report")["total"]


def test_one_template_and_one_merchant(issued):
    one = issued.json("report", template_id=issued.first)
    assert [row["template_id"] for row in one["rows"]] == [issued.first]
    assert one["total"]["issued_count"] == 3
    assert [row["template_id"] for row in issued.json("report", pid=issued.pid)["rows"]] == [issued.second]
    assert issued.json("report", template_id=issued.first, pid=issued.pid)["rows"] == []
    refused(report(issued, template_id="20140601000730010040000000EB"), 1, "there is no template", "template list")


def test_days(issued):
    today = issued.json("report")["to"]
    assert len(issued.json("report", **{"from": today, "to": today})["rows"]) == 2
    before = issued.json("report", to="2020-03-31")
    assert (before["from"], before["to"], before["rows"]) == ("2020-03-02", "2020-03-31", [])
    since = issued.json("report", **{"from": "2020-02-29"})
    assert (since["from"], since["to"], len(since["rows"])) == ("2020-02-29", today, 2)


@pytest.fixture
def sums(tmp_path):
    """A place with more sums than a page of output has, in which nothing else has happened: 700 days of one template."""
    place = Place(tmp_path)
    place.template_id = place.create_template(place.new_pid())
    first_s = 946656000  # 2000-01-01 in Beijing
    with contextlib.closing(sqlite3.connect(place.data / "kaquan.db")) as connection, connection:
        connection.executemany("INSERT INTO template_day VALUES (1, ?, 6, 605, 5, 504, 4, 403, 3, 302)",
                               [(first_s + number * 86400,) for number in range(700)])
        connection.execute("INSERT INTO template_expiry VALUES (1, ?, 2, 201)", (first_s + 86399,))
        connection.execute("INSERT INTO template_expiry VALUES (1, ?, 0, 0)", (first_s - 86400,))
    return place


def test_each_sum_has_its_column(sums):
    made = sums.json("report", to="2000-01-01", **{"from": "1999-12-01"})
    numbers = {"issued_count": 6, "issued_amount": "6.05", "used_count": 5, "used_amount": "5.04", "refunded_count": 4,
               "refunded_amount": "4.03", "deleted_count": 3, "deleted_amount": "3.02", "expired_count": 2,
               "expired_amount": "2.01"}
    row, = made["rows"]
    assert {name: row[name] for name in SUMS} == made["total"] == numbers
    assert row["day"] == "2000-01-01"


def test_more_rows_than_a_page(sums):
    days = {"from": "2000-01-01", "to": "2001-12-31"}
    made = sums.json("report", **days)
    assert len(made["rows"]) == 700 and made["rows"] == sorted(made["rows"], key=lambda row: row["day"])
    assert made["total"]["issued_count"] == 4200 and made["total"]["deleted_amount"] == "2114.00"
    assert len(sums.run("report", format="csv", **days).splitlines()) == 702
    assert len(sums.run("report", "--table", **days).splitlines()) == 702


def test_flags_out_of_form(own_place):
    refused(report(own_place, **{"from": "2026-1-31"}), 2, "--from takes a Beijing day like 2026-01-31", "2026-1-31")
    refused(report(own_place, to="2026-02-29"), 2, "--to takes a Beijing day", "2026-02-29")
    refused(report(own_place, to="2026-01-31 08:00:00"), 2, "--to takes a Beijing day")
    refused(report(own_place, to="2026-01-01", **{"from": "2026-01-02"}), 2, "--from is after --to")
    refused(report(own_place, **{"from": "2999-01-01"}), 2, "--from is after today")
    refused(report(own_place, by="hour"), 2, "--by is day or template, not hour")
    refused(report(own_place, format="xml"), 2, "--format is table, csv or json, not xml")
    refused_as_json(report(own_place, "--json", format="csv"), 2, "USAGE", "--json and --format csv")
    refused_as_json(report(own_place, "--json", to="x"), 2, "USAGE", "--to")


def test_output_that_cannot_be_written(own_place):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(binary.arguments(["report"], {"data": own_place.data, "json": True}),
                              env=binary.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                              timeout=binary.COMMAND_TIMEOUT_S, check=False)
    assert done.returncode == 1 and b'"IO"' in done.stderr


def test_beside_a_server_at_work(server, place, app, user, template_id):
    """Whatever is committed meanwhile: a report is of one moment, and what was acknowledged before is in it."""
    client = Client(server, app)

    def issue_and_look(number):
        assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no=f"beside-{number}"))
        made = place.json("report", template_id=template_id)
        return made["total"]["issued_count"]

    seen = crowd.run_all([lambda number=number: issue_and_look(number) for number in range(8)])
    assert all(1 <= count <= 8 for count in seen) and max(seen) == 8
    place.audit()
