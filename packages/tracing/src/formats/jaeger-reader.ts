import { asList, asObject, isSet, member, optionalObject, type JsonObject } from './json-fields.ts';
import { jsonElements } from './json-elements.ts';
import { fromJaegerProcess, fromJaegerSpan, jaegerRemainder } from './jaeger-span.ts';
import { parseJson } from './parse-json.ts';
import { withResourceRemainder, withSpanRemainder } from './span-remainder.ts';
import { defaultLimitLength, type TraceReaderOptions, type TraceSource } from './text-chunks.ts';
import { invalid, readOrProblem, type TraceRecord } from './trace-problem.ts';
import type { TraceResource, TraceSpan } from './trace-span.ts';

/**
 * Reads the JSON that Jaeger's HTTP API answers with and Jaeger UI takes and gives as a file:
 * `{ "data": [{ "traceID", "spans", "processes" }] }`, or one such trace alone. Times are microseconds; what
 * {@link writeJaeger} wrote is read back exactly. One trace at a time is held in memory.
 */
export async function* readJaeger(
  source: TraceSource,
  { limitLength = defaultLimitLength }: TraceReaderOptions = {},
): AsyncGenerator<TraceRecord> {
  for await (const element of jsonElements(source, { lists: ['data'], name: 'trace', limitLength })) {
    if ('problem' in element) yield element;
    else yield* readTrace(element.text, `trace ${element.index}`);
  }
}

function* readTrace(json: string, where: string): Generator<TraceRecord> {
  let spans: readonly unknown[];
  let processes: JsonObject;
  try {
    const trace = asObject(parseJson(json), 'it');
    spans = asList(trace['spans'], 'spans');
    processes = optionalObject(trace['processes'], 'processes');
  } catch (error) {
    yield invalid(where, error);
    return;
  }
  const resources = new Map<string, TraceResource>();
  for (const [index, item] of spans.entries()) {
    yield readOrProblem(`${where}: spans[${index}]`, () =>
      readSpan(asObject(item, 'it'), processes, resources),
    );
  }
}

/** Older files have the process in the span; where there is none, the span is still good. */
function readSpan(span: JsonObject, processes: JsonObject, resources: Map<string, TraceResource>): TraceSpan {
  const { processID } = span;
  let resource = typeof processID === 'string' ? resources.get(processID) : undefined;
  if (resource === undefined) {
    const process = typeof processID === 'string' ? member(processes, processID) : undefined;
    resource = readProcess(isSet(process) ? process : span['process']);
    if (isSet(process)) resources.set(processID as string, resource);
  }
  const reading = fromJaegerSpan(span, resource);
  const remainder = jaegerRemainder(span['tags']);
  return remainder === null ? reading : { ...withSpanRemainder(reading, remainder), resource };
}

function readProcess(process: unknown): TraceResource {
  const reading = fromJaegerProcess(process);
  const remainder = isSet(process) ? jaegerRemainder(asObject(process, 'a process')['tags']) : null;
  return remainder === null ? reading : withResourceRemainder(reading, remainder);
}
