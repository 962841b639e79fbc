# SPDX-License-Identifier: Apache-2.0
"""What a connection may cost: times and numbers, each with a server of its own that has it low and the others high."""

import select

import pytest

from support import binary, http
from support.errors import assert_success

LONG_MS = 3_600_000
SHORT_MS = 200


@pytest.fixture
def look(client, any_template, anyone):
    return client.request("alipay.marketing.voucher.list.query",
                          {"template_id": any_template, "user_id": anyone.user_id})


def is_timeout(data):
    """Nothing, or a response that says so."""
    return data == b"" or data.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("size", [0, 1, 20, -1], ids=["nothing", "a byte", "half a line", "all but the last byte"])
def test_slow_head(serve, place, look, size):
    server = serve(place, header_timeout=SHORT_MS, idle_timeout=LONG_MS)
    head = look[:look.index(b"\r\n\r\n") + 4]
    with server.connect() as connection:
        connection.send(head[:size])
        assert is_timeout(connection.ends())


def test_slow_body(serve, place, look):
    server = serve(place, header_timeout=SHORT_MS, idle_timeout=LONG_MS)
    with server.connect() as connection:
        connection.send(look[:-1])
        assert is_timeout(connection.ends())


def test_trickling_head(serve, place):
    """Each byte is in time, the whole is not."""
    server = serve(place, header_timeout=SHORT_MS, idle_timeout=LONG_MS)
    with server.connect() as connection:
        connection.send(b"GET /gateway.do?")
        for _ in range(1000):
            readable, _, _ = select.select([connection.socket], [], [], SHORT_MS / 10_000)
            if readable:
                break
            connection.send_what_fits(b"x")
        assert is_timeout(connection.ends())


def test_head_in_time_after_the_first(serve, place, client, look):
    """The time begins anew with each request."""
    server = serve(place, header_timeout=SHORT_MS, idle_timeout=LONG_MS)
    with server.connect() as connection:
        assert_success(client.believe(connection.exchange(look)))
        readable, _, _ = select.select([connection.socket], [], [], SHORT_MS * 3 / 1000)
        assert not readable
        assert_success(client.believe(connection.exchange(look)))
        connection.send(look[:20])
        assert is_timeout(connection.ends())


def test_idle_connection(serve, place, client, look):
    server = serve(place, header_timeout=LONG_MS, idle_timeout=SHORT_MS)
    with server.connect() as connection:
        assert_success(client.believe(connection.exchange(look)))
        assert connection.ends() == b""


def test_connection_limit(serve, place, client, look):
    server = serve(place, connections=3)
    connections = [server.connect() for _ in range(3)]
    for connection in connections:
        assert_success(client.believe(connection.exchange(look)))
    with server.connect() as refused:
        assert refused.ends() == b""
    for connection in connections:
        assert_success(client.believe(connection.exchange(look)))
        connection.close()
    served = 0
    for _ in range(1000):  # the server learns of the ends in its own time
        with server.connect() as connection:
            connection.send_what_fits(look)
            if connection.take():
                served += 1
                break
    assert served == 1


def test_admin_is_served_at_the_connection_limit(serve, place, client, look):
    server = serve(place, connections=1)
    with server.connect() as connection:
        assert_success(client.believe(connection.exchange(look)))
        assert server.ask_admin("/healthz").status == 200


def test_many_connections(server, client, look):
    connections = [server.connect() for _ in range(500)]
    for connection in connections:
        connection.send(look)
    for connection in connections:
        assert_success(client.believe(connection.read()))
        connection.close()


def test_port_in_use(server, place):
    """One sentence that says so, and no ready line."""
    done = binary.run("serve", data=place.data, listen=server.listen, admin="127.0.0.1:0")
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert server.listen in done.stderr and len(done.stderr.strip().splitlines()) == 1


def test_http_request_of_the_admin_address(server):
    assert http.exchange(server.admin, http.get(b"/gateway.do")).status == 404
