# SPDX-License-Identifier: Apache-2.0
"""A small world without a server, whose answers a test makes up or has the model itself give."""

from operations import PIDS
from support.place import FIX, RED_PACKET
from world import EPOCH, TemplateRules, World

SECONDS = 600


def rules(kind=FIX, **settings):
    amount = {FIX: {"amount": 1000}, RED_PACKET: {"total_amount": 10000}}[kind]
    return TemplateRules(**{"pid": PIDS[0], "kind": kind, "start": EPOCH, "end": EPOCH + 86400,
                            "period": ("RELATIVE", 10, "MINUTE"), **amount, **settings})


def model_of(*templates):
    return World(templates).model([f"202601010007300100000000{number:02}02" for number in range(len(templates))])


class Ids:
    """Ids as the program would make them."""

    def __init__(self):
        self.made = 0

    def next(self, user_id):
        self.made += 1
        return f"2060030100073002{self.made:010}{user_id[-2:]}"


def with_ids(answer, ids):
    """The answer with an id in each place where the model asks for a new one."""
    if str(answer.get("voucher_id", "")).startswith("(a new id"):
        return {**answer, "voucher_id": ids.next(answer["user_id"])}
    if "vouchers" in answer:
        return {**answer, "vouchers": [with_ids(item, ids) for item in answer["vouchers"]]}
    return answer


def answer_of(model, operation, ids):
    """The model's own answer, with new ids where vouchers are new; the model changes."""
    mark = model.mark()
    answer = with_ids(operation.expect(model, {}), ids)
    model.rewind(mark)
    return operation.expect(model, answer)
