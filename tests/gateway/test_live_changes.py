# SPDX-License-Identifier: Apache-2.0
"""Commands while the server runs: the next call sees what they changed. The run's server is never restarted for it."""

import json

import pytest

from support import keys, protocol
from support.client import Client
from support.errors import assert_refused, assert_success
from support.place import App


@pytest.fixture
def fields(user, template_id):
    return {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}


def test_new_application(server, place, anyone):
    client = Client(server, place.create_app())
    template_id = place.create_template(client.app.pid)
    assert client.listed(template_id, anyone) == []


def test_application_that_was_asked_for_before_it_was_there(server, place, anyone):
    app = App(f"20990101{place.number():08}", place.new_pid(), keys.private_key())
    client = Client(server, app)
    assert_refused(client.list(template_id="x", user_id=anyone.user_id), "isv.invalid-app-id")
    place.run("app", "create", app_id=app.app_id, pid=app.pid, public_key=place.key_file(app.private_key))
    assert_refused(client.list(template_id="x", user_id=anyone.user_id), "PERMISSION_DENIED")


def test_disabled_and_enabled_application(server, place, anyone):
    client = Client(server, place.create_app())
    template_id = place.create_template(client.app.pid)
    look = {"template_id": template_id, "user_id": anyone.user_id}
    assert_success(client.list(**look))
    place.run("app", "disable", app_id=client.app.app_id)
    assert_refused(client.list(**look), "isv.insufficient-isv-permissions")
    place.run("app", "enable", app_id=client.app.app_id)
    assert_success(client.list(**look))


def test_permission(server, place, anyone):
    client = Client(server, place.create_app())
    assert_refused(client.wallet(user_id=anyone.user_id), "isv.insufficient-isv-permissions")
    place.run("app", "permit", app_id=client.app.app_id, permission=protocol.WALLET)
    assert_success(client.wallet(user_id=anyone.user_id))
    place.run("app", "permit", app_id=client.app.app_id, permission=protocol.WALLET, revoke=True)
    assert_refused(client.wallet(user_id=anyone.user_id), "isv.insufficient-isv-permissions")


def test_rotated_key(server, place, anyone):
    """From the old key over both to the new one, while calls come."""
    app = place.create_app(private_key=keys.private_key("old"))
    template_id = place.create_template(app.pid)
    client = Client(server, app)

    def verdict(key_name):
        parameters = client.parameters(protocol.LIST, {"template_id": template_id, "user_id": anyone.user_id})
        answer = client.send_pairs(client.pairs(parameters, signing_key=keys.private_key(key_name)))
        return answer.fields.get("sub_code", "Success")

    seen = [(verdict("old"), verdict("new"))]
    place.run("app", "rotate-key", app_id=app.app_id, public_key=place.key_file(keys.private_key("new")),
              keep_current=True)
    seen.append((verdict("old"), verdict("new")))
    place.run("app", "rotate-key", app_id=app.app_id, public_key=place.key_file(keys.private_key("new")))
    seen.append((verdict("old"), verdict("new")))
    assert seen == [("Success", "isv.invalid-signature"), ("Success", "Success"), ("isv.invalid-signature", "Success")]


def test_new_template(client, place, app, user):
    for number in range(5):
        template_id = place.create_template(app.pid)
        client.issue(template_id, user, str(number))


def test_activated_template(client, place, app, fields):
    fields["template_id"] = place.create_template(app.pid, draft=True)
    assert_refused(client.send(**fields), "TEMPLATE_STATUS_NOT_MATCH")
    place.run("template", "activate", template_id=fields["template_id"])
    assert_success(client.send(**fields))


def test_deleted_template(client, place, fields):
    assert_success(client.send(**fields))
    place.run("template", "delete", template_id=fields["template_id"])
    assert_refused(client.send(**{**fields, "out_biz_no": "2"}), "TEMPLATE_STATUS_NOT_MATCH")


def test_new_user(client, place, fields):
    fields["user_id"] = "2088123412341234"
    assert_refused(client.send(**fields), "USER_NOT_EXIST")
    place.run("user", "create", user_id=fields["user_id"])
    assert_success(client.send(**fields))


def test_frozen_and_active_user(client, place, fields):
    place.run("user", "freeze", user_id=fields["user_id"])
    assert_refused(client.send(**fields), "USER_STATUS_ERROR")
    place.run("user", "unfreeze", user_id=fields["user_id"])
    assert_success(client.send(**fields))


def test_imported_users(client, place, template_id):
    lines = "".join(json.dumps({"user_id": f"2088{place.number():012}", "login_id": f"1{place.number():010}"}) + "\n"
                    for _ in range(10))
    place.run("user", "import", "--file", "-", stdin=lines)
    for line in lines.splitlines():
        user = json.loads(line)
        answer = client.send(template_id=template_id, login_id=user["login_id"], out_biz_no=user["user_id"])
        assert assert_success(answer)["user_id"] == user["user_id"]


def test_new_shop(client, place, app, user, template_id):
    city_code = "330100"
    client.issue(template_id, user, "1")
    shop_id = f"2015{place.number():08}"
    place.run("shop", "create", pid=app.pid, shop_id=shop_id, city_code=city_code)
    answer = assert_success(client.wallet(user_id=user.user_id, need_shopinfo=True, city_code=city_code))
    assert answer["pass_info_list"][0]["shop_id_list"] == [shop_id]


def test_voucher_sent_by_command_is_the_same_business(client, place, fields):
    sent = place.json("voucher", "send", **fields)["voucher_id"]
    assert assert_success(client.send(**fields))["voucher_id"] == sent


def test_voucher_that_was_answered_is_listed_by_the_command(client, place, fields):
    voucher_id = assert_success(client.send(**fields))["voucher_id"]
    assert [voucher["voucher_id"] for voucher in place.vouchers(template_id=fields["template_id"])] == [voucher_id]
    assert place.template(fields["template_id"])["issued_count"] == 1
