import { traceText } from './trace-text.ts';
import type { Trace, TraceLine, TracePoint, TraceSpan } from '../trace.ts';

/** A trace that is shown as its trees, as matchers show them: by `String(trace)`, and where a runner or a console prints it. */
export abstract class DrawnTrace implements Trace {
  abstract readonly spans: readonly TraceSpan[];
  abstract readonly lines: readonly TraceLine[];
  abstract readonly points: readonly TracePoint[];

  /** The spans as trees, as matchers show them. */
  toString(): string {
    return traceText(this);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}
