# SPDX-License-Identifier: Apache-2.0
"""Takes notifications on 127.0.0.1:9000 and prints each one's form as a line."""

import http.server


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        print(self.rfile.read(int(self.headers["Content-Length"])).decode("ascii"), flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, format, *words):
        pass


if __name__ == "__main__":
    server = http.server.HTTPServer(("127.0.0.1", 9000), Receiver)
    print("ready", flush=True)
    server.serve_forever()
