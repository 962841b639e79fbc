# SPDX-License-Identifier: Apache-2.0
"""What every official library of the newer protocol must be able to do with the gateway; test_LANGUAGE_v3.py says which
library.

A call travels to a library as a dictionary:

    endpoint, app_id, private_key, gateway_public_key: the library's settings (keys as PEM)
    http_method, path, body or query, app_auth_token, file: the call (the last two may be absent)
    typed: through the library's own types, where it has some
    app_certificate, root_certificate, gateway_certificate: in certificate mode (PEM)
    content_key: encrypted

and comes back as {"status", "data", "trace_id"}, as a refusal's {"status", "code", "message", "links", "trace_id"}, or
as {"refused": why} where the library raised an error of its own, such as that a signature does not verify."""

import re

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support import keys, modes
from support.place import EXCHANGE
from support.protocol import (CATALOGUE, LIST, QUERY, REFUND, SEND, TOKEN, USE, WALLET)
from support.v3 import path_of

MEMO = "优酷3个月兑换券"


@pytest.fixture
def call(app, place, server, library):
    """Calls with the library under test: a POST with a body, or a GET with a query."""
    gateway_public_key = (place.data / "gateway_public_key.pem").read_text(encoding="ascii")

    def call(method, fields, http_method="POST", caller=app, private_key=None, **settings):
        key = private_key or caller.private_key
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
        asked = {"endpoint": f"http://{server.listen}", "app_id": caller.app_id, "private_key": pem,
                 "gateway_public_key": gateway_public_key, "http_method": http_method, "path": path_of(method),
                 "body" if http_method == "POST" else "query": fields, **settings}
        answer = library(asked)
        if "refused" not in answer:
            assert re.fullmatch(r"[0-9a-f]{29}", answer["trace_id"])
        return answer
    return call


def success(answer):
    assert answer.get("status") == 200, answer
    return answer["data"]


def refusal(answer):
    assert "refused" not in answer, answer
    assert answer["links"] == [], answer
    return answer["status"], answer["code"], answer["message"]


def send_fields(template_id, user, **fields):
    return {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": MEMO, **fields}


def wallet_fields(user, **fields):
    return {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT", "page_size": 100,
            "page_num": 1, **fields}


class V3Contract:
    signature_refusal = None  # a pattern of what the library says where the answer's signature does not fit

    def test_send(self, call, place, template_id, user):
        sent = success(call(SEND, send_fields(template_id, user)))
        assert sent["user_id"] == user.user_id and set(sent) == {"voucher_id", "user_id"}
        [stored] = place.vouchers(template_id=template_id)
        assert (stored["voucher_id"], stored["memo"]) == (sent["voucher_id"], MEMO)
        assert success(call(SEND, send_fields(template_id, user))) == sent

    def test_list(self, call, template_id, user):
        sent = success(call(SEND, send_fields(template_id, user)))
        fields = {"template_id": template_id, "user_id": user.user_id}
        for http_method in ("POST", "GET"):
            [voucher] = success(call(LIST, fields, http_method))["vouchers"]
            assert (voucher["voucher_id"], voucher["status"]) == (sent["voucher_id"], "ENABLED")

    def test_get_with_values_to_encode(self, call, template_id, user):
        """Whatever a library makes of them in its URL is what both sides sign."""
        sent = success(call(SEND, send_fields(template_id, user)))
        answer = call(WALLET, wallet_fields(user, remark="券 a+b/c=d&e~(f)*'"), "GET")
        assert [entry["pass_id"] for entry in success(answer)["pass_info_list"]] == [sent["voucher_id"]]

    def test_life(self, call, app, place, user):
        template_id = place.create_template(app.pid, EXCHANGE)
        voucher_id = success(call(SEND, send_fields(template_id, user)))["voucher_id"]
        fields = {"voucher_id": voucher_id, "user_id": user.user_id}
        success(call(USE, {**fields, "out_biz_no": "use-1"}))
        success(call(REFUND, {**fields, "out_biz_no": "refund-1", "trade_no": "use-1"}))
        shown = success(call(QUERY, {"voucher_id": voucher_id}, "GET"))
        assert [bill["biz_type"] for bill in shown["bill_details"]] == ["USE", "REFUND"]

    def test_a_form_with_a_file(self, call, template_id, user):
        sent = success(call(SEND, send_fields(template_id, user), file="not looked at"))
        assert success(call(SEND, send_fields(template_id, user))) == sent

    def test_business_refusal(self, call, user):
        answer = call(SEND, send_fields("20140601000730010040000000EB", user))
        assert refusal(answer) == (400, "TEMPLATE_NOT_EXIST", "模板不存在")

    def test_field_that_breaks_its_rule(self, call, template_id):
        status, code, message = refusal(call(SEND, {"template_id": template_id}))
        assert (status, code) == (400, "INVALID_PARAMETER") and "out_biz_no" in message

    def test_wrong_private_key(self, call, template_id, user):
        answer = call(SEND, send_fields(template_id, user), private_key=keys.private_key("stranger"))
        status, code, message = refusal(answer)
        assert (status, code) == (401, "invalid-signature")
        assert path_of(SEND) in message and MEMO in message

    def test_unknown_application(self, call, template_id, user):
        answer = call(SEND, send_fields(template_id, user), app_id="2014072300009999")
        assert refusal(answer) == (400, "invalid-app-id", "无效的AppID参数")

    def test_unknown_path(self, call):
        assert refusal(call("alipay.trade.query", {})) == (404, "invalid-method", "不存在的方法名")

    def test_get_of_what_writes(self, call, template_id):
        answer = call(SEND, {"template_id": template_id}, "GET")
        assert refusal(answer) == (405, "invalid-http-method", "接口不支持该HTTP方法")

    def test_method_without_permission(self, call, agent, user):
        answer = call(WALLET, wallet_fields(user), caller=agent)
        assert refusal(answer) == (403, "insufficient-isv-permissions", "ISV权限不足")

    def test_token(self, call, app, agent, place, template_id, user):
        got = success(call(TOKEN, {"grant_type": "authorization_code", "code": place.authorize(agent, app.pid)},
                           caller=agent))
        token = got["app_auth_token"]
        sent = success(call(SEND, send_fields(template_id, user), caller=agent, app_auth_token=token))
        fields = {"template_id": template_id, "user_id": user.user_id}
        [voucher] = success(call(LIST, fields, "GET", caller=agent, app_auth_token=token))["vouchers"]
        assert voucher["voucher_id"] == sent["voucher_id"]
        answer = call(SEND, send_fields(template_id, user), caller=agent, app_auth_token="202309BBunknown")
        assert refusal(answer) == (401, "invalid-app-auth-token", "无效的应用授权令牌")

    def test_answer_of_another_gateway(self, call, template_id, user):
        """The library does verify what it is answered."""
        stranger = keys.public_pem(keys.private_key("stranger"))
        answer = call(SEND, send_fields(template_id, user), gateway_public_key=stranger)
        assert re.search(self.signature_refusal, answer.get("refused", "")), answer

    # Certificate mode and content encryption

    def certified(self, place, app):
        """An application in certificate mode, and a library's settings for it."""
        caller, path = modes.create_app(place, app.pid, keys.private_key("certified"))
        certificates = modes.Certificates(place)
        return caller, {"app_certificate": path.read_text(encoding="ascii"),
                        "root_certificate": certificates.root.decode("ascii"),
                        "gateway_certificate": certificates.gateway.decode("ascii")}

    def test_certificates(self, call, app, place, template_id, user):
        caller, settings = self.certified(place, app)
        sent = success(call(SEND, send_fields(template_id, user), caller=caller, **settings))
        [voucher] = success(call(LIST, {"template_id": template_id, "user_id": user.user_id}, "GET", caller=caller,
                                 **settings))["vouchers"]
        assert voucher["voucher_id"] == sent["voucher_id"]
        answer = call(SEND, send_fields("unknown", user), caller=caller, **settings)
        assert refusal(answer)[:2] == (400, "TEMPLATE_NOT_EXIST")

    def test_encrypted(self, call, app, place, template_id, user):
        caller = place.create_app(app.pid)
        key = modes.content_key(place, caller)
        success(call(SEND, send_fields(template_id, user), caller=caller, content_key=key))
        [stored] = place.vouchers(template_id=template_id)
        assert stored["memo"] == MEMO
        answer = call(SEND, send_fields("unknown", user), caller=caller, content_key=key)
        assert refusal(answer)[:2] == (400, "TEMPLATE_NOT_EXIST")

    def test_encrypted_in_certificate_mode(self, call, app, place, template_id, user):
        caller, settings = self.certified(place, app)
        key = modes.content_key(place, caller)
        success(call(SEND, send_fields(template_id, user), caller=caller, content_key=key, **settings))

    @pytest.mark.parametrize("method", CATALOGUE)
    def test_every_method_is_there(self, call, method):
        """Without its fields each refuses in its own name: the path leads to it, and the refusal is the method's."""
        status, code, _ = refusal(call(method, {}))
        assert (status, code) != (404, "invalid-method")
        assert status in (400, 403)
