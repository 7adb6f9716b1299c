import type { Random } from '@tta/obs-context';
import { below, oneOf } from './chance.ts';

/** Where a value stands. */
interface Place {
  readonly owner: Record<string, unknown> | unknown[];
  readonly key: string;
}

const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  2 ** 63,
  2 ** 64,
  -(2 ** 63),
  '',
  '0',
  '+5',
  '-1',
  '18446744073709551615',
  '18446744073709551616',
  '99999999999999999999',
  '999999999999999999999',
  'NaN',
  'Infinity',
  '-Infinity',
  ' ',
  'f'.repeat(32),
  'F'.repeat(16),
  '0'.repeat(32),
  '\ud800',
  '\u0000',
  'AQID',
  'x'.repeat(300),
  'y'.repeat(66_000),
  'STATUS_CODE_OK',
  'SPAN_KIND_CLIENT',
  'exception',
  [],
  [null],
  [[]],
  {},
  { values: null },
  { values: [{}] },
  { stringValue: 'text' },
  { key: 'key', value: { stringValue: 'text' } },
];

const NAMES = [
  'key',
  'value',
  'values',
  'stringValue',
  'intValue',
  'arrayValue',
  'attributes',
  '__proto__',
  '',
];

/** Changes a value somewhere in a request that is JSON, and leaves JSON. */
export function mutateJson(request: unknown, random: Random): unknown {
  const root = { request };
  const places = placesOf(root);
  const { owner, key } = oneOf(random, places);
  const value = (owner as Record<string, unknown>)[key];
  switch (below(random, 7)) {
    case 0:
      if (Array.isArray(owner)) owner.splice(Number(key), 1);
      else Reflect.deleteProperty(owner, key);
      break;
    case 1:
      if (Array.isArray(owner)) owner.splice(Number(key), 0, value);
      else set(owner, oneOf(random, NAMES), value);
      break;
    case 2: {
      const other = oneOf(random, places);
      set(owner, key, structuredClone((other.owner as Record<string, unknown>)[other.key]));
      break;
    }
    case 3:
      set(owner, key, nested(value, 1 + below(random, 90), random.next() < 0.5));
      break;
    default:
      set(owner, key, structuredClone(oneOf(random, VALUES)));
  }
  return root.request;
}

/** Repeats an entry of a list until the request has about `byteCount` bytes. */
export function swellJson(request: unknown, random: Random, byteCount: number): unknown {
  const lists = placesOf({ request })
    .map(({ owner }) => owner)
    .filter((owner) => Array.isArray(owner));
  if (lists.length === 0) return request;
  const list = oneOf(random, lists);
  const entry: unknown = random.next() < 0.5 ? oneOf(random, VALUES) : oneOf(random, list);
  const size = (JSON.stringify(entry) as string | undefined)?.length ?? 1;
  for (let count = Math.ceil(byteCount / (size + 1)); count > 0; count--) list.push(entry);
  return request;
}

/** An own property whatever its name is. */
function set(owner: object, key: string, value: unknown): void {
  Object.defineProperty(owner, key, { value, enumerable: true, configurable: true, writable: true });
}

function nested(value: unknown, depth: number, isMap: boolean): unknown {
  let result = value;
  for (let level = 0; level < depth; level++) {
    result = isMap
      ? { kvlistValue: { values: [{ key: 'k', value: result }] } }
      : { arrayValue: { values: [result] } };
  }
  return result;
}

function placesOf(value: unknown, places: Place[] = []): Place[] {
  if (typeof value === 'object' && value !== null) {
    const owner = value as Record<string, unknown>;
    for (const key of Object.keys(owner)) {
      places.push({ owner, key });
      placesOf(owner[key], places);
    }
  }
  return places;
}
