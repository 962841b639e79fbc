# SPDX-License-Identifier: Apache-2.0
"""A gateway that answers nothing of use, and remembers what it was asked."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

ANSWER = b"{}"


@dataclass(frozen=True)
class Recorded:
    path: str  # with its query, as it stood in the request line
    headers: Any
    body: bytes

    @property
    def form(self):
        """Query and body as one form, percent-encoded as they came."""
        parts = [self.path.partition("?")[2], self.body.decode("ascii")]
        return "&".join(part for part in parts if part)

    def parameters(self, charset):
        return parameters(self.form, charset)


def parameters(form, charset):
    pairs = parse_qsl(form, keep_blank_values=True, strict_parsing=True, encoding=charset, errors="strict")
    assert len(dict(pairs)) == len(pairs), pairs
    return dict(pairs)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append(Recorded(self.path, self.headers, body))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_):
        pass


class Recorder:
    """Listens on `port`; `taken` are the requests that came."""

    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.taken = self.server.taken = []
        self.port = self.server.server_address[1]
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self.thread.start()

    def take(self):
        """The one request since the last time."""
        [recorded] = self.taken
        self.taken.clear()
        return recorded

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
