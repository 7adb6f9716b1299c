import type { QueryQuantity } from './query-node.ts';

/** Types of fields whose values have an order. */
export type QuantityType = 'duration' | 'money' | 'count' | 'time';

/** How values of each type may be written, for messages and completion. */
export const quantityExamples: Readonly<Record<QuantityType, readonly string[]>> = {
  duration: ['500ms', '2s', '1m30s'],
  money: ['0.05', '$1'],
  count: ['3', '10k', '2M'],
  time: ['-15m', '-24h', '2026-11-21T10:00'],
};

const NUMBER = String.raw`(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?`;
const PLAIN_NUMBER = new RegExp(`^${NUMBER}$`, 'i');
const COUNT = new RegExp(`^(-?${NUMBER})([kmb])?$`, 'i');
const MONEY = new RegExp(`^\\$?(${NUMBER})$`, 'i');
const DURATION = new RegExp(`^(?:${NUMBER}(?:us|µs|ms|s|min|m|h|d))+$`, 'i');
const DURATION_PART = new RegExp(`(${NUMBER})(us|µs|ms|s|min|m|h|d)`, 'gi');
const MOMENT = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/i;

/** The year 10000, which four digits do not write. */
const END_OF_TIME_MS = Date.UTC(10_000, 0);

const MULTIPLES: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, b: 1e9 };
/** Longer than microseconds, of which a thousand are divided into each millisecond: times 0.001 would not be exact. */
const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The value of a text, in the unit of its type; `undefined` where it is none. */
export function readQuantity(type: QuantityType, text: string): QueryQuantity | undefined {
  const value = readers[type](text);
  if (typeof value !== 'number') return value;
  // `+ 0`: there is one zero.
  return Number.isFinite(value) ? value + 0 : undefined;
}

const readers: Readonly<Record<QuantityType, (text: string) => QueryQuantity | undefined>> = {
  count: (text) => {
    const [, number, multiple] = COUNT.exec(text) ?? [];
    if (number === undefined) return undefined;
    return Number(number) * (multiple === undefined ? 1 : MULTIPLES[multiple.toLowerCase()]!);
  },
  money: (text) => {
    const [, number] = MONEY.exec(text) ?? [];
    return number === undefined ? undefined : Number(number);
  },
  duration: (text) => (PLAIN_NUMBER.test(text) ? Number(text) : readDuration(text)),
  time: (text) => {
    const agoMs = readDuration(text.replace(/^-/, ''));
    if (agoMs !== undefined) return Number.isFinite(agoMs) ? { agoMs } : undefined;
    const [, day, time = '00:00', zone = 'Z'] = MOMENT.exec(text) ?? [];
    if (day === undefined) return undefined;
    const epochMs = Date.parse(`${day}T${time}${zone}`.toUpperCase());
    return epochMs >= 0 && epochMs < END_OF_TIME_MS ? epochMs : undefined;
  },
};

function readDuration(text: string): number | undefined {
  if (!DURATION.test(text)) return undefined;
  let ms = 0;
  for (const [, number, unit] of text.matchAll(DURATION_PART)) {
    const unitMs = UNITS_MS[unit!.toLowerCase()];
    ms += unitMs === undefined ? Number(number) / 1000 : Number(number) * unitMs;
  }
  return ms;
}

/** Says that a text is no value of a type, and what one looks like. */
export function quantityFault(type: QuantityType, written: string): { readonly message: string } {
  const noun = type === 'count' ? 'number' : type === 'money' ? 'amount' : type;
  return { message: `"${written}" is no ${noun}; write for example ${quantityExamples[type].join(', ')}` };
}

/** A text that {@link readQuantity} takes for exactly this value. */
export function printQuantity(type: QuantityType, value: QueryQuantity): string {
  if (typeof value !== 'number') return `-${printDuration(value.agoMs)}`;
  if (type === 'duration') return printDuration(value);
  return type === 'time' ? new Date(value).toISOString().replace(/(:00)?\.000Z$/, 'Z') : String(value);
}

/** `1m30s`, `1.5s`, `0.25ms`. */
function printDuration(ms: number): string {
  const inSeconds = `${ms / 1000}s`;
  if (ms < 1000 || readDuration(inSeconds) !== ms) return `${ms}ms`;
  if (ms % 1000 !== 0 || !Number.isSafeInteger(ms)) return inSeconds;
  const hours = Math.floor(ms / UNITS_MS['h']!);
  const minutes = Math.floor((ms % UNITS_MS['h']!) / UNITS_MS['m']!);
  const seconds = (ms % UNITS_MS['m']!) / 1000;
  return [hours && `${hours}h`, minutes && `${minutes}m`, seconds && `${seconds}s`].filter(Boolean).join('');
}
