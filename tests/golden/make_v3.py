#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the golden files of the newer protocol, v3/ (see README.md), with Python and the openssl command."""

import json

from make import HERE, sign, write

APP_ID = "2014072300007148"
NONCE = "d6a1d4a4-3f0e-4b5c-9d2c-0f6f3c1f6f11"
TIMESTAMP = "1406142470123"
LIST = f"app_id={APP_ID},nonce={NONCE},timestamp={TIMESTAMP}"
CERTIFIED = f"app_id={APP_ID},app_cert_sn=0c8f2a4b6d1e3f507192a3b4c5d6e7f8,nonce={NONCE},timestamp={TIMESTAMP},terminal=a=b"


def make_request(name, authorization_list, http_method, path, body="", token=""):
    lines = [authorization_list, http_method, path, body] + ([token] if token else [])
    text = "".join(line + "\n" for line in lines).encode()
    signature = sign(text, 2048, "rsa2")
    write(HERE / "v3" / name,
          authorization=f"ALIPAY-SHA256withRSA {authorization_list},sign={signature.decode()}".encode(),
          list=authorization_list.encode(), http_method=http_method.encode(), path=path.encode(), body=body.encode(),
          token=token.encode(), string_to_sign=text, rsa2__sign=signature)


def make_answer(name, body):
    nonce = "5f2b0c7e9a1d4e6f8091a2b3c4d5e6f7"
    text = f"{TIMESTAMP}\n{nonce}\n{body}\n".encode()
    write(HERE / "v3" / name, timestamp=TIMESTAMP.encode(), nonce=nonce.encode(), body=body.encode(),
          string_to_sign=text, rsa2__sign=sign(text, 2048, "rsa2"))


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def main():
    send = {"template_id": "20140601000730010040000000EB", "user_id": "2088302001456115",
            "out_biz_no": "2016122814164328aadaee_1aee_4", "amount": "9.99", "memo": "优酷3个月兑换券"}
    make_request("send", LIST, "POST", "/v3/alipay/marketing/voucher/send", compact(send))
    make_request("send_for_a_merchant", CERTIFIED, "POST", "/v3/alipay/marketing/voucher/send", compact(send),
                 "202309BBd1c2f6e9a4b84a0f8f6e5d4c3b2a1908")
    make_request("query", LIST, "GET", "/v3/alipay/marketing/voucher/query?voucher_id=2016%2F09&memo=%E5%88%B8+1")
    make_answer("answer", compact({"voucher_id": "20160906000730020020002U8CBS", "memo": "券/1"}))
    make_answer("answer_error", compact({"code": "TEMPLATE_NOT_EXIST", "message": "模板不存在", "links": []}))


if __name__ == "__main__":
    main()
