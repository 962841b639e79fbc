# SPDX-License-Identifier: Apache-2.0
"""kaquan merchant and kaquan shop."""

from support import binary

from command import refused, refused_as_json

CITY = "320100"


def test_merchant(place):
    pid = place.new_pid()
    assert place.json("merchant", "create", pid=pid) == {"pid": pid, "created": True}
    assert place.json("merchant", "create", pid=pid, name="卡券茶馆")["created"]
    assert not place.json("merchant", "create", pid=pid, name="卡券茶馆")["created"]
    assert "nothing was changed" in place.run("merchant", "create", pid=pid)
    [entry] = [entry for entry in place.json("merchant", "list") if entry["pid"] == pid]
    assert entry["name"] == "卡券茶馆"
    refused_as_json(binary.run("merchant", "create", "--json", data=place.data, pid=pid, name="x"), 1, "CONFLICT")
    refused(binary.run("merchant", "create", data=place.data, pid="1"), 1, "pid is not 16 digits")


def test_shop(place):
    pid, shop_id = place.new_pid(), f"shop-{place.number()}"
    flags = {"pid": pid, "shop_id": shop_id, "city_code": CITY}
    assert place.json("shop", "create", **flags) == {"shop_id": shop_id, "created": True}
    assert not place.json("shop", "create", **flags)["created"]
    [entry] = place.json("shop", "list", pid=pid)
    assert entry == {"shop_id": shop_id, "pid": pid, "name": None, "city_code": CITY, "created": entry["created"]}
    assert shop_id in [entry["shop_id"] for entry in place.json("shop", "list")]
    assert pid in [entry["pid"] for entry in place.json("merchant", "list")]
    refused(binary.run("shop", "create", data=place.data, **{**flags, "city_code": "110100"}), 1, "another city")
    refused(binary.run("shop", "create", data=place.data, **{**flags, "city_code": "3201"}), 1, "city code")
    refused(binary.run("shop", "create", data=place.data, pid=pid, shop_id="x"), 2, "--city-code CODE is missing")
