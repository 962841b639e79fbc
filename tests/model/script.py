# SPDX-License-Identifier: Apache-2.0
"""A history as Python that a person can paste into a black-box test: with tests/support alone, without the model."""

from types import SimpleNamespace

from model import batch_key
from operations import BatchSend, Call, Command, Send
from support.protocol import beijing_text
from world import EPOCH, MERCHANTS, USER_IDS

HEAD = """\
# In a test with own_place and serve; from support: binary, crowd, protocol, Client.
place = own_place
"""


class Name(str):
    """A text that stands as a variable."""

    def __repr__(self):
        return str(self)


class Variables:
    """In the model's place: ids are variables."""

    def __init__(self, world):
        self.templates = [SimpleNamespace(template_id=Name(f"template_{place}"))
                          for place in range(len(world.templates))]
        self.users = [SimpleNamespace(user_id=user_id) for user_id in USER_IDS]
        self.vouchers = {}  # {(template's place, out_biz_no): variable}

    def voucher(self, ref):
        if ref[0] is None:
            return None
        number = len(self.vouchers) + 1
        return SimpleNamespace(voucher_id=self.vouchers.setdefault(ref, Name(f"voucher_{number}")))


def flags_text(flags):
    return "".join(f", {name}={value!r}" for name, value in flags.items() if value not in (None, False, []))


def make_world(world, used_templates):
    lines = []
    for number, (pid, name) in enumerate(MERCHANTS.items(), 1):
        lines.append(f'place.run("merchant", "create", pid="{pid}"{flags_text({"name": name or None})})')
        lines.append(f'app_{number} = place.create_app(pid="{pid}", permission=protocol.WALLET)')
    lines.append(f'token = place.grant(app_2, "{next(iter(MERCHANTS))}")')
    for user_id in USER_IDS:
        lines.append(f'place.run("user", "create", user_id="{user_id}")')
    for place, rules in enumerate(world.templates):
        if place in used_templates:
            lines.append(f'template_{place} = place.json("template", "create"{flags_text(rules.flags())})'
                         '["template_id"]')
    lines.append("server = serve(place, sandbox=True)")
    lines.append("first, second = Client(server, app_1), Client(server, app_2)")
    return lines


def as_expression(operation, variables):
    if isinstance(operation, Command):
        words = ", ".join(f'"{word}"' for word in operation.words)
        return f"binary.run({words}, data=place.data{flags_text(operation.flags(variables))})"
    client = "first" if operation.caller == "first" else "second"
    token = ", app_auth_token=token" if operation.caller == "granted" else ""
    return f'{client}.call("{operation.method}", {operation.fields(variables)!r}{token})'


def told_vouchers(operation, variables, answer):
    """Where an answer tells a voucher that is asked for later, the line that takes its id."""
    found = {}
    if isinstance(operation, Send):
        found[(operation.template, operation.key)] = f'{answer}.fields.get("voucher_id")'
    elif isinstance(operation, BatchSend):
        for index, user in enumerate(operation.users):
            if user is not None:
                key = batch_key(operation.key, variables.users[user].user_id)
                found[(operation.template, key)] = f'{answer}["vouchers"][{index}].get("voucher_id")'
    return [f"{variables.vouchers[ref]} = {where}" for ref, where in found.items() if ref in variables.vouchers]


def round_lines(operations, variables):
    if len(operations) == 1:
        lines = [f"answer = {as_expression(operations[0], variables)}"]
        return lines + told_vouchers(operations[0], variables, "answer")
    lines = ["answers = crowd.run_all(["]
    lines += [f"    lambda: {as_expression(operation, variables)}," for operation in operations]
    lines.append("])")
    for index, operation in enumerate(operations):
        lines += told_vouchers(operation, variables, f"answers[{index}]")
    return lines


def as_python(history):
    variables = Variables(history.world)
    for operation in history.operations():
        if isinstance(operation, Call):
            operation.fields(variables)  # so that the vouchers that are asked for have names before they are told
    lines = [HEAD + "\n".join(make_world(history.world, history.templates())),
             f'server.stop_clock({EPOCH})  # {beijing_text(EPOCH)}']
    for kind, what in history.steps:
        if kind == "clock":
            lines.append(f"server.stop_clock({what})  # {beijing_text(what)}")
        elif kind == "round":
            lines += round_lines(what, variables)
        else:
            lines += [f'shown = place.template(template_{place}), place.vouchers(template_id=template_{place})'
                      for place in sorted(history.templates())]
    return "\n".join(lines) + "\n"
