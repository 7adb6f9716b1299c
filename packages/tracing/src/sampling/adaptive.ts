import { diag, SpanStatusCode } from '@opentelemetry/api';
import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import { type Clock, InvalidOptionError, systemClock } from '@tta/obs-context';
import type { ComposableSampler, SamplingIntent } from './composable-sampler.ts';
import { ErrorTrend } from './error-trend.ts';
import { isProbability, probabilityOf, thresholdOf } from './rejection-threshold.ts';

/** What an adaptive sampler aims at, and what it answers to. */
export interface AdaptiveOptions {
  /** How many traces to keep in a second, on average. */
  readonly targetPerSecond: number;
  /** How long the traffic is counted before the probability follows it, in ms. @defaultValue 10000 */
  readonly intervalMs?: number;
  /** @defaultValue 0.00001 */
  readonly minProbability?: number;
  /** It begins here. @defaultValue 1 */
  readonly maxProbability?: number;
  /** Share of the time that goes into telemetry, 0 to 1. Asked once a round. */
  readonly overhead?: () => number;
  /**
   * Above this overhead the probability is cut by a tenth a round; below 0.8 of it a tenth comes back.
   *
   * @defaultValue 0.02
   */
  readonly targetOverhead?: number;
  /** How many times the target may be kept while more traces fail than usual; 1 for no more. @defaultValue 5 */
  readonly errorBoost?: number;
  /** @defaultValue systemClock */
  readonly clock?: Clock;
}

/** A part of a composite sampler which, registered as a span processor too, hears how the traces end. */
export interface AdaptiveSampler extends ComposableSampler, SpanProcessor {
  /** The share of the traces that it keeps at present. */
  readonly probability: number;
}

/** A round ends early when it has cost this many times what it may. */
const surge = 1.5;

/**
 * Keeps a number of traces a second, whatever the traffic. It counts the spans that it is asked about, so put
 * it under `parentThreshold`, where it is asked once a trace:
 * `compositeSampler(parentThreshold(adaptive({ targetPerSecond: 10 })))`.
 *
 * After each interval the probability is set to what would have met the target in it. When the traffic
 * rises, the interval ends as soon as it has cost one and a half times the target, so that a tenfold step is paid
 * for with about three intervals' worth of traces. Nothing happens between decisions: there is no timer.
 *
 * - `overhead` lowers the probability step by step while telemetry takes too much of the time.
 * - Given to the provider as a span processor, it keeps more while more traces fail than usual: as many
 *   times more as the share of errors is above its average over 30 intervals, up to `errorBoost`.
 *
 * Like `probability`, it decides by the trace id and says with which threshold, so that its spans can be
 * counted up.
 *
 * @throws InvalidOptionError when a number is out of its range.
 */
export function adaptive(options: AdaptiveOptions): AdaptiveSampler {
  return new Adaptive(options);
}

interface Setting {
  readonly intent: SamplingIntent;
  readonly probability: number;
}

class Adaptive implements AdaptiveSampler {
  readonly #targetPerSecond: number;
  readonly #intervalMs: number;
  readonly #minProbability: number;
  readonly #maxProbability: number;
  readonly #overhead: (() => number) | undefined;
  readonly #targetOverhead: number;
  readonly #errorBoost: number;
  readonly #clock: Clock;
  readonly #errors: ErrorTrend;
  #roundStartMs: number | undefined;
  #asked = 0;
  /** How many traces this round may keep. */
  #budget: number;
  #restraint = 1;
  #setting: Setting;
  #hasWarned = false;

  constructor(options: AdaptiveOptions) {
    const { targetPerSecond, overhead, clock = systemClock, intervalMs = 10_000, errorBoost = 5 } = options;
    const { minProbability = 1e-5, maxProbability = 1, targetOverhead = 0.02 } = options;
    requireOption('targetPerSecond', targetPerSecond, targetPerSecond > 0, 'above 0');
    requireOption('intervalMs', intervalMs, intervalMs >= 1, '1 or more');
    requireOption('maxProbability', maxProbability, isProbability(maxProbability), 'from 2^-56 to 1');
    requireOption(
      'minProbability',
      minProbability,
      isProbability(minProbability) && minProbability <= maxProbability,
      'from 2^-56 to maxProbability',
    );
    requireOption(
      'targetOverhead',
      targetOverhead,
      targetOverhead > 0 && targetOverhead <= 1,
      'above 0, up to 1',
    );
    requireOption('errorBoost', errorBoost, errorBoost >= 1, '1 or more');
    this.#targetPerSecond = targetPerSecond;
    this.#intervalMs = intervalMs;
    this.#minProbability = minProbability;
    this.#maxProbability = maxProbability;
    this.#overhead = overhead;
    this.#targetOverhead = targetOverhead;
    this.#errorBoost = errorBoost;
    this.#clock = clock;
    this.#errors = new ErrorTrend(intervalMs);
    this.#budget = (targetPerSecond * intervalMs) / 1000;
    this.#setting = settingFor(maxProbability);
  }

  get probability(): number {
    return this.#setting.probability;
  }

  samplingIntent(): SamplingIntent {
    const nowMs = this.#clock.monotonic();
    this.#roundStartMs ??= nowMs;
    const elapsedMs = nowMs - this.#roundStartMs;
    if (elapsedMs >= this.#intervalMs || this.#asked * this.#setting.probability >= surge * this.#budget) {
      this.#endRound(elapsedMs);
      this.#roundStartMs = nowMs;
      this.#asked = 0;
    }
    this.#asked++;
    return this.#setting.intent;
  }

  onStart(): void {
    // Only how spans end matters.
  }

  /** Hears how a trace, or this process's part of it, has ended. */
  onEnd(span: ReadableSpan): void {
    if (span.parentSpanContext === undefined || span.parentSpanContext.isRemote === true)
      this.#errors.count(span.status.code === SpanStatusCode.ERROR);
  }

  forceFlush(): Promise<void> {
    return Promise.resolve();
  }

  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  toString(): string {
    return `adaptive(${this.#targetPerSecond} a second)`;
  }

  #endRound(elapsedMs: number): void {
    const boost = Math.min(this.#errors.endRound(elapsedMs), this.#errorBoost);
    const targetPerMs = (this.#targetPerSecond * boost) / 1000;
    // A burst in no time at all is endless traffic, and gets the least probability for a round.
    const askedPerMs = this.#asked / elapsedMs;
    this.#budget = targetPerMs * this.#intervalMs;
    this.#adjustRestraint();
    const wanted = Math.min(this.#maxProbability, targetPerMs / askedPerMs) * this.#restraint;
    this.#setting = settingFor(Math.max(this.#minProbability, wanted));
  }

  #adjustRestraint(): void {
    const overhead = this.#readOverhead();
    if (overhead > this.#targetOverhead) this.#restraint *= 0.9;
    else if (overhead < 0.8 * this.#targetOverhead) this.#restraint *= 1.1;
    // Not below what can have an effect: else the way back would be as long as the overload was.
    this.#restraint = Math.min(Math.max(this.#restraint, this.#minProbability / this.#maxProbability), 1);
  }

  /** NaN, with which nothing changes, when it cannot be had. */
  #readOverhead(): number {
    try {
      return this.#overhead?.() ?? Number.NaN;
    } catch (error) {
      if (!this.#hasWarned) diag.warn('@tta/obs: the overhead function of adaptive() failed:', error);
      this.#hasWarned = true;
      return Number.NaN;
    }
  }
}

function settingFor(probability: number): Setting {
  const threshold = thresholdOf(probability);
  return {
    intent: Object.freeze({ threshold, adjustedCountReliable: true }),
    probability: probabilityOf(threshold),
  };
}

function requireOption(name: string, value: number, isInRange: boolean, range: string): void {
  if (!isInRange || !Number.isFinite(value))
    throw new InvalidOptionError(`adaptive({ ${name} }) is ${value}; it has to be ${range}`);
}
