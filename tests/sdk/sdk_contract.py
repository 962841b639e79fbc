# SPDX-License-Identifier: Apache-2.0
"""What every official library must be able to do with the gateway; test_LANGUAGE.py says which library."""

import base64
import json
import re
import time

import pytest

from support import http, keys, modes, passes, templates
from support.place import BRAND, CASH, EXCHANGE, FAR_OFF, FIX, LONG_AGO, RED_PACKET
from support.protocol import (AUTH_SEND, BATCH_SEND, CERTIFICATE_DOWNLOAD, CONFIRM, DELAY, DELETE, LIST, PASS_ADD,
                              PASS_TEMPLATE_ADD, PASS_TEMPLATE_UPDATE, PASS_UPDATE, QUERY, REFUND, SEND, TOKEN, USE,
                              WALLET, beijing_text)
from support.receiver import Receiver

MEMO = "优酷3个月兑换券"
UNKNOWN_TEMPLATE_ID = "20140601000730010040000000EB"
UNKNOWN_USER_ID = "2088999999999999"


def beijing_now():
    return beijing_text(time.time())


def outcome(answer):
    """The codes of an answer; of one that the library refused, the reason, so that a failed test shows it."""
    if "refused" in answer:
        return answer["refused"]
    return answer["code"], answer["msg"], answer.get("sub_code"), answer.get("sub_msg")


SUCCESS = ("10000", "Success", None, None)


def send_fields(template_id, user, out_biz_no="2016122814164328aadaee_1aee_4", **fields):
    return {"template_id": template_id, "user_id": user.user_id, "out_biz_no": out_biz_no, "memo": MEMO,
            **fields}


def wallet_fields(user, **fields):
    return {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT", "page_size": 100,
            "page_num": 1, **fields}


def pass_fields(tpl_id, user, serial_number, **values):
    return {"tpl_id": tpl_id, "tpl_params": passes.compact(passes.values(serial_number, **values)),
            "recognition_type": "2", "recognition_info": passes.compact({"user_id": user.user_id})}


class ClientContract:
    charsets = ("utf-8",)
    tells_trace_id = True
    unknown_method = "alipay.trade.query"
    unknown_method_fields = {"out_trade_no": "20150320010101001"}
    signature_refusal = None  # a pattern of what the library says where the answer's signature does not fit

    # The methods

    def test_send(self, call, charset, place, template_id, user):
        answer = call(SEND, send_fields(template_id, user), charset=charset)
        assert outcome(answer) == SUCCESS
        assert answer["user_id"] == user.user_id
        assert re.fullmatch(r"[0-9]{8}[0-9A-Z]{20}", answer["voucher_id"])
        assert bool(answer.get("trace_id")) == self.tells_trace_id

        [stored] = place.vouchers(template_id=template_id)
        assert (stored["voucher_id"], stored["memo"]) == (answer["voucher_id"], MEMO)

    def test_send_again_is_the_same_business(self, call, template_id, user):
        first = call(SEND, send_fields(template_id, user))
        again = call(SEND, send_fields(template_id, user))
        assert outcome(first) == outcome(again) == SUCCESS
        assert again["voucher_id"] == first["voucher_id"]

    def test_send_to_login_id(self, call, template_id, user):
        fields = send_fields(template_id, user, login_id=user.login_id)
        del fields["user_id"]
        answer = call(SEND, fields)
        assert outcome(answer) == SUCCESS
        assert answer["user_id"] == user.user_id

    def test_send_red_packet(self, call, app, place, user):
        template_id = place.create_template(app.pid, RED_PACKET)
        assert outcome(call(SEND, send_fields(template_id, user, amount="9.99"))) == SUCCESS

    def test_list(self, call, charset, template_id, user):
        before = beijing_now()
        first = call(SEND, send_fields(template_id, user, out_biz_no="1"), charset=charset)
        second = call(SEND, send_fields(template_id, user, out_biz_no="2"), charset=charset)
        after = beijing_now()
        answer = call(LIST, {"template_id": template_id, "user_id": user.user_id}, charset=charset)
        assert outcome(answer) == SUCCESS
        send_times = [voucher.pop("send_time") for voucher in answer["vouchers"]]
        assert before <= send_times[0] <= send_times[1] <= after
        assert answer["vouchers"] == [
            {"template_id": template_id, "voucher_id": sent["voucher_id"], "status": "ENABLED"}
            for sent in (first, second)]

    def test_list_of_none(self, call, template_id, user):
        answer = call(LIST, {"template_id": template_id, "user_id": user.user_id})
        assert outcome(answer) == SUCCESS
        assert answer["vouchers"] == []

    def test_wallet(self, call, charset, template_id, user):
        before = beijing_now()
        voucher_id = call(SEND, send_fields(template_id, user), charset=charset)["voucher_id"]
        after = beijing_now()
        answer = call(WALLET, wallet_fields(user), charset=charset)
        assert outcome(answer) == SUCCESS
        [entry] = answer["pass_info_list"]
        assert before <= entry.pop("gmt_create") <= after
        texts = json.loads(entry.pop("data_info"))
        assert texts.keys() == {"logoText", "brandName", "secondLogoText", "itemDesc", "btnDesc"}
        assert texts["brandName"] == BRAND
        assert texts["logoText"] == "10元代金券"
        assert texts["secondLogoText"] == "满100元可用"
        assert entry == {"pass_id": voucher_id, "mechant_name": BRAND, "logo_text": "10元代金券",
                         "second_logo_text": "满100元可用", "start_date": LONG_AGO, "end_date": FAR_OFF,
                         "status": "can_use"}

    def test_wallet_with_shops(self, call, app, shops, template_id, user):
        assert outcome(call(SEND, send_fields(template_id, user))) == SUCCESS
        for city_code, shop_id in shops.items():
            fields = wallet_fields(user, need_shopinfo=True, city_code=city_code, partner_id=app.pid)
            answer = call(WALLET, fields)
            assert outcome(answer) == SUCCESS
            assert [entry["shop_id_list"] for entry in answer["pass_info_list"]] == [[shop_id]]

    def test_wallet_of_another_partner(self, call, place, template_id, user):
        assert outcome(call(SEND, send_fields(template_id, user))) == SUCCESS
        answer = call(WALLET, wallet_fields(user, partner_id=place.new_pid()))
        assert outcome(answer) == SUCCESS
        assert answer["pass_info_list"] == []

    # Business errors

    def test_unknown_template(self, call, charset, user):
        answer = call(SEND, send_fields(UNKNOWN_TEMPLATE_ID, user), charset=charset)
        assert outcome(answer) == ("40004", "Business Failed", "TEMPLATE_NOT_EXIST", "模板不存在")

    def test_list_of_unknown_template(self, call, user):
        answer = call(LIST, {"template_id": UNKNOWN_TEMPLATE_ID, "user_id": user.user_id})
        assert outcome(answer) == ("40004", "Business Failed", "PERMISSION_DENIED", "没有查询模板的券列表权限")

    def test_wallet_field_error(self, call, user):
        answer = call(WALLET, wallet_fields(user, need_shopinfo=True))
        assert outcome(answer)[:3] == ("40004", "Business Failed", "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD")
        assert "city_code" in answer["sub_msg"]

    # Gateway errors

    def test_wrong_private_key(self, call, charset, template_id, user):
        stranger = keys.private_key("stranger")
        answer = call(SEND, send_fields(template_id, user), charset=charset, private_key=stranger)
        assert outcome(answer)[:3] == ("40002", "Invalid Arguments", "isv.invalid-signature")
        # The string that the gateway verified is shown, HTML-escaped, so that a developer can compare.
        assert f"&amp;charset={charset}&amp;" in answer["sub_msg"]
        assert MEMO in answer["sub_msg"]

    def test_unknown_app(self, call, template_id, user):
        answer = call(SEND, send_fields(template_id, user), app_id="2014072300009999")
        assert outcome(answer) == ("40002", "Invalid Arguments", "isv.invalid-app-id", "无效的AppID参数")

    def test_method_without_permission(self, call, agent, user):
        answer = call(WALLET, wallet_fields(user), caller=agent)
        assert outcome(answer) == ("40006", "Insufficient Permissions", "isv.insufficient-isv-permissions",
                                   "ISV权限不足")

    def test_unknown_method(self, call):
        """The answer's member is `error_response` here, which each library must find and verify."""
        answer = call(self.unknown_method, self.unknown_method_fields)
        assert outcome(answer) == ("40002", "Invalid Arguments", "isv.invalid-method", "不存在的方法名")

    # Grants: another merchant's application acts for the templates' owner

    def test_grant(self, call, app, agent, place, template_id, user):
        token = place.grant(agent, app.pid)
        answer = call(SEND, send_fields(template_id, user), caller=agent, app_auth_token=token)
        assert outcome(answer) == SUCCESS

    def test_no_grant(self, call, agent, template_id, user):
        answer = call(SEND, send_fields(template_id, user), caller=agent)
        assert outcome(answer) == ("40004", "Business Failed", "TEMPLATE_NOT_EXIST", "模板不存在")

    def test_unknown_grant(self, call, agent, template_id, user):
        answer = call(SEND, send_fields(template_id, user), caller=agent, app_auth_token="201509BBunknown")
        assert outcome(answer) == ("20001", "Insufficient Token Permissions", "aop.invalid-app-auth-token",
                                   "无效的应用授权令牌")

    def test_certificate_download(self, call, place):
        own = modes.Certificates(place)
        answer = call(CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": modes.sn(own.gateway)})
        assert outcome(answer) == SUCCESS
        assert base64.b64decode(answer["alipay_cert_content"]) == own.gateway + own.root

    # Signatures: these show that the answers above were believed for a reason

    def test_rsa(self, call, rsa_app, template_id, user):
        """SHA-1 with RSA and a short key, as in the older reference pages."""
        sent = call(SEND, send_fields(template_id, user), caller=rsa_app)
        assert outcome(sent) == SUCCESS
        wallet = call(WALLET, wallet_fields(user), caller=rsa_app)
        assert outcome(wallet) == SUCCESS
        assert [entry["pass_id"] for entry in wallet["pass_info_list"]] == [sent["voucher_id"]]

    def test_wrong_gateway_public_key(self, call, template_id, user):
        stranger = keys.public_pem(keys.private_key("stranger"))
        answer = call(SEND, send_fields(template_id, user), gateway_public_key=stranger)
        assert re.search(self.signature_refusal, answer.get("refused", ""))

    def test_wrong_gateway_public_key_on_error(self, call, user):
        stranger = keys.public_pem(keys.private_key("stranger"))
        answer = call(SEND, send_fields(UNKNOWN_TEMPLATE_ID, user), gateway_public_key=stranger)
        assert re.search(self.signature_refusal, answer.get("refused", ""))


class BatchContract:
    """alipay.marketing.voucher.batchsend. Not for the Python library: its typed request has a property that is called
    async, which is no name in Python any more, so no Python of today can import it."""

    def test_batch_send(self, call, charset, place, template_id, user):
        """What the library's types know of the answer; a refused recipient has no voucher."""
        other = place.create_user()
        recipients = [{"user_id": user_id} for user_id in (user.user_id, UNKNOWN_USER_ID, other.user_id)]
        fields = {"template_id": template_id, "vouchers": recipients, "out_biz_no": "batch-1", "memo": MEMO}
        before = beijing_now()
        answer = call(BATCH_SEND, fields, charset=charset)
        after = beijing_now()
        assert outcome(answer) == SUCCESS
        first, refused, second = answer["vouchers"]
        assert refused.get("voucher_id") is None
        assert [(entry["voucher_id"], entry["user_id"], entry["memo"])
                for entry in place.vouchers(template_id=template_id)] == [
                    (first["voucher_id"], user.user_id, MEMO), (second["voucher_id"], other.user_id, MEMO)]
        assert (first["total_amount"], first["gmt_active"], first["gmt_expired"]) == ("10.00", LONG_AGO, FAR_OFF)
        assert before <= first["gmt_create"] <= after
        assert call(BATCH_SEND, fields, charset=charset)["vouchers"] == answer["vouchers"]

    def test_batch_send_of_unknown_template(self, call, user):
        answer = call(BATCH_SEND, {"template_id": UNKNOWN_TEMPLATE_ID, "vouchers": [{"user_id": user.user_id}],
                                   "out_biz_no": "batch-1"})
        assert outcome(answer) == ("40004", "Business Failed", "TEMPLATE_NOT_EXIST", "模板不存在")


class NotificationContract:
    """What a template's notify_uri is told is signed as the library expects of the platform."""

    def told(self, call, place, app, user, out_biz_no):
        receiver = Receiver(place.public_key)
        template_id = place.create_template(app.pid, notify_uri=receiver.uri)
        assert outcome(call(SEND, send_fields(template_id, user, out_biz_no=out_biz_no))) == SUCCESS
        fields, = receiver.wait(1)
        receiver.close()
        return fields

    @pytest.mark.parametrize("out_biz_no", ["order-1", "a+b;c=d%20 %", "订单一号"])
    def test_notification_is_believed(self, call, verified, place, app, user, out_biz_no):
        fields = self.told(call, place, app, user, out_biz_no)
        assert fields["out_biz_no"] == out_biz_no
        assert verified(fields)

    def test_notification_without_what_could_be_cut(self, call, verified, place, app, user):
        """An & in a value is signed as one between parameters is."""
        fields = self.told(call, place, app, user, "a&status=USED&t=1")
        assert "out_biz_no" not in fields and fields["status"] == "ENABLED"
        assert verified(fields)

    def test_changed_notification_is_not(self, call, verified, place, app, user):
        fields = self.told(call, place, app, user, "order-1")
        assert not verified({**fields, "amount": "99.00"})


class LifeContract:
    """What becomes of a voucher after its issue."""

    def issue(self, call, place, app, user, charset="utf-8"):
        """A voucher of a template that asks nothing of a purchase."""
        template_id = place.create_template(app.pid, floor_amount=None)
        return call(SEND, send_fields(template_id, user), charset=charset)["voucher_id"]

    def key(self, voucher_id, user, out_biz_no, **fields):
        return {"voucher_id": voucher_id, "user_id": user.user_id, "out_biz_no": out_biz_no, **fields}

    def test_use_and_refund(self, call, charset, place, app, user):
        voucher_id = self.issue(call, place, app, user, charset)
        used = call(USE, self.key(voucher_id, user, "use-1", biz_context=json.dumps({"amount": "3.50"})),
                    charset=charset)
        assert outcome(used) == SUCCESS
        assert used["voucher_id"] == voucher_id
        shown = call(QUERY, {"voucher_id": voucher_id}, charset=charset)
        assert outcome(shown) == SUCCESS
        assert (shown["name"], shown["status"], shown["user_id"]) == ("10元代金券", "USING", user.user_id)
        assert (shown["total_amount"], shown["available_amount"]) == ("10.00", "6.50")
        [bill] = shown["bill_details"]
        assert {name: bill[name] for name in ("trade_no", "biz_type", "amount", "status", "partner_id")} == {
            "trade_no": "use-1", "biz_type": "USE", "amount": "3.50", "status": "SUCCESS", "partner_id": app.pid}
        refunded = call(REFUND, self.key(voucher_id, user, "refund-1"), charset=charset)
        assert outcome(refunded) == SUCCESS
        assert {name: refunded["voucher"][name] for name in ("voucher_id", "status", "available_amount")} == {
            "voucher_id": voucher_id, "status": "ENABLED", "available_amount": "10.00"}

    def test_delay_and_delete(self, call, place, app, user):
        template_id = place.create_template(
            app.pid, valid_period=json.dumps({"type": "RELATIVE", "duration": 1, "unit": "DAY"}))
        voucher_id = call(SEND, send_fields(template_id, user))["voucher_id"]
        delayed = call(DELAY, self.key(voucher_id, user, "delay-1", expired_time=FAR_OFF))
        assert outcome(delayed) == SUCCESS
        assert (delayed["voucher"]["voucher_id"], delayed["voucher"]["gmt_expired"]) == (voucher_id, FAR_OFF)
        deleted = call(DELETE, self.key(voucher_id, user, "delete-1"))
        assert outcome(deleted) == SUCCESS
        assert deleted["amount"] == "10.00"
        assert call(QUERY, {"voucher_id": voucher_id})["status"] == "DELETE"

    def test_use_of_anothers_voucher(self, call, agent, place, app, user):
        answer = call(USE, self.key(self.issue(call, place, app, user), user, "use-1"), caller=agent)
        assert outcome(answer) == ("40004", "Business Failed", "VOUCHER_NOT_EXIST", "券不存在")


class TemplateContract:
    """Templates are made, changed, shown, listed and deleted with typed requests and answers."""

    def make(self, call, place, kind, charset="utf-8", **changes):
        """A new template's answer."""
        answer = call(templates.CREATE[kind], templates.fields_of(kind, place.new_key(), **changes), charset=charset)
        assert outcome(answer) == SUCCESS
        return answer

    @pytest.mark.parametrize("kind, name", [(FIX, "10元代金券"), (RED_PACKET, "红包"), (CASH, "10元代金券"),
                                            (EXCHANGE, "优酷3个月")])
    def test_template(self, call, charset, place, kind, name):
        made = self.make(call, place, kind, charset)
        shown = call(templates.DETAIL, {"template_id": made["template_id"]}, charset=charset)
        assert outcome(shown) == SUCCESS
        expected = {"template_id": made["template_id"], "voucher_name": name, "voucher_type": kind,
                    "status": "I" if kind == CASH else "S", "publish_start_time": LONG_AGO, "publish_end_time": FAR_OFF,
                    "publish_count": 0, "publish_amount": "0.00", "used_count": 0, "used_amount": "0.00",
                    "recycle_amount": "0.00"}
        assert (made.get("confirm_uri") or "").startswith("/confirm/funding?token=") == (kind == CASH)
        assert {field: shown[field] for field in expected} == expected
        assert json.loads(shown["voucher_description"]) == json.loads(templates.COMMON["voucher_description"])
        assert json.loads(shown["voucher_valid_period"])["type"] == "ABSOLUTE"

    def test_template_again_is_the_same_business(self, call, place):
        fields = templates.fields_of(CASH, place.new_key())
        first, again = call(templates.CREATE_CASH, fields), call(templates.CREATE_CASH, fields)
        assert outcome(first) == outcome(again) == SUCCESS
        assert [again[name] for name in ("template_id", "fund_order_no")] == [
            first[name] for name in ("template_id", "fund_order_no")]
        other = call(templates.CREATE_CASH, {**fields, "amount": "9.99"})
        assert outcome(other)[:3] == ("40004", "Business Failed", "INVALID_PARAMETER")

    def test_template_field_error(self, call, charset, place):
        fields = templates.fields_of(FIX, place.new_key(), brand_name="十三个字的品牌名字太长了呀")
        answer = call(templates.CREATE_CASHLESS, fields, charset=charset)
        assert outcome(answer)[:3] == ("40004", "Business Failed", "INVALID_PARAMETER")
        assert "brand_name" in answer["sub_msg"]

    def test_modify_template(self, call, place):
        end = "2098-12-31 23:59:59"
        template_id = self.make(call, place, FIX, publish_end_time=end)["template_id"]
        rules = json.dumps({"PID": "2088512417841101", "STORE": ""})
        answer = call(templates.MODIFY_CASHLESS, {"template_id": template_id, "out_biz_no": "1",
                                                  "publish_end_time": FAR_OFF, "rule_conf": rules})
        assert outcome(answer) == SUCCESS
        shown = place.template(template_id)
        assert (shown["publish_end"], shown["rule_pids"]) == (FAR_OFF, ["2088512417841101"])

    def test_modify_cash_backed_template(self, call, charset, place):
        template_id = self.make(call, place, CASH, charset)["template_id"]
        answer = call(templates.MODIFY_CASH, {"template_id": template_id, "out_biz_no": "1", "slogan": "开业",
                                              "publish_start_time": "2021-01-01 00:00:00"}, charset=charset)
        assert outcome(answer) == SUCCESS
        assert answer["status"] == "I"
        shown = place.template(template_id)
        assert (shown["slogan"], shown["publish_start"]) == ("开业", "2021-01-01 00:00:00")

    def test_list_templates(self, call, charset, place):
        before = beijing_now()
        made = [self.make(call, place, kind, charset)["template_id"] for kind in (FIX, CASH)]
        after = beijing_now()
        answer = call(templates.PAGE, {"create_start_time": before, "create_end_time": after, "page_num": 1,
                                       "page_size": 2}, charset=charset)
        assert outcome(answer) == SUCCESS
        assert (answer["current_page"], answer["items_per_page"]) == (1, 2)
        assert answer["total_items"] >= 2 and answer["total_pages"] >= 1
        cash_backed, plain = answer["voucher_templates"]
        assert [plain["template_id"], cash_backed["template_id"]] == made
        assert (plain["status"], cash_backed["status"]) == ("S", "I")
        assert before <= plain["create_time"] <= after and plain["voucher_name"] == "10元代金券"
        assert cash_backed.get("activate_time") is None and plain["activate_time"] == plain["create_time"]

    def test_delete_template(self, call, place):
        template_id = self.make(call, place, FIX)["template_id"]
        for _ in range(2):
            assert outcome(call(templates.DELETE, {"template_id": template_id})) == SUCCESS
        assert call(templates.DETAIL, {"template_id": template_id})["status"] == "D"
        answer = call(templates.DELETE, {"template_id": UNKNOWN_TEMPLATE_ID})
        assert outcome(answer) == ("40004", "Business Failed", "TEMPLATE_NOT_EXIST", "模板不存在")


class PassContract:
    """A pass is made, read back from the wallet, and used; and what refusals show beside their codes."""
    done, not_done = True, False  # how the library has `success`

    def made(self, answer):
        """What a success of the pass methods says."""
        assert outcome(answer) == SUCCESS
        assert answer.get("success") == self.done
        return json.loads(answer["result"])

    def test_pass(self, call, charset, app, place, user):
        number, title = place.new_key(), '下午"茶\\'
        added = self.made(call(PASS_TEMPLATE_ADD, {"unique_id": number, "tpl_content": passes.compact(passes.content())},
                               charset=charset))
        assert added["tpl_params"] == passes.PLACEHOLDERS
        made = self.made(call(PASS_ADD, pass_fields(added["tpl_id"], user, number, title=title), charset=charset))
        assert made == {"passId": made["passId"], "serialNumber": number, "operate": "ADD"}
        [entry] = call(WALLET, wallet_fields(user), charset=charset)["pass_info_list"]
        assert (entry["pass_id"], entry["mechant_name"], entry["logo_text"], entry["second_logo_text"]) == (
            made["passId"], "卡券茶馆", "30元下午茶", "全场八折")
        assert (entry["start_date"], entry["end_date"], entry["status"]) == (passes.START, passes.END, "can_use")
        assert json.loads(entry["data_info"])["itemDesc"] == title
        assert json.loads(entry["ext_info"])["serialNumber"] == number
        used = self.made(call(PASS_UPDATE, {"serial_number": number, "channel_id": app.pid, "status": "USED",
                                            "verify_code": "8612231273", "verify_type": "wave"}, charset=charset))
        assert used == {"passId": made["passId"], "serialNumber": number, "operate": "UPDATE"}
        [entry] = call(WALLET, wallet_fields(user, time_status="PAST"), charset=charset)["pass_info_list"]
        assert (entry["pass_id"], entry["status"]) == (made["passId"], "used")

    def test_pass_template_update(self, call, place, user):
        number = place.new_key()
        fields = {"unique_id": number, "tpl_content": passes.compact(passes.content())}
        tpl_id = self.made(call(PASS_TEMPLATE_ADD, fields))["tpl_id"]
        changed = {"tpl_id": tpl_id, "tpl_content": passes.compact(passes.content("card", title="$other$"))}
        assert self.made(call(PASS_TEMPLATE_UPDATE, changed)) == {
            "tpl_id": tpl_id, "tpl_params": ["other", *passes.PLACEHOLDERS[1:]]}
        self.made(call(PASS_ADD, pass_fields(tpl_id, user, number, other="会员卡")))
        [entry] = call(WALLET, wallet_fields(user, group_type="card"))["pass_info_list"]
        assert json.loads(entry["data_info"])["itemDesc"] == "会员卡"

    def test_pass_by_an_application_that_may_not(self, call, charset, agent, user):
        """The refusal's members beside its codes reach the library too."""
        answer = call(PASS_ADD, pass_fields("2020012014534017917956080", user, "1"), caller=agent, charset=charset)
        assert outcome(answer) == ("40004", "Business Failed", "KP.AE_ALIPASS_APPID_NOSUPPORT", "该AppId不支持")
        assert answer.get("success") == self.not_done
        assert "该AppId不支持" in answer["result"]

    def test_update_of_an_unknown_pass(self, call, charset):
        answer = call(PASS_UPDATE, {"serial_number": "unknown", "channel_id": "2088918273", "tpl_params": "{}",
                                    "status": "USED", "verify_code": "8612231273", "verify_type": "wave"},
                      charset=charset)
        assert outcome(answer) == ("40004", "Business Failed", "KP.AE_ALIPASS_NOTEXIST", "卡券不存在")
        assert answer.get("success") == self.not_done
        assert answer["result"] == '{"operate":"UPDATE"}'


class ConsentContract:
    """Vouchers that users accept, and grants that applications get for codes."""

    def accept(self, server, path):
        """Presses the button of the page that a confirmation leads to."""
        token = path.partition("token=")[2].encode("ascii")
        response = server.exchange(http.request(
            b"POST", b"/confirm", [(b"Content-Type", b"application/x-www-form-urlencoded")], b"token=" + token))
        assert response.status == 200, response.body

    def test_confirmed_send(self, call, server, template_id, user):
        fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "confirm-1"}
        asked = call(CONFIRM, fields)
        assert outcome(asked) == SUCCESS
        self.accept(server, asked["redirect_uri"])
        accepted = call(CONFIRM, fields)
        assert outcome(accepted) == SUCCESS
        assert [accepted[name] for name in fields] == list(fields.values())
        sent = call(AUTH_SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "send-1",
                                "send_code": accepted["send_code"]})
        assert outcome(sent) == SUCCESS
        [entry] = call(LIST, {"template_id": template_id, "user_id": user.user_id})["vouchers"]
        assert entry["voucher_id"] == sent["voucher_id"]
        again = call(AUTH_SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "send-2",
                                 "send_code": accepted["send_code"]})
        assert outcome(again) == ("40004", "Business Failed", "SEND_CODE_INVALID", "授权码无效")

    def test_grant_for_a_code(self, call, app, agent, place, template_id, user):
        code = place.authorize(agent, app.pid)
        got = call(TOKEN, {"grant_type": "authorization_code", "code": code}, caller=agent)
        assert outcome(got) == SUCCESS
        assert got["user_id"] == app.pid
        assert int(got["expires_in"]) < int(got["re_expires_in"])
        sent = call(SEND, send_fields(template_id, user), caller=agent, app_auth_token=got["app_auth_token"])
        assert outcome(sent) == SUCCESS
        renewed = call(TOKEN, {"grant_type": "refresh_token", "refresh_token": got["app_refresh_token"]}, caller=agent)
        assert outcome(renewed) == SUCCESS
        assert renewed["app_auth_token"] != got["app_auth_token"]
        used = call(TOKEN, {"grant_type": "authorization_code", "code": code}, caller=agent)
        assert outcome(used)[:3] == ("40002", "Invalid Arguments", "isv.code-invalid")


def stranger_certificate():
    return modes.self_signed(keys.private_key("stranger")).decode("ascii")


class ModesContract:
    """Certificate mode, encrypted content, and both at once."""
    charsets = ("utf-8",)
    modes = ("certificate", "encryption", "both")
    takes_clear_refusals = True  # of encrypted calls
    downloads_certificates = False  # that it does not know yet, and its root has signed

    @pytest.fixture
    def mode_call(self, mode, call, app, certified, content_keys):
        caller, certificates = certified if mode != "encryption" else (app, {})
        encryption = {"content_key": content_keys(caller)} if mode != "certificate" else {}

        def mode_call(method, fields, **settings):
            return call(method, fields, caller=caller, **{**certificates, **encryption, **settings})
        return mode_call

    def test_mode_send(self, mode_call, mode, charset, place, template_id, user):
        answer = mode_call(SEND, send_fields(template_id, user), charset=charset)
        assert outcome(answer) == SUCCESS
        [stored] = place.vouchers(template_id=template_id)
        assert (stored["voucher_id"], stored["memo"]) == (answer["voucher_id"], MEMO)
        again = mode_call(SEND, send_fields(template_id, user), charset=charset)
        assert again["voucher_id"] == answer["voucher_id"]

    def test_mode_wallet(self, mode_call, mode, charset, template_id, user):
        voucher_id = mode_call(SEND, send_fields(template_id, user), charset=charset)["voucher_id"]
        answer = mode_call(WALLET, wallet_fields(user), charset=charset)
        assert outcome(answer) == SUCCESS
        [entry] = answer["pass_info_list"]
        assert (entry["pass_id"], entry["logo_text"]) == (voucher_id, "10元代金券")

    def test_mode_business_error(self, mode_call, mode, charset, user):
        answer = mode_call(SEND, send_fields(UNKNOWN_TEMPLATE_ID, user), charset=charset)
        assert outcome(answer) == ("40004", "Business Failed", "TEMPLATE_NOT_EXIST", "模板不存在")

    def test_mode_wrong_private_key(self, mode_call, mode, template_id, user):
        """Refused before decryption, so in clear."""
        answer = mode_call(SEND, send_fields(template_id, user), private_key=keys.private_key("stranger"))
        if mode == "certificate" or self.takes_clear_refusals:
            assert outcome(answer)[:3] == ("40002", "Invalid Arguments", "isv.invalid-signature")
        else:
            assert "refused" in answer

    def test_certificate_of_another_application(self, call, certified, template_id, user):
        caller, certificates = certified
        answer = call(SEND, send_fields(template_id, user), caller=caller,
                      **{**certificates, "app_certificate": stranger_certificate()})
        assert outcome(answer)[:3] == ("40002", "Invalid Arguments", "isv.invalid-parameter")
        assert "app_cert_sn" in answer["sub_msg"]

    def test_root_of_another_gateway(self, call, certified, template_id, user):
        caller, certificates = certified
        answer = call(SEND, send_fields(template_id, user), caller=caller,
                      **{**certificates, "root_certificate": stranger_certificate()})
        assert outcome(answer)[:3] == ("40002", "Invalid Arguments", "isv.invalid-parameter")
        assert "alipay_root_cert_sn" in answer["sub_msg"]

    def test_certificates_of_another_gateway(self, call, certified, template_id, user):
        """The answer's signature does not fit the key that the library has, and it trusts no other."""
        caller, certificates = certified
        stranger = stranger_certificate()
        answer = call(SEND, send_fields(template_id, user), caller=caller,
                      **{**certificates, "gateway_certificate": stranger, "root_certificate": stranger})
        assert "refused" in answer

    def test_gateway_certificate_of_before(self, call, certified, place, template_id, user):
        """The gateway's certificate has been replaced by another of the same root."""
        caller, certificates = certified
        before = modes.issue(place, "gateway", keys.private_key("before")).read_text("ascii")
        answer = call(SEND, send_fields(template_id, user), caller=caller,
                      **{**certificates, "gateway_certificate": before})
        if self.downloads_certificates:
            assert outcome(answer) == SUCCESS
        else:
            assert "refused" in answer

    def test_wrong_content_key(self, call, app, content_keys, template_id, user):
        content_keys(app)
        answer = call(SEND, send_fields(template_id, user), content_key="AAECAwQFBgcICQoLDA0ODw==")
        if self.takes_clear_refusals:
            assert outcome(answer)[:3] == ("40002", "Invalid Arguments", "isv.decryption-error-unknown")
        else:
            assert "refused" in answer
