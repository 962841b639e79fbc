# SPDX-License-Identifier: Apache-2.0
"""A program that is built with the installed library calls the real gateway in every mode of its protocol."""

import json

import pytest

from support import binary, keys, modes, protocol
from support import library as tools

SOURCE = binary.ROOT / "tests/library/modes.c"


@pytest.fixture(scope="module")
def program(library, tmp_path_factory):
    return library.compile(tools.C, SOURCE, tmp_path_factory.mktemp("modes") / "modes", library.shared_flags())


class Caller:
    """The program, with what its calls have in common."""

    def __init__(self, program, server, place, app, directory, **settings):
        private = directory / f"app-{app.app_id}.pem"
        private.write_text(keys.private_pem(app.private_key), encoding="ascii")
        self.program = program
        self.settings = {"gateway_url": f"http://{server.listen}/gateway.do", "app_id": app.app_id,
                         "private_key_file": private,
                         "gateway_public_key_file": place.data / "gateway_public_key.pem", **settings}

    def run(self, **settings):
        """What came of one call, by name; a name that came several times has the last value."""
        words = [f"{name}={value}" for name, value in {**self.settings, **settings}.items() if value is not None]
        lines = tools.must_run(self.program, *words).rstrip("\n").split("\n")
        return dict(line.split("=", 1) for line in lines)

    def call(self, method, fields, **settings):
        return self.run(method=method, biz_content=json.dumps(fields, ensure_ascii=False), **settings)


def certificate_settings(place, certificate):
    return {"gateway_public_key_file": None, "app_certificate_file": certificate,
            "root_certificates_file": place.data / "root_certificate.pem",
            "gateway_certificate_file": place.data / "gateway_certificate.pem"}


V3 = 1
MODES = ["plain", "aes", "certificates", "certificates-aes"]


@pytest.fixture(scope="module", params=MODES + ["v3-" + mode for mode in MODES])
def caller(request, program, server, place, app, tmp_path_factory):
    """A caller in one of the modes, as the run's merchant."""
    if "certificates" in request.param:
        mode_app, path = modes.create_app(place, app.pid, keys.private_key("certified"),
                                          permission=protocol.WITH_PERMISSION)
        settings = certificate_settings(place, path)
    else:
        mode_app = place.create_app(app.pid, permission=protocol.WITH_PERMISSION)
        settings = {}
    if "aes" in request.param:
        settings["content_key"] = modes.content_key(place, mode_app)
    if "v3" in request.param:
        settings |= {"protocol": V3, "gateway_url": f"http://{server.listen}/"}
    return Caller(program, server, place, mode_app, tmp_path_factory.mktemp("caller"), **settings)


@pytest.mark.parametrize("loop", [0, 1], ids=["waiting", "loop"])
def test_a_voucher_is_sent(caller, template_id, user, loop):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": "1", "memo": "优酷3个月兑换券"}
    got = caller.call(protocol.SEND, fields, loop=loop)
    assert (got["status"], got["verified"], got["code"], got["message"]) == ("ok", "1", "10000", ""), got
    assert json.loads(got["response"])["voucher_id"]


def test_a_refusal_by_the_method(caller, user):
    got = caller.call(protocol.SEND, {"template_id": "2" * 28, "user_id": user.user_id, "out_biz_no": "1"})
    assert (got["status"], got["verified"], got["sub_code"]) == ("business", "1", "TEMPLATE_NOT_EXIST"), got


def test_a_refusal_by_the_gateway(caller):
    got = caller.call("alipay.no.such.method", {"a": 1})
    assert (got["status"], got["verified"]) == ("gateway", "1"), got
    assert got["error_sub_code"].endswith("invalid-method"), got
