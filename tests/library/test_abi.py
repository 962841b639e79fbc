# SPDX-License-Identifier: Apache-2.0
"""Programs run on, as they were compiled, with every library of the same soname: what kaquan.h lays out stays where
it is, structs that may grow do so at their end, and either side may be the older one."""

import re
import shutil

import pytest

from support import binary, library as tools

LIST = binary.ROOT / "tests/library/abi.txt"
AGED = binary.ROOT / "tests/library/aged.c"
SEND = "struct kq_alipay_marketing_voucher_send"
KNOWN_NOT = "has something set that this libkaquan does not know: it is older than the header"
ALL_WELL = ["send: ok", "voucher: some", "behind: untouched", "list: ok"]


def listed():
    """(name, value) of each line: STRUCT SIZE, STRUCT.MEMBER OFFSET, ENUMERATOR VALUE."""
    lines = LIST.read_text(encoding="ascii").splitlines()
    return [tuple(line.rsplit(" ", 1)) for line in lines if line and not line.startswith("#")]


def assertion(name, value):
    if name.startswith("struct ") and "." in name:
        structure, member = name.split(".")
        expression = f"offsetof({structure}, {member})"
    else:
        expression = f"sizeof({name})" if name.startswith("struct ") else f"(int){name}"
    return f'static_assert({expression} == {value}, "{name}");'


@pytest.mark.parametrize("compiler", [tools.C, tools.CPP], ids=" ".join)
def test_everything_is_where_it_was(library, tmp_path, compiler):
    source = tmp_path / "layout.c"
    source.write_text("\n".join(["#include <assert.h>", "#include <kaquan.h>",
                                 *(assertion(*line) for line in listed())]) + "\n", encoding="ascii")
    library.compile((*compiler, "-c"), source, tmp_path / "layout.o", [f"-I{library.headers}"])


def test_a_layout_that_moved_is_seen(library, tmp_path):
    source = tmp_path / "layout.c"
    source.write_text("#include <assert.h>\n#include <kaquan.h>\n"
                      + assertion("struct kq_client_error.message", "8") + "\n", encoding="ascii")
    assert tools.run(*tools.C, "-c", source, "-o", tmp_path / "layout.o", f"-I{library.headers}").returncode != 0


def test_the_list_is_whole(library):
    """Members and enumerators that come are listed, at the end of theirs."""
    text = re.sub(r"/\*.*?\*/", "", (library.headers / "kaquan.h").read_text(encoding="utf-8"), flags=re.DOTALL)
    names = []
    for kind, name, body in re.findall(r"^(struct|enum) (\w+) \{(.*?)\};", text, re.DOTALL | re.MULTILINE):
        if kind == "enum":
            names += re.findall(r"\b(KQ_\w+)", body)
            continue
        members = re.findall(r"\(\*(\w+)\)\(|(\w+)(?:\[\w+\])?;", re.sub(r"\(\*(\w+)\)\([^;]*\);", r"\1;", body))
        names += [f"struct {name}", *(f"struct {name}.{one or other}" for one, other in members)]
    assert names == [name for name, _ in listed()]


@pytest.fixture
def run(library, tmp_path, place, server, app, template_id, user, key_files):
    """run(change, …): compiles aged.c with headers that `change` has changed; what it prints."""
    def run(change, *words, flags=()):
        headers = tmp_path / "headers"
        shutil.copytree(library.headers, headers)
        change(headers)
        program = library.compile(tools.C, AGED, tmp_path / "aged", [f"-I{headers}", *flags, *library.shared_flags()])
        return tools.must_run(program, f"http://{server.listen}/gateway.do", app.app_id, *key_files, template_id,
                              user.user_id, *words).splitlines()
    return run


def rewrite(path, pattern, replacement):
    text = path.read_text(encoding="utf-8")
    changed, count = re.subn(pattern, replacement, text, count=1, flags=re.DOTALL)
    assert count == 1, f"{path.name} has no {pattern}"
    path.write_text(changed, encoding="utf-8")


def as_it_is(_headers):
    pass


def make_earlier(headers):
    """Without what stands last in the structs, and without a field of a method."""
    rewrite(headers / "kaquan.h", r"    const char \*content_key;.*?const char \*content_key_file;[^\n]*\n", "")
    rewrite(headers / "kaquan.h", r"    int repeatable;[^\n]*\n", "")
    rewrite(headers / "kaquan_methods.h", rf"({SEND}_request \{{.*?)    const char \*memo;\n", r"\1")
    rewrite(headers / "kaquan_layouts.h", r'(voucher_send_request_fields.*?)    \{"memo"[^\n]*\n', r"\1")
    rewrite(headers / "kaquan_layouts.h", r"(voucher_send_request_fields, )(\d+)",
            lambda match: f"{match.group(1)}{int(match.group(2)) - 1}")


def make_later(headers):
    """With more at the end of the structs, and with a field in the middle of a request and of an answer."""
    for structure in ("options", "request"):
        rewrite(headers / "kaquan.h", rf"(struct kq_client_{structure} \{{.*?)\n\}};", r"\1\n    const char *later;\n};")
    for structure, field in (("request", "template_id"), ("answer", "voucher_id")):
        rewrite(headers / "kaquan_methods.h", rf"({SEND}_{structure} \{{.*?)    const char \*{field};\n",
                rf"\1    struct kq_number_value later;\n    const char *{field};\n")
        rewrite(headers / "kaquan_layouts.h", rf"(voucher_send_{structure}_fields\[\] = \{{\n)",
                rf'\1    {{"later", KQ_CLIENT_FIELD_NUMBER, 0, offsetof({SEND}_{structure}, later), 0, NULL}},\n')
        rewrite(headers / "kaquan_layouts.h", rf"(voucher_send_{structure}_fields, )(\d+)",
                lambda match: f"{match.group(1)}{int(match.group(2)) + 1}")


@pytest.mark.parametrize("change", [as_it_is, make_earlier, make_later])
def test_a_program_of_any_age_runs(run, change):
    assert run(change, flags=["-DLATER"] if change is make_later else []) == ALL_WELL


def test_a_later_option_is_not_passed_over(run):
    assert run(make_later, "options", flags=["-DLATER"]) == [f"open: usage struct kq_client_options {KNOWN_NOT}"]


def test_a_later_part_of_a_request_is_not_passed_over(run):
    assert run(make_later, "request", flags=["-DLATER"])[-1] == f"list: usage struct kq_client_request {KNOWN_NOT}"


def test_a_kind_of_field_of_later_versions_is_named(run):
    def change(headers):
        rewrite(headers / "kaquan_layouts.h", r'(voucher_send_request_fields.*?"template_id", )KQ_CLIENT_FIELD_TEXT',
                r"\1(enum kq_client_field_kind)77")
    assert run(change)[0] == "send: usage template_id: of kind 77, which this libkaquan does not know"
