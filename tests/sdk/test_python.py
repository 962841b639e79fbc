# SPDX-License-Identifier: Apache-2.0
"""The official Python library: typed requests and answers, any charset."""

import importlib
import socket
import time

import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayMarketingVoucherListQueryModel import AlipayMarketingVoucherListQueryModel
from alipay.aop.api.domain.AlipayMarketingVoucherSendModel import AlipayMarketingVoucherSendModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayUserPassGrouplistQueryModel import AlipayUserPassGrouplistQueryModel
from alipay.aop.api.exception.Exception import RequestException, ResponseException
from alipay.aop.api.request.AlipayMarketingVoucherListQueryRequest import (
    AlipayMarketingVoucherListQueryRequest)
from alipay.aop.api.request.AlipayMarketingVoucherSendRequest import AlipayMarketingVoucherSendRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayUserPassGrouplistQueryRequest import AlipayUserPassGrouplistQueryRequest
from alipay.aop.api.response.AlipayMarketingVoucherListQueryResponse import (
    AlipayMarketingVoucherListQueryResponse)
from alipay.aop.api.response.AlipayMarketingVoucherSendResponse import AlipayMarketingVoucherSendResponse
from alipay.aop.api.response.AlipayTradeQueryResponse import AlipayTradeQueryResponse
from alipay.aop.api.response.AlipayUserPassGrouplistQueryResponse import AlipayUserPassGrouplistQueryResponse
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from sdk_contract import ClientContract, TemplateContract
from support import keys, templates
from support.protocol import LIST, SEND, WALLET

TYPES = {
    SEND: (AlipayMarketingVoucherSendModel, AlipayMarketingVoucherSendRequest,
           AlipayMarketingVoucherSendResponse),
    LIST: (AlipayMarketingVoucherListQueryModel, AlipayMarketingVoucherListQueryRequest,
           AlipayMarketingVoucherListQueryResponse),
    WALLET: (AlipayUserPassGrouplistQueryModel, AlipayUserPassGrouplistQueryRequest,
             AlipayUserPassGrouplistQueryResponse),
    "alipay.trade.query": (AlipayTradeQueryModel, AlipayTradeQueryRequest, AlipayTradeQueryResponse),
}


# What the library's typed answers of these methods have.
TEMPLATE_ANSWERS = {
    templates.CREATE_CASHLESS: ("template_id",),
    templates.CREATE_CASH: ("template_id", "fund_order_no"),
    templates.CREATE_EXCHANGE: ("template_id",),
    templates.MODIFY_CASHLESS: (),
    templates.MODIFY_CASH: ("status",),
    templates.DETAIL: ("template_id", "voucher_name", "voucher_type", "status", "amount", "floor_amount",
                       "total_amount", "voucher_quantity", "publish_count", "publish_amount", "used_count",
                       "used_amount", "recycle_amount", "publish_start_time", "publish_end_time",
                       "voucher_valid_period", "voucher_description"),
    templates.PAGE: ("current_page", "items_per_page", "total_items", "total_pages", "voucher_templates"),
    templates.DELETE: (),
}


def types_of(method):
    """The library names its classes and modules after the method."""
    name = "".join(part.capitalize() for part in method.split("."))
    return tuple(getattr(importlib.import_module(f"alipay.aop.api.{folder}.{name}{kind}"), name + kind)
                 for folder, kind in (("domain", "Model"), ("request", "Request"), ("response", "Response")))


TYPES.update({method: types_of(method) for method in TEMPLATE_ANSWERS})


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
    return config


def plain(value):
    """A typed response's value as JSON has it."""
    return [entry.to_alipay_dict() for entry in value] if isinstance(value, list) else value


def answer(method, response):
    """The fields of a typed response that were in the answer."""
    fields = {name: getattr(response, name) for name in ("code", "msg", "sub_code", "sub_msg")}
    if isinstance(response, AlipayMarketingVoucherSendResponse):
        fields.update(voucher_id=response.voucher_id, user_id=response.user_id)
    elif isinstance(response, AlipayMarketingVoucherListQueryResponse) and response.is_success():
        fields["vouchers"] = [voucher.to_alipay_dict() for voucher in response.vouchers]
    elif isinstance(response, AlipayUserPassGrouplistQueryResponse) and response.is_success():
        fields["pass_info_list"] = [entry.to_alipay_dict() for entry in response.pass_info_list]
    fields.update({name: plain(getattr(response, name)) for name in TEMPLATE_ANSWERS.get(method, ())})
    return fields


def execute(call):
    model_type, request_type, response_type = TYPES[call["method"]]
    request = request_type(biz_model=model_type.from_alipay_dict(call["fields"]))
    if "app_auth_token" in call:
        request.add_other_text_param("app_auth_token", call["app_auth_token"])
    response = response_type()
    try:
        response.parse_response_content(DefaultAlipayClient(config(call)).execute(request))
    except (RequestException, ResponseException) as exception:
        return {"refused": str(exception)}
    return answer(call["method"], response)


@pytest.fixture
def to_the_gateway(server, monkeypatch):
    """The library always connects to port 80: a connection there ends at the gateway's port instead."""
    connect = socket.create_connection
    host, _, port = server.listen.rpartition(":")

    def connect_to_gateway(address, *arguments, **options):
        assert address == ("127.0.0.1", 80)
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


class TestPython(TemplateContract, ClientContract):
    charsets = ("utf-8", "gbk", "gb2312")
    signature_refusal = "response sign verify failed"
    tells_trace_id = False
