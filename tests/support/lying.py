# SPDX-License-Identifier: Apache-2.0
"""A server on loopback that gives one answer to whatever is posted to it."""

import contextlib
import http.server
import threading


@contextlib.contextmanager
def answering(body, status=200, headers=(), reason=None):
    """The URL of its gateway.do, until the block ends."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status, reason)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/gateway.do"
        finally:
            server.shutdown()
            thread.join()
