# SPDX-License-Identifier: Apache-2.0
"""kaquan call --java, --node, --python: the printed programs run unchanged, and are answered what kaquan call is."""

import json
import os
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support import binary, keys

NASTY = "杯 & 'a' \"$HOME\" `id` \\ \\n %41+ 😀 */ {{=gateway}}"


@pytest.fixture
def flags(server, place, app, template_id, user, tmp_path):
    private_key = tmp_path / "app_private_key.pem"
    private_key.write_bytes(keys.private_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return {"gateway": f"http://{server.listen}/gateway.do", "app_id": app.app_id, "private_key": private_key,
            "gateway_public_key": place.data / "gateway_public_key.pem", "template_id": template_id,
            "user_id": user.user_id, "out_biz_no": NASTY}


def run(form, program, sdk, folder):
    """What the program writes, as JSON."""
    path = folder / {"java": "Call.java", "node": "call.cjs", "python": "call.py"}[form]
    path.write_text(program, encoding="utf-8")
    command = {"java": ["java", "-cp", f"{sdk}/java/lib/*", path], "node": ["node", path],
               "python": [f"{sdk}/venv/bin/python", path]}[form]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=60, check=False,
                          env={**os.environ, "NODE_PATH": f"{sdk}/node/node_modules"})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def plain(form, answer):
    """The answer's own fields, out of what the library puts around them."""
    if form == "java":
        return next(value for name, value in answer.items() if name.endswith("_response"))
    return {name: value for name, value in answer.items() if name not in ("traceId", "trace_id")}


@pytest.mark.parametrize("form", ["java", "node", "python"])
def test_same_answer(flags, sdk, tmp_path, form):
    own = json.loads(binary.run("call", "voucher.send", **flags, memo=NASTY).stdout)
    assert own["code"] == "10000"
    printed = binary.run("call", "voucher.send", f"--{form}", **flags, memo=NASTY)
    assert (printed.returncode, printed.stderr) == (0, "")
    assert "PRIVATE KEY-----" not in printed.stdout
    # The same voucher, as the call was made already: with another byte in out_biz_no it would be a new one.
    assert plain(form, run(form, printed.stdout, sdk, tmp_path)) == own
