# SPDX-License-Identifier: Apache-2.0
"""Callers in C and C++, with either form of the library, call a real gateway and get its answer."""

import json

import pytest

from support import binary, library as tools

CALLER = binary.ROOT / "tests/library/caller.c"
SEND = "alipay.marketing.voucher.send"
STANDARDS = [("gcc", "-std=c89"), ("gcc", "-std=c99"), ("gcc", "-std=c11"), tools.C, ("g++", "-std=c++11"), tools.CPP,
             ("g++", "-std=c++20")]


def send(program, server, app, key_files, template_id, user):
    biz = json.dumps({"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1"})
    return tools.must_run(program, f"http://{server.listen}/gateway.do", app.app_id, *key_files, SEND, biz).split()


@pytest.mark.parametrize("compiler", STANDARDS, ids=" ".join)
def test_the_header_gives_no_warning(library, tmp_path, compiler):
    library.compile((*compiler, "-c"), CALLER, tmp_path / "caller.o", [f"-I{library.headers}"])


@pytest.mark.parametrize("compiler", [tools.C, tools.CPP], ids=" ".join)
@pytest.mark.parametrize("form", ["shared", "static"])
def test_a_caller_gets_a_verified_answer(library, tmp_path, server, app, key_files, template_id, user, compiler, form):
    flags = library.shared_flags() if form == "shared" else library.static_flags()
    # -rdynamic offers the caller's own kq_fail to every library of the process.
    program = library.compile(compiler, CALLER, tmp_path / "caller", [*flags, "-rdynamic"])
    assert send(program, server, app, key_files, template_id, user) == ["ok", "10000", "1"]


def test_a_static_caller_needs_no_libkaquan(library, tmp_path):
    program = library.compile(tools.C, CALLER, tmp_path / "caller", library.static_flags())
    assert "libkaquan" not in tools.must_run("readelf", "--dynamic", "--wide", program)


def test_a_shared_caller_asks_for_the_version(library, tmp_path):
    program = library.compile(tools.C, CALLER, tmp_path / "caller", library.shared_flags())
    needs = tools.must_run("readelf", "--version-info", "--wide", program)
    assert "File: libkaquan.so.0" in needs and "KAQUAN_0.1" in needs
