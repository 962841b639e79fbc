# SPDX-License-Identifier: Apache-2.0
"""libkaquan beside the platform's own client libraries: the same calls against the same server, one client after the other.

The calls are lists that the server answers from memory, so that what is measured is the client: it signs each request,
no two being the same, and verifies each answer. One signature and one verification a call are therefore its limit on a core; what
they cost is sampled while libkaquan's calls run. The other libraries are measured where tests/sdk/install has put them."""

import json
import os
import pathlib
import shutil

from bench import programs
from bench.programs import BUILD, ROOT, say, tool
from bench.runs import Runs
from bench.stores import APP_ID

CALLS = 10_000  # more than a client makes in a second: none signs the same bytes twice
IN_FLIGHT = 16  # on a loop: enough that nobody waits for the server
PROGRAMS = ROOT / "bench" / "clients"
LIBRARIES = pathlib.Path(os.environ.get("KAQUAN_SDK_DIR") or BUILD / "sdk").resolve()
# They stamp their requests with local time, and the gateway reads Beijing's.
ENVIRONMENT = {**programs.ENVIRONMENT, "TZ": "Asia/Shanghai"}
# Bit 21 of what processors say of themselves in leaf 7 (EBX): AVX512_IFMA, by which OpenSSL makes an RSA signature in half the time.
WITHOUT_FAST_RSA = f":~{1 << 21:#x}"


def has_fast_rsa():
    return "avx512ifma" in pathlib.Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")


class Clients(Runs):
    """All of them, on one store."""

    def measure(self):
        runs = {}
        self.write_lists()
        with self.server() as server:
            self.gateway = f"http://127.0.0.1:{server.port}/gateway.do"
            self.libkaquan(IN_FLIGHT)  # so that the server remembers its answers
            for name, run in self.steps():
                say(f"  client: {name}")
                figures = run()
                figures["calls_per_s"] = round(figures["calls"] / figures["seconds"], 1)
                runs[name] = figures
        return runs

    def steps(self):
        """Those that can be measured here."""
        yield "libkaquan, one call after the other", lambda: self.libkaquan(1)
        yield f"libkaquan, {IN_FLIGHT} on a loop", lambda: self.libkaquan(IN_FLIGHT)
        if has_fast_rsa():
            plain = {**programs.ENVIRONMENT, "OPENSSL_ia32cap": WITHOUT_FAST_RSA}
            yield "the same loop, RSA without AVX-512", lambda: self.libkaquan(IN_FLIGHT, environment=plain)
        yield f"bare sockets, {IN_FLIGHT} at a time", lambda: self.libkaquan(IN_FLIGHT, bare=1)
        jars = LIBRARIES / "java" / "lib"
        if jars.is_dir() and shutil.which("java"):
            # Compiled when it is started; that is not measured.
            yield "Java", lambda: self.other("java", "-cp", f"{jars}/*", PROGRAMS / "Throughput.java")
        modules = LIBRARIES / "node" / "node_modules"
        if modules.is_dir() and shutil.which("node"):
            yield "Node, one call after the other", lambda: self.node(modules, 1)
            yield f"Node, {IN_FLIGHT} at a time", lambda: self.node(modules, IN_FLIGHT)
        python = LIBRARIES / "venv" / "bin" / "python3"
        if python.exists():
            yield "Python", lambda: self.python(python)

    def write_lists(self):
        """METHOD<tab>BIZ_CONTENT: a workload's lines without their age."""
        lines = self.workloads.list_many(CALLS)
        self.write_calls([line.partition("\t")[2] for line in lines])

    def libkaquan(self, in_flight, bare=0, environment=None):
        """Or the yardstick beside it."""
        return tool("client", environment, gateway=self.gateway, app_id=APP_ID, private_key=self.store.private_key,
                    gateway_public_key=self.store.gateway_public_key, calls=self.calls, in_flight=in_flight, bare=bare,
                    seconds=self.plan.window_s, warm_up=self.plan.warm_up_s)

    def other(self, *command, private_key=None, in_flight=1, **environment):
        """One of the programs beside this file."""
        settings = (self.gateway, APP_ID, private_key or self.store.private_key, self.store.gateway_public_key, self.calls)
        words = [*command, *settings, self.plan.window_s, self.plan.client_warm_up_s, in_flight]
        return json.loads(programs.run(words, environment={**ENVIRONMENT, **environment}))

    def node(self, modules, in_flight):
        return self.other("node", PROGRAMS / "throughput.cjs", in_flight=in_flight, NODE_PATH=str(modules))

    def python(self, python):
        """The library reads private keys of the older form only."""
        pkcs1 = self.store.directory / "app_private_key_pkcs1.pem"
        programs.run(["openssl", "rsa", "-traditional", "-in", self.store.private_key, "-out", pkcs1])
        return self.other(python, PROGRAMS / "throughput.py", private_key=pkcs1)
