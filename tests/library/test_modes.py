# SPDX-License-Identifier: Apache-2.0
"""A program that is built with the installed library calls the real gateway in every mode of its protocol."""

import json
from urllib.parse import urlencode

import pytest

from support import protocol, templates
from support.library_caller import ALL_MODES, caller_in, compile_program
from support.place import FIX
from support.receiver import Receiver


@pytest.fixture(scope="module")
def program(library, tmp_path_factory):
    return compile_program(library, tmp_path_factory.mktemp("modes"))


@pytest.fixture(scope="module", params=ALL_MODES)
def caller(request, program, server, place, app, tmp_path_factory):
    """A caller in one of the modes, as the run's merchant."""
    return caller_in(request.param, program, server, place, app.pid, tmp_path_factory.mktemp("caller"))


@pytest.mark.parametrize("loop", [0, 1], ids=["waiting", "loop"])
def test_a_voucher_is_sent(caller, template_id, user, loop):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": "优酷3个月兑换券"}
    got = caller.call(protocol.SEND, fields, loop=loop)
    assert (got["status"], got["verified"], got["code"], got["message"]) == ("ok", "1", "10000", ""), got
    assert json.loads(got["response"])["voucher_id"]


def test_a_refusal_by_the_method(caller, user):
    got = caller.call(protocol.SEND, {"template_id": "2" * 28, "user_id": user.user_id, "out_biz_no": "1"})
    assert (got["status"], got["verified"], got["sub_code"]) == ("business", "1", "TEMPLATE_NOT_EXIST"), got


def test_a_refusal_by_the_gateway(caller):
    got = caller.call("alipay.no.such.method", {"a": 1})
    assert (got["status"], got["verified"]) == ("gateway", "1"), got
    assert got["error_sub_code"].endswith("invalid-method"), got


def test_a_notification_is_believed_and_a_changed_one_is_not(caller, place, user):
    receiver = Receiver(place.public_key)
    made = caller.call(templates.CREATE_CASHLESS, templates.fields_of(FIX, place.new_key(), notify_uri=receiver.uri))
    template_id = json.loads(made["response"])["template_id"]
    sent = caller.call(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "订单 1+1"})
    assert sent["status"] == "ok", sent
    fields, = receiver.wait(1)
    receiver.close()
    got = caller.run(notification=urlencode(fields))
    assert got["status"] == "ok", got
    signed = {name: value for name, value in fields.items() if name not in ("sign", "sign_type")}
    assert {name: got.get(f"parameter {name}") for name in signed} == signed
    got = caller.run(notification=urlencode({**fields, "out_biz_no": "2"}))
    assert got["status"] == "signature" and "parameter out_biz_no" not in got, got
