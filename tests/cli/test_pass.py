# SPDX-License-Identifier: Apache-2.0
"""kaquan pass: what a wallet holds besides vouchers."""

import json
import re

import pytest
from support import binary

from command import UNKNOWN_USER, refused, refused_as_json, run_bytes

PID = "2088101122136241"


def wallet(place, user, **flags):
    return place.json("pass", "list", user_id=user.user_id, **flags)


def test_create_with_everything(place, user):
    texts = {"merchant_name": "商家名称", "logo_text": "30份吮指鸡块", "second_logo_text": "第二行",
             "item_id": "20171115011040030100030000009952", "start": "2020-01-01 00:00:00",
             "end": "2099-01-01 00:00:00", "created": "2020-01-02 03:04:05", "data_info": '{"logoText":"2元"}', "ext_info": '{"a":1.10}'}
    done = place.json("pass", "create", user_id=user.user_id, group="ticket", pid=PID, pass_id="7000790003",
                      shop_id=["s1", "s2"], status="used", **texts)
    assert done == {"pass_id": "7000790003", "created": True}
    [entry] = wallet(place, user)
    assert entry == {"pass_id": "7000790003", "user_id": user.user_id, "pid": PID, "group": "ticket", "status": "used",
                     **texts}


def test_create_with_little(place, user):
    done = place.json("pass", "create", user_id=user.user_id, group="card")
    other = place.json("pass", "create", user_id=user.user_id, group="card")
    assert done["created"] and other["created"] and done["pass_id"] != other["pass_id"]
    assert {entry["pass_id"] for entry in wallet(place, user)} == {done["pass_id"], other["pass_id"]}
    assert {entry["status"] for entry in wallet(place, user)} == {"can_use"}


def test_create_again(place, user):
    flags = {"user_id": user.user_id, "group": "card", "pass_id": f"again-{user.user_id}", "logo_text": "会员卡"}
    assert place.json("pass", "create", **flags)["created"]
    assert not place.json("pass", "create", **flags)["created"]
    flags["logo_text"] = "other"
    refused_as_json(binary.run("pass", "create", "--json", data=place.data, **flags), 1, "CONFLICT")


def test_list_by_group_and_merchant(place, user):
    for group in ("card", "voucher", "ticket", "cert"):
        place.run("pass", "create", user_id=user.user_id, group=group, pid=PID if group == "cert" else None)
    assert [entry["group"] for entry in wallet(place, user)] == ["card", "voucher", "ticket", "cert"]
    assert [entry["group"] for entry in wallet(place, user, group="voucher")] == ["voucher"]
    assert [entry["group"] for entry in wallet(place, user, pid=PID)] == ["cert"]


def test_list_shows_vouchers_too(place, app, user):
    template_id = place.create_template(app.pid)
    flags = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"}
    voucher_id = place.json("voucher", "send", **flags)["voucher_id"]
    [entry] = wallet(place, user)
    assert (entry["pass_id"], entry["group"], entry["logo_text"]) == (voucher_id, "voucher", "10元代金券")


def test_long_list(own_place):
    """Pages of the wallet do not show in the list: each pass once, one line of headings."""
    user = own_place.create_user()
    rows = "".join(json.dumps({"user_id": user.user_id, "group": group, "pass_id": f"{group}-{number}"}) + "\n"
                   for group in ("card", "cert") for number in range(730))
    own_place.run("pass", "import", file="-", stdin=rows)
    listed = [entry["pass_id"] for entry in wallet(own_place, user)]
    assert len(listed) == len(set(listed)) == 1460
    table = own_place.run("pass", "list", "--table", user_id=user.user_id).splitlines()
    assert len(table) == 1461 and table[0].split()[0] == "pass_id"


@pytest.mark.parametrize("command, flags", [("create", {}), ("import", {})])
def test_file(own_place, command, flags):
    user = own_place.create_user()
    rows = ("pass_id,user_id,group,shop_id,logo_text,shop_id,end\n"
            f"p1,{user.user_id},card,s1,会员卡,s2,2099-01-01 00:00:00\n"
            f"p2,{UNKNOWN_USER},card,,,,\n"
            f",{user.user_id},cart,,,,\n"
            f"p4,{user.user_id},card,,,,tomorrow\n")
    def run():
        done = run_bytes("pass", command, "--json", data=own_place.data, file="-", stdin=rows.encode(), **flags)
        counts = json.loads(done.stdout)
        return counts["created"], counts["unchanged"], [(error["line"], error["message"]) for error in counts["errors"]]
    errors = [(3, f"there is no user {UNKNOWN_USER}"), (4, "group is card, voucher, ticket or cert"),
              (5, "end: not a time as yyyy-MM-dd HH:mm:ss")]
    assert run() == (1, 0, errors)
    assert run() == (0, 1, errors)
    assert [entry["pass_id"] for entry in wallet(own_place, user)] == ["p1"]


@pytest.mark.parametrize("words", [["create"], ["create", "-"], ["create", "--format", "json"], ["import"], ["import", "-"],
                                   ["import", "--file", "-"]], ids=" ".join)
def test_file_from_standard_input(own_place, words):
    user = own_place.create_user()
    run = {"data": own_place.data, "stdin": json.dumps({"user_id": user.user_id, "group": "cert"}).encode(),
           "environment": {"KAQUAN_PID": PID}}
    assert json.loads(run_bytes("pass", *words, "--json", **run).stdout)["created"] == 1
    assert len(wallet(own_place, user)) == 1


def test_rows_without_an_id(own_place):
    """Ids are made of what the rows say, whatever their format: the same rows again change nothing."""
    user = own_place.create_user()
    rows = [{"user_id": user.user_id, "group": "card", "logo_text": "会员卡", "shop_id": ["s1", "s2"]},
            {"user_id": user.user_id, "group": "card", "second_logo_text": "会员卡"},
            {"user_id": user.user_id, "group": "cert", "pass_id": "", "end": "2099-01-01 00:00:00"},
            {"user_id": user.user_id, "group": "cert", "pass_id": None, "start": "2099-01-01 00:00:00"},
            {"user_id": user.user_id, "group": "cert", "data_info": "{}", "status": "can_use"}]
    lines = "".join(json.dumps(row) + "\n" for row in rows)

    def counts(text):
        done = own_place.json("pass", "import", stdin=text)
        return done["created"], done["unchanged"], done["refused"]
    assert counts(lines) == (5, 0, 0)
    listed = wallet(own_place, user)
    assert len({entry["pass_id"] for entry in listed}) == 5
    assert all(re.fullmatch("[0-9a-f]{32}", entry["pass_id"]) for entry in listed)
    assert counts(lines + lines) == (0, 10, 0)
    assert counts("user_id,logo_text,group,shop_id,shop_id,status\n"
                  f"{user.user_id},会员卡,card,s2,s1,can_use\n") == (0, 1, 0)
    assert counts(json.dumps({**rows[0], "logo_text": "会员卡2"})) == (1, 0, 0)


def test_infos_as_objects(own_place):
    user = own_place.create_user()
    nested = '{"a": [1.10, true, null, {"b": []}], "优酷": "\\u0001\\"", "c": {} }'
    lines = (f'{{"user_id":"{user.user_id}","group":"card","pass_id":"p1","data_info":{nested}, "ext_info": {{}}}}\n'
             f'{{"user_id":"{user.user_id}","group":"card","pass_id":"p2","data_info":[1]}}\n'
             f'{{"user_id":"{user.user_id}","group":"card","pass_id":"p3","logo_text":{{}}}}\n')
    done = run_bytes("pass", "import", "--json", data=own_place.data, stdin=lines.encode())
    assert [(error["line"], error["message"]) for error in json.loads(done.stdout)["errors"]] == [
        (2, "data_info is not a string, or a JSON object"), (3, "logo_text is not a string")]
    [entry] = wallet(own_place, user)
    assert entry["data_info"] == '{"a":[1.10,true,null,{"b":[]}],"优酷":"\\u0001\\"","c":{}}'
    assert entry["ext_info"] == "{}"


def test_refusals(place, user):
    run = {"data": place.data}
    good = {**run, "user_id": user.user_id, "group": "card"}
    refused(binary.run("pass", "create", **run, group="card"), 2, "give --user-id and --group for one pass, or a FILE")
    refused(binary.run("pass", "create", **run, user_id=user.user_id), 2, "give --user-id and --group")
    refused(binary.run("pass", "create", **run, file="-", user_id=user.user_id), 2, "user_id of one")
    refused(binary.run("pass", "create", "x.csv", **run, shop_id="s1"), 2, "x.csv has many passes", "shop_id of one")
    refused(binary.run("pass", "create", **{**good, "group": "coupon"}), 1, "group is card, voucher, ticket or cert")
    refused(binary.run("pass", "create", **{**good, "user_id": UNKNOWN_USER}), 1, "there is no user " + UNKNOWN_USER)
    refused(binary.run("pass", "create", **good, status="new"), 1, "status is can_use, used, closed or expired")
    refused(binary.run("pass", "create", **good, data_info="[1]"), 1, "data info")
    refused(binary.run("pass", "create", **good, end="2020-01-01"), 2, "--end takes a Beijing time")
    refused(binary.run("pass", "create", **good, start="2020-01-02 00:00:00", end="2020-01-01 00:00:00"), 1, "end")
    refused(binary.run("pass", "list", **run), 2, "--user-id ID is missing")
    refused(binary.run("pass", "list", **run, user_id=user.user_id, group="x"), 2, "--group is card")


def test_list_of_an_unknown_user(place):
    refused(binary.run("pass", "list", data=place.data, user_id=UNKNOWN_USER), 1,
            f"there is no user {UNKNOWN_USER}: `kaquan user list` shows them")
