# SPDX-License-Identifier: Apache-2.0
"""What can be asked of the system, one class an operation. Operations name templates and users by their places in the
world and a voucher by its template's place and its out_biz_no, so that a history can be played again elsewhere.

A call of the gateway has
    caller          one of the world's CALLERS
    method
    fields(model)   the request's biz_content; ids are looked up in the model
    apply(model, answer)
                    the exact fields of a success, after the model has changed likewise; raises Refusal. Only a new
                    voucher's id is taken from the answer
    footprint(model)
                    what it reads and what it changes, as two sets of names: calls that share nothing which one of them
                    changes do not care about each other's order
An operator's command has `words` and `flags(model)` in the place of a request, and answers with whether it succeeded."""

import json
from dataclasses import dataclass, fields as dataclass_fields

from model import Refusal, batch_key, ensure, yuan
from support.protocol import beijing_text

UNKNOWN_TEMPLATE_ID = "20140601000730010040000000EB"
UNKNOWN_USER_ID = "2088999999999999"
UNKNOWN_VOUCHER_ID = "20160906000730020020002U8CBS"

# Who calls: the merchants that own templates, and an application that acts for the first by a grant.
PIDS = ("2088000000000901", "2088000000000902")
CALLER_PIDS = {"first": PIDS[0], "second": PIDS[1], "granted": PIDS[0]}
CALLERS = tuple(CALLER_PIDS)


def template_id(model, place):
    return UNKNOWN_TEMPLATE_ID if place is None else model.templates[place].template_id


def user_id(model, place):
    return UNKNOWN_USER_ID if place is None else model.users[place].user_id


def voucher_id(model, ref):
    voucher = model.voucher(ref)
    return voucher.voucher_id if voucher else UNKNOWN_VOUCHER_ID


def cell(model, voucher):
    """All that becomes of one user's vouchers of one template."""
    return ("vouchers", model.templates.index(voucher.template), model.users.index(voucher.user))


@dataclass(frozen=True)
class Operation:
    def __str__(self):
        shown = ", ".join(f"{item.name}={getattr(self, item.name)!r}" for item in dataclass_fields(self)
                          if getattr(self, item.name) != item.default)
        return f"{type(self).__name__}({shown})"


@dataclass(frozen=True)
class Call(Operation):
    caller: str

    @property
    def pid(self):
        return CALLER_PIDS[self.caller]

    def expect(self, model, answer):
        """All fields of the answer."""
        try:
            return {"code": "10000", "msg": "Success", **self.apply(model, answer)}
        except Refusal as refusal:
            return {"code": "40004", "msg": "Business Failed", "sub_code": refusal.sub_code,
                    "sub_msg": refusal.sub_msg}


@dataclass(frozen=True)
class Send(Call):
    template: int | None
    user: int | None
    key: str
    memo: str
    amount: int | None = None
    method = "alipay.marketing.voucher.send"

    def fields(self, model):
        fields = {"template_id": template_id(model, self.template), "user_id": user_id(model, self.user),
                  "out_biz_no": self.key, "memo": self.memo}
        return fields if self.amount is None else {**fields, "amount": yuan(self.amount)}

    def apply(self, model, answer):
        ensure(self.amount != 0, "INVALID_PARAMETER", "amount不能小于0.01")
        voucher = model.issue(self.pid, model.template(self.template), model.user(self.user), self.key, self.memo,
                              self.amount, answer.get("voucher_id"))
        return {"voucher_id": voucher.voucher_id, "user_id": voucher.user.user_id}

    def footprint(self, model):
        if self.template is None:
            return set(), set()
        return {("user", self.user)}, {("template", self.template), ("vouchers", self.template, self.user)}


@dataclass(frozen=True)
class BatchSend(Call):
    template: int | None
    users: tuple
    key: str
    memo: str
    method = "alipay.marketing.voucher.batchsend"

    def fields(self, model):
        return {"template_id": template_id(model, self.template), "out_biz_no": self.key, "memo": self.memo,
                "vouchers": [{"user_id": user_id(model, user)} for user in self.users]}

    def apply(self, model, answer):
        told = answer.get("vouchers", ())
        told_ids = [item.get("voucher_id") for item in told] + [None] * (len(self.users) - len(told))
        items = []
        refusals = []
        for user, told_id in zip(self.users, told_ids):
            try:
                items.append(self.issue(model, user, told_id))
            except Refusal as refusal:
                refusals.append(refusal)
                items.append({"user_id": user_id(model, user), "code": refusal.sub_code,
                              "sub_msg": Refusal(refusal.sub_code).sub_msg})
        the_templates = {"TEMPLATE_NOT_EXIST", "TEMPLATE_STATUS_NOT_MATCH", "TEMPLATE_EXPIRED", "INVALID_PARAMETER"}
        if len(refusals) == len(items) and all(refusal.sub_code in the_templates for refusal in refusals):
            raise refusals[0]
        return {"vouchers": items}

    def issue(self, model, user, told_id):
        voucher = model.issue(self.pid, model.template(self.template), model.user(user),
                              batch_key(self.key, user_id(model, user)), self.memo, None, told_id)
        return {"user_id": voucher.user.user_id, "voucher_id": voucher.voucher_id,
                "total_amount": yuan(voucher.amount), "gmt_create": beijing_text(voucher.issued),
                "gmt_active": beijing_text(voucher.active), "gmt_expired": beijing_text(voucher.expires)}

    def footprint(self, model):
        if self.template is None:
            return set(), set()
        return ({("user", user) for user in self.users},
                {("template", self.template), *(("vouchers", self.template, user) for user in self.users)})


@dataclass(frozen=True)
class VoucherCall(Call):
    """`ref`: the voucher. `user`: who is said to have it."""
    ref: tuple
    user: int | None
    key: str

    def key_fields(self, model):
        return {"voucher_id": voucher_id(model, self.ref), "user_id": user_id(model, self.user),
                "out_biz_no": self.key}

    def fields(self, model):
        return self.key_fields(model)

    def change(self, model, kind, decide):
        return model.change_voucher(kind, self.pid, self.ref, user_id(model, self.user), self.key, decide)

    def footprint(self, model):
        voucher = model.voucher(self.ref)
        return set(), {cell(model, voucher)} if voucher else set()


@dataclass(frozen=True)
class Use(VoucherCall):
    amount: int | None = None
    order_amount: int | None = None
    checks_rules: bool = True
    method = "alipay.marketing.exchangevoucher.use"

    def fields(self, model):
        fields = self.key_fields(model)
        context = {name: yuan(value) for name, value in (("amount", self.amount), ("order_amount", self.order_amount))
                   if value is not None}
        if context:
            fields["biz_context"] = json.dumps(context)
        if not self.checks_rules:
            fields["need_rule_check"] = False
        return fields

    def apply(self, model, answer):
        ensure(self.amount != 0, "INVALID_PARAMETER", "amount不能小于0.01")
        voucher, _ = self.change(model, "USE", lambda voucher, event: model.use(
            voucher, event, self.amount, self.order_amount, self.checks_rules))
        return {"voucher_id": voucher.voucher_id}

    def footprint(self, model):
        voucher = model.voucher(self.ref)
        if not voucher:
            return set(), set()
        return {("user", model.users.index(voucher.user))}, {cell(model, voucher)}


@dataclass(frozen=True)
class Refund(VoucherCall):
    use_key: str | None = None
    method = "alipay.marketing.voucher.exchangevoucher.refund"

    def fields(self, model):
        fields = self.key_fields(model)
        if self.use_key is not None:
            fields["biz_context"] = json.dumps({"use_out_biz_no": self.use_key})
        return fields

    def apply(self, model, answer):
        voucher, _ = self.change(model, "REFUND", lambda voucher, event: model.refund(voucher, event, self.use_key))
        return {"voucher": model.shown(voucher)}


@dataclass(frozen=True)
class Delete(VoucherCall):
    method = "alipay.marketing.voucher.delete"

    def apply(self, model, answer):
        voucher, event = self.change(model, "DELETE", model.delete)
        return {"voucher_id": voucher.voucher_id, "amount": yuan(event.amount)}


@dataclass(frozen=True)
class Delay(VoucherCall):
    expires: int = 0
    method = "alipay.marketing.voucher.delay"

    def fields(self, model):
        return {**self.key_fields(model), "expired_time": beijing_text(self.expires)}

    def apply(self, model, answer):
        voucher, _ = self.change(model, "DELAY", lambda voucher, event: model.delay(voucher, event, self.expires))
        return {"voucher_id": voucher.voucher_id, "voucher": model.shown(voucher)}


@dataclass(frozen=True)
class Query(Call):
    """`told_id`: the voucher's id, where only an answer has said it yet."""
    ref: tuple
    told_id: str | None = None
    method = "alipay.marketing.voucher.query"

    def fields(self, model):
        return {"voucher_id": self.told_id or voucher_id(model, self.ref)}

    def apply(self, model, answer):
        voucher = model.voucher(self.ref)
        ensure(voucher and voucher.template.pid == self.pid, "VOUCHER_NOT_EXIST")
        return {**model.shown(voucher), "user_id": voucher.user.user_id,
                "bill_details": [model.bill(event) for event in voucher.events]}

    def footprint(self, model):
        voucher = model.voucher(self.ref)
        return {cell(model, voucher) if voucher else ("template", self.ref[0])}, set()


@dataclass(frozen=True)
class List(Call):
    template: int | None
    user: int | None
    method = "alipay.marketing.voucher.list.query"

    def fields(self, model):
        return {"template_id": template_id(model, self.template), "user_id": user_id(model, self.user)}

    def apply(self, model, answer):
        template = model.template(self.template)
        ensure(template and template.pid == self.pid, "PERMISSION_DENIED")
        ensure(template.state != "I", "TEMPLATE_STATUS_NOT_MATCH")
        user = model.user(self.user)
        usable = ("ENABLED", "USING")
        return {"vouchers": [
            {"template_id": template.template_id, "voucher_id": voucher.voucher_id,
             "status": "ENABLED" if voucher.status(model.now) in usable else "DISABLED",
             "send_time": beijing_text(voucher.issued)}
            for voucher in template.vouchers if voucher.user is user]}

    def footprint(self, model):
        if self.template is None:
            return set(), set()
        return {("state", self.template), ("vouchers", self.template, self.user)}, set()


@dataclass(frozen=True)
class Wallet(Call):
    user: int | None
    current: bool = True
    page_size: int = 100
    page_number: int = 1
    partner: str | None = None
    method = "alipay.user.pass.grouplist.query"

    def fields(self, model):
        fields = {"user_id": user_id(model, self.user), "group_type": "voucher", "page_size": self.page_size,
                  "time_status": "CURRENT" if self.current else "PAST", "page_num": self.page_number}
        return {**fields, "partner_id": self.partner} if self.partner else fields

    def apply(self, model, answer):
        vouchers = model.wallet(model.user(self.user), self.partner)
        shown = [voucher for voucher in vouchers if (model.pass_state(voucher) == "can_use") == self.current]
        first = (self.page_number - 1) * self.page_size
        return {"pass_info_list": [model.shown_pass(voucher) for voucher in shown[first:first + self.page_size]]}

    def footprint(self, model):
        return {("vouchers", place, self.user) for place in range(len(model.templates))}, set()


# An operator's commands


@dataclass(frozen=True)
class Command(Operation):
    def expect(self, model, answer):
        return {"succeeds": self.apply(model)}


@dataclass(frozen=True)
class Freeze(Command):
    user: int
    frozen: bool

    @property
    def words(self):
        return "user", "freeze" if self.frozen else "unfreeze"

    def flags(self, model):
        return {"user_id": user_id(model, self.user)}

    def apply(self, model):
        model.change(model.users[self.user], frozen=self.frozen)
        return True

    def footprint(self, model):
        return set(), {("user", self.user)}


@dataclass(frozen=True)
class MoveTemplate(Command):
    template: int
    to: str  # S, D

    @property
    def words(self):
        return "template", {"S": "activate", "D": "delete"}[self.to]

    def flags(self, model):
        return {"template_id": template_id(model, self.template)}

    def apply(self, model):
        return model.move_template(model.templates[self.template], self.to)

    def footprint(self, model):
        return set(), {("template", self.template), ("state", self.template)}
