# SPDX-License-Identifier: Apache-2.0
"""alipay.user.pass.grouplist.query: what stands in a wallet, and how it is shown."""

import json
import time

import pytest

from support import protocol
from support.client import Client
from support.errors import assert_success
from support.place import BRAND, CASH, EXCHANGE, FAR_OFF, FIX, LONG_AGO, RED_PACKET

GROUPS = ["card", "voucher", "ticket", "cert"]
CITY, OTHER_CITY = "320100", "110100"


def ids_of(answer):
    return [entry["pass_id"] for entry in assert_success(answer)["pass_info_list"]]


def create_pass(place, user, group="card", **flags):
    return place.json("pass", "create", user_id=user.user_id, group=group, **flags)["pass_id"]


def test_voucher_stands_in_its_users_wallet(client, place, user, template_id):
    before = protocol.beijing_text(time.time())
    voucher_id = client.issue(template_id, user)
    after = protocol.beijing_text(time.time())
    answer = assert_success(client.wallet(user_id=user.user_id))
    assert set(answer.fields) == {"code", "msg", "pass_info_list"}
    [entry] = answer["pass_info_list"]
    assert before <= entry.pop("gmt_create") <= after
    texts = json.loads(entry.pop("data_info"))
    assert set(texts) == {"logoText", "brandName", "secondLogoText", "itemDesc", "btnDesc"}
    assert (texts["logoText"], texts["brandName"], texts["secondLogoText"]) == ("10元代金券", BRAND, "满100元可用")
    assert entry == {"pass_id": voucher_id, "mechant_name": BRAND, "logo_text": "10元代金券",
                     "second_logo_text": "满100元可用", "start_date": LONG_AGO, "end_date": FAR_OFF, "status": "can_use"}


@pytest.mark.parametrize("kind, flags, fields, logo_text, second_logo_text", [
    (FIX, {"amount": "10", "floor_amount": None}, {}, "10元代金券", "无门槛"),
    (FIX, {"amount": "9.90", "floor_amount": "99.99"}, {}, "9.9元代金券", "满99.99元可用"),
    (RED_PACKET, {}, {"amount": "8.88"}, "8.88元红包", "无门槛"),
    (CASH, {"amount": "0.5"}, {}, "0.5元代金券", "无门槛"),
    (EXCHANGE, {}, {}, "兑换券", "无门槛"),
    (EXCHANGE, {"name": "优酷3个月兑换券"}, {}, "优酷3个月兑换券", "无门槛"),
])
def test_texts_of_a_voucher(client, place, app, user, kind, flags, fields, logo_text, second_logo_text):
    client.issue(place.create_template(app.pid, kind, **flags), user, **fields)
    [entry] = client.shown(user)
    assert (entry["logo_text"], entry["second_logo_text"]) == (logo_text, second_logo_text)


def test_dates_of_a_relative_period(client, place, app, user):
    template_id = place.create_template(app.pid, valid_period='{"type":"RELATIVE","duration":36,"unit":"HOUR"}')
    client.issue(template_id, user)
    [entry] = client.shown(user)
    assert entry["start_date"] == entry["gmt_create"]
    assert protocol.beijing_time(entry["end_date"]) - protocol.beijing_time(entry["start_date"]) == 36 * 3600


# Groups

@pytest.mark.parametrize("group", GROUPS)
def test_groups_are_apart(client, place, user, template_id, group):
    made = {name: create_pass(place, user, name) for name in GROUPS}
    voucher_id = client.issue(template_id, user)
    seen = ids_of(client.wallet(user_id=user.user_id, group_type=group))
    assert set(seen) == {made[group]} | ({voucher_id} if group == "voucher" else set())


def test_pass_as_it_was_made(client, place, app, user):
    data_info = {"logoText": "2元", "brandName": "fengyunN", "btnDesc": "去买单"}
    pass_id = create_pass(place, user, "ticket", pass_id="7000790003", pid=app.pid, merchant_name="商家名称",
                          logo_text="30份吮指鸡块", second_logo_text="限周末", item_id="20171115011040030100030000009952",
                          start="2017-11-15 10:41:43", end="2099-11-15 10:41:43", data_info=json.dumps(data_info),
                          ext_info='{"a":"券"}')
    assert pass_id == "7000790003"
    [entry] = client.shown(user, group_type="ticket")
    assert json.loads(entry.pop("data_info")) == data_info
    del entry["gmt_create"]
    assert entry == {"pass_id": "7000790003", "mechant_name": "商家名称", "logo_text": "30份吮指鸡块",
                     "second_logo_text": "限周末", "item_id": "20171115011040030100030000009952",
                     "start_date": "2017-11-15 10:41:43", "end_date": "2099-11-15 10:41:43", "status": "can_use",
                     "ext_info": '{"a":"券"}'}


def test_pass_without_texts(client, place, user):
    """Optional fields that have no value are left out."""
    pass_id = create_pass(place, user)
    [entry] = client.shown(user, group_type="card")
    assert set(entry) == {"pass_id", "gmt_create", "status"} and entry["pass_id"] == pass_id


def test_only_the_users_own(client, place, user):
    other = place.create_user()
    create_pass(place, other)
    pass_id = create_pass(place, user)
    assert ids_of(client.wallet(user_id=user.user_id, group_type="card")) == [pass_id]


# CURRENT and PAST

@pytest.mark.parametrize("state, time_status", [("can_use", "CURRENT"), ("used", "PAST"), ("expired", "PAST"),
                                                ("closed", "PAST")])
def test_state(client, place, user, state, time_status):
    pass_id = create_pass(place, user, status=state)
    for asked in ("CURRENT", "PAST"):
        entries = assert_success(client.wallet(user_id=user.user_id, group_type="card",
                                               time_status=asked))["pass_info_list"]
        assert [(entry["pass_id"], entry["status"]) for entry in entries] == (
            [(pass_id, state)] if asked == time_status else [])


def where(sandbox, user, group, time_s):
    """In which list it stands at that second, with its status."""
    def look():
        seen = []
        for time_status in ("CURRENT", "PAST"):
            answer = sandbox.client.wallet(user_id=user.user_id, group_type=group, time_status=time_status)
            seen += [(time_status, entry["status"]) for entry in assert_success(answer)["pass_info_list"]]
        return seen
    return sandbox.server.at_second(time_s, look)


@pytest.mark.parametrize("group", ["voucher", "card"])
def test_end_to_the_second(sandbox, group):
    start_s = int(time.time()) + 86400
    end_s = start_s + 3600
    user = sandbox.place.create_user()
    start, end = protocol.beijing_text(start_s), protocol.beijing_text(end_s)
    if group == "voucher":
        period = json.dumps({"type": "ABSOLUTE", "start": start, "end": end})
        sandbox.client.issue(sandbox.place.create_template(sandbox.app.pid, valid_period=period), user)
    else:
        create_pass(sandbox.place, user, group, start=start, end=end)
    current, past = [("CURRENT", "can_use")], [("PAST", "expired")]
    seen = [where(sandbox, user, group, time_s) for time_s in (start_s - 1, start_s, end_s - 1, end_s)]
    assert seen == [current, current, current, past]


def test_used_pass_stays_used_past_its_end(client, place, user):
    create_pass(place, user, status="used", start="2017-11-15 10:41:43", end="2018-11-15 10:41:43")
    [entry] = client.shown(user, group_type="card", time_status="PAST")
    assert entry["status"] == "used"


# Order and pages

def test_newest_first(sandbox):
    user = sandbox.place.create_user()
    template_id = sandbox.place.create_template(sandbox.app.pid)
    sent = []
    for number in range(5):
        sandbox.server.set_clock(number * 60)
        sent.append(sandbox.client.issue(template_id, user, str(number)))
    assert ids_of(sandbox.client.wallet(user_id=user.user_id)) == sent[::-1]


def test_newest_first_within_a_second(client, user, template_id):
    sent = [client.issue(template_id, user, str(number)) for number in range(20)]
    assert ids_of(client.wallet(user_id=user.user_id)) == sent[::-1]


def test_vouchers_and_other_passes_in_one_order(sandbox):
    user = sandbox.place.create_user()
    template_id = sandbox.place.create_template(sandbox.app.pid)
    sandbox.server.set_clock(-3600)
    older = sandbox.client.issue(template_id, user, "1")
    middle = create_pass(sandbox.place, user, "voucher")
    sandbox.server.set_clock(3600)
    newer = sandbox.client.issue(template_id, user, "2")
    assert ids_of(sandbox.client.wallet(user_id=user.user_id)) == [newer, middle, older]


def test_pages(client, place, user, template_id):
    for number in range(12):
        client.issue(template_id, user, str(number))
    for _ in range(13):
        create_pass(place, user, "voucher")
    whole = ids_of(client.wallet(user_id=user.user_id))
    assert len(whole) == len(set(whole)) == 25
    for page_size in (1, 7, 10, 25, 26):
        pages = [ids_of(client.wallet(user_id=user.user_id, page_size=page_size, page_num=number))
                 for number in range(1, 25 // page_size + 3)]
        assert [len(page) for page in pages[:-2]] == [page_size] * (25 // page_size)
        assert len(pages[-2]) == 25 % page_size
        assert pages[-1] == []
        assert sum(pages, []) == whole


def test_page_far_beyond(client, user):
    assert ids_of(client.wallet(user_id=user.user_id, page_size=100, page_num=9999999999)) == []


def test_pages_count_only_what_is_asked_for(client, place, user):
    """What is past, and what is another merchant's, takes no place in a page."""
    pid = place.new_pid()
    wanted = []
    for number in range(9):
        pass_id = create_pass(place, user, pid=pid if number % 3 == 0 else None,
                              status="used" if number % 3 == 1 else None)
        wanted += [pass_id] if number % 3 == 0 else []
    asked = {"user_id": user.user_id, "group_type": "card", "partner_id": pid, "page_size": 2}
    pages = [ids_of(client.wallet(**asked, page_num=number)) for number in (1, 2, 3)]
    assert [len(page) for page in pages] == [2, 1, 0]
    assert sorted(sum(pages, [])) == sorted(wanted)


# Whose passes

def test_partner_id(server, client, place, app, user, template_id):
    """The wallet is the user's: it shows every merchant's passes, unless one is asked for."""
    other = Client(server, place.create_app())
    other_id = other.issue(place.create_template(other.app.pid), user)
    own_id = client.issue(template_id, user)
    assert set(ids_of(client.wallet(user_id=user.user_id))) == {own_id, other_id}
    assert ids_of(client.wallet(user_id=user.user_id, partner_id=app.pid)) == [own_id]
    assert ids_of(client.wallet(user_id=user.user_id, partner_id=other.app.pid)) == [other_id]
    assert ids_of(client.wallet(user_id=user.user_id, partner_id="2088999999999999")) == []


def test_frozen_users_wallet_is_shown(client, place, user):
    pass_id = create_pass(place, user)
    place.run("user", "freeze", user_id=user.user_id)
    assert ids_of(client.wallet(user_id=user.user_id, group_type="card")) == [pass_id]


# Shops

@pytest.fixture
def merchant(server, place):
    """A merchant with two shops in one city and one in another."""
    client = Client(server, place.create_app(permission=protocol.WALLET))
    client.shops = {CITY: [], OTHER_CITY: []}
    for city_code in (CITY, CITY, OTHER_CITY):
        shop_id = f"20150927000770000000{place.number():08}"
        place.run("shop", "create", pid=client.app.pid, shop_id=shop_id, city_code=city_code)
        client.shops[city_code].append(shop_id)
    return client


@pytest.mark.parametrize("city_code", [CITY, OTHER_CITY])
def test_shops_of_the_city(merchant, place, user, city_code):
    merchant.issue(place.create_template(merchant.app.pid), user)
    answer = assert_success(merchant.wallet(user_id=user.user_id, need_shopinfo=True, city_code=city_code))
    [entry] = answer["pass_info_list"]
    assert sorted(entry["shop_id_list"]) == sorted(merchant.shops[city_code])


def test_city_without_shops(merchant, place, user):
    merchant.issue(place.create_template(merchant.app.pid), user)
    answer = assert_success(merchant.wallet(user_id=user.user_id, need_shopinfo=True, city_code="440300"))
    assert answer["pass_info_list"][0].get("shop_id_list", []) == []


@pytest.mark.parametrize("asked", [{}, {"need_shopinfo": False}, {"need_shopinfo": "false", "city_code": CITY},
                                   {"city_code": CITY}], ids=str)
def test_no_shops_unless_asked_for(merchant, place, user, asked):
    merchant.issue(place.create_template(merchant.app.pid), user)
    [entry] = assert_success(merchant.wallet(user_id=user.user_id, **asked))["pass_info_list"]
    assert "shop_id_list" not in entry


def test_other_merchants_shops_are_not_shown(merchant, client, place, user, template_id):
    client.issue(template_id, user)
    answer = assert_success(merchant.wallet(user_id=user.user_id, need_shopinfo=True, city_code=CITY))
    shown = answer["pass_info_list"][0].get("shop_id_list", [])
    assert not set(shown) & set(merchant.shops[CITY])


def test_shops_of_a_pass(merchant, place, user):
    """A pass may name the shops where it can be used."""
    shop_id = merchant.shops[CITY][1]
    create_pass(place, user, "ticket", pid=merchant.app.pid, shop_id=[shop_id, merchant.shops[OTHER_CITY][0]])
    answer = assert_success(merchant.wallet(user_id=user.user_id, group_type="ticket", need_shopinfo="true",
                                            city_code=CITY))
    assert [entry["shop_id_list"] for entry in answer["pass_info_list"]] == [[shop_id]]


def test_page_of_the_greatest_size(client, place, user):
    """100 entries with their texts, in one answer."""
    lines = "".join(json.dumps({"user_id": user.user_id, "group": "card", "pass_id": f"{user.user_id}-{number}",
                                "logo_text": "券" * 100, "data_info": json.dumps({"text": "券" * 3000}, ensure_ascii=False)}) + "\n"
                    for number in range(101))
    place.run("pass", "import", "--file", "-", stdin=lines)
    answer = assert_success(client.wallet(user_id=user.user_id, group_type="card"))
    assert len(answer["pass_info_list"]) == 100
    assert len(answer.body) > 900_000
