# SPDX-License-Identifier: Apache-2.0
"""A client of the gateway that signs as the reference pages say and believes no answer unchecked."""

import json
import time

from support import http, keys, protocol
from support.errors import assert_success
from support.protocol import Answer

PATH = b"/gateway.do"
MULTIPART = b"multipart/form-data; boundary=" + protocol.MULTIPART_BOUNDARY

# The charsets of the protocol as this client's Python knows them.
CODECS = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gbk"}


def codec(charset):
    return CODECS.get((charset or "utf-8").lower(), "utf-8")


def encode(text, charset):
    return text if isinstance(text, bytes) else str(text).encode(codec(charset))


# How parameters travel: each gives a request's bytes.

def as_sdk_post(pairs, path=PATH):
    """Public parameters in the query, biz_content in the body: what the official libraries do."""
    query = [pair for pair in pairs if pair[0] != b"biz_content"]
    body = [pair for pair in pairs if pair[0] == b"biz_content"]
    return http.post(path + b"?" + protocol.form_encode(query), protocol.form_encode(body))


def as_body_post(pairs, path=PATH):
    return http.post(path, protocol.form_encode(pairs))


def as_query_post(pairs, path=PATH):
    return http.request(b"POST", path + b"?" + protocol.form_encode(pairs), body=b"")


def as_get(pairs, path=PATH):
    return http.get(path + b"?" + protocol.form_encode(pairs))


def as_multipart(pairs, path=PATH):
    return http.post(path, protocol.multipart_encode(pairs), MULTIPART)


def as_query_and_multipart(pairs, path=PATH):
    query = [pair for pair in pairs if pair[0] != b"biz_content"]
    body = [pair for pair in pairs if pair[0] == b"biz_content"]
    return http.post(path + b"?" + protocol.form_encode(query), protocol.multipart_encode(body), MULTIPART)


TRANSPORTS = (as_sdk_post, as_body_post, as_query_post, as_get, as_multipart, as_query_and_multipart)


class Client:
    """Calls a server as one application."""

    def __init__(self, server, app, charset="utf-8", transport=as_sdk_post):
        self.server = server
        self.app = app
        self.charset = charset
        self.transport = transport

    def parameters(self, method, biz_content, /, **changes):
        """The call's parameters as a dictionary of text (or bytes, taken as they are), unsigned. `biz_content` is an
        object, or its text. `changes` replaces or adds parameters; None takes one away."""
        if not isinstance(biz_content, (str, bytes)):
            biz_content = json.dumps(biz_content, ensure_ascii=False)
        parameters = {"app_id": self.app.app_id, "method": method, "format": "JSON", "charset": self.charset,
                      "sign_type": self.app.sign_type, "timestamp": protocol.beijing_text(time.time()),
                      "version": "1.0", "biz_content": biz_content, **changes}
        return {name: value for name, value in parameters.items() if value is not None}

    def pairs(self, parameters, signing_key=None):
        """Encoded and signed, unless they hold a sign already. A sign type that is none is signed as RSA2."""
        charset = parameters.get("charset")
        pairs = [(encode(name, charset), encode(value, charset)) for name, value in parameters.items()]
        if "sign" not in parameters:
            sign_type = parameters.get("sign_type")
            signature = keys.sign(signing_key or self.app.private_key,
                                  sign_type if sign_type in keys.HASHES else "RSA2", protocol.string_to_sign(pairs))
            pairs.append((b"sign", signature))
        return pairs

    def request(self, method, biz_content, /, **changes):
        """The bytes of a signed request."""
        return self.transport(self.pairs(self.parameters(method, biz_content, **changes)))

    def believe(self, response, charset="utf-8", sign_type="RSA2", name=None):
        """The response as an answer that this client would accept."""
        known = (charset or "utf-8").lower()
        answer = Answer(response, self.server.public_key, sign_type if sign_type in keys.HASHES else "RSA2",
                        known if known in CODECS else "utf-8")
        if name is not None:
            assert answer.name == name, answer.body
        return answer

    def send_pairs(self, pairs, transport=None):
        """Sends pairs as they are, and believes the answer."""
        given = dict(pairs)
        response = self.server.exchange((transport or self.transport)(pairs))
        return self.believe(response, given.get(b"charset", b"").decode("latin-1"),
                            given.get(b"sign_type", b"").decode("latin-1"))

    def call(self, method, biz_content, /, **changes):
        """One signed call: its answer, checked."""
        parameters = self.parameters(method, biz_content, **changes)
        answer = self.send_pairs(self.pairs(parameters))
        named = parameters.get("method", "")
        assert answer.name == protocol.response_name(named if isinstance(named, str) else ""), answer.body
        return answer

    # The methods, with fields as keywords

    def send(self, **fields):
        return self.call(protocol.SEND, fields)

    def batch_send(self, **fields):
        return self.call(protocol.BATCH_SEND, fields)

    def list(self, **fields):
        return self.call(protocol.LIST, fields)

    def wallet(self, **fields):
        return self.call(protocol.WALLET, {"group_type": "voucher", "time_status": "CURRENT", "page_size": 100,
                                           "page_num": 1, **fields})

    # The same where they must succeed

    def issue(self, template_id, user, out_biz_no="1", **fields):
        """A new voucher's id, or the one of the same business."""
        return assert_success(self.send(template_id=template_id, user_id=user.user_id, out_biz_no=out_biz_no,
                                        **fields))["voucher_id"]

    def listed(self, template_id, user):
        """The user's vouchers of a template."""
        return assert_success(self.list(template_id=template_id, user_id=user.user_id))["vouchers"]

    def shown(self, user, **fields):
        """A page of the user's wallet."""
        return assert_success(self.wallet(user_id=user.user_id, **fields))["pass_info_list"]
