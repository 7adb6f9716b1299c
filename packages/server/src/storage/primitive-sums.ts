import type { AiSpan } from '@tta/obs-protocol';
import { DurationHistogram } from '../statistics/duration-histogram.ts';
import type { Moments } from '../statistics/welch.ts';
import type { SqlRow, SqlValue } from './sqlite-driver.ts';
import { bytes, number } from './sqlite-rows.ts';

/** The columns of `roll_up` that are sums, in the order of {@link PrimitiveSums.values}. */
export const SUM_COLUMNS = [
  'calls',
  'errors',
  'total_ms',
  'max_ms',
  'priced_calls',
  'cost_usd',
  'cost_squares',
  'durations',
] as const;

/** Sums over executions of a primitive. */
export class PrimitiveSums {
  calls = 0;
  errors = 0;
  totalMs = 0;
  maxMs = 0;
  readonly durations = new DurationHistogram();
  #pricedCalls = 0;
  #costUsd = 0;
  #costSquares = 0;

  /** @param row - Of `roll_up`. */
  static of(row: SqlRow): PrimitiveSums {
    const sums = new PrimitiveSums();
    sums.addRow(row);
    return sums;
  }

  /** In the order of {@link SUM_COLUMNS}. */
  get values(): readonly SqlValue[] {
    return [
      this.calls,
      this.errors,
      this.totalMs,
      this.maxMs,
      this.#pricedCalls,
      this.#costUsd,
      this.#costSquares,
      this.durations.encode(),
    ];
  }

  /** Of the executions whose costs are known, in US dollars. */
  get costs(): Moments {
    return { count: this.#pricedCalls, sum: this.#costUsd, squares: this.#costSquares };
  }

  /** Milliseconds, at most 1 % wrong. @param part - From 0 to 1. */
  percentile(part: number): number {
    // A percentile is a guess, and the longest is known.
    return Math.min(this.durations.percentile(part) ?? 0, this.maxMs);
  }

  /** @param costUsd - `null` when it is not known. */
  add(durationMs: number, isFailed: boolean, costUsd: number | null): void {
    this.calls++;
    if (isFailed) this.errors++;
    this.totalMs += durationMs;
    this.maxMs = Math.max(this.maxMs, durationMs);
    this.durations.add(durationMs);
    if (costUsd === null) return;
    this.#pricedCalls++;
    this.#costUsd += costUsd;
    this.#costSquares += costUsd * costUsd;
  }

  /** @param row - Of `roll_up`. */
  addRow(row: SqlRow): void {
    this.calls += number(row, 'calls');
    this.errors += number(row, 'errors');
    this.totalMs += number(row, 'total_ms');
    this.maxMs = Math.max(this.maxMs, number(row, 'max_ms'));
    this.durations.mergeEncoded(bytes(row, 'durations'));
    this.#pricedCalls += number(row, 'priced_calls');
    this.#costUsd += number(row, 'cost_usd');
    this.#costSquares += number(row, 'cost_squares');
  }

  merge(other: PrimitiveSums): void {
    this.calls += other.calls;
    this.errors += other.errors;
    this.totalMs += other.totalMs;
    this.maxMs = Math.max(this.maxMs, other.maxMs);
    this.durations.merge(other.durations);
    this.#pricedCalls += other.#pricedCalls;
    this.#costUsd += other.#costUsd;
    this.#costSquares += other.#costSquares;
  }
}

/** What an execution of one of our primitives cost itself, in US dollars. */
export function ownCostUsd(ai: AiSpan | undefined): number | null {
  if (ai?.convention !== 'tta-primitives' || ai.cost === null || ai.cost.source === 'unpriced') return null;
  return ai.cost.usd;
}
