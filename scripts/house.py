#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The house rules that no ready-made tool checks. Prints each breach as FILE:LINE: text.

usage: scripts/house.py rules|arrows|sizes|tree

rules   banned calls, clocks and randomness outside the store, SPDX lines, include guards
arrows  which room may include which
sizes   length of files, lines, functions and of inline functions in headers (asks universal-ctags)
tree    every tracked text: no unfinished marks, no names of one machine or of package registries
"""

import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 70
MAX_INLINE_LINES = 9
MAX_COLUMNS = 110
MAX_PATH_BYTES = 200

# Which rooms of src/ a room may include, itself aside. Arrows only go down.
ROOMS = {
    "base": set(),
    "wire": {"base"},
    "domain": {"base", "wire"},
    "api": {"base", "wire", "domain"},
    "doctor": {"base", "wire"},
    "store": {"base", "wire", "domain"},
    "server": {"base", "wire", "api", "domain", "doctor", "store"},
    "client": {"base", "wire", "api", "domain"},
    "cli": {"base", "wire", "api", "domain", "doctor", "store", "server", "client"},
}
KNOWS_PUBLIC_HEADER = {"client", "cli"}
PUBLIC_HEADERS = {"kaquan.h", "kaquan_methods.h", "kaquan_layouts.h"}

BANNED_CALLS = {
    "strcpy": "carries no length", "strcat": "carries no length", "stpcpy": "carries no length",
    "sprintf": "carries no length", "vsprintf": "carries no length", "gets": "carries no length",
    "strtok": "keeps hidden state", "alloca": "can run out of stack",
    "atoi": "tells no errors", "atol": "tells no errors", "atoll": "tells no errors", "atof": "tells no errors",
}
# Time and randomness come from the store's function table. The client has no store: it signs with the
# clock of the machine that it runs on.
CLOCK_ROOMS = {"store", "client"}
CLOCKS = ("time", "gettimeofday", "ftime", "random", "rand", "rand_r", "srand", "srandom", "drand48", "lrand48",
          "arc4random", "getrandom", "getentropy", "RAND_bytes", "RAND_priv_bytes")
REALTIME = re.compile(r"\bCLOCK_REALTIME(_COARSE)?\b")

# Written so that the patterns do not find themselves.
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X[X]X|HAC[K])\b")
MACHINE_PATH = re.compile(r"(?<![\w./-])/(wor[k]|far[m]|roo[t]|hom[e]/\w+)/")
REGISTRY = re.compile(r"registry\.npm[j]s|npmmirro[r]|pypi\.or[g]|pythonhoste[d]|repo1?\.mave[n]|deb\.debia[n]"
                      r"|security\.debia[n]|crates\.i[o]\b|proxy\.golan[g]")

COMMENT_OR_LITERAL = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
CALL = re.compile(r"(?<![\w.>])(" + "|".join(sorted((*BANNED_CALLS, *CLOCKS), key=len, reverse=True)) + r")\s*\(")


def sources(*patterns):
    answer = subprocess.run([ROOT / "scripts" / "sources", *patterns], stdout=subprocess.PIPE, check=True)
    return answer.stdout.decode().splitlines()


def read(name):
    """The file's text, or None where it is no text."""
    data = (ROOT / name).read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def code_only(text):
    """The text with comments and literals blanked, lines kept."""
    return COMMENT_OR_LITERAL.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def room_of(name):
    parts = pathlib.PurePath(name).parts
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def check_rules():
    for name in sources("*.c", "*.h"):
        text = read(name)
        if text is None:
            yield name, 1, "is not UTF-8 text"
            continue
        if not text.startswith("/* SPDX-License-Identifier: Apache-2.0 */\n"):
            yield name, 1, "the SPDX line is missing"
        code = code_only(text)
        for match in CALL.finditer(code):
            word = match.group(1)
            if word in BANNED_CALLS:
                yield name, line_of(code, match.start(1)), f"{word}() is banned: {BANNED_CALLS[word]}"
            elif room_of(name) is not None and room_of(name) not in CLOCK_ROOMS:
                yield name, line_of(code, match.start(1)), f"{word}(): time and randomness come from the store"
        if room_of(name) is not None and room_of(name) not in CLOCK_ROOMS:
            for match in REALTIME.finditer(code):
                yield name, line_of(code, match.start()), "the time of day comes from the store"
        if name.endswith(".h") and room_of(name) is not None:
            yield from check_guard(name, text)


def check_guard(name, text):
    """Include guards are KQ_ROOM_NAME_H."""
    wanted = "KQ_" + re.sub(r"\W", "_", name[len("src/"):]).upper()
    found = re.search(r"^#ifndef (\w+)\n#define (\w+)$", text, re.MULTILINE)
    if found is None or found.group(1) != wanted or found.group(2) != wanted:
        yield name, 2, f"the include guard should be {wanted}"


def check_arrows():
    for name in sources("*.c", "*.h"):
        if not name.startswith("src/"):
            continue
        room = room_of(name)
        if room not in ROOMS:
            yield name, 1, "stands in no known room of src/"
            continue
        text = read(name) or ""
        for match in INCLUDE.finditer(text):
            target = match.group(1)
            line = line_of(text, match.start(1))
            known = target.split("/")[0] if "/" in target else None
            if target in PUBLIC_HEADERS:
                if room not in KNOWS_PUBLIC_HEADER:
                    yield name, line, f"{room} may not include the public header"
            elif known is None or not (ROOT / "src" / target).is_file():
                yield name, line, f'"{target}": includes are written from src/'
            elif known != room and known not in ROOMS[room]:
                yield name, line, f"{room} may not know {known}"


def check_sizes():
    names = sources("*.c", "*.h")
    for name in names:
        lines = (read(name) or "").splitlines()
        if len(lines) > MAX_FILE_LINES:
            yield name, MAX_FILE_LINES, f"{len(lines)} lines; {MAX_FILE_LINES} at most"
        for number, line in enumerate(lines, 1):
            if len(line) > MAX_COLUMNS:
                yield name, number, f"{len(line)} columns; {MAX_COLUMNS} at most"
    for function in functions(names):
        length = function["end"] - function["line"] + 1
        name, line = function["path"], function["line"]
        if name.endswith(".h"):
            if length > MAX_INLINE_LINES:
                yield name, line, f"{function['name']}(): {length} lines in a header; {MAX_INLINE_LINES} at most"
        elif length > MAX_FUNCTION_LINES:
            yield name, line, f"{function['name']}(): {length} lines; {MAX_FUNCTION_LINES} at most"


def functions(names):
    """All function definitions: path, name, line, end."""
    answer = subprocess.run(["ctags", "--quiet", "--options=NONE", "--output-format=json", "--languages=C", "--langmap=C:.c.h",
                             "--kinds-C=f", "--fields=+ne", "-f", "-", "-L", "-"],
                            input="\n".join(names), cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    for line in answer.stdout.splitlines():
        tag = json.loads(line)
        if tag.get("_type") == "tag" and "end" in tag:
            yield tag


def check_tree():
    for name in sources():
        if len(name.encode()) > MAX_PATH_BYTES:
            yield name, 1, "the path is too long for some tools"
        text = None if "/corpus/" in name or "/regressions/" in name else read(name)
        if text is None or name == "LICENSE":
            continue
        for pattern, what in ((UNFINISHED, "an unfinished mark"), (MACHINE_PATH, "a path of one machine"),
                              (REGISTRY, "the host name of a package registry")):
            for match in pattern.finditer(text):
                yield name, line_of(text, match.start()), f"{match.group()}: {what}"


def main():
    checks = {"rules": check_rules, "arrows": check_arrows, "sizes": check_sizes, "tree": check_tree}
    if len(sys.argv) != 2 or sys.argv[1] not in checks:
        print(f"usage: scripts/house.py {'|'.join(checks)}", file=sys.stderr)
        return 2
    breaches = list(checks[sys.argv[1]]())
    for name, line, text in breaches:
        print(f"{name}:{line}: {text}")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
