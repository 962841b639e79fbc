# SPDX-License-Identifier: Apache-2.0
"""kaquan voucher."""

import re

from support import binary
from support.place import RED_PACKET

from command import UNKNOWN_USER, refused, refused_as_json


def send(place, *words, **flags):
    return binary.run("voucher", "send", *words, data=place.data, **flags)


def test_send_show_and_list(place, template_id, user):
    sent = place.json("voucher", "send", template_id=template_id, user_id=user.user_id, out_biz_no="order 1",
                      memo="新人礼")
    voucher_id = sent["voucher_id"]
    assert re.fullmatch(r"\d{8}00073002[0-9A-Z]{12}", voucher_id)
    assert sent == {"voucher_id": voucher_id, "user_id": user.user_id, "created": True}
    shown = place.json("voucher", "show", voucher_id=voucher_id)
    assert list(shown) == ["voucher_id", "template_id", "user_id", "out_biz_no", "amount", "balance", "status",
                           "issue_time", "active_time", "expire_time", "memo"]
    assert shown == {"voucher_id": voucher_id, "template_id": template_id, "user_id": user.user_id,
                     "out_biz_no": "order 1", "amount": "10.00", "balance": "10.00", "status": "ENABLED",
                     "issue_time": shown["issue_time"], "active_time": "2020-01-01 00:00:00",
                     "expire_time": "2099-12-31 23:59:59", "memo": "新人礼"}
    assert place.vouchers(template_id=template_id) == place.vouchers(user_id=user.user_id) == [shown]
    assert voucher_id in place.run("voucher", "list", user_id=user.user_id)
    assert place.template(template_id)["issued_count"] == 1


def test_send_again_is_the_same_business(place, template_id, user):
    flags = {"template_id": template_id, "out_biz_no": "order 1"}
    first = place.run("voucher", "send", **flags, user_id=user.user_id)
    assert place.run("voucher", "send", **flags, login_id=user.login_id) == first
    assert place.json("voucher", "send", **flags, user_id=UNKNOWN_USER) == {
        "voucher_id": first.strip(), "user_id": user.user_id, "created": False}
    assert len(place.vouchers(template_id=template_id)) == 1


def test_recipient_by_each_name(place, template_id, user):
    for number, flags in enumerate(({"user_id": user.user_id}, {"login_id": user.login_id},
                                    {"taobao_nick": user.taobao_nick})):
        sent = place.json("voucher", "send", template_id=template_id, out_biz_no=number, **flags)
        assert sent["user_id"] == user.user_id


def test_red_packet(place, app, user):
    template_id = place.create_template(app.pid, RED_PACKET, total_amount="10")
    flags = {"template_id": template_id, "user_id": user.user_id}
    place.run("voucher", "send", **flags, out_biz_no="1", amount="9.99")
    assert place.vouchers(template_id=template_id)[0]["amount"] == "9.99"
    refused_as_json(send(place, "--json", **flags, out_biz_no="2", amount="0.02"), 1, "TEMPLATE_STOCK_NOT_ENOUGH")
    refused_as_json(send(place, "--json", **flags, out_biz_no="2"), 1, "INVALID_PARAMETER", "amount")


def test_refusals(place, template_id, user):
    flags = {"template_id": template_id, "out_biz_no": "1"}
    refused(send(place, **flags), 2, "name the user by one of")
    refused(send(place, **flags, user_id="1", login_id="2"), 2, "name the user by one of")
    refused(send(place, **flags, user_id=UNKNOWN_USER), 1, "no such user")
    refused(send(place, **flags, user_id=user.user_id, amount="1"), 1, "invalid parameter", "amount")
    refused(send(place, **flags, user_id=user.user_id, pid="2088000000009999"), 1, "no such template")
    refused(send(place, template_id="none", out_biz_no="1", user_id=user.user_id), 1, "there is no template none")
    refused(send(place, template_id=template_id, out_biz_no="x" * 65, user_id=user.user_id), 2, "at most 64 characters")
    refused(send(place, **flags, user_id=user.user_id, memo="券" * 129), 2, "--memo takes at most 128 characters")
    refused(binary.run("voucher", "show", data=place.data, voucher_id="none"), 1, "there is no voucher none")
    assert place.vouchers(template_id=template_id) == []


def test_frozen_user(place, template_id):
    user = place.create_user(state="frozen")
    refused(send(place, template_id=template_id, out_biz_no="1", user_id=user.user_id), 1, "the user is frozen")


def test_memo_cannot_steer_the_terminal(place, template_id, user):
    flags = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "\x1b[2Jx"}
    voucher_id = place.run("voucher", "send", **flags).strip()
    assert "\x1b" not in place.run("voucher", "list", template_id=template_id)
    assert "\x1b" not in place.run("voucher", "show", voucher_id=voucher_id)
    assert place.json("voucher", "show", voucher_id=voucher_id)["out_biz_no"] == "\x1b[2Jx"
    flags = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "\u009b2J\u202ex\u200b"}
    voucher_id = place.run("voucher", "send", **flags).strip()
    assert '"\\u009b2J\\u202ex\\u200b"' in place.run("voucher", "show", voucher_id=voucher_id)
    assert "?2J?x?" in place.run("voucher", "show", "--table", voucher_id=voucher_id)
    assert place.json("voucher", "show", voucher_id=voucher_id)["out_biz_no"] == flags["out_biz_no"]


# What becomes of a voucher

def sent(place, app, user, **flags):
    """A voucher of a template that asks nothing of a purchase."""
    template_id = place.create_template(app.pid, **{"floor_amount": None, **flags})
    return place.json("voucher", "send", template_id=template_id, user_id=user.user_id, out_biz_no="1")["voucher_id"]


def test_use_and_refund(place, app, user):
    voucher_id = sent(place, app, user)
    used = place.json("voucher", "use", voucher_id=voucher_id, out_biz_no="use-1", amount="3.50")
    assert (used["status"], used["balance"]) == ("USING", "6.50")
    assert place.json("voucher", "use", voucher_id=voucher_id, out_biz_no="use-1") == used
    used = place.json("voucher", "use", voucher_id=voucher_id, out_biz_no="use-2")
    assert (used["status"], used["balance"]) == ("USED", "0.00")
    several = binary.run("voucher", "refund", "--json", data=place.data, voucher_id=voucher_id, out_biz_no="refund-1")
    refused_as_json(several, 1, "INVALID_PARAMETER", "use_out_biz_no")
    refunded = place.json("voucher", "refund", voucher_id=voucher_id, out_biz_no="refund-1", use_out_biz_no="use-2")
    assert (refunded["status"], refunded["balance"]) == ("USING", "6.50")
    assert place.json("voucher", "show", voucher_id=voucher_id) == refunded
    events = place.json("voucher", "events", voucher_id=voucher_id)
    assert [(event["event"], event["out_biz_no"], event["amount"], event["status"]) for event in events] == [
        ("USE", "use-1", "3.50", "SUCCESS"), ("USE", "use-2", "6.50", "REFUNDED"),
        ("REFUND", "refund-1", "6.50", "SUCCESS")]
    assert {event["pid"] for event in events} == {app.pid}
    assert "use-2" in place.run("voucher", "events", voucher_id=voucher_id)


def test_events_of_none(place, app, user):
    assert place.json("voucher", "events", voucher_id=sent(place, app, user)) == []
    missing = binary.run("voucher", "events", data=place.data, voucher_id="20160906000730020020002U8CBS")
    refused(missing, 1, "voucher list")


def test_delay_and_delete(place, app, user):
    voucher_id = sent(place, app, user, valid_period='{"type":"RELATIVE","duration":1,"unit":"DAY"}')
    delayed = place.json("voucher", "delay", voucher_id=voucher_id, out_biz_no="1", expire_time="2098-01-01 00:00:00")
    assert delayed["expire_time"] == "2098-01-01 00:00:00"
    sooner = binary.run("voucher", "delay", "--json", data=place.data, voucher_id=voucher_id, out_biz_no="2",
                        expire_time="2097-01-01 00:00:00")
    refused_as_json(sooner, 1, "INVALID_PARAMETER", "expired_time")
    assert place.json("voucher", "delete", voucher_id=voucher_id, out_biz_no="1")["status"] == "DELETE"
    again = binary.run("voucher", "use", "--json", data=place.data, voucher_id=voucher_id, out_biz_no="1")
    refused_as_json(again, 1, "VOUCHER_STATUS_NOT_MATCH", "DELETE")


def test_rules_of_a_use(place, app, user):
    voucher_id = sent(place, app, user, floor_amount="100")
    flags = {"data": place.data, "voucher_id": voucher_id, "out_biz_no": "1", "amount": "1"}
    refused_as_json(binary.run("voucher", "use", "--json", **flags), 1, "VOUCHER_RULE_NOT_MATCH", "order_amount")
    binary.must_run("voucher", "use", **flags, order_amount="100")
    binary.must_run("voucher", "use", "--no-rules", **{**flags, "out_biz_no": "2"})
    stranger = binary.run("voucher", "use", "--json", **{**flags, "out_biz_no": "3"}, pid=place.new_pid())
    refused_as_json(stranger, 1, "VOUCHER_NOT_EXIST")


def test_change_of_none(place):
    missing = binary.run("voucher", "use", data=place.data, voucher_id="20160906000730020020002U8CBS", out_biz_no="1")
    refused(missing, 1, "voucher list")
