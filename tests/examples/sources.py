# SPDX-License-Identifier: Apache-2.0
"""The examples by name."""

from support import binary

# All of them begin with connect.c.
NAMES = sorted(path.stem for path in (binary.ROOT / "examples").glob("*.c") if path.stem != "connect")
