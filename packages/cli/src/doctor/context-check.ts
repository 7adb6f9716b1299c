import { processOf, spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { counted, firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';
import { originText } from './origin.ts';

const SERVER = 2;
const CLIENT = 3;
const PRODUCER = 4;
const CONSUMER = 5;

/** What runs side by side is begun in one go; what lost its context was begun after something was waited for. */
const SIDE_BY_SIDE_MS = 2;
/** SDKs begin spans at whole milliseconds. */
const ROUNDING_MS = 1;
/** Who has waited for something goes on as soon as it has ended: after so long, or this part of its duration. */
const WAKE_MS = 5;
const WAKE_SHARE = 0.1;
/** So often must it be seen that a root lies where a child would. */
const LEAST_RUNS = 3;
/** A process that is busy with other things wakes late now and then. */
const AWAITED_SHARE = 0.8;
/** In a process without any parent, so many spans within another. */
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
  const spans = traces.flatMap((trace) => trace.spans);
  const known = spans.filter(({ origin }) => origin.processKey !== undefined);
  return [...groupBy(known, processOf).values()].flatMap((ofProcess) => {
    const bare = withoutAnyParent(ofProcess);
    if (bare !== undefined) return [noManagerFinding(bare)];
    const roots = groupBy(ofProcess.filter(isInnerRoot), ({ name, scopeName }) => `${scopeName}\n${name}`);
    return [...roots.values()].flatMap((ofName) => {
      const [first, ...others] = lostContext(ofName, ofProcess);
      return first === undefined ? [] : [lostFinding([first, ...others])];
    });
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
    const outer = smallest(spans.filter((each) => isAround(each, inner)));
    return outer === undefined ? [] : [{ inner, outer }];
  });
  const inside = new Set(nested.map(({ inner }) => inner));
  const tops = spans.filter((span) => !inside.has(span));
  const areTrees = tops.every((top) =>
    isTree(
      top,
      nested.filter(({ inner }) => isAround(top, inner)),
    ),
  );
  return areTrees && nested.every(({ inner }) => isInnerRoot(inner)) ? nested : undefined;
}

/** One call after the other, or a call in a call, until it ends: what is begun side by side lies otherwise. */
function isTree(top: StoredSpan, nested: readonly Nested[]): boolean {
  const later = nested.filter(isLater);
  const isInTurn = later.some(({ inner }) =>
    later.some((each) => each.inner.endMs <= inner.startMs + ROUNDING_MS),
  );
  const isChain = later.some(({ inner }) => later.some(({ outer }) => outer === inner));
  const isAwaited = later.some(({ inner }) => isSoonAfter(top.endMs, inner));
  return later.length >= LEAST_NESTED && (isInTurn || isChain) && isAwaited;
}

/**
 * The roots of one name, each with the span that it lies in, if they belong there: they share the id of a run, or each
 * of them, time and again, lies where that span has no child, and that span goes on as soon as it has ended.
 */
function lostContext(roots: Spans, spans: Spans): readonly Nested[] {
  const nested = roots.flatMap((inner): readonly Nested[] => {
    const around = spans.filter((each) => each.traceId !== inner.traceId && isAround(each, inner));
    // With two traces under way nobody can tell to which it belongs.
    const isClear = new Set(around.map(({ traceId }) => traceId)).size === 1;
    const outer = isClear ? smallest(around) : undefined;
    // Who begins a trace on purpose links it to the one that it comes from.
    return outer === undefined || inner.linkedTraceIds.includes(outer.traceId) ? [] : [{ inner, outer }];
  });
  const ofOneRun = nested.filter((each) => isLater(each) && hasSharedRun(each));
  if (ofOneRun.length > 0) return ofOneRun;
  if (nested.length < roots.length || !nested.every(isLater)) return [];
  const awaited = nested.filter((each) => isAwaited(each, spans));
  const runs = new Set(awaited.map(({ outer }) => outer.traceId)).size;
  return runs >= LEAST_RUNS && awaited.length >= AWAITED_SHARE * nested.length ? nested : [];
}

function isLater({ inner, outer }: Nested): boolean {
  return inner.startMs - outer.startMs >= SIDE_BY_SIDE_MS;
}

function hasSharedRun({ inner, outer }: Nested): boolean {
  return RUN_IDS.some((name) => {
    const value = inner.attributes[name];
    return typeof value === 'string' && value !== '' && value === outer.attributes[name];
  });
}

/** The outer span has nothing else to do meanwhile, and goes on, or ends, as soon as the inner one has ended. */
function isAwaited({ inner, outer }: Nested, spans: Spans): boolean {
  const children = spans.filter(
    (each) => each.traceId === outer.traceId && each.parentSpanId === outer.spanId,
  );
  if (children.some((child) => overlapMs(child, inner) > ROUNDING_MS)) return false;
  return [outer.endMs, ...children.map(({ startMs }) => startMs)].some((timeMs) =>
    isSoonAfter(timeMs, inner),
  );
}

function overlapMs(one: StoredSpan, other: StoredSpan): number {
  return Math.min(one.endMs, other.endMs) - Math.max(one.startMs, other.startMs);
}

function isSoonAfter(timeMs: number, { startMs, endMs }: StoredSpan): boolean {
  const afterMs = timeMs - endMs;
  return afterMs >= -ROUNDING_MS && afterMs <= Math.max(WAKE_MS, (endMs - startMs) * WAKE_SHARE);
}

/** It could be its parent: a call that goes out holds nothing else, and what is of one name runs side by side. */
function isAround(outer: StoredSpan, inner: StoredSpan): boolean {
  return (
    outer.name !== inner.name &&
    outer.kind !== CLIENT &&
    outer.kind !== PRODUCER &&
    outer.startMs <= inner.startMs + ROUNDING_MS &&
    inner.endMs <= outer.endMs + ROUNDING_MS &&
    outer.endMs - outer.startMs > inner.endMs - inner.startMs
  );
}

function smallest(spans: readonly StoredSpan[]): StoredSpan | undefined {
  return spans.toSorted((one, other) => one.endMs - one.startMs - (other.endMs - other.startMs))[0];
}

function lostFinding(nested: readonly [Nested, ...Nested[]]): Finding {
  const [{ inner, outer }] = nested;
  return {
    check: 'context',
    what: `In ${originText(inner.origin)} "${inner.name}" begins ${counted(nested.length, 'trace')} of its own within "${outer.name}": the context looks lost in between.`,
    evidence: firstOf(nested.map(nestedText)),
    mend: [
      `// where "${inner.name}" is put into a queue, a pool or a list of callbacks, take the context along:`,
      "import { AsyncResource } from 'node:async_hooks';",
      'queue.push(AsyncResource.bind(callback));',
      '// or, where it is meant to begin a trace, name the other in a link; then nothing is said of it:',
      'tracer.startSpan(name, { root: true, links: [{ context: outer.spanContext() }] });',
    ],
  };
}

function noManagerFinding(nested: readonly Nested[]): Finding {
  return {
    check: 'context',
    what: `In ${originText(nested[0]!.inner.origin)} no span has a parent, although they lie within each other: nothing keeps the context.`,
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
