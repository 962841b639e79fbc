# SPDX-License-Identifier: Apache-2.0
"""Can these answers be? Operations that were under way at the same time must have had their effect one after the other,
in some order, each at one instant: the history must be linearizable.

Operations whose order cannot matter (by their footprints) are looked at apart; within a group that may depend on each
other, orders are tried, each only as far as its answers fit."""


# More are not sent together: 720 orders at most are quickly tried.
GROUP_MAX = 6


class Impossible(Exception):
    """No order explains the answers."""


def conflict(one, other):
    """By footprints: does one change what the other reads or changes?"""
    (one_reads, one_writes), (other_reads, other_writes) = one, other
    return not (one_writes.isdisjoint(other_reads) and one_writes.isdisjoint(other_writes)
                and other_writes.isdisjoint(one_reads))


def add_to_groups(groups, item, footprint):
    """Groups are lists of (item, footprint). Gives them with one more item, in one group with all that it conflicts
    with, directly or through others."""
    joined = [(item, footprint)]
    apart = []
    for group in groups:
        if any(conflict(footprint, other) for _, other in group):
            joined = group + joined
        else:
            apart.append(group)
    return [*apart, joined]


def fits(model, operation, answer):
    """Does the model give this answer? It changes where it does."""
    mark = model.mark()
    if operation.expect(model, answer) == answer:
        return True
    model.rewind(mark)
    return False


def find_order(model, calls, seen_after):
    """An order of `calls` whose every answer fits and after which `seen_after` fits too; the model stands behind it.
    None: there is none, and the model is as it was. Both are lists of (operation, answer)."""
    if not calls:
        mark = model.mark()
        if all(fits(model, operation, answer) for operation, answer in seen_after):
            return []
        model.rewind(mark)
        return None
    for place, (operation, answer) in enumerate(calls):
        mark = model.mark()
        if not fits(model, operation, answer):
            continue
        order = find_order(model, calls[:place] + calls[place + 1:], seen_after)
        if order is not None:
            return [operation, *order]
        model.rewind(mark)
    return None


def describe(model, group, seen_after):
    lines = ["no order explains these answers:" if len(group) > 1 else "the answer is not the model's:"]
    for operation, answer in [*group, *seen_after]:
        mark = model.mark()
        expected = operation.expect(model, answer)
        model.rewind(mark)
        lines.append(f"  {operation}\n    answered {answer}")
        if expected != answer:
            lines.append(f"    expected {expected}" + (" (if it came first)" if len(group) > 1 else ""))
    return "\n".join(lines)


def explain(model, calls, seen_after=()):
    """Takes the model through one round: `calls` were under way together, `seen_after` are questions that were asked
    when all of them had been answered; lists of (operation, answer). Impossible: the round cannot be explained."""
    groups = []
    for operation, answer in calls:
        groups = add_to_groups(groups, (operation, answer), operation.footprint(model))
    left = [((operation, answer), operation.footprint(model)) for operation, answer in seen_after]
    for group in groups:
        mine = [call for call, footprint in left if any(conflict(footprint, other) for _, other in group)]
        left = [item for item in left if item[0] not in mine]
        group_calls = [call for call, _ in group]
        model.begin_group()
        if find_order(model, group_calls, mine) is None:
            raise Impossible(describe(model, group_calls, mine))
    for call, _ in left:
        if not fits(model, *call):
            raise Impossible(describe(model, [call], []))
    model.settle()
