# SPDX-License-Identifier: Apache-2.0
"""Certificate mode and content encryption by the newer protocol."""

import base64
import json

import pytest

from support import keys, modes, protocol
from support.client import Client
from support.content import encrypt
from support.v3 import V3Client, V3ModeClient, assert_refused

KEY = base64.b64encode(bytes(range(16))).decode("ascii")


@pytest.fixture(scope="module")
def certified(place, app):
    return modes.create_app(place, app.pid, keys.private_key("certified"), permission=protocol.WALLET)


@pytest.fixture(scope="module")
def named(server, certified):
    return V3ModeClient(server, *certified)


@pytest.fixture(scope="module")
def crypt_app(place, app):
    crypt_app = place.create_app(app.pid)
    place.run("app", "set-content-key", app_id=crypt_app.app_id, key="-", stdin=KEY)
    return crypt_app


@pytest.fixture(scope="module")
def crypt(server, crypt_app):
    return V3ModeClient(server, crypt_app, key=KEY)


@pytest.fixture
def look(any_template, anyone):
    return protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id}


def gateway_sn(client):
    return modes.sn(client.certificates.gateway)


# Certificate mode

@pytest.mark.parametrize("http_method", ["GET", "POST"])
def test_answers_name_the_gateways_certificate(named, look, http_method):
    answer = named.exchange(*look, http_method=http_method)
    assert (answer.status, answer.cert_sn) == (200, gateway_sn(named))


MISSES = [
    ({"app_cert_sn": None}, "missing-app-cert-sn"),
    ({"app_cert_sn": ""}, "missing-app-cert-sn"),
    ({"app_cert_sn": "0" * 32}, "invalid-parameter"),
    ({"root_cert_sn": "0" * 32}, "invalid-parameter"),
    ({"timestamp": 1, "app_cert_sn": None}, "invalid-timestamp"),
    ({"app_cert_sn": None, "sign": "c2lnbg=="}, "missing-app-cert-sn"),
    ({"sign": "c2lnbg=="}, "invalid-signature"),
]


@pytest.mark.parametrize("changes, code", MISSES, ids=lambda value: str(value)[:60])
def test_refusals_name_the_gateways_certificate(named, look, changes, code):
    answer = assert_refused(named.exchange(*look, **changes), code)
    assert answer.cert_sn == gateway_sn(named)


def test_root_that_is_not_named(named, look):
    """The official PHP library names none; where one is named it has to be right."""
    answer = named.exchange(*look, root_cert_sn=None)
    assert (answer.status, answer.cert_sn) == (200, gateway_sn(named))


def test_refusals_of_strangers_name_none(named, look):
    assert assert_refused(named.exchange(*look, app_id="2014072399999999"), "invalid-app-id").cert_sn is None


def test_bare_keys_are_as_before(server, app, named, look):
    plain = V3Client(server, app)
    for changes in ({}, {"app_cert_sn": named.app_cert_sn}, {"headers": [(b"alipay-root-cert-sn", b"x")]}):
        answer = plain.exchange(*look, **changes)
        assert (answer.status, answer.cert_sn) == (200, None)


def test_certificates_expire_by_the_business_clock(sandbox):
    app, path = modes.create_app(sandbox.place, sandbox.app.pid, keys.private_key("certified"))
    client = V3ModeClient(sandbox.server, app, path)
    look = protocol.LIST, {"template_id": sandbox.place.create_template(app.pid),
                           "user_id": sandbox.place.create_user().user_id}
    assert client.exchange(*look).status == 200
    sandbox.server.set_clock(1826 * 86400)
    assert_refused(client.exchange(*look), "app-cert-expired")
    assert_refused(client.exchange(*look, sign="c2lnbg=="), "invalid-signature")


# Content encryption

def test_there_and_back(crypt, place, template_id, user):
    answer = crypt.exchange(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1",
                                            "memo": "优酷3个月兑换券"})
    assert answer.status == 200 and answer.is_encrypted
    [stored] = place.vouchers(template_id=template_id)
    assert (stored["memo"], stored["voucher_id"]) == ("优酷3个月兑换券", answer["voucher_id"])


def test_clear_and_encrypted_and_the_other_protocol_by_turns(server, crypt_app, crypt, template_id, user, look):
    """The same business and the same questions: what is remembered is right for all."""
    clear, older = V3Client(server, crypt_app), Client(server, crypt_app)
    voucher_id = older.issue(template_id, user)
    for _ in range(3):
        for each, is_encrypted in ((crypt, True), (clear, False)):
            sent = each.exchange(protocol.SEND, {"template_id": template_id, "user_id": user.user_id,
                                                 "out_biz_no": "1"})
            assert (sent["voucher_id"], sent.is_encrypted) == (voucher_id, is_encrypted)
            answer = each.exchange(*look)
            assert (answer.status, answer.is_encrypted) == (200, is_encrypted)
        assert older.issue(template_id, user) == voucher_id


@pytest.mark.parametrize("is_encrypted", [True, False])
def test_get_has_the_answer_that_it_asks_for(server, crypt_app, crypt, look, is_encrypted):
    """Libraries with an encryption key differ in that: Java's asks for an encrypted one, Node's does not."""
    answer = (crypt if is_encrypted else V3Client(server, crypt_app)).exchange(*look, http_method="GET")
    assert (answer.status, answer.is_encrypted) == (200, is_encrypted)


def test_a_post_whose_encryption_is_not_asked_for_any_more(server, crypt_app, look):
    body = encrypt(KEY, json.dumps(look[1]).encode())
    answer = V3Client(server, crypt_app).exchange(look[0], body=body)
    assert_refused(answer, "decryption-error-missing-encrypt-type")


def test_refusals_are_in_clear(crypt):
    """As the client libraries read them."""
    answer = crypt.exchange(protocol.LIST, {"template_id": "unknown", "user_id": "2088000000000001"})
    assert_refused(answer, "PERMISSION_DENIED")
    assert not answer.is_encrypted


def test_a_form_has_its_json_encrypted(crypt, template_id, user):
    body = encrypt(KEY, b'{"template_id":"%s","user_id":"%s","out_biz_no":"form"}' % (
        template_id.encode(), user.user_id.encode()))
    content = protocol.multipart_encode([(b"data", body)], [(b"file_content", b"a.jpg", b"\x00")])
    answer = crypt.exchange(protocol.SEND, body=body, content=content,
                            content_type=b"multipart/form-data; boundary=" + protocol.MULTIPART_BOUNDARY)
    assert answer.status == 200 and answer.is_encrypted


@pytest.mark.parametrize("body", [b"no base64!", b"AAAA", base64.b64encode(bytes(32)), b"{}"])
def test_what_cannot_be_decrypted(crypt, body):
    assert_refused(crypt.exchange(protocol.LIST, body=body), "decryption-error-unknown")


def test_bytes_that_are_not_utf8_inside(crypt):
    assert_refused(crypt.exchange(protocol.LIST, body=encrypt(KEY, b'{"memo":"\xd3\xc5"}')), "decryption-error-unknown")


def test_no_json_inside(crypt):
    assert_refused(crypt.exchange(protocol.LIST, body=encrypt(KEY, b"[]")), "illegal-json")


def test_an_encrypted_body_that_does_not_say_so(server, crypt_app):
    body = encrypt(KEY, b'{"template_id":"1"}')
    answer = V3Client(server, crypt_app).exchange(protocol.LIST, body=body, content_type=b"text/plain")
    assert_refused(answer, "decryption-error-missing-encrypt-type")


def test_no_key(server, app):
    other = V3ModeClient(server, app, key=KEY)
    assert_refused(other.exchange(protocol.LIST, {}), "decryption-error-not-valid-encrypt-key")


def test_both_modes_together(server, place, app, look):
    certified, path = modes.create_app(place, app.pid, keys.private_key("both"))
    client = V3ModeClient(server, certified, path, modes.content_key(place, certified))
    answer = client.exchange(*look)
    assert (answer.status, answer.is_encrypted, answer.cert_sn) == (200, True, gateway_sn(client))
