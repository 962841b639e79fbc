# SPDX-License-Identifier: Apache-2.0
"""The methods that make, change, show and delete templates, and requests that are right."""

import json

from support.errors import BUSINESS, assert_success
from support.place import ALWAYS_VALID, CASH, EXCHANGE, FAR_OFF, FIX, LONG_AGO, RED_PACKET

CREATE_CASHLESS = "alipay.marketing.cashlessvoucher.template.create"
CREATE_CASH = "alipay.marketing.cashvoucher.template.create"
CREATE_EXCHANGE = "alipay.marketing.exchangevoucher.template.create"
MODIFY_CASHLESS = "alipay.marketing.cashlessvoucher.template.modify"
MODIFY_CASH = "alipay.marketing.cashvoucher.template.modify"
DETAIL = "alipay.marketing.voucher.templatedetail.query"
PAGE = "alipay.marketing.voucher.templatelist.query"
DELETE = "alipay.marketing.voucher.template.delete"

CREATE = {FIX: CREATE_CASHLESS, RED_PACKET: CREATE_CASHLESS, CASH: CREATE_CASH, EXCHANGE: CREATE_EXCHANGE}
MODIFY = {FIX: MODIFY_CASHLESS, RED_PACKET: MODIFY_CASHLESS, CASH: MODIFY_CASH, EXCHANGE: MODIFY_CASHLESS}
KINDS = tuple(CREATE)

COMMON = {"brand_name": "优酷", "publish_start_time": LONG_AGO, "publish_end_time": FAR_OFF,
          "voucher_valid_period": ALWAYS_VALID, "voucher_description": json.dumps(["1、不可兑换现金", "2、请勿涂改"])}
OWN = {
    FIX: {"voucher_quantity": 1000, "amount": "10.00", "floor_amount": "100.00"},
    RED_PACKET: {"total_amount": "1000.00"},
    CASH: {"voucher_quantity": 1000, "amount": "10.00", "fund_account": "pay@example.com"},
    EXCHANGE: {"voucher_name": "优酷3个月", "voucher_quantity": 1000},
}

UNKNOWN = "20140601000730010040000000EB"


def fields_of(kind, key, /, **changes):
    """A create's fields; None takes one away."""
    fields = {"voucher_type": kind, **COMMON, **OWN[kind], "out_biz_no": key, **changes}
    return {name: value for name, value in fields.items() if value is not None}


def create(client, kind, key, /, **changes):
    return client.call(CREATE[kind], fields_of(kind, key, **changes))


def created(client, kind, key, /, **changes):
    """A new template's id, or the one of the same business."""
    return assert_success(create(client, kind, key, **changes))["template_id"]


def detail(client, template_id):
    return assert_success(client.call(DETAIL, {"template_id": template_id}))


def assert_state_refused(answer):
    """The template's state does not allow it."""
    assert (answer["code"], answer["msg"]) == BUSINESS, answer
    assert (answer["sub_code"], answer["sub_msg"]) == ("TEMPLATE_STATUS_NOT_MATCH", "模板状态不允许该操作"), answer
