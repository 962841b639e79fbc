# SPDX-License-Identifier: Apache-2.0
"""alipay.pass.template.add and .update."""

import re

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_refused
from support.passes import (PLACEHOLDERS, add_pass, add_template, assert_pass_refused, compact, content, new_template,
                            result_of, update_template, values)

PARAMETER = "KP.AE_ALIPASS_PARAMS_VALUE_INVAILD"
UNKNOWN_TPL_ID = "2020012014534017917956080"


# add

def test_add(client, place):
    result = result_of(add_template(client, place.new_key(), content()))
    assert set(result) == {"tpl_id", "tpl_params"}
    assert re.fullmatch(r"[0-9]{8}00073003[0-9A-Z]{12}", result["tpl_id"])
    assert result["tpl_params"] == PLACEHOLDERS


def test_add_as_the_platform_has_it(client, place):
    """All members of the platform's own example, one that has no placeholders."""
    result = result_of(add_template(client, place.new_key(), content(
        "boardingPass", title="test", product="air", startDate="2020-01-20 13:45:56", endDate="2020-01-25 13:45:56",
        operation=[{"message": {"img": "http://example.com/i1", "target": ""}, "format": "img",
                    "messageEncoding": "utf-8", "altText": ""}],
        einfo={"logoText": "test", "headFields": [{"key": "test", "label": "测试", "value": "", "type": "text"}],
               "primaryFields": [{"key": "from", "label": "测试", "value": "", "type": "text"},
                                 {"key": "to", "label": "测试", "value": "", "type": "text"}],
               "secondaryFields": [{"key": "fltNo", "label": "航班号", "value": "CA123", "type": "text"}],
               "auxiliaryFields": [], "backFields": []},
        platform={"channelID": "2088201564809153", "webServiceUrl": "https://example.com/sync?id=1"},
        file_info={"formatVersion": "2", "canShare": True, "canBuy": False, "canPresent": True,
                   "serialNumber": f"static-{place.number()}", "supportTaxi": "true"})))
    assert result["tpl_params"] == []


def test_add_again(client, place):
    unique_id = place.new_key()
    first = add_template(client, unique_id, content())
    again = add_template(client, unique_id, content())
    assert result_of(again) == result_of(first)


def test_add_again_with_another_content(client, place):
    unique_id = place.new_key()
    result_of(add_template(client, unique_id, content()))
    assert_pass_refused(add_template(client, unique_id, content(title="别的")), PARAMETER, naming="unique_id")


def test_add_again_after_an_update(client, place):
    """A repeated add is compared with what was added."""
    unique_id = place.new_key()
    first = result_of(add_template(client, unique_id, content()))
    result_of(update_template(client, first["tpl_id"], content(title="新的")))
    assert result_of(add_template(client, unique_id, content())) == first
    assert_pass_refused(add_template(client, unique_id, content(title="新的")), PARAMETER, naming="unique_id")


def test_unique_id_is_each_merchants_own(client, server, place):
    unique_id = place.new_key()
    other = Client(server, place.create_app())
    ids = {result_of(add_template(client, unique_id, content()))["tpl_id"],
           result_of(add_template(other, unique_id, content()))["tpl_id"]}
    assert len(ids) == 2


def test_gbk(server, app, place):
    client = Client(server, app, charset="gbk")
    assert result_of(add_template(client, place.new_key(), content(title="优酷$a_1$")))["tpl_params"][0] == "a_1"
    assert_pass_refused(add_template(client, place.new_key(), "{}"), PARAMETER, naming="type")


def test_adding_for_another(server, place, anyone):
    """Templates are the merchant's that the grant names."""
    agent, owner = place.create_app(permission=protocol.PASS_ADD), place.create_app(permission=protocol.PASS_ADD)
    token = place.grant(agent, owner.pid)
    answer = Client(server, agent).call(protocol.PASS_TEMPLATE_ADD, {"unique_id": "1", "tpl_content": compact(content())},
                                        app_auth_token=token)
    tpl_id = result_of(answer)["tpl_id"]
    result_of(add_pass(Client(server, owner), tpl_id, anyone, values()))
    assert_pass_refused(add_pass(Client(server, agent), tpl_id, anyone, values()), "KP.AE_ALIPASS_TEMPLATE_NOTEXIST")


@pytest.mark.parametrize("title, names", [
    ("$a$和$b$，$a$", ["a", "b"]), ("$a$b$c$", ["a", "c"]), ("$$a$", ["a"]), ("$a", []), ("a$", []), ("$$", []), ("$a b$", []),
    ("$名$", []), ("$5 to $10", []), ("$" + "n" * 64 + "$", ["n" * 64]), ("$" + "n" * 65 + "$", []),
])
def test_placeholders(client, place, title, names):
    result = result_of(add_template(client, place.new_key(), {"content": {"evoucherInfo": {"type": "card", "title": title}}}))
    assert result["tpl_params"] == names


def test_placeholders_anywhere(client, place):
    """In the strings of lists and objects, however deep, but not in the names of members."""
    nested = {"content": {"evoucherInfo": {"type": "cert"}}, "$a$": {"b": ["$b$", {"c": "$c$"}, 1, None]}, "d": "$d$"}
    assert result_of(add_template(client, place.new_key(), nested))["tpl_params"] == ["b", "c", "d"]


@pytest.mark.parametrize("tpl_content, naming", [
    ("{", "tpl_content"), ("[]", "tpl_content"), ('"text"', "tpl_content"), ('{"a":1,"a":1}', "tpl_content"),
    ("{}", "content.evoucherInfo.type"),
    ({"content": []}, "content"),
    ({"content": {"evoucherInfo": {"type": ""}}}, "content.evoucherInfo.type"),
    (content(None), "content.evoucherInfo.type"),
    (content(1), "type"),
    (content("lottery"), "lottery"),
    (content(title=5), "title"),
    (content(title="字" * 101), "title"),
    (content(title="a\nb"), "title"),
    (content(goodsId="1" * 101), "goodsId"),
    (content(product="1" * 101), "product"),
    (content(einfo={"logoText": "字" * 101}), "logoText"),
    (content(einfo={"secondLogoText": "字" * 101}), "secondLogoText"),
    (content(einfo={"primaryFields": "a"}), "primaryFields"),
    (content(einfo=["text"]), "einfo"),
    (content(merchant={"mname": "字" * 101}), "mname"),
    (content(platform={"channelID": "1" * 1000}), "channelID"),
    (content(file_info={"serialNumber": "1" * 1000}), "serialNumber"),
    (content(startDate="2020-01-20"), "startDate"),
    (content(endDate="2020-02-30 00:00:00"), "endDate"),
    (content(startDate="2020-01-20 13:45:56", endDate="2020-01-20 13:45:56"), "endDate"),
    (content(title="$a$" + "字" * 2000), "title"),
    ({"content": {"evoucherInfo": {"type": "card"}}, "x": "".join(f"$n{number}$" for number in range(101))}, "100"),
    ("[" * 65 + "]" * 65, "tpl_content"),
    ({"content": {"evoucherInfo": {"type": "card"}}, "x": "字" * 100000}, "tpl_content"),
], ids=lambda value: value[:20] if isinstance(value, str) else "")
def test_content_refused(client, place, tpl_content, naming):
    assert_pass_refused(add_template(client, place.new_key(), tpl_content), PARAMETER, naming=naming)


@pytest.mark.parametrize("fields, naming", [
    ({"unique_id": ""}, "unique_id"), ({"unique_id": "u" * 1000}, "unique_id"), ({"unique_id": None}, "unique_id"),
    ({"tpl_content": ""}, "tpl_content"), ({"tpl_content": {}}, "tpl_content"),
])
def test_fields_of_add(client, fields, naming):
    given = {"unique_id": "1", "tpl_content": compact(content()), **fields}
    assert_pass_refused(client.call(protocol.PASS_TEMPLATE_ADD, given), PARAMETER, naming=naming)


def test_as_many_placeholders_as_may_be(client, place):
    names = [f"n{number}" for number in range(100)]
    many = {"content": {"evoucherInfo": {"type": "card"}}, "x": "".join(f"${name}$" for name in names)}
    assert result_of(add_template(client, place.new_key(), many))["tpl_params"] == names


# update

def test_update(client):
    tpl_id = new_template(client)
    changed = content(title="新的$name$")
    assert result_of(update_template(client, tpl_id, changed)) == {
        "tpl_id": tpl_id, "tpl_params": ["name", *PLACEHOLDERS[1:]]}


def test_update_changes_what_is_made_from_now_on(client, user):
    tpl_id = new_template(client)
    result_of(add_pass(client, tpl_id, user, values("1-" + tpl_id)))
    result_of(update_template(client, tpl_id, content(einfo={"logoText": "新模板"})))
    result_of(add_pass(client, tpl_id, user, values("2-" + tpl_id)))
    assert [entry["logo_text"] for entry in client.shown(user)] == ["新模板", "30元下午茶"]


def test_update_again_is_no_change(client):
    tpl_id = new_template(client)
    first = result_of(update_template(client, tpl_id, content("card")))
    assert result_of(update_template(client, tpl_id, content("card"))) == first


def test_update_of_an_unknown_template(client):
    assert_pass_refused(update_template(client, UNKNOWN_TPL_ID, content()), "KP.AE_ALIPASS_TEMPLATE_NOTEXIST")


def test_update_of_another_merchants_template(client, server, place):
    other = Client(server, place.create_app())
    assert_pass_refused(update_template(other, new_template(client), content()), "KP.AE_ALIPASS_TEMPLATE_NOTEXIST")


def test_update_with_a_bad_content_changes_nothing(client, user):
    tpl_id = new_template(client)
    assert_pass_refused(update_template(client, tpl_id, content("lottery")), PARAMETER, naming="lottery")
    result_of(add_pass(client, tpl_id, user, values(tpl_id)))
    assert client.shown(user)[0]["logo_text"] == "30元下午茶"


def test_fields_of_update(client):
    assert_pass_refused(update_template(client, "", content()), PARAMETER, naming="tpl_id")
    assert_pass_refused(update_template(client, "t" * 1000, content()), PARAMETER, naming="tpl_id")


def test_gateway_errors_have_no_members_beside_the_codes(client):
    assert_refused(client.call(protocol.PASS_TEMPLATE_ADD, "["), "isv.illegal-json")
