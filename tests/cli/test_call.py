# SPDX-License-Identifier: Apache-2.0
"""kaquan call: against the gateway, and against one that lies."""

import base64
import contextlib
import datetime
import json
import socket
import threading
import urllib.parse
from pathlib import Path

import pytest
from support import binary, keys
from support.lying import answering

from command import refused, refused_as_json, run_bytes, run_on_terminal

SEND = "alipay.marketing.voucher.send"
LIST = "alipay.marketing.voucher.list.query"
WALLET = "alipay.user.pass.grouplist.query"
KEY_FILES = Path(__file__).resolve().parents[1] / "golden" / "keys"


@pytest.fixture(scope="session")
def private_key_file(tmp_path_factory):
    from cryptography.hazmat.primitives import serialization
    path = tmp_path_factory.mktemp("keys") / "app_private_key.pem"
    path.write_bytes(keys.private_key().private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                      serialization.NoEncryption()))
    return path


@pytest.fixture
def caller(server, place, app, private_key_file):
    """The flags of a call to the run's gateway by the run's application."""
    return {"gateway": f"http://{server.listen}/gateway.do", "app_id": app.app_id, "private_key": private_key_file,
            "gateway_public_key": place.data / "gateway_public_key.pem"}


def biz(**fields):
    return json.dumps(fields, ensure_ascii=False)


# Against the gateway

@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_the_three_methods(caller, place, app, user, charset, sign_type):
    if sign_type == "RSA":
        place.run("app", "rotate-key", app_id=app.app_id, sign_type="RSA",
                  public_key=place.key_file(keys.private_key()))
    template_id = place.create_template(app.pid)
    flags = {**caller, "charset": charset, "sign_type": sign_type}

    def call(method, **fields):
        done = binary.run("call", method, **flags, biz=biz(**fields))
        assert (done.returncode, done.stderr) == (0, "")
        return json.loads(done.stdout)

    sent = call(SEND, template_id=template_id, user_id=user.user_id, out_biz_no="1", memo="优酷3个月兑换券")
    assert list(sent) == ["code", "msg", "voucher_id", "user_id"] and sent["code"] == "10000"
    assert place.vouchers(template_id=template_id)[0]["memo"] == "优酷3个月兑换券"
    listed = call(LIST, template_id=template_id, user_id=user.user_id)
    assert [voucher["voucher_id"] for voucher in listed["vouchers"]] == [sent["voucher_id"]]
    wallet = call(WALLET, user_id=user.user_id, group_type="voucher", time_status="CURRENT", page_size=10, page_num=1)
    assert wallet["pass_info_list"][0]["mechant_name"] == "卡券茶馆"


def test_output_is_the_response_as_it_came(caller, template_id, user):
    done = binary.run("call", LIST, **caller, biz=biz(template_id=template_id, user_id=user.user_id))
    assert done.stdout == '{"code":"10000","msg":"Success","vouchers":[]}\n'


def test_output_on_a_terminal_is_a_table(caller, place, app, user):
    template_id = place.create_template(app.pid)
    flags = {**caller, "template_id": template_id, "user_id": user.user_id}
    assert run_on_terminal(["call", LIST], **flags) == (0, "code      10000\nmsg       Success\nvouchers  []\n")
    sent = [json.loads(binary.run("call", SEND, **flags, out_biz_no=number).stdout)["voucher_id"] for number in "12"]
    status, written = run_on_terminal(["call", LIST], {"NO_COLOR": "1"}, **flags)
    lines = written.splitlines()
    assert status == 0 and lines[:4] == ["code  10000", "msg   Success", "", "vouchers (2):"]
    assert lines[4].split()[:2] == ["template_id", "voucher_id"] or "voucher_id" in lines[4]
    assert len(lines) == 7 and all(any(voucher_id in line for line in lines[5:]) for voucher_id in sent)
    done = binary.run("call", LIST, "--table", **flags)
    assert done.stdout == written
    piped = binary.run("call", LIST, **flags).stdout
    assert run_on_terminal(["call", LIST], **flags, json=True) == (0, piped) and json.loads(piped)["code"] == "10000"


def test_answer_cannot_steer_the_terminal(lying, gateway_key):
    """Names and values of a verified answer are shown, long cells cut, control characters and what is no list as well."""
    response = ('{"code":"10000","a\\u001b[2J":"x\\u009b31m","l":[{"k\\u001b":"' + "长" * 30 + '","n":null},'
                '{"m":{"deep":[1,2.50]}}],"mixed":[1,{}],"o":{"p":true}}')
    status, written = run_on_terminal(["call", LIST], {"NO_COLOR": "1"}, **lying(answer_of(gateway_key, LIST, response.encode())))
    assert status == 0 and "\x1b" not in written and "\x9b" not in written
    lines = written.splitlines()
    assert lines[1].split() == ["a?[2J", "x?31m"] and "mixed  [1,{}]" in lines and 'o      {"p":true}' in lines
    assert lines[5:7] == ["l (2):", lines[6]] and lines[6].split() == ["k?", "n", "m"]
    assert lines[7].split() == ["长" * 23 + "…"] and lines[8].split() == ['{"deep":[1,2.50]}']


@pytest.mark.parametrize("form", ["private_pkcs1.der", "private_pkcs8.der", "private_base64.txt", "private_pkcs1.pem",
                                  "private_crlf_bom.pem"])
def test_forms_of_the_private_key(caller, place, user, form):
    app = place.create_app(private_key=keys.load_private((KEY_FILES / "app_2048.pem").read_bytes()))
    flags = {**caller, "app_id": app.app_id, "private_key": KEY_FILES / form}
    done = binary.run("call", LIST, **flags, biz=biz(template_id=place.create_template(app.pid), user_id=user.user_id))
    assert (done.returncode, done.stderr) == (0, "")


def certificate_of(private_key):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.x509.oid import NameOID
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "gateway")])
    return (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private_key.public_key())
            .serial_number(1).not_valid_before(datetime.datetime(2020, 1, 1)).not_valid_after(datetime.datetime(2099, 1, 1))
            .sign(private_key, hashes.SHA256()))


@pytest.mark.parametrize("form", ["SubjectPublicKeyInfo", "PKCS1", "certificate", "bare base64"])
def test_forms_of_the_gateways_public_key(caller, place, template_id, user, tmp_path, form):
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    private_key = keys.load_private((place.data / "gateway_private_key.pem").read_bytes())
    spki = private_key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    text = {"SubjectPublicKeyInfo": spki,
            "PKCS1": private_key.public_key().public_bytes(Encoding.DER, PublicFormat.PKCS1),
            "certificate": certificate_of(private_key).public_bytes(Encoding.DER),
            "bare base64": base64.b64encode(spki)}[form]
    (tmp_path / "gateway_key").write_bytes(text)
    flags = {**caller, "gateway_public_key": tmp_path / "gateway_key"}
    done = binary.run("call", LIST, **flags, biz=biz(template_id=template_id, user_id=user.user_id))
    assert (done.returncode, done.stderr) == (0, "")


def test_unusable_key_files(caller, tmp_path):
    (tmp_path / "cut.der").write_bytes((KEY_FILES / "private_pkcs8.der").read_bytes()[:-1])
    (tmp_path / "empty").write_bytes(b"")
    for name, flags in [("cut.der", {"private_key": tmp_path / "cut.der"}), ("empty", {"private_key": tmp_path / "empty"}),
                        ("public.der", {"private_key": KEY_FILES / "public.der"}),
                        ("ec_public.pem", {"gateway_public_key": KEY_FILES / "ec_public.pem"}),
                        ("cut.der", {"gateway_public_key": tmp_path / "cut.der"}),
                        ("private_pkcs1.der", {"gateway_public_key": KEY_FILES / "private_pkcs1.der"}),
                        ("none.der", {"gateway_public_key": tmp_path / "none.der"})]:
        refused(binary.run("call", LIST, **{**caller, **flags}), 1, name)


def test_business_refusal(caller):
    done = binary.run("call", SEND, **caller, biz="{}")
    assert done.returncode == 1
    answer = json.loads(done.stdout)
    assert (answer["code"], answer["sub_code"]) == ("40004", "INVALID_PARAMETER")
    assert done.stderr == f"kaquan: INVALID_PARAMETER: {answer['sub_msg']}\n"
    done = binary.run("call", SEND, "--json", **caller, biz="{}")
    assert json.loads(done.stderr) == {"error": {"code": "INVALID_PARAMETER", "message": answer["sub_msg"]}}


def test_gateway_refusals(caller, place, app, tmp_path):
    def sub_code(method=LIST, **flags):
        done = binary.run("call", method, **{**caller, **flags})
        assert done.returncode == 1
        return json.loads(done.stdout)["sub_code"]
    assert sub_code("alipay.none") == "isv.invalid-method"
    assert sub_code(app_id="none") == "isv.invalid-app-id"
    assert sub_code(timestamp="2014-07-24 03:07:50") == "isv.invalid-timestamp"
    assert sub_code(timestamp="yesterday") == "isv.invalid-timestamp"
    assert sub_code(biz="[]") == "isv.illegal-json"
    assert sub_code(app_auth_token="none") == "aop.invalid-app-auth-token"
    assert sub_code(app_auth_token=place.grant(app, place.new_pid(), expires_in=0)) == "aop.app-auth-token-time-out"
    other = tmp_path / "other.pem"
    other.write_bytes((caller["gateway_public_key"].parent / "gateway_private_key.pem").read_bytes())
    assert sub_code(private_key=other) == "isv.invalid-signature"


def test_for_another_merchant(caller, place, app, user):
    merchant = place.new_pid()
    template_id = place.create_template(merchant)
    fields = biz(template_id=template_id, user_id=user.user_id, out_biz_no="1")
    assert binary.run("call", SEND, **caller, biz=fields).returncode == 1
    token = place.grant(app, merchant)
    assert binary.run("call", SEND, **caller, biz=fields, app_auth_token=token).returncode == 0


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_verbose_shows_every_step(caller, place, user, template_id, charset):
    memo = "优酷"
    done = binary.run("call", SEND, "--verbose", **caller, charset=charset,
                      biz=biz(template_id=template_id, user_id=user.user_id, out_biz_no="1", memo=memo))
    assert done.returncode == 0
    lines = done.stderr.splitlines()
    signed = lines[lines.index("String to sign (all parameters but sign, sorted by name):") + 1].strip()
    names = [pair.partition("=")[0] for pair in signed.split("&")]
    assert names == ["app_id", "biz_content", "charset", "format", "method", "sign_type", "timestamp", "version"]
    assert memo in signed
    signature = next(line for line in lines if line.startswith("  sign=")).removeprefix("  sign=")
    assert keys.verifies(keys.private_key().public_key(), "RSA2", signed.encode(charset), signature)
    url = lines[lines.index("POST:") + 1].strip()
    assert url.startswith(caller["gateway"] + "?app_id=")
    assert urllib.parse.quote_plus(memo, encoding=charset) in lines[lines.index("Request body:") + 1]
    assert f"Answer:\n  200 application/json;charset={charset}; trace_id " in done.stderr
    assert "gateway_public_key.pem (2048 bits, SHA-256 " in done.stderr
    assert lines[-1].strip() + "\n" == done.stdout
    # Both halves of it are understood.
    for shown, form in ((done.stderr, "a URL"), (done.stderr[done.stderr.index("Answer:"):], "an answer of the gateway")):
        verified = json.loads(binary.must_run("verify", stdin=shown, data=place.data, json=True))
        assert (verified["verifies"], verified["read_as"]) == (True, form)


def test_no_key_in_what_verbose_shows(caller, private_key_file):
    done = binary.run("call", LIST, "--verbose", **caller)
    for line in private_key_file.read_text().splitlines()[1:-1]:
        assert line not in done.stderr


def test_settings_from_the_environment(caller, template_id, user):
    variables = {"KAQUAN_" + name.upper(): str(value) for name, value in caller.items()}
    done = run_bytes("call", LIST, biz=biz(template_id=template_id, user_id=user.user_id), environment=variables)
    assert done.returncode == 0, done.stderr


def test_refusals_before_anything_is_sent(caller, place, tmp_path):
    def run(*words, **flags):
        return binary.run("call", *words, **{**caller, "biz": "{}", **flags})
    refused(run(), 2, "`kaquan call` needs a METHOD")
    refused(run(LIST, gateway=None), 2, "--gateway URL is missing")
    refused(run(LIST, gateway="127.0.0.1:8080"), 2, "must begin with http://")
    refused(run(LIST, gateway=caller["gateway"] + "?a=b"), 2, "must end before its query")
    refused(run(LIST, biz=""), 2, "--biz is empty")
    refused(run(LIST, "--biz=", biz=None, template_id="1"), 2, "--biz is empty")
    refused(run(LIST, charset="big5"), 2, "utf-8, gbk or gb2312, not big5")
    refused(run(LIST, sign_type="MD5"), 2, "RSA2 or RSA, not MD5")
    refused(run(LIST, timeout="0"), 2, "--timeout takes a whole number from 1")
    refused(run(LIST, private_key=tmp_path / "none.pem"), 1, "there is no file", "none.pem")
    refused(run(LIST, private_key=caller["gateway_public_key"]), 1, "gateway_public_key.pem", "private key")
    refused(run(LIST, gateway_public_key=caller["private_key"]), 1, "app_private_key.pem", "private key")
    refused(run(LIST, charset="gbk", biz=biz(memo="😀")), 2, "biz_content: ", "U+1F600")


# Against gateways that are none

def answer_of(private_key, method, response, sign_type="RSA2", sign=None):
    """An answer's body, signed with that key."""
    name = method.replace(".", "_") + "_response"
    signature = sign if sign is not None else keys.sign(private_key, sign_type, response).decode()
    return b'{"' + name.encode() + b'":' + response + b',"sign":"' + signature.encode() + b'"}'


@pytest.fixture
def lying(caller, place):
    """lying(body, status=…): a server that gives this answer to whatever it is asked; gives the caller's flags."""
    with contextlib.ExitStack() as stack:
        def start(body, status=200, headers=()):
            return {**caller, "gateway": stack.enter_context(answering(body, status, headers)), "biz": "{}"}
        yield start


@pytest.fixture
def gateway_key(place):
    return keys.load_private((place.data / "gateway_private_key.pem").read_bytes())


SUCCESS = b'{"code":"10000","msg":"Success"}'


def test_answer_with_a_right_signature(lying, gateway_key):
    """That the lying gateway would be believed if it did not lie."""
    done = binary.run("call", LIST, **lying(answer_of(gateway_key, LIST, SUCCESS)))
    assert (done.returncode, done.stdout.encode().strip()) == (0, SUCCESS)


def test_answer_in_another_order_with_white_space(lying, gateway_key):
    response = b'{ "code" : "10000",\n "a":"\\"}" }'
    signature = keys.sign(gateway_key, "RSA2", response)
    name = LIST.replace(".", "_").encode() + b"_response"
    body = b' {\n "sign" : "' + signature + b'" ,\t"' + name + b'" : ' + response + b'}'
    done = binary.run("call", LIST, **lying(body))
    assert (done.returncode, done.stdout.encode()) == (0, response + b"\n")


def test_changed_answer(lying, gateway_key):
    body = answer_of(gateway_key, LIST, SUCCESS).replace(b"Success", b"success")
    done = binary.run("call", LIST, **lying(body))
    refused(done, 1, "the answer's signature does not verify", "not to be relied on: 10000 success")


def test_answer_signed_by_somebody_else(lying):
    done = binary.run("call", LIST, "--json", **lying(answer_of(keys.private_key("other"), LIST, SUCCESS)))
    refused_as_json(done, 1, "ANSWER", "does not verify")


def test_answer_signed_with_the_other_algorithm(lying, gateway_key):
    flags = lying(answer_of(gateway_key, LIST, SUCCESS, sign_type="RSA"))
    refused(binary.run("call", LIST, **flags), 1, "does not verify")


def test_unsigned_answers(lying):
    body = b'{"error_response":{"code":"40002","msg":"Invalid Arguments","sub_code":"isv.invalid-app-id"}}'
    refused(binary.run("call", LIST, **lying(body)), 1, "carries no signature", "isv.invalid-app-id")
    refused(binary.run("call", LIST, **lying(answer_of(None, LIST, SUCCESS, sign=""))), 1, "carries no signature")
    junk = base64.b64encode(b"x" * 256).decode()
    refused(binary.run("call", LIST, **lying(answer_of(None, LIST, SUCCESS, sign=junk))), 1, "does not verify")


def test_answer_to_another_method(lying, gateway_key):
    refused(binary.run("call", LIST, **lying(answer_of(gateway_key, SEND, SUCCESS))), 1, "another method's")


@pytest.mark.parametrize("body", [b"", b"<html>Bad Gateway</html>", b"[]", b'{"a":1}', b'{"x_response":{"code":"10000"',
                                  b"\xff\xfe"], ids=range(6))
def test_no_answer_of_this_protocol(lying, body):
    done = binary.run("call", LIST, **lying(body))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("kaquan: ") and done.stderr.count("\n") == 1


def test_response_that_is_no_object(lying, gateway_key):
    refused(binary.run("call", LIST, **lying(answer_of(gateway_key, LIST, b'"secret"'))), 1, "not a JSON object")


STEERING = "".join(map(chr, [*range(0x7F, 0xA0), *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2066, 0x206A)]))


@pytest.mark.parametrize("code", ["10000", "40004"])
def test_json_cannot_steer_the_terminal(lying, gateway_key, code):
    """It is another text there, and the same JSON; in a pipe it is as it came."""
    answer = {"code": code, "msg": "长", "sub_code": "A" + STEERING, "sub_msg": "B" + STEERING}
    response = json.dumps(answer, ensure_ascii=False)[:-1] + "\r\n}"
    flags = lying(answer_of(gateway_key, LIST, response.encode()))
    piped = binary.run("call", LIST, "--json", **flags)
    assert piped.stdout == response.replace("\r\n", "\n") + "\n"
    status, written = run_on_terminal(["call", LIST, "--json"], **flags)
    shown, _, refusal = written.partition("}\n")
    assert json.loads(shown + "}") == answer and "长" in shown and status == (0 if code == "10000" else 1)
    assert not set(written) & set(STEERING)
    assert code == "10000" or json.loads(refusal)["error"] == {"code": answer["sub_code"], "message": "B" + "?" * len(STEERING)}
    status, written = run_on_terminal(["call", LIST], **flags)
    assert not set(written) & set(STEERING) and "sub_msg   B?" in written


def test_unverified_answer_cannot_steer_the_terminal(lying):
    body = answer_of(None, LIST, '{"code":"40004","sub_msg":"\\u001b[2J\x9b31m"}'.encode(), sign="")
    done = binary.run("call", LIST, **lying(body))
    assert done.returncode == 1 and "\x1b" not in done.stderr and "\x9b" not in done.stderr


@pytest.mark.parametrize("status", [302, 404, 413, 500, 502])
def test_http_status(lying, gateway_key, status):
    flags = lying(answer_of(gateway_key, LIST, SUCCESS), status, [("Location", "http://127.0.0.1:9/")])
    refused(binary.run("call", LIST, **flags), 1, f"HTTP status {status}")


def test_endless_answer(lying):
    refused(binary.run("call", LIST, **lying(b"{" + b" " * (17 << 20))), 1, "longer than 16777216 bytes")


def test_the_header_does_not_say_what_the_charset_is(lying, gateway_key):
    """It is not signed: the answer is in the call's charset."""
    response = '{"code":"10000","msg":"优酷"}'
    said = [("Content-Type", "text/html;charset=GBK")]
    done = binary.run("call", LIST, **lying(answer_of(gateway_key, LIST, response.encode()), headers=said))
    assert (done.returncode, done.stdout) == (0, response + "\n")
    done = binary.run("call", LIST, **lying(answer_of(gateway_key, LIST, response.encode("gbk")), headers=said))
    refused(done, 1, "is not in its charset")


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def test_nobody_listens(caller, listener):
    port = listener.getsockname()[1]
    listener.close()
    done = binary.run("call", LIST, "--json", **{**caller, "gateway": f"http://127.0.0.1:{port}/gateway.do"})
    refused_as_json(done, 1, "TRANSPORT", "no answer: ")


def test_https_where_http_is_spoken(caller):
    done = binary.run("call", LIST, **{**caller, "gateway": caller["gateway"].replace("http:", "https:")})
    refused(done, 1, "no answer: what answers there speaks no TLS: does the gateway's URL begin with http://?")


def test_nobody_answers(caller, listener):
    flags = {**caller, "gateway": f"http://127.0.0.1:{listener.getsockname()[1]}/gateway.do", "timeout": 1}
    refused(binary.run("call", LIST, **flags), 1, "no answer: ")


def test_connection_that_is_cut(caller, listener):
    def cut():
        for _ in range(3):  # a call that changes nothing is made again, twice
            connection, _ = listener.accept()
            with connection:
                connection.recv(1)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    thread = threading.Thread(target=cut)
    thread.start()
    flags = {**caller, "gateway": f"http://127.0.0.1:{listener.getsockname()[1]}/gateway.do"}
    done = binary.run("call", LIST, **flags)
    thread.join()
    refused(done, 1, "no answer: ")


def test_proxy_of_the_environment_is_not_used_on_loopback(caller, template_id, user):
    variables = {"http_proxy": "http://127.0.0.1:9", "ALL_PROXY": "http://127.0.0.1:9"}
    done = run_bytes("call", LIST, environment=variables, **caller,
                     biz=biz(template_id=template_id, user_id=user.user_id))
    assert done.returncode == 0, done.stderr
