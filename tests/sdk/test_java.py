# SPDX-License-Identifier: Apache-2.0
"""The official Java library: typed requests and answers, any charset."""

import os

import pytest

from sdk_contract import (BatchContract, ClientContract, ConsentContract, LifeContract, ModesContract,
                          NotificationContract, PassContract, TemplateContract)


@pytest.fixture(scope="module")
def library(line_process, sdk):
    return line_process(["java", "-cp", f"{sdk}/java/classes:{sdk}/java/lib/*", "Calls"], os.environ)


class TestJava(BatchContract, ConsentContract, LifeContract, ModesContract, NotificationContract, PassContract,
               TemplateContract, ClientContract):
    charsets = ("utf-8", "GBK", "gb2312")  # GBK in capitals, as in the reference pages' Java examples
    done = not_done = None  # it never sets `success` of a typed answer, which has an isSuccess() too
    downloads_certificates = True
    takes_clear_refusals = False  # it decrypts whatever comes back
    signature_refusal = "sign check fail: check Sign and Data Fail"
