# SPDX-License-Identifier: Apache-2.0
"""Programs run on, as they were compiled, with every library of the same soname: what kaquan.h lays out stays where
it is, structs that may grow do so at their end, and either side may be the older one."""

import re
import shutil

import pytest

from support import binary, library as tools

LIST = binary.ROOT / "tests/library/abi.txt"
AGED = binary.ROOT / "tests/library/aged.c"
PROTOTYPES = binary.ROOT / "tests/library/prototypes.c"
SYMBOLS = binary.ROOT / "packaging/debian/libkaquan0.symbols"
# In struct kq_number_value, which has its final shape.
HOLES = ["padding struct to align ‘value’ [-Wpadded]"]
SEND = "struct kq_alipay_marketing_voucher_send"
KNOWN_NOT = "has something set that this libkaquan does not know: it is older than the header"
ALL_WELL = ["send: ok", "voucher: some", "behind: untouched", "send on a loop: ok", "its answer: ok",
            "its voucher: some", "list: ok", "submit: usage method is missing"]
GROWING = ("options", "request", "loop_callbacks")


def listed():
    """(name, values) of each line: STRUCT = SIZE, STRUCT.MEMBER = OFFSET SIZE, ENUMERATOR = VALUE."""
    lines = LIST.read_text(encoding="ascii").splitlines()
    return [tuple(line.split(" = ")) for line in lines if line and not line.startswith("#")]


def assertion(name, values):
    value, *size = values.split()
    if name.startswith("struct ") and "." in name:
        structure, member = name.split(".")
        condition = f"offsetof({structure}, {member}) == {value} && sizeof((({structure} *)0)->{member}) == {size[0]}"
    else:
        condition = f"sizeof({name}) == {value}" if name.startswith("struct ") else f"(int){name} == {value}"
    return f'static_assert({condition}, "{name}");'


@pytest.mark.parametrize("compiler", [tools.C, tools.CPP], ids=" ".join)
def test_everything_is_where_it_was(library, tmp_path, compiler):
    source = tmp_path / "layout.c"
    source.write_text("\n".join(["#include <assert.h>", "#include <kaquan.h>",
                                 *(assertion(*line) for line in listed())]) + "\n", encoding="ascii")
    library.compile((*compiler, "-c"), source, tmp_path / "layout.o", [f"-I{library.headers}"])


def test_a_layout_that_moved_is_seen(library, tmp_path):
    source = tmp_path / "layout.c"
    source.write_text("#include <assert.h>\n#include <kaquan.h>\n"
                      + assertion("struct kq_client_error.message", "8 512") + "\n", encoding="ascii")
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


@pytest.mark.parametrize("compiler", [tools.C, tools.CPP], ids=" ".join)
def test_every_function_has_the_type_it_had(library, tmp_path, compiler):
    library.compile((*compiler, "-c"), PROTOTYPES, tmp_path / "prototypes.o", [f"-I{library.headers}"])


def test_the_prototypes_are_whole():
    exported = {line.split("@")[0].strip() for line in SYMBOLS.read_text(encoding="ascii").splitlines()
                if line.startswith(" kq_")}
    assert set(re.findall(r"=\s+(kq_\w+);", PROTOTYPES.read_text(encoding="utf-8"))) == exported


def test_no_struct_has_a_hole(library, tmp_path):
    """A member that came into one would change no size; what a compiler leaves in one would be taken for a member."""
    source = tmp_path / "holes.c"
    source.write_text("#include <kaquan.h>\n", encoding="ascii")
    done = tools.run(*tools.C, "-Wpadded", "-c", source, "-o", tmp_path / "holes.o", f"-I{library.headers}")
    assert done.returncode == 0
    assert re.findall(r"padding struct.*", done.stderr) == HOLES


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
    rewrite(headers / "kaquan.h", r"    int repeatable;[^\n]*\n    int reserved;[^\n]*\n", "")
    rewrite(headers / "kaquan_methods.h", rf"({SEND}_request \{{.*?)    const char \*memo;\n", r"\1")
    rewrite(headers / "kaquan_layouts.h", r'(voucher_send_request_fields.*?)    \{"memo"[^\n]*\n', r"\1")
    rewrite(headers / "kaquan_layouts.h", r"(voucher_send_request_fields, )(\d+)",
            lambda match: f"{match.group(1)}{int(match.group(2)) - 1}")


def make_later(headers):
    """With more at the end of the structs, and with a field in the middle of a request and of an answer."""
    for structure in GROWING:
        rewrite(headers / "kaquan.h", rf"(struct kq_client_{structure} \{{.*?)\n\}};", r"\1\n    const char *later;\n};")
    for structure, field in (("request", "template_id"), ("answer", "voucher_id")):
        rewrite(headers / "kaquan_methods.h", rf"({SEND}_{structure} \{{.*?)    const char \*{field};\n",
                rf"\1    struct kq_number_value later;\n    const char *{field};\n")
        rewrite(headers / "kaquan_layouts.h", rf"(voucher_send_{structure}_fields\[\] = \{{\n)",
                rf'\1    {{"later", KQ_CLIENT_FIELD_NUMBER, 0, offsetof({SEND}_{structure}, later), 0, NULL}},\n')
        rewrite(headers / "kaquan_layouts.h", rf"(voucher_send_{structure}_fields, )(\d+)",
                lambda match: f"{match.group(1)}{int(match.group(2)) + 1}")


@pytest.mark.parametrize("structure", GROWING)
def test_a_member_at_the_end_makes_a_struct_larger(library, tmp_path, structure):
    """Whatever its type; so the library sees who knows it."""
    size = dict(listed())[f"struct kq_client_{structure}"]
    header = tmp_path / "kaquan.h"
    shutil.copy(library.headers / "kaquan.h", header)
    rewrite(header, rf"(struct kq_client_{structure} \{{.*?)\n\}};", r"\1\n    char later;\n};")
    source = tmp_path / "larger.c"
    source.write_text(f"#include <assert.h>\n#include <kaquan.h>\nstatic_assert(sizeof(struct kq_client_{structure}) "
                      f'> {size}, "");\n', encoding="ascii")
    library.compile((*tools.C, "-c"), source, tmp_path / "larger.o", [f"-I{tmp_path}"])


@pytest.mark.parametrize("change", [as_it_is, make_earlier, make_later])
def test_a_program_of_any_age_runs(run, change):
    assert run(change, flags=["-DLATER"] if change is make_later else []) == ALL_WELL


def test_a_later_option_is_not_passed_over(run):
    assert run(make_later, "options", flags=["-DLATER"]) == [f"open: usage struct kq_client_options {KNOWN_NOT}"]


def test_a_later_part_of_a_request_is_not_passed_over(run):
    refused = f"usage struct kq_client_request {KNOWN_NOT}"
    assert run(make_later, "request", flags=["-DLATER"])[-2:] == [f"list: {refused}", f"submit: {refused}"]


def test_later_callbacks_are_not_passed_over(run):
    assert run(make_later, "callbacks", flags=["-DLATER"])[-1] == \
        f"callbacks: usage struct kq_client_loop_callbacks {KNOWN_NOT}"


@pytest.mark.parametrize("structure, field", [("request", "template_id"), ("answer", "voucher_id")])
def test_a_kind_of_field_of_later_versions_is_named_before_anything_is_sent(run, place, template_id, structure, field):
    def change(headers):
        rewrite(headers / "kaquan_layouts.h", rf'(voucher_send_{structure}_fields.*?"{field}", )KQ_CLIENT_FIELD_TEXT',
                r"\1(enum kq_client_field_kind)77")
    refused = f"usage {field}: of kind 77, which this libkaquan does not know"
    lines = run(change)
    assert lines[0] == f"send: {refused}" and lines[3] == f"loop: {refused}"
    assert place.vouchers(template_id=template_id) == []
