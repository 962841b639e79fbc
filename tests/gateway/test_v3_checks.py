# SPDX-License-Identifier: Apache-2.0
"""What the newer protocol refuses, and how: each refusal is signed like a success, and does nothing."""

import itertools
import threading
import time
import uuid
from dataclasses import dataclass, field

import pytest

from support import http, keys, protocol
from support.place import FIX
from support.v3 import SCHEME, Answer, V3Client, assert_refused, now_ms, path_of

MINUTE_MS = 60000


@pytest.fixture(scope="module")
def v3(server, app):
    return V3Client(server, app)


@pytest.fixture
def look(any_template, anyone):
    """Fields of a call that succeeds and changes nothing."""
    return {"template_id": any_template, "user_id": anyone.user_id}


def listing(v3, look, **changes):
    return v3.exchange(protocol.LIST, look, **changes)


# Paths and HTTP methods

@pytest.mark.parametrize("target", ["/v3/", "/v3/alipay/trade/pay", "/v3/alipay.marketing.voucher.send",
                                    "/v3/alipay/marketing/voucher/send/", "/v3/alipay/marketing/voucher/../send"])
def test_unknown_path(v3, target):
    assert_refused(v3.exchange(protocol.SEND, {}, target=target), "invalid-method")


def test_unknown_path_without_a_signature(v3):
    assert_refused(v3.send_bytes(http.post(b"/v3/alipay/trade/pay", b"{}")), "invalid-method")


def test_get_of_what_writes(v3):
    answer = assert_refused(v3.exchange(protocol.SEND, {"template_id": "1"}, http_method="GET"), "invalid-http-method")
    assert answer.headers["allow"] == "POST"


def test_other_http_methods(server):
    response = server.exchange(http.request(b"PUT", path_of(protocol.SEND).encode(), body=b"{}"))
    assert (response.status, response.headers["allow"]) == (405, "GET, POST")


# The authorization header

def test_no_authorization(v3):
    request = http.post(path_of(protocol.SEND).encode(), b"{}", b"application/json")
    assert_refused(v3.send_bytes(request), "missing-signature")


@pytest.mark.parametrize("value", [b"", b"Bearer abc", b"ALIPAY-SM2withSM3 app_id=1,sign=x"])
def test_other_schemes(v3, value):
    request = http.post(path_of(protocol.SEND).encode(), b"{}", b"application/json", [(b"Authorization", value)])
    assert_refused(v3.send_bytes(request), "invalid-signature-type" if value else "missing-signature")


@pytest.mark.parametrize("listed", ["app_id", "app_id=1,,nonce=2", "app_id=1,app_id=1", "=1", "app_id=1,sign=x,a=b"])
def test_a_list_out_of_form(v3, listed):
    request = http.post(path_of(protocol.SEND).encode(), b"{}", b"application/json",
                        [(b"Authorization", f"{SCHEME} {listed},sign=x".encode())])
    assert_refused(v3.send_bytes(request), "invalid-parameter", "authorization")


def test_two_authorizations(server, v3):
    value = v3.authorization("POST", path_of(protocol.SEND), b"{}").encode()
    request = http.post(path_of(protocol.SEND).encode(), b"{}", b"application/json",
                        [(b"Authorization", value), (b"authorization", value)])
    assert server.exchange(request).status == 400


@pytest.mark.parametrize("name, code", [("app_id", "missing-app-id"), ("timestamp", "missing-timestamp"),
                                        ("nonce", "invalid-parameter")])
@pytest.mark.parametrize("value", [None, ""])
def test_an_item_is_missing(v3, look, name, code, value):
    assert_refused(listing(v3, look, **{name: value}), code, "nonce" if name == "nonce" else None)


def test_a_missing_signature_comes_before_the_timestamp(v3, look):
    for timestamp in (None, "soon", 1):
        assert_refused(listing(v3, look, timestamp=timestamp, sign=""), "missing-signature")
    assert_refused(listing(v3, look, sign="", app_id="2014072399999999"), "invalid-app-id")


def test_unknown_application(v3, look):
    assert_refused(listing(v3, look, app_id="2014072399999999"), "invalid-app-id")
    assert_refused(listing(v3, look, app_id="1" * 33), "invalid-app-id")


def test_application_without_a_key_of_this_type(server, place, look):
    assert_refused(listing(V3Client(server, place.create_app(sign_type="RSA")), look), "missing-signature-config")


def test_a_long_nonce(v3, look):
    assert listing(v3, look, nonce=uuid.uuid4().hex * 4).status == 200
    assert_refused(listing(v3, look, nonce=uuid.uuid4().hex * 4 + "1"), "invalid-parameter", "nonce")


# Time

@pytest.mark.parametrize("minutes", [-14, 14])
def test_timestamp_within_the_clock_skew(v3, look, minutes):
    assert listing(v3, look, timestamp=now_ms() + minutes * MINUTE_MS).status == 200


@pytest.mark.parametrize("minutes", [-16, 16])
def test_timestamp_beyond_the_clock_skew(v3, look, minutes):
    assert_refused(listing(v3, look, timestamp=now_ms() + minutes * MINUTE_MS), "invalid-timestamp")


@pytest.mark.parametrize("text", ["2014-07-24 03:07:50", "-1", "1e12", "99999999999999999999", "0"])
def test_timestamp_that_is_none(v3, look, text):
    assert_refused(listing(v3, look, timestamp=text), "invalid-timestamp")


def test_timestamp_in_seconds(v3, look):
    assert_refused(listing(v3, look, timestamp=now_ms() // 1000), "invalid-timestamp")


# Signatures

def test_forged_signatures(v3, look, place):
    assert_refused(listing(v3, look, sign="AAAA"), "invalid-signature")
    assert_refused(listing(v3, look, sign="no base64!"), "invalid-signature")
    assert_refused(listing(v3, look, signing_key=keys.private_key("other")), "invalid-signature")
    assert_refused(listing(v3, look, app_id=place.create_app(private_key=keys.private_key("b")).app_id),
                   "invalid-signature")
    assert_refused(listing(v3, look, sign=""), "missing-signature")


def changed(request, before, after):
    assert before in request
    return request.replace(before, after, 1)


def test_everything_is_signed(v3, look):
    """What is changed on the way is refused, whatever it is."""
    request = v3.request(protocol.LIST, look, terminal="x", target=path_of(protocol.LIST) + "?a=1")
    for before, after in ((b"nonce=", b"nonce=0"), (b"timestamp=1", b"timestamp=01"), (b"terminal=x", b"terminal=y"),
                          (b"?a=1", b"?a=2"), (b"user_id", b"usev_id"), (b",nonce", b",x=1,nonce")):
        assert_refused(v3.send_bytes(changed(request, before, after)), "invalid-signature")
    assert v3.send_bytes(request).status == 200


def test_a_refusal_shows_what_was_verified(v3, look):
    answer = assert_refused(listing(v3, look, sign="AAAA", app_id=v3.app.app_id, nonce="n-1", timestamp=now_ms()),
                            "invalid-signature")
    shown = answer["message"].split("：")[1]
    assert shown.startswith(f"app_id={v3.app.app_id},nonce=n-1,timestamp=")
    assert shown.split("\n")[1:3] == ["POST", path_of(protocol.LIST)]
    assert "&quot;template_id&quot;" in shown


def test_both_keys_of_a_rotation(server, place, look):
    app = place.create_app()
    new_key = keys.private_key("rotated")
    place.run("app", "rotate-key", app_id=app.app_id, public_key=place.key_file(new_key), keep_current=True)
    v3 = V3Client(server, app)
    for key in (app.private_key, new_key):  # The template is another merchant's.
        assert_refused(listing(v3, look, signing_key=key), "PERMISSION_DENIED")


# Nonces

def test_a_request_that_is_sent_again(v3, template_id, user):
    request = v3.request(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    assert v3.send_bytes(request).status == 200
    for _ in range(5):  # over connections, and so workers
        assert_refused(v3.send_bytes(request), "suspected-attack")


def test_a_nonce_with_another_request(v3, look):
    assert listing(v3, look, nonce="mine-1").status == 200
    assert_refused(listing(v3, look, nonce="mine-1", timestamp=now_ms() + 1000), "suspected-attack")


def test_another_applications_nonce(v3, server, place, look):
    assert listing(v3, look, nonce="shared-1").status == 200
    assert_refused(listing(V3Client(server, place.create_app()), look, nonce="shared-1"), "PERMISSION_DENIED")


def test_a_forged_call_uses_no_nonce_up(v3, look):
    assert_refused(listing(v3, look, nonce="kept-1", sign="AAAA"), "invalid-signature")
    assert listing(v3, look, nonce="kept-1").status == 200


def test_a_refused_call_uses_its_nonce_up(v3, look):
    assert_refused(listing(v3, {**look, "template_id": "unknown"}, nonce="gone-1"), "PERMISSION_DENIED")
    assert_refused(listing(v3, look, nonce="gone-1"), "suspected-attack")


def test_a_disabled_application_uses_no_nonce_up(server, place, user):
    client = V3Client(server, place.create_app())
    look = protocol.LIST, {"template_id": place.create_template(client.app.pid), "user_id": user.user_id}
    place.run("app", "disable", app_id=client.app.app_id)
    assert_refused(client.exchange(*look, nonce="kept-2"), "insufficient-isv-permissions")
    place.run("app", "enable", app_id=client.app.app_id)
    assert client.exchange(*look, nonce="kept-2").status == 200


def test_one_of_many_at_once(v3, look):
    requests = [v3.request(protocol.LIST, look, nonce=f"raced-{i}") for i in range(4)] * 8
    statuses = []

    def send(request):
        statuses.append(v3.send_bytes(request).status)

    threads = [threading.Thread(target=send, args=(request,)) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [200] * 4 + [400] * 28


def test_after_a_restart_a_nonce_is_unknown(serve, own_place):
    """What is promised is of one process (ARCHITECTURE.md); what is done twice is one business all the same."""
    app = own_place.create_app()
    user = own_place.create_user()
    fields = {"template_id": own_place.create_template(app.pid, FIX), "user_id": user.user_id, "out_biz_no": "1"}
    first = serve(own_place)
    request = V3Client(first, app).request(protocol.SEND, fields)
    answer = V3Client(first, app).send_bytes(request)
    first.stop()
    again = V3Client(serve(own_place), app).send_bytes(request)
    assert (again.status, again.fields) == (200, answer.fields)


# Permission, limits

def test_no_permission(server, place, user):
    wallet = {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT", "page_size": 10,
              "page_num": 1}
    other = V3Client(server, place.create_app())
    answer = other.exchange(protocol.WALLET, wallet)
    assert answer.status == 403, answer
    place.run("app", "disable", app_id=other.app.app_id)
    assert_refused(other.exchange(protocol.LIST, {}), "insufficient-isv-permissions")


def test_limits(server, place):
    limited = V3Client(server, place.create_app())
    place.run("app", "limit", app_id=limited.app.app_id, per_second=1)
    answers = [limited.exchange(protocol.LIST, {}) for _ in range(20)]
    refused = [answer for answer in answers if answer["code"] != "INVALID_PARAMETER"]
    assert refused
    for answer in refused:
        assert_refused(answer, "app-call-limited")


# Bodies

def test_encrypted_content_without_a_key(v3, look):
    assert_refused(listing(v3, look, headers=[(b"alipay-encrypt-type", b"AES")]),
                   "decryption-error-not-valid-encrypt-key")
    assert_refused(listing(v3, look, headers=[(b"alipay-encrypt-type", b"DES")]), "invalid-encrypt-type")


@pytest.mark.parametrize("content_type", [b"text/plain", b"application/x-www-form-urlencoded", b"application/xml"])
def test_other_content_types(v3, look, content_type):
    assert_refused(listing(v3, look, content_type=content_type), "invalid-content-type")


@pytest.mark.parametrize("content_type", [b"application/json;charset=gbk", b"application/json; charset=ISO-8859-1"])
def test_other_charsets(v3, look, content_type):
    assert_refused(listing(v3, look, content_type=content_type), "invalid-charset")


@pytest.mark.parametrize("body", [b'{"memo":"\xd3\xc5"}', b"\xff", b'{"a":"\xed\xa0\x80"}'])
def test_bytes_that_are_not_utf8(v3, body):
    assert_refused(v3.exchange(protocol.SEND, body=body), "invalid-charset")


def test_bytes_that_are_not_utf8_in_a_query(v3, look):
    request = v3.request(protocol.LIST, None, http_method="GET", target=path_of(protocol.LIST) + "?memo=%FF")
    assert_refused(v3.send_bytes(request), "invalid-charset")


@pytest.mark.parametrize("body", [b"[]", b"{", b"1", b"{} x", b'{"a":1,"a":2}', b"null"])
def test_bodies_that_are_no_object(v3, body):
    assert_refused(v3.exchange(protocol.SEND, body=body), "illegal-json")


def test_no_body_is_an_empty_object(v3):
    assert_refused(v3.exchange(protocol.SEND, body=b""), "INVALID_PARAMETER", "template_id")


def test_a_field_that_breaks_its_rule(v3):
    assert_refused(v3.exchange(protocol.LIST, {"template_id": "x"}), "INVALID_PARAMETER", "user_id")
    assert_refused(v3.exchange(protocol.LIST, {"template_id": "x"}, http_method="GET"), "INVALID_PARAMETER", "user_id")


def test_a_query_that_says_two_things(v3):
    target = path_of(protocol.LIST) + "?template_id=a&template_id=b"
    assert_refused(v3.exchange(protocol.LIST, None, http_method="GET", target=target), "invalid-parameter", "template_id")
    same = path_of(protocol.LIST) + "?template_id=a&template_id=a"
    assert_refused(v3.exchange(protocol.LIST, None, http_method="GET", target=same), "INVALID_PARAMETER", "user_id")


def test_a_form_that_is_cut_off(v3):
    content_type = b"multipart/form-data; boundary=" + protocol.MULTIPART_BOUNDARY
    content = protocol.multipart_encode([(b"data", b"{}")])[:-8]
    assert_refused(v3.exchange(protocol.SEND, body=b"{}", content=content, content_type=content_type),
                   "invalid-parameter")


def test_a_form_is_signed_by_its_json(v3):
    content_type = b"multipart/form-data; boundary=" + protocol.MULTIPART_BOUNDARY
    content = protocol.multipart_encode([(b"data", b'{"template_id":"1"}')])
    assert_refused(v3.exchange(protocol.SEND, body=b"{}", content=content, content_type=content_type),
                   "invalid-signature")


# Of two faults the earlier check's is told

@dataclass
class Fault:
    name: str
    code: str
    changes: dict = field(default_factory=dict)


FAULTS = [
    Fault("path", "invalid-method", {"target": "/v3/alipay/trade/pay"}),
    Fault("app_id", "invalid-app-id", {"app_id": "2014072399999999"}),
    Fault("timestamp", "invalid-timestamp", {"timestamp": "1"}),
    Fault("nonce", "invalid-parameter", {"nonce": None}),
    Fault("signature", "invalid-signature", {"sign": "AAAA"}),
    Fault("token", "invalid-app-auth-token", {"token": "202309BBunknown"}),
    Fault("encryption", "invalid-encrypt-type", {"headers": [(b"alipay-encrypt-type", b"DES")]}),
    Fault("content type", "invalid-content-type", {"content_type": b"text/plain"}),
    Fault("json", "illegal-json", {"body": b"[]"}),
]


@pytest.mark.parametrize("first, second", list(itertools.combinations(FAULTS, 2)), ids=lambda fault: fault.name)
def test_order_of_checks(v3, first, second):
    answer = v3.exchange(protocol.LIST, {}, **{**second.changes, **first.changes})
    assert answer["code"] == first.code, answer


# Under load

def test_a_busy_gateway_says_so_with_a_signature(serve, own_place):
    """More calls at once than may wait: the rest is refused at once, and each answer is signed."""
    app = own_place.create_app()
    server = serve(own_place, workers=1, max_wait_ms=1)
    v3 = V3Client(server, app)
    requests = [v3.request(protocol.LIST, {"template_id": "x", "user_id": "2088000000000001"}) for _ in range(64)]
    busy = []
    give_up = time.monotonic() + 60
    while not busy and time.monotonic() < give_up:
        connections = [server.connect() for _ in requests]
        for connection, request in zip(connections, requests):
            connection.send(request)
        answers = [Answer(connection.read(), server.public_key) for connection in connections]
        for connection in connections:
            connection.close()
        busy = [answer for answer in answers if answer.status == 503]
        requests = [v3.request(protocol.LIST, {"template_id": "x", "user_id": "2088000000000001"}) for _ in range(64)]
    assert busy
    for answer in busy:
        assert_refused(answer, "unknow-error")
