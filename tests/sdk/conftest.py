# SPDX-License-Identifier: Apache-2.0
"""The tests with the official libraries. Server and data come from tests/support/, as in the other suites.

A call travels to a library as a dictionary:

    gateway, app_id, private_key, gateway_public_key, charset, sign_type: the library's settings (keys as PEM)
    app_certificate, gateway_certificate, root_certificate: those of certificate mode (PEM; all or none)
    content_key: with which the call is encrypted (may be absent)
    format: how the parameter of that name is written, where that matters
    method, fields, app_auth_token: the call (the token may be absent)

and its outcome comes back as one: the fields of the answer after the library has verified its signature, with
`trace_id` where the library tells it, or {"refused": why} where the library raised an error of its own.

A notification travels as `notification`, its fields, instead of a call, and comes back as {"verified": true or false}.
"""

import json
import os
import select
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support import binary, keys, modes, protocol
from support.fixtures import app, place, server, template_id, user

__all__ = ["app", "place", "server", "template_id", "user"]

pytest.register_assert_rewrite("sdk_contract")

ANSWER_TIMEOUT_S = 60


class LineProcess:
    """A program that reads one call a line and answers each with a line (java/Calls.java, node/calls.cjs)."""

    def __init__(self, command, environment):
        self.process = subprocess.Popen(command, env=environment, encoding="utf-8",
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, call):
        assert self.process.poll() is None, f"{self.process.args} has ended: has tests/sdk/install been run?"
        self.process.stdin.write(json.dumps(call) + "\n")
        self.process.stdin.flush()
        readable, _, _ = select.select([self.process.stdout], [], [], ANSWER_TIMEOUT_S)
        assert readable, f"{self.process.args} gave no answer within {ANSWER_TIMEOUT_S} seconds"
        return json.loads(self.process.stdout.readline())

    def stop(self):
        self.process.kill()
        self.process.communicate()


@pytest.fixture(scope="session")
def line_process():
    """Starts such programs; they end with the run."""
    started = []

    def start(command, environment):
        started.append(LineProcess(command, environment))
        return started[-1]

    yield start
    for process in started:
        process.stop()


@pytest.fixture(scope="session")
def certified(place, app):
    """The same merchant's, in certificate mode: the application, and a call's settings for it."""
    certified, path = modes.create_app(place, app.pid, keys.private_key("certified"), permission=protocol.WALLET)
    own = modes.Certificates(place)
    return certified, {"app_certificate": path.read_text("ascii"), "gateway_certificate": own.gateway.decode("ascii"),
                       "root_certificate": own.root.decode("ascii")}


@pytest.fixture(scope="session")
def content_keys(place, app):
    """Of the run's application, and of the one in certificate mode: made when they are asked for."""
    made = {}

    def of(caller):
        if caller.app_id not in made:
            made[caller.app_id] = modes.content_key(place, caller)
        return made[caller.app_id]
    return of


@pytest.fixture(scope="session")
def rsa_app(place, app):
    """Another application of the same merchant, with the old signature and the shortest key."""
    return place.create_app(app.pid, keys.private_key("short", bits=1024), sign_type="RSA",
                            permission=protocol.WALLET)


@pytest.fixture(scope="session")
def agent(place):
    """Another merchant's application; it may not read wallets."""
    return place.create_app()


@pytest.fixture(scope="session")
def shops(place, app):
    """The merchant's shops by city."""
    shops = {"320100": "2015092700077000000004491925", "110100": "2015092700077000000004491926"}
    for city_code, shop_id in shops.items():
        place.run("shop", "create", pid=app.pid, shop_id=shop_id, city_code=city_code)
    return shops


@pytest.fixture(scope="session")
def sdk():
    """What tests/sdk/install made."""
    return binary.ROOT / os.environ.get("KAQUAN_SDK_DIR", "build/sdk")


@pytest.fixture
def call(app, place, server, library):
    """Calls with the library under test: call(method, fields, caller=app, charset=…, other settings=…)."""
    gateway_public_key = (place.data / "gateway_public_key.pem").read_text(encoding="ascii")

    def call(method, fields, caller=app, private_key=None, **settings):
        key = private_key or caller.private_key
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        return library({"gateway": f"http://{server.listen}/gateway.do", "app_id": caller.app_id,
                        "private_key": pem.decode("ascii"), "gateway_public_key": gateway_public_key,
                        "charset": "utf-8", "sign_type": caller.sign_type, "method": method, "fields": fields,
                        **settings})
    return call


@pytest.fixture
def verified(place, library):
    """Does the library under test take a notification of these fields for the gateway's?"""
    gateway_public_key = (place.data / "gateway_public_key.pem").read_text(encoding="ascii")

    def verified(fields):
        return library({"gateway": "", "app_id": "", "private_key": "", "gateway_public_key": gateway_public_key,
                        "charset": "utf-8", "sign_type": "RSA2", "notification": fields})["verified"]
    return verified


def pytest_generate_tests(metafunc):
    """A test that takes a charset runs in each that its library can speak."""
    if "charset" in metafunc.fixturenames:
        metafunc.parametrize("charset", metafunc.cls.charsets)
    if "mode" in metafunc.fixturenames:
        metafunc.parametrize("mode", metafunc.cls.modes)
