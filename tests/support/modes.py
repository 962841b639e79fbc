# SPDX-License-Identifier: Apache-2.0
"""Certificate mode and content encryption as a client has them, independent of the program."""

import hashlib
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import NameOID

from support.client import Client, codec
from support.content import encrypt
from support.place import App
from support.protocol import Answer

def sn(pem):
    """A certificate's number in the protocol. The issuers of these tests have names without anything to escape."""
    certificate = x509.load_pem_x509_certificate(pem)
    text = certificate.issuer.rfc4514_string() + str(certificate.serial_number)
    return hashlib.md5(text.encode("utf-8")).hexdigest()


def name(common_name):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def self_signed(private_key, days=30, begins=-1):
    """A certificate that the gateway has not issued, as PEM."""
    now = datetime.utcnow()
    builder = (x509.CertificateBuilder().subject_name(name("own")).issuer_name(name("own"))
               .public_key(private_key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now + timedelta(days=begins)).not_valid_after(now + timedelta(days=days)))
    return builder.sign(private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def request(private_key):
    """A certificate request (CSR), as PEM."""
    builder = x509.CertificateSigningRequestBuilder().subject_name(name("whatever"))
    return builder.sign(private_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Certificates:
    """The gateway's, as its data directory has them."""

    def __init__(self, place):
        self.root = (place.data / "root_certificate.pem").read_bytes()
        self.gateway = (place.data / "gateway_certificate.pem").read_bytes()


def issue(place, app_id, private_key, **flags):
    """An application's certificate from the gateway's own root: the path of its file."""
    path = place.directory / f"certificate-{place.number()}.pem"
    path.write_text(place.run("app", "issue-certificate", app_id=app_id, public_key=place.key_file(private_key), **flags),
                    encoding="ascii")
    return path


def create_app(place, pid, private_key, **flags):
    """An application in certificate mode, and its certificate's file."""
    app = App(f"20150723{place.number():08}", pid, private_key)
    path = issue(place, app.app_id, private_key)
    place.run("app", "create", app_id=app.app_id, pid=pid, certificate=path, **flags)
    return app, path


def content_key(place, app):
    """A new one of the application's, in base64."""
    return place.json("app", "set-content-key", app_id=app.app_id, generate=True,
                      replace=True)["content_key"]


class ModeClient(Client):
    """A client in certificate mode (where it has a certificate) that encrypts (where it has a key)."""

    def __init__(self, server, app, certificate=None, key=None, **settings):
        super().__init__(server, app, **settings)
        self.certificates = Certificates(server.place)
        self.app_cert_sn = sn(certificate.read_bytes()) if certificate else None
        self.key = key

    def parameters(self, method, biz_content, /, **changes):
        named = {"app_cert_sn": self.app_cert_sn, "alipay_root_cert_sn": sn(self.certificates.root)}
        added = (named if self.app_cert_sn else {}) | ({"encrypt_type": "AES"} if self.key else {})
        parameters = super().parameters(method, biz_content, **{**added, **changes})
        if self.key and "biz_content" not in changes:
            text = parameters["biz_content"].encode(codec(parameters.get("charset")))
            parameters["biz_content"] = encrypt(self.key, text).decode("ascii")
        return parameters

    def believe(self, response, charset="utf-8", sign_type="RSA2", name=None):
        return Answer(response, self.server.public_key, sign_type, charset, content_key=self.key)
