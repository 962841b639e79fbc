# SPDX-License-Identifier: Apache-2.0
"""Profiles: who calls which gateway, in a file; and the commands that write it."""

import json
import os
import stat
import subprocess

import pytest
from support import binary

from command import refused, run_bytes
from test_call import KEY_FILES, LIST, caller, private_key_file

__all__ = ["caller", "private_key_file"]

KEYS = f"private_key = {KEY_FILES}/private_pkcs8.der\ngateway_public_key = {KEY_FILES}/public.der\n"
FILE = f"""# mine
profile = first
[profile first]
gateway = http://127.0.0.1:9/gateway.do
app_id = 1
{KEYS}
[profile second]
gateway = http://127.0.0.1:10/gateway.do
app-id = 2
charset = gbk
sign_type = RSA
timeout = 7
app_auth_token = token-2
{KEYS}"""


@pytest.fixture
def home(tmp_path):
    """A home with such a file; gives the variables that lead there."""
    folder = tmp_path / ".config" / "kaquan"
    folder.mkdir(parents=True)
    (folder / "config").write_text(FILE)
    return {"HOME": str(tmp_path), "XDG_CONFIG_HOME": ""}


def dry(*words, environment, **flags):
    done = run_bytes("call", LIST, *words, "--dry-run", "--json", environment=environment, **flags)
    assert done.returncode == 0, done.stderr
    shown = json.loads(done.stdout)
    parameters = dict(pair.split("=", 1) for pair in shown["string_to_sign"].split("&"))
    return shown["url"].partition("?")[0], parameters


def test_the_files_own_choice(home):
    url, parameters = dry(environment=home)
    assert (url, parameters["app_id"], parameters["charset"]) == ("http://127.0.0.1:9/gateway.do", "1", "utf-8")


def test_profile_by_name(home):
    for environment, words in [(home, ["--profile", "second"]), ({**home, "KAQUAN_PROFILE": "second"}, [])]:
        url, parameters = dry(*words, environment=environment)
        assert url == "http://127.0.0.1:10/gateway.do"
        assert {name: parameters[name] for name in ("app_id", "charset", "sign_type", "app_auth_token")} == {
            "app_id": "2", "charset": "gbk", "sign_type": "RSA", "app_auth_token": "token-2"}


def test_flag_before_variable_before_profile_before_the_rest_of_the_file(home, tmp_path):
    assert dry(environment={**home, "KAQUAN_APP_ID": "3"})[1]["app_id"] == "3"
    assert dry(environment={**home, "KAQUAN_APP_ID": "3"}, app_id="4")[1]["app_id"] == "4"
    (tmp_path / "other").write_text("app_id = 5\ncharset = gbk\n" + FILE)
    _, parameters = dry(environment=home, config=tmp_path / "other")
    assert (parameters["app_id"], parameters["charset"]) == ("1", "gbk")


def test_config_home(home, tmp_path):
    (tmp_path / "xdg" / "kaquan").mkdir(parents=True)
    (tmp_path / "xdg" / "kaquan" / "config").write_text(FILE.replace("profile = first", "profile = second"))
    assert dry(environment={**home, "XDG_CONFIG_HOME": str(tmp_path / "xdg")})[1]["app_id"] == "2"


def test_section_named_default(home, tmp_path):
    (tmp_path / "named").write_text(FILE.replace("profile = first\n", "").replace("[profile second]", "[ profile  default ]"))
    assert dry(environment=home, config=tmp_path / "named")[1]["app_id"] == "2"


def test_path_in_the_home_directory(home, tmp_path):
    (tmp_path / "app.der").write_bytes((KEY_FILES / "private_pkcs8.der").read_bytes())
    (tmp_path / "tilde").write_text(FILE.replace(f"private_key = {KEY_FILES}/private_pkcs8.der", "private_key = ~/app.der"))
    assert dry(environment=home, config=tmp_path / "tilde")[1]["app_id"] == "1"


def test_unknown_profile(home, tmp_path):
    refused(run_bytes("call", LIST, environment=home, profile="third"), 2, "there is no profile third in ",
            "`kaquan profile list`")
    nowhere = {"HOME": str(tmp_path / "nowhere"), "XDG_CONFIG_HOME": ""}
    refused(run_bytes("call", LIST, environment=nowhere, profile="third"), 2, "`kaquan profile set third --help`")


@pytest.mark.parametrize("text, parts", [
    ("[profile]\n", ["line 1: a section is [profile NAME]"]),
    ("[profile a b]\n", ["a section is [profile NAME]"]),
    ("[profile a\n", ["a section is [profile NAME]"]),
    ("[server a]\n", ["a section is [profile NAME]"]),
    ("[profile default]\ngatway = x\n", ["line 2: there is no setting gatway; did you mean gateway?"]),
    ("[profile default]\ngateway\n", ["line 2: not of the form `name = value`"]),
    ("[profile default]\napp_id = 1\napp-id = 2\n", ["line 3: app-id is given twice"]),
])
def test_file_out_of_form(home, tmp_path, text, parts):
    (tmp_path / "bad").write_text(text)
    refused(run_bytes("call", LIST, environment=home, config=tmp_path / "bad"), 2, *parts)


def test_other_commands_pass_over_profiles(own_place):
    (own_place.data / "kaquan.conf").write_text("json = true\n" + FILE)
    assert json.loads(own_place.run("user", "list")) == []


# The commands

def test_set_and_call(caller, template_id, user, tmp_path):
    """What a newcomer does: written once, and every call is short."""
    home = {"XDG_CONFIG_HOME": str(tmp_path / "made")}
    done = run_bytes("profile", "set", "demo", environment=home, **caller)
    assert (done.returncode, done.stdout) == (0, "profile demo written\n"), done.stderr
    done = run_bytes("call", "voucher.list.query", environment=home, template_id=template_id, user_id=user.user_id)
    assert (done.returncode, done.stdout) == (0, '{"code":"10000","msg":"Success","vouchers":[]}\n')
    path = tmp_path / "made" / "kaquan" / "config"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_set_keeps_what_else_is_written(tmp_path):
    path = tmp_path / "config"
    path.write_text("# top\nprofile = a\n\n[profile a]\n# remark\napp-id = 1\ncharset = gbk\n\n[profile b]\napp_id = 2\n")
    done = binary.run("profile", "set", "a", config=path, app_id="3", charset="", sign_type="RSA")
    assert done.returncode == 0, done.stderr
    assert path.read_text() == ("# top\nprofile = a\n\n[profile a]\n# remark\napp_id = 3\nsign_type = RSA\n\n"
                                "[profile b]\napp_id = 2\n")
    assert binary.run("profile", "set", "c", "--default", config=path, app_id="4").returncode == 0
    assert path.read_text().startswith("# top\nprofile = c\n\n") and path.read_text().endswith(
        "[profile b]\napp_id = 2\n\n[profile c]\napp_id = 4\n")


def test_set_makes_paths_absolute(tmp_path):
    (tmp_path / "key.pem").write_bytes(b"")
    path = tmp_path / "config"
    relative = os.path.relpath(tmp_path / "key.pem")
    assert binary.run("profile", "set", "a", config=path, private_key=relative).returncode == 0
    assert path.read_text() == f"profile = a\n[profile a]\nprivate_key = {tmp_path.resolve()}/key.pem\n"


def test_set_refuses(tmp_path):
    path = tmp_path / "config"
    refused(binary.run("profile", "set", "a b", config=path), 2, "a profile's name is letters, digits")
    refused(binary.run("profile", "set", config=path), 2, "needs a NAME")
    refused(binary.run("profile", "set", "a", config=path, private_key=tmp_path / "none"), 1, "--private-key", "none")
    refused(binary.run("profile", "set", "a", config=path, app_id="1\n[profile b]"), 2, "--app-id takes one line")
    refused(binary.run("profile", "set", "a", config=path, timeout="x"), 2, "--timeout takes a whole number")
    refused(binary.run("profile", "set", "a", config=path, protocol="v4"), 2, "the protocol must be form or v3, not v4")
    refused(binary.run("profile", "set", "a", config=path, gateway="foo"), 2, "must begin with http:// or https://: foo")
    refused(binary.run("profile", "set", "a", config=path, gateway="http://a/?b"), 2, "must end before its query")
    refused(binary.run("profile", "set", "a", config=path, charset="big5"), 2, "utf-8, gbk or gb2312, not big5")
    refused(binary.run("profile", "set", "a", config=path, sign_type="RSA3"), 2, "RSA2 or RSA, not RSA3")
    assert not path.exists()


@pytest.mark.parametrize(("setting", "sentence"), [
    ("charset = big5", "the charset must be utf-8, gbk or gb2312, not big5"),
    ("protocol = v4", "the protocol must be form or v3, not v4"),
    ("sign_type = RSA3", "the sign type must be RSA2 or RSA, not RSA3"),
    ("gateway = foo", "the gateway's URL must begin with http:// or https://: foo"),
    ("timeout = x", "timeout takes a whole number from 1 to 3600, not x")])
def test_refusals_name_the_line(tmp_path, setting, sentence):
    path = tmp_path / "c"
    gateway = "" if setting.startswith("gateway") else "gateway = http://127.0.0.1:9/\n"
    path.write_text(f"profile = a\n[profile a]\n{setting}\n{gateway}app_id = 1\n{KEYS}")
    done = binary.run("call", LIST, config=path)
    refused(done, 2, f"{path} line 3: {sentence}")
    name = setting.partition(" ")[0]
    if name in ("charset", "protocol"):
        assert binary.run("call", LIST, "--dry-run", config=path, **{name: {"charset": "gbk"}.get(name, "form")}).returncode == 0
        done = run_bytes("call", LIST, config=path, environment={f"KAQUAN_{name.upper()}": "what"})
        refused(done, 2, f"kaquan: KAQUAN_{name.upper()}: the {name} must be")


def test_no_profile_was_chosen(home, tmp_path):
    (tmp_path / ".config" / "kaquan" / "config").write_text("[profile mine]\ngateway = http://127.0.0.1:9/\n")
    refused(run_bytes("call", LIST, environment=home), 2, "--gateway URL is missing", "; no profile was chosen (--profile mine)")
    refused(run_bytes("call", LIST, "--profile", "mine", environment=home), 2, "--app-id ID is missing: the application that calls\n")
    done = run_bytes("call", LIST, environment={**home, "LC_ALL": "zh_CN.UTF-8"})
    refused(done, 2, "缺少 --gateway URL：网关地址，", "；没有选择 profile（--profile mine）")


@pytest.mark.parametrize("is_there", [True, False])
def test_set_writes_through_a_link(tmp_path, is_there):
    (tmp_path / "dotfiles").mkdir()
    target, link = tmp_path / "dotfiles" / "kaquan", tmp_path / "config"
    if is_there:
        target.write_text("# mine\n")
    link.symlink_to("dotfiles/kaquan")
    assert binary.run("profile", "set", "a", config=link, app_id="1").returncode == 0
    assert link.is_symlink() and target.read_text().endswith("[profile a]\napp_id = 1\n")
    assert target.read_text().startswith("# mine\n") == is_there


def test_set_at_the_same_time(tmp_path):
    path = tmp_path / "new" / "folder" / "config"
    names = [f"p{number}" for number in range(16)]
    started = [subprocess.Popen(binary.arguments(["profile", "set", name], {"config": path, "app_id": "1"}),
                                env=binary.ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for name in names]
    assert [(process.communicate(timeout=binary.COMMAND_TIMEOUT_S)[1], process.returncode) for process in started] == \
        [(b"", 0)] * len(names)
    assert sorted(row["profile"] for row in json.loads(binary.must_run("profile", "list", "--json", config=path))) == sorted(names)
    assert os.listdir(path.parent) == ["config"]


def test_list_and_show(home):
    done = run_bytes("profile", "list", "--json", environment=home)
    first, second = json.loads(done.stdout)
    assert (first["profile"], first["default"], first["app_id"], first["app_auth_token"]) == ("first", True, "1", None)
    assert (second["profile"], second["default"], second["app_auth_token"]) == ("second", False, "(set)")
    assert "token-2" not in done.stdout
    assert (first["timeout"], second["timeout"]) == (None, "7")
    assert json.loads(run_bytes("profile", "show", "--json", environment=home).stdout) == first
    assert json.loads(run_bytes("profile", "show", "second", "--json", environment=home).stdout) == second
    refused(run_bytes("profile", "show", "third", environment=home), 1, "there is no profile third in ")
    assert run_bytes("profile", "list", "--json").stdout == "[]\n"
