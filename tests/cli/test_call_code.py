# SPDX-License-Identifier: Apache-2.0
"""kaquan call --curl, --http, --php, …: the printed call is the same call."""

import http.server
import json
import shutil
import socket
import subprocess
import threading

import pytest
from cryptography.hazmat.primitives import serialization
from support import binary, content, keys, modes
from support import printed as programs
from support.call_modes import NEW_MODES, CallModes
from support.recorder import Recorder

from command import refused
from test_call import KEY_FILES, answer_of, caller, gateway_key, lying, private_key_file
from test_call_fields import OFFLINE

__all__ = ["caller", "gateway_key", "lying", "private_key_file"]

OFFLINE_PEM = {**OFFLINE, "private_key": KEY_FILES / "app_2048.pem", "gateway_public_key": KEY_FILES / "public.pem"}
LIST = "voucher.list.query"
NASTY = ["杯 & 茶", "it's \"$HOME\" `id` \\ \\n %41+", "a\nb\t😀", "*/ <?php ?> {{=gateway}} //"]

# Of the same first bytes as what steers a terminal.
TEXT = "优酷 é\u00a0\u2029\u202f\u2065\u206a 😀"


def printed(form, *words, **flags):
    done = binary.run("call", *words, f"--{form}", **flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def by_curl(text):
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def refused_by_curl(text):
    """What the script printed, which was to fail, and what it said."""
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 1, (done.stdout, done.stderr)
    return (json.loads(done.stdout) if done.stdout else None), done.stderr


def by_php(text, folder, status=0):
    """What the program printed and, where it is to fail, what it said."""
    done = subprocess.run(["php", programs.write(folder, "call.php", text)], capture_output=True, text=True,
                          env={**binary.ENVIRONMENT, "LC_ALL": "C", "TZ": "America/New_York"}, timeout=30, check=False)
    assert done.returncode == status, (done.stdout, done.stderr)
    return (json.loads(done.stdout) if done.stdout else None), done.stderr


def by_socket_raw(text, gateway):
    host, _, port = gateway.split("/")[2].rpartition(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(text)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    return received.split(b"\r\n\r\n", 1)[1]


def by_socket(text, gateway):
    return json.loads(by_socket_raw(text, gateway))


def raw_printed(form, *words, **flags):
    done = subprocess.run(binary.arguments(["call", *words, f"--{form}"], flags), capture_output=True,
                          env=binary.ENVIRONMENT, timeout=30, check=True)
    return done.stdout


def response(envelope):
    assert envelope["sign"]
    return next(value for name, value in envelope.items() if name.endswith("_response"))


@pytest.mark.parametrize("form", ["curl", "http", "php"])
@pytest.mark.parametrize("out_biz_no", NASTY)
def test_same_answer(caller, template_id, user, tmp_path, form, out_biz_no):
    flags = {**caller, "template_id": template_id, "user_id": user.user_id, "out_biz_no": out_biz_no,
             "memo": out_biz_no}
    own = json.loads(binary.run("call", "voucher.send", **flags).stdout)
    assert own["code"] == "10000"
    if form == "curl":
        answer = by_curl(printed(form, "voucher.send", **flags))
    elif form == "http":
        answer = response(by_socket(raw_printed(form, "voucher.send", **flags), caller["gateway"]))
    else:
        answer, _ = by_php(printed(form, "voucher.send", **flags), tmp_path)
    # The same voucher, as the call was made already: with another byte in out_biz_no it would be a new one.
    assert answer == own
    other = json.loads(binary.run("call", "voucher.send", **{**flags, "out_biz_no": out_biz_no + "."}).stdout)
    assert other["voucher_id"] != own["voucher_id"]


def test_nothing_is_sent_and_no_key_is_shown():
    assert "PRIVATE" not in printed("php", LIST, **OFFLINE_PEM)


@pytest.fixture
def recorder():
    recorder = Recorder()
    yield recorder
    recorder.close()


@pytest.mark.parametrize("form, interpreter", [("curl", "bash"), ("php", "php")])
def test_no_text_ends_early_or_is_changed(recorder, tmp_path, form, interpreter):
    flags = programs.trap_flags(recorder)
    path = tmp_path / "call"
    path.write_bytes(raw_printed(form, "voucher.send", **{**OFFLINE_PEM, **flags}))
    programs.run([interpreter, path], status=1)  # it is answered by nobody whom it could believe
    programs.check_traps(recorder, flags)


@pytest.mark.parametrize("protocol", ["form", "v3"])
@pytest.mark.parametrize("form, interpreter", [("curl", "bash"), ("php", "php")])
def test_a_gateways_url_is_no_pattern(recorder, tmp_path, form, interpreter, protocol):
    """Of which curl would make four calls."""
    flags = {**OFFLINE_PEM, "gateway": f"http://127.0.0.1:{recorder.port}/{{a,b}}[1-2]", "protocol": protocol}
    path = programs.write(tmp_path, "call", printed(form, LIST, **flags, biz="{}"))
    programs.run([interpreter, path], status=1)
    assert recorder.take().path.startswith("/{a,b}[1-2]")


@pytest.mark.parametrize("form", ["java", "python", "node", "c"])
def test_no_program_reads_as_another_one(form):
    """Where a language has escapes; between the single quotes of a shell or PHP there are none."""
    text = printed(form, LIST, **{**OFFLINE_PEM, "biz": json.dumps({"memo": programs.STEERING}, ensure_ascii=False)})
    assert not set(programs.STEERING) & set(text) - {"\n"}


@pytest.mark.parametrize("form, interpreter", [("curl", "bash"), ("php", "php")])
def test_no_key_files_name_ends_early(caller, template_id, user, tmp_path, form, interpreter):
    flags = {**caller, "template_id": template_id, "user_id": user.user_id}
    for use in ("private_key", "gateway_public_key"):
        pem = flags[use].read_bytes()
        flags[use] = tmp_path / f"-{use[:3]}\r\n '\"\\' $(exit 7) `exit 7` ?> * \\u0022 😀"
        flags[use].write_bytes(pem)
    path = tmp_path / "call"
    path.write_bytes(raw_printed(form, LIST, **flags))
    assert json.loads(programs.run([interpreter, path]))["vouchers"] == []


# The longest for which each form is printed; two thirds of it are twice as long where quotes are escaped.
LONGEST = '{"a":["' + '","' * 10919 + '"]} '
assert len(LONGEST) == 32768


@pytest.mark.parametrize("protocol", ["form", "v3"])
@pytest.mark.parametrize("form, interpreter", [("curl", "bash"), ("php", "php")])
def test_long_fields(recorder, tmp_path, form, interpreter, protocol):
    (tmp_path / "content").write_text("AAECAwQFBgcICQoLDA0ODw==\n")
    flags = {**OFFLINE_PEM, "gateway": f"http://127.0.0.1:{recorder.port}/gateway.do", "protocol": protocol}
    for more in ({}, {"content_key": tmp_path / "content"}):
        path = programs.write(tmp_path, "call", printed(form, LIST, **flags, **more, biz=LONGEST))
        programs.run([interpreter, path], status=1)
        assert len(recorder.take().body) >= len(LONGEST)


@pytest.mark.parametrize("protocol", ["form", "v3"])
@pytest.mark.parametrize("form", ["curl", "java"])
def test_fields_that_are_too_long_for_a_program(form, protocol):
    assert LONGEST in printed("php", LIST, protocol=protocol, biz=LONGEST + " ", **OFFLINE_PEM).replace("\\\\", "\\")
    refused(binary.run("call", LIST, f"--{form}", protocol=protocol, biz=LONGEST + " ", **OFFLINE_PEM), 2,
            f"--{form}", "32768 bytes", "--php")


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_php_in_any_charset(caller, place, app, user, tmp_path, charset, sign_type):
    if sign_type == "RSA":
        place.run("app", "rotate-key", app_id=app.app_id, sign_type="RSA",
                  public_key=place.key_file(keys.private_key()))
    template_id = place.create_template(app.pid)
    # 镕 is in GBK and not in GB2312; the other odd characters are in neither.
    memo = programs.ODD if charset == "utf-8" else "优酷朱镕基 '\"\\ $x {$y} %41"
    answer, _ = by_php(printed("php", "voucher.send", **caller, charset=charset, sign_type=sign_type,
                               template_id=template_id, user_id=user.user_id, out_biz_no="1", memo=memo), tmp_path)
    assert answer["code"] == "10000"
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [memo]


def test_php_for_another_merchant(caller, place, app, user, tmp_path):
    merchant = place.new_pid()
    answer, _ = by_php(printed("php", LIST, **caller, template_id=place.create_template(merchant), user_id=user.user_id,
                               app_auth_token=place.grant(app, merchant)), tmp_path)
    assert answer == {"code": "10000", "msg": "Success", "vouchers": []}


def test_php_of_a_refusal(caller, user, tmp_path):
    flags = {**caller, "template_id": "2" * 28, "user_id": user.user_id, "out_biz_no": "1", "charset": "gbk"}
    answer, said = by_php(printed("php", "voucher.send", **flags), tmp_path, status=1)
    assert answer["sub_code"] == "TEMPLATE_NOT_EXIST"
    assert said == "40004 Business Failed; TEMPLATE_NOT_EXIST 模板不存在\n"


def test_php_believes_no_other_gateway(caller, place, app, user, tmp_path):
    flags = {**caller, "gateway_public_key": place.key_file(keys.private_key("stranger")), "user_id": user.user_id}
    text = printed("php", LIST, **flags, template_id=place.create_template(app.pid))
    assert by_php(text, tmp_path, status=1) == (None, "the signature of the answer is wrong\n")


def test_php_where_nobody_answers(caller, user, tmp_path):
    flags = {**caller, "gateway": "http://127.0.0.1:1/gateway.do", "user_id": user.user_id}
    answer, said = by_php(printed("php", LIST, **flags, template_id="2" * 28), tmp_path, status=1)
    assert answer is None and "Connection refused" in said and said.count("\n") == 1


def test_php_of_a_character_that_the_charset_lacks(caller, user, tmp_path):
    flags = {**caller, "template_id": "2" * 28, "user_id": user.user_id, "out_biz_no": "😀", "charset": "gbk"}
    answer, said = by_php(printed("php", "voucher.send", **flags), tmp_path, status=1)
    assert answer is None and "illegal character" in said


def test_php_with_a_given_time(caller, user, tmp_path):
    flags = {**caller, "template_id": "2" * 28, "user_id": user.user_id, "timestamp": "2020-01-01 00:00:00"}
    answer, _ = by_php(printed("php", LIST, **flags), tmp_path, status=1)
    assert answer["sub_code"] == "isv.invalid-timestamp"


@pytest.mark.parametrize("form", ["curl", "php", "c"])
def test_method_that_would_end_a_remark(form):
    refused(binary.run("call", "alipay.x\ny */ ?>", f"--{form}", **OFFLINE_PEM), 2, "letters, digits, dots")


def test_two_forms_at_once():
    refused(binary.run("call", LIST, "--curl", "--http", **OFFLINE_PEM), 2, "at a time")


def test_time_stamp_where_a_library_makes_it():
    refused(binary.run("call", LIST, "--java", timestamp="2026-01-01 00:00:00", **OFFLINE_PEM), 2, "--timestamp")


@pytest.mark.parametrize("biz", ["no JSON", "[]", '"{}"', "{} x", '{"a":'])
@pytest.mark.parametrize("form, protocol", [("python", "form"), ("node", "form"), ("node", "v3"), ("java", "v3")])
def test_fields_that_are_no_object_where_a_library_takes_one(form, protocol, biz):
    refused(binary.run("call", LIST, f"--{form}", protocol=protocol, biz=biz, **OFFLINE_PEM), 2, "no JSON object")


@pytest.mark.parametrize("form, protocol", [("curl", "form"), ("php", "v3"), ("c", "v3"), ("java", "form")])
def test_fields_that_are_no_object_as_they_were_written(form, protocol):
    assert "no JSON" in printed(form, LIST, protocol=protocol, biz="no JSON", **OFFLINE_PEM)


def test_key_of_any_form_for_the_library_that_reads_it():
    assert str(OFFLINE["private_key"]) in printed("c", LIST, **OFFLINE)


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["gbk", "gb2312"])
def test_other_charset(caller, place, app, template_id, user, charset, sign_type):
    if sign_type == "RSA":
        place.run("app", "rotate-key", app_id=app.app_id, sign_type="RSA",
                  public_key=place.key_file(keys.private_key()))
    flags = {**caller, "template_id": template_id, "user_id": user.user_id, "out_biz_no": "优酷镕 '$' \\",
             "charset": charset, "sign_type": sign_type}
    own = json.loads(binary.run("call", "voucher.send", **flags).stdout)
    done = subprocess.run(["bash"], input=raw_printed("curl", "voucher.send", **flags), capture_output=True,
                          timeout=30, check=True)
    assert json.loads(done.stdout.decode("gbk")) == own
    assert response(by_socket(raw_printed("http", "voucher.send", **flags), caller["gateway"])) == own


# Against gateways that are none

@pytest.fixture(params=["curl", "php"])
def refused_program(request, tmp_path):
    """refused_program(words…, flags…): what such a program prints, which is to fail, and what it says."""
    def run(*words, changed=lambda text: text, **flags):
        text = changed(printed(request.param, *words, **flags))
        return refused_by_curl(text) if request.param == "curl" else by_php(text, tmp_path, status=1)
    return run


@pytest.fixture
def elsewhere():
    """A server that nobody is to talk to: its URL, and the requests that came."""
    came = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def answer(self):
            came.append((self.requestline, dict(self.headers)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = answer

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/", came
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("protocol", ["form", "v3"])
@pytest.mark.parametrize("form", ["curl", "php"])
def test_no_program_goes_where_a_gateway_sends_it(lying, elsewhere, tmp_path, form, protocol, status):
    """The merchant's token would go along."""
    url, came = elsewhere
    flags = lying(b"", status=status, headers=[("Location", url)])
    text = printed(form, LIST, **flags, protocol=protocol, app_auth_token="of the merchant")
    interpreter = {"curl": "bash", "php": "php"}[form]
    subprocess.run([interpreter, programs.write(tmp_path, "call", text)], capture_output=True, timeout=30, check=False)
    assert came == []


def signed_by_v3(gateway_key, body):
    """The headers of an answer of OpenAPI v3."""
    signature = keys.sign(gateway_key, "RSA2", b"1\nn\n" + body + b"\n").decode()
    return [("alipay-timestamp", "1"), ("alipay-nonce", "n"), ("alipay-signature", signature)]


@pytest.mark.parametrize("body", ['{"code":"10000","vouchers":[]}', '{"code":null}', "{}"])
def test_php_knows_a_success_of_v3_by_its_status(lying, gateway_key, tmp_path, body):
    flags = lying(body.encode(), headers=signed_by_v3(gateway_key, body.encode()))
    assert by_php(printed("php", LIST, **flags, protocol="v3"), tmp_path) == (json.loads(body), "")


@pytest.mark.parametrize("status", [201, 400, 500])
@pytest.mark.parametrize("body, sentence", [
    ('{"code":"no","message":"not today"}', "no not today\n"), ('{"vouchers":[]}', "HTTP status {status}\n")])
def test_php_knows_a_refusal_of_v3_by_its_status(lying, gateway_key, tmp_path, status, body, sentence):
    flags = lying(body.encode(), status=status, headers=signed_by_v3(gateway_key, body.encode()))
    answer, said = by_php(printed("php", LIST, **flags, protocol="v3"), tmp_path, status=1)
    assert (answer, said) == (json.loads(body), sentence.format(status=status))


@pytest.mark.parametrize("body", [
    '{"code":"no","message":"not today","links":[]}', '{ "message" : "not today {x} \\" [", "code":"no"}'])
def test_no_program_takes_a_refusal_of_v3_for_a_success(refused_program, lying, gateway_key, body):
    """Its HTTP status is not signed: whoever stands between could have changed it."""
    flags = lying(body.encode(), headers=signed_by_v3(gateway_key, body.encode()))
    answer, said = refused_program(LIST, **flags, protocol="v3")
    assert answer == json.loads(body) and (said == "" or said.startswith("no not today"))


@pytest.mark.parametrize("body, sentence", [
    ('{"code":"x","message":""}', "the answer is not encrypted\n"), ("AAAA", "decrypt")])
def test_no_program_takes_a_success_of_v3_that_is_not_encrypted(refused_program, lying, gateway_key, tmp_path, body,
                                                                sentence):
    content_key = tmp_path / "content"
    content_key.write_text("AAECAwQFBgcICQoLDA0ODw==\n")
    flags = lying(body.encode(), headers=signed_by_v3(gateway_key, body.encode()))
    answer, said = refused_program(LIST, **flags, protocol="v3", content_key=content_key)
    assert answer is None and sentence in said


# In the newer modes

@pytest.fixture(scope="module")
def call_modes(place, server, app, tmp_path_factory):
    return CallModes(place, server, app.pid, tmp_path_factory.mktemp("call-modes"))


def opened(answer, mode, flags):
    """What was answered in any mode: an envelope, or the bare answer of v3; both may be encrypted."""
    if not mode.startswith("v3-"):
        answer = response(json.loads(answer))
    return json.loads(content.decrypt(flags["content_key"].read_text(), answer)) if "aes" in mode else (
        json.loads(answer) if isinstance(answer, (str, bytes)) else answer)


@pytest.mark.parametrize("mode", NEW_MODES)
def test_http_in_every_mode(call_modes, place, app, user, mode):
    template_id, flags = place.create_template(app.pid), call_modes.flags(mode)
    text = raw_printed("http", "voucher.send", **flags, template_id=template_id, user_id=user.user_id, out_biz_no="1",
                       memo=programs.ODD)
    sent = opened(by_socket_raw(text, flags["gateway"]), mode, flags)
    assert [(voucher["voucher_id"], voucher["memo"]) for voucher in place.vouchers(template_id=template_id)] == [
        (sent["voucher_id"], programs.ODD)]


@pytest.mark.parametrize("mode", NEW_MODES)
def test_curl_in_every_mode(call_modes, place, app, user, mode):
    template_id, flags = place.create_template(app.pid), call_modes.flags(mode)
    text = printed("curl", "voucher.send", **flags, template_id=template_id, user_id=user.user_id, out_biz_no="1",
                   memo=programs.ODD)
    sent = by_curl(text)
    assert [(voucher["voucher_id"], voucher["memo"]) for voucher in place.vouchers(template_id=template_id)] == [
        (sent["voucher_id"], programs.ODD)]
    assert by_curl(text)["voucher_id"] == sent["voucher_id"]  # each run is a call of its own


@pytest.mark.parametrize("mode", ["plain", *NEW_MODES])
def test_curl_of_a_refusal_in_every_mode(call_modes, user, mode):
    text = printed("curl", "voucher.send", **call_modes.flags(mode), template_id="2" * 28, user_id=user.user_id,
                   out_biz_no="1")
    answer, said = refused_by_curl(text)
    assert (answer.get("sub_code", answer["code"]), said) == ("TEMPLATE_NOT_EXIST", "")


@pytest.mark.parametrize("mode", NEW_MODES)
def test_curl_for_another_merchant_in_every_mode(call_modes, place, user, mode):
    merchant, flags = place.new_pid(), call_modes.flags(mode)
    granted = place.json("app", "grant", app_id=flags["app_id"], pid=merchant)["app_auth_token"]
    text = printed("curl", LIST, **flags, template_id=place.create_template(merchant), user_id=user.user_id,
                   app_auth_token=granted)
    assert by_curl(text)["vouchers"] == []


def test_curl_in_gbk_and_encrypted(call_modes, place, app, user):
    template_id, flags = place.create_template(app.pid), call_modes.flags("certificates-aes")
    text = raw_printed("curl", "voucher.send", **flags, charset="gbk", template_id=template_id, user_id=user.user_id,
                       out_biz_no="1", memo="优酷朱镕基")
    done = subprocess.run(["bash"], input=text, capture_output=True, timeout=30, check=True)
    assert json.loads(done.stdout.decode("gbk"))["code"] == "10000"
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == ["优酷朱镕基"]


def test_curl_with_a_given_time_of_v3(call_modes, user):
    flags = {**call_modes.flags("v3-plain"), "template_id": "2" * 28, "user_id": user.user_id}
    answer, _ = refused_by_curl(printed("curl", LIST, **flags, timestamp="2020-01-01 00:00:00"))
    assert answer["code"] == "invalid-timestamp"
    refused(binary.run("call", LIST, "--curl", **flags, timestamp="yesterday"), 1, "timestamp")


@pytest.mark.parametrize("mode", NEW_MODES)
def test_php_in_every_mode(call_modes, place, app, user, tmp_path, mode):
    template_id = place.create_template(app.pid)
    text = printed("php", "voucher.send", **call_modes.flags(mode), template_id=template_id, user_id=user.user_id,
                   out_biz_no="1", memo=programs.ODD)
    sent, _ = by_php(text, tmp_path)
    assert [(voucher["voucher_id"], voucher["memo"]) for voucher in place.vouchers(template_id=template_id)] == [
        (sent["voucher_id"], programs.ODD)]


@pytest.mark.parametrize("mode", NEW_MODES)
def test_php_of_a_refusal_in_every_mode(call_modes, user, tmp_path, mode):
    text = printed("php", "voucher.send", **call_modes.flags(mode), template_id="2" * 28, user_id=user.user_id,
                   out_biz_no="1")
    answer, said = by_php(text, tmp_path, status=1)
    assert answer.get("sub_code", answer["code"]) == "TEMPLATE_NOT_EXIST"
    assert "TEMPLATE_NOT_EXIST 模板不存在" in said


@pytest.mark.parametrize("mode", NEW_MODES)
def test_php_for_another_merchant_in_every_mode(call_modes, place, user, tmp_path, mode):
    merchant, flags = place.new_pid(), call_modes.flags(mode)
    granted = place.json("app", "grant", app_id=flags["app_id"], pid=merchant)["app_auth_token"]
    text = printed("php", LIST, **flags, template_id=place.create_template(merchant), user_id=user.user_id,
                   app_auth_token=granted)
    assert by_php(text, tmp_path)[0]["vouchers"] == []


def test_no_program_believes_a_changed_answer(refused_program, lying, gateway_key):
    body = answer_of(gateway_key, LIST, b'{"code":"10000","msg":"Success"}')
    answer, said = refused_program(LIST, **lying(body.replace(b"Success", b"success")))
    assert answer is None and "the signature of the answer is wrong" in said
    answer, said = refused_program(LIST, **lying(b'{"error_response":{"code":"10000"}}'))
    assert answer is None and "this is no signed answer" in said


def test_no_program_believes_a_changed_answer_of_v3(refused_program, lying, gateway_key):
    for body in (b"{} ", b"{}\n", b""):
        answer, said = refused_program(LIST, **lying(body, headers=signed_by_v3(gateway_key, b"{}")), protocol="v3")
        assert answer is None and "the signature of the answer is missing or wrong" in said
    answer, said = refused_program(LIST, **lying(b"{}"), protocol="v3")
    assert answer is None and "the signature of the answer is missing or wrong" in said


@pytest.mark.parametrize("protocol, status", [("form", 200), ("v3", 200), ("v3", 500)])
@pytest.mark.parametrize("answer", ["{text}", '{{"error_response":"{text}"}}', '{{"code":"x","message":"{text}"}}'])
def test_no_unsigned_answer_steers_the_terminal(refused_program, lying, protocol, status, answer):
    body = answer.format(text=TEXT + programs.STEERING + TEXT)
    shown, said = refused_program(LIST, **lying(body.encode(), status=status), protocol=protocol)
    *_, sentence, nothing = said.split("\n")
    assert shown is None and nothing == "" and TEXT + "?" * len(programs.STEERING) + TEXT in sentence
    assert not set(programs.STEERING) & set(said) - {"\n"}


@pytest.mark.parametrize("mode", ["plain", *NEW_MODES])
def test_no_program_believes_another_gateway(refused_program, call_modes, place, app, user, tmp_path, mode):
    flags = call_modes.flags(mode)
    if "certificates" in mode:
        other = tmp_path / "other.pem"
        other.write_bytes(modes.self_signed(keys.private_key("stranger")))
        flags = {**flags, "gateway_certificate": other}
    else:
        flags = {**flags, "gateway_public_key": place.key_file(keys.private_key("stranger"))}
    answer, said = refused_program(LIST, **flags, template_id=place.create_template(app.pid), user_id=user.user_id)
    assert answer is None and "wrong" in said


@pytest.mark.parametrize("protocol", ["form", "v3"])
def test_no_program_takes_a_success_in_clear_for_an_encrypted_call(refused_program, call_modes, place, app, user,
                                                                   protocol):
    """Its own request, with what asks for an encrypted answer taken out of it."""
    def in_clear(text):
        for line in ("encrypt_type", "alipay-encrypt-type", "openssl_encrypt", "openssl enc \"${cipher"):
            text = "".join(kept for kept in text.splitlines(keepends=True) if line not in kept)
        return text.replace("Content-Type: text/plain", "Content-Type: application/json")
    flags = {**call_modes.flags("aes"), "protocol": protocol}
    assert refused_program(LIST, changed=in_clear, **flags, template_id=place.create_template(app.pid),
                           user_id=user.user_id) == (None, "the answer is not encrypted\n")


WRAPPER = """#!/bin/sh
printf '%s\\n' "$*" >>{seen}
exec {program} "$@"
"""


@pytest.mark.parametrize("mode", ["plain", *NEW_MODES])
def test_curl_shows_no_secret_to_who_lists_processes(call_modes, place, user, tmp_path, mode):
    """But the key that openssl takes as an argument only."""
    seen, text_only = tmp_path / "seen", "only the gateway's to read"
    for name in ("curl", "openssl", "tr", "od", "date", "iconv", "cat"):
        wrapped = programs.write(tmp_path, name, WRAPPER.format(seen=seen, program=shutil.which(name)))
        assert wrapped.exists()
    merchant, flags = place.new_pid(), call_modes.flags(mode)
    granted = place.json("app", "grant", app_id=flags["app_id"], pid=merchant)["app_auth_token"]
    text = printed("curl", "voucher.send", **flags, template_id=place.create_template(merchant), user_id=user.user_id,
                   out_biz_no="1", memo=text_only, app_auth_token=granted)
    done = subprocess.run(["bash"], input=text, capture_output=True, text=True, timeout=30, check=False,
                          env={**binary.ENVIRONMENT, "PATH": f"{tmp_path}:{binary.ENVIRONMENT['PATH']}"})
    assert (done.returncode, done.stderr) == (0, "")
    arguments = seen.read_text()
    assert "--config -" in arguments and "-verify" in arguments
    for secret in (granted, text_only, user.user_id, "sign="):
        assert secret not in arguments


@pytest.mark.parametrize("protocol", ["form", "v3"])
@pytest.mark.parametrize("form", ["curl", "php"])
@pytest.mark.parametrize("kind", ["certificate", "PKCS#1", "CRLF"])
def test_another_form_of_the_gateways_key(caller, gateway_key, template_id, user, tmp_path, kind, form, protocol):
    public = gateway_key.public_key()
    other = tmp_path / "other.pem"
    other.write_bytes({
        "certificate": modes.self_signed(gateway_key), "CRLF": keys.public_pem(gateway_key).replace("\n", "\r\n").encode(),
        "PKCS#1": public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1)}[kind])
    flags = {**caller, "gateway_public_key": other, "template_id": template_id, "user_id": user.user_id}
    text = printed(form, LIST, **flags, protocol=protocol)
    answer = by_curl(text) if form == "curl" else by_php(text, tmp_path)[0]
    assert answer["vouchers"] == []


def test_php_in_gbk_and_encrypted(call_modes, place, app, user, tmp_path):
    template_id, flags = place.create_template(app.pid), call_modes.flags("certificates-aes")
    text = printed("php", "voucher.send", **flags, charset="gbk", template_id=template_id, user_id=user.user_id,
                   out_biz_no="1", memo="优酷朱镕基")
    assert by_php(text, tmp_path)[0]["code"] == "10000"
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == ["优酷朱镕基"]


def test_php_with_a_given_time_of_v3(call_modes, user, tmp_path):
    flags = {**call_modes.flags("v3-plain"), "template_id": "2" * 28, "user_id": user.user_id}
    answer, _ = by_php(printed("php", LIST, **flags, timestamp="2020-01-01 00:00:00"), tmp_path, status=1)
    assert answer["code"] == "invalid-timestamp"


@pytest.mark.parametrize("mode", NEW_MODES)
def test_a_form_that_knows_no_other_mode(call_modes, mode):
    refused(binary.run("call", LIST, "--python", **call_modes.flags(mode)), 2, "--python prints knows neither",
            "every other form")
