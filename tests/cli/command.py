# SPDX-License-Identifier: Apache-2.0
"""Running the program where the environment, bytes that are no text, or a terminal matter; and what refusals look like."""

import json
import os
import pty
import select
import subprocess

from support import binary

UNKNOWN_USER = "2088999999999999"
WALLET = "alipay.user.pass.grouplist.query"


def run_bytes(*words, stdin=b"", environment=None, **flags):
    """As binary.run, with bytes for input, and variables of its own."""
    done = subprocess.run(binary.arguments(words, flags), input=stdin, env={**binary.ENVIRONMENT, **(environment or {})},
                          capture_output=True, timeout=binary.COMMAND_TIMEOUT_S, check=False)
    done.stdout = done.stdout.decode("utf-8")
    done.stderr = done.stderr.decode("utf-8")
    binary.check_report(done.stderr)
    return done


def refused(done, status, *parts):
    """One sentence on standard error that has all the parts, nothing on standard output, this exit status."""
    assert (done.returncode, done.stdout) == (status, ""), (done.returncode, done.stdout, done.stderr)
    assert done.stderr.startswith("kaquan: ") and done.stderr.count("\n") == 1, done.stderr
    for part in parts:
        assert part in done.stderr, done.stderr


def refused_as_json(done, status, code, *parts):
    """The same with --json."""
    assert (done.returncode, done.stdout) == (status, ""), (done.returncode, done.stdout, done.stderr)
    error = json.loads(done.stderr)
    assert list(error) == ["error"] and list(error["error"]) == ["code", "message"], error
    assert error["error"]["code"] == code, error
    for part in parts:
        assert part in error["error"]["message"], error


def run_on_terminal(words, environment=None, **flags):
    """Runs the program with a terminal for its outputs: gives its exit status and all it wrote."""
    master, slave = pty.openpty()
    process = subprocess.Popen(binary.arguments(words, flags), env={**binary.ENVIRONMENT, **(environment or {})},
                               stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, close_fds=True)
    os.close(slave)
    written = b""
    try:
        while True:
            readable, _, _ = select.select([master], [], [], binary.COMMAND_TIMEOUT_S)
            assert readable, "the program neither writes nor ends"
            try:
                data = os.read(master, 65536)
            except OSError:  # how a terminal tells that nobody has its other side any more
                data = b""
            if not data:
                return process.wait(binary.COMMAND_TIMEOUT_S), written.decode("utf-8").replace("\r\n", "\n")
            written += data
    finally:
        os.close(master)
        if process.poll() is None:
            process.kill()
            process.wait()
