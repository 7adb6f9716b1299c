import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { type Clock, InvalidOptionError, type Random } from '@tta/obs-context';
import { noBacklog } from './backlog.ts';
import { createSender } from './create-sender.ts';
import type { CustomDestination, Destination, OtlpDestination, SpoolOptions } from './destination.ts';
import { DiskSpool } from './disk-spool.ts';
import { DiskThenMemory } from './disk-then-memory.ts';
import type { Trouble } from './export-counts.ts';
import { ExporterSender } from './exporter-sender.ts';
import { MemoryBacklog } from './memory-backlog.ts';
import { encodeSpans } from './otlp-encoding.ts';
import { spoolKey } from './spool-key.ts';
import { SpanQueue } from './span-queue.ts';

export interface QueueSurroundings {
  readonly clock: Clock;
  readonly random: Random;
  /** Whose spans these are. */
  readonly serviceName: string;
  /** Settles when the resource is complete. */
  readonly ready: Promise<unknown> | undefined;
  readonly onTrouble: (trouble: Trouble) => void;
}

const defaults = {
  flushMs: 5_000,
  queueSpans: 8_192,
  batchSpans: 512,
  timeoutMs: 10_000,
  exporterTimeoutMs: 30_000,
  spoolBytes: 64 * 2 ** 20,
  memoryBytes: 16 * 2 ** 20,
};

/** The longest delay that timers take, in milliseconds. */
const largestOption = 2 ** 31 - 1;

/** The queue of one destination with all that belongs to it. */
export function createQueue(destination: Destination, surroundings: QueueSurroundings): SpanQueue<unknown> {
  return 'exporter' in destination
    ? exporterQueue(destination, surroundings)
    : otlpQueue(destination, surroundings);
}

function otlpQueue(destination: OtlpDestination, surroundings: QueueSurroundings): SpanQueue<Uint8Array> {
  const { clock, random, serviceName, onTrouble } = surroundings;
  const { name, tracesUrl: url, protocol = 'http/protobuf', headers, spool } = destination;
  // Headers and queries may name an account: what one program spools must not be sent in the name of another.
  const scope = headers || new URL(url).search ? `${serviceName}\n${name}` : '';
  const onDropped = (spans: number, error: Error): void => queue.drop(spans, error);
  const inMemory = new MemoryBacklog({ limitBytes: defaults.memoryBytes, onDropped });
  const onDisk = ({ directory, limitBytes = defaults.spoolBytes }: SpoolOptions): DiskSpool =>
    new DiskSpool({
      directory,
      key: spoolKey({ url, protocol, scope }),
      limitBytes,
      clock,
      random,
      onDropped,
    });
  const queue: SpanQueue<Uint8Array> = new SpanQueue<Uint8Array>({
    ...surroundings,
    ...queueOptions(destination),
    sender: createSender(destination, clock),
    backlog: spool ? new DiskThenMemory(onDisk(spool), inMemory, onDropped) : inMemory,
    encode: (spans) => encodeSpans(spans, protocol),
    timeoutMs: destination.timeoutMs ?? defaults.timeoutMs,
    everything: destination.everything ?? false,
    onTrouble,
  });
  return queue;
}

function exporterQueue(
  destination: CustomDestination,
  surroundings: QueueSurroundings,
): SpanQueue<ReadableSpan[]> {
  return new SpanQueue<ReadableSpan[]>({
    ...surroundings,
    ...queueOptions(destination),
    sender: new ExporterSender(destination.exporter, surroundings.clock),
    backlog: noBacklog(),
    encode: (spans) => spans,
    timeoutMs: destination.timeoutMs ?? defaults.exporterTimeoutMs,
    everything: false,
  });
}

function queueOptions(destination: Destination): { flushMs: number; queueSpans: number; batchSpans: number } {
  const { name, flushMs, queueSpans, batchSpans, timeoutMs } = destination;
  for (const [option, value, least] of [
    ['flushMs', flushMs, 0],
    ['queueSpans', queueSpans, 1],
    ['batchSpans', batchSpans, 1],
    ['timeoutMs', timeoutMs, 1],
  ] as const) {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= largestOption))
      continue;
    throw new InvalidOptionError(
      `${option} of the destination "${name}" is ${value}; it has to be a whole number from ${least} to ${largestOption}`,
    );
  }
  const queue = queueSpans ?? defaults.queueSpans;
  return {
    flushMs: flushMs ?? defaults.flushMs,
    queueSpans: queue,
    batchSpans: Math.min(batchSpans ?? defaults.batchSpans, queue),
  };
}
