import { inspect, types } from 'node:util';
import { attributeNames as names } from '@tta/obs-context';

/** Different in each run, and nothing that a test has a say in. */
const leftOut: ReadonlySet<string> = new Set([
  names.executionDurationMs,
  names.executionCpuMs,
  names.executionHeapDeltaBytes,
  names.executionConcurrent,
  'exception.stacktrace',
]);

/** Made up for each run. */
const ids: ReadonlySet<string> = new Set([names.workflowId, names.correlationId, names.causationId]);

const durationKey = /(?:duration|elapsed|latency|backoff)(?:[._]?(?:ns|us|ms|s|seconds))?$/i;

/** What is made up in texts, each with the word that stands for it. The longest form comes first. */
const madeUp: readonly (readonly [RegExp, string])[] = [
  [/\b[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}\b/gi, '<uuid>'],
  [/\b(?:[\da-f]{32}|[\da-f]{16})\b/gi, '<id>'],
  [/\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  [/\b(localhost|127\.0\.0\.1|\[::1\]):\d+/g, '$1:<port>'],
];

/** Milliseconds since the Unix epoch, from 2001 to 2096: no count of a test is as large. */
const earliest = 1e12;
const latest = 4e12;

/** So deep values are shown; one that contains itself ends here. */
const depthLimit = 6;

/**
 * Attributes or fields by their keys, sorted, each as a text that is the same in every run. Durations, loads and stacks
 * are left out; ids, times and ports are replaced by a word.
 */
export function stableEntries(
  fields: Readonly<Record<string, unknown>>,
): readonly (readonly [key: string, text: string])[] {
  return entriesOf(fields, 0);
}

/** What {@link stableEntries} are, in a line: `{ attempt: 2, error.category: "network" }`; of none an empty text. */
export function stableText(fields: Readonly<Record<string, unknown>>): string {
  return recordText(entriesOf(fields, 0));
}

/** A text without what is made up in it. */
export function stableString(text: string): string {
  return madeUp.reduce((stable, [form, word]) => stable.replaceAll(form, word), text);
}

function entriesOf(
  fields: Readonly<Record<string, unknown>>,
  depth: number,
): readonly (readonly [key: string, text: string])[] {
  return Object.keys(fields)
    .filter((key) => !leftOut.has(key) && fields[key] !== undefined)
    .sort()
    .map((key) => [key, textOf(key, fields[key], depth)]);
}

function textOf(key: string, value: unknown, depth: number): string {
  if (ids.has(key)) return '<id>';
  if (typeof value === 'number') {
    if (durationKey.test(key)) return '<duration>';
    return value >= earliest && value < latest ? '<time>' : String(value);
  }
  if (typeof value === 'string') return JSON.stringify(stableString(value));
  if (types.isDate(value)) return '<time>';
  // Not its stack.
  if (value instanceof Error) return `[${stableString(`${value.name}: ${value.message}`)}]`;
  if (depth >= depthLimit) return '…';
  if (Array.isArray(value)) return `[${value.map((item) => textOf('', item, depth + 1)).join(', ')}]`;
  if (isRecord(value)) return recordText(entriesOf(value, depth + 1)) || '{}';
  return stableString(inspect(value, { breakLength: Number.POSITIVE_INFINITY, sorted: true }));
}

function recordText(entries: readonly (readonly [key: string, text: string])[]): string {
  if (entries.length === 0) return '';
  return `{ ${entries.map(([key, text]) => `${key}: ${text}`).join(', ')} }`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}
