# SPDX-License-Identifier: Apache-2.0
"""The packages, a bare Debian of this machine's release that they are installed on, and that Debian booted.

The Debian stands in a directory; it is booted as a container with its own processes, mounts and loopback, and what it
writes is gone with it. All of this wants root."""

import os
import pathlib
import signal
import subprocess
import time

from support import binary

BUILD = binary.BINARY.parent
DEBIAN_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"
# A container has none of the caller's environment.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}

# Far beyond what a slow mirror and a busy machine need.
INSTALL_TIMEOUT_S = 900
COMMAND_TIMEOUT_S = 120
POLL_S = 0.1


def run(*command, timeout_s=COMMAND_TIMEOUT_S, **settings):
    """Runs a command to its end, whatever that is; its output is text."""
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, encoding="utf-8",
                          errors="replace", stdin=subprocess.DEVNULL, timeout=timeout_s, check=False, **settings)


def must_run(*command, **settings):
    """The same for a command that has to succeed: its standard output."""
    done = run(*command, **settings)
    assert done.returncode == 0, f"{done.args} ended with {done.returncode}: {done.stdout[-4000:]}{done.stderr[-4000:]}"
    return done.stdout


def make_packages():
    """Builds the packages: the directory that they stand in."""
    must_run(binary.ROOT / "scripts/deb", timeout_s=INSTALL_TIMEOUT_S, env=dict(os.environ, BUILD=str(BUILD)))
    return BUILD / "deb"


def package(packages, name):
    """A package's file."""
    [path] = packages.glob(f"{name}_*.deb")
    return path


def release():
    """This machine's release of Debian by name."""
    text = pathlib.Path("/etc/os-release").read_text(encoding="utf-8")
    [name] = [line.split("=")[1] for line in text.splitlines() if line.startswith("VERSION_CODENAME=")]
    return name


def sources():
    """Where this machine's apt gets that release from: pairs of address and suite."""
    answer = must_run("apt-get", "indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages")
    found = [tuple(line.split()[:2]) for line in answer.splitlines() if line.endswith(" main")]
    suites = {release(), release() + "-updates", release() + "-security"}
    return list(dict.fromkeys(pair for pair in found if pair[1] in suites))


def apt_settings():
    """This machine's way to its mirror, where that is a proxy."""
    answer = must_run("apt-config", "dump", "Acquire")
    return "".join(line + "\n" for line in answer.splitlines() if "::proxy" in line.lower())


class Debian:
    """A Debian in a directory, as debootstrap makes the smallest one."""

    def __init__(self, directory):
        self.directory = directory

    @classmethod
    def make(cls, directory):
        known = sources()
        mirrors = [address for address, suite in known if suite == release()]
        assert mirrors, "apt knows no mirror of this machine's release"
        must_run("debootstrap", "--variant=minbase", release(), directory, mirrors[0], timeout_s=INSTALL_TIMEOUT_S)
        (directory / "etc/apt/sources.list").write_text(
            "".join(f"deb [signed-by={DEBIAN_KEYS}] {address} {suite} main\n" for address, suite in known))
        (directory / "etc/apt/apt.conf.d/90machine").write_text(apt_settings())
        debian = cls(directory)
        debian.run("apt-get", "update", timeout_s=INSTALL_TIMEOUT_S)
        return debian

    def copy(self, directory):
        must_run("cp", "--archive", self.directory, directory)
        return Debian(directory)

    def run(self, *command, timeout_s=COMMAND_TIMEOUT_S):
        """A command inside, as root, that has to succeed: its standard output."""
        return must_run("chroot", self.directory, *command, timeout_s=timeout_s, env=ENVIRONMENT)

    def install(self, *names, recommended=True):
        """By apt; a name that is a path is a package's file."""
        words = [] if recommended else ["--no-install-recommends"]
        for name in names:
            if isinstance(name, pathlib.Path):
                (self.directory / "mnt" / name.name).write_bytes(name.read_bytes())
                name = f"./mnt/{name.name}"
            words.append(name)
        self.run("apt-get", "install", "--yes", *words, timeout_s=INSTALL_TIMEOUT_S)


class Container:
    """A process, and what it starts, on a directory as its system. What it writes is in memory."""

    def __init__(self, directory, *words):
        # Without a service manager on this side there is none to register with.
        unit = [] if os.path.isdir("/run/systemd/system") else ["--keep-unit"]
        self.process = subprocess.Popen(["systemd-nspawn", "--quiet", "--register=no", *unit, "--private-network",
                                         "--volatile=overlay", "--console=pipe", "--directory", str(directory), *words],
                                        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                        env=ENVIRONMENT)
        os.set_blocking(self.process.stdout.fileno(), False)
        self.leader = None
        try:
            self.wait_until(self.is_up, "the container is up")
        except BaseException:
            self.kill()
            raise

    def is_up(self):
        """Whether it can be used; a container's own kind says more."""
        assert self.process.poll() is None, f"the container ended: {self.console()}"
        pid = self.process.pid
        children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        self.leader = children[0] if children else None
        return self.leader is not None

    def console(self):
        return (self.process.stdout.read() or b"").decode("utf-8", errors="replace")[-4000:]

    def inside(self, *command, user=None):
        """The command line, on this side, of a command inside."""
        as_user = [] if user is None else ["runuser", "--user", user, "--"]
        return ["nsenter", "--target", self.leader, "--all", "--", "env", "--chdir=/", *as_user, *map(str, command)]

    def try_run(self, *command, user=None):
        return run(*self.inside(*command, user=user), env=ENVIRONMENT)

    def run(self, *command, user=None):
        return must_run(*self.inside(*command, user=user), env=ENVIRONMENT)

    def read(self, path):
        return self.run("cat", path)

    def put(self, source, path):
        """A file of this side to a path inside."""
        self.write(path, source.read_bytes())

    def write(self, path, content):
        """Text or bytes into a file, whose owner and mode stay where it is there already."""
        data = content if isinstance(content, bytes) else content.encode()
        done = subprocess.run(self.inside("tee", path), input=data, env=ENVIRONMENT, stdout=subprocess.DEVNULL,
                              timeout=COMMAND_TIMEOUT_S, check=False)
        assert done.returncode == 0, path

    def wait_until(self, is_so, what):
        give_up = time.monotonic() + COMMAND_TIMEOUT_S
        while not is_so():
            assert time.monotonic() < give_up, f"still not so: {what}"
            time.sleep(POLL_S)

    def kill(self):
        """The end of the container's first process is the end of all of them."""
        if self.process.poll() is None:
            try:
                os.kill(int(self.leader) if self.leader else self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        try:
            self.process.wait(COMMAND_TIMEOUT_S)
        finally:
            self.process.stdout.close()


class Machine(Container):
    """A Debian that has been booted."""

    def __init__(self, debian):
        super().__init__(debian.directory, "--boot")

    def is_up(self):
        return super().is_up() and \
            self.try_run("systemctl", "is-system-running").stdout in ("running\n", "degraded\n")

    def kaquan(self, *words):
        """An operator's command, as the manual says."""
        return self.run("kaquan", *words, "--config", "/etc/kaquan/kaquan.conf", user="kaquan")

    def show(self, name, unit="kaquan"):
        """A property of the service."""
        return self.run("systemctl", "show", unit, "--property", name, "--value").strip()

    def journal(self):
        return self.run("journalctl", "--unit", "kaquan", "--no-pager", "--output", "cat")
