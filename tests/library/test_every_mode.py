# SPDX-License-Identifier: Apache-2.0
"""Every method of the catalogue in every mode of both protocols, called with libkaquan as an application has it."""

import json
import sys

import pytest

from support import binary, protocol
from support.client import Client
from support.library_caller import ALL_MODES, caller_in, compile_program

# What a success of each method needs is made with helpers of the gateway's own tests.
sys.path.append(str(binary.ROOT / "tests/gateway"))
from successes import SUCCESSES, World


@pytest.fixture(scope="module")
def program(library, tmp_path_factory):
    return compile_program(library, tmp_path_factory.mktemp("program"))


class LibraryAnswer:
    """A success that the library has verified."""

    def __init__(self, got):
        assert (got["status"], got["verified"], got["code"], got["msg"]) == ("ok", "1", "10000", "Success"), got
        self.name = None
        self.fields = {"code": got["code"], "msg": got["msg"], **json.loads(got["response"])}

    def __getitem__(self, name):
        return self.fields[name]


class LibraryClient(Client):
    """A Client's helpers, as long as they succeed, with the library under them."""

    def __init__(self, server, app, caller):
        super().__init__(server, app)
        self.caller = caller

    def call(self, method, biz_content, /, **changes):
        return LibraryAnswer(self.caller.call(method, biz_content, **changes))


@pytest.fixture(scope="module", params=ALL_MODES)
def world(request, program, server, place, app, tmp_path_factory):
    caller = caller_in(request.param, program, server, place, app.pid, tmp_path_factory.mktemp("caller"))
    return World(place, caller.app, server, LibraryClient(server, caller.app, caller))


def test_no_method_of_the_catalogue_is_missing():
    known = {line.partition("\t")[0] for line in binary.must_run("__complete", "call", "").splitlines()}
    assert known == set(protocol.CATALOGUE) == set(SUCCESSES)


@pytest.mark.parametrize("method", sorted(SUCCESSES))
def test_every_method_succeeds(world, method):
    SUCCESSES[method](world)
