# SPDX-License-Identifier: Apache-2.0
"""Character sets: what a request is read in, and what its answer is written in."""

import json

import pytest

from support import client as clients
from support import http, protocol
from support.client import Client
from support.errors import assert_refused, assert_success

MEMO = "优酷3个月兑换券"


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "Utf-8", "gbk", "GBK", "Gbk", "gb2312", "GB2312", "Gb2312"])
def test_text_arrives_whole(server, app, place, user, template_id, charset):
    client = Client(server, app, charset=charset)
    assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="订单-1", memo=MEMO))
    [voucher] = place.vouchers(template_id=template_id)
    assert (voucher["out_biz_no"], voucher["memo"]) == ("订单-1", MEMO)


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
def test_refusal_byte_for_byte(server, app, anyone, charset):
    client = Client(server, app, charset=charset)
    answer = client.send(template_id="20140601000730010040000000EB", user_id=anyone.user_id, out_biz_no="1")
    response = ('{"code":"40004","msg":"Business Failed","sub_code":"TEMPLATE_NOT_EXIST","sub_msg":"模板不存在"}'
                .encode(clients.codec(charset)))
    assert answer.body == (b'{"alipay_marketing_voucher_send_response":' + response
                           + b',"sign":"' + answer.sign + b'"}')


@pytest.mark.parametrize("text", ["镕", "乗客", "誠", "張三", "喆", "\\誠\"乗", "　全角"])
def test_gb2312_is_read_and_written_as_gbk(server, app, place, user, text):
    """Characters that only GBK has, some with a backslash for their second byte."""
    template_id = place.create_template(app.pid, brand_name=text)
    client = Client(server, app, charset="gb2312")
    assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1", memo=text))
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [text]
    [shown] = client.shown(user)
    assert shown["mechant_name"] == text
    assert json.loads(shown["data_info"])["brandName"] == text


@pytest.mark.parametrize("text, escaped", [("ř", r"\u0159"), ("한국", r"\ud55c\uad6d"), ("😀", r"\ud83d\ude00"),
                                           ("𠮷野家", r"\ud842\udfb7野家")])
def test_what_gbk_lacks_is_escaped(server, app, place, user, text, escaped):
    template_id = place.create_template(app.pid, brand_name=text)
    client = Client(server, app, charset="gbk")
    client.issue(template_id, user, "1")
    answer = assert_success(client.wallet(user_id=user.user_id))
    assert f'"mechant_name":"{escaped.lower()}"' in answer.text
    assert answer["pass_info_list"][0]["mechant_name"] == text


def test_text_of_utf8_is_written_as_itself(client, place, app, user):
    template_id = place.create_template(app.pid, brand_name="a/b😀ř")
    client.issue(template_id, user, "1")
    assert '"mechant_name":"a/b😀ř"' in client.wallet(user_id=user.user_id).text


@pytest.mark.parametrize("text", ["ř", "😀", "𠮷"])
def test_escape_brings_what_gbk_lacks(server, app, place, user, template_id, text):
    """A caller in GBK can send any character as a JSON escape."""
    client = Client(server, app, charset="gbk")
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": text}
    assert_success(client.call(protocol.SEND, json.dumps(fields, ensure_ascii=True)))
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [text]


@pytest.mark.parametrize("charset", ["utf-16", "big5", "gb18030", "iso-8859-1", "ascii", "utf-8 ", "utf_8", "0", "券"])
def test_unknown_charset(client, any_template, anyone, charset):
    parameters = client.parameters(protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id},
                                   charset=charset)
    assert_refused(client.send_pairs(client.pairs(parameters)), "isv.invalid-charset")


@pytest.mark.parametrize("charset", [None, ""], ids=["missing", "empty"])
def test_without_charset_it_is_utf8(client, place, user, template_id, charset):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": MEMO}
    assert_success(client.call(protocol.SEND, fields, charset=charset))
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [MEMO]


# Bytes that are no text of the charset, each with a valid signature over them.
NOT_UTF8 = [b"\xff", b"\xfe", b"\x80", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80",
            b"\xf8\x88\x80\x80\x80", b"\xe5\x88", b"\xe5", "优酷".encode("gbk")]
NOT_GBK = [b"\xff", b"\x81", b"\x81\x20", b"\x81\x7f", b"\xd3\xff", b"a\xc5", "卡券茶".encode("utf-8") + b" "]
INVALID_BYTES = ([("utf-8", data) for data in NOT_UTF8] + [("gbk", data) for data in NOT_GBK]
                 + [("gb2312", data) for data in NOT_GBK])


@pytest.mark.parametrize("charset, data", INVALID_BYTES,
                         ids=[f"{charset}-{data.hex()}" for charset, data in INVALID_BYTES])
def test_invalid_bytes(server, app, any_template, anyone, charset, data):
    client = Client(server, app, charset=charset)
    biz_content = (b'{"template_id":"' + any_template.encode() + b'","user_id":"' + anyone.user_id.encode()
                   + b'","memo":"' + data + b'"}')
    answer = client.send_pairs(client.pairs(client.parameters(protocol.LIST, biz_content)))
    assert_refused(answer, "isv.invalid-charset")


@pytest.mark.parametrize("charset", ["utf-8", "gbk", "gb2312"])
@pytest.mark.parametrize("name, value", [(b"extra", b"\xff"), (b"\xff", b"1"), (b"method", b"\xff"),
                                         (b"app_id", b"\xff"), (b"format", b"\xff"), (b"sign_type", b"\xff")])
def test_invalid_bytes_anywhere(server, app, charset, name, value):
    client = Client(server, app, charset=charset)
    pairs = [pair for pair in client.pairs(client.parameters(protocol.LIST, {})) if pair[0] != name]
    assert_refused(client.send_pairs([*pairs, (name, value)]), "isv.invalid-charset")


def test_gbk_bytes_are_never_read_as_utf8(server, app, place, user, template_id):
    """The same bytes are text in both charsets: the declared one decides."""
    data = "你好".encode("utf-8")  # in GBK: three other characters
    biz_content = json.dumps({"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1",
                              "memo": "MARK"}).encode().replace(b"MARK", data)
    client = Client(server, app, charset="gbk")
    assert_success(client.call(protocol.SEND, biz_content))
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [data.decode("gbk")]


def test_charset_in_the_body_counts_for_the_query(server, app, any_template, anyone):
    client = Client(server, app, charset="gbk")
    parameters = client.parameters(protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id},
                                   extra="优酷")
    pairs = client.pairs(parameters)
    query = protocol.form_encode([pair for pair in pairs if pair[0] != b"charset"])
    response = server.exchange(http.post(clients.PATH + b"?" + query, b"charset=gbk"))
    assert_success(client.believe(response, charset="gbk"))


@pytest.mark.parametrize("charset", ["gbk", "GB2312"])
def test_content_type_says_the_charset(server, app, any_template, anyone, charset):
    client = Client(server, app, charset=charset)
    fields = {"template_id": any_template, "user_id": anyone.user_id}
    response = server.exchange(client.request(protocol.LIST, fields))
    assert protocol.content_charset(response) == charset.lower()
