# SPDX-License-Identifier: Apache-2.0
"""What commands say in Chinese of gateways, keys and files: whole sentences, not halves of them."""

import time

import pytest
from support import binary, keys
from support.call_modes import CallModes

from test_call import KEY_FILES, LIST, SUCCESS, answer_of, caller, gateway_key, lying, private_key_file

__all__ = ["caller", "gateway_key", "lying", "private_key_file"]

pytestmark = pytest.mark.usefixtures("chinese")


@pytest.fixture(name="chinese")
def chinese_locale(monkeypatch):
    monkeypatch.setitem(binary.ENVIRONMENT, "LC_ALL", "zh_CN.UTF-8")


def said(*words, **flags):
    done = binary.run(*words, **flags)
    assert (done.returncode, done.stdout) in ((1, ""), (2, "")), done
    return done.stderr.removeprefix("kaquan: ").removesuffix("\n")


@pytest.fixture(scope="module")
def call_modes(place, server, app, tmp_path_factory):
    return CallModes(place, server, app.pid, tmp_path_factory.mktemp("call-modes"))


def test_keys_of_another_kind(caller):
    for name, kind in (("ec_private.pem", "EC"), ("pss_private.pem", "RSA-PSS")):
        key = KEY_FILES / name
        assert said("call", LIST, **{**caller, "private_key": key}) == f"{key}：这是 {kind} 类型的密钥；协议只用 RSA 密钥"


def test_a_store_that_is_no_database(tmp_path):
    (tmp_path / "kaquan.db").write_text("no database at all\n" * 100)
    assert said("app", "list", data=tmp_path).endswith("存储出错：文件不是数据库（26）")


def test_files_that_are_not_there(caller, tmp_path):
    assert said("call", LIST, **caller, content_key="nofile") == "nofile 不能打开：没有这个文件或目录"
    (tmp_path / "file").write_text("")
    assert said("profile", "set", "a", config=tmp_path / "file" / "folder" / "config", app_id=1) == \
        f"{tmp_path}/file/folder 不能建立：不是目录"


def test_answers_that_are_no_json(lying, gateway_key):
    assert said("call", LIST, **lying(answer_of(gateway_key, LIST, b'{"code":"10000",}'))) == "应答的内容不是 JSON"
    assert said("call", LIST, **lying(answer_of(gateway_key, LIST, b'{"code":"\xff"}'))) == "应答的内容不符合其字符集"


@pytest.mark.parametrize(("status", "sentence"), [
    (404, "网关返回 HTTP 状态码 404：网关的 URL 通常以 /gateway.do 结尾"), (502, "网关返回 HTTP 状态码 502")])
def test_http_status(lying, status, sentence):
    assert said("call", LIST, **lying(b"", status)) == sentence


def test_http_status_of_v3(call_modes, lying):
    flags = {**call_modes.flags("v3-plain"), "gateway": lying(b"", 404)["gateway"]}
    assert said("call", LIST, **flags, biz="{}") == "网关返回 HTTP 状态码 404：网关的 URL 后面应接 /v3/，是否有误？"


def test_answers_that_are_not_to_be_believed(lying):
    forged = lying(answer_of(keys.private_key("other"), LIST, SUCCESS))
    assert said("call", LIST, **forged) == "用给出的网关公钥验证应答的签名，不通过；其内容不可信，仅供参考：10000 Success  "
    unsigned = lying(b'{"error_response":{"code":"40002","msg":"Invalid","sub_code":"isv.a","sub_msg":"x: y"}}')
    assert said("call", LIST, **unsigned) == "应答没有签名；其内容不可信，仅供参考：40002 Invalid isv.a x: y"
    assert said("call", LIST, **lying(answer_of(None, LIST, b"{}", sign=""))) == "应答没有签名"


def test_a_root_that_vouches_for_nobody(call_modes):
    flags = {**call_modes.flags("certificates"), "root_certificates": KEY_FILES / "certificate.pem"}
    assert said("call", LIST, **flags, biz="{}") == "网关证书：没有一张根证书为其担保：找不到签发者的证书"


def test_a_private_key_that_others_can_read(own_place, serve):
    (own_place.data / "gateway_private_key.pem").chmod(0o644)
    server = serve(own_place)
    server.stop()
    assert "gateway_private_key.pem 可被所有者以外的用户读取：请对它执行 chmod 600" in server.stderr()


def test_names_in_sentences(place):
    uri = "ftp://127.0.0.1/"
    assert said("template", "create", data=place.data, pid="2088101122136241", type="FIX_VOUCHER", brand_name="a", amount="1",
                notify_uri=uri) == "通知地址不是带主机名的 http:// 或 https:// 地址"


def test_a_long_text_of_nothing_but_beginnings():
    """Each colon may end a context, and each behind it another one: that took a minute."""
    begun = time.monotonic()
    assert "a: a: a: " in said("user", "list", data="a: " * 80)
    assert time.monotonic() - begun < 20
