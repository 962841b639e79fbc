# SPDX-License-Identifier: Apache-2.0
"""Tests of libkaquan as an application has it: installed, found by pkg-config, called from C and C++."""

import pytest

from support import keys
from support.fixtures import app, place, server, template_id, user
from support.library import Library

__all__ = ["app", "place", "server", "template_id", "user"]


@pytest.fixture
def key_files(place, app, tmp_path):
    """The application's private key and the gateway's public key, as files."""
    private = tmp_path / "app.pem"
    private.write_text(keys.private_pem(app.private_key), encoding="ascii")
    return private, place.data / "gateway_public_key.pem"


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return Library(tmp_path_factory.mktemp("installed"))
