import { processOf, spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { counted, firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText } from './origin.ts';

const SERVER = 2;
const CONSUMER = 5;

/** What runs side by side is begun in one go; what lost its context was begun after something was waited for. */
const SIDE_BY_SIDE_MS = 2;
/** That all of it happens to lie within the other must be less likely than this. */
const CHANCE = 0.001;
/** Fewer spans within another say nothing. */
const LEAST_NESTED = 2;

/** Attributes with one value for all that belongs to one run or request. */
const RUN_IDS = ['workflow.id', 'request.id', 'http.request.id'];

type Spans = readonly [StoredSpan, ...StoredSpan[]];

/** A root and the span of another trace, in the same process, within which it lies. */
interface Nested {
  readonly inner: StoredSpan;
  readonly outer: StoredSpan;
}

/** Traces that look like parts of others: their roots lie within a span of the same process, and should be below it. */
export function checkContext({ traces }: Evidence): readonly Finding[] {
  const known = traces
    .flatMap((trace) => trace.spans)
    .filter(({ origin }) => origin.processKey !== undefined);
  return [...groupBy(known, processOf).values()].flatMap((spans) => {
    const bare = withoutAnyParent(spans);
    if (bare !== undefined) return [noManagerFinding(bare)];
    return [...groupBy(spans.filter(isInnerRoot), ({ name, scopeName }) => `${scopeName}\n${name}`).values()]
      .map((roots) => lostContext(roots, spans))
      .filter((nested) => nested.length > 0)
      .map((nested) => lostFinding(nested));
  });
}

/** Requests and messages that come in begin traces of their own by right. */
function isInnerRoot({ parentSpanId, kind }: StoredSpan): boolean {
  return parentSpanId === null && kind !== SERVER && kind !== CONSUMER;
}

/** In this process no span is below another, although all are as in trees of calls: nobody keeps the context. */
function withoutAnyParent(spans: Spans): readonly Nested[] | undefined {
  if (!spans.every(({ parentSpanId }) => parentSpanId === null)) return undefined;
  const nested = spans.flatMap((inner): readonly Nested[] => {
    const outer = smallest(spans.filter((each) => each.name !== inner.name && encloses(each, inner)));
    return outer === undefined ? [] : [{ inner, outer }];
  });
  const inside = new Set(nested.map(({ inner }) => inner));
  const tops = spans.filter((span) => !inside.has(span));
  return nested.every(({ inner }) => isInnerRoot(inner)) &&
    tops.every((top) => isTree(nested.filter(({ inner }) => encloses(top, inner))))
    ? nested
    : undefined;
}

/** One call after the other, or a call in a call: what is begun side by side lies otherwise. */
function isTree(nested: readonly Nested[]): boolean {
  const later = nested.filter(isLater);
  const isInTurn = later.some(({ inner }) => later.some((each) => each.inner.endMs <= inner.startMs));
  const isChain = later.some(({ inner }) => later.some(({ outer }) => outer === inner));
  return later.length >= LEAST_NESTED && (isInTurn || isChain);
}

function isLater({ inner, outer }: Nested): boolean {
  return inner.startMs - outer.startMs >= SIDE_BY_SIDE_MS;
}

/**
 * The roots of one name, each with the span that it lies in, if that is no chance: they share the id of a run, or all of
 * them ever seen lie within spans that take little of the time.
 */
function lostContext(roots: Spans, spans: Spans): readonly Nested[] {
  const nested = roots.flatMap((inner): readonly Nested[] => {
    const around = spans.filter((each) => each.traceId !== inner.traceId && encloses(each, inner));
    // With two traces under way nobody can tell to which it belongs.
    const isClear = new Set(around.map(({ traceId }) => traceId)).size === 1;
    const outer = isClear ? smallest(around) : undefined;
    // Who begins a trace on purpose links it to the one that it comes from.
    const isMeant = outer === undefined || inner.linkedTraceIds.includes(outer.traceId);
    return isMeant || outer.name === inner.name ? [] : [{ inner, outer }];
  });
  const ofOneRun = nested.filter((each) => isLater(each) && hasSharedRun(each));
  if (ofOneRun.length > 0) return ofOneRun;
  if (nested.length < roots.length || !nested.every(isLater)) return [];
  const names = new Set(nested.map(({ outer }) => outer.name));
  const chance =
    share(
      spans.filter(({ name }) => names.has(name)),
      spans,
    ) ** nested.length;
  return chance <= CHANCE ? nested : [];
}

function hasSharedRun({ inner, outer }: Nested): boolean {
  return RUN_IDS.some((name) => {
    const value = inner.attributes[name];
    return typeof value === 'string' && value !== '' && value === outer.attributes[name];
  });
}

function encloses(outer: StoredSpan, inner: StoredSpan): boolean {
  return (
    outer !== inner &&
    outer.startMs <= inner.startMs &&
    inner.endMs <= outer.endMs &&
    outer.endMs - outer.startMs > inner.endMs - inner.startMs
  );
}

function smallest(spans: readonly StoredSpan[]): StoredSpan | undefined {
  return spans.toSorted((one, other) => one.endMs - one.startMs - (other.endMs - other.startMs))[0];
}

/** The part of the time in which the process was seen that these spans take, each moment counted once. */
function share(spans: readonly StoredSpan[], all: Spans): number {
  const begin = all.reduce((least, { startMs }) => Math.min(least, startMs), Infinity);
  const end = all.reduce((most, { endMs }) => Math.max(most, endMs), 0);
  let covered = 0;
  let until = begin;
  for (const { startMs, endMs } of spans.toSorted((one, other) => one.startMs - other.startMs)) {
    covered += Math.max(0, endMs - Math.max(startMs, until));
    until = Math.max(until, endMs);
  }
  return covered / (end - begin);
}

function lostFinding(nested: readonly Nested[]): Finding {
  const [{ inner, outer }] = nested as readonly [Nested];
  return {
    check: 'context',
    what: `In ${originText(inner.origin)} "${inner.name}" begins ${counted(nested.length, 'trace')} of its own within "${outer.name}": the context is lost in between.`,
    evidence: firstOf(nested.map(nestedText)),
    mend: [
      `// where "${inner.name}" is put into a queue, a pool or a list of callbacks, take the context along:`,
      "import { AsyncResource } from 'node:async_hooks';",
      'queue.push(AsyncResource.bind(callback));',
    ],
  };
}

function noManagerFinding(nested: readonly Nested[]): Finding {
  const [{ inner }] = nested as readonly [Nested];
  return {
    check: 'context',
    what: `In ${originText(inner.origin)} no span has a parent, although they lie within each other: nothing keeps the context.`,
    evidence: firstOf(nested.map(nestedText)),
    mend: [
      '// before the first span; NodeSDK and initializeObservability() of @tta/obs do it by themselves:',
      "import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';",
      'context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());',
    ],
  };
}

function nestedText({ inner, outer }: Nested): string {
  return `${spanText(inner)} lies within ${spanText(outer)}`;
}
