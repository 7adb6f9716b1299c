import { exportTemplate } from './ingest/export-template.mjs';
import { keepsAll, MeasuredService } from './ingest/measured-service.mjs';
import { slopeMiBAMinute } from './ingest/process-usage.mjs';
import { installNode } from './install-packages.mjs';

export const title = 'Durable ingest: OTLP over HTTP, protobuf, answered after the commit, full text indexed';

const ownVersion = process.versions.node.split('.')[0];
const inFlight = 6;
const memoryLimitMiB = 400;
/** Of Node 24: what `node:sqlite` brings beside the libsql that Node 20 needs. */
const newerNode = '24.21.0';

const cases = [
  { name: '1 KB, 15 words', spanBytes: 1024, vocabulary: 'small', atLeast: { 20: 45_000, 24: 65_000 } },
  {
    name: '1 KB, 50,000 words',
    spanBytes: 1024,
    vocabulary: 'realistic',
    atLeast: { 20: 20_000, 24: 20_000 },
  },
  { name: '12 KB, 15 words', spanBytes: 12_288, vocabulary: 'small', atLeast: { 20: 8_000, 24: 8_000 } },
  {
    name: '12 KB, 50,000 words',
    spanBytes: 12_288,
    vocabulary: 'realistic',
    atLeast: { 20: 2_200, 24: 2_200 },
  },
];

const full = { seconds: 10, spans: 1_000_000, steadySeconds: 180, settledSeconds: 60 };
const short = { seconds: 2, spans: 30_000, steadySeconds: 6, settledSeconds: 2 };

/** There is no store for OTLP in Node to compare with: what npm has are exporters, and collectors in other languages. */
export async function run({ progress, quick }) {
  if (process.platform !== 'linux')
    throw new Error('this benchmark reads the memory of a process from /proc');
  const lengths = quick ? short : full;
  const rates = await eachCase(progress, lengths);
  const million = await aMillion(progress, lengths);
  const steady = await atSteadyState(progress, lengths, million.spansASecond);
  const sections = [rates, million, steady];
  return {
    rows: rates.rows,
    tables: [million, steady].flatMap(({ tables }) => tables),
    goals: sections.flatMap(({ goals }) => goals),
  };
}

const whole = (value) => Math.round(value).toLocaleString('en');

/** Stops a service whose file has to hold what it has answered 200 for. */
async function stopped(service, storedSpans) {
  const { memory, storedSpans: found } = await service.stop();
  if (found !== storedSpans) {
    throw new Error(`${storedSpans} spans were answered 200, and ${found} are in the file`);
  }
  return memory;
}

const most = (memory) => Math.max(...memory.map(({ mib }) => mib));

function rowOf(name, node, load, memory) {
  return {
    case: name,
    Node: node,
    'spans/s': whole(load.spansASecond),
    'MB/s': whole(load.megabytesASecond),
    'p50 ms': load.p50Ms.toFixed(0),
    'p99 ms': load.p99Ms.toFixed(0),
    'CPU µs a span': load.cpuUs.toFixed(1),
    'sender CPU': `${(load.cpuShare * 100).toFixed(0)} %`,
    refused: load.refused,
    'RSS MiB': most(memory).toFixed(0),
  };
}

async function eachCase(progress, { seconds }) {
  const nodes = { [ownVersion]: process.execPath, 24: installNode(newerNode) };
  const rows = [];
  const goals = [];
  for (const { name, spanBytes, vocabulary, atLeast } of cases) {
    for (const [version, node] of Object.entries(nodes)) {
      progress(`  ${name}, Node ${version} …`);
      const service = await MeasuredService.start({ node, limits: keepsAll });
      const warmUp = await service.load({ spanBytes, vocabulary, inFlight, seconds: Math.min(2, seconds) });
      const load = await service.load({ spanBytes, vocabulary, inFlight, seconds });
      const memory = await stopped(service, warmUp.storedSpans + load.storedSpans);
      rows.push(rowOf(name, version, load, memory));
      const what = `${name}, Node ${version}`;
      if (atLeast[version] !== undefined) {
        goals.push({ goal: what, value: load.spansASecond, atLeast: atLeast[version], unit: 'spans/s' });
      }
      goals.push(
        { goal: `${what}: p99 of a request`, value: load.p99Ms, limit: 150, unit: 'ms' },
        { goal: `${what}: resident memory`, value: most(memory), limit: memoryLimitMiB, unit: 'MiB' },
      );
    }
  }
  return { rows, goals };
}

/** Sends one trace of a thousand spans, and tells its id. */
async function sendLargeTrace(service) {
  const template = exportTemplate({
    spanBytes: 1024,
    vocabulary: 'small',
    seed: 1,
    spans: 1000,
    spansOfATrace: 1000,
  });
  const { status } = await fetch(`${service.url}/v1/traces`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-protobuf' },
    body: template.next(),
  });
  if (status !== 200) throw new Error(`a trace of a thousand spans was answered ${status}`);
  const { items } = await (await fetch(`${service.url}/api/traces?limit=1`)).json();
  return items[0].traceId;
}

const readRows = (reads) =>
  reads
    .filter(({ count, failures }) => count + failures > 0)
    .map(({ name, count, failures, p50Ms, p99Ms }) => ({
      question: name,
      asked: count,
      failed: failures,
      'p50 ms': p50Ms?.toFixed(2) ?? '–',
      'p99 ms': p99Ms?.toFixed(1) ?? '–',
    }));

const memoryRows = (memory) => {
  const step = Math.max(1, Math.floor(memory.length / 12));
  return memory
    .filter((_, index) => index % step === 0)
    .map(({ second, mib }) => ({ second: second.toFixed(0), 'RSS MiB': mib.toFixed(0) }));
};

async function aMillion(progress, { spans }) {
  progress(`  ${whole(spans)} spans of 1 KB, with reads …`);
  const service = await MeasuredService.start({ limits: keepsAll });
  const largeTraceId = await sendLargeTrace(service);
  const endReads = service.read(largeTraceId);
  const load = await service.load({ spanBytes: 1024, vocabulary: 'small', inFlight, spans });
  const reads = await endReads();
  const memory = await stopped(service, load.storedSpans + 1000);
  const what = 'a million spans, with reads';
  const half = memory.at(-1).second / 2;
  const growth = slopeMiBAMinute(memory, half) * (half / 60);
  const readGoals = [
    ['trace of 1,000 spans', 10],
    ['newest 50 spans by text, one word', 5],
    ['newest 50 spans by text, two words', 5],
  ].map(([name, limit]) => ({
    goal: `${what}: ${name}, p50`,
    value: reads.find((read) => read.name === name)?.p50Ms ?? Infinity,
    limit,
    unit: 'ms',
  }));
  return {
    spansASecond: load.spansASecond,
    tables: [
      {
        title: `${whole(spans)} spans of 1 KB, 15 words, with reads`,
        rows: [rowOf('all kept', ownVersion, load, memory)],
      },
      { title: 'Reads meanwhile', rows: readRows(reads) },
      { title: 'Memory of the service meanwhile', rows: memoryRows(memory) },
    ],
    goals: [
      { goal: what, value: load.spansASecond, atLeast: 45_000, unit: 'spans/s' },
      { goal: `${what}: p99 of a request`, value: load.p99Ms, limit: 150, unit: 'ms' },
      { goal: `${what}: resident memory`, value: most(memory), limit: memoryLimitMiB, unit: 'MiB' },
      { goal: `${what}: memory grown over the second half`, value: growth, limit: 10, unit: 'MiB' },
      ...readGoals,
    ],
  };
}

/** The default limits: as many traces are removed as arrive. */
async function atSteadyState(progress, { steadySeconds, settledSeconds }, unlimited) {
  progress(`  ${steadySeconds} s of spans of 1 KB at the default retention, with reads …`);
  const service = await MeasuredService.start();
  const send = (seconds) => service.load({ spanBytes: 1024, vocabulary: 'small', inFlight, seconds });
  await send(settledSeconds);
  const stored = [];
  const look = async () => stored.push(await service.traceCount());
  const count = setInterval(() => void look(), 1000);
  const endReads = service.read();
  const load = await send(steadySeconds - settledSeconds);
  clearInterval(count);
  const reads = await endReads();
  const { memory } = await service.stop();
  const what = 'at the default retention';
  return {
    tables: [
      {
        title: 'At the default retention of 1,000 traces',
        rows: [rowOf('pruned', ownVersion, load, memory)],
      },
      { title: 'Reads meanwhile', rows: readRows(reads) },
      { title: 'Memory of the service meanwhile', rows: memoryRows(memory) },
    ],
    goals: [
      { goal: `${what}, against all kept`, value: load.spansASecond / unlimited, atLeast: 0.5, unit: '×' },
      { goal: `${what}: p99 of a request`, value: load.p99Ms, limit: 150, unit: 'ms' },
      { goal: `${what}: traces stored at most`, value: Math.max(...stored), limit: 6_000, unit: 'traces' },
      { goal: `${what}: resident memory`, value: most(memory), limit: memoryLimitMiB, unit: 'MiB' },
      {
        goal: `${what}: memory grown after the first minute`,
        value: slopeMiBAMinute(memory, settledSeconds),
        limit: 1,
        unit: 'MiB a minute',
      },
    ],
  };
}
