# SPDX-License-Identifier: Apache-2.0
"""The official Java library of the newer protocol: its generic requests, and its types where it has some."""

import os

import pytest

from support.protocol import TOKEN
from v3_contract import V3Contract, call, refusal, success

__all__ = ["call"]


@pytest.fixture(scope="module")
def library(line_process, sdk):
    return line_process(["java", "-cp", f"{sdk}/java-v3/classes:{sdk}/java-v3/lib/*", "CallsV3"], os.environ)


class TestJavaV3(V3Contract):
    signature_refusal = "sign check fail: check Sign and Data Fail"

    def test_typed_token(self, call, app, agent, place):
        code = place.authorize(agent, app.pid)
        got = success(call(TOKEN, {"grant_type": "authorization_code", "code": code}, caller=agent, typed=True))
        assert got["userId" if "userId" in got else "user_id"] == app.pid

    def test_typed_refusal(self, call, agent):
        answer = call(TOKEN, {"grant_type": "authorization_code", "code": "unknown"}, caller=agent, typed=True)
        assert refusal(answer) == (400, "AUTH_CODE_NOT_VALID", "授权码code无效")
