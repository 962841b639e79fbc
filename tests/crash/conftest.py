# SPDX-License-Identifier: Apache-2.0
"""Servers and commands that are ended at any moment, and full disks: what the tests share stands in tests/support/."""

from support.fixtures import own_place, serve

__all__ = ["own_place", "serve"]
