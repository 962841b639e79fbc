# SPDX-License-Identifier: Apache-2.0
"""Calls that the program prints as code, and such code run."""

import os
import subprocess

from support import binary

# What a language could trip over, in a value that a method takes.
ODD = "优酷 '\"\\ $(x) `x` %41 ${HOME} \\u0041 <?> & 😀 {{method}}\t#"


def code(language, *words, **flags):
    """What `kaquan call … --LANGUAGE` prints."""
    return binary.must_run("call", *words, "--" + language, **flags)


def run(command, environment=None, folder=None, status=0):
    """Runs a printed program to its end: its standard output. In a locale and a time zone that help nobody."""
    done = subprocess.run(command, env={**binary.ENVIRONMENT, "LC_ALL": "C", "TZ": "America/New_York", **(environment or {})},
                          cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=binary.COMMAND_TIMEOUT_S,
                          check=False)
    output = done.stdout.decode("utf-8")
    assert done.returncode == status, (output, done.stderr.decode("utf-8", "replace"))
    return output


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.chmod(path, 0o700)
    return path
