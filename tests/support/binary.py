# SPDX-License-Identifier: Apache-2.0
"""The program under test, and how its commands are run."""

import os
import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BINARY = (ROOT / os.environ.get("KAQUAN_BINARY", "build/kaquan")).resolve()

# The program takes settings from KAQUAN_… variables and from the user's own file too: the tests give it none, whatever
# the caller's environment; and it speaks English.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}
ENVIRONMENT |= {"XDG_CONFIG_HOME": "/nonexistent", "LC_ALL": "C.UTF-8"}

# Far beyond what any command needs, also under a sanitizer on a busy machine.
COMMAND_TIMEOUT_S = 120

SANITIZER_REPORT = re.compile(r"(Address|Thread|Leak|Memory|UndefinedBehavior)Sanitizer|runtime error:")


def arguments(words, flags):
    """A command line. `flags` are options by name: a list repeats one, True is one without a value, None and False
    are none."""
    line = [str(BINARY), *map(str, words)]
    for name, value in flags.items():
        option = "--" + name.replace("_", "-")
        for single in value if isinstance(value, (list, tuple)) else [value]:
            if single is True:
                line.append(option)
            elif single is not None and single is not False:
                line += [option, str(single)]
    return line


def check_report(text):
    """Fails where a sanitizer has something to say."""
    assert not SANITIZER_REPORT.search(text), text


def run(*words, stdin="", **flags):
    """Runs one command to its end, whatever that is: gives the finished process with its outputs as text."""
    done = subprocess.run(arguments(words, flags), input=stdin, env=ENVIRONMENT, capture_output=True, text=True,
                          encoding="utf-8", timeout=COMMAND_TIMEOUT_S, check=False)
    check_report(done.stderr)
    return done


def must_run(*words, stdin="", **flags):
    """Runs one command that has to succeed: gives its standard output."""
    done = run(*words, stdin=stdin, **flags)
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}: {done.stderr}"
    return done.stdout
