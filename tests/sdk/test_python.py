# SPDX-License-Identifier: Apache-2.0
"""The official Python library: typed requests and answers, any charset."""

import importlib
import json
import socket
import time

import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.exception.Exception import RequestException, ResponseException
from alipay.aop.api.util.SignatureUtils import get_sign_content, verify_with_rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from rsa import VerificationError

from sdk_contract import (ClientContract, ConsentContract, LifeContract, NotificationContract, PassContract,
                          TemplateContract)
from support import keys


def type_of(method, folder, ending):
    """The library's class for a method: alipay.marketing.voucher.send has AlipayMarketingVoucherSendModel, …"""
    name = "".join(word.capitalize() for word in method.split(".")) + ending
    return getattr(importlib.import_module(f"alipay.aop.api.{folder}.{name}"), name)


def pkcs1(private_key):
    """The library reads private keys of this form only."""
    key = keys.load_private(private_key.encode("ascii"))
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode("ascii")


def config(call):
    config = AlipayClientConfig()
    config.server_url = "http://127.0.0.1/gateway.do"  # it cannot take a port: see to_the_gateway
    config.app_id = call["app_id"]
    config.app_private_key = pkcs1(call["private_key"])
    config.alipay_public_key = call["gateway_public_key"]
    config.charset = call["charset"]
    config.sign_type = call["sign_type"]
    config.format = call.get("format", config.format)
    return config


def plain(value):
    """Out of the library's own types."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value.to_alipay_dict() if hasattr(value, "to_alipay_dict") else value


def answer(response):
    """The properties of a typed response that were in the answer."""
    names = ["code", "msg", "sub_code", "sub_msg"]
    names += [name for name, member in vars(type(response)).items() if isinstance(member, property)]
    fields = {name: plain(getattr(response, name)) for name in names}
    return {name: value for name, value in fields.items() if value is not None}


def is_verified(call):
    """As the library verifies what it is told: of notifications it leaves the choice of fields to its user."""
    signed = {name: value for name, value in call["notification"].items() if name not in ("sign", "sign_type")}
    try:
        return verify_with_rsa(call["gateway_public_key"], get_sign_content(signed).encode(call["charset"]),
                               call["notification"]["sign"])
    except VerificationError:
        return False


def execute(call):
    if "notification" in call:
        return {"verified": is_verified(call)}
    method = call["method"]
    model = type_of(method, "domain", "Model").from_alipay_dict(call["fields"])
    assert json.loads(json.dumps(model.to_alipay_dict())) == call["fields"], "the library's type lacks a field"
    request = type_of(method, "request", "Request")(biz_model=model)
    if "app_auth_token" in call:
        request.add_other_text_param("app_auth_token", call["app_auth_token"])
    response = type_of(method, "response", "Response")()
    try:
        response.parse_response_content(DefaultAlipayClient(config(call)).execute(request))
    except (RequestException, ResponseException) as exception:
        return {"refused": str(exception)}
    return answer(response)


@pytest.fixture
def to_the_gateway(server, monkeypatch):
    """The library always connects to port 80: a connection there ends at the gateway's port instead."""
    connect = socket.create_connection
    host, _, port = server.listen.rpartition(":")

    def connect_to_gateway(address, *arguments, **options):
        assert address in (("127.0.0.1", 80), (host, int(port)))  # the other one is the test's own
        return connect((host, int(port)), *arguments, **options)

    monkeypatch.setattr(socket, "create_connection", connect_to_gateway)


@pytest.fixture
def beijing_time(monkeypatch):
    """The library stamps requests with local time, the gateway reads Beijing time."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "CST-8")
        time.tzset()
        yield
    time.tzset()


@pytest.fixture
def library(to_the_gateway, beijing_time):
    return execute


# No ModesContract: the library knows nothing of certificate mode, and its encryption hands the cipher a str where
# Python 3 has bytes.
class TestPython(ConsentContract, LifeContract, NotificationContract, PassContract, TemplateContract, ClientContract):
    charsets = ("utf-8", "gbk", "gb2312")
    signature_refusal = "response sign verify failed"
    tells_trace_id = False
