# SPDX-License-Identifier: Apache-2.0
"""kaquan app: applications, their keys, permissions and grants."""

import hashlib
import json
import re
import time
from pathlib import Path

import pytest
from support import binary, keys, protocol

from command import WALLET, refused, refused_as_json

PID = "2088101122136241"
KEY_FILES = Path(__file__).resolve().parents[1] / "golden" / "keys"

# One key in every form in which people have it.
PUBLIC_FORMS = ["public.pem", "public.der", "public_base64.txt", "public_base64_lines.txt", "public_crlf_bom.pem",
                "public_one_line.pem", "public_pkcs1.pem", "public_pkcs1.der", "public_text_around.pem",
                "certificate.pem", "certificate.der"]
PRIVATE_FORMS = ["app_2048.pem", "private_base64.txt", "private_base64_lines.txt", "private_crlf_bom.pem",
                 "private_one_line.pem", "private_pkcs1.pem", "private_pkcs1.der", "private_pkcs8.der",
                 "private_text_around.pem"]


def fingerprint(private_key):
    from cryptography.hazmat.primitives import serialization
    der = private_key.public_key().public_bytes(serialization.Encoding.DER,
                                                serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).hexdigest()


@pytest.fixture
def create(place):
    """create(public_key=…) with an id of its own: gives the finished process and the id."""
    def run(*words, **flags):
        app_id = f"app-{place.number()}"
        settings = {"data": place.data, "app_id": app_id, "pid": PID, **flags}
        return binary.run("app", "create", *words, **settings), settings["app_id"]
    return run


@pytest.fixture
def key_file(place):
    return place.key_file(keys.private_key())


def show(place, app_id):
    return place.json("app", "show", app_id=app_id)


def test_create_and_show(place, create, key_file):
    before = int(time.time())
    done, app_id = create(public_key=key_file, name="卡券茶馆", permission=WALLET)
    assert (done.returncode, done.stdout) == (0, f"application {app_id} created\n")
    shown = show(place, app_id)
    assert re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", shown["created"])
    assert protocol.beijing_text(before) <= shown.pop("created") <= protocol.beijing_text(time.time())
    assert shown == {"app_id": app_id, "pid": PID, "name": "卡券茶馆", "state": "active", "permissions": [WALLET],
                     "limits": [], "revision": shown["revision"], "rsa2_key_sha256": fingerprint(keys.private_key()),
                     "rsa2_next_key_sha256": None, "rsa_key_sha256": None, "rsa_next_key_sha256": None,
                     "certificates": [], "content_key": False}
    assert shown["app_id"] in place.run("app", "list")
    assert app_id in [entry["app_id"] for entry in place.json("app", "list")]


def test_create_again(place, create, key_file):
    done, app_id = create("--json", public_key=key_file)
    assert json.loads(done.stdout) == {"app_id": app_id, "created": True}
    done, _ = create("--json", public_key=key_file, app_id=app_id)
    assert (done.returncode, json.loads(done.stdout)) == (0, {"app_id": app_id, "created": False})


def test_create_again_with_other_data(place, create, key_file):
    _, app_id = create(public_key=key_file)
    other = place.key_file(keys.private_key("other"))
    refused(create(public_key=other, app_id=app_id)[0], 1, "exists with other keys")
    refused(create(public_key=key_file, app_id=app_id, pid="2088101122136242")[0], 1, "belongs to merchant " + PID)
    refused_as_json(create("--json", public_key=key_file, app_id=app_id, name="x")[0], 1, "CONFLICT")
    assert show(place, app_id)["rsa2_key_sha256"] == fingerprint(keys.private_key())


def test_create_again_names_the_command_that_changes_it(place, create, key_file):
    _, app_id = create(public_key=key_file)
    other = place.key_file(keys.private_key("other"))
    remedies = {"`kaquan app rotate-key`", "`kaquan app permit`"}
    for flags, remedy in [({"public_key": other}, "`kaquan app rotate-key`"),
                          ({"public_key": key_file, "sign_type": "RSA"}, "`kaquan app rotate-key`"),
                          ({"public_key": key_file, "permission": WALLET}, "`kaquan app permit`"),
                          ({"public_key": key_file, "name": "x"}, None),
                          ({"public_key": other, "pid": "2088101122136242"}, None)]:
        done, _ = create(app_id=app_id, **flags)
        refused(done, 1, "the application exists")
        assert {text for text in remedies if text in done.stderr} == ({remedy} if remedy else set()), done.stderr


@pytest.mark.parametrize("form", PUBLIC_FORMS)
def test_forms_of_public_keys(place, create, form):
    done, app_id = create(public_key=KEY_FILES / form)
    assert done.returncode == 0, done.stderr
    expected = fingerprint(keys.load_private((KEY_FILES / "app_2048.pem").read_bytes()))
    assert show(place, app_id)["rsa2_key_sha256"] == expected


def test_public_key_from_standard_input(place):
    text = keys.public_pem(keys.private_key())
    place.run("app", "create", app_id="from-stdin", pid=PID, public_key="-", stdin=text)
    assert show(place, "from-stdin")["rsa2_key_sha256"] == fingerprint(keys.private_key())


@pytest.mark.parametrize("form", PRIVATE_FORMS)
def test_private_key_where_a_public_one_belongs(create, form):
    done, _ = create(public_key=KEY_FILES / form)
    refused(done, 1, form, "private key", "public")


def test_the_gateways_own_key(place, create, tmp_path):
    done, _ = create(public_key=place.data / "gateway_public_key.pem")
    refused(done, 1, "the gateway's own public key")
    bare = tmp_path / "bare.txt"
    bare.write_text("".join((place.data / "gateway_public_key.pem").read_text().splitlines()[1:-1]))
    refused_as_json(create("--json", public_key=bare)[0], 1, "BAD_KEY", "bare.txt", "the gateway's own public key")


@pytest.mark.parametrize("name", ["ec_public.pem", "small_public.pem", "large_public.pem", "public_cut_off.pem",
                                  "public_cut_off.txt"])
def test_unusable_keys(create, name):
    refused(create(public_key=KEY_FILES / name)[0], 1, name)


def test_key_files_that_are_none(create, tmp_path):
    refused(create(public_key=tmp_path / "missing.pem")[0], 1, "there is no file", "missing.pem")
    refused(create(public_key=tmp_path)[0], 1, "cannot be read")
    (tmp_path / "large.pem").write_bytes(b"x" * 70000)
    refused(create(public_key=tmp_path / "large.pem")[0], 1, "longer than 65536 bytes")
    (tmp_path / "empty.pem").write_bytes(b"")
    refused(create(public_key=tmp_path / "empty.pem")[0], 1, "empty.pem")


def test_bad_values(create, key_file):
    refused(create(public_key=key_file, pid="2089101122136241")[0], 1, "pid is not 16 digits that begin with 2088")
    refused(create(public_key=key_file, app_id="a b")[0], 1, "app id")
    refused(create(public_key=key_file, app_id="a" * 33)[0], 1, "app id")
    refused(create(public_key=key_file, sign_type="RSA3")[0], 2, "--sign-type is RSA2 or RSA, not RSA3")
    refused(create(public_key=key_file, permission="alipay.user.pass.grouplist.qury")[0], 1,
            "no method alipay.user.pass.grouplist.qury", f"did you mean {WALLET}?")


def test_show_of_an_unknown_application(place):
    refused(binary.run("app", "show", data=place.data, app_id="none"), 1, "there is no application none")


# Keys

def new_key(place, name):
    return place.key_file(keys.private_key(name))


def fingerprints(place, app_id):
    shown = show(place, app_id)
    return [shown[name] for name in ("rsa2_key_sha256", "rsa2_next_key_sha256", "rsa_key_sha256")]


def test_rotation_in_two_steps(place):
    app = place.create_app(private_key=keys.private_key("old"))
    place.run("app", "rotate-key", app_id=app.app_id, public_key=new_key(place, "new"), keep_current=True)
    old, new = fingerprint(keys.private_key("old")), fingerprint(keys.private_key("new"))
    assert fingerprints(place, app.app_id) == [old, new, None]
    place.run("app", "rotate-key", app_id=app.app_id, finish=True)
    assert fingerprints(place, app.app_id) == [new, None, None]


def test_rotation_at_once_and_a_second_sign_type(place):
    app = place.create_app(private_key=keys.private_key("old"))
    place.run("app", "rotate-key", app_id=app.app_id, public_key=new_key(place, "new"))
    place.run("app", "rotate-key", app_id=app.app_id, public_key=new_key(place, "old"), sign_type="RSA")
    assert fingerprints(place, app.app_id) == [fingerprint(keys.private_key("new")), None,
                                               fingerprint(keys.private_key("old"))]


def test_rotation_refusals(place):
    app = place.create_app()
    settings = {"data": place.data, "app_id": app.app_id}
    refused(binary.run("app", "rotate-key", **settings), 2, "give --public-key FILE")
    refused(binary.run("app", "rotate-key", **settings, finish=True, public_key="x"), 2, "give --public-key FILE")
    refused(binary.run("app", "rotate-key", **settings, finish=True), 1)
    refused(binary.run("app", "rotate-key", **settings, public_key=place.data / "gateway_public_key.pem"), 1,
            "the gateway's own public key")
    refused(binary.run("app", "rotate-key", data=place.data, app_id="none", public_key=new_key(place, "new")), 1,
            "no such application")


# State and permissions

def test_disable_and_enable(place):
    app = place.create_app()
    settings = {"app_id": app.app_id}
    assert place.json("app", "disable", **settings) == {"app_id": app.app_id, "changed": True}
    assert show(place, app.app_id)["state"] == "disabled"
    assert place.json("app", "disable", **settings) == {"app_id": app.app_id, "changed": False}
    assert "enabled" in place.run("app", "enable", **settings)
    assert show(place, app.app_id)["state"] == "active"
    refused(binary.run("app", "disable", data=place.data, app_id="none"), 1, "no such application")


def test_permit_and_revoke(place):
    app = place.create_app()
    assert place.json("app", "permit", app_id=app.app_id, permission=WALLET)["changed"]
    assert show(place, app.app_id)["permissions"] == [WALLET]
    assert not place.json("app", "permit", app_id=app.app_id, permission=WALLET)["changed"]
    assert place.json("app", "permit", app_id=app.app_id, permission=WALLET, revoke=True)["changed"]
    assert show(place, app.app_id)["permissions"] == []
    refused(binary.run("app", "permit", data=place.data, app_id=app.app_id, permission="x.y"), 1, "no method x.y")
    refused(binary.run("app", "permit", data=place.data, app_id="none", permission=WALLET), 1,
            "no such application")


# Limits

def test_limits(place):
    app = place.create_app()
    shown = show(place, app.app_id)
    assert place.json("app", "limit", app_id=app.app_id, per_second=5) == {"app_id": app.app_id, "changed": True}
    assert place.run("app", "limit", app_id=app.app_id, per_second=1000000, method=WALLET) == \
        f"application {app.app_id} limited to 1000000 calls of {WALLET} a second\n"
    limits = [{"method": None, "per_second": 5}, {"method": WALLET, "per_second": 1000000}]
    assert show(place, app.app_id) == {**shown, "limits": limits, "revision": shown["revision"] + 2}
    assert [entry["limits"] for entry in place.json("app", "list") if entry["app_id"] == app.app_id] == [limits]
    line = next(line for line in place.run("app", "show", "--table", app_id=app.app_id).splitlines()
                if line.startswith("limits "))
    assert json.loads(line.removeprefix("limits ")) == limits


def test_the_same_limit_again_and_none(place):
    app = place.create_app()
    assert place.run("app", "limit", app_id=app.app_id, per_second=5) == \
        f"application {app.app_id} limited to 5 calls a second\n"
    assert place.run("app", "limit", app_id=app.app_id, per_second=5) == \
        f"application {app.app_id} was limited to 5 calls a second already; nothing was changed\n"
    assert place.json("app", "limit", app_id=app.app_id, per_second=6)["changed"]
    assert show(place, app.app_id)["limits"] == [{"method": None, "per_second": 6}]
    assert not place.json("app", "limit", app_id=app.app_id, per_second=0, method=WALLET)["changed"]
    assert "freed of that limit" in place.run("app", "limit", app_id=app.app_id, per_second=0)
    assert show(place, app.app_id)["limits"] == []
    assert not place.json("app", "limit", app_id=app.app_id, per_second=0)["changed"]


def test_limit_refusals(place):
    app = place.create_app()
    settings = {"data": place.data, "app_id": app.app_id}
    refused(binary.run("app", "limit", **settings), 2, "--per-second N is missing")
    for number in ("-1", "1000001", "1.5", "many"):
        refused(binary.run("app", "limit", **settings, per_second=number), 2,
                "--per-second takes a whole number from 0 to 1000000", number)
    refused(binary.run("app", "limit", **settings, per_second=1, method="alipay.user.pass.grouplist.qury"), 1,
            "no method alipay.user.pass.grouplist.qury", f"did you mean {WALLET}?")
    refused_as_json(binary.run("app", "limit", "--json", data=place.data, app_id="none", per_second=1), 1, "NOT_FOUND",
                    "no such application")
    assert show(place, app.app_id)["limits"] == []


# Grants

def test_grant_is_a_bare_token(place, app):
    token = place.run("app", "grant", app_id=app.app_id, pid=PID)
    assert re.fullmatch(r"\d{6}BB[0-9a-f]{32}\n", token)
    assert token != place.run("app", "grant", app_id=app.app_id, pid=PID)


def test_grant_as_json(place, app):
    granted = place.json("app", "grant", app_id=app.app_id, pid=PID)
    assert list(granted) == ["app_auth_token", "expires_at"] and granted["expires_at"] is None
    before = time.time()
    expires_at = place.json("app", "grant", app_id=app.app_id, pid=PID, expires_in=3600)["expires_at"]
    assert protocol.beijing_text(before + 3600) <= expires_at <= protocol.beijing_text(time.time() + 3600)


def test_grant_that_has_expired_at_once(place, app):
    before = time.time()
    expires_at = place.json("app", "grant", app_id=app.app_id, pid=PID, expires_in=0)["expires_at"]
    assert protocol.beijing_text(before) <= expires_at <= protocol.beijing_text(time.time())


def test_token_is_stored_as_a_digest_only(own_place):
    app = own_place.create_app()
    token = own_place.grant(app, PID).encode()
    stored = b"".join(path.read_bytes() for path in own_place.data.iterdir())
    assert token not in stored
    assert hashlib.sha256(token).digest() in stored


def test_grant_refusals(place, app):
    refused(binary.run("app", "grant", data=place.data, app_id="none", pid=PID), 1, "there is no application none")
    refused(binary.run("app", "grant", data=place.data, app_id=app.app_id, pid="1"), 1, "pid")
    refused(binary.run("app", "grant", data=place.data, app_id=app.app_id, pid=PID, expires_in=-1), 2, "--expires-in")
    refused(binary.run("app", "grant", data=place.data, app_id=app.app_id, pid=PID, permission="x"), 1, "no method x")
