# SPDX-License-Identifier: Apache-2.0
"""The container image, built from its Dockerfile and run.

Where there is no registry to take an image of Debian from, the bare Debian of these tests takes its place. The image is
run by systemd-nspawn, with the user, the variables and the command that it names."""

import json
import os
import signal
import types

import pytest
from support import binary

from machine import COMMAND_TIMEOUT_S, INSTALL_TIMEOUT_S, Container, must_run

BASE = "localhost/debian-bare"


@pytest.fixture(scope="module")
def image(bare, directory):
    """What the image says of itself, and the directory of its files."""
    store = directory / "images"

    def buildah(*words):
        return must_run("buildah", "--root", store / "root", "--runroot", store / "run", *words,
                        timeout_s=INSTALL_TIMEOUT_S).strip()

    def commit_base():
        archive = directory / "bare.tar"
        must_run("tar", "--create", "--file", archive, "--exclude=./dev", "--directory", bare.directory, ".")
        container = buildah("from", "scratch")
        buildah("add", container, archive, "/")
        buildah("commit", "--rm", container, BASE)
        archive.unlink()

    try:
        commit_base()
        buildah("bud", "--isolation", "chroot", "--format", "docker", "--pull-never", "--build-arg", f"BASE={BASE}",
                "--file", binary.ROOT / "packaging/Dockerfile", "--tag", "kaquan", binary.ROOT)
        config = json.loads(buildah("inspect", "--type", "image", "kaquan"))["Docker"]["config"]
        container = buildah("from", "--pull-never", "localhost/kaquan")
        yield types.SimpleNamespace(config=config, directory=buildah("mount", container))
    finally:
        buildah("rm", "--all")
        buildah("rmi", "--all", "--force")


class Service(Container):
    """The image's command under way."""

    def __init__(self, image):
        self.config = image.config
        variables = [f"--setenv={variable}" for variable in image.config["Env"]]
        super().__init__(image.directory, f"--user={image.config['User']}", *variables, *image.config["Cmd"])

    def is_up(self):
        return super().is_up() and self.health().returncode == 0

    def health(self):
        kind, *command = self.config["Healthcheck"]["Test"]
        assert kind == "CMD"
        return self.try_run(*command, user="kaquan")


@pytest.fixture
def service(image):
    service = Service(image)
    yield service
    service.kill()


def test_the_image_names_no_root_and_one_volume(image):
    assert image.config["User"] == "kaquan"
    assert list(image.config["Volumes"]) == ["/var/lib/kaquan"]
    assert list(image.config["ExposedPorts"]) == ["8080/tcp"]


def test_the_image_has_no_compiler(image):
    assert not os.path.exists(f"{image.directory}/usr/bin/gcc")


def test_the_first_start_makes_keys(service):
    status = service.run("stat", "--format", "%U %a", "/var/lib/kaquan/gateway_private_key.pem").strip()
    assert status == "kaquan 600"


def test_commands_work_beside_the_server(service):
    service.run("env", *service.config["Env"], "kaquan", "user", "create", "--user-id", "2088302001456115",
                user="kaquan")
    assert "2088302001456115" in service.run("env", *service.config["Env"], "kaquan", "user", "list", user="kaquan")


def test_the_health_check_waits_in_vain_for_a_server_that_does_not_answer(service):
    # The command's own shell has become the server: it is the container's first process.
    os.kill(int(service.leader), signal.SIGSTOP)
    command = service.config["Healthcheck"]["Test"][1:]
    done = service.try_run("timeout", "2", *command, user="kaquan")
    os.kill(int(service.leader), signal.SIGCONT)
    assert done.returncode == 124


def test_the_health_check_fails_where_nobody_listens(service):
    command = [word.replace("8081", "8082") for word in service.config["Healthcheck"]["Test"][1:]]
    assert service.try_run(*command, user="kaquan").returncode == 1


def test_a_stop_is_in_order(service):
    os.kill(int(service.leader), signal.SIGTERM)
    assert service.process.wait(COMMAND_TIMEOUT_S) == 0
