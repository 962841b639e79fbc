# SPDX-License-Identifier: Apache-2.0
"""The packages as files."""

import re

import pytest
from support import binary

from machine import must_run, package, run

CHANGELOG = binary.ROOT / "packaging/debian/changelog"


def test_lintian_finds_nothing(packages):
    [changes] = packages.glob("*.changes")
    done = run("lintian", "--fail-on", "error,warning", changes)
    assert (done.returncode, done.stdout) == (0, "")


def test_nothing_that_lintian_finds_is_hidden():
    assert not list((binary.ROOT / "packaging/debian").glob("**/*lintian-overrides*"))


@pytest.mark.parametrize("name", ["kaquan", "libkaquan0", "libkaquan-dev"])
def test_a_packages_version_is_the_programs(packages, name):
    assert binary.must_run("version").split()[1] == must_run("dpkg-deb", "--field", package(packages, name), "Version").strip()


def test_what_the_server_needs_is_named(packages):
    """libcurl is loaded by name, so that no tool finds it by itself."""
    depends = must_run("dpkg-deb", "--field", package(packages, "kaquan"), "Depends")
    for name in ("libc6", "libcurl4", "libevent-core-2.1-7", "libsqlite3-0", "libssl3"):
        assert re.search(rf"(^|, ){re.escape(name)} \(>= ", depends), depends


def test_what_the_library_needs_is_named(packages):
    depends = must_run("dpkg-deb", "--field", package(packages, "libkaquan0"), "Depends")
    assert {word.split(" ")[0] for word in depends.strip().split(", ")} == {"libc6", "libcurl4", "libssl3"}
