# SPDX-License-Identifier: Apache-2.0
"""RSA keys of the tests' applications, and what is done with them. Keys are made once a run."""

import base64
import functools

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

HASHES = {"RSA2": hashes.SHA256, "RSA": hashes.SHA1}


@functools.lru_cache(maxsize=None)
def private_key(name="main", bits=2048):
    """A key of the run: the same for the same name and size."""
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_pem(key):
    return key.public_key().public_bytes(serialization.Encoding.PEM,
                                         serialization.PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def private_pem(key):
    """PKCS#8, without a passphrase."""
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption()).decode("ascii")


def load_public(pem):
    return serialization.load_pem_public_key(pem)


def load_private(pem):
    return serialization.load_pem_private_key(pem, password=None)


def sign(key, sign_type, data):
    """The signature's base64 text (RSASSA-PKCS1-v1_5)."""
    return base64.b64encode(key.sign(data, padding.PKCS1v15(), HASHES[sign_type]()))


def verifies(public_key, sign_type, data, signature_text):
    try:
        signature = base64.b64decode(signature_text, validate=True)
        public_key.verify(signature, data, padding.PKCS1v15(), HASHES[sign_type]())
    except (InvalidSignature, ValueError):
        return False
    return True
