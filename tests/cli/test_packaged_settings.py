# SPDX-License-Identifier: Apache-2.0
"""The settings file that the package installs tells the truth about the program."""

import re

import pytest
from support import binary

FILE = binary.ROOT / "packaging/debian/kaquan.conf"
COMMENTED = re.findall(r"^#([a-z-]+) =(.*)$", FILE.read_text(encoding="utf-8"), re.MULTILINE)
HELP = binary.must_run("serve", "--help")


@pytest.mark.parametrize("name, value", [(name, value.strip()) for name, value in COMMENTED], ids=lambda text: text)
def test_what_is_commented_out_is_the_default(name, value):
    line = next(line for line in HELP.splitlines() if line.startswith(f"  --{name} "))
    assert line.endswith(f"(default: {value})") if value else "default" not in line


def test_all_of_it_is_understood(own_place, serve, tmp_path):
    """With each comment taken away, and this test's own directory and ports."""
    text = re.sub(r"^#([a-z-]+ = .+)$", r"\1", FILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path = tmp_path / "kaquan.conf"
    path.write_text(text, encoding="utf-8")
    server = serve(own_place, config=path)
    server.stop()
    assert "kaquan: " not in server.stderr()
