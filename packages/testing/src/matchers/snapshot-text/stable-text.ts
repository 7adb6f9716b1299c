import { homedir, tmpdir } from 'node:os';
import { parse } from 'node:path';
import { types } from 'node:util';
import { attributeNames as names } from '@tta/obs-context';

/** Different in each run, and nothing that a test has a say in. */
const leftOut: ReadonlySet<string> = new Set([
  names.executionDurationMs,
  names.executionCpuMs,
  names.executionHeapDeltaBytes,
  names.executionConcurrent,
  names.parallelEffectiveness,
  'exception.stacktrace',
]);

/** How long something took or waited: `retry.backoff_ms`, `http.server.request.duration`, `tookMs`. */
const durationKey =
  /(?:^|[._-])(?:duration|elapsed|latency|took|time_to_first_chunk)$|[a-z\d](?:Duration|Elapsed|Latency|Took|Ms)$|_ms$/;

/** How long it may: `timeout.limit_ms`. */
const limitKey = /(?:limit|threshold|timeout)_?ms$/i;

const date = String.raw`(?:19|20)\d{2}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])`;
const timeOfDay = String.raw`\d{2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?`;
const weekday = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)';
const month = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)';

/** What is made up in texts, each with what stands for it. The longest form comes first. */
const madeUp: readonly (readonly [RegExp, string])[] = [
  // ISO 8601, also as logs and databases write it; then as HTTP and `Date` do.
  [new RegExp(String.raw`\b${date}[T ]${timeOfDay}(?: ?(?:Z|UTC|[+-]\d{2}:?\d{2})\b)?`, 'g'), '<time>'],
  [new RegExp(String.raw`\b${weekday}, \d{2} ${month} \d{4} ${timeOfDay} GMT`, 'g'), '<time>'],
  [
    new RegExp(String.raw`\b${weekday} ${month} \d{2} \d{4} ${timeOfDay} GMT[+-]\d{4}(?: \([^()]*\))?`, 'g'),
    '<time>',
  ],
  [new RegExp(String.raw`\b${date}\b`, 'g'), '<date>'],
  [
    /((?<![\w.-])(?:localhost|127(?:\.\d{1,3}){3}|0\.0\.0\.0)|\[::(?:1|ffff:127(?:\.\d{1,3}){3})?\]|(?<![\w:])::1):\d+\b/g,
    '$1:<port>',
  ],
];

/** Milliseconds since the Unix epoch, from 2001 to 2096: no count of a test is as large. */
const earliest = 1e12;
const latest = 4e12;

/** So deep values are shown; one that contains itself ends here. */
const depthLimit = 6;

/**
 * Texts that are the same in every run, on every machine: durations, loads and stacks are left out; times, ports and
 * folders of the machine are replaced by a word.
 */
export class StableText {
  readonly #folders = machineFolders();

  /** Attributes or fields by their keys, sorted. */
  entries(
    fields: Readonly<Record<string, unknown>>,
    depth = 0,
  ): readonly (readonly [key: string, text: string])[] {
    return Object.keys(fields)
      .filter((key) => !leftOut.has(key) && fields[key] !== undefined)
      .sort()
      .map((key) => [key, this.#value(key, fields[key], depth)]);
  }

  /** What {@link entries} are, in a line: `{ attempt: 2, error.category: "network" }`; of none an empty text. */
  record(fields: Readonly<Record<string, unknown>>, depth = 0): string {
    const entries = this.entries(fields, depth);
    if (entries.length === 0) return '';
    return `{ ${entries.map(([key, text]) => `${key}: ${text}`).join(', ')} }`;
  }

  /** A text without what is made up in it. */
  string(text: string): string {
    return [...this.#folders, ...madeUp].reduce(
      (stable, [form, word]) => stable.replaceAll(form, word),
      text,
    );
  }

  #value(key: string, value: unknown, depth: number): string {
    if (typeof value === 'number') {
      if (durationKey.test(key) && !limitKey.test(key)) return '<duration>';
      return value >= earliest && value < latest ? '<time>' : String(value);
    }
    if (typeof value === 'string') return JSON.stringify(this.string(value));
    if (typeof value === 'bigint') return `${value}n`;
    if (value === null || typeof value === 'boolean') return String(value);
    if (types.isDate(value)) return '<time>';
    // Not its stack.
    if (value instanceof Error) return `[${this.string(`${value.name}: ${value.message}`)}]`;
    if (depth >= depthLimit) return '…';
    if (Array.isArray(value)) return `[${value.map((item) => this.#value('', item, depth + 1)).join(', ')}]`;
    if (isRecord(value)) return this.record(value, depth + 1) || '{}';
    return `[${constructorName(value)}]`;
  }
}

/** Of this machine, the longest first. */
function machineFolders(): readonly (readonly [RegExp, string])[] {
  return [pathOf(process.cwd, '<cwd>'), pathOf(tmpdir, '<tmp>'), pathOf(homedir, '<home>')]
    .filter(([path]) => path !== parse(path).root)
    .sort(([a], [b]) => b.length - a.length)
    .map(([path, word]) => [folderForm(path), word]);
}

/** An empty path where there is none: a folder that was deleted, or a user that the system does not know. */
function pathOf(read: () => string, word: string): readonly [path: string, word: string] {
  try {
    return [read(), word];
  } catch {
    return ['', word];
  }
}

function folderForm(path: string): RegExp {
  const escaped = path.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, String.raw`\$&`);
  // Not in the middle of another path, but in a URL of a file; and not a part of a longer name.
  return new RegExp(String.raw`(?<![\w.-])(?<!(?<!file:\/)[\/\\])${escaped}(?![\w-])`, 'g');
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // Of any realm.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** What Node.js prints of other values is not the same in all of its versions. */
function constructorName(value: unknown): string {
  return (
    (value as { readonly constructor?: { readonly name?: string } } | undefined)?.constructor?.name ??
    typeof value
  );
}
