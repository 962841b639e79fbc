# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 by hand, over a plain socket: a test says which bytes go out, in which pieces, on which connection."""

import socket
from dataclasses import dataclass

# How long a test waits for bytes that have to come: far beyond the usual, so that only a missing answer runs into it.
ANSWER_TIMEOUT_S = 60

FORM = b"application/x-www-form-urlencoded"


@dataclass
class Response:
    status: int
    headers: dict  # names in lower case
    body: bytes
    version: str = "HTTP/1.1"


def request(method, target, headers=(), body=None):
    """One request's bytes. `headers` are (name, value) pairs; Content-Length is added where there is a body."""
    lines = [method + b" " + target + b" HTTP/1.1", b"Host: 127.0.0.1"]
    lines += [name + b": " + value for name, value in headers]
    if body is not None:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def get(target, headers=()):
    return request(b"GET", target, headers)


def post(target, body, content_type=FORM, headers=()):
    return request(b"POST", target, [(b"Content-Type", content_type), *headers], body)


class Reader:
    """Responses from bytes that have come."""

    def __init__(self, received=b""):
        self.received = received

    def take(self):
        """More bytes; False where there are none."""
        return False

    def take_until(self, mark):
        while mark not in self.received:
            assert self.take(), f"the connection ended after {self.received!r}"
        taken, _, self.received = self.received.partition(mark)
        return taken

    def take_bytes(self, size):
        while len(self.received) < size:
            assert self.take(), f"the connection ended after {self.received!r}"
        taken, self.received = self.received[:size], self.received[size:]
        return taken

    def take_chunks(self):
        body = b""
        while True:
            size = int(self.take_until(b"\r\n").split(b";")[0], 16)
            if size == 0:
                self.take_until(b"\r\n")
                return body
            body += self.take_bytes(size)
            assert self.take_bytes(2) == b"\r\n"

    def read(self):
        """The next response; interim ones (1xx) are given too."""
        lines = self.take_until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status, *_ = lines[0].split(" ", 2)
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        response = Response(int(status), headers, b"", version)
        if response.status < 200 or response.status in (204, 304):
            return response
        if headers.get("transfer-encoding", "").lower() == "chunked":
            response.body = self.take_chunks()
        elif "content-length" in headers:
            response.body = self.take_bytes(int(headers["content-length"]))
        else:
            while self.take():
                pass
            response.body, self.received = self.received, b""
        return response


class Connection(Reader):
    """A connection to `address`, an "IP:PORT"."""

    def __init__(self, address, timeout_s=ANSWER_TIMEOUT_S):
        super().__init__()
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def send_what_fits(self, data):
        """Sends to a peer that may hang up before it has read everything."""
        try:
            self.socket.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def take(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.received += data
        return bool(data)

    def exchange(self, data):
        self.send(data)
        return self.read()

    def ends(self):
        """Waits for the peer's end of the connection: what came before it."""
        while self.take():
            pass
        taken, self.received = self.received, b""
        return taken


def exchange(address, data):
    """One request on a connection of its own."""
    with Connection(address) as connection:
        return connection.exchange(data)
