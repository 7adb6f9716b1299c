import {
  type Attributes,
  type Context,
  type Link,
  type SpanContext,
  type SpanKind,
  trace,
  type TraceState,
} from '@opentelemetry/api';
import { InvalidOptionError } from '@tta/obs-context';
import type { RejectionThreshold } from './rejection-threshold.ts';

/** What a {@link ComposableSampler} wants to happen to a span (SDK specification, "SamplingIntent"). */
export interface SamplingIntent {
  /** The trace is kept when its randomness is not below this; `null` for never. */
  readonly threshold: RejectionThreshold | null;
  /** Whether the share of kept spans follows from the threshold, so that they can be counted up by it. */
  readonly adjustedCountReliable: boolean;
  /** Put on the span when it is kept. */
  readonly attributes?: Attributes;
  /** Goes on in place of the parent's. Its `ot` entry is the composite sampler's business and is overwritten. */
  readonly traceState?: TraceState;
}

/**
 * A part of a {@link compositeSampler}. It names a threshold and leaves the decision to the whole, which is
 * what lets the parts be combined and the kept spans be counted up. The threshold must not depend on the
 * trace id: then the estimates are wrong.
 */
export interface ComposableSampler {
  samplingIntent(
    context: Context,
    traceId: string,
    name: string,
    kind: SpanKind,
    attributes: Attributes,
    links: Link[],
  ): SamplingIntent;
  /** Description with the configuration, for diagnostics. */
  toString(): string;
}

/** Keeps nothing. */
export const neverIntent: SamplingIntent = Object.freeze({ threshold: null, adjustedCountReliable: false });

/**
 * The parent of the span that is being started, if it continues a trace. A tracer takes over the trace id
 * of a valid parent and of no other, so that comparing the ids is enough.
 */
export function parentOf(context: Context, traceId: string): SpanContext | undefined {
  const parent = trace.getSpanContext(context);
  return parent !== undefined && parent.traceId === traceId ? parent : undefined;
}

/** @throws InvalidOptionError when it is no composable sampler, e.g. one of OpenTelemetry's `Sampler`s. */
export function requireComposable(sampler: ComposableSampler, where: string): void {
  const given: Partial<ComposableSampler> | null | undefined = sampler;
  if (typeof given?.samplingIntent !== 'function')
    throw new InvalidOptionError(
      `${where} needs a composable sampler, such as probability(0.1), and got ${String(sampler)}`,
    );
}
