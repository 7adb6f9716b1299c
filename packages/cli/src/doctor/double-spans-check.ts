import { callTarget, type CallTarget } from './call-target.ts';
import { spanText, type Evidence, type StoredSpan } from './evidence.ts';
import { firstOf, type Finding } from './finding.ts';
import { groupBy } from './group-by.ts';

const CLIENT = 3;
/** A layer that only hands on takes no longer. */
const LAYER_MS = 5;
const LAYER_SHARE = 0.1;
const ROUNDING_MS = 1;

/** One call that two instrumentations tell. */
interface Double {
  readonly outer: StoredSpan;
  readonly inner: StoredSpan;
  readonly target: CallTarget;
}

/**
 * Calls that are there twice: a span and its child, from two scopes, of the same call in the same time. An execution of
 * `@tta/obs` around the span of a model client is none: its tokens count once.
 */
export function checkDoubleSpans({ traces }: Evidence): readonly Finding[] {
  const doubles = traces.flatMap(({ spans, byId }) =>
    spans.flatMap((inner): readonly Double[] => {
      const outer = inner.parentSpanId === null ? undefined : byId.get(inner.parentSpanId);
      const target = outer === undefined ? undefined : commonTarget(outer, inner);
      return target === undefined ? [] : [{ outer: outer!, inner, target }];
    }),
  );
  const byScopes = groupBy(
    doubles,
    ({ outer, inner, target }) =>
      `${inner.origin.serviceName}\n${outer.scopeName}\n${inner.scopeName}\n${target.kind}`,
  );
  return [...byScopes.values()].map((ofScopes) => finding(ofScopes));
}

function commonTarget(outer: StoredSpan, inner: StoredSpan): CallTarget | undefined {
  if (outer.scopeName === inner.scopeName || outer.origin.serviceName !== inner.origin.serviceName)
    return undefined;
  if (!isSameTime(outer, inner)) return undefined;
  const [one, other] = [callTarget(outer), callTarget(inner)];
  if (one === undefined || one.kind !== other?.kind || one.text !== other.text) return undefined;
  if (one.kind === 'gen_ai') return isToldByTwo(outer, inner) ? one : undefined;
  return outer.kind === CLIENT && inner.kind === CLIENT ? one : undefined;
}

function isToldByTwo({ ai: outer }: StoredSpan, { ai: inner }: StoredSpan): boolean {
  return outer?.convention !== 'tta-primitives' && inner?.convention !== 'tta-primitives';
}

function isSameTime(outer: StoredSpan, inner: StoredSpan): boolean {
  const outerMs = outer.endMs - outer.startMs;
  const isInside = inner.startMs >= outer.startMs - ROUNDING_MS && inner.endMs <= outer.endMs + ROUNDING_MS;
  return isInside && outerMs - (inner.endMs - inner.startMs) <= Math.max(LAYER_MS, outerMs * LAYER_SHARE);
}

function finding(doubles: readonly [Double, ...Double[]]): Finding {
  const [{ outer, inner }] = doubles;
  return {
    check: 'double spans',
    what: `"${outer.origin.serviceName}" reports the same calls twice, by the scopes "${outer.scopeName}" and "${inner.scopeName}".`,
    evidence: firstOf(
      doubles.map(
        (double) =>
          `${spanText(double.inner)} is the same ${double.target.text} as its parent "${double.outer.name}"`,
      ),
    ),
    mend: oneLess(outer.scopeName, inner.scopeName),
  };
}

/** The inner one knows more of the call, the outer one is the one that was added. */
function oneLess(outer: string, inner: string): readonly string[] {
  const automatic = [outer, inner].find((scope) => scope.startsWith('@opentelemetry/instrumentation-'));
  if (automatic === undefined) {
    return [`// register one of the two instrumentations: leave out "${outer}" or "${inner}"`];
  }
  return [
    '// where instrumentations are registered; or leave the other one out:',
    `getNodeAutoInstrumentations({ '${automatic}': { enabled: false } })`,
  ];
}
