# SPDX-License-Identifier: Apache-2.0
"""What a history plays in: a few users and templates, as a description that can be made anew in any place, and as the
model has it."""

import json
from dataclasses import dataclass

from model import Model, Template, User
from operations import PIDS, UNKNOWN_TEMPLATE_ID
from support import keys, protocol
from support.place import CASH, EXCHANGE, FIX, RED_PACKET
from support.protocol import beijing_text, beijing_time

# Beyond every clock on which commands run: for them no window is over and every voucher is still to come.
EPOCH = beijing_time("2060-03-01 00:00:00")
MERCHANTS = {PIDS[0]: "卡券茶馆", PIDS[1]: ""}
USER_IDS = [f"20880000000008{number:02}" for number in range(5)]
CALLER_KEY_BITS = 1024  # what the gateway takes at least: the callers' signatures are not what is looked at here


@dataclass(frozen=True)
class TemplateRules:
    """A template's settings; amounts in fen, None where there is none."""
    pid: str
    kind: str
    start: int
    end: int
    period: tuple  # ("ABSOLUTE", start, end) or ("RELATIVE", duration, unit)
    name: str | None = None
    amount: int | None = None
    floor_amount: int | None = None
    quantity: int | None = None
    total_amount: int | None = None
    limit_per_user: int | None = None
    limit_per_user_day: int | None = None
    description: tuple = ()
    draft: bool = False

    BRAND = "卡券茶馆"

    def period_json(self):
        if self.period[0] == "ABSOLUTE":
            return json.dumps({"type": "ABSOLUTE", "start": beijing_text(self.period[1]),
                               "end": beijing_text(self.period[2])})
        return json.dumps({"type": "RELATIVE", "duration": self.period[1], "unit": self.period[2]})

    def flags(self):
        """Of `kaquan template create`."""
        def money(amount):
            return None if amount is None else f"{amount // 100}.{amount % 100:02}"
        return {"pid": self.pid, "type": self.kind, "brand_name": self.BRAND, "name": self.name,
                "amount": money(self.amount), "floor_amount": money(self.floor_amount), "quantity": self.quantity,
                "total_amount": money(self.total_amount), "publish_start": beijing_text(self.start),
                "publish_end": beijing_text(self.end), "valid_period": self.period_json(),
                "limit_per_user": self.limit_per_user, "limit_per_user_day": self.limit_per_user_day,
                "description": list(self.description), "draft": self.draft}

    def template(self, template_id):
        """The model's."""
        names = {"ABSOLUTE": ("type", "start", "end"), "RELATIVE": ("type", "duration", "unit")}[self.period[0]]
        return Template(
            template_id=template_id, pid=self.pid, kind=self.kind, brand_name=self.BRAND,
            state="I" if self.draft or self.kind == CASH else "S", name=self.name or "", amount=self.amount or 0,
            floor_amount=self.floor_amount or 0, quantity=self.quantity, total_amount=self.total_amount,
            start=self.start, end=self.end, period=dict(zip(names, self.period)),
            limit_per_user=self.limit_per_user, limit_per_user_day=self.limit_per_user_day,
            description=self.description)


@dataclass(frozen=True)
class World:
    templates: tuple

    def make(self, place, needed=None):
        """Makes it in a place that has the parties: the model. `needed`: the templates that are made; None: all."""
        return self.model([place.json("template", "create", **rules.flags())["template_id"]
                           if needed is None or number in needed else UNKNOWN_TEMPLATE_ID
                           for number, rules in enumerate(self.templates)])

    def model(self, template_ids):
        templates = [rules.template(template_id) for rules, template_id in zip(self.templates, template_ids)]
        return Model(MERCHANTS, [User(user_id) for user_id in USER_IDS], templates, EPOCH)


def make_parties(place):
    """Users, merchants, and the applications that call: {caller: (application, app_auth_token or None)}."""
    for user_id in USER_IDS:
        place.run("user", "create", user_id=user_id)
    for pid, name in MERCHANTS.items():
        place.run("merchant", "create", pid=pid, name=name or None)
    first, second = (place.create_app(pid=pid, private_key=keys.private_key(pid, CALLER_KEY_BITS),
                                      permission=protocol.WALLET) for pid in PIDS)
    return {"first": (first, None), "second": (second, None), "granted": (second, place.grant(second, PIDS[0]))}


# Random worlds

def random_period(rng):
    if rng.random() < 0.3:
        start = EPOCH + rng.choice((-3600, 0, 1800, 7200))
        return "ABSOLUTE", start, start + rng.choice((3600, 86400, 200000))
    return "RELATIVE", *rng.choice(((1, "MINUTE"), (10, "MINUTE"), (45, "MINUTE"), (3, "HOUR"), (1, "DAY"), (2, "DAY")))


def random_rules(rng, kind):
    start = EPOCH + rng.choice((-86400, -86400, -3600, 0, 1, 3600))
    amounts = {
        FIX: {"amount": rng.choice((3, 250, 1000)), "floor_amount": rng.choice((None, None, 3000)),
              "total_amount": rng.choice((None, None, 20000))},
        RED_PACKET: {"total_amount": rng.choice((500, 3000, 20000)), "floor_amount": rng.choice((None, 100))},
        CASH: {"amount": rng.choice((330, 99999)), "floor_amount": rng.choice((None, 100000))},
        EXCHANGE: {},
    }[kind]
    return TemplateRules(
        pid=PIDS[0] if rng.random() < 0.7 else PIDS[1], kind=kind, start=start,
        end=start + rng.choice((86400, 200000, 500000)), period=random_period(rng),
        name=rng.choice((None, None, "周末下午茶")), quantity=rng.choice((None, 3, 20, 60)),
        limit_per_user=rng.choice((None, None, 3, 10)), limit_per_user_day=rng.choice((None, None, 1, 4)),
        description=rng.choice(((), ("不找零", "每桌限用\"一张\""))), draft=kind == CASH or rng.random() < 0.1, **amounts)


def random_world(rng):
    kinds = [FIX, FIX, FIX, RED_PACKET, RED_PACKET, CASH, EXCHANGE]
    return World(tuple(random_rules(rng, kind) for kind in kinds))
