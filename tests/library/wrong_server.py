# SPDX-License-Identifier: Apache-2.0
"""A gateway that answers whatever a test says, byte by byte: what a client must not be taken in by."""

import socket
import threading
import time

from support import keys

RESPONSE_NAME = "alipay_marketing_voucher_send_response"
TIMESTAMP, NONCE = "1406142470123", "n-1"


class WrongServer:
    """Reads requests; answers each with `answer`, bytes, in pieces of which each is sent after `pause_s`. Its key is
    its own."""

    def __init__(self, answer, pause_s=0.0, piece=None, close=True):
        self.answer, self.pause_s, self.piece, self.close_after = answer, pause_s, piece or max(len(answer), 1), close
        self.requests = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with connection:
                self.serve(connection)

    def serve(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            more = connection.recv(65536)
            if not more:
                return
            data += more
        head, body = data.split(b"\r\n\r\n", 1)
        wanted = next((int(line.split(b":")[1]) for line in head.split(b"\r\n")
                       if line.lower().startswith(b"content-length:")), 0)
        while len(body) < wanted:
            body += connection.recv(65536)
        self.requests += 1
        try:
            for at in range(0, len(self.answer), self.piece):
                time.sleep(self.pause_s)
                connection.sendall(self.answer[at:at + self.piece])
        except OSError:
            pass  # the client has had enough

    def stop(self):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


def http(body, status="200 OK", content_type="text/html;charset=utf-8", headers=(), length=None):
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {content_type}", f"Content-Length: {length or len(body)}",
             "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def signature(response, private_key=None):
    return keys.sign(private_key or keys.private_key("wrong-server"), "RSA2", response).decode()


def envelope(response, sign=None):
    sign = signature(response) if sign is None else sign
    return b'{"%s":%s,"sign":"%s"}' % (RESPONSE_NAME.encode(), response, sign.encode())


def v3(body, signed=None, status="200 OK", **changes):
    text = f"{TIMESTAMP}\n{NONCE}\n".encode() + (body if signed is None else signed) + b"\n"
    headers = [f"alipay-timestamp: {TIMESTAMP}", f"alipay-nonce: {NONCE}", f"alipay-signature: {signature(text)}"]
    return http(body, status=status, content_type="application/json;charset=utf-8", headers=headers, **changes)
