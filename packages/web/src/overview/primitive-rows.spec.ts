import { describe, expect, it } from '@jest/globals';
import type { PrimitiveStats } from '@tta/obs-protocol';
import fc from 'fast-check';
import { DEFAULT_ORDER, errorRatio, orderAfter, primitiveRows } from './primitive-rows.ts';

function stats(name: string, changes: Partial<PrimitiveStats> = {}): PrimitiveStats {
  return {
    serviceName: 'shop',
    primitiveType: 'retry',
    name,
    calls: 10,
    errors: 0,
    totalMs: 100,
    p50Ms: 10,
    p95Ms: 20,
    p99Ms: 30,
    maxMs: 40,
    ...changes,
  };
}

const items = [
  stats('step 10', { totalMs: 300, errors: 1 }),
  stats('step 9', { totalMs: 200, errors: 5, primitiveType: 'cache' }),
  stats('ask', { totalMs: 100, serviceName: 'Support desk' }),
];
const names = (rows: readonly PrimitiveStats[]) => rows.map(({ name }) => name);

describe('primitiveRows', () => {
  it('puts what takes most time first', () => {
    expect(names(primitiveRows(items.toReversed(), '', DEFAULT_ORDER))).toEqual(['step 10', 'step 9', 'ask']);
  });

  it('orders by shares and by names, with the numbers in them', () => {
    expect(names(primitiveRows(items, '', { by: 'errorRatio', isDescending: true }))[0]).toBe('step 9');
    expect(names(primitiveRows(items, '', { by: 'name', isDescending: false }))).toEqual([
      'ask',
      'step 9',
      'step 10',
    ]);
  });

  it.each([
    ['STEP', ['step 10', 'step 9']],
    ['cache 9', ['step 9']],
    ['desk', ['ask']],
    ['   ', ['step 10', 'step 9', 'ask']],
    ['nothing like it', []],
  ])('finds by %j', (filter, found) => {
    expect(names(primitiveRows(items, filter, DEFAULT_ORDER))).toEqual(found);
  });

  it('loses and invents no row, whatever the order', () => {
    const one = fc.record({ name: fc.string(), calls: fc.nat(), errors: fc.nat(), totalMs: fc.nat() });
    const column = fc.constantFrom(...(['name', 'service', 'calls', 'errorRatio', 'totalMs'] as const));
    fc.assert(
      fc.property(fc.array(one), column, fc.boolean(), (some, by, isDescending) => {
        const all = some.map(({ name, ...changes }) => stats(name, changes));
        const rows = primitiveRows(all, '', { by, isDescending });
        expect(new Set(rows)).toEqual(new Set(all));
        expect(rows).toHaveLength(all.length);
      }),
    );
  });

  it('puts figures in order, whatever they are', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.boolean(), (calls, isDescending) => {
        const all = calls.map((count) => stats('step', { calls: count }));
        const ordered = primitiveRows(all, '', { by: 'calls', isDescending }).map((row) => row.calls);
        expect(ordered).toEqual(calls.toSorted((one, other) => (isDescending ? other - one : one - other)));
      }),
    );
  });
});

describe('orderAfter', () => {
  it('turns the order round, and begins with the largest figures and with A', () => {
    expect(orderAfter(DEFAULT_ORDER, 'totalMs')).toEqual({ by: 'totalMs', isDescending: false });
    expect(orderAfter(DEFAULT_ORDER, 'calls')).toEqual({ by: 'calls', isDescending: true });
    expect(orderAfter(DEFAULT_ORDER, 'name')).toEqual({ by: 'name', isDescending: false });
  });
});

describe('errorRatio', () => {
  it('is 0 of nothing', () => {
    expect([errorRatio({ calls: 0, errors: 0 }), errorRatio({ calls: 4, errors: 1 })]).toEqual([0, 0.25]);
  });
});
