# SPDX-License-Identifier: Apache-2.0
"""What the library makes of a gateway that is wrong: it believes nothing of it, and says why; and of one that is right
in another way than usual."""

import base64
import time

import pytest

from support import keys
from support import library as tools
from support.content import encrypt
from support.library_caller import V3, compile_program
from wrong_server import RESPONSE_NAME, WrongServer, envelope, http, signature, v3

METHOD = "alipay.marketing.voucher.send"
GOOD = '{"code":"10000","msg":"Success","voucher_id":"1","memo":"a}\\"券"}'.encode()
V3_GOOD = '{"voucher_id":"1","memo":"券"}'.encode()
KEY = base64.b64encode(bytes(range(16))).decode("ascii")
HUGE = b'{"code":"10000","memo":"' + b"x" * 200000 + b'"}'
SLOW_S = 0.2
TIMEOUT_MS = 1000


@pytest.fixture(scope="module")
def program(library, tmp_path_factory):
    return compile_program(library, tmp_path_factory.mktemp("modes"), library.static_flags())


@pytest.fixture(scope="module")
def key_file(tmp_path_factory):
    """The wrong server's public key; and the application's private key, which nobody checks here."""
    directory = tmp_path_factory.mktemp("keys")
    (directory / "app.pem").write_text(keys.private_pem(keys.private_key()), encoding="ascii")
    (directory / "gateway.pem").write_text(keys.public_pem(keys.private_key("wrong-server")), encoding="ascii")
    return directory


@pytest.fixture(params=[0, 1], ids=["waiting", "loop"])
def ask(request, program, key_file):
    """Calls a server that answers so: what came of it."""
    servers = []

    def call(answer, protocol=0, pause_s=0.0, piece=None, **settings):
        servers.append(WrongServer(answer, pause_s, piece))
        path = "" if protocol == V3 else "/gateway.do"
        words = {"gateway_url": f"http://127.0.0.1:{servers[-1].port}{path}", "app_id": "2014072300007148",
                 "private_key_file": key_file / "app.pem", "gateway_public_key_file": key_file / "gateway.pem",
                 "protocol": protocol, "loop": request.param, "timeout_ms": TIMEOUT_MS, "method": METHOD,
                 "biz_content": "{}", **settings}
        lines = tools.must_run(program, *(f"{name}={value}" for name, value in words.items())).rstrip("\n").split("\n")
        got = dict(line.split("=", 1) for line in lines)
        assert servers[-1].requests == 1, "a call that changes something is sent once"
        if got["status"] not in ("ok", "gateway", "business"):
            assert got.get("verified", "0") == "0" and not got.get("response") and not got.get("code"), got
        return got

    yield call
    for server in servers:
        server.stop()


def in_other_order():
    return f'{{"sign":"{signature(GOOD)}","{RESPONSE_NAME}":'.encode() + GOOD + b"}"


def with_white_space():
    spaced = b'{ "code" : "10000",\n\t"voucher_id" : "1" }'
    return f' {{\n "{RESPONSE_NAME}" : '.encode() + spaced + f' ,\r\n "sign" : "{signature(spaced)}"\t}} \n'.encode()


RIGHT = {
    "as usual": http(envelope(GOOD)),
    "members in the other order": http(in_other_order()),
    "white space": http(with_white_space()),
}


@pytest.mark.parametrize("name", RIGHT)
def test_right_in_another_way(ask, name):
    got = ask(RIGHT[name])
    assert (got["status"], got["verified"]) == ("ok", "1"), got


def test_byte_by_byte(ask):
    assert ask(http(envelope(GOOD)), piece=1)["status"] == "ok"


WRONG = {
    "no signature": (http(b'{"%s":%s}' % (RESPONSE_NAME.encode(), GOOD)), "signature"),
    "another key": (http(envelope(GOOD, signature(GOOD, keys.private_key()))), "signature"),
    "changed": (http(envelope(GOOD.replace(b'"1"', b'"2"'), signature(GOOD))), "signature"),
    "white space added": (http(envelope(GOOD.replace(b":", b": "), signature(GOOD))), "signature"),
    "another method's": (http(envelope(GOOD).replace(b"voucher_send", b"voucher_query")), "answer"),
    "two responses": (http(b'{"x_response":{"code":"10000"},' + envelope(GOOD)[1:]), "answer"),
    "cut, and it says so": (http(envelope(GOOD)[:-9]), "answer"),
    "cut off": (http(envelope(GOOD)[:-9], length=len(envelope(GOOD))), "transport"),
    "nothing": (b"", "transport"),
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n", "transport"),
    "an empty body": (http(b""), "answer"),
    "a page": (http(b"<html>nginx</html>"), "answer"),
    "500": (http(envelope(GOOD), status="500 Internal Server Error"), "http"),
    "502": (http(b"<html>", status="502 Bad Gateway"), "http"),
    "503": (http(b"", status="503 Service Unavailable"), "http"),
    "a redirect": (http(b"", status="302 Found", headers=["Location: http://127.0.0.1:9/"]), "http"),
    "a permanent redirect": (http(b"", status="308 Permanent Redirect", headers=["Location: /other"]), "http"),
    "bytes of another charset": (http(envelope('{"code":"10000","memo":"优酷"}'.encode("gbk"))), "answer"),
    "encrypted without being asked": (http(envelope(b'"' + encrypt(KEY, GOOD) + b'"')), "answer"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong(ask, name):
    answer, status = WRONG[name]
    got = ask(answer)
    assert got["status"] == status and got["message"], got


def test_too_long(ask):
    got = ask(http(envelope(HUGE)), answer_max_bytes=100000)
    assert (got["status"], got["message"]) == ("answer", "the answer is longer than 100000 bytes"), got
    assert ask(http(envelope(HUGE)))["status"] == "ok"


@pytest.mark.parametrize("protocol", [0, V3])
def test_too_slow(ask, protocol):
    begun = time.monotonic()
    got = ask(http(envelope(GOOD)), protocol=protocol, pause_s=SLOW_S, piece=10)
    assert got["status"] == "transport", got
    assert time.monotonic() - begun < TIMEOUT_MS / 1000 + 2


def test_encrypted(ask):
    assert ask(http(envelope(b'"' + encrypt(KEY, GOOD) + b'"')), content_key=KEY)["status"] == "ok"
    assert ask(http(envelope(GOOD)), content_key=KEY)["status"] == "answer"
    assert ask(http(envelope(b'"AAAA"')), content_key=KEY)["status"] == "answer"
    refused = ask(http(envelope(b'{"code":"40004","sub_code":"USER_NOT_EXIST"}')), content_key=KEY)
    assert (refused["status"], refused["sub_code"]) == ("business", "USER_NOT_EXIST")


V3_ANSWERS = {
    "as usual": (v3(V3_GOOD), "ok"),
    "white space": (v3(b' { "voucher_id" :\n"1" } '), "ok"),
    "a refusal": (v3(b'{"code":"USER_NOT_EXIST","message":"x"}', status="400 Bad Request"), "business"),
    "the gateway's refusal": (v3(b'{"code":"invalid-app-id","message":"x"}', status="400 Bad Request"), "gateway"),
    "changed": (v3(V3_GOOD, signed=b"{}"), "signature"),
    "a refusal that was changed": (v3(b'{"code":"A"}', signed=b"{}", status="400 Bad Request"), "signature"),
    "no signature": (http(V3_GOOD), "signature"),
    "the other protocol's": (http(envelope(GOOD)), "signature"),
    "cut off": (v3(V3_GOOD, length=len(V3_GOOD) + 9), "transport"),
    "a page": (http(b"<html>", status="404 Not Found"), "http"),
    "502": (http(b"<html>", status="502 Bad Gateway"), "http"),
    "a redirect": (v3(V3_GOOD, status="302 Found"), "http"),
    "bytes of another charset": (v3('{"memo":"优酷"}'.encode("gbk")), "answer"),
    "a list": (v3(b"[]"), "answer"),
}


@pytest.mark.parametrize("name", V3_ANSWERS)
def test_openapi_v3(ask, name):
    answer, status = V3_ANSWERS[name]
    got = ask(answer, protocol=V3)
    assert got["status"] == status, got


def test_openapi_v3_encrypted(ask):
    assert ask(v3(encrypt(KEY, V3_GOOD)), protocol=V3, content_key=KEY)["status"] == "ok"
    assert ask(v3(V3_GOOD), protocol=V3, content_key=KEY)["status"] == "answer"
    assert ask(v3(encrypt(KEY, V3_GOOD)), protocol=V3)["status"] == "answer"
