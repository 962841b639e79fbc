# SPDX-License-Identifier: Apache-2.0
"""An operator's commands and readers while calls come."""

import json

from support import crowd, protocol
from support.crowd import Load
from support.errors import assert_success

CALLERS = 8
CALLS = 400


def load_of(client, template_id, users, at_count=None):
    calls = [{"template_id": template_id, "user_id": users[number % len(users)].user_id, "out_biz_no": str(number)}
             for number in range(CALLS)]
    requests = [client.request(protocol.SEND, fields) for fields in calls]
    return Load(client.server.listen, requests, CALLERS, at_count)


def believe_all(client, acknowledged):
    assert len(acknowledged) == CALLS
    return [client.believe(response) for _, response in acknowledged]


def assert_listed(place, template_id, answers):
    """Exactly the successes are listed and counted."""
    successes = [answer["voucher_id"] for answer in answers if answer["code"] == "10000"]
    assert sorted(voucher["voucher_id"] for voucher in place.vouchers(template_id=template_id)) == sorted(successes)
    assert place.template(template_id)["issued_count"] == len(successes)
    return len(successes)


def test_template_deleted_under_load(client, place, template_id, user):
    """What the load's callers are still answered afterwards is the deleted template's refusal."""
    after = []

    def delete():
        place.run("template", "delete", template_id=template_id)
        after.append(client.send(template_id=template_id, user_id=user.user_id, out_biz_no="afterwards"))

    answers = believe_all(client, load_of(client, template_id, [user], {CALLS // 4: delete}).run())
    assert [answer["sub_code"] for answer in after] == ["TEMPLATE_STATUS_NOT_MATCH"]
    assert {answer.fields.get("sub_code", "") for answer in answers} == {"", "TEMPLATE_STATUS_NOT_MATCH"}
    assert CALLS // 4 <= assert_listed(place, template_id, answers) < CALLS


def test_user_frozen_and_active_again_under_load(client, place, template_id, user):
    other = place.create_user()
    actions = {CALLS // 4: lambda: place.run("user", "freeze", user_id=user.user_id),
               CALLS // 2: lambda: place.run("user", "unfreeze", user_id=user.user_id)}
    answers = believe_all(client, load_of(client, template_id, [user, other], actions).run())
    assert {answer.fields.get("sub_code", "") for answer in answers} <= {"", "USER_STATUS_ERROR"}
    assert [answer for answer in answers if answer["code"] == "10000" and answer["user_id"] == other.user_id]
    assert_listed(place, template_id, answers)
    client.issue(template_id, user, "afterwards")


def test_import_under_load(client, place, template_id, user):
    """Neither waits for the other without end; both are complete."""
    lines = "".join(json.dumps({"user_id": f"2088{place.number():012}"}) + "\n" for _ in range(2000))
    load = load_of(client, template_id, [user])
    crowd.run_all([load.run, lambda: place.run("user", "import", "--file", "-", stdin=lines)])
    answers = [assert_success(answer) for answer in believe_all(client, load.acknowledged)]
    assert_listed(place, template_id, answers)
    for line in (lines.splitlines()[0], lines.splitlines()[-1]):
        assert place.json("user", "show", user_id=json.loads(line)["user_id"])["state"] == "active"


def test_commands_at_once(place):
    """Several processes write: none is refused because another one is at it."""
    users = [f"2088{place.number():012}" for _ in range(12)]
    crowd.run_all([lambda user_id=user_id: place.run("user", "create", user_id=user_id) for user_id in users])
    for user_id in users:
        assert place.json("user", "show", user_id=user_id)["user_id"] == user_id


def test_what_is_acknowledged_is_seen(client, place, template_id, user):
    """By every later reader, on any connection and through the command line."""
    def issue_and_look(key):
        voucher_id = client.issue(template_id, user, key)
        listed = client.listed(template_id, user)
        wallet = client.shown(user)
        return (voucher_id in [entry["voucher_id"] for entry in listed]
                and voucher_id in [entry["pass_id"] for entry in wallet])

    for round_number in range(5):
        seen = crowd.run_all([lambda key=f"{round_number}-{number}": issue_and_look(key) for number in range(16)])
        assert seen == [True] * 16
    assert len(place.vouchers(template_id=template_id)) == 80


def test_lists_only_grow(client, place, app):
    """A reader among writers sees each voucher once, in one order, and never fewer than before."""
    user = place.create_user()
    template_id = place.create_template(app.pid)
    load = load_of(client, template_id, [user])
    views = []

    def look():
        while len(load.acknowledged) < CALLS and len(views) < 10000:
            views.append([entry["voucher_id"]
                          for entry in client.listed(template_id, user)])

    crowd.run_all([load.run, look])
    views.append([entry["voucher_id"] for entry in client.listed(template_id, user)])
    assert len(views[-1]) == len(set(views[-1])) == CALLS
    for earlier, later in zip(views, views[1:]):
        assert later[:len(earlier)] == earlier
