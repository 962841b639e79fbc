# SPDX-License-Identifier: Apache-2.0
"""Running the program where its environment, bytes that are no text, or a terminal matter; how refusals look."""

import json
import os
import pty
import select
import subprocess
import time

from support import binary

UNKNOWN_USER = "2088999999999999"
WALLET = "alipay.user.pass.grouplist.query"


def run_bytes(*words, stdin=b"", environment=None, **flags):
    """As binary.run, with bytes for input, and variables of its own."""
    done = subprocess.run(binary.arguments(words, flags), input=stdin, capture_output=True,
                          env={**binary.ENVIRONMENT, **(environment or {})}, timeout=binary.COMMAND_TIMEOUT_S, check=False)
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


class Terminal:
    """The program with a terminal for its outputs; `written` is all that came there so far."""

    def __init__(self, words, environment=None, stdin=subprocess.DEVNULL, **flags):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(binary.arguments(words, flags), stdin=stdin, stdout=slave, stderr=slave,
                                        env={**binary.ENVIRONMENT, **(environment or {})}, close_fds=True)
        os.close(slave)
        self.written = ""
        self.bytes = b""

    def read(self, timeout_s=binary.COMMAND_TIMEOUT_S):
        """Takes what is written within that time; False where nobody writes any more."""
        readable, _, _ = select.select([self.master], [], [], timeout_s)
        if not readable:
            return True
        try:
            data = os.read(self.master, 65536)
        except OSError:  # how a terminal tells that nobody has its other side any more
            data = b""
        self.bytes += data
        self.written = self.bytes.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)

    def finish(self):
        """Waits for the program's end: its exit status."""
        give_up = time.monotonic() + binary.COMMAND_TIMEOUT_S
        while self.read(max(0, give_up - time.monotonic())):
            assert time.monotonic() < give_up, "the program neither writes nor ends"
        return self.process.wait(binary.COMMAND_TIMEOUT_S)

    def close(self):
        os.close(self.master)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def run_on_terminal(words, environment=None, **flags):
    """Runs the program with a terminal for its outputs: gives its exit status and all it wrote."""
    terminal = Terminal(words, environment, **flags)
    try:
        return terminal.finish(), terminal.written
    finally:
        terminal.close()


def summary(done):
    """Of an import with --json: (created, unchanged, refused, [(line, message)])."""
    assert done.stderr == ""
    counts = json.loads(done.stdout)
    assert list(counts) == ["created", "unchanged", "refused", "errors"]
    assert done.returncode == (1 if counts["refused"] else 0)
    return (counts["created"], counts["unchanged"], counts["refused"],
            [(error["line"], error["message"]) for error in counts["errors"]])
