# SPDX-License-Identifier: Apache-2.0
"""Signatures: types, key sizes, rotation, what a refusal shows and what it does not."""

import html
import json
import re

import pytest

from support import keys, protocol
from support.client import Client, as_body_post
from support.errors import assert_refused, assert_success
from support.place import EXCHANGE


def look_fields(template_id, user):
    return {"template_id": template_id, "user_id": user.user_id}


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("bits", [1024, 1536, 2048, 3072, 4096])
def test_key_size(server, place, anyone, bits, sign_type):
    app = place.create_app(private_key=keys.private_key("size", bits), sign_type=sign_type)
    template_id = place.create_template(app.pid)
    client = Client(server, app)
    assert_success(client.list(**look_fields(template_id, anyone)))
    client.issue(template_id, anyone, "1")


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_refusals_are_signed_with_the_type_asked_for(server, place, sign_type, charset):
    app = place.create_app(sign_type=sign_type)
    answer = Client(server, app, charset=charset).call(protocol.SEND, {})
    assert_refused(answer, "INVALID_PARAMETER")


@pytest.mark.parametrize("sign_type", ["RSA2", "RSA"])
def test_unverified_refusals_are_signed_with_the_type_asked_for(client, sign_type):
    parameters = client.parameters(protocol.SEND, {}, app_id="2014072399999999", sign_type=sign_type)
    assert_refused(client.send_pairs(client.pairs(parameters)), "isv.invalid-app-id")


@pytest.mark.parametrize("declared, used", [("RSA2", "RSA"), ("RSA", "RSA2")])
def test_type_that_was_not_used(server, place, any_template, anyone, declared, used):
    app = place.create_app(sign_type=declared)
    client = Client(server, app)
    pairs = client.pairs(client.parameters(protocol.LIST, look_fields(any_template, anyone), sign=""))
    pairs = [pair for pair in pairs if pair[0] != b"sign"]
    signature = keys.sign(app.private_key, used, protocol.string_to_sign(pairs))
    assert_refused(client.send_pairs([*pairs, (b"sign", signature)]), "isv.invalid-signature")


@pytest.mark.parametrize("configured, asked", [("RSA2", "RSA"), ("RSA", "RSA2")])
def test_type_without_key(server, place, any_template, anyone, configured, asked):
    client = Client(server, place.create_app(sign_type=configured))
    answer = client.call(protocol.LIST, look_fields(any_template, anyone), sign_type=asked)
    assert_refused(answer, "isv.missing-signature-config")


def test_key_of_another_application(server, place, any_template, anyone):
    client = Client(server, place.create_app(private_key=keys.private_key("other")))
    parameters = client.parameters(protocol.LIST, look_fields(any_template, anyone))
    pairs = client.pairs(parameters, signing_key=keys.private_key())
    assert_refused(client.send_pairs(pairs), "isv.invalid-signature")


@pytest.mark.parametrize("name", ["app_id", "method", "format", "charset", "timestamp", "version", "biz_content"])
def test_every_parameter_is_signed(client, any_template, anyone, name):
    pairs = client.pairs(client.parameters(protocol.LIST, look_fields(any_template, anyone), extra="1"))
    signature = dict(pairs)[b"sign"]
    unsigned = [pair for pair in pairs if pair[0] not in (b"sign", name.encode())]
    wrong = keys.sign(client.app.private_key, "RSA2", protocol.string_to_sign(unsigned))
    assert wrong != signature
    replaced = [pair if pair[0] != b"sign" else (b"sign", wrong) for pair in pairs]
    assert_refused(client.send_pairs(replaced), "isv.invalid-signature")


def test_sign_type_is_signed(client, any_template, anyone):
    """Unlike in notifications."""
    pairs = client.pairs(client.parameters(protocol.LIST, look_fields(any_template, anyone)))
    unsigned = [pair for pair in pairs if pair[0] not in (b"sign", b"sign_type")]
    wrong = keys.sign(client.app.private_key, "RSA2", protocol.string_to_sign(unsigned))
    replaced = [pair if pair[0] != b"sign" else (b"sign", wrong) for pair in pairs]
    assert_refused(client.send_pairs(replaced), "isv.invalid-signature")


@pytest.mark.parametrize("spoil", [
    lambda sign: sign[:-8], lambda sign: sign + b"AAAA", lambda sign: b"A" * len(sign), lambda sign: sign[4:],
    lambda sign: sign.swapcase(), lambda sign: b"!" + sign, lambda sign: b"=" * len(sign),
], ids=["cut", "longer", "other", "later", "swapped", "mark", "padding"])
def test_spoilt_signature(client, any_template, anyone, spoil):
    pairs = client.pairs(client.parameters(protocol.LIST, look_fields(any_template, anyone)))
    spoilt = [pair if pair[0] != b"sign" else (b"sign", spoil(pair[1])) for pair in pairs]
    assert_refused(client.send_pairs(spoilt), "isv.invalid-signature")


def test_empty_values_are_not_signed(client, any_template, anyone):
    answer = client.call(protocol.LIST, look_fields(any_template, anyone), notify_url="", zzz="")
    assert_success(answer)


# What isv.invalid-signature shows

SHOWN = [
    {},
    {"extra": "a&b<c>d\"e'f"},
    {"extra": "&amp;"},
    {"extra": "券 %20+"},
    {"extra": ""},
    {"zzz": "last", "AAA": "first"},
    {"extra": "line\nbreak\ttab\\"},
]


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
@pytest.mark.parametrize("extra", SHOWN, ids=json.dumps)
def test_invalid_signature_shows_the_string_to_sign(server, app, charset, extra):
    client = Client(server, app, charset=charset, transport=as_body_post)
    parameters = client.parameters(protocol.SEND, {"memo": "优酷 & \"3个月\" <兑换券>"}, **extra, sign="AAAA")
    pairs = client.pairs(parameters)
    answer = assert_refused(client.send_pairs(pairs), "isv.invalid-signature")
    expected = protocol.string_to_sign(pairs).decode("gbk" if charset == "gbk" else "utf-8")
    shown = answer["sub_msg"][answer["sub_msg"].index(re.search("[A-Za-z_]+=", answer["sub_msg"])[0]):]
    assert html.unescape(shown) == expected
    assert not re.search(r"&(?!amp;|lt;|gt;|quot;|#39;|#x27;)|[<>]", shown), shown


def test_long_string_to_sign_is_shown_whole(client):
    parameters = client.parameters(protocol.SEND, {"memo": "券" * 20000}, sign="AAAA")
    pairs = client.pairs(parameters)
    answer = assert_refused(client.send_pairs(pairs), "isv.invalid-signature")
    assert html.unescape(answer["sub_msg"]).endswith(protocol.string_to_sign(pairs).decode("utf-8"))


# Nothing about an application before its signature is verified

@pytest.fixture(scope="module")
def secret_app(place):
    """Disabled, without permissions."""
    app = place.create_app()
    place.run("app", "disable", app_id=app.app_id)
    return app


@pytest.mark.parametrize("biz_content", [{}, "[]", "{", {"template_id": "unknown", "user_id": "1", "out_biz_no": "1"}],
                         ids=["fields", "json", "cut", "business"])
@pytest.mark.parametrize("method", protocol.CATALOGUE)
def test_unverified_caller_learns_nothing(server, secret_app, any_template, method, biz_content):
    """The refusal is the same as for any other application: only its own parameters are in it."""
    client = Client(server, secret_app)
    parameters = client.parameters(method, biz_content, app_auth_token="unknown", sign="AAAA")
    answer = client.send_pairs(client.pairs(parameters))
    assert_refused(answer, "isv.invalid-signature")
    assert secret_app.pid not in answer.text


def test_disabled_application(server, secret_app, any_template, anyone):
    answer = Client(server, secret_app).list(**look_fields(any_template, anyone))
    assert_refused(answer, "isv.insufficient-isv-permissions")


# Rotation

def rotated(place, sign_type="RSA2", **flags):
    app = place.create_app(private_key=keys.private_key("old"), sign_type=sign_type)
    place.run("app", "rotate-key", app_id=app.app_id, public_key=place.key_file(keys.private_key("new")), **flags)
    return app


def outcome_with(server, app, key_name, template_id, user, sign_type=None):
    client = Client(server, app)
    parameters = client.parameters(protocol.LIST, look_fields(template_id, user), sign_type=sign_type or app.sign_type)
    return client.send_pairs(client.pairs(parameters, signing_key=keys.private_key(key_name)))


def test_phased_in_key_and_current_one_verify(server, place, anyone):
    app = rotated(place, keep_current=True)
    template_id = place.create_template(app.pid)
    for key_name in ("old", "new"):
        assert_success(outcome_with(server, app, key_name, template_id, anyone))
    assert_refused(outcome_with(server, app, "other", template_id, anyone), "isv.invalid-signature")


def test_replaced_key_no_longer_verifies(server, place, anyone):
    app = rotated(place)
    template_id = place.create_template(app.pid)
    assert_success(outcome_with(server, app, "new", template_id, anyone))
    assert_refused(outcome_with(server, app, "old", template_id, anyone), "isv.invalid-signature")


def test_key_of_a_second_sign_type(server, place, anyone):
    app = rotated(place, sign_type="RSA2")
    place.run("app", "rotate-key", app_id=app.app_id, sign_type="RSA",
              public_key=place.key_file(keys.private_key("sha1")))
    template_id = place.create_template(app.pid)
    assert_success(outcome_with(server, app, "new", template_id, anyone))
    assert_success(outcome_with(server, app, "sha1", template_id, anyone, sign_type="RSA"))
    assert_refused(outcome_with(server, app, "sha1", template_id, anyone), "isv.invalid-signature")


WALLET_OF = {"group_type": "voucher", "time_status": "CURRENT", "page_size": 10, "page_num": 1}


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_no_answer_is_a_notification(server, app, place, user, charset):
    """Whoever chooses a text that comes back in a signed answer could choose a notification."""
    name = "券&app_id=1&x="
    template_id = place.create_template(app.pid, EXCHANGE, name=name)
    client = Client(server, app, charset=charset)
    client.issue(template_id, user, "1")
    answer = assert_success(client.call(protocol.WALLET, WALLET_OF | {"user_id": user.user_id}))
    assert [item["logo_text"] for item in answer["pass_info_list"]] == [name]
    assert b"\\u0026app_id=1\\u0026x=" in answer.raw and b"&" not in answer.raw
