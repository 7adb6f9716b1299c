import { type Attributes, diag, type Meter } from '@opentelemetry/api';
import { type Clock, InvalidOptionError } from '@tta/obs-context';
import {
  AggregationTemporality,
  type CollectionResult,
  type IMetricReader,
  type MetricData,
  type ScopeMetrics,
} from '@opentelemetry/sdk-metrics';
import { type CardinalityOverflow, describeOverflow } from './cardinality-overflow.ts';
import { foldPoints } from './fold-points.ts';
import { GuardedMeter } from './guarded-meter.ts';
import { isOverflow, LabelGate } from './label-gate.ts';
import { ObservationGate } from './observation-gate.ts';

export interface CardinalityGuardOptions {
  readonly limit: number;
  readonly clock: Clock;
  readonly onOverflow: (overflow: CardinalityOverflow) => void;
}

const reminderMs = 3_600_000;

/**
 * Keeps every metric within a number of label sets: for a cumulative reader over the life of the process, for a
 * reader of changes at each collection.
 *
 * The SDK's own limit holds from one collection to the next; what a cumulative reader has seen adds up beyond
 * it. So the guard looks at what is collected, adds up what is too much, and then closes the metric's gate to
 * further label sets. Until then, recording costs a look at one field.
 */
export class CardinalityGuard {
  readonly #limit: number;
  readonly #clock: Clock;
  readonly #onOverflow: (overflow: CardinalityOverflow) => void;
  readonly #gates = new Map<string, LabelGate>();
  readonly #observationGates = new Map<string, ObservationGate>();
  readonly #reportedAt = new Map<string, number>();

  constructor({ limit, clock, onOverflow }: CardinalityGuardOptions) {
    if (!Number.isSafeInteger(limit) || limit < 2) {
      throw new InvalidOptionError(
        `startMetrics: cardinalityLimit is ${limit}; it has to be a whole number of label sets from 2: 2000`,
      );
    }
    this.#limit = limit;
    this.#clock = clock;
    this.#onOverflow = onOverflow;
  }

  /** The meter, with the guard between it and its callers. */
  meter(meter: Meter, scope: ScopeMetrics['scope']): Meter {
    const kept = <T>(gates: Map<string, T>, instrument: string, made: () => T): T => {
      const id = idOf(scope, instrument);
      const gate = gates.get(id) ?? made();
      gates.set(id, gate);
      return gate;
    };
    return new GuardedMeter(meter, {
      clock: this.#clock,
      gateOf: (name) => kept(this.#gates, name, () => new LabelGate()),
      observationGateOf: (name, isSum) =>
        kept(this.#observationGates, name, () => new ObservationGate(this.#limit, isSum)),
    });
  }

  /** The reader, with the guard between it and what it collects. */
  reader(reader: IMetricReader): IMetricReader {
    return {
      setMetricProducer: (producer) =>
        reader.setMetricProducer({
          collect: async (options) => this.#bounded(await producer.collect(options)),
        }),
      selectAggregation: (type) => reader.selectAggregation(type),
      selectAggregationTemporality: (type) => reader.selectAggregationTemporality(type),
      selectCardinalityLimit: () => this.#limit,
      collect: (options) => reader.collect(options),
      shutdown: (options) => reader.shutdown(options),
      forceFlush: (options) => reader.forceFlush(options),
    };
  }

  #bounded({ resourceMetrics, errors }: CollectionResult): CollectionResult {
    const scopeMetrics = resourceMetrics.scopeMetrics.map(({ scope, metrics }) => ({
      scope,
      metrics: metrics.map((metric) => this.#boundedMetric(metric, scope)),
    }));
    return { resourceMetrics: { ...resourceMetrics, scopeMetrics }, errors };
  }

  #boundedMetric(metric: MetricData, scope: ScopeMetrics['scope']): MetricData {
    // The SDK adds a point for what overflows to limit − 1 others.
    if (metric.dataPoints.length < this.#limit) return metric;
    const labelSets = metric.dataPoints
      .map(({ attributes }) => attributes)
      .filter((labels) => !isOverflow(labels));
    if (labelSets.length < this.#limit && labelSets.length === metric.dataPoints.length) return metric;
    const id = idOf(scope, metric.descriptor.name);
    this.#report(id, metric.descriptor.name, labelSets);
    if (metric.aggregationTemporality !== AggregationTemporality.CUMULATIVE) return metric;
    this.#gates.get(id)?.close(labelSets.slice(0, this.#limit - 1));
    return foldPoints(metric, this.#limit);
  }

  #report(id: string, metric: string, labelSets: readonly Attributes[]): void {
    const now = this.#clock.monotonic();
    const reportedAt = this.#reportedAt.get(id);
    if (reportedAt !== undefined && now - reportedAt < reminderMs) return;
    this.#reportedAt.set(id, now);
    try {
      this.#onOverflow(describeOverflow(metric, this.#limit, labelSets));
    } catch (error) {
      diag.error('onCardinalityOverflow failed', error);
    }
  }
}

function idOf({ name, version = '' }: ScopeMetrics['scope'], metric: string): string {
  return JSON.stringify([name, version, metric]);
}
