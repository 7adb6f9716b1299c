import type { DurationUnit } from '../format/duration.ts';
import type { ContextStep } from './context-growth.ts';
import type { Folds } from './folds.ts';
import type { MessageFormats } from './message-format.ts';

/** What all rows of a transcript are drawn with. */
export interface Reader {
  readonly folds: Folds;
  readonly formats: MessageFormats;
  /** What is marked; empty without a search. */
  readonly sought: string;
  /** Of all durations in the transcript. */
  readonly unit: DurationUnit;
  readonly steps: ReadonlyMap<string, ContextStep>;
  /** Selects a span in all ways to look at the trace. */
  readonly onSelect: (spanId: string) => void;
}
