# SPDX-License-Identifier: Apache-2.0
"""Many callers at once: what the tests share stands in tests/support/."""

from support.fixtures import app, client, own_place, place, serve, server, template_id, user

__all__ = ["app", "client", "own_place", "place", "serve", "server", "template_id", "user"]
