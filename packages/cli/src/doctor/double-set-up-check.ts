import { isDeepStrictEqual } from 'node:util';
import { spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText } from './origin.ts';

/** Two spans of one call begin and end together, but for the work of making them. */
const TOGETHER_MS = 5;
const LEAST_PAIRS = 2;
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
        const pairs = sameWork(one, other);
        const isSame =
          pairs.length >= LEAST_PAIRS && pairs.length >= LEAST_SHARE * Math.min(one.length, other.length);
        return isSame ? [finding(pairs)] : [];
      }),
    );
  });
}

/** Spans of the one with those of the other that have the same name at the same time; each at most once. */
function sameWork(one: readonly StoredSpan[], other: readonly StoredSpan[]): readonly Pair[] {
  const byName = groupBy(other, nameOf);
  const taken = new Set<StoredSpan>();
  return one.flatMap((span): readonly Pair[] => {
    const twin = byName.get(nameOf(span))?.find((each) => !taken.has(each) && isTogether(span, each));
    if (twin === undefined) return [];
    taken.add(twin);
    return [[span, twin]];
  });
}

function nameOf({ scopeName, name, kind }: StoredSpan): string {
  return `${scopeName}\n${name}\n${kind}`;
}

/** Threads share a process, each with a set-up of its own: of their work it differs what it is about. */
function isTogether(one: StoredSpan, other: StoredSpan): boolean {
  return (
    Math.abs(one.startMs - other.startMs) <= TOGETHER_MS &&
    Math.abs(one.endMs - other.endMs) <= TOGETHER_MS &&
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
      `their resources differ: ${differences(one, other)}`,
    ],
    mend: [
      '// set up one of the two; before another, take the one before down:',
      'await obs.shutdown(); // of initializeObservability(); else await sdk.shutdown()',
    ],
  };
}

function differences(one: StoredSpan, other: StoredSpan): string {
  const [left, right] = [one, other].map(
    ({ origin }) => new Map(JSON.parse(origin.resourceKey) as [string, unknown][]),
  ) as [Map<string, unknown>, Map<string, unknown>];
  const names = [...new Set([...left.keys(), ...right.keys()])].filter(
    (name) => JSON.stringify(left.get(name)) !== JSON.stringify(right.get(name)),
  );
  return firstOf(names.map((name) => `${name} ${shown(left.get(name))} and ${shown(right.get(name))}`)).join(
    ', ',
  );
}

function shown(value: unknown): string {
  return value === undefined ? 'none' : JSON.stringify(value);
}
