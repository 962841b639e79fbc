# SPDX-License-Identifier: Apache-2.0
"""Help in Chinese, where the locale asks for it: all of it."""

import json
import re

import pytest
from support import binary
from support.binary import ROOT

CJK = re.compile(r"[\u4e00-\u9fff]")
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"')


def table(name):
    """English → Chinese, as src/cli/chinese_help.c has it."""
    source = (ROOT / "src/cli/chinese_help.c").read_text("utf-8")
    body = re.search(rf"kq_translation {name}\[\] = \{{\n(.*?)\n\}};", source, re.DOTALL)[1]
    rows = {}
    for row in re.split(r"^    \{", body, flags=re.MULTILINE)[1:]:
        english, chinese = split_row(row)
        assert english not in rows, f"two rows for {english}"
        rows[english] = chinese
    return rows


def split_row(row):
    """The two texts of a row; a text may stand in several literals."""
    pair = re.fullmatch(r'((?:"(?:\\.|[^"\\])*"\s*)+),\s*((?:"(?:\\.|[^"\\])*"\s*)+)\},?\s*', row)
    assert pair, row
    return [json.loads('"' + "".join(LITERAL.findall(text)) + '"') for text in pair.groups()]


def described():
    return json.loads(binary.must_run("help", json=True))


@pytest.fixture(name="chinese")
def chinese_locale(monkeypatch):
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")


def texts(entries):
    return {text for entry in entries
            for text in [entry["text"], *(flag["text"] for flag in entry["flags"]),
                         *(column["text"] for column in entry["columns"])]}


def test_every_text_has_a_row_and_every_row_a_text():
    rows = table("kq_chinese_help")
    wanted = texts(described())
    assert sorted(wanted - rows.keys()) == [], "these have no Chinese in src/cli/chinese_help.c"
    assert sorted(rows.keys() - wanted) == [], "no command says these any more"
    for english, chinese in rows.items():
        assert CJK.search(chinese) or english == "CASHLESS_FIX_VOUCHER, CASHLESS_RANDOM_VOUCHER, FIX_VOUCHER or " \
                                                 "EXCHANGE_VOUCHER", english


def test_every_name_of_a_value_has_a_row_or_is_the_protocols():
    rows = table("kq_chinese_words")
    entries = described()
    wanted = {flag["value"] for entry in entries for flag in entry["flags"] if flag["value"]}
    wanted |= {entry["operand"] for entry in entries if entry["operand"]}
    assert wanted - rows.keys() <= {"ID", "PID", "URL", "URI", "JSON", "BASE64", "on|off"}
    of_fields = {"TEXT", "YUAN", "NUMBER", "TIME", "TEXT..."}
    assert rows.keys() <= wanted | of_fields


def without_what_is_no_prose(text, entries):
    """Examples, code, names of flags, fields, values and products go; prose stays."""
    for entry in entries:
        for example in [entry["example"], *entry["more_examples"]]:
            text = text.replace(example, "")
        text = re.sub(rf"^(  |kaquan |用法：kaquan ){entry['command']}(?=  |：| )", "", text, flags=re.MULTILINE)
    text = re.sub(r"^  (kaquan|gunzip) .*$|^      --.*$", "", text, flags=re.MULTILINE)
    text = re.sub(r"`[^`]*`|https?://\S+|--[a-z.-]+|alipay\.\S+|\b[A-Z]\S*|\S*[_/.=]\S*", "", text, flags=re.ASCII)
    text = re.sub(r"；例如 .*$", "", text, flags=re.MULTILINE)
    return re.sub(r"（(默认|例如)：?[^（）]*）", "", text)


def english_words(text):
    return re.findall(r"\b(the|a|an|of|or|and|is|are|to|that|at most|required|default|usage|flags|only|show|list|make|"
                      r"explains|from|with|this|its|where)\b", text, re.ASCII)


@pytest.mark.usefixtures("chinese")
def test_no_english_sentence_is_left():
    entries = described()
    pages = [["help"], *(["help", entry["command"].split()[0]] for entry in entries if " " in entry["command"]),
             *([*entry["command"].split(), "--help"] for entry in entries)]
    pages += [["call", method, "--help"]
              for method in re.findall(r"^  (alipay\.\S+) ", binary.must_run("help", "call"), re.MULTILINE)]
    for words in pages:
        text = binary.must_run(*words)
        assert CJK.search(text), words
        for line in without_what_is_no_prose(text, entries).splitlines():
            assert english_words(line) == [], (words, line)


@pytest.mark.usefixtures("chinese")
def test_columns_stay_in_line():
    """A Chinese character takes two columns of a screen."""
    widths = {sum(2 if ord(character) > 0x2E80 else 1 for character in head)
              for head in re.findall(r"^(  --(?:data|json|listen|workers|config)(?: \S+)?  +)(?=\S)",
                                     binary.must_run("serve", help=True), re.MULTILINE)}
    assert len(widths) == 1


@pytest.mark.parametrize(("variables", "chinese"), [
    ({"LC_ALL": "zh_CN.UTF-8"}, True),
    ({"LC_ALL": "zh"}, True),
    ({"LC_ALL": "zh_TW", "LANG": "en_US.UTF-8"}, True),
    ({"LC_ALL": "", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "C"}, True),
    ({"LANG": "zh_CN.UTF-8"}, True),
    ({"LC_MESSAGES": "", "LANG": "zh_CN.UTF-8"}, True),
    ({"LC_ALL": "C", "LC_MESSAGES": "zh_CN.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
    ({"LC_MESSAGES": "en_GB.UTF-8", "LANG": "zh_CN.UTF-8"}, False),
    ({"LC_CTYPE": "zh_CN.UTF-8"}, False),
    ({}, False),
])
def test_which_variable_counts(monkeypatch, variables, chinese):
    for name in ("LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG"):
        monkeypatch.delitem(binary.ENVIRONMENT, name, raising=False)
    for name, value in variables.items():
        monkeypatch.setitem(binary.ENVIRONMENT, name, value)
    assert ("用法：kaquan serve" in binary.must_run("serve", help=True)) is chinese


def test_json_is_the_same_in_every_language(monkeypatch):
    english = binary.must_run("help", json=True)
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")
    assert binary.must_run("help", json=True) == english
