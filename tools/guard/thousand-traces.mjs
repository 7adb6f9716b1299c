import { exportTemplate } from '../bench/ingest/export-template.mjs';
import { keepsAll, MeasuredService } from '../bench/ingest/measured-service.mjs';
import { median } from '../bench/interleave.mjs';

const TRACES = 1_000;
const LARGE_TRACES = [100, 1_000];
const ASKED = 15;

export const title = 'The service with a thousand traces';
export const measured = `The built service in a process of its own: how long it takes to store ${TRACES} traces of 20 spans of 1 KB over
HTTP, the medians of ${ASKED} questions for what a page shows of them, and of as many new traces until they are listed, and
the start on the file.`;

export async function run() {
  const service = await MeasuredService.start({ limits: keepsAll });
  try {
    const storing = await milliseconds(async () => {
      for (let sent = 0; sent < TRACES;) sent += await send(service, { seed: sent, spansOfATrace: 20 });
    });
    const figures = [{ figure: `store ${TRACES} traces`, value: storing }];
    figures.push({
      figure: 'newest 50',
      value: await medianOf(() => json(`${service.url}/api/traces?limit=50`)),
    });
    for (const spans of LARGE_TRACES) {
      await send(service, { seed: spans, spans, spansOfATrace: spans });
      const { items } = await json(`${service.url}/api/traces?limit=1`);
      if (items[0].spanCount !== spans) throw new Error(`the newest trace has ${items[0].spanCount} spans`);
      figures.push({
        figure: `trace of ${spans} spans`,
        value: await medianOf(() => json(`${service.url}/api/traces/${items[0].traceId}`)),
      });
    }
    figures.push({ figure: 'a trace until it is listed', value: await listed(service) });
    const starting = await service.restart();
    const { items } = await json(`${service.url}/api/traces?limit=500`);
    if (items.length !== 500) throw new Error(`after the start there are ${items.length} of 500 traces`);
    figures.push({ figure: 'start', value: starting });
    return figures.map((figure) => ({ ...figure, unit: 'ms', about: 'the service in a process of its own' }));
  } finally {
    await service.stop();
  }
}

async function milliseconds(work) {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

/** Stores traces. @returns how many. */
async function send(service, options) {
  const template = exportTemplate({ spanBytes: 1024, vocabulary: 'small', ...options });
  const { status } = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: template.next(),
  });
  if (status !== 200) throw new Error(`${template.spanCount} spans were answered ${status}`);
  return template.traceCount;
}

async function json(url) {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} was answered ${answer.status}`);
  return answer.json();
}

async function medianOf(work) {
  const times = [];
  for (let i = 0; i < ASKED; i++) times.push(await milliseconds(() => work(i)));
  return median(times);
}

/** Sends a trace of a number of spans of its own, and asks for the newest. */
function listed(service) {
  return medianOf(async (turn) => {
    const spans = 10 + turn;
    await send(service, { seed: turn, spans, spansOfATrace: spans });
    const { items } = await json(`${service.url}/api/traces?limit=1`);
    if (items[0].spanCount !== spans)
      throw new Error('a trace was answered 200 and is not the newest of the list');
  });
}
