# SPDX-License-Identifier: Apache-2.0
"""A running server: started, waited for, asked, stopped."""

import json
import os
import select
import signal
import subprocess
import time

from support import binary, http, protocol

# A start or an orderly stop that takes longer has gone wrong, also under a sanitizer on a busy machine.
READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60


class Server:
    """`kaquan serve` on a Place. `listen` and `admin` are its addresses."""

    def __init__(self, place, preexec=None, **flags):
        self.place = place
        self.public_key = place.public_key
        self.stderr_path = place.directory / f"server-{place.number()}.err"
        self.process = None
        settings = {"listen": "127.0.0.1:0", "admin": "127.0.0.1:0", **flags}
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(binary.arguments(["serve"], {"data": place.data, **settings}),
                                            env=binary.ENVIRONMENT, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.PIPE, stderr=stderr, preexec_fn=preexec)
        try:
            ready = self.ready_line()
        except BaseException:
            self.kill()
            raise
        assert ready["event"] == "ready", ready
        self.listen = ready["listen"]
        self.admin = ready["admin"]

    def ready_line(self):
        """The one line on standard output. What has to come within a time is waited for on the descriptor."""
        line = b""
        give_up = time.monotonic() + READY_TIMEOUT_S
        while not line.endswith(b"\n"):
            wait_s = give_up - time.monotonic()
            readable, _, _ = select.select([self.process.stdout], [], [], max(wait_s, 0))
            assert readable, f"not ready after {READY_TIMEOUT_S} s: {self.stderr()}"
            data = os.read(self.process.stdout.fileno(), 4096)
            assert data, f"the server ended: {self.stderr()}"
            line += data
        return json.loads(line)

    def stderr(self):
        return self.stderr_path.read_text(encoding="utf-8", errors="replace")

    def stop(self):
        """An orderly stop: SIGTERM, exit status 0, nothing that a sanitizer reports."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        self.wait()

    def wait(self):
        """Waits for the end of a server that was told to stop."""
        try:
            status = self.process.wait(STOP_TIMEOUT_S)
        finally:
            self.kill()
        binary.check_report(self.stderr())
        assert status == 0, f"the server ended with {status}: {self.stderr()}"

    def kill(self):
        """SIGKILL; nothing to be seen of an end that was orderly or not."""
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        binary.check_report(self.stderr())

    def connect(self):
        return http.Connection(self.listen)

    def exchange(self, data):
        return http.exchange(self.listen, data)

    def ask_admin(self, path):
        return http.exchange(self.admin, http.get(path.encode("ascii")))

    def set_clock(self, offset_s, stopped=False):
        """Moves the business clock of a server with --sandbox to `offset_s` from the wall clock."""
        self.move_clock({"offset_s": offset_s, "stopped": stopped})

    def move_clock(self, wanted):
        body = json.dumps(wanted).encode("ascii")
        response = http.exchange(self.admin, http.request(
            b"PUT", b"/sandbox/clock", [(b"Content-Type", b"application/json")], body))
        assert response.status in (200, 204), (response.status, response.body)

    def stop_clock(self, time_s):
        """The business clock stands still at this second from here on."""
        self.move_clock({"now": protocol.beijing_text(time_s), "stopped": True})

    def at_second(self, time_s, action):
        """Runs `action` while the business clock stands still at this second, where it stays. Gives what it gave."""
        self.stop_clock(time_s)
        return action()
