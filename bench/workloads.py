# SPDX-License-Identifier: Apache-2.0
"""What is called: lines for kaquan-bench, `AGE_S<tab>METHOD<tab>BIZ_CONTENT`, or `=N` for line N once more.

All of it comes from a fixed seed: two runs with the same settings make the same calls."""

import itertools
import json
import random

from bench.stores import TEMPLATES, WALLET_METHOD, user_id

SEND = "alipay.marketing.voucher.send"
LIST = "alipay.marketing.voucher.list.query"

REPLAYS = 300  # distinct requests of a workload that repeats
REPLAY_AGE_S = 5
SIGNED_ANEW_S = 600  # within the 15 minutes that a timestamp may be old


def line(method, biz, age_s=0):
    return f"{age_s}\t{method}\t{json.dumps(biz, separators=(',', ':'))}"


class Workloads:
    """Of one store. Business numbers are used once: each of its functions gives other sends."""

    def __init__(self, store):
        self.store = store
        self.random = random.Random(20140601)
        self.numbers = itertools.count(1)

    def send_lines(self, count):
        template_id = self.store.send_template
        return [line(SEND, {"template_id": template_id, "user_id": user_id(self.random.randrange(self.store.users)),
                            "out_biz_no": f"sent-{next(self.numbers):010}"}) for _ in range(count)]

    def list_line(self, pair, age_s=0):
        """The pair is a template and a user of it: each has one voucher."""
        return line(LIST, {"template_id": self.store.templates[pair % TEMPLATES],
                           "user_id": user_id(pair // TEMPLATES)}, age_s)

    def pairs(self, count):
        return self.random.sample(range(self.store.vouchers), min(count, self.store.vouchers))

    def wallet_line(self, pair):
        """The pair is a page size, of 1 to 10, and a user: so there are as many different answers as vouchers."""
        return line(WALLET_METHOD, {"user_id": user_id(pair // TEMPLATES), "group_type": "voucher",
                                    "time_status": "CURRENT", "page_size": pair % TEMPLATES + 1, "page_num": 1})

    # Each gives lines.

    def send(self, count):
        return self.send_lines(count)

    def replay(self):
        return self.send_lines(REPLAYS)

    def list_few(self):
        return [self.list_line(pair, REPLAY_AGE_S) for pair in self.pairs(REPLAYS)]

    def list_few_anew(self, count):
        """The same calls, but each signed at another second: no two requests have the same bytes."""
        ages = range(1, min(SIGNED_ANEW_S, count // REPLAYS + 1) + 1)
        few = self.pairs(REPLAYS)
        return [self.list_line(pair, age_s) for age_s in ages for pair in few][:count]

    def list_many(self, count):
        return [self.list_line(pair) for pair in self.pairs(count)]

    def wallet(self, count):
        return [self.wallet_line(pair) for pair in self.pairs(count)]

    def mix(self, count, distinct):
        """20 % send, 10 % replay, 50 % list, 20 % wallet, shuffled; `distinct` lists and wallets."""
        repeated = {
            "replay": self.replay(),
            "list": self.list_many(distinct),
            "wallet": self.wallet(distinct),
        }
        lines, first = [], {}
        for name, calls in repeated.items():
            first[name] = len(lines)
            lines += calls
        sends = self.send_lines(count // 5)
        kinds = ["send"] * len(sends) + ["replay"] * (count // 10) + ["list"] * (count // 2) + ["wallet"] * (count // 5)
        self.random.shuffle(kinds)
        for kind in kinds:
            if kind == "send":
                lines.append(sends.pop())
            else:
                lines.append(f"={first[kind] + self.random.randrange(len(repeated[kind]))}")
        return lines
