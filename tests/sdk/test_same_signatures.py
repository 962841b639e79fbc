# SPDX-License-Identifier: Apache-2.0
"""libkaquan and the official libraries sign alike, byte for byte: what a library has sent to a recording server, the
project's own signs again with the same parameters, the same time and the same nonce. No gateway has a say in it."""

import base64
import json
import os
import socket
from pathlib import Path

import pytest

from support import binary, keys
from support.content import decrypt
from support.protocol import SEND
from support.recorder import Recorder, parameters
from support.v3 import path_of
from test_kaquan import PROGRAM
from test_python import beijing_time, execute

__all__ = ["beijing_time"]

TEXTS = {
    "plain": "voucher",
    "chinese": "优酷3个月兑换券，凭券使用",
    "quotes": "'single' \"double\" `back` \\ \\n \\u0041 /",
    "reserved": "a+b%c&d=e?f#g;h%2B%26 %41 ~*!()",
    "spaces": "  one  two   ",
    "lines": "first\nsecond\r\n\tthird",
    "markup": "<b>&amp;&lt;</b> {\"sign\":\"x\"} ${a} $(b)",
    "long": "卡券茶馆 voucher " * 300,
}
WIDE_TEXTS = {"emoji": "😀🎫 👨‍👩‍👧", "many scripts": "Ünïcödé ½ ру́сский ไทย 𠮷"}  # in no other charset than utf-8
MIXED = "优酷 3个月 + 100% & 'a' \"b\" = c"

TOKEN = {"app_auth_token": "202309BBdeadbeefdeadbeefdeadbeefdeadbeef"}
AES = {"content_key": base64.b64encode(bytes(range(16))).decode("ascii")}
AES256 = {"content_key": base64.b64encode(bytes(range(32))).decode("ascii")}
CERTIFICATES = {"certificates": True}


def vectors(texts, **modes):
    """Of each a name, a text and settings."""
    return [(name, text, {}) for name, text in texts.items()] + [(name, MIXED, mode) for name, mode in modes.items()]


COMMON = {"token": TOKEN, "rsa": {"sign_type": "RSA"}, "rsa-token": {"sign_type": "RSA", **TOKEN}}
CHARSETS = {"gbk": {"charset": "gbk"}, "gb2312": {"charset": "gb2312"}, "gbk-rsa": {"charset": "gbk", "sign_type": "RSA"}}
MODES = {"certificates": CERTIFICATES, "certificates-token": {**CERTIFICATES, **TOKEN}, "aes": AES, "aes256": AES256,
         "aes-certificates": {**AES, **CERTIFICATES}}
UTF8 = {**TEXTS, **WIDE_TEXTS}
OF_LIBRARY = {
    "java": vectors(UTF8, **COMMON, **CHARSETS, **MODES, **{"gbk-aes": {"charset": "gbk", **AES}}),
    "python": vectors(UTF8, **COMMON, **CHARSETS),
    "node": vectors(UTF8, **COMMON, rsa_certificates={"sign_type": "RSA", **CERTIFICATES}, **MODES),
}
OF_V3_LIBRARY = {name: vectors(UTF8, token=TOKEN, **MODES) for name in ("java-v3", "node-v3")}


def cases(table):
    return [pytest.param(library, text, settings, id=f"{library}-{name}")
            for library, rows in table.items() for name, text, settings in rows]


@pytest.fixture(scope="module")
def libraries(line_process, sdk):
    """The official libraries' programs by name, started when they are first wanted; and the project's own."""
    node = {**os.environ, "NODE_PATH": f"{sdk}/node/node_modules", "TZ": "Asia/Shanghai"}
    folder = Path(__file__).with_name("node")
    commands = {
        "java": (["java", "-cp", f"{sdk}/java/classes:{sdk}/java/lib/*", "Calls"], os.environ),
        "java-v3": (["java", "-cp", f"{sdk}/java-v3/classes:{sdk}/java-v3/lib/*", "CallsV3"], os.environ),
        "node": (["node", folder / "calls.cjs"], node),
        "node-v3": (["node", folder / "calls_v3.cjs"], node),
        "kaquan": ([PROGRAM], None),
    }
    started = {}

    def library(name):
        if name == "python":
            return execute
        if name not in started:
            started[name] = line_process(*commands[name])
        return started[name]
    return library


@pytest.fixture(scope="module")
def recording():
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.fixture
def port_80(recording, monkeypatch):
    """The Python library knows no other port."""
    connect = socket.create_connection
    monkeypatch.setattr(socket, "create_connection", lambda address, *arguments, **options: connect(
        ("127.0.0.1", recording.port), *arguments, **options))


@pytest.fixture
def call(recording, place, certified):
    """A call's settings by those of a vector: the run's keys and certificates, and the recording server."""
    def call(settings):
        certificates = certified[1] if settings.get("certificates") else {}
        private_key = keys.private_key("certified") if certificates else keys.private_key()
        return {"gateway": f"http://127.0.0.1:{recording.port}/gateway.do",
                "endpoint": f"http://127.0.0.1:{recording.port}", "app_id": "2014072300007148",
                "private_key": keys.private_pem(private_key), "charset": "utf-8", "sign_type": "RSA2",
                "gateway_public_key": (place.data / "gateway_public_key.pem").read_text(encoding="ascii"),
                **certificates, **{name: value for name, value in settings.items() if name != "certificates"}}
    return call


def fields_of(text):
    return {"template_id": "20140601000730010040000000EB", "user_id": "2088302001456115", "out_biz_no": text[:64],
            "memo": text}


def plain(call, content, charset):
    """What was encrypted, where it was."""
    return decrypt(call["content_key"], content).decode(charset) if "content_key" in call else content


@pytest.mark.parametrize("language, text, settings", cases(OF_LIBRARY))
def test_form(libraries, recording, call, port_80, beijing_time, tmp_path, language, text, settings):
    charset = settings.get("charset", "utf-8")
    asked = call(settings)
    libraries(language)({**asked, "format": "JSON", "method": SEND, "fields": fields_of(text)})
    recorded = recording.take()
    sent = recorded.parameters(charset)
    biz_content = plain(asked, sent["biz_content"], charset)
    assert text in str(json.loads(biz_content)["memo"])
    # What was sent, signed by the command, whatever parameters a library has added.
    key = tmp_path / "key.pem"
    key.write_text(asked["private_key"], encoding="ascii")
    again = binary.must_run("sign", stdin=recorded.form, private_key=key, json=True)
    assert json.loads(again)["sign"] == sent["sign"]
    # The same call, made and signed by the library. The Java library adds a parameter, so it signs again without.
    own = libraries("kaquan")({**asked, "method": SEND, "biz_content": biz_content, "timestamp": sent["timestamp"]})
    made = parameters(own["url"].partition("?")[2] + "&" + own["body"], charset)
    if sent.pop("alipay_sdk", None):
        unsigned = {name: value for name, value in sent.items() if name != "sign"}
        sent["sign"] = libraries(language)({**asked, "parameters": unsigned})["sign"]
    assert made == sent


@pytest.mark.parametrize("language, text, settings", cases(OF_V3_LIBRARY))
def test_v3(libraries, recording, call, language, text, settings):
    asked = call(settings)
    libraries(language)({**asked, "http_method": "POST", "path": path_of(SEND), "body": fields_of(text)})
    recorded = recording.take()
    authorization = recorded.headers["Authorization"]
    items = dict(item.split("=", 1) for item in authorization.partition(" ")[2].split(","))
    biz_content = plain(asked, recorded.body.decode("utf-8"), "utf-8")
    own = libraries("kaquan")({**asked, "gateway": asked["endpoint"], "protocol": "v3", "method": SEND,
                               "biz_content": biz_content, "timestamp": items["timestamp"], "nonce": items["nonce"]})
    assert own["url"] == asked["endpoint"] + recorded.path
    assert own["body"] == recorded.body.decode("utf-8")
    headers = dict(header.split(": ", 1) for header in own["headers"])
    assert headers.pop("Authorization") == authorization
    assert {name: recorded.headers[name] for name in headers} == headers
