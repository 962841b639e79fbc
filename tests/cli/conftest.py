# SPDX-License-Identifier: Apache-2.0
"""Black-box tests of the command line. The binary is $KAQUAN_BINARY, else build/kaquan (support/binary.py)."""

from support.fixtures import app, own_place, place, serve, server, template_id, user

__all__ = ["app", "own_place", "place", "serve", "server", "template_id", "user"]
