# SPDX-License-Identifier: Apache-2.0
"""kaquan notification list, retry: how they are asked. What they do to what is told is in tests/gateway."""

import pytest

from support import binary

UNKNOWN_ID = "20160906000730040020002U8C00"
UNKNOWN_TEMPLATE_ID = "20140601000730010040000000EB"


def refused(place, *words, **flags):
    done = binary.run(*words, data=place.data, **flags)
    assert done.stdout == ""
    return done.returncode, done.stderr


def test_nothing_to_list(place):
    assert place.json("notification", "list") == []


def test_what_waits_is_listed_without_a_server(place):
    user = place.create_user()
    template_id = place.create_template(place.new_pid(), notify_uri="http://127.0.0.1:9/notify")
    voucher_id = place.json("voucher", "send", template_id=template_id, user_id=user.user_id,
                            out_biz_no="1")["voucher_id"]
    row, = place.json("notification", "list", voucher_id=voucher_id)
    assert (row["notify_type"], row["state"], row["tries"], row["last_result"]) == (
        "voucher_issue", "WAITING", 0, None)
    assert (row["last_try_time"], row["amount"], row["status"]) == (None, "10.00", "ENABLED")
    shown = place.run("notification", "list", voucher_id=voucher_id)
    assert row["notify_id"] in shown and "WAITING" in shown and "voucher_issue" in shown
    assert place.run("notification", "retry", id=row["notify_id"]) == "1 to be told again\n"


def test_unknown_state(place):
    status, reason = refused(place, "notification", "list", state="LOST")
    assert status == 1
    assert "WAITING, DELIVERED or GIVEN_UP" in reason


@pytest.mark.parametrize("flags", [{}, {"id": UNKNOWN_ID, "all_failed": True},
                                   {"id": UNKNOWN_ID, "template_id": UNKNOWN_TEMPLATE_ID}])
def test_retry_of_one_or_of_many(place, flags):
    status, reason = refused(place, "notification", "retry", **flags)
    assert status == 2
    assert "say which" in reason


@pytest.mark.parametrize("flags, named", [({"id": UNKNOWN_ID}, UNKNOWN_ID), ({"id": "x"}, "x"),
                                          ({"template_id": UNKNOWN_TEMPLATE_ID}, UNKNOWN_TEMPLATE_ID)])
def test_retry_of_what_is_not_there(place, flags, named):
    status, reason = refused(place, "notification", "retry", **flags)
    assert status == 1
    assert named in reason


def test_retry_where_nothing_failed(place):
    assert place.json("notification", "retry", all_failed=True) == {"count": 0}
