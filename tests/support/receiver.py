# SPDX-License-Identifier: Apache-2.0
"""A receiver of notifications, as a merchant would have one: checks what comes, remembers it, answers as it is told."""

import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from support import keys

# What has to come within a time; far beyond the usual.
ARRIVAL_TIMEOUT_S = 60

SUCCESS = (200, [], b"success")

FORM_TYPE = "application/x-www-form-urlencoded; charset=utf-8"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, answer = self.server.receiver.take(self.path, self.headers, body)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def do_GET(self):
        self.server.receiver.note_other(self.path)
        self.send_error(404)

    def log_message(self, *_):
        pass


class HttpServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 1024

    def handle_error(self, *_):
        """A sender that has been killed is no error of the receiver."""


class Receiver:
    """`uri` is where it takes notifications that `public_key` verifies. `answer` gives the answer to each, or is it."""

    def __init__(self, public_key, answer=SUCCESS, port=0):
        self.public_key = public_key
        self.answer = answer
        self.changed = threading.Condition()
        self.taken = []   # of each try: its fields, in the order in which they came
        self.others = []  # paths that were asked for in other ways
        self.faults = []  # what was wrong with what came
        self.server = HttpServer(("127.0.0.1", port), Handler)
        self.server.receiver = self
        self.port = self.server.server_address[1]
        self.uri = f"http://127.0.0.1:{self.port}/notify?shop=1"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def check(self, headers, pairs):
        fields = dict(pairs)
        signed = {name: value for name, value in pairs if name not in ("sign", "sign_type")}
        text = "&".join(f"{name}={signed[name]}" for name in sorted(signed)).encode("utf-8")
        wrong = [name for name, holds in {
            "Content-Type": headers["Content-Type"] == FORM_TYPE,
            "a field twice": len(fields) == len(pairs),
            "an empty field": all(value for _, value in pairs),
            "sign": keys.verifies(self.public_key, "RSA2", text, fields["sign"]),
            "public fields": (fields["charset"], fields["version"], fields["sign_type"]) == ("utf-8", "1.0", "RSA2"),
        }.items() if not holds]
        return fields, wrong

    def take(self, path, headers, body):
        pairs = urllib.parse.parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        fields, wrong = self.check(headers, pairs)
        answer = self.answer(fields) if callable(self.answer) else self.answer
        with self.changed:
            self.faults += wrong if path == "/notify?shop=1" else [path]
            self.taken.append(fields)
            self.changed.notify_all()
        return answer

    def note_other(self, path):
        with self.changed:
            self.others.append(path)
            self.changed.notify_all()

    def wait(self, count, timeout_s=ARRIVAL_TIMEOUT_S):
        """The tries so far, at least so many, each of which was as it should be."""
        give_up = time.monotonic() + timeout_s
        with self.changed:
            while len(self.taken) < count:
                left_s = give_up - time.monotonic()
                assert left_s > 0, f"{len(self.taken)} notifications of {count} have come"
                self.changed.wait(left_s)
            assert not self.faults, self.faults
            assert not self.others, self.others
            return list(self.taken)

    def types(self, count):
        return [fields["notify_type"] for fields in self.wait(count)]

    def of_voucher(self, voucher_id):
        """Each notification of a voucher once, in the order in which they first came."""
        with self.changed:
            first = {}
            for fields in self.taken:
                if fields["voucher_id"] == voucher_id:
                    first.setdefault(fields["notify_id"], fields)
            return list(first.values())
