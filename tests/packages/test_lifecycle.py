# SPDX-License-Identifier: Apache-2.0
"""What becomes of keys, store and settings when the package is upgraded, removed and purged."""

import re

import pytest

from machine import must_run, package
from test_service import key_digest, new_template, send, set_up

SETTINGS = "/etc/kaquan/kaquan.conf"
DATA = "/var/lib/kaquan"


@pytest.fixture(scope="session")
def newer(packages, tmp_path_factory):
    """The server's package with a higher version and another settings file."""
    directory = tmp_path_factory.mktemp("newer")
    tree = directory / "tree"
    must_run("dpkg-deb", "--raw-extract", package(packages, "kaquan"), tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^Version: .*$", "Version: 99.0", control.read_text(), flags=re.MULTILINE))
    with open(tree / SETTINGS[1:], "a", encoding="utf-8") as settings:
        settings.write("\n# A newer remark.\n")
    must_run("dpkg-deb", "--build", "--root-owner-group", tree, directory / "newer.deb")
    return directory / "newer.deb"


@pytest.fixture
def used_machine(own_machine):
    """A machine whose service has issued a voucher, and has settings of its administrator's."""
    set_up(own_machine)
    own_machine.template_id = new_template(own_machine)
    own_machine.voucher_id = send(own_machine, own_machine.template_id)
    own_machine.write(SETTINGS, own_machine.read(SETTINGS) + "workers = 1\n")
    return own_machine


def test_an_upgrade_keeps_everything_and_restarts(used_machine, newer):
    before, pid = key_digest(used_machine), used_machine.show("MainPID")
    used_machine.put(newer, "/mnt/newer.deb")
    used_machine.run("dpkg", "--install", "--force-confold", "/mnt/newer.deb")
    assert used_machine.show("ActiveState") == "active" and used_machine.show("MainPID") != pid
    assert key_digest(used_machine) == before
    assert send(used_machine, used_machine.template_id) == used_machine.voucher_id
    assert "workers = 1" in used_machine.read(SETTINGS)
    assert used_machine.run("stat", "--format", "%U:%G %a", SETTINGS).strip() == "root:kaquan 640"


def test_a_second_installation_changes_nothing(used_machine, packages):
    before = key_digest(used_machine)
    used_machine.put(package(packages, "kaquan"), "/mnt/same.deb")
    used_machine.run("dpkg", "--install", "--force-confold", "/mnt/same.deb")
    assert key_digest(used_machine) == before
    assert send(used_machine, used_machine.template_id) == used_machine.voucher_id


def test_a_removal_keeps_keys_store_and_settings(used_machine):
    before = key_digest(used_machine)
    used_machine.run("apt-get", "remove", "--yes", "kaquan")
    assert used_machine.try_run("which", "kaquan").returncode != 0
    assert "kaquan" not in used_machine.run("sh", "-c", "cat /proc/[0-9]*/comm").split()
    assert key_digest(used_machine) == before
    assert "workers = 1" in used_machine.read(SETTINGS)


def test_a_purge_leaves_nothing_but_the_user(used_machine):
    used_machine.run("apt-get", "purge", "--yes", "kaquan", "libkaquan0", "libkaquan-dev")
    places = ["/etc", "/lib", "/usr", "/var/lib", "/var/log", "/run", "/srv", "/opt"]
    assert used_machine.run("find", *places, "-xdev", "-iname", "*kaquan*") == ""
    assert used_machine.try_run("systemctl", "is-enabled", "kaquan").stdout.strip() in ("", "not-found")
