# SPDX-License-Identifier: Apache-2.0
"""Makes a failing history short: parts of it are left out for as long as what is left fails too."""

import time
from dataclasses import replace

from driver import History, template_of

# What only fails in some orders of arrival is given so many chances to fail again.
ATTEMPTS = 3


def about_template(history, place):
    """What is about one template, or about none."""
    steps = [(kind, what) if kind != "round"
             else (kind, [operation for operation in what if template_of(operation) in (None, place)])
             for kind, what in history.steps]
    return History(history.world, [(kind, what) for kind, what in steps if kind != "round" or what])


def one_by_one(history):
    """The same operations, none at the same time as another."""
    steps = []
    for kind, what in history.steps:
        steps += [(kind, what)] if kind != "round" else [(kind, [operation]) for operation in what]
    return History(history.world, steps)


class Shrinker:
    """`fails(history)` says what is wrong with it, or None."""

    def __init__(self, fails, budget_s, clock=time.monotonic):
        self.fails = fails
        self.clock = clock
        self.give_up = clock() + budget_s
        self.history = None
        self.failure = None
        self.attempts = 1

    def try_history(self, history):
        """Keeps it if it fails."""
        for _ in range(self.attempts):
            if self.clock() > self.give_up:
                return False
            failure = self.fails(history)
            if failure is not None:
                self.history, self.failure = history, failure
                return True
        return False

    def shrink(self, history):
        """(the shortest history found, its failure), or None where it does not fail again."""
        self.attempts = ATTEMPTS
        if not self.try_history(history):
            return None
        if self.try_history(one_by_one(self.history)):
            self.attempts = 1
        for place in range(len(history.world.templates)):
            if self.try_history(about_template(self.history, place)):
                break
        self.without_parts(lambda: self.history.steps, lambda steps: replace(self.history, steps=steps))
        for index in range(len(self.history.steps) - 1, -1, -1):
            self.without_operations(index)
        return self.history, self.failure

    def without_operations(self, index):
        """A round with fewer operations, if it has several."""
        kind, what = self.history.steps[index]
        if kind == "round" and len(what) > 1:
            steps = self.history.steps
            self.without_parts(lambda: self.history.steps[index][1], lambda some: replace(
                self.history, steps=[*steps[:index], (kind, some), *steps[index + 1:]]))

    def without_parts(self, items, rebuilt):
        """Leaves out halves, then quarters, and so on down to single items, as often as something can be left out."""
        size = max(1, len(items()) // 2)
        while True:
            removed = False
            start = len(items()) - size
            while start > -size:
                first = max(start, 0)
                rest = items()[:first] + items()[start + size:]
                if rest and self.try_history(rebuilt(rest)):
                    removed = True
                start -= size
            if size == 1 and not removed:
                return
            if not removed or size > len(items()):
                size = max(1, min(size, len(items())) // 2)
            if self.clock() > self.give_up:
                return
