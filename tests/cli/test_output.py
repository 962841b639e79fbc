# SPDX-License-Identifier: Apache-2.0
"""What goes to the screen, and what to a program."""

import json
import subprocess
import unicodedata

import pytest
from support import binary

from command import refused, refused_as_json, run_bytes, run_on_terminal


def width(text):
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def test_columns_are_aligned_with_chinese_in_them(own_place):
    for number, name in enumerate(["卡券茶馆", "x", "优酷 Youku"]):
        own_place.run("merchant", "create", pid=f"208810112213624{number}", name=name)
    headings, *lines = own_place.run("merchant", "list", table=True).splitlines()
    starts = {width(headings.removesuffix("created"))} | {width(line[:-len("2026-01-31 08:00:00")]) for line in lines}
    assert len(lines) == 3 and len(starts) == 1


def test_headings_are_bold_on_a_terminal_only(own_place):
    own_place.create_user()
    assert "\x1b" not in own_place.run("user", "list", table=True)
    status, written = run_on_terminal(["user", "list"], data=own_place.data)
    assert status == 0 and written.startswith("\x1b[1muser_id") and "\x1b[0m" in written
    status, written = run_on_terminal(["user", "list"], {"NO_COLOR": "1"}, data=own_place.data)
    assert status == 0 and written.startswith("user_id") and "\x1b" not in written


def test_json_on_a_terminal_is_the_same(own_place):
    own_place.create_user()
    status, written = run_on_terminal(["user", "list"], data=own_place.data, json=True)
    assert (status, json.loads(written)) == (0, own_place.json("user", "list"))


LISTS = [["user", "list"], ["template", "list"], ["voucher", "list"], ["merchant", "list"], ["shop", "list"], ["app", "list"],
         ["app", "grants"], ["notification", "list"], ["report"], ["audit"]]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
def test_table_on_a_terminal_and_json_in_a_pipe(place, user, words):
    piped = place.run(*words)
    assert json.loads(piped) is not None and piped == place.run(*words, json=True)
    status, shown = run_on_terminal(words, {"NO_COLOR": "1"}, data=place.data)
    assert (status, shown) == (0, place.run(*words, table=True)) and not shown.startswith(("[", "{"))
    assert run_on_terminal([*words, "--json"], data=place.data) == (0, piped)


@pytest.mark.parametrize("command, name", [("user", "user_id"), ("template", "template_id"), ("app", "app_id")])
def test_record_on_a_terminal_and_in_a_pipe(place, user, app, template_id, command, name):
    flags = {"data": place.data, name: {"user": user.user_id, "template": template_id, "app": app.app_id}[command]}
    piped = json.loads(binary.must_run(command, "show", **flags))
    assert piped[name] == flags[name]
    status, shown = run_on_terminal([command, "show"], **flags)
    assert status == 0 and dict(line.split(maxsplit=1) for line in shown.splitlines() if " " in line)[name] == flags[name]


def test_errors_in_a_pipe_are_sentences(tmp_path):
    refused(binary.run("user", "list", data=tmp_path), 1, "no data directory yet")


def test_either_json_or_table(place):
    refused_as_json(binary.run("user", "list", "--json", "--table", data=place.data), 2, "USAGE",
                    "--json or --table, not both")
    both = {"KAQUAN_JSON": "true", "KAQUAN_TABLE": "true"}
    assert run_bytes("user", "list", environment=both, data=place.data).returncode == 2


@pytest.mark.parametrize("flag, variable, first", [("--table", "KAQUAN_JSON", "user_id"), ("--json", "KAQUAN_TABLE", "[")])
def test_a_flag_comes_before_a_variable(place, user, flag, variable, first):
    done = run_bytes("user", "list", flag, environment={variable: "true"}, data=place.data)
    assert done.returncode == 0 and done.stdout.startswith(first)


def test_table_that_is_not_asked_for(place):
    assert json.loads(run_bytes("user", "list", environment={"KAQUAN_TABLE": "false"}, data=place.data).stdout) is not None


def test_what_a_command_made_is_one_line_as_before(own_place):
    """A script takes the id that it prints."""
    assert "\n" not in own_place.create_template("2088101122136241") and own_place.create_user()


def test_output_that_cannot_be_written(own_place):
    with open("/dev/full", "wb") as full:
        done = subprocess.run(binary.arguments(["user", "list"], {"data": own_place.data, "json": True}),
                              env=binary.ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=full, stderr=subprocess.PIPE,
                              timeout=binary.COMMAND_TIMEOUT_S, check=False)
    assert done.returncode == 1
    assert json.loads(done.stderr)["error"]["code"] == "IO"


def run_with(redirection, *words, **flags):
    """Run by a shell, which can close files."""
    return subprocess.run(["sh", "-c", f'exec "$0" "$@" {redirection}', *binary.arguments(words, flags)], text=True,
                          env=binary.ENVIRONMENT, capture_output=True, timeout=binary.COMMAND_TIMEOUT_S, check=False)


@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"])
@pytest.mark.parametrize("words", [["--help"], ["help"], ["help", "call"], ["app", "--help"], ["help", "--json"], ["man"],
                                   ["version"]], ids=" ".join)
def test_help_that_cannot_be_written(words, redirection):
    done = run_with(redirection, *words)
    assert done.returncode == 1 and "output could not be written" in done.stderr


@pytest.mark.parametrize("words", [["voucher", "import"], ["voucher", "import", "-"], ["user", "import"], ["verify"]],
                         ids=" ".join)
def test_standard_input_that_is_closed(own_place, words):
    """The next file that is opened would have its number."""
    refused(run_with("<&-", *words, data=own_place.data), 1, "standard input cannot be read: Bad file descriptor")


def test_an_empty_list_has_headings(own_place):
    """No line at all would look like a fault."""
    status, shown = run_on_terminal(["user", "list"], data=own_place.data)
    assert status == 0 and shown.split()[0].endswith("user_id") and len(shown.splitlines()) == 1
    assert binary.must_run("user", "list", data=own_place.data) == "[]\n"


def test_headings_are_bold_to_their_end(place, user):
    _, shown = run_on_terminal(["user", "list"], data=place.data)
    assert shown.startswith("\x1b[1m") and shown.splitlines()[0].endswith("\x1b[0m")


def test_a_list_in_a_table_has_no_brackets(place, app):
    shown = binary.must_run("app", "show", "--table", data=place.data, app_id=app.app_id)
    assert "[" not in shown and '"' not in shown


def test_what_has_no_value_is_not_shown(place, template_id):
    shown = binary.must_run("template", "show", "--table", data=place.data, template_id=template_id)
    assert all(len(line.split(maxsplit=1)) == 2 for line in shown.splitlines()) and "notify_uri" not in shown
    assert place.json("template", "show", template_id=template_id)["notify_uri"] is None


def test_a_page_of_the_manual_is_rendered_on_a_terminal():
    status, shown = run_on_terminal(["man", "user", "list"], environment={"MANPAGER": "cat", "PAGER": "cat"})
    assert status == 0 and ".TH" not in shown and "KAQUAN-USER-LIST(1)" in shown
    assert ".TH" in binary.must_run("man", "user", "list")
    status, shown = run_on_terminal(["man", "user", "list"], environment={"PATH": "/nowhere"})
    assert status == 0 and ".TH" in shown
