# SPDX-License-Identifier: Apache-2.0
"""What is said of files that are no keys, and of keys that are in no file."""

import re

import pytest
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
