# SPDX-License-Identifier: Apache-2.0
"""kaquan voucher import: many vouchers, some of them refused, none twice, whatever happens in between."""

import json
import subprocess
import threading
import time

import pytest
from support import binary, protocol
from support.client import Client
from support.crowd import Load
from support.place import EXCHANGE, FIX, RED_PACKET

from command import Terminal, refused, run_bytes, summary

CHUNK_ROWS = 1024  # of one operation
RING_ROWS = 64 * CHUNK_ROWS  # that are on their way at most
UNKNOWN_TEMPLATE_ID = "20140601000730010040000000EB"
UNKNOWN_USER_ID = "2088999999999999"
PID = "2088102015433735"


def user_id(number):
    return f"2088{number:012}"


@pytest.fixture
def template_id(own_place):
    """Of a place where a few users are."""
    own_place.run("user", "import", stdin="user_id,login_id,taobao_nick\n" + "".join(
        f"{user_id(number)},1390000000{number},nick {number}\n" for number in range(10)))
    return own_place.create_template(PID, quantity=1_000_000)


def import_vouchers(place, data, *words, file="-", **flags):
    return run_bytes("voucher", "import", *words, data=place.data, file=file,
                     stdin=data if isinstance(data, bytes) else data.encode(), **flags)


def imported(place, data, **flags):
    return summary(import_vouchers(place, data, "--json", **flags))


def rows_of(template_id, count, first=0):
    return "".join(f"{template_id},{user_id(number % 10)},order-{number}\n" for number in range(first, first + count))


def csv_of(template_id, count):
    return "template_id,user_id,out_biz_no\n" + rows_of(template_id, count)


def vouchers(place, template_id):
    """{out_biz_no: user_id} of all there are, and each is there once."""
    stored = place.vouchers(template_id=template_id)
    by_key = {entry["out_biz_no"]: entry["user_id"] for entry in stored}
    assert len(by_key) == len(stored) == place.template(template_id)["issued_count"]
    return by_key


CSV = """template_id,user_id,login_id,taobao_nick,out_biz_no,memo
{0},2088000000000001,,,order-1,
{0},,13900000002,,order-2,"a ""quoted"" remark, 优酷"
{0},,,nick 3,order-3,
"""


@pytest.mark.parametrize("change", [
    lambda data: data,
    lambda data: data.replace(b"\n", b"\r\n"),
    lambda data: b"\xef\xbb\xbf" + data,
    lambda data: data.rstrip(b"\n"),
    lambda data: b"\n\r\n" + data.replace(b"\n", b"\n\n"),
], ids=["LF", "CRLF", "BOM", "no last line end", "blank lines"])
def test_csv(own_place, template_id, change):
    data = change(CSV.format(template_id).encode())
    done = import_vouchers(own_place, data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3 created, 0 unchanged, 0 refused\n", "")
    assert vouchers(own_place, template_id) == {f"order-{number}": user_id(number) for number in (1, 2, 3)}
    assert [entry["memo"] for entry in own_place.vouchers(template_id=template_id)] == [
        None, 'a "quoted" remark, 优酷', None]
    done = import_vouchers(own_place, data)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0 created, 3 unchanged, 0 refused\n", "")
    assert len(vouchers(own_place, template_id)) == 3


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_json_lines(own_place, template_id, end):
    rows = [{"template_id": template_id, "user_id": 2088000000000001, "out_biz_no": "order-1", "memo": None},
            {"out_biz_no": "order-2", "login_id": "13900000002", "template_id": template_id},
            {"template_id": template_id, "taobao_nick": "nick 3", "out_biz_no": "优惠-3"}]
    data = "".join(json.dumps(row) + end for row in rows)
    assert imported(own_place, data) == (3, 0, 0, [])
    assert vouchers(own_place, template_id) == {"order-1": user_id(1), "order-2": user_id(2), "优惠-3": user_id(3)}
    assert imported(own_place, data, format="jsonl") == (0, 3, 0, [])


def test_template_for_all(own_place, template_id):
    """A row's own goes first."""
    other = own_place.create_template(PID)
    data = f"user_id,out_biz_no,template_id\n2088000000000001,a,\n2088000000000001,b,{other}\n"
    assert imported(own_place, data, template_id=template_id) == (2, 0, 0, [])
    assert (list(vouchers(own_place, template_id)), list(vouchers(own_place, other))) == (["a"], ["b"])
    assert imported(own_place, "user_id,out_biz_no\n2088000000000001,c\n", template_id=other) == (1, 0, 0, [])


def test_templates_of_several_merchants(own_place, template_id):
    """Each row is issued for its template's merchant."""
    templates = [own_place.create_template(own_place.new_pid()) for _ in range(3)]
    data = "template_id,user_id,out_biz_no\n" + "".join(
        f"{templates[number % 3]},2088000000000001,{number}\n" for number in range(30))
    assert imported(own_place, data) == (30, 0, 0, [])
    assert [len(vouchers(own_place, each)) for each in templates] == [10, 10, 10]


def test_amounts(own_place, template_id):
    red, exchange = own_place.create_template(PID, RED_PACKET), own_place.create_template(PID, EXCHANGE)
    data = "".join(["template_id,user_id,out_biz_no,amount\n",
                    f"{red},2088000000000001,1,8.88\n", f"{red},2088000000000001,2,0.01\n",
                    f"{red},2088000000000001,3,\n", f"{red},2088000000000001,4,8.888\n",
                    f"{red},2088000000000001,5,0\n", f"{red},2088000000000001,6,1000\n",
                    f"{template_id},2088000000000001,7,1\n", f"{exchange},2088000000000001,8,\n"])
    created, unchanged, refused_count, errors = imported(own_place, data)
    assert (created, unchanged, refused_count) == (3, 0, 5)
    assert [line for line, _ in errors] == [4, 5, 6, 7, 8]
    for (_, message), part in zip(errors, ["发放红包时amount不能为空", "amount is not yuan", "invalid parameter: amount",
                                           "stock or budget is used up", "invalid parameter: amount只能在发放红包时填写"]):
        assert part in message
    assert [entry["amount"] for entry in own_place.vouchers(template_id=red)] == ["8.88", "0.01"]


def test_the_first_recipient_counts(own_place, template_id):
    """As in voucher.send."""
    data = (f"template_id,user_id,login_id,taobao_nick,out_biz_no\n"
            f"{template_id},2088000000000001,13900000002,nick 3,a\n{template_id},,13900000002,nick 3,b\n")
    assert imported(own_place, data) == (2, 0, 0, [])
    assert vouchers(own_place, template_id) == {"a": user_id(1), "b": user_id(2)}


# Bad lines

def test_bad_lines_never_stop_the_good_ones(own_place, template_id):
    own_place.run("user", "freeze", user_id=user_id(9))
    draft = own_place.create_template(PID, draft=True)
    over = own_place.create_template(PID, publish_end="2021-01-01 00:00:00")
    one = own_place.create_template(PID, limit_per_user=1)
    good = f"{template_id},2088000000000001"
    lines = [
        (b"template_id,user_id,out_biz_no,memo", None),
        (f"{good},1,".encode(), None),
        (f"{UNKNOWN_TEMPLATE_ID},2088000000000001,1,".encode(), "no such template"),
        (b"x" * 100 + b",2088000000000001,1,", "no such template"),
        (f"{template_id},{UNKNOWN_USER_ID},1a,".encode(), "no such user"),
        (f"{template_id},2088000000000009,1b,".encode(), "the user is frozen"),
        (f"{draft},2088000000000001,1,".encode(), "the template is not effective"),
        (f"{over},2088000000000001,1,".encode(), "the template has expired"),
        (f"{one},2088000000000001,1,".encode(), None),
        (f"{one},2088000000000001,2,".encode(), "as many vouchers of this template as allowed"),
        (b",2088000000000001,1,", "template_id is missing"),
        (f"{template_id},,1,".encode(), "user_id, login_id and taobao_nick are missing"),
        (f"{good},,".encode(), "out_biz_no is missing"),
        (f"{good},".encode() + b"k" * 65 + b",", "out_biz_no is longer than 64 characters"),
        (f"{good},1c,{'券' * 129}".encode(), "memo is longer than 128 characters"),
        (f"{good},1d".encode(), "3 fields, and the header has 4"),
        (f"{good},1e,bad \"quote".encode(), "quote"),
        (f"{good},1f,\xd3\xc5".encode("latin-1"), "memo is not UTF-8"),
        (f"{good},1g,".encode() + b"x" * 70000, "longer than 65536 bytes"),
        (f"{good},{'券' * 64},{'券' * 128}".encode(), None),
        (f"{good},1,".encode(), None),  # the first one's key again
        (f"{good},last,\"never closed".encode(), "quote is opened"),
    ]
    data = b"\n".join(line for line, _ in lines)
    expected = [(number, part) for number, (_, part) in enumerate(lines, 1) if part is not None]
    done = import_vouchers(own_place, data)
    assert (done.returncode, done.stdout) == (1, f"3 created, 1 unchanged, {len(expected)} refused\n")
    told = [line.partition(": ") for line in done.stderr.splitlines()]
    assert [place for place, _, _ in told] == [f"line {number}" for number, _ in expected]
    for (_, _, message), (_, part) in zip(told, expected):
        assert part in message
    again = imported(own_place, data)
    assert again[:3] == (0, 4, len(expected))
    assert [line for line, _ in again[3]] == [number for number, _ in expected]
    assert set(vouchers(own_place, template_id)) == {"1", "券" * 64}


def test_bad_json_lines(own_place, template_id):
    good = {"template_id": template_id, "user_id": user_id(1)}
    lines = [json.dumps({**good, "out_biz_no": "1"}), '{"template_id":', "[]", json.dumps({**good, "outbizno": "2"}),
             json.dumps({**good, "out_biz_no": ["3"]}), json.dumps({**good, "out_biz_no": "4", "amount": 1e3}),
             json.dumps({**good, "out_biz_no": "5"})]
    created, unchanged, refused_count, errors = imported(own_place, "\n".join(lines), format="jsonl")
    assert (created, unchanged, refused_count) == (2, 0, 5)
    assert [line for line, _ in errors] == [2, 3, 4, 5, 6]
    assert "did you mean out_biz_no?" in errors[2][1]


def test_stock_is_never_exceeded(own_place, template_id):
    """Within a commit and over several; what was issued stays so when the file comes again."""
    small = own_place.create_template(PID, quantity=RING_ROWS + 10)
    data = csv_of(small, RING_ROWS + 1000)
    created, unchanged, refused_count, errors = imported(own_place, data)
    assert (created, unchanged, refused_count) == (RING_ROWS + 10, 0, 990)
    assert errors[0] == (RING_ROWS + 12, "the template's stock or budget is used up")
    assert len(vouchers(own_place, small)) == RING_ROWS + 10
    assert imported(own_place, data)[:3] == (0, RING_ROWS + 10, 990)


def test_keys_that_stand_twice(own_place, template_id):
    """In one commit, and in another one: the first row's voucher it is."""
    data = (csv_of(template_id, CHUNK_ROWS) + f"{template_id},2088000000000007,order-0\n" + rows_of(template_id, 10)
            + f"{template_id},{UNKNOWN_USER_ID},order-1\n" + f"{template_id},2088000000000001,new\n" * 2)
    assert imported(own_place, data) == (CHUNK_ROWS + 1, 13, 0, [])
    assert vouchers(own_place, template_id)["order-0"] == user_id(0)


def test_same_key_of_another_template(own_place, template_id):
    other = own_place.create_template(PID)
    data = "template_id,user_id,out_biz_no\n" + rows_of(template_id, 5) + rows_of(other, 5)
    assert imported(own_place, data) == (10, 0, 0, [])


def test_keys_of_send_are_the_same(own_place, template_id):
    own_place.run("voucher", "send", template_id=template_id, user_id=user_id(1), out_biz_no="order-3")
    assert imported(own_place, csv_of(template_id, 5)) == (4, 1, 0, [])
    assert vouchers(own_place, template_id)["order-3"] == user_id(1)


@pytest.mark.parametrize("count", [1, CHUNK_ROWS - 1, CHUNK_ROWS, CHUNK_ROWS + 1, 2 * CHUNK_ROWS, 2 * CHUNK_ROWS + 1,
                                   RING_ROWS, 2 * RING_ROWS + 1])
def test_any_number_of_rows(own_place, template_id, count):
    assert imported(own_place, csv_of(template_id, count)) == (count, 0, 0, [])
    assert len(vouchers(own_place, template_id)) == count


def test_long_rows(own_place, template_id):
    """A chunk of them is cut where it has taken enough memory."""
    names = "template_id,user_id,out_biz_no,login_id\n"
    rows = "".join(f"{template_id},{user_id(1)},{number},{'x' * 60000}\n" for number in range(300))
    assert imported(own_place, names + rows) == (300, 0, 0, [])


def test_nothing_to_import(own_place, template_id):
    for data in (b"", b"\n\n", b"\xef\xbb\xbf", b"user_id,out_biz_no\n", b"user_id,out_biz_no"):
        assert imported(own_place, data) == (0, 0, 0, [])
    assert imported(own_place, b"", format="jsonl") == (0, 0, 0, [])


@pytest.mark.parametrize("header, part", [
    ("template_id,user_id,out_biz_nr", "line 1: there is no column out_biz_nr; did you mean out_biz_no?"),
    ("template_id,user_id", "the header names no column out_biz_no"),
    ("out_biz_no,user_id,User_ID", "column user_id stands twice"),
])
def test_bad_headers(own_place, template_id, header, part):
    refused(import_vouchers(own_place, header + "\n" + template_id), 1, part)


def test_refusals(own_place, tmp_path):
    refused(import_vouchers(own_place, b"", file=tmp_path / "missing.csv"), 1, "there is no file", "missing.csv")
    refused(import_vouchers(own_place, b"", file=tmp_path), 1, "cannot be read")
    refused(import_vouchers(own_place, b"", format="xml"), 2, "--format is csv or jsonl")
    refused(run_bytes("voucher", "import", "-", data=tmp_path / "nowhere"), 1, "there is no directory")
    refused(import_vouchers(own_place, b"", "a", "b", file=None), 2, "b is one too many")


@pytest.mark.parametrize("words, name", [(["{file}"], "vouchers.csv"), (["--file", "{file}"], "vouchers"), (["-"], None),
                                         ([], None)], ids=["FILE", "--file", "-", "none"])
def test_input(own_place, template_id, tmp_path, words, name):
    data = csv_of(template_id, 3).encode()
    if name:
        (tmp_path / name).write_bytes(data)
    named = [word.format(file=tmp_path / str(name)) for word in words]
    done = run_bytes("voucher", "import", "--json", "--data", own_place.data, *named, stdin=b"" if name else data)
    assert summary(done) == (3, 0, 0, [])


def test_progress_on_a_terminal(own_place, template_id):
    """Rows come until the progress shows; it is wiped before the summary."""
    terminal = Terminal(["voucher", "import"], stdin=subprocess.PIPE, data=own_place.data, file="-")
    count = 0
    try:
        with terminal.process.stdin as rows:
            rows.write(b"template_id,user_id,out_biz_no\n")
            give_up = time.monotonic() + binary.COMMAND_TIMEOUT_S
            while " lines, " not in terminal.written:
                assert time.monotonic() < give_up
                rows.write(rows_of(template_id, 1000, count).encode())
                rows.flush()
                count += 1000
                terminal.read(0)
        assert terminal.finish() == 0
    finally:
        terminal.close()
    assert " a second" in terminal.written
    assert terminal.written.endswith(f"\r\x1b[K{count} created, 0 unchanged, 0 refused\n")


# Cut off

def start(place, stdin, **flags):
    return subprocess.Popen(binary.arguments(["voucher", "import"], {"data": place.data, "json": True, **flags}),
                            env=binary.ENVIRONMENT, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def wait_for_more(place, template_id, before, process):
    """Until more is issued than before, or the import is over."""
    give_up = time.monotonic() + binary.COMMAND_TIMEOUT_S
    while process.poll() is None and place.template(template_id)["issued_count"] == before:
        assert time.monotonic() < give_up


def end(process):
    """SIGKILL: its exit status, and its summary where it was over by then."""
    process.kill()
    output, _ = process.communicate(timeout=binary.COMMAND_TIMEOUT_S)
    return process.returncode, output


@pytest.mark.parametrize("rows", [CHUNK_ROWS, 2 * CHUNK_ROWS + 100])
def test_killed_while_it_waits_for_rows(own_place, template_id, rows):
    """Whatever was committed stays, once, and the same file goes on from there."""
    process = start(own_place, subprocess.PIPE, file="-")
    process.stdin.write(csv_of(template_id, rows).encode())
    process.stdin.flush()
    wait_for_more(own_place, template_id, 0, process)
    end(process)
    there = vouchers(own_place, template_id)
    assert len(there) % CHUNK_ROWS == 0 and CHUNK_ROWS <= len(there) <= rows
    assert there == {f"order-{number}": user_id(number % 10) for number in range(len(there))}
    total = 3 * CHUNK_ROWS
    assert imported(own_place, csv_of(template_id, total)) == (total - len(there), len(there), 0, [])
    assert len(vouchers(own_place, template_id)) == total


def test_killed_again_and_again(own_place, template_id, tmp_path):
    """Each run comes further than the one before, and in the end everything is there once."""
    total = 2 * RING_ROWS
    path = tmp_path / "vouchers.csv"
    path.write_text(csv_of(template_id, total))
    output = b""
    issued = 0
    while not output:
        process = start(own_place, subprocess.DEVNULL, file=path)
        wait_for_more(own_place, template_id, issued, process)
        status, output = end(process)
        before, issued = issued, own_place.template(template_id)["issued_count"]
        assert issued > before or (status, issued) == (0, total)
    assert sum(json.loads(output)[name] for name in ("created", "unchanged")) == total
    assert vouchers(own_place, template_id) == {f"order-{number}": user_id(number % 10) for number in range(total)}


# Beside others

def test_beside_a_server(own_place, serve, template_id, tmp_path):
    """Sends of new keys and of the file's go on while it is imported, and the stock is shared to the last one."""
    rows, sends, stock = RING_ROWS, 400, RING_ROWS * 3 // 4
    app = own_place.create_app(PID)
    scarce = own_place.create_template(PID, FIX, quantity=stock)
    client = Client(serve(own_place), app)
    keys = [f"send-{number}" if number % 2 else f"order-{number * 100}" for number in range(sends)]
    requests = [client.request(protocol.SEND, {"template_id": scarce, "user_id": user_id(1), "out_biz_no": key})
                for key in keys]
    path = tmp_path / "vouchers.csv"
    path.write_text(csv_of(scarce, rows))
    process = start(own_place, subprocess.DEVNULL, file=path)
    load = Load(client.server.listen, requests, callers=4)
    load.run()
    output, errors = process.communicate(timeout=binary.COMMAND_TIMEOUT_S)
    assert (process.returncode, errors) == (1, b"")
    answers = {keys[index]: client.believe(response) for index, response in load.acknowledged}
    assert len(answers) == sends
    sent = {key: answer["voucher_id"] for key, answer in answers.items() if answer["code"] == "10000"}
    assert {answer["sub_code"] for key, answer in answers.items() if key not in sent} <= {"TEMPLATE_STOCK_NOT_ENOUGH"}
    stored = {entry["out_biz_no"]: entry["voucher_id"] for entry in own_place.vouchers(template_id=scarce)}
    assert len(stored) == own_place.template(scarce)["issued_count"] == stock
    assert sent.items() <= stored.items()
    counts = json.loads(output)
    assert counts["created"] + counts["unchanged"] + counts["refused"] == rows
    assert counts["created"] + counts["unchanged"] == len([key for key in stored if key.startswith("order-")])


def test_two_at_once(own_place, template_id, tmp_path):
    """The same file from two processes: one voucher a row all the same."""
    total = RING_ROWS // 2
    path = tmp_path / "vouchers.csv"
    path.write_text(csv_of(template_id, total))
    outcomes = [None, None]

    def run(index):
        outcomes[index] = summary(import_vouchers(own_place, b"", "--json", file=path))

    threads = [threading.Thread(target=run, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(created for created, _, _, _ in outcomes) == total
    assert all(created + unchanged == total for created, unchanged, _, _ in outcomes)
    assert len(vouchers(own_place, template_id)) == total
