# SPDX-License-Identifier: Apache-2.0
"""Why a call's signature fails: in the log and on the admin address, never in the answer. The table of wrong requests is
support/broken.py; tests/cli/test_verify.py runs it through the command."""

import json
import re
import time
import urllib.parse

import pytest

from support import broken, broken_v3, http, keys, modes, protocol
from support.broken import CASES, FORGED, Case
from support.client import Client
from support.server import Server
from support.v3 import Answer, V3ModeClient, assert_refused

FOUND_TIMEOUT_S = 60
KEYS = ("app", "other", "unknown")


def failures(server, headers=()):
    response = http.exchange(server.admin, http.request(b"GET", b"/doctor", list(headers)))
    assert response.status == 200 and response.headers["content-type"] == "application/json"
    return json.loads(response.body)


def wait_for(server, trace_id):
    """The diagnosis of that call."""
    give_up = time.monotonic() + FOUND_TIMEOUT_S
    while True:
        for failure in failures(server)["failures"]:
            if failure["trace_id"] == trace_id:
                return failure
        assert time.monotonic() < give_up, f"call {trace_id} was not diagnosed"
        time.sleep(0.02)


@pytest.fixture(scope="module")
def private_keys(place):
    gateway = keys.load_private((place.data / "gateway_private_key.pem").read_bytes())
    return {"gateway": gateway, **{name: keys.private_key(f"doctor-{name}") for name in KEYS}}


@pytest.fixture(scope="module")
def other(place, private_keys):
    return place.create_app(private_key=private_keys["other"])


def refuse(server, app, case, private_keys):
    """Sends it: refused as any wrong signature is, and not told more."""
    client = Client(server, app)
    answer = client.send_pairs(case.pairs(app.app_id, private_keys),
                               lambda pairs: http.post(b"/gateway.do", case.form(pairs)))
    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-signature"), answer
    return answer


@pytest.mark.parametrize("case", CASES + FORGED, ids=str)
def test_the_cause_is_told_to_operators_alone(server, place, other, private_keys, case):
    app = place.create_app(private_key=private_keys["app"])  # of its own: each may have one diagnosis a second
    answer = refuse(server, app, case, private_keys)
    failure = wait_for(server, answer.trace_id)
    assert failure["findings"] == case.findings
    assert failure["app_id"] == app.app_id
    line = f"call {answer.trace_id} of application {app.app_id}: its signature fails. {failure['sentence']}"
    assert line[:900] in server.stderr()
    assert failure["sentence"] not in answer.text and failure["sentence_zh"] not in answer.text


def refuse_v3(server, app, case, private_keys):
    """The same of the newer protocol."""
    request = case.dump(app.app_id, private_keys, Host=server.listen)
    return assert_refused(Answer(server.exchange(request), server.public_key), "invalid-signature")


@pytest.mark.parametrize("case", broken_v3.CASES + broken_v3.FORGED, ids=str)
def test_the_cause_in_a_call_of_openapi_v3_is_told_to_operators_alone(server, place, other, private_keys, case):
    app = place.create_app(private_key=private_keys["app"])
    answer = refuse_v3(server, app, case, private_keys)
    failure = wait_for(server, answer.trace_id)
    assert failure["findings"] == case.findings
    assert failure["app_id"] == app.app_id
    line = f"call {answer.trace_id} of application {app.app_id}: its signature fails. {failure['sentence']}"
    assert line[:900] in server.stderr()
    assert failure["sentence"] not in answer.text and failure["sentence_zh"] not in answer.text


def long_content(receivers):
    """As a call for so many receivers has it, some 80 bytes each."""
    return {"template_id": "20140601000730010040000000EB",
            "users": [{"user_id": f"2088302{i:09d}", "out_biz_no": f"batch-{i}", "memo": "茶"} for i in range(receivers)]}


@pytest.mark.parametrize("receivers", [1000, 9000])
def test_json_of_a_long_call_written_anew_is_found(server, place, private_keys, receivers):
    app = place.create_app(private_key=private_keys["app"])
    body = broken.compact(long_content(receivers))
    assert len(body) > 64 * receivers
    case = broken_v3.CaseV3("long", [], body=body, lines=broken_v3.body_as(ensure_ascii=False))
    assert wait_for(server, refuse_v3(server, app, case, private_keys).trace_id)["findings"] == [broken.JSON]


def test_json_of_a_long_biz_content_written_anew_is_found(server, place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    content = long_content(1000)
    case = Case("long", [], changes={"biz_content": broken.compact(content)},
                items=lambda sent: {**sent, "biz_content": json.dumps(content, ensure_ascii=False)})
    assert wait_for(server, refuse(server, app, case, private_keys).trace_id)["findings"] == [broken.JSON]


def test_a_search_that_is_cut_off_says_so(server, place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    case = broken_v3.CaseV3("long", [], body=broken.compact(long_content(1000)), lines=broken_v3.line("body", "{}"))
    failure = wait_for(server, refuse_v3(server, app, case, private_keys).trace_id)
    assert failure["findings"] == ["search-cut-off"] and failure["verdict"] == "string-unknown"
    assert "too long to try everything" in failure["sentence"]
    assert diagnoses_of(server)["search-cut-off"] >= 1


def test_the_address_that_was_called_is_known(server, place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    case = broken_v3.CaseV3("own address", [], lines=broken_v3.line("path", lambda path: f"http://{server.listen}{path}"))
    assert wait_for(server, refuse_v3(server, app, case, private_keys).trace_id)["findings"] == ["path-with-host"]


def test_the_keys_of_certificates_are_suspects(own_place, serve, private_keys):
    server = serve(own_place)
    app, path = modes.create_app(own_place, own_place.new_pid(), private_keys["app"])
    other, other_path = modes.create_app(own_place, own_place.new_pid(), keys.private_key("doctor-certified"))
    client = V3ModeClient(server, app, path)
    answer = assert_refused(client.exchange(protocol.SEND, {}, signing_key=other.private_key), "invalid-signature")
    failure = wait_for(server, answer.trace_id)
    assert failure["findings"] == ["other-application-key"]
    assert failure["signed_by"] == f"the certificate {modes.sn(other_path.read_bytes())} of application {other.app_id}"


SECRET = "auth/code+of=somebody"
ESCAPED = SECRET.replace("/", "\\/")
HIDDEN = [(name, json.dumps(form)[1:-1]) for name in (SECRET, broken.TOKEN)
          for form in (name, name.replace("/", "\\/"), urllib.parse.quote_plus(name), urllib.parse.quote(name))]


def assert_hidden(server):
    """In none of the forms that requests and mistakes give them."""
    shown = json.dumps(failures(server), ensure_ascii=False)
    for secret, form in HIDDEN:
        assert secret not in shown and secret not in server.stderr()
        assert form not in shown and form not in server.stderr()


EVIDENCE = [
    broken_v3.CaseV3("header", [], token=broken.TOKEN, lines=broken_v3.without("token")),
    broken_v3.CaseV3("body", [], body=broken.compact({"app_auth_token": broken.TOKEN, "code": SECRET}),
                     lines=broken_v3.body_as()),
    broken_v3.CaseV3("camel case", [], body=broken.compact({"appAuthToken": broken.TOKEN, "authCode": SECRET}),
                     lines=broken_v3.body_as()),
    broken_v3.CaseV3("written by PHP", [], body='{"auth_token":"%s","z":"1"}' % ESCAPED, lines=broken_v3.body_as()),
    broken_v3.CaseV3("below", [], body=broken.compact({"tokens": [SECRET, {"value": broken.TOKEN}]}),
                     lines=broken_v3.body_as()),
    broken_v3.CaseV3("in a text", [], body=broken.compact({"ext": broken.compact({"auth_token": SECRET})}),
                     lines=broken_v3.body_as()),
    broken_v3.CaseV3("query", [], get=True, query=[("auth_code", SECRET), ("z", "1")], text=lambda text: text[:-1]),
    broken_v3.CaseV3("query as JSON", [], get=True, query=[("auth_code", SECRET), ("z", "1")],
                     lines=lambda lines: {**lines, "body": broken.compact({"auth_code": SECRET, "z": "1"})}),
    broken_v3.CaseV3("query decoded", [], get=True, query=[("authCode", SECRET), ("z", "1")],
                     lines=broken_v3.line("path", urllib.parse.unquote)),
    broken_v3.CaseV3("JSON in the query", [], get=True, query=[("ext", broken.compact({"auth_token": SECRET}))],
                     lines=broken_v3.line("path", urllib.parse.unquote)),
]
DOUBTFUL = [
    broken_v3.CaseV3("another token", [], token=broken.TOKEN, lines=broken_v3.line("token", "x" + broken.TOKEN)),
    broken_v3.CaseV3("no JSON", [], body='{"auth_token":"%s",}' % SECRET, text=lambda text: text[:-1]),
    broken_v3.CaseV3("a form in a member", [], body=broken.compact({"ext": "a=1&auth_token=" + SECRET}),
                     lines=broken_v3.body_as()),
    broken_v3.CaseV3("encoded twice", [], get=True, query=[("ext", urllib.parse.quote('{"authToken":"%s"}' % SECRET))],
                     lines=broken_v3.line("path", urllib.parse.unquote)),
    broken_v3.CaseV3("an escaped letter", [], body='{"auth_token":"\\u0061%s"}' % SECRET[1:], lines=broken_v3.body_as()),
]


@pytest.mark.parametrize("case", EVIDENCE + DOUBTFUL, ids=str)
def test_evidence_of_openapi_v3_without_secrets(server, place, private_keys, case):
    """Tokens in the header, in the body and in the query, in all forms; where in doubt, nothing is shown."""
    app = place.create_app(private_key=private_keys["app"])
    failure = wait_for(server, refuse_v3(server, app, case, private_keys).trace_id)
    shown = failure.get("difference", {}).get("expected", "")
    assert "*" in shown if case in EVIDENCE else shown == ""
    assert_hidden(server)


@pytest.mark.parametrize("content", [{"auth_token": SECRET, "z": "1"}, {"authCode": SECRET, "z": "1"}], ids=str)
def test_evidence_of_biz_content_without_secrets(server, place, private_keys, content):
    app = place.create_app(private_key=private_keys["app"])
    sent = broken.compact(content).replace("/", "\\/")
    case = Case("PHP", [], changes={"biz_content": sent},
                items=lambda items: {**items, "biz_content": json.dumps(json.loads(items["biz_content"]))})
    difference = wait_for(server, refuse(server, app, case, private_keys).trace_id)["difference"]
    assert "*" in difference["expected"] and "*" in difference["signed"]
    assert_hidden(server)


def test_evidence_without_secrets(server, place, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    case = Case("token", [], changes={"app_auth_token": broken.TOKEN},
                items=lambda sent: {**sent, "app_id": "x" + sent["app_id"]})
    failure = wait_for(server, refuse(server, app, case, private_keys).trace_id)
    assert failure["verdict"] == "string-unknown"
    case = Case("token", [], changes={"app_auth_token": broken.TOKEN}, text=lambda text: text.replace("&", "&amp;"))
    app = place.create_app(private_key=private_keys["app"])
    failure = wait_for(server, refuse(server, app, case, private_keys).trace_id)
    assert failure["difference"]["expected"] != failure["difference"]["signed"]
    assert "*" * 20 in failure["difference"]["signed"]  # the window begins in the token
    assert_hidden(server)


def test_a_flood_costs_one_diagnosis_a_second(place, serve, private_keys):
    app = place.create_app(private_key=private_keys["app"])
    server = serve(place)
    began = time.monotonic()
    answers = [refuse(server, app, FORGED[0], private_keys) for _ in range(40)]
    wait_for(server, answers[0].trace_id)
    seconds = time.monotonic() - began
    known = failures(server)
    assert known["diagnosed"] <= seconds + 2
    assert known["diagnosed"] + known["left"] <= 40 and known["left"] >= 40 - seconds - 3


def diagnoses_of(server):
    """What /metrics counts, by mistake; under "left" what was not looked at."""
    lines = server.ask_admin("/metrics").body.decode("utf-8").splitlines()
    counted = [re.fullmatch(r'kaquan_signature_diagnoses_total\{mistake="([^"]+)"\} (\d+)', line) for line in lines]
    left = [line.split()[1] for line in lines if line.startswith("kaquan_signature_diagnoses_left_total ")]
    return {**{found[1]: int(found[2]) for found in counted if found}, "left": int(left[0])}


def test_diagnoses_are_counted_by_mistake(own_place, serve, private_keys):
    server = serve(own_place)
    assert diagnoses_of(server) == {"unknown": 0, "left": 0}
    other = own_place.create_app(private_key=private_keys["other"])
    cases = {case.name: case for case in CASES + FORGED}
    v3 = {case.name: case for case in broken_v3.CASES + broken_v3.FORGED}
    for case in [cases["unsorted"], cases["two at once: unsorted and encoded"], FORGED[0], FORGED[1]]:
        app = own_place.create_app(private_key=private_keys["app"])
        wait_for(server, refuse(server, app, case, private_keys).trace_id)
    for case in [v3["the query left out"], v3["two at once: another application's key, no query"], v3["another body"]]:
        app = own_place.create_app(private_key=private_keys["app"])
        wait_for(server, refuse_v3(server, app, case, private_keys).trace_id)
    assert diagnoses_of(server) == {"unknown": 3, "unsorted": 2, "percent-encoded-values": 1, "query-left-out": 2,
                                    "other-application-key": 1, "left": 0}
    assert other.app_id not in server.ask_admin("/metrics").body.decode("utf-8")


def test_calls_that_verify_are_not_looked_at(place, serve, app, any_template, anyone):
    server = serve(place)
    Client(server, app).list(template_id=any_template, user_id=anyone.user_id)
    assert failures(server) == {"diagnosed": 0, "left": 0, "failures": []}


def test_the_admin_token_is_asked_for(place, serve):
    server = serve(place, admin_token="sesame-sesame")
    assert server.ask_admin("/doctor").status == 401
    assert failures(server, [(b"Authorization", b"Bearer sesame-sesame")])["failures"] == []


def test_the_gateways_own_listener_does_not_serve_it(server):
    assert http.exchange(server.listen, http.get(b"/doctor")).status == 404
