# SPDX-License-Identifier: Apache-2.0
"""Black-box tests of the gateway: what they share stands in tests/support/."""

from support.fixtures import (any_template, anyone, app, client, own_place, place, sandbox, sandbox_run, serve,
                              server, template_id, user)

__all__ = ["any_template", "anyone", "app", "client", "own_place", "place", "sandbox", "sandbox_run", "serve",
           "server", "template_id", "user"]
