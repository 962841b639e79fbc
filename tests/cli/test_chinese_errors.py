# SPDX-License-Identifier: Apache-2.0
"""Errors in Chinese, where the locale asks for it. Programs, which say --json, get the same English everywhere."""

import json
import re

import pytest
from support import binary
from support.binary import ROOT

CJK = re.compile(r"[\u4e00-\u9fff]")
LITERAL = r'"(?:\\.|[^"\\])*"'
PIECE = re.compile(rf"{LITERAL}|PRI[a-z]\d+")
# What follows a code, a status, or a context's error: kq_fail, kq_fail_in, KQ_ENSURE and their like; and warnings.
FAILURE = re.compile(r"(?:(?:KQ_E_\w+|KQ_CLIENT_[A-Z]+|(?:kq_fail_in|kq_answer_blame)\(\w+)\s*,|kq_warn\()"
                     rf"\s*((?:{LITERAL}|PRI[a-z]\d+|\s)+)")
CONVERSION = re.compile(r"%[-0-9.*]*(?:zu|ll[du]|l[du]|[a-zA-Z])")

# What only puts a sentence behind where it belongs: the program takes these apart by itself.
CONTEXTS = {"%: %", "--%: %: %"}

# The files whose sentences all have Chinese: the whole command line, and the rooms that its commands quote.
ROOMS = {
    "kq_chinese_errors": ["src/cli/*.c"],
    "kq_chinese_key_errors": ["src/base/*.c", "src/wire/*.c"],
    "kq_chinese_client_errors": ["src/client/*.c"],
    "kq_chinese_domain_errors": ["src/domain/*.c", "src/store/*.c", "src/store/sqlite/*.c"],
    "kq_chinese_doctor_errors": ["src/doctor/*.c"],
    "kq_chinese_server_errors": ["src/server/access_log.c", "src/server/address.c", "src/server/loop.c",
                                 "src/server/server.c", "src/server/worker.c"],
}


def text_of(literals):
    return "".join(json.loads(piece) if piece.startswith('"') else piece for piece in PIECE.findall(literals))


def form_of(text):
    """A format as the tables have it: each conversion is one %, and any that touch are one."""
    text = re.sub(r"%(PRI[a-z]\d+)", "%d", text)
    return re.sub("%+", "%", CONVERSION.sub("%", text))


def formats(patterns):
    found = {}
    for path in sorted(path for pattern in patterns for path in ROOT.glob(pattern)):
        for match in FAILURE.finditer(path.read_text("utf-8")):
            form = form_of(text_of(match[1]))
            if re.search("[a-z]", form) and not CJK.search(form):
                found.setdefault(form, path.name)
    return found


def table(name):
    rows = {}
    for path in ("chinese_errors.c", "chinese_rooms.c"):
        source = (ROOT / "src/cli" / path).read_text("utf-8")
        body = re.search(rf"kq_translation {name}\[\] = \{{\n(.*?)\n\}};", source, re.DOTALL)
        for row in re.split(r"^    \{", body[1], flags=re.MULTILINE)[1:] if body else []:
            pair = re.fullmatch(rf"((?:{LITERAL}\s*)+),\s*((?:{LITERAL}\s*)+)\}},?\s*", row)
            assert pair, row
            english, chinese = map(text_of, pair.groups())
            assert english not in rows, f"two rows for {english}"
            rows[english] = chinese
    assert rows
    return rows


@pytest.mark.parametrize("name", ROOMS)
def test_every_sentence_has_a_row_and_every_row_a_sentence(name):
    rows, wanted = table(name), formats(ROOMS[name])
    missing = {form: wanted[form] for form in sorted(wanted.keys() - rows.keys() - CONTEXTS)}
    assert missing == {}, "these have no Chinese"
    assert sorted(rows.keys() - wanted.keys()) == [], "nothing says these any more"


def test_every_code_has_a_row():
    source = (ROOT / "src/base/error_list.h").read_text("utf-8")
    wanted = [json.loads(text) for text in re.findall(rf"X\(\w+, \w+, ({LITERAL})\)", source)]
    assert len(wanted) > 70
    assert sorted(table("kq_chinese_error_texts")) == sorted(set(wanted))


@pytest.mark.parametrize("name", [*ROOMS, "kq_chinese_error_texts", "kq_chinese_error_parts",
                                  "kq_chinese_system_errors"])
def test_a_row_uses_what_its_form_captures(name):
    for english, chinese in table(name).items():
        captures = re.findall(r"[%&]([1-9])", chinese)
        assert sorted(captures) == [str(number + 1) for number in range(english.count("%"))], english
        assert CJK.search(chinese) and not re.search(r"\b(the|is|are|of|not)\b", chinese), english


def test_parts_stand_in_the_sources():
    """Each stretch of a part's words is in the program, maybe broken over lines."""
    sources = "\n".join(path.read_text("utf-8") for path in ROOT.glob("src/*/*.c") if "chinese" not in path.name)
    sources = re.sub(r'"\s+(ONLY_RSA|")', "", sources)
    for english in table("kq_chinese_error_parts"):
        for stretch in re.split("%| line |; the protocol", english):
            assert stretch.strip("; ?") in sources, english


def said(*words, **flags):
    done = binary.run(*words, **flags)
    assert done.returncode in (1, 2) and done.stdout == "", done
    return done.stderr


SENTENCES = [
    (["ini"], "没有命令 `kaquan ini`；是否想用 `kaquan init`？"),
    (["app", "frobnicate"], "没有命令 `kaquan app frobnicate`：`kaquan help app` 列出现有的命令"),
    (["app"], "`kaquan app` 之后还要有一个词：`kaquan help app` 列出可用的词"),
    (["user", "create", "--user-ids", "1"], "没有参数 --user-ids；是否想用 --user-id？"),
    (["user", "create", "--data"], "--data 需要一个值：--data 目录"),
    (["user", "create"], "缺少 --data 目录：`kaquan init` 建立的数据目录"),
    (["user", "list", "all"], "`kaquan user list` 只接受参数，不接受 all：`kaquan user list --help` 列出所有参数"),
    (["user", "list", "-x"], "参数以两个短横开头：--x"),
    (["serve", "--workers", "many"], "--workers 需要 0 到 1024 之间的整数，不能是 many"),
    (["serve", "--workers", "1", "--workers", "2"], "--workers 给出了两次，但只能有一个值"),
    (["template", "create", "--amount", "9.999"], "--amount 需要最多两位小数的元，例如 9.99，不能是 9.999"),
    (["template", "create", "--amount", "a: b"], "--amount 需要最多两位小数的元，例如 9.99，不能是 a: b"),
    (["user", "list", "--data", "/nonexistent"],
     "没有目录 /nonexistent：`kaquan init --data /nonexistent` 会建立它"),
    (["call", "voucher.sent"], "没有方法 voucher.sent；是否想用 alipay.marketing.voucher.send？"),
    (["call", "voucher.send", "--amont", "1"],
     "alipay.marketing.voucher.send 没有字段 --amont；是否想用 --amount？"),
    (["call"], "缺少 --gateway URL：网关地址，例如 http://127.0.0.1:8080/gateway.do"),
    (["verify", "a=b", "--public-key", "/nonexistent"], "没有文件 /nonexistent"),
    (["sign", "nothing"], "没有从中找到参数；可以识别 URL、表单、HTTP 请求、curl 命令、HAR 条目、日志行、name=value 行、"
                          "JSON 对象和打印出的 map"),
]


@pytest.fixture(name="chinese")
def chinese_locale(monkeypatch):
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")


@pytest.mark.usefixtures("chinese")
@pytest.mark.parametrize(("words", "sentence"), SENTENCES, ids=[" ".join(words) for words, _ in SENTENCES])
def test_sentences(words, sentence):
    assert said(*words) == f"kaquan: {sentence}\n"


@pytest.mark.parametrize("words", [words for words, _ in SENTENCES], ids=" ".join)
def test_programs_get_the_same_in_every_language(monkeypatch, words):
    plain, english = said(*words), said(*words, "--json")
    assert not CJK.search(plain) and json.loads(english)["error"]["code"]
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")
    assert said(*words, "--json") == english
    assert CJK.search(said(*words))


@pytest.mark.usefixtures("chinese")
def test_settings_and_sections(place, tmp_path):
    config = tmp_path / "some.conf"
    config.write_text("worker = 1\n")
    assert said("serve", data=place.data, config=config) == \
        f"kaquan: {config} 第 1 行：没有设置 worker；是否想用 workers？\n"
    config.write_text("workers\n")
    assert said("serve", data=place.data, config=config) == f"kaquan: {config} 第 1 行：不是“名称 = 值”的形式\n"


@pytest.mark.usefixtures("chinese")
def test_lines_of_a_file(place):
    done = binary.run("user", "import", data=place.data, stdin="user_id,state\n2088000000000001,here\n,active\n")
    first, second = done.stderr.splitlines()[:2]
    assert first.startswith("第 2 行：") and CJK.search(first[5:])
    assert second == "第 3 行：缺少 user_id"


@pytest.mark.usefixtures("chinese")
def test_keys(place, tmp_path):
    key = tmp_path / "key"
    key.write_text("no key at all")
    assert said("app", "create", data=place.data, app_id="2014072300007148", pid="2088101122136241", public_key=key) \
        == f"kaquan: {key}：这既不是 PEM，也不是 base64 或 DER，或者被截断、改动过\n"
    key.write_text("")
    assert said("app", "create", data=place.data, app_id="2014072300007148", pid="2088101122136241", public_key=key) \
        == f"kaquan: {key}：没有密钥：文本是空的\n"
