# SPDX-License-Identifier: Apache-2.0
"""What an installation leaves behind before anything has been started."""

import stat


def owner_and_mode(debian, path):
    return debian.run("stat", "--format", "%U:%G %a", path).strip()


def test_apt_has_nothing_left_to_do(debian):
    assert debian.run("dpkg", "--audit") == ""


def test_the_user_can_log_in_nowhere(debian):
    *_, home, shell = debian.run("getent", "passwd", "kaquan").strip().split(":")
    assert (home, shell) == ("/var/lib/kaquan", "/usr/sbin/nologin")


def test_only_the_service_reads_its_settings(debian):
    assert owner_and_mode(debian, "/etc/kaquan/kaquan.conf") == "root:kaquan 640"


def test_an_installation_makes_no_keys(debian):
    assert owner_and_mode(debian, "/var/lib/kaquan") == "kaquan:kaquan 700"
    assert debian.run("ls", "--almost-all", "/var/lib/kaquan") == ""


def test_the_service_starts_with_the_machine(debian):
    wants = debian.directory / "etc/systemd/system/multi-user.target.wants/kaquan.service"
    assert stat.S_ISLNK(wants.lstat().st_mode)
