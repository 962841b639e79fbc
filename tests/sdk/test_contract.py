# SPDX-License-Identifier: Apache-2.0
"""The contract that the libraries are held to calls every method that the program knows."""

import ast
import functools
from pathlib import Path

import sdk_contract
from support import binary, protocol


def named(argument):
    """What a call's first argument can be: SEND, templates.DETAIL, templates.CREATE[kind]. Nothing where it is a name
    of the function's own."""
    is_choice = isinstance(argument, ast.Subscript)
    path = ast.unparse(argument.value if is_choice else argument).split(".")
    value = functools.reduce(lambda place, name: getattr(place, name, None), path, sdk_contract)
    return [] if value is None else list(value.values()) if is_choice else [value]


def called():
    tree = ast.parse(Path(sdk_contract.__file__).read_text(encoding="utf-8"))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)
             and isinstance(node.func, ast.Name) and node.func.id in ("call", "mode_call")]
    return {method for node in calls for method in named(node.args[0])}


def test_every_method_is_called():
    known = {line.partition("\t")[0] for line in binary.must_run("__complete", "call", "").splitlines()}
    assert known == called() == set(protocol.CATALOGUE)
