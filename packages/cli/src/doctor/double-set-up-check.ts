import { isDeepStrictEqual } from 'node:util';
import { spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText } from './origin.ts';

interface Limits {
  /** Two spans of one call begin and end together, but for the work of making them. */
  readonly togetherMs: number;
  readonly leastPairs: number;
}

const LIMITS: Limits = { togetherMs: 5, leastPairs: 2 };
/** Threads of a process differ in that alone, and may do the same work side by side: what tells one call twice is closer. */
const INSTANCE_ID = 'service.instance.id';
const INSTANCE_LIMITS: Limits = { togetherMs: 1, leastPairs: 5 };
/** With these they are two threads for certain. */
const THREAD_NAMES = ['thread.id', 'thread.name'];
/** Of the spans of the set-up that sends less. */
const LEAST_SHARE = 0.8;

type Pair = readonly [StoredSpan, StoredSpan];

/** Two set-ups of OpenTelemetry in one process that tell of the same work. */
export function checkDoubleSetUp({ traces }: Evidence): readonly Finding[] {
  const spans = traces.flatMap((trace) => trace.spans).filter(({ origin }) => origin.pid !== undefined);
  const processes = groupBy(
    spans.filter(({ origin }) => origin.hostName !== undefined),
    ({ origin }) => `${origin.hostName} ${origin.pid}`,
  );
  return [...processes.values()].flatMap((ofProcess) => {
    const setUps = [...groupBy(ofProcess, ({ origin }) => origin.resourceKey).values()];
    return setUps.flatMap((one, at) =>
      setUps.slice(at + 1).flatMap((other) => {
        const limits = limitsFor(one[0], other[0]);
        const pairs = limits === undefined ? [] : sameWork(one, other, limits);
        const isSame =
          limits !== undefined &&
          pairs.length >= limits.leastPairs &&
          pairs.length >= LEAST_SHARE * Math.min(one.length, other.length);
        return isSame ? [finding(pairs)] : [];
      }),
    );
  });
}

/** Spans of the one with those of the other that have the same name at the same time; each at most once. */
function sameWork(
  one: readonly StoredSpan[],
  other: readonly StoredSpan[],
  { togetherMs }: Limits,
): readonly Pair[] {
  const byName = groupBy(other, nameOf);
  const taken = new Set<StoredSpan>();
  return one.flatMap((span): readonly Pair[] => {
    const twin = byName
      .get(nameOf(span))
      ?.find((each) => !taken.has(each) && isTogether(span, each, togetherMs));
    if (twin === undefined) return [];
    taken.add(twin);
    return [[span, twin]];
  });
}

function nameOf({ scopeName, name, kind }: StoredSpan): string {
  return `${scopeName}\n${name}\n${kind}`;
}

/** Threads share a process, each with a set-up of its own: of their work it differs what it is about. */
function isTogether(one: StoredSpan, other: StoredSpan, togetherMs: number): boolean {
  return (
    Math.abs(one.startMs - other.startMs) <= togetherMs &&
    Math.abs(one.endMs - other.endMs) <= togetherMs &&
    isDeepStrictEqual(one.attributes, other.attributes)
  );
}

function finding(pairs: readonly Pair[]): Finding {
  const [one, other] = pairs[0]!;
  return {
    check: 'double set-up',
    what: `${originText(one.origin)} has set OpenTelemetry up twice, and both send the same ${pairs.length} spans.`,
    evidence: [
      ...firstOf(pairs.map((pair) => `${spanText(pair[0])} is the same work as ${spanText(pair[1])}`)),
      `their resources differ: ${firstOf(differences(one, other).map(differenceText)).join(', ')}`,
    ],
    mend: [
      '// set up one of the two; before another, take the one before down:',
      'await obs.shutdown(); // of initializeObservability(); else await sdk.shutdown()',
    ],
  };
}

/** `undefined` when their resources tell that they are no two set-ups of one thread. */
function limitsFor(one: StoredSpan, other: StoredSpan): Limits | undefined {
  const names = differences(one, other).map(({ name }) => name);
  if (names.some((name) => THREAD_NAMES.includes(name))) return undefined;
  return names.every((name) => name === INSTANCE_ID) ? INSTANCE_LIMITS : LIMITS;
}

interface Difference {
  readonly name: string;
  readonly values: readonly [unknown, unknown];
}

function differences(one: StoredSpan, other: StoredSpan): readonly Difference[] {
  const [left, right] = [one, other].map(
    ({ origin }) => new Map(JSON.parse(origin.resourceKey) as [string, unknown][]),
  ) as [Map<string, unknown>, Map<string, unknown>];
  return [...new Set([...left.keys(), ...right.keys()])]
    .map((name): Difference => ({ name, values: [left.get(name), right.get(name)] }))
    .filter(({ values: [first, second] }) => JSON.stringify(first) !== JSON.stringify(second));
}

function differenceText({ name, values: [first, second] }: Difference): string {
  return `${name} ${shown(first)} and ${shown(second)}`;
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
