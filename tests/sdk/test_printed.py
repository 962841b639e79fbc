# SPDX-License-Identifier: Apache-2.0
"""kaquan call --java, --python, --node: the printed programs run unchanged, with the libraries as they are published."""

import contextlib
import http.server
import json
import subprocess
import sys
import threading

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from support import binary, keys, printed
from support.call_modes import NEW_MODES, CallModes
from support.lying import answering
from support.recorder import Recorder


@pytest.fixture
def run(sdk, tmp_path):
    """run(language, text, mode, status): the printed program's output, with_errors: all that it wrote."""
    def run(language, text, mode="", **expected):
        if language == "java":
            folder = "java-v3" if mode.startswith("v3-") else "java"
            return printed.run(["java", "-cp", f"{sdk}/{folder}/lib/*", printed.write(tmp_path, "Call.java", text)],
                               **expected)
        if language == "node":
            return printed.run(["node", printed.write(tmp_path, "call.cjs", text)],
                               {"NODE_PATH": f"{sdk}/node/node_modules"}, **expected)
        return printed.run([sys.executable, printed.write(tmp_path, "call.py", text)], **expected)
    return run


@pytest.fixture
def flags(app, place, server, tmp_path):
    key = tmp_path / "app.pem"
    key.write_bytes(app.private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"gateway": f"http://{server.listen}/gateway.do", "app_id": app.app_id, "private_key": key,
            "gateway_public_key": place.data / "gateway_public_key.pem"}


def response(text):
    """Of an answer as the library gives it: whole, or its response member alone."""
    answer = json.loads(text)
    return next((value for name, value in answer.items() if name.endswith("_response")), answer)


LANGUAGES = ["java", "python", "node"]
NASTY = "杯 & 'a' \"$HOME\" `id` \\ \\n %41+ 😀 */ {{=gateway}}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_same_answer(run, flags, template_id, user, language):
    call = {**flags, "template_id": template_id, "user_id": user.user_id, "out_biz_no": NASTY, "memo": NASTY}
    own = json.loads(binary.run("call", "voucher.send", **call).stdout)
    assert own["code"] == "10000"
    shown = binary.run("call", "voucher.send", f"--{language}", **call)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "PRIVATE KEY-----" not in shown.stdout
    answer = response(run(language, shown.stdout))
    # The same voucher, as the call was made already: with another byte in out_biz_no it would be a new one.
    assert {name: value for name, value in answer.items() if name not in ("traceId", "trace_id")} == own


@pytest.mark.parametrize("language", LANGUAGES)
def test_text_that_a_language_could_trip_over(run, flags, place, app, user, language):
    template_id = place.create_template(app.pid)
    text = printed.code(language, "voucher.send", **flags, template_id=template_id, user_id=user.user_id,
                        out_biz_no="printed", memo=printed.ODD)
    assert response(run(language, text))["code"] == "10000"
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [printed.ODD]


@pytest.mark.parametrize("language", LANGUAGES)
def test_refusal(run, flags, user, language):
    text = printed.code(language, "voucher.send", **flags, template_id="2" * 28, user_id=user.user_id, out_biz_no="1")
    assert response(run(language, text, status=1))["sub_code"] == "TEMPLATE_NOT_EXIST"


@pytest.mark.parametrize("language", LANGUAGES)
def test_batchsend(run, flags, place, app, user, language):
    """The Python library's own type for it cannot be imported."""
    template_id = place.create_template(app.pid)
    text = printed.code(language, "batchsend", "--vouchers.user-id", user.user_id, **flags, template_id=template_id,
                        out_biz_no="printed")
    assert response(run(language, text))["code"] == "10000"
    assert len(place.vouchers(template_id=template_id)) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_for_another_merchant(run, flags, place, app, user, language):
    merchant = place.new_pid()
    template_id = place.create_template(merchant)
    text = printed.code(language, "voucher.list.query", **flags, template_id=template_id, user_id=user.user_id,
                        app_auth_token=place.grant(app, merchant))
    assert response(run(language, text))["code"] == "10000"


def test_python_reads_a_key_of_either_form(run, flags, place, app, user):
    flags["private_key"].write_bytes(
        app.private_key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
    for language in ("python", "node"):
        text = printed.code(language, "voucher.list.query", **flags, template_id=place.create_template(app.pid),
                            user_id=user.user_id)
        assert response(run(language, text))["code"] == "10000"


@pytest.mark.parametrize("language, protocol", [
    ("java", "form"), ("python", "form"), ("node", "form"), ("java", "v3"), ("node", "v3")])
def test_keys_with_the_line_ends_of_another_system(run, flags, place, app, user, tmp_path, language, protocol):
    for use in ("private_key", "gateway_public_key"):
        pem = flags[use].read_bytes()
        flags[use] = tmp_path / f"crlf-{use}"
        flags[use].write_bytes(pem.replace(b"\n", b"\r\n"))
    text = printed.code(language, "voucher.list.query", **flags, protocol=protocol,
                        template_id=place.create_template(app.pid), user_id=user.user_id)
    assert response(run(language, text, "v3-plain" if protocol == "v3" else ""))["vouchers"] == []


@pytest.fixture
def lying():
    """lying(status, body, headers): the URL of a gateway that answers so."""
    with contextlib.ExitStack() as stack:
        def start(status, body, headers=()):
            headers = [("Content-Type", "application/json;charset=utf-8"), *headers]
            return stack.enter_context(answering(body, status, headers, reason="reason \x1b[31m"))
        yield start


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("language, protocol", [
    ("java", "form"), ("python", "form"), ("node", "form"), ("java", "v3"), ("node", "v3")])
def test_no_unsigned_answer_steers_the_terminal(run, flags, lying, language, protocol, status):
    """What the program says comes from its library."""
    text = f"优酷 {printed.STEERING} 优酷"
    for answer in (text, '{"alipay_marketing_voucher_list_query_response":{"msg":"%s"},"sign":"AAAA"}' % text):
        gateway = lying(status, answer.encode("utf-8"))
        code = printed.code(language, "voucher.list.query", **{**flags, "gateway": gateway}, protocol=protocol, biz="{}")
        said = run(language, code, "v3-plain" if protocol == "v3" else "", status=1, with_errors=True)
        assert said != "" and not set(printed.STEERING) & set(said) - {"\n"}


@pytest.mark.parametrize("body, status", [
    ('{"code":"no","message":"not today","links":[]}', 1), ('{"code":"1","vouchers":[]}', 0)])
@pytest.mark.parametrize("language", ["java", "node"])
def test_a_refusal_of_v3_is_one_whatever_its_status_says(run, flags, lying, place, language, body, status):
    """The HTTP status is not signed: whoever stands between could have changed it."""
    gateway_key = keys.private_key("gateway of the test")
    signature = keys.sign(gateway_key, "RSA2", b"1\nn\n" + body.encode() + b"\n").decode()
    gateway = lying(200, body.encode(), [("alipay-timestamp", "1"), ("alipay-nonce", "n"), ("alipay-signature", signature)])
    own = {**flags, "gateway": gateway, "gateway_public_key": place.key_file(gateway_key)}
    code = printed.code(language, "voucher.list.query", **own, protocol="v3", biz="{}")
    assert json.loads(run(language, code, "v3-plain", status=status)) == json.loads(body)


@pytest.fixture
def recorder():
    """A gateway that answers nothing of use: its URL, and the bodies that came."""
    came = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            came.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/gateway.do", came
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_ends_early_or_is_changed(run, flags, language):
    recorder = Recorder()
    traps = printed.trap_flags(recorder)
    run(language, printed.code(language, "voucher.send", **{**flags, **traps}), status=1)
    printed.check_traps(recorder, traps)
    recorder.close()


@pytest.mark.parametrize("language", ["java", "node"])
def test_no_field_of_v3_ends_early_or_is_changed(run, flags, language):
    recorder = Recorder()
    traps = {name: printed.trap_flags(recorder)[name] for name in ("gateway", "biz")}
    run(language, printed.code(language, "voucher.send", **{**flags, **traps}, protocol="v3"), "v3-plain", status=1)
    assert json.loads(recorder.take().body) == json.loads(traps["biz"])
    recorder.close()


def test_longest_fields_of_java(run, flags):
    """Of the characters that are the longest in a class file."""
    recorder = Recorder()
    biz = json.dumps({"memo": "😀" * 8188}, ensure_ascii=False)
    for protocol in ("form", "v3"):
        call = {**flags, "gateway": f"http://127.0.0.1:{recorder.port}/gateway.do", "protocol": protocol, "biz": biz}
        run("java", printed.code("java", "voucher.send", **call), "v3-plain" if protocol == "v3" else "", status=1)
        assert len(recorder.take().body) > len(biz)
    recorder.close()


def test_node_sends_the_fields_as_they_were_written(sdk, flags, recorder, tmp_path):
    """As a literal of the language, __proto__ would be no field."""
    gateway, came = recorder
    biz = json.dumps({"__proto__": {"a": 1}, "memo": printed.ODD})
    text = printed.code("node", "voucher.send", **{**flags, "gateway": gateway}, protocol="v3", biz=biz)
    subprocess.run(["node", printed.write(tmp_path, "call.cjs", text)], capture_output=True, check=False, timeout=60,
                   env={**binary.ENVIRONMENT, "NODE_PATH": f"{sdk}/node/node_modules"})
    assert [json.loads(body) for body in came] == [json.loads(biz)]


@pytest.fixture(scope="module")
def call_modes(place, server, app, tmp_path_factory):
    return CallModes(place, server, app.pid, tmp_path_factory.mktemp("call-modes"))


@pytest.mark.parametrize("call_mode", NEW_MODES)
@pytest.mark.parametrize("language", ["java", "node"])
def test_every_mode(run, call_modes, place, app, user, language, call_mode):
    template_id = place.create_template(app.pid)
    text = printed.code(language, "voucher.send", **call_modes.flags(call_mode), template_id=template_id,
                        user_id=user.user_id, out_biz_no="printed", memo=printed.ODD)
    sent = response(run(language, text, call_mode))
    assert [(voucher["voucher_id"], voucher["memo"]) for voucher in place.vouchers(template_id=template_id)] == [
        (sent["voucher_id"], printed.ODD)]


@pytest.mark.parametrize("call_mode", ["certificates-aes", "v3-plain", "v3-certificates-aes"])
@pytest.mark.parametrize("language", ["java", "node"])
def test_refusal_in_another_mode(run, call_modes, user, language, call_mode):
    text = printed.code(language, "voucher.send", **call_modes.flags(call_mode), template_id="2" * 28,
                        user_id=user.user_id, out_biz_no="1")
    run(language, text, call_mode, status=1)


@pytest.mark.parametrize("call_mode", ["certificates", "v3-plain", "v3-certificates-aes"])
@pytest.mark.parametrize("language", ["java", "node"])
def test_every_mode_for_another_merchant(run, call_modes, place, user, language, call_mode):
    merchant, flags = place.new_pid(), call_modes.flags(call_mode)
    granted = place.json("app", "grant", app_id=flags["app_id"], pid=merchant)["app_auth_token"]
    text = printed.code(language, "voucher.list.query", **flags, template_id=place.create_template(merchant),
                        user_id=user.user_id, app_auth_token=granted)
    assert response(run(language, text, call_mode)).get("vouchers") == []
