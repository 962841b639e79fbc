# SPDX-License-Identifier: Apache-2.0
"""The official Node library's curl(), which speaks the newer protocol."""

import os
from pathlib import Path

import pytest

from v3_contract import V3Contract, call

__all__ = ["call"]


@pytest.fixture(scope="module")
def library(line_process, sdk):
    environment = {**os.environ, "NODE_PATH": f"{sdk}/node/node_modules"}
    return line_process(["node", Path(__file__).with_name("node") / "calls_v3.cjs"], environment)


class TestNodeV3(V3Contract):
    signature_refusal = "验签失败"
