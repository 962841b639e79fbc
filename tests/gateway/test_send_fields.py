# SPDX-License-Identifier: Apache-2.0
"""alipay.marketing.voucher.send: the rule of each field, at its limit and beyond."""

import json

import pytest

from support import protocol
from support.errors import assert_refused, assert_success
from support.place import RED_PACKET

UNKNOWN_TEMPLATE = "20140601000730010040000000EB"


@pytest.fixture
def fields(any_template, anyone, place):
    return {"template_id": any_template, "user_id": anyone.user_id, "out_biz_no": place.new_key()}


@pytest.mark.parametrize("value", ["missing", None, ""])
@pytest.mark.parametrize("name", ["template_id", "out_biz_no"])
def test_required(client, fields, name, value):
    fields[name] = value
    if value == "missing":
        del fields[name]
    assert_refused(client.send(**fields), "INVALID_PARAMETER", naming=name)


TOO_LONG = {"template_id": 28, "login_id": 128, "taobao_nick": 128, "user_id": 16, "out_biz_no": 64, "memo": 128}


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name", TOO_LONG)
def test_too_long(client, fields, name, character):
    if name in ("login_id", "taobao_nick"):
        del fields["user_id"]
    fields[name] = character * (TOO_LONG[name] + 1)
    assert_refused(client.send(**fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name, sub_code", [("template_id", "TEMPLATE_NOT_EXIST"), ("login_id", "USER_NOT_EXIST"),
                                            ("taobao_nick", "USER_NOT_EXIST"), ("user_id", "USER_NOT_EXIST")])
def test_longest_identity(client, fields, name, sub_code, character):
    """It is looked up: so its length is not what is wrong with it."""
    if name in ("login_id", "taobao_nick"):
        del fields["user_id"]
    fields[name] = character * TOO_LONG[name]
    assert_refused(client.send(**fields), sub_code)


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name", ["out_biz_no", "memo"])
def test_longest_text(client, place, fields, user, template_id, name, character):
    fields.update({"template_id": template_id, "user_id": user.user_id, name: character * TOO_LONG[name]})
    assert_success(client.send(**fields))
    assert [voucher[name] for voucher in place.vouchers(template_id=template_id)] == [fields[name]]


@pytest.mark.parametrize("value", [1, 1.5, True, False, [], ["a"], {}, {"a": "b"}], ids=json.dumps)
@pytest.mark.parametrize("name", TOO_LONG)
def test_text_field_of_another_type(client, fields, name, value):
    if name in ("login_id", "taobao_nick"):
        del fields["user_id"]
    fields[name] = value
    assert_refused(client.send(**fields), "INVALID_PARAMETER", naming=name)


@pytest.mark.parametrize("value", [None, ""])
@pytest.mark.parametrize("name", ["login_id", "taobao_nick", "amount", "memo"])
def test_null_and_empty_are_as_if_not_there(client, fields, name, value):
    fields[name] = value
    assert_success(client.send(**fields))


def test_field_error_begins_with_the_pages_message(client, fields):
    del fields["out_biz_no"]
    answer = client.send(**fields)
    assert answer["sub_msg"].startswith("参数有误") and answer["sub_msg"] != "参数有误", answer


@pytest.mark.parametrize("text", ["' OR '1'='1", "\"", "\\", "%00", "%s%n", "<script>", "a\tb", "券\u200b"])
def test_text_is_only_text(client, place, user, template_id, text):
    assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no=text, memo=text))
    [voucher] = place.vouchers(template_id=template_id)
    assert (voucher["out_biz_no"], voucher["memo"]) == (text, text)


# Recipients: the first that is not empty; the later ones are not looked at

@pytest.mark.parametrize("empty", [None, ""])
def test_no_recipient(client, fields, empty):
    fields.update(user_id=empty, login_id=empty, taobao_nick=empty)
    assert_refused(client.send(**fields), "INVALID_PARAMETER", naming="user_id")


@pytest.fixture
def other(place):
    return place.create_user()


@pytest.mark.parametrize("given, chosen", [
    (("user_id",), "user_id"), (("login_id",), "login_id"), (("taobao_nick",), "taobao_nick"),
    (("user_id", "login_id", "taobao_nick"), "user_id"), (("login_id", "taobao_nick"), "login_id"),
    (("user_id", "taobao_nick"), "user_id"),
], ids=str)
def test_first_recipient_is_taken(client, fields, user, other, given, chosen):
    """The later ones name another user."""
    del fields["user_id"]
    for name in given:
        fields[name] = getattr(user if name == chosen else other, name)
    assert assert_success(client.send(**fields))["user_id"] == user.user_id


@pytest.mark.parametrize("name", ["user_id", "login_id", "taobao_nick"])
def test_recipient_after_empty_ones(client, fields, user, name):
    fields.update(user_id="", login_id=None, taobao_nick="")
    fields[name] = getattr(user, name)
    assert assert_success(client.send(**fields))["user_id"] == user.user_id


@pytest.mark.parametrize("first, later", [("user_id", "login_id"), ("user_id", "taobao_nick"),
                                          ("login_id", "taobao_nick")])
def test_unknown_first_recipient_is_not_replaced_by_a_later_one(client, fields, user, first, later):
    del fields["user_id"]
    fields[first] = "2088999999999999" if first == "user_id" else "nobody@example.com"
    fields[later] = getattr(user, later)
    assert_refused(client.send(**fields), "USER_NOT_EXIST")


@pytest.mark.parametrize("later", ["login_id", "taobao_nick"])
def test_unknown_later_recipient_is_not_looked_at(client, fields, user, later):
    fields.update(user_id=user.user_id, **{later: "nobody"})
    assert assert_success(client.send(**fields))["user_id"] == user.user_id


def test_every_login_id_of_a_user(client, place, any_template):
    user = place.create_user(login_id=["13900000001", "lin@example.com"])
    for login_id in ("13900000001", "lin@example.com"):
        answer = client.send(template_id=any_template, out_biz_no=place.new_key(), login_id=login_id)
        assert assert_success(answer)["user_id"] == user.user_id


# Amounts

@pytest.fixture(scope="module")
def red_packet(place, app):
    return place.create_template(app.pid, RED_PACKET, total_amount="10000000")


def send_amount(client, template_id, user, out_biz_no, amount_json):
    return client.call(protocol.SEND, f'{{"template_id":"{template_id}","user_id":"{user.user_id}",'
                                      f'"out_biz_no":"{out_biz_no}","amount":{amount_json}}}')


EXACT = [("9.99", "9.99"), ('"9.99"', "9.99"), ("10", "10.00"), ('"10"', "10.00"), ("9.9", "9.90"), ('"9.90"', "9.90"),
         ("10.00", "10.00"), ("0.01", "0.01"), ('"0.01"', "0.01"), ("0.1", "0.10"), ("0.29", "0.29"), ("1.15", "1.15"),
         ("8.2", "8.20"), ("1.1", "1.10"), ("4.35", "4.35"), ("64.1", "64.10"), ("1000000.07", "1000000.07"),
         ('"999999.99"', "999999.99")]


@pytest.mark.parametrize("amount, shown", EXACT)
def test_amount_is_exact(client, place, user, red_packet, amount, shown):
    answer = assert_success(send_amount(client, red_packet, user, place.new_key(), amount))
    vouchers = place.vouchers(user_id=user.user_id)
    assert [(voucher["voucher_id"], voucher["amount"]) for voucher in vouchers] == [(answer["voucher_id"], shown)]


NO_AMOUNT = ["9.999", '"9.999"', "9.990", "0.001", "-1", '"-1"', "-0.01", "-0", "1e3", '"1e3"', "1E3", "1e-2", "1.0e1",
             '"NaN"', '"Infinity"', "0", '"0"', "0.00", '"0.00"', '".5"', '"5."', '"+5"', '" 5"', '"5 "', '"5,00"',
             '"1,000"', '"１"', '"五"', '"0x10"', '"01"', '"007.50"', '"1.2.3"', '"9.99元"', '"¥5"', "true", "false",
             "[]", "{}", "[5]", '" "', '"null"', "12345678.90", '"12345678.90"', "99999999.99", "12345678901",
             "9" * 400, "0." + "0" * 400 + "1", '"5\\n"', '"5\\t"']


@pytest.mark.parametrize("amount", NO_AMOUNT, ids=lambda amount: amount[:20])
def test_no_amount(client, place, user, red_packet, amount):
    answer = send_amount(client, red_packet, user, place.new_key(), amount)
    assert_refused(answer, "INVALID_PARAMETER", naming="amount")
    assert place.vouchers(user_id=user.user_id) == []


def test_amount_of_the_greatest_length(client, place, app, user):
    template_id = place.create_template(app.pid, RED_PACKET, total_amount="10000000")
    assert_success(send_amount(client, template_id, user, "1", "9999999.99"))
    assert_success(send_amount(client, template_id, user, "2", "0.01"))
    assert_refused(send_amount(client, template_id, user, "3", "0.01"), "TEMPLATE_STOCK_NOT_ENOUGH")


def test_amount_beyond_any_budget(client, user, red_packet, place):
    answer = send_amount(client, red_packet, user, place.new_key(), "9999999999")
    assert_refused(answer, "TEMPLATE_STOCK_NOT_ENOUGH")


@pytest.mark.parametrize("amount", [None, "null", '""'])
def test_red_packet_without_amount(client, place, user, red_packet, amount):
    key = place.new_key()
    if amount is None:
        answer = client.send(template_id=red_packet, user_id=user.user_id, out_biz_no=key)
    else:
        answer = send_amount(client, red_packet, user, key, amount)
    assert_refused(answer, "INVALID_PARAMETER", naming="amount")
