# SPDX-License-Identifier: Apache-2.0
"""The cipher of encrypted content, independent of the program."""

import base64

from cryptography.hazmat.primitives import padding
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

BLOCK_BITS = 128
ZERO_VECTOR = bytes(16)


def encrypt(key, data):
    """base64(AES-CBC(PKCS#7(data))), with the key as it is written in base64."""
    padder = padding.PKCS7(BLOCK_BITS).padder()
    encryptor = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(ZERO_VECTOR)).encryptor()
    padded = padder.update(data) + padder.finalize()
    return base64.b64encode(encryptor.update(padded) + encryptor.finalize())


def decrypt(key, text):
    decryptor = Cipher(algorithms.AES(base64.b64decode(key)), modes.CBC(ZERO_VECTOR)).decryptor()
    unpadder = padding.PKCS7(BLOCK_BITS).unpadder()
    padded = decryptor.update(base64.b64decode(text, validate=True)) + decryptor.finalize()
    return unpadder.update(padded) + unpadder.finalize()
