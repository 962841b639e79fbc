# SPDX-License-Identifier: Apache-2.0
"""What the environment says of a run."""

import os
import secrets

# KAQUAN_MODEL_OPERATIONS: calls of the gateway, all processes together.
OPERATIONS = int(os.environ.get("KAQUAN_MODEL_OPERATIONS", "100000"))

# KAQUAN_MODEL_SEED: what a run printed, to have the same operations again.
SEED = os.environ.get("KAQUAN_MODEL_SEED") or secrets.token_hex(4)

# Each has a server and a seed of its own; two keep the two cores of a small machine busy.
PROCESSES = max(2, min(4, os.cpu_count() or 2))
