# SPDX-License-Identifier: Apache-2.0
"""The admin address: health, readiness, metrics, the sandbox's clock."""

import json
import re
import time

import pytest

from support import binary, http, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.server import Server

LABEL = r'[a-zA-Z_]\w*="(?:[^"\\]|\\.)*"'
SAMPLE = re.compile(r"([a-zA-Z_:][a-zA-Z0-9_:]*)(\{" + LABEL + "(?:," + LABEL + r")*\})? (-?[0-9.]+(?:e[+-]?[0-9]+)?)")


def metrics_of(server):
    """All samples, by name with labels."""
    response = server.ask_admin("/metrics")
    assert response.status == 200
    assert response.headers["content-type"].startswith("text/plain")
    samples = {}
    for line in response.body.decode("utf-8").splitlines():
        if not line.startswith("#"):
            match = SAMPLE.fullmatch(line)
            assert match, line
            name = match[1] + (match[2] or "")
            assert name not in samples, line
            samples[name] = float(match[3])
    return samples


@pytest.fixture(scope="module")
def server_with_token(place):
    server = Server(place, admin_token="sesame-sesame")
    yield server
    server.stop()


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health(server, path):
    assert server.ask_admin(path).status == 200


@pytest.mark.parametrize("path", ["/", "/x", "/metrics/x", "/healthz/"])
def test_unknown_path(server, path):
    assert server.ask_admin(path).status == 404


@pytest.mark.parametrize("path", [b"/healthz", b"/readyz", b"/metrics"])
def test_other_method(server, path):
    assert http.exchange(server.admin, http.request(b"DELETE", path)).status == 405


def test_every_metric_is_explained(server):
    lines = server.ask_admin("/metrics").body.decode("utf-8").splitlines()
    explained = {line.split()[2] for line in lines if line.startswith("# TYPE ")}
    assert explained == {line.split()[2] for line in lines if line.startswith("# HELP ")}
    for name in metrics_of(server):
        family = re.sub(r"(_bucket|_sum|_count)$", "", name.split("{")[0])
        assert family in explained or name.split("{")[0] in explained


@pytest.mark.parametrize("method, sub_code", [(protocol.LIST, ""), (protocol.SEND, "TEMPLATE_NOT_EXIST")])
def test_calls_are_counted(server, client, any_template, anyone, method, sub_code):
    template_id = "unknown" if sub_code else any_template
    code = "40004" if sub_code else "10000"
    name = f'kaquan_requests_total{{method="{method}",code="{code}",sub_code="{sub_code}"}}'
    before = metrics_of(server).get(name, 0)
    answer = client.call(method, {"template_id": template_id, "user_id": anyone.user_id, "out_biz_no": "1"})
    if sub_code:
        assert_refused(answer, sub_code)
    else:
        assert_success(answer)
    assert metrics_of(server)[name] == before + 1


def test_unknown_methods_are_counted_as_one(server, client):
    """A caller cannot make the metrics grow."""
    name = 'kaquan_requests_total{method="unknown",code="40002",sub_code="isv.invalid-method"}'
    before = metrics_of(server)
    for number in range(5):
        client.send_pairs(client.pairs(client.parameters(f"alipay.made.up.{number}", {})))
    after = metrics_of(server)
    assert after[name] == before.get(name, 0) + 5
    assert not [name for name in after if "made.up" in name]


def test_metrics_hold_no_identity(server, client, app, user, template_id):
    assert_success(client.send(template_id=template_id, login_id=user.login_id, out_biz_no="1"))
    text = server.ask_admin("/metrics").body.decode("utf-8")
    for secret in (app.app_id, app.pid, user.user_id, user.login_id, template_id):
        assert secret not in text


# What is remembered. On one connection: each worker has a memory of its own.

CACHES = ("signature", "verification", "response", "read")


def test_caches_are_shown(server):
    metrics = metrics_of(server)
    for cache in CACHES:
        for family in ("hits_total", "misses_total", "evictions_total", "entries", "bytes"):
            assert metrics[f'kaquan_cache_{family}{{cache="{cache}"}}'] >= 0


@pytest.mark.parametrize("method", [protocol.SEND, protocol.LIST])
def test_replays_are_neither_signed_nor_verified(server, client, user, template_id, method):
    request = client.request(method, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    with server.connect() as connection:
        first = assert_success(client.believe(connection.exchange(request)))
        before = metrics_of(server)
        for _ in range(5):
            assert connection.exchange(request).body == first.body
        after = metrics_of(server)
    for name in ("kaquan_signatures_total", "kaquan_verifications_total"):
        assert after[name] == before[name]
    for cache in ("signature", "verification"):
        hits = f'kaquan_cache_hits_total{{cache="{cache}"}}'
        assert after[hits] == before[hits] + 5


def test_new_answers_are_signed_and_verified(server, client, user, template_id):
    before = metrics_of(server)
    for number in range(5):
        client.issue(template_id, user, str(number))
    after = metrics_of(server)
    for name in ("kaquan_signatures_total", "kaquan_verifications_total"):
        assert after[name] == before[name] + 5
    for cache in ("signature", "verification"):
        misses = f'kaquan_cache_misses_total{{cache="{cache}"}}'
        assert after[misses] == before[misses] + 5


def test_without_memory_each_answer_is_signed(serve, place, app, user, template_id):
    server = serve(place, workers=1, signature_cache_bytes=0)
    client = Client(server, app)
    before = metrics_of(server)
    bodies = {client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1").body for _ in range(5)}
    after = metrics_of(server)
    assert len(bodies) == 1
    assert after["kaquan_signatures_total"] == before["kaquan_signatures_total"] + 5
    assert after["kaquan_verifications_total"] == before["kaquan_verifications_total"] + 5
    for cache in CACHES:
        assert after[f'kaquan_cache_bytes{{cache="{cache}"}}'] == 0


def test_memory_is_bounded(serve, place, app, user, template_id):
    """In all caches of all workers together."""
    size_bytes = 16384
    server = serve(place, signature_cache_bytes=size_bytes)
    client = Client(server, app)
    for number in range(100):
        client.issue(template_id, user, str(number))
    metrics = metrics_of(server)
    assert 0 < sum(metrics[f'kaquan_cache_bytes{{cache="{cache}"}}'] for cache in CACHES) <= size_bytes
    assert metrics['kaquan_cache_evictions_total{cache="signature"}'] > 0


@pytest.mark.parametrize("authorization, status", [
    (None, 401), (b"Bearer wrong", 401), (b"Bearer sesame-sesam", 401), (b"Bearer sesame-sesamee", 401),
    (b"Basic c2VzYW1l", 401), (b"sesame-sesame", 401), (b"Bearer sesame-sesame", 200),
], ids=str)
def test_admin_token(server_with_token, authorization, status):
    headers = [(b"Authorization", authorization)] if authorization else []
    for path in (b"/readyz", b"/metrics"):
        assert http.exchange(server_with_token.admin, http.get(path, headers)).status == status


def test_health_needs_no_token(server_with_token):
    assert server_with_token.ask_admin("/healthz").status == 200


def test_admin_address_for_others_needs_a_token(place):
    done = binary.run("serve", data=place.data, listen="127.0.0.1:0", admin="0.0.0.0:0")
    assert (done.returncode, done.stdout) == (2, "")
    assert "token" in done.stderr


# The sandbox's clock

def test_clock_of_a_sandbox(sandbox):
    for offset_s in (0, 3600, -86400):
        sandbox.server.set_clock(offset_s)
        clock = json.loads(sandbox.server.ask_admin("/sandbox/clock").body)
        assert clock["offset_s"] == offset_s
        assert clock["stopped"] is False


def test_clock_that_is_stopped(sandbox):
    sandbox.server.move_clock({"now": "2030-01-01 00:00:00", "stopped": True})
    clock = json.loads(sandbox.server.ask_admin("/sandbox/clock").body)
    assert (clock["now"], clock["stopped"]) == ("2030-01-01 00:00:00", True)
    sandbox.server.set_clock(0)
    assert json.loads(sandbox.server.ask_admin("/sandbox/clock").body)["stopped"] is False


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"1", b'{"offset_s":1.5}',
                                  b'{"offset_s":1e400}', b'{"offset_s":99999999999999999999}', b'{"offset_s":null}',
                                  b'{"offset_s":9223372036854775807}', b'{"stopped":true}', b'{"offset_s":0,"stopped":2}'])
def test_clock_that_is_none(sandbox, body):
    response = http.exchange(sandbox.server.admin, http.request(b"PUT", b"/sandbox/clock", body=body))
    assert response.status == 400
    assert json.loads(sandbox.server.ask_admin("/sandbox/clock").body)["offset_s"] == 0


def test_no_clock_without_sandbox(server):
    assert server.ask_admin("/sandbox/clock").status == 404
    response = http.exchange(server.admin, http.request(b"PUT", b"/sandbox/clock", body=b'{"offset_s":3600}'))
    assert response.status == 404


def test_clock_moves_send_time(sandbox):
    template_id = sandbox.place.create_template(sandbox.app.pid)
    user = sandbox.place.create_user()
    sandbox.server.set_clock(10 * 86400)
    earliest = protocol.beijing_text(time.time() + 10 * 86400)
    sandbox.client.issue(template_id, user, "1")
    latest = protocol.beijing_text(time.time() + 10 * 86400)
    [entry] = sandbox.client.listed(template_id, user)
    assert earliest <= entry["send_time"] <= latest
