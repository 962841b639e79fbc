# SPDX-License-Identifier: Apache-2.0
"""kaquan verify: why a signature fails, over a table of requests that are wrong for a known cause (support/broken.py)."""

import base64
import json
import re

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from support import binary, broken, broken_v3, keys, modes, protocol
from support.broken import CASES, FORGED, Case
from support.broken_v3 import CaseV3

from command import refused, run_bytes

APP_ID = "2014072300007148"
URL = b"https://openapi.alipay.com/gateway.do?"
PRIVATE_KEYS = ("app", "other", "gateway", "unknown")


@pytest.fixture(scope="session")
def private_keys():
    return {name: keys.private_key(name) for name in PRIVATE_KEYS}


@pytest.fixture(scope="session")
def key_files(tmp_path_factory, private_keys):
    directory = tmp_path_factory.mktemp("doctor")
    files = {name: directory / f"{name}.pem" for name in private_keys}
    for name, file in files.items():
        file.write_text(keys.public_pem(private_keys[name]), encoding="ascii")
    return files


@pytest.fixture(scope="session")
def verify(key_files):
    """Runs it on bytes, with the keys of the application, of another one and of the gateway."""
    def run(request, environment=None, json=True, **flags):
        return run_bytes("verify", "--public-key", str(key_files["app"]), "--public-key", str(key_files["other"]),
                         stdin=request, gateway_public_key=key_files["gateway"], file="-", environment=environment,
                         **({"json": True} if json else {}), **flags)
    return run


def found(done):
    """The names of what was found, checked: it fails with a sentence in both languages."""
    assert (done.returncode, done.stderr) == (1, ""), (done.stdout, done.stderr)
    diagnosis = json.loads(done.stdout)
    assert diagnosis["verifies"] is False
    assert diagnosis["sentence"].endswith(".") and diagnosis["sentence_zh"].endswith("。")
    if "{}" not in [finding["subject"] for finding in diagnosis["findings"]]:
        assert "{}" not in diagnosis["sentence"] + diagnosis["sentence_zh"]
    return [finding["name"] for finding in diagnosis["findings"]]


RIGHT = Case("right", [])


def encoded(case, private_keys):
    return URL + case.form(case.pairs(APP_ID, private_keys))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_cause_is_found(verify, private_keys, case):
    assert found(verify(encoded(case, private_keys))) == case.findings


@pytest.mark.parametrize("case", [case for case in CASES if case.form != protocol.form_encode], ids=str)
@pytest.mark.parametrize("words", ["POST /gateway.do HTTP/1.1\r\nHost: x\r\n\r\n{}", "GET /gateway.do?{} HTTP/1.1\r\nHost: x\r\n\r\n"],
                         ids=["POST", "GET"])
def test_a_request_that_was_not_encoded(verify, private_keys, words, case):
    form = case.form(case.pairs(APP_ID, private_keys)).decode("utf-8")
    done = verify(words.format(form).encode("utf-8"))
    assert found(done) == case.findings


@pytest.mark.parametrize("case", FORGED, ids=str)
def test_what_no_known_mistake_explains_is_said_to_be_so(verify, private_keys, case):
    done = verify(encoded(case, private_keys))
    assert found(done) == case.findings
    assert "no known mistake" in json.loads(done.stdout)["sentence"]


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["utf-8", "GBK", "gb2312"])
def test_a_right_one_verifies(verify, private_keys, sign_type, charset):
    case = Case("right", [], changes={"sign_type": sign_type, "charset": charset})
    done = verify(encoded(case, private_keys))
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout)["verdict"] == "verifies"


def test_the_evidence_is_where_the_strings_differ(verify, private_keys):
    case = Case("timestamp", [], items=broken.values(lambda value: value.replace(" ", "+"), "timestamp"))
    diagnosis = json.loads(verify(encoded(case, private_keys)).stdout)
    offset = diagnosis["difference"]["offset"]
    expected = diagnosis["string_to_sign"].encode("utf-8")
    signed = diagnosis["signed_string"].encode("utf-8")
    assert expected[:offset] == signed[:offset] and (expected[offset:offset + 1], signed[offset:offset + 1]) == (b" ", b"+")
    assert diagnosis["difference"]["expected"] != diagnosis["difference"]["signed"]
    assert diagnosis["digest"] == "SHA-256" and diagnosis["signed_by"].endswith("app.pem")


def test_a_long_request_is_bounded_in_time(verify, private_keys):
    case = Case("long", [], changes={"biz_content": broken.compact({"memo": "卡" * 100000})},
                items=broken.with_(biz_content="{\"a\":1}"))
    assert found(verify(encoded(case, private_keys))) == ["search-cut-off"]


@pytest.mark.parametrize("size", [340, 256, 255, 254, 253, 3, 1])
def test_a_cut_signature(verify, private_keys, size):
    case = Case("cut", [], sent_sign=lambda sign: sign[:size])
    done = verify(encoded(case, private_keys))
    assert found(done) == ["sign-cut"]
    assert f"it has {size * 3 // 4} bytes" in json.loads(done.stdout)["sentence"]


def test_a_signature_that_lost_the_last_byte_of_its_padding(verify, private_keys):
    """Without any it is read."""
    case = Case("cut", [], sent_sign=lambda sign: sign[:343])
    done = verify(encoded(case, private_keys))
    assert found(done) == ["sign-without-padding"]
    assert json.loads(done.stdout)["sentence"].startswith("Send the whole sign")


@pytest.mark.parametrize("name, more", [("sign", "sign=x"), ("app_id", "app_id=1"), ("charset", "charset=")])
def test_a_parameter_that_is_there_twice(verify, private_keys, name, more):
    """The gateway does not get as far as the signature."""
    right = encoded(RIGHT, private_keys)
    done = verify(right + b"&" + more.encode())
    assert found(done) == ["parameter-twice"]
    assert json.loads(done.stdout)["sentence"].startswith(f"Send {name} once")
    same = json.loads(verify(right + b"&charset=utf-8").stdout)
    assert same["verifies"] is True


def test_no_signature(verify):
    assert found(verify(URL + b"app_id=1&sign_type=RSA2&method=m")) == ["sign-missing"]


def test_the_signature_may_be_given_beside_the_request(verify, private_keys):
    pairs = dict(RIGHT.pairs(APP_ID, private_keys))
    sign = pairs.pop(b"sign").decode("ascii")
    done = verify(URL + protocol.form_encode(pairs.items()), sign=sign)
    assert json.loads(done.stdout)["verifies"] is True


def test_a_private_key_whose_public_half_is_not_registered(verify, private_keys, tmp_path):
    from cryptography.hazmat.primitives import serialization
    file = tmp_path / "own.pem"
    file.write_bytes(private_keys["unknown"].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    case = Case("own", [], sign_with="unknown")
    assert found(verify(encoded(case, private_keys), private_key=file)) == ["key-not-registered"]


def test_the_gateways_public_key_where_the_applications_belongs(private_keys, key_files):
    done = run_bytes("verify", stdin=encoded(RIGHT, private_keys), json=True, public_key=key_files["gateway"],
                     gateway_public_key=key_files["gateway"])
    assert found(done) == ["gateway-key-registered"]


# The newer protocol

@pytest.mark.parametrize("case", broken_v3.CASES, ids=str)
def test_a_cause_is_found_in_a_call_of_openapi_v3(verify, private_keys, case):
    assert found(verify(case.dump(APP_ID, private_keys))) == case.findings


@pytest.mark.parametrize("case", broken_v3.FORGED, ids=str)
def test_what_no_known_mistake_explains_in_a_call_of_openapi_v3(verify, private_keys, case):
    done = verify(case.dump(APP_ID, private_keys))
    assert found(done) == case.findings
    assert "no known mistake" in json.loads(done.stdout)["sentence"]


@pytest.mark.parametrize("case", [CaseV3("POST", []), CaseV3("GET", [], get=True), CaseV3("token", [], token=broken.TOKEN),
                                  CaseV3("form", [], **broken_v3.FORM), CaseV3("no body", [], body=""),
                                  CaseV3("more", [], more={"app_cert_sn": "0" * 32, "x": "1"})], ids=str)
def test_a_right_call_of_openapi_v3_verifies(verify, private_keys, case):
    done = verify(case.dump(APP_ID, private_keys))
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert json.loads(done.stdout)["verdict"] == "verifies"


def curl(case, private_keys):
    headers = " ".join(f"-H '{name}: {value}'" for name, value in case.headers(APP_ID, private_keys).items())
    body = "" if case.get else f" -d '{case.sent_body()}'"
    return f"curl -s 'https://{broken_v3.HOST}{case.target}' {headers}{body}".encode()


def har(case, private_keys):
    headers = [{"name": name, "value": value} for name, value in case.headers(APP_ID, private_keys).items()]
    body = {} if case.get else {"postData": {"mimeType": case.content_type, "text": case.content(case.sent_body())}}
    request = {"method": case.method, "url": f"https://{broken_v3.HOST}{case.target}", "headers": headers, **body}
    return json.dumps({"log": {"entries": [{"request": {"method": "GET", "url": "https://x/logo.png"}},
                                           {"request": request}]}}).encode()


def log_line(case, private_keys):
    token = f' alipay-app-auth-token: "{case.token}"' if case.token else ""
    return (f'2014-07-24 03:07:50 INFO {case.method} {case.target} {case.sent_body()} headers=[authorization: '
            f'{case.authorization(APP_ID, private_keys)}]{token}').encode()


def json_line(case, private_keys):
    body = {} if case.get else {"body": case.sent_body()}
    return json.dumps({"level": "info", "method": case.method.lower(), "url": case.target,
                       "headers": case.headers(APP_ID, private_keys), **body}).encode()


@pytest.mark.parametrize("form", [curl, har, log_line, json_line])
@pytest.mark.parametrize("case", [CaseV3("right", []), CaseV3("GET", [], get=True),
                                  CaseV3("token", [], token=broken.TOKEN, body='{"a":"}{"}')], ids=str)
def test_a_call_of_openapi_v3_in_any_form(verify, private_keys, form, case):
    assert json.loads(verify(form(case, private_keys)).stdout)["verdict"] == "verifies"


def test_a_multipart_call_of_openapi_v3_by_curl(verify, private_keys):
    case = CaseV3("right", [], body='{"a":1}')
    command = curl(case, private_keys).replace(b"-d '", b"-F file=@a.png -F 'data=").replace(b"}'", b"};type=application/json'")
    assert json.loads(verify(command).stdout)["verdict"] == "verifies"


def posted(private_keys, words):
    """A right POST of {"a":1} as people write it; the words may have {P} for host and path, and {A} for the header."""
    case = CaseV3("right", [], body='{"a":1}')
    return (words.replace("{P}", f"{broken_v3.HOST}{case.target}")
            .replace("{A}", f"authorization: {case.authorization(APP_ID, private_keys)}").encode())


@pytest.mark.parametrize("words", [
    """curl {P} -H '{A}' -d '{"a":1}'""",
    """curl https://{P} -H'{A}' -d'{"a":1}'""",
    """curl -XPOST https://{P} -H '{A}' --json '{"a"' --json ':1}'""",
    """curl -sSXPOST --cacert /etc/ca.pem https://{P} -H '{A}' --data-raw '{"a":1}'""",
    """curl {P} -H '{A}' -Fdata='{"a":1}' -Ffile=@a.png""",
    """2014-07-24 [ctx={a=1}] POST {P} {A} body={"a":1}""",
    """2014-07-24 [ctx] POST https://{P} {A} body={"a":1} response={"b":2}""",
    """{"method":"POST","url":"{P}","authorization":"{A}","body":"{\\"a\\":1}"}"""], ids=lambda words: words[:44])
def test_a_right_call_of_openapi_v3_as_people_write_it(verify, private_keys, words):
    request = posted(private_keys, words).replace(b'"authorization":"authorization: ', b'"authorization":"')
    done = verify(request)
    assert json.loads(done.stdout)["verdict"] == "verifies", done.stdout


@pytest.mark.parametrize("words", ["curl -G {H} -H '{A}' -d a=1 -d b=2", "curl --get https://{H} -H '{A}' -d a=1 -d b=2",
                                   "curl -sG '{H}?a=1' -H '{A}' --data-urlencode b=2"])
def test_a_query_that_curl_makes_of_data(verify, private_keys, words):
    case = CaseV3("query", [], get=True, query=[("a", "1"), ("b", "2")])
    request = (words.replace("{H}", broken_v3.HOST + case.target.split("?")[0])
               .replace("{A}", f"authorization: {case.authorization(APP_ID, private_keys)}"))
    done = verify(request.encode())
    assert json.loads(done.stdout)["verdict"] == "verifies", done.stdout


def test_a_query_that_curl_makes_for_the_older_protocol(verify, private_keys):
    form = protocol.form_encode(RIGHT.pairs(APP_ID, private_keys)).decode("ascii")
    done = verify(f"curl -G openapi.alipay.com/gateway.do -d '{form}'".encode())
    assert json.loads(done.stdout)["verdict"] == "verifies", done.stdout


@pytest.mark.parametrize("words", ["-d @body.json", "-d@body.json", "--data @body.json", "--json @body.json", "-F data=@body.json",
                                   "--data-urlencode @body.json", "--data-binary @-"])
def test_a_body_in_a_file_is_asked_for(verify, private_keys, words):
    done = verify(posted(private_keys, "curl {P} -H '{A}' " + words), json=False)
    assert done.returncode != 0 and done.stdout == ""
    assert "the body is in a file that this text does not have" in done.stderr


def test_authorization_that_the_gateway_does_not_read(verify, private_keys):
    right = CaseV3("right", []).dump(APP_ID, private_keys)
    assert found(verify(right.replace(b"ALIPAY-SHA256withRSA", b"ALIPAY-SHA1withRSA"))) == ["scheme-invalid"]
    assert found(verify(right.replace(b"\r\nContent-Type", b",app_cert_sn=1\r\nContent-Type"))) == ["sign-not-last"]
    assert found(verify(b"POST /v3/alipay/a HTTP/1.1\r\n\r\n{}")) == ["authorization-missing"]
    assert found(verify(b"POST /v3/alipay/a HTTP/1.1\r\nauthorization: ALIPAY-SHA256withRSA app_id=1\r\n\r\n{}")) == [
        "sign-missing"]


def test_authorization_without_a_space_behind_the_scheme(verify, private_keys):
    done = verify(CaseV3("right", []).dump(APP_ID, private_keys).replace(b"withRSA ", b"withRSA"))
    assert found(done) == ["scheme-invalid"]
    assert "and a space: ALIPAY-SHA256withRSAapp_id is another scheme." in json.loads(done.stdout)["sentence"]
    assert found(verify(b"POST /v3/alipay/a HTTP/1.1\r\nauthorization: Bearer abc\r\n\r\n{}")) == [
        "scheme-invalid", "sign-missing"]


def test_quotes_in_authorization(verify, private_keys, place):
    quoted = CaseV3("quotes", [], list_join=lambda listed: ",".join(f'{name}="{value}"' for name, value in listed.items()))
    dump = quoted.dump(APP_ID, private_keys)
    for item in (b"app_id", b"nonce", b"timestamp", b"sign"):
        dump = re.sub(b"([ ,])" + item + b"=([^,\r]*)", rb'\1' + item + rb'="\2"', dump, count=1)
    assert found(verify(dump)) == ["authorization-with-quotes"]
    refused(run_bytes("verify", stdin=dump, data=place.data), 1, f"no application {APP_ID}")


@pytest.mark.parametrize("name", [b"sign", b"nonce", b"timestamp"])
def test_spaces_in_authorization(verify, private_keys, name):
    """Behind the string that was signed, in it, or put into it on its way."""
    signed = CaseV3("spaces", [], list_join=lambda listed: ", ".join(f"{name}={value}" for name, value in listed.items()))
    right = CaseV3("right", []).dump(APP_ID, private_keys)
    assert found(verify(right.replace(b"," + name + b"=", b", " + name + b"="))) == ["authorization-with-spaces"]
    dump = signed.dump(APP_ID, private_keys)
    for item in (b"nonce", b"timestamp"):
        dump = dump.replace(b"," + item + b"=", b", " + item + b"=")
    assert found(verify(dump)) == ["authorization-with-spaces"]
    both = CaseV3("two", [], lines=broken_v3.line("method", "post")).dump(APP_ID, private_keys)
    assert found(verify(both.replace(b"," + name + b"=", b", " + name + b"="))) == [
        "authorization-with-spaces", "http-method-case"]


def test_a_space_beside_what_the_gateway_does_not_know_is_none(verify, private_keys):
    case = CaseV3("more", [], more={" x": "1"})
    assert json.loads(verify(case.dump(APP_ID, private_keys)).stdout)["verdict"] == "verifies"


def test_lines_have_names_in_both_languages(verify, private_keys):
    two = CaseV3("two", [], token=broken.TOKEN, lines=broken_v3.without("method", "token"))
    diagnosis = json.loads(verify(two.dump(APP_ID, private_keys)).stdout)
    assert diagnosis["sentence"].startswith("Sign the HTTP method, alipay-app-auth-token as well")
    assert diagnosis["sentence_zh"].startswith("把 HTTP 方法、alipay-app-auth-token 也")
    json_anew = json.loads(verify(CaseV3("JSON", [], lines=broken_v3.body_as()).dump(APP_ID, private_keys)).stdout)
    assert json_anew["sentence"].startswith("Write the JSON of the body once")
    assert json_anew["sentence_zh"].startswith("请求体的 JSON 只序列化一次")


def test_nothing_of_a_request_steers_the_terminal(verify, private_keys):
    """C1 controls and what turns a line's direction, in a sentence, in both strings and in their difference."""
    body = broken.compact({"memo": "\u009b31m\u202eRED\u2066"})
    case = CaseV3("control", [], body=body, lines=broken_v3.line("path", lambda path: path + "\u009b\u202e/"))
    subject = CaseV3("subject", [], more={"\u009bx\u2069": "1"}, items=broken_v3.without("\u009bx\u2069"))
    for dump in (CaseV3("anew", [], body=body, lines=broken_v3.body_as(ensure_ascii=False)).dump(APP_ID, private_keys),
                 case.dump(APP_ID, private_keys), subject.dump(APP_ID, private_keys)):
        for json_too in (False, True):
            done = verify(dump, json=json_too)
            assert done.returncode == 1
            assert not re.search("[\u0080-\u009f\u202a-\u202e\u2066-\u2069]", done.stdout), done.stdout


def test_a_long_call_of_openapi_v3_is_bounded_in_time(verify, private_keys):
    case = CaseV3("long", [], body=broken.compact({"memo": "卡" * 100000}), lines=broken_v3.line("body", '{"a":1}'))
    assert found(verify(case.dump(APP_ID, private_keys))) == ["search-cut-off"]


PIECES = "the next line, the body"


@pytest.mark.parametrize("words, sentence", [
    ("fetch('{Q}', {{method: 'POST', body: '{B}'}})", "this fetch() call"),
    ('fetch("{Q}", {{method: "POST", body: "{B}"}})', "this fetch() call"), ('fetch("{Q}", options)', "this fetch() call"),
    ('fetch(url, {{"body": "{B}"}})', "this fetch() call"),
    ('Invoke-WebRequest -Uri "{Q}" -Body $body', "this PowerShell command"),
    ('Invoke-WebRequest -Uri "{Q}" -Body "$body"', "this PowerShell command"),
    ('Invoke-WebRequest -Uri "{Q}" -Headers $headers -Body "{B}"', "this PowerShell command"),
    ('Invoke-WebRequest -Uri "{Q}" -Body "{B}', "this PowerShell command"),
    ("requests.post('{Q}', data='{B}')", PIECES), ("wget --post-data '{B}' '{Q}'", PIECES),
    ("http -f POST '{Q}' biz_content='{{}}'", PIECES), ("xhr.open('POST', '{Q}'); xhr.send('{B}')", PIECES)])
def test_a_form_that_is_not_read_is_not_read_wrongly(verify, private_keys, words, sentence):
    pairs = RIGHT.pairs(APP_ID, private_keys)
    query = URL + protocol.form_encode([pair for pair in pairs if pair[0] != b"biz_content"])
    body = protocol.form_encode([pair for pair in pairs if pair[0] == b"biz_content"])
    text = words.format(Q=query.decode("ascii"), B=body.decode("ascii"))
    refused(verify(text.encode(), json=False), 1, sentence)


# Notifications

NOTIFICATION = {"notify_id": "2014072300001", "notify_type": "voucher_use", "notify_time": "2014-07-24 03:07:50",
                "app_id": APP_ID, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2", "memo": "茶"}


def notification(private_key, left_out):
    signed = [(name.encode(), value.encode()) for name, value in NOTIFICATION.items() if name not in left_out]
    sign = keys.sign(private_key, "RSA2", protocol.string_to_sign(signed))
    return protocol.form_encode([(name.encode(), value.encode()) for name, value in NOTIFICATION.items()]
                                + [(b"sign", sign)])


def test_a_notification_is_signed_by_the_gateway_without_sign_type(verify, private_keys, key_files):
    form = notification(private_keys["gateway"], ["sign_type"])
    assert json.loads(verify(form).stdout)["verifies"] is True
    assert found(verify(notification(private_keys["gateway"], []))) == ["sign-type-rule"]
    assert found(verify(notification(private_keys["other"], ["sign_type"]))) == ["not-the-gateway's-key"]


# Answers

RESPONSE = '{"code":"10000","msg":"Success","memo":"卡券 \\"a\\""}'


def answer(private_key, codec="utf-8", sign_type="RSA2", response=RESPONSE, more=""):
    sign = keys.sign(private_key, sign_type, response.encode(codec)).decode("ascii")
    return f'{{"alipay_marketing_voucher_send_response":{response},{more}"sign":"{sign}"}}'.encode(codec)


DUMP = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
@pytest.mark.parametrize("before, behind", [(b"", b"\n"), (DUMP, b""), (b"Answer body:\n  ", b"\nVerified: these 3 bytes\n  {}\n"),
                                            (b"Answer:\n  HTTP/1.1 200 OK\n\nAnswer body:\n  ", b"")])
def test_an_answer_of_the_gateway_verifies(verify, private_keys, sign_type, codec, before, behind):
    done = verify(before + answer(private_keys["gateway"], codec, sign_type, more='"alipay_cert_sn":"1",') + behind)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    diagnosis = json.loads(done.stdout)
    assert (diagnosis["verdict"], diagnosis["read_as"]) == ("verifies", "an answer of the gateway")
    assert diagnosis["signed_by"].endswith("gateway.pem")


def test_an_answer_in_gbk_as_a_screen_shows_it(verify, private_keys):
    shown = answer(private_keys["gateway"], "gbk").decode("gbk").encode("utf-8")
    assert json.loads(verify(shown).stdout)["verifies"] is True


def test_an_answer_that_does_not_verify(verify, private_keys):
    right = answer(private_keys["gateway"])
    assert found(verify(right.replace(b"10000", b"20000"))) == ["answer-changed"]
    assert found(verify(json.dumps(json.loads(right)).encode())) == ["answer-changed"]
    assert found(verify(answer(private_keys["unknown"]))) == ["answer-key-unknown"]
    assert found(verify(b'{"error_response":{"code":"40002"}}')) == ["answer-unsigned"]


def test_an_answer_wants_the_gateways_key(private_keys, key_files):
    right = answer(private_keys["gateway"])
    done = run_bytes("verify", stdin=right, public_key=key_files["app"], json=True)
    assert found(done) == ["answer-key-unknown"] and "--gateway-public-key" in json.loads(done.stdout)["sentence"]
    refused(run_bytes("verify", stdin=right), 2, "an answer of the gateway", "--gateway-public-key", "--data")
    refused(run_bytes("verify", stdin=right[:-20], public_key=key_files["app"]), 1, "cut off or broken")
    refused(run_bytes("verify", stdin=DUMP + b"{}", public_key=key_files["app"]), 1, "none of gateway.do")
    refused(run_bytes("sign", stdin=right), 1, "an answer of the gateway")


@pytest.mark.parametrize("name", ["app", "other"])
def test_an_answer_that_another_key_has_signed(verify, private_keys, key_files, name):
    done = verify(answer(private_keys[name]))
    assert found(done) == ["not-the-gateway's-key"] and str(key_files[name]) in json.loads(done.stdout)["sentence"]
    given = run_bytes("verify", stdin=answer(private_keys[name]), public_key=key_files[name], json=True)
    assert found(given) == ["not-the-gateway's-key"] and "--gateway-public-key" in json.loads(given.stdout)["sentence"]


def test_an_answer_whose_key_was_given_twice(private_keys, key_files):
    done = run_bytes("verify", stdin=answer(private_keys["gateway"]), public_key=key_files["gateway"],
                     gateway_public_key=key_files["gateway"])
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("name", ["MD5", "SHA224", "SHA384", "SHA512"])
def test_an_answer_that_was_signed_with_another_digest(verify, private_keys, name):
    signature = private_keys["gateway"].sign(RESPONSE.encode("utf-8"), padding.PKCS1v15(), getattr(hashes, name)())
    sign = base64.b64encode(signature).decode("ascii")
    done = verify(f'{{"alipay_x_response":{RESPONSE},"sign":"{sign}"}}'.encode())
    assert found(done) == ["other-digest"] and name in json.loads(done.stdout)["sentence"].replace("SHA-", "SHA")


def test_an_answer_with_the_key_of_a_data_directory(place):
    gateway = keys.load_private((place.data / "gateway_private_key.pem").read_bytes())
    done = run_bytes("verify", stdin=answer(gateway), data=place.data)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[:3] == ["The signature verifies.", "Read as an answer of the gateway; the key is that of the gateway, the "
                         "digest SHA-256.", "What is signed of it:"]


# With the keys of a data directory

def test_registered_keys_and_other_applications(place, private_keys):
    rsa = place.create_app(private_key=private_keys["other"])
    app = place.create_app(private_key=private_keys["app"])
    right = URL + protocol.form_encode(RIGHT.pairs(app.app_id, private_keys))
    assert json.loads(place.run("verify", stdin=right.decode("ascii"), json=True))["verifies"] is True
    case = Case("other", [], sign_with="other")
    done = binary.run("verify", stdin=(URL + protocol.form_encode(case.pairs(app.app_id, private_keys))).decode("ascii"),
                      json=True, data=place.data)
    assert found(done) == ["other-application-key"]
    assert rsa.app_id in json.loads(done.stdout)["sentence"]


def test_a_key_that_is_registered_for_the_other_sign_type(place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    place.run("app", "rotate-key", app_id=app.app_id, sign_type="RSA",
              public_key=place.key_file(private_keys["unknown"]))
    case = Case("RSA key for RSA2", [], sign_with="unknown")
    url = URL + protocol.form_encode(case.pairs(app.app_id, private_keys))
    assert found(binary.run("verify", stdin=url.decode("ascii"), json=True, data=place.data)) == [
        "key-of-other-sign-type"]
    newer = CaseV3("RSA key", [], body="{}", sign_with="unknown").dump(app.app_id, private_keys)
    names, diagnosis = found_with(place, newer)
    assert names == ["key-of-other-sign-type"] and "sign_type=" not in diagnosis["sentence"]


def test_the_gateways_own_key_of_a_data_directory(place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    gateway = keys.load_private((place.data / "gateway_private_key.pem").read_bytes())
    case = Case("gateway", [], sign_with="gateway")
    url = URL + protocol.form_encode(case.pairs(app.app_id, {**private_keys, "gateway": gateway}))
    assert found(binary.run("verify", stdin=url.decode("ascii"), json=True, data=place.data)) == ["gateway-key"]


# With the certificates of a data directory

def certified(place, private_key):
    """An application in certificate mode, and its certificate's number."""
    app, path = modes.create_app(place, place.new_pid(), private_key)
    return app, modes.sn(path.read_bytes())


def found_with(place, request):
    done = binary.run("verify", stdin=request.decode("ascii"), json=True, data=place.data)
    return found(done), json.loads(done.stdout)


def calls(app_cert_sn, **how):
    """The same wrong call by both protocols; None: it names no certificate."""
    more = {"app_cert_sn": app_cert_sn} if app_cert_sn else {}
    return [Case("older", [], changes={**more, "biz_content": "{}"}, **how),
            CaseV3("newer", [], more=more, body="{}", **how)]


def bytes_of(case, app_id, private_keys):
    return case.dump(app_id, private_keys) if isinstance(case, CaseV3) else URL + protocol.form_encode(
        case.pairs(app_id, private_keys))


def test_a_call_in_certificate_mode_verifies(place, private_keys):
    app, number = certified(place, private_keys["app"])
    for case in calls(number):
        done = binary.run("verify", stdin=bytes_of(case, app.app_id, private_keys).decode("ascii"), json=True, data=place.data)
        assert json.loads(done.stdout)["verifies"] is True


def test_another_applications_certificate_is_named(own_place, private_keys):
    app, number = certified(own_place, private_keys["app"])
    other, other_number = certified(own_place, keys.private_key("certified-other"))
    for case in calls(number, sign_with="certified"):
        request = bytes_of(case, app.app_id, {**private_keys, "certified": keys.private_key("certified-other")})
        names, diagnosis = found_with(own_place, request)
        assert names == ["other-application-key"]
        assert diagnosis["signed_by"] == f"the certificate {other_number} of application {other.app_id}"
        assert diagnosis["signed_by"] in diagnosis["sentence"]
        assert f"应用 {other.app_id} 的证书 {other_number}" in diagnosis["sentence_zh"]


def test_a_certificate_that_is_not_named_and_a_key_without_one(place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    path = modes.issue(place, app.app_id, keys.private_key("phased-in"))
    place.run("app", "rotate-key", app_id=app.app_id, certificate=path, keep_current=True)
    number = modes.sn(path.read_bytes())
    signers = {**private_keys, "next": keys.private_key("phased-in")}
    for case in calls(None, sign_with="next"):
        names, diagnosis = found_with(place, bytes_of(case, app.app_id, signers))
        assert names == ["certificate-not-named"] and f"app_cert_sn={number}" in diagnosis["sentence"]
    for case in calls(number, sign_with="app"):
        names, diagnosis = found_with(place, bytes_of(case, app.app_id, signers))
        assert names == ["key-without-certificate"] and number in diagnosis["sentence"]


def test_one_key_with_a_certificate_and_without_is_both(place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    path = modes.issue(place, app.app_id, private_keys["app"])
    place.run("app", "rotate-key", app_id=app.app_id, certificate=path, keep_current=True)
    for case in calls(None) + calls(modes.sn(path.read_bytes())):
        done = binary.run("verify", stdin=bytes_of(case, app.app_id, private_keys).decode("ascii"), json=True, data=place.data)
        assert json.loads(done.stdout)["verifies"] is True


def test_an_application_that_is_not_there(place, private_keys):
    url = encoded(RIGHT, private_keys).replace(APP_ID.encode(), b"2099000000000000")
    refused(run_bytes("verify", stdin=url, data=place.data), 1, "2099000000000000", "kaquan app list")


def test_a_request_that_does_not_say_whose_it_is(place, private_keys):
    case = Case("no app_id", [], changes={"app_id": None})
    url = encoded(case, private_keys)
    refused(run_bytes("verify", stdin=url, data=place.data), 1, "has no app_id", "--app-id", "--public-key")
    app = place.create_app(private_key=private_keys["app"])
    given = run_bytes("verify", stdin=url, data=place.data, app_id=app.app_id, json=True)
    assert json.loads(given.stdout)["verifies"] is True


# For people

def test_people_get_the_sentence_first(verify, private_keys):
    case = Case("unsorted", [], join=broken.as_sent)
    done = verify(encoded(case, private_keys), json=False)
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("Sort the parameters by name")
    assert "String to sign:" in lines and "The string that was signed:" in lines


@pytest.mark.parametrize("environment", [{"LC_ALL": "zh_CN.UTF-8"}, {"LC_ALL": "", "LANG": "zh_CN"},
                                         {"LC_ALL": "", "LC_MESSAGES": "zh_TW", "LANG": "C"}])
def test_chinese_people_get_it_in_chinese(verify, private_keys, key_files, environment):
    case = Case("unsorted", [], join=broken.as_sent)
    done = verify(encoded(case, private_keys), json=False, environment=environment)
    assert done.stdout.startswith("拼接之前先按参数名排序")
    own = [line for line in done.stdout.splitlines() if not line.startswith(("app_id=", "  "))]
    assert own[1:4] == [f"读取形式：URL，共 9 个参数；密钥是 {key_files['app']} 的，摘要算法 SHA-256。", "待签名字符串：",
                        "被签名的字符串："]
    assert re.fullmatch(r"从第 \d+ 个字节起不同：", own[4]) and len(own) == 5
    assert [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")] == ["应签名", "实际签名"]



def test_a_right_one_is_said_to_verify(verify, private_keys):
    done = verify(encoded(RIGHT, private_keys), json=False)
    assert done.returncode == 0 and done.stdout.startswith("The signature verifies.\n")


def test_wrong_usage(private_keys, key_files, tmp_path):
    url = encoded(RIGHT, private_keys)
    refused(run_bytes("verify", stdin=url), 2, "--public-key", "--data")
    refused(run_bytes("verify", "app_id=1&sign=x", file="-", public_key=key_files["app"]), 2, "--file")
    refused(run_bytes("verify", stdin=b"nothing of the sort", public_key=key_files["app"]), 1, "no parameters")
    refused(run_bytes("verify", "app_id=1&sign=x", public_key=tmp_path / "no.pem"), 1, "no.pem")
