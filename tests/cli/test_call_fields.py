# SPDX-License-Identifier: Apache-2.0
"""kaquan call: a method's fields as flags, short names of methods, help of a method, --dry-run."""

import json
import urllib.parse

import pytest
from support import binary, keys

from command import refused, refused_as_json, run_bytes
from test_call import KEY_FILES, LIST, SEND, caller, private_key_file

__all__ = ["caller", "private_key_file"]

OFFLINE = {"gateway": "http://127.0.0.1:9/gateway.do", "app_id": "1", "private_key": KEY_FILES / "private_pkcs8.der",
           "gateway_public_key": KEY_FILES / "public.der"}


def dry(method, *words, **flags):
    done = binary.run("call", method, *words, "--dry-run", "--json", **{**OFFLINE, **flags})
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return json.loads(done.stdout)


def sent(method, *words, **flags):
    """The biz_content that would be sent, and the method's name."""
    shown = dry(method, *words, **flags)
    body = urllib.parse.parse_qs(shown["body"], keep_blank_values=True)
    names = urllib.parse.parse_qs(urllib.parse.urlsplit(shown["url"]).query)
    return json.loads(body["biz_content"][0]), names["method"][0]


# Fields

def test_fields_are_flags_in_either_spelling():
    assert sent("voucher.send", "--template-id", "T", "--user_id=U", "--out-biz-no", "1") == (
        {"template_id": "T", "user_id": "U", "out_biz_no": "1"}, SEND)


def test_against_the_gateway(caller, template_id, user):
    flags = {"template_id": template_id, "user_id": user.user_id}
    done = binary.run("call", "voucher.send", **caller, **flags, out_biz_no="fields-1", memo="优酷 '\"\\")
    assert (done.returncode, done.stderr) == (0, "")
    done = binary.run("call", "voucher.list.query", **caller, **flags)
    assert len(json.loads(done.stdout)["vouchers"]) == 1


def test_each_type_has_its_form():
    assert sent("grouplist.query", "--page-size", "10", "--need-shopinfo", "--user-id", "1")[0] == {
        "page_size": 10, "need_shopinfo": True, "user_id": "1"}
    assert sent("grouplist.query", "--need-shopinfo", "false", "--page-size=-1")[0] == {
        "need_shopinfo": False, "page_size": -1}
    assert sent("voucher.send", "--amount", "9.90", "--memo", "")[0] == {"amount": "9.90", "memo": ""}
    assert sent("grouplist.query", "--page-size", "007")[0] == {"page_size": "007"}  # as it was written


@pytest.mark.parametrize("words, part", [
    (["grouplist.query", "--page-size", "ten"], "--page-size takes a whole number, not ten"),
    (["grouplist.query", "--page-size", "1.5"], "--page-size takes a whole number, not 1.5"),
    (["grouplist.query", "--need-shopinfo", "yes"], "--need-shopinfo is true or false, not yes"),
    (["voucher.send", "--amount", "9,90"], "--amount takes yuan, like 9.99, not 9,90"),
    (["voucher.send", "--memo"], "--memo needs a value: --memo TEXT"),
    (["voucher.send", "--memo", "a", "--memo", "b"], "--memo is given twice"),
    (["voucher.send", "--template-id.x", "1", "--template-id.x", "2"], "--template-id.x is given twice"),
    (["voucher.send", "--amount.x", "1"], "amount is no object"),
    (["voucher.send", "--memo..x", "1"], "is no path of members"),
    (["batchsend", "--vouchers", "U"], "--vouchers is not JSON: look at character 1"),
    (["batchsend", "--vouchers", "{\"user_id\":"], "--vouchers is not JSON"),
    (["voucher.send", "--memo", "a", "--biz", "[]"], "--biz takes a JSON object"),
    (["voucher.send", "--memo", "a", "--biz", "{"], "--biz is not JSON: look at character 2"),
    (["voucher.send", "--tempate-id", "1"], "has no field --tempate-id; did you mean --template-id?"),
    (["voucher.send", "--gatway", "1"], "has no field --gatway; did you mean --gateway?"),
    (["voucher.send", "--frobnicate", "1"], "`kaquan call alipay.marketing.voucher.send --help` lists them"),
    (["alipay.trade.pay", "--out-trade-no", "1"], "the fields of alipay.trade.pay are not known here"),
])
def test_refused_before_anything_is_sent(words, part):
    refused(binary.run("call", *words, **OFFLINE), 2, part)
    refused_as_json(binary.run("call", *words, "--json", **OFFLINE), 2, "USAGE", part)


def test_limits_are_the_gateways_to_say():
    assert sent("voucher.send", "--amount", "-1.234", "--user-id", "x" * 100)[0] == {"amount": "-1.234", "user_id": "x" * 100}


def test_value_that_is_no_text():
    refused(run_bytes("call", "voucher.send", memo="\udcff", **OFFLINE), 2, "--memo is not UTF-8 text")


def test_list_of_objects():
    three = {"vouchers": [{"user_id": "1"}, {"user_id": "2"}, {"user_id": "3"}]}
    for words in (["--vouchers", '{"user_id":"1"}', "--vouchers", '[{"user_id":"2"},{"user_id":"3"}]'],
                  ["--vouchers.user-id", "1", "--vouchers.user-id", "2", "--vouchers.user_id", "3"],
                  ["--vouchers.1.user-id", "2", "--vouchers.0.user-id", "1", "--vouchers.2", '{"user_id":"3"}']):
        assert sent("batchsend", *words)[0] == three, words


def test_text_that_is_json_is_made_from_its_members():
    body, _ = sent("pass.instance.add", "--tpl-params.title", '"x"', "--tpl-params.serialNumber=1",
                   "--tpl-params.more", '{"a":[1]}', "--tpl-params.deep.er", "y", "--tpl-id", "T")
    assert list(body) == ["tpl_params", "tpl_id"]
    assert json.loads(body["tpl_params"]) == {"title": '"x"', "serialNumber": "1", "more": {"a": [1]}, "deep": {"er": "y"}}


def test_flags_win_over_biz_and_add_to_it():
    assert sent("voucher.send", "--user-id", "2", "--memo", "m", biz='{"user_id":"1","amount":1.50,"extra":[{}]}')[0] == {
        "user_id": "2", "amount": 1.5, "extra": [{}], "memo": "m"}
    assert sent("batchsend", "--vouchers.user-id", "2", biz='{"vouchers":[{"user_id":"1"}]}')[0] == {
        "vouchers": [{"user_id": "2"}]}
    body, _ = sent("pass.instance.add", "--tpl-params.b", "2", biz='{"tpl_params":"{\\"a\\":\\"1\\",\\"b\\":1}"}')
    assert json.loads(body["tpl_params"]) == {"a": "1", "b": "2"}


def test_biz_alone_goes_as_it_was_written():
    shown = dry(SEND, biz='{ "amount" : 1e1, nonsense')
    assert urllib.parse.parse_qs(shown["body"])["biz_content"] == ['{ "amount" : 1e1, nonsense']


# Names of methods

@pytest.mark.parametrize("short, name", [
    ("voucher.send", SEND), ("auth.send", "alipay.marketing.voucher.auth.send"), ("list.query", LIST),
    ("marketing.voucher.query", "alipay.marketing.voucher.query"), (SEND, SEND),
    ("alipay.trade.pay", "alipay.trade.pay"), ("koubei.trade.itemorder.buy", "koubei.trade.itemorder.buy"),
])
def test_end_of_a_name_is_enough(short, name):
    shown = dry(short, biz="{}")
    assert urllib.parse.parse_qs(urllib.parse.urlsplit(shown["url"]).query)["method"] == [name]


@pytest.mark.parametrize("name, parts", [
    ("send", ["is the end of several methods: alipay.marketing.voucher.auth.send, alipay.marketing.voucher.send"]),
    ("vocher.send", ["there is no method vocher.send; did you mean alipay.marketing.voucher.send?"]),
    ("oucher.send", ["did you mean alipay.marketing.voucher.send?"]),
    ("frobnicate", ["there is no method frobnicate: `kaquan help call` lists them"]),
])
def test_name_of_no_method(name, parts):
    refused(binary.run("call", name, **OFFLINE), 2, *parts)


def test_wrong_full_name_is_the_gateways_to_refuse(caller):
    done = binary.run("call", "alipay.marketing.voucher.sned", **caller, biz="{}")
    assert done.returncode == 1 and json.loads(done.stdout)["sub_code"] == "isv.invalid-method"
    assert done.stderr.endswith("; did you mean alipay.marketing.voucher.send?\n")


# Help

def methods():
    text = binary.must_run("help", "call")
    return [line.split()[0] for line in text.splitlines() if line.startswith("  alipay.")]


def test_help_lists_the_methods():
    assert len(methods()) >= 24 and SEND in methods()


@pytest.mark.parametrize("method", methods())
def test_help_of_a_method(method):
    """An example first, which can be run as it stands; then the fields, then the codes."""
    text = binary.must_run("call", method, "--help")
    assert text == binary.must_run("help", "call", method) and text.startswith(method + ": ")
    example = text.split("\n\n")[1].replace("\\\n", " ")
    import shlex
    words = shlex.split(example)
    assert words[:2] == ["kaquan", "call"]
    assert sent(*words[2:])[1] == method
    assert text.index("\nIts fields") < text.index("\nBusiness codes it can answer:\n") < text.index("\nAnswer:\n")
    flags = {flag["name"] for flag in
             next(entry for entry in json.loads(binary.must_run("help", json=True)) if entry["command"] == "call")["flags"]}
    fields = {line.split()[0].removeprefix("--") for line in text.splitlines() if line.startswith("  --")}
    assert not flags & fields, "a field would be hidden by a flag"


def test_help_says_limits_and_codes():
    text = binary.must_run("call", "voucher.send", "--help")
    line = next(line for line in text.splitlines() if line.startswith("  --template-id TEXT "))
    assert "(required); at most 28 characters; e.g. 2014060100073001" in line
    assert "; at least 0.01; e.g. 9.99\n" in text and "\nAt least one of user_id, login_id, taobao_nick.\n" in text
    assert "\n  TEMPLATE_NOT_EXIST               no such template\n" in text
    assert "  --vouchers.user-id TEXT " in binary.must_run("call", "batchsend", "--help")


# --dry-run

@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_dry_run(charset):
    flags = {"charset": charset, "timestamp": "2026-01-31 08:00:00", "app_auth_token": "t"}
    shown = dry("voucher.send", "--memo", "优酷", **flags)
    assert shown["string_to_sign"] == (
        'app_auth_token=t&app_id=1&biz_content={"memo":"优酷"}&charset=' + charset +
        f"&format=JSON&method={SEND}&sign_type=RSA2&timestamp=2026-01-31 08:00:00&version=1.0")
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(shown["url"]).query, encoding=charset)
    assert shown["url"].startswith(OFFLINE["gateway"] + "?")
    key = keys.load_private((KEY_FILES / "app_2048.pem").read_bytes())
    assert keys.verifies(key.public_key(), "RSA2", shown["string_to_sign"].encode(charset), query["sign"][0])
    assert urllib.parse.unquote_plus(shown["body"], encoding=charset) == 'biz_content={"memo":"优酷"}'
    done = binary.run("call", "voucher.send", "--memo", "优酷", "--dry-run", **OFFLINE, **flags)
    assert done.returncode == 0 and [line for line in done.stdout.splitlines() if not line.startswith(" ")] == [
        "String to sign (all parameters but sign, sorted by name):", "POST:", "Request body:"]
    assert "  " + shown["string_to_sign"] in done.stdout.splitlines()


def test_dry_run_refuses_what_could_not_be_sent():
    refused(binary.run("call", SEND, "--dry-run", **{**OFFLINE, "sign_type": "MD5"}), 2, "RSA2 or RSA, not MD5")
    refused(binary.run("call", SEND, "--dry-run", **{**OFFLINE, "charset": "big5"}), 2, "gb2312, not big5")
    refused(binary.run("call", SEND, "--dry-run", **{**OFFLINE, "gateway": "ftp://x"}), 2, "must begin with http://")
    refused(binary.run("call", SEND, "--dry-run", **{**OFFLINE, "private_key": "/nowhere.pem"}), 1, "there is no file")
