# SPDX-License-Identifier: Apache-2.0
"""libkaquan does what the official libraries do: every method through its typed call, in every mode of the protocol."""

import base64
from urllib.parse import urlencode

import pytest

from sdk_contract import (BatchContract, ClientContract, ConsentContract, LifeContract, ModesContract,
                          NotificationContract, PassContract, TemplateContract, UNKNOWN_TEMPLATE_ID, send_fields,
                          stranger_certificate)
from support import binary, keys, modes
from support.protocol import CERTIFICATE_DOWNLOAD, SEND

PROGRAM = binary.BINARY.parent / "tests/sdk/kaquan_calls"

# Codes of the newer protocol whose names are other ones in the older.
OTHER_NAMES = {"AUTH_CODE_NOT_VALID": ("40002", "Invalid Arguments", "isv.code-invalid")}


@pytest.fixture(scope="module")
def library(line_process):
    return line_process([PROGRAM], None)


class TestKaquan(BatchContract, ConsentContract, LifeContract, ModesContract, NotificationContract, PassContract,
                 TemplateContract, ClientContract):
    charsets = ("utf-8", "gbk", "gb2312")
    signature_refusal = "does not verify with the gateway public key given"

    @pytest.fixture
    def verified(self, place, library):
        gateway_public_key = (place.data / "gateway_public_key.pem").read_text(encoding="ascii")

        def verified(fields):
            return library({"gateway": "http://127.0.0.1:9/", "app_id": fields["app_id"],
                            "private_key": keys.private_pem(keys.private_key()),
                            "gateway_public_key": gateway_public_key, "form": urlencode(fields)})["verified"]
        return verified

    # The library looks at its certificates before it calls anybody.

    def test_certificate_of_another_application(self, call, certified, user):
        caller, certificates = certified
        answer = call(SEND, send_fields(UNKNOWN_TEMPLATE_ID, user), caller=caller,
                      **{**certificates, "app_certificate": stranger_certificate()})
        assert answer["refused"] == "the application's certificate is for another key than the private key given"

    def test_mode_wrong_private_key(self, mode_call, mode, template_id, user):
        if mode == "encryption":
            super().test_mode_wrong_private_key(mode_call, mode, template_id, user)
            return
        answer = mode_call(SEND, send_fields(template_id, user), private_key=keys.private_key("stranger"))
        assert answer["refused"] == "the application's certificate is for another key than the private key given"

    def test_download_of_the_gateways_certificate(self, call, certified, place):
        caller, certificates = certified
        own = modes.Certificates(place)
        answer = call(CERTIFICATE_DOWNLOAD, {"alipay_cert_sn": modes.sn(own.gateway)}, caller=caller, **certificates)
        assert base64.b64decode(answer["alipay_cert_content"]) == own.gateway + own.root

    def test_root_of_another_gateway(self, call, certified, user):
        caller, certificates = certified
        answer = call(SEND, send_fields(UNKNOWN_TEMPLATE_ID, user), caller=caller,
                      **{**certificates, "root_certificate": stranger_certificate()})
        assert "none of the root certificates vouches for it" in answer["refused"]


class TestKaquanV3(BatchContract, ConsentContract, LifeContract, PassContract, TemplateContract):
    charsets = ("utf-8",)

    @pytest.fixture
    def library(self, library):
        """The same in the newer protocol; refusals by methods with the older one's codes around them."""
        def call_v3(call):
            answer = library({**call, "gateway": call["gateway"].removesuffix("/gateway.do"), "protocol": "v3"})
            code = answer.get("code", "10000")
            if code == "10000":
                return answer
            codes = OTHER_NAMES.get(code, ("40004", "Business Failed", code))
            return {**answer, **dict(zip(("code", "msg", "sub_code"), codes))}
        return call_v3
