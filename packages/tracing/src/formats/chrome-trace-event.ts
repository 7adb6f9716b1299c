import { fromPlainEntries, plainJson } from './attribute-text.ts';
import { id, optionalObject, text, type JsonObject } from './json-fields.ts';
import { remainderKey } from './span-remainder.ts';
import { spanEnd } from './span-lanes.ts';
import { noScope, type TraceEvent, type TraceResource, type TraceSpan } from './trace-span.ts';

/* Spans as complete events of Chrome's Trace Event Format and back, without what only a remainder can say. */

/** Where an event is drawn. */
export interface ChromeThread {
  readonly pid: number;
  readonly tid: number;
  /** What the times of the file count from. */
  readonly originUnixNano: bigint;
}

/** What is written of an event, for people and for {@link fromChromeArgs}. */
export interface ChromeArgs extends JsonObject {
  readonly trace_id: string;
  readonly span_id: string;
}

/** Status and parent are there to be seen; they are read from the remainder. */
export function toChromeArgs(span: TraceSpan): ChromeArgs {
  return {
    trace_id: span.traceId,
    span_id: span.spanId,
    ...(span.parentSpanId !== null && { parent_span_id: span.parentSpanId }),
    ...(span.statusCode === 2 && { error: span.statusMessage === '' ? true : span.statusMessage }),
    attributes: plainJson(span.attributes),
  };
}

/** @throws FieldError */
export function fromChromeArgs(name: unknown, args: JsonObject, resource: TraceResource): TraceSpan {
  return {
    traceId: id(args['trace_id'], 32, 'args.trace_id'),
    spanId: id(args['span_id'], 16, 'args.span_id'),
    parentSpanId: null,
    name: text(name, 'name'),
    kind: 1,
    startTimeUnixNano: 0n,
    endTimeUnixNano: 0n,
    statusCode: 0,
    statusMessage: '',
    traceState: '',
    flags: 1,
    attributes: fromPlainEntries(optionalObject(args['attributes'], 'args.attributes')),
    events: [],
    links: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    resource,
    scope: noScope,
  };
}

/** A complete event (`ph` X), as text. */
export function chromeSpanEvent(
  span: TraceSpan,
  thread: ChromeThread,
  args: ChromeArgs,
  remainder: string | null,
): string {
  const { pid, tid } = thread;
  const shown = {
    name: span.name,
    cat: span.scope.name === '' ? 'span' : span.scope.name,
    ph: 'X',
    pid,
    tid,
    args: { ...args, ...(remainder !== null && { [remainderKey]: remainder }) },
  };
  const duration = microsecondsText(spanEnd(span) - span.startTimeUnixNano);
  return withTime(shown, span.startTimeUnixNano, thread, `,"dur":${duration}`);
}

/** An event of a span as an instant event (`ph` i) on the lane of the span. */
export function chromeInstantEvent({ name, timeUnixNano }: TraceEvent, thread: ChromeThread): string {
  const { pid, tid } = thread;
  return withTime({ name, ph: 'i', s: 't', pid, tid }, timeUnixNano, thread, '');
}

/** Fractions of a microsecond are written as they are: a JavaScript number would round what it adds up. */
function withTime(
  event: JsonObject,
  time: bigint,
  { originUnixNano }: ChromeThread,
  duration: string,
): string {
  const ts = microsecondsText(time - originUnixNano);
  return `${JSON.stringify(event).slice(0, -1)},"ts":${ts}${duration}}`;
}

function microsecondsText(nanoseconds: bigint): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  const fraction = String(size % 1000n).padStart(3, '0');
  return `${nanoseconds < 0n ? '-' : ''}${size / 1000n}.${fraction}`;
}
