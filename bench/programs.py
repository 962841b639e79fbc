# SPDX-License-Identifier: Apache-2.0
"""The programs that the benchmark runs: kaquan, kaquan-bench, and those of them that are ended whatever happens."""

import json
import os
import pathlib
import resource
import select
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
KAQUAN = BUILD / "kaquan"
TOOL = BUILD / "bench" / "kaquan-bench"

READY_TIMEOUT_S = 60
STOP_TIMEOUT_S = 120
ANSWER_TIMEOUT_S = 60

# The settings of this shell must not reach the programs: KAQUAN_… variables are settings of theirs.
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("KAQUAN_")}


class BenchError(Exception):
    """Ends the benchmark with one sentence."""


def say(text):
    """Progress, for people."""
    print(text, file=sys.stderr, flush=True)


def run(command, environment=None, **settings):
    """A command that has to succeed: its standard output, as bytes."""
    done = subprocess.run([str(word) for word in command], env=environment or ENVIRONMENT, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, **settings)
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()[-2000:]
        raise BenchError(f"{' '.join(str(word) for word in command[:3])} ended with {done.returncode}: {said}")
    return done.stdout


def words(options):
    return [word for name, value in options.items() for word in (f"--{name.replace('_', '-')}", value)]


def kaquan(*command, **flags):
    return run([KAQUAN, *command, *words(flags)])


def timed(*command, **flags):
    """The same: how long it took from before the fork, and its CPU time. Nothing else that was started ends meanwhile."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    kaquan(*command, **flags)
    seconds, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"wall_ms": round(seconds * 1000, 1), "cpu_ms": round(cpu_s * 1000, 1)}


def tool(command, environment=None, **options):
    """A command of kaquan-bench: its JSON object."""
    return json.loads(run([TOOL, command, *words(options)], environment))


def memory_of(pid):
    """Resident memory in bytes: all of it, and what of it is no file's."""
    lines = pathlib.Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    values = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "RssAnon"))}
    return {"resident_bytes": values["VmRSS"], "anonymous_bytes": values["RssAnon"]}


def open_connection(port):
    connection = socket.create_connection(("127.0.0.1", port), ANSWER_TIMEOUT_S)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def ask(connection, request):
    """One request on a connection; its answer has to be a success."""
    connection.sendall(request)
    answer = b""
    while True:
        head, found, body = answer.partition(b"\r\n\r\n")
        if found and len(body) >= int(head.lower().partition(b"content-length:")[2].split()[0]):
            break
        data = connection.recv(65536)
        if not data:
            raise BenchError(f"the server closed a connection: {answer[:400]!r}")
        answer += data
    if not answer.startswith(b"HTTP/1.1 200 ") or b'"code":"10000"' not in body:
        raise BenchError(f"a call was refused: {answer[:600]!r}")


class Program:
    """One that says in a line of JSON that it is ready, goes on, and is ended whatever happens."""

    def __init__(self, command, log, stdin=subprocess.DEVNULL):
        with open(log, "ab") as stderr:
            self.process = subprocess.Popen([str(word) for word in command], env=ENVIRONMENT, stderr=stderr, stdin=stdin,
                                            stdout=subprocess.PIPE)
        try:
            self.ready = json.loads(self.first_line(log))
        except BaseException:
            self.kill()
            raise

    def first_line(self, log):
        line = b""
        give_up = time.monotonic() + READY_TIMEOUT_S
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([self.process.stdout], [], [], max(give_up - time.monotonic(), 0))
            data = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            if not data:
                raise BenchError(f"{pathlib.Path(self.process.args[0]).name} {self.process.args[1]} did not start: see {log}")
            line += data
        return line

    @property
    def pid(self):
        return self.process.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.process.poll() is None and kind is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_TIMEOUT_S)
            except subprocess.TimeoutExpired:
                say(f"{self.process.args[1]} does not stop; it is killed")
        self.kill()

    def kill(self):
        with self.process:
            if self.process.poll() is None:
                self.process.kill()


class Server(Program):
    """`kaquan serve` on a data directory, on any free port of 127.0.0.1."""

    def __init__(self, data, log, *flags):
        super().__init__([KAQUAN, "serve", "--data", data, "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0",
                          "--access-log", "off", *flags], log)
        self.port = int(self.ready["listen"].rpartition(":")[2])
        self.admin_port = int(self.ready["admin"].rpartition(":")[2])

    def ask_admin(self, method, path, body=b""):
        """The answer's body, as bytes."""
        with open_connection(self.admin_port) as connection:
            connection.sendall(f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
                               f"Content-Length: {len(body)}\r\n\r\n".encode("ascii") + body)
            answer = b"".join(iter(lambda: connection.recv(65536), b""))
        if not answer.startswith(b"HTTP/1.1 200 "):
            raise BenchError(f"{method} {path} was refused: {answer[:400]!r}")
        return answer.partition(b"\r\n\r\n")[2]

    def metrics(self):
        """The counters of /metrics, those of several labels added up."""
        values = {}
        for line in self.ask_admin("GET", "/metrics").decode("utf-8", "replace").splitlines():
            name, _, value = line.rpartition(" ")
            if name and not name.startswith("#"):
                plain = name.partition("{")[0]
                values[plain] = values.get(plain, 0) + float(value)
        return values

    def stop_clock_at(self, now):
        """Of a sandbox: its business clock stands still at this second."""
        self.ask_admin("PUT", "/sandbox/clock", json.dumps({"now": now, "stopped": True}).encode("ascii"))


class Receiver(Program):
    """`kaquan-bench receive`: takes every notification. It ends with its standard input, and so with this program."""

    def __init__(self, log):
        super().__init__([TOOL, "receive"], log, stdin=subprocess.PIPE)
        self.uri = f"http://127.0.0.1:{self.ready['port']}/"

    def stop(self):
        """How many it took, and its CPU time."""
        return json.loads(self.process.communicate(timeout=STOP_TIMEOUT_S)[0])
