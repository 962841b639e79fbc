# SPDX-License-Identifier: Apache-2.0
"""Random operations, compared with a model: what the tests share."""

import pytest

import settings
from driver import Home
from support.fixtures import own_place, serve

__all__ = ["home", "own_place", "serve"]


@pytest.fixture(scope="session")
def home(tmp_path_factory):
    return Home(tmp_path_factory.mktemp("home"))


def pytest_terminal_summary(terminalreporter):
    """Said always: a run that has passed can be repeated too."""
    terminalreporter.write_line(f"KAQUAN_MODEL_SEED={settings.SEED} KAQUAN_MODEL_OPERATIONS={settings.OPERATIONS}")
