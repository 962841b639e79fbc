# SPDX-License-Identifier: Apache-2.0
"""What a template's notify_uri is told, when, in which order, and how often."""

import json
import pathlib
import sqlite3
import threading
import time
from contextlib import closing

import pytest

from support import binary, protocol
from support.client import Client
from support.errors import assert_success
from support.place import ALWAYS_VALID
from support.receiver import SUCCESS, Receiver


START_S = 1_800_000_000
HOUR = json.dumps({"type": "RELATIVE", "duration": 1, "unit": "HOUR"})
RETRIES_S = (240, 600, 600, 3600, 7200, 21600, 54000)
FAILURE = (500, [], b"failure")

# What has to be so within a time.
EVENT_TIMEOUT_S = 60


def wait_for(holds):
    give_up = time.monotonic() + EVENT_TIMEOUT_S
    while not holds():
        assert time.monotonic() < give_up
        time.sleep(0.02)


class Shop:
    """A sandbox with an application, a user, a receiver and a template that tells it."""

    def __init__(self, place, serve, answer=SUCCESS, **flags):
        self.place = place
        self.app = place.create_app()
        self.user = place.create_user()
        self.receiver = Receiver(place.public_key, answer)
        self.template_id = self.create_template(self.receiver.uri)
        self.start_server(serve, **flags)
        self.server.stop_clock(START_S)

    def start_server(self, serve, **flags):
        self.server = serve(self.place, sandbox=True, **flags)
        self.client = Client(self.server, self.app)

    def create_template(self, uri, valid_period=HOUR):
        return self.place.create_template(self.app.pid, notify_uri=uri, valid_period=valid_period)

    def issue(self, key="1", template_id=None):
        return self.client.issue(template_id or self.template_id, self.user, key)

    def change(self, method, voucher_id, key, **fields):
        return assert_success(self.client.call(method, {"voucher_id": voucher_id, "user_id": self.user.user_id,
                                                        "out_biz_no": key, **fields}))

    def use(self, voucher_id, key, amount):
        return self.change(protocol.USE, voucher_id, key, need_rule_check=False, biz_context=json.dumps({"amount": amount}))

    def listed(self, **filters):
        return self.place.json("notification", "list", **filters)

    def states(self, **filters):
        return [row["state"] for row in self.listed(**filters)]

    def wait_states(self, *states, **filters):
        wait_for(lambda: self.states(**filters) == list(states))

    def wait_tries(self, tries, **filters):
        wait_for(lambda: [row["tries"] for row in self.listed(**filters)] == tries)

    def metric(self, name):
        page = self.server.ask_admin("/metrics").body.decode("utf-8")
        return int(next(line for line in page.splitlines() if line.startswith(name + " ")).split()[1])


@pytest.fixture
def new_shop(own_place, serve):
    shops = []

    def make(**flags):
        shops.append(Shop(own_place, serve, **flags))
        return shops[-1]

    yield make
    for shop in shops:
        shop.receiver.close()


@pytest.fixture
def shop(new_shop):
    return new_shop()


def test_issue(shop):
    voucher_id = shop.issue("order-1")
    fields, = shop.receiver.wait(1)
    row, = shop.listed()
    assert fields.pop("sign")
    assert fields == {
        "notify_id": row["notify_id"], "notify_time": protocol.beijing_text(START_S), "notify_type": "voucher_issue",
        "app_id": shop.app.app_id, "charset": "utf-8", "version": "1.0", "sign_type": "RSA2",
        "voucher_id": voucher_id, "template_id": shop.template_id, "user_id": shop.user.user_id,
        "out_biz_no": "order-1", "amount": "10.00", "status": "ENABLED",
        "event_time": protocol.beijing_text(START_S), "expired_time": protocol.beijing_text(START_S + 3600)}
    shop.wait_states("DELIVERED")


def test_every_change_in_order(shop):
    voucher_id = shop.issue()
    shop.use(voucher_id, "use", "4.00")
    shop.change(protocol.REFUND, voucher_id, "refund")
    shop.change(protocol.DELAY, voucher_id, "delay", expired_time=protocol.beijing_text(START_S + 7200))
    shop.change(protocol.DELETE, voucher_id, "delete")
    told = shop.receiver.wait(5)
    assert [(one["notify_type"], one["out_biz_no"], one.get("amount"), one["status"]) for one in told] == [
        ("voucher_issue", "1", "10.00", "ENABLED"), ("voucher_use", "use", "4.00", "USING"),
        ("voucher_refund", "refund", "4.00", "ENABLED"), ("voucher_delay", "delay", None, "ENABLED"),
        ("voucher_delete", "delete", "10.00", "DELETE")]
    assert [one["expired_time"] for one in told[2:]] == [protocol.beijing_text(START_S + end)
                                                         for end in (3600, 7200, 7200)]
    assert len({one["notify_id"] for one in told}) == 5


def test_expiry(shop):
    voucher_id = shop.issue()
    shop.receiver.wait(1)
    shop.server.stop_clock(START_S + 3599)
    shop.issue("2")
    shop.receiver.wait(2)
    shop.server.stop_clock(START_S + 3600)
    told = shop.receiver.wait(3)[2]
    assert (told["notify_type"], told["voucher_id"], told["status"]) == ("voucher_expire", voucher_id, "EXPIRED")
    assert (told["event_time"], told["amount"]) == (protocol.beijing_text(START_S + 3600), "10.00")
    assert "out_biz_no" not in told
    shop.wait_states("DELIVERED", "DELIVERED", "DELIVERED")
    assert shop.metric("kaquan_vouchers_expired_total") == 1


def test_used_up_and_put_off_vouchers_do_not_expire(shop):
    used, delayed = shop.issue("used"), shop.issue("delayed")
    shop.use(used, "use", "10.00")
    shop.change(protocol.DELAY, delayed, "delay", expired_time=protocol.beijing_text(START_S + 7200))
    shop.receiver.wait(4)
    shop.server.stop_clock(START_S + 7199)
    shop.issue("later")
    shop.receiver.wait(5)
    shop.server.stop_clock(START_S + 7200)
    assert shop.receiver.wait(6)[5]["voucher_id"] == delayed


def test_batch_and_import(shop):
    answer = shop.client.batch_send(template_id=shop.template_id, out_biz_no="batch",
                                    vouchers=[{"user_id": shop.user.user_id}])
    assert_success(answer)
    shop.receiver.wait(1)
    line = json.dumps({"template_id": shop.template_id, "user_id": shop.user.user_id, "out_biz_no": "imported"})
    shop.place.run("voucher", "import", "--file", "-", stdin=line + "\n")
    assert shop.receiver.wait(2)[1]["out_biz_no"] == "imported"


def test_template_without_a_uri(shop):
    shop.issue(template_id=shop.place.create_template(shop.app.pid))
    shop.issue("told")
    assert [fields["out_biz_no"] for fields in shop.receiver.wait(1)] == ["told"]
    assert len(shop.listed()) == 1


def test_retries_follow_the_schedule(new_shop):
    """The same notify_id on every try, none before its second, and none after the last."""
    shop = new_shop()
    failing = Receiver(shop.place.public_key, FAILURE)
    template_id = shop.create_template(failing.uri, ALWAYS_VALID)
    voucher_id = shop.issue("failing", template_id)
    now_s = START_S
    for tries, wait_s in enumerate(RETRIES_S, 1):
        shop.wait_tries([tries], voucher_id=voucher_id)
        row, = shop.listed(voucher_id=voucher_id)
        assert row["next_try_time"] == protocol.beijing_text(now_s + wait_s)
        assert (row["state"], row["last_result"]) == ("WAITING", "HTTP 500: failure")
        shop.server.stop_clock(now_s + wait_s - 1)
        shop.issue(f"beside {tries}")  # When this one has come, what is due has been looked for.
        wait_for(lambda key=f"beside {tries}": any(fields.get("out_biz_no") == key for fields in shop.receiver.taken))
        now_s += wait_s
        assert len(failing.wait(tries)) == tries
        shop.server.stop_clock(now_s)
    shop.wait_states("GIVEN_UP", voucher_id=voucher_id)
    told = failing.wait(8)
    assert len({fields["notify_id"] for fields in told}) == 1
    assert [fields["notify_time"] for fields in told] == [
        protocol.beijing_text(START_S + sum(RETRIES_S[:tries])) for tries in range(8)]
    assert shop.listed(voucher_id=voucher_id)[0]["next_try_time"] is None
    wait_for(lambda: shop.metric("kaquan_notifications_given_up_total") == 1)
    failing.close()


def test_the_next_one_waits_for_the_first(new_shop):
    """One that is not taken holds up its voucher's, and nobody else's."""
    refused = []

    def answer(fields):
        if fields["out_biz_no"] == "held" and not refused:
            refused.append(fields)
            return FAILURE
        return SUCCESS

    shop = new_shop(answer=answer)
    held = shop.issue("held")
    shop.use(held, "use", "1.00")
    shop.issue("other")
    assert {fields["out_biz_no"] for fields in shop.receiver.wait(2)} == {"held", "other"}
    shop.wait_states("WAITING", "WAITING", "DELIVERED")
    shop.server.stop_clock(START_S + 240)
    told = [fields["out_biz_no"] for fields in shop.receiver.wait(4)]
    assert told[2:] == ["held", "use"]
    shop.wait_states("DELIVERED", "DELIVERED", "DELIVERED")


def test_libcurl_is_loaded_when_there_is_something_to_tell(new_shop):
    """With all that it brings along it would be a third of a server at rest."""
    def has_loaded():
        maps = pathlib.Path(f"/proc/{shop.server.process.pid}/maps").read_text(encoding="utf-8")
        return "/libcurl" in maps

    shop = new_shop()
    assert not has_loaded()
    shop.issue()
    shop.wait_states("DELIVERED")
    assert has_loaded()


def test_a_clock_put_back_leaves_nothing_waiting(new_shop):
    """What failed in the month to come is tried again now, and not when that month is here."""
    shop = new_shop(answer=lambda fields: FAILURE)
    template_id = shop.create_template(shop.receiver.uri, ALWAYS_VALID)
    shop.server.stop_clock(START_S + 30 * 86400)
    voucher_id = shop.issue("ahead", template_id)
    shop.wait_tries([1], voucher_id=voucher_id)
    shop.receiver.answer = SUCCESS
    shop.server.stop_clock(START_S)
    shop.wait_states("DELIVERED", voucher_id=voucher_id)


def test_a_given_up_one_lets_the_next_one_go(new_shop):
    shop = new_shop(answer=lambda fields: FAILURE if fields["notify_type"] == "voucher_issue" else SUCCESS)
    voucher_id = shop.issue()
    shop.use(voucher_id, "use", "1.00")
    now_s = START_S
    for tries, wait_s in enumerate(RETRIES_S, 1):
        shop.wait_tries([tries, 0])
        now_s += wait_s
        if now_s - START_S > 3600:
            break
        shop.server.stop_clock(now_s)
    # The expiry joins the line behind the use.
    for tries in range(4, 8):
        shop.wait_tries([tries, 0] if tries == 4 else [tries, 0, 0])
        shop.server.stop_clock(now_s)
        now_s += RETRIES_S[tries] if tries < 7 else 0
    shop.wait_states("GIVEN_UP", "DELIVERED", "DELIVERED")
    assert shop.receiver.types(10)[8:] == ["voucher_use", "voucher_expire"]


ANSWERS = {
    "with a line end": ((200, [], b"success\n"), "HTTP 200: success?"),
    "in capitals": ((200, [], b"SUCCESS"), "HTTP 200: SUCCESS"),
    "nothing": ((200, [], b""), "HTTP 200"),
    "not 200": ((500, [], b"success"), "HTTP 500: success"),
    "not found": ((404, [], b"\x1b[2Jno\x00"), "HTTP 404: ?[2Jno?"),
    "huge": ((200, [], b"success" * 100000), "HTTP 200: the answer is too long"),
    "huge head": ((200, [("X-Long", "x" * 20000)], b"success"), "HTTP 200: the answer is too long"),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_that_are_none(new_shop, name):
    answer, result = ANSWERS[name]
    shop = new_shop(answer=answer)
    shop.issue()
    shop.wait_tries([1])
    row, = shop.listed()
    assert (row["state"], row["last_result"]) == ("WAITING", result)


def test_redirects_are_not_followed(new_shop):
    shop = new_shop(answer=lambda fields: (302, [("Location", "/elsewhere")], b""))
    shop.issue()
    shop.wait_tries([1])
    assert shop.listed()[0]["last_result"] == "HTTP 302"
    assert len(shop.receiver.wait(1)) == 1  # And nothing else was asked for.


def test_receiver_that_is_closed(shop):
    """Whoever comes back finds what he has missed."""
    shop.receiver.close()
    shop.issue()
    shop.wait_tries([1])
    assert "connect" in shop.listed()[0]["last_result"]
    shop.receiver = Receiver(shop.place.public_key, port=shop.receiver.port)
    shop.server.stop_clock(START_S + 240)
    assert shop.receiver.types(1) == ["voucher_issue"]


def test_receiver_that_is_slow_holds_up_nobody(shop):
    """As many as may go to one host at a time, and the others' all the same."""
    release = threading.Event()

    def answer(_):
        release.wait(EVENT_TIMEOUT_S)
        return SUCCESS

    slow = Receiver(shop.place.public_key, answer)
    template_id = shop.create_template(slow.uri)
    for number in range(40):
        shop.issue(str(number), template_id)
    shop.issue("quick")
    assert shop.receiver.types(1) == ["voucher_issue"]
    release.set()
    slow.wait(40)
    shop.wait_states(*["DELIVERED"] * 41)
    slow.close()


def test_other_schemes_are_not_tried(shop):
    """No template gets such an address; what stands in the store all the same is not believed either."""
    with closing(sqlite3.connect(shop.place.data / "kaquan.db")) as store, store:
        store.execute("UPDATE template SET notify_uri = ? WHERE template_id = ?",
                      (f"ftp://127.0.0.1:{shop.receiver.port}/", shop.template_id))
    shop.issue("never")
    shop.wait_tries([1])
    assert "protocol" in shop.listed()[0]["last_result"].lower()


def test_an_operators_template_speaks_for_the_merchants_first_application(shop):
    shop.place.create_app(pid=shop.app.pid)
    shop.issue()
    assert shop.receiver.wait(1)[0]["app_id"] == shop.app.app_id


def test_switched_off_and_on_again(new_shop, serve):
    shop = new_shop(notify="off")
    voucher_id = shop.issue()
    shop.use(voucher_id, "use", "1.00")
    shop.server.stop_clock(START_S + 3600)
    assert shop.metric("kaquan_notifications_waiting") == 2
    shop.server.stop()
    shop.start_server(serve)
    shop.server.stop_clock(START_S + 3600)
    assert shop.receiver.types(3) == ["voucher_issue", "voucher_use", "voucher_expire"]


def test_notify_is_on_or_off(own_place):
    done = binary.run("serve", data=own_place.data, notify="maybe")
    assert (done.returncode, done.stdout) == (2, "")
    assert "--notify is on or off" in done.stderr


def test_only_one_of_two_servers_tells(shop, serve):
    other = serve(shop.place, sandbox=True)
    other.stop_clock(START_S)
    client = Client(other, shop.app)
    for number in range(20):
        client.issue(shop.template_id, shop.user, str(number))
    shop.wait_states(*["DELIVERED"] * 20)
    assert len(shop.receiver.wait(20)) == 20
    shop.server.stop()
    client.issue(shop.template_id, shop.user, "after")
    assert shop.receiver.wait(21)[20]["out_biz_no"] == "after"


def test_stop_waits_for_what_is_under_way(new_shop, serve):
    """Once it is answered, it is delivered, and is not told again after the next start."""
    arrived, release = threading.Event(), threading.Event()

    def answer(_):
        arrived.set()
        release.wait(EVENT_TIMEOUT_S)
        return SUCCESS

    shop = new_shop(answer=answer)
    shop.issue()
    assert arrived.wait(EVENT_TIMEOUT_S)
    shop.server.process.terminate()
    release.set()
    shop.server.wait()
    assert shop.states() == ["DELIVERED"]


def test_stop_does_not_wait_for_a_receiver_that_hangs(new_shop, serve):
    arrived, release = threading.Event(), threading.Event()

    def answer(_):
        arrived.set()
        release.wait(EVENT_TIMEOUT_S)
        return FAILURE

    shop = new_shop(answer=answer)
    shop.issue()
    assert arrived.wait(EVENT_TIMEOUT_S)
    shop.server.stop()
    release.set()
    row, = shop.listed()
    assert (row["state"], row["tries"]) == ("WAITING", 0)
    shop.receiver.answer = SUCCESS
    shop.start_server(serve)
    shop.server.stop_clock(START_S)
    told = shop.receiver.wait(2)
    assert told[0]["notify_id"] == told[1]["notify_id"]


# From the command line

def test_retry_by_id(shop):
    shop.issue()
    first = shop.receiver.wait(1)[0]
    shop.wait_states("DELIVERED")
    assert shop.place.json("notification", "retry", id=first["notify_id"]) == {"count": 1}
    assert shop.receiver.wait(2)[1]["notify_id"] == first["notify_id"]
    shop.wait_states("DELIVERED")


def test_retry_all_failed(new_shop):
    shop = new_shop(answer=FAILURE)
    shop.issue(template_id=shop.create_template(shop.receiver.uri, ALWAYS_VALID))
    for tries in range(1, 9):
        shop.wait_tries([tries])
        if tries < 8:
            shop.server.stop_clock(START_S + sum(RETRIES_S[:tries]))
    shop.wait_states("GIVEN_UP", state="GIVEN_UP")
    shop.receiver.answer = SUCCESS
    assert shop.place.json("notification", "retry", all_failed=True) == {"count": 1}
    assert len({fields["notify_id"] for fields in shop.receiver.wait(9)}) == 1
    shop.wait_states("DELIVERED")


def test_retry_of_a_template(shop):
    other = shop.create_template(shop.receiver.uri)
    shop.issue("1")
    shop.issue("2")
    shop.issue("other", other)
    shop.wait_states("DELIVERED", "DELIVERED", "DELIVERED")
    assert shop.place.json("notification", "retry", template_id=shop.template_id) == {"count": 2}
    told = shop.receiver.wait(5)
    assert sorted(fields["out_biz_no"] for fields in told[3:]) == ["1", "2"]


def test_list_filters(shop):
    voucher_id = shop.issue("1")
    shop.use(voucher_id, "use", "1.00")
    other = shop.issue("other", shop.create_template(shop.receiver.uri))
    shop.wait_states("DELIVERED", "DELIVERED", "DELIVERED")
    assert [row["notify_type"] for row in shop.listed(voucher_id=voucher_id)] == ["voucher_issue", "voucher_use"]
    assert [row["voucher_id"] for row in shop.listed(template_id=shop.template_id)] == [voucher_id] * 2
    assert [row["voucher_id"] for row in shop.listed(state="DELIVERED")] == [voucher_id, voucher_id, other]
    assert shop.listed(state="WAITING") == []


def test_metrics(new_shop):
    shop = new_shop(answer=lambda fields: SUCCESS if fields["out_biz_no"] == "taken" else FAILURE)
    shop.issue("taken")
    shop.issue("not taken")
    shop.wait_tries([1, 1])
    wait_for(lambda: shop.metric("kaquan_notification_failed_tries_total") == 1)
    assert shop.metric("kaquan_notifications_delivered_total") == 1
    assert shop.metric("kaquan_notifications_waiting") == 1
    assert shop.metric("kaquan_notifications_given_up") == 0
    assert shop.metric("kaquan_notification_oldest_due_seconds") == 0
