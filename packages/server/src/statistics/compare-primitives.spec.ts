import { describe, expect, it } from '@jest/globals';
import { seededRandom } from '@tta/obs-context/manual';
import fc from 'fast-check';
import type { MeasuredChange } from '@tta/obs-protocol';
import { comparePrimitives, type SummedPrimitive } from './compare-primitives.ts';
import { PrimitiveSums } from '../storage/primitive-sums.ts';

interface Execution {
  readonly durationMs: number;
  readonly isFailed?: boolean;
  readonly costUsd?: number | null;
}

function primitive(name: string, executions: readonly Execution[]): SummedPrimitive {
  const sums = new PrimitiveSums();
  for (const { durationMs, isFailed = false, costUsd = null } of executions) {
    sums.add(durationMs, isFailed, costUsd);
  }
  return { serviceName: 'shop', primitiveType: 'retry', name, sums };
}

const times = (count: number, execution: (at: number) => Execution) =>
  Array.from({ length: count }, (_, at) => execution(at));

/** The one primitive that both have. */
function compared(baseline: readonly Execution[], candidate: readonly Execution[]) {
  const { items } = comparePrimitives([primitive('ask', baseline)], [primitive('ask', candidate)]);
  return items[0]!;
}

/** To nine digits, and what is none as it is. */
function rounded(pValue: number | null): string {
  return pValue === null ? 'none' : pValue.toExponential(8);
}

const NO_CHANGE: Partial<MeasuredChange> = { ratio: 1, direction: 'none', isSignificant: false };

describe('comparePrimitives', () => {
  it('tells what became slower, with both medians and how sure that is', () => {
    const { duration, errorRate, cost, ...item } = compared(
      times(30, (at) => ({ durationMs: 100 + at })),
      times(40, (at) => ({ durationMs: 160 + at })),
    );
    expect(item).toMatchObject({
      serviceName: 'shop',
      primitiveType: 'retry',
      name: 'ask',
      baseline: { calls: 30, errors: 0, pricedCalls: 0, costUsd: null },
      candidate: { calls: 40, errors: 0, pricedCalls: 0, costUsd: null },
    });
    expect(item.baseline.p50Ms / 114).toBeCloseTo(1, 1);
    expect(item.candidate.p95Ms / 197).toBeCloseTo(1, 1);
    expect(duration).toMatchObject({ direction: 'up', isSignificant: true });
    expect(duration.ratio).toBeCloseTo(179 / 114, 1);
    expect(duration.pValue).toBeLessThan(1e-9);
    expect([errorRate, cost]).toEqual([
      { ratio: null, direction: 'none', pValue: null, isSignificant: false },
      null,
    ]);
  });

  it('calls a change of less than 5 % of the median none that matters, however sure it is', () => {
    const { duration } = compared(
      times(5_000, (at) => ({ durationMs: 100 + (at % 2) })),
      times(5_000, (at) => ({ durationMs: 103.5 + (at % 2) })),
    );
    expect(duration.pValue).toBeLessThan(1e-9);
    expect(duration).toMatchObject({ direction: 'up', isSignificant: false });
  });

  it('is not sure of a median that moves against the ranks', () => {
    const { duration } = compared(
      [...times(60, () => ({ durationMs: 10 })), ...times(40, () => ({ durationMs: 1_000 }))],
      [...times(49, () => ({ durationMs: 1 })), ...times(51, () => ({ durationMs: 20 }))],
    );
    expect(duration).toMatchObject({ direction: 'up', isSignificant: false });
  });

  it('tells what fails more often', () => {
    const { errorRate, duration } = compared(
      times(200, (at) => ({ durationMs: 5, isFailed: at < 4 })),
      times(100, (at) => ({ durationMs: 5, isFailed: at < 20 })),
    );
    expect(errorRate).toMatchObject({ direction: 'up', isSignificant: true });
    expect(errorRate.ratio).toBeCloseTo(10, 9);
    expect(duration).toMatchObject(NO_CHANGE);
  });

  it('tells what became dearer and cheaper, by the executions whose costs are known', () => {
    const dearer = compared(
      times(20, (at) => ({ durationMs: 5, costUsd: at % 2 === 0 ? 0.01 : null })),
      times(20, () => ({ durationMs: 5, costUsd: 0.013 })),
    );
    expect(dearer.baseline).toMatchObject({ calls: 20, pricedCalls: 10 });
    expect(dearer.baseline.costUsd).toBeCloseTo(0.01, 12);
    expect(dearer.cost).toMatchObject({ direction: 'up', isSignificant: true });
    expect(dearer.cost?.ratio).toBeCloseTo(1.3, 9);
    const cheaper = compared(
      times(20, () => ({ durationMs: 5, costUsd: 0.013 })),
      times(20, () => ({ durationMs: 5, costUsd: 0.01 })),
    );
    expect(cheaper.cost).toMatchObject({ direction: 'down', isSignificant: true });
    const same = compared(
      times(2_000, () => ({ durationMs: 5, costUsd: 0.01 })),
      times(2_000, () => ({ durationMs: 5, costUsd: 0.01005 })),
    );
    expect(same.cost).toMatchObject({ direction: 'up', isSignificant: false });
  });

  it('says that there is too little to tell', () => {
    const { duration } = compared(
      times(3, () => ({ durationMs: 1 })),
      times(3, () => ({ durationMs: 900 })),
    );
    expect(duration).toMatchObject({ direction: 'up', pValue: null, isSignificant: false });
    const first = compared(
      times(4_000, () => ({ durationMs: 1, costUsd: 1 })),
      times(4, () => ({ durationMs: 900, isFailed: true, costUsd: 2 })),
    );
    for (const change of [first.duration, first.errorRate, first.cost]) {
      expect(change).toMatchObject({ direction: 'up', pValue: null, isSignificant: false });
    }
  });

  it('asks for more the more primitives it compares', () => {
    const weak = (name: string, shift: number) =>
      primitive(
        name,
        times(8, (at) => ({ durationMs: 100 + 20 * at + shift })),
      );
    const steady = (name: string) =>
      primitive(
        name,
        times(50, (at) => ({ durationMs: 10 + at })),
      );
    const others = Array.from({ length: 50 }, (_, at) => `other ${at}`);
    const outcome = (names: readonly string[]) =>
      comparePrimitives([weak('weak', 0), ...names.map(steady)], [weak('weak', 90), ...names.map(steady)])
        .items[0]!.duration;
    expect(outcome([])).toMatchObject({ direction: 'up', isSignificant: true });
    expect(outcome(others)).toMatchObject({ direction: 'up', isSignificant: false });
  });

  it('lists what is in one version only, and tells services and types apart', () => {
    const some = times(5, () => ({ durationMs: 1 }));
    const { items, added, removed } = comparePrimitives(
      [primitive('old', some), { ...primitive('ask', some), serviceName: 'bank' }, primitive('both', some)],
      [primitive('both', some), { ...primitive('ask', some), primitiveType: 'cache' }],
    );
    expect(items.map(({ name }) => name)).toEqual(['both']);
    expect(added).toEqual([{ serviceName: 'shop', primitiveType: 'cache', name: 'ask' }]);
    expect(removed.map(({ serviceName, name }) => `${serviceName} ${name}`)).toEqual([
      'shop old',
      'bank ask',
    ]);
  });

  it('raises a false alarm in at most 5 % of answers about many primitives', () => {
    const random = seededRandom(42);
    const rounds = 300;
    const answer = (calls: number) =>
      Array.from({ length: 8 }, (_, at) =>
        primitive(
          `step ${at}`,
          times(calls, () => ({
            durationMs: 50 * at + 100 * random.next() ** 2,
            isFailed: random.next() < 0.05,
            costUsd: random.next() < 0.5 ? 0.001 + 0.002 * random.next() : null,
          })),
        ),
      );
    let alarms = 0;
    for (let round = 0; round < rounds; round++) {
      const { items } = comparePrimitives(answer(40), answer(25));
      if (items.some((item) => [item.duration, item.errorRate, item.cost].some((one) => one?.isSignificant)))
        alarms++;
    }
    expect(alarms / rounds).toBeLessThanOrEqual(0.06);
  });

  it('tells the reverse when the sides are exchanged', () => {
    const execution = fc.record({
      durationMs: fc.integer({ min: 1, max: 50 }),
      isFailed: fc.boolean(),
      costUsd: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
    });
    const executions = fc.array(execution, { minLength: 1, maxLength: 30 });
    const reversed = { up: 'down', down: 'up', none: 'none' } as const;
    fc.assert(
      fc.property(executions, executions, (one, other) => {
        const forth = compared(one, other);
        const back = compared(other, one);
        expect([back.baseline, back.candidate]).toEqual([forth.candidate, forth.baseline]);
        for (const measure of ['duration', 'errorRate', 'cost'] as const) {
          const [there, here] = [forth[measure], back[measure]];
          expect(there === null).toBe(here === null);
          if (there === null || here === null) continue;
          expect(here.direction).toBe(reversed[there.direction]);
          expect(here.isSignificant).toBe(there.isSignificant);
          expect(rounded(here.pValue)).toBe(rounded(there.pValue));
        }
      }),
    );
  });
});
