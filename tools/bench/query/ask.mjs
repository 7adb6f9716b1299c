/**
 * Asks each question in turn, again and again: `ask.mjs <questions as JSON>`, with `{ url, rounds, paths: { name: path } }`.
 * Prints what each took, as JSON. Lists whose pages end early are followed to their first item, or their end, once.
 */
import { Agent, get } from 'node:http';
import { quantile } from '../ingest/quantile.mjs';

const MOST_PAGES = 2_000;
const { url, rounds, paths } = JSON.parse(process.argv[2]);
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function ask(path) {
  return new Promise((resolve, reject) => {
    const askedAt = performance.now();
    get(`${url}${path}`, { agent }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode,
          ms: performance.now() - askedAt,
          body: Buffer.concat(chunks),
        }),
      );
    }).on('error', reject);
  });
}

/** How long until a list shows its first item, or that there is none. */
async function firstItem(path) {
  const begin = performance.now();
  let cursor = '';
  for (let pages = 1; pages <= MOST_PAGES; pages++) {
    const { body } = await ask(`${path}${cursor}`);
    const { items, nextCursor } = JSON.parse(body);
    if (items === undefined) return undefined;
    if (items.length > 0 || nextCursor === null) {
      return { pages, items: items.length, ms: performance.now() - begin };
    }
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
  throw new Error(`${path} does not end`);
}

const asked = Object.keys(paths).map((name) => ({ name, times: [], bytes: 0, failure: undefined }));
for (let round = 0; round < rounds; round++) {
  for (const question of asked) {
    const { status, ms, body } = await ask(paths[question.name]);
    question.times.push(ms);
    question.bytes = body.length;
    if (status !== 200) question.failure = `${status} ${body.toString().slice(0, 300)}`;
  }
}
const figures = [];
for (const { name, times, bytes, failure } of asked) {
  figures.push({
    name,
    bytes,
    failure,
    p50Ms: quantile(times, 0.5),
    p95Ms: quantile(times, 0.95),
    maxMs: quantile(times, 1),
    first: /[?&]query=/.test(paths[name]) ? await firstItem(paths[name]) : undefined,
  });
}
agent.destroy();
process.stdout.write(JSON.stringify(figures));
