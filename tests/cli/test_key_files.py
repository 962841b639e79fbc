# SPDX-License-Identifier: Apache-2.0
"""What is said of files that are no keys, and of keys that are in no file."""

import re

import pytest
from support import binary
from support.binary import ROOT

from command import refused, run_bytes
from test_call import KEY_FILES

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
