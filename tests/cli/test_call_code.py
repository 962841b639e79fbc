# SPDX-License-Identifier: Apache-2.0
"""kaquan call --curl, --http, --php, …: the printed call is the same call."""

import json
import shutil
import socket
import subprocess

import pytest
from support import binary

from command import refused
from test_call import KEY_FILES, caller, private_key_file
from test_call_fields import OFFLINE

__all__ = ["caller", "private_key_file"]

OFFLINE_PEM = {**OFFLINE, "private_key": KEY_FILES / "app_2048.pem", "gateway_public_key": KEY_FILES / "public.pem"}
LIST = "voucher.list.query"
NASTY = ["杯 & 茶", "it's \"$HOME\" `id` \\ \\n %41+", "a\nb\t😀", "*/ <?php ?> {{=gateway}} //"]


def printed(form, *words, **flags):
    done = binary.run("call", *words, f"--{form}", **flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def by_curl(text):
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def by_socket(text, gateway):
    host, _, port = gateway.split("/")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return json.loads(received.split(b"\r\n\r\n", 1)[1])


def raw_printed(form, *words, **flags):
    done = subprocess.run(binary.arguments(["call", *words, f"--{form}"], flags), capture_output=True,
                          env=binary.ENVIRONMENT, timeout=30, check=True)
    return done.stdout


def response(envelope):
    assert envelope["sign"]
    return next(value for name, value in envelope.items() if name.endswith("_response"))


@pytest.mark.parametrize("form", ["curl", "http"])
@pytest.mark.parametrize("out_biz_no", NASTY)
def test_same_answer(caller, template_id, user, form, out_biz_no):
    flags = {**caller, "template_id": template_id, "user_id": user.user_id, "out_biz_no": out_biz_no,
             "memo": out_biz_no}
    own = json.loads(binary.run("call", "voucher.send", **flags).stdout)
    assert own["code"] == "10000"
    if form == "curl":
        envelope = by_curl(printed(form, "voucher.send", **flags))
    else:
        envelope = by_socket(raw_printed(form, "voucher.send", **flags), caller["gateway"])
    # The same voucher, as the call was made already: with another byte in out_biz_no it would be a new one.
    assert response(envelope) == own
    other = json.loads(binary.run("call", "voucher.send", **{**flags, "out_biz_no": out_biz_no + "."}).stdout)
    assert other["voucher_id"] != own["voucher_id"]


def test_nothing_is_sent_and_no_key_is_shown():
    assert "PRIVATE" not in printed("php", LIST, **OFFLINE_PEM)


@pytest.mark.parametrize("memo", NASTY)
def test_php_is_php(memo):
    if shutil.which("php") is None:
        pytest.fail("php is missing; on Debian 12: apt-get install php-cli")
    done = subprocess.run(["php", "-l"], input=printed("php", "voucher.send", memo=memo, **OFFLINE_PEM),
                          capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stdout


def test_two_forms_at_once():
    refused(binary.run("call", LIST, "--curl", "--http", **OFFLINE_PEM), 2, "at a time")


def test_time_stamp_where_a_library_makes_it():
    refused(binary.run("call", LIST, "--java", timestamp="2026-01-01 00:00:00", **OFFLINE_PEM), 2, "--timestamp")


def test_key_that_no_program_reads():
    refused(binary.run("call", LIST, "--curl", **OFFLINE), 1, "not in PEM form")


def test_other_charset(caller, template_id, user):
    flags = {**caller, "template_id": template_id, "user_id": user.user_id, "out_biz_no": "优酷 '$' \\",
             "charset": "gbk"}
    own = json.loads(binary.run("call", "voucher.send", **flags).stdout)
    done = subprocess.run(["bash"], input=raw_printed("curl", "voucher.send", **flags), capture_output=True,
                          timeout=30, check=True)
    assert response(json.loads(done.stdout.decode("gbk"))) == own
    assert response(by_socket(raw_printed("http", "voucher.send", **flags), caller["gateway"])) == own
