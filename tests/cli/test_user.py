# SPDX-License-Identifier: Apache-2.0
"""kaquan user: one at a time."""

import json

from support import binary

from command import UNKNOWN_USER, refused, refused_as_json


def new_id(place):
    return f"2088{place.number():012}"


def test_create_show_and_list(place):
    user_id = new_id(place)
    done = place.run("user", "create", user_id=user_id, login_id=["b@example.com", "13900000000"],
                     taobao_nick="昵称 x")
    assert done == f"user {user_id} created\n"
    shown = place.json("user", "show", user_id=user_id)
    assert sorted(shown.pop("login_ids")) == ["13900000000", "b@example.com"]
    assert shown == {"user_id": user_id, "state": "active", "taobao_nick": "昵称 x", "created": shown["created"]}
    for flags in ({"login_id": "b@example.com"}, {"login_id": "13900000000"}, {"taobao_nick": "昵称 x"}):
        assert place.json("user", "show", **flags)["user_id"] == user_id
    assert user_id in [entry["user_id"] for entry in place.json("user", "list")]
    assert user_id in place.run("user", "list")


def test_create_again(place):
    user_id = new_id(place)
    flags = {"user_id": user_id, "login_id": [user_id + "a", user_id + "b"]}
    assert place.json("user", "create", **flags) == {"user_id": user_id, "created": True}
    flags["login_id"].reverse()
    assert place.json("user", "create", **flags) == {"user_id": user_id, "created": False}
    assert "nothing was changed" in place.run("user", "create", **flags)
    refused_as_json(binary.run("user", "create", "--json", data=place.data, user_id=user_id), 1, "CONFLICT")


def test_login_and_nick_belong_to_one_user(place, user):
    other = new_id(place)
    for flags in ({"login_id": user.login_id}, {"taobao_nick": user.taobao_nick}):
        refused(binary.run("user", "create", data=place.data, user_id=other, **flags), 1, user.user_id)
    refused(binary.run("user", "show", data=place.data, user_id=other), 1, "there is no user " + other)


def test_freeze_and_unfreeze(place):
    user_id = new_id(place)
    place.run("user", "create", user_id=user_id, state="frozen")
    assert place.json("user", "show", user_id=user_id)["state"] == "frozen"
    assert place.json("user", "freeze", user_id=user_id) == {"user_id": user_id, "changed": False}
    assert place.json("user", "unfreeze", user_id=user_id) == {"user_id": user_id, "changed": True}
    assert place.run("user", "freeze", user_id=user_id) == f"user {user_id} frozen\n"
    assert place.json("user", "show", user_id=user_id)["state"] == "frozen"


def test_refusals(place):
    run = {"data": place.data}
    refused(binary.run("user", "create", **run, user_id="2088"), 1, "user id is not 16 digits that begin with 2088")
    refused(binary.run("user", "create", **run, user_id=new_id(place), state="odd"), 1, "active or frozen")
    refused(binary.run("user", "create", **run, user_id=new_id(place), login_id="x" * 129), 1, "login id")
    refused(binary.run("user", "freeze", **run, user_id=UNKNOWN_USER), 1, UNKNOWN_USER)
    refused(binary.run("user", "show", **run), 2, "name the user by one of")
    refused(binary.run("user", "show", **run, user_id="1", login_id="2"), 2, "name the user by one of")


def test_list_of_none(own_place):
    [headings] = own_place.run("user", "list", table=True).splitlines()
    assert headings.startswith("user_id")
    assert own_place.json("user", "list") == []


def test_list_longer_than_a_page(own_place):
    """All of them, each once, in the order of their ids."""
    ids = [f"2088{number:012}" for number in range(1203)]
    lines = "".join(json.dumps({"user_id": user_id}) + "\n" for user_id in reversed(ids))
    own_place.run("user", "import", file="-", stdin=lines)
    assert [entry["user_id"] for entry in own_place.json("user", "list")] == ids
    table = own_place.run("user", "list", table=True).splitlines()
    assert table[0].split() == ["user_id", "state", "login_ids", "taobao_nick", "created"]
    assert [line.split()[0] for line in table[1:]] == ids
