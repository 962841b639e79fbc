# SPDX-License-Identifier: Apache-2.0
"""kaquan app authorize, grants, revoke: what merchants let applications do, made, seen and ended."""

import hashlib
import re
import sqlite3
import time
from contextlib import closing

import pytest
from support import binary, protocol

from command import WALLET, refused, refused_as_json

PID = "2088101122136241"
OTHER_PID = "2088101122136242"


@pytest.fixture
def app(own_place):
    return own_place.create_app()


def digest(token):
    return hashlib.sha256(token.encode()).hexdigest()


# Codes

def test_code_is_bare(own_place, app):
    code = own_place.run("app", "authorize", app_id=app.app_id, pid=PID)
    assert re.fullmatch(r"[0-9a-f]{32}\n", code)
    assert code != own_place.run("app", "authorize", app_id=app.app_id, pid=PID)


def test_code_as_json(own_place, app):
    before = time.time()
    made = own_place.json("app", "authorize", app_id=app.app_id, pid=PID, method=[WALLET, protocol.SEND])
    assert list(made) == ["app_auth_code", "expires_at"]
    assert re.fullmatch(r"[0-9a-f]{32}", made["app_auth_code"])
    assert protocol.beijing_text(before + 600) <= made["expires_at"] <= protocol.beijing_text(time.time() + 600)


def test_code_is_stored_as_a_digest_only(own_place, app):
    code = own_place.authorize(app, PID).encode()
    stored = b"".join(path.read_bytes() for path in own_place.data.iterdir())
    assert code not in stored
    assert hashlib.sha256(code).digest() in stored


def test_code_refusals(own_place, app):
    settings = {"data": own_place.data, "app_id": app.app_id}
    refused(binary.run("app", "authorize", data=own_place.data, app_id="none", pid=PID), 1,
            "there is no application none")
    refused(binary.run("app", "authorize", **settings, pid="1"), 1, "pid")
    refused(binary.run("app", "authorize", **settings, pid=PID, method="x.y"), 1, "no method x.y")
    refused(binary.run("app", "authorize", **settings, pid=PID, method=[WALLET, WALLET]), 1,
            "the same method is given twice")
    refused(binary.run("app", "authorize", **settings), 2, "--pid")


# The list

def test_grants_are_listed_without_their_tokens(own_place, app):
    assert own_place.json("app", "grants") == []
    for_good = own_place.grant(app, PID)
    for_an_hour = own_place.json("app", "grant", app_id=app.app_id, pid=OTHER_PID, expires_in=3600, permission=WALLET)
    listed = own_place.json("app", "grants")
    assert [entry["token_sha256"] for entry in listed] == sorted(
        [digest(for_good), digest(for_an_hour["app_auth_token"])])
    by_pid = {entry["pid"]: entry for entry in listed}
    assert list(by_pid[PID]) == ["token_sha256", "app_id", "pid", "expires", "created", "methods"]
    assert (by_pid[PID]["app_id"], by_pid[PID]["expires"], by_pid[PID]["methods"]) == (app.app_id, None, [])
    assert (by_pid[OTHER_PID]["expires"], by_pid[OTHER_PID]["methods"]) == (for_an_hour["expires_at"], [WALLET])
    shown = own_place.run("app", "grants")
    assert digest(for_good) in shown and for_good not in shown


def test_a_code_is_no_grant_yet(own_place, app):
    own_place.authorize(app, PID)
    assert own_place.json("app", "grants") == []


def test_more_grants_than_one_page(own_place, app):
    own_place.grant(app, PID)
    digests = [hashlib.sha256(str(number).encode()).digest() for number in range(1001)]
    with closing(sqlite3.connect(own_place.data / "kaquan.db")) as store, store:
        store.executemany("INSERT INTO app_grant VALUES (?, ?, ?, NULL, 0)",
                          [(value, app.app_id, PID) for value in digests])
    listed = [entry["token_sha256"] for entry in own_place.json("app", "grants")]
    assert len(listed) == 1002 and listed == sorted(listed)
    assert {value.hex() for value in digests} < set(listed)


# Revoking

def test_revoking_by_token(own_place, app):
    tokens = [own_place.grant(app, PID) for _ in range(2)]
    assert own_place.json("app", "revoke", token=tokens[0]) == {"revoked": 1}
    assert [entry["token_sha256"] for entry in own_place.json("app", "grants")] == [digest(tokens[1])]
    refused(binary.run("app", "revoke", data=own_place.data, token=tokens[0]), 1, "there is no grant with this token")


def test_revoking_by_application_and_merchant(own_place, app):
    kept = [own_place.grant(app, OTHER_PID), own_place.grant(own_place.create_app(), PID)]
    own_place.grant(app, PID)
    own_place.grant(app, PID)
    own_place.authorize(app, PID)
    settings = {"app_id": app.app_id, "pid": PID}
    assert own_place.run("app", "revoke", **settings) == "3 revoked\n"
    assert own_place.run("app", "revoke", **settings) == "0 revoked\n"
    assert {entry["token_sha256"] for entry in own_place.json("app", "grants")} == {digest(token) for token in kept}


def test_revocation_refusals(own_place, app):
    for flags in ({}, {"app_id": app.app_id}, {"pid": PID}, {"token": "x", "app_id": app.app_id, "pid": PID},
                  {"token": "x", "pid": PID}):
        refused(binary.run("app", "revoke", data=own_place.data, **flags), 2,
                "give --token TOKEN, or --app-id ID and --pid PID")
    refused_as_json(binary.run("app", "revoke", "--json", data=own_place.data, app_id="none", pid=PID), 1, "NOT_FOUND",
                    "no such application")
    refused(binary.run("app", "revoke", data=own_place.data, app_id=app.app_id, pid="1"), 1, "pid")
