# SPDX-License-Identifier: Apache-2.0
"""The commands in the forms that scripts rely on, one after the other, from nothing to a signed call."""

import json
import stat

from support import binary, keys

PID = "2088101122136241"
OTHER_PID = "2088101122136242"
USER_ID = "2088302001456115"
APP_ID = "2014072300007148"
WALLET = "alipay.user.pass.grouplist.query"
PERIOD = '{"type":"RELATIVE","duration":30,"unit":"DAY"}'


def template_of(data, kind, *words):
    made = binary.must_run("template", "create", "--data", data, "--pid", PID, "--type", kind, "--brand-name", "优酷",
                           *words, "--json")
    return json.loads(made)["template_id"]


def key_files(directory):
    """An application's private and public key."""
    from cryptography.hazmat.primitives import serialization
    private_key = keys.private_key()
    private_file, public_file = directory / "app.pem", directory / "app_public.pem"
    private_file.write_bytes(private_key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                                       serialization.NoEncryption()))
    public_file.write_text(keys.public_pem(private_key))
    return private_file, public_file


def test_init_makes_the_gateways_keys(tmp_path):
    data = tmp_path / "data"
    binary.must_run("init", "--data", data)
    assert stat.S_IMODE((data / "gateway_private_key.pem").stat().st_mode) == 0o600
    assert "PUBLIC KEY" in (data / "gateway_public_key.pem").read_text()


def test_things(own_place):
    data = own_place.data
    _, public_file = key_files(own_place.directory)
    binary.must_run("app", "create", "--data", data, "--app-id", APP_ID, "--pid", PID, "--public-key", public_file,
                    "--sign-type", "RSA2", "--name", "n", "--permission", WALLET, "--permission",
                    "alipay.marketing.voucher.send")
    token = binary.must_run("app", "grant", "--data", data, "--app-id", APP_ID, "--pid", OTHER_PID, "--expires-in", "60")
    assert len(token.split()) == 1
    binary.must_run("user", "create", "--data", data, "--user-id", USER_ID, "--login-id", "13196215350", "--login-id",
                    "a@b.cn", "--taobao-nick", "yue54333", "--state", "frozen")
    binary.must_run("shop", "create", "--data", data, "--pid", PID, "--shop-id", "s1", "--city-code", "320100")
    for group in ("card", "voucher", "ticket", "cert"):
        binary.must_run("pass", "create", "--data", data, "--user-id", USER_ID, "--group", group)


def test_templates(own_place):
    data = own_place.data
    fixed = template_of(data, "CASHLESS_FIX_VOUCHER", "--amount", "10", "--floor-amount", "100", "--quantity", "5",
                        "--total-amount", "40", "--publish-start", "2020-01-01 00:00:00", "--publish-end",
                        "2099-01-01 00:00:00", "--valid-period", PERIOD, "--limit-per-user", "3", "--draft")
    cash = template_of(data, "FIX_VOUCHER", "--amount", "10", "--total-amount", "40")
    template_of(data, "CASHLESS_RANDOM_VOUCHER", "--total-amount", "500")
    exchange = template_of(data, "EXCHANGE_VOUCHER", "--quantity", "1")
    for template_id in (fixed, cash):
        assert own_place.template(template_id)["status"] == "I"
        binary.must_run("template", "activate", "--data", data, "--template-id", template_id)
        assert own_place.template(template_id)["status"] == "S"
    binary.must_run("template", "delete", "--data", data, "--template-id", exchange)
    assert own_place.template(exchange)["status"] == "D"


def test_call(own_place, serve):
    data = own_place.data
    private_file, public_file = key_files(own_place.directory)
    binary.must_run("app", "create", "--data", data, "--app-id", APP_ID, "--pid", OTHER_PID, "--public-key", public_file)
    token = binary.must_run("app", "grant", "--data", data, "--app-id", APP_ID, "--pid", PID).strip()
    binary.must_run("user", "create", "--data", data, "--user-id", USER_ID)
    template_id = template_of(data, "CASHLESS_FIX_VOUCHER", "--amount", "10")
    gateway = f"http://{serve(own_place).listen}/gateway.do"

    def call(method, biz):
        return binary.run("call", method, "--biz", json.dumps(biz), "--gateway", gateway, "--app-id", APP_ID,
                          "--private-key", private_file, "--gateway-public-key", data / "gateway_public_key.pem",
                          "--charset", "gbk", "--sign-type", "RSA2", "--app-auth-token", token)

    sent = call("alipay.marketing.voucher.send", {"template_id": template_id, "user_id": USER_ID, "out_biz_no": "1"})
    assert (sent.returncode, sent.stderr) == (0, "")
    listed = json.loads(binary.must_run("voucher", "list", "--data", data, "--template-id", template_id, "--user-id",
                                        USER_ID, "--json"))
    assert [voucher["voucher_id"] for voucher in listed] == [json.loads(sent.stdout)["voucher_id"]]
    refused = call(WALLET, {"user_id": USER_ID, "group_type": "card", "time_status": "CURRENT", "page_size": 1,
                            "page_num": 1})
    assert json.loads(refused.stdout)["sub_code"] == "isv.insufficient-isv-permissions"
