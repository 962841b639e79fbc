# SPDX-License-Identifier: Apache-2.0
"""HTTP around the gateway: what is no answer of the gateway's own, and how bodies and connections are handled."""

import json
import socket

import pytest

from support import client as clients
from support import http, protocol
from support.errors import assert_success

BODY_LIMIT = 1 << 20


@pytest.fixture
def look(client, any_template, anyone):
    """The pairs of a request that changes nothing."""
    return client.pairs(client.parameters(protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id}))


def status_of(server, data):
    """The status of the response to these bytes, sent by someone who may be hung up on."""
    with server.connect() as connection:
        connection.send_what_fits(data)
        return connection.read().status


# Paths and methods

@pytest.mark.parametrize("path", [b"/", b"/gateway", b"/gateway.do/", b"/gateway.do/x", b"/Gateway.do",
                                  b"//gateway.do", b"/x/../gateway.do", b"/healthz", b"/metrics", b"/sandbox/clock",
                                  b"/v3/x"])
def test_unknown_path(server, path):
    assert status_of(server, http.get(path)) == 404
    assert status_of(server, http.post(path, b"a=1")) == 404


@pytest.mark.parametrize("method", [b"PUT", b"DELETE", b"PATCH", b"OPTIONS", b"TRACE"])
def test_other_method(server, method):
    with server.connect() as connection:
        response = connection.exchange(http.request(method, clients.PATH))
    assert response.status == 405
    assert {"GET", "POST"} <= {word.strip() for word in response.headers["allow"].split(",")}


def test_absolute_target(client, server, look):
    """As a client behind a proxy asks."""
    target = b"http://127.0.0.1" + clients.PATH
    assert_success(client.believe(server.exchange(clients.as_get(look, path=target))))


# Bodies

def padded(pairs, size):
    """The pairs as a form of exactly this many bytes. The padding is not signed: only the size is asked about."""
    form = protocol.form_encode(pairs) + b"&padding="
    return form + b"x" * (size - len(form))


def test_body_at_the_limit(client, server, look):
    """It is read and answered by the gateway."""
    answer = client.believe(server.exchange(http.post(clients.PATH, padded(look, BODY_LIMIT))))
    assert answer["sub_code"] == "isv.invalid-signature"


def test_body_over_the_limit(server, look):
    assert status_of(server, http.post(clients.PATH, padded(look, BODY_LIMIT + 1))) == 413


@pytest.mark.parametrize("length", [BODY_LIMIT + 1, 1 << 31, 1 << 32, 1 << 63, 1 << 64, 10 ** 30])
def test_announced_body_over_the_limit(server, length):
    """Refused before it comes."""
    assert status_of(server, b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % length) == 413


def chunked(body, sizes, trailer=b""):
    data = b""
    for size in sizes:
        chunk, body = body[:size], body[size:]
        data += b"%x\r\n%s\r\n" % (len(chunk), chunk)
    if body:
        data += b"%X;extension=1\r\n%s\r\n" % (len(body), body)
    return (b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n" + data + b"0\r\n" + trailer + b"\r\n")


@pytest.mark.parametrize("sizes, trailer", [([], b""), ([1], b""), ([1] * 50, b""), ([100, 7], b""),
                                            ([10], b"X-Trailer: 1\r\n")],
                         ids=["one", "two", "many", "three", "trailer"])
def test_chunked_body(client, server, look, sizes, trailer):
    data = chunked(protocol.form_encode(look), sizes, trailer)
    assert_success(client.believe(server.exchange(data)))


def test_chunked_body_over_the_limit(server, look):
    assert status_of(server, chunked(padded(look, BODY_LIMIT + 1), [1000] * 1000)) == 413


@pytest.mark.parametrize("size", [b"x", b"-1", b"", b"0x10", b"1g", b" 1"])
def test_bad_chunk(server, size):
    data = (b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + size
            + b"\r\na\r\n0\r\n\r\n")
    assert status_of(server, data) == 400


def test_endless_chunk(server):
    data = b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + b"f" * 300 + b"\r\n"
    assert status_of(server, data) == 413


def test_body_limit_is_a_setting(serve, place, client, look):
    server = serve(place, body_limit=2000)
    assert status_of(server, http.post(clients.PATH, padded(look, 2001))) == 413
    response = server.exchange(http.post(clients.PATH, padded(look, 2000)))
    assert client.believe(response)["sub_code"] == "isv.invalid-signature"


# What is no HTTP

BAD = {
    "words": b"hello there\r\n\r\n",
    "one word": b"GET\r\n\r\n",
    "no version": b"GET /gateway.do\r\n\r\n",
    "two spaces": b"GET  /gateway.do HTTP/1.1\r\nHost: x\r\n\r\n",
    "other protocol": b"GET /gateway.do SIP/2.0\r\nHost: x\r\n\r\n",
    "relative target": b"GET gateway.do HTTP/1.1\r\nHost: x\r\n\r\n",
    "no host": b"GET /gateway.do HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /gateway.do HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
    "no colon": b"GET /gateway.do HTTP/1.1\r\nHost: x\r\nheader\r\n\r\n",
    "no name": b"GET /gateway.do HTTP/1.1\r\nHost: x\r\n: value\r\n\r\n",
    "space before the colon": b"GET /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length : 0\r\n\r\n",
    "folded header": b"GET /gateway.do HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n",
    "NUL": b"GET /gateway.do HTTP/1.1\r\nHost: x\0\r\n\r\n",
    "control byte": b"GET /gateway.do?\x01 HTTP/1.1\r\nHost: x\r\n\r\n",
    "length of words": b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
    "negative length": b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
    "signed length": b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: +1\r\n\r\na",
    "two lengths": b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "length and chunks": b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n"
                         b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xaa" * 32 + b"\r\n\r\n",
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bad_request(server, data):
    assert status_of(server, data) == 400


@pytest.mark.parametrize("version", [b"HTTP/2.0", b"HTTP/3.0", b"HTTP/1.2"])
def test_other_version(server, version):
    assert status_of(server, b"GET /gateway.do " + version + b"\r\nHost: x\r\n\r\n") == 505


def test_other_transfer_coding(server):
    data = b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"
    assert status_of(server, data) == 501


@pytest.mark.parametrize("head", [b"GET /gateway.do?" + b"x" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
                                  b"GET /gateway.do HTTP/1.1\r\nHost: x\r\nA: " + b"x" * 100_000 + b"\r\n\r\n",
                                  b"GET /gateway.do HTTP/1.1\r\nHost: x\r\n" + b"A: x\r\n" * 1000 + b"\r\n",
                                  b"x" * 1_000_000],
                         ids=["target", "header", "headers", "no end"])
def test_too_long_head(server, head):
    assert status_of(server, head) == 431


def test_long_query(client, look, server):
    """A GET carries biz_content there."""
    parameters = client.parameters(protocol.LIST, '{"template_id":"x","user_id":"y","unknown":"' + "x" * 8000 + '"}')
    answer = client.believe(server.exchange(clients.as_get(client.pairs(parameters))))
    assert answer["sub_code"] == "PERMISSION_DENIED"


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_bad_request_ends_the_connection(server, data):
    """What follows it is not taken for a request."""
    with server.connect() as connection:
        connection.send_what_fits(data + http.get(b"/"))
        connection.read()
        assert connection.ends() == b""


# Connections

def test_keep_alive(client, server, look):
    with server.connect() as connection:
        for transport in clients.TRANSPORTS * 3:
            assert_success(client.believe(connection.exchange(transport(look))))


def test_connection_close(client, server, look):
    request = http.post(clients.PATH, protocol.form_encode(look), headers=[(b"Connection", b"close")])
    with server.connect() as connection:
        assert_success(client.believe(connection.exchange(request)))
        assert connection.ends() == b""


def test_http_1_0(client, server, look):
    body = protocol.form_encode(look)
    data = (b"POST /gateway.do HTTP/1.0\r\nContent-Type: " + http.FORM + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
            + body)
    with server.connect() as connection:
        assert_success(client.believe(connection.exchange(data)))
        assert connection.ends() == b""


def test_pipelined_requests_are_answered_in_order(client, server, user, template_id):
    """Writes, which wait for their commit, before reads, which do not."""
    fields = {"template_id": template_id, "user_id": user.user_id}
    requests = [client.request(protocol.SEND, {**fields, "out_biz_no": "1"}), client.request(protocol.LIST, fields),
                client.request(protocol.SEND, {**fields, "out_biz_no": "2"}), client.request(protocol.LIST, fields)]
    with server.connect() as connection:
        connection.send(b"".join(requests))
        answers = [assert_success(client.believe(connection.read())) for _ in requests]
    sent = [answers[0]["voucher_id"], answers[2]["voucher_id"]]
    assert [entry["voucher_id"] for entry in answers[1]["vouchers"]] == sent[:1]
    assert [entry["voucher_id"] for entry in answers[3]["vouchers"]] == sent


def test_request_byte_by_byte(client, server, look):
    request = clients.as_sdk_post(look)
    with server.connect() as connection:
        for position in range(len(request)):
            connection.send(request[position:position + 1])
        assert_success(client.believe(connection.read()))


def test_expect_continue(client, server, look):
    body = protocol.form_encode(look)
    head = http.post(clients.PATH, body, headers=[(b"Expect", b"100-continue")])[:-len(body)]
    with server.connect() as connection:
        assert connection.exchange(head).status == 100
        assert_success(client.believe(connection.exchange(body)))


def test_expect_continue_for_too_much(server):
    head = (b"POST /gateway.do HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n"
            % (BODY_LIMIT + 1))
    assert status_of(server, head) == 413


def test_caller_who_hangs_up(client, server, look):
    """Mid-head, mid-body and before the answer: the next caller is not affected."""
    request = clients.as_body_post(look)
    for size in (10, len(request) - 10, len(request)):
        with server.connect() as connection:
            connection.send(request[:size])
    assert_success(client.believe(server.exchange(request)))


def test_half_closed_connection_is_answered(client, server, look):
    """A caller that has said everything may close its side."""
    with server.connect() as connection:
        connection.send(clients.as_body_post(look))
        connection.socket.shutdown(socket.SHUT_WR)
        assert_success(client.believe(connection.read()))


def test_caller_who_does_not_read(client, server, place, user):
    """Answers larger than any socket's buffer, many of them: others are served meanwhile, and none is lost."""
    lines = "".join(json.dumps({"pass_id": f"unread-{number}", "user_id": user.user_id, "group": "cert",
                                "data_info": json.dumps({"text": "x" * 9000})}) + "\n" for number in range(100))
    place.run("pass", "import", file="-", stdin=lines)
    request = client.request(protocol.WALLET, {"user_id": user.user_id, "group_type": "cert", "time_status": "CURRENT",
                                               "page_size": 100, "page_num": 1})
    with server.connect() as connection:
        connection.send(request * 20)
        for _ in range(20):
            assert len(client.shown(user, group_type="cert")) == 100
        for _ in range(20):
            assert len(assert_success(client.believe(connection.read()))["pass_info_list"]) == 100


def test_trace_ids_differ(client, any_template, anyone):
    fields = {"template_id": any_template, "user_id": anyone.user_id}
    trace_ids = {client.call(protocol.LIST, fields).trace_id for _ in range(20)}
    assert len(trace_ids) == 20


def test_trace_ids_of_what_is_no_call_differ(server):
    trace_ids = {server.exchange(http.get(path)).headers["trace_id"] for path in (b"/", b"/x", b"/gateway.do#x")}
    assert len(trace_ids) == 3
