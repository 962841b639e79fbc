# SPDX-License-Identifier: Apache-2.0
"""Calls of OpenAPI v3 whose signature fails, each for a known cause: made here, with another implementation of
everything, as support/broken.py makes those of the older protocol."""

import base64
import hashlib
import html
import json
import time
import urllib.parse
import uuid
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes

from support import protocol
from support.broken import BIZ, JSON, TOKEN, compact, make_signature
from support.v3 import SCHEME, path_of

HOST = "openapi.alipay.com"
BOUNDARY = "a-boundary"
QUERY = [("voucher_id", "2014072800073002000000000001"), ("memo", "a b/c~(茶)")]


def multipart(body):
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="data"\r\nContent-Type: application/json\r\n\r\n'
    file = f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\npng'
    return head + body + file + f"\r\n--{BOUNDARY}--\r\n"


@dataclass
class CaseV3:
    """A call as it is sent, and what was done with it before it was signed. `listed` are the items of authorization's
    list; `lines` is what the string to sign is made of, by name: list, method, path, body, token (where there is
    one)."""
    name: str
    findings: list
    get: bool = False
    query: list = field(default_factory=lambda: QUERY)   # of a GET
    token: str = ""
    body: str = None                                     # of a POST, None: BIZ
    content_type: str = "application/json"
    content: object = staticmethod(lambda body: body)    # what is sent of it
    nonce: object = staticmethod(lambda: str(uuid.uuid4()))
    more: dict = field(default_factory=dict)             # items of the list behind the usual three
    items: object = staticmethod(lambda listed: listed)  # those that are signed
    list_join: object = staticmethod(lambda listed: ",".join(f"{name}={value}" for name, value in listed.items()))
    lines: object = staticmethod(lambda lines: lines)
    join: object = staticmethod(lambda parts: "".join(part + "\n" for part in parts))
    text: object = staticmethod(lambda joined: joined)
    codec: str = "utf-8"
    sign_with: str = "app"
    digest: object = None
    scheme: str = "pkcs1"
    sent_sign: object = staticmethod(lambda sign: sign)

    def __str__(self):
        return self.name

    @property
    def method(self):
        return "GET" if self.get else "POST"

    @property
    def target(self):
        path = path_of(protocol.QUERY if self.get else protocol.SEND)
        return path + "?" + urllib.parse.urlencode(self.query, quote_via=urllib.parse.quote, safe="") if self.get else path

    def sent_body(self):
        return "" if self.get else compact(BIZ) if self.body is None else self.body

    def listed(self, app_id):
        return {"app_id": app_id, "nonce": self.nonce(), "timestamp": str(int(time.time() * 1000)), **self.more}

    def string(self, listed):
        """The string that is signed, made in the wrong way."""
        lines = {"list": self.list_join(self.items(dict(listed))), "method": self.method, "path": self.target,
                 "body": self.sent_body(), **({"token": self.token} if self.token else {})}
        return self.text(self.join(list(self.lines(lines).values())))

    def authorization(self, app_id, private_keys):
        listed = self.listed(app_id)
        signed = self.string(listed)
        data = signed if isinstance(signed, bytes) else signed.encode(self.codec, "replace")
        signature = make_signature(private_keys[self.sign_with], data, self.digest or hashes.SHA256(), self.scheme)
        sign = self.sent_sign(base64.b64encode(signature).decode("ascii"))
        return f"{SCHEME} " + ",".join(f"{name}={value}" for name, value in listed.items()) + f",sign={sign}"

    def headers(self, app_id, private_keys):
        return {"Host": HOST, "authorization": self.authorization(app_id, private_keys),
                **({"alipay-app-auth-token": self.token} if self.token else {}),
                **({} if self.get else {"Content-Type": self.content_type})}

    def dump(self, app_id, private_keys, **more):
        """The call's bytes."""
        body = self.content(self.sent_body()).encode()
        headers = {**self.headers(app_id, private_keys), **more, "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"{self.method} {self.target} HTTP/1.1\r\n{head}\r\n".encode() + body


def line(name, change):
    """One line in another form; a text instead of a function is the line."""
    return lambda lines: {**lines, name: change(lines[name]) if callable(change) else change}


def without(*names):
    return lambda lines: {name: value for name, value in lines.items() if name not in names}


def body_as(**how):
    return line("body", lambda body: json.dumps(json.loads(body), **how))


def item(name, change):
    return lambda listed: {**listed, name: change(listed[name]) if callable(change) else change}


def in_order(*names):
    return lambda values: {name: values[name] for name in names if name in values}


def other_query(path, quote):
    return path_of(protocol.QUERY) + "?" + "&".join(f"{name}={quote(value)}" for name, value in QUERY)


def sha256(text):
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def as_answer(listed):
    return f"{listed['timestamp']}\n{listed['nonce']}\n"


FORM = {"content_type": f"multipart/form-data; boundary={BOUNDARY}", "content": multipart}

CASES = [
    CaseV3("the last line end left out", ["last-line-end-left-out"], text=lambda text: text[:-1]),
    CaseV3("the token's line left out", ["line-left-out"], token=TOKEN, lines=without("token")),
    CaseV3("the method's line left out", ["line-left-out"], lines=without("method")),
    CaseV3("two lines left out", ["line-left-out"], lines=without("method", "path")),
    CaseV3("an empty line for no token", ["empty-token-line"], text=lambda text: text + "\n"),
    CaseV3("null for no token", ["empty-token-line"], lines=line("token", "null")),
    CaseV3("an empty body's line left out", ["empty-body-line-left-out"], get=True, lines=without("body")),
    CaseV3("the rule of answers", ["answer-rule"], items=lambda listed: {"list": as_answer(listed)},
           list_join=lambda listed: listed["list"], lines=in_order("list", "body"),
           join=lambda parts: parts[0] + parts[1] + "\n"),
    CaseV3("the method in small letters", ["http-method-case"], lines=line("method", str.lower)),
    CaseV3("another method", ["http-method-changed"], lines=line("method", "PUT")),
    CaseV3("the query left out", ["query-left-out"], get=True, lines=line("path", lambda path: path.split("?")[0])),
    CaseV3("the whole URL", ["path-with-host"], lines=line("path", lambda path: f"https://{HOST}{path}")),
    CaseV3("the host before the path", ["path-with-host"], lines=line("path", lambda path: HOST + path)),
    CaseV3("the method's name for its path", ["path-changed"], lines=line("path", protocol.SEND)),
    CaseV3("the path without /v3", ["path-changed"], lines=line("path", lambda path: path[3:])),
    CaseV3("the query decoded", ["query-decoded"], get=True, lines=line("path", urllib.parse.unquote)),
    CaseV3("the query encoded by Java", ["query-encoded-anew"], get=True,
           lines=line("path", lambda path: other_query(path, lambda value: urllib.parse.quote_plus(value, safe="*")
                                                       .replace("~", "%7E")))),
    CaseV3("the query encoded by JavaScript", ["query-encoded-anew"], get=True,
           lines=line("path", lambda path: other_query(path, lambda value: urllib.parse.quote(value, safe="!~*'()")))),
    CaseV3("the query sorted", ["query-in-other-order"], get=True,
           lines=line("path", lambda path: path.split("?")[0] + "?" + "&".join(sorted(path.split("?")[1].split("&"))))),
    CaseV3("the query as JSON body", ["query-as-body"], get=True,
           lines=lambda lines: {**lines, "path": lines["path"].split("?")[0], "body": compact(dict(QUERY))}),
    CaseV3("the body left empty", ["body-signed-empty"], lines=line("body", "")),
    CaseV3("an empty body as {}", ["empty-body-filled"], get=True, lines=line("body", "{}")),
    CaseV3("null for an empty body", ["empty-body-filled"], get=True, lines=line("body", "null")),
    CaseV3("JSON written by Python", [JSON], lines=body_as()),
    CaseV3("JSON written by PHP", [JSON],
           lines=line("body", lambda body: json.dumps(json.loads(body), separators=(",", ":")).replace("/", "\\/"))),
    CaseV3("JSON sorted", [JSON], lines=body_as(ensure_ascii=False, sort_keys=True, separators=(",", ":"))),
    CaseV3("JSON in JSON", ["json-in-json"], lines=line("body", lambda body: json.dumps(body, ensure_ascii=False))),
    CaseV3("Python's repr", ["json-printed"], lines=line("body", lambda body: repr(json.loads(body)))),
    CaseV3("the body percent-encoded", ["percent-encoded-values"], lines=line("body", urllib.parse.quote_plus)),
    CaseV3("the body HTML-escaped", ["html-escaped"], lines=line("body", html.escape)),
    CaseV3("a line end behind the body", ["line-end-in-value"], token=TOKEN,
           lines=line("body", lambda body: body + "\n")),
    CaseV3("a line end sent behind the body", ["space-around-values"], token=TOKEN,
           body=compact(BIZ) + "\n", lines=line("body", str.strip)),
    CaseV3("the body as biz_content", ["body-in-biz-content"], lines=line("body", lambda body: "biz_content=" + body)),
    CaseV3("a digest of the body", ["body-digest-signed"], lines=line("body", sha256)),
    CaseV3("the whole multipart body", ["multipart-body-signed"], lines=line("body", multipart), **FORM),
    CaseV3("nothing of the multipart body", ["body-signed-empty"], lines=line("body", ""), **FORM),
    CaseV3("sign's name in the list", ["authorization-with-sign"], lines=line("list", lambda text: text + ",sign=")),
    CaseV3("the scheme before the list", ["authorization-with-scheme"],
           lines=line("list", lambda text: f"{SCHEME} {text}")),
    CaseV3("the list in another order", ["authorization-in-other-order"],
           items=in_order("timestamp", "app_id", "nonce")),
    CaseV3("an item left out", ["authorization-item-left-out"], items=without("nonce")),
    CaseV3("the list joined by &", ["authorization-joined-otherwise"],
           list_join=lambda listed: "&".join(f"{name}={value}" for name, value in listed.items())),
    CaseV3("the timestamp in seconds", ["timestamp-in-other-unit"], items=item("timestamp", lambda text: text[:-3])),
    CaseV3("the timestamp as text", ["timestamp-in-other-unit"],
           items=item("timestamp", lambda text: protocol.beijing_text(int(text) // 1000))),
    CaseV3("the timestamp taken twice", ["timestamp-taken-twice"],
           items=item("timestamp", lambda text: str(int(text) - 7))),
    CaseV3("the nonce without hyphens", ["nonce-changed"], items=item("nonce", lambda text: text.replace("-", ""))),
    CaseV3("the nonce with hyphens", ["nonce-changed"], nonce=lambda: uuid.uuid4().hex,
           items=item("nonce", lambda text: str(uuid.UUID(text)))),
    CaseV3("the lines in another order", ["lines-in-other-order"], lines=in_order("method", "path", "list", "body")),
    CaseV3("\\r\\n", ["windows-line-ends"], join=lambda parts: "".join(part + "\r\n" for part in parts)),
    CaseV3("\\n as two characters", ["line-ends-escaped"], join=lambda parts: "".join(part + "\\n" for part in parts)),
    CaseV3("no line ends at all", ["lines-joined-otherwise"], join="".join),
    CaseV3("the whole string percent-encoded", ["percent-encoded-string"], text=urllib.parse.quote_plus),
    CaseV3("GBK", ["gbk-for-utf8"], codec="gbk"),
    CaseV3("Chinese lost in ASCII", ["lost-characters"], codec="ascii"),
    CaseV3("digest of the digest", ["digest-signed"], text=sha256),
    CaseV3("base64 of the string", ["base64-signed"],
           text=lambda text: base64.b64encode(text.encode("utf-8")).decode("ascii")),
    CaseV3("SHA-1", ["sha1-for-rsa2"], digest=hashes.SHA1()),
    CaseV3("SHA-512", ["other-digest"], digest=hashes.SHA512()),
    CaseV3("PSS", ["pss"], scheme="pss"),
    CaseV3("private encryption", ["encrypted-instead-of-signed"], scheme="encrypted"),
    CaseV3("the gateway's private key", ["gateway-key"], sign_with="gateway"),
    CaseV3("another application's key", ["other-application-key"], sign_with="other"),
    CaseV3("sign as base64url", ["sign-base64url"], sent_sign=lambda sign: sign.replace("+", "-").replace("/", "_")),
    CaseV3("sign in hex", ["sign-hex"], sent_sign=lambda sign: base64.b64decode(sign).hex()),
    CaseV3("sign percent-encoded", ["sign-encoded-twice"], sent_sign=urllib.parse.quote_plus),
    CaseV3("two at once: JSON anew, no last line end", ["last-line-end-left-out", JSON], lines=body_as(),
           text=lambda text: text[:-1]),
    CaseV3("two at once: another application's key, no query", ["other-application-key", "query-left-out"], get=True,
           sign_with="other", lines=line("path", lambda path: path.split("?")[0])),
    CaseV3("two at once: the whole URL, the method in small letters", ["http-method-case", "path-with-host"],
           lines=lambda lines: {**lines, "method": "post", "path": f"https://{HOST}{lines['path']}"}),
    CaseV3("three at once: JSON anew, \\n as two characters, small letters",
           ["http-method-case", "line-ends-escaped", JSON],
           lines=lambda lines: {**body_as()(lines), "method": "post"},
           join=lambda parts: "".join(part + "\\n" for part in parts)),
]

FORGED = [
    CaseV3("a key that nobody knows", ["key-unknown"], sign_with="unknown"),
    CaseV3("another body", ["string-unknown"], lines=line("body", '{"amount":"1000000"}')),
    CaseV3("another nonce", ["string-unknown"], items=item("nonce", lambda text: str(uuid.uuid4()))),
]
RIGHT = CaseV3("right", [])
