# SPDX-License-Identifier: Apache-2.0
"""Calls of applications that are registered with a certificate: spec/gateway.md, "Certificate mode"."""

import base64

import pytest
from support import keys, modes, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.modes import ModeClient


@pytest.fixture(scope="module")
def certified(place, app):
    return modes.create_app(place, app.pid, keys.private_key("certified"), permission=protocol.WALLET)


@pytest.fixture(scope="module")
def client(server, certified):
    return ModeClient(server, *certified)


@pytest.fixture
def look(any_template, anyone):
    return protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id}


def gateway_sn(client):
    return modes.sn(client.certificates.gateway)


def test_answers_name_the_gateways_certificate(client, look, user, template_id):
    answer = client.call(*look)
    assert_success(answer)
    assert answer.cert_sn == gateway_sn(client)
    client.issue(template_id, user)


def test_numbers_of_the_commands(place, certified):
    """What the commands show is what a client works out."""
    app, path = certified
    [shown] = place.json("app", "show", app_id=app.app_id)["certificates"]
    assert shown["sn"] == modes.sn(path.read_bytes())


MISSES = [
    ({"app_cert_sn": None}, "isv.missing-app-cert-sn"),
    ({"app_cert_sn": ""}, "isv.missing-app-cert-sn"),
    ({"alipay_root_cert_sn": None}, "isv.missing-alipay-root-cert-sn"),
    ({"app_cert_sn": "0" * 32}, "isv.invalid-parameter"),
    ({"alipay_root_cert_sn": "0" * 32}, "isv.invalid-parameter"),
    ({"app_cert_sn": None, "alipay_root_cert_sn": None}, "isv.missing-app-cert-sn"),
    ({"timestamp": "2016-01-01 00:00:00", "app_cert_sn": None}, "isv.invalid-timestamp"),
    ({"version": None, "app_cert_sn": None}, "isv.missing-version"),
    ({"sign_type": "RSA", "app_cert_sn": None}, "isv.missing-signature-config"),
    ({"app_cert_sn": None, "sign": "c2lnbg=="}, "isv.missing-app-cert-sn"),
    ({"sign": "c2lnbg=="}, "isv.invalid-signature"),
]


@pytest.mark.parametrize("changes, sub_code", MISSES, ids=lambda value: str(value)[:60])
def test_refusals_name_the_gateways_certificate(client, look, changes, sub_code):
    answer = client.send_pairs(client.pairs(client.parameters(*look, **changes)))
    assert_refused(answer, sub_code)
    assert answer.cert_sn == gateway_sn(client)


def test_refusals_of_strangers_name_none(client, look):
    answer = client.call(*look, app_id="2014072399999999")
    assert_refused(answer, "isv.invalid-app-id")
    assert answer.cert_sn is None


def test_bare_keys_are_as_before(server, app, client, look):
    """The parameters of certificate mode are signed, and mean nothing."""
    plain = Client(server, app)
    for changes in ({}, {"app_cert_sn": client.app_cert_sn}, {"app_cert_sn": "x", "alipay_root_cert_sn": "y"}):
        answer = plain.call(*look, **changes)
        assert_success(answer)
        assert answer.cert_sn is None


def test_certificate_as_public_key_is_a_bare_key(server, place, app, certified, look):
    other = place.create_app(app.pid, keys.private_key("certified"))
    place.run("app", "rotate-key", app_id=other.app_id, public_key=certified[1])
    answer = Client(server, other).call(*look)
    assert_success(answer)
    assert answer.cert_sn is None


def test_another_applications_certificate(server, place, app, certified, look):
    other, _ = modes.create_app(place, app.pid, keys.private_key("certified"))
    assert_refused(ModeClient(server, other, certified[1]).call(*look), "isv.invalid-parameter")


def test_certificate_of_another_authority(server, place, app, look):
    """An application's certificate may come from anywhere: the operator vouches for it."""
    key = keys.private_key("elsewhere")
    path = place.directory / "elsewhere.pem"
    path.write_bytes(modes.self_signed(key))
    other = place.create_app(app.pid)
    place.run("app", "rotate-key", app_id=other.app_id, certificate=path)
    client = ModeClient(server, other, path)
    assert_refused(client.call(*look), "isv.invalid-signature")
    assert_success(client.send_pairs(client.pairs(client.parameters(*look), key)))


def test_from_a_bare_key_to_a_certificate(server, place, app, look):
    """Either counts until the change is finished; the running server sees each step."""
    other = place.create_app(app.pid)
    path = modes.issue(place, other.app_id, other.private_key)
    bare, named = Client(server, other), ModeClient(server, other, path)
    assert named.call(*look).cert_sn is None
    place.run("app", "rotate-key", app_id=other.app_id, certificate=path, keep_current=True)
    assert_success(bare.call(*look))
    answer = named.call(*look)
    assert_success(answer)
    assert answer.cert_sn == gateway_sn(named)
    place.run("app", "rotate-key", app_id=other.app_id, finish=True)
    assert_refused(bare.call(*look), "isv.missing-app-cert-sn")
    assert_success(named.call(*look))


def test_download_of_the_gateways_certificate(server, app, client):
    """In either mode; asked for another one, the gateway says that it is not its own."""
    for each in (client, Client(server, app)):
        answer = each.call(protocol.CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": gateway_sn(client)})
        assert_success(answer)
        chain = base64.b64decode(answer["alipay_cert_content"])
        assert chain == client.certificates.gateway + client.certificates.root
        other = each.call(protocol.CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": client.app_cert_sn})
        assert_refused(other, "INVALID_PARAMETER", naming="alipay_cert_sn")


def test_download_as_the_php_library_asks_for_it(client):
    """It sends no version with this method, and no other; any that it did send would have to be right."""
    fields = {"alipay_cert_sn": gateway_sn(client)}
    assert_success(client.call(protocol.CERTIFICATE_DOWNLOAD, fields, version=None))
    assert_refused(client.call(protocol.CERTIFICATE_DOWNLOAD, fields, version="2.0"), "isv.invalid-parameter")
    assert_refused(client.call(protocol.LIST, {}, version=None), "isv.missing-version")


def test_certificates_expire_by_the_business_clock(sandbox):
    app, path = modes.create_app(sandbox.place, sandbox.app.pid, keys.private_key("certified"))
    client = ModeClient(sandbox.server, app, path)
    look = protocol.LIST, {"template_id": sandbox.place.create_template(app.pid),
                           "user_id": sandbox.place.create_user().user_id}
    assert_success(client.call(*look))
    sandbox.server.set_clock(1826 * 86400)
    answer = client.call(*look)
    assert_refused(answer, "isv.app-cert-expired")
    assert answer.cert_sn == gateway_sn(client)
    forged = client.send_pairs(client.pairs(client.parameters(*look, sign="c2lnbg==")))
    assert_refused(forged, "isv.invalid-signature")
    sandbox.server.set_clock(0)
    assert_success(client.call(*look))
