import {
  type Attributes,
  type Context,
  createTraceState,
  diag,
  type Link,
  type SpanContext,
  type SpanKind,
  type TraceState,
} from '@opentelemetry/api';
import { type Sampler, SamplingDecision, type SamplingResult } from '@opentelemetry/sdk-trace-node';
import {
  type ComposableSampler,
  neverIntent,
  parentOf,
  requireComposable,
  type SamplingIntent,
} from './composable-sampler.ts';
import { formatOtTraceState, parseOtTraceState } from './ot-trace-state.ts';
import { intentOfParent } from './parent-threshold.ts';
import { keepsTrace, type RejectionThreshold } from './rejection-threshold.ts';

/** An adaptive sampler goes through many thresholds in a day. */
const mostRememberedResults = 64;
const dropped: SamplingResult = Object.freeze({ decision: SamplingDecision.NOT_RECORD });
const keptUncounted: SamplingResult = Object.freeze({ decision: SamplingDecision.RECORD_AND_SAMPLED });

/**
 * Makes OpenTelemetry's `Sampler` of a composable one (SDK specification, "CompositeSampler"): compares the
 * threshold with the randomness of the trace (`rv`, else the last 56 bits of its id, whether or not its
 * random flag is set) and keeps the `ot` entry of the `tracestate` true: `th` is there exactly when the span
 * is kept with a known probability. `rv` and what others wrote pass unchanged.
 *
 * A part that throws, or whose answer is no intent, is reported once through OpenTelemetry's `diag`; its
 * spans follow their parent, and new traces are not kept.
 */
export function compositeSampler(root: ComposableSampler): Sampler {
  requireComposable(root, 'compositeSampler');
  return new CompositeSampler(root);
}

class CompositeSampler implements Sampler {
  readonly #root: ComposableSampler;
  readonly #withNewStates = new Map<RejectionThreshold, SamplingResult>();
  #hasWarned = false;

  constructor(root: ComposableSampler) {
    this.#root = root;
  }

  shouldSample(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingResult {
    const parent = parentOf(context, traceId);
    try {
      const intent = this.#root.samplingIntent(context, traceId, name, kind, attributes, links);
      return this.#carryOut(intent, traceId, parent);
    } catch (error) {
      if (!this.#hasWarned) diag.warn('@tta/obs: a sampler failed:', error);
      this.#hasWarned = true;
      return this.#carryOut(parent === undefined ? neverIntent : intentOfParent(parent), traceId, parent);
    }
  }

  toString(): string {
    return `compositeSampler(${this.#root.toString()})`;
  }

  #carryOut(intent: SamplingIntent, traceId: string, parent: SpanContext | undefined): SamplingResult {
    const { threshold } = intent;
    if (threshold !== null && typeof threshold !== 'string')
      throw new TypeError(`${this.#root.toString()} names the threshold ${String(threshold)}`);
    const inherited = parent?.traceState;
    const entry = inherited?.get('ot');
    const ot = parseOtTraceState(entry);
    const isKept = threshold !== null && keepsTrace(threshold, traceId, ot.rv);
    const th = isKept && intent.adjustedCountReliable ? threshold : undefined;
    const decision = isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD;
    let traceState = intent.traceState ?? inherited;
    if (traceState === undefined) {
      const uncounted = isKept ? keptUncounted : dropped;
      const result = th === undefined ? uncounted : this.#withNewState(th);
      return isKept && intent.attributes ? { ...result, attributes: intent.attributes } : result;
    }
    const nextEntry = th === ot.th ? ot.text : formatOtTraceState(ot.rest, th);
    // Left as it is where it says so already: as a rule, in all spans but the first of a trace.
    if (traceState !== inherited || nextEntry !== (entry ?? ''))
      traceState = withEntry(traceState, nextEntry, ot.rest);
    return isKept && intent.attributes
      ? { decision, attributes: intent.attributes, traceState }
      : { decision, traceState };
  }

  /** Made once for each threshold: nobody can change it, and it is most of the cost of a decision. */
  #withNewState(th: RejectionThreshold): SamplingResult {
    let result = this.#withNewStates.get(th);
    if (result === undefined) {
      if (this.#withNewStates.size >= mostRememberedResults) this.#withNewStates.clear();
      const traceState = createTraceState().set('ot', formatOtTraceState('', th));
      result = Object.freeze({ decision: SamplingDecision.RECORD_AND_SAMPLED, traceState });
      this.#withNewStates.set(th, result);
    }
    return result;
  }
}

/** A trace state that has no room left refuses the entry; what must not stay is the threshold of before. */
function withEntry(traceState: TraceState, entry: string, rest: string): TraceState {
  const next = entry === '' ? traceState.unset('ot') : traceState.set('ot', entry);
  if (entry === rest || next.get('ot') === entry) return next;
  return withEntry(next, rest, rest);
}
