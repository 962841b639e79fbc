# SPDX-License-Identifier: Apache-2.0
"""kaquan serve as a command: its settings and its refusals. What it answers is tested in tests/gateway."""

import json

import pytest
from support import binary, keys

from command import refused

ANY = "127.0.0.1:0"


def start(place, **flags):
    """A start that has to be refused."""
    return binary.run("serve", data=place.data, **{"listen": ANY, "admin": ANY, **flags})


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:99999", "nowhere.invalid:80", "127.0.0.1:x", "[::1:80"])
def test_unusable_address(place, address):
    done = start(place, listen=address)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1), done.stderr
    assert address in done.stderr
    assert start(place, admin=address).returncode == 2


def test_numbers_out_of_range(place):
    refused(start(place, workers=-1), 2, "--workers takes a whole number from 0")
    refused(start(place, connections=0), 2, "--connections takes a whole number from 1")
    refused(start(place, clock_skew=-1), 2, "--clock-skew")
    refused(start(place, app_limit=-1), 2, "--app-limit takes a whole number from 0 to 1000000")
    refused(start(place, method_limit=1000001), 2, "--method-limit takes a whole number from 0 to 1000000")
    refused(start(place, max_wait_ms=0), 2, "--max-wait-ms takes a whole number from 1 to 60000")
    refused(start(place, max_wait_ms=60001), 2, "--max-wait-ms takes a whole number from 1 to 60000")
    refused(start(place, signature_cache_bytes=-1), 2, "--signature-cache-bytes takes a whole number from 0")


def test_no_private_key(own_place):
    (own_place.data / "gateway_private_key.pem").unlink()
    refused(start(own_place), 1, "there is no file", "gateway_private_key.pem")


def test_unusable_private_key(own_place):
    path = own_place.data / "gateway_private_key.pem"
    path.write_text(keys.public_pem(keys.private_key()))
    refused(start(own_place), 1, "gateway_private_key.pem")


def test_private_key_that_others_can_read(own_place, serve):
    (own_place.data / "gateway_private_key.pem").chmod(0o644)
    server = serve(own_place)
    server.stop()
    assert "can be read by others than its owner: chmod 600" in server.stderr()


def test_access_log_in_a_file_or_nowhere(own_place, serve, tmp_path):
    log = tmp_path / "access.log"
    request = b"GET /gateway.do?method=x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    server = serve(own_place, access_log=log)
    assert server.exchange(request).status == 200
    server.stop()
    assert [json.loads(line)["sub_code"] for line in log.read_text().splitlines()] == ["isv.invalid-method"]
    assert server.stderr() == ""
    silent = serve(own_place, access_log="off")
    assert silent.exchange(request).status == 200
    silent.stop()
    assert silent.stderr() == ""


def test_commands_work_while_it_runs(server, place):
    user = place.create_user()
    assert place.json("user", "show", user_id=user.user_id)["user_id"] == user.user_id
