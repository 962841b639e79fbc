# SPDX-License-Identifier: Apache-2.0
"""biz_content: what is one JSON object, and what is not."""

import json

import pytest

from support import protocol
from support.errors import assert_refused, assert_success

ILLEGAL = {
    "array": "[]",
    "array of object": '[{"template_id":"1"}]',
    "string": '"text"',
    "number": "1",
    "true": "true",
    "null": "null",
    "space": " ",
    "word": "template_id",
    "form": "template_id=1",
    "cut": '{"template_id":"1"',
    "cut in string": '{"template_id":"1',
    "cut in escape": '{"template_id":"\\u00',
    "trailing word": '{"template_id":"1"} x',
    "two objects": '{"template_id":"1"}{"template_id":"1"}',
    "trailing brace": '{"template_id":"1"}}',
    "trailing comma": '{"template_id":"1",}',
    "duplicate": '{"template_id":"1","template_id":"2"}',
    "duplicate of the same": '{"template_id":"1","template_id":"1"}',
    "duplicate of an unknown one": '{"x":1,"x":1}',
    "duplicate below": '{"x":{"y":1,"y":2}}',
    "duplicate by escape": '{"template_id":"1","template\\u005fid":"2"}',
    "single quotes": "{'template_id':'1'}",
    "no quotes": '{template_id:"1"}',
    "comment": '{"template_id":"1"/* */}',
    "NaN": '{"x":NaN}',
    "Infinity": '{"x":-Infinity}',
    "leading zero": '{"x":01}',
    "plus": '{"x":+1}',
    "bare point": '{"x":.5}',
    "open point": '{"x":5.}',
    "hex": '{"x":0x10}',
    "upper-case word": '{"x":TRUE}',
    "raw line end": '{"x":"a\nb"}',
    "raw control": '{"x":"a\x01b"}',
    "escaped NUL": '{"x":"a\\u0000b"}',
    "bad escape": '{"x":"\\x41"}',
    "lone high surrogate": '{"x":"\\ud800"}',
    "lone low surrogate": '{"x":"\\udc00"}',
    "no colon": '{"x" 1}',
    "no value": '{"x":}',
    "no name": '{:1}',
    "number for a name": '{1:1}',
    "deep arrays": '{"x":' + "[" * 1000 + "]" * 1000 + "}",
    "deep objects": '{"x":' * 1000 + "1" + "}" * 1000,
    "deeper arrays, cut": '{"x":' + "[" * 100000,
}


@pytest.mark.parametrize("text", ILLEGAL.values(), ids=ILLEGAL.keys())
def test_illegal(client, text):
    assert_refused(client.call(protocol.SEND, text), "isv.illegal-json")


@pytest.mark.parametrize("method", protocol.CATALOGUE)
def test_illegal_for_each_method(client, method):
    assert_refused(client.call(method, "[]"), "isv.illegal-json")


@pytest.mark.parametrize("text", [b'{"x":"\xff"}', b'{"x":"\xed\xa0\x80"}', b'{"x":"\xc0\x80"}', b'{"x":"\0"}', b"{}\0"],
                         ids=["byte", "surrogate", "overlong", "NUL", "trailing NUL"])
def test_bytes_that_are_no_text(client, text):
    answer = client.send_pairs(client.pairs(client.parameters(protocol.SEND, text)))
    assert_refused(answer, "isv.invalid-charset")


LEGAL = {
    "white space": lambda fields: json.dumps(fields, indent=3).replace("\n", "\r\n\t"),
    "escapes": lambda fields: json.dumps(fields).replace("_", "\\u005F"),
    "unknown members": lambda fields: json.dumps({**fields, "unknown": [1, {"x": None}], "": 1.5e300}),
    "null members": lambda fields: json.dumps({**fields, "memo": None, "amount": None, "login_id": None}),
    "huge unknown number": lambda fields: json.dumps({**fields, "x": 10 ** 400}),
    "nested": lambda fields: json.dumps({**fields, "x": [[[[[[[[[[]]]]]]]]]]}),
    "surrogate pair": lambda fields: json.dumps({**fields, "memo": "😀"}),
}


@pytest.mark.parametrize("write", LEGAL.values(), ids=LEGAL.keys())
def test_legal(client, place, user, template_id, write):
    text = write({"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    assert_success(client.call(protocol.SEND, text))


def test_empty_object_lacks_fields(client):
    assert_refused(client.call(protocol.SEND, "{}"), "INVALID_PARAMETER")


def test_fields_of_another_case_are_unknown(client, user, template_id):
    answer = client.send(Template_Id=template_id, user_id=user.user_id, out_biz_no="1")
    assert_refused(answer, "INVALID_PARAMETER", naming="template_id")


def test_fields_outside_biz_content_do_not_count(client, user, template_id):
    answer = client.call(protocol.SEND, {"template_id": template_id, "user_id": user.user_id}, out_biz_no="1")
    assert_refused(answer, "INVALID_PARAMETER", naming="out_biz_no")


def test_large_biz_content(client, user, template_id):
    """Below the body's limit of 1 MiB."""
    answer = client.call(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1",
                                         "unknown": "x" * 900_000})
    assert_success(answer)
