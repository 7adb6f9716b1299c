/**
 * Asks what a page asks while spans arrive: `reads.mjs <address>`, until standard input ends. Prints the milliseconds
 * that each kind of question took, as JSON. Every question is asked about ten times a second.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { Asker } from './asker.mjs';
import { quantile } from './quantile.mjs';

const PAUSE_MS = 25;
const [url, largeTraceId] = process.argv.slice(2);
const asker = new Asker(url);
let isOver = false;
process.stdin.on('end', () => (isOver = true)).resume();

const questions = {
  'newest 50 traces': () => '/api/traces?limit=50',
  'trace of 20 spans': (traceId) => traceId && `/api/traces/${traceId}`,
  'trace of 1,000 spans': () => largeTraceId && `/api/traces/${largeTraceId}`,
  'newest 50 spans by text, one word': () => '/api/spans?text=answer&limit=50',
  'newest 50 spans by text, two words': () => '/api/spans?text=summarize+chatcmpl&limit=50',
};
const times = Object.fromEntries(Object.keys(questions).map((name) => [name, []]));
const failures = {};
let traceId;
while (!isOver) {
  for (const [name, address] of Object.entries(questions)) {
    const path = address(traceId);
    if (!path) continue;
    const { status, ms, body } = await asker.ask(path);
    if (status === 200) times[name].push(ms);
    // A trace that was just listed may have been removed by retention since.
    else if (status !== 404 || name !== 'trace of 20 spans') failures[name] = (failures[name] ?? 0) + 1;
    if (name === 'newest 50 traces') traceId = JSON.parse(body).items[25]?.traceId;
    await wait(PAUSE_MS);
  }
}
asker.close();
const figures = Object.entries(times).map(([name, values]) => ({
  name,
  count: values.length,
  failures: failures[name] ?? 0,
  p50Ms: quantile(values, 0.5),
  p99Ms: quantile(values, 0.99),
}));
process.stdout.write(JSON.stringify(figures));
