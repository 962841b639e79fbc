# SPDX-License-Identifier: Apache-2.0
"""What black-box tests share: a server for the run and what it is called with. A suite's conftest.py imports these.

A test that changes nothing (a refusal, a look) may use what the run has; one that issues makes its own user and
template. Whatever the tests have done to a place, its books agree afterwards."""

from types import SimpleNamespace

import pytest

from support import protocol
from support.client import Client
from support.place import Place
from support.server import Server


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    """The run's data directory."""
    place = Place(tmp_path_factory.mktemp("place"))
    yield place
    place.audit(deep=True)


@pytest.fixture(scope="session")
def server(place):
    """The run's server, as it comes: no setting but its addresses."""
    server = Server(place)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def app(place):
    """The run's application, which may call every method."""
    return place.create_app(permission=protocol.WITH_PERMISSION)


@pytest.fixture(scope="session")
def client(server, app):
    return Client(server, app)


@pytest.fixture(scope="session")
def anyone(place):
    """A user for tests that do not look at what users have."""
    return place.create_user()


@pytest.fixture(scope="session")
def any_template(place, app):
    """A template for tests that do not look at what is issued of it."""
    return place.create_template(app.pid, quantity=100000)


@pytest.fixture
def user(place):
    return place.create_user()


@pytest.fixture
def template_id(place, app):
    return place.create_template(app.pid)


@pytest.fixture(scope="session")
def sandbox_run(tmp_path_factory):
    """Another server for the run, whose business clock can be moved, with a place, an application and a client."""
    place = Place(tmp_path_factory.mktemp("sandbox"))
    app = place.create_app(permission=protocol.WITH_PERMISSION)
    server = Server(place, sandbox=True)
    yield SimpleNamespace(place=place, app=app, server=server, client=Client(server, app))
    server.stop()
    place.audit(deep=True)


@pytest.fixture
def sandbox(sandbox_run):
    """The same, with the clock put back after the test."""
    yield sandbox_run
    sandbox_run.server.set_clock(0)


@pytest.fixture
def own_place(tmp_path):
    """A data directory for one test."""
    place = Place(tmp_path)
    yield place
    place.audit()


@pytest.fixture
def serve():
    """Starts servers for one test: serve(place, **flags). They are stopped after it, in order, where it has not."""
    servers = []

    def start(place, **settings):
        servers.append(Server(place, **settings))
        return servers[-1]

    yield start
    for server in servers:
        if server.process.returncode is None:
            server.stop()
