# SPDX-License-Identifier: Apache-2.0
"""What the library shows: the functions of its headers, each with its version, and nothing else."""

import re

from support import binary, library as tools

# In the form that Debian's tools know; the package is built with the same list.
LIST = binary.ROOT / "packaging/debian/libkaquan0.symbols"
VERSION_NODE = re.compile(r"^KAQUAN_[\d.]+@")


def listed():
    """Name and version as the committed list has them."""
    return sorted(line.split()[0] for line in LIST.read_text(encoding="ascii").splitlines() if line.startswith(" "))


def listed_functions():
    return sorted(symbol.split("@")[0] for symbol in listed() if not VERSION_NODE.match(symbol))


def declared(library):
    """The functions of the public headers that are not inline, without macros and comments."""
    names = set()
    inline = set()
    for header in library.headers.glob("*.h"):
        text = tools.must_run("gcc", "-E", "-P", f"-I{library.headers}", header)
        names |= set(re.findall(r"\b(kq_\w+)\s*\(", text))
        inline |= set(re.findall(r"\bstatic __inline__ [\w\s*]+?\b(kq_\w+)\s*\(", text))
    return sorted(names - inline)


def test_the_shared_library_exports_what_the_list_says(library):
    exported = tools.global_symbols("--dynamic", "--with-symbol-versions", library.shared)
    assert [symbol.replace("@@", "@") for symbol in exported if not symbol.startswith("KAQUAN_")] == \
        [symbol for symbol in listed() if not VERSION_NODE.match(symbol)]


def test_each_version_node_is_listed(library):
    nodes = [name for name in tools.global_symbols("--dynamic", library.shared) if name.startswith("KAQUAN_")]
    assert [f"{node}@{node}" for node in nodes] == [symbol for symbol in listed() if VERSION_NODE.match(symbol)]


def test_the_static_library_has_the_same_global_names(library):
    assert tools.global_symbols("--extern-only", library.static) == listed_functions()


def test_the_headers_declare_the_same_functions(library):
    assert declared(library) == listed_functions()


def test_the_shared_library_names_itself_and_what_it_needs(library):
    dynamic = tools.must_run("readelf", "--dynamic", "--wide", library.shared)
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == ["libkaquan.so.0"]
    needed = {name for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic) if not name.startswith("ld-linux")}
    assert needed == {"libcurl.so.4", "libcrypto.so.3", "libc.so.6"}
    assert "TEXTREL" not in dynamic
