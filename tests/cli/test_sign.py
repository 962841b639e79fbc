# SPDX-License-Identifier: Apache-2.0
"""kaquan sign: what a request's signature is over, and the finished request."""

import json
import time
import urllib.parse
import uuid

import pytest
from cryptography.hazmat.primitives import serialization
from support import binary, broken, broken_v3, http, keys, protocol
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


def test_no_json_steers_the_terminal(private_key_file):
    """Neither in a value nor in a name."""
    request = json.dumps({**parameters(), "memo": "a\u009b31m\u202eb", "n\u202e": "1"}, ensure_ascii=False).encode()
    for command in ("sign", "verify"):
        done = run_bytes(command, stdin=request, json=True, private_key=private_key_file)
        assert json.loads(done.stdout)["string_to_sign"].startswith("app_id=")
        assert not {"\u009b", "\u202e"} & set(done.stdout)


def test_what_cannot_be_signed_is_said(private_key_file, tmp_path):
    refused(run_bytes("sign", "a=1", private_key=private_key_file), 1, "sign_type=RSA2")
    refused(run_bytes("sign", "a=1&sign_type=MD5", private_key=private_key_file), 1, "RSA2 or RSA")
    refused(run_bytes("sign", "a=1&sign_type=RSA2", private_key=tmp_path / "no.pem"), 1, "no.pem")
    refused(run_bytes("sign", stdin=b""), 1, "no parameters")
    refused(run_bytes("sign", "a=1&a=2"), 1, "has a twice")
    refused(run_bytes("sign", file=tmp_path / "no.txt"), 1, "no.txt")


def test_sign_and_verify_agree(private_key_file, tmp_path):
    public = tmp_path / "public.pem"
    public.write_text(keys.public_pem(keys.private_key()), encoding="ascii")
    made = signed(broken.compact(parameters(charset="gbk")), private_key=private_key_file)
    text = made["url"] + "\n" + made["body"]
    assert json.loads(binary.must_run("verify", stdin=text, public_key=public, json=True))["verifies"] is True


# The newer protocol

V3 = broken_v3.CaseV3("right", [], token=broken.TOKEN)


def test_the_string_and_the_header_of_a_call_of_openapi_v3(private_key_file):
    dump = V3.dump(APP_ID, {"app": keys.private_key()})
    header, old_sign = dump.decode().split("authorization: ")[1].split("\r\n")[0].split(",sign=")
    made = signed(dump.decode(), private_key=private_key_file)
    lines = [header.split(" ")[1], "POST", V3.target, V3.sent_body(), broken.TOKEN]
    assert made["string_to_sign"] == "".join(line + "\n" for line in lines)
    assert made["authorization"] == f"{header},sign={made['sign']}" and made["sign"] == old_sign
    assert "url" not in made and "body" not in made


def test_a_call_of_openapi_v3_that_has_no_signature_yet(private_key_file, server, place):
    app = place.create_app(private_key=keys.private_key())
    nonce, now_ms = uuid.uuid4(), int(time.time() * 1000)
    target, body = V3.target, '{"template_id":"1","user_id":"2","out_biz_no":"3","amount":"1.00"}'
    command = (f"curl -d '{body}' http://x{target} -H 'Authorization: ALIPAY-SHA256withRSA "
               f"app_id={app.app_id},nonce={nonce},timestamp={now_ms}'")
    made = signed(command, private_key=private_key_file)
    response = http.exchange(server.listen, http.request(b"POST", target.encode(), [
        (b"Authorization", made["authorization"].encode()), (b"Content-Type", b"application/json")], body.encode()))
    assert json.loads(response.body)["code"] == "TEMPLATE_NOT_EXIST", response.body  # its signature verifies


def test_a_call_of_openapi_v3_with_nothing_to_sign(private_key_file):
    refused(run_bytes("sign", "curl https://x/v3/alipay/a", private_key=private_key_file), 1, "authorization:")
    assert signed("curl https://x/v3/alipay/a?b=1")["string_to_sign"] == "\nGET\n/v3/alipay/a?b=1\n\n"


def test_people_see_the_string_of_a_call_of_openapi_v3():
    done = run_bytes("sign", "curl https://x/v3/alipay/a -H 'authorization: ALIPAY-SHA256withRSA app_id=1,nonce=2'")
    assert done.stdout == ("Read as a curl command, a call of OpenAPI v3.\n"
                           "String to sign (each line ends with \\n, the last one too):\n"
                           "app_id=1,nonce=2\nGET\n/v3/alipay/a\n\n\n")


CHINESE = {"LC_ALL": "zh_CN.UTF-8"}


def test_chinese_people_get_it_in_chinese(private_key_file):
    done = run_bytes("sign", "b=2&a=1&sign_type=RSA2", private_key=private_key_file, environment=CHINESE)
    headings = [line for line in done.stdout.splitlines() if not line.isascii()]
    assert headings == ["读取形式：表单，共 3 个参数。", "待签名字符串：", "sign：", "URL：",
                        "请求体（application/x-www-form-urlencoded）："]
    done = run_bytes("sign", "notify_id=1&notify_type=t&sign_type=RSA2", environment=CHINESE)
    assert "待签名字符串（异步通知：不含 sign_type）：" in done.stdout.splitlines()
    done = run_bytes("sign", "curl https://x/v3/alipay/a", environment=CHINESE)
    assert done.stdout.splitlines()[:2] == ["读取形式：curl 命令，OpenAPI v3 的调用。",
                                            "待签名字符串（每一行都以 \\n 结束，最后一行也是）："]
