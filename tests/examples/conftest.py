# SPDX-License-Identifier: Apache-2.0
"""The examples, built as their README says with the installed library, and run against a real gateway."""

import pytest

from sources import NAMES
from support import binary, keys, library as tools
from support.fixtures import app, place, server, template_id, user
from support.library import Library

__all__ = ["app", "place", "server", "template_id", "user"]

@pytest.fixture(scope="session")
def programs(tmp_path_factory):
    """Each example's program by its name."""
    directory = tmp_path_factory.mktemp("examples")
    library = Library(tmp_path_factory.mktemp("installed"))
    flags = [binary.ROOT / "examples/connect.c", *library.shared_flags(), "-pthread"]
    return {name: library.compile(("gcc", "-std=gnu17"), binary.ROOT / f"examples/{name}.c", directory / name, flags)
            for name in NAMES}


@pytest.fixture
def environment(server, place, app, tmp_path):
    """What the examples take their settings from."""
    private_key = tmp_path / "app.pem"
    private_key.write_text(keys.private_pem(app.private_key), encoding="ascii")
    return {**binary.ENVIRONMENT, "KAQUAN_GATEWAY": f"http://{server.listen}/gateway.do",
                   "KAQUAN_APP_ID": app.app_id, "KAQUAN_PRIVATE_KEY": str(private_key),
                   "KAQUAN_GATEWAY_PUBLIC_KEY": str(place.data / "gateway_public_key.pem")}


@pytest.fixture
def example(programs, environment):
    """Runs one: example(name, word, …, VARIABLE=value) gives the finished process."""
    return lambda name, *words, **variables: tools.run(programs[name], *words,
                                                       environment={**environment, **variables})
