# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts where."""

import json

from support import binary, library as tools


def test_all_that_is_installed_stands_below_the_prefix(library):
    files = {path.relative_to(library.root) for path in library.root.rglob("*") if not path.is_dir()}
    assert all((library.root / path).is_relative_to(library.prefix) for path in files), files
    for wanted in ("bin/kaquan", "include/kaquan.h"):
        assert (library.prefix / wanted).is_file()
    assert library.shared.resolve().name.startswith("libkaquan.so.0.")


def test_pkg_config_tells_the_programs_version(library):
    [version] = library.pkg_config("--modversion")
    assert binary.must_run("version").split()[:2] == ["kaquan", version]


def test_pkg_config_hides_what_only_the_static_library_needs(library):
    assert not {"-lcurl", "-lcrypto"} & set(library.pkg_config("--libs"))
    assert {"-lcurl", "-lcrypto"} <= set(library.pkg_config("--static", "--libs"))


def test_make_install_takes_prefix_and_library_directory(tmp_path):
    """With a build directory of its own, so that the one under test stays as it is."""
    build = tmp_path / "build"
    tools.must_run("meson", "setup", build, binary.ROOT, "--buildtype=plain", "-Dprefix=/opt/kaquan", "-Dlibdir=lib64")
    plan = json.loads(tools.must_run("meson", "introspect", "--install-plan", build))["targets"]
    libraries = {target["destination"] for file, target in plan.items() if "libkaquan" in file}
    assert libraries == {"{libdir_shared}/libkaquan.so.0.1.0", "{libdir}/libkaquan.a"}
    package = (build / "meson-private/kaquan.pc").read_text(encoding="ascii")
    assert "prefix=/opt/kaquan\n" in package and "libdir=${prefix}/lib64\n" in package


def test_shells_find_their_completion(library):
    share = library.prefix / "share"
    for place, first in {"bash-completion/completions/kaquan.bash": "# Completion of kaquan in bash",
                         "zsh/site-functions/_kaquan": "#compdef kaquan",
                         "fish/vendor_completions.d/kaquan.fish": "# Completion of kaquan in fish"}.items():
        assert (share / place).read_text("utf-8").startswith(first), place
