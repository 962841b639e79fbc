# SPDX-License-Identifier: Apache-2.0
"""A program that is built with the installed library (tests/library/modes.c), and calls with it in every mode."""

import json

from support import binary, keys, library, modes, protocol

V3 = 1
MODES = ("plain", "aes", "certificates", "certificates-aes")
ALL_MODES = MODES + tuple("v3-" + mode for mode in MODES)


def compile_program(installed, directory, flags=None):
    """With an installed library, the shared one where `flags` do not say otherwise: the program's path."""
    return installed.compile(library.C, binary.ROOT / "tests/library/modes.c", directory / "modes",
                             flags or installed.shared_flags())


class Caller:
    """The program, with what its calls have in common."""

    def __init__(self, program, server, place, app, directory, **settings):
        private = directory / f"app-{app.app_id}.pem"
        private.write_text(keys.private_pem(app.private_key), encoding="ascii")
        self.program = program
        self.app = app
        self.settings = {"gateway_url": f"http://{server.listen}/gateway.do", "app_id": app.app_id,
                         "private_key_file": private,
                         "gateway_public_key_file": place.data / "gateway_public_key.pem", **settings}

    def run(self, **settings):
        """What came of one call, by name; a name that came several times has the last value."""
        words = [f"{name}={value}" for name, value in {**self.settings, **settings}.items() if value is not None]
        lines = library.must_run(self.program, *words).rstrip("\n").split("\n")
        return dict(line.split("=", 1) for line in lines)

    def call(self, method, fields, **settings):
        return self.run(method=method, biz_content=json.dumps(fields, ensure_ascii=False), **settings)


def certificate_settings(place, certificate):
    return {"gateway_public_key_file": None, "app_certificate_file": certificate,
            "root_certificates_file": place.data / "root_certificate.pem",
            "gateway_certificate_file": place.data / "gateway_certificate.pem"}


def caller_in(mode, program, server, place, pid, directory):
    """A caller of a new application in one of ALL_MODES, which may call every method."""
    if "certificates" in mode:
        app, path = modes.create_app(place, pid, keys.private_key("certified"), permission=protocol.WITH_PERMISSION)
        settings = certificate_settings(place, path)
    else:
        app = place.create_app(pid, permission=protocol.WITH_PERMISSION)
        settings = {}
    if "aes" in mode:
        settings["content_key"] = modes.content_key(place, app)
    if "v3" in mode:
        settings |= {"protocol": V3, "gateway_url": f"http://{server.listen}/"}
    return Caller(program, server, place, app, directory, **settings)
