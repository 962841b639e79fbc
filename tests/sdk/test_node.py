# SPDX-License-Identifier: Apache-2.0
"""The official Node library: requests without types, utf-8 only (its own limit)."""

import os
from pathlib import Path

import pytest

from sdk_contract import (BatchContract, ClientContract, ConsentContract, LifeContract, ModesContract,
                          NotificationContract, PassContract)


@pytest.fixture(scope="module")
def library(line_process, sdk):
    # The library stamps requests with local time, the gateway reads Beijing time: so the process lives there.
    environment = {**os.environ, "NODE_PATH": f"{sdk}/node/node_modules", "TZ": "Asia/Shanghai"}
    return line_process(["node", Path(__file__).with_name("node") / "calls.cjs"], environment)


class TestNode(BatchContract, ConsentContract, LifeContract, ModesContract, NotificationContract, PassContract,
               ClientContract):
    signature_refusal = "验签失败"
    # To find what was signed in an `error_response`, the library skips as many characters as the name of the
    # method's own member has. Where {"error_response": has fewer, it verifies too little and fails: so the
    # method's name must be short here.
    unknown_method = "no.method"
    unknown_method_fields = {}
