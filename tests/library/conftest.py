# SPDX-License-Identifier: Apache-2.0
"""Tests of libkaquan as an application has it: installed, found by pkg-config, called from C and C++."""

import pytest

from support.fixtures import app, place, server, template_id, user
from support.library import Library

__all__ = ["app", "place", "server", "template_id", "user"]


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    return Library(tmp_path_factory.mktemp("installed"))
