# SPDX-License-Identifier: Apache-2.0
"""The gateway's protocol as a client sees it, written from the reference pages and independent of the program.

Parameters are lists of (name, value) pairs of bytes, in the call's charset and before percent-encoding."""

import json
import re
from datetime import datetime, timedelta, timezone

from support import keys
from support.content import decrypt

BEIJING = timezone(timedelta(hours=8))
TIME_FORMAT = "%Y-%m-%d %H:%M:%S"

SEND = "alipay.marketing.voucher.send"
BATCH_SEND = "alipay.marketing.voucher.batchsend"
LIST = "alipay.marketing.voucher.list.query"
QUERY = "alipay.marketing.voucher.query"
USE = "alipay.marketing.exchangevoucher.use"
REFUND = "alipay.marketing.voucher.exchangevoucher.refund"
DELETE = "alipay.marketing.voucher.delete"
DELAY = "alipay.marketing.voucher.delay"
CONFIRM = "alipay.marketing.voucher.confirm"
AUTH_SEND = "alipay.marketing.voucher.auth.send"
TOKEN = "alipay.open.auth.token.app"
CERTIFICATE_DOWNLOAD = "alipay.open.app.alipaycert.download"
WALLET = "alipay.user.pass.grouplist.query"
PASS_TEMPLATE_ADD = "alipay.pass.template.add"
PASS_TEMPLATE_UPDATE = "alipay.pass.template.update"
PASS_ADD = "alipay.pass.instance.add"
PASS_UPDATE = "alipay.pass.instance.update"
CATALOGUE = (SEND, BATCH_SEND, LIST, QUERY, USE, REFUND, DELETE, DELAY, CONFIRM, AUTH_SEND, TOKEN, CERTIFICATE_DOWNLOAD, WALLET,
             PASS_TEMPLATE_ADD, PASS_TEMPLATE_UPDATE, PASS_ADD, PASS_UPDATE,
             "alipay.marketing.cashlessvoucher.template.create",
             "alipay.marketing.cashlessvoucher.template.modify", "alipay.marketing.cashvoucher.template.create",
             "alipay.marketing.cashvoucher.template.modify", "alipay.marketing.exchangevoucher.template.create",
             "alipay.marketing.voucher.template.delete", "alipay.marketing.voucher.templatedetail.query",
             "alipay.marketing.voucher.templatelist.query")
WITH_PERMISSION = (WALLET, PASS_ADD)  # those that not every application may call

UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")

ENVELOPE = re.compile(rb'\{"([a-z0-9_]+)":(\{.*\}|"[A-Za-z0-9+/]+={0,2}"),(?:"alipay_cert_sn":"([0-9a-f]{32})",)?'
                      rb'"sign":"([A-Za-z0-9+/]+={0,2})"\}', re.DOTALL)
JSON_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def beijing_text(time_s):
    """A time of the wire, in Beijing's time."""
    return datetime.fromtimestamp(time_s, BEIJING).strftime(TIME_FORMAT)


def beijing_time(text):
    """Its inverse: seconds since 1970."""
    return int(datetime.strptime(text, TIME_FORMAT).replace(tzinfo=BEIJING).timestamp())


def string_to_sign(pairs):
    """All parameters but sign with a value, sorted by name in byte order. One that is given twice stands once."""
    signed = {name: value for name, value in pairs if name != b"sign" and value}
    return b"&".join(name + b"=" + signed[name] for name in sorted(signed))


def percent_encode(data):
    return b"".join(bytes([byte]) if byte in UNRESERVED else b"+" if byte == 0x20 else b"%%%02X" % byte
                    for byte in data)


def form_encode(pairs):
    return b"&".join(percent_encode(name) + b"=" + percent_encode(value) for name, value in pairs)


MULTIPART_BOUNDARY = b"----kaquan-tests-boundary"


def multipart_encode(pairs, files=()):
    """A multipart/form-data body: text fields, then files as (field name, file name, content)."""
    body = b""
    for name, value in pairs:
        body += (b"--" + MULTIPART_BOUNDARY + b'\r\nContent-Disposition: form-data; name="' + name + b'"\r\n\r\n'
                 + value + b"\r\n")
    for name, file_name, content in files:
        body += (b"--" + MULTIPART_BOUNDARY + b'\r\nContent-Disposition: form-data; name="' + name
                 + b'"; filename="' + file_name + b'"\r\nContent-Type: application/octet-stream\r\n\r\n'
                 + content + b"\r\n")
    return body + b"--" + MULTIPART_BOUNDARY + b"--\r\n"


def response_name(method):
    """The answer's member for a method; an unknown or missing one has error_response."""
    return method.replace(".", "_") + "_response" if method in CATALOGUE else "error_response"


def refuse_twice(pairs):
    names = [name for name, _ in pairs]
    assert len(set(names)) == len(names), f"a member stands twice: {names}"
    return dict(pairs)


def is_no_notification(signed, code):
    """The same key signs notifications, name=value&name=value: what else it signs may not be taken for one. The one
    refusal that shows `&` shows HTML, where what follows is no name of a parameter."""
    shows_html = code in ("isv.invalid-signature", "invalid-signature")
    return re.search(rb"&(?!amp;|lt;|gt;|quot;|#39;)" if shows_html else rb"&", signed) is None


class Answer:
    """A gateway's answer: checked as any client may rely on it, whatever was asked, then taken apart."""

    def __init__(self, response, public_key, sign_type, charset, content_key=None):
        assert response.status == 200, (response.status, response.body)
        assert content_charset(response) == charset.lower()
        self.trace_id = response.headers.get("trace_id", "")
        assert self.trace_id
        self.body = response.body
        envelope = ENVELOPE.fullmatch(self.body)
        assert envelope, self.body
        self.name = envelope[1].decode("ascii")
        self.raw = envelope[2]
        self.cert_sn = envelope[3].decode("ascii") if envelope[3] else None
        self.sign = envelope[4]
        assert keys.verifies(public_key, sign_type, self.raw, self.sign), "the answer's signature does not verify"
        self.is_encrypted = self.raw.startswith(b'"')
        assert content_key or not self.is_encrypted, "encrypted, and nobody asked for that"
        plain = decrypt(content_key, self.raw[1:-1]) if self.is_encrypted else self.raw
        self.text = plain.decode("gbk" if charset.lower() in ("gbk", "gb2312") else "utf-8")
        assert not re.search(r"\s", JSON_STRING.sub("", self.text)), self.text
        self.fields = json.loads(self.text, object_pairs_hook=refuse_twice)
        assert is_no_notification(self.raw, self.fields.get("sub_code")), self.raw
        first = ["code", "msg"] + (["sub_code", "sub_msg"] if self.fields["code"] != "10000" else [])
        assert list(self.fields)[:len(first)] == first, self.text

    def __getitem__(self, name):
        return self.fields[name]

    def __repr__(self):
        return self.text


def content_charset(response):
    match = re.search(r";\s*charset=([^;\s]+)$", response.headers.get("content-type", ""), re.IGNORECASE)
    return match[1].lower() if match else None
