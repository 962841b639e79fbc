# SPDX-License-Identifier: Apache-2.0
"""Calls that the program prints as code, and such code run."""

import json
import os
import subprocess

from support import binary

# What a language could trip over, in a value that a method takes.
ODD = "优酷 '\"\\ $(x) `x` %41 ${HOME} \\u0041 <?> & 😀 {{method}}\t#"

# What steers a terminal: C0 (NUL aside, which no argument has), DEL, C1, and what turns a line's direction.
STEERING = "".join(map(chr, [*range(1, 0x20), *range(0x7F, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]))

# All that could end a text, a remark or a program of any language, or be translated before it is read, anywhere in it
# (javac reads its escapes first of all, C its trigraphs), and a backslash at its end. U+0022 is the quote.
TRAPS = (STEERING + "17\r\n\r\n */ /* // <?php ?> <?= \"\"\" \'\'\' </script> <!-- --> \u2028 \u2029 \ufeff 😀 "
         r"\u0022); stop(7); // \u000a stop(7); \\u0022 \\\u0022 \uuu0022 \x22 \042 \0 \N{DIGIT ONE} \é \\优 \\\😀 "
         "${process.exit(7)} $(exit 7) `exit 7` #{x} {$x} $x {{method}} {{=biz}} {{?biz}} %s %n %1$s %22 + & = ; ! ^x^ ~ "
         r"??/ ??/" "\" ??' \' \" '\'' " "EOF\n\\\nx\\")


def code(language, *words, **flags):
    """What `kaquan call … --LANGUAGE` prints."""
    return binary.must_run("call", *words, "--" + language, **flags)


def trap_flags(recorder):
    """Flags of a call to that recorder, whose every text has all the traps."""
    return {"gateway": f"http://127.0.0.1:{recorder.port}/gateway.do", "app_id": TRAPS, "app_auth_token": TRAPS,
            "biz": json.dumps({"memo": TRAPS, "out_biz_no": TRAPS}, ensure_ascii=False, separators=(",\r\n\t", ":\n "))}


def check_traps(recorder, flags):
    """It was called once, with just these texts; libraries write JSON in their own way."""
    sent = recorder.take().parameters("utf-8")
    assert (sent["app_id"], sent["app_auth_token"]) == (TRAPS, TRAPS)
    assert json.loads(sent["biz_content"]) == json.loads(flags["biz"])


def run(command, environment=None, folder=None, status=0, with_errors=False):
    """Runs a printed program to its end: its standard output, and where they are wanted its errors behind it. In a locale
    and a time zone that help nobody."""
    done = subprocess.run(command, env={**binary.ENVIRONMENT, "LC_ALL": "C", "TZ": "America/New_York", **(environment or {})},
                          cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, timeout=binary.COMMAND_TIMEOUT_S,
                          check=False)
    output = (done.stdout + (done.stderr if with_errors else b"")).decode("utf-8")
    assert done.returncode == status, (output, done.stderr.decode("utf-8", "replace"))
    return output


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    os.chmod(path, 0o700)
    return path
