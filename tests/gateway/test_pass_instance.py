# SPDX-License-Identifier: Apache-2.0
"""alipay.pass.instance.add and .update, and what the wallet shows of their passes."""

import json
import re
import time

import pytest

from support import crowd, passes, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.passes import (add_pass, assert_pass_refused, compact, content, new_template, result_of, update_pass,
                            update_template, values)

PARAMETER = "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD"
UNKNOWN_TPL_ID = "2020012014534017917956080"
UNKNOWN_USER_ID = "2088999999999999"


@pytest.fixture(scope="module")
def tpl_id(client):
    return new_template(client)


@pytest.fixture
def number(place):
    """A serial number that is not in use."""
    return f"serial-{place.number()}"


def seen(client, user, group="voucher"):
    """The user's passes: in which list, with which status, with which first line."""
    return [(time_status, entry["status"], entry.get("logo_text"))
            for time_status in ("CURRENT", "PAST")
            for entry in client.shown(user, group_type=group, time_status=time_status)]


# add

def test_add(client, user, tpl_id, number):
    answer = add_pass(client, tpl_id, user, values(number))
    result = result_of(answer)
    assert re.fullmatch(r"[0-9]{8}00073004[0-9A-Z]{12}", result["passId"])
    assert result == {"passId": result["passId"], "serialNumber": number, "operate": "ADD"}


def test_wallet(client, user, tpl_id, number):
    before = protocol.beijing_text(time.time())
    pass_id = result_of(add_pass(client, tpl_id, user, values(number)))["passId"]
    after = protocol.beijing_text(time.time())
    [entry] = client.shown(user)
    assert before <= entry.pop("gmt_create") <= after
    assert json.loads(entry.pop("data_info")) == {
        "logoText": "30元下午茶", "brandName": "卡券茶馆", "secondLogoText": "全场八折", "itemDesc": "下午茶", "btnDesc": "去使用"}
    assert json.loads(entry.pop("ext_info")) == {
        "serialNumber": number, "channelID": "teahouse", "type": "coupon", "product": "free"}
    assert entry == {"pass_id": pass_id, "mechant_name": "卡券茶馆", "logo_text": "30元下午茶", "second_logo_text": "全场八折",
                     "start_date": passes.START, "end_date": passes.END, "status": "can_use"}


def test_wallet_of_a_partner(client, place, app, user, tpl_id, number):
    result_of(add_pass(client, tpl_id, user, values(number)))
    assert len(client.shown(user, partner_id=app.pid)) == 1
    assert client.shown(user, partner_id=place.new_pid()) == []


@pytest.mark.parametrize("kind, group", [("coupon", "voucher"), ("boardingPass", "ticket"), ("eventTicket", "ticket"),
                                         ("card", "card"), ("cert", "cert")])
def test_groups(client, user, number, kind, group):
    result_of(add_pass(client, new_template(client, content(kind)), user, values(number)))
    for asked in ("card", "voucher", "ticket", "cert"):
        shown = client.shown(user, group_type=asked)
        assert [entry["logo_text"] for entry in shown] == (["30元下午茶"] if asked == group else [])


def test_texts_of_its_own(client, user, number):
    tpl_id = new_template(client, content("card", goodsId="20171115011040030100030000009952", title="会员卡", einfo={
        "logoText": "", "secondLogoText": "$level$会员"}, startDate=None, endDate=None))
    result_of(add_pass(client, tpl_id, user, values(number, level="金")))
    [entry] = client.shown(user, group_type="card")
    assert (entry["logo_text"], entry["second_logo_text"], entry["item_id"]) == (
        "会员卡", "金会员", "20171115011040030100030000009952")
    assert "start_date" not in entry and "end_date" not in entry


def test_main_line_is_cut(client, user, number):
    result_of(add_pass(client, new_template(client), user, values(number, discount="折" * 1000)))
    assert client.shown(user)[0]["second_logo_text"] == "全场" + "折" * 98


def test_with_little(client, user):
    """Only the type must be there; the serial number is the pass's id then."""
    tpl_id = new_template(client, {"content": {"evoucherInfo": {"type": "cert"}}})
    result = result_of(add_pass(client, tpl_id, user, {}))
    assert result["serialNumber"] == result["passId"]
    [entry] = client.shown(user, group_type="cert")
    del entry["gmt_create"], entry["data_info"]
    assert entry == {"pass_id": result["passId"], "status": "can_use",
                     "ext_info": compact({"serialNumber": result["passId"], "type": "cert"})}
    assert result_of(add_pass(client, tpl_id, user, {}))["passId"] != result["passId"]


def test_values_break_nothing(client, user, tpl_id, number):
    """Quotes, backslashes and other placeholders in a value are text."""
    odd = '","type":"card"}\\'
    result_of(add_pass(client, tpl_id, user, values(number, logoText=odd, discount="$title$", title='"', channelID="\\")))
    [entry] = client.shown(user)
    assert (entry["logo_text"], entry["second_logo_text"]) == (odd, "全场$title$")
    assert json.loads(entry["data_info"])["logoText"] == odd
    assert json.loads(entry["data_info"])["itemDesc"] == '"'
    assert json.loads(entry["ext_info"])["channelID"] == "\\"


def test_type_may_be_a_value(client, user, number):
    tpl_id = new_template(client, content("$kind$"))
    assert_pass_refused(add_pass(client, tpl_id, user, values(number, kind="lottery")), PARAMETER, naming="lottery")
    result_of(add_pass(client, tpl_id, user, values(number, kind="card")))
    assert seen(client, user, "card") == [("CURRENT", "can_use", "30元下午茶")]


def test_dates_may_be_values(client, user, number):
    tpl_id = new_template(client, content(startDate="$day$ 00:00:00", endDate="$end$"))
    assert_pass_refused(add_pass(client, tpl_id, user, values(number, day="2020-02-30", end="")), PARAMETER,
                        naming="startDate")
    assert_pass_refused(add_pass(client, tpl_id, user, values(number, day="2020-02-28", end="2020-02-28 00:00:00")),
                        PARAMETER, naming="endDate")
    result_of(add_pass(client, tpl_id, user, values(number, day="2020-02-28", end="")))
    [entry] = client.shown(user)
    assert entry["start_date"] == "2020-02-28 00:00:00" and "end_date" not in entry


def test_numbers_stand_for_their_text(client, user, tpl_id, place):
    number = 10 ** 20 + place.number()
    assert result_of(add_pass(client, tpl_id, user, values(number)))["serialNumber"] == str(number)


def test_serial_number_beside_the_content(client, user, number):
    """A content without one takes the value of that name."""
    tpl_id = new_template(client, {"content": {"evoucherInfo": {"type": "card"}}})
    assert result_of(add_pass(client, tpl_id, user, {"serialNumber": number}))["serialNumber"] == number
    assert result_of(add_pass(client, tpl_id, user, {"serialNumber": number}))["serialNumber"] == number
    assert len(client.shown(user, group_type="card")) == 1


def test_serial_number_like_a_passes_id(client, user, tpl_id, added):
    """The numbers that passes without one get stay theirs."""
    taken = added["passId"][:-1] + ("0" if added["passId"][-1] != "0" else "1")
    assert_pass_refused(add_pass(client, tpl_id, user, values(taken)), PARAMETER, naming="serialNumber")


def test_values_that_nothing_asks_for(client, user, tpl_id, number):
    result_of(add_pass(client, tpl_id, user, values(number, unknown="1")))
    assert len(client.shown(user)) == 1


@pytest.mark.parametrize("missing", [["title"], ["discount", "channelID"], ["serialNumber"]])
def test_missing_values(client, anyone, tpl_id, number, missing):
    given = {name: value for name, value in values(number).items() if name not in missing}
    answer = add_pass(client, tpl_id, anyone, given)
    assert_pass_refused(answer, PARAMETER, naming="tpl_params缺少" + "、".join(missing))


@pytest.mark.parametrize("tpl_params", ["{", "[]", '{"a":{}}', '{"title":null}', '{"a":"1","a":"2"}',
                                        compact({f"n{number}": "" for number in range(257)})])
def test_tpl_params_refused(client, anyone, tpl_id, tpl_params):
    assert_pass_refused(add_pass(client, tpl_id, anyone, tpl_params), PARAMETER, naming="tpl_params")


@pytest.mark.parametrize("changes, naming", [
    ({"title": "字" * 101}, "title"), ({"title": "\x7f"}, "title"), ({"logoText": "字" * 101}, "logoText"),
    ({"channelID": "c" * 1000}, "channelID"), ({"logoText": "x" * 5000}, "tpl_params"), ({"logoText": "a\tb"}, "logoText"),
])
def test_values_refused(client, anyone, tpl_id, number, changes, naming):
    assert_pass_refused(add_pass(client, tpl_id, anyone, values(number, **changes)), PARAMETER, naming=naming)


def test_serial_number_too_long(client, anyone, tpl_id, place):
    longest = f"{place.number()}-".ljust(999, "9")
    assert result_of(add_pass(client, tpl_id, anyone, values(longest)))["serialNumber"] == longest
    assert_pass_refused(add_pass(client, tpl_id, anyone, values(longest + "9")), PARAMETER, naming="serialNumber")


@pytest.mark.parametrize("fields, naming", [
    ({"tpl_id": ""}, "tpl_id"), ({"tpl_id": "1" * 1000}, "tpl_id"), ({"tpl_params": ""}, "tpl_params"),
    ({"tpl_params": {"a": "b"}}, "tpl_params"), ({"tpl_params": compact({"a": "x" * 100000})}, "tpl_params"),
    ({"recognition_type": ""}, "recognition_type"), ({"recognition_type": "1"}, "recognition_type"),
    ({"recognition_type": "3"}, "recognition_type"), ({"recognition_type": 2}, "recognition_type"),
    ({"recognition_info": ""}, "recognition_info"), ({"recognition_info": "{"}, "recognition_info"),
    ({"recognition_info": "[]"}, "recognition_info"), ({"recognition_info": "{}"}, "recognition_info缺少user_id"),
    ({"recognition_info": '{"user_id":""}'}, "recognition_info缺少user_id"),
    ({"recognition_info": '{"user_id":{}}'}, "user_id"), ({"recognition_info": '{"user_id":"20883020014561150"}'}, "user_id"),
    ({"recognition_info": compact({"user_id": "1", "x": "y" * 1000})}, "recognition_info"),
])
def test_fields_of_add(client, anyone, tpl_id, number, fields, naming):
    given = {"tpl_id": tpl_id, "tpl_params": compact(values(number)), "recognition_type": "2",
             "recognition_info": compact({"user_id": anyone.user_id}), **fields}
    assert_pass_refused(client.call(protocol.PASS_ADD, given), PARAMETER, naming=naming)


def test_unknown_template(client, anyone):
    assert_pass_refused(add_pass(client, UNKNOWN_TPL_ID, anyone, {}), "KP.AE_ALIPASS_TEMPLATE_NOTEXIST")


def test_another_merchants_template(server, place, client, anyone, tpl_id, number):
    other = Client(server, place.create_app(permission=protocol.PASS_ADD))
    assert_pass_refused(add_pass(other, tpl_id, anyone, values(number)), "KP.AE_ALIPASS_TEMPLATE_NOTEXIST")


@pytest.mark.parametrize("user_id", [UNKNOWN_USER_ID, "1", "查无此人"])
def test_unknown_user(client, tpl_id, number, user_id):
    assert_pass_refused(add_pass(client, tpl_id, user_id, values(number)), "USER_NOT_EXIST")


def test_frozen_user(client, place, user, tpl_id, number):
    result_of(add_pass(client, tpl_id, user, values(number)))
    place.run("user", "freeze", user_id=user.user_id)
    assert_pass_refused(add_pass(client, tpl_id, user, values(number + "-2")), "USER_STATUS_ERROR")
    result_of(add_pass(client, tpl_id, user, values(number)))  # which was a success before


# The same serial number

def test_add_again(client, user, tpl_id, number):
    first = result_of(add_pass(client, tpl_id, user, values(number)))
    again = result_of(add_pass(client, tpl_id, user, values(number)))
    assert again == first
    assert len(client.shown(user)) == 1


def test_add_again_after_an_update(client, user, tpl_id, number):
    """A repetition is compared with what was added, whatever has become of it."""
    first = result_of(add_pass(client, tpl_id, user, values(number)))
    result_of(update_pass(client, number, {"title": "别的"}, status="USED"))
    assert result_of(add_pass(client, tpl_id, user, values(number))) == first
    assert_pass_refused(add_pass(client, tpl_id, user, values(number, title="别的")), "KP.AE_ALIPASS_EXIST")


def test_add_again_after_the_template_asks_for_more(client, user, number):
    """What was answered once is answered again; what is new is held against the template of today."""
    tpl_id = new_template(client)
    first = result_of(add_pass(client, tpl_id, user, values(number)))
    assert_success(update_template(client, tpl_id, content(kind="$kind$")))
    assert result_of(add_pass(client, tpl_id, user, values(number))) == first
    assert_pass_refused(add_pass(client, tpl_id, user, values(f"{number}-2")), PARAMETER, naming="kind")
    assert_pass_refused(add_pass(client, tpl_id, user, values(number, title="早茶")), PARAMETER, naming="kind")
    assert len(seen(client, user)) == 1


def test_add_again_with_other_data(client, place, user, tpl_id, number):
    result_of(add_pass(client, tpl_id, user, values(number)))
    other_tpl_id = new_template(client)
    for answer in (add_pass(client, tpl_id, user, values(number, title="别的")),
                   add_pass(client, tpl_id, place.create_user(), values(number)),
                   add_pass(client, other_tpl_id, user, values(number))):
        assert_pass_refused(answer, "KP.AE_ALIPASS_EXIST")
    assert len(client.shown(user)) == 1


def test_content_with_a_number_of_its_own(client, place, user, number):
    """One pass can be made from it."""
    tpl_id = new_template(client, content(file_info={"serialNumber": number}))
    result_of(add_pass(client, tpl_id, user, values()))
    assert_pass_refused(add_pass(client, tpl_id, place.create_user(), values()), "KP.AE_ALIPASS_EXIST")


def test_serial_number_is_each_merchants_own(server, place, client, user, tpl_id, number):
    other = Client(server, place.create_app(permission=protocol.PASS_ADD))
    first = result_of(add_pass(client, tpl_id, user, values(number)))
    second = result_of(add_pass(other, new_template(other), user, values(number)))
    assert first["passId"] != second["passId"]


def test_add_at_once(client, server, user, tpl_id, number):
    fields = {"tpl_id": tpl_id, "tpl_params": compact(values(number)), "recognition_type": "2",
              "recognition_info": compact({"user_id": user.user_id})}
    requests = [client.request(protocol.PASS_ADD, fields) for _ in range(16)]
    answers = [client.believe(response) for response in crowd.at_once([server.listen], requests)]
    assert len({result_of(answer)["passId"] for answer in answers}) == 1
    assert len(client.shown(user)) == 1


# Who may

def test_application_without_permission(server, place, anyone):
    """Before anything else of the call is looked at, as on the platform, where it asks for the unsupported type 1."""
    client = Client(server, place.create_app())
    answer = client.call(protocol.PASS_ADD, {
        "tpl_id": UNKNOWN_TPL_ID, "tpl_params": "{}", "recognition_type": "1",
        "recognition_info": '{"partner_id":"2088102114633762","out_trade_no":"1234567"}'})
    assert_pass_refused(answer, "KP.AE_ALIPASS_APPID_NOSUPPORT")
    assert answer["sub_msg"] == "该AppId不支持"
    assert json.loads(answer["result"]) == {"operate": "ADD", "message": "该AppId不支持"}


def test_permission_in_gbk(server, place, anyone):
    client = Client(server, place.create_app(), charset="gbk")
    assert_pass_refused(add_pass(client, UNKNOWN_TPL_ID, anyone, {}), "KP.AE_ALIPASS_APPID_NOSUPPORT")


def test_permission_is_given_and_taken(server, place, user):
    client = Client(server, place.create_app())
    tpl_id = new_template(client, content("card"))
    place.run("app", "permit", app_id=client.app.app_id, permission=protocol.PASS_ADD)
    result_of(add_pass(client, tpl_id, user, values(tpl_id)))
    place.run("app", "permit", app_id=client.app.app_id, permission=protocol.PASS_ADD, revoke=True)
    assert_pass_refused(add_pass(client, tpl_id, user, values(tpl_id)), "KP.AE_ALIPASS_APPID_NOSUPPORT")


def test_disabled_application(server, place, anyone):
    client = Client(server, place.create_app(permission=protocol.PASS_ADD))
    place.run("app", "disable", app_id=client.app.app_id)
    assert_refused(add_pass(client, UNKNOWN_TPL_ID, anyone, {}), "isv.insufficient-isv-permissions")


def test_unverified_caller_is_not_told(client, anyone):
    answer = client.call(protocol.PASS_ADD, {}, sign="AAAA")
    assert_refused(answer, "isv.invalid-signature")


# update

@pytest.fixture
def added(client, user, tpl_id, number):
    """The user's pass."""
    return result_of(add_pass(client, tpl_id, user, values(number)))


@pytest.mark.parametrize("status, shown", [("USED", "used"), ("CLOSED", "closed")])
def test_update(client, user, added, number, status, shown):
    answer = update_pass(client, number, status=status)
    assert result_of(answer) == {"passId": added["passId"], "serialNumber": number, "operate": "UPDATE"}
    assert seen(client, user) == [("PAST", shown, "30元下午茶")]
    assert result_of(update_pass(client, number, status=status)) == result_of(answer)  # the same again
    assert seen(client, user) == [("PAST", shown, "30元下午茶")]


@pytest.mark.parametrize("status, other", [("USED", "CLOSED"), ("CLOSED", "USED")])
def test_used_and_closed_are_final(client, user, added, number, status, other):
    result_of(update_pass(client, number, status=status))
    for answer in (update_pass(client, number, status=other), update_pass(client, number, {"title": "别的"})):
        assert_pass_refused(answer, "KP.AE_ALIPASS_STATUS_NOT_MATCH")
        assert answer["result"] == '{"operate":"UPDATE"}'
    result_of(update_pass(client, number, {"logoText": "别的"}, status=status))
    assert seen(client, user) == [("PAST", status.lower(), "30元下午茶")]


def test_new_values(client, user, added, number):
    """Those that are not named stay; the number and the channel stay whatever is said of them."""
    result_of(update_pass(client, number, {"logoText": '换了"', "serialNumber": "other", "channelID": "other", "x": "y"}))
    [entry] = client.shown(user)
    assert (entry["pass_id"], entry["logo_text"], entry["second_logo_text"]) == (added["passId"], '换了"', "全场八折")
    assert json.loads(entry["data_info"])["logoText"] == '换了"'
    assert json.loads(entry["ext_info"]) == {"serialNumber": number, "channelID": "teahouse", "type": "coupon",
                                             "product": "free"}
    result_of(update_pass(client, number, {"discount": "五折"}))
    [entry] = client.shown(user)
    assert (entry["logo_text"], entry["second_logo_text"]) == ('换了"', "全场五折")
    assert_pass_refused(update_pass(client, "other", status="USED"), "KP.AE_ALIPASS_NOTEXIST")


def test_new_values_with_a_status(client, user, added, number):
    result_of(update_pass(client, number, {"logoText": "已使用"}, status="USED", verify_code="8612231273",
                          verify_type="wave"))
    assert seen(client, user) == [("PAST", "used", "已使用")]
    [entry] = client.shown(user, time_status="PAST")
    assert json.loads(entry["ext_info"]) == {"serialNumber": number, "channelID": "teahouse", "type": "coupon",
                                             "product": "free", "verifyCode": "8612231273", "verifyType": "wave"}


def test_new_values_fill_the_content_of_then(client, user, number):
    tpl_id = new_template(client)
    result_of(add_pass(client, tpl_id, user, values(number)))
    changed = {"tpl_id": tpl_id, "tpl_content": compact(content(einfo={"logoText": "新模板$more$"}))}
    result_of(client.call(protocol.PASS_TEMPLATE_UPDATE, changed))
    result_of(update_pass(client, number, {"logoText": "新值"}))
    assert seen(client, user) == [("CURRENT", "can_use", "新值")]


def test_new_values_refused(client, user, added, number):
    assert_pass_refused(update_pass(client, number, {"title": "字" * 101}, status="USED"), PARAMETER, naming="title")
    assert seen(client, user) == [("CURRENT", "can_use", "30元下午茶")]


def test_group_follows_the_type(client, user, number):
    result_of(add_pass(client, new_template(client, content("$kind$")), user, values(number, kind="card")))
    result_of(update_pass(client, number, {"kind": "cert"}))
    assert seen(client, user, "card") == []
    assert seen(client, user, "cert") == [("CURRENT", "can_use", "30元下午茶")]


def test_unknown_serial_number(client):
    answer = client.call(protocol.PASS_UPDATE, {
        "serial_number": "209919213-unknown", "channel_id": "2088918273", "tpl_params": "{}", "status": "USED",
        "verify_code": "8612231273", "verify_type": "wave"})
    assert_pass_refused(answer, "KP.AE_ALIPASS_NOTEXIST")
    assert answer["sub_msg"] == "卡券不存在"
    assert answer["result"] == '{"operate":"UPDATE"}'


def test_another_merchants_serial_number(server, place, client, added, number):
    other = Client(server, place.create_app())
    for channel_id in (other.app.pid, client.app.pid, "teahouse"):
        assert_pass_refused(update_pass(other, number, status="USED", channel_id=channel_id), "KP.AE_ALIPASS_NOTEXIST")


@pytest.mark.parametrize("channel", ["pid", "app_id", "teahouse"])
def test_channels(client, added, number, channel):
    channel_id = getattr(client.app, channel, channel)
    result_of(update_pass(client, number, status="USED", channel_id=channel_id))


def test_other_channel(client, added, number):
    assert_pass_refused(update_pass(client, number, status="USED", channel_id="2088918273"), "KP.AE_ALIPASS_NOTEXIST")


def test_updating_for_another(server, place, client, app, user, added, number):
    """An agent's application updates the merchant's pass, named by the merchant's pid."""
    agent = Client(server, place.create_app())
    token = place.grant(agent.app, app.pid)
    fields = {"serial_number": number, "status": "USED"}
    result_of(agent.call(protocol.PASS_UPDATE, {**fields, "channel_id": app.pid}, app_auth_token=token))
    assert_pass_refused(agent.call(protocol.PASS_UPDATE, {**fields, "channel_id": agent.app.pid}, app_auth_token=token),
                        "KP.AE_ALIPASS_NOTEXIST")


def test_users(client, anyone, user, added, number):
    assert_pass_refused(update_pass(client, number, status="USED", user_id=anyone.user_id), "KP.AE_ALIPASS_NOTEXIST")
    result_of(update_pass(client, number, status="USED", user_id=user.user_id))


@pytest.mark.parametrize("fields, naming", [
    ({"serial_number": "", "status": "USED"}, "serial_number"), ({"serial_number": "1" * 1000, "status": "USED"}, "serial_number"),
    ({"channel_id": "", "status": "USED"}, "channel_id"), ({"channel_id": "1" * 1000, "status": "USED"}, "channel_id"),
    ({"status": "UPDATE"}, "status"), ({"status": "used"}, "status"), ({}, "tpl_params"),
    ({"status": "USED", "tpl_params": "["}, "tpl_params"), ({"tpl_params": '{"a":[]}'}, "tpl_params"),
    ({"status": "USED", "user_id": "20883020014561150"}, "user_id"),
    ({"status": "USED", "verify_code": "1" * 1000}, "verify_code"), ({"status": "USED", "verify_type": "voice"}, "verify_type"),
    ({"status": "USED", "verify_code": "a\nb"}, "verify_code"),
])
def test_fields_of_update(client, user, added, number, fields, naming):
    given = {"serial_number": number, "channel_id": client.app.pid, **fields}
    assert_pass_refused(client.call(protocol.PASS_UPDATE, given), PARAMETER, naming=naming)
    assert seen(client, user) == [("CURRENT", "can_use", "30元下午茶")]


# The end of a pass, to the second

@pytest.mark.parametrize("kind, group", [("coupon", "voucher"), ("card", "card"), ("eventTicket", "ticket"), ("cert", "cert")])
def test_end_to_the_second(sandbox, kind, group):
    end_s = int(time.time()) + 86400
    user = sandbox.place.create_user()
    tpl_id = new_template(sandbox.client, content(kind, endDate=protocol.beijing_text(end_s)))
    result_of(add_pass(sandbox.client, tpl_id, user, values(tpl_id)))
    shown = [sandbox.server.at_second(second, lambda: seen(sandbox.client, user, group)) for second in (end_s - 1, end_s)]
    assert shown == [[("CURRENT", "can_use", "30元下午茶")], [("PAST", "expired", "30元下午茶")]]


def test_past_its_end(sandbox):
    """It can still be closed, which is what the platform's CLOSED is for, but not used; and it can be prolonged."""
    end_s = int(time.time()) + 86400
    client, user = sandbox.client, sandbox.place.create_user()
    tpl_id = new_template(client, content(endDate="$end$"))
    for name in ("used", "closed", "prolonged"):
        result_of(add_pass(client, tpl_id, user, values(f"{tpl_id}-{name}", logoText=name,
                                                        end=protocol.beijing_text(end_s))))
    sandbox.server.stop_clock(end_s)
    assert_pass_refused(update_pass(client, f"{tpl_id}-used", status="USED"), "KP.AE_ALIPASS_STATUS_NOT_MATCH")
    result_of(update_pass(client, f"{tpl_id}-closed", status="CLOSED"))
    result_of(update_pass(client, f"{tpl_id}-prolonged", {"end": protocol.beijing_text(end_s + 1)}))
    assert seen(client, user) == [("CURRENT", "can_use", "prolonged"), ("PAST", "closed", "closed"),
                                  ("PAST", "expired", "used")]


def test_used_in_its_last_second(sandbox):
    end_s = int(time.time()) + 86400
    client, user = sandbox.client, sandbox.place.create_user()
    tpl_id = new_template(client, content(endDate=protocol.beijing_text(end_s)))
    result_of(add_pass(client, tpl_id, user, values(tpl_id)))
    result_of(sandbox.server.at_second(end_s - 1, lambda: update_pass(client, tpl_id, status="USED")))


def test_beside_vouchers_and_other_passes(client, place, user, template_id, added):
    voucher_id = client.issue(template_id, user)
    place.run("pass", "create", user_id=user.user_id, group="voucher", logo_text="手工")
    shown = assert_success(client.wallet(user_id=user.user_id))["pass_info_list"]
    assert [entry["pass_id"] for entry in shown][1:] == [voucher_id, added["passId"]]
