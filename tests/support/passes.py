# SPDX-License-Identifier: Apache-2.0
"""Passes as a merchant's program makes them: alipay.pass.template.add and .update, alipay.pass.instance.add and
.update."""

import json

from support import protocol
from support.errors import assert_refused, assert_success

START, END = "2020-01-20 13:45:56", "2099-01-25 13:45:56"

# What answers have beside the codes.
SHOWN_BY = {
    protocol.PASS_TEMPLATE_ADD: ["success"],
    protocol.PASS_TEMPLATE_UPDATE: ["success"],
    protocol.PASS_ADD: ["success", "result"],
    protocol.PASS_UPDATE: ["success", "result"],
}


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def content(kind="coupon", einfo=None, file_info=None, merchant=None, platform=None, **evoucher_info):
    """A tpl_content like those of the platform's design tool."""
    return {
        "logo": "https://example.com/logo", "strip": None, "icon": None,
        "content": {
            "evoucherInfo": {
                "goodsId": "", "title": "$title$", "type": kind, "product": "free", "startDate": START, "endDate": END,
                "operation": [{"format": "barcode", "message": "$code$", "messageEncoding": "utf-8", "altText": "$code$"}],
                "einfo": einfo or {"logoText": "$logoText$", "headFields": [], "primaryFields": [
                    {"key": "strip", "label": "", "value": "全场$discount$", "type": "text"}], "backFields": []},
                "locations": [], **evoucher_info},
            "merchant": merchant or {"mname": "卡券茶馆", "mtel": "", "minfo": ""},
            "platform": platform or {"channelID": "$channelID$", "webServiceUrl": ""},
            "style": {"backgroundColor": "RGB(26,150,219)"},
            "fileInfo": file_info or {"formatVersion": "2", "canShare": True, "canBuy": False,
                                      "serialNumber": "$serialNumber$"},
            "appInfo": {"app": {}, "label": "", "message": ""},
            "source": "alipassprod", "alipayVerify": ["qrcode"]}}


PLACEHOLDERS = ["title", "code", "logoText", "discount", "channelID", "serialNumber"]


def values(serial_number="209919213", **changes):
    """A value for each placeholder of content()."""
    return {"title": "下午茶", "code": "8612231273", "logoText": "30元下午茶", "discount": "八折", "channelID": "teahouse",
            "serialNumber": serial_number, **changes}


def result_of(answer):
    """What a success says."""
    assert_success(answer)
    assert list(answer.fields) == ["code", "msg", "success", "result"] and answer["success"] is True, answer
    return json.loads(answer["result"])


def assert_pass_refused(answer, sub_code, naming=None):
    """A refusal that has success and result beside its codes, as its method has."""
    shown = SHOWN_BY[answer.name.removesuffix("_response").replace("_", ".")]
    assert_refused(answer, sub_code, naming, beside=shown)
    assert answer["success"] is False, answer
    return answer


def add_template(client, unique_id, tpl_content, **fields):
    text = tpl_content if isinstance(tpl_content, str) else compact(tpl_content)
    return client.call(protocol.PASS_TEMPLATE_ADD, {"unique_id": unique_id, "tpl_content": text, **fields})


def update_template(client, tpl_id, tpl_content, **fields):
    text = tpl_content if isinstance(tpl_content, str) else compact(tpl_content)
    return client.call(protocol.PASS_TEMPLATE_UPDATE, {"tpl_id": tpl_id, "tpl_content": text, **fields})


def new_template(client, tpl_content=None):
    """A template's id."""
    answer = add_template(client, client.server.place.new_key(), tpl_content or content())
    return result_of(answer)["tpl_id"]


def add_pass(client, tpl_id, user, tpl_params, **fields):
    text = tpl_params if isinstance(tpl_params, str) else compact(tpl_params)
    return client.call(protocol.PASS_ADD, {
        "tpl_id": tpl_id, "tpl_params": text, "recognition_type": "2",
        "recognition_info": compact({"user_id": getattr(user, "user_id", user)}), **fields})


def update_pass(client, serial_number, tpl_params=None, **fields):
    if tpl_params is not None:
        fields["tpl_params"] = tpl_params if isinstance(tpl_params, str) else compact(tpl_params)
    return client.call(protocol.PASS_UPDATE, {"serial_number": serial_number, "channel_id": client.app.pid, **fields})
