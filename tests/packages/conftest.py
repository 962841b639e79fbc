# SPDX-License-Identifier: Apache-2.0
"""Tests of the Debian packages: built, installed on a bare Debian, booted there."""

import pathlib
import subprocess
import tempfile

import pytest

from machine import Debian, Machine, make_packages, package


@pytest.fixture(scope="session")
def packages():
    """The directory of the packages that this run has built."""
    return make_packages()


@pytest.fixture(scope="session")
def directory():
    """Where the run's systems stand."""
    directory = pathlib.Path(tempfile.mkdtemp(prefix="kaquan-debian-"))
    # Everybody's to enter, as a machine's root is; mkdtemp makes it its owner's.
    directory.chmod(0o755)
    yield directory
    subprocess.run(["rm", "-rf", "--one-file-system", directory], check=True)


@pytest.fixture(scope="session")
def bare(directory):
    """A bare Debian with nothing of ours."""
    return Debian.make(directory / "bare")


@pytest.fixture(scope="session")
def debian(bare, directory, packages):
    """The same with the packages on it: first the server alone, so that it brings what it needs."""
    debian = bare.copy(directory / "debian")
    debian.install(package(packages, "kaquan"))
    debian.install(package(packages, "libkaquan0"), package(packages, "libkaquan-dev"), "gcc", "libc6-dev", "pkg-config",
                   "libcurl4-openssl-dev", "libssl-dev", recommended=False)
    debian.install("systemd-sysv", "dbus", recommended=False)
    return debian


@pytest.fixture(scope="session")
def machine(debian):
    """That Debian, booted; for tests that leave the service as they found it."""
    machine = Machine(debian)
    yield machine
    machine.kill()


@pytest.fixture
def own_machine(debian):
    """The same for one test."""
    machine = Machine(debian)
    yield machine
    machine.kill()
