# SPDX-License-Identifier: Apache-2.0
"""The packaged examples, built where the library's packages are installed, and run there."""

import pytest
from support import binary

from test_service import APP_ID, GATEWAY, USER_ID, new_template, set_up

EXAMPLES = "/usr/share/doc/libkaquan-dev/examples"
FLAGS = {
    "shared": "$(pkg-config --cflags --libs kaquan)",
    "static": "$(pkg-config --static --cflags --libs kaquan | sed s/-lkaquan/-l:libkaquan.a/)",
}
NAMES = sorted(path.stem for path in (binary.ROOT / "examples").glob("*.c") if path.stem != "connect")


def compile_example(machine, name, form):
    sources = f"{EXAMPLES}/{name}.c {EXAMPLES}/connect.c"
    machine.run("sh", "-c", f"cc -Wall -Werror -o /mnt/{name} {sources} {FLAGS[form]} -pthread")
    return f"/mnt/{name}"


@pytest.mark.parametrize("name", NAMES)
def test_an_example_is_built_by_the_packages(machine, name):
    compile_example(machine, name, "shared")


@pytest.mark.parametrize("form", FLAGS)
def test_an_example_calls_the_service(machine, form):
    set_up(machine)
    program = compile_example(machine, "send_voucher", form)
    template_id = new_template(machine)
    voucher_id = machine.run("env", f"KAQUAN_GATEWAY={GATEWAY}", f"KAQUAN_APP_ID={APP_ID}",
                             "KAQUAN_PRIVATE_KEY=/mnt/app.pem",
                             "KAQUAN_GATEWAY_PUBLIC_KEY=/var/lib/kaquan/gateway_public_key.pem", program, template_id,
                             USER_ID, "order-1").strip()
    assert voucher_id in machine.kaquan("voucher", "list", "--template-id", template_id)
    assert ("libkaquan.so.0" in machine.run("ldd", program)) == (form == "shared")
