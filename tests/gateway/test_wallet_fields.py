# SPDX-License-Identifier: Apache-2.0
"""alipay.user.pass.grouplist.query: the rule of each field."""

import json

import pytest

from support import protocol
from support.errors import assert_refused, assert_success

REFUSAL = "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD"


@pytest.fixture
def fields(anyone):
    return {"user_id": anyone.user_id, "group_type": "voucher", "time_status": "CURRENT", "page_size": 100,
            "page_num": 1}


def ask(client, fields):
    return client.call(protocol.WALLET, fields)


@pytest.mark.parametrize("value", ["missing", None, ""])
@pytest.mark.parametrize("name", ["user_id", "group_type", "time_status", "page_size", "page_num"])
def test_required(client, fields, name, value):
    fields[name] = value
    if value == "missing":
        del fields[name]
    assert_refused(ask(client, fields), REFUSAL, naming=name)


@pytest.mark.parametrize("value", ["missing", None, ""])
@pytest.mark.parametrize("name", ["partner_id", "city_code", "need_shopinfo"])
def test_optional(client, fields, name, value):
    if value != "missing":
        fields[name] = value
    assert_success(ask(client, fields))


LONGEST = {"user_id": 16, "partner_id": 16, "city_code": 10}


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name", LONGEST)
def test_longest(client, fields, name, character):
    fields[name] = character * LONGEST[name]
    assert_success(ask(client, fields))


@pytest.mark.parametrize("character", ["a", "券", "😀"])
@pytest.mark.parametrize("name", LONGEST)
def test_too_long(client, fields, name, character):
    fields[name] = character * (LONGEST[name] + 1)
    assert_refused(ask(client, fields), REFUSAL, naming=name)


@pytest.mark.parametrize("value", [1, True, [], {}], ids=json.dumps)
@pytest.mark.parametrize("name", ["user_id", "partner_id", "city_code", "group_type", "time_status"])
def test_text_field_of_another_type(client, fields, name, value):
    fields[name] = value
    assert_refused(ask(client, fields), REFUSAL, naming=name)


@pytest.mark.parametrize("value", ["card", "voucher", "ticket", "cert"])
def test_group_type(client, fields, value):
    fields["group_type"] = value
    assert_success(ask(client, fields))


@pytest.mark.parametrize("value", ["coupon", "VOUCHER", "vouchers", "券", "card,voucher", " card"])
def test_other_group_type(client, fields, value):
    fields["group_type"] = value
    assert_refused(ask(client, fields), REFUSAL, naming="group_type")


@pytest.mark.parametrize("value", ["CURRENT", "PAST"])
def test_time_status(client, fields, value):
    fields["time_status"] = value
    assert_success(ask(client, fields))


@pytest.mark.parametrize("value", ["current", "FUTURE", "ALL", "过去", "CURRENT "])
def test_other_time_status(client, fields, value):
    fields["time_status"] = value
    assert_refused(ask(client, fields), REFUSAL, naming="time_status")


def ask_raw(client, fields, name, text):
    """A field as the test writes it."""
    del fields[name]
    return client.call(protocol.WALLET, json.dumps(fields)[:-1] + f', "{name}": {text}}}')


@pytest.mark.parametrize("text", ["1", '"1"', "100", '"100"', "50"])
def test_page_size(client, fields, text):
    assert_success(ask_raw(client, fields, "page_size", text))


@pytest.mark.parametrize("text", ["1", '"1"', "2", "1000000", '"9999999999"'])
def test_page_num(client, fields, text):
    assert_success(ask_raw(client, fields, "page_num", text))


NO_NUMBER = ["0", '"0"', "-1", '"-1"', "1.5", '"1.5"', "1.0", "1e1", '"1e1"', '"x"', '"一"', '"１"', '" 1"', '"1 "',
             '"+1"', '"0x1"', "true", "[]", "{}", "[1]", "9223372036854775808", '"' + "9" * 30 + '"', "1" * 11]


@pytest.mark.parametrize("text", [*NO_NUMBER, "101", '"101"'])
def test_no_page_size(client, fields, text):
    assert_refused(ask_raw(client, fields, "page_size", text), REFUSAL, naming="page_size")


@pytest.mark.parametrize("text", NO_NUMBER)
def test_no_page_num(client, fields, text):
    assert_refused(ask_raw(client, fields, "page_num", text), REFUSAL, naming="page_num")


@pytest.mark.parametrize("text", ["true", '"true"', "false", '"false"'])
def test_need_shopinfo(client, fields, text):
    fields["city_code"] = "320100"
    assert_success(ask_raw(client, {**fields, "need_shopinfo": None}, "need_shopinfo", text))


@pytest.mark.parametrize("text", ["1", "0", '"1"', '"yes"', '"TRUE"', '"True"', '"是"', '" true"', "[]", "{}"])
def test_no_need_shopinfo(client, fields, text):
    fields["city_code"] = "320100"
    answer = ask_raw(client, {**fields, "need_shopinfo": None}, "need_shopinfo", text)
    assert_refused(answer, REFUSAL, naming="need_shopinfo")


@pytest.mark.parametrize("city_code", ["missing", None, ""])
@pytest.mark.parametrize("need_shopinfo", [True, "true"])
def test_shopinfo_needs_a_city(client, fields, need_shopinfo, city_code):
    fields.update(need_shopinfo=need_shopinfo, city_code=city_code)
    if city_code == "missing":
        del fields["city_code"]
    assert_refused(ask(client, fields), REFUSAL, naming="city_code")


@pytest.mark.parametrize("need_shopinfo", [False, "false", None, ""])
def test_no_shopinfo_needs_no_city(client, fields, need_shopinfo):
    assert_success(ask(client, {**fields, "need_shopinfo": need_shopinfo}))


@pytest.mark.parametrize("user_id", ["2088999999999999", "x"])
def test_unknown_user_has_an_empty_wallet(client, fields, user_id):
    fields["user_id"] = user_id
    assert ask(client, fields).text == '{"code":"10000","msg":"Success","pass_info_list":[]}'
