# SPDX-License-Identifier: Apache-2.0
"""How a failing history is made short, and how it is shown."""

import itertools

from driver import History, play
from examples import rules
from operations import BatchSend, Freeze, List, Send, Use, Wallet
from script import as_python
from shrink import ATTEMPTS, Shrinker
from support import binary, crowd, protocol
from support.client import Client
from world import EPOCH, World


def send(number, template=0):
    return Send("first", template, 0, f"k{number}", "")


def history_of(rounds, clocks=True):
    steps = []
    for number, operations in enumerate(rounds):
        steps += [("clock", EPOCH + number)] if clocks else []
        steps.append(("round", list(operations)))
    return History(World((rules(), rules())), steps)


def fails_with(*needed):
    """A program that fails where these come, in this order."""
    def fails(history):
        left = iter(history.operations())
        return "failed" if all(operation in left for operation in needed) else None
    return fails


def test_only_what_is_needed_stays():
    history = history_of([[send(10 * number + place, place % 2) for place in range(6)] for number in range(20)])
    shortest, failure = Shrinker(fails_with(send(32), send(150)), 60).shrink(history)
    assert failure == "failed"
    assert shortest.steps == [("round", [send(32)]), ("round", [send(150)])]


def test_what_happens_only_at_the_same_time_stays_together():
    def fails(history):
        together = [set(what) for kind, what in history.steps if kind == "round"]
        return "raced" if any({send(3), send(5)} <= operations for operations in together) else None

    history = history_of([[send(place) for place in range(8)], [send(9)]])
    shortest, _ = Shrinker(fails, 60).shrink(history)
    assert shortest.steps == [("round", [send(3), send(5)])]


def test_what_fails_only_sometimes_is_tried_again():
    tries = itertools.count(1)
    history = history_of([[send(0)]])
    assert Shrinker(lambda _: "failed" if next(tries) % ATTEMPTS == 0 else None, 60).shrink(history) is not None
    assert Shrinker(lambda _: None, 60).shrink(history) is None


def test_it_ends_when_its_time_is_over():
    seconds = itertools.count()
    tries = []

    def fails(history):
        tries.append(history)
        return "failed" if len(history.operations()) == 64 else None

    history = history_of([[send(number)] for number in range(64)])
    shortest, _ = Shrinker(fails, 20, clock=lambda: next(seconds)).shrink(history)
    assert shortest.operations() == history.operations()
    assert len(tries) <= 20


SHOWN = History(World((rules(), rules(quantity=1, description=("不找零",)))), [
    ("round", [Freeze(1, True)]),
    ("clock", EPOCH + 60),
    ("round", [Send("first", 1, 0, "a", "memo"), Send("granted", 1, 2, "b", "")]),
    ("round", [BatchSend("first", 0, (0, 1, None), "b", "")]),
    ("round", [List("first", 0, 0)]),
    ("round", [Wallet("second", 0)]),
    ("books", ()),
])


def test_a_script_is_python_that_does_the_same(home, own_place, serve):
    """It is run as a person would run it; the clock, the world and the answers are those of the history."""
    names = {"own_place": own_place, "serve": serve, "binary": binary, "crowd": crowd, "protocol": protocol,
             "Client": Client}
    exec(compile(as_python(SHOWN), "script", "exec"), names)
    shown = names["answer"]["pass_info_list"]
    assert {item["gmt_create"] for item in shown} == {protocol.beijing_text(EPOCH + 60)}
    issued = [own_place.template(names[f"template_{place}"])["issued_count"] for place in (0, 1)]
    assert issued == [1, 1]
    assert play(home, SHOWN) is None


def test_a_script_takes_the_ids_that_it_needs():
    history = History(SHOWN.world, [("round", [Send("first", 0, 0, "a", ""), Send("first", 0, 1, "b", "")]),
                                    ("round", [Use("first", (0, "b"), 1, "u")])])
    script = as_python(history)
    assert 'voucher_1 = answers[1].fields.get("voucher_id")' in script
    assert "'voucher_id': voucher_1" in script
    assert "template_1" not in script
