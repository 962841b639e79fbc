# SPDX-License-Identifier: Apache-2.0
"""kaquan sign: what a request's signature is over, and the finished request."""

import json
import urllib.parse

import pytest
from cryptography.hazmat.primitives import serialization
from support import binary, broken, http, keys, protocol
from support.broken import Case

from command import refused, run_bytes

APP_ID = "2014072300007148"


@pytest.fixture(scope="module")
def private_key_file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sign") / "app.pem"
    path.write_bytes(keys.private_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                      serialization.NoEncryption()))
    return path


def parameters(**changes):
    return Case("right", [], changes=changes).parameters(APP_ID)


def signed(request, **flags):
    done = run_bytes("sign", stdin=request.encode("utf-8"), json=True, **flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("charset", ["utf-8", "GBK"])
@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_the_string_the_signature_and_the_request(private_key_file, charset, sign_type):
    sent = parameters(charset=charset, sign_type=sign_type)
    made = signed(json.dumps(sent, ensure_ascii=False), private_key=private_key_file,
                  gateway="https://openapi.alipay.com/gateway.do")
    codec = "gbk" if charset == "GBK" else "utf-8"
    expected = protocol.string_to_sign([(name.encode(), value.encode(codec)) for name, value in sent.items()])
    assert made["string_to_sign"] == expected.decode(codec)
    assert made["sign"].encode("ascii") == keys.sign(keys.private_key(), sign_type, expected)
    address, _, query = made["url"].partition("?")
    assert address == "https://openapi.alipay.com/gateway.do"
    received = {**dict(urllib.parse.parse_qsl(query, encoding=codec)),
                **dict(urllib.parse.parse_qsl(made["body"], encoding=codec))}
    assert received == {**sent, "sign": made["sign"]}
    assert "biz_content" not in query and made["body"].startswith("biz_content=")


def test_the_finished_request_is_accepted(server, place, private_key_file):
    app = place.create_app(private_key=keys.private_key())
    sent = {**parameters(), "app_id": app.app_id}
    made = signed(json.dumps(sent), private_key=private_key_file, gateway="/gateway.do")
    response = http.exchange(server.listen, http.post(made["url"].encode("ascii"), made["body"].encode("ascii")))
    assert json.loads(response.body)["alipay_marketing_voucher_send_response"]["sub_code"] == "TEMPLATE_NOT_EXIST"


def test_an_old_sign_and_empty_values_are_not_signed():
    assert signed("sign=x&b=&c=3&a=1")["string_to_sign"] == "a=1&c=3"


def test_a_notification_leaves_sign_type_out():
    made = signed("notify_id=1&notify_type=t&sign_type=RSA2&a=1")
    assert made["string_to_sign"] == "a=1&notify_id=1&notify_type=t"


def test_people_see_the_string():
    done = run_bytes("sign", "b=2&a=%E5%8D%A1")
    assert done.returncode == 0
    assert done.stdout == "Read as a form with 2 parameters.\nString to sign:\na=卡&b=2\n"


def test_nothing_steers_the_terminal():
    done = run_bytes("sign", stdin=b"a=%1B%5B31m&b=%FF", file="-")
    assert "\x1b" not in done.stdout and done.stdout.endswith("a=?[31m&b=?\n")


def test_what_cannot_be_signed_is_said(private_key_file, tmp_path):
    refused(run_bytes("sign", "a=1", private_key=private_key_file), 1, "sign_type=RSA2")
    refused(run_bytes("sign", "a=1&sign_type=MD5", private_key=private_key_file), 1, "RSA2 or RSA")
    refused(run_bytes("sign", "a=1&sign_type=RSA2", private_key=tmp_path / "no.pem"), 1, "no.pem")
    refused(run_bytes("sign", stdin=b""), 1, "no parameters")
    refused(run_bytes("sign", file=tmp_path / "no.txt"), 1, "no.txt")


def test_sign_and_verify_agree(private_key_file, tmp_path):
    public = tmp_path / "public.pem"
    public.write_text(keys.public_pem(keys.private_key()), encoding="ascii")
    made = signed(broken.compact(parameters(charset="gbk")), private_key=private_key_file)
    text = made["url"] + "\n" + made["body"]
    assert json.loads(binary.must_run("verify", stdin=text, public_key=public, json=True))["verifies"] is True
