# SPDX-License-Identifier: Apache-2.0
"""Calls a gateway with the official Python library, on one thread, one call after the other.

usage: throughput.py GATEWAY APP_ID PRIVATE_KEY GATEWAY_PUBLIC_KEY CALLS SECONDS WARM_UP 1

CALLS has lines METHOD<tab>BIZ_CONTENT, made again and again. Prints one JSON object: calls, seconds, cpu_s."""

import importlib
import json
import pathlib
import socket
import sys
import time
import urllib.parse

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient


def type_of(method, folder, ending):
    name = "".join(word.capitalize() for word in method.split(".")) + ending
    return getattr(importlib.import_module(f"alipay.aop.api.{folder}.{name}"), name)


def client_of(gateway, app_id, private_key, gateway_public_key):
    # It takes no port in its URL and connects to port 80: a connection there ends at the gateway's instead.
    connect, port = socket.create_connection, urllib.parse.urlsplit(gateway).port
    socket.create_connection = lambda _, *rest, **named: connect(("127.0.0.1", port), *rest, **named)
    config = AlipayClientConfig()
    config.server_url = "http://127.0.0.1/gateway.do"
    config.app_id = app_id
    config.app_private_key = pathlib.Path(private_key).read_text(encoding="ascii")
    config.alipay_public_key = pathlib.Path(gateway_public_key).read_text(encoding="ascii")
    return DefaultAlipayClient(config)


def call(client, line):
    """A typed request, signed, sent; its answer verified and read by its type."""
    method, content = line
    request = type_of(method, "request", "Request")(
        biz_model=type_of(method, "domain", "Model").from_alipay_dict(json.loads(content)))
    response = type_of(method, "response", "Response")()
    response.parse_response_content(client.execute(request))
    if not response.is_success():
        raise SystemExit(f"a call failed: {response.code} {response.sub_code} {response.sub_msg}")


def calls_until(client, lines, end):
    made = 0
    while time.monotonic() < end:
        call(client, lines[made % len(lines)])
        made += 1
    return made


def main():
    *settings, calls, seconds, warm_up, _ = sys.argv[1:]
    client = client_of(*settings)
    lines = [line.split("\t") for line in pathlib.Path(calls).read_text(encoding="utf-8").splitlines()]
    calls_until(client, lines, time.monotonic() + float(warm_up))
    begun, begun_cpu = time.monotonic(), time.process_time()
    made = calls_until(client, lines, begun + float(seconds))
    print(json.dumps({"calls": made, "seconds": time.monotonic() - begun, "cpu_s": time.process_time() - begun_cpu}))


main()
