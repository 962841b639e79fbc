/* SPDX-License-Identifier: Apache-2.0 */
'use strict';

/*
 * Calls a gateway by OpenAPI v3 with the official Node library's curl(). Reads one JSON object a line on standard
 * input (v3_contract.py describes it) and writes one a line on standard output: {"status", "data", "trace_id"} of an
 * answer that the library has verified, {"status", "code", "message", "links", "trace_id"} of a refusal, or
 * {"refused": why} where the library threw for a reason of its own.
 */

const readline = require('node:readline');
const { AlipayFormData, AlipaySdk } = require('alipay-sdk');

function optionsOf(call) {
  const options = {
    body: call.body,
    query: call.query,
    appAuthToken: call.app_auth_token,
    needEncrypt: Boolean(call.content_key),
  };
  if (call.file) {
    options.form = new AlipayFormData();
    options.form.addFile('file_content', 'a.jpg', Buffer.from(call.file));
  }
  return options;
}

function keysOf(call) {
  if (!call.app_certificate) {
    return { alipayPublicKey: call.gateway_public_key };
  }
  return {
    appCertContent: call.app_certificate,
    alipayRootCertContent: call.root_certificate,
    alipayPublicCertContent: call.gateway_certificate,
  };
}

async function run(call) {
  const client = new AlipaySdk({
    endpoint: call.endpoint,
    appId: call.app_id,
    keyType: 'PKCS8',
    privateKey: call.private_key,
    encryptKey: call.content_key,
    ...keysOf(call),
  });
  const answer = await client.curl(call.http_method, call.path, optionsOf(call));
  return { status: answer.responseHttpStatus, data: answer.data, trace_id: answer.traceId };
}

function refusalOf(error) {
  if (!error.responseHttpStatus || error.responseHttpStatus < 400) {
    return { refused: String(error) };
  }
  const message = error.message.replace(` (traceId: ${error.traceId})`, '');
  return { status: error.responseHttpStatus, code: error.code, message, links: error.links, trace_id: error.traceId };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    console.log(JSON.stringify(await run(JSON.parse(line)).catch(refusalOf)));
  }
}

main();
