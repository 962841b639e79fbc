# SPDX-License-Identifier: Apache-2.0
"""Making and changing templates under concurrency: one key is one template, and one change."""

import pytest

from support import crowd
from support.errors import REFUSALS, assert_success
from support.place import FIX
from support.templates import CREATE_CASHLESS, MODIFY_CASHLESS, created, fields_of

CALLERS = 64
ROUNDS = range(5)
ENDS = [f"2099-01-01 00:00:{second:02}" for second in range(60)]


def answers_of(client, method, calls, servers=()):
    requests = [client.request(method, fields) for fields in calls]
    addresses = [server.listen for server in (client.server, *servers)]
    return [client.believe(response) for response in crowd.at_once(addresses, requests)]


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_key_is_one_template(client, place, app, round_number):
    before = len(place.json("template", "list", pid=app.pid))
    answers = answers_of(client, CREATE_CASHLESS, [fields_of(FIX, f"round {round_number}")] * CALLERS)
    assert {answer.body for answer in answers} == {assert_success(answers[0]).body}
    assert len(place.json("template", "list", pid=app.pid)) == before + 1


def test_one_key_of_two_servers_is_one_template(client, place, app, serve):
    before = len(place.json("template", "list", pid=app.pid))
    answers = answers_of(client, CREATE_CASHLESS, [fields_of(FIX, "two servers")] * CALLERS, [serve(place)])
    assert {answer.body for answer in answers} == {assert_success(answers[0]).body}
    assert len(place.json("template", "list", pid=app.pid)) == before + 1


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_key_with_different_data_is_one_template(client, place, app, round_number):
    """Whoever comes first makes it; the others asked for something else."""
    before = len(place.json("template", "list", pid=app.pid))
    calls = [fields_of(FIX, f"mixed {round_number}", voucher_quantity=number) for number in range(1, CALLERS + 1)]
    answers = answers_of(client, CREATE_CASHLESS, calls)
    (refused, _), _ = REFUSALS["INVALID_PARAMETER"]
    made = [number for number, answer in enumerate(answers, 1) if answer["code"] == "10000"]
    assert len(made) == 1
    assert {answer["sub_code"] for answer in answers if answer["code"] == refused} == {"INVALID_PARAMETER"}
    assert len(place.json("template", "list", pid=app.pid)) == before + 1
    assert place.template(answers[made[0] - 1]["template_id"])["quantity"] == made[0]


@pytest.mark.parametrize("round_number", ROUNDS)
def test_one_key_is_one_change(client, place, round_number):
    """All succeed, and the first alone has changed anything: what is asked again changes nothing."""
    template_id = created(client, FIX, place.new_key(), publish_end_time="2098-01-01 00:00:00")
    calls = [{"template_id": template_id, "out_biz_no": "1", "publish_end_time": end} for end in ENDS]
    answers = answers_of(client, MODIFY_CASHLESS, calls)
    assert {answer.body for answer in answers} == {assert_success(answers[0]).body}
    end = place.template(template_id)["publish_end"]
    assert end in ENDS
    answers_of(client, MODIFY_CASHLESS, calls)
    assert place.template(template_id)["publish_end"] == end


def test_many_changes_leave_the_latest_end(client, place):
    """Each has a key of its own: whichever comes too late to be later is refused."""
    template_id = created(client, FIX, place.new_key(), publish_end_time="2098-01-01 00:00:00")
    calls = [{"template_id": template_id, "out_biz_no": end, "publish_end_time": end} for end in ENDS]
    answers = answers_of(client, MODIFY_CASHLESS, calls)
    assert {answer.fields.get("sub_code") for answer in answers} <= {None, "INVALID_PARAMETER"}
    assert place.template(template_id)["publish_end"] == ENDS[-1]
