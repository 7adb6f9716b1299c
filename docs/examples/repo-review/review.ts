import type { FileChurn } from './churn.ts';
import type { DependencyChange } from './dependencies.ts';
import type { Finding } from './finding.ts';
import type { Overview } from './overview.ts';
import type { Theme } from './themes.ts';

/** What the parallel analyses found. */
export interface Analyses {
  readonly overview: Overview;
  readonly churn: readonly FileChurn[];
  readonly risks: readonly Finding[];
  readonly dependencies: readonly DependencyChange[];
  readonly hygiene: readonly Finding[];
  readonly themes: readonly Theme[];
}

export interface Summary {
  /** Plain text of several lines, safe to print. */
  readonly text: string;
  /** `tf-idf`, or the model that wrote it. */
  readonly source: string;
  /** Why it is not the summary that was asked for. */
  readonly note?: string;
}

/** The result of the workflow. */
export interface Review extends Analyses {
  readonly summary: Summary;
}
