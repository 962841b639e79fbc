# SPDX-License-Identifier: Apache-2.0
"""A model with one wrong rule must be told from the program: so a program with a wrong rule would be, too."""

import pytest

from model import Model, ensure
from run import run_history, told

# Far more than any of them needs; a wrong rule that so many do not show is one that the run could miss.
HISTORIES = 8
OPERATIONS = 1500
SEED = "wrong models"


class SellsOneTooMany(Model):
    def check_stock(self, template, amount):
        ensure(template.quantity is None or template.issued_count <= template.quantity, "TEMPLATE_STOCK_NOT_ENOUGH")
        if template.quantity is None:
            super().check_stock(template, amount)


class ForgetsTheDaysLimit(Model):
    def check_limits(self, template, user):
        issued = [voucher for voucher in template.vouchers if voucher.user is user]
        ensure(template.limit_per_user is None or len(issued) < template.limit_per_user, "USER_LIMIT_EXCEEDED")


class ClosesASecondLate(Model):
    def check_template(self, template):
        ensure(template.state == "S" and self.now >= template.start, "TEMPLATE_STATUS_NOT_MATCH")
        ensure(self.now <= template.end, "TEMPLATE_EXPIRED")


class UsesMoreThanIsLeft(Model):
    def use(self, voucher, event, amount, order_amount, checks_rules):
        amount = amount if amount is None else min(amount, voucher.balance)
        super().use(voucher, event, amount, order_amount, checks_rules)


class CountsPartsAsUsed(Model):
    """Only the counters show it."""

    def use(self, voucher, event, amount, order_amount, checks_rules):
        super().use(voucher, event, amount, order_amount, checks_rules)
        if voucher.state != "USED":
            self.change(voucher.template, used_count=voucher.template.used_count + 1)


class RefundsTwice(Model):
    def refund(self, voucher, event, use_key):
        super().refund(voucher, event, use_key)
        use = voucher.event("USE", use_key) if use_key else None
        if use:
            self.change(use, refunded=False)


class RevivesTheExpired(Model):
    def refund(self, voucher, event, use_key):
        super().refund(voucher, event, use_key)
        self.change(voucher, state="ENABLED")


class DelaysToTheSameEnd(Model):
    def delay(self, voucher, event, expires):
        super().delay(voucher, event, expires + 1)
        self.change(voucher, expires=expires)


class LetsTheFrozenUse(Model):
    def use(self, voucher, event, amount, order_amount, checks_rules):
        frozen = voucher.user.frozen
        voucher.user.frozen = False
        try:
            super().use(voucher, event, amount, order_amount, checks_rules)
        finally:
            voucher.user.frozen = frozen


class ShowsTheNewestLast(Model):
    def wallet(self, user, pid):
        return super().wallet(user, pid)[::-1]


WRONG_MODELS = [SellsOneTooMany, ForgetsTheDaysLimit, ClosesASecondLate, UsesMoreThanIsLeft, CountsPartsAsUsed,
                RefundsTwice, RevivesTheExpired, DelaysToTheSameEnd, LetsTheFrozenUse, ShowsTheNewestLast]


def first_failure(home, wrong_model):
    """The outcome of the first history that fails, or None."""
    outcomes = (run_history(home, f"{SEED}/{number}", OPERATIONS, wrong_model) for number in range(HISTORIES))
    return next((outcome for outcome in outcomes if outcome.failure is not None), None)


def test_the_right_model_is_right(home):
    assert run_history(home, SEED, 500).failure is None


@pytest.mark.parametrize("wrong_model", WRONG_MODELS)
def test_a_wrong_rule_is_found(home, wrong_model):
    assert first_failure(home, wrong_model) is not None


def test_a_failure_is_told_in_few_steps(home):
    outcome = first_failure(home, RevivesTheExpired)
    text = told(home, outcome, RevivesTheExpired)
    failure, _, script = text.partition("The shortest history found that fails:\n")
    assert "Refund(" in failure and "REFUNDED" in failure
    compile(script, "script", "exec")
    steps = script.partition("first, second =")[2].splitlines()
    assert [step for step in steps if "voucher.send" in step or "batchsend" in step], text
    assert sum(".call(" in step for step in steps) <= 4, text


class BreaksDown(Model):
    """Stands for a program that answers what no one foresees."""

    def bill(self, event):
        raise KeyError(event.kind)


def test_what_nobody_foresees_is_told_too(home):
    outcome = first_failure(home, BreaksDown)
    assert "KeyError: '" in outcome.failure
    assert outcome.history.steps
