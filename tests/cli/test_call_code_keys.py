# SPDX-License-Identifier: Apache-2.0
"""kaquan call --curl, --php, …: a program is printed only for key files that it reads; for others, what makes one of them.

Some programs would find out only when the answer is there, after the call was made."""

import re
import subprocess

import pytest
from cryptography.hazmat.primitives import serialization
from support import binary, keys, modes

from command import refused
from test_call import KEY_FILES
from test_call_code import LIST, OFFLINE_PEM, printed

FORMS_THAT_READ_PEM = ["curl", "java", "python", "node", "php"]
LIBRARIES = ["java", "python", "node"]

KEY = keys.load_private((KEY_FILES / "app_2048.pem").read_bytes())
PRIVATE, PUBLIC = keys.private_pem(KEY), keys.public_pem(KEY)
CERTIFICATE = modes.self_signed(KEY).decode("ascii")
PUBLIC_PKCS1 = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.PKCS1).decode("ascii")


def body(pem):
    return "".join(pem.splitlines()[1:-1])


def with_body(pem, text):
    begin, *_, end = pem.splitlines()
    return begin + text + end + "\n"


# What `kaquan call` takes, and openssl, PHP or a library does not, each in its way.
ODD_FORMS = {
    "bom": lambda pem: "\ufeff" + pem,
    "cr": lambda pem: pem.replace("\n", "\r"),
    "one-line": lambda pem: with_body(pem, body(pem)),
    "one-line-with-spaces": lambda pem: " ".join(pem.splitlines()),
    "long-line": lambda pem: with_body(pem, "\n" + body(pem) + "\n"),
    "indented": lambda pem: "".join(f"  {line}\n" for line in pem.splitlines()),
    "trailing-spaces": lambda pem: pem.replace("\n", " \n"),
    "blank-lines": lambda pem: pem.replace("\n", "\n\n"),
    "blank-line-first": lambda pem: "\n" + pem,
    "text-before": lambda pem: "Bag Attributes\n    friendlyName: 私钥\n" + pem,
    "text-after": lambda pem: pem + "the key\n",
    "base64": body,
}


def offline(tmp_path, use, text):
    """Flags with that text in the file for that use."""
    path = tmp_path / "key.pem"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    flags = {**OFFLINE_PEM, use: path}
    if "certificate" in use:
        del flags["gateway_public_key"]
        (tmp_path / "certificate.pem").write_text(CERTIFICATE, encoding="ascii")
        for other in ("app_certificate", "gateway_certificate", "root_certificates"):
            flags.setdefault(other, tmp_path / "certificate.pem")
    return flags


def converted(tmp_path, form, use, flags):
    """Refuses, then does what the refusal says: what came out of it, for which the program is printed."""
    done = binary.run("call", LIST, f"--{form}", **flags)
    refused(done, 1, "(FILE: ")
    command = re.search("`(.*?)`", done.stderr)[1].replace("FILE", str(flags[use])).replace("NEW.pem", f"{tmp_path}/new")
    made = subprocess.run(["bash", "-o", "pipefail", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert made.returncode == 0, (command, made.stderr)
    printed(form, LIST, **{**flags, use: tmp_path / "new"})
    return (tmp_path / "new").read_text("ascii")


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("odd", ODD_FORMS)
def test_odd_private_key(tmp_path, form, odd):
    assert converted(tmp_path, form, "private_key", offline(tmp_path, "private_key", ODD_FORMS[odd](PRIVATE))) == PRIVATE


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("odd", ODD_FORMS)
def test_odd_gateway_key(tmp_path, form, odd):
    flags = offline(tmp_path, "gateway_public_key", ODD_FORMS[odd](PUBLIC))
    assert converted(tmp_path, form, "gateway_public_key", flags) == PUBLIC


@pytest.mark.parametrize("form", ["curl", "java", "node", "php"])
@pytest.mark.parametrize("odd", ODD_FORMS)
def test_odd_gateway_certificate(tmp_path, form, odd):
    flags = offline(tmp_path, "gateway_certificate", ODD_FORMS[odd](CERTIFICATE))
    assert converted(tmp_path, form, "gateway_certificate", flags) == CERTIFICATE


@pytest.mark.parametrize("use", ["app_certificate", "root_certificates"])
@pytest.mark.parametrize("odd", ODD_FORMS)
def test_odd_certificate_that_a_library_reads(tmp_path, use, odd):
    flags = offline(tmp_path, use, ODD_FORMS[odd](CERTIFICATE))
    assert converted(tmp_path, "node", use, flags) == CERTIFICATE
    printed("curl", LIST, **flags)  # which has the numbers alone


@pytest.mark.parametrize("form", ["java", "node"])
def test_text_around_several_roots(tmp_path, form):
    other = modes.self_signed(keys.private_key("stranger")).decode("ascii")
    flags = offline(tmp_path, "root_certificates", f"\ufeffroots\n{CERTIFICATE}another:\n{other}")
    assert converted(tmp_path, form, "root_certificates", flags) == CERTIFICATE + other
    printed(form, LIST, **offline(tmp_path, "root_certificates", f"{CERTIFICATE}\n{other}"))


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
def test_binary_keys(tmp_path, form):
    for name in ("private_pkcs1.der", "private_pkcs8.der"):
        flags = offline(tmp_path, "private_key", (KEY_FILES / name).read_bytes())
        assert converted(tmp_path, form, "private_key", flags).startswith("-----BEGIN PRIVATE KEY-----\n")
    for name in ("public.der", "public_pkcs1.der", "certificate.der"):
        flags = offline(tmp_path, "gateway_public_key", (KEY_FILES / name).read_bytes())
        assert converted(tmp_path, form, "gateway_public_key", flags).startswith("-----BEGIN PUBLIC KEY-----\n")


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("text", [PUBLIC + PRIVATE, PRIVATE + PUBLIC, CERTIFICATE + PRIVATE, PRIVATE + CERTIFICATE])
def test_private_key_beside_another(tmp_path, form, text):
    assert converted(tmp_path, form, "private_key", offline(tmp_path, "private_key", text)) == PRIVATE


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("text", [PUBLIC + PUBLIC, PUBLIC + CERTIFICATE, CERTIFICATE + PUBLIC])
def test_gateway_key_beside_another(tmp_path, form, text):
    assert converted(tmp_path, form, "gateway_public_key", offline(tmp_path, "gateway_public_key", text)) == PUBLIC


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("use, text, wanted", [
    ("private_key", PRIVATE.replace("PRIVATE", "RSA PRIVATE"), PRIVATE),
    ("gateway_public_key", PUBLIC.replace("PUBLIC", "RSA PUBLIC"), PUBLIC),
    ("gateway_public_key", PUBLIC_PKCS1.replace("RSA ", ""), PUBLIC),
    ("gateway_public_key", CERTIFICATE.replace("CERTIFICATE", "PUBLIC KEY"), PUBLIC)])
def test_wrong_label(tmp_path, form, use, text, wanted):
    assert converted(tmp_path, form, use, offline(tmp_path, use, text)) == wanted


@pytest.mark.parametrize("form", LIBRARIES)
@pytest.mark.parametrize("text", [CERTIFICATE, PUBLIC_PKCS1])
def test_gateway_key_that_is_not_bare(tmp_path, form, text):
    flags = offline(tmp_path, "gateway_public_key", text)
    refused(binary.run("call", LIST, f"--{form}", **flags), 1, f"the library of --{form} reads a bare public key")
    assert converted(tmp_path, form, "gateway_public_key", flags) == PUBLIC


def test_pkcs1_where_a_library_reads_pkcs8(tmp_path):
    flags = offline(tmp_path, "private_key", (KEY_FILES / "private_pkcs1.pem").read_text("ascii"))
    refused(binary.run("call", LIST, "--java", **flags), 1, "PKCS#8", "not PKCS#1")
    assert converted(tmp_path, "java", "private_key", flags).startswith("-----BEGIN PRIVATE KEY-----\n")


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
@pytest.mark.parametrize("use, name, sentence", [
    ("private_key", "public.pem", "this is a public key"), ("private_key", "ec_private.pem", "RSA"),
    ("private_key", "encrypted.pem", "encrypted"), ("private_key", "private_cut_off.pem", "cut off"),
    ("gateway_public_key", "app_2048.pem", "private key"), ("gateway_public_key", "ec_public.pem", "RSA"),
    ("gateway_public_key", "public_utf16.pem", "UTF-16")])
def test_key_that_no_call_takes(form, use, name, sentence):
    refused(binary.run("call", LIST, f"--{form}", **{**OFFLINE_PEM, use: KEY_FILES / name}), 1, name, sentence)


@pytest.mark.parametrize("form", [*FORMS_THAT_READ_PEM, "c"])
@pytest.mark.parametrize("use", ["private_key", "gateway_public_key"])
def test_key_that_came_once(form, use):
    """The program would look for a file of that name."""
    done = binary.run("call", LIST, f"--{form}", **{**OFFLINE_PEM, use: "-"}, stdin=PRIVATE)
    refused(done, 2, "from files", "--http")


@pytest.mark.parametrize("form", FORMS_THAT_READ_PEM)
def test_line_ends_that_every_program_reads(tmp_path, form):
    for use, text in (("private_key", PRIVATE), ("gateway_public_key", PUBLIC)):
        for same in (text.replace("\n", "\r\n"), text.rstrip("\n"), text + "\n", with_body(text, "\n" + "\n".join(
                re.findall(".{1,76}", body(text))) + "\n")):
            printed(form, LIST, **offline(tmp_path, use, same))
