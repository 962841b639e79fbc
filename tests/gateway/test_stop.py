# SPDX-License-Identifier: Apache-2.0
"""An orderly stop: what is in hand is finished, then the server ends with status 0. And what a new start finds."""

import signal
import socket

import pytest

from support import client as clients
from support import http, protocol
from support.client import Client
from support.errors import assert_success


@pytest.fixture
def own(own_place, serve):
    own_place.app = own_place.create_app(permission=protocol.WALLET)
    own_place.server = serve(own_place)
    own_place.client = Client(own_place.server, own_place.app)
    return own_place


def refuses_connections(address):
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except OSError:
        return True
    return False


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_stop(own, stop_signal):
    own.server.process.send_signal(stop_signal)
    own.server.wait()
    assert refuses_connections(own.server.listen)


def test_request_in_hand_is_finished(own):
    """Its head has been read when the signal comes, its body comes after new callers are no longer let in."""
    user = own.create_user()
    template_id = own.create_template(own.app.pid)
    pairs = own.client.pairs(own.client.parameters(protocol.SEND, {"template_id": template_id, "user_id": user.user_id,
                                                                   "out_biz_no": "1"}))
    body = protocol.form_encode(pairs)
    head = http.post(clients.PATH, body, headers=[(b"Expect", b"100-continue")])[:-len(body)]
    with own.server.connect() as connection:
        assert connection.exchange(head).status == 100
        own.server.process.send_signal(signal.SIGTERM)
        for _ in range(100000):
            if refuses_connections(own.server.listen):
                break
        voucher_id = assert_success(own.client.believe(connection.exchange(body)))["voucher_id"]
        assert connection.ends() == b""
    own.server.wait()
    assert [voucher["voucher_id"] for voucher in own.vouchers()] == [voucher_id]


def test_idle_connections_do_not_hold_it_up(own):
    template_id = own.create_template(own.app.pid)
    look = own.client.request(protocol.LIST, {"template_id": template_id, "user_id": "x"})
    connections = [own.server.connect() for _ in range(20)]
    for connection in connections[:10]:
        assert_success(own.client.believe(connection.exchange(look)))
    own.server.stop()
    for connection in connections:
        assert connection.ends() == b""
        connection.close()


def test_every_answered_call_is_there_after_a_stop(own):
    """A pipeline is cut somewhere by the signal; what was answered was issued, and nothing else."""
    user = own.create_user()
    template_id = own.create_template(own.app.pid)
    requests = [own.client.request(protocol.SEND, {"template_id": template_id, "user_id": user.user_id,
                                                   "out_biz_no": str(number)}) for number in range(200)]
    with own.server.connect() as connection:
        connection.send(b"".join(requests))
        answered = [assert_success(own.client.believe(connection.read()))["voucher_id"]]
        own.server.process.send_signal(signal.SIGTERM)
        rest = http.Reader(connection.ends())
        while rest.received:
            answered.append(assert_success(own.client.believe(rest.read()))["voucher_id"])
    own.server.wait()
    assert sorted(voucher["voucher_id"] for voucher in own.vouchers()) == sorted(answered)


def test_everything_is_there_after_a_restart(own, serve):
    user = own.create_user()
    template_id = own.create_template(own.app.pid, limit_per_user=2)
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(own.client.send(**fields, out_biz_no="1", memo="优酷"))
    listed = own.client.list(**fields).body
    wallet = own.client.wallet(user_id=user.user_id).body
    own.server.stop()

    client = Client(serve(own), own.app)
    assert client.list(**fields).body == listed
    assert client.wallet(user_id=user.user_id).body == wallet
    assert client.send(**fields, out_biz_no="1").body == first.body
    assert_success(client.send(**fields, out_biz_no="2"))
    assert client.send(**fields, out_biz_no="3")["sub_code"] == "USER_LIMIT_EXCEEDED"
    assert own.template(template_id)["issued_count"] == 2


def test_two_servers_on_one_place(own, serve):
    """An old one may still be finishing when the new one starts: neither issues what the other has issued."""
    other = Client(serve(own), own.app)
    user = own.create_user()
    template_id = own.create_template(own.app.pid, quantity=3)
    fields = {"template_id": template_id, "user_id": user.user_id}
    first = assert_success(own.client.send(**fields, out_biz_no="1"))
    assert other.send(**fields, out_biz_no="1").body == first.body
    second = assert_success(other.send(**fields, out_biz_no="2"))
    third = assert_success(own.client.send(**fields, out_biz_no="3"))
    assert other.send(**fields, out_biz_no="4")["sub_code"] == "TEMPLATE_STOCK_NOT_ENOUGH"
    assert len({first["voucher_id"], second["voucher_id"], third["voucher_id"]}) == 3
