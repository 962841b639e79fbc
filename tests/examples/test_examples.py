# SPDX-License-Identifier: Apache-2.0
"""Each example does what its first comment says."""

import http.client
import re
import subprocess

import pytest

from support import binary, keys

from sources import NAMES

SEND = "alipay.marketing.voucher.send"
CALLS = 60
# Far beyond what a notification takes on a busy machine.
RECEIVED_TIMEOUT_S = 60


def sent(example, template_id, user, out_biz_no="order-1"):
    done = example("send_voucher", template_id, user.user_id, out_biz_no)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


def test_the_readme_names_each_example():
    text = (binary.ROOT / "examples/README.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| `(\w+)\.c`", text, re.MULTILINE)) == sorted(["connect", *NAMES])


@pytest.mark.parametrize("name", NAMES)
def test_an_example_says_how_it_is_used(example, name):
    done = example(name)
    assert done.returncode == 2 and done.stderr.startswith(f"usage: {name} ")


def test_an_example_says_what_its_environment_lacks(example):
    done = example("wallet", "2088302001456115", KAQUAN_APP_ID="")
    assert (done.returncode, done.stderr) == (2, "app_id is missing\n")


def test_send_voucher_twice_is_one_voucher(example, place, template_id, user):
    voucher_id = sent(example, template_id, user)
    assert sent(example, template_id, user) == voucher_id
    assert [voucher["voucher_id"] for voucher in place.vouchers(template_id=template_id)] == [voucher_id]


def test_send_voucher_that_is_refused(example, user):
    done = example("send_voucher", "0" * 28, user.user_id, "order-1")
    assert (done.returncode, done.stdout) == (1, "") and "TEMPLATE_NOT_EXIST" in done.stderr


def test_list_vouchers(example, template_id, user):
    ids = {sent(example, template_id, user, f"order-{number}") for number in range(3)}
    lines = example("list_vouchers", template_id, user.user_id).stdout.splitlines()
    assert {line.split()[0] for line in lines} == ids
    assert {line.split()[1] for line in lines} == {"ENABLED"}


def test_wallet_of_more_than_one_page(example, template_id, user):
    ids = {sent(example, template_id, user, f"order-{number}") for number in range(21)}
    done = example("wallet", user.user_id)
    assert {line.split()[0] for line in done.stdout.splitlines()} == ids, done.stderr


def test_wallet_with_nothing_in_it(example, user):
    done = example("wallet", user.user_id)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def layer(done):
    assert done.returncode == 1
    return re.search(r"^layer: (.*)$", done.stdout, re.MULTILINE).group(1)


def test_errors_by_layer(example, tmp_path):
    assert layer(example("errors", SEND, "{}")) == "business"
    assert layer(example("errors", "no.such.method", "{}")) == "gateway"
    other_key = tmp_path / "other.pem"
    other_key.write_text(keys.public_pem(keys.private_key("other")), encoding="ascii")
    assert layer(example("errors", SEND, "{}", KAQUAN_GATEWAY_PUBLIC_KEY=str(other_key))) == "signature"
    assert layer(example("errors", SEND, "{}", KAQUAN_GATEWAY="http://127.0.0.1:1/gateway.do")) == "transport"
    assert layer(example("errors", "", "{}")) == "usage"


def test_errors_without_one(example, template_id, user):
    voucher_id = sent(example, template_id, user)
    done = example("errors", "alipay.marketing.voucher.query", f'{{"voucher_id":"{voucher_id}"}}')
    assert done.returncode == 0 and voucher_id in done.stdout


@pytest.mark.parametrize("name, by", [("many_threads", "8 threads"), ("own_loop", "one thread")])
def test_many_calls(example, place, template_id, user, name, by):
    done = example(name, template_id, user.user_id, "many", str(CALLS))
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{CALLS} of {CALLS} sent by {by}\n", "")
    assert len(place.vouchers(template_id=template_id)) == CALLS


@pytest.mark.parametrize("name", ["many_threads", "own_loop"])
def test_many_calls_to_nobody(example, template_id, user, name):
    done = example(name, template_id, user.user_id, "many", "3", KAQUAN_GATEWAY="http://127.0.0.1:1/gateway.do")
    assert done.returncode == 1 and done.stdout.startswith("0 of 3 sent by ")


@pytest.fixture
def receiver(programs, environment):
    """receive_notifications under way: its process, and the address that it listens on."""
    process = subprocess.Popen([programs["receive_notifications"], "0", "1"], env=environment, text=True,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    try:
        yield process, process.stdout.readline().split()[-1]
    finally:
        process.kill()
        process.communicate()


def test_receive_notifications(example, receiver, place, app, user):
    process, address = receiver
    template_id = place.create_template(app.pid, notify_uri=f"http://{address}/")
    voucher_id = sent(example, template_id, user)
    output, errors = process.communicate(timeout=RECEIVED_TIMEOUT_S)
    kind, told_id, notify_id = output.split()
    assert (process.returncode, errors, kind, told_id) == (0, "", "voucher_issue", voucher_id)
    assert place.json("notification", "list", voucher_id=voucher_id)[0]["notify_id"] == notify_id


def test_receive_notifications_believes_no_other(receiver):
    process, address = receiver
    host, _, port = address.partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=RECEIVED_TIMEOUT_S)
    connection.request("POST", "/", body="notify_type=voucher_issue&sign=AAAA&sign_type=RSA2")
    assert connection.getresponse().status == 400
    connection.close()
    assert process.poll() is None
