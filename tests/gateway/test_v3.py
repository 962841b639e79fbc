# SPDX-License-Identifier: Apache-2.0
"""The newer protocol, OpenAPI v3: every method of the catalogue by it, and what both protocols share."""

import json

import pytest

from support import http, protocol, templates
from support.client import Client
from support.errors import assert_success
from support.place import EXCHANGE
from support.v3 import Answer, V3Client, assert_refused, path_of

from successes import LATER, SUCCESSES, World


@pytest.fixture(scope="module")
def v3(server, app):
    return V3Client(server, app)


@pytest.fixture(scope="module")
def world(place, app, server):
    return World(place, app, server, V3Client(server, app))


@pytest.mark.parametrize("method", sorted(SUCCESSES))
def test_every_method_succeeds(world, method):
    SUCCESSES[method](world)


# What both protocols share

def test_success_is_the_bare_answer(v3, client, template_id, user):
    answer = v3.exchange(protocol.SEND, {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    assert answer.status == 200
    assert list(answer.fields) == ["voucher_id", "user_id"]
    by_gateway = assert_success(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="1"))
    assert by_gateway["voucher_id"] == answer["voucher_id"]


def test_business_that_the_gateway_has_done_is_done(v3, client, template_id, user):
    voucher_id = client.issue(template_id, user)
    assert v3.issue(template_id, user) == voucher_id
    assert v3.issue(template_id, user) == voucher_id
    assert client.issue(template_id, user) == voucher_id


def test_repeats_on_one_connection_differ_in_their_stamp_only(v3, template_id, user):
    with v3.server.connect() as connection:
        answers = []
        for _ in range(3):
            request = v3.request(protocol.SEND, {"template_id": template_id, "user_id": user.user_id,
                                                 "out_biz_no": "1"})
            answers.append(Answer(connection.exchange(request), v3.server.public_key))
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.nonce for answer in answers}) == 3


def test_lists_of_both_protocols_are_the_same_on_one_connection(server, v3, client, template_id, user):
    """What a worker remembers of one is used for the other, each in its form."""
    client.issue(template_id, user)
    fields = {"template_id": template_id, "user_id": user.user_id}
    with server.connect() as connection:
        for _ in range(3):
            old = client.believe(connection.exchange(Client.request(client, protocol.LIST, fields)))
            new = Answer(connection.exchange(v3.request(protocol.LIST, fields)), server.public_key)
            assert {"code": "10000", "msg": "Success", **new.fields} == old.fields


def test_empty_answers_are_an_empty_object(v3, user, template_id):
    answer = v3.exchange(protocol.LIST, {"template_id": template_id, "user_id": user.user_id})
    assert answer.fields == {"vouchers": []}


def test_no_answer_is_a_notification(v3, place, app, user):
    name = "券&app_id=1&x="
    template_id = place.create_template(app.pid, EXCHANGE, name=name)
    v3.issue(template_id, user)
    answer = v3.exchange(protocol.WALLET, {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT",
                                           "page_size": 10, "page_num": 1})
    assert [item["logo_text"] for item in answer["pass_info_list"]] == [name]
    assert b"\\u0026app_id=1\\u0026x=" in answer.body


# How requests travel

def test_get_with_encoded_values(v3, place, app, user):
    template_id = place.create_template(app.pid, EXCHANGE, name="优酷 3+1个月/券&卡")
    voucher_id = v3.issue(template_id, user)
    answer = v3.exchange(protocol.WALLET, {"user_id": user.user_id, "group_type": "voucher",
                                           "time_status": "CURRENT", "page_size": 10, "page_num": 1,
                                           "memo": "中文 a+b&c=d/?"}, http_method="GET")
    assert [item["pass_id"] for item in answer["pass_info_list"]] == [voucher_id]


def test_get_with_every_method_that_only_reads(v3, place, app, user):
    template_id = place.create_template(app.pid)
    voucher_id = v3.issue(template_id, user)
    for method, fields in (
            (protocol.LIST, {"template_id": template_id, "user_id": user.user_id}),
            (protocol.QUERY, {"voucher_id": voucher_id}),
            (templates.DETAIL, {"template_id": template_id}),
            (templates.PAGE, {"create_start_time": "2020-01-01 00:00:00", "create_end_time": LATER, "page_num": 1,
                              "page_size": 1}),
            (protocol.WALLET, {"user_id": user.user_id, "group_type": "voucher", "time_status": "CURRENT",
                               "page_size": 10, "page_num": 1})):
        by_get = v3.exchange(method, fields, http_method="GET")
        by_post = v3.exchange(method, fields)
        assert (by_get.status, by_get.fields) == (200, by_post.fields)


def test_a_query_is_signed_with_a_post(v3, template_id, user):
    target = path_of(protocol.LIST) + "?a=1%20&b="
    assert v3.exchange(protocol.LIST, {"template_id": template_id, "user_id": user.user_id},
                       target=target).status == 200


def test_a_form_has_its_json_in_data(v3, template_id, user):
    body = json.dumps({"template_id": template_id, "user_id": user.user_id, "out_biz_no": "form"}).encode()
    content = protocol.multipart_encode([(b"data", body)], [(b"file_content", b"a.jpg", b"\x00\x01\xff")])
    answer = v3.exchange(protocol.SEND, body=body, content=content,
                         content_type=b"multipart/form-data; boundary=" + protocol.MULTIPART_BOUNDARY)
    assert answer.status == 200, answer
    assert v3.issue(template_id, user, "form") == answer["voucher_id"]


@pytest.mark.parametrize("content_type", [b"application/json", b"application/json;charset=UTF-8",
                                          b'APPLICATION/JSON; charset="utf-8"'])
def test_content_types(v3, template_id, user, content_type):
    assert v3.exchange(protocol.LIST, {"template_id": template_id, "user_id": user.user_id},
                       content_type=content_type).status == 200


def test_absolute_targets_are_signed_by_their_path(v3, template_id, user):
    request = v3.request(protocol.LIST, {"template_id": template_id, "user_id": user.user_id})
    path = path_of(protocol.LIST).encode()
    absolute = request.replace(b"POST " + path, b"POST http://kaquan.example" + path, 1)
    assert v3.send_bytes(absolute).status == 200


def test_more_items_are_signed_and_mean_nothing(v3, template_id, user):
    answer = v3.exchange(protocol.LIST, {"template_id": template_id, "user_id": user.user_id},
                         expired_seconds=600, terminal="a=b")
    assert answer.status == 200


# For merchants

def test_a_token_acts_for_the_merchant(v3, place, server, user):
    merchant_pid = place.new_pid()
    template_id = place.create_template(merchant_pid)
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    assert_refused(v3.exchange(protocol.SEND, fields), "TEMPLATE_NOT_EXIST")
    token = place.grant(v3.app, merchant_pid)
    assert v3.exchange(protocol.SEND, fields, token=token).status == 200
    only_list = place.grant(v3.app, place.new_pid(), permission=protocol.LIST)
    assert_refused(v3.exchange(protocol.SEND, fields, token=only_list), "invalid-app-auth-token-no-api")
    assert_refused(v3.exchange(protocol.SEND, fields, token="202309BBunknown"), "invalid-app-auth-token")


def test_a_token_is_signed(v3, place, user):
    """Its header alone, or another one than was signed, does nothing."""
    merchant_pid = place.new_pid()
    fields = {"template_id": place.create_template(merchant_pid), "user_id": user.user_id, "out_biz_no": "1"}
    token = place.grant(v3.app, merchant_pid)
    added = v3.request(protocol.SEND, fields, headers=[(b"alipay-app-auth-token", token.encode())])
    assert_refused(v3.send_bytes(added), "invalid-signature")
    signed = v3.request(protocol.SEND, fields, token=token)
    dropped = signed.replace(b"alipay-app-auth-token: " + token.encode() + b"\r\n", b"", 1)
    assert_refused(v3.send_bytes(dropped), "invalid-signature")
    assert v3.send_bytes(signed).status == 200


def test_refusals_show_what_their_method_shows(v3):
    answer = v3.exchange(protocol.PASS_UPDATE, {"serial_number": "unknown", "channel_id": v3.app.pid,
                                                "status": "USED"})
    assert_refused(answer, "KP.AE_ALIPASS_NOTEXIST", beside=["success", "result"])
    assert answer["success"] is False


def test_other_paths_are_http_404(server):
    for path in (b"/v3", b"/v2/alipay/marketing/voucher/send"):
        assert server.exchange(http.post(path, b"{}")).status == 404


def test_the_access_log_names_the_protocol(serve, own_place, tmp_path):
    path = tmp_path / "access.log"
    app = own_place.create_app()
    server = serve(own_place, access_log=path)
    V3Client(server, app).exchange(protocol.SEND, {"template_id": "unknown", "user_id": "2088000000000001",
                                                   "out_biz_no": "1"})
    server.stop()
    line = json.loads(path.read_text().splitlines()[-1])
    assert (line["method"], line["app_id"], line["sub_code"]) == (protocol.SEND, app.app_id, "TEMPLATE_NOT_EXIST")
    assert line["v3_status"] == 400
