import { asList, asObject, isObject, isSet, text } from './json-fields.ts';
import { jsonElements } from './json-elements.ts';
import { parseJson } from './parse-json.ts';
import { remainderKey, withSpanRemainder } from './span-remainder.ts';
import { defaultLimitLength, type TraceReaderOptions, type TraceSource } from './text-chunks.ts';
import { readOrProblem, type TraceRecord } from './trace-problem.ts';
import type { TraceSpan } from './trace-span.ts';
import { fromZipkinSpan, resourceKeysKey } from './zipkin-span.ts';

/**
 * Reads Zipkin's JSON (API v2), a list of spans; also a list of such lists, as `GET /api/v2/traces` answers.
 * Times are microseconds; what {@link writeZipkin} wrote is read back exactly. One span, or one of the
 * lists within the list, is held in memory.
 */
export async function* readZipkin(
  source: TraceSource,
  { limitLength = defaultLimitLength }: TraceReaderOptions = {},
): AsyncGenerator<TraceRecord> {
  for await (const element of jsonElements(source, { lists: [], name: 'span', limitLength })) {
    if ('problem' in element) yield element;
    else yield* readElement(element.text, `span ${element.index}`);
  }
}

function* readElement(json: string, where: string): Generator<TraceRecord> {
  let spans: readonly unknown[] = [];
  const record = readOrProblem(where, () => {
    const parsed = parseJson(json);
    if (!Array.isArray(parsed)) return readSpan(parsed);
    spans = parsed;
    return null;
  });
  if (record !== null) yield record;
  for (const [index, span] of spans.entries()) {
    yield readOrProblem(`${where}[${index}]`, () => readSpan(span));
  }
}

function readSpan(item: unknown): TraceSpan {
  const span = asObject(item, 'it');
  const tags = isObject(span['tags']) ? span['tags'] : {};
  const reading = fromZipkinSpan(span, readResourceKeys(tags[resourceKeysKey]));
  const remainder = tags[remainderKey];
  return isSet(remainder) ? withSpanRemainder(reading, text(remainder, remainderKey)) : reading;
}

function readResourceKeys(tag: unknown): ReadonlySet<string> {
  if (!isSet(tag)) return new Set();
  return new Set(asList(parseJson(text(tag, resourceKeysKey)), resourceKeysKey).map(String));
}
