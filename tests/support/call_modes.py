# SPDX-License-Identifier: Apache-2.0
"""The flags of `kaquan call` in every mode of both protocols."""

from support import keys, modes, protocol

MODES = ("plain", "certificates", "aes", "certificates-aes")
NEW_MODES = MODES[1:] + tuple("v3-" + mode for mode in MODES)


class CallModes:
    """`flags(mode)`: those of a new application of the merchant `pid`, in one of MODES, or the same with v3- before it."""

    def __init__(self, place, server, pid, directory):
        self.place, self.server, self.pid, self.directory = place, server, pid, directory
        self.made = {}

    def make(self, kind):
        private_key = keys.private_key("certified")
        if "certificates" in kind:
            app, path = modes.create_app(self.place, self.pid, private_key, permission=protocol.WITH_PERMISSION)
            flags = {"app_certificate": path, "gateway_certificate": self.place.data / "gateway_certificate.pem",
                     "root_certificates": self.place.data / "root_certificate.pem"}
        else:
            app = self.place.create_app(self.pid, private_key, permission=protocol.WITH_PERMISSION)
            flags = {"gateway_public_key": self.place.data / "gateway_public_key.pem"}
        private = self.directory / f"app-{app.app_id}.pem"
        private.write_text(keys.private_pem(private_key), encoding="ascii")
        if "aes" in kind:
            flags["content_key"] = self.directory / f"content-{app.app_id}"
            flags["content_key"].write_text(modes.content_key(self.place, app) + "\n", encoding="ascii")
        return {"app_id": app.app_id, "private_key": private, **flags}

    def flags(self, mode):
        kind = mode.removeprefix("v3-")
        if kind not in self.made:
            self.made[kind] = self.make(kind)
        gateway = {"gateway": f"http://{self.server.listen}/gateway.do"}
        return {**gateway, **self.made[kind], **({"protocol": "v3"} if mode.startswith("v3-") else {})}
