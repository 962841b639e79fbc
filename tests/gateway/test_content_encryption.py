# SPDX-License-Identifier: Apache-2.0
"""Calls with encrypt_type=AES: spec/gateway.md, "Content encryption"."""

import base64

import pytest
from support import keys, modes, protocol
from support.client import Client
from support.content import encrypt
from support.errors import assert_refused, assert_success
from support.modes import ModeClient

KEYS = {bits: base64.b64encode(bytes(range(bits // 8))).decode("ascii") for bits in (128, 192, 256)}


@pytest.fixture(scope="module")
def crypt_app(place, app):
    """Of the run's merchant, and limited in nothing; its key is of 128 bits."""
    crypt_app = place.create_app(app.pid, permission=protocol.WALLET)
    place.run("app", "set-content-key", app_id=crypt_app.app_id, key="-", stdin=KEYS[128])
    return crypt_app


@pytest.fixture(scope="module")
def client(server, crypt_app):
    return ModeClient(server, crypt_app, key=KEYS[128])


@pytest.fixture
def look(any_template, anyone):
    return protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id}


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_there_and_back(server, crypt_app, charset, place, template_id, user):
    client = ModeClient(server, crypt_app, key=KEYS[128], charset=charset)
    answer = client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1", memo="优酷3个月兑换券")
    assert_success(answer)
    assert answer.is_encrypted
    [stored] = place.vouchers(template_id=template_id)
    assert stored["memo"] == "优酷3个月兑换券"


@pytest.mark.parametrize("bits", KEYS)
def test_key_lengths(server, place, app, look, bits):
    other = place.create_app(app.pid)
    place.run("app", "set-content-key", app_id=other.app_id, key="-", stdin=KEYS[bits] + "\n")
    assert_success(ModeClient(server, other, key=KEYS[bits]).call(*look))


def test_clear_and_encrypted_by_turns(server, crypt_app, client, template_id, user, look):
    """The same business and the same questions: what is remembered is right for both."""
    clear = Client(server, crypt_app)
    voucher_id = clear.issue(template_id, user)
    for _ in range(3):
        for each, is_encrypted in ((client, True), (clear, False)):
            sent = each.send(template_id=template_id, user_id=user.user_id, out_biz_no="1")
            assert_success(sent)
            assert (sent["voucher_id"], sent.is_encrypted) == (voucher_id, is_encrypted)
            answer = each.call(*look)
            assert_success(answer)
            assert answer.is_encrypted == is_encrypted


def test_in_certificate_mode(server, place, app, look):
    other, path = modes.create_app(place, app.pid, keys.private_key("certified"))
    client = ModeClient(server, other, path, modes.content_key(place, other))
    answer = client.call(*look)
    assert_success(answer)
    assert answer.is_encrypted and answer.cert_sn == modes.sn(client.certificates.gateway)


def test_refusals_after_decryption_are_encrypted(client, user):
    for content, sub_code in (("[]", "isv.illegal-json"), ("{}", "INVALID_PARAMETER"),
                              ({"template_id": "unknown", "out_biz_no": "1", "user_id": user.user_id},
                               "TEMPLATE_NOT_EXIST")):
        answer = client.call(protocol.SEND, content)
        assert_refused(answer, sub_code)
        assert answer.is_encrypted


def refused_in_clear(client, look, sub_code, **changes):
    answer = client.call(*look, **changes)
    assert_refused(answer, sub_code)
    assert not answer.is_encrypted


def test_refusals_before_decryption_are_in_clear(client, look):
    refused_in_clear(client, look, "isv.invalid-timestamp", timestamp="2016-01-01 00:00:00")
    refused_in_clear(client, look, "isv.invalid-encrypt-type", encrypt_type="DES")
    refused_in_clear(client, look, "isv.invalid-encrypt-type", encrypt_type="aes")
    refused_in_clear(client, look, "isv.decryption-error-missing-encrypt-type", encrypt_type=None)


BAD_CONTENTS = {
    "not base64": "?",
    "clear": "{}",
    "no whole block": base64.b64encode(bytes(15)),
    "another key's": encrypt(KEYS[256], b'{"template_id":"x"}'),
    "not in the charset": encrypt(KEYS[128], b'{"template_id":"\xff"}'),
    "a NUL byte": encrypt(KEYS[128], b'{"template_id":"\0"}'),
}


@pytest.mark.parametrize("content", BAD_CONTENTS.values(), ids=BAD_CONTENTS)
def test_content_that_cannot_be_decrypted(client, look, content):
    refused_in_clear(client, look, "isv.decryption-error-unknown", biz_content=content)


def test_content_in_gbk_is_read_in_gbk(server, crypt_app, template_id, user):
    """UTF-8 inside a call in GBK: its bytes are others' characters there, or none's."""
    client = ModeClient(server, crypt_app, key=KEYS[128], charset="gbk")
    content = encrypt(KEYS[128], '{"memo":"优"}'.encode("utf-8"))
    assert_refused(client.call(protocol.SEND, {}, biz_content=content), "isv.decryption-error-unknown")


def test_no_key(server, app, look):
    client = ModeClient(server, app, key=KEYS[128])
    refused_in_clear(client, look, "isv.decryption-error-not-valid-encrypt-key")


def test_what_looks_encrypted_is_illegal_json_to_who_has_no_key(server, app, look):
    client = Client(server, app)
    assert_refused(client.call(*look, biz_content=encrypt(KEYS[128], b"{}")), "isv.illegal-json")


def test_another_applications_key(server, place, app, crypt_app, look):
    other = place.create_app(app.pid)
    place.run("app", "set-content-key", app_id=other.app_id, key="-", stdin=KEYS[256])
    refused_in_clear(ModeClient(server, other, key=KEYS[128]), look, "isv.decryption-error-unknown")


def test_a_key_is_changed_and_taken_away(server, place, app, look):
    other = place.create_app(app.pid)
    for _ in range(2):
        client = ModeClient(server, other, key=modes.content_key(place, other))
        assert_success(client.call(*look))
    place.run("app", "set-content-key", app_id=other.app_id, remove=True)
    refused_in_clear(client, look, "isv.decryption-error-not-valid-encrypt-key")


def test_signature_comes_first(server, crypt_app, client, look):
    """Who cannot sign learns nothing of decryption."""
    parameters = client.parameters(*look, biz_content="?")
    answer = client.send_pairs(client.pairs(parameters, keys.private_key("stranger")))
    assert_refused(answer, "isv.invalid-signature")
