# SPDX-License-Identifier: Apache-2.0
"""Plays histories against a real server and holds every answer against the model.

A history is a world and steps: ("clock", second), at which the business clock then stands still, ("round", operations),
which are under way together, and ("books", ()), where everything is counted and listed. The same history can be played
again, on another server."""

import copy
import json
import shutil
import subprocess
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field, replace
from urllib.parse import quote_plus

from checker import Impossible, explain
from model import yuan
from operations import CALLER_PIDS, Command, List, Query, Send, VoucherCall, Wallet
from support import binary, http, keys, protocol
from support.place import Place
from support.protocol import beijing_text
from support.server import Server
from world import EPOCH, World, make_parties

CONNECTIONS = 16

# One answer in so many is looked at as a whole, its signature included: an RSA verification and a strict parse each.
BELIEVED_SHARE = 16


class Mismatch(Exception):
    """The program does not do what the model does."""


@dataclass
class History:
    world: World
    steps: list = field(default_factory=list)

    def operations(self):
        return [operation for _, what in self.steps if isinstance(what, (list, tuple)) for operation in what]

    def templates(self):
        """The places of the templates that it is about; all of them where it looks at the books."""
        if any(kind == "books" for kind, _ in self.steps):
            return set(range(len(self.world.templates)))
        return {template_of(operation) for operation in self.operations()} - {None}


def template_of(operation):
    """The place of the template that an operation is about, or None."""
    ref = getattr(operation, "ref", None)
    return ref[0] if ref is not None else getattr(operation, "template", None)


class Home:
    """A data directory with users and callers, of which each server gets a copy."""

    def __init__(self, directory):
        self.directory = directory
        self.place = Place(directory)
        self.callers = make_parties(self.place)
        self.copies = 0

    def copy(self):
        """A place of its own below the home's directory."""
        self.copies += 1
        directory = self.directory / f"copy-{self.copies}"
        directory.mkdir()
        shutil.copytree(self.place.data, directory / "data")
        place = copy.copy(self.place)
        place.directory = directory
        place.data = directory / "data"
        return place


class Signer:
    """Makes requests cheaply: what stays the same for a second is encoded once."""

    def __init__(self, callers):
        self.callers = callers
        self.parts = {}
        self.timestamp = None

    def part(self, caller, method):
        """The public parameters, as (encoded in the query's order, to sign before and after biz_content)."""
        app, token = self.callers[caller]
        public = {"app_id": app.app_id, "charset": "utf-8", "format": "JSON", "method": method, "sign_type": "RSA2",
                  "timestamp": self.timestamp, "version": "1.0"}
        if token:
            public["app_auth_token"] = token
        before = "&".join(f"{name}={public[name]}" for name in sorted(public) if name < "biz_content")
        after = "&".join(f"{name}={public[name]}" for name in sorted(public) if name > "biz_content")
        query = "&".join(f"{name}={quote_plus(value)}" for name, value in public.items())
        return app, query, before + "&biz_content=", "&" + after

    def request(self, call, model):
        now = protocol.beijing_text(int(time.time()))
        if now != self.timestamp:
            self.timestamp = now
            self.parts = {}
        known = (call.caller, call.method)
        if known not in self.parts:
            self.parts[known] = self.part(*known)
        app, query, before, after = self.parts[known]
        content = json.dumps(call.fields(model), ensure_ascii=False)
        sign = keys.sign(app.private_key, "RSA2", (before + content + after).encode()).decode("ascii")
        target = f"/gateway.do?{query}&sign={quote_plus(sign)}"
        return http.post(target.encode("ascii"), b"biz_content=" + quote_plus(content).encode("ascii"))


class Session:
    """A server in a copy of the home, a world in it, and its model."""

    def __init__(self, home, world, model_class=None, templates=None):
        """`templates`: the places of those that are needed; None: all."""
        self.home = home
        self.place = home.copy()
        self.model = world.make(self.place, templates)
        if model_class is not None:
            self.model.__class__ = model_class
        self.server = Server(self.place, sandbox=True, access_log="off")
        self.signer = Signer(home.callers)
        self.connections = [self.server.connect() for _ in range(CONNECTIONS)]
        self.asked = 0
        self.seen = Counter()  # {(method, code or sub_code): how often}
        self.set_clock(EPOCH)

    def close(self):
        for connection in self.connections:
            connection.close()
        try:
            self.server.stop()
        finally:
            shutil.rmtree(self.place.directory)

    def set_clock(self, second):
        self.server.stop_clock(second)
        self.model.now = second

    def play(self, kind, what):
        """One step of a history. Mismatch."""
        if kind == "clock":
            self.set_clock(what)
        elif kind == "round":
            self.play_round(what)
        else:
            self.compare_books()

    # One wave of operations

    def ask_all(self, operations):
        """All under way together, each on a connection of its own: their answers."""
        calls = [operation for operation in operations if not isinstance(operation, Command)]
        requests = [self.signer.request(call, self.model) for call in calls]
        commands = {id(operation): self.start(operation) for operation in operations if isinstance(operation, Command)}
        for connection, request in zip(self.connections, requests):
            connection.send(request)
        answers = {id(call): self.answer(call, connection) for call, connection in zip(calls, self.connections)}
        answers.update({key: self.finish(process) for key, process in commands.items()})
        return [(operation, answers[id(operation)]) for operation in operations]

    def start(self, command):
        line = binary.arguments(command.words, {"data": self.place.data, **command.flags(self.model)})
        return subprocess.Popen(line, env=binary.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True)

    def finish(self, process):
        _, errors = process.communicate(timeout=binary.COMMAND_TIMEOUT_S)
        binary.check_report(errors)
        return {"succeeds": process.returncode == 0}

    def answer(self, call, connection):
        response = connection.read()
        self.asked += 1
        name = protocol_name(call.method)
        if self.asked % BELIEVED_SHARE == 0:
            believed = protocol.Answer(response, self.server.public_key, "RSA2", "utf-8")
            assert believed.name == name, response.body
            fields = believed.fields
        else:
            begin = b'{"' + name.encode("ascii") + b'":'
            end = response.body.rfind(b',"sign":"')
            assert response.status == 200 and response.body.startswith(begin), (response.status, response.body)
            fields = json.loads(response.body[len(begin):end])
        self.seen[(type(call).__name__, fields.get("sub_code", fields["code"]))] += 1
        return fields

    # Rounds

    def play_round(self, operations):
        """Sends a round, looks at what its answers leave open, and has the model follow. Mismatch."""
        operations = [self.pin(operation) for operation in operations]
        calls = self.ask_all(operations)
        seen_after = []
        for probes in slices(self.probes(calls), CONNECTIONS):
            seen_after += self.ask_all(probes)
        try:
            explain(self.model, calls, seen_after)
        except Impossible as impossible:
            raise Mismatch(f"at {beijing_text(self.model.now)}, {impossible}") from None

    def pin(self, operation):
        """A voucher that is not there when the request is made is asked for by an id that no voucher has, and so for
        ever."""
        if isinstance(operation, (VoucherCall, Query)) and self.model.voucher(operation.ref) is None:
            return replace(operation, ref=(None, ""))
        return operation

    def probes(self, calls):
        """Where several calls of a round have done something to one voucher, how it stands shows in which order."""
        done = Counter()
        for operation, answer in calls:
            if answer.get("code") == "10000":
                if isinstance(operation, VoucherCall):
                    done[operation.ref, None] += 1
                elif isinstance(operation, Send):
                    done[(operation.template, operation.key), answer.get("voucher_id")] += 1
        return [self.question(ref, told_id) for (ref, told_id), count in done.items() if count > 1]

    def question(self, ref, told_id=None):
        """By the template's own merchant."""
        pid = self.model.templates[ref[0]].pid
        return Query(next(caller for caller, its_pid in CALLER_PIDS.items() if its_pid == pid), ref, told_id)

    # The books

    def compare_books(self):
        """Everything that can be counted or listed, by an operator and over the gateway, against the model. What looks
        over the whole store by itself belongs here too."""
        for place, template in enumerate(self.model.templates):
            self.compare(f"template {place}", self.place.template(template.template_id), self.counters(template))
            self.compare(f"vouchers of template {place}", self.place.vouchers(template_id=template.template_id),
                         [self.row(voucher) for voucher in template.vouchers])
        questions = [self.question((place, key)) for place, template in enumerate(self.model.templates)
                     for key in template.by_key]
        for user in range(len(self.model.users)):
            questions += [Wallet("first", user, current) for current in (True, False)]
            questions += [List("first", place, user) for place in range(len(self.model.templates))]
        for some in slices(questions, CONNECTIONS):
            self.play_round(some)
        self.place.audit()

    def counters(self, template):
        return {"pid": template.pid, "type": template.kind, "status": template.state,
                "issued_count": template.issued_count, "issued_amount": yuan(template.issued_amount),
                "used_count": template.used_count, "used_amount": yuan(template.used_amount)}

    def row(self, voucher):
        """As `kaquan voucher list` shows it, to which nothing of a model's world has begun yet, but what is over."""
        return {"voucher_id": voucher.voucher_id, "template_id": voucher.template.template_id,
                "user_id": voucher.user.user_id, "out_biz_no": voucher.key, "amount": yuan(voucher.amount),
                "balance": yuan(voucher.balance), "status": voucher.status(int(time.time())),
                "issue_time": beijing_text(voucher.issued), "active_time": beijing_text(voucher.active),
                "expire_time": beijing_text(voucher.expires), "memo": voucher.memo or None}

    def compare(self, what, shown, expected):
        if isinstance(expected, dict):
            shown = {name: shown[name] for name in expected}
        if shown != expected:
            raise Mismatch(f"{what}: {difference(shown, expected)}")


def difference(shown, expected):
    """The first row that differs, not all of them."""
    if isinstance(expected, list) and len(shown) == len(expected):
        shown, expected = next((one, other) for one, other in zip(shown, expected) if one != other)
    elif isinstance(expected, list):
        return f"shown are {len(shown)}, expected {len(expected)}: {shown} and {expected}"
    return f"\n    shown    {shown}\n    expected {expected}"


def protocol_name(method):
    return method.replace(".", "_") + "_response"


def slices(items, size):
    return [items[start:start + size] for start in range(0, len(items), size)]


def failure_of(session, action):
    """Closes the session after the action: what went wrong with either, or None. Anything may, where a program answers
    what no model foresees."""
    try:
        try:
            action()
        finally:
            session.close()
    except Mismatch as mismatch:
        return str(mismatch)
    except Exception as failure:  # a crash, a broken answer: told with the history that led there
        return "".join(traceback.format_exception(failure))
    return None


def play(home, history, model_class=None):
    """Plays a history on a new server: what does not fit, or None."""
    session = Session(home, history.world, model_class, history.templates())

    def play_steps():
        for kind, what in history.steps:
            session.play(kind, what)

    return failure_of(session, play_steps)
