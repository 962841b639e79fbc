# SPDX-License-Identifier: Apache-2.0
"""Requests whose signature fails, each for a known cause: made here, with another implementation of everything."""

import base64
import hashlib
import html
import json
import time
import urllib.parse
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from support import keys, protocol

BIZ = {"template_id": "20140601000730010040000000EB", "user_id": "2088302001456115", "out_biz_no": "a/b c+1",
       "memo": "卡券 & 茶", "amount": "9.90"}
TOKEN = "201509BBeff9351ad1874306903e96b91/248+A36="


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@dataclass
class Case:
    """A request as its parameters are sent, and what was done with them before they were signed."""
    name: str
    findings: list
    items: object = staticmethod(lambda sent: sent)      # the parameters that are signed
    join: object = staticmethod(lambda signed: "&".join(f"{name}={value}" for name, value in sorted(signed.items())
                                                        if value))
    text: object = staticmethod(lambda joined: joined)   # the text that is signed
    codec: str = None                                    # the bytes that are signed; None: as the request says
    sign_with: str = "app"
    digest: object = None                                # a hash; None: as sign_type says
    scheme: str = "pkcs1"
    sent_sign: object = staticmethod(lambda sign: sign)
    changes: dict = field(default_factory=dict)          # of the parameters that are sent
    form: object = staticmethod(protocol.form_encode)

    def __str__(self):
        return self.name

    def parameters(self, app_id):
        sent = {"app_id": app_id, "method": protocol.SEND, "format": "JSON", "charset": "utf-8", "sign_type": "RSA2",
                "timestamp": protocol.beijing_text(time.time()), "version": "1.0", "biz_content": compact(BIZ),
                **self.changes}
        return {name: value for name, value in sent.items() if value is not None}

    def pairs(self, app_id, private_keys):
        """(name, value) in bytes, signed in the wrong way."""
        sent = self.parameters(app_id)
        codec = "gbk" if sent.get("charset", "").lower() in ("gbk", "gb2312") else "utf-8"
        signed = self.text(self.join(self.items(dict(sent))))
        data = signed if isinstance(signed, bytes) else signed.encode(self.codec or codec, "replace")
        digest = self.digest or keys.HASHES[sent["sign_type"]]()
        signature = make_signature(private_keys[self.sign_with], data, digest, self.scheme)
        sent["sign"] = self.sent_sign(base64.b64encode(signature).decode("ascii"))
        return [(name.encode(codec), value.encode(codec)) for name, value in sent.items()]


def make_signature(key, data, digest, scheme):
    if scheme == "pss":
        return key.sign(data, padding.PSS(padding.MGF1(digest), 32), digest)
    if scheme == "encrypted":
        # The padding of a signature around something that is no DigestInfo.
        return raw_private(key, hashlib.sha256(data).digest())
    return key.sign(data, padding.PKCS1v15(), digest)


def raw_private(key, content):
    numbers = key.private_numbers()
    size = (key.key_size + 7) // 8
    block = b"\x00\x01" + b"\xff" * (size - 3 - len(content)) + b"\x00" + content
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(size, "big")


def values(change, only=None):
    return lambda sent: {name: change(value) if only in (None, name) else value for name, value in sent.items()}


def without(*names):
    return lambda sent: {name: value for name, value in sent.items() if name not in names}


def with_(**more):
    return lambda sent: {**sent, **more}


def biz(**how):
    return lambda sent: {**sent, "biz_content": json.dumps(json.loads(sent["biz_content"]), **how)}


def php(sent):
    text = json.dumps(json.loads(sent["biz_content"]), separators=(",", ":")).replace("/", "\\/")
    return {**sent, "biz_content": text}


def gson(sent):
    text = sent["biz_content"]
    for character in "=&<>'":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return {**sent, "biz_content": text}


def go(sent):
    text = sent["biz_content"]
    for character in "&<>":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return {**sent, "biz_content": text}


def flatten(sent):
    rest = {name: value for name, value in sent.items() if name != "biz_content"}
    return {**rest, **json.loads(sent["biz_content"])}


def as_sent(signed):
    return "&".join(f"{name}={value}" for name, value in signed.items())


def sorted_join(signed, template="{}={}", separator="&", kept=bool):
    return separator.join(template.format(name, value) for name, value in sorted(signed.items()) if kept(value))


def later(sent):
    return {**sent, "timestamp": protocol.beijing_text(protocol.beijing_time(sent["timestamp"]) + 1)}


def net_encode(value):
    """As .NET's HttpUtility.UrlEncode writes it: hex digits in lower case."""
    text = urllib.parse.quote_plus(value, safe="!*()").replace("~", "%7e")
    return "".join(piece if not index else "%" + piece[:2].lower() + piece[2:]
                   for index, piece in enumerate(text.split("%")))


def spoilt(sign):
    """With a plus sign in it, which a sender who does not encode it loses."""
    return sign.replace("+", " ")


def raw_form(pairs):
    """Nothing is encoded but the signature."""
    return b"&".join(name + b"=" + (protocol.form_encode([(b"", value)])[1:] if name == b"sign" else value)
                     for name, value in pairs)


def odd_encode(value):
    return urllib.parse.quote(value, safe=":,@'")


def odd_form(pairs):
    return b"&".join(name + b"=" + (urllib.parse.quote(value, safe="") if name == b"sign"
                                    else odd_encode(value.decode("utf-8"))).encode("ascii") for name, value in pairs)


def bare_plus(space):
    """All is encoded but plus signs."""
    def encode(pairs):
        return b"&".join(name + b"=" + urllib.parse.quote(value, safe="" if name == b"sign" else "+")
                         .replace("%20", space).encode("ascii") for name, value in pairs)
    return encode


ENCODED = "percent-encoded-values"
RAW = "not-percent-encoded"
JSON = "json-written-anew"

CASES = [
    Case("values percent-encoded, as a form", [ENCODED], items=values(urllib.parse.quote_plus)),
    Case("values percent-encoded, as JavaScript does", [ENCODED],
         items=values(lambda value: urllib.parse.quote(value, safe="!~*'()"))),
    Case("values percent-encoded, as .NET does", [ENCODED], items=values(net_encode)),
    Case("only biz_content percent-encoded", [ENCODED], items=values(urllib.parse.quote_plus, "biz_content")),
    Case("sent without encoding, a plus sign and spaces", [RAW], form=raw_form),
    *[Case(f"sent without encoding, {memo}", [RAW], form=raw_form, changes={"biz_content": compact({"memo": memo})})
      for memo in ("a+b", "a b+c", "%41", "100%25 off", "a+b & c", "A&B", "a&b=c+d&e")],
    Case("sent without encoding, and unsorted", [RAW, "unsorted"], form=raw_form, join=as_sent),
    Case("sent without encoding, and HTTP's own spaces", [RAW], changes={"biz_content": '{"memo":"a+b"}'},
         form=lambda pairs: raw_form(pairs).replace(b" ", b"%20")),
    Case("values percent-encoded and sent so, by an encoder that is not known", [ENCODED],
         form=odd_form, items=values(odd_encode)),
    Case("a plus sign sent bare beside %20", ["plus-sent-bare"], form=bare_plus("%20")),
    Case("a plus sign sent bare beside others", ["plus-sent-bare"], form=bare_plus("+")),
    Case("plus for space in the timestamp", ["plus-for-space"],
         items=values(lambda value: value.replace(" ", "+"), "timestamp")),
    Case("%20 for space", ["escaped-space"], items=values(lambda value: value.replace(" ", "%20"))),
    Case("space for plus", ["space-for-plus"], items=values(lambda value: value.replace("+", " "))),
    Case("request encoded twice", ["encoded-twice"], items=values(urllib.parse.unquote_plus, "biz_content"),
         changes={"biz_content": urllib.parse.quote_plus(compact(BIZ))}),
    Case("GBK signed, UTF-8 said", ["gbk-for-utf8"], codec="gbk"),
    Case("UTF-8 signed, GBK said", ["utf8-for-gbk"], codec="utf-8", changes={"charset": "GBK"}),
    Case("Chinese lost in ASCII", ["lost-characters"], codec="ascii"),
    Case("UTF-8 taken for Latin-1", ["latin1-for-utf8"],
         text=lambda text: text.encode("utf-8").decode("latin-1").encode("utf-8")),
    Case("sign_type left out", ["sign-type-rule"], items=without("sign_type")),
    Case("charset left out", ["parameter-left-out"], items=without("charset")),
    Case("biz_content left out", ["parameter-left-out"], items=without("biz_content")),
    Case("app_auth_token left out", ["parameter-left-out"], items=without("app_auth_token"),
         changes={"app_auth_token": TOKEN}),
    Case("three left out", ["parameter-left-out"], items=without("format", "version", "charset")),
    Case("empty values kept", ["empty-kept"], changes={"notify_url": ""},
         join=lambda signed: sorted_join(signed, kept=lambda value: True)),
    Case("null values kept that are not sent", ["parameter-added"], items=with_(notify_url="null")),
    Case("sign kept, empty", ["sign-kept"], items=with_(sign=""),
         join=lambda signed: sorted_join(signed, kept=lambda value: True)),
    Case("charset changed", ["parameter-changed"], items=with_(charset="GB2312")),
    Case("timestamp taken twice", ["timestamp-taken-twice"], items=later),
    Case("unsorted", ["unsorted"], join=as_sent),
    Case("sorted backwards", ["sorted-otherwise"],
         join=lambda signed: "&".join(f"{name}={signed[name]}" for name in sorted(signed, reverse=True))),
    Case("JSON written by Python", [JSON], items=biz()),
    Case("JSON written by Python, not ASCII", [JSON], items=biz(ensure_ascii=False)),
    Case("JSON written by PHP", [JSON], items=php),
    Case("JSON written by Gson", [JSON], items=gson),
    Case("JSON written by Go", [JSON], items=go, changes={"biz_content": compact({**BIZ, "memo": "<'a' & b>"})}),
    Case("JSON sorted", [JSON], items=biz(ensure_ascii=False, sort_keys=True, separators=(",", ":"))),
    Case("JSON indented", [JSON], items=biz(ensure_ascii=False, indent=2)),
    Case("JSON in JSON", ["json-in-json"],
         items=lambda sent: {**sent, "biz_content": json.dumps(sent["biz_content"], ensure_ascii=False)}),
    Case("an object printed", ["parameter-changed"], items=with_(biz_content="[object Object]")),
    Case("Python's repr", ["json-printed"],
         items=lambda sent: {**sent, "biz_content": repr(json.loads(sent["biz_content"]))}),
    Case("biz_content flattened", ["json-flattened"], items=flatten),
    Case("HTML-escaped values", ["html-escaped"], items=values(html.escape)),
    Case("HTML-escaped apostrophe", ["html-escaped"], items=values(html.escape),
         changes={"biz_content": compact({"memo": "<it's>"})}),
    Case("HTML-escaped apostrophe in the request", ["html-escaped-request"], items=values(html.unescape),
         changes={"biz_content": html.escape(compact({"memo": "<it's>"}))}),
    Case("HTML-escaped request", ["html-escaped-request"], items=values(html.unescape),
         changes={"biz_content": html.escape(compact(BIZ))}),
    Case("trailing line end in biz_content", ["line-end-in-value"],
         items=lambda sent: {**sent, "biz_content": sent["biz_content"] + "\n"}),
    Case("a space behind a value signed, not sent", ["space-behind-value"],
         items=lambda sent: {**sent, "version": "1.0 "}),
    Case("a space behind a value sent, not signed", ["space-around-values"],
         items=lambda sent: {**sent, "biz_content": sent["biz_content"].strip()},
         changes={"biz_content": compact(BIZ) + " "}),
    Case("trailing line end sent, not signed", ["space-around-values"],
         items=lambda sent: {**sent, "biz_content": sent["biz_content"].strip()},
         changes={"biz_content": compact(BIZ) + "\n"}),
    Case("method in upper case", ["letter-case"], items=values(str.upper, "method")),
    Case("slashes added", ["backslashes-added"],
         items=values(lambda value: value.replace("\\", "\\\\").replace('"', '\\"'), "biz_content")),
    Case("quoted values", ["joined-otherwise"], join=lambda signed: sorted_join(signed, '{}="{}"')),
    Case("no separators", ["joined-otherwise"], join=lambda signed: sorted_join(signed, separator="")),
    Case("an & at the end", ["joined-otherwise"], text=lambda text: text + "&"),
    Case("whole string percent-encoded", ["percent-encoded-string"], text=urllib.parse.quote_plus),
    Case("line end behind the string", ["line-end-behind-string"], text=lambda text: text + "\n"),
    Case("&amp; in the string", ["html-escaped-string"], text=lambda text: text.replace("&", "&amp;")),
    Case("digest of the digest", ["digest-signed"],
         text=lambda text: hashlib.sha256(text.encode("utf-8")).hexdigest()),
    Case("base64 of the string", ["base64-signed"],
         text=lambda text: base64.b64encode(text.encode("utf-8")).decode("ascii")),
    Case("RSA for RSA2", ["sha1-for-rsa2"], digest=hashes.SHA1()),
    Case("SHA-512", ["other-digest"], digest=hashes.SHA512()),
    Case("PSS", ["pss"], scheme="pss"),
    Case("private encryption", ["encrypted-instead-of-signed"], scheme="encrypted"),
    Case("the gateway's private key", ["gateway-key"], sign_with="gateway"),
    Case("another application's key", ["other-application-key"], sign_with="other"),
    Case("sign as base64url", ["sign-base64url"],
         sent_sign=lambda sign: sign.replace("+", "-").replace("/", "_")),
    Case("sign in hex", ["sign-hex"], sent_sign=lambda sign: base64.b64decode(sign).hex()),
    Case("sign as Python prints bytes", ["sign-printed-bytes"],
         sent_sign=lambda sign: repr(sign.encode("ascii"))),
    Case("sign's plus signs lost", ["sign-plus-became-space"], sent_sign=spoilt),
    Case("sign encoded twice", ["sign-encoded-twice"], sent_sign=urllib.parse.quote_plus),
    Case("two at once: unsorted and encoded", [ENCODED, "unsorted"], items=values(urllib.parse.quote_plus),
         join=as_sent),
    Case("two at once: another application's key, sign_type left out", ["other-application-key", "sign-type-rule"],
         sign_with="other", items=without("sign_type")),
    Case("three at once: encoded, unsorted, a line end", [ENCODED, "unsorted", "line-end-behind-string"],
         items=values(urllib.parse.quote_plus, "biz_content"), join=as_sent, text=lambda text: text + "\n"),
    Case("two at once: JSON written anew in GBK for UTF-8", [JSON, "gbk-for-utf8"], codec="gbk",
         items=biz(ensure_ascii=False)),
]

FORGED = [
    Case("a key that nobody knows", ["key-unknown"], sign_with="unknown"),
    Case("other parameters", ["string-unknown"], items=with_(biz_content='{"amount":"1000000"}')),
]
