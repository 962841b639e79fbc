# SPDX-License-Identifier: Apache-2.0
"""kaquan completion: what could be written next, asked as the shells' scripts ask; and the scripts, in the shells."""

import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest
from support import binary

from command import refused

SEND = "alipay.marketing.voucher.send"


def lines(*words, environment=None):
    """The answer for these words, of which the last one is being written."""
    done = subprocess.run([binary.BINARY, "__complete", *words], env={**binary.ENVIRONMENT, **(environment or {})},
                          capture_output=True, text=True, encoding="utf-8", timeout=binary.COMMAND_TIMEOUT_S, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def candidates(*words, environment=None):
    return [line.partition("\t")[0] for line in lines(*words, environment=environment)]


def described():
    return json.loads(binary.must_run("help", json=True))


def test_first_word():
    first = {entry["command"].split()[0] for entry in described()}
    assert sorted(candidates("")) == sorted(first | {"help", "man"})
    assert candidates("tem") == ["template"] and candidates("ver") == ["verify", "version"]
    assert candidates("zz") == [] and candidates() == []


def test_second_word():
    assert candidates("template", "") == ["create", "activate", "delete", "list", "show"]
    assert candidates("app", "rot") == ["rotate-key"] and candidates("nothing", "") == []
    assert candidates("help", "temp") == ["template"] and candidates("man", "template", "sh") == ["show"]


@pytest.mark.parametrize("command", [entry["command"] for entry in described()])
def test_every_flag_of_every_command(command):
    flags = {"--" + flag["name"] for entry in described() if entry["command"] == command for flag in entry["flags"]}
    assert set(candidates(*command.split(), "--")) == flags


def test_flags_that_are_given_are_not_offered_again():
    assert "--data" not in candidates("user", "create", "--data", "d", "--")
    assert "--data" not in candidates("user", "create", "--data=d", "--")
    assert "--login-id" in candidates("user", "create", "--login-id", "1", "--")
    assert candidates("user", "create", "--st") == ["--state"]


@pytest.mark.parametrize("entry", described(), ids=lambda entry: entry["command"])
def test_values(entry):
    """Each value that is offered is one that the flag's text names."""
    for flag in entry["flags"]:
        words = [*entry["command"].split(), "--" + flag["name"], ""]
        for choice in flag["choices"]:
            assert re.search(rf"\b{choice}\b", flag["text"] + " " + flag["value"]), flag
        if flag["choices"]:
            assert candidates(*words) == flag["choices"]
            assert candidates(*words[:-1], flag["choices"][-1][:2])[-1] == flag["choices"][-1]
            assert candidates(*words[:-2], f"--{flag['name']}=") == [f"--{flag['name']}={choice}" for choice in flag["choices"]]
        elif flag["value"] in ("FILE", "DIR"):
            assert candidates(*words) == [":files" if flag["value"] == "FILE" else ":directories"]


def test_every_list_of_words_is_offered():
    wanted = {("user create", "state"), ("template create", "type"), ("notification list", "state"), ("pass list", "group"),
              ("call", "charset"), ("call", "sign-type"), ("report", "by"), ("report", "format"), ("app create", "sign-type")}
    found = {(entry["command"], flag["name"]) for entry in described() for flag in entry["flags"] if flag["choices"]}
    assert found >= wanted


def test_methods():
    names = candidates("call", "")
    assert SEND in names and len(names) >= 24 and all(name.startswith("alipay.") for name in names)
    assert candidates("call", "alipay.marketing.voucher.se") == [SEND]
    assert candidates("call", "voucher.s") == ["voucher.send"]
    assert candidates("help", "call", "voucher.s") == ["voucher.send"]
    assert candidates("app", "limit", "--method", SEND[:-1]) == [SEND]


def test_ends_of_methods():
    """Each end that `call` takes for one method, and none that it does not."""
    names = candidates("call", "")
    ends = [name.split(".", dots)[dots] for name in names for dots in range(1, name.count(".") + 1)]
    enough = [end for end in ends if ends.count(end) == 1]
    assert "voucher.list.query" in enough and "send" not in enough
    for first in {end[0] for end in enough}:
        offered = candidates("call", first)
        assert sorted(offered) == sorted(name for name in [*names, *enough] if name.startswith(first))
    assert candidates("call", "voucher.l") == ["voucher.list.query"]
    assert all(binary.run("call", end, "--help").returncode == 0 for end in enough[::7])
    assert candidates("app", "limit", "--method", "voucher.l") == []


def test_fields_of_the_method_on_the_line():
    offered = candidates("call", "voucher.send", "")
    assert offered[:3] == ["--template-id", "--login-id", "--taobao-nick"] and "--gateway" in offered
    assert "--template-id" not in candidates("call", "voucher.send", "--template-id", "1", "--")
    assert candidates("call", "--verbose", "voucher.send", "--out") == ["--out-biz-no"]
    assert candidates("call", "--app-id", "1", "voucher.send", "--out") == ["--out-biz-no"]
    assert candidates("call", "batchsend", "--vouch") == ["--vouchers", "--vouchers.user-id"]
    assert "--template-id" not in candidates("call", "--")


def test_values_of_fields():
    assert candidates("call", "grouplist.query", "--group-type", "") == ["card", "voucher", "ticket", "cert"]
    assert candidates("call", "grouplist.query", "--need-shopinfo", "") == ["true", "false"]
    assert candidates("call", "grouplist.query", "--time-status=") != []
    assert "--user-id" in candidates("call", "grouplist.query", "--need-shopinfo", "--")


def test_profiles(tmp_path):
    path = tmp_path / "config"
    path.write_text("[profile one]\n[profile two]\n")
    assert candidates("call", "--profile", "", environment={"KAQUAN_CONFIG": str(path)}) == ["one", "two"]
    assert candidates("call", "--config", str(path), "--profile", "t") == ["two"]
    assert candidates("profile", "show", "", environment={"KAQUAN_CONFIG": str(path)}) == ["one", "two"]
    assert candidates("call", "--profile", "") == []
    path.write_text("[what\n")
    assert candidates("call", "--config", str(path), "--profile", "") == []


def test_descriptions_in_the_language_of_the_locale():
    assert lines("call", "voucher.s") == ["voucher.send\tissue a voucher to a user"]
    assert lines("call", "voucher.s", environment={"LC_ALL": "zh_CN.UTF-8"}) == ["voucher.send\t发券"]
    assert lines("user", "list", "--da") == ["--data\tthe data directory that `kaquan init` made"]


def test_unknown_shell():
    refused(binary.run("completion", "ksh"), 2, "the SHELL is bash, zsh or fish, not ksh")
    refused(binary.run("completion"), 2, "needs a SHELL")
    assert candidates("completion", "") == ["bash", "zsh", "fish"]


# In the shells

BASH = r"""
source <("$1" completion bash)
COMP_LINE=$2 COMP_POINT=${#2}
# As bash parts a line into words: at blanks, and at each run of = and :, which is a word of its own.
COMP_WORDS=()
rest=$COMP_LINE
while [[ -n $rest ]]; do
    if [[ $rest =~ ^[[:blank:]]+(.*)$ ]]; then rest=${BASH_REMATCH[1]}; ended=yes; continue; fi
    [[ $rest =~ ^([=:]+|[^=:[:blank:]]+)(.*)$ ]]
    COMP_WORDS+=("${BASH_REMATCH[1]}") rest=${BASH_REMATCH[2]}
done
[[ $COMP_LINE == *[[:blank:]] ]] && COMP_WORDS+=("")
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
compopt() { :; }
_kaquan
printf '%s\n' "${COMPREPLY[@]}"
"""


def in_bash(line, folder=None):
    done = subprocess.run(["bash", "-c", BASH, "bash", binary.BINARY, f"{binary.BINARY} {line}"], env=binary.ENVIRONMENT,
                          cwd=folder, capture_output=True, text=True, timeout=binary.COMMAND_TIMEOUT_S, check=True)
    assert done.stderr == ""
    return done.stdout.split()


def test_bash(tmp_path):
    (tmp_path / "key.pem").write_bytes(b"")
    (tmp_path / "folder").mkdir()
    assert in_bash("tem") == ["template"]
    assert in_bash("template ") == ["create", "activate", "delete", "list", "show"]
    assert in_bash("call voucher.send --out") == ["--out-biz-no"]
    assert in_bash("call voucher.l") == ["voucher.list.query"]
    assert in_bash("call --charset ") == ["utf-8", "gbk", "gb2312"]
    assert in_bash("call --charset=") == ["utf-8", "gbk", "gb2312"]
    assert in_bash("call --charset=g") == ["gbk", "gb2312"]
    assert in_bash("call --gateway http://127.0.0.1:1/ voucher.send --memo a:b=c --out") == ["--out-biz-no"]
    assert in_bash("call --private-key k", tmp_path) == ["key.pem"]
    assert in_bash("call --private-key=k", tmp_path) == ["key.pem"]
    assert in_bash("serve --data ", tmp_path) == ["folder"]


# In the place of the program: tells what it is run with, but answers as the program does what completion asks.
STAND_IN = """#!/bin/sh
case $1 in
__complete | completion) exec '{binary}' "$@" ;;
*) echo "ran with: $*" ;;
esac
"""


def environment(folder):
    (folder / "bin").mkdir()
    (folder / "bin" / "kaquan").write_text(STAND_IN.format(binary=binary.BINARY))
    (folder / "bin" / "kaquan").chmod(0o755)
    return {**binary.ENVIRONMENT, "HOME": str(folder), "ZDOTDIR": str(folder), "TERM": "dumb",
            "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder),
            "PATH": f"{folder}/bin:{os.environ['PATH']}"}


class Shell:
    """A shell on a terminal; `press` types, `until` waits for what it shows."""

    def __init__(self, command, folder):
        variables = environment(folder)
        self.process, self.master = pty.fork()
        if self.process == 0:
            os.chdir(folder)
            os.execvpe(command[0], command, variables)
        self.shown = b""

    def press(self, text):
        os.write(self.master, text.encode())

    def until(self, text):
        give_up = time.monotonic() + binary.COMMAND_TIMEOUT_S
        while text.encode() not in self.shown:
            readable, _, _ = select.select([self.master], [], [], max(0, give_up - time.monotonic()))
            assert readable, self.shown
            self.shown += os.read(self.master, 65536)

    def close(self):
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)
        os.close(self.master)


@pytest.fixture
def shell(tmp_path):
    started = []

    def start(*command):
        started.append(Shell(command, tmp_path))
        return started[-1]

    yield start
    for one in started:
        one.close()


LINE = "kaquan call voucher.l\t--user\t1 --charset=gbk --tem\t2\n"
RAN = "ran with: call voucher.list.query --user-id 1 --charset=gbk --template-id 2"


def test_bash_on_a_terminal(shell):
    bash = shell("bash", "--norc", "--noprofile", "-i")
    bash.press("source <(kaquan completion bash); echo re''ady\n")
    bash.until("\nready")
    bash.press(LINE)
    bash.until(RAN)


def has(name):
    """Are the tests of this shell among those of this machine? `scripts/bootstrap check` installs what they need."""
    return [name] if shutil.which(name) else []


@pytest.mark.parametrize("name", has("zsh"))
def test_zsh(shell, name):
    zsh = shell(name, "-f", "-i")
    zsh.press("autoload -U compinit; compinit -u -D; source <(kaquan completion zsh); echo re''ady\n")
    zsh.until("\nready")
    zsh.press(LINE)
    zsh.until(RAN)


@pytest.mark.parametrize("name", has("fish"))
def test_fish(tmp_path, name):
    script = "kaquan completion fish | source; complete -C 'kaquan call voucher.send --out'; " \
             "complete -C 'kaquan call voucher.l'; " \
             "complete -C 'kaquan call --charset '; complete -C 'kaquan call --charset=g'"
    done = subprocess.run([name, "-N", "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
                          env=environment(tmp_path), timeout=binary.COMMAND_TIMEOUT_S)
    shown = [line.partition("\t")[0] for line in done.stdout.splitlines()]
    assert sorted(shown) == ["--charset=gb2312", "--charset=gbk", "--out-biz-no", "gb2312", "gbk", "utf-8",
                             "voucher.list.query"]
