#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden files beside it (see README.md). Needs the openssl and ssh-keygen commands."""

import base64
import datetime
import json
import pathlib
import subprocess
import tempfile
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.name import _ASN1Type as Asn1Type
from cryptography.x509.oid import NameOID

HERE = pathlib.Path(__file__).resolve().parent
KEYS = HERE / "keys"
CERTIFICATES = HERE / "certificates"
BITS = (1024, 1536, 2048, 3072, 4096)
DIGESTS = {"rsa2": "-sha256", "rsa": "-sha1"}
GBK = "gbk"


def run(*command, data=None):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True).stdout


def key(name):
    return str(KEYS / name)


def make(name, *command, data=None):
    """Writes the command's output to a file of keys/ that is not there yet."""
    if not (KEYS / name).exists():
        (KEYS / name).write_bytes(run(*command, data=data))


def derive(name, data):
    (KEYS / name).write_bytes(data)


def body_of(pem):
    """The base64 between the BEGIN and END lines, without line ends."""
    return b"".join(line for line in pem.splitlines() if b"-----" not in line)


def make_keys():
    KEYS.mkdir(exist_ok=True)
    for bits in BITS:
        make(f"app_{bits}.pem", "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", f"rsa_keygen_bits:{bits}")
    app = key("app_2048.pem")
    make("private_pkcs1.pem", "openssl", "rsa", "-in", app, "-traditional")
    make("private_pkcs8.der", "openssl", "pkcs8", "-topk8", "-nocrypt", "-in", app, "-outform", "DER")
    make("private_pkcs1.der", "openssl", "rsa", "-in", app, "-traditional", "-outform", "DER")
    make("public.pem", "openssl", "pkey", "-in", app, "-pubout")
    make("public.der", "openssl", "pkey", "-in", app, "-pubout", "-outform", "DER")
    make("public_pkcs1.pem", "openssl", "rsa", "-in", app, "-RSAPublicKey_out")
    make("public_pkcs1.der", "openssl", "rsa", "-in", app, "-RSAPublicKey_out", "-outform", "DER")
    make("certificate.pem", "openssl", "req", "-x509", "-key", app, "-days", "36500", "-subj", "/CN=kaquan test")
    make("certificate.der", "openssl", "x509", "-in", key("certificate.pem"), "-outform", "DER")
    make("request.pem", "openssl", "req", "-new", "-key", app, "-subj", "/CN=kaquan test")
    make_unusable_keys(app)
    derive_variants()


def make_unusable_keys(app):
    make("encrypted.pem", "openssl", "pkcs8", "-topk8", "-in", app, "-passout", "pass:secret")
    make("encrypted_pkcs1.pem", "openssl", "rsa", "-in", app, "-traditional", "-aes128", "-passout", "pass:secret")
    make("pkcs12.p12", "openssl", "pkcs12", "-export", "-inkey", app, "-in", key("certificate.pem"), "-passout", "pass:secret")
    make("pkcs7.pem", "openssl", "crl2pkcs7", "-nocrl", "-certfile", key("certificate.pem"))
    make("ec_private.pem", "openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    make("ec_private_sec1.pem", "openssl", "ec", "-in", key("ec_private.pem"))
    make("ec_public.pem", "openssl", "pkey", "-in", key("ec_private.pem"), "-pubout")
    make("ed25519_public.pem", "openssl", "pkey", "-pubout", data=run("openssl", "genpkey", "-algorithm", "ED25519"))
    make("pss_private.pem", "openssl", "genpkey", "-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048")
    make("pss_public.pem", "openssl", "pkey", "-in", key("pss_private.pem"), "-pubout")
    make("dsa_private.pem", "openssl", "dsa", data=run(
        "openssl", "genpkey", "-paramfile", "/dev/stdin", data=run(
            "openssl", "genpkey", "-genparam", "-algorithm", "DSA", "-pkeyopt", "dsa_paramgen_bits:1024")))
    make("small_private.pem", "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1016")
    make("small_public.pem", "openssl", "pkey", "-in", key("small_private.pem"), "-pubout")
    make("large_public.pem", "openssl", "pkey", "-pubout", data=run(
        "openssl", "genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4104"))
    if not (KEYS / "openssh_private").exists():
        with tempfile.TemporaryDirectory() as directory:
            path = pathlib.Path(directory) / "id"
            run("ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-C", "test", "-f", str(path))
            derive("openssh_private", path.read_bytes())
            derive("openssh_public", path.with_suffix(".pub").read_bytes())


def derive_variants():
    """The same keys in other clothes."""
    public = (KEYS / "public.pem").read_bytes()
    private = (KEYS / "app_2048.pem").read_bytes()
    for name, pem in (("public", public), ("private", private)):
        derive(f"{name}_base64.txt", body_of(pem))
        derive(f"{name}_base64_lines.txt", b"\r\n".join(pem.splitlines()[1:-1]) + b"\r\n")
        derive(f"{name}_crlf_bom.pem", b"\xef\xbb\xbf" + pem.replace(b"\n", b"\r\n"))
        derive(f"{name}_one_line.pem", pem.replace(b"\n", b""))
        derive(f"{name}_spaces.pem", pem.replace(b"\n", b" "))
        derive(f"{name}_text_around.pem", b"Bag Attributes\n    friendlyName: test\n" + pem + b"made for a test\n")
        derive(f"{name}_utf16.pem", pem.decode().encode("utf-16"))
        derive(f"{name}_cut_off.pem", pem[:len(pem) // 2])
        derive(f"{name}_cut_off.txt", body_of(pem)[:200])
        derive(f"{name}_cut_off.der", base64.b64decode(body_of(pem))[:-7])
    # Key tools give PKCS#8 without the lines around it, and people put the wrong ones there.
    derive("private_mislabelled.pem", private.replace(b" PRIVATE", b" RSA PRIVATE"))
    derive("public_mislabelled.pem", public.replace(b"PUBLIC KEY", b"CERTIFICATE"))
    derive("certificate_then_private.pem", (KEYS / "certificate.pem").read_bytes() + private)


def attribute(name, value, asn1_type=None):
    return x509.NameAttribute(getattr(NameOID, name), value, **({} if asn1_type is None else {"_type": asn1_type}))


def issuer_names():
    """What issuers are called: as the platform's own, and with all that RFC 2253 has rules for."""
    plain = [attribute("COUNTRY_NAME", "CN"), attribute("ORGANIZATION_NAME", "Kaquan Test"),
             attribute("ORGANIZATIONAL_UNIT_NAME", "Certification Authority"),
             attribute("COMMON_NAME", "Kaquan Test Authority R1")]
    odd = [attribute("COUNTRY_NAME", "CN"), attribute("STATE_OR_PROVINCE_NAME", "浙江"),
           attribute("LOCALITY_NAME", ' #杭州, "west"; a+b=c <x> \\ '), attribute("STREET_ADDRESS", "#1"),
           attribute("DOMAIN_COMPONENT", "example", Asn1Type.IA5String), attribute("USER_ID", "u"),
           attribute("SERIAL_NUMBER", "77"), attribute("EMAIL_ADDRESS", "a@b.cn", Asn1Type.IA5String),
           attribute("TITLE", "T"), attribute("COMMON_NAME", "宽 tab\there é")]
    several = [x509.RelativeDistinguishedName([attribute("COMMON_NAME", "b"),
                                               attribute("ORGANIZATIONAL_UNIT_NAME", "a")]),
               x509.RelativeDistinguishedName([attribute("ORGANIZATION_NAME", "  ")])]
    types = [attribute("COMMON_NAME", "caf\xe9", Asn1Type.T61String),
             attribute("COMMON_NAME", "123", Asn1Type.NumericString)]
    return {name: x509.Name(parts) for name, parts in
            (("plain", plain), ("odd", odd), ("several", several), ("types", types))}


def make_certificate(issuer, serial, signing_key, digest):
    public = serialization.load_pem_private_key((KEYS / "app_2048.pem").read_bytes(), None).public_key()
    builder = (x509.CertificateBuilder().subject_name(x509.Name([attribute("COMMON_NAME", "kaquan test app")]))
               .issuer_name(issuer).public_key(public).serial_number(serial)
               .not_valid_before(datetime.datetime(2026, 1, 1, 0, 0, 1)).not_valid_after(datetime.datetime(2056, 1, 1)))
    return builder.sign(signing_key, digest).public_bytes(serialization.Encoding.PEM)


def make_certificates():
    """One of each issuer, and a bundle of roots of which one is not signed with RSA."""
    CERTIFICATES.mkdir(exist_ok=True)
    names = issuer_names()
    rsa = serialization.load_pem_private_key((KEYS / "app_2048.pem").read_bytes(), None)
    elliptic = serialization.load_pem_private_key((KEYS / "ec_private.pem").read_bytes(), None)
    for number, (name, issuer) in enumerate(names.items()):
        if not (CERTIFICATES / f"{name}.pem").exists():
            (CERTIFICATES / f"{name}.pem").write_bytes(make_certificate(issuer, (1 << 150) + number, rsa, hashes.SHA256()))
    if not (CERTIFICATES / "roots.pem").exists():
        (CERTIFICATES / "roots.pem").write_bytes(b"".join((
            b"The roots:\n", make_certificate(names["plain"], 1, rsa, hashes.SHA384()),
            make_certificate(names["plain"], 2, elliptic, hashes.SHA256()),
            make_certificate(names["odd"], 3, rsa, hashes.SHA512()))))
        (CERTIFICATES / "roots_elliptic.pem").write_bytes(make_certificate(names["plain"], 2, elliptic, hashes.SHA256()))


def sign(text, bits, sign_type):
    signature = run("openssl", "dgst", DIGESTS[sign_type], "-sign", key(f"app_{bits}.pem"), data=text)
    return base64.b64encode(signature)


def write(folder, **files):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("__", ".")).write_bytes(data)


def make_request(name, charset, public, biz_content):
    """Public parameters in the query and biz_content in the body, as the official libraries do."""
    signed = {**public, "biz_content": biz_content}
    text = "&".join(f"{name}={value}" for name, value in sorted(signed.items()) if value != "").encode(charset)
    sign_type = public["sign_type"].lower()
    query = {**public, "sign": sign(text, 2048, sign_type).decode()}
    write(HERE / "requests" / name,
          query=urllib.parse.urlencode(query, encoding=charset).encode(),
          body=urllib.parse.urlencode({"biz_content": biz_content}, encoding=charset).encode(),
          string_to_sign=text,
          rsa2__sign=sign(text, 2048, "rsa2"),
          rsa__sign=sign(text, 2048, "rsa"))
    return text


def public_parameters(method, charset, sign_type, **others):
    return {"app_id": "2014072300007148", "method": method, "format": "JSON", "charset": charset,
            "sign_type": sign_type, "timestamp": "2014-07-24 03:07:50", "version": "1.0", **others}


def make_requests():
    send = ('{"template_id":"20140601000730010040000000EB","login_id":"13196215350","taobao_nick":"yue54333",'
            '"user_id":"2088302001456115","out_biz_no":"2016122814164328aadaee_1aee_4","amount":9.99,'
            '"memo":"优酷3个月兑换券"}')
    listing = '{"template_id":"20140601000730010040000000EB","user_id":"2088512417841101"}'
    wallet = '{\n  "user_id": "2088888888888888",\n  "group_type": "voucher",\n  "page_size": 100\n}'
    text = make_request("send_utf8", "utf-8",
                        public_parameters("alipay.marketing.voucher.send", "utf-8", "RSA2"), send)
    # The second bytes of these characters are \ | and @.
    make_request("send_gbk", GBK, public_parameters("alipay.marketing.voucher.send", "GBK", "RSA2"),
                 send.replace("优酷", b"\x81\x5c\x81\x7c\x81\x40".decode(GBK) + "优酷"))
    make_request("list_gb2312", GBK, public_parameters(
        "alipay.marketing.voucher.list.query", "gb2312", "RSA", app_auth_token=""), listing)
    make_request("wallet_odd_values", "utf-8", public_parameters(
        "alipay.user.pass.grouplist.query", "UTF-8", "RSA2", notify_url="https://example.com/a?b=c&d=%20e+f",
        return_url="", terminal_info="一 二&三=四", Zeta="upper case sorts first"), wallet)
    return text


def encode_answer(text, charset):
    """What the charset lacks becomes a JSON escape, in UTF-16 code units."""
    encoded = b""
    for character in text:
        try:
            encoded += character.encode(charset)
        except UnicodeEncodeError:
            units = character.encode("utf-16-be")
            for at in range(0, len(units), 2):
                encoded += b"\\u" + units[at:at + 2].hex().encode()
    return encoded


def make_answer(name, charset, sign_type, method, response):
    text = json.dumps(response, ensure_ascii=False, separators=(",", ":"))
    encoded = encode_answer(text, charset)
    member = (method.replace(".", "_") if method else "error") + "_response"
    signature = sign(encoded, 2048, sign_type)
    write(HERE / "answers" / name,
          utf8__json=text.encode(),
          method=method.encode(),
          charset=charset.encode(),
          sign_type=sign_type.upper().encode(),
          response=encoded,
          answer=b'{"' + member.encode() + b'":' + encoded + b',"sign":"' + signature + b'"}')


def make_answers():
    success = {"code": "10000", "msg": "Success"}
    make_answer("send", "utf-8", "rsa2", "alipay.marketing.voucher.send",
                {**success, "voucher_id": "20160906000730020020002U8CBS", "user_id": "2088302001456115"})
    make_answer("list_empty", GBK, "rsa", "alipay.marketing.voucher.list.query", {**success, "vouchers": []})
    data_info = json.dumps({"logoText": "10元", "brandName": "€ 咖啡/茶 ⁂ 😀", "itemDesc": "满100元可用"},
                           ensure_ascii=False, separators=(",", ":"))
    item = {"pass_id": "7000790003", "mechant_name": "商家\t名称", "data_info": data_info}
    for charset in ("utf-8", GBK):
        make_answer(f"wallet_{charset.replace('-', '')}", charset, "rsa2", "alipay.user.pass.grouplist.query",
                    {**success, "pass_info_list": [item]})
    make_answer("unknown_method", "utf-8", "rsa2", "",
                {"code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-method", "sub_msg": "不存在的方法名"})


def main():
    make_keys()
    make_certificates()
    text = make_requests()
    for bits in BITS:
        write(HERE / "signatures", **{f"{bits}__{name}": sign(text, bits, name) for name in DIGESTS})
    make_answers()


if __name__ == "__main__":
    main()
