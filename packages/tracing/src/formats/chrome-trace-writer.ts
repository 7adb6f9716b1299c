import {
  chromeInstantEvent,
  chromeSpanEvent,
  fromChromeArgs,
  toChromeArgs,
  type ChromeThread,
} from './chrome-trace-event.ts';
import { heldSpans, type TraceWriterOptions } from './held-spans.ts';
import { remainderKey, resourceRemainder, spanRemainder } from './span-remainder.ts';
import { spanDepths } from './span-depths.ts';
import { spanLanes } from './span-lanes.ts';
import { noResource, serviceName, type TraceResource, type TraceSpan } from './trace-span.ts';

/**
 * Writes Chrome's Trace Event Format, for Perfetto and `chrome://tracing`: a process for each resource, a
 * thread for each lane of spans that do not overlap, a complete event for each span and an instant event for
 * each of its events. Times count from the first span, in microseconds with three decimals. What the format
 * cannot say goes along in arguments named `tta.otlp`, so that {@link readChromeTrace} reads back what was written.
 *
 * @throws InvalidOptionError when the spans are more than `limitBytes`.
 */
export async function* writeChromeTrace(
  spans: AsyncIterable<TraceSpan>,
  options: TraceWriterOptions = {},
): AsyncGenerator<string> {
  const held = await heldSpans(spans, 'Chrome', options);
  const originUnixNano = held.reduce<bigint | null>(
    (least, { startTimeUnixNano: start }) => (least === null || start < least ? start : least),
    null,
  );
  const origin = originUnixNano ?? 0n;
  yield `{"displayTimeUnit":"ns","otherData":{"start_time_unix_nano":"${origin}"},"traceEvents":[`;
  let separator = '\n';
  for (const event of events(held, origin)) {
    yield separator + event;
    separator = ',\n';
  }
  yield '\n]}\n';
}

function* events(spans: readonly TraceSpan[], originUnixNano: bigint): Generator<string> {
  const depths = spanDepths(spans);
  let pid = 0;
  // Of all processes: Perfetto takes threads with the same number for one.
  let tid = 0;
  for (const { resource, name, members } of byResource(spans)) {
    pid++;
    const remainder = resourceRemainder(resource, noResource);
    yield JSON.stringify({
      name: 'process_name',
      ph: 'M',
      pid,
      args: { name, ...(remainder !== null && { [remainderKey]: remainder }) },
    });
    for (const [lane, laneSpans] of spanLanes(members, depths).entries()) {
      tid++;
      yield JSON.stringify({ name: 'thread_name', ph: 'M', pid, tid, args: { name: `lane ${lane + 1}` } });
      yield JSON.stringify({ name: 'thread_sort_index', ph: 'M', pid, tid, args: { sort_index: lane } });
      for (const span of laneSpans) yield* spanEvents(span, { pid, tid, originUnixNano });
    }
  }
}

function* spanEvents(span: TraceSpan, thread: ChromeThread): Generator<string> {
  const args = toChromeArgs(span);
  const remainder = spanRemainder(span, fromChromeArgs(span.name, args, span.resource));
  yield chromeSpanEvent(span, thread, args, remainder);
  for (const event of span.events) yield chromeInstantEvent(event, thread);
}

interface ResourceSpans {
  readonly resource: TraceResource;
  readonly name: string;
  readonly members: TraceSpan[];
}

/** Resources are told apart by what they say. */
function byResource(spans: readonly TraceSpan[]): Iterable<ResourceSpans> {
  const groups = new Map<string, ResourceSpans>();
  const keys = new Map<TraceResource, string>();
  for (const span of spans) {
    const { resource } = span;
    let key = keys.get(resource);
    if (key === undefined) keys.set(resource, (key = resourceRemainder(resource, noResource) ?? ''));
    let group = groups.get(key);
    if (group === undefined) {
      group = { resource, name: serviceName(resource) || 'unknown_service', members: [] };
      groups.set(key, group);
    }
    group.members.push(span);
  }
  return groups.values();
}
