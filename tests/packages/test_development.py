# SPDX-License-Identifier: Apache-2.0
"""Programs that are built where the library's packages are installed."""

import pytest
from support import binary

from test_service import APP_ID, GATEWAY, USER_ID, new_template, set_up

CALLER = binary.ROOT / "tests/library/caller.c"
FORMS = {
    "shared": "cc -o /mnt/caller /mnt/caller.c $(pkg-config --cflags --libs kaquan)",
    "static": "cc -o /mnt/caller /mnt/caller.c $(pkg-config --static --cflags --libs kaquan |"
              " sed s/-lkaquan/-l:libkaquan.a/)",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_program_is_built_and_calls_the_service(machine, form):
    set_up(machine)
    machine.write("/mnt/caller.c", CALLER.read_text(encoding="utf-8"))
    machine.run("sh", "-c", FORMS[form])
    biz = f'{{"template_id":"{new_template(machine)}","user_id":"{USER_ID}","out_biz_no":"1"}}'
    answer = machine.run("/mnt/caller", GATEWAY, APP_ID, "/mnt/app.pem", "/var/lib/kaquan/gateway_public_key.pem",
                         "alipay.marketing.voucher.send", biz)
    assert answer.split() == ["ok", "10000", "1"]
    assert ("libkaquan.so.0" in machine.run("ldd", "/mnt/caller")) == (form == "shared")
