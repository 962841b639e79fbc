# SPDX-License-Identifier: Apache-2.0
"""What measurements with a server have in common: one on a store, and requests that are signed and played against it."""

from bench.programs import BenchError, Server, tool
from bench.stores import APP_ID
from bench.workloads import Workloads

CONNECTIONS = 128  # enough that a commit carries many
SWEEP_CONNECTIONS = 2048  # more than may wait: whom to turn away is for the server to decide
ENOUGH_SAMPLES = 30  # of signatures: a limit of fewer is shown, but nothing is planned by it


class Runs:
    """On one store."""

    def __init__(self, store, signatures_per_s, plan):
        self.store = store
        self.signatures_per_s = signatures_per_s  # how many requests a run may need; brought up to date by each
        self.plan = plan
        self.workloads = Workloads(store)
        self.calls = store.directory / "calls"
        self.log = store.directory / "server.log"

    def server(self, *flags):
        return Server(self.store.data, self.log, *flags)

    def write_calls(self, lines):
        self.calls.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {"app_id": APP_ID, "private_key": self.store.private_key, "calls": self.calls}

    def load(self, server, lines, seconds, **options):
        """One run: the lines signed, then played."""
        before = server.metrics()
        figures = tool("load", port=server.port, server_pid=server.pid, seconds=seconds, **self.write_calls(lines),
                       **{"connections": CONNECTIONS, "warm_up": self.plan.warm_up_s, **options})
        after = server.metrics()
        figures["server_counters"] = {name: round(value - before.get(name, 0), 3) for name, value in after.items()
                                      if name.endswith("_total") and value != before.get(name, 0)}
        limit = figures["limit"]["signatures_per_s"]
        figures["ratio"] = figures["throughput_per_s"] / limit if limit else None
        if figures["limit"]["samples"] >= ENOUGH_SAMPLES:
            self.signatures_per_s = limit
        if figures["seconds"] <= 0 or figures["good"] == 0:
            raise BenchError(f"a run had no good answers; the first that was not: {figures['odd'] or 'none came'}")
        return figures

    def sends_at(self, share, server, seconds):
        """Sends at a given rate, a share of the limit that the run before it saw."""
        rate = share * self.signatures_per_s
        lines = self.workloads.send(int(rate * (seconds + self.plan.warm_up_s) * 1.05) + 100)
        return self.load(server, lines, seconds, rate=rate, connections=SWEEP_CONNECTIONS)
