# SPDX-License-Identifier: Apache-2.0
"""What a service manager hears of `kaquan serve`: systemd's sd_notify(3), by the socket in NOTIFY_SOCKET."""

import os
import socket

import pytest
from support import binary

HEARD_TIMEOUT_S = 60


@pytest.fixture(params=["path", "abstract"])
def manager(request, tmp_path, monkeypatch):
    """A service manager's socket, with a path or in the abstract namespace."""
    name = str(tmp_path / "notify") if request.param == "path" else f"@kaquan-test-{os.getpid()}"
    monkeypatch.setitem(binary.ENVIRONMENT, "NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as heard:
        heard.bind(name.replace("@", "\0"))
        heard.settimeout(HEARD_TIMEOUT_S)
        yield heard


def test_the_manager_hears_of_start_and_stop(manager, own_place, serve):
    server = serve(own_place)
    assert manager.recv(64) == b"READY=1"
    server.stop()
    assert manager.recv(64) == b"STOPPING=1"
    assert server.stderr() == ""


@pytest.mark.parametrize("name, why", [("nonsense", "is no socket's address: nonsense"),
                                       ("/" + "x" * 200, "is no socket's address"),
                                       ("/nowhere/notify", "cannot be told READY=1: No such file or directory")])
def test_a_manager_that_cannot_be_told_is_logged(own_place, serve, monkeypatch, name, why):
    monkeypatch.setitem(binary.ENVIRONMENT, "NOTIFY_SOCKET", name)
    server = serve(own_place)
    server.stop()
    assert why in server.stderr()
