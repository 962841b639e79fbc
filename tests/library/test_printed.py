# SPDX-License-Identifier: Apache-2.0
"""kaquan call --c: the printed program is built with the installed library as its first line says, and makes the call."""

import json

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from support import printed
from support.call_modes import NEW_MODES, CallModes
from support.library import C
from support.recorder import Recorder


@pytest.mark.parametrize("charset, encoding", [("utf-8", Encoding.PEM), ("gbk", Encoding.DER)])
def test_printed_program(library, place, server, app, user, tmp_path, charset, encoding):
    key = tmp_path / "app.key"
    key.write_bytes(app.private_key.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption()))
    template_id = place.create_template(app.pid)
    memo = printed.ODD if charset == "utf-8" else "优酷 '\"\\"
    text = printed.code("c", "voucher.send", gateway=f"http://{server.listen}/gateway.do", app_id=app.app_id,
                        private_key=key, gateway_public_key=place.data / "gateway_public_key.pem", charset=charset,
                        template_id=template_id, user_id=user.user_id, out_biz_no="printed", memo=memo)
    source = printed.write(tmp_path, "call.c", text)
    program = library.compile(C, source, tmp_path / "call", library.shared_flags())
    assert json.loads(printed.run([program]))["code"] == "10000"
    assert [voucher["memo"] for voucher in place.vouchers(template_id=template_id)] == [memo]


# `??/` is a backslash where trigraphs are read; `%:` and `<%` are other signs outside of texts only.
EVERY_TRIGRAPH = "??= ??/ ??' ??( ??) ??! ??< ??> ??- ???/ ??/\\ ?? ? %: <% \\u0022 \\x22"


@pytest.mark.parametrize("standard", ["c11", "c17", "gnu17"])
def test_printed_program_has_no_trigraphs(library, place, app, user, call_modes, tmp_path, standard):
    """With one, what stands in a value would end the text and be a statement."""
    injected, template_id = 'x??/";__builtin_printf("PWN");//', place.create_template(app.pid)
    text = printed.code("c", "voucher.send", **call_modes.flags("plain"), template_id=template_id, user_id=user.user_id,
                        out_biz_no=injected, memo=EVERY_TRIGRAPH)
    source = printed.write(tmp_path, "call.c", text)
    program = library.compile(("gcc", f"-std={standard}"), source, tmp_path / "call", library.shared_flags())
    assert json.loads(printed.run([program]))["code"] == "10000"
    [voucher] = place.vouchers(template_id=template_id)
    assert (voucher["out_biz_no"], voucher["memo"]) == (injected, EVERY_TRIGRAPH)


@pytest.mark.parametrize("standard", ["c11", "gnu17"])
def test_no_text_ends_early_or_is_changed(library, call_modes, tmp_path, standard):
    recorder = Recorder()
    flags = printed.trap_flags(recorder)
    text = printed.code("c", "voucher.send", **{**call_modes.flags("plain"), **flags})
    source = printed.write(tmp_path, "call.c", text)
    printed.run([library.compile(("gcc", f"-std={standard}"), source, tmp_path / "call", library.shared_flags())], status=1)
    printed.check_traps(recorder, flags)
    recorder.close()


@pytest.mark.parametrize("mode", ["plain", "v3-plain"])
def test_printed_program_of_a_refusal(library, user, call_modes, tmp_path, mode):
    text = printed.code("c", "voucher.send", **call_modes.flags(mode), template_id="2" * 28, user_id=user.user_id,
                        out_biz_no="printed")
    source = printed.write(tmp_path, "call.c", text)
    program = library.compile(C, source, tmp_path / "call", library.shared_flags())
    answer = json.loads(printed.run([program], status=1))
    assert answer.get("sub_code", answer["code"]) == "TEMPLATE_NOT_EXIST"


@pytest.fixture(scope="module")
def call_modes(place, server, app, tmp_path_factory):
    return CallModes(place, server, app.pid, tmp_path_factory.mktemp("call-modes"))


@pytest.mark.parametrize("mode", NEW_MODES)
def test_printed_program_in_every_mode(library, place, app, user, call_modes, tmp_path, mode):
    template_id = place.create_template(app.pid)
    text = printed.code("c", "voucher.send", **call_modes.flags(mode), template_id=template_id, user_id=user.user_id,
                        out_biz_no="printed", memo=printed.ODD)
    source = printed.write(tmp_path, "call.c", text)
    program = library.compile(C, source, tmp_path / "call", library.shared_flags())
    sent = json.loads(printed.run([program]))
    assert [(voucher["voucher_id"], voucher["memo"]) for voucher in place.vouchers(template_id=template_id)] == [
        (sent["voucher_id"], printed.ODD)]
