# SPDX-License-Identifier: Apache-2.0
"""Stores of a given size, made with the operator's own commands.

TEMPLATES templates that lists ask for; each user has one voucher of each. One more template, that sends issue from,
so that lists stay what they were. No limits per user; every voucher's business number is its own."""

import datetime
import json
import os
import shutil
import time

from bench import programs
from bench.programs import BenchError, kaquan, say

TEMPLATES = 10
PID = "2088101122136241"
APP_ID = "2026010100000001"
WALLET_METHOD = "alipay.user.pass.grouplist.query"
# Spreads the users over each template's rows; a prime, so that none comes twice.
STRIDE = 7_368_787
ROWS_A_WRITE = 100_000
BEIJING = datetime.timezone(datetime.timedelta(hours=8))


def user_id(index):
    return f"2088{index:012}"


def beijing_day(days):
    """So many days after today, by the clock of the protocol."""
    return (datetime.datetime.now(BEIJING) + datetime.timedelta(days=days)).date().isoformat()


def copy_database(source, target):
    """Synced, so that whoever syncs next does not wait for the copy too."""
    shutil.copyfile(source, target)
    with open(target, "rb+") as file:
        os.fsync(file.fileno())
    return target


class Store:
    """A data directory below `directory`, with an application, users and `vouchers` vouchers."""

    def __init__(self, directory, vouchers):
        if vouchers % TEMPLATES != 0 or vouchers < 100 * TEMPLATES:
            raise BenchError(f"a size is a multiple of {TEMPLATES}, and {100 * TEMPLATES} or more: {vouchers} is not")
        self.directory = directory
        self.vouchers = vouchers
        self.users = vouchers // TEMPLATES
        self.data = directory / "data"
        self.database = self.data / "kaquan.db"
        self.private_key = directory / "app_private_key.pem"
        self.gateway_public_key = self.data / "gateway_public_key.pem"
        self.rows = directory / "rows.csv"
        self.figures = {"vouchers": vouchers, "users": self.users}

    def make(self):
        self.directory.mkdir(parents=True)
        self.make_application()
        self.make_templates()
        self.import_users()
        self.import_vouchers()

    def make_application(self):
        public_key = self.directory / "app_public_key.pem"
        programs.run(["openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048", "-out",
                      self.private_key])
        programs.run(["openssl", "pkey", "-in", self.private_key, "-pubout", "-out", public_key])
        kaquan("init", data=self.data)
        kaquan("app", "create", data=self.data, app_id=APP_ID, pid=PID, public_key=public_key, sign_type="RSA2",
               permission=WALLET_METHOD)

    def make_templates(self):
        self.templates = [self.make_template() for _ in range(TEMPLATES)]
        self.send_template = self.make_template()

    def make_template(self, **flags):
        made = kaquan("template", "create", "--json", data=self.data, pid=PID, type="CASHLESS_FIX_VOUCHER",
                      brand_name="卡券茶馆", amount=10, floor_amount=100, **flags)
        return json.loads(made)["template_id"]

    def write_rows(self, header, row, count):
        with open(self.rows, "w", encoding="ascii") as file:
            file.write(header + "\n")
            for first in range(0, count, ROWS_A_WRITE):
                file.writelines(map(row, range(first, min(first + ROWS_A_WRITE, count))))

    def timed(self, what, count, action):
        """Runs an import; how many rows a second."""
        before = self.database.stat().st_size
        begun = time.monotonic()
        action()
        seconds = time.monotonic() - begun
        self.figures[what] = {"rows": count, "seconds": round(seconds, 3), "rows_per_s": round(count / seconds, 1),
                              "bytes_a_row": round((self.database.stat().st_size - before) / count, 1)}
        self.rows.unlink()

    def import_users(self):
        say(f"  {self.users:,} users")
        self.write_rows("user_id", lambda i: user_id(i) + "\n", self.users)
        self.timed("user_import", self.users, lambda: kaquan("user", "import", self.rows, data=self.data))

    def voucher_row(self, index):
        user = index * STRIDE % self.users
        return f"{self.templates[index // self.users]},{user_id(user)},filled-{index:010}\n"

    def import_vouchers(self):
        say(f"  {self.vouchers:,} vouchers")
        self.write_rows("template_id,user_id,out_biz_no", self.voucher_row, self.vouchers)
        self.timed("voucher_import", self.vouchers, lambda: kaquan("voucher", "import", self.rows, data=self.data))

    def copy_database(self, name):
        """Another file with the same content. Nobody has the store open."""
        directory = self.directory / name
        directory.mkdir()
        return copy_database(self.database, directory / "kaquan.db")

    def write_sends(self, path, prefix, count):
        """Rows for the store alone: issues to all users, in the order of an import's columns."""
        self.write_rows("template_id,user_id,out_biz_no",
                        lambda i: f"{self.send_template},{user_id(i * STRIDE % self.users)},{prefix}-{i:09}\n", count)
        self.rows.rename(path)
