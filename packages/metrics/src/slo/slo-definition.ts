import type { SloWindow } from './slo-window.ts';

/**
 * What makes an execution good or bad. One that was cancelled or suspended is neither.
 *
 * - `availability`: an error or a timeout is bad.
 * - `latency`: of the executions that succeeded, those that took longer than `thresholdMs` are bad. Failures
 *   and durations that cannot be count in neither direction, as site reliability engineers do it: one that fails at once would look quick, and
 *   one that is counted here as well as under availability would spend two budgets.
 * - `cost`: one that spent more than `maxUsd`, its steps included, is bad, however it ended. One whose cost was
 *   never told is not counted, because a model without a price is not a model that is free.
 */
export type SloIndicator =
  | { readonly kind: 'availability' }
  | { readonly kind: 'latency'; readonly thresholdMs: number }
  | { readonly kind: 'cost'; readonly maxUsd: number };

/**
 * Which executions an SLO is about. All that is given has to match. Without a primitive's name or type it is
 * about runs: executions that no other execution started. With one it is about every such execution, at any depth.
 */
export interface SloSelection {
  readonly primitiveName?: string;
  readonly primitiveType?: string;
  readonly workflowName?: string;
}

/** Which burn-rate alerts an SLO has. */
export interface SloAlerting {
  /** For the fast burns that somebody has to look at now. @defaultValue true */
  readonly page?: boolean;
  /** For the slow burns that can wait until tomorrow. @defaultValue true */
  readonly ticket?: boolean;
  /**
   * An alert fires only when its long window holds this many good and bad executions, and three bad ones in any
   * case, so that the first failure of a quiet night wakes nobody. @defaultValue 10
   */
  readonly minEvents?: number;
}

/** What {@link defineSlo} takes. */
export interface SloOptions {
  /** Letters, digits and `-_.` inside, at most 63 characters: it becomes a label and names rules. */
  readonly name: string;
  /** At most 1050 characters, as in OpenSLO. */
  readonly description?: string;
  /** The share that has to be good, between 0 and 1 without either: 0.999. Kept to 12 decimals. */
  readonly objective: number;
  /** The rolling period that the objective is about, from `1h` to `366d`. @defaultValue '30d' */
  readonly window?: SloWindow;
  /** @defaultValue every run */
  readonly selection?: SloSelection;
  readonly indicator: SloIndicator;
  /** `false` for no alerts. @defaultValue page and ticket, from 10 events on */
  readonly alerting?: false | SloAlerting;
}

/** A service level objective that has been checked, with every default filled in. JSON holds all of it. */
export interface SloDefinition {
  readonly name: string;
  readonly description?: string;
  readonly objective: number;
  readonly window: SloWindow;
  readonly selection: SloSelection;
  readonly indicator: SloIndicator;
  readonly alerting: Required<SloAlerting>;
}
