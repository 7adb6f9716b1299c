/**
 * Asks each question in turn, again and again: `ask.mjs <questions as JSON>`, with `{ url, rounds, paths: { name: path } }`.
 * Prints what each took, as JSON. Lists whose pages end early are followed to their first item, or their end, once.
 */
import { Asker } from '../ingest/asker.mjs';
import { quantile } from '../ingest/quantile.mjs';

const MOST_PAGES = 2_000;
const { url, rounds, paths } = JSON.parse(process.argv[2]);
const asker = new Asker(url);

/** How long until a list shows its first item, or that there is none. */
async function firstItem(path) {
  const begin = performance.now();
  let cursor = '';
  for (let pages = 1; pages <= MOST_PAGES; pages++) {
    const { body } = await asker.ask(`${path}${cursor}`);
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
    const { status, ms, body } = await asker.ask(paths[question.name]);
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
asker.close();
process.stdout.write(JSON.stringify(figures));
