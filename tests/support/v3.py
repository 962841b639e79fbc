# SPDX-License-Identifier: Apache-2.0
"""The newer protocol as a client sees it (spec/gateway.md, "OpenAPI v3"), independent of the program: a signer, and an
answer that is believed only where its signature verifies, refusals too."""

import json
import re
import time
import uuid
from urllib.parse import urlencode

from support import http, keys, protocol
from support.client import Client
from support.content import decrypt, encrypt
from support.modes import Certificates, sn
from support.protocol import JSON_STRING, content_charset, is_no_notification, refuse_twice

SCHEME = "ALIPAY-SHA256withRSA"
JSON = b"application/json"

# How far the server's clock may be from this one: it is the same machine's.
NEAR_MS = 60000

# code: (status, how message begins)
REFUSALS = {
    "unknow-error": (503, "系统繁忙"),
    "invalid-app-auth-token": (401, "无效的应用授权令牌"),
    "invalid-app-auth-token-no-api": (401, "商户未授权当前接口"),
    "missing-signature": (401, "缺少签名参数"),
    "missing-app-id": (400, "缺少appId参数"),
    "missing-timestamp": (400, "缺少时间戳参数"),
    "invalid-parameter": (400, "参数无效"),
    "invalid-method": (404, "不存在的方法名"),
    "invalid-http-method": (405, "接口不支持该HTTP方法"),
    "invalid-content-type": (400, "Content-Type只能为"),
    "invalid-signature-type": (400, "无效的签名类型"),
    "invalid-signature": (401, "验签出错"),
    "invalid-app-id": (400, "无效的AppID参数"),
    "invalid-timestamp": (400, "非法的时间戳参数"),
    "suspected-attack": (400, "疑似重放，nonce重复使用"),
    "invalid-charset": (400, "字符集错误"),
    "illegal-json": (400, "请求内容不是合法的JSON对象"),
    "invalid-encrypt-type": (400, "无效的加密类型"),
    "decryption-error-not-valid-encrypt-key": (400, "解密出错，未配置加密密钥或加密密钥格式错误"),
    "decryption-error-unknown": (400, "解密出错，未知异常"),
    "decryption-error-missing-encrypt-type": (400, "解密出错，未指定加密算法"),
    "missing-app-cert-sn": (400, "缺少应用公钥证书SN参数"),
    "missing-alipay-root-cert-sn": (400, "缺少支付宝根证书SN参数"),
    "app-cert-expired": (400, "应用公钥证书已过期"),
    "missing-signature-config": (400, "应用未配置对应签名算法的公钥或者证书"),
    "app-call-limited": (429, "应用调用次数超限"),
    "insufficient-isv-permissions": (403, "ISV权限不足"),
    "INVALID_PARAMETER": (400, "参数有误"),
    "TEMPLATE_NOT_EXIST": (400, "模板不存在"),
    "TEMPLATE_STOCK_NOT_ENOUGH": (400, "券库存不足"),
    "PERMISSION_DENIED": (400, "没有查询模板的券列表权限"),
    "VOUCHER_NOT_EXIST": (400, "券不存在"),
    "AUTH_CODE_NOT_VALID": (400, "授权码code无效"),
    "KP.AE_ALIPASS_APPID_NOSUPPORT": (403, "该AppId不支持"),
    "KP.AE_ALIPASS_NOTEXIST": (400, "卡券不存在"),
}


def path_of(method):
    return "/v3/" + method.replace(".", "/")


def now_ms():
    return int(time.time() * 1000)


class Answer:
    """An answer: checked as any client may rely on it, whatever was asked, then taken apart."""

    def __init__(self, response, public_key, content_key=None):
        self.status = response.status
        self.headers = response.headers
        self.body = response.body
        self.is_encrypted = self.headers["content-type"] == "text/plain"
        if not self.is_encrypted:
            assert content_charset(response) == "utf-8" and self.headers["content-type"].startswith("application/json")
        self.cert_sn = self.headers.get("alipay-sn")
        self.trace_id = self.headers["alipay-trace-id"]
        assert self.trace_id == self.headers["trace_id"]
        self.timestamp, self.nonce = self.headers["alipay-timestamp"], self.headers["alipay-nonce"]
        assert re.fullmatch(r"\d{13}", self.timestamp) and abs(int(self.timestamp) - now_ms()) < NEAR_MS
        assert re.fullmatch(r"[0-9a-f]{32}", self.nonce)
        signed = b"".join(part + b"\n" for part in (self.timestamp.encode(), self.nonce.encode(), self.body))
        assert keys.verifies(public_key, "RSA2", signed, self.headers["alipay-signature"]), "the signature does not verify"
        self.text = (decrypt(content_key, self.body) if self.is_encrypted else self.body).decode("utf-8")
        assert not re.search(r"\s", JSON_STRING.sub("", self.text)), self.text
        self.fields = json.loads(self.text, object_pairs_hook=refuse_twice)
        assert is_no_notification(self.body, self.fields.get("code")), self.body

    def __getitem__(self, name):
        return self.fields[name]

    def __repr__(self):
        return f"{self.status} {self.text}"


class AsGateway:
    """A success as the other protocol would have shown it, for helpers that are written for that."""

    def __init__(self, method, answer):
        assert answer.status == 200, answer
        assert not {"code", "msg", "sub_code", "sub_msg"} & set(answer.fields), answer
        self.name = protocol.response_name(method)
        self.fields = {"code": "10000", "msg": "Success", **answer.fields}

    def __getitem__(self, name):
        return self.fields[name]


class V3Client(Client):
    """Calls a server as one application. A Client's helpers work with it as long as they succeed."""

    def authorization(self, http_method, target, body, token="", signing_key=None, scheme=SCHEME, sign=None, **items):
        """The header's value. `items` replaces or adds items of its list; None takes one away."""
        items = {"app_id": self.app.app_id, "nonce": str(uuid.uuid4()), "timestamp": now_ms(), **items}
        listed = ",".join(f"{name}={value}" for name, value in items.items() if value is not None)
        lines = [listed.encode(), http_method.encode(), target.encode(), body] + ([token.encode()] if token else [])
        signed = b"".join(line + b"\n" for line in lines)
        if sign is None:
            sign = keys.sign(signing_key or self.app.private_key, "RSA2", signed).decode()
        return f"{scheme} {listed},sign={sign}"

    def request(self, method, fields=None, http_method="POST", target=None, body=None, content=None, token="",
                content_type=JSON, headers=(), **changes):
        """A signed request's bytes. `fields` are the body of a POST and the query of a GET; `body` is what is signed
        of it where it is not their JSON, and `content` what is sent where that is not what is signed."""
        target = target or path_of(method)
        if http_method == "GET":
            target += "?" + urlencode(fields) if fields else ""
            body = b"" if body is None else body
        elif body is None:
            body = json.dumps(fields or {}, ensure_ascii=False).encode()
        sent = [(b"Authorization", self.authorization(http_method, target, body, token, **changes).encode()), *headers]
        if token:
            sent.append((b"alipay-app-auth-token", token.encode()))
        if http_method != "GET":
            sent.append((b"Content-Type", content_type))
        content = body if content is None else content
        return http.request(http_method.encode(), target.encode(), sent, content if http_method != "GET" else None)

    def send_bytes(self, request):
        return Answer(self.server.exchange(request), self.server.public_key)

    def exchange(self, method, fields=None, **changes):
        """One signed call: its answer, checked."""
        return self.send_bytes(self.request(method, fields, **changes))

    def call(self, method, biz_content, /, app_auth_token="", **changes):
        return AsGateway(method, self.exchange(method, biz_content, token=app_auth_token, **changes))


class V3ModeClient(V3Client):
    """A client in certificate mode (where it has a certificate) that encrypts (where it has a key)."""

    def __init__(self, server, app, certificate=None, key=None):
        super().__init__(server, app)
        self.certificates = Certificates(server.place)
        self.app_cert_sn = sn(certificate.read_bytes()) if certificate else None
        self.key = key

    def request(self, method, fields=None, http_method="POST", body=None, headers=(), root_cert_sn="own", **changes):
        headers = list(headers)
        if self.app_cert_sn:
            changes = {"app_cert_sn": self.app_cert_sn, **changes}
            root_cert_sn = sn(self.certificates.root) if root_cert_sn == "own" else root_cert_sn
            headers += [(b"alipay-root-cert-sn", root_cert_sn.encode())] if root_cert_sn is not None else []
        if self.key:
            headers.append((b"alipay-encrypt-type", b"AES"))
        if self.key and http_method == "POST" and body is None:
            body = encrypt(self.key, json.dumps(fields, ensure_ascii=False).encode())
            changes = {"content_type": b"text/plain", **changes}
        return super().request(method, fields, http_method=http_method, body=body, headers=headers, **changes)

    def send_bytes(self, request):
        return Answer(self.server.exchange(request), self.server.public_key, self.key)


def assert_refused(answer, code, naming=None, beside=()):
    """The answer is exactly this refusal; `naming`: what its message must name; `beside`: what it has beside its
    code."""
    status, beginning = REFUSALS[code]
    assert (answer.status, answer["code"]) == (status, code), answer
    assert list(answer.fields) == ["code", "message", "links", *beside], answer
    assert answer["message"].startswith(beginning) and answer["links"] == [], answer
    if naming is not None:
        assert naming in answer["message"], answer
    return answer
