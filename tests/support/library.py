# SPDX-License-Identifier: Apache-2.0
"""libkaquan as `make install` installs it, and how a program is built with it."""

import os
import re
import subprocess

from support import binary

BUILD = binary.BINARY.parent
COMPILE_TIMEOUT_S = 300

C = ("gcc", "-std=c17")
CPP = ("g++", "-std=c++17")
WARNINGS = ("-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror")


def run(*command, environment=None):
    """Runs a program to its end, whatever that is; its output is text."""
    return subprocess.run([str(word) for word in command], env=environment, capture_output=True, text=True,
                          encoding="utf-8", timeout=COMPILE_TIMEOUT_S, check=False)


def must_run(*command, environment=None):
    """Runs a tool that has to succeed: gives its standard output."""
    done = run(*command, environment=environment)
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout


class Library:
    """What the build directory installs, installed below `root`."""

    def __init__(self, root):
        must_run("ninja", "-C", BUILD, "installed")
        must_run("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", "--destdir", root)
        [package] = root.glob("**/pkgconfig/kaquan.pc")
        self.root = root
        self.package = package
        self.directory = package.parents[1]
        self.prefix = root / re.search(r"^prefix=/(.*)$", package.read_text(), re.MULTILINE).group(1)
        self.shared = self.directory / "libkaquan.so"
        self.static = self.directory / "libkaquan.a"
        self.headers = self.prefix / "include"

    def pkg_config(self, *words):
        """What pkg-config says of the installed package, as a list of words."""
        environment = dict(os.environ, PKG_CONFIG_PATH=str(self.package.parent))
        return must_run("pkg-config", f"--define-variable=prefix={self.prefix}", *words, "kaquan",
                        environment=environment).split()

    def static_flags(self):
        """To link with libkaquan.a, and with the shared form of what it needs itself."""
        return [str(self.static) if word == "-lkaquan" else word
                for word in self.pkg_config("--static", "--cflags", "--libs")]

    def shared_flags(self):
        return [*self.pkg_config("--cflags", "--libs"), f"-Wl,-rpath,{self.directory}"]

    def compile(self, compiler, source, program, flags):
        """Compiles one source that must give no warning, and links it: the program's path."""
        language = ["-x", "c++"] if compiler[0].endswith("++") else []
        must_run(*compiler, *WARNINGS, *language, source, *(["-x", "none"] if language else []), "-o", program, *flags)
        return program


def global_symbols(*command):
    """The names that `nm` prints, as they stand there, sorted."""
    lines = must_run("nm", "--defined-only", *command).splitlines()
    return sorted(line.split()[2] for line in lines if len(line.split()) == 3)
