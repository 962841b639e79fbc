# SPDX-License-Identifier: Apache-2.0
"""Of two faults in one request the earlier check's is told: every pair that can stand in one request."""

import itertools
from dataclasses import dataclass, field

import pytest

from support import protocol
from support.client import Client, as_body_post
from support.errors import assert_refused


@dataclass
class Fault:
    name: str
    sub_code: str
    changes: dict = field(default_factory=dict)  # parameters, before signing
    remove: str = None                           # a parameter taken away after signing
    add: tuple = None                            # a pair added after signing

    def touches(self):
        return (set(self.changes) | {self.remove, self.add[0].decode() if self.add else None}) - {None}


# In the order of the checks. The application that calls has an RSA2 key and no permission for the wallet; where the
# limit is among the faults, it is another one that has called as often as it may.
FAULTS = [
    Fault("charset", "isv.invalid-charset", {"charset": "big5"}),
    Fault("bytes", "isv.invalid-charset", {"text": b"\xff"}),
    Fault("duplicate", "isv.invalid-parameter", {"twice": "1"}, add=(b"twice", b"2")),
    Fault("method", "isv.invalid-method", {"method": "alipay.trade.pay"}),
    Fault("no method", "isv.missing-method", {"method": ""}),
    Fault("app_id", "isv.invalid-app-id", {"app_id": "2014072399999999"}),
    Fault("no app_id", "isv.missing-app-id", {"app_id": ""}),
    Fault("sign_type", "isv.invalid-signature-type", {"sign_type": "RSA3"}),
    Fault("no sign_type", "isv.missing-signature-type", {"sign_type": ""}),
    Fault("no sign", "isv.missing-signature", remove="sign"),
    Fault("timestamp", "isv.invalid-timestamp", {"timestamp": "2014-07-24 03:07:50"}),
    Fault("no timestamp", "isv.missing-timestamp", {"timestamp": ""}),
    Fault("version", "isv.invalid-parameter", {"version": "2.0"}),
    Fault("no version", "isv.missing-version", {"version": ""}),
    Fault("format", "isv.invalid-format", {"format": "XML"}),
    Fault("key", "isv.missing-signature-config", {"sign_type": "RSA"}),
    Fault("signature", "isv.invalid-signature", {"sign": "AAAA"}),
    Fault("permission", "isv.insufficient-isv-permissions", {"method": protocol.WALLET}),
    Fault("token", "aop.invalid-app-auth-token", {"app_auth_token": "201509BBunknown"}),
    Fault("limit", "isv.app-call-limited"),
    Fault("decryption", "isv.invalid-encrypt-type", {"encrypt_type": "DES"}),
    Fault("json", "isv.illegal-json", {"biz_content": "[]"}),
    Fault("fields", "INVALID_PARAMETER", {"biz_content": '{"template_id":"unknown"}'}),
    Fault("business", "TEMPLATE_NOT_EXIST",
          {"biz_content": '{"template_id":"unknown","out_biz_no":"1","user_id":"2088000000000001"}'}),
]

PAIRS = [(first, second) for first, second in itertools.combinations(FAULTS, 2)
         if not first.touches() & second.touches()]


@pytest.fixture(scope="module")
def limited_client(server, place):
    return Client(server, place.create_app(), transport=as_body_post)


@pytest.fixture(scope="module")
def exhausted_client(server, place):
    client = Client(server, place.create_app(), transport=as_body_post)
    place.run("app", "limit", app_id=client.app.app_id, per_second=1)
    return client


def exhaust(client, tries=20):
    """Calls until it may not: the next one within a second may not either, if it comes that far."""
    answers = (call(client, FAULTS[-1]) for _ in range(tries))
    assert any(answer["code"] == "40005" for answer in answers)


def call_exhausted(client, faults, tries=20):
    """Repeated where a second went by on the way, so that the call was let through."""
    for _ in range(tries):
        exhaust(client)
        answer = call(client, *faults)
        if answer.fields.get("sub_code") == faults[0].sub_code:
            break
    return answer


def call(client, *faults):
    changes = {}
    for fault in faults:
        changes.update(fault.changes)
    pairs = client.pairs(client.parameters(protocol.SEND, {}, **changes))
    for fault in faults:
        pairs = [pair for pair in pairs if fault.remove is None or pair[0] != fault.remove.encode()]
        pairs += [fault.add] if fault.add else []
    return client.send_pairs(pairs)


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault.name != "limit"], ids=lambda fault: fault.name)
def test_alone(limited_client, fault):
    if fault.name == "decryption":
        fault = Fault(fault.name, fault.sub_code, {**FAULTS[-1].changes, **fault.changes})
    assert_refused(call(limited_client, fault), fault.sub_code)


@pytest.mark.parametrize("first, second", PAIRS, ids=[f"{first.name}-{second.name}" for first, second in PAIRS])
def test_earlier_fault_is_told(limited_client, exhausted_client, first, second):
    if "limit" in (first.name, second.name):
        assert_refused(call_exhausted(exhausted_client, (first, second)), first.sub_code)
    else:
        assert_refused(call(limited_client, first, second), first.sub_code)


def test_pairs_are_not_few():
    """Nearly all of the pairs can stand in one request: a change of the table must not lose them unseen."""
    assert len(PAIRS) >= 200
