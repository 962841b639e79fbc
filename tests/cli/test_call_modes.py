# SPDX-License-Identifier: Apache-2.0
"""kaquan call in certificate mode, with encrypted content, and by OpenAPI v3."""

import json

import pytest
from support import binary, modes
from support.call_modes import NEW_MODES, CallModes

from command import refused
from test_call import LIST, SEND, caller, private_key_file

__all__ = ["caller", "private_key_file"]

CERTIFICATES = ("app_certificate", "gateway_certificate", "root_certificates")


@pytest.fixture(scope="module")
def call_modes(place, server, app, tmp_path_factory):
    return CallModes(place, server, app.pid, tmp_path_factory.mktemp("call-modes"))


@pytest.fixture(params=NEW_MODES)
def mode_flags(request, call_modes):
    return call_modes.flags(request.param)


def test_a_voucher_is_sent(mode_flags, place, template_id, user):
    memo = "优酷 3+1个月 & '\"\\"
    done = binary.run("call", SEND, **mode_flags, template_id=template_id, user_id=user.user_id, out_biz_no="1", memo=memo)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    [stored] = place.vouchers(template_id=template_id)
    assert (stored["voucher_id"], stored["memo"]) == (json.loads(done.stdout)["voucher_id"], memo)


def test_a_refusal(mode_flags, user):
    done = binary.run("call", SEND, **mode_flags, template_id="2" * 28, user_id=user.user_id, out_biz_no="1")
    assert done.returncode == 1 and "TEMPLATE_NOT_EXIST" in done.stderr, done.stderr


def test_for_another_merchant(mode_flags, place, app, user):
    merchant = place.new_pid()
    granted = place.json("app", "grant", app_id=mode_flags["app_id"], pid=merchant)["app_auth_token"]
    done = binary.run("call", LIST, **mode_flags, template_id=place.create_template(merchant), user_id=user.user_id,
                      app_auth_token=granted)
    assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


def test_by_a_profile(mode_flags, template_id, user, tmp_path):
    config = tmp_path / "config"
    binary.must_run("profile", "set", "mine", config=config, **mode_flags)
    shown = json.loads(binary.must_run("profile", "show", "mine", "--json", config=config))
    assert {name: shown[name] for name in mode_flags} == {name: str(value) for name, value in mode_flags.items()}
    done = binary.run("call", LIST, config=config, template_id=template_id, user_id=user.user_id)
    assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


def test_what_is_signed_and_sent_is_shown(call_modes, template_id, user):
    fields = {"template_id": template_id, "user_id": user.user_id}
    both = call_modes.flags("certificates-aes")
    shown = json.loads(binary.must_run("call", LIST, "--dry-run", "--json", **both, **fields))
    app_cert_sn = modes.sn(both["app_certificate"].read_bytes())
    root_cert_sn = modes.sn(both["root_certificates"].read_bytes())
    assert f"&app_cert_sn={app_cert_sn}&" in shown["string_to_sign"]
    assert f"alipay_root_cert_sn={root_cert_sn}&" in shown["string_to_sign"]
    assert "&encrypt_type=AES&" in shown["string_to_sign"] and template_id not in shown["string_to_sign"]
    by_v3 = json.loads(binary.must_run("call", LIST, "--dry-run", "--json", **both, **fields, protocol="v3"))
    assert by_v3["url"] == both["gateway"].replace("/gateway.do", "/v3/alipay/marketing/voucher/list/query")
    authorization, *others = by_v3["headers"]
    signed = authorization.removeprefix("Authorization: ALIPAY-SHA256withRSA ").partition(",sign=")[0]
    assert by_v3["string_to_sign"].split("\n")[0] == signed and f",app_cert_sn={app_cert_sn},nonce=" in signed
    assert others == [f"alipay-root-cert-sn: {root_cert_sn}", "alipay-encrypt-type: AES"]


def test_verbose_names_the_certificate(call_modes, template_id, user):
    done = binary.run("call", LIST, "--verbose", **call_modes.flags("v3-certificates"), template_id=template_id,
                      user_id=user.user_id)
    assert done.returncode == 0
    assert "String to sign (the list of Authorization, " in done.stderr
    assert "gateway_certificate.pem (2048 bits, SHA-256 " in done.stderr


@pytest.mark.parametrize("missing", CERTIFICATES)
def test_certificates_go_together(call_modes, missing):
    flags = {**call_modes.flags("certificates"), missing: None}
    refused(binary.run("call", LIST, **flags), 2, "go together")


def test_no_way_to_know_the_gateway(call_modes):
    refused(binary.run("call", LIST, **{**call_modes.flags("v3-plain"), "gateway_public_key": None}), 2,
            "--gateway-public-key FILE, or --app-certificate")


def test_two_ways_to_know_the_gateway(call_modes, place):
    refused(binary.run("call", LIST, **call_modes.flags("certificates"),
                       gateway_public_key=place.data / "gateway_public_key.pem"), 2, "no place beside certificates")


@pytest.mark.parametrize("before, after", [("v3-plain", "certificates"), ("certificates", "v3-plain")])
def test_the_line_before_the_profile_in_how_the_gateway_is_known(call_modes, template_id, user, tmp_path, before, after):
    config = tmp_path / "config"
    binary.must_run("profile", "set", "mine", config=config, **call_modes.flags(before))
    flags = {"protocol": "form", **call_modes.flags(after)}
    done = binary.run("call", LIST, config=config, **flags, template_id=template_id, user_id=user.user_id)
    assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


@pytest.mark.parametrize("before, after", [("v3-plain", "certificates"), ("certificates", "v3-plain")])
def test_a_profile_of_another_mode(call_modes, template_id, user, tmp_path, before, after):
    config = tmp_path / "config"
    for mode in (before, after):
        binary.must_run("profile", "set", "mine", config=config, **call_modes.flags(mode))
    trust = {name: str(value) for name, value in call_modes.flags(after).items()
             if name in ("gateway_public_key", *CERTIFICATES)}
    shown = json.loads(binary.must_run("profile", "show", "mine", "--json", config=config))
    assert {name: shown[name] for name in ("gateway_public_key", *CERTIFICATES) if shown[name]} == trust
    done = binary.run("call", LIST, config=config, protocol="form", template_id=template_id, user_id=user.user_id)
    assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


def test_two_ways_to_know_the_gateway_in_a_profile(call_modes, place, tmp_path):
    both = {**call_modes.flags("certificates"), "gateway_public_key": place.data / "gateway_public_key.pem"}
    config = tmp_path / "config"
    refused(binary.run("profile", "set", "mine", config=config, **both), 2, "no place beside certificates")
    config.write_text("profile = mine\n[profile mine]\n" + "".join(f"{name} = {value}\n" for name, value in both.items()))
    refused(binary.run("call", LIST, config=config), 2, "the profile has gateway_public_key beside certificates",
            "`kaquan profile set NAME --gateway-public-key ''`")
    binary.must_run("profile", "set", "mine", config=config, gateway_public_key="")
    assert binary.run("call", LIST, "--dry-run", config=config, biz="{}").returncode == 0


FORMS = ["--curl", "--http", "--java", "--node", "--php", "--c"]


@pytest.mark.parametrize("form", FORMS)
def test_content_keys_that_are_none(call_modes, tmp_path, form):
    """Looked at before a program is printed that could not use them."""
    wrong = tmp_path / "wrong"
    wrong.write_text("no key\n")
    flags = call_modes.flags("aes")
    refused(binary.run("call", LIST, form, **{**flags, "content_key": wrong}), 1, "wrong")
    refused(binary.run("call", LIST, form, **{**flags, "content_key": tmp_path / "none"}), 1, "none")


@pytest.mark.parametrize("form", ["--dry-run", "--json"])
def test_files_that_are_none(call_modes, template_id, user, tmp_path, form):
    wrong = tmp_path / "wrong"
    wrong.write_text("no key\n")
    for name in CERTIFICATES if form == "--json" else ("app_certificate", "root_certificates", "content_key"):
        flags = {**call_modes.flags("certificates-aes"), name: wrong, "template_id": template_id, "user_id": user.user_id}
        done = binary.run("call", LIST, form, **flags)
        assert (done.returncode, done.stdout) in ((1, ""), (2, "")) and done.stderr.count("\n") == 1, done.stderr


def test_an_empty_content_key(call_modes, template_id, user, tmp_path):
    """On the line it is a variable that is not set; a profile that has none says so like this."""
    flags = call_modes.flags("plain")
    refused(binary.run("call", LIST, **flags, content_key="", biz="{}"), 2, "--content-key is empty")
    config = tmp_path / "config"
    config.write_text("".join(["[profile a]\ncontent_key =\n", *(f"{name} = {value}\n" for name, value in flags.items())]))
    done = binary.run("call", LIST, config=config, profile="a", template_id=template_id, user_id=user.user_id)
    assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


def test_charset_and_sign_type_of_v3(call_modes):
    refused(binary.run("call", LIST, **call_modes.flags("v3-plain"), charset="gbk"), 2, "utf-8 only")
    refused(binary.run("call", LIST, **call_modes.flags("v3-plain"), sign_type="RSA"), 2, "RSA2 only")


@pytest.mark.parametrize("form", ["--verbose", "--dry-run", "--curl"])
@pytest.mark.parametrize("protocol", ["V3", "openapi-v3", "gateway.do", ""])
def test_no_protocol_of_the_two(call_modes, form, protocol):
    """Nothing goes out by the other one."""
    flags = {**call_modes.flags("v3-plain"), "protocol": protocol}
    refused(binary.run("call", LIST, form, **flags), 2, "the protocol must be form or v3, not")


def test_unknown_method_of_v3(call_modes):
    done = binary.run("call", "alipay.marketing.voucher.sends", **call_modes.flags("v3-plain"), biz="{}")
    assert done.returncode == 1 and f"did you mean {SEND}?" in done.stderr, done.stderr


def test_base_of_v3_with_or_without_the_others_path(call_modes, template_id, user):
    flags = call_modes.flags("v3-plain")
    base = flags["gateway"].removesuffix("/gateway.do")
    for gateway in (base, base + "/", flags["gateway"]):
        done = binary.run("call", LIST, **{**flags, "gateway": gateway}, template_id=template_id, user_id=user.user_id)
        assert (done.returncode, json.loads(done.stdout)["vouchers"]) == (0, []), done.stderr


def test_wrong_time_of_v3(call_modes, user):
    flags = {**call_modes.flags("v3-plain"), "template_id": "2" * 28, "user_id": user.user_id}
    done = binary.run("call", LIST, **flags, timestamp="2020-01-01 00:00:00")
    assert done.returncode == 1 and "invalid-timestamp" in done.stderr, done.stderr
    for form in ("--json", "--dry-run"):
        done = binary.run("call", LIST, form, **flags, timestamp="yesterday")
        assert (done.returncode, done.stdout) != (0, "") and "timestamp" in done.stderr, done.stderr
