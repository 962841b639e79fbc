# SPDX-License-Identifier: Apache-2.0
"""The public parameters: each one's rules, how they travel, duplicates, unknown ones."""

import pytest

from support import client as clients
from support import http, protocol
from support.client import Client
from support.errors import assert_refused, assert_success


@pytest.fixture
def look(any_template, anyone):
    """A request that changes nothing."""
    return protocol.LIST, {"template_id": any_template, "user_id": anyone.user_id}


MISSING = {
    "method": "isv.missing-method",
    "app_id": "isv.missing-app-id",
    "sign_type": "isv.missing-signature-type",
    "sign": "isv.missing-signature",
    "timestamp": "isv.missing-timestamp",
    "version": "isv.missing-version",
    "biz_content": "INVALID_PARAMETER",
}


@pytest.mark.parametrize("name", MISSING)
def test_missing(client, look, name):
    pairs = client.pairs(client.parameters(*look, **{name: None}))
    answer = client.send_pairs([pair for pair in pairs if pair[0] != name.encode()])
    assert_refused(answer, MISSING[name])


@pytest.mark.parametrize("name", MISSING)
def test_empty_counts_as_missing(client, look, name):
    pairs = client.pairs(client.parameters(*look, **{name: ""}))
    assert_refused(client.send_pairs(pairs), MISSING[name])


@pytest.mark.parametrize("value", [None, ""], ids=["missing", "empty"])
@pytest.mark.parametrize("name", ["format", "charset", "app_auth_token"])
def test_optional(client, look, name, value):
    assert_success(client.call(*look, **{name: value}))


INVALID = [
    ("method", "alipay.trade.pay", "isv.invalid-method"),
    ("method", "ALIPAY.MARKETING.VOUCHER.SEND", "isv.invalid-method"),
    ("method", "alipay.marketing.voucher.send ", "isv.invalid-method"),
    ("method", "查询券列表", "isv.invalid-method"),
    ("method", "m" * 129, "isv.invalid-method"),
    ("app_id", "2014072399999999", "isv.invalid-app-id"),
    ("app_id", "' OR '1'='1", "isv.invalid-app-id"),
    ("app_id", "1" * 33, "isv.invalid-app-id"),
    ("sign_type", "RSA3", "isv.invalid-signature-type"),
    ("sign_type", "rsa2", "isv.invalid-signature-type"),
    ("sign_type", "MD5", "isv.invalid-signature-type"),
    ("sign_type", "RSA2RSA2RSA", "isv.invalid-signature-type"),
    ("sign", "AAAA", "isv.invalid-signature"),
    ("sign", "no base64!", "isv.invalid-signature"),
    ("sign", "A" * 685, "isv.invalid-signature"),
    ("timestamp", "2014-07-24 03:07:500", "isv.invalid-timestamp"),
    ("version", "2.0", "isv.invalid-parameter"),
    ("version", "1", "isv.invalid-parameter"),
    ("version", "1.00", "isv.invalid-parameter"),
    ("format", "XML", "isv.invalid-format"),
    ("format", "JSONP", "isv.invalid-format"),
    ("format", "JSON" + " " * 37, "isv.invalid-format"),
    ("charset", "utf-8-utf-8", "isv.invalid-charset"),
    ("app_auth_token", "t" * 41, "aop.invalid-app-auth-token"),
    ("encrypt_type", "DES", "isv.invalid-encrypt-type"),
    ("encrypt_type", "AES", "isv.decryption-error-not-valid-encrypt-key"),
]


@pytest.mark.parametrize("name, value, sub_code", INVALID,
                         ids=[f"{name}-{value[:32]}" for name, value, _ in INVALID])
def test_invalid(client, look, name, value, sub_code):
    answer = client.send_pairs(client.pairs(client.parameters(*look, **{name: value})))
    assert_refused(answer, sub_code)


@pytest.mark.parametrize("value", ["json", "Json", "JSON"])
def test_format_in_any_case(client, look, value):
    assert_success(client.call(*look, format=value))


@pytest.mark.parametrize("method", ["", "alipay.trade.pay", "error", "../../x"],
                         ids=["missing", "other", "word", "path"])
def test_unknown_method_is_answered_as_error_response(client, look, method):
    parameters = client.parameters(method, look[1])
    assert client.send_pairs(client.pairs(parameters)).name == "error_response"


@pytest.mark.parametrize("method", protocol.CATALOGUE)
def test_known_method_names_the_answer_of_a_gateway_error(client, method):
    parameters = client.parameters(method, {}, app_id="2014072399999999")
    answer = client.send_pairs(client.pairs(parameters))
    assert_refused(answer, "isv.invalid-app-id")
    assert answer.name == method.replace(".", "_") + "_response"


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("transport", clients.TRANSPORTS, ids=lambda transport: transport.__name__)
def test_transport(server, app, place, user, template_id, transport, charset):
    """Every way in which parameters may travel, with text that each charset writes differently."""
    memo = "优酷3个月兑换券 & a+b=100%"
    client = Client(server, app, charset=charset, transport=transport)
    assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1", memo=memo))
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [memo]


@pytest.mark.parametrize("content_type", [b"application/x-www-form-urlencoded;charset=utf-8",
                                          b"application/x-www-form-urlencoded; charset=GBK",
                                          b"Application/X-WWW-Form-Urlencoded"])
def test_content_type_of_a_form(client, look, content_type):
    """Client libraries write it in several ways; the parameter charset decides, whatever is said here."""
    form = protocol.form_encode(client.pairs(client.parameters(*look, extra="优酷")))
    assert_success(client.believe(client.server.exchange(http.post(clients.PATH, form, content_type))))


@pytest.mark.parametrize("content_type", [b"application/json", b"text/plain", b"multipart/mixed; boundary=x"])
def test_body_of_another_type_holds_no_parameters(client, look, content_type):
    form = protocol.form_encode(client.pairs(client.parameters(*look)))
    answer = client.believe(client.server.exchange(http.post(clients.PATH, form, content_type)))
    assert_refused(answer, "isv.missing-method")


def test_multipart_file_is_no_parameter(client, look):
    pairs = client.pairs(client.parameters(*look))
    body = protocol.multipart_encode(pairs, files=[(b"method", b"method.txt", b"alipay.trade.pay")])
    response = client.server.exchange(http.post(clients.PATH, body, clients.MULTIPART))
    assert_success(client.believe(response))


@pytest.mark.parametrize("body", [b"", b"x", b"--" + protocol.MULTIPART_BOUNDARY],
                         ids=["empty", "no boundary", "cut off"])
def test_broken_multipart(client, body):
    response = client.server.exchange(http.post(clients.PATH, body, clients.MULTIPART))
    answer = client.believe(response)
    assert (answer["code"], answer.name) in [("40001", "error_response"), ("40002", "error_response")], answer


def test_multipart_without_boundary(client, look):
    body = protocol.multipart_encode(client.pairs(client.parameters(*look)))
    response = client.server.exchange(http.post(clients.PATH, body, b"multipart/form-data"))
    assert_refused(client.believe(response), "isv.invalid-parameter")


# Percent-encoding

def raw_look(client, look, extra_signed, extra_encoded):
    """A call with one more parameter, whose encoding the test writes itself."""
    parameters = client.parameters(*look, extra=extra_signed)
    form = protocol.form_encode([pair for pair in client.pairs(parameters) if pair[0] != b"extra"])
    return client.believe(client.server.exchange(http.post(clients.PATH, form + b"&extra=" + extra_encoded)))


@pytest.mark.parametrize("value, encoded", [
    (b"a b", b"a+b"), (b"a b", b"a%20b"), (b"a+b", b"a%2Bb"), (b"a&b=c", b"a%26b%3Dc"), (b"a/b", b"a/b"),
    ("券".encode(), b"%e5%88%B8"), (b"abc", b"%61%62%63"), (b"a=b=c", b"a=b=c"), (b"~-_.*", b"~-_.*"),
    (b"%", b"%25"), (b"100%", b"100%"), (b"%zz", b"%zz"), (b"%4", b"%4"),
])
def test_percent_decoding(client, look, value, encoded):
    assert_success(raw_look(client, look, value, encoded))


@pytest.mark.parametrize("extra", [b"&&", b"&=", b"&empty", b"&empty="],
                         ids=["nothing", "no name", "no sign", "no value"])
def test_pieces_without_value_are_not_signed(client, look, extra):
    form = protocol.form_encode(client.pairs(client.parameters(*look)))
    assert_success(client.believe(client.server.exchange(http.post(clients.PATH, form + extra))))


# Duplicates

@pytest.mark.parametrize("name", ["app_id", "method", "biz_content", "sign", "extra"])
def test_twice_with_the_same_value(client, look, name):
    pairs = client.pairs(client.parameters(*look, extra="1"))
    again = [pair for pair in pairs if pair[0] == name.encode()]
    assert_success(client.send_pairs(pairs + again, clients.as_body_post))


@pytest.mark.parametrize("name", ["app_id", "method", "sign_type", "timestamp", "version", "format", "biz_content",
                                  "sign", "extra"])
def test_twice_with_different_values(client, look, name):
    pairs = client.pairs(client.parameters(*look, extra="1"))
    given = dict(pairs)
    second = (name.encode(), given[name.encode()] + b"0")
    form = protocol.form_encode([*pairs, second])
    answer = client.believe(client.server.exchange(http.post(clients.PATH, form)))
    assert_refused(answer, "isv.invalid-parameter", naming=name)


def test_duplicate_is_refused_in_the_name_of_the_method(client, look):
    pairs = client.pairs(client.parameters(*look, extra="1"))
    answer = client.send_pairs([*pairs, (b"extra", b"2")], clients.as_body_post)
    assert_refused(answer, "isv.invalid-parameter", naming="extra")
    assert answer.name == protocol.response_name(look[0])


# Where names and values end, the string to sign does not say

HIDDEN = [("alipay_sdk", "alipay-sdk-java&app_auth_token=T", "app_auth_token"),
          ("app_id_of", "x&biz_content={}&charset=gbk", "biz_content"),
          ("charset", "utf-8&encrypt_type=AES", "encrypt_type"),
          ("e", "&encrypt_type=AES", "encrypt_type")]


@pytest.mark.parametrize("name, value, hidden", HIDDEN)
def test_parameters_within_a_value(client, look, name, value, hidden):
    """Signed is the same as if they stood beside it, and somebody else may have put them there."""
    method, content = look
    given = {"charset": None, "format": "JSON", name: value}
    if hidden == "biz_content":
        given["biz_content"] = None
    answer = client.send_pairs(client.pairs(client.parameters(method, content, **given)))
    assert_refused(answer, "isv.invalid-charset" if name == "charset" else "isv.invalid-parameter", naming=None
                   if name == "charset" else hidden)


@pytest.mark.parametrize("name", ["encrypt_type=AES&format", "a=b", "a&b"])
def test_parameters_within_a_name(client, look, name):
    pairs = client.pairs(client.parameters(*look, **{name: "1"}))
    assert_refused(client.send_pairs(pairs), "isv.invalid-parameter")


@pytest.mark.parametrize("given", [
    {"notify_url": "http://127.0.0.1/?a=1&format=json&charset=gbk&version=2&return_url=x"}, {"alipay_sdk": "a&b=c&d"}],
    ids=["address", "unknown ones"])
def test_values_that_can_be_read_in_one_way_only(client, look, given):
    assert_success(client.call(*look, **given))


@pytest.mark.parametrize("second, sub_code", [(b"1", None), (b"2", "isv.invalid-parameter")],
                         ids=["same", "different"])
def test_in_query_and_body(client, look, second, sub_code):
    pairs = client.pairs(client.parameters(*look, extra="1"))
    target = clients.PATH + b"?" + protocol.form_encode(pairs)
    answer = client.believe(client.server.exchange(http.post(target, b"extra=" + second)))
    if sub_code is None:
        assert_success(answer)
    else:
        assert_refused(answer, sub_code, naming="extra")


def test_same_value_encoded_differently(client, look):
    pairs = client.pairs(client.parameters(*look, extra="A b"))
    form = protocol.form_encode(pairs) + b"&extra=%41%20b"
    assert_success(client.believe(client.server.exchange(http.post(clients.PATH, form))))


# Unknown ones

@pytest.mark.parametrize("extra", [
    {"zzz": "1"}, {"a": "1"}, {"notify_url": "http://127.0.0.1:9/x?a=1&b=2"}, {"return_url": "x"}, {"auth_token": "x"},
    {"App_Id": "1"}, {"券": "卡券"}, {"terminal_info": "<a&b>"},
], ids=lambda extra: next(iter(extra)))
def test_unknown_parameters_are_signed(client, look, extra):
    assert_success(client.call(*look, **extra))


def test_unknown_parameter_that_is_not_signed(client, look):
    pairs = client.pairs(client.parameters(*look))
    assert_refused(client.send_pairs([*pairs, (b"zzz", b"1")]), "isv.invalid-signature")


def test_many_parameters(client, look):
    """Far more than the protocol has; a bound that keeps hostile calls cheap must leave room."""
    assert_success(client.call(*look, **{f"extra_{number}": "x" for number in range(200)}))


def test_too_many_parameters(client, look):
    pairs = client.pairs(client.parameters(*look, **{f"extra_{number}": "x" for number in range(5000)}))
    answer = client.send_pairs(pairs, clients.as_body_post)
    assert_refused(answer, "isv.invalid-parameter")
