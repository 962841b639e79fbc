/* SPDX-License-Identifier: Apache-2.0 */
'use strict';

/*
 * Calls a gateway with the official Node library, one call after the other, or several under way at a time.
 *
 * usage: throughput.cjs GATEWAY APP_ID PRIVATE_KEY GATEWAY_PUBLIC_KEY CALLS SECONDS WARM_UP IN_FLIGHT
 *
 * CALLS has lines METHOD<tab>BIZ_CONTENT, made again and again. Prints one JSON object: calls, seconds, cpu_s.
 */

const fs = require('node:fs');
const { AlipaySdk } = require('alipay-sdk');

const [gateway, appId, privateKey, gatewayPublicKey, calls, seconds, warmUp, inFlight] = process.argv.slice(2);
const client = new AlipaySdk({
  gateway,
  appId,
  keyType: 'PKCS8',
  privateKey: fs.readFileSync(privateKey, 'ascii'),
  alipayPublicKey: fs.readFileSync(gatewayPublicKey, 'ascii'),
  camelcase: false,
});
const lines = fs.readFileSync(calls, 'utf8').trimEnd().split('\n').map(line => line.split('\t'));
let next = 0;

async function callUntil(end) {
  let made = 0;
  while (performance.now() < end) {
    const [method, content] = lines[next++ % lines.length];
    const answer = await client.exec(method, { bizContent: JSON.parse(content) }, { validateSign: true });
    if (answer.code !== '10000') {
      throw new Error(`a call failed: ${answer.code} ${answer.sub_code} ${answer.sub_msg}`);
    }
    made++;
  }
  return made;
}

async function main() {
  await callUntil(performance.now() + Number(warmUp) * 1000);
  const begun = performance.now();
  const begunCpu = process.cpuUsage();
  const end = begun + Number(seconds) * 1000;
  const made = await Promise.all(Array.from({ length: Number(inFlight) }, () => callUntil(end)));
  const cpu = process.cpuUsage(begunCpu);
  console.log(JSON.stringify({
    calls: made.reduce((sum, count) => sum + count),
    seconds: (performance.now() - begun) / 1000,
    cpu_s: (cpu.user + cpu.system) / 1e6,
  }));
}

main();
