import type {
  ComparedExecutions,
  ComparedPrimitive,
  MeasuredChange,
  PrimitiveComparison,
  PrimitiveName,
} from '@tta/obs-protocol';
import type { DurationHistogram } from './duration-histogram.ts';
import { fisher } from './fisher.ts';
import { holm } from './holm.ts';
import { mannWhitney } from './mann-whitney.ts';
import { welch, type Moments } from './welch.ts';

/** Where there is no difference at all, one is told in so many of all answers. */
const LEVEL = 0.05;
/** A change of a median that is less than this part of it is no matter: clocks and machines differ by as much. */
const LEAST_DURATION = 0.05;
/** Costs are told exactly. */
const LEAST_COST = 0.01;

/** Executions of one run have much in common: the first ones of a process take longer than all that follow. */
const LEAST_CALLS = 5;

/** What is known of the executions of a primitive in one version. */
export interface ExecutionSums {
  readonly calls: number;
  readonly errors: number;
  readonly durations: DurationHistogram;
  readonly costs: Moments;
  /** @returns milliseconds. */
  percentile(part: number): number;
}

export interface SummedPrimitive extends PrimitiveName {
  readonly sums: ExecutionSums;
}

type Tests = Pick<ComparedPrimitive, 'duration' | 'errorRate' | 'cost'>;

/**
 * Primitives that are in both versions with what has changed, in the order in which the candidate has them, and those that are
 * in one of them only.
 */
export function comparePrimitives(
  baseline: readonly SummedPrimitive[],
  candidate: readonly SummedPrimitive[],
): Pick<PrimitiveComparison, 'items' | 'added' | 'removed'> {
  const before = new Map(baseline.map((primitive) => [keyOf(primitive), primitive]));
  const after = new Set(candidate.map(keyOf));
  const added: PrimitiveName[] = [];
  const items: ComparedPrimitive[] = [];
  for (const primitive of candidate) {
    const earlier = before.get(keyOf(primitive));
    if (earlier === undefined) added.push(nameOf(primitive));
    else {
      items.push({
        ...nameOf(primitive),
        baseline: executions(earlier.sums),
        candidate: executions(primitive.sums),
        ...changes(earlier.sums, primitive.sums),
      });
    }
  }
  const removed = baseline.filter((primitive) => !after.has(keyOf(primitive))).map(nameOf);
  return { items: corrected(items), added, removed };
}

/** Without Holm's correction yet: whether each is large enough to matter. */
function changes(baseline: ExecutionSums, candidate: ExecutionSums): Tests {
  const ranks = mannWhitney(baseline.durations.tiesWith(candidate.durations));
  const ran = [baseline.calls, candidate.calls];
  const duration = changeOf(
    [baseline.percentile(0.5), candidate.percentile(0.5)],
    enough(ran, ranks.pValue),
    LEAST_DURATION,
  );
  // Medians alone say nothing of how sure it is that they differ.
  const agrees = ranks.direction === { up: 1, down: -1, none: 0 }[duration.direction];
  const costs = [baseline.costs, candidate.costs] as const;
  const paid = costs.map(({ count }) => count);
  return {
    duration: { ...duration, isSignificant: duration.isSignificant && agrees },
    errorRate: changeOf(
      [baseline.errors / baseline.calls, candidate.errors / candidate.calls],
      enough(ran, fisher(baseline, candidate)),
      0,
    ),
    cost: paid.includes(0)
      ? null
      : changeOf([meanOf(costs[0]), meanOf(costs[1])], enough(paid, welch(...costs)), LEAST_COST),
  };
}

/** Nothing is told of too few. */
function enough(counts: readonly number[], pValue: number | null): number | null {
  return counts.some((count) => count < LEAST_CALLS) ? null : pValue;
}

function changeOf(
  [before, after]: readonly [number, number],
  pValue: number | null,
  least: number,
): MeasuredChange {
  const direction = after > before ? 'up' : after < before ? 'down' : 'none';
  // As a part of the smaller one, so that a change and its reverse are of one size.
  const isLarge = Math.abs(after - before) > least * Math.min(before, after);
  return {
    ratio: before === 0 ? null : after / before,
    direction,
    pValue,
    isSignificant: isLarge && direction !== 'none',
  };
}

/** Each of all tests is one that may be wrong. */
function corrected(items: readonly ComparedPrimitive[]): readonly ComparedPrimitive[] {
  const measures = ['duration', 'errorRate', 'cost'] as const;
  const tests = items.flatMap((item, at) =>
    measures.flatMap((measure) => {
      const pValue = item[measure]?.pValue ?? null;
      return pValue === null ? [] : [{ key: `${measure} ${at}`, pValue }];
    }),
  );
  const outcomes = holm(
    tests.map(({ pValue }) => pValue),
    LEVEL,
  );
  const significant = new Set(tests.filter((_, at) => outcomes[at]).map(({ key }) => key));
  const judged = (change: MeasuredChange, key: string): MeasuredChange => ({
    ...change,
    isSignificant: change.isSignificant && significant.has(key),
  });
  return items.map((item, at) => ({
    ...item,
    duration: judged(item.duration, `duration ${at}`),
    errorRate: judged(item.errorRate, `errorRate ${at}`),
    cost: item.cost === null ? null : judged(item.cost, `cost ${at}`),
  }));
}

function executions(sums: ExecutionSums): ComparedExecutions {
  const { calls, errors, costs } = sums;
  return {
    calls,
    errors,
    p50Ms: sums.percentile(0.5),
    p95Ms: sums.percentile(0.95),
    pricedCalls: costs.count,
    costUsd: costs.count === 0 ? null : meanOf(costs),
  };
}

function meanOf({ count, sum }: Moments): number {
  return sum / count;
}

function keyOf({ serviceName, primitiveType, name }: PrimitiveName): string {
  return [serviceName, primitiveType, name].join('\0');
}

function nameOf({ serviceName, primitiveType, name }: PrimitiveName): PrimitiveName {
  return { serviceName, primitiveType, name };
}
