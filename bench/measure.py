# SPDX-License-Identifier: Apache-2.0
"""The measurements, one function each: figures as dictionaries, for the table and the JSON file alike."""

import contextlib
import resource
import shutil
import time
from dataclasses import dataclass

from bench import programs
from bench.clients import Clients
from bench.midnight import Midnight
from bench.programs import BenchError, Receiver, ask, open_connection, say, timed, tool
from bench.runs import CONNECTIONS, Runs
from bench.stores import PID, Store, beijing_day, copy_database

IDLE_CONNECTIONS = 5000
MORE_FILES = 200  # the server's own: listening sockets, the store, one a worker and reader
IN_FLIGHT = (1, 64, 1024)
ISSUES_PER_S_MAX = 250_000  # of the store alone: rows are made for so many, and a run ends early with fewer


@dataclass(frozen=True)
class Plan:
    """How long everything takes."""
    limit_s: float
    warm_up_s: float
    send_s: float
    window_s: float
    store_s: float
    turns: int
    sweep_s: float
    shares: tuple
    starts: int
    signed: int  # requests signed for workloads that ask each thing once, at most
    client_warm_up_s: float  # of clients that are compiled while they run


FULL = Plan(limit_s=2, warm_up_s=0.5, send_s=6, window_s=4, store_s=2, turns=3, sweep_s=3, starts=5, signed=30_000, client_warm_up_s=3,
            shares=(0.1, 0.25, 0.5, 0.75, 0.9, 1.0, 1.2, 1.5))
QUICK = Plan(limit_s=0.3, warm_up_s=0.1, send_s=0.6, window_s=0.6, store_s=0.3, turns=1, sweep_s=0.6, starts=2, signed=3_000, client_warm_up_s=0.5,
             shares=(0.5, 1.0))


def limits(directory, plan):
    """The machine, with nothing else running."""
    say("The machine: signatures, verifications, syncs")
    return tool("limit", directory=directory, seconds=plan.limit_s)


class Bench(Runs):
    """All figures of one store."""

    def __init__(self, directory, vouchers, signatures_per_s, plan):
        super().__init__(Store(directory, vouchers), signatures_per_s, plan)
        self.figures = self.store.figures

    def measure(self, with_sweep):
        self.store.make()
        self.store_alone()
        self.first_answer()
        self.memory()
        self.run_workloads()
        if with_sweep:
            self.sweep()
        if with_sweep:
            self.clients()
        self.commands()
        self.midnight()

    def signed_list(self):
        """The bytes of one request that every server on this store answers."""
        return programs.run([programs.TOOL, "sign", *programs.words(self.write_calls([self.workloads.list_line(0)]))])

    # The store alone

    def store_alone(self):
        """Issues through the store's own interface; then, for most of them in flight, the same rows by plain SQLite into
        a copy from before. These two take turns, because the machine's speed changes: the ratio is the turns' median."""
        say("  the store alone, and plain SQLite")
        alone, plain = self.store.copy_database("alone"), self.store.copy_database("plain")
        runs = [self.issue(alone, in_flight, 0) for in_flight in IN_FLIGHT[:-1]]
        turns = []
        for turn in range(self.plan.turns):
            copy_database(alone, plain)
            issues = self.issue(alone, IN_FLIGHT[-1], turn)
            inserts = tool("plain", store=alone, copy=plain, transaction=max(1, round(issues["rows_a_sync"])))
            if inserts["rows"] != issues["rows"]:
                raise BenchError(f"plain SQLite inserted {inserts['rows']} rows, the store {issues['rows']}")
            # The same number of rows. What each left in its log counts too.
            ratio = (inserts["seconds"] + inserts["close_s"]) / (issues["seconds"] + issues["close_s"])
            turns.append({"store": issues, "plain": inserts, "ratio": ratio})
        middle = sorted(turns, key=lambda turn: turn["ratio"])[len(turns) // 2]
        self.figures["store_alone"] = {"runs": [*runs, middle["store"]], "plain": middle["plain"], "ratio": middle["ratio"],
                                       "turns": turns}
        shutil.rmtree(alone.parent)
        shutil.rmtree(plain.parent)

    def issue(self, database, in_flight, turn):
        rows = self.store.directory / "sends.csv"
        self.store.write_sends(rows, f"alone-{in_flight}-{turn}", int(ISSUES_PER_S_MAX * self.plan.store_s))
        figures = tool("store", database=database, rows=rows, pid=PID, in_flight=in_flight, seconds=self.plan.store_s)
        rows.unlink()
        return figures

    # Start and memory

    def first_answer(self):
        """From before the fork to the last byte of the first signed answer, the file being in the page cache."""
        say("  start to first answer")
        request = self.signed_list()
        seconds = []
        for _ in range(self.plan.starts):
            begun = time.monotonic()
            with self.server() as server:
                with open_connection(server.port) as connection:
                    ask(connection, request)
                    seconds.append(time.monotonic() - begun)
        self.figures["first_answer_ms"] = round(sorted(seconds)[len(seconds) // 2] * 1000, 2)

    def memory(self):
        """At rest after one call, and with idle connections that have had an answer each."""
        count = min(IDLE_CONNECTIONS, resource.getrlimit(resource.RLIMIT_NOFILE)[1] - MORE_FILES)
        say(f"  memory at rest, and with {count:,} idle connections")
        request = self.signed_list()
        with contextlib.ExitStack() as stack:
            server = stack.enter_context(self.server())
            with open_connection(server.port) as connection:
                ask(connection, request)
            at_rest = programs.memory_of(server.pid)
            for _ in range(count):
                ask(stack.enter_context(open_connection(server.port)), request)
            idle = programs.memory_of(server.pid)
            self.figures["memory"] = {"at_rest": at_rest, "idle": {"connections": count, **idle}}

    # Under load

    def run_workloads(self):
        plan, workloads = self.plan, self.workloads
        runs = self.figures["workloads"] = {}

        def enough(seconds, share=1.3):
            """Requests that last for a run at `share` of the limit."""
            return int((seconds + plan.warm_up_s) * self.signatures_per_s * share)

        def cycle(lines, **options):
            return self.load(server, lines, plan.window_s, cycle=1, **options)

        def once(lines, seconds=plan.window_s, **options):
            return self.load(server, lines, seconds, **options)

        with self.server() as server:
            steps = (
                ("list of many users", lambda: once(workloads.list_many(min(enough(plan.window_s), plan.signed)))),
                ("list of few users", lambda: cycle(workloads.list_few())),
                ("list of few, signed anew", lambda: once(workloads.list_few_anew(2 * plan.signed), warm_up=0.1)),
                ("wallet", lambda: once(workloads.wallet(min(enough(plan.window_s), plan.signed)))),
                ("send, unique keys", lambda: once(workloads.send(enough(plan.send_s)), plan.send_s)),
                ("send, 16 a connection", lambda: once(workloads.send(enough(plan.window_s)), depth=16,
                                                       connections=CONNECTIONS // 4)),
                ("replay", lambda: cycle(workloads.replay())),
                ("mix", lambda: once(workloads.mix(enough(plan.window_s, 4), plan.signed // 15))),
            )
            for name, step in steps:
                say(f"  {name}")
                runs[name] = step()
            self.figures["memory"]["after_load"] = programs.memory_of(server.pid)

    def sweep(self):
        """Sends at given rates, each a share of the limit that the run before it saw."""
        points = self.figures["sweep"] = []
        with self.server() as server:
            for share in self.plan.shares:
                say(f"  sends at {share} of the limit")
                points.append({"share": share, **self.sends_at(share, server, self.plan.sweep_s)})

    def clients(self):
        clients = Clients(self.store, self.signatures_per_s, self.plan)
        self.figures["clients"] = clients.measure()

    # What operators ask

    def commands(self):
        """Whole processes, from before the fork to their end."""
        say("  kaquan report, kaquan audit")
        today = beijing_day(0)
        self.figures["commands"] = {
            "kaquan report, of today": timed("report", data=self.store.data, **{"from": today, "to": today}),
            "kaquan audit": timed("audit", data=self.store.data),
        }

    def midnight(self):
        with Receiver(self.log) as receiver:
            directory = self.store.directory / "midnight"
            midnight = Midnight(directory, self.store.vouchers, receiver, self.signatures_per_s, self.plan)
            self.figures["midnight"] = midnight.measure()
        shutil.rmtree(directory)
