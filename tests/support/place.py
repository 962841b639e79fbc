# SPDX-License-Identifier: Apache-2.0
"""A data directory and what an operator puts into it, made with the program's own commands."""

import itertools
import json
import os
from dataclasses import dataclass
from typing import Any

from support import binary, keys

BRAND = "卡券茶馆"
LONG_AGO = "2020-01-01 00:00:00"
FAR_OFF = "2099-12-31 23:59:59"
ALWAYS_VALID = json.dumps({"type": "ABSOLUTE", "start": LONG_AGO, "end": FAR_OFF})

FIX = "CASHLESS_FIX_VOUCHER"
RED_PACKET = "CASHLESS_RANDOM_VOUCHER"
CASH = "FIX_VOUCHER"
EXCHANGE = "EXCHANGE_VOUCHER"

# What each kind needs and may have.
KIND_FLAGS = {
    FIX: {"amount": "10", "floor_amount": "100", "quantity": 1000},
    RED_PACKET: {"total_amount": "1000"},
    CASH: {"amount": "10", "quantity": 1000},
    EXCHANGE: {"quantity": 1000},
}


@dataclass(frozen=True)
class App:
    """An application as its developer knows it."""
    app_id: str
    pid: str
    private_key: Any
    sign_type: str = "RSA2"


@dataclass(frozen=True)
class User:
    user_id: str
    login_id: str
    taobao_nick: str


class Place:
    """A new data directory below `directory`."""

    def __init__(self, directory):
        self.directory = directory
        self.data = directory / "data"
        self.numbers = itertools.count(1)
        self.run("init")
        self.public_key = keys.load_public((self.data / "gateway_public_key.pem").read_bytes())

    def run(self, *words, stdin="", **flags):
        """A command on this directory that has to succeed: its standard output."""
        return binary.must_run(*words, stdin=stdin, data=self.data, **flags)

    def json(self, *words, stdin="", **flags):
        return json.loads(self.run(*words, stdin=stdin, json=True, **flags))

    def number(self):
        """Never the same twice in this directory."""
        return next(self.numbers)

    def new_pid(self):
        return f"2088{self.number():012}"

    def new_key(self):
        """An out_biz_no that is not in use."""
        return f"order-{self.number()}"

    def key_file(self, private_key):
        path = self.directory / f"public-{self.number()}.pem"
        path.write_text(keys.public_pem(private_key), encoding="ascii")
        return path

    def create_app(self, pid=None, private_key=None, sign_type="RSA2", **flags):
        number = self.number()
        app = App(f"20140723{number:08}", pid or self.new_pid(), private_key or keys.private_key(), sign_type)
        self.run("app", "create", app_id=app.app_id, pid=app.pid, public_key=self.key_file(app.private_key),
                 sign_type=sign_type, **flags)
        return app

    def grant(self, app, pid, **flags):
        """`pid` lets `app` act for it: the app_auth_token."""
        return self.json("app", "grant", app_id=app.app_id, pid=pid, **flags)["app_auth_token"]

    def authorize(self, app, pid, **flags):
        """The same with a code that `app` exchanges itself."""
        return self.json("app", "authorize", app_id=app.app_id, pid=pid, **flags)["app_auth_code"]

    def create_user(self, **flags):
        number = self.number()
        user = User(f"2088{number:012}", f"138{number:08}", f"yue{number}")
        settings = {"login_id": user.login_id, "taobao_nick": user.taobao_nick, **flags}
        self.run("user", "create", user_id=user.user_id, **settings)
        return user

    def create_template(self, pid, kind=FIX, **flags):
        """A template's id. Effective and valid whenever the tests run, if `flags` say nothing else; a cash-backed one
        is activated unless it is to stay a draft."""
        settings = {**KIND_FLAGS[kind], "brand_name": BRAND, "publish_start": LONG_AGO, "publish_end": FAR_OFF,
                    "valid_period": ALWAYS_VALID, **flags}
        template_id = self.json("template", "create", pid=pid, type=kind, **settings)["template_id"]
        if kind == CASH and not flags.get("draft"):
            self.run("template", "activate", template_id=template_id)
        return template_id

    def template(self, template_id):
        return self.json("template", "show", template_id=template_id)

    def audit(self, **flags):
        """All that its rows say must agree: how much was looked at."""
        done = binary.run("audit", data=self.data, json=True, config=os.devnull, **flags)
        assert (done.returncode, done.stderr) == (0, ""), (done.stdout, done.stderr)
        return json.loads(done.stdout)

    def vouchers(self, **filters):
        return self.json("voucher", "list", **filters)
