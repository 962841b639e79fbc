# SPDX-License-Identifier: Apache-2.0
"""Random rounds of operations, drawn to collide: few users, templates with small stocks, few keys, and a clock that
likes the seconds at which something begins or ends."""

import random

from checker import GROUP_MAX, add_to_groups
from model import BEIJING_OFFSET_S, DAY_S, day_of
from operations import (CALLERS, PIDS, BatchSend, Delay, Delete, Freeze, List, MoveTemplate, Query, Refund, Send, Use,
                        Wallet)
from support.place import RED_PACKET
from world import EPOCH

# The clock stays within these of where a world begins.
EARLIEST = EPOCH - DAY_S
LATEST = EPOCH + 5 * DAY_S

RECENT_KEYS = 12


def chance(rng, probability):
    return rng.random() < probability


class Generator:
    """Draws from the seed and looks at the model, so that most operations have something to do."""

    def __init__(self, seed, model):
        self.seed = seed
        self.model = model
        self.rounds = 0
        self.keys_made = [0] * len(model.templates)
        # Weights are of what is drawn; what would make a group too large is drawn again.
        self.drawers = {self.send: 26, self.batch_send: 4, self.use: 24, self.refund: 14, self.delete: 2, self.delay: 4,
                        self.query: 9, self.list: 9, self.wallet: 8}

    def rng(self, *place):
        return random.Random(f"{self.seed}/{self.rounds}/{'/'.join(map(str, place))}")

    # What is drawn around a round

    def next_clock(self):
        """None: the clock stays. It walks from one instant to one of the next, and now and then goes back to the
        world's first day."""
        rng = self.rng("clock")
        if not chance(rng, 0.2):
            return None
        now = self.model.now
        instants = sorted(self.instants())
        if chance(rng, 0.2):
            return rng.choice([instant for instant in instants if instant <= EPOCH + DAY_S])
        later = [instant for instant in instants if instant > now][:6]
        return rng.choice(later) if later else rng.choice(instants)

    def instants(self):
        """The seconds at which something begins or ends, and those before."""
        times = {EPOCH}
        for template in self.model.templates:
            times |= {template.start, template.end}
            for voucher in template.vouchers[-40:]:
                times |= {voucher.active, voucher.expires}
        midnights = {day * DAY_S - BEIJING_OFFSET_S for day in range(day_of(EARLIEST) + 1, day_of(LATEST) + 1)}
        times |= midnights
        return {time - before for time in times for before in (0, 1) if EARLIEST <= time <= LATEST}

    def command(self, rng):
        model = self.model
        if chance(rng, 0.7):
            return Freeze(rng.randrange(len(model.users)), frozen=chance(rng, 0.35))
        drafts = [place for place, template in enumerate(model.templates) if template.state == "I"]
        if drafts and chance(rng, 0.7):
            return MoveTemplate(rng.choice(drafts), "S")
        deleted = chance(rng, 0.15)
        return MoveTemplate(rng.randrange(len(model.templates)), "D" if deleted else "S")

    def next_round(self, size):
        """Up to `size` operations that are to be under way together."""
        self.rounds += 1
        groups = []
        chosen = []
        rng = self.rng("command")
        if chance(rng, 0.08):
            chosen.append(self.command(rng))
            groups = add_to_groups(groups, chosen[0], chosen[0].footprint(self.model))
        for place in range(size):
            operation = self.draw(self.rng(place))
            wider = add_to_groups(groups, operation, operation.footprint(self.model))
            if all(len(group) <= GROUP_MAX for group in wider):
                groups = wider
                chosen.append(operation)
        return chosen

    def draw(self, rng):
        return rng.choices(list(self.drawers), self.drawers.values())[0](rng)

    # What operations are made of

    def template_place(self, rng):
        return None if chance(rng, 0.01) else rng.randrange(len(self.model.templates))

    def user_place(self, rng):
        return None if chance(rng, 0.02) else rng.randrange(len(self.model.users))

    def caller(self, rng, template):
        """Mostly one that acts for the template's merchant."""
        if template is None or chance(rng, 0.04):
            return rng.choice(CALLERS)
        if template.pid == PIDS[0]:
            return "granted" if chance(rng, 0.2) else "first"
        return "second"

    def new_or_old_key(self, rng, place, kind):
        """A template's keys are numbered as they are thought of."""
        made = self.keys_made[place]
        if made == 0 or chance(rng, 0.55):
            self.keys_made[place] += 1
            return f"{kind}{made}"
        return f"{kind}{rng.randrange(max(0, made - RECENT_KEYS), made)}"

    def memo(self, key):
        """Who sends a key again in another round says something else; in the same round the order would not show."""
        return f"{key} in round {self.rounds}"

    def ref(self, rng, wanted=()):
        """Some voucher that there is, the newer the likelier; mostly one that has a `wanted` status."""
        places = [place for place, template in enumerate(self.model.templates) if template.vouchers]
        if not places or chance(rng, 0.02):
            return 0, "no such key"
        place = rng.choice(places)
        vouchers = self.model.templates[place].vouchers
        if wanted and chance(rng, 0.6):
            vouchers = [voucher for voucher in vouchers if voucher.status(self.model.now) in wanted] or vouchers
        return place, vouchers[-1 - int(len(vouchers) * rng.random() ** 2)].key

    def voucher_fields(self, rng, kind):
        """caller, ref, user and key of what is done with a voucher."""
        ref = self.ref(rng, {"REFUND": ("USING", "USED")}.get(kind, ("ENABLED", "USING")))
        voucher = self.model.voucher(ref)
        user = self.model.users.index(voucher.user) if voucher else 0
        if chance(rng, 0.03):
            user = self.user_place(rng)
        happened = sum(event.kind == kind for event in voucher.events) if voucher else 0
        key = f"{kind.lower()}-{rng.randrange(happened + 3)}"
        return voucher, {"caller": self.caller(rng, self.model.template(ref[0])), "ref": ref, "user": user, "key": key}

    # The operations

    def send(self, rng):
        place = self.template_place(rng)
        template = self.model.template(place)
        key = self.new_or_old_key(rng, place, "k") if template else "k0"
        is_red_packet = template is not None and template.kind == RED_PACKET
        amount = rng.choice((1, 10, 99, 250, 500)) if is_red_packet != chance(rng, 0.03) else None
        if amount is not None and chance(rng, 0.03):
            amount = 0
        return Send(self.caller(rng, template), place, self.user_place(rng), key, self.memo(key), amount)

    def batch_send(self, rng):
        place = self.template_place(rng)
        template = self.model.template(place)
        key = f"b{rng.randrange(8)}"
        users = tuple(self.user_place(rng) for _ in range(rng.randrange(1, 4)))
        return BatchSend(self.caller(rng, template), place, users, key, self.memo(key))

    def use(self, rng):
        voucher, fields = self.voucher_fields(rng, "USE")
        face = voucher.amount if voucher else 100
        left = voucher.balance if voucher else 100
        amount = rng.choice((None, None, face // 2, face // 3, face // 5, left - 1, left, left + 1, 1, 1))
        if amount is not None:
            amount = None if face == 0 and chance(rng, 0.9) else 0 if chance(rng, 0.02) else max(amount, 1)
        floor = voucher.template.floor_amount if voucher else 0
        order_amount = rng.choice((floor, floor, floor, floor + 1, floor - 1, None)) if floor else None
        return Use(**fields, amount=amount, order_amount=order_amount, checks_rules=not chance(rng, 0.1))

    def refund(self, rng):
        voucher, fields = self.voucher_fields(rng, "REFUND")
        uses = [event.key for event in voucher.events if event.kind == "USE"] if voucher else []
        use_key = rng.choice(uses) if uses and chance(rng, 0.7) else None
        return Refund(**fields, use_key="use-none" if chance(rng, 0.03) else use_key)

    def delete(self, rng):
        return Delete(**self.voucher_fields(rng, "DELETE")[1])

    def delay(self, rng):
        voucher, fields = self.voucher_fields(rng, "DELAY")
        expires = voucher.expires if voucher else EPOCH
        return Delay(**fields, expires=expires + rng.choice((60, 3600, DAY_S, 1, 0, -1)))

    def query(self, rng):
        ref = self.ref(rng)
        return Query(self.caller(rng, self.model.template(ref[0])), ref)

    def list(self, rng):
        place = self.template_place(rng)
        return List(self.caller(rng, self.model.template(place)), place, self.user_place(rng))

    def wallet(self, rng):
        page_size = rng.choice((100, 100, 3, 1))
        return Wallet(rng.choice(CALLERS), self.user_place(rng), current=chance(rng, 0.6), page_size=page_size,
                      page_number=1 if page_size == 100 else rng.randrange(1, 4),
                      partner=rng.choice((None, None, None, *PIDS)))
