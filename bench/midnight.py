# SPDX-License-Identifier: Apache-2.0
"""A midnight: all vouchers of a template end at one second. How soon is that written down, how many notifications a second
do receivers get, and what do callers who send meanwhile notice?

The vouchers are imported, and each has its issue told first: so there is something to tell from the server's start, for
longer than all of this takes, but on a small store. What tells of an expiry is written behind it, into the voucher's line."""

import concurrent.futures
import json
import time
from dataclasses import dataclass

from bench.programs import BenchError, say, timed
from bench.runs import Runs
from bench.stores import TEMPLATES, Store, beijing_day

VOUCHERS_MAX = 1_000_000  # more take longer at the same pace: docs/performance.md
ENDS_AFTER_DAYS = 2  # so that no clock gets there by itself
SENDS_SHARE = 0.1  # of the limit: they find the machine idle, but for what is measured
# /metrics counts what waits, which takes as many times longer as there is more of it. A look may take a twentieth of the time.
LOOKS_PAUSE = 20
LOOKS_PAUSE_MIN_S = 0.01
LOOKS_TIMEOUT_S = 600
FIRST_SEND_PAUSE_S = 0.05  # how much later than it comes the first send is noticed


class MidnightStore(Store):
    """The vouchers of `vouchers` are of one template, end at one second, and are told of; those that are sent are not."""

    def __init__(self, directory, vouchers, notify_uri):
        super().__init__(directory, vouchers)
        self.notify_uri = notify_uri
        self.end = f"{beijing_day(ENDS_AFTER_DAYS)} 00:00:00"

    def make_templates(self):
        period = {"type": "ABSOLUTE", "start": f"{beijing_day(0)} 00:00:00", "end": self.end}
        self.templates = [self.make_template(notify_uri=self.notify_uri, valid_period=json.dumps(period))] * TEMPLATES
        self.send_template = self.make_template()


@dataclass(frozen=True)
class Look:
    """What the server has counted."""
    begun_s: float
    pause_s: float  # until the next one
    written: int
    told: int
    failed: int
    waiting: int
    requests: int


def look_at(server):
    begun_s = time.monotonic()
    metrics = server.metrics()
    pause_s = max(LOOKS_PAUSE * (time.monotonic() - begun_s), LOOKS_PAUSE_MIN_S)
    return Look(begun_s, pause_s, int(metrics["kaquan_vouchers_expired_total"]),
                int(metrics["kaquan_notifications_delivered_total"]), int(metrics["kaquan_notification_failed_tries_total"]),
                int(metrics["kaquan_notifications_waiting"]), int(metrics.get("kaquan_requests_total", 0)))


def look_until(server, is_over):
    """Looks now and then: the first look of which it is true."""
    give_up_s = time.monotonic() + LOOKS_TIMEOUT_S
    look = look_at(server)
    while not is_over(look):
        if look.begun_s > give_up_s:
            raise BenchError(f"a midnight takes longer than {LOOKS_TIMEOUT_S} s: {look}")
        time.sleep(look.pause_s)
        look = look_at(server)
    return look


def pace(first, last):
    """From one look to another."""
    seconds = max(last.begun_s - first.begun_s, LOOKS_PAUSE_MIN_S)
    return {"seconds": round(seconds, 3), "written": last.written - first.written, "told": last.told - first.told,
            "written_per_s": round((last.written - first.written) / seconds, 1),
            "told_per_s": round((last.told - first.told) / seconds, 1), "waiting": last.waiting}


class Midnight(Runs):
    """All figures of one; there is a receiver."""

    def __init__(self, directory, vouchers, receiver, signatures_per_s, plan):
        super().__init__(MidnightStore(directory, min(vouchers, VOUCHERS_MAX), receiver.uri), signatures_per_s, plan)
        self.receiver = receiver

    def measure(self):
        say("A midnight")
        self.store.make()
        figures = self.store.figures
        figures["steps"] = {}
        with self.server("--notify", "off") as server:
            say("  sends, nobody is told")
            figures["steps"]["sends, nobody is told"] = {"sends": self.sends(server)}
        with self.server("--sandbox") as server:
            for name, step in self.steps(server):
                say(f"  {name}")
                figures["steps"][name] = step()
            last = look_at(server)
        figures["receiver"] = self.receiver.stop()
        self.check(last, figures["receiver"]["received"])
        say("  kaquan audit")
        figures["audit"] = timed("audit", data=self.store.data)
        return figures

    def steps(self, server):
        """In this order; each leaves to the next what it has not told."""
        return (
            ("receivers are told, nothing else", lambda: self.tell(server)),
            ("sends, receivers are told", lambda: self.tell_beside_sends(server)),
            ("sends, from midnight on", lambda: self.pass_midnight(server)),
            ("receivers are told, afterwards", lambda: self.tell(server)),
        )

    def check(self, last, received):
        if last.written != self.store.vouchers or last.failed != 0 or received < last.told:
            raise BenchError(f"{self.store.vouchers} vouchers ended, {received} notifications came; the server counted {last}")

    def sends(self, server):
        return self.sends_at(SENDS_SHARE, server, self.plan.window_s)

    def tell(self, server):
        first = look_at(server)
        until_s = first.begun_s + self.plan.window_s
        return pace(first, look_until(server, lambda look: look.begun_s >= until_s or look.waiting == 0))

    def tell_beside_sends(self, server):
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            sends = self.begin_sends(server, thread)
            first = look_at(server)
            last = look_until(server, lambda look: sends.done())
            return {**pace(first, last), "sends": sends.result()}

    def pass_midnight(self, server):
        with concurrent.futures.ThreadPoolExecutor(1) as thread:
            sends = self.begin_sends(server, thread)
            first = look_at(server)
            server.stop_clock_at(self.store.end)
            last = look_until(server, lambda look: look.written >= self.store.vouchers)
            return {**pace(first, last), "sends": sends.result()}

    def begin_sends(self, server, thread):
        """When this returns, they come, and have just begun to be counted."""
        before = look_at(server)
        sends = thread.submit(self.sends, server)
        while not sends.done() and look_at(server).requests == before.requests:
            time.sleep(FIRST_SEND_PAUSE_S)
        time.sleep(self.plan.warm_up_s)
        return sends
