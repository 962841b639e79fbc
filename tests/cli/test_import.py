# SPDX-License-Identifier: Apache-2.0
"""kaquan user import and pass import: many rows, some of them bad."""

import json
import os
import pty
import subprocess
import time

import pytest
from support import binary

from command import Terminal, refused, refused_as_json, run_bytes, summary

USER_CSV = """user_id,login_id,taobao_nick,login_id,state
2088000000000001,13900000001,nick 1,a1@example.com,active
2088000000000002,,,,
2088000000000003,,"quoted ""nick"", 3",,frozen
"""


def import_users(place, data, *words, file="-", **flags):
    return run_bytes("user", "import", *words, data=place.data, file=file, stdin=data, **flags)


def users(place):
    return {entry["user_id"]: (sorted(entry["login_ids"]), entry["taobao_nick"], entry["state"])
            for entry in place.json("user", "list")}


EXPECTED = {
    "2088000000000001": (["13900000001", "a1@example.com"], "nick 1", "active"),
    "2088000000000002": ([], None, "active"),
    "2088000000000003": ([], 'quoted "nick", 3', "frozen"),
}


@pytest.mark.parametrize("data", [
    USER_CSV.encode(),
    USER_CSV.replace("\n", "\r\n").encode(),
    b"\xef\xbb\xbf" + USER_CSV.encode(),
    USER_CSV.rstrip("\n").encode(),
    ("\n\r\n" + USER_CSV.replace("\n", "\n\n")).encode(),
], ids=["LF", "CRLF", "BOM", "no last line end", "blank lines"])
def test_csv(own_place, data):
    done = import_users(own_place, data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 created, 0 unchanged, 0 refused\n", "")
    assert users(own_place) == EXPECTED
    assert summary(import_users(own_place, data, "--json")) == (0, 3, 0, [])


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_json_lines(own_place, end):
    rows = [{"user_id": "2088000000000001", "login_id": ["13900000001", "a1@example.com"], "taobao_nick": "nick 1"},
            {"taobao_nick": None, "user_id": 2088000000000002, "login_id": []},
            {"user_id": "2088000000000003", "taobao_nick": 'quoted "nick", 3', "state": "frozen"}]
    data = b"\xef\xbb\xbf" + "".join(json.dumps(row) + end for row in rows).encode()
    assert summary(import_users(own_place, data, "--json")) == (3, 0, 0, [])
    assert users(own_place) == EXPECTED
    assert summary(import_users(own_place, data, "--json")) == (0, 3, 0, [])


def test_bad_lines_never_stop_the_good_ones(own_place):
    data = b"".join([
        b"user_id,login_id,taobao_nick\r\n",                 # 1
        b"2088000000000001,13900000001,\r\n",
        b"20880000000000,x,\r\n",                            # 3: not 16 digits
        b"2088000000000002,13900000001,\r\n",                # 4: another's login
        b"2088000000000003,y\r\n",                           # 5: a field too few
        b"2088000000000004,,bad \"quote\r\n",                # 6
        b"2088000000000005,,\xd3\xc5\r\n",                   # 7: GBK
        b"2088000000000006,," + b"x" * 70000 + b"\r\n",      # 8: too long
        b",,\r\n",                                           # 9: no id
        b"2088000000000007,,\"never closed\r\n",             # 10
        b"2088000000000008,,\r\n",
    ])
    done = import_users(own_place, data)
    assert (done.returncode, done.stdout) == (1, "2 created, 0 unchanged, 8 refused\n")
    assert [line.partition(": ")[0] for line in done.stderr.splitlines()] == [
        f"line {number}" for number in range(3, 11)]
    again = summary(import_users(own_place, data, "--json"))
    assert again[:3] == (0, 2, 8)
    assert [line for line, _ in again[3]] == list(range(3, 11))
    expected = ["16 digits", "belongs to user 2088000000000001", "2 fields, and the header has 3", "quote",
                "taobao_nick is not UTF-8", "longer than 65536 bytes", "user_id is missing", "quote is opened"]
    for (_, message), part in zip(again[3], expected):
        assert part in message
    assert sorted(users(own_place)) == ["2088000000000001", "2088000000000008"]


def test_bad_json_lines(own_place):
    data = b"\n".join([
        b'{"user_id":"2088000000000001"}',
        b'{"user_id":"2088000000000002"',                    # 2: cut
        b'["2088000000000003"]',
        b'{"userid":"2088000000000004"}',
        b'{"user_id":"2088000000000005","login_id":{"a":1}}',
        b'{"user_id":"2088000000000006","taobao_nick":"\xff"}',
        b'\x00\x01\x02',
        b'{"user_id":"2088000000000007","state":"odd"}',     # 8
        b'{"user_id":"2088000000000008"}',
    ])
    created, unchanged, refused_count, errors = summary(import_users(own_place, data, "--json", format="jsonl"))
    assert (created, unchanged, refused_count) == (2, 0, 7)
    assert errors[0] == (2, "not JSON") and errors[1] == (3, "not a JSON object")
    assert errors[2] == (4, "there is no member userid; did you mean user_id? There are "
                            "user_id, login_id, taobao_nick, state")
    assert [line for line, _ in errors] == list(range(2, 9))


def test_record_of_several_lines(own_place):
    """A pass's text may hold line ends in CSV; the next line's number counts them."""
    own_place.run("user", "create", user_id="2088000000000001")
    data = ('pass_id,user_id,group,data_info\n'
            'p1,2088000000000001,card,"{""a"":1,\n""b"":""x,y""}"\n'
            'p2,2088000000000001,cart,\n'
            'p3,2088000000000001,cert,{}\n')
    done = run_bytes("pass", "import", "--json", data=own_place.data, file="-", stdin=data.encode())
    counts = json.loads(done.stdout)
    assert counts["created"] + counts["refused"] == 3
    assert (4, "group is card, voucher, ticket or cert") in [(error["line"], error["message"])
                                                             for error in counts["errors"]]
    assert "p3" in [entry["pass_id"] for entry in own_place.json("pass", "list", user_id="2088000000000001")]


def test_more_than_a_batch(own_place):
    """Rows of one file see those before them, also across commits."""
    rows = [f"2088{number:012},login-{number}" for number in range(1700)]
    rows[1600] = "2088999999999999,login-3"
    rows[600] = rows[599]
    done = import_users(own_place, ("user_id,login_id\n" + "\n".join(rows)).encode(), "--json")
    assert summary(done) == (1698, 1, 1, [(1602, "a login id belongs to user 2088000000000003")])
    assert len(users(own_place)) == 1698


def test_errors_are_bounded_in_the_summary(own_place):
    data = "user_id\n" + "".join(f"{number}\n" for number in range(1500))
    created, unchanged, refused_count, errors = summary(import_users(own_place, data.encode(), "--json"))
    assert (created, unchanged, refused_count, len(errors)) == (0, 0, 1500, 1000)
    assert len(import_users(own_place, data.encode()).stderr.splitlines()) == 1500


@pytest.mark.parametrize("name, flags", [("users.csv", {}), ("users.CSV", {}), ("users.txt", {}),
                                         ("users.jsonl", {"format": "csv"})])
def test_format_csv(own_place, tmp_path, name, flags):
    (tmp_path / name).write_text(USER_CSV)
    assert summary(import_users(own_place, b"", "--json", file=tmp_path / name, **flags)) == (3, 0, 0, [])


@pytest.mark.parametrize("name, flags", [("users.jsonl", {}), ("users.ndjson", {}), ("users.txt", {}),
                                         ("users.csv", {"format": "jsonl"})])
def test_format_json_lines(own_place, tmp_path, name, flags):
    (tmp_path / name).write_text('\n{"user_id":"2088000000000001"}\n')
    assert summary(import_users(own_place, b"", "--json", file=tmp_path / name, **flags)) == (1, 0, 0, [])


# Where rows come from

ROW = b'{"user_id":"2088000000000001"}\n'


@pytest.mark.parametrize("words, flags, data", [
    (["{file}"], {}, b""), (["--file", "{file}"], {}, b""), (["-"], {}, ROW), (["--file", "-"], {}, ROW), ([], {}, ROW),
    (["-"], {"format": "json"}, ROW), (["--", "{file}"], {}, b"")], ids=["FILE", "--file", "-", "--file -", "none", "json", "--"])
@pytest.mark.parametrize("environment", [{}, {"KAQUAN_FILE": "/nowhere"}], ids=["", "KAQUAN_FILE"])
def test_input(own_place, tmp_path, words, flags, data, environment):
    (tmp_path / "users.jsonl").write_bytes(ROW)
    named = [word.format(file=tmp_path / "users.jsonl") for word in words]
    done = run_bytes("user", "import", "--json", "--data", own_place.data, *flags_of(flags), *named, stdin=data,
                     environment=environment)
    if not words and environment:
        refused_as_json(done, 1, "NOT_FOUND", "/nowhere")
    else:
        assert summary(done) == (1, 0, 0, [])


def flags_of(flags):
    return [word for name, value in flags.items() for word in ("--" + name, value)]


@pytest.mark.parametrize("command", ["user import", "pass import", "pass create"])
def test_no_input_on_a_terminal(own_place, command):
    """Nobody waits for rows that somebody would have to type."""
    master, slave = pty.openpty()
    try:
        done = subprocess.run(binary.arguments(command.split(), {"data": own_place.data}), stdin=slave, capture_output=True,
                              env=binary.ENVIRONMENT, timeout=binary.COMMAND_TIMEOUT_S, text=True, check=False)
    finally:
        os.close(slave)
        os.close(master)
    refused(done, 2, f"`kaquan {command}` needs a FILE, or rows on standard input")


@pytest.mark.parametrize("header", ["User_ID,LOGIN_ID, Taobao_Nick ", "\tUSER_ID ,login_id,\"TAOBAO_NICK\""])
def test_header_in_other_letters(own_place, header):
    data = (header + "\n2088000000000001,13900000001,nick 1\n").encode()
    assert summary(import_users(own_place, data, "--json")) == (1, 0, 0, [])
    assert users(own_place) == {"2088000000000001": (["13900000001"], "nick 1", "active")}


def test_nothing_to_import(own_place):
    assert summary(import_users(own_place, b"", "--json")) == (0, 0, 0, [])
    assert summary(import_users(own_place, b"user_id\n", "--json")) == (0, 0, 0, [])


@pytest.mark.parametrize("header, part", [
    ("user_id,nick", "line 1: there is no column nick; there are user_id, login_id, taobao_nick, state"),
    ("User_ID,USER_ID", "column user_id stands twice"),
    ("login_id", "the header names no column user_id"),
    ("user_id,user_id", "column user_id stands twice"),
    ("2088000000000001,x", "there is no column 2088000000000001"),
    ('user_id,"x', "line 1: a quote is opened"),
    ("user_id," + "x" * 70000, "the header is longer than 65536 bytes"),
])
def test_bad_headers(own_place, header, part):
    refused(import_users(own_place, (header + "\n2088000000000001,a\n").encode()), 1, part)
    assert users(own_place) == {}


def test_refusals(own_place, tmp_path):
    refused(import_users(own_place, b"", file=tmp_path / "missing.csv"), 1, "there is no file", "missing.csv")
    refused(import_users(own_place, b"", file=tmp_path), 1, "cannot be read")
    refused(import_users(own_place, b"", format="xml"), 2, "--format is csv or jsonl", "not xml")
    refused(import_users(own_place, b"", "-"), 2, "give - or --file, not both")
    refused(import_users(own_place, b"", "a", "b", file=None), 2, "b is one too many")
    refused_as_json(import_users(own_place, b"", "--json", file=tmp_path / "missing.csv"), 1, "NOT_FOUND")


def test_refusals_cannot_steer_the_terminal(own_place):
    done = import_users(own_place, b"user_id,login_id\n2088000000000001\x1b[31m,x\n")
    assert "\x1b" not in done.stderr
    done = import_users(own_place, b'{"\x1b[31mred":1}\n{"\\u001b[31mred":1}\n', format="jsonl")
    assert done.returncode == 1 and "\x1b" not in done.stderr


def test_no_progress_off_a_terminal(own_place):
    rows = "user_id\n" + "".join(f"2088{number:012}\n" for number in range(20000))
    assert import_users(own_place, rows.encode()).stderr == ""


def test_progress_on_a_terminal(own_place):
    """Rows come, a batch at a time, until the progress shows; it is wiped before the summary."""
    terminal = Terminal(["user", "import"], stdin=subprocess.PIPE, data=own_place.data, file="-")
    count = 0
    try:
        with terminal.process.stdin as rows:
            rows.write(b"user_id\n")
            give_up = time.monotonic() + binary.COMMAND_TIMEOUT_S
            while " lines, " not in terminal.written:
                assert time.monotonic() < give_up
                rows.write("".join(f"2088{number:012}\n" for number in range(count, count + 500)).encode())
                rows.flush()
                count += 500
                terminal.read(0)
        assert terminal.finish() == 0
    finally:
        terminal.close()
    assert " a second" in terminal.written and " left" not in terminal.written
    assert terminal.written.endswith(f"\r\x1b[K{count} created, 0 unchanged, 0 refused\n")
