# SPDX-License-Identifier: Apache-2.0
"""Random operations from a seed, as many as the environment says, against real servers."""

from collections import Counter

import pytest

import settings
from model import SUB_MESSAGES
from run import run_processes

# So many operations meet everything that can be answered, again and again.
OPERATIONS_THAT_MEET_ALL = 50000

# Each voucher method's success, and every refusal that the model knows.
ANSWERS = {("Send", "10000"), ("BatchSend", "10000"), ("Use", "10000"), ("Refund", "10000"), ("Delete", "10000"),
           ("Delay", "10000"), ("Query", "10000"), ("List", "10000"), ("Wallet", "10000")}


def test_random_operations_are_answered_as_the_model_does(tmp_path):
    outcomes = run_processes(tmp_path, settings.SEED, settings.OPERATIONS, settings.PROCESSES)
    operations = sum(outcome.operations for outcome in outcomes)
    seen = sum((outcome.seen for outcome in outcomes), Counter())
    print(f"seed {settings.SEED}: {operations} operations, {sum(seen.values())} answers")
    failures = [f"{outcome.failure}\n(process {outcome.seed})" for outcome in outcomes if outcome.failure is not None]
    if failures:
        pytest.fail(f"KAQUAN_MODEL_SEED={settings.SEED} KAQUAN_MODEL_OPERATIONS={settings.OPERATIONS} repeats it\n\n"
                    + "\n\n".join(failures), pytrace=False)
    assert operations >= settings.OPERATIONS
    if settings.OPERATIONS >= OPERATIONS_THAT_MEET_ALL:
        assert ANSWERS <= set(seen)
        assert set(SUB_MESSAGES) <= {code for _, code in seen}
