# SPDX-License-Identifier: Apache-2.0
"""The service under systemd, on a machine that has been booted with it."""

import hashlib
import json
import re
import select
import subprocess
import urllib.parse

import pytest
from support import binary

PID = "2088102146225135"
APP_ID = "2014072300007148"
USER_ID = "2088302001456115"
GATEWAY = "http://127.0.0.1:8080/gateway.do"
RECEIVER = binary.ROOT / "tests/packages/receiver.py"
HEARD_TIMEOUT_S = 60
# In tenths, as systemd-analyze wants it. What is above nothing: the network, and the calls that lower priorities.
EXPOSURE_MAX = "15"


def set_up(machine):
    """An application and a user, once a machine."""
    if machine.try_run("test", "-e", "/mnt/app.pem").returncode == 0:
        return
    machine.run("openssl", "genpkey", "-quiet", "-algorithm", "RSA", "-out", "/mnt/app.pem")
    machine.run("openssl", "pkey", "-in", "/mnt/app.pem", "-pubout", "-out", "/tmp/app_public.pem")
    machine.run("chmod", "644", "/tmp/app_public.pem")
    machine.kaquan("app", "create", "--app-id", APP_ID, "--pid", PID, "--public-key", "/tmp/app_public.pem")
    machine.kaquan("user", "create", "--user-id", USER_ID)


def new_template(machine, *flags):
    made = machine.kaquan("template", "create", "--pid", PID, "--type", "EXCHANGE_VOUCHER", "--brand-name", "kaquan",
                          "--quantity", "10", *flags, "--json")
    return json.loads(made)["template_id"]


def send(machine, template_id):
    """A voucher's id, by a signed call."""
    biz = json.dumps({"template_id": template_id, "user_id": USER_ID, "out_biz_no": "1"})
    answer = machine.run("kaquan", "call", "alipay.marketing.voucher.send", "--gateway", GATEWAY, "--app-id", APP_ID,
                         "--private-key", "/mnt/app.pem", "--gateway-public-key",
                         "/var/lib/kaquan/gateway_public_key.pem", "--biz", biz)
    return json.loads(answer)["voucher_id"]


def key_digest(machine):
    return hashlib.sha256(machine.read("/var/lib/kaquan/gateway_private_key.pem").encode()).hexdigest()


def status_of(machine):
    """The main process's status as the kernel tells it."""
    text = machine.read(f"/proc/{machine.show('MainPID')}/status")
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


def test_it_is_ready_after_the_boot(machine):
    assert [machine.show(name) for name in ("ActiveState", "SubState", "Type", "NRestarts")] == \
        ["active", "running", "notify", "0"]
    assert machine.try_run("systemctl", "--failed", "--quiet").stdout == ""


def test_it_can_do_nothing_that_it_need_not(machine):
    status = status_of(machine)
    assert {status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
    assert (status["NoNewPrivs"], status["Seccomp"]) == ("1", "2")
    uid = machine.run("id", "--user", "kaquan").strip()
    assert status["Uid"].split() == [uid] * 4


def test_it_sees_the_system_read_only(machine):
    mounts = machine.read(f"/proc/{machine.show('MainPID')}/mountinfo").splitlines()
    options = {line.split()[4]: line.split()[5].split(",")[0] for line in mounts}
    assert options["/"] == "ro"
    assert options["/var/lib/kaquan"] == "rw"


def test_its_exposure_is_small(machine):
    done = machine.try_run("systemd-analyze", "security", "--no-pager", f"--threshold={EXPOSURE_MAX}", "kaquan")
    assert done.returncode == 0, done.stdout


def test_calls_are_answered_and_logged_to_the_journal(machine):
    set_up(machine)
    template_id = new_template(machine)
    voucher_id = send(machine, template_id)
    assert voucher_id in machine.kaquan("voucher", "list", "--template-id", template_id)
    logged = [json.loads(line) for line in machine.journal().splitlines() if line.startswith('{"')]
    assert [line["code"] for line in logged if line.get("app_id") == APP_ID][-1] == "10000"
    assert machine.run("find", "/var/log", "-name", "*kaquan*") == ""


@pytest.fixture
def receiver(machine):
    """Takes notifications on the machine's loopback; gives its standard output."""
    process = subprocess.Popen(["nsenter", "--target", machine.leader, "--net", "--", "/usr/bin/python3", str(RECEIVER)],
                               stdout=subprocess.PIPE)
    try:
        assert process.stdout.readline() == b"ready\n"
        yield process.stdout
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_notifications_are_sent_from_inside_the_confinement(machine, receiver):
    set_up(machine)
    voucher_id = send(machine, new_template(machine, "--notify-uri", "http://127.0.0.1:9000/"))
    readable, _, _ = select.select([receiver], [], [], HEARD_TIMEOUT_S)
    assert readable, machine.journal()
    form = dict(urllib.parse.parse_qsl(receiver.readline().decode("ascii").strip()))
    assert (form["notify_type"], form["voucher_id"]) == ("voucher_issue", voucher_id)


def test_a_restart_keeps_keys_and_vouchers(own_machine):
    set_up(own_machine)
    template_id = new_template(own_machine)
    voucher_id, before = send(own_machine, template_id), key_digest(own_machine)
    own_machine.run("systemctl", "restart", "kaquan")
    assert key_digest(own_machine) == before
    assert send(own_machine, template_id) == voucher_id


def test_it_comes_back_after_its_process_was_killed(own_machine):
    pid = own_machine.show("MainPID")
    own_machine.run("sh", "-c", f"kill -KILL {pid}")
    own_machine.wait_until(lambda: own_machine.show("SubState") == "running" and own_machine.show("MainPID") != pid,
                           "running again")


def test_a_stop_is_in_order(own_machine):
    own_machine.run("systemctl", "stop", "kaquan")
    assert [own_machine.show(name) for name in ("ActiveState", "Result", "ExecMainStatus")] == ["inactive", "success", "0"]


def test_its_settings_are_those_of_the_file(own_machine):
    path = "/etc/kaquan/kaquan.conf"
    text = own_machine.read(path)
    own_machine.write(path, re.sub(r"^#listen = .*$", "listen = 127.0.0.1:9090", text, flags=re.MULTILINE))
    own_machine.run("systemctl", "restart", "kaquan")
    assert '"listen":"127.0.0.1:9090"' in own_machine.journal()


def test_wrong_settings_are_told_in_the_journal(own_machine):
    own_machine.write("/etc/kaquan/kaquan.conf", "data = /var/lib/kaquan\nlissten = 127.0.0.1:9090\n")
    assert own_machine.try_run("systemctl", "restart", "kaquan").returncode != 0
    assert "did you mean listen?" in own_machine.journal()
