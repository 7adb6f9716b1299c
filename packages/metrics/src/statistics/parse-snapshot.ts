import { InvalidOptionError } from '@tta/obs-context';
import { Durations } from './durations.ts';
import { longestMs } from './latency-histogram.ts';
import { addLatency } from './merge-snapshots.ts';
import { longestName, mostPrimitives } from './primitive-statistics.ts';
import {
  type LatencySnapshot,
  noErrors,
  noExecutions,
  type PrimitiveSnapshot,
  type StatisticsSnapshot,
} from './statistics-snapshot.ts';

type Fields = Readonly<Record<string, unknown>>;

/**
 * Checks JSON of another process. What is unknown in it is left out, percentiles are those that its histogram says,
 * and work and memory are bounded whatever it holds.
 *
 * @param value - What `JSON.parse` made of a snapshot.
 * @throws InvalidOptionError It is no snapshot of version 1.
 */
export function parseSnapshot(value: unknown): StatisticsSnapshot {
  const snapshot = fieldsOf(value, 'snapshot');
  if (snapshot['version'] !== 1) {
    throw wrong('snapshot.version', snapshot['version'], '1; update whichever side is older');
  }
  const { process, primitives } = snapshot;
  if (!Array.isArray(primitives) || primitives.length > mostPrimitives) {
    throw wrong('snapshot.primitives', primitives, `a list of at most ${mostPrimitives}`);
  }
  const scratch = new Durations();
  return {
    version: 1,
    takenAtMs: amount(snapshot, 'takenAtMs', 'snapshot'),
    windowMs: amount(snapshot, 'windowMs', 'snapshot'),
    ...(process === undefined ? {} : { process: text(snapshot, 'process', 'snapshot') }),
    primitives: primitives.map((primitive, i) =>
      parsePrimitive(fieldsOf(primitive, `snapshot.primitives[${i}]`), `snapshot.primitives[${i}]`, scratch),
    ),
  };
}

function parsePrimitive(primitive: Fields, where: string, scratch: Durations): PrimitiveSnapshot {
  const use = fieldsOf(primitive['processUse'], `${where}.processUse`);
  const throughput = fieldsOf(primitive['throughput'], `${where}.throughput`);
  const latency = fieldsOf(primitive['latency'], `${where}.latency`);
  return {
    type: text(primitive, 'type', where),
    name: text(primitive, 'name', where),
    inFlight: count(primitive, 'inFlight', where),
    executions: counts({ executions: executionsOf(primitive, where) }, 'executions', noExecutions(), where),
    errors: counts(primitive, 'errors', noErrors(), where),
    latency: parseLatency(latency, `${where}.latency`, scratch),
    unmeasured: count(primitive, 'unmeasured', where),
    throughput: {
      lastSecond: amount(throughput, 'lastSecond', `${where}.throughput`),
      lastMinute: amount(throughput, 'lastMinute', `${where}.throughput`),
    },
    costUsd: amount(primitive, 'costUsd', where),
    savedUsd: amount(primitive, 'savedUsd', where),
    processUse: {
      executions: count(use, 'executions', `${where}.processUse`),
      cpuMs: amount(use, 'cpuMs', `${where}.processUse`),
      heapDeltaBytes: amount(use, 'heapDeltaBytes', `${where}.processUse`, -Number.MAX_SAFE_INTEGER),
      inexact: count(use, 'inexact', `${where}.processUse`),
    },
  };
}

/** Processes of an earlier version know of no execution that is suspended. */
function executionsOf(primitive: Fields, where: string): Fields {
  return { suspended: 0, ...fieldsOf(primitive['executions'], `${where}.executions`) };
}

function parseLatency(latency: Fields, where: string, scratch: Durations): LatencySnapshot {
  const { histogram } = latency;
  if (typeof histogram !== 'string') throw wrong(`${where}.histogram`, histogram, 'a text in base64');
  const maxMs = amount(latency, 'maxMs', where, 0, longestMs);
  const minMs = amount(latency, 'minMs', where, 0, maxMs);
  const meanMs = amount(latency, 'meanMs', where, minMs, maxMs);
  const said = { count: count(latency, 'count', where), minMs, maxMs, meanMs, histogram };
  scratch.clear();
  addLatency(scratch, said as LatencySnapshot, where);
  // Worked out again, the mean would differ in its last digit.
  return { ...scratch.summary(), meanMs, histogram };
}

function counts<K extends string>(
  of: Fields,
  key: string,
  none: Record<K, number>,
  where: string,
): Record<K, number> {
  const fields = fieldsOf(of[key], `${where}.${key}`);
  for (const name of Object.keys(none) as K[]) none[name] = count(fields, name, `${where}.${key}`);
  return none;
}

function count(of: Fields, key: string, where: string): number {
  const value = of[key];
  if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
  throw wrong(`${where}.${key}`, value, 'a whole number from 0');
}

function amount(of: Fields, key: string, where: string, least = 0, most = Number.MAX_SAFE_INTEGER): number {
  const value = of[key];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw wrong(`${where}.${key}`, value, `a number from ${least} to ${most}`);
}

function text(of: Fields, key: string, where: string): string {
  const value = of[key];
  if (typeof value === 'string' && value.length <= longestName) return value;
  throw wrong(`${where}.${key}`, value, `a text of at most ${longestName} characters`);
}

function fieldsOf(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw wrong(where, value, 'an object');
}

/** Says only the type of what is no number: a text may be long, and an object have a `toString` of its own. */
function wrong(where: string, value: unknown, wanted: string): InvalidOptionError {
  const is =
    typeof value === 'number' || value === null
      ? String(value)
      : Array.isArray(value)
        ? `a list of ${value.length}`
        : typeof value;
  return new InvalidOptionError(
    `${where} is ${is}, not ${wanted}; pass what PrimitiveStatistics.snapshot() returned, as JSON`,
  );
}
