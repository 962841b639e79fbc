# SPDX-License-Identifier: Apache-2.0
"""Help, and refusals of what is no command and no flag."""

import json
import re

import pytest
from support import binary

from command import refused, refused_as_json, run_bytes

COMMANDS = [
    "init", "serve", "call", "sign", "verify", "report", "audit", "version", "completion",
    "profile set", "profile list", "profile show",
    "merchant create", "merchant list",
    "app create", "app list", "app show", "app rotate-key", "app issue-certificate", "app set-content-key",
    "app permit", "app limit",
    "app grant", "app authorize", "app grants", "app revoke", "app disable", "app enable",
    "user create", "user import", "user list", "user show", "user freeze", "user unfreeze",
    "shop create", "shop list",
    "template create", "template activate", "template delete", "template list", "template show",
    "voucher send", "voucher import", "voucher list", "voucher show", "voucher events", "voucher use",
    "voucher refund", "voucher delay", "voucher delete",
    "notification list", "notification retry",
    "pass create", "pass import", "pass list",
]

# What scripts rely on, beside --data and --json.
RELIED_ON = {
    "app create": ["app-id", "pid", "public-key", "certificate", "sign-type", "name", "permission"],
    "app rotate-key": ["app-id", "public-key", "certificate", "keep-current", "finish", "sign-type"],
    "app issue-certificate": ["app-id", "request", "public-key", "days"],
    "app set-content-key": ["app-id", "generate", "key", "replace", "remove"],
    "app limit": ["app-id", "method", "per-second"],
    "app grant": ["app-id", "pid", "expires-in", "permission"],
    "app authorize": ["app-id", "pid", "method"],
    "app revoke": ["token", "app-id", "pid"],
    "user create": ["user-id", "login-id", "taobao-nick", "state"],
    "template create": ["pid", "type", "brand-name", "amount", "floor-amount", "quantity", "total-amount",
                        "publish-start", "publish-end", "valid-period", "limit-per-user", "limit-per-user-day", "draft",
                        "name", "description"],
    "template activate": ["template-id"],
    "template delete": ["template-id"],
    "shop create": ["pid", "shop-id", "city-code"],
    "pass create": ["user-id", "group", "pid", "pass-id", "merchant-name", "logo-text", "second-logo-text", "item-id",
                    "start", "end", "created", "data-info", "ext-info", "shop-id", "status", "file"],
    "voucher list": ["template-id", "user-id"],
    "voucher send": ["template-id", "user-id", "login-id", "taobao-nick", "out-biz-no", "amount", "memo", "pid"],
    "voucher import": ["file", "format", "template-id"],
    "serve": ["listen", "admin", "workers", "body-limit", "connections", "header-timeout", "idle-timeout", "clock-skew",
              "sandbox", "clock-offset", "access-log", "admin-token", "app-limit", "method-limit", "signature-cache-bytes",
              "max-wait-ms"],
    "init": ["key-bits"],
    "report": ["template-id", "pid", "from", "to", "by", "format"],
    "audit": ["deep"],
}
CALL_FLAGS = ["profile", "dry-run", "biz", "gateway", "app-id", "private-key", "gateway-public-key", "charset", "sign-type", "app-auth-token",
              "verbose", "timeout", "timestamp"]


def described():
    return {entry["command"]: entry for entry in json.loads(binary.must_run("help", json=True))}


# What a file of passes or of users may say.
COLUMNS = {
    "user import": ["user_id", "login_id", "taobao_nick", "state"],
    "voucher import": ["template_id", "user_id", "login_id", "taobao_nick", "out_biz_no", "amount", "memo"],
    "pass import": ["pass_id", "user_id", "group", "pid", "merchant_name", "logo_text", "second_logo_text", "item_id",
                    "start", "end", "created", "data_info", "ext_info", "shop_id", "status"],
}
COLUMNS["pass create"] = COLUMNS["pass import"]


@pytest.mark.parametrize("command", COLUMNS)
def test_help_of_what_reads_a_file(command):
    text = binary.must_run(*command.split(), "--help")
    entry = described()[command]
    assert [column["name"] for column in entry["columns"]] == COLUMNS[command]
    for column in entry["columns"]:
        assert re.search(rf"^  {column['name']} +{re.escape(column['text'])}", text, re.MULTILINE), column
    assert f"usage: kaquan {command} [FILE]" in text and (entry["operand"], entry["operand_optional"]) == ("FILE", True)
    examples = " \n ".join([entry["example"], *entry["more_examples"]])
    for example in entry["more_examples"]:
        assert f"\n  {example}\n" in text
    for way in (r" demo \w+\.csv ", " --file ", " - <", r"\| kaquan"):
        assert re.search(way, examples), way


def test_overview():
    text = binary.must_run("help")
    assert "kaquan init --data demo" in text
    for command in COMMANDS:
        assert re.search(rf"^  {command}  +\S", text, re.MULTILINE), command
    assert binary.must_run("--help") == text == binary.must_run("-h")


def test_all_commands_are_described():
    assert sorted(described()) == sorted(COMMANDS)


def test_flags_that_scripts_rely_on():
    entries = described()
    for command, names in RELIED_ON.items():
        flags = {flag["name"] for flag in entries[command]["flags"]}
        assert flags >= {"data", "json", "help", *names}, command
    assert {flag["name"] for flag in entries["call"]["flags"]} >= {"json", *CALL_FLAGS}
    assert entries["call"]["operand"] == "METHOD"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command):
    """An example before the usage, and each flag with what it is for."""
    words = command.split()
    text = binary.must_run(*words, "--help")
    assert binary.must_run("help", *words) == text == binary.must_run(*words, "-h")
    entry = described()[command]
    assert 0 < text.index("\n  " + entry["example"]) < text.index("\nusage: kaquan " + command)
    assert entry["example"].startswith("kaquan " + command)
    for flag in entry["flags"]:
        assert re.search(rf"^  --{flag['name']}\b.*{re.escape(flag['text'])}", text, re.MULTILINE), flag


@pytest.mark.parametrize("command", COMMANDS)
def test_examples_use_flags_that_exist(command):
    entry = described()[command]
    names = {flag["name"] for flag in entry["flags"]}
    if command == "call":
        names |= {"template-id", "user-id"}  # fields of the example's method
    used = set(re.findall(r"(?<=\s--)[a-z-]+", entry["example"]))
    assert used <= names
    assert used >= {flag["name"] for flag in entry["flags"] if flag["required"]}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json_and_refuses_an_unknown_flag(command):
    done = binary.run(*command.split(), "--json", "--no-such-flag-at-all")
    refused_as_json(done, 2, "USAGE", "there is no flag --no-such-flag-at-all")


def test_help_of_a_group():
    text = binary.must_run("help", "app")
    assert binary.must_run("app", "--help") == text
    assert "  app rotate-key" in text and "template" not in text


def test_version():
    text = binary.must_run("version")
    assert re.fullmatch(r"kaquan \d+\.\d+\.\d+\n", text)
    assert binary.must_run("--version") == text
    assert json.loads(binary.must_run("version", json=True)) == {"version": text.split()[1]}


def test_nothing_at_all():
    done = binary.run()
    assert (done.returncode, done.stdout) == (2, "")
    assert "kaquan init" in done.stderr


def test_help_and_manual_explain_themselves():
    assert binary.must_run("help", "--help") == binary.must_run("help") == binary.must_run("help", "help")
    for words in (["man", "--help"], ["man", "-h"], ["help", "man"]):
        text = binary.must_run(*words)
        assert "usage: kaquan man [COMMAND]" in text and "--into DIR" in text
    assert re.search(r"^  help  +\S.*\n  man  +\S", binary.must_run("help"), re.MULTILINE)
    assert "\n  man " not in binary.must_run("help", "app")


def test_words_too_many_for_help():
    for words in (["help", "voucher", "send", "x"], ["help", "call", "voucher.send", "x"], ["man", "call", "x"]):
        title = " ".join(words[:3] if words[1] == "voucher" else words[:2])
        refused(binary.run(*words), 2, f"`kaquan {title}` takes no more words; x is one too many")
    assert binary.must_run("help", "voucher", "send", "--help") == binary.must_run("help", "voucher", "send")
    refused(binary.run("man", "--into"), 2, "--into needs a value: --into DIR")


def test_unknown_command():
    refused(binary.run("ini"), 2, "there is no `kaquan ini`", "did you mean `kaquan init`?")
    refused(binary.run("frobnicate"), 2, "there is no `kaquan frobnicate`", "`kaquan help`")
    refused(binary.run("app", "creat"), 2, "did you mean `kaquan app create`?")
    refused(binary.run("app", "frobnicate"), 2, "`kaquan help app`")
    refused(binary.run("app"), 2, "`kaquan app` needs one more word")
    refused(binary.run("help", "frobnicate"), 2, "there is no `kaquan frobnicate`")
    refused_as_json(binary.run("ini", "--json"), 2, "USAGE", "did you mean `kaquan init`?")


def test_unknown_flag():
    refused(binary.run("user", "create", "--user-ids", "1"), 2, "there is no flag --user-ids; did you mean --user-id?")
    refused(binary.run("user", "create", "--frobnicate", "1"), 2, "there is no flag --frobnicate",
            "`kaquan user create --help`")


def test_flag_without_its_value(place):
    refused(binary.run("user", "create", "--data"), 2, "--data needs a value")
    refused(binary.run("user", "create", "--user-id", "--state"), 2, "--user-id needs a value")


def test_required_flag(place):
    refused(binary.run("user", "create", data=place.data), 2, "--user-id ID is missing")
    refused(binary.run("user", "create", data=place.data, user_id=""), 2, "--user-id ID is missing")


def test_word_too_many(place):
    refused(binary.run("user", "list", "all", data=place.data), 2, "takes only flags, not all")


def test_value_that_is_no_text(place):
    done = run_bytes("user", "create", data=place.data, user_id="2088000000000001", taobao_nick="\udcff\udcfe")
    refused(done, 2, "--taobao-nick is not UTF-8 text")


def test_values_out_of_form(place):
    template = {"data": place.data, "pid": "2088101122136241", "type": "CASHLESS_FIX_VOUCHER", "brand_name": "优酷"}
    refused(binary.run("template", "create", **template, amount="9.999"), 2, "--amount takes yuan", "9.999")
    refused(binary.run("template", "create", **template, quantity="0"), 2, "--quantity takes a whole number from 1")
    refused(binary.run("template", "create", **template, publish_start="2026-02-30 00:00:00"), 2,
            "--publish-start takes a Beijing time")


def test_no_data_directory(tmp_path):
    missing = tmp_path / "missing"
    refused(binary.run("user", "list", data=missing), 1, "there is no directory", f"`kaquan init --data {missing}`")
    refused(binary.run("user", "list", data=tmp_path), 1, "no data directory yet", "`kaquan init --data")
    refused_as_json(binary.run("user", "list", "--json", data=missing), 1, "NOT_FOUND")
