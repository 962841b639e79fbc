# SPDX-License-Identifier: Apache-2.0
"""Issuing under concurrency: one key is one voucher, and never more than stock, budget or limits allow."""

from decimal import Decimal

import pytest

from support import crowd, protocol
from support.client import Client
from support.errors import REFUSALS, assert_success
from support.place import RED_PACKET

CALLERS = 64
ROUNDS = range(5)


def answers_of(client, servers, calls):
    """All calls at once, each one's fields a dictionary."""
    requests = [client.request(protocol.SEND, fields) for fields in calls]
    responses = crowd.at_once([server.listen for server in servers], requests)
    return [client.believe(response) for response in responses]


def sort_out(answers, refusal):
    """The successes; every other one must be this refusal."""
    successes = [answer for answer in answers if answer["code"] == "10000"]
    for answer in answers:
        if answer["code"] != "10000":
            (code, _), _ = REFUSALS[refusal]
            assert (answer["code"], answer.fields.get("sub_code")) == (code, refusal), answer
    return successes


def assert_books_agree(place, template_id, successes):
    """What was acknowledged, what is listed and what is counted are the same."""
    vouchers = place.vouchers(template_id=template_id)
    assert sorted(voucher["voucher_id"] for voucher in vouchers) == sorted(answer["voucher_id"] for answer in successes)
    shown = place.template(template_id)
    assert shown["issued_count"] == len(vouchers)
    assert Decimal(shown["issued_amount"]) == sum((Decimal(voucher["amount"]) for voucher in vouchers), Decimal())


@pytest.fixture(scope="session")
def users(place):
    return [place.create_user() for _ in range(8)]


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_key_is_one_voucher(server, client, place, user, template_id, round_number):
    fields = {"template_id": template_id, "user_id": user.user_id, "out_biz_no": f"round {round_number}"}
    answers = answers_of(client, [server], [fields] * CALLERS)
    assert {answer.body for answer in answers} == {assert_success(answers[0]).body}
    assert_books_agree(place, template_id, answers[:1])


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_key_with_different_data_is_one_voucher(server, client, place, users, template_id, round_number):
    calls = [{"template_id": template_id, "user_id": users[number % len(users)].user_id, "memo": str(number),
              "out_biz_no": f"round {round_number}"} for number in range(CALLERS)]
    answers = answers_of(client, [server], calls)
    assert {answer.body for answer in answers} == {assert_success(answers[0]).body}
    assert_books_agree(place, template_id, answers[:1])


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_voucher_left(server, client, place, app, user, round_number):
    template_id = place.create_template(app.pid, quantity=1)
    calls = [{"template_id": template_id, "user_id": user.user_id, "out_biz_no": f"{round_number}-{number}"}
             for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "TEMPLATE_STOCK_NOT_ENOUGH")
    assert len(successes) == 1
    assert_books_agree(place, template_id, successes)


def test_ten_vouchers_left(server, client, place, app, users):
    template_id = place.create_template(app.pid, quantity=10)
    calls = [{"template_id": template_id, "user_id": users[number % len(users)].user_id, "out_biz_no": str(number)}
             for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "TEMPLATE_STOCK_NOT_ENOUGH")
    assert len(successes) == 10
    assert_books_agree(place, template_id, successes)


@pytest.mark.parametrize("round_number", ROUNDS)
def test_budget_to_the_fen(server, client, place, app, user, round_number):
    """Amounts that do not go into the budget evenly: what is left is less than each amount that was refused."""
    budget = Decimal("5.00")
    template_id = place.create_template(app.pid, RED_PACKET, total_amount=str(budget))
    amounts = [Decimal(number + 1) / 100 for number in range(CALLERS)]
    calls = [{"template_id": template_id, "user_id": user.user_id, "out_biz_no": f"{round_number}-{number}",
              "amount": str(amount)} for number, amount in enumerate(amounts)]
    answers = answers_of(client, [server], calls)
    successes = sort_out(answers, "TEMPLATE_STOCK_NOT_ENOUGH")
    spent = sum(amount for amount, answer in zip(amounts, answers) if answer["code"] == "10000")
    refused = [amount for amount, answer in zip(amounts, answers) if answer["code"] != "10000"]
    assert spent <= budget and refused
    assert all(amount > budget - spent for amount in refused)
    assert_books_agree(place, template_id, successes)


def test_budget_is_used_up_exactly(server, client, place, app, user):
    template_id = place.create_template(app.pid, RED_PACKET, total_amount="0.50")
    calls = [{"template_id": template_id, "user_id": user.user_id, "out_biz_no": str(number), "amount": "0.01"}
             for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "TEMPLATE_STOCK_NOT_ENOUGH")
    assert len(successes) == 50
    assert place.template(template_id)["issued_amount"] == "0.50"
    assert_books_agree(place, template_id, successes)


@pytest.mark.parametrize("limit", ["limit_per_user", "limit_per_user_day"])
def test_limit_per_user(server, client, place, app, users, limit):
    template_id = place.create_template(app.pid, **{limit: 3})
    calls = [{"template_id": template_id, "user_id": users[number % 2].user_id, "out_biz_no": str(number)}
             for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "USER_LIMIT_EXCEEDED")
    assert sorted(answer["user_id"] for answer in successes) == sorted([users[0].user_id, users[1].user_id] * 3)
    assert_books_agree(place, template_id, successes)


def test_limit_of_a_user_with_several_names(server, client, place, app, user):
    template_id = place.create_template(app.pid, limit_per_user=1)
    names = [{"user_id": user.user_id}, {"login_id": user.login_id}, {"taobao_nick": user.taobao_nick}]
    calls = [{"template_id": template_id, "out_biz_no": str(number), **names[number % 3]} for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "USER_LIMIT_EXCEEDED")
    assert len(successes) == 1
    assert_books_agree(place, template_id, successes)


def test_each_caller_its_own_key(server, client, place, users, template_id):
    calls = [{"template_id": template_id, "user_id": users[number % len(users)].user_id, "out_biz_no": str(number)}
             for number in range(CALLERS)]
    answers = [assert_success(answer) for answer in answers_of(client, [server], calls)]
    assert len({answer["voucher_id"] for answer in answers}) == CALLERS
    assert_books_agree(place, template_id, answers)


@pytest.mark.parametrize("round_number", ROUNDS)
def test_two_servers_on_one_place(server, serve, client, place, app, users, round_number):
    """Two processes with one store: one key and one stock all the same."""
    servers = [server, serve(place)]
    template_id = place.create_template(app.pid, quantity=10)
    calls = [{"template_id": template_id, "user_id": users[number % len(users)].user_id,
              "out_biz_no": f"{round_number}-{number // 4}"} for number in range(CALLERS)]
    answers = answers_of(client, servers, calls)
    successes = sort_out(answers, "TEMPLATE_STOCK_NOT_ENOUGH")
    by_key = {}
    for fields, answer in zip(calls, answers):
        if answer["code"] == "10000":
            by_key.setdefault(fields["out_biz_no"], set()).add(answer.body)
    assert len(by_key) == 10 and all(len(bodies) == 1 for bodies in by_key.values())
    first = {answer["voucher_id"]: answer for answer in successes}
    assert_books_agree(place, template_id, list(first.values()))


@pytest.mark.parametrize("workers", [1, 4])
def test_any_number_of_workers(serve, place, app, user, workers):
    server = serve(place, workers=workers)
    client = Client(server, app)
    template_id = place.create_template(app.pid, quantity=5)
    calls = [{"template_id": template_id, "user_id": user.user_id, "out_biz_no": str(number)}
             for number in range(CALLERS)]
    successes = sort_out(answers_of(client, [server], calls), "TEMPLATE_STOCK_NOT_ENOUGH")
    assert len(successes) == 5
    assert_books_agree(place, template_id, successes)


def test_charsets_at_once(server, app, place, user):
    """Each caller's text stays its own."""
    template_id = place.create_template(app.pid)
    clients = [Client(server, app, charset=charset) for charset in ("utf-8", "gbk", "gb2312")]
    memos = [f"优酷{number}个月兑换券" for number in range(CALLERS)]
    requests = [clients[number % 3].request(protocol.SEND, {"template_id": template_id, "user_id": user.user_id,
                                                            "out_biz_no": memo, "memo": memo})
                for number, memo in enumerate(memos)]
    responses = crowd.at_once([server.listen], requests)
    for number, response in enumerate(responses):
        assert_success(clients[number % 3].believe(response, charset=clients[number % 3].charset))
    vouchers = place.vouchers(template_id=template_id)
    assert sorted((voucher["out_biz_no"], voucher["memo"]) for voucher in vouchers) == sorted(zip(memos, memos))
