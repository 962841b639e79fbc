# SPDX-License-Identifier: Apache-2.0
"""What goes to the screen, and what to a program."""

import json
import subprocess
import unicodedata

from support import binary

from command import run_on_terminal


def width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_columns_are_aligned_with_chinese_in_them(own_place):
    for number, name in enumerate(["卡券茶馆", "x", "优酷 Youku"]):
        own_place.run("merchant", "create", pid=f"208810112213624{number}", name=name)
    headings, *lines = own_place.run("merchant", "list").splitlines()
    starts = {width(headings.removesuffix("created"))} | {width(line[:-len("2026-01-31 08:00:00")]) for line in lines}
    assert len(lines) == 3 and len(starts) == 1


def test_headings_are_bold_on_a_terminal_only(own_place):
    own_place.create_user()
    assert "\x1b" not in own_place.run("user", "list")
    status, written = run_on_terminal(["user", "list"], data=own_place.data)
    assert status == 0 and written.startswith("\x1b[1muser_id") and "\x1b[0m" in written
    status, written = run_on_terminal(["user", "list"], {"NO_COLOR": "1"}, data=own_place.data)
    assert status == 0 and written.startswith("user_id") and "\x1b" not in written


def test_json_on_a_terminal_is_the_same(own_place):
    own_place.create_user()
    status, written = run_on_terminal(["user", "list"], data=own_place.data, json=True)
    assert (status, json.loads(written)) == (0, own_place.json("user", "list"))


def test_output_that_cannot_be_written(own_place):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(binary.arguments(["user", "list"], {"data": own_place.data, "json": True}),
                              env=binary.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                              timeout=binary.COMMAND_TIMEOUT_S, check=False)
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "IO"
