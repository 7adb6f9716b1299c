import { fromChromeArgs } from './chrome-trace-event.ts';
import { asObject, isObject, isSet, text, unsigned32 } from './json-fields.ts';
import { jsonElements } from './json-elements.ts';
import { parseJson } from './parse-json.ts';
import { remainderKey, withResourceRemainder, withSpanRemainder } from './span-remainder.ts';
import { defaultLimitLength, type TraceReaderOptions, type TraceSource } from './text-chunks.ts';
import { FieldError, readOrProblem, type TraceRecord } from './trace-problem.ts';
import { noResource, type TraceResource, type TraceSpan } from './trace-span.ts';

/** Each process of a file is one resource. */
const mostProcesses = 10_000;

/** Metadata and instant events. */
const noSpans = new Set<unknown>(['M', 'i']);

/**
 * Reads back what {@link writeChromeTrace} wrote, exactly. Events of other programs have no ids and are no spans:
 * they are counted and named in one problem at the end. One event at a time is held in memory.
 */
export async function* readChromeTrace(
  source: TraceSource,
  { limitLength = defaultLimitLength }: TraceReaderOptions = {},
): AsyncGenerator<TraceRecord> {
  const reader = new EventReader();
  const elements = jsonElements(source, { lists: ['traceEvents'], name: 'event', limitLength });
  for await (const element of elements) {
    const record =
      'problem' in element
        ? element
        : readOrProblem(`event ${element.index}`, () => reader.read(element.text));
    if (record !== null) yield record;
  }
  if (reader.foreign > 0) {
    yield {
      problem: 'skipped',
      message: `${reader.foreign} events that are no spans exported from here were skipped`,
    };
  }
}

class EventReader {
  foreign = 0;
  readonly #resources = new Map<number, TraceResource>();

  /** @returns `null` for what is no span. */
  read(json: string): TraceSpan | null {
    const event = asObject(parseJson(json), 'it');
    const args = isObject(event['args']) ? event['args'] : {};
    const remainder = isSet(args[remainderKey]) ? text(args[remainderKey], remainderKey) : null;
    if (event['ph'] === 'M' && event['name'] === 'process_name' && remainder !== null) {
      this.#process(unsigned32(event['pid'], 'pid'), remainder);
      return null;
    }
    if (event['ph'] !== 'X' || remainder === null) {
      if (!noSpans.has(event['ph'])) this.foreign++;
      return null;
    }
    const resource = this.#resources.get(unsigned32(event['pid'], 'pid')) ?? noResource;
    return withSpanRemainder(fromChromeArgs(event['name'], args, resource), remainder);
  }

  #process(pid: number, remainder: string): void {
    if (this.#resources.size >= mostProcesses && !this.#resources.has(pid)) {
      throw new FieldError(`the document has more than ${mostProcesses} processes`);
    }
    this.#resources.set(pid, withResourceRemainder(noResource, remainder));
  }
}
