# SPDX-License-Identifier: Apache-2.0
"""The official Java library: typed requests and answers, any charset."""

import os

import pytest

from sdk_contract import BatchContract, ClientContract, LifeContract, NotificationContract


@pytest.fixture(scope="module")
def library(line_process, sdk):
    return line_process(["java", "-cp", f"{sdk}/java/classes:{sdk}/java/lib/*", "Calls"], os.environ)


class TestJava(BatchContract, LifeContract, NotificationContract, ClientContract):
    charsets = ("utf-8", "GBK", "gb2312")  # GBK in capitals, as in the reference pages' Java examples
    signature_refusal = "sign check fail: check Sign and Data Fail"
