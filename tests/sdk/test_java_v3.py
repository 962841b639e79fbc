# SPDX-License-Identifier: Apache-2.0
"""The official Java library of the newer protocol: its generic requests, and its types where it has some."""

import os

import pytest

from support import modes
from support.protocol import LIST, SEND, TOKEN
from v3_contract import V3Contract, call, refusal, send_fields, success

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

    def test_encrypted_get(self, call, app, place, template_id, user):
        """The query is in clear, the answer is not."""
        caller = place.create_app(app.pid)
        fields = {"template_id": template_id, "user_id": user.user_id}
        assert success(call(LIST, fields, "GET", caller=caller,
                            content_key=modes.content_key(place, caller))) == {"vouchers": []}

    def test_encrypted_form(self, call, app, place, template_id, user):
        caller = place.create_app(app.pid)
        sent = success(call(SEND, send_fields(template_id, user), caller=caller, file="not looked at",
                            content_key=modes.content_key(place, caller)))
        assert sent["user_id"] == user.user_id
