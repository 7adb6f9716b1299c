import { heldSpans, type TraceWriterOptions } from './held-spans.ts';
import {
  fromJaegerProcess,
  fromJaegerSpan,
  jaegerReferences,
  jaegerTag,
  toJaegerProcess,
  toJaegerSpan,
  type JaegerProcess,
  type JaegerSpan,
} from './jaeger-span.ts';
import { remainderKey, resourceRemainder, spanRemainder } from './span-remainder.ts';
import { spanDepths, type SpanDepths } from './span-depths.ts';
import { serviceName, type TraceResource, type TraceSpan } from './trace-span.ts';

/** The default of the specification for a resource without `service.name`. */
const unknownService = 'unknown_service';

/**
 * Writes the JSON that Jaeger UI takes as a file: `{ "data": [{ "traceID", "spans", "processes" }] }`, by
 * OpenTelemetry's rules for Jaeger. Jaeger has microseconds and no lists, objects or attributes of links: what
 * is lost goes along in tags named `tta.otlp`, so that {@link readJaeger} reads back what was written.
 *
 * Links within the trace become references only where the parent is there as well: Jaeger UI makes the first
 * reference that it finds the parent.
 *
 * @throws InvalidOptionError when the spans are more than `limitBytes`.
 */
export async function* writeJaeger(
  spans: AsyncIterable<TraceSpan>,
  options: TraceWriterOptions = {},
): AsyncGenerator<string> {
  const traces = new Map<string, TraceSpan[]>();
  for (const span of await heldSpans(spans, 'Jaeger', options)) {
    const trace = traces.get(span.traceId);
    if (trace === undefined) traces.set(span.traceId, [span]);
    else trace.push(span);
  }
  let separator = '{"data":[\n';
  for (const [traceID, trace] of traces) {
    yield `${separator}{"traceID":"${traceID}","spans":[\n`;
    yield* writeTrace(trace);
    separator = ',\n';
  }
  yield traces.size === 0 ? '{"data":[]}\n' : '\n]}\n';
}

function* writeTrace(spans: readonly TraceSpan[]): Generator<string> {
  const depths = spanDepths(spans);
  const processes = new Processes();
  let separator = '';
  for (const span of spans) {
    yield separator + JSON.stringify(writeSpan(span, processes.id(span.resource), depths));
    separator = ',\n';
  }
  yield `\n],"processes":${processes.text()}}`;
}

function writeSpan(span: TraceSpan, processId: string, { parentOf, circular }: SpanDepths): JaegerSpan {
  let references = jaegerReferences(span);
  if (!parentOf.has(span)) {
    // A parent that is not there does no harm, and says that something is missing.
    references = references.filter(({ refType, traceID }) =>
      refType === 'CHILD_OF' ? !circular.has(span) : traceID !== span.traceId,
    );
  }
  const written = toJaegerSpan(span, processId, references);
  const remainder = spanRemainder(span, fromJaegerSpan({ ...written }, span.resource));
  if (remainder === null) return written;
  return { ...written, tags: [...written.tags, jaegerTag(remainderKey, remainder)] };
}

/** The resources of a trace, told apart by what they say. */
class Processes {
  readonly #ids = new Map<TraceResource, string>();
  readonly #byText = new Map<string, string>();

  id(resource: TraceResource): string {
    let id = this.#ids.get(resource);
    if (id === undefined) {
      const text = JSON.stringify(writeProcess(resource));
      id = this.#byText.get(text) ?? `p${this.#byText.size + 1}`;
      this.#byText.set(text, id);
      this.#ids.set(resource, id);
    }
    return id;
  }

  text(): string {
    return `{${[...this.#byText].map(([text, id]) => `"${id}":${text}`).join(',')}}`;
  }
}

function writeProcess(resource: TraceResource): JaegerProcess {
  const written = toJaegerProcess(resource, serviceName(resource) || unknownService);
  const remainder = resourceRemainder(resource, fromJaegerProcess(written));
  if (remainder === null) return written;
  return { ...written, tags: [...written.tags, jaegerTag(remainderKey, remainder)] };
}
