export { ManualClock, seededRandom } from '@tta/obs-context/manual';
export { observe, observed } from './observe.ts';
export type { ObservedTrace, ObserveOptions } from './observed-trace.ts';
export type {
  PointKind,
  SpanOutcome,
  Trace,
  TraceEvent,
  TraceLine,
  TraceLink,
  TracePoint,
  TraceSpan,
} from './trace.ts';
