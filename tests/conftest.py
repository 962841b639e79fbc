# SPDX-License-Identifier: Apache-2.0
"""For all suites below this folder: asserts in the shared helpers explain themselves.

Each suite's own conftest.py says what it takes from support/fixtures.py; nothing is imported here, since tests/sdk has
a Python of its own."""

import pytest

pytest.register_assert_rewrite("support")
