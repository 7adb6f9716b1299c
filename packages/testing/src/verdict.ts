import type { Colors } from './marked-tree.ts';
import type { Trace } from './trace.ts';

/** What a check of a trace found. */
export interface Verdict {
  readonly pass: boolean;
  /** Why it failed; where it passed, why its negation fails. Read only when it is shown. */
  readonly message: (colors: Colors) => string;
}

/** A matcher without a test runner. */
export type TraceCheck<A extends readonly never[]> = (trace: Trace, ...expected: A) => Verdict;
