# SPDX-License-Identifier: Apache-2.0
"""Man pages: one a command, made from the same tables as help, and without a complaint from troff."""

import json
import re
import shutil
import subprocess

import pytest
from support import binary
from support.binary import ROOT

from command import refused

HANDWRITTEN = [ROOT / "docs/libkaquan.3", ROOT / "packaging/debian/kaquan-service.8"]


def complaints(pages):
    """What the formatters that are installed have to say; one of them at least is."""
    linters = [command for command in (["mandoc", "-Tlint", "-W", "warning"],
                                       ["groff", "-K", "utf8", "-ww", "-z", "-man", "-Tutf8"])
               if shutil.which(command[0])]
    assert linters, "neither mandoc nor groff is installed"
    said = ""
    for command in linters:
        for page in pages:
            done = subprocess.run([*command, str(page)], capture_output=True, text=True, check=False, timeout=60)
            said += done.stdout + done.stderr
    return said


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    made = tmp_path_factory.mktemp("man") / "man1"
    assert binary.must_run("man", into=made) == ""
    return made


def described():
    return json.loads(binary.must_run("help", json=True))


def plain(page):
    """What a reader would search for: the escapes undone."""
    text = page.replace("\\&", "")
    for escape, character in {r"\-": "-", r"\(aq": "'", r"\(ga": "`", r"\(ti": "~", r"\(ha": "^", r"\(dq": '"',
                              r"\e": "\\"}.items():
        text = text.replace(escape, character)
    return text


def test_a_page_for_every_command(directory):
    expected = {"kaquan.1"} | {"kaquan-" + entry["command"].replace(" ", "-") + ".1" for entry in described()}
    assert {page.name for page in directory.iterdir()} == expected
    overview = plain((directory / "kaquan.1").read_text("utf-8"))
    for entry in described():
        words = entry["command"].split()
        page = (directory / f"kaquan-{'-'.join(words)}.1").read_text("utf-8")
        assert binary.must_run("man", *words) == page
        assert f".B kaquan {entry['command']}\n{entry['text']}\n" in overview
        for text in [entry["text"], entry["example"], *entry["more_examples"],
                     *(flag["text"] for flag in entry["flags"]), *(column["text"] for column in entry["columns"])]:
            assert text in plain(page), (words, text)
        for flag in entry["flags"]:
            assert re.search(rf"^\.BI --{flag['name']}\b", plain(page), re.MULTILINE), flag
    assert binary.must_run("man") == (directory / "kaquan.1").read_text("utf-8")


def test_exit_status(directory):
    """A verdict is on standard output, other refusals on standard error."""
    def status(name):
        text = plain((directory / name).read_text("utf-8"))
        return " ".join(re.search(r"EXIT STATUS\n(.*?)\n\.TP\n2\n", text, re.DOTALL)[1].split())
    failed = "refused, or failed: one sentence on standard error says why"
    assert status("kaquan-verify.1").endswith(f"1 the signature does not verify: standard output says so, and why; or {failed}")
    assert status("kaquan-audit.1").endswith(f"standard output says what; or {failed}")
    assert f"or {failed}" in status("kaquan-user-import.1") and status("kaquan-call.1").endswith(f"1 {failed}")


def test_fields_of_methods(directory):
    page = plain((directory / "kaquan-call.1").read_text("utf-8"))
    methods = re.findall(r"^  (alipay\.\S+) ", binary.must_run("help", "call"), re.MULTILINE)
    assert len(methods) > 20
    for method in methods:
        section = page.split(f".SS {method}\n")[1].split("\n.S")[0]
        fields = binary.must_run("call", method, help=True).split("\nIts fields")[1].split("\n\n")[0]
        for flag in re.findall(r"^  --(\S+) ", fields, re.MULTILINE):
            assert f".BI --{flag} " in section, (method, flag)


def test_troff_has_no_complaint(directory):
    assert complaints([*sorted(directory.iterdir()), *HANDWRITTEN]) == ""


def test_the_library_s_page_names_what_there_is():
    header = (ROOT / "include/kaquan.h").read_text("utf-8")
    page = HANDWRITTEN[0].read_text("utf-8")
    functions = set(re.findall(r"\bkq_client_\w+(?=\()", header)) - {"kq_client_done"}
    for name in functions:
        assert name in page, name
    for name in set(re.findall(r"kq_client_\w+(?=\(| ?\()", page)):
        assert name in functions, name
    statuses = re.findall(r"KQ_CLIENT_[A-Z]+", re.search(r"enum kq_client_status \{(.*?)\};", header, re.DOTALL)[1])
    assert sorted(set(statuses)) == sorted(set(re.findall(r"^\.B (KQ_CLIENT_[A-Z]+)$", page, re.MULTILINE)))


def test_same_pages_in_every_language(monkeypatch):
    english = binary.must_run("man", "serve")
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")
    assert binary.must_run("man", "serve") == english


def test_refusals(tmp_path):
    refused(binary.run("man", "frobnicate"), 2, "there is no `kaquan frobnicate`")
    refused(binary.run("man", "app"), 2, "`kaquan app` needs one more word")
    (tmp_path / "file").write_text("")
    refused(binary.run("man", into=tmp_path / "file"), 1, "file/kaquan.1 cannot be written")
    refused(binary.run("man", into=tmp_path / "no" / "such"), 1, "cannot be made")
