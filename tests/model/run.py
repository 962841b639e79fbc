# SPDX-License-Identifier: Apache-2.0
"""A run: random histories from a seed, each on a server of its own, until enough operations were made; and what is told
of one that failed."""

import random
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from driver import CONNECTIONS, History, Home, Session, failure_of, play
from generator import Generator
from script import as_python
from shrink import Shrinker
from world import random_world

# A history is long enough to use up stocks, and short enough for many worlds and to be played again.
HISTORY_OPERATIONS = 2000

# How long a failing history is made shorter; what is shortest then is shown.
SHRINK_BUDGET_S = 120


@dataclass
class Outcome:
    seed: str
    operations: int = 0
    seen: Counter = field(default_factory=Counter)  # {(operation, code or sub_code): how often}
    failure: str | None = None
    history: History | None = None  # the last one


def go_on(session, history, seed, operations):
    """Random rounds until the session has made so many calls, noted in the history before they are played."""
    generator = Generator(seed, session.model)
    while session.asked < operations:
        clock = generator.next_clock()
        if clock is not None:
            history.steps.append(("clock", clock))
            session.play(*history.steps[-1])
        history.steps.append(("round", [session.pin(operation) for operation in generator.next_round(CONNECTIONS)]))
        session.play(*history.steps[-1])
    history.steps.append(("books", ()))
    session.play(*history.steps[-1])


def run_history(home, seed, operations, model_class=None):
    """One history of random rounds, on a server of its own."""
    history = History(random_world(random.Random(f"{seed}/world")))
    session = Session(home, history.world, model_class)
    failure = failure_of(session, lambda: go_on(session, history, seed, operations))
    return Outcome(seed, session.asked, session.seen, failure, history)


def run_many(directory, seed, operations, model_class=None):
    """Histories one after the other, up to the first failure."""
    home = Home(directory)
    total = Outcome(seed)
    while total.operations < operations and total.failure is None:
        number = total.operations
        outcome = run_history(home, f"{seed}/{number}", min(HISTORY_OPERATIONS, operations - number), model_class)
        total.operations += outcome.operations
        total.seen += outcome.seen
        total.failure, total.history = outcome.failure, outcome.history
    return total


def told(home, outcome, model_class=None, budget_s=SHRINK_BUDGET_S):
    """A failure as a person wants to read it: as short as it could be made, and as Python."""
    shortest = Shrinker(lambda history: play(home, history, model_class), budget_s).shrink(outcome.history)
    if shortest is None:
        return (f"{outcome.failure}\n\nPlayed again, the history of {len(outcome.history.steps)} steps does not fail; "
                f"its last steps were:\n\n{as_python(History(outcome.history.world, outcome.history.steps[-5:]))}")
    history, failure = shortest
    return f"{failure}\n\nThe shortest history found that fails:\n\n{as_python(history)}"


def run_and_tell(directory, seed, operations):
    """In a process of its own: the outcome, with a failure's text made ready."""
    outcome = run_many(directory, seed, operations)
    if outcome.failure is not None:
        again = directory / "again"
        again.mkdir()
        outcome.failure = told(Home(again), outcome)
    outcome.history = None
    return outcome


def run_processes(directory, seed, operations, processes):
    """Each process has a share of the operations, a seed and servers of its own."""
    with ProcessPoolExecutor(processes) as pool:
        futures = []
        for number in range(processes):
            own = directory / str(number)
            own.mkdir()
            futures.append(pool.submit(run_and_tell, own, f"{seed}/{number}", operations // processes))
        return [future.result() for future in futures]
