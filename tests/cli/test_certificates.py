# SPDX-License-Identifier: Apache-2.0
"""Certificates and content keys: what `kaquan init` makes, what applications get, and what is refused."""

import base64
import contextlib
import json
import sqlite3
import subprocess
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.name import _ASN1Type
from support import binary, keys, modes, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import Place
from support.server import Server

from command import refused, refused_as_json

ROOT_PRIVATE, ROOT, GATEWAY = "root_private_key.pem", "root_certificate.pem", "gateway_certificate.pem"
PID = "2088101122136241"


@pytest.fixture
def key_file(place):
    return place.key_file(keys.private_key())


@pytest.fixture
def app(place):
    return place.create_app(PID)


def load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def assert_issued(certificate, issuer):
    issuer.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes, padding.PKCS1v15(),
                               certificate.signature_hash_algorithm)
    assert certificate.issuer == issuer.subject


def write(place, name, content):
    path = place.directory / f"{name}-{place.number()}.pem"
    path.write_bytes(content)
    return path


def test_chain_of_the_gateway(place):
    root, gateway = load(place.data / ROOT), load(place.data / GATEWAY)
    assert_issued(root, root)
    assert_issued(gateway, root)
    assert gateway.public_key().public_numbers() == place.public_key.public_numbers()
    for certificate, is_authority in ((root, True), (gateway, False)):
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints)
        assert (constraints.critical, constraints.value.ca) == (True, is_authority)
        assert 0 < certificate.serial_number < 1 << 127


@pytest.mark.parametrize("form", ["request", "public-key"])
def test_issue(place, form):
    content = modes.request(keys.private_key()) if form == "request" else keys.public_pem(keys.private_key()).encode()
    path = write(place, form, content)
    pem = place.run("app", "issue-certificate", "--" + form, str(path), app_id="2014072300007148")
    certificate = x509.load_pem_x509_certificate(pem.encode("ascii"))
    assert_issued(certificate, load(place.data / ROOT))
    assert certificate.subject.rfc4514_string() == "CN=2014072300007148,O=Kaquan,C=CN"
    assert certificate.public_key().public_numbers() == keys.private_key().public_key().public_numbers()
    left = certificate.not_valid_after - datetime.utcnow()
    assert timedelta(days=1824) < left <= timedelta(days=1825)


def test_issue_as_json(place, key_file):
    issued = place.json("app", "issue-certificate", app_id="1", public_key=key_file, days=1)
    assert sorted(issued) == ["certificate", "expires", "sn"]
    assert issued["sn"] == modes.sn(issued["certificate"].encode("ascii"))


def test_each_issue_is_another_certificate(place, key_file):
    sns = {place.json("app", "issue-certificate", app_id="1", public_key=key_file)["sn"] for _ in range(3)}
    assert len(sns) == 3


def issue(place, *words, **flags):
    return binary.run("app", "issue-certificate", *words, data=place.data, **{"app_id": "1", **flags})


def test_issue_refuses(place, key_file):
    request = write(place, "request", modes.request(keys.private_key()))
    refused(issue(place), 2, "give --request FILE or --public-key FILE")
    refused(issue(place, request=request, public_key=key_file), 2, "give --request FILE or --public-key FILE")
    refused(issue(place, request=key_file), 1, str(key_file), "a certificate request (CSR) is wanted here")
    refused(issue(place, public_key=request), 1, "this is a certificate request (CSR)")
    refused(issue(place, public_key=place.data / "gateway_public_key.pem"), 1, "the gateway's own public key")
    refused(issue(place, public_key=key_file, days=0), 2, "--days takes a whole number from 1 to 36500")
    refused(issue(place, public_key=key_file, app_id="9" * 65), 1, "1 to 64 characters")


def test_register(place):
    app, path = modes.create_app(place, PID, keys.private_key())
    shown = place.json("app", "show", app_id=app.app_id)
    [certificate] = shown["certificates"]
    assert certificate == {"sign_type": "RSA2", "next": False, "sn": modes.sn(path.read_bytes()),
                           "expires": certificate["expires"]}
    assert shown["rsa2_key_sha256"]
    again = binary.run("app", "create", data=place.data, app_id=app.app_id, pid=PID, certificate=path)
    assert "nothing was changed" in again.stdout
    bare = binary.run("app", "create", data=place.data, app_id=app.app_id, pid=PID,
                      public_key=place.key_file(app.private_key))
    refused(bare, 1, "exists with other keys", "`kaquan app rotate-key`")


def test_rotate(place, app):
    path = modes.issue(place, app.app_id, app.private_key)
    place.run("app", "rotate-key", app_id=app.app_id, certificate=path, keep_current=True)
    assert [entry["next"] for entry in place.json("app", "show", app_id=app.app_id)["certificates"]] == [True]
    place.run("app", "rotate-key", app_id=app.app_id, finish=True)
    assert [entry["next"] for entry in place.json("app", "show", app_id=app.app_id)["certificates"]] == [False]
    place.run("app", "rotate-key", app_id=app.app_id, public_key=path)
    assert place.json("app", "show", app_id=app.app_id)["certificates"] == []


def rotate(place, app, **flags):
    return binary.run("app", "rotate-key", data=place.data, app_id=app.app_id, **flags)


def test_register_refuses(place, app, key_file):
    key = keys.private_key()
    refused(rotate(place, app, certificate=key_file), 1, str(key_file), "a certificate is wanted here")
    refused(rotate(place, app, certificate=write(place, "old", modes.self_signed(key, days=-1, begins=-9))), 1,
            "the certificate expired on")
    refused(rotate(place, app, certificate=write(place, "new", modes.self_signed(key, begins=3))), 1,
            "the certificate is not valid before")
    refused(rotate(place, app, certificate=place.data / GATEWAY), 1, "the gateway's own public key")
    refused(rotate(place, app, certificate=key_file, public_key=key_file), 2, "give --public-key FILE or --certificate")
    nothing = binary.run("app", "create", data=place.data, app_id="x", pid=PID)
    refused(nothing, 2, "give --public-key FILE or --certificate FILE")


def test_an_issuer_that_is_not_utf8_is_refused(place, app):
    """Its number could not be told: the libraries' Java replaces such bytes."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "é", _type=_ASN1Type.BMPString)])
    key = keys.private_key()
    now = datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
                   .sign(key, SHA256()))
    path = write(place, "bmp", certificate.public_bytes(Encoding.PEM))
    refused(rotate(place, app, certificate=path), 1, "this certificate's issuer is not in UTF-8")


@pytest.mark.parametrize("flag", ["certificate", "public_key"])
def test_an_empty_name_is_no_file(place, app, flag):
    said = f"--{flag.replace('_', '-')} takes a file"
    refused(binary.run("app", "create", data=place.data, app_id="x", pid=PID, **{flag: ""}), 2, said)
    refused(rotate(place, app, **{flag: ""}), 2, said)


def test_a_directory_of_before_gets_its_certificates(tmp_path):
    """Made without any: by whichever command needs them first, and by the server."""
    place = Place(tmp_path)
    for name in (ROOT_PRIVATE, ROOT, GATEWAY):
        (place.data / name).unlink()
    modes.create_app(place, PID, keys.private_key())
    assert_issued(load(place.data / GATEWAY), load(place.data / ROOT))
    assert (place.data / ROOT_PRIVATE).stat().st_mode & 0o777 == 0o600


def test_the_server_makes_its_certificates(tmp_path):
    place = Place(tmp_path)
    for name in (ROOT_PRIVATE, ROOT, GATEWAY):
        (place.data / name).unlink()
    Server(place).stop()
    assert_issued(load(place.data / GATEWAY), load(place.data / ROOT))


# An OpenSSL that may make no MD5, as where only FIPS 140's algorithms are allowed.
NO_MD5 = """
#include <stddef.h>
int EVP_Q_digest(void *library, const char *name, const char *query, const void *data, size_t size,
                 unsigned char *digest, size_t *digest_size)
{
    (void)library, (void)name, (void)query, (void)data, (void)size, (void)digest, (void)digest_size;
    return 0;
}
"""


def test_without_md5_there_is_no_certificate_mode_and_all_else(tmp_path, monkeypatch):
    place = Place(tmp_path)
    certified, path = modes.create_app(place, PID, keys.private_key("certified"))
    bare = place.create_app(PID)
    look = protocol.LIST, {"template_id": place.create_template(PID), "user_id": place.create_user().user_id}
    named = {"app_cert_sn": modes.sn(path.read_bytes()), "alipay_root_cert_sn": modes.sn((place.data / ROOT).read_bytes())}
    library = tmp_path / "no_md5.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-x", "c", "-", "-o", library], input=NO_MD5, text=True, check=True)
    monkeypatch.setitem(binary.ENVIRONMENT, "LD_PRELOAD", str(library))
    options = binary.ENVIRONMENT.get("ASAN_OPTIONS", "")
    monkeypatch.setitem(binary.ENVIRONMENT, "ASAN_OPTIONS", f"{options}:verify_asan_link_order=0".lstrip(":"))
    server = Server(place)
    try:
        assert "warning: there is no certificate mode" in server.stderr()
        assert_success(Client(server, bare).call(*look))
        assert_refused(Client(server, certified).call(*look, **named), "isv.invalid-parameter")
    finally:
        server.stop()


def warnings_of(place):
    server = Server(place)
    server.stop()
    return [line for line in server.stderr().splitlines() if ": warning: " in line]


@pytest.mark.parametrize("form, said", [
    ({}, None),
    ({"days": -1, "begins": -9}, "the certificate expired on"),
    ({"begins": 3}, "the certificate is not valid before"),
])
def test_warnings_of_a_gateways_own_certificate(tmp_path, form, said):
    place = Place(tmp_path)
    assert warnings_of(place) == []
    key = load_pem_private_key((place.data / "gateway_private_key.pem").read_bytes(), None)
    (place.data / GATEWAY).write_bytes(modes.self_signed(key, **form))
    (place.data / ROOT_PRIVATE).chmod(0o640)
    readable, *of_validity, strange = warnings_of(place)
    assert f"{ROOT_PRIVATE} can be read by others than its owner" in readable
    assert f"{ROOT}: none of these certificates has signed {GATEWAY}" in strange
    assert [said in line for line in of_validity] == ([True] if said else [])


def test_own_authority(tmp_path):
    """Certificates that an operator has put there stay, and only who has the root's key can issue more."""
    place = Place(tmp_path)
    (place.data / ROOT_PRIVATE).unlink()
    before = (place.data / ROOT).read_bytes(), (place.data / GATEWAY).read_bytes()
    place.run("init")
    assert before == ((place.data / ROOT).read_bytes(), (place.data / GATEWAY).read_bytes())
    refused(issue(place, public_key=place.key_file(keys.private_key())), 1, "its certificates come from another authority")
    (place.data / GATEWAY).unlink()
    refused(binary.run("init", data=place.data), 1, "its certificates come from another authority")


def test_certificates_that_do_not_belong_there(tmp_path):
    place = Place(tmp_path)
    gateway = (place.data / GATEWAY).read_bytes()
    (place.data / GATEWAY).write_bytes(modes.self_signed(keys.private_key()))
    refused(binary.run("init", data=place.data), 1, GATEWAY, "move it away, and one is made")
    (place.data / GATEWAY).write_bytes(gateway)
    (place.data / ROOT).unlink()
    refused(binary.run("init", data=place.data), 1, "put that back, or move it away")


def set_key(place, app, *words, stdin="", **flags):
    return binary.run("app", "set-content-key", *words, stdin=stdin, data=place.data, app_id=app.app_id, **flags)


def test_content_key_is_printed_once(place, app):
    text = set_key(place, app, generate=True).stdout
    assert len(base64.b64decode(text.strip(), validate=True)) == 16
    made = json.loads(set_key(place, app, "--json", generate=True, replace=True).stdout)
    assert made == {"app_id": app.app_id, "content_key": made["content_key"]}
    assert made["content_key"] != text.strip()
    shown = place.run("app", "show", app_id=app.app_id) + place.run("app", "list", json=True)
    assert made["content_key"] not in shown and base64.b64decode(made["content_key"]).hex() not in shown
    assert place.json("app", "show", app_id=app.app_id)["content_key"] is True


def test_content_key_is_given_and_taken_away(place, app):
    key = base64.b64encode(bytes(32)).decode("ascii")
    assert set_key(place, app, key="-", stdin=key + "\n").stdout == f"application {app.app_id} given its content key\n"
    assert "nothing was changed" in set_key(place, app, key="-", stdin=key).stdout
    assert json.loads(set_key(place, app, "--json", remove=True).stdout) == {"app_id": app.app_id, "changed": True}
    assert place.json("app", "show", app_id=app.app_id)["content_key"] is False


def has_key(place, app):
    return place.json("app", "show", app_id=app.app_id)["content_key"]


def test_content_key_is_replaced_only_where_that_is_asked_for(place, app):
    first, second = (base64.b64encode(bytes([n] * 16)).decode("ascii") for n in (1, 2))
    set_key(place, app, key="-", stdin=first)
    for flags, stdin in (({"generate": True}, ""), ({"key": "-"}, second)):
        refusal = set_key(place, app, stdin=stdin, **flags)
        refused(refusal, 1, "has another content key", "--replace")
        assert refusal.stdout == ""
    assert "nothing was changed" in set_key(place, app, key="-", stdin=first).stdout
    assert "given its content key" in set_key(place, app, key="-", stdin=second, replace=True).stdout


def test_content_key_that_cannot_be_shown_is_not_set(place, app):
    with open("/dev/full", "w") as full:
        done = subprocess.run([binary.BINARY, "app", "set-content-key", "--data", place.data, "--app-id", app.app_id,
                               "--generate"], stdout=full, stderr=subprocess.PIPE, encoding="utf-8",
                              env=binary.ENVIRONMENT)
    assert done.returncode == 1 and "the key could not be written, and was not set" in done.stderr
    assert has_key(place, app) is False


def test_content_key_that_was_shown_and_not_set(tmp_path):
    """Somebody else writes for longer than it waits."""
    place = Place(tmp_path)
    app = place.create_app(PID)
    [path] = place.data.glob("*.db")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        done = set_key(place, app, generate=True)
    assert done.returncode == 1 and len(base64.b64decode(done.stdout.strip(), validate=True)) == 16
    assert "the key that was printed was not set" in done.stderr
    assert has_key(place, app) is False


def test_content_key_refuses(place, app):
    refused(set_key(place, app), 2, "give --generate, --key FILE or --remove")
    refused(set_key(place, app, generate=True, remove=True), 2, "give --generate, --key FILE or --remove")
    refused(set_key(place, app, key="-", stdin="AAAA"), 1, "16, 24 or 32 bytes", "this one has 3")
    refused_as_json(set_key(place, app, "--json", key="-", stdin="?"), 1, "BAD_KEY", "a content key is base64")
    unknown = binary.run("app", "set-content-key", data=place.data, app_id="nobody", generate=True)
    refused(unknown, 1, "there is no such application")
