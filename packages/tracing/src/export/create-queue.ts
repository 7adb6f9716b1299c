import type { ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { noBacklog } from './backlog.ts';
import type { CustomDestination, Destination, OtlpDestination } from './destination.ts';
import type { QueueSurroundings } from './export-surroundings.ts';
import { ExporterSender } from './exporter-sender.ts';
import { encodeSpans } from './otlp-encoding.ts';
import { otlpDelivery } from './otlp-delivery.ts';
import { SpanQueue } from './span-queue.ts';
import { wholeNumber } from './whole-number.ts';

const defaults = { flushMs: 5_000, queueSpans: 8_192, batchSpans: 512, exporterTimeoutMs: 30_000 };

/** The queue of spans for one destination with all that belongs to it. */
export function createQueue(destination: Destination, surroundings: QueueSurroundings): SpanQueue<unknown> {
  return 'exporter' in destination
    ? exporterQueue(destination, surroundings)
    : otlpQueue(destination, surroundings);
}

function otlpQueue(
  { tracesUrl, ...options }: OtlpDestination,
  surroundings: QueueSurroundings,
): SpanQueue<Uint8Array> {
  const queue: SpanQueue<Uint8Array> = new SpanQueue<Uint8Array>({
    ...otlpDelivery({ ...options, url: tracesUrl }, 'traces', surroundings, (count, error) =>
      queue.drop(count, error),
    ),
    ...queueOptions(options),
    encode: (spans) => encodeSpans(spans, options.protocol),
    everything: options.everything ?? false,
  });
  return queue;
}

function exporterQueue(
  destination: CustomDestination,
  surroundings: QueueSurroundings,
): SpanQueue<ReadableSpan[]> {
  const { name, exporter, timeoutMs = defaults.exporterTimeoutMs } = destination;
  return new SpanQueue<ReadableSpan[]>({
    ...surroundings,
    ...queueOptions(destination),
    sender: new ExporterSender(exporter, surroundings.clock),
    backlog: noBacklog(),
    encode: (spans) => spans,
    timeoutMs: wholeNumber(name, 'timeoutMs', timeoutMs, 1),
    everything: false,
  });
}

function queueOptions({
  name,
  flushMs = defaults.flushMs,
  queueSpans = defaults.queueSpans,
  batchSpans = defaults.batchSpans,
}: Pick<Destination, 'name' | 'flushMs' | 'queueSpans' | 'batchSpans'>): {
  flushMs: number;
  queueItems: number;
  batchItems: number;
} {
  const queueItems = wholeNumber(name, 'queueSpans', queueSpans, 1);
  return {
    flushMs: wholeNumber(name, 'flushMs', flushMs, 0),
    queueItems,
    batchItems: Math.min(wholeNumber(name, 'batchSpans', batchSpans, 1), queueItems),
  };
}
