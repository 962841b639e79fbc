# SPDX-License-Identifier: Apache-2.0
"""What is said of files that are no keys, and of keys that are in no file."""

import base64
import re

import pytest
from support import binary
from support.binary import ROOT

from command import refused, run_bytes
from test_call import KEY_FILES, LIST, caller, private_key_file

__all__ = ["caller", "private_key_file"]

SOURCES = [*ROOT.glob("src/*/*.c"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("README*.md")]


def test_no_advice_writes_into_the_file_that_it_reads():
    """openssl empties what it is to write before it reads."""
    found = [command for path in SOURCES
             for command in re.findall(r"-in (\S+) -out \1(?![\w.])", path.read_text("utf-8"))]
    assert found == []


@pytest.mark.parametrize("name", ["encrypted.pem", "encrypted_pkcs1.pem"])
def test_an_encrypted_private_key(name):
    for locale, advice in (("C.UTF-8", "openssl pkey -in FILE -out OTHER makes a plain one of it"),
                           ("zh_CN.UTF-8", "openssl pkey -in 文件 -out 另一文件 可转换为未加密的")):
        done = run_bytes("sign", "a=b&sign_type=RSA2", private_key=KEY_FILES / name, environment={"LC_ALL": locale})
        refused(done, 1, name, advice)


@pytest.mark.parametrize(("change", "advice"), [
    (lambda pem: pem.replace("\n", "\\n"), "this key has the two characters \\n where its lines end: put line ends in their place"),
    (lambda pem: '"' + body_of(pem) + '"', "this key is in quotes: take them away"),
    (lambda pem: body_of(pem).replace("+", "-").replace("/", "_"),
     "this key is in base64url: write + for each - in it, and / for each _"),
    (lambda pem: body_of(pem).replace("+", "*"), "this is neither PEM nor base64 nor DER, or it was cut off or changed"),
], ids=["lines", "quotes", "base64url", "other"])
def test_a_private_key_out_of_another_file(tmp_path, change, advice):
    key = tmp_path / "key"
    key.write_text(change((KEY_FILES / "private_text_around.pem").read_text()))
    refused(binary.run("sign", "a=b&sign_type=RSA2", private_key=key), 1, f"{key}: {advice}\n")


def body_of(pem):
    return "".join(line for line in pem.split("-----")[2].splitlines())


CONTENT_KEY = base64.b64encode(bytes(range(200, 216))).decode()
PRIVATE_KEY = "".join((KEY_FILES / "private_base64.txt").read_text().split())
WANTED = "a file is wanted here, and this looks like the key itself"


@pytest.mark.parametrize("key", [CONTENT_KEY, CONTENT_KEY[1:], PRIVATE_KEY, "\n" + (KEY_FILES / "private_pkcs1.pem").read_text()],
                         ids=["content", "cut", "private", "pem"])
def test_a_key_in_a_file_s_place_is_not_shown(place, app, caller, tmp_path, key):
    for words, flags in [(["call", LIST], {**caller, "content_key": key}), (["call", LIST], {**caller, "private_key": key}),
                         (["call", LIST, "--dry-run"], {**caller, "content_key": key}),
                         (["sign", "a=b&sign_type=RSA2"], {"private_key": key}),
                         (["app", "set-content-key"], {"data": place.data, "app_id": app.app_id, "key": key}),
                         (["profile", "set", "a"], {"config": tmp_path / "config", "content_key": key})]:
        done = binary.run(*words, **flags)
        refused(done, 2, WANTED)
        assert key[:12] not in done.stderr and key[-12:] not in done.stderr


def test_a_file_with_a_key_s_name(place, app, monkeypatch, tmp_path):
    """Whatever its name, a file is one."""
    monkeypatch.chdir(tmp_path)
    name = base64.b64encode(b"a" * 16).decode()
    (tmp_path / name).write_text(CONTENT_KEY)
    binary.must_run("app", "set-content-key", data=place.data, app_id=app.app_id, key=name)
    refused(binary.run("app", "set-content-key", data=place.data, app_id=app.app_id, key="none.key"), 1,
            "there is no file none.key")
