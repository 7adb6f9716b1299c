import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { exportTemplate } from './ingest/export-template.mjs';
import { keepsAll, MeasuredService } from './ingest/measured-service.mjs';
import { rareTraces } from './query/rare-traces.mjs';

export const title = 'Questions to the service: a million spans stored, while more arrive';

const full = { spans: 1_000_000, rounds: 40 };
const short = { spans: 30_000, rounds: 10 };
/** What arrives meanwhile: a busy program, or as much as the service takes. */
const loads = [
  { name: '5,000 spans/s arrive', spansASecond: 5_000 },
  { name: 'as many spans arrive as can', spansASecond: undefined },
];
/** Every answer, while a busy program is watched. */
const p95LimitMs = 50;
const HOUR_MS = 3_600_000;

export async function run({ progress, quick }) {
  const { spans, rounds } = quick ? short : full;
  const service = await MeasuredService.start({ limits: keepsAll });
  try {
    const largeTraceId = await sendLargeTrace(service);
    await post(service, 'application/json', rareTraces(60_000));
    progress(`  ${spans.toLocaleString('en')} spans are stored …`);
    await service.load({ spanBytes: 1024, vocabulary: 'realistic', inFlight: 6, spans });
    const paths = await questions(service, largeTraceId);
    const goals = [];
    const tables = [];
    for (const { name, spansASecond } of loads) {
      progress(`  ${Object.keys(paths).length} questions, while ${name} …`);
      const figures = await whileLoaded(service, spansASecond, () =>
        ask({ url: service.url, rounds, paths }),
      );
      const failed = figures.filter(({ failure }) => failure !== undefined);
      if (failed.length > 0) throw new Error(failed.map((one) => `${one.name}: ${one.failure}`).join('\n'));
      tables.push({ title: `While ${name}`, rows: figures.map(rowOf) });
      goals.push(...goalsOf(figures, name, spansASecond !== undefined));
    }
    return { rows: [], tables, goals };
  } finally {
    await service.stop();
  }
}

/** The named figures hold under any load; that every answer is prompt, while the service is not overrun. */
function goalsOf(figures, load, isBusy) {
  const p50 = (name) => figures.find((figure) => figure.name === name).p50Ms;
  const goal = (name, limit) => ({
    goal: `${name}, p50, while ${load}`,
    value: p50(name),
    limit,
    unit: 'ms',
  });
  const slowest = figures.reduce((one, other) => (other.p95Ms > one.p95Ms ? other : one));
  return [
    goal('trace of 1,000 spans', 10),
    goal('newest 50 spans by text, one word', 5),
    goal('newest 50 spans by text, two words', 5),
    ...(isBusy
      ? [
          {
            goal: 'p95 of every answer',
            value: slowest.p95Ms,
            limit: p95LimitMs,
            unit: 'ms',
          },
        ]
      : []),
  ];
}

function rowOf({ name, p50Ms, p95Ms, maxMs, bytes, first }) {
  return {
    question: name,
    'p50 ms': p50Ms.toFixed(1),
    'p95 ms': p95Ms.toFixed(1),
    'max ms': maxMs.toFixed(0),
    kB: (bytes / 1000).toFixed(1),
    'first item after': first === undefined ? '' : `${first.ms.toFixed(0)} ms`,
    pages: first === undefined ? '' : first.pages,
    found: first === undefined ? '' : first.items,
  };
}

async function questions(service, largeTraceId) {
  const list = await (await fetch(`${service.url}/api/traces?limit=30`)).json();
  const { traceId } = list.items[25];
  const document = await (await fetch(`${service.url}/api/traces/${traceId}`)).json();
  const now = Date.now();
  const query = (words) => `/api/traces?limit=50&query=${encodeURIComponent(words)}`;
  return {
    'newest 50 traces': '/api/traces?limit=50',
    'newest 500 traces': '/api/traces?limit=500',
    'trace of 20 spans': `/api/traces/${traceId}`,
    'trace of 1,000 spans': `/api/traces/${largeTraceId}`,
    'details of 50 spans': `/api/traces/${largeTraceId}/spans?limit=50`,
    'details of one span': `/api/traces/${traceId}/spans/${document.spans.spanId[0]}`,
    transcript: `/api/traces/${traceId}/transcript`,
    'logs of a trace': `/api/traces/${traceId}/logs`,
    'newest 50 spans by text, one word': '/api/spans?text=answer&limit=50',
    'newest 50 spans by text, two words': '/api/spans?text=summarize+chatcmpl&limit=50',
    'service:reviews (all)': query('service:reviews'),
    'primitive:llm model:gpt-4o-mini cost:>0.009 (frequent)': query(
      'primitive:llm model:gpt-4o-mini cost:>0.009',
    ),
    'attr.tag.stage:production (frequent)': query('attr.tag.stage:production'),
    'name:*chat* -status:error (frequent)': query('name:*chat* -status:error'),
    'status:error (the oldest)': query('status:error'),
    'duration:>2s (the oldest)': query('duration:>2s'),
    'session:ses-rare-1 (the oldest)': query('session:ses-rare-1'),
    'attr.tenant:acme-rare (the oldest)': query('attr.tenant:acme-rare'),
    'model:claude-rare (the oldest)': query('model:claude-rare'),
    'tokens:>1M (the oldest)': query('tokens:>1M'),
    'trace.cost:>5 (the oldest)': query('trace.cost:>5'),
    'service:rare-service (the oldest)': query('service:rare-service'),
    'quetzalcoatlus (the oldest)': query('quetzalcoatlus'),
    'status:timeout (nothing)': query('status:timeout'),
    'primitive:retry attempts:>1 (nothing)': query('primitive:retry attempts:>1'),
    '"no such words" (nothing)': query('"no such words"'),
    'values of model': '/api/query/values?field=model&beginning=',
    'keys of attributes': '/api/query/attributes?beginning=',
    'summary of an hour': '/api/metrics/summary',
    'series of an hour': '/api/metrics/timeseries',
    'series of a week': `/api/metrics/timeseries?sinceMs=${now - 168 * HOUR_MS}`,
    'primitives of an hour': '/api/primitives/stats',
    'primitives of a week': `/api/primitives/stats?sinceMs=${now - 168 * HOUR_MS}`,
    versions: '/api/primitives/versions',
    'usage by model': '/api/llm/usage',
    'usage by day of 90': `/api/llm/usage?by=day&sinceMs=${now - 90 * 24 * HOUR_MS}`,
    'newest 50 sessions': '/api/sessions',
    'errors of a day': '/api/errors',
    'map of services': '/api/services/map',
    metrics: '/api/metrics',
    'newest 50 log records': '/api/logs',
    health: '/health',
  };
}

async function sendLargeTrace(service) {
  const template = exportTemplate({
    spanBytes: 1024,
    vocabulary: 'small',
    seed: 1,
    spans: 1000,
    spansOfATrace: 1000,
  });
  await post(service, 'application/x-protobuf', template.next());
  const { items } = await (await fetch(`${service.url}/api/traces?limit=1`)).json();
  return items[0].traceId;
}

async function post({ url }, type, body) {
  const { status } = await fetch(`${url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  if (status !== 200) throw new Error(`spans were answered ${status}`);
}

/** What `work` resolves with; spans arrive until then. */
async function whileLoaded(service, spansASecond, work) {
  const load = startLoad({
    url: service.url,
    spanBytes: 1024,
    vocabulary: 'realistic',
    inFlight: spansASecond === undefined ? 6 : 2,
    ...(spansASecond !== undefined && { spansASecond }),
  });
  try {
    return await work();
  } finally {
    load.kill();
    await once(load, 'exit');
  }
}

const program = (name) => fileURLToPath(new URL(name, import.meta.url));

function startLoad(options) {
  return spawn(process.execPath, [program('ingest/load.mjs'), JSON.stringify(options)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function ask(options) {
  const child = spawn(process.execPath, [program('query/ask.mjs'), JSON.stringify(options)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`a program of the benchmark ended with code ${code}`);
  return JSON.parse(printed);
}
