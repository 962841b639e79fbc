# SPDX-License-Identifier: Apache-2.0
"""Kaquan in small: what the whole system is to answer, written from spec/vouchers.md and independent of the program.

A model holds users, templates and vouchers in memory and changes one operation at a time; operations.py has a class for
each operation, which says in the model's terms what is asked and what the exact answer is. Money is in fen, times are
seconds since 1970. Everything is undone by `rewind`, so that orders of operations can be tried."""

import base64
import hashlib
import json
from dataclasses import dataclass, field

from support.place import EXCHANGE, RED_PACKET
from support.protocol import BEIJING, beijing_text

ID_SIZE = 28
VOUCHER_PRODUCT = "00073002"
DAY_S = 86400
BEIJING_OFFSET_S = int(BEIJING.utcoffset(None).total_seconds())
UNIT_SECONDS = {"MINUTE": 60, "HOUR": 3600, "DAY": DAY_S}

SUB_MESSAGES = {
    "INVALID_PARAMETER": "参数有误",
    "TEMPLATE_NOT_EXIST": "模板不存在",
    "TEMPLATE_STATUS_NOT_MATCH": "模板尚未生效",
    "TEMPLATE_EXPIRED": "模板过期",
    "TEMPLATE_STOCK_NOT_ENOUGH": "券库存不足",
    "USER_NOT_EXIST": "用户不存在",
    "USER_STATUS_ERROR": "用户状态不可用",
    "USER_LIMIT_EXCEEDED": "超过单用户领取上限",
    "PERMISSION_DENIED": "没有查询模板的券列表权限",
    "VOUCHER_NOT_EXIST": "券不存在",
    "VOUCHER_USER_NOT_MATCH": "券不属于该用户",
    "VOUCHER_STATUS_NOT_MATCH": "券状态不允许该操作",
    "VOUCHER_NOT_ACTIVE": "券尚未生效",
    "VOUCHER_EXPIRED": "券已过期",
    "VOUCHER_RULE_NOT_MATCH": "不满足券的使用规则",
    "VOUCHER_BALANCE_NOT_ENOUGH": "券余额不足",
    "REDEMPTION_NOT_EXIST": "核销记录不存在",
    "REDEMPTION_REFUNDED": "该笔核销已冲正",
}


class Refusal(Exception):
    """A business refusal; nothing has changed."""

    def __init__(self, sub_code, detail=""):
        super().__init__(sub_code)
        self.sub_code = sub_code
        self.sub_msg = SUB_MESSAGES[sub_code] + (f"：{detail}" if detail else "")


def ensure(holds, sub_code, detail=""):
    if not holds:
        raise Refusal(sub_code, detail)


def yuan(amount_fen):
    """As answers have it: 350 is 3.50."""
    return f"{amount_fen // 100}.{amount_fen % 100:02}"


def short_yuan(amount_fen):
    """As names have it: 350 is 3.5, 1000 is 10."""
    return yuan(amount_fen).rstrip("0").rstrip(".")


def day_of(time_s):
    """The Beijing day, as a number."""
    return (time_s + BEIJING_OFFSET_S) // DAY_S


def batch_key(out_biz_no, user_id):
    """What a recipient's voucher of a batch is remembered by."""
    digest = base64.b64encode(hashlib.sha256(out_biz_no.encode()).digest()[:30]).decode()
    return f"batch:{digest}:{user_id}"


@dataclass(eq=False)
class User:
    user_id: str
    frozen: bool = False


@dataclass(eq=False)
class Template:
    template_id: str
    pid: str
    kind: str
    brand_name: str
    state: str  # I draft, S effective, D deleted; that it has expired is a matter of the clock
    name: str = ""
    amount: int = 0
    floor_amount: int = 0
    quantity: int | None = None
    total_amount: int | None = None
    start: int = 0
    end: int = 0
    period: dict = field(default_factory=dict)
    limit_per_user: int | None = None
    limit_per_user_day: int | None = None
    description: tuple = ()
    issued_count: int = 0
    issued_amount: int = 0
    used_count: int = 0
    used_amount: int = 0
    vouchers: list = field(default_factory=list)  # in the order of their issue
    by_key: dict = field(default_factory=dict)    # out_biz_no: voucher

    def voucher_name(self, amount):
        if self.name:
            return self.name
        if self.kind == EXCHANGE:
            return "兑换券"
        return short_yuan(amount) + "元" + ("红包" if self.kind == RED_PACKET else "代金券")

    def condition(self):
        return f"满{short_yuan(self.floor_amount)}元可用" if self.floor_amount else "无门槛"

    def valid_from_until(self, issued):
        if self.period["type"] == "ABSOLUTE":
            return self.period["start"], self.period["end"]
        return issued, issued + self.period["duration"] * UNIT_SECONDS[self.period["unit"]]


@dataclass(eq=False)
class Event:
    """What became of a voucher: a voucher, a kind and an out_biz_no are one business."""
    kind: str
    key: str
    pid: str
    made: int
    amount: int = 0
    refunded: bool = False


@dataclass(eq=False)
class Voucher:
    voucher_id: str
    template: Template
    user: User
    key: str
    memo: str
    amount: int
    balance: int
    issued: int
    active: int
    expires: int
    state: str = "ENABLED"  # ENABLED, USED, DELETE, REFUNDED
    events: list = field(default_factory=list)

    def status(self, now):
        if self.state != "ENABLED":
            return self.state
        if now >= self.expires:
            return "EXPIRED"
        if now < self.active:
            return "UNACTIVE"
        return "USING" if 0 < self.balance < self.amount else "ENABLED"

    def event(self, kind, key):
        return next((event for event in self.events if (event.kind, event.key) == (kind, key)), None)

    def open_uses(self):
        return [event for event in self.events if event.kind == "USE" and not event.refunded]


class Model:
    """The system's state and its rules. `merchants`: {pid: name}. Templates and users are told by their place in the
    lists, and a voucher by its template's place and its own out_biz_no."""

    def __init__(self, merchants, users, templates, now):
        self.merchants = merchants
        self.users = users
        self.templates = templates
        self.now = now
        self.by_id = {}       # voucher_id: voucher
        self.newest_id = ""   # new ids are above this one
        self.floor_id = ""    # the same, as it was before the operations that are being ordered
        self.undo = []

    # Changes, and taking them back

    def change(self, thing, **values):
        before = {name: getattr(thing, name) for name in values}
        self.undo.append(lambda: thing.__dict__.update(before))
        thing.__dict__.update(values)

    def put(self, mapping, key, value):
        assert key not in mapping
        mapping[key] = value
        self.undo.append(lambda: mapping.pop(key))

    def append(self, items, item):
        items.append(item)
        self.undo.append(items.pop)

    def mark(self):
        return len(self.undo)

    def rewind(self, mark):
        while len(self.undo) > mark:
            self.undo.pop()()

    def begin_group(self):
        """What comes now is not ordered against what came since the last `settle`."""
        self.newest_id = self.floor_id

    def settle(self):
        """What has been is not taken back any more."""
        self.undo.clear()
        newest = [template.vouchers[-1].voucher_id for template in self.templates if template.vouchers]
        self.newest_id = self.floor_id = max([self.floor_id, *newest])

    # Looking things up

    def user(self, place):
        return None if place is None else self.users[place]

    def template(self, place):
        return None if place is None else self.templates[place]

    def voucher(self, ref):
        """`ref` is (template's place, out_biz_no). None: there is no such voucher."""
        template = self.template(ref[0])
        return template.by_key.get(ref[1]) if template else None

    # Issuing

    def issue(self, pid, template, user, key, memo, amount, told_id):
        """alipay.marketing.voucher.send's one step. A new voucher's id is the one that the program told, if that is
        any that it could have given."""
        ensure(template and template.pid == pid, "TEMPLATE_NOT_EXIST")
        if key in template.by_key:
            return template.by_key[key]
        self.check_amount(template, amount)
        self.check_template(template)
        ensure(user, "USER_NOT_EXIST")
        ensure(not user.frozen, "USER_STATUS_ERROR")
        amount = template.amount if amount is None else amount
        self.check_stock(template, amount)
        self.check_limits(template, user)
        active, expires = template.valid_from_until(self.now)
        voucher = Voucher(self.new_id(user, told_id), template, user, key, memo, amount, amount, self.now,
                          active, expires)
        self.append(template.vouchers, voucher)
        self.put(template.by_key, key, voucher)
        self.put(self.by_id, voucher.voucher_id, voucher)
        self.change(self, newest_id=voucher.voucher_id)
        self.change(template, issued_count=template.issued_count + 1, issued_amount=template.issued_amount + amount)
        return voucher

    def check_amount(self, template, amount):
        if template.kind == RED_PACKET:
            ensure(amount is not None, "INVALID_PARAMETER", "发放红包时amount不能为空")
        else:
            ensure(amount is None, "INVALID_PARAMETER", "amount只能在发放红包时填写")

    def check_template(self, template):
        ensure(template.state == "S" and self.now >= template.start, "TEMPLATE_STATUS_NOT_MATCH")
        ensure(self.now < template.end, "TEMPLATE_EXPIRED")

    def check_stock(self, template, amount):
        ensure(template.quantity is None or template.issued_count < template.quantity, "TEMPLATE_STOCK_NOT_ENOUGH")
        ensure(template.total_amount is None or template.issued_amount + amount <= template.total_amount,
               "TEMPLATE_STOCK_NOT_ENOUGH")

    def check_limits(self, template, user):
        if template.limit_per_user is None and template.limit_per_user_day is None:
            return
        issued = [voucher.issued for voucher in template.vouchers if voucher.user is user]
        today = sum(day_of(time) == day_of(self.now) for time in issued)
        ensure(template.limit_per_user is None or len(issued) < template.limit_per_user, "USER_LIMIT_EXCEEDED")
        ensure(template.limit_per_user_day is None or today < template.limit_per_user_day, "USER_LIMIT_EXCEEDED")

    def new_id(self, user, told):
        possible = (isinstance(told, str) and len(told) == ID_SIZE and told[8:16] == VOUCHER_PRODUCT
                    and told.endswith(user.user_id[-2:]) and told > self.newest_id and told not in self.by_id)
        return told if possible else f"(a new id, number {len(self.by_id)})"

    # What becomes of vouchers

    def change_voucher(self, kind, pid, ref, user_id, key, decide):
        """The common part of use, refund, delete and delay: the voucher, its event, and whether it is new.
        `decide(voucher, event)` refuses, or completes the event and changes the voucher."""
        voucher = self.voucher(ref)
        ensure(voucher and self.may_change(kind, pid, voucher), "VOUCHER_NOT_EXIST")
        earlier = voucher.event(kind, key)
        if earlier:
            return voucher, earlier
        ensure(voucher.user.user_id == user_id, "VOUCHER_USER_NOT_MATCH")
        self.check_status(kind, voucher)
        event = Event(kind, key, pid, self.now)
        decide(voucher, event)
        self.append(voucher.events, event)
        return voucher, event

    def may_change(self, kind, pid, voucher):
        """The template's merchant; a refund also the one that used it."""
        if voucher.template.pid == pid:
            return True
        return kind == "REFUND" and any(event.pid == pid for event in voucher.events)

    def check_status(self, kind, voucher):
        status = voucher.status(self.now)
        legal = {"USE": ("ENABLED", "USING"), "DELETE": ("UNACTIVE", "ENABLED", "USING"),
                 "DELAY": ("UNACTIVE", "ENABLED", "USING"),
                 "REFUND": ("UNACTIVE", "ENABLED", "USING", "USED", "EXPIRED", "REFUNDED")}
        if status in legal[kind]:
            return
        ensure(status != "EXPIRED", "VOUCHER_EXPIRED")
        ensure(status != "UNACTIVE", "VOUCHER_NOT_ACTIVE")
        raise Refusal("VOUCHER_STATUS_NOT_MATCH", f"券状态为{status}")

    def use(self, voucher, event, amount, order_amount, checks_rules):
        template = voucher.template
        ensure(not voucher.user.frozen, "USER_STATUS_ERROR")
        if checks_rules and template.floor_amount:
            ensure(order_amount is not None, "VOUCHER_RULE_NOT_MATCH", "缺少order_amount，无法校验最低消费金额")
            ensure(order_amount >= template.floor_amount, "VOUCHER_RULE_NOT_MATCH", "未达到最低消费金额")
        if amount is not None:
            ensure(template.kind != EXCHANGE, "INVALID_PARAMETER", "兑换券不能指定amount")
            ensure(amount <= voucher.balance, "VOUCHER_BALANCE_NOT_ENOUGH")
        event.amount = voucher.balance if amount is None else amount
        left = voucher.balance - event.amount
        self.change(voucher, balance=left, state=voucher.state if left else "USED")
        self.change(template, used_amount=template.used_amount + event.amount,
                    used_count=template.used_count + (left == 0))

    def refund(self, voucher, event, use_key):
        template = voucher.template
        uses = [voucher.event("USE", use_key)] if use_key else voucher.open_uses()
        ensure(len(uses) < 2, "INVALID_PARAMETER", "该券有多笔核销，请指定use_out_biz_no")
        ensure(uses and uses[0], "REDEMPTION_NOT_EXIST")
        ensure(not uses[0].refunded, "REDEMPTION_REFUNDED")
        event.amount = uses[0].amount
        self.change(uses[0], refunded=True)
        self.change(template, used_amount=template.used_amount - event.amount,
                    used_count=template.used_count - (voucher.state == "USED"))
        over = voucher.state == "REFUNDED" or self.now >= voucher.expires
        self.change(voucher, balance=voucher.balance + event.amount, state="REFUNDED" if over else "ENABLED")

    def delete(self, voucher, event):
        event.amount = voucher.balance
        self.change(voucher, state="DELETE")

    def delay(self, voucher, _event, expires):
        ensure(expires > voucher.expires, "INVALID_PARAMETER", "expired_time必须晚于当前过期时间")
        self.change(voucher, expires=expires)

    # How things are shown

    def shown(self, voucher):
        """A voucher as alipay.marketing.voucher.query and the refund show it."""
        template = voucher.template
        fields = {
            "voucher_id": voucher.voucher_id,
            "template_id": template.template_id,
            "name": template.voucher_name(voucher.amount),
            "status": voucher.status(self.now),
            "total_amount": yuan(voucher.amount),
            "available_amount": yuan(voucher.balance),
            "gmt_create": beijing_text(voucher.issued),
            "gmt_active": beijing_text(voucher.active),
            "gmt_expired": beijing_text(voucher.expires),
        }
        if template.description:
            fields["voucher_description"] = json.dumps(template.description, ensure_ascii=False, separators=(",", ":"))
        return fields

    def bill(self, event):
        fields = {"trade_no": event.key, "biz_type": event.kind, "amount": yuan(event.amount),
                  "status": "REFUNDED" if event.refunded else "SUCCESS", "partner_id": event.pid,
                  "gmt_create": beijing_text(event.made)}
        if self.merchants[event.pid]:
            fields["partner_name"] = self.merchants[event.pid]
        return fields

    def pass_state(self, voucher):
        status = voucher.status(self.now)
        return {"USED": "used", "DELETE": "closed", "REFUNDED": "closed", "EXPIRED": "expired"}.get(status, "can_use")

    def shown_pass(self, voucher):
        """A voucher as a wallet shows it."""
        template = voucher.template
        name = template.voucher_name(voucher.amount)
        data_info = {"logoText": name, "brandName": template.brand_name, "secondLogoText": template.condition(),
                     "itemDesc": "\n".join(template.description) or name, "btnDesc": "去使用"}
        return {
            "pass_id": voucher.voucher_id,
            "mechant_name": template.brand_name,
            "logo_text": name,
            "second_logo_text": template.condition(),
            "start_date": beijing_text(voucher.active),
            "end_date": beijing_text(voucher.expires),
            "gmt_create": beijing_text(voucher.issued),
            "data_info": json.dumps(data_info, ensure_ascii=False, separators=(",", ":")),
            "status": self.pass_state(voucher),
        }

    def wallet(self, user, pid):
        """A user's vouchers, newest first."""
        mine = [voucher for template in self.templates if pid in (None, template.pid)
                for voucher in template.vouchers if voucher.user is user]
        return sorted(mine, key=lambda voucher: (voucher.issued, voucher.voucher_id), reverse=True)

    # Templates' own life, by an operator

    def move_template(self, template, to):
        """False: not possible in its state. Operators' commands look at the machine's clock, for which no window of a
        model's template is over."""
        legal = {"I": "SD", "S": "D", "D": ""}
        if template.state != to and to not in legal[template.state]:
            return False
        self.change(template, state=to)
        return True
