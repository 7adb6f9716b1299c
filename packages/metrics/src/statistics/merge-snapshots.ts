import { InvalidOptionError } from '@tta/obs-context';
import { Durations } from './durations.ts';
import { decodeHistogram, encodeHistogram } from './histogram-encoding.ts';
import { mostPrimitives, overflow } from './primitive-statistics.ts';
import type { LatencySnapshot, PrimitiveSnapshot, StatisticsSnapshot } from './statistics-snapshot.ts';

/**
 * One snapshot for several processes, as if one had seen every execution: percentiles are those of one histogram
 * that recorded everything; counts, costs and throughput are sums. Primitives of the same type and name are one.
 * Of several snapshots with the same `process` the latest counts; a process without such a name is to be given once.
 * What is beyond the 10000 primitives of a snapshot becomes part of `_OTHER`, so that it can be read again.
 *
 * @throws InvalidOptionError There is none, their windows differ, or a histogram is none of ours.
 */
export function mergeSnapshots(snapshots: readonly StatisticsSnapshot[]): StatisticsSnapshot {
  const [first] = snapshots;
  if (!first) throw new InvalidOptionError('mergeSnapshots: there are no snapshots; give at least one');
  const { windowMs } = first;
  for (const [i, snapshot] of snapshots.entries()) {
    if (snapshot.windowMs !== windowMs) {
      throw new InvalidOptionError(
        `mergeSnapshots: snapshots[${i}] has a window of ${snapshot.windowMs} ms, snapshots[0] one of ${windowMs} ms; give every PrimitiveStatistics the same windowMs`,
      );
    }
  }
  const latest = latestOfEachProcess(snapshots);
  const others: PrimitiveSnapshot[] = [];
  const parts = new Map<string, PrimitiveSnapshot[]>();
  for (const primitive of latest.flatMap(({ primitives }) => primitives)) {
    const { type, name } = primitive;
    const key = JSON.stringify([type, name]);
    const same = parts.get(key);
    if (type === overflow && name === overflow) others.push(primitive);
    else if (same) same.push(primitive);
    else if (parts.size < mostPrimitives - 1) parts.set(key, [primitive]);
    else others.push({ ...primitive, type: overflow, name: overflow });
  }
  if (others.length > 0) parts.set(overflow, others);
  const scratch = new Durations();
  return {
    version: 1,
    takenAtMs: snapshots.reduce((latest, { takenAtMs }) => Math.max(latest, takenAtMs), 0),
    windowMs,
    ...(latest.length === 1 && first.process !== undefined ? { process: first.process } : {}),
    primitives: [...parts.values()].map((same) => mergePrimitives(same, scratch)),
  };
}

function latestOfEachProcess(snapshots: readonly StatisticsSnapshot[]): StatisticsSnapshot[] {
  const latest = new Map<string | symbol, StatisticsSnapshot>();
  for (const snapshot of snapshots) {
    const key = snapshot.process ?? Symbol('nameless');
    const known = latest.get(key);
    if (!known || snapshot.takenAtMs >= known.takenAtMs) latest.set(key, snapshot);
  }
  return [...latest.values()];
}

function mergePrimitives(parts: readonly PrimitiveSnapshot[], scratch: Durations): PrimitiveSnapshot {
  const [{ type, name }] = parts as [PrimitiveSnapshot];
  const sum = (of: (part: PrimitiveSnapshot) => number): number =>
    parts.reduce((total, part) => total + of(part), 0);
  const sums = <K extends string>(
    of: (part: PrimitiveSnapshot) => Readonly<Record<K, number>>,
  ): Record<K, number> => {
    const keys = Object.keys(of(parts[0]!)) as K[];
    return Object.fromEntries(keys.map((key) => [key, sum((part) => of(part)[key])])) as Record<K, number>;
  };
  return {
    type,
    name,
    inFlight: sum((part) => part.inFlight),
    executions: sums((part) => part.executions),
    errors: sums((part) => part.errors),
    latency: mergeLatencies(parts, scratch),
    unmeasured: sum((part) => part.unmeasured),
    throughput: sums((part) => part.throughput),
    costUsd: sum((part) => part.costUsd),
    savedUsd: sum((part) => part.savedUsd),
    processUse: sums((part) => part.processUse),
  };
}

function mergeLatencies(parts: readonly PrimitiveSnapshot[], durations: Durations): LatencySnapshot {
  durations.clear();
  for (const { type, name, latency } of parts)
    addLatency(durations, latency, `the latency of ${type} ${name}`);
  return { ...durations.summary(), histogram: encodeHistogram(durations.counts) };
}

/**
 * Adds what a snapshot says.
 *
 * @param where - What the snapshot is of, for the error.
 * @throws InvalidOptionError The histogram cannot be read or does not hold what the count says.
 */
export function addLatency(durations: Durations, latency: LatencySnapshot, where: string): void {
  const before = durations.count;
  decodeHistogram(latency.histogram, where, (index, count) => durations.add(index, count));
  if (durations.count - before !== latency.count) {
    throw new InvalidOptionError(
      `${where}: its histogram holds ${durations.count - before} durations, its count says ${latency.count}; pass a snapshot as it was taken`,
    );
  }
  if (latency.count > 0) durations.extend(latency.minMs, latency.maxMs, latency.meanMs * latency.count);
}
