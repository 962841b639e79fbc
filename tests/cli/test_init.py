# SPDX-License-Identifier: Apache-2.0
"""kaquan init: keys and a store, made once."""

import json
import subprocess

import pytest
from support import binary, keys

from command import refused

PRIVATE, PUBLIC, STORE = "gateway_private_key.pem", "gateway_public_key.pem", "kaquan.db"
ROOT_PRIVATE, ROOT, GATEWAY = "root_private_key.pem", "root_certificate.pem", "gateway_certificate.pem"
EVERYTHING = sorted([PRIVATE, PUBLIC, STORE, ROOT_PRIVATE, ROOT, GATEWAY])


def mode(path):
    return path.stat().st_mode & 0o777


def contents(directory):
    return {path.name: path.read_bytes() for path in directory.iterdir()}


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


def test_what_it_makes(data):
    text = binary.must_run("init", data=data)
    assert str(data / PUBLIC) in text
    assert sorted(contents(data)) == EVERYTHING
    assert mode(data) == 0o700
    assert {mode(data / name) for name in (PRIVATE, ROOT_PRIVATE, STORE)} == {0o600}
    private = keys.load_private((data / PRIVATE).read_bytes())
    assert private.key_size == 2048
    assert keys.public_pem(private) == (data / PUBLIC).read_text()


def test_json(data):
    def outcome():
        return json.loads(binary.must_run("init", data=data, json=True))
    paths = {"data": str(data), "private_key": str(data / PRIVATE), "public_key": str(data / PUBLIC),
             "root_certificate": str(data / ROOT), "gateway_certificate": str(data / GATEWAY),
             "store": str(data / STORE)}
    assert outcome() == {**paths, "created": True}
    assert outcome() == {**paths, "created": False}


def test_again_changes_nothing(data):
    binary.must_run("init", data=data)
    before = contents(data)
    assert "nothing was changed" in binary.must_run("init", data=data)
    assert {name: text for name, text in contents(data).items() if name in before} == before


def test_again_keeps_what_is_in_the_store(own_place):
    user = own_place.create_user()
    own_place.run("init")
    assert own_place.json("user", "show", user_id=user.user_id)["user_id"] == user.user_id


def test_size_of_the_key(data):
    binary.must_run("init", data=data, key_bits=1024)
    assert keys.load_private((data / PRIVATE).read_bytes()).key_size == 1024
    refused(binary.run("init", data=data, key_bits=512), 2, "--key-bits takes a whole number from 1024 to 4096")


@pytest.mark.parametrize("missing", [(PUBLIC,), (STORE,), (PUBLIC, STORE), (GATEWAY,), (ROOT, GATEWAY),
                                     (ROOT_PRIVATE, ROOT, GATEWAY)], ids="+".join)
def test_interrupted_init_is_repeated(data, missing):
    """Whatever an interruption left undone is done, with the key that is there."""
    binary.must_run("init", data=data)
    before = contents(data)
    for name in missing:
        (data / name).unlink()
    binary.must_run("init", data=data)
    after = contents(data)
    assert sorted(after) == sorted(before)
    assert (after[PRIVATE], after[PUBLIC]) == (before[PRIVATE], before[PUBLIC])


def test_half_written_key_is_not_used(data):
    data.mkdir()
    partial = data / f".{PRIVATE}.partial"
    partial.write_text("-----BEGIN PRIVATE KEY-----\nMIIE")
    binary.must_run("init", data=data)
    assert not partial.exists()
    assert mode(data / PRIVATE) == 0o600
    keys.load_private((data / PRIVATE).read_bytes())


def test_two_at_once_make_one_key(data):
    line = binary.arguments(["init"], {"data": data, "json": True})
    processes = [subprocess.Popen(line, env=binary.ENVIRONMENT, stdout=subprocess.PIPE) for _ in range(4)]
    outputs = [process.communicate(timeout=binary.COMMAND_TIMEOUT_S)[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4
    assert sum(json.loads(output)["created"] for output in outputs) >= 1
    private = keys.load_private((data / PRIVATE).read_bytes())
    assert keys.public_pem(private) == (data / PUBLIC).read_text()


def test_public_key_without_its_private_key(data):
    binary.must_run("init", data=data)
    (data / PRIVATE).rename(data / "elsewhere.pem")
    refused(binary.run("init", data=data), 1, PUBLIC, "is there without its private key")
    assert not (data / PRIVATE).exists()


def test_keys_that_do_not_belong_together(data):
    binary.must_run("init", data=data)
    other = keys.public_pem(keys.private_key("other"))
    (data / PUBLIC).write_text(other)
    refused(binary.run("init", data=data), 1, f"does not belong to {PRIVATE}")
    assert (data / PUBLIC).read_text() == other


def test_private_key_that_cannot_be_read(data):
    data.mkdir()
    (data / PRIVATE).write_text("scribble")
    refused(binary.run("init", data=data), 1, PRIVATE)
    assert (data / PRIVATE).read_text() == "scribble"


def test_no_place_for_it(tmp_path):
    refused(binary.run("init", data=tmp_path / "a" / "b"), 1, "make the directory above it first")
    (tmp_path / "file").write_text("")
    refused(binary.run("init", data=tmp_path / "file"), 1, "cannot be used")
