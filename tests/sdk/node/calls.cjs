/* SPDX-License-Identifier: Apache-2.0 */
'use strict';

/*
 * Calls a gateway with the official Node library. Reads one JSON object a line on standard input (a client's
 * settings, a method and its fields; conftest.py describes it) and writes one a line on standard output: the
 * answer's fields, or {"refused": why} where the library threw.
 */

const readline = require('node:readline');
const { AlipaySdk } = require('alipay-sdk');

/* Of a notification nothing but the gateway's key matters, yet the library wants to be a whole client. */
function verify(call) {
  const client = new AlipaySdk({
    appId: 'none',
    privateKey: 'none',
    alipayPublicKey: call.gateway_public_key,
    signType: call.sign_type,
  });
  return { verified: client.checkNotifySignV2(call.notification) };
}

async function run(call) {
  if (call.notification) {
    return verify(call);
  }
  const client = new AlipaySdk({
    gateway: call.gateway,
    appId: call.app_id,
    keyType: 'PKCS8',
    privateKey: call.private_key,
    ...(call.app_certificate
      ? {
          appCertContent: call.app_certificate,
          alipayPublicCertContent: call.gateway_certificate,
          alipayRootCertContent: call.root_certificate,
        }
      : { alipayPublicKey: call.gateway_public_key }),
    encryptKey: call.content_key,
    signType: call.sign_type,
    camelcase: false, // the answer's names as they are on the wire
  });
  const parameters = { bizContent: call.fields, needEncrypt: Boolean(call.content_key) };
  if (call.format) {
    parameters.format = call.format;
  }
  if (call.app_auth_token) {
    parameters.appAuthToken = call.app_auth_token;
  }
  // Without validateSign the library believes any answer. With it, it looks for a JSON object in what was signed,
  // also where that is a string of encrypted content: there it can only be left out.
  const options = { validateSign: !call.content_key };
  const { traceId, ...answer } = await client.exec(call.method, parameters, options);
  return { ...answer, trace_id: traceId };
}

async function main() {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const result = await run(JSON.parse(line)).catch(error => ({ refused: String(error) }));
    console.log(JSON.stringify(result));
  }
}

main();
