# SPDX-License-Identifier: Apache-2.0
"""A disk that takes no more: a clear answer, nothing corrupt, and everything works again when there is room.

The limit of the server's file size stands for the full disk: it can be set while the server runs, without rights."""

import resource
import subprocess

import pytest

from support import binary, protocol
from support.client import Client
from support.errors import assert_refused, assert_success


def set_file_limit(server, size_bytes):
    _, hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size_bytes, hard))


@pytest.fixture
def own(own_place, serve):
    own_place.app = own_place.create_app(permission=protocol.WALLET)
    own_place.user = own_place.create_user()
    own_place.template_id = own_place.create_template(own_place.app.pid)
    own_place.server = serve(own_place)
    own_place.client = Client(own_place.server, own_place.app)
    return own_place


def send(own, key):
    return own.client.send(template_id=own.template_id, user_id=own.user.user_id, out_biz_no=key)


def voucher_ids(own):
    return [voucher["voucher_id"] for voucher in own.vouchers(template_id=own.template_id)]


def test_full_disk(own):
    before = assert_success(send(own, "before"))
    set_file_limit(own.server, 0)
    for key in ("during", "during", "during too"):
        assert_refused(send(own, key), "SYSTEM_ERROR")
    assert voucher_ids(own) == [before["voucher_id"]]
    assert own.template(own.template_id)["issued_count"] == 1

    set_file_limit(own.server, resource.RLIM_INFINITY)
    after = [assert_success(send(own, key)) for key in ("during", "during too", "after")]
    assert send(own, "before").body == before.body
    assert voucher_ids(own) == [answer["voucher_id"] for answer in (before, *after)]
    assert own.template(own.template_id)["issued_count"] == 4


def test_reads_go_on(own):
    voucher_id = assert_success(send(own, "before"))["voucher_id"]
    set_file_limit(own.server, 0)
    assert_refused(send(own, "during"), "SYSTEM_ERROR")
    listed = assert_success(own.client.list(template_id=own.template_id, user_id=own.user.user_id))["vouchers"]
    assert [entry["voucher_id"] for entry in listed] == [voucher_id]
    assert len(assert_success(own.client.wallet(user_id=own.user.user_id))["pass_info_list"]) == 1
    assert own.server.ask_admin("/healthz").status == 200


@pytest.mark.parametrize("room_bytes", [4096, 20000, 100_000, 300_000])
def test_disk_that_fills_up(own, serve, room_bytes):
    """At whatever byte the room ends: what was acknowledged stays, also over a kill, and the rest follows."""
    acknowledged = {}
    sizes = [path.stat().st_size for path in own.data.iterdir()]
    set_file_limit(own.server, max(sizes) + room_bytes)
    refused = []
    for number in range(400):
        answer = send(own, str(number))
        if answer["code"] == "10000":
            acknowledged[str(number)] = answer.body
        else:
            refused.append(assert_refused(answer, "SYSTEM_ERROR"))
        if len(refused) == 3:
            break
    assert refused
    own.server.kill()

    own.server = own.client.server = serve(own)
    assert len(voucher_ids(own)) == own.template(own.template_id)["issued_count"] == len(acknowledged)
    for key, body in acknowledged.items():
        assert send(own, key).body == body
    assert_success(send(own, "after"))


def test_command_on_a_full_disk(own):
    """Refused with a reason, nothing changed."""
    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))

    before = own.json("user", "list")
    done = subprocess.run(binary.arguments(["user", "create"], {"data": own.data, "user_id": "2088123412341234"}),
                          env=binary.ENVIRONMENT, capture_output=True, text=True, preexec_fn=limit, check=False,
                          timeout=binary.COMMAND_TIMEOUT_S)
    assert (done.returncode, done.stdout) == (1, "")
    assert "kaquan: " in done.stderr
    assert own.json("user", "list") == before
