/**
 * Sends spans as fast as they are taken: `load.mjs <options as JSON>`. A request that is answered 503 is sent again after
 * the time that the answer says. Prints what was answered, as JSON.
 *
 * @typedef {{ url: string, spanBytes: number, vocabulary: 'small' | 'realistic', inFlight: number, seconds?: number, spans?: number, spansASecond?: number }} Load
 */
import { Agent, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { exportTemplate } from './export-template.mjs';
import { quantile } from './quantile.mjs';

/** Enough for a rare word to be sent now and then. */
const TEMPLATES = 12;

const {
  url,
  spanBytes,
  vocabulary,
  inFlight,
  seconds = Infinity,
  spans = Infinity,
  spansASecond = Infinity,
} = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: inFlight });
const templates = Array.from({ length: TEMPLATES }, (_, seed) =>
  exportTemplate({ spanBytes, vocabulary, seed }),
);

function send(body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/x-protobuf', 'content-length': body.length };
    const outgoing = request(`${url}/v1/traces`, { method: 'POST', agent, headers }, (answer) => {
      answer.resume();
      answer.on('end', () =>
        resolve({ status: answer.statusCode, retryAfterS: Number(answer.headers['retry-after'] ?? 0) }),
      );
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const latencies = [];
let sentSpans = 0;
let storedSpans = 0;
let storedTraces = 0;
let bytes = 0;
let refused = 0;
let next = 0;
const begin = performance.now();
const secondsPassed = () => (performance.now() - begin) / 1000;

async function sender() {
  while (secondsPassed() < seconds && sentSpans < spans) {
    const ahead = sentSpans / spansASecond - secondsPassed();
    if (ahead > 0) {
      await wait(ahead * 1000);
      continue;
    }
    const template = templates[next++ % TEMPLATES];
    sentSpans += template.spanCount;
    const body = template.next();
    for (;;) {
      const sentAt = performance.now();
      const { status, retryAfterS } = await send(body);
      if (status === 200) {
        latencies.push(performance.now() - sentAt);
        break;
      }
      if (status !== 503) throw new Error(`answered ${status}`);
      refused++;
      await wait(retryAfterS * 1000);
    }
    storedSpans += template.spanCount;
    storedTraces += template.traceCount;
    bytes += body.length;
  }
}

await Promise.all(Array.from({ length: inFlight }, sender));
const tookSeconds = secondsPassed();
agent.destroy();
const cpu = process.cpuUsage();
process.stdout.write(
  JSON.stringify({
    storedSpans,
    storedTraces,
    refused,
    seconds: tookSeconds,
    spansASecond: storedSpans / tookSeconds,
    megabytesASecond: bytes / tookSeconds / 1e6,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    maxMs: quantile(latencies, 1),
    cpuShare: (cpu.user + cpu.system) / 1e6 / tookSeconds,
  }),
);
